"""When problems arise, are closed and come back: the 90 days before the demo town's `as_of`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.random import Generator

from layers.clock_data import shipped_calendar
from layers.demo.rhythm import Rhythm
from layers.demo.sites import Site, SiteFinder, again
from layers.model import Category
from layers.rules.clocks import shift
from layers.rules.deadlines import STAGE_OF

PERIOD_DAYS = 90
PROBLEMS = 900
# How many problems end in each state: first those in time, then those overdue.
OPEN_IN_TIME = {
    "reported": 26, "confirmed": 14, "filed": 16, "assigned": 36, "in_hand": 58, "fixed": 20, "returned": 12,
    "deferred": 8,
}  # fmt: skip
OVERDUE = {"confirmed": 2, "filed": 4, "assigned": 14, "in_hand": 24, "fixed": 7, "returned": 10}
TURNED_AWAY = {"declined": 26, "void": 7}
DUPLICATES = 24
REBOUND_CHANCE = {"open": 0.25, "closed": 0.09}  # that the problem is a rebound; then each earlier one again
LONGER_CHANCE = 0.4
NEVER_REALLY_CLOSED = 0.04
SCATTERED = {"open": 0.1, "closed": 0.6}  # outside the hot places: not in a dirty corner
REBOUND_M, DUPLICATE_M = 6.0, 4.5  # how far from the first place a second one is drawn
STEP_HOURS = 0.3  # busy hours that each move takes at least
DELAY_DAYS = (1.1, 2.6)  # by which overdue problems are late: at least, and more on average
BUSY_HOURS = {"working_days": 8.0, "working_hours": 1.0, "natural_days": 6.0, "emergency_hours": 0.35}  # at least


@dataclass(frozen=True)
class Episode:
    """One problem's life: `found` and `end` in busy hours, `end` of the last move; `state` at the end.

    `original` is the place in the list of the problem that this one repeats (state duplicate), else None.
    """

    site: Site
    found: float
    end: float
    state: str
    rebound: bool = False
    original: int | None = None


class Calendar:
    """Draws times for problems of the categories (by code)."""

    def __init__(self, rhythm: Rhythm, categories: Mapping[str, Category], rng: Generator):
        self.rhythm = rhythm
        self.categories = categories
        self.limit_days = {code: category.case_limit.limit for code, category in categories.items()}
        self.rng = rng

    def busy(self, days_ago: float, *, room_hours: float = 2.0) -> float:
        """A busy moment just after that many days ago, leaving room for moves until now."""
        found = self.rhythm.back(days_ago) + self.rng.uniform(0.1, min(1 + 2 * days_ago, 7))
        latest = self.rhythm.now - room_hours
        return found if found < latest else latest - self.rng.uniform(0, 0.5)

    def in_time(self, category: str) -> float:
        """Days ago, so that the limit has not passed."""
        return float(min(self.limit_days[category], 18) * self.rng.uniform(0.04, 0.9))

    def overdue(self, category: str) -> float:
        """Days ago, so that the limit has passed."""
        least, more = DELAY_DAYS
        limit, late = self.categories[category].case_limit, timedelta(days=least + self.rng.exponential(more))
        found = shift(self.rhythm.as_of - late, -limit.limit, clock=limit.clock, calendar=shipped_calendar())
        return float(min((self.rhythm.as_of - found) / timedelta(days=1), PERIOD_DAYS - 3))

    def waits_hours(self, category: str, state: str) -> float:
        """For how many busy hours a problem has been in the state, so that the stage's limit has not passed."""
        stages = self.categories[category].stages
        hours = [BUSY_HOURS[one.clock] * one.limit for one in stages if one.name == STAGE_OF.get(state)]
        return float(min(hours, default=80.0) * self.rng.uniform(0.05, 0.85))

    def takes_days(self, category: str) -> float:
        """How long a problem of the category takes to be closed: mostly less than the limit."""
        days = self.limit_days[category] * self.rng.lognormal(np.log(0.5), 0.65)
        return float(np.clip(days, 0.12, 24))

    def rests_days(self) -> float:
        """How long a closed problem rests before it comes back."""
        if self.rng.random() < NEVER_REALLY_CLOSED:
            return float(self.rng.uniform(0.3, 1.8))
        return float(np.clip(0.6 + self.rng.gamma(1.5, 4.5), 0.6, 28))

    def closed_days_ago(self) -> float:
        """When a problem was closed: all through the period, more and more as the campaign runs."""
        return float(PERIOD_DAYS * self.rng.beta(0.95, 1.25))


