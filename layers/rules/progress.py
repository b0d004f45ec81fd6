"""Back-scheduling (倒排工期): how much is left, what each day must bring, and whether that is on the way.

A day is a day of the town; the days left are the working days of its calendar in (today, deadline]. The required rate
r = (B + λ·d)/d holds what is expected to be found anew (λ a working day) beside the backlog B: whoever only works off
B is never done. What a check sends back was never closed, so it is still in B; a rebound is a new case of its own kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from layers.rules.calendars import Calendar
from layers.values import TOWN_AHEAD_S

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
ON_TRACK, AT_RISK = 0.8, 0.4  # the least chance of being done by the deadline
STATUS_TITLES = {"late": "Behind", "at_risk": "At risk", "unknown": "Too early to tell", "on_track": "On track"}
STATUSES = tuple(STATUS_TITLES)  # the worst first
DONE_DAYS, NEW_DAYS = 7, 14  # of the past, for what is done and what is found a day
_DAY_S = 86_400


def working_days(after: date, until: date, calendar: Calendar) -> list[date]:
    """The working days in (after, until].

    >>> working_days(date(2021, 11, 26), date(2021, 11, 30), Calendar())
    [datetime.date(2021, 11, 29), datetime.date(2021, 11, 30)]
    """
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return [day for day in days if calendar.is_working(day)]


def split(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that sum to `total` exactly (largest remainder, Hamilton's method).

    Of equal remainders the earlier gets more. Without any weight above 0 nothing can be given: all 0.

    >>> split(10, [1, 1, 1, 1]), split(7, [2, 1, 0])
    ([3, 3, 2, 2], [5, 2, 0])
    """
    share = np.asarray(weights, dtype=float)
    whole = share.sum()
    if whole <= 0:
        return [0] * len(share)
    exact = total * (share / whole)
    given = np.floor(exact).astype(np.int64)
    turn = np.argsort(-np.round(exact - given, 9), kind="stable")  # rounded: equal shares have equal remainders
    given[turn[: total - int(given.sum())]] += 1
    return [int(one) for one in given]


def required_rate(backlog: int, days_left: int, new_per_day: float = 0.0) -> float | None:
    """What must be closed on each working day that is left: (B + λd)/d; None where no day is left but work is.

    >>> required_rate(60, 12, 1.5), required_rate(3, 0), required_rate(0, 0)
    (6.5, None, 0.0)
    """
    if days_left <= 0:
        return None if backlog else 0.0
    return (backlog + new_per_day * days_left) / days_left


def status(chance: float | None) -> str:
    """The word for a chance of being done by the deadline; None = unknown.

    >>> [status(chance) for chance in (0.8, 0.79, 0.4, 0.39, None)]
    ['on_track', 'at_risk', 'at_risk', 'late', 'unknown']
    """
    if chance is None:
        return "unknown"
    if chance >= ON_TRACK:
        return "on_track"
    return "at_risk" if chance >= AT_RISK else "late"


def target_status(reached: float, aim: float, elapsed: float) -> str:
    """Beside a straight line from nothing to the aim: at or above it, at least half of it, or less.

    `elapsed`: the share of the time that is over; from 1 on only the aim itself will do.

    >>> [target_status(share, 0.8, 0.5) for share in (0.9, 0.4, 0.2, 0.1)], target_status(0.7, 0.8, 1.0)
    (['on_track', 'on_track', 'at_risk', 'late'], 'late')
    """
    if reached >= aim * min(elapsed, 1.0):
        return "on_track"
    return "at_risk" if elapsed < 1 and reached >= aim * elapsed / 2 else "late"


# ---------------------------------------------------------------- what was found and closed, by day and unit


@dataclass(frozen=True, eq=False)
class Cases:
    """Cases as columns: POSIX seconds (NaN = not ended); `struck` ended as no problem, others by closing."""

    unit: Ints
    found_at: Floats
    ended_at: Floats
    struck: NDArray[np.bool_]
    rebound: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Span:
    """The campaign's time, POSIX seconds: the moment of the baseline, its begin (a midnight), the moment looked at."""

    baseline: float
    begin: float
    at: float

    @property
    def days(self) -> int:
        """The days from the begin on, the one that runs too; 0 before."""
        return max(0, int(np.ceil((self.at - self.begin) / _DAY_S)))


