"""The four clocks of city management: when a limit runs out, how much of it has run, what is left.

| clock | runs | unit | begins |
| --- | --- | --- | --- |
| emergency_hours 紧急工作时 | always | an hour | at the start |
| working_hours 工作时 | in working hours | an hour | at the first working moment not before the start |
| working_days 工作日 | in working hours | a working day | when the first working day after the day of the start opens |
| natural_days 自然日 | always | 24 hours | at the start |

A limit runs out at the first moment at which as much has passed: four working hours begun at 08:30 end
at 14:30, three and a half at 12:00, not at 14:00. N working days therefore end at the close of work of
the N-th working day after the day of the start, whether that day is a working day or not: the day of the
start is not counted, and the last day ends with business (Civil Code of the PRC, articles 201 and 203).
Half a working day is half of its hours. A limit of 0 is due when its clock begins. Days are the town's
(Asia/Shanghai), intervals are half-open [a, b), every answer is in UTC, limits are exact to the millisecond.
Source of clocks and units: deployed systems after GB/T 30428.8; which clock a category has is its own datum.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInput
from layers.model import CLOCKS
from layers.rules.calendars import Calendar
from layers.values import TOWN_TIME
from layers.words import msg

Pause = tuple[datetime, datetime]
Moments = NDArray[np.int64]  # microseconds of town time since the first day of the table

CLOCK_TITLES = {
    "emergency_hours": "Emergency hours",
    "working_hours": "Working hours",
    "working_days": "Working days",
    "natural_days": "Calendar days",
}

_FIRST, _LAST = date(1990, 1, 1), date(2200, 1, 1)
_EPOCH = datetime.combine(_FIRST, time(), TOWN_TIME)
_MICRO = timedelta(microseconds=1)
_MILLI = 1_000  # limits are reckoned in whole milliseconds, which both stores keep
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


def due(
    start: datetime, limit: float, *, clock: str, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> datetime:  # fmt: skip
    """When a limit begun at `start` runs out, in UTC; what runs in a pause [from, to) does not count.

    After a pause the last working day counts to its close of work, as it does without one. BadInput (`limit`)
    for a negative limit or one that ends after 2199, (`clock`) for an unknown clock.

    >>> friday = datetime(2021, 9, 24, 16, 30, tzinfo=TOWN_TIME)
    >>> due(friday, 4, clock="working_hours", calendar=Calendar()).astimezone(TOWN_TIME).isoformat()
    '2021-09-27T11:30:00+08:00'
    >>> due(friday, 2, clock="working_days", calendar=Calendar()).astimezone(TOWN_TIME).isoformat()
    '2021-09-28T17:30:00+08:00'
    """
    time_ = _Time(clock, calendar)
    end = time_.after(time_.begin(_micros([start])), _limits(clock, calendar, [limit]))
    due_at = _moment(end[0])
    for pause in _merged(pauses):
        due_at = after_pause(due_at, pause, start=start, clock=clock, calendar=calendar)
    return due_at


def after_pause(
    due_at: datetime, pause: Pause, *, start: datetime, clock: str, calendar: Calendar
) -> datetime:  # fmt: skip
    """The due time of what began at `start`, shifted by what ran in the pause; unchanged where it was due before.

    >>> begun, stopped = (datetime(2021, 9, 24, hour, tzinfo=TOWN_TIME) for hour in (9, 11))
    >>> noon = datetime(2021, 9, 24, 12, tzinfo=TOWN_TIME)
    >>> paused = (stopped, noon + timedelta(hours=3))
    >>> after_pause(noon, paused, start=begun, clock="working_hours", calendar=Calendar()).astimezone(TOWN_TIME).hour
    16
    """
    time_ = _Time(clock, calendar)
    end, begin = _micros([due_at]), time_.begin(_micros([start]))
    first, last = np.maximum(_micros(pause), begin)
    if first >= end[0] or first >= last:
        return due_at
    run = time_.measure(np.array([first, last]))
    moved = time_.after(end, run[1:] - run[:1])
    if clock == "working_days" and moved > end:
        moved = time_.close_of_work(moved)
    return _moment(moved[0])


def due_many(
    starts: Sequence[datetime], limits: Sequence[float], *, clock: str, calendar: Calendar
) -> list[datetime]:  # fmt: skip
    """`due` of many starts with their limits at once, without pauses.

    >>> morning = datetime(2026, 11, 25, 9, tzinfo=TOWN_TIME)
    >>> [end.hour for end in due_many([morning] * 2, [1, 1.5], clock="emergency_hours", calendar=Calendar())]
    [2, 2]
    """
    time_ = _Time(clock, calendar)
    ends = time_.after(time_.begin(_micros(starts)), _limits(clock, calendar, limits))
    return [_moment(end) for end in ends.tolist()]


def elapsed(
    start: datetime, end: datetime, *, clock: str, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> float:  # fmt: skip
    """How much of a limit begun at `start` has run at `end`, in the clock's unit; 0 before it begins.

    >>> day = datetime(2021, 9, 24, tzinfo=TOWN_TIME)
    >>> elapsed(day, day + timedelta(hours=13), clock="working_hours", calendar=Calendar())
    3.5
    """
    time_ = _Time(clock, calendar)
    begin, stop = time_.begin(_micros([start])), _micros([end])
    run = time_.measure(stop) - time_.measure(begin)
    for pause in _merged(pauses):
        counted = time_.measure(np.clip(_micros(pause), begin, np.maximum(begin, stop)))
        run -= counted[1] - counted[0]
    return max(0.0, float(run[0]) / unit_of(clock, calendar))


def remaining(now: datetime, due_at: datetime, *, clock: str, calendar: Calendar) -> float:
    """What is left until a due time, in the clock's unit; negative once it has passed.

    >>> noon = datetime(2021, 9, 24, 12, tzinfo=TOWN_TIME)
    >>> remaining(noon, noon + timedelta(hours=3), clock="working_hours", calendar=Calendar())
    1.0
    """
    time_ = _Time(clock, calendar)
    left = time_.measure(_micros([due_at])) - time_.measure(_micros([now]))
    return float(left[0]) / unit_of(clock, calendar)


def shift(moment: datetime, by: float, *, clock: str, calendar: Calendar) -> datetime:
    """The moment so much later (an extension) or, where negative, earlier (a reminder), in UTC.

    Going back gives the last moment at which as much is left, so that a reminder one working hour before
    09:30 comes at 08:30 and not the evening before. Nothing begins anew: 0 gives the moment itself.

    >>> closing = datetime(2021, 9, 24, 17, 30, tzinfo=TOWN_TIME)
    >>> shift(closing, -1, clock="working_days", calendar=Calendar()).astimezone(TOWN_TIME).hour
    8
    """
    time_ = _Time(clock, calendar)
    step = _limits(clock, calendar, [abs(by)])
    there = _micros([moment])
    return _moment((time_.after(there, step) if by >= 0 else time_.before(there, step))[0])


def unit_of(clock: str, calendar: Calendar) -> int:
    """The unit of a clock's limit in microseconds of what it counts; BadInput (`clock`) for an unknown clock."""
    units = {"emergency_hours": _HOUR, "working_hours": _HOUR, "natural_days": _DAY}
    if clock == "working_days":
        return int(_table(calendar).passed[-1])
    if clock not in units:
        raise BadInput(msg("“{value}” is none of: {choices}.", value=clock, choices=", ".join(CLOCKS)), field="clock")
    return units[clock]


