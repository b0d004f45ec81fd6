"""How a campaign goes on: what is left of it, what each day must bring, whether it will be done. Load → rule → values.

The campaign as a whole or one of its phases is looked at, each with its own days and kinds of problems.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from layers import past
from layers.campaigns import campaign_sheet
from layers.clock_rules import calendar_sheet
from layers.errors import BadInput, NotFound
from layers.progress_cases import TownCases, town_cases, within
from layers.query import Query, Where
from layers.rules import campaigns as rules
from layers.rules.back_schedule import Frame, Line, Pace, frame_of, running_day, worst_first
from layers.rules.campaigns import Campaign
from layers.rules.forecast import HISTORY_DAYS
from layers.rules.progress import Flows, Ledger, Span, ledger, midnight_s
from layers.store import Session
from layers.targets import Reached, reached
from layers.values import midnight
from layers.words import msg

BY = ("area", "person", "department", "category")
MOST_LISTED = 100  # cases of the next working day


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: a campaign ("" = the one that runs), a phase (1 = the first; 0 = all), a unit ("" = all)."""

    campaign: str = ""
    phase: int = 0
    by: str = "area"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A unit from day to day: what was counted on each day up to now, the fan of the forecast on each day after."""

    line: Line
    days: Sequence[date]
    start: int
    flows: Flows
    open: Sequence[int]
    fan: Sequence[tuple[date, float, float, float]]
    next_day: Sequence[int]  # keys of the cases that the next working day begins with


@dataclass(frozen=True, slots=True)
class PhaseView:
    """A phase with its own days and line."""

    frame: Frame
    line: Line


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything about a campaign at a moment; `baseline_at` is the day at whose beginning the baseline stands."""

    campaign: Campaign
    campaigns: Sequence[Campaign]
    version: int
    frame: Frame
    baseline_at: date
    total: Line
    lines: Sequence[Line]
    course: Course
    phases: Sequence[PhaseView]
    targets: Sequence[Reached]
    history_days: int
    seed: int


def progress(session: Session, wish: Wish, *, as_of: datetime) -> Progress | None:
    """A campaign at a moment; None where the town has none. BadInput for an unknown unit or phase, NotFound for an
    unknown campaign."""
    if wish.by not in BY:
        raise BadInput(msg("“{value}” is none of: {choices}.", value=wish.by[:40], choices=", ".join(BY)), field="by")
    sheet = campaign_sheet(session)
    campaign = _chosen(sheet.campaigns, wish.campaign, as_of)
    if campaign is None:
        return None
    if not 0 <= wish.phase <= len(campaign.phases):
        raise BadInput(msg("The campaign has {count} phases.", count=len(campaign.phases)), field="phase")
    view = _View(session, campaign, rules.baseline_begin(campaign, sheet.campaigns), wish, as_of)
    return Progress(
        campaign=campaign, campaigns=sheet.campaigns, version=sheet.version, frame=view.frame,
        baseline_at=view.baseline, total=view.total, lines=view.lines(), course=view.course(wish.unit),
        phases=view.phases(), targets=reached(session, campaign, view.cases, view.calendar, at=as_of),
        history_days=min(view.frame.full_days, HISTORY_DAYS), seed=view.seed,
    )  # fmt: skip


def _chosen(campaigns: Sequence[Campaign], code: str, at: datetime) -> Campaign | None:
    """The one that is named; else the one that runs, else the last that has begun, else the next."""
    if code:
        named = next((one for one in campaigns if one.code == code), None)
        if named is None:
            raise NotFound("campaign", code[:40])
        return named
    day = running_day(at)
    now = rules.running(campaigns, day)
    begun = sorted((one for one in campaigns if one.begin <= day), key=lambda one: one.end, reverse=True)
    to_come = sorted(campaigns, key=lambda one: one.begin)
    return next(iter([*now, *begun, *to_come]), None)


