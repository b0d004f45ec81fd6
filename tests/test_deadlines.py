"""Clocks that run with a case, on both stores: started, ended, stopped, extended by what happens to it."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point

from layers import acts, escalations, moves, problems
from layers.acts import ActWish
from layers.clock_rules import calendar_sheet, ladder_sheet, put_calendar, put_ladders
from layers.deadlines import Why, extend, pause, recompute, resume
from layers.errors import BadInput, BadMove, Conflict
from layers.loading import LoadRequest, load
from layers.model import Category, Feature, Stage
from layers.moves import MoveWish
from layers.rules.replay import replay
from layers.store import Store
from layers.values import TOWN_TIME

STAGES = (
    Stage("confirm", "emergency_hours", 24), Stage("file", "working_days", 1), Stage("assign", "working_hours", 2),
    Stage("handle", "working_hours", 4), Stage("check", "emergency_hours", 2),
)  # fmt: skip
RUBBISH = Category(code="0102", parent="01", name_zh="垃圾", name_en="Rubbish",
                   case_limit=Stage("case", "working_days", 3), stages=STAGES)  # fmt: skip
ROAD = Category(code="0201", parent="02", name_zh="道路不洁", name_en="Dirty road",
                case_limit=Stage("case", "natural_days", 1), stages=(Stage("confirm", "natural_days", 1),))  # fmt: skip
WORKS = Category(
    code="0608", parent="06", name_zh="私搭乱建", name_en="Illegal works", case_limit=Stage("case", "working_days", 30),
    stages=(Stage("handle", "working_hours", 4, "停工"), Stage("handle", "working_days", 7, "处罚")),
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOWN_TIME)


@pytest.fixture
def town(store: Store) -> Store:
    with store.writing() as session:
        session.town.put_categories([RUBBISH, ROAD, WORKS])
    return store


def reported(store: Store, text: str = "2021-09-30 08:30", **said: Any) -> int:
    draft = problems.Draft(geometry=Point(118.1, 36.1), **{"category": "0102", **said})
    return problems.report(store, draft, now=at(text)).id


def moved(store: Store, id_: int, *steps: tuple[str, str]) -> Feature:
    for to, text in steps:
        problem = moves.move(store, id_, MoveWish(to=to, given={"note": "测试"}), now=at(text))
    return problem


def acted(store: Store, id_: int, act: str, text: str, **given: object) -> Feature:
    return acts.act(store, id_, ActWish(act=act, given={"note": "测试", **given}), now=at(text))


def row(store: Store, id_: int) -> dict[str, object]:
    with store.reading() as session:
        values = session.features.get("problems", id_).values
    return {name: values[name] for name in ("stage", "stage_started_at", "stage_due_at", "due_at", "paused_at")}


def kinds(store: Store, id_: int) -> list[str]:
    with store.reading() as session:
        return [str(event.payload.get("clocks", event.kind)) for event in session.history.events(id_)]


def assert_is_the_fold_of_its_events(store: Store, id_: int) -> None:
    with store.reading() as session:
        problem, again = session.features.get("problems", id_), replay(session.history.events(id_))
    assert dict(again.values) == {name: problem.values[name] for name in again.values}


IN_HAND = (("assigned", "2021-09-30 10:00"), ("in_hand", "2021-09-30 11:00"))


def test_a_report_starts_both_clocks_in_the_same_transaction(town: Store) -> None:
    id_ = reported(town)
    assert row(town, id_) == {"stage": "confirm", "stage_started_at": at("2021-09-30 08:30"), "paused_at": None,
                              "stage_due_at": at("2021-10-01 08:30"), "due_at": at("2021-10-11 17:30")}  # fmt: skip
    with town.reading() as session:
        stored = session.deadlines.of(id_)
        assert session.features.get("problems", id_).version == 1
    assert [(one.stage, one.clock, one.limit, one.calendar_version) for one in stored] == [
        ("case", "working_days", 3, 0), ("confirm", "emergency_hours", 24, 0),
    ]  # fmt: skip
    assert kinds(town, id_) == ["reported", "turned"]
    assert_is_the_fold_of_its_events(town, id_)


def test_moves_end_and_start_stages_and_a_closed_case_is_judged(town: Store) -> None:
    id_ = reported(town)
    moved(town, id_, *IN_HAND, ("fixed", "2021-09-30 15:00"), ("closed", "2021-09-30 18:00"))
    with town.reading() as session:
        stored = session.deadlines.of(id_)
    assert [(one.stage, one.met) for one in stored] == [
        ("case", True), ("confirm", True), ("handle", True), ("check", False),
    ]  # fmt: skip
    assert row(town, id_)["stage"] == ""
    assert row(town, id_)["due_at"] == at("2021-10-11 17:30")
    assert_is_the_fold_of_its_events(town, id_)


def test_a_back_dated_move_counts_from_when_it_was_made(town: Store) -> None:
    id_ = reported(town)
    wish = MoveWish(to="assigned", at=at("2021-09-30 10:00"))
    assert moves.move(town, id_, wish, now=at("2021-10-08 09:00")).values["stage_due_at"] == at("2021-09-30 16:00")


def test_time_that_is_granted_moves_stage_and_case_and_keeps_its_reason(town: Store) -> None:
    id_ = reported(town)
    moved(town, id_, *IN_HAND)
    acted(town, id_, "ask_extension", "2021-09-30 12:00", until="2021-10-20T12:00:00+08:00", note="连续降雨")
    acted(town, id_, "grant_extension", "2021-09-30 12:30", note="")
    assert row(town, id_)["stage_due_at"] == row(town, id_)["due_at"] == at("2021-10-20 12:00")
    with town.reading() as session:
        handle = session.deadlines.of(id_)[-1]
    assert [(e.note, e.before, e.until) for e in handle.extensions] == [
        ("连续降雨", at("2021-09-30 16:00"), at("2021-10-20 12:00"))
    ]
    assert_is_the_fold_of_its_events(town, id_)


def test_less_time_than_there_is_and_no_reason_are_refused(town: Store) -> None:
    id_ = reported(town)
    with town.writing() as session:
        problem = session.features.get("problems", id_)
        with pytest.raises(BadInput) as caught:
            extend(session, problem, until=at("2021-09-30 09:00"), now=at("2021-09-30 08:40"), why=Why(note="雨"))
        assert caught.value.field == "until"
        with pytest.raises(BadInput) as caught:
            extend(session, problem, until=at("2021-12-30 09:00"), now=at("2021-09-30 08:40"), why=Why(note=" "))
        assert caught.value.field == "note"


def test_clocks_stand_still_and_go_on_with_what_was_left(town: Store) -> None:
    id_ = reported(town)
    moved(town, id_, *IN_HAND)
    acted(town, id_, "pause", "2021-09-30 15:00")
    assert row(town, id_)["paused_at"] == at("2021-09-30 15:00")
    assert row(town, id_)["due_at"] is row(town, id_)["stage_due_at"] is None
    acted(town, id_, "resume", "2021-10-08 14:00")
    assert row(town, id_)["paused_at"] is None
    assert row(town, id_)["stage_due_at"] == at("2021-10-08 15:00")
    assert kinds(town, id_)[-4:] == ["act", "paused", "act", "resumed"]
    assert_is_the_fold_of_its_events(town, id_)


def test_what_stands_still_cannot_be_paused_nor_what_runs_resumed(town: Store) -> None:
    id_ = reported(town)
    with town.writing() as session:
        problem = session.features.get("problems", id_)
        with pytest.raises(BadMove):
            resume(session, problem, now=at("2021-09-30 09:00"), why=Why())
        paused = pause(session, problem, now=at("2021-09-30 09:00"), why=Why(note="等待"))
        with pytest.raises(BadMove):
            pause(session, paused, now=at("2021-09-30 10:00"), why=Why(note="等待"))


def test_a_deferred_case_is_paused_until_it_is_assigned_again(town: Store) -> None:
    id_ = reported(town)
    moved(town, id_, *IN_HAND, ("deferred", "2021-09-30 15:00"))
    assert row(town, id_)["paused_at"] == at("2021-09-30 15:00")
    moved(town, id_, ("assigned", "2021-10-08 14:00"))
    assert row(town, id_)["stage_due_at"] == at("2021-10-08 15:00")
    assert_is_the_fold_of_its_events(town, id_)


def test_milestones_are_reached_one_by_one(town: Store) -> None:
    id_ = reported(town, category="0608")
    moved(town, id_, ("assigned", "2021-09-30 08:30"))
    assert row(town, id_)["stage_due_at"] == at("2021-09-30 14:30")
    acted(town, id_, "reached", "2021-09-30 11:00", stage="停工")
    assert row(town, id_)["stage_due_at"] == at("2021-10-15 17:30")
    with pytest.raises(BadInput) as caught:
        acted(town, id_, "reached", "2021-09-30 12:00", stage="停工")
    assert caught.value.field == "stage"


def test_another_category_brings_its_own_limits(town: Store) -> None:
    id_ = reported(town)
    problems.edit(town, id_, now=at("2021-09-30 09:00"), values={"category": "0201"})
    assert row(town, id_)["due_at"] == row(town, id_)["stage_due_at"] == at("2021-10-01 08:30")
    assert_is_the_fold_of_its_events(town, id_)


def test_a_changed_calendar_touches_stored_times_only_on_purpose(town: Store) -> None:
    id_ = reported(town)
    free = [{"day": "2021-10-09", "kind": "", "name": ""}]  # no make-up Saturday after all
    sheet = put_calendar(town, {"days": free}, now=at("2021-09-30 09:00"), by="R1")
    assert sheet.version == 1
    assert row(town, id_)["due_at"] == at("2021-10-11 17:30")
    acted(town, id_, "recompute_deadlines", "2021-09-30 10:00")
    assert row(town, id_)["due_at"] == at("2021-10-12 17:30")
    with town.reading() as session:
        assert session.deadlines.of(id_)[0].calendar_version == 1
    assert_is_the_fold_of_its_events(town, id_)


def test_a_case_from_before_there_were_clocks_keeps_its_due_time(town: Store) -> None:
    with town.writing() as session:
        old = Feature(code="WT1", geometry=Point(118, 36), values={
            "category": "0102", "state": "filed", "found_at": at("2021-09-01 08:00"), "due_at": at("2021-09-04 08:00"),
        })  # fmt: skip
        id_ = session.features.insert("problems", old, now=at("2021-09-01 08:00")).id
    moved(town, id_, *IN_HAND)
    assert row(town, id_)["due_at"] == at("2021-09-04 08:00")
    with town.reading() as session:
        assert [one.stage for one in session.deadlines.of(id_)] == ["case", "handle"]
    moved(town, id_, ("fixed", "2021-09-30 12:00"), ("closed", "2021-09-30 12:10"))
    with town.reading() as session:
        assert [one.met for one in session.deadlines.of(id_)] == [False, True, True]


def test_what_comes_in_by_file_gets_its_clocks_and_climbs_its_ladder(town: Store, tmp_path: Path) -> None:
    """One that is fresh; one whose time was over when it came in, which is not escalated in one go; one closed."""
    rows = ("A,2021-09-30T08:00,", "B,2021-09-01T08:00,", "C,2021-09-29T08:00,2021-09-29T10:00")
    file = tmp_path / "problems.csv"
    lines = [f"{row.split(',')[0]},118.{n},36.1,0102,{','.join(row.split(',')[1:])}" for n, row in enumerate(rows)]
    file.write_text("\n".join(["code,lon,lat,category,found_at,closed_at", *lines]), encoding="utf-8")
    load(town, LoadRequest(layer="problems", paths=[file]), now=at("2021-09-30 09:00"))
    with town.reading() as session:
        problems_ = {one.code: one for one in session.features.read("problems")}
        clocks = {code: session.deadlines.of(one.id) for code, one in problems_.items()}
    assert [(one.stage, one.due_at) for one in clocks["A"]] == [
        ("case", at("2021-10-11 17:30")), ("confirm", at("2021-10-01 09:00")),
    ]  # fmt: skip
    fresh = problems_["A"].values
    assert (fresh["stage"], fresh["stage_due_at"]) == ("confirm", at("2021-10-01 09:00"))
    assert [one.stage for one in clocks["B"]] == ["case", "confirm"]
    assert clocks["C"] == []
    escalations.run(town, at("2021-10-01 09:00"))
    with town.reading() as session:
        steps = {code: {one.stage for one in session.escalations.of(one_.id)} for code, one_ in problems_.items()}
    assert steps == {"A": {"confirm"}, "B": {"confirm"}, "C": set()}


def test_the_calendar_is_edited_by_day_hours_and_week(town: Store) -> None:
    wish = {
        "days": [{"day": "2026-12-25", "kind": "holiday", "name": "停电检修"}],
        "hours": [["08:00", "12:00"], ["13:30", "17:30"]], "weekdays": [0, 1, 2, 3, 4, 5],
    }  # fmt: skip
    put_calendar(town, wish, now=at("2026-11-25 09:00"), by="R1")
    with town.reading() as session:
        sheet = calendar_sheet(session)
    calendar = sheet.calendar()
    assert not calendar.is_working(date(2026, 12, 25))
    assert calendar.is_working(date(2026, 12, 26))
    assert f"{calendar.hours[1][0]:%H:%M}" == "13:30"
    assert (sheet.version, sheet.changed_by) == (1, "R1")


def test_a_year_becomes_firm_when_it_is_announced(town: Store) -> None:
    put_calendar(
        town, {"days": [{"day": "2027-10-09", "kind": "workday", "name": "National Day"}]}, now=at("2026-11-25 09:00")
    )
    with town.reading() as session:
        assert not calendar_sheet(session).calendar().is_known(at("2027-03-01 00:00"))
    put_calendar(town, {"announced": 2027}, now=at("2026-11-26 09:00"))
    with town.reading() as session:
        assert calendar_sheet(session).calendar().is_known(at("2027-03-01 00:00"))


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"days": [{"day": "2026-13-01", "kind": "holiday"}]}, "days.0.day"),
        ({"days": [{"day": "2026-12-01", "kind": "feast"}]}, "days.0.kind"),
        ({"days": [{"day": "1026-12-01", "kind": "holiday"}]}, "days.0.day"),
        ({"days": [{"day": "2026-12-01", "kind": "holiday", "name": "x" * 61}]}, "days.0.name"),
        ({"days": "2026-12-01"}, "days"),
        ({"hours": [["8 o'clock", "12:00"]]}, "hours"),
        ({"hours": [["12:00", "08:00"]]}, "hours"),
        ({"hours": []}, "hours"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [7]}, "weekdays"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_by_name(town: Store, wish: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        put_calendar(town, wish, now=at("2026-11-25 09:00"))
    assert caught.value.field == field
    with town.reading() as session:
        assert calendar_sheet(session).version == 0


def test_two_administrators_do_not_overwrite_each_other(town: Store) -> None:
    put_calendar(town, {"weekdays": [0, 1, 2, 3]}, now=at("2026-11-25 09:00"), expected=0)
    with pytest.raises(Conflict):
        put_calendar(town, {"weekdays": [0]}, now=at("2026-11-25 09:01"), expected=0)


def test_ladders_are_edited_and_those_that_categories_need_stay(town: Store) -> None:
    step = {"of": "case", "step": "talk", "clock": "natural_days", "offset": 2, "addressed_to": "supervisor"}
    put_ladders(town, {"ordinary": [step], "winter": []}, now=at("2026-11-25 09:00"))
    with town.reading() as session:
        sheet = ladder_sheet(session)
    assert set(sheet.ladders) == {"none", "ordinary", "winter"}
    assert [one.step for one in sheet.ladders["ordinary"]] == ["talk"]
    for wish, field in (
        ({"winter": []}, "ladders"),
        ({"ordinary": [{**step, "clock": "sundial"}]}, "ordinary.0.clock"),
        ({"ordinary": [{**step, "offset": "soon"}]}, "ordinary.0.offset"),
        ({"ordinary": [step, step]}, "ordinary.steps"),
        ({"ordinary": [], "two words": []}, "ladders"),
    ):
        with pytest.raises(BadInput) as caught:
            put_ladders(town, wish, now=at("2026-11-25 09:00"))
        assert caught.value.field == field


def test_recompute_leaves_a_case_that_is_over_alone(town: Store) -> None:
    id_ = reported(town)
    problem = moved(town, id_, ("void", "2021-09-30 09:00"))
    with town.writing() as session:
        again = recompute(session, problem, now=at("2021-10-30 09:00"), why=Why())
    assert again.values["due_at"] == problem.values["due_at"]
    assert timedelta(0) < problem.values["due_at"] - at("2021-09-30 09:00")  # type: ignore[operator]
