"""Days and ladders that ship with the service, as data: data/holidays.csv (2021 to 2027), data/ladders.csv.

2021 to 2026 follow the yearly notices of the General Office of the State Council, with the days that make
up for a holiday. The notice for 2027 was not out yet: that year has the days of the law alone (全国年节及
纪念日放假办法, revised 2024), without make-up days, marked provisional until an administrator enters it.
"""

from csv import DictReader
from datetime import date
from functools import cache
from importlib.resources import files
from io import StringIO

from layers.rules.calendars import Calendar, CalendarDay, calendar_of
from layers.rules.escalation import NO_LADDER, Step


def shipped_days() -> tuple[CalendarDay, ...]:
    """Every day that differs from its week, in order.

    >>> shipped_days()[0].day, shipped_days()[0].name
    (datetime.date(2021, 1, 1), "New Year's Day")
    """
    return tuple(_day(row) for row in _rows("holidays"))


@cache
def shipped_calendar() -> Calendar:
    """The calendar of a town that has changed nothing."""
    return calendar_of(shipped_days())


def shipped_ladders() -> dict[str, tuple[Step, ...]]:
    """The steps of each ladder by its key; “none” has no step.

    >>> [step.step for step in shipped_ladders()["ordinary"]]
    ['reminder', 'supervise', 'notice', 'talk']
    """
    rows = _rows("ladders")
    keys = dict.fromkeys(row["ladder"] for row in rows)
    return {NO_LADDER: (), **{key: tuple(_step(row) for row in rows if row["ladder"] == key) for key in keys}}


def _rows(name: str) -> list[dict[str, str]]:
    text = files("layers").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    return list(DictReader(StringIO(text)))


def _step(row: dict[str, str]) -> Step:
    return Step(
        of=row["of"], step=row["step"], clock=row["clock"], offset=float(row["offset"]),
        addressed_to=row["addressed_to"],
    )  # fmt: skip


def _day(row: dict[str, str]) -> CalendarDay:
    return CalendarDay(
        day=date.fromisoformat(row["day"]), kind=row["kind"], name=row["name"],
        provisional=row["provisional"] == "yes", source=row["source"],
    )  # fmt: skip
