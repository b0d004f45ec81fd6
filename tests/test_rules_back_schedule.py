"""A unit's line: its days, its quota, its chance, its status; the worst come first."""

from datetime import date, timedelta

import numpy as np
import pytest

from layers.rules.back_schedule import Frame, Line, Pace, frame_of, worst_first
from layers.rules.calendars import Calendar
from layers.rules.progress import Flows, Ledger
from layers.values import midnight

BEGIN, END = date(2021, 11, 22), date(2021, 12, 22)  # the directive's month: 31 days, 23 of them weekdays
EVERY_DAY = Calendar(weekdays=frozenset(range(7)))


def frame(day: int, calendar: Calendar = EVERY_DAY) -> Frame:
    """The frame as the n-th day ends (0: as the first begins)."""
    return frame_of(BEGIN, END, calendar, at=midnight(BEGIN + timedelta(days=day)))


def ledger(start: int, new: list[int], closed: list[int]) -> Ledger:
    """One unit with so many open at the begin."""
    zero = np.zeros((1, len(new)), dtype=np.int64)
    daily = Flows(np.array([new]), zero, np.array([closed]), zero)
    since = Flows(*(rows.sum(axis=1) for rows in (daily.new, daily.rebound, daily.closed, daily.struck)))
    first = np.array([start])
    return Ledger(first, first, since, daily, first[:, None] + np.cumsum(daily.net, axis=1))


def line(start: int, new: list[int], closed: list[int]) -> Line:
    return Pace(frame(len(new)), EVERY_DAY, seed=1).lines(ledger(start, new, closed), [("u", "一村")])[0]


@pytest.mark.parametrize(
    ("day", "state", "left"),
    [(0, "coming", 31), (1, "running", 30), (10, "running", 21), (31, "over", 0), (50, "over", 0)],
)
def test_the_days_of_the_directives_month(day: int, state: str, left: int) -> None:
    found = frame(day)
    assert (found.state, found.day, found.days) == (state, min(day, 31), 31)
    assert (len(found.ahead), found.calendar_days_left) == (left, left)
    assert found.full_days == min(day, 31)
    assert len(frame(0, Calendar()).ahead) == 23


def test_within_a_day_it_counts_but_is_not_over() -> None:
    found = frame_of(BEGIN, END, EVERY_DAY, at=midnight(BEGIN) + timedelta(hours=60))
    assert (found.day, found.full_days, found.ahead[0]) == (3, 2, date(2021, 11, 25))


def test_a_steady_pace_is_told_to_the_day() -> None:
    found = line(100, [1] * 11, [6] * 11)  # 45 left, 5 a day: 9 days more, 20 are left
    assert (found.open, found.net, found.done, found.required) == (45, -55, 6.0, 45 / 20 + 1)
    assert (found.chance, found.status) == (1.0, "on_track")
    assert found.finish == (date(2021, 12, 11),) * 3
    assert list(found.quota) == [3] * 5 + [2] * 15


def test_who_does_less_than_comes_in_is_behind() -> None:
    found = line(10, [3] * 11, [2] * 11)
    assert (found.chance, found.status, found.finish) == (0.0, "late", (None, None, None))


def test_six_days_of_history_tell_the_required_rate_only() -> None:
    found = line(50, [0] * 6, [2] * 6)
    assert (found.status, found.chance, found.required) == ("unknown", None, 38 / 25)
    assert Pace(frame(6), EVERY_DAY, seed=1).fan(ledger(50, [0] * 6, [2] * 6)) == []
    assert line(50, [0] * 7, [2] * 7).chance == 1.0


def test_what_is_done_is_on_track_and_what_was_not_done_in_time_is_late() -> None:
    assert (line(4, [0] * 2, [2] * 2).status, line(4, [0] * 2, [2] * 2).required) == ("on_track", 0.0)
    over = line(40, [0] * 31, [1] * 31)
    assert (over.status, over.required, list(over.quota)) == ("late", None, [])


def test_the_fan_goes_on_from_today_to_the_deadline() -> None:
    pace = Pace(frame(11), EVERY_DAY, seed=1)
    fan = pace.fan(ledger(100, [1] * 11, [6] * 11))
    assert (fan[0], fan[-1]) == ((date(2021, 12, 3), 40.0, 40.0, 40.0), (END, 0.0, 0.0, 0.0))
    assert len(fan) == 20


def test_the_worst_come_first() -> None:
    good, bad = line(100, [1] * 11, [6] * 11), line(10, [3] * 11, [2] * 11)
    worse, early = line(90, [3] * 11, [2] * 11), line(50, [0] * 6, [2] * 6)
    assert sorted([good, early, bad, worse], key=worst_first) == [worse, bad, early, good]
