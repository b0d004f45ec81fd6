"""When work is done: the hours of a day, the days of the week, holidays and the days that make up for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from layers.errors import BadInput
from layers.values import town_day
from layers.words import msg

DAY_KINDS = ("holiday", "workday")
STANDARD_HOURS = ((time(8, 30), time(12)), (time(14), time(17, 30)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When work is done: the hours of a working day, the weekdays (Monday = 0), and the days that differ.

    `workdays` are the make-up working days (调休上班). The days of [`known_from`, `known_until`) follow an
    announced arrangement; all others follow the week alone, and `is_known` says so. BadInput (`hours`,
    `weekdays`) where the hours are empty, out of order or overlap, or where no weekday is worked.
    """

    hours: tuple[tuple[time, time], ...] = STANDARD_HOURS
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    known_from: date = date.min
    known_until: date = date.min
    version: int = 1

    def __post_init__(self) -> None:
        ends = [end for session in self.hours for end in session]
        if not ends or any(a >= b for a, b in pairwise(ends)):
            raise BadInput(msg("Working hours must be spans of a day, in order, without overlap."), field="hours")
        if not self.weekdays or not self.weekdays <= set(range(7)):
            raise BadInput(msg("At least one day of the week must be a working day."), field="weekdays")

    def is_working(self, day: date) -> bool:
        """Whether that day is worked: a make-up day, or a weekday that is no holiday.

        >>> calendar = Calendar(workdays=frozenset({date(2021, 9, 26)}))
        >>> calendar.is_working(date(2021, 9, 26)), calendar.is_working(date(2021, 9, 25))
        (True, False)
        """
        return day in self.workdays or (day.weekday() in self.weekdays and day not in self.holidays)

    def is_known(self, moment: datetime) -> bool:
        """Whether that moment's day follows an announced arrangement, so that a due time there stands firm."""
        return self.known_from <= town_day(moment) < self.known_until


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """A day that differs from its week: a `holiday`, or a `workday` that makes up for one.

    `name` is the festival's English name, the key of its translation, or an administrator's own words;
    `provisional` marks what the law gives before the year's arrangement has been announced.
    """

    day: date
    kind: str
    name: str = ""
    provisional: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingWeek:
    """The working hours of a day, and the weekdays (Monday = 0) that are worked."""

    hours: tuple[tuple[time, time], ...] = STANDARD_HOURS
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)


def calendar_of(days: Iterable[CalendarDay], *, week: WorkingWeek = WorkingWeek(), version: int = 1) -> Calendar:
    """The calendar of those days; a year is known once it has days of its own and none is provisional.

    Only years that follow one another are known: the first gap ends what is.

    >>> new_year = CalendarDay(day=date(2021, 1, 1), kind="holiday")
    >>> calendar_of([new_year]).known_until
    datetime.date(2022, 1, 1)
    """
    listed = list(days)
    loose = {one.day.year for one in listed if one.provisional}
    years = sorted({one.day.year for one in listed} - loose)
    end = next((year + 1 for year in years if year + 1 not in years), date.min.year)
    return Calendar(
        hours=week.hours, weekdays=frozenset(week.weekdays), version=version,
        holidays=frozenset(one.day for one in listed if one.kind == "holiday"),
        workdays=frozenset(one.day for one in listed if one.kind == "workday"),
        known_from=date(years[0], 1, 1) if years else date.min, known_until=date(end, 1, 1),
    )  # fmt: skip
