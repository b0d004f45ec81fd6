"""Counts that the pages show: by state, category, place and flag."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from layers import past
from layers.query import Query, Where
from layers.rules.lifecycle import FINAL_STATES, OPEN_STATES
from layers.store import Session

FLAGS = ("overlap", "gap", "nobody")
_TOP_PLACES = 10
_MOST_FOLDED = 5_000
CountBy = Callable[[Sequence[str], bool], Mapping[tuple[Any, ...], int] | None]


def open_now() -> Where:
    """The problems that are not over."""
    return Where("state", "in", OPEN_STATES)


def overdue_at(now: datetime) -> tuple[Where, ...]:
    """The problems that are not over and past their time."""
    return open_now(), Where("due_at", "<", now)


def problems(session: Session, query: Query, *, now: datetime) -> dict[str, Any]:
    """How many problems match, how many of them are open and overdue, by what."""
    by_state = {str(key[0]): n for key, n in session.features.count_by("problems", ["state"], query).items()}
    return {
        "total": sum(by_state.values()),
        "open": sum(n for state, n in by_state.items() if state not in FINAL_STATES),
        "by_state": by_state,
        **_counts(session, _and(query, (open_now(),)), _and(query, overdue_at(now))),
    }


def of_the_past(session: Session, query: Query, at: datetime) -> dict[str, Any]:
    """The same of the problems as they stood at a moment: see `layers.past`; their states are those of their events.

    `overdue` is None where too many were open to read all their events, and in the parts by category and place.
    """
    alive = _and(query, past.open_at(at))
    states = session.whole.history.states_at(at)
    found = session.features.columns("problems", ("id",), _and(query, past.found_by(at)))
    count = session.features.count("problems", alive)
    return {
        "total": len(found),
        "open": count,
        "by_state": Counter(states[id_] for (id_,) in found if id_ in states),
        **_counts(session, alive, None),
        "overdue": _late_then(session, alive, at) if count <= _MOST_FOLDED else None,
        "as_of": at,
    }


def _late_then(session: Session, alive: Query, at: datetime) -> int:
    rows = past.as_it_stood(session, session.features.read("problems", alive), at)
    return sum(isinstance(due := row.values["due_at"], datetime) and due < at for row in rows)


def _and(query: Query, more: tuple[Where, ...]) -> Query:
    return replace(query, where=(*query.where, *more))


def _counts(session: Session, alive: Query, late: Query | None) -> dict[str, Any]:
    features = session.features

    def count_by(fields: Sequence[str], are_late: bool) -> Mapping[tuple[Any, ...], int] | None:
        query = late if are_late else alive
        return None if query is None else features.count_by("problems", fields, query)

    return {
        "overdue": None if late is None else features.count("problems", late),
        **ranked(count_by),
        "flags": {flag: features.count("problems", _flagged(alive, flag)) for flag in FLAGS},
    }


def _flagged(query: Query, flag: str) -> Query:
    return replace(query, where=(*query.where, Where("flags", "has", flag)))


def ranked(count_by: CountBy) -> dict[str, list[dict[str, Any]]]:
    """Open and overdue counts by category and by place, the most open first.

    `count_by` counts the open problems, or those of them that are overdue, by fields; None = that is not known.
    """
    return {
        "by_category": _both(count_by, ["category"], ("code",)),
        "by_place": _both(count_by, ["lead_layer", "lead_code", "lead_name"], ("layer", "code", "name"))[:_TOP_PLACES],
    }


def _both(count_by: CountBy, fields: list[str], names: tuple[str, ...]) -> list[dict[str, Any]]:
    opened, late = count_by(fields, False) or {}, count_by(fields, True)
    rows = sorted(opened.items(), key=lambda item: (-item[1], str(item[0])))
    return [
        {**dict(zip(names, key, strict=True)), "open": n, "overdue": None if late is None else late.get(key, 0)}
        for key, n in rows
    ]
