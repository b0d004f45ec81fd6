"""The deadlines of a case as its state changes: the table of cases, and what holds on every path."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.clock_data import shipped_calendar
from layers.deadline_columns import History, Standing, replay_many, stage_columns
from layers.errors import BadInput
from layers.model import Category, Stage
from layers.rules.deadlines import (
    CASE,
    STAGE_OF,
    STAGE_TITLES,
    Deadline,
    Extension,
    Turn,
    begun,
    extended,
    fields,
    paused,
    reached,
    recomputed,
    resumed,
    times,
    turned,
)
from layers.rules.lifecycle import FINAL_STATES, moves_from
from layers.schema import PROBLEM_STATES
from layers.store.deadlines import COLUMNS
from layers.values import TOWN_TIME

CALENDAR = shipped_calendar()
STAGES = (
    Stage("confirm", "emergency_hours", 24),
    Stage("file", "working_days", 1),
    Stage("assign", "working_hours", 2),
    Stage("handle", "working_hours", 4),
    Stage("check", "emergency_hours", 2),
)
CATEGORY = Category(code="0102", parent="01", name_zh="垃圾", name_en="Rubbish",
                    case_limit=Stage(CASE, "working_days", 3), stages=STAGES)  # fmt: skip
BUILDING = Category(
    code="0608", parent="06", name_zh="私搭乱建", name_en="Illegal works", case_limit=Stage(CASE, "working_days", 30),
    stages=(Stage("handle", "working_hours", 4, "停工"), Stage("handle", "working_days", 7, "处罚"),
            Stage("handle", "working_days", 20, "拆除")),
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOWN_TIME)


def path(category: Category, *steps: tuple[str, str]) -> tuple[list[Deadline], dict[str, object]]:
    """The deadlines, and the fields of the problem, after the states came at those times."""
    deadlines: list[Deadline] = []
    shown: dict[str, object] = {}
    for state, text in steps:
        turn = Turn(problem_id=7, stage=str(shown.get("stage") or ""), state=state, at=at(text), category=category,
                    calendar=CALENDAR)  # fmt: skip
        deadlines = turned(deadlines, turn) if shown else begun(7, state, category, at=at(text), calendar=CALENDAR)
        shown |= fields(deadlines, turn)
    return deadlines, shown


def running(deadlines: list[Deadline]) -> list[str]:
    return [one.stage for one in deadlines if one.runs]


TO_HAND = (("reported", "2021-09-30 08:30"), ("filed", "2021-09-30 09:00"), ("assigned", "2021-09-30 10:00"),
           ("in_hand", "2021-09-30 11:00"))  # fmt: skip


def test_every_state_has_a_stage_stands_still_or_is_over() -> None:
    assert set(STAGE_OF) | {"deferred"} | FINAL_STATES == set(PROBLEM_STATES)
    assert set(STAGE_OF.values()) | {CASE} == set(STAGE_TITLES)


def test_a_new_case_has_its_two_clocks() -> None:
    deadlines, shown = path(CATEGORY, TO_HAND[0])
    assert running(deadlines) == [CASE, "confirm"]
    assert shown == {"stage": "confirm", "stage_started_at": at("2021-09-30 08:30"), "paused_at": None,
                     "stage_due_at": at("2021-10-01 08:30"), "due_at": at("2021-10-11 17:30")}  # fmt: skip


def test_a_stage_ends_when_the_case_leaves_it_and_taking_in_hand_does_not() -> None:
    deadlines, shown = path(CATEGORY, *TO_HAND)
    assert running(deadlines) == [CASE, "handle"]
    assert [(one.stage, one.met) for one in deadlines if not one.runs] == [("confirm", True), ("assign", True)]
    assert shown["stage_started_at"] == at("2021-09-30 10:00")
    assert shown["stage_due_at"] == at("2021-09-30 16:00")  # four working hours with lunch


def test_rework_starts_the_handling_anew_and_the_whole_goes_on() -> None:
    deadlines, shown = path(
        CATEGORY,
        *TO_HAND,
        ("fixed", "2021-09-30 17:00"),
        ("returned", "2021-10-08 09:00"),
        ("in_hand", "2021-10-08 10:00"),
    )
    assert [(one.stage, one.met) for one in deadlines[3:]] == [("handle", False), ("check", False), ("handle", None)]
    assert shown["stage_due_at"] == at("2021-10-08 15:00")  # four working hours from the return
    assert shown["due_at"] == at("2021-10-11 17:30")


def test_a_closed_case_is_judged_and_shows_no_stage() -> None:
    deadlines, shown = path(CATEGORY, *TO_HAND, ("fixed", "2021-09-30 15:00"), ("closed", "2021-09-30 16:00"))
    assert running(deadlines) == []
    assert deadlines[0].met is True
    assert shown["stage"] == ""
    assert shown["stage_due_at"] is shown["stage_started_at"] is None
    assert shown["due_at"] == at("2021-10-11 17:30")


@pytest.mark.parametrize(
    ("state", "case", "stage"), [("void", None, None), ("duplicate", None, None), ("declined", None, True)]
)
def test_what_is_not_pursued_is_not_judged(state: str, case: bool | None, stage: bool | None) -> None:
    deadlines, _ = path(CATEGORY, TO_HAND[0], (state, "2021-09-30 09:00"))
    assert [one.met for one in deadlines] == [case, stage]


def test_a_deferred_case_stands_still_over_the_holiday_and_goes_on_with_what_was_left() -> None:
    deferred, shown = path(CATEGORY, *TO_HAND, ("deferred", "2021-09-30 15:00"))
    assert shown["paused_at"] == at("2021-09-30 15:00")
    assert shown["stage"] == "handle"
    assert shown["due_at"] is shown["stage_due_at"] is None
    assert all(one.paused_at == at("2021-09-30 15:00") and one.look_at is None for one in deferred if one.runs)
    again, shown = path(CATEGORY, *TO_HAND, ("deferred", "2021-09-30 15:00"), ("assigned", "2021-10-08 14:00"))
    assert shown["paused_at"] is None
    assert shown["stage_due_at"] == at("2021-10-08 15:00")  # one hour was left
    assert running(again) == [CASE, "handle"]


def test_a_new_case_that_is_over_at_once_has_no_clock() -> None:
    deadlines, shown = path(CATEGORY, ("duplicate", "2021-09-30 08:30"))
    assert deadlines == []
    assert "due_at" not in shown


def test_milestones_run_side_by_side_and_the_next_one_is_shown() -> None:
    deadlines, shown = path(BUILDING, ("reported", "2021-09-30 08:30"), ("assigned", "2021-09-30 08:30"))
    assert shown["stage_due_at"] == at("2021-09-30 14:30")
    stopped = reached(deadlines, "停工", at=at("2021-09-30 16:00"))
    assert times(stopped)["stage_due_at"] == at("2021-10-15 17:30")
    assert [one.met for one in stopped if one.label == "停工"] == [False]
    with pytest.raises(BadInput) as caught:
        reached(stopped, "停工", at=at("2021-09-30 17:00"))
    assert caught.value.field == "stage"


def test_more_time_moves_the_stage_and_the_whole_no_earlier() -> None:
    deadlines, _ = path(CATEGORY, *TO_HAND)
    granted = Extension(until=at("2021-10-20 12:00"), before=at("2021-01-01"), at=at("2021-09-30 12:00"), note="下雨")
    longer = extended(deadlines, granted)
    assert times(longer) == {"stage_due_at": granted.until, "due_at": granted.until, "paused_at": None}
    assert longer[-1].extensions[0].before == at("2021-09-30 16:00")
    with pytest.raises(BadInput) as caught:
        extended(longer, granted)
    assert caught.value.field == "until"


def test_a_recomputation_takes_no_granted_time_back() -> None:
    deadlines, _ = path(CATEGORY, *TO_HAND)
    hour = (Stage("handle", "working_hours", 1),)
    strict = replace(CATEGORY, case_limit=Stage(CASE, "working_days", 1), stages=hour)
    now = at("2021-09-30 12:00")
    sooner = times(recomputed(deadlines, strict, at=now, calendar=CALENDAR))
    assert (sooner["stage_due_at"], sooner["due_at"]) == (at("2021-09-30 11:00"), at("2021-10-08 17:30"))
    longer = extended(deadlines, Extension(until=at("2021-10-09 12:00"), before=now, at=now))
    kept = recomputed(longer, strict, at=now, calendar=CALENDAR)
    assert times(kept)["stage_due_at"] == at("2021-10-09 12:00")


def test_pausing_twice_or_after_the_end_changes_nothing() -> None:
    deadlines, _ = path(CATEGORY, *TO_HAND)
    one = paused(deadlines[0], at=at("2021-09-30 12:00"))
    assert paused(one, at=at("2021-09-30 13:00")) == one
    assert paused(deadlines[1], at=at("2021-09-30 12:00")) == deadlines[1]
    assert resumed(deadlines[0], at=at("2021-09-30 12:00"), calendar=CALENDAR) == deadlines[0]


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[str, datetime]]:
    """Any path that the table of moves allows, with any times between."""
    state, moment = "reported", at("2021-09-20 00:00") + draw(st.timedeltas(timedelta(0), timedelta(days=30)))
    steps = [(state, moment)]
    for _ in range(draw(st.integers(0, 8))):
        ways = moves_from(state)
        if not ways:
            break
        state = draw(st.sampled_from(sorted({way.to_state for way in ways})))
        moment += timedelta(minutes=draw(st.integers(0, 6000)))
        steps.append((state, moment))
    return steps


@given(lives())
def test_on_every_path_the_clocks_fit_the_state(steps: list[tuple[str, datetime]]) -> None:
    deadlines: list[Deadline] = []
    shown: dict[str, object] = {}
    for state, moment in steps:
        turn = Turn(problem_id=7, stage=str(shown.get("stage") or ""), state=state, at=moment, category=CATEGORY,
                    calendar=CALENDAR)  # fmt: skip
        deadlines = turned(deadlines, turn) if shown else begun(7, state, CATEGORY, at=moment, calendar=CALENDAR)
        shown |= fields(deadlines, turn)
        expected = [] if state in FINAL_STATES else [CASE, str(shown["stage"])]
        assert sorted(running(deadlines)) == sorted(expected)
        assert (shown["paused_at"] is not None) == (state == "deferred")
        assert shown["stage"] == STAGE_OF.get(state, "" if state in FINAL_STATES else shown["stage"])
        assert all(one.due_at >= one.started_at for one in deadlines)
        assert all(one.ended_at >= one.started_at for one in deadlines if one.ended_at)


@given(st.lists(lives(), min_size=1, max_size=5))
def test_many_histories_at_once_end_like_one_by_one(histories: list[list[tuple[str, datetime]]]) -> None:
    made = replay_many([History(CATEGORY, steps) for steps in histories], CALENDAR)
    for position, steps in enumerate(histories):
        deadlines, shown = path(CATEGORY, *((state, moment.isoformat()) for state, moment in steps))
        assert made.by_case()[position] == {"stage": "", **dict.fromkeys(made.fields), **shown}
        mine = [due for n, due in enumerate(made.deadlines["due_at"]) if made.deadlines["problem_id"][n] == position]
        assert mine == [one.due_at for one in deadlines]


@given(st.lists(st.sampled_from(PROBLEM_STATES), max_size=8), st.datetimes(datetime(2021, 9, 1), datetime(2021, 11, 1)))
def test_whole_columns_are_reckoned_like_single_cases(states: list[str], moment: datetime) -> None:
    found = [moment.replace(tzinfo=TOWN_TIME) + timedelta(hours=7 * n) for n in range(len(states))]
    cases = Standing([CATEGORY] * len(states), states, found, found, [None] * len(states))
    made = stage_columns(cases, CALENDAR)
    for position, state in enumerate(states):
        if state in FINAL_STATES or state == "deferred":
            continue
        turn = Turn(problem_id=7, stage="", state=state, at=found[position], category=CATEGORY, calendar=CALENDAR)
        deadlines = begun(7, state, CATEGORY, at=found[position], calendar=CALENDAR)
        assert made.by_case()[position] == fields(deadlines, turn)
    assert set(made.deadlines) == set(COLUMNS)
    over = [n for n, state in enumerate(states) if state in FINAL_STATES]
    assert not set(over) & set(made.deadlines["problem_id"])


def test_a_due_time_that_is_given_is_kept() -> None:
    noon = at("2021-12-01 12:00")
    made = stage_columns(Standing([CATEGORY], ["assigned"], [noon], [noon], [noon]), CALENDAR)
    assert made.fields["due_at"] == [noon]
    assert made.deadlines["due_at"][made.deadlines["stage"].index(CASE)] == noon


def test_what_was_late_before_it_came_in_is_not_escalated_but_its_stage_is() -> None:
    found, came = at("2021-09-01 08:30"), at("2021-09-30 08:30")
    made = stage_columns(Standing([CATEGORY], ["assigned"], [came], [found], [None]), CALENDAR)
    assert dict(zip(made.deadlines["stage"], made.deadlines["look_at"], strict=True)) == {CASE: None, "handle": came}


def test_a_deferred_case_comes_in_standing_still() -> None:
    noon = at("2021-09-30 12:00")
    made = stage_columns(Standing([CATEGORY], ["deferred"], [noon], [noon], [None]), CALENDAR)
    assert (made.fields["paused_at"], made.fields["due_at"]) == ([noon], [None])
    assert (made.deadlines["pauses"], made.deadlines["look_at"]) == ([[[noon.isoformat(), None]]], [None])