def live(finder: SiteFinder, calendar: Calendar, rng: Generator) -> list[Episode]:
    """Nine hundred problems: the open ones, those turned away, then closed ones until the number is full."""
    episodes: list[Episode] = []
    for state, overdue in _open_states():
        episodes += _open(state, overdue, finder, calendar, rng)
    episodes += [_turned_away(state, finder, calendar, rng) for state in _listed(TURNED_AWAY)]
    while len(episodes) < PROBLEMS - DUPLICATES:
        episodes += _closed(finder, calendar, rng)
    return episodes + _duplicates(episodes, calendar, rng)


def _open_states() -> Iterator[tuple[str, bool]]:
    yield from ((state, False) for state in _listed(OPEN_IN_TIME))
    yield from ((state, True) for state in _listed(OVERDUE))


def _listed(counts: Mapping[str, int]) -> list[str]:
    return [state for state, count in counts.items() for _ in range(count)]


def _open(state: str, overdue: bool, finder: SiteFinder, calendar: Calendar, rng: Generator) -> list[Episode]:
    limits = calendar.limit_days
    favour = {code: 1.0 if overdue else min(days, 10) ** 0.6 for code, days in limits.items()}
    site = finder.find(favour, scattered=SCATTERED["open"])
    days = calendar.overdue(site.category) if overdue else calendar.in_time(site.category)
    days = min(days, 1.6) if state == "confirmed" and not overdue else days
    found = calendar.rhythm.back(days) - rng.uniform(0, 2) if overdue else calendar.busy(days)
    since = calendar.rhythm.now - calendar.waits_hours(site.category, state)
    if state == "reported":
        return _with_past(Episode(site, since, since, state), REBOUND_CHANCE["open"], calendar, rng)
    end = found + (calendar.rhythm.now - found) * rng.uniform(0.55, 0.97)
    last = Episode(site, found, end if overdue else max(end, since), state)
    return _with_past(last, REBOUND_CHANCE["open"], calendar, rng)


def _closed(finder: SiteFinder, calendar: Calendar, rng: Generator) -> list[Episode]:
    site = finder.find({}, scattered=SCATTERED["closed"])
    end_days = calendar.closed_days_ago()
    last = _closed_episode(site, end_days, calendar)
    return [] if last is None else _with_past(last, REBOUND_CHANCE["closed"], calendar, rng)


def _closed_episode(site: Site, end_days: float, calendar: Calendar) -> Episode | None:
    """A problem closed so many days ago; None if it would have been found before the period."""
    found_days = end_days + calendar.takes_days(site.category)
    if found_days > PERIOD_DAYS - 0.5:
        return None
    found = calendar.busy(found_days, room_hours=4.0)
    end = min(max(calendar.busy(end_days, room_hours=0.1), found + 8 * STEP_HOURS), calendar.rhythm.now)
    return Episode(site, found, end, "closed")


def _with_past(
    last: Episode, chance: float, calendar: Calendar, rng: Generator, *, place: Site | None = None
) -> list[Episode]:
    """The problem and, by chance, closed ones before it at the same place (None = its own)."""
    place = place or last.site
    if rng.random() >= chance:
        return [last]
    end_days = _days_ago(last.found, calendar.rhythm) + calendar.rests_days()
    before = _closed_episode(again(place, rng, within_m=REBOUND_M), end_days, calendar)
    if before is None or before.end >= last.found:
        return [last]
    rebound = replace(last, rebound=True)
    return [rebound, *_with_past(before, LONGER_CHANCE, calendar, rng, place=place)]


def _days_ago(busy: float, rhythm: Rhythm) -> float:
    return (rhythm.as_of - rhythm.at(busy)).total_seconds() / 86_400


def _turned_away(state: str, finder: SiteFinder, calendar: Calendar, rng: Generator) -> Episode:
    found = calendar.busy(float(rng.uniform(1, PERIOD_DAYS - 2)))
    return Episode(
        finder.find({}, scattered=SCATTERED["closed"]),
        found,
        min(found + rng.uniform(0.5, 9), calendar.rhythm.now),
        state,
    )


def _duplicates(episodes: Sequence[Episode], calendar: Calendar, rng: Generator) -> list[Episode]:
    """Second reports of problems, by somebody else on the same day."""
    latest = calendar.rhythm.now - 6
    likely = [i for i, one in enumerate(episodes) if one.found < latest and one.state not in TURNED_AWAY]
    return [_duplicate(int(i), episodes[int(i)], rng) for i in rng.choice(likely, DUPLICATES, replace=False)]


def _duplicate(index: int, first: Episode, rng: Generator) -> Episode:
    found = first.found + rng.uniform(0.3, 3)
    site = again(first.site, rng, within_m=DUPLICATE_M)
    return Episode(site, found, found + rng.uniform(0.4, 2.5), "duplicate", original=index)