@dataclass(frozen=True, eq=False)
class Ledger:
    """By unit: what was open at the baseline and at the begin; by (unit, day): new, rebound, closed, struck, open."""

    baseline: Ints
    start: Ints
    since: "Flows"  # from the baseline on: one number a unit
    daily: "Flows"
    open: Ints

    @property
    def backlog(self) -> Ints:
        """What is open at the end."""
        return self.baseline + self.since.net - self.since.struck

    def total(self) -> "Ledger":
        """All units as one."""
        one = [rows.sum(axis=0, keepdims=True) for rows in (self.baseline, self.start, self.open)]
        return Ledger(one[0], one[1], self.since.total(), self.daily.total(), one[2])


@dataclass(frozen=True, eq=False)
class Flows:
    """What came and went: `new` and `rebound` are found, `closed` and `struck` leave."""

    new: Ints
    rebound: Ints
    closed: Ints
    struck: Ints

    @property
    def net(self) -> Ints:
        """new − closed + rebound."""
        return self.new - self.closed + self.rebound

    def total(self) -> "Flows":
        """All units as one."""
        return Flows(*(rows.sum(axis=0, keepdims=True) for rows in (self.new, self.rebound, self.closed, self.struck)))


def ledger(cases: Cases, units: int, span: Span) -> Ledger:
    """The ledger of `units` units: open = baseline + new − closed + rebound − struck, at every moment.

    Half-open: what happens at the moment looked at has not happened yet.
    """
    found = cases.found_at < span.at
    ended = cases.ended_at < span.at  # never where it has not ended
    daily = _daily(cases, units, span, found, ended)
    start = _open_at(cases, units, min(span.begin, span.at))
    change = daily.net - daily.struck
    since = _since(cases, units, span, found, ended)
    return Ledger(_open_at(cases, units, min(span.baseline, span.at)), start, since, daily,
                  start[:, None] + np.cumsum(change, axis=1))  # fmt: skip


def _open_at(cases: Cases, units: int, at: float) -> Ints:
    return _count(cases.unit[(cases.found_at < at) & ~(cases.ended_at < at)], units)


def _since(
    cases: Cases, units: int, span: Span, found: NDArray[np.bool_], ended: NDArray[np.bool_]
) -> Flows:  # fmt: skip
    came = found & (cases.found_at >= span.baseline)
    went = ended & (cases.ended_at >= span.baseline)
    parts = (came & ~cases.rebound, came & cases.rebound, went & ~cases.struck, went & cases.struck)
    return Flows(*(_count(cases.unit[part], units) for part in parts))


def _daily(
    cases: Cases, units: int, span: Span, found: NDArray[np.bool_], ended: NDArray[np.bool_]
) -> Flows:  # fmt: skip
    def table(chosen: NDArray[np.bool_], moments: Floats) -> Ints:
        rows = chosen & (moments >= span.begin)
        day = ((moments[rows] - span.begin) // _DAY_S).astype(np.int64)
        return _count(cases.unit[rows] * span.days + day, units * span.days).reshape(units, span.days)

    return Flows(
        table(found & ~cases.rebound, cases.found_at), table(found & cases.rebound, cases.found_at),
        table(ended & ~cases.struck, cases.ended_at), table(ended & cases.struck, cases.ended_at),
    )  # fmt: skip


def _count(keys: Ints, size: int) -> Ints:
    return np.bincount(keys, minlength=size).astype(np.int64)


def per_working_day(counts: Ints, works: Sequence[bool], last: int) -> Floats:
    """The mean of a working day over the last days, by unit: what was done in these days ÷ their working days.

    `counts`: (unit, day), `works`: which of the days are worked. Rest days do not count as days, but what was done on
    them counts: so it is measured as the required rate is. Without a working day among them: a day is a day.

    >>> per_working_day(np.array([[9, 4, 0, 0, 6]]), [True, True, False, False, True], last=4).tolist()
    [5.0]
    """
    recent = counts[:, -last:]
    days = sum(works[-last:]) or recent.shape[1]
    return recent.sum(axis=1) / days if days else np.zeros(len(counts))


def midnight_s(day: date) -> float:
    """The first moment of a day of the town in POSIX seconds."""
    return float((day - date(1970, 1, 1)).days * _DAY_S - TOWN_AHEAD_S)
