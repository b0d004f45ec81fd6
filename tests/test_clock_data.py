"""The shipped days, compared with those that others have collected from the yearly notices."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from layers.clock_data import shipped_calendar, shipped_days
from layers.rules.calendars import DAY_KINDS

LAST_PUBLISHED = 2026


@pytest.mark.parametrize("year", range(2021, LAST_PUBLISHED + 1))
def test_every_day_is_worked_or_free_as_the_notices_say(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year % 4 == 0))]
    assert [shipped_calendar().is_working(day) for day in days] == [chinese_calendar.is_workday(day) for day in days]


def test_days_are_in_order_named_and_of_a_known_kind() -> None:
    days = shipped_days()
    assert [one.day for one in days] == sorted({one.day for one in days})
    assert {one.kind for one in days} == set(DAY_KINDS)
    assert all(one.name and one.source for one in days)


def test_a_year_that_is_not_announced_has_the_days_of_the_law_and_is_not_firm() -> None:
    coming = [one for one in shipped_days() if one.day.year == LAST_PUBLISHED + 1]
    assert len(coming) == 13  # 1 + 4 + 1 + 2 + 1 + 1 + 3
    assert all(one.provisional and one.kind == "holiday" for one in coming)
    assert not any(one.provisional for one in shipped_days() if one.day.year <= LAST_PUBLISHED)
    assert (shipped_calendar().known_from, shipped_calendar().known_until) == (date(2021, 1, 1), date(2027, 1, 1))
