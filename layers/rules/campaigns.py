"""Campaigns (攻坚行动): a document, its dates, phases with their kinds of problems, targets by a date.

Days are the town's; `end` is the last day of the campaign or phase.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

TARGET_TITLES = {
    "parcel_area": "Share of the area of the parcels that is treated",
    "closed": "Share of the problems that are closed",
}
TARGET_KINDS = tuple(TARGET_TITLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of a campaign; no `categories` (major or minor) = all problems."""

    name_zh: str
    name_en: str = ""
    begin: date
    end: date
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a share must reach by the end of a day; `what` is one of TARGET_KINDS, `aim` in (0, 1].

    `categories` are those whose problems are counted ("closed" only); none = those of the campaign.
    """

    name_zh: str
    name_en: str = ""
    by: date
    what: str
    categories: tuple[str, ...] = ()
    aim: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign; `baseline_of` names an earlier one whose baseline is carried over."""

    code: str
    name_zh: str
    name_en: str = ""
    document: str = ""
    programme: str = ""
    begin: date
    end: date
    baseline_of: str = ""
    phases: tuple[Phase, ...] = ()
    targets: tuple[Target, ...] = ()

    @property
    def days(self) -> int:
        """How many days it has, the first and the last one too."""
        return (self.end - self.begin).days + 1

    @property
    def categories(self) -> tuple[str, ...]:
        """The kinds of all its phases; none where it has no phase or one of them takes every problem."""
        if not all(phase.categories for phase in self.phases):
            return ()
        return tuple(dict.fromkeys(code for phase in self.phases for code in phase.categories))

    def phase_at(self, day: date) -> int | None:
        """The position of the phase that holds a day."""
        return next((i for i, one in enumerate(self.phases) if one.begin <= day <= one.end), None)


def running(campaigns: Iterable[Campaign], day: date) -> list[Campaign]:
    """The campaigns of a day, what began last first."""
    return sorted((one for one in campaigns if one.begin <= day <= one.end), key=lambda one: one.begin, reverse=True)


def baseline_begin(campaign: Campaign, campaigns: Sequence[Campaign]) -> date:
    """The day at whose beginning the baseline stands: that of the campaign it was carried over from, or its own."""
    by_code = {one.code: one for one in campaigns}
    while campaign.baseline_of in by_code:
        campaign = by_code[campaign.baseline_of]
    return campaign.begin