@dataclass(frozen=True, slots=True)
class _Table:
    """A calendar as arrays: `before[d]` working days before day d, `days` the working ones, and the spans
    of a working day: `opens`, `closes`, and how much has `passed` before each span and after the last."""

    before: Moments
    days: Moments
    opens: Moments
    closes: Moments
    passed: Moments


@lru_cache(maxsize=16)
def _table(calendar: Calendar) -> _Table:
    count = (_LAST - _FIRST).days
    week = (np.arange(count) + _FIRST.weekday()) % 7
    works = np.isin(week, sorted(calendar.weekdays))
    works[_indices(calendar.holidays)] = False
    works[_indices(calendar.workdays)] = True
    spans = np.array([[_of_day(end) for end in span] for span in calendar.hours], dtype=np.int64)
    passed = np.concatenate([[0], np.cumsum(spans[:, 1] - spans[:, 0])])
    before = np.concatenate([[0], np.cumsum(works)])
    return _Table(before.astype(np.int64), np.flatnonzero(works), spans[:, 0], spans[:, 1], passed)


class _Time:
    """Time as one clock counts it: how much has passed, and when as much will have."""

    def __init__(self, clock: str, calendar: Calendar):
        self.unit = unit_of(clock, calendar)
        self.clock = clock
        self.table = _table(calendar) if clock.startswith("working") else None

    def begin(self, starts: Moments) -> Moments:
        """When the clock begins to run."""
        if self.table is None:
            return starts
        first = starts if self.clock == "working_hours" else (starts // _DAY + 1) * _DAY
        return self._moment_at(self.measure(first), "right")

    def measure(self, moments: Moments) -> Moments:
        """How much has passed since the first day of the table."""
        if self.table is None:
            return moments
        table = self.table
        day, of_day = np.divmod(moments, _DAY)
        works = table.before[day + 1] - table.before[day]
        ran = np.clip(of_day[:, None] - table.opens, 0, table.closes - table.opens).sum(axis=1)
        measured: Moments = table.before[day] * table.passed[-1] + works * ran
        return measured

    def after(self, moments: Moments, amounts: Moments) -> Moments:
        """The first moment at which as much more has passed; the moment itself for nothing more."""
        if self.table is None:
            return _within(moments + amounts)
        ends = self._moment_at(self.measure(moments) + amounts, "left")
        kept: Moments = np.where(amounts == 0, moments, ends)
        return kept

    def before(self, moments: Moments, amounts: Moments) -> Moments:
        """The last moment at which as much was left."""
        if self.table is None:
            return _within(moments - amounts)
        return self._moment_at(self.measure(moments) - amounts, "right")

    def close_of_work(self, moments: Moments) -> Moments:
        """The end of work of the working day that runs at that moment."""
        assert self.table is not None  # noqa: S101 (asked of the clocks that count working days only)
        closes: Moments = moments // _DAY * _DAY + self.table.closes[-1]
        return closes

    def _moment_at(self, target: Moments, side: str) -> Moments:
        """The first ("left") or last ("right") moment at which `target` has passed."""
        assert self.table is not None  # noqa: S101 (the other clocks need no table)
        table, late = self.table, int(side == "left")
        nth, of_day = np.divmod(target - late, table.passed[-1])
        of_day += late
        if nth.max(initial=0) >= len(table.days) or nth.min(initial=0) < 0:
            raise _out_of_range()
        span = np.searchsorted(table.passed, of_day, side="left" if late else "right") - 1
        found: Moments = table.days[nth] * _DAY + table.opens[span] + of_day - table.passed[span]
        return found


def _limits(clock: str, calendar: Calendar, limits: Sequence[float]) -> Moments:
    amounts = np.asarray(limits, dtype=np.float64)
    if not (amounts >= 0).all():  # not a number is refused too
        raise BadInput(msg("A time limit is a number that is not negative."), field="limit")
    if (amounts > 1e6).any():
        raise _out_of_range()
    return np.rint(amounts * (unit_of(clock, calendar) / _MILLI)).astype(np.int64) * _MILLI


def _merged(pauses: Sequence[Pause]) -> list[Pause]:
    """Pauses in order, those that overlap as one, empty ones left out."""
    merged: list[Pause] = []
    for begin, end in sorted(pauses):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif begin < end:
            merged.append((begin, end))
    return merged


def _micros(moments: Iterable[datetime]) -> Moments:
    return _within(np.array([(moment - _EPOCH) // _MICRO for moment in moments], dtype=np.int64))


def _within(moments: Moments) -> Moments:
    last = (_LAST - _FIRST).days - 1
    if moments.size and not (moments.min() >= 0 and moments.max() < last * _DAY):
        raise _out_of_range()
    return moments


def _moment(micros: int | np.int64) -> datetime:
    return (_EPOCH + timedelta(microseconds=int(micros))).astimezone(UTC)


def _of_day(moment: time) -> int:
    return (datetime.combine(date.min, moment) - datetime.combine(date.min, time())) // _MICRO


def _indices(days: Iterable[date]) -> list[int]:
    return [(day - _FIRST).days for day in days if _FIRST <= day < _LAST]


def _out_of_range() -> BadInput:
    return BadInput(msg("Times before 1990 or after 2199 cannot be reckoned with."), field="limit")
