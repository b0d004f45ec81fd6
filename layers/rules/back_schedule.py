"""A unit's back-schedule at a moment: its line, its quota for each working day left, the futures of its backlog.

Pure: the ledger (`layers.rules.progress`) and the days of the campaign or phase go in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from layers.rules.calendars import Calendar
from layers.rules.forecast import (
    DONE,
    HISTORY_DAYS,
    LEAST_DAYS,
    Draws,
    Outlook,
    draws,
    fan,
    futures,
    outlook,
    paths_for,
)
from layers.rules.progress import (
    DONE_DAYS,
    NEW_DAYS,
    STATUSES,
    Ints,
    Ledger,
    per_working_day,
    required_rate,
    split,
    status,
    working_days,
)
from layers.values import midnight, town_day

_HORIZON_DAYS = (30, 366)  # looked ahead: at least, at most
_DAY = timedelta(days=1)
_MICRO = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One unit at the moment looked at. `done` and `required` are of a working day; `finish` the days on which 10, 50
    and 90 % of the futures are done (None = later than was looked ahead); `quota` as `Frame.ahead`."""

    key: str
    name: str
    baseline: int
    new: int
    closed: int
    rebound: int
    struck: int
    open: int
    required: float | None
    done: float
    chance: float | None
    finish: tuple[date | None, date | None, date | None]
    status: str
    quota: Sequence[int]

    @property
    def net(self) -> int:
        """new − closed + rebound."""
        return self.new - self.closed + self.rebound


@dataclass(frozen=True, slots=True)
class Frame:
    """The days of a campaign or phase beside the moment looked at; `state` coming, running or over.

    `day`: which one it is (0 before the first), of `days`; `ahead`: the working days left.
    """

    begin: date
    end: date
    at: datetime
    today: date
    state: str
    day: int
    ahead: Sequence[date]

    @property
    def days(self) -> int:
        """How many days there are in all."""
        return (self.end - self.begin).days + 1

    @property
    def calendar_days_left(self) -> int:
        """The days after this one, the last one too; before the begin: all of them."""
        return max((self.end - self.today).days, 0) if self.day else self.days

    @property
    def full_days(self) -> int:
        """How many of them are over."""
        return self.day if self.at >= midnight(self.today + _DAY) else max(self.day - 1, 0)


def running_day(at: datetime) -> date:
    """The day that runs just before a moment: the end of a day belongs to it.

    >>> running_day(midnight(date(2021, 11, 23)))
    datetime.date(2021, 11, 22)
    """
    return town_day(at - _MICRO)


def frame_of(begin: date, end: date, calendar: Calendar, *, at: datetime) -> Frame:
    """The frame of the days begin … end at a moment; what is over is looked at as it stood at its end."""
    cut = min(at, midnight(end + _DAY))
    today = running_day(cut)
    state = "coming" if today < begin else "over" if at >= midnight(end + _DAY) else "running"
    day = max((today - begin).days + 1, 0)
    return Frame(begin, end, cut, today, state, day, working_days(max(today, begin - _DAY), end, calendar))


def worst_first(line: Line) -> tuple[int, float, int, str]:
    """The worst first."""
    return STATUSES.index(line.status), line.chance or 0.0, -line.open, line.key


class Pace:
    """What the days of a frame tell of the days to come."""

    def __init__(self, frame: Frame, calendar: Calendar, seed: int):
        self.frame, self.seed = frame, seed
        full = range(frame.full_days)
        self.works = [calendar.is_working(frame.begin + timedelta(days=n)) for n in full]
        self.deadline = (frame.end - frame.today).days
        self.ahead = int(np.clip(self.deadline, *_HORIZON_DAYS))
        self.known = min(len(self.works), HISTORY_DAYS)
        self.foretells = frame.state == "running" and self.known >= LEAST_DAYS

    def lines(self, found: Ledger, names: Sequence[tuple[str, str]]) -> list[Line]:
        """A line for each unit."""
        full = len(self.works)
        came = (found.daily.new + found.daily.rebound)[:, :full]
        new = per_working_day(came, self.works, NEW_DAYS)
        done = per_working_day(found.daily.closed[:, :full], self.works, DONE_DAYS)
        drawn = self._drawn(paths_for(len(names), self.ahead)) if self.foretells else None
        return [
            self._line(found, i, name, (float(new[i]), float(done[i])), self._outlook(found, i, drawn))
            for i, name in enumerate(names)
        ]

    def fan(self, found: Ledger) -> list[tuple[date, float, float, float]]:
        """The 10, 50 and 90 % quantile of what is open at the end of each day up to the deadline; of one unit."""
        if not self.foretells:
            return []
        days = max(self.deadline, 0)
        paths = futures(int(found.backlog[0]), self._change(found, 0), self._drawn(paths_for(1, self.ahead))[:days])
        return [(self.frame.today + timedelta(days=n), low, middle, high)
                for n, (low, middle, high) in enumerate(fan(paths).tolist(), start=1)]  # fmt: skip

    def _line(
        self, found: Ledger, i: int, name: tuple[str, str], pace: tuple[float, float], seen: Outlook | None
    ) -> Line:  # fmt: skip
        since, left, ahead = found.since, int(found.backlog[i]), self.frame.ahead
        chance = None if seen is None else seen.chance
        return Line(
            key=name[0], name=name[1], baseline=int(found.baseline[i]), new=int(since.new[i]),
            closed=int(since.closed[i]), rebound=int(since.rebound[i]), struck=int(since.struck[i]), open=left,
            required=required_rate(left, len(ahead), pace[0]), done=pace[1], chance=chance, finish=self._finish(seen),
            status=status(chance), quota=split(left, [1.0] * len(ahead)),
        )  # fmt: skip

    def _outlook(self, found: Ledger, i: int, drawn: Draws | None) -> Outlook | None:
        left = int(found.backlog[i])
        if self.frame.state == "over":
            return replace(DONE, chance=float(left == 0), finish=(None, None, None))
        if self.frame.state == "running" and not left:
            return DONE
        if drawn is None:
            return None
        return outlook(left, self._change(found, i), drawn, deadline=self.deadline)

    def _finish(self, seen: Outlook | None) -> tuple[date | None, date | None, date | None]:
        days = seen.finish if seen else (None, None, None)
        early, middle, late = (None if n is None else self.frame.today + timedelta(days=n) for n in days)
        return early, middle, late

    def _change(self, found: Ledger, i: int) -> Ints:
        daily, last = found.daily, len(self.works)
        change: Ints = (daily.net[i] - daily.struck[i])[last - self.known : last]
        return change

    def _drawn(self, paths: int) -> Draws:
        return draws(self.known, self.ahead, seed=self.seed, paths=paths)
