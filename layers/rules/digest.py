"""What one person reads at the end of the day: the cases that are theirs, in sections that may overlap."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from layers.rules.lifecycle import FINAL_STATES
from layers.values import midnight, town_day

_NO_PROBLEM = FINAL_STATES - {"closed"}  # declined, void, duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a report tells of a case; `place` is the name of the responsible place, `person` who answers."""

    id: int
    code: str
    category: str
    state: str
    found_at: datetime
    place: str = ""
    person: str = ""
    handler: str = ""
    due_at: datetime | None = None
    closed_at: datetime | None = None
    rebound_kind: str = ""
    rebound_days: float | None = None

    @property
    def is_problem(self) -> bool:
        """Neither declined nor void nor a duplicate."""
        return self.state not in _NO_PROBLEM

    def is_open(self, at: datetime) -> bool:
        """Whether it was known and not over at that moment."""
        return self.is_problem and self.found_at < at and (self.closed_at is None or self.closed_at >= at)

    def is_late(self, at: datetime) -> bool:
        """Whether it was open and past its time."""
        return self.is_open(at) and self.due_at is not None and self.due_at < at


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open period of whole days in the town, looked at from `at` (its end, or now where it still runs).

    >>> span = Span.of(date(2021, 12, 3), now=midnight(date(2021, 12, 3)) + timedelta(hours=10))
    >>> span.start.isoformat(), span.at.isoformat()
    ('2021-12-03T00:00:00+08:00', '2021-12-03T10:00:00+08:00')
    """

    start: datetime
    end: datetime
    at: datetime

    @classmethod
    def of(cls, last: date, *, now: datetime, days: int = 1) -> "Span":
        """The days that end with `last`."""
        end = midnight(last + timedelta(days=1))
        return cls(end - timedelta(days=days), end, min(now, end))

    @property
    def before(self) -> "Span":
        """The period of the same length before it."""
        return Span(self.start - (self.end - self.start), self.start, self.start)

    @property
    def day(self) -> date:
        """Its last day."""
        return town_day(self.end - timedelta(days=1))

    def holds(self, moment: datetime | None) -> bool:
        """Whether the moment lies in it, and before it is looked at."""
        return moment is not None and self.start <= moment < self.at


def _due_in(case: Case, span: Span, days: int) -> bool:
    """Open, and due in so many days after the last one of the span, but not late yet."""
    begin = span.end + timedelta(days=days - 1)
    late = case.is_late(span.at)
    return case.is_open(span.at) and case.due_at is not None and not late and (
        begin <= case.due_at < begin + timedelta(days=1)
    )  # fmt: skip


Rule = Callable[[Case, Span], bool]
SECTIONS: Mapping[str, Rule] = {
    "overdue": lambda case, span: case.is_late(span.at),
    "returned": lambda case, span: case.is_open(span.at) and case.state == "returned",
    "due_today": lambda case, span: _due_in(case, span, 0),
    "due_tomorrow": lambda case, span: _due_in(case, span, 1),
    "rebounds": lambda case, span: case.is_problem and bool(case.rebound_kind) and span.holds(case.found_at),
    "new": lambda case, span: case.is_problem and span.holds(case.found_at),
    "to_check": lambda case, span: case.is_open(span.at) and case.state == "fixed",
    "closed": lambda case, span: case.state == "closed" and span.holds(case.closed_at),
    "open": lambda case, span: case.is_open(span.at),
}
SECTION_TITLES = {
    "overdue": "Overdue",
    "returned": "Returned for rework",
    "due_today": "Due today",
    "due_tomorrow": "Due tomorrow",
    "look_backs": "Look-backs due",
    "rebounds": "Rebounds",
    "new": "New",
    "to_check": "Fixed, to be checked",
    "closed": "Closed",
    "open": "Open",
}


@dataclass(frozen=True, slots=True)
class Digest:
    """One person's day; `sections` by name, each the most urgent first; `look_backs` with the day they are due."""

    span: Span
    sections: Mapping[str, Sequence[Case]]
    look_backs: Sequence[tuple[datetime, Case]] = field(default_factory=tuple)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are in each section."""
        sizes = {**{name: len(cases) for name, cases in self.sections.items()}, "look_backs": len(self.look_backs)}
        return {name: sizes[name] for name in SECTION_TITLES}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not any(self.counts.values())


def digest(cases: Iterable[Case], span: Span, *, look_backs: Iterable[tuple[datetime, Case]] = ()) -> Digest:
    """The cases in their sections; look-backs that are due by the end of the day after the span are told."""
    ordered = sorted(cases, key=_urgency)
    sections = {name: tuple(case for case in ordered if holds(case, span)) for name, holds in SECTIONS.items()}
    due = [pair for pair in look_backs if pair[0] < span.end + timedelta(days=1)]
    return Digest(span, sections, tuple(sorted(due, key=lambda pair: (pair[0], pair[1].id))))


def _urgency(case: Case) -> tuple[bool, float, int]:
    return case.due_at is None, case.due_at.timestamp() if case.due_at else 0.0, case.id
