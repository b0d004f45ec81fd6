"""The four clocks: cases made by hand over two holidays, and what must hold for any start and limit."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.clock_data import shipped_calendar
from layers.errors import BadInput
from layers.model import CLOCKS
from layers.rules.calendars import Calendar
from layers.rules.clocks import due, due_many, elapsed, remaining, shift
from layers.values import TOWN_TIME

CALENDAR = shipped_calendar()

OPEN = [(time(8, 30), time(12)), (time(14), time(17, 30))]


def at(text: str) -> datetime:
    """A moment of the town's time, as “2021-09-30 16:30”."""
    return datetime.fromisoformat(text).replace(tzinfo=TOWN_TIME)


def ends(start: str, limit: float, clock: str, *pauses: tuple[str, str]) -> str:
    spans = [(at(begin), at(end)) for begin, end in pauses]
    moment = due(at(start), limit, clock=clock, calendar=CALENDAR, pauses=spans)
    assert moment.tzinfo is UTC
    return f"{moment.astimezone(TOWN_TIME):%Y-%m-%d %H:%M}"


NATIONAL_DAY = [
    # Thursday before the holiday: one hour is left, the rest runs after it, on Friday 8 October
    ("2021-09-30 16:30", 4, "working_hours", "2021-10-08 11:30"),
    ("2021-09-30 16:30", 4.5, "working_hours", "2021-10-08 12:00"),
    ("2021-09-30 16:30", 5, "working_hours", "2021-10-08 14:30"),
    # Friday 8, and Saturday 9 October is a make-up day
    ("2021-09-30 16:30", 1, "working_days", "2021-10-08 17:30"),
    ("2021-09-30 16:30", 2, "working_days", "2021-10-09 17:30"),
    ("2021-09-30 16:30", 3, "working_days", "2021-10-11 17:30"),
    # Sunday 26 September is a make-up day, Saturday 25 is not
    ("2021-09-24 17:00", 1, "working_hours", "2021-09-26 09:00"),
    ("2021-09-24 17:00", 1, "working_days", "2021-09-26 17:30"),
    ("2021-09-26 10:00", 1, "working_days", "2021-09-27 17:30"),
    # found in the middle of the holiday
    ("2021-10-03 23:59", 2, "working_hours", "2021-10-08 10:30"),
    ("2021-10-03 23:59", 1, "working_days", "2021-10-08 17:30"),
    ("2021-10-03 23:59", 2, "emergency_hours", "2021-10-04 01:59"),
    ("2021-09-30 16:30", 3, "natural_days", "2021-10-03 16:30"),
]  # fmt: skip
SPRING_FESTIVAL = [
    # Friday 28 January; Saturday 29 and Sunday 30 are worked, 31 January to 6 February are not
    ("2022-01-28 17:00", 1, "working_hours", "2022-01-29 09:00"),
    ("2022-01-28 17:00", 2, "working_days", "2022-01-30 17:30"),
    ("2022-01-28 17:00", 3, "working_days", "2022-02-07 17:30"),
    ("2022-01-30 17:29", 1, "working_hours", "2022-02-07 09:29"),
    ("2022-01-30 17:30", 0, "working_hours", "2022-02-07 08:30"),
    ("2022-01-31 00:00", 7, "natural_days", "2022-02-07 00:00"),
]  # fmt: skip
OF_A_DAY = [
    # lunch, night, the edges of a span, nothing at all, parts of a unit
    ("2026-11-25 11:30", 1, "working_hours", "2026-11-25 14:30"),
    ("2026-11-25 12:00", 0, "working_hours", "2026-11-25 14:00"),
    ("2026-11-25 13:10", 0.25, "working_hours", "2026-11-25 14:15"),
    ("2026-11-25 08:30", 3.5, "working_hours", "2026-11-25 12:00"),
    ("2026-11-25 17:30", 1, "working_hours", "2026-11-26 09:30"),
    ("2026-11-25 00:00", 7, "working_hours", "2026-11-25 17:30"),
    ("2026-11-25 09:00", 0, "working_days", "2026-11-26 08:30"),
    ("2026-11-25 09:00", 0.5, "working_days", "2026-11-26 12:00"),
    ("2026-11-25 22:00", 1, "working_days", "2026-11-26 17:30"),
    ("2026-11-25 09:00", 0, "emergency_hours", "2026-11-25 09:00"),
    ("2026-11-25 23:59", 0.5, "natural_days", "2026-11-26 11:59"),
    # Friday, an ordinary weekend far beyond any announced holiday
    ("2040-10-05 16:30", 2, "working_hours", "2040-10-08 09:30"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "limit", "clock", "expected"), NATIONAL_DAY + SPRING_FESTIVAL + OF_A_DAY)
