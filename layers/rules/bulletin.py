"""The bulletin of a town for a day or more: counts beside those of the period before (环比), and rankings."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from layers.rules.campaigns import Campaign, running
from layers.rules.digest import Case, Span

MOST_LINES = 5
MOST_PRAISED = 3

Count = Callable[[Case, Span], bool]
COUNTS: Mapping[str, Count] = {
    "reported": lambda case, span: case.is_problem and span.holds(case.found_at),
    "closed": lambda case, span: case.state == "closed" and span.holds(case.closed_at),
    "closed_on_time": lambda case, span: (
        case.state == "closed" and span.holds(case.closed_at) and case.closed_at is not None
        and (case.due_at is None or case.closed_at <= case.due_at)
    ),
    "open": lambda case, span: case.is_open(span.at),
    "overdue": lambda case, span: case.is_late(span.at),
    "rebounds": lambda case, span: case.is_problem and bool(case.rebound_kind) and span.holds(case.found_at),
}  # fmt: skip
COUNT_TITLES = {
    "reported": "New",
    "closed": "Closed",
    "closed_on_time": "Closed in time",
    "open": "Open",
    "overdue": "Overdue",
    "rebounds": "Rebounds",
    "returned": "Returned for rework",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A count beside that of the period before."""

    value: int
    previous: int

    @property
    def change(self) -> float | None:
        """The change as a share of the period before; None where that was 0.

        >>> Figure(12, 9).change, Figure(3, 0).change
        (0.3333333333333333, None)
        """
        return None if self.previous == 0 else (self.value - self.previous) / self.previous


@dataclass(frozen=True, slots=True)
class CampaignDay:
    """A campaign that runs on the last day of the period: which day it is, and how many are left after it."""

    name_zh: str
    name_en: str
    day: int
    left: int

    @classmethod
    def of(cls, campaign: Campaign, on: date) -> "CampaignDay":
        """The campaign on one of its days."""
        return cls(campaign.name_zh, campaign.name_en, (on - campaign.begin).days + 1, (campaign.end - on).days)


@dataclass(frozen=True, slots=True)
class Village:
    """A village's part in the period."""

    code: str
    name: str
    reported: int
    closed: int
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The whole: `categories` with the most new cases, `villages` with the most open ones, the cases to name, the
    `campaigns` that run."""

    span: Span
    figures: Mapping[str, Figure]
    categories: Sequence[tuple[str, Figure]]
    villages: Sequence[Village]
    praised: Sequence[Village]
    overdue: Sequence[Case]
    rebounds: Sequence[Case]
    campaigns: Sequence[CampaignDay] = ()


def bulletin(
    cases: Sequence[Case], span: Span, *, villages: Mapping[str, str], village_of: Mapping[int, str],
    returned: Figure, campaigns: Sequence[Campaign] = (),
) -> Bulletin:  # fmt: skip
    """The bulletin from the cases; `villages` code → name, `village_of` case → code; `returned` counts events."""
    spans = (span, span.before)
    counted = {name: Figure(*(_count(cases, rule, one) for one in spans)) for name, rule in COUNTS.items()}
    lines = _villages(cases, span, villages, village_of)
    late = [case for case in cases if case.is_late(span.at)]
    return Bulletin(
        span=span, figures={**counted, "returned": returned}, categories=_categories(cases, span),
        villages=sorted((line for line in lines if line.open), key=lambda line: (-line.open, -line.overdue, line.code)),
        praised=_praised(lines),
        overdue=sorted(late, key=lambda case: (case.due_at is None, case.due_at, case.id))[:MOST_LINES],
        rebounds=[case for case in cases if COUNTS["rebounds"](case, span)][:MOST_LINES],
        campaigns=[CampaignDay.of(one, span.day) for one in running(campaigns, span.day)],
    )  # fmt: skip


def _count(cases: Sequence[Case], rule: Count, span: Span) -> int:
    return sum(rule(case, span) for case in cases)


def _categories(cases: Sequence[Case], span: Span) -> list[tuple[str, Figure]]:
    """The kinds of which there is the most that is new."""
    now, before = (
        Counter(case.category for case in cases if COUNTS["reported"](case, period)) for period in (span, span.before)
    )
    ranked = sorted(now.items(), key=lambda item: (-item[1], item[0]))[:MOST_LINES]
    return [(code, Figure(n, before[code])) for code, n in ranked]


def _villages(
    cases: Sequence[Case], span: Span, villages: Mapping[str, str], village_of: Mapping[int, str]
) -> list[Village]:
    counted = {
        name: Counter(village_of[case.id] for case in cases if case.id in village_of and COUNTS[name](case, span))
        for name in ("reported", "closed", "open", "overdue")
    }
    return [Village(code, name, *(counted[key][code] for key in counted)) for code, name in villages.items()]


def _praised(lines: Sequence[Village]) -> list[Village]:
    """Where cases were closed and none is late; the most closed first."""
    good = [line for line in lines if line.closed and not line.overdue]
    return sorted(good, key=lambda line: (-line.closed, line.open, line.code))[:MOST_PRAISED]
