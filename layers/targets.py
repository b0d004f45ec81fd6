"""How far the targets of a campaign are reached: of the parcels' area, of the problems of some kinds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from layers import past
from layers.measures import treated_area
from layers.progress_cases import TownCases, within
from layers.rules.back_schedule import running_day
from layers.rules.calendars import Calendar
from layers.rules.campaigns import Campaign, Target
from layers.rules.progress import target_status, working_days
from layers.store import Session
from layers.values import midnight


@dataclass(frozen=True, slots=True)
class Reached:
    """A target: `done` of `whole` (m² or problems), its share (None = of nothing), the working days left."""

    target: Target
    done: float
    whole: float
    share: float | None
    days_left: int
    status: str


def reached(
    session: Session, campaign: Campaign, cases: TownCases, calendar: Calendar, *, at: datetime
) -> list[Reached]:  # fmt: skip
    """Each target as it stands at a moment, or as it stood when its day was over."""
    made = []
    for target in campaign.targets:
        moment = min(at, past.end_of(target.by))
        done, whole = _MEASURED[target.what](session, campaign, target, cases, moment)
        share = done / whole if whole else None
        today = running_day(at)
        left = len(working_days(today, target.by, calendar))
        said = "unknown" if share is None else target_status(share, target.aim, _elapsed(campaign.begin, target.by, at))
        made.append(Reached(target, done, whole, share, left, said))
    return made


def _elapsed(begin: date, by: date, at: datetime) -> float:
    """The share of the time up to the end of the target's day that is over; 0 before the campaign."""
    start, end = midnight(begin), past.end_of(by)
    return float(np.clip((at - start) / (end - start), 0.0, 1.0))


def _parcel_area(
    session: Session, _campaign: Campaign, _target: Target, _cases: TownCases, at: datetime
) -> tuple[float, float]:  # fmt: skip
    return treated_area(session, at=at)


def _closed(
    session: Session, campaign: Campaign, target: Target, cases: TownCases, at: datetime
) -> tuple[float, float]:  # fmt: skip
    """Of what was open at the baseline or has been found since: what is closed."""
    chosen = within(cases, target.categories or campaign.categories, session.town.categories())
    mine, moment = cases.of(chosen), at.timestamp()
    ended = mine.ended_at < moment
    counted = (mine.found_at < moment) & ~(ended & mine.struck)
    return float((counted & ended).sum()), float(counted.sum())


_Measure = Callable[[Session, Campaign, Target, TownCases, datetime], tuple[float, float]]
_MEASURED: dict[str, _Measure] = {"parcel_area": _parcel_area, "closed": _closed}