def test_cases_made_by_hand(start: str, limit: float, clock: str, expected: str) -> None:
    assert ends(start, limit, clock) == expected


@pytest.mark.parametrize(
    ("clock", "limit", "pause", "expected"),
    [
        # begun Thursday 30 September 16:30; paused from 17:00 over the holiday until Saturday 9 October 10:00
        ("working_hours", 4, ("2021-09-30 17:00", "2021-10-09 10:00"), "2021-10-09 15:30"),
        ("working_hours", 0.5, ("2021-09-30 17:00", "2021-10-09 10:00"), "2021-09-30 17:00"),  # due before it
        ("working_hours", 4, ("2021-10-01 00:00", "2021-10-08 00:00"), "2021-10-08 11:30"),  # nothing ran anyway
        ("emergency_hours", 4, ("2021-09-30 17:00", "2021-10-09 10:00"), "2021-10-09 13:30"),
        ("natural_days", 2, ("2021-10-01 16:30", "2021-10-05 16:30"), "2021-10-06 16:30"),
        ("working_days", 2, ("2021-10-08 10:00", "2021-10-09 10:00"), "2021-10-11 17:30"),
        ("working_days", 1, ("2021-10-01 10:00", "2021-10-05 10:00"), "2021-10-08 17:30"),
    ],
)
def test_a_pause_shifts_what_is_left(clock: str, limit: float, pause: tuple[str, str], expected: str) -> None:
    assert ends("2021-09-30 16:30", limit, clock, pause) == expected


def test_pauses_that_overlap_count_once_and_their_order_does_not_matter() -> None:
    first, second = ("2026-11-25 09:00", "2026-11-25 10:00"), ("2026-11-25 09:30", "2026-11-25 11:00")
    once = ends("2026-11-25 08:30", 2, "working_hours", ("2026-11-25 09:00", "2026-11-25 11:00"))
    assert ends("2026-11-25 08:30", 2, "working_hours", second, first) == once == "2026-11-25 14:30"


@pytest.mark.parametrize(
    ("moment", "by", "clock", "expected"),
    [
        ("2021-10-08 09:30", -1, "working_hours", "2021-10-08 08:30"),
        ("2021-10-08 09:30", -2, "working_hours", "2021-09-30 16:30"),
        ("2021-10-08 17:30", -1, "working_days", "2021-10-08 08:30"),
        ("2021-10-08 17:30", 1, "working_days", "2021-10-09 17:30"),
        ("2021-10-08 10:00", 1, "working_days", "2021-10-09 10:00"),
        ("2021-10-08 10:00", -12, "emergency_hours", "2021-10-07 22:00"),
        ("2021-10-05 10:00", 0, "working_hours", "2021-10-05 10:00"),
    ],
)
def test_a_due_time_is_shifted_by_the_clock_it_is_kept_by(moment: str, by: float, clock: str, expected: str) -> None:
    moved = shift(at(moment), by, clock=clock, calendar=CALENDAR)
    assert f"{moved.astimezone(TOWN_TIME):%Y-%m-%d %H:%M}" == expected


def test_what_is_left_goes_below_nothing_once_it_is_late() -> None:
    due_at = at("2021-10-08 09:30")
    left = [remaining(at(t), due_at, clock="working_hours", calendar=CALENDAR)
            for t in ("2021-09-30 16:30", "2021-10-03 03:00", "2021-10-08 09:30", "2021-10-09 09:30")]  # fmt: skip
    assert left == [2, 1, 0, -7]


def test_days_that_nobody_has_announced_are_known_as_such() -> None:
    assert CALENDAR.is_known(at("2026-12-31 23:59"))
    assert not CALENDAR.is_known(at("2027-01-01 00:00"))


@pytest.mark.parametrize(
    ("limit", "clock", "field"),
    [(-1, "working_hours", "limit"), (float("nan"), "natural_days", "limit"), (float("inf"), "natural_days", "limit"),
     (999_999, "working_days", "limit"), (1, "lunar_days", "clock")],
)  # fmt: skip
def test_what_cannot_be_reckoned_is_refused_by_name(limit: float, clock: str, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        due(at("2026-11-25 09:00"), limit, clock=clock, calendar=CALENDAR)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [({"hours": ()}, "hours"), ({"hours": ((time(9), time(8)),)}, "hours"), ({"weekdays": frozenset()}, "weekdays"),
     ({"hours": ((time(8), time(12)), (time(11), time(17)))}, "hours"), ({"weekdays": frozenset({7})}, "weekdays")],
)  # fmt: skip
def test_a_calendar_without_work_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        Calendar(**change)  # type: ignore[arg-type]
    assert caught.value.field == field


