"""The ladder: which steps are due, once each, and to whom they go."""

import doctest
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.clock_data import shipped_calendar, shipped_ladders
from layers.errors import BadInput
from layers.rules import escalation
from layers.rules.escalation import Chain, Running, Step, addressee, check_ladder, due_steps, highest, rungs
from layers.values import TOWN_TIME

CALENDAR = shipped_calendar()
LADDER = shipped_ladders()["ordinary"]
DUE = datetime(2021, 10, 8, 9, 30, tzinfo=TOWN_TIME)
STAGE, CASE = Running("handle", DUE), Running("case", DUE)


def at(day: str, hour: float) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=TOWN_TIME) + timedelta(hours=hour)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(escalation).failed == 0


def test_a_reminder_comes_before_the_holiday_and_the_rest_after_it() -> None:
    steps = [(rung.stage, rung.step, rung.at.astimezone(TOWN_TIME).strftime("%m-%d %H:%M"))
             for rung in rungs(LADDER, [STAGE, CASE], calendar=CALENDAR)]  # fmt: skip
    assert steps == [
        ("handle", "reminder", "09-30 16:30"),
        ("handle", "supervise", "10-08 09:30"),
        ("case", "notice", "10-09 09:30"),
        ("case", "talk", "10-12 09:30"),
    ]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at("2021-09-30", 16.4), []),
        (at("2021-09-30", 16.5), ["reminder"]),
        (at("2021-10-08", 9.5), ["reminder", "supervise"]),
        (at("2021-10-30", 0), ["reminder", "supervise", "notice", "talk"]),
    ],
)
def test_a_step_is_due_from_its_moment_on(now: datetime, expected: list[str]) -> None:
    assert [rung.step for rung in due_steps(LADDER, [STAGE, CASE], now=now, calendar=CALENDAR)] == expected


def test_an_extension_makes_new_steps_and_a_paused_case_none() -> None:
    now = at("2021-10-08", 10)
    done = {rung.key for rung in due_steps(LADDER, [STAGE], now=now, calendar=CALENDAR)}
    assert due_steps(LADDER, [STAGE], now=now, calendar=CALENDAR, done=done) == []
    extended = Running("handle", at("2021-10-08", 11))
    again = due_steps(LADDER, [extended], now=now, calendar=CALENDAR, done=done)
    assert [rung.step for rung in again] == ["reminder"]
    assert due_steps(LADDER, [], now=now, calendar=CALENDAR) == []


@given(st.lists(st.integers(0, 40 * 24), min_size=1, max_size=20))
def test_each_step_is_taken_once_however_often_one_looks(hours: list[int]) -> None:
    taken: list[tuple[str, str, datetime]] = []
    for hour in sorted(hours):
        now = at("2021-09-20", hour)
        taken += [r.key for r in due_steps(LADDER, [STAGE, CASE], now=now, calendar=CALENDAR, done=set(taken))]
    last = at("2021-09-20", max(hours))
    all_due = {rung.key for rung in due_steps(LADDER, [STAGE, CASE], now=last, calendar=CALENDAR)}
    assert len(taken) == len(set(taken))
    assert set(taken) == all_due


@pytest.mark.parametrize(
    ("role", "without", "expected"),
    [("handler", "", "H"), ("handler", "handler", "G"), ("area_head", "", "V"), ("area_head", "village", "Z"),
     ("zone_head", "zone", "S"), ("dispatcher", "", "D"), ("supervisor", "supervisor", "F")],
)  # fmt: skip
def test_who_is_missing_is_replaced_by_the_next_one_up(role: str, without: str, expected: str) -> None:
    people = {"grid": "G", "village": "V", "zone": "Z", "dispatcher": "D", "supervisor": "S", "handler": "H"}
    people.pop(without, None)
    heads = {level: people[level] for level in ("grid", "village", "zone") if level in people}
    posts = {post: people[post] for post in ("dispatcher", "supervisor") if post in people}
    chain = Chain(handler=people.get("handler", ""), heads=heads, posts=posts, fallback="F")
    assert addressee(role, chain) == expected


def test_the_highest_step_is_the_hardest_one() -> None:
    assert highest(["supervise", "talk", "reminder"]) == "talk"
    assert highest([]) == ""


def test_shipped_ladders_can_be_used() -> None:
    ladders = shipped_ladders()
    assert set(ladders) == {"none", "ordinary", "urgent"}
    assert ladders["none"] == ()
    for steps in ladders.values():
        check_ladder(steps)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"clock": "sundial"}, "steps.0.clock"), ({"of": "life"}, "steps.0.of"), ({"step": "prison"}, "steps.0.step"),
     ({"addressed_to": "god"}, "steps.0.addressed_to"), ({"offset": float("nan")}, "steps.0.offset"),
     ({"offset": 1e9}, "steps.0.offset")],
)  # fmt: skip
def test_a_ladder_that_cannot_be_used_is_refused_by_name(change: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_ladder([replace(LADDER[0], **change)])
    assert caught.value.field == field


def test_a_step_stands_once_for_the_stage_and_once_for_the_case() -> None:
    twice = Step(of="stage", step="reminder", clock="natural_days", offset=0, addressed_to="handler")
    with pytest.raises(BadInput) as caught:
        check_ladder([*LADDER, twice])
    assert caught.value.field == "steps"
