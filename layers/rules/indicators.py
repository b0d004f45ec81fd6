"""The indicators of digital city management, each a named numerator over a named denominator.

A stage of a case is judged in the period in which it ends or falls due, whichever comes first: so what was done
before its time counts among what should have been done (应处置, 应结案), every stage is judged in one period only,
and what is not yet due is not held against anybody. A stage that was voided or merged is not judged. Cities disagree
about some denominators (返工率 over 应结案 or over 立案, 结案率 with or without what is deferred): both are told,
by their own names. Sources: the tables of deployed systems as published; the composite is the one of a deployed
system's page, with its weights as data. A rate whose denominator is zero is None: no number is better than a wrong one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from layers.rules.repeated import places

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Objects = NDArray[np.object_]
Table = dict[str, dict[str, int]]  # unit → count → number

OWN_LEVELS = ("self", "village")  # found by those who also put it right: 主动发现
WEIGHTS: Mapping[str, float] = {"closed_on_time": 50, "closed": 30, "rework": 10, "supervision": 10,
                                "per_supervision": 0.5, "per_unanswered": 1.0}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Cases:
    """Cases as columns; moments are POSIX seconds, NaN = not (yet)."""

    id: NDArray[np.int64]
    found_at: Floats
    filed_at: Floats
    state: Objects
    source_level: Objects
    rework: NDArray[np.int64]
    handed_back: NDArray[np.int64]
    dispatched: NDArray[np.int64]
    on_the_spot: Flags
    by_decision: Flags
    rebound: Flags
    supervised: NDArray[np.int64]  # how often 督办 was put on it
    unanswered: Flags
    exposed: Flags  # shown to the public as a bad example (曝光)
    co_handled: Flags  # a department helps with it (协办)
    enforced: Flags  # it has an outcome of enforcement (执法结果)
    category: Objects
    east_m: Floats  # where the public's reports lie; NaN = no such report, or nowhere on the map
    north_m: Floats
    radius_m: Floats  # within which a report is of the same place


@dataclass(frozen=True, eq=False)
class Stages:
    """Deadlines as columns; `case` is the position of their case, `stage` its name."""

    case: NDArray[np.int64]
    stage: Objects
    started_at: Floats
    due_at: Floats
    ended_at: Floats
    judged: Flags  # neither voided nor merged
    extended: Flags


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open, POSIX seconds; what happened at or after its end is not looked at."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rate:
    """An indicator: counts over counts; `more_is_better` tells how to read it."""

    key: str
    title: str
    over: str
    of: str
    more_is_better: bool = True


COUNT_TITLES = {
    "reported": "Reports",
    "valid": "Valid reports",
    "own": "Found by oneself",
    "filed": "Cases filed",
    "filed_right": "Filed and kept",
    "should_confirm": "To be confirmed",
    "confirmed_on_time": "Confirmed in time",
    "should_file": "To be filed",
    "filed_on_time": "Filed in time",
    "should_assign": "To be assigned",
    "assigned_on_time": "Assigned in time",
    "assigned_right": "Assigned to the right one at once",
    "should_handle": "To be put right",
    "handled": "Put right",
    "handled_on_time": "Put right in time",
    "handled_late": "Put right too late",
    "unhandled": "Given out and not put right at the end",
    "overdue_unhandled": "Overdue and not put right",
    "extended": "With more time granted",
    "should_check": "Checks due",
    "checked_on_time": "Checked in time",
    "should_close": "To be closed",
    "should_close_not_deferred": "To be closed, without what is deferred",
    "closed": "Cases closed",
    "closed_on_time": "Closed in time",
    "by_decision": "Cases closed by decision",
    "reworked": "Cases returned",
    "rebound": "Rebounds",
    "assigned_again": "Assigned again",
    "on_the_spot": "Cases fixed on the spot",
    "supervised": "Under supervision",
    "unanswered": "Supervision not answered",
    "from_above": "Found from above",
    "exposed": "Exposed to the public",
    "co_handled": "With co-departments",
    "enforced": "With an outcome of enforcement",
    "repeated_3": "Places that the public reported 3 times or more",
    "repeated_5": "Places that the public reported 5 times or more",
}
OF_PLACES = ("repeated_3", "repeated_5")  # these count places, each by the first report there

RATES = (
    Rate("report_valid_rate", "Valid reports, share", "valid", "reported"),
    Rate("own_rate", "Found by oneself, share", "own", "reported"),
    Rate("confirm_rate", "Confirmed in time, rate", "confirmed_on_time", "should_confirm"),
    Rate("file_rate", "Filed, rate", "filed", "reported"),
    Rate("file_on_time_rate", "Filed in time, rate", "filed_on_time", "should_file"),
    Rate("file_on_time_rate_filed", "Filed in time, of those filed", "filed_on_time", "filed"),
    Rate("file_right_rate", "Filed rightly, rate", "filed_right", "filed"),
    Rate("assign_on_time_rate", "Assigned in time, rate", "assigned_on_time", "should_assign"),
    Rate("assign_right_rate", "Assigned rightly, rate", "assigned_right", "should_assign"),
    Rate("handle_rate", "Put right, rate", "handled", "should_handle"),
    Rate("handle_on_time_rate", "Put right in time, rate", "handled_on_time", "should_handle"),
    Rate("overdue_rate", "Overdue and not put right, rate", "overdue_unhandled", "should_handle", False),
    Rate("extension_rate", "With more time granted, rate", "extended", "should_handle", False),
    Rate("check_rate", "Checked in time, rate", "checked_on_time", "should_check"),
    Rate("close_rate", "Closed, rate", "closed", "should_close"),
    Rate("close_rate_not_deferred", "Closed, rate without what is deferred", "closed", "should_close_not_deferred"),
    Rate("close_on_time_rate", "Closed in time, rate", "closed_on_time", "should_close"),
    Rate("close_on_time_rate_not_deferred", "Closed in time, rate without what is deferred", "closed_on_time",
         "should_close_not_deferred"),
    Rate("rework_rate", "Returned for rework, rate", "reworked", "should_close", False),
    Rate("rework_rate_filed", "Returned for rework, of those filed", "reworked", "filed", False),
    Rate("rebound_rate", "Rebounds, of those reported", "rebound", "reported", False),
)  # fmt: skip


def counts(cases: Cases, stages: Stages, period: Period) -> dict[str, Flags]:
    """For each name of COUNT_TITLES, which cases count in the period."""
    seen = _Seen(cases, stages, period)
    return {name: COUNTS[name](seen) for name in COUNT_TITLES}


def at_the_same_places(cases: Cases, stages: Stages, period: Period, firsts: Flags) -> Flags:
    """Every report of the period at the places that `firsts` began."""
    place = _Seen(cases, stages, period).place
    return np.asarray(np.isin(place, np.flatnonzero(firsts)))


def table(counted: Mapping[str, Flags], unit: Objects) -> Table:
    """The counts by unit (any key; None = of no unit), each with all its names."""
    keys, position = np.unique(unit.astype(str), return_inverse=True)
    sums = {name: np.bincount(position, flags, len(keys)).astype(int) for name, flags in counted.items()}
    return {key: {name: int(sums[name][i]) for name in sums} for i, key in enumerate(keys.tolist())}


def rates(count: Mapping[str, int]) -> dict[str, float | None]:
    """Every rate of RATES from the counts of one unit; None where its denominator is zero.

    >>> rates({**dict.fromkeys(COUNT_TITLES, 0), "should_close": 4, "closed": 3})["close_rate"]
    0.75
    """
    return {rate.key: count[rate.over] / count[rate.of] if count[rate.of] else None for rate in RATES}


def score(count: Mapping[str, int], weights: Mapping[str, float] = WEIGHTS) -> float | None:
    """The composite: 50·按期结案率 + 30·结案率 + 10·(1 − 返工率) + (10 − ½·督办 − 督办未处理), the last not below 0.

    None where nothing had to be closed: no score is better than an invented one.
    """
    of = rates(count)
    on_time, closed, rework = of["close_on_time_rate"], of["close_rate"], of["rework_rate"]
    if on_time is None or closed is None or rework is None:
        return None
    spent = weights["per_supervision"] * count["supervised"] + weights["per_unanswered"] * count["unanswered"]
    parts = (
        weights["closed_on_time"] * on_time, weights["closed"] * closed,
        weights["rework"] * (1 - min(rework, 1.0)), max(weights["supervision"] - spent, 0.0),
    )  # fmt: skip
    return round(sum(parts), 2)


# ---------------------------------------------------------------- which cases count


class _Seen:
    """Cases and stages, as they count in a period."""

    def __init__(self, cases: Cases, stages: Stages, period: Period):
        self.cases, self.stages, self.period = cases, stages, period
        self.count = len(cases.id)
        moment = np.fmin(stages.due_at, stages.ended_at)
        self.judged = stages.judged & (moment >= period.start) & (moment < period.end)
        self.ended = stages.ended_at < period.end
        self.on_time = self.ended & (stages.ended_at <= stages.due_at)

    def within(self, moments: Floats) -> Flags:
        """Moments inside the period; NaN never is."""
        with np.errstate(invalid="ignore"):
            return np.asarray((moments >= self.period.start) & (moments < self.period.end))

    def of_stage(self, stage: str, condition: Flags | None = None) -> Flags:
        """Cases of which a stage of that name was judged in the period, and met the condition."""
        rows = self.judged & (self.stages.stage == stage)
        rows = rows if condition is None else rows & condition
        found = np.zeros(self.count, dtype=bool)
        found[self.stages.case[rows]] = True
        return found

    def all_of_stage(self, stage: str, condition: Flags) -> Flags:
        """Cases of which every stage of that name that was judged in the period met the condition."""
        return self.of_stage(stage) & ~self.of_stage(stage, ~condition)

    def running_at_end(self, stage: str) -> Flags:
        """Cases of which a stage of that name had begun and not ended when the period was over."""
        rows = (self.stages.stage == stage) & (self.stages.started_at < self.period.end) & ~self.ended
        found = np.zeros(self.count, dtype=bool)
        found[self.stages.case[rows]] = True
        return found

    @property
    def reported(self) -> Flags:
        """Found in the period."""
        return self.within(self.cases.found_at)

    @property
    def filed(self) -> Flags:
        """Filed in the period."""
        return self.within(self.cases.filed_at)

    @cached_property
    def place(self) -> NDArray[np.int64]:
        """For each report of the public in the period the first one at its place; −1 for all other cases."""
        c, rows = self.cases, self.reported & ~self.state("declined", "void") & ~np.isnan(self.cases.east_m)
        found = np.flatnonzero(rows)
        first = places(c.east_m[rows], c.north_m[rows], c.radius_m[rows], c.category[rows], c.found_at[rows])
        place = np.full(self.count, -1)
        place[found] = found[first]
        return place

    def repeated(self, least: int) -> Flags:
        """The first report of every place with so many reports."""
        times = np.bincount(self.place[self.place >= 0], minlength=self.count)
        return np.asarray(times >= least)

    def state(self, *states: str) -> Flags:
        """In one of the states now."""
        return np.isin(self.cases.state.astype(str), states)


_NOT_REAL = ("declined", "void", "duplicate")
_ABOVE = ("subdistrict", "county", "city")

COUNTS: dict[str, Callable[[_Seen], Flags]] = {
    "reported": lambda s: s.reported,
    "valid": lambda s: s.reported & ~s.state(*_NOT_REAL),
    "own": lambda s: s.reported & np.isin(s.cases.source_level.astype(str), OWN_LEVELS),
    "from_above": lambda s: s.reported & np.isin(s.cases.source_level.astype(str), _ABOVE),
    "filed": lambda s: s.filed,
    "filed_right": lambda s: s.filed & ~s.state(*_NOT_REAL),
    "should_confirm": lambda s: s.of_stage("confirm"),
    "confirmed_on_time": lambda s: s.all_of_stage("confirm", s.on_time),
    "should_file": lambda s: s.of_stage("file"),
    "filed_on_time": lambda s: s.all_of_stage("file", s.on_time),
    "should_assign": lambda s: s.of_stage("assign"),
    "assigned_on_time": lambda s: s.all_of_stage("assign", s.on_time),
    "assigned_right": lambda s: s.all_of_stage("assign", s.ended) & (s.cases.handed_back == 0),
    "should_handle": lambda s: s.of_stage("handle"),
    "handled": lambda s: s.all_of_stage("handle", s.ended),
    "handled_on_time": lambda s: s.all_of_stage("handle", s.on_time),
    "handled_late": lambda s: s.all_of_stage("handle", s.ended) & ~s.all_of_stage("handle", s.on_time),
    "unhandled": lambda s: s.running_at_end("handle"),
    "overdue_unhandled": lambda s: s.of_stage("handle", ~s.ended),
    "extended": lambda s: s.of_stage("handle", s.stages.extended),
    "should_check": lambda s: s.of_stage("check"),
    "checked_on_time": lambda s: s.all_of_stage("check", s.on_time),
    "should_close": lambda s: s.of_stage("case"),
    "should_close_not_deferred": lambda s: s.of_stage("case") & ~s.state("deferred"),
    "closed": lambda s: s.all_of_stage("case", s.ended) & s.state("closed"),
    "closed_on_time": lambda s: s.all_of_stage("case", s.on_time) & s.state("closed"),
    "by_decision": lambda s: s.of_stage("case", s.ended) & s.cases.by_decision,
    "reworked": lambda s: s.of_stage("case") & (s.cases.rework > 0),
    "rebound": lambda s: s.reported & s.cases.rebound,
    "assigned_again": lambda s: s.of_stage("case") & (s.cases.dispatched > 1),
    "on_the_spot": lambda s: s.reported & s.cases.on_the_spot,
    "supervised": lambda s: s.of_stage("case") & (s.cases.supervised > 0),
    "unanswered": lambda s: s.of_stage("case") & s.cases.unanswered,
    "exposed": lambda s: s.of_stage("case") & s.cases.exposed,
    "co_handled": lambda s: s.of_stage("case") & s.cases.co_handled,
    "enforced": lambda s: s.of_stage("case") & s.cases.enforced,
    "repeated_3": lambda s: s.repeated(3),
    "repeated_5": lambda s: s.repeated(5),
}
assert set(COUNTS) == set(COUNT_TITLES)  # noqa: S101 (one word for each count)
assert {name for rate in RATES for name in (rate.over, rate.of)} <= set(COUNT_TITLES)  # noqa: S101