clock_names = st.sampled_from(CLOCKS)
moments = st.datetimes(datetime(2020, 12, 1), datetime(2029, 1, 1)).map(lambda t: t.replace(tzinfo=TOWN_TIME))
limits = st.one_of(st.just(0.0), st.integers(0, 60).map(float), st.floats(0, 300))
spans = st.lists(
    st.tuples(moments, st.timedeltas(timedelta(0), timedelta(days=30))).map(lambda p: (p[0], p[0] + p[1])), max_size=3
)


@given(moments, limits, limits, clock_names, spans)
def test_more_time_is_never_due_sooner(
    start: datetime, one: float, two: float, clock: str, pauses: list[tuple[datetime, datetime]]
) -> None:
    sooner, later = (due(start, x, clock=clock, calendar=CALENDAR, pauses=pauses) for x in sorted((one, two)))
    assert start <= sooner <= later


@given(moments, moments, limits, clock_names)
def test_what_begins_later_is_never_due_sooner(one: datetime, two: datetime, limit: float, clock: str) -> None:
    sooner, later = (due(start, limit, clock=clock, calendar=CALENDAR) for start in sorted((one, two)))
    assert sooner <= later


@given(moments, limits, clock_names, spans)
def test_exactly_the_limit_has_run_when_it_is_due(
    start: datetime, limit: float, clock: str, pauses: list[tuple[datetime, datetime]]
) -> None:
    due_at = due(start, limit, clock=clock, calendar=CALENDAR, pauses=pauses)
    run = elapsed(start, due_at, clock=clock, calendar=CALENDAR, pauses=pauses)
    if clock == "working_days" and pauses:  # to the close of work
        assert limit - 1e-6 <= run <= limit + len(pauses) + 1e-6
    else:
        assert run == pytest.approx(limit, abs=1e-6)


@given(moments, limits, st.sampled_from(["working_hours", "working_days"]))
def test_working_clocks_end_at_work(start: datetime, limit: float, clock: str) -> None:
    end = due(start, limit, clock=clock, calendar=CALENDAR).astimezone(TOWN_TIME)
    assert CALENDAR.is_working(end.date())
    assert any(opens <= end.time() <= closes for opens, closes in OPEN)


@given(moments, st.integers(1, 40))
def test_whole_working_days_end_at_the_close_of_work(start: datetime, days: int) -> None:
    end = due(start, days, clock="working_days", calendar=CALENDAR).astimezone(TOWN_TIME)
    day, left = start.date(), days
    while left:  # as one counts on the fingers
        day += timedelta(days=1)
        left -= CALENDAR.is_working(day)
    assert (end.date(), end.time()) == (day, time(17, 30))


@given(moments, st.floats(0, 200), clock_names)
def test_an_extension_taken_back_is_none(start: datetime, by: float, clock: str) -> None:
    due_at = due(start, 8, clock=clock, calendar=CALENDAR)
    later = shift(due_at, by, clock=clock, calendar=CALENDAR)
    back = shift(later, -by, clock=clock, calendar=CALENDAR)
    assert remaining(back, due_at, clock=clock, calendar=CALENDAR) == pytest.approx(0, abs=1e-6)
    assert remaining(due_at, later, clock=clock, calendar=CALENDAR) == pytest.approx(by, abs=1e-6)


@given(st.lists(st.tuples(moments, limits), max_size=8), clock_names)
def test_many_at_once_are_the_same_one_by_one(cases: list[tuple[datetime, float]], clock: str) -> None:
    starts, asked = [start for start, _ in cases], [limit for _, limit in cases]
    one_by_one = [due(start, limit, clock=clock, calendar=CALENDAR) for start, limit in cases]
    assert due_many(starts, asked, clock=clock, calendar=CALENDAR) == one_by_one


def test_a_calendar_with_other_hours_gives_other_times() -> None:
    summer = Calendar(hours=((time(6), time(10)), (time(16), time(20))), weekdays=frozenset(range(6)))
    end = due(at("2026-07-18 09:00"), 2, clock="working_hours", calendar=summer)  # a Saturday
    assert end == at("2026-07-18 17:00")
    assert summer.is_working(date(2026, 7, 18))
