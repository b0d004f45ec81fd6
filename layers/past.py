"""Problems as they stood at a moment.

That a problem had been found by then, and whether it was still open, is known from the columns `found_at` and
`closed_at` (a closed case never opens again): lists, counts and tiles of the past rest on these two alone. In which
state it stood, whether it was late and whose it was is known from its events only: `as_it_stood` folds those of some
rows. What turned out to be no problem (not filed, void, merged) is left out of the past too. Half-open: a problem is
open at t where found_at < t and not closed_at < t.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from layers.ground import NOT_A_PROBLEM
from layers.model import Feature
from layers.query import Query, Where
from layers.rules.replay import replay
from layers.schema import PROBLEM_STATES
from layers.store import Session
from layers.values import TOWN_AHEAD_S, midnight

REAL_STATES = tuple(state for state in PROBLEM_STATES if state not in NOT_A_PROBLEM)
_DAY_S = 86_400


def found_by(at: datetime) -> tuple[Where, ...]:
    """What had been found by then."""
    return Where("state", "in", REAL_STATES), Where("found_at", "<", at)


def open_at(at: datetime) -> tuple[Where, ...]:
    """What was open then."""
    return *found_by(at), Where("closed_at", "null or >=", at)


def closed_by(at: datetime) -> tuple[Where, ...]:
    """What had been found and closed by then."""
    return *found_by(at), Where("closed_at", "<", at)


def as_it_stood(session: Session, rows: Sequence[Feature], at: datetime) -> list[Feature]:
    """The rows as their events of before that moment made them; the key and the version are those of today."""
    history = session.whole.history.events_of([row.id for row in rows])
    past = ([event for event in history.get(row.id, ()) if event.at < at] for row in rows)
    return [replace(replay(events), version=row.version) if events else row
            for row, events in zip(rows, past, strict=True)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the town: how many problems were found and closed on it, and how many were open at its end."""

    day: date
    found: int
    closed: int
    open: int


def days(session: Session, query: Query, *, until: date) -> list[Day]:
    """Every day from the first finding to `until`, of the problems that the query asks for."""
    asked = replace(query, where=(*query.where, Where("state", "in", REAL_STATES), Where("found_at", "not null")))
    rows = session.features.columns("problems", ("found_at", "closed_at"), asked)
    found, closed = (_numbers(row[i] for row in rows) for i in range(2))
    return _counted(found, closed, _number(until)) if len(found) else []


def _counted(found: np.ndarray, closed: np.ndarray, last: int) -> list[Day]:
    first = min(int(found.min()), last)
    size = last - first + 1
    within = (some[(some >= first) & (some <= last)] for some in (found, closed))
    came, went = (np.bincount(some - first, minlength=size) for some in within)
    left = np.cumsum(came) - np.cumsum(went)
    start = date(1970, 1, 1) + timedelta(days=first)
    return [Day(start + timedelta(days=i), *counts)
            for i, counts in enumerate(zip(came.tolist(), went.tolist(), left.tolist(), strict=True))]  # fmt: skip


def _numbers(moments: Iterable[datetime | None]) -> np.ndarray:
    """The town's days of the moments, counted from 1970; the missing ones are left out."""
    seconds = np.array([moment.timestamp() for moment in moments if moment is not None], dtype=float)
    return ((seconds + TOWN_AHEAD_S) // _DAY_S).astype(int)


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def end_of(day: date) -> datetime:
    """The first moment after a day of the town.

    >>> end_of(date(2021, 11, 22)).isoformat()
    '2021-11-23T00:00:00+08:00'
    """
    return midnight(day + timedelta(days=1))