class _View:
    """A campaign or one of its phases, read once."""

    def __init__(self, session: Session, campaign: Campaign, baseline: date, wish: Wish, as_of: datetime):
        self.session, self.campaign, self.as_of = session, campaign, as_of
        self.calendar = calendar_sheet(session).calendar()
        self.categories = session.town.categories()
        self.cases: TownCases = town_cases(
            session, by=wish.by, since=min(midnight(baseline), as_of), until=max(as_of, midnight(baseline))
        )
        self.seed = crc32(f"{campaign.code} {running_day(as_of)}".encode())
        if wish.phase:
            phase = campaign.phases[wish.phase - 1]
            self.baseline, codes = phase.begin, phase.categories
            self.frame = frame_of(phase.begin, phase.end, self.calendar, at=as_of)
        else:
            self.baseline, codes = baseline, campaign.categories
            self.frame = frame_of(campaign.begin, campaign.end, self.calendar, at=as_of)
        self.chosen = within(self.cases, codes, self.categories)
        self.ledger = self._ledger(self.frame, self.baseline, self.chosen)
        self.pace = Pace(self.frame, self.calendar, self.seed)
        self.total = self.pace.lines(self.ledger.total(), [("", "")])[0]

    def lines(self) -> list[Line]:
        """The units that have anything to count, the worst first."""
        names = [(key, self.cases.names.get(key, key)) for key in self.cases.units]
        made = self.pace.lines(self.ledger, names)
        counted = (one for one in made if one.baseline or one.new or one.rebound or one.closed or one.struck)
        return sorted(counted, key=worst_first)

    def course(self, unit: str) -> Course:
        """One unit from day to day; NotFound where no problem of the campaign is its."""
        if not unit:
            return self._course(self.ledger.total(), self.total, self.chosen)
        if unit not in self.cases.units:
            raise NotFound("unit", unit[:40])
        number = list(self.cases.units).index(unit)
        one = self._ledger(self.frame, self.baseline, self.chosen & (self.cases.cases.unit == number)).total()
        line = self.pace.lines(one, [(unit, self.cases.names.get(unit, unit))])[0]
        return self._course(one, line, self.chosen & (self.cases.cases.unit == number))

    def phases(self) -> list[PhaseView]:
        """Each phase by itself."""
        views = []
        for phase in self.campaign.phases:
            frame = frame_of(phase.begin, phase.end, self.calendar, at=self.as_of)
            chosen = within(self.cases, phase.categories, self.categories)
            whole = self._ledger(frame, phase.begin, chosen).total()
            pace = Pace(frame, self.calendar, self.seed)
            views.append(PhaseView(frame, pace.lines(whole, [("", phase.name_zh)])[0]))
        return views

    def _ledger(self, frame: Frame, baseline: date, chosen: NDArray[np.bool_]) -> Ledger:
        span = Span(midnight_s(baseline), midnight_s(frame.begin), frame.at.timestamp())
        return ledger(self.cases.of(chosen), len(self.cases.units), span)

    def _course(self, one: Ledger, line: Line, chosen: NDArray[np.bool_]) -> Course:
        frame = self.frame
        flows = Flows(*(rows[0] for rows in (one.daily.new, one.daily.rebound, one.daily.closed, one.daily.struck)))
        days = [frame.begin + timedelta(days=n) for n in range(one.open.shape[1])]
        limit = min(line.quota[0], MOST_LISTED) if line.quota else 0
        return Course(line, days, int(one.start[0]), flows, one.open[0].tolist(), self.pace.fan(one),
                      self._next_day(chosen, limit))  # fmt: skip

    def _next_day(self, chosen: NDArray[np.bool_], limit: int) -> list[int]:
        """The open cases with which the next working day begins: the most severe first, then the first due."""
        if not limit:
            return []
        cases, at = self.cases.cases, self.frame.at
        left = chosen & (cases.found_at < at.timestamp()) & ~(cases.ended_at < at.timestamp())
        mine = dict(zip(self.cases.id[left].tolist(), self.cases.severity[left].tolist(), strict=True))
        least = sorted(mine.values(), reverse=True)[:limit][-1]  # those below are not reached
        asked = Query(where=(*past.open_at(at), Where("severity", "null or >=", least)))
        rows = self.session.features.columns("problems", ("id", "due_at"), asked)
        turns = sorted((-mine[id_], due is None, due or at, id_) for id_, due in rows if id_ in mine)
        return [id_ for *_, id_ in turns[:limit]]
