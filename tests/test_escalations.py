"""Escalation that runs on its own, on both stores: each step once, to the right person, with its record."""

import threading
from datetime import date, datetime
from typing import Any

import pytest
from shapely.geometry import Point, box

from layers import escalations, moves, problems
from layers.clock_rules import put_ladders
from layers.deadlines import Why, extend, pause, resume
from layers.model import Category, Feature, Person, Responsibility, Stage
from layers.moves import MoveWish
from layers.rules.replay import replay
from layers.store import Store
from layers.values import TOWN_TIME

RUBBISH = Category(
    code="0102", parent="01", name_zh="垃圾", name_en="Rubbish", case_limit=Stage("case", "working_days", 3),
    stages=(Stage("file", "working_hours", 2), Stage("assign", "working_hours", 2),
            Stage("handle", "working_hours", 4)),
)  # fmt: skip
QUIET = Category(code="0799", parent="07", name_zh="其他", name_en="Other", ladder="none",
                 case_limit=Stage("case", "natural_days", 1))  # fmt: skip
PEOPLE = [Person(code=code, name=code, roles=roles) for code, roles in (
    ("DISPATCH", ("dispatcher",)), ("BOSS", ("supervisor",)), ("GRID", ()), ("VILLAGE", ()), ("ZONE", ()),
)]  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOWN_TIME)


@pytest.fixture
def town(store: Store) -> Store:
    """A zone with a village with a grid, each with its head."""
    area = [
        ("Z1", "zone", None, box(118, 36, 118.1, 36.1)), ("V1", "village", "Z1", box(118, 36, 118.05, 36.05)),
        ("G1", "grid", "V1", box(118, 36, 118.02, 36.02)),
    ]  # fmt: skip
    heads = {"Z1": ("ZONE", "zone_head"), "V1": ("VILLAGE", "village_head"), "G1": ("GRID", "grid_worker")}
    with store.writing() as session:
        session.town.put_categories([RUBBISH, QUIET])
        session.features.insert_many("areas", [
            Feature(code=code, geometry=shape, values={"name": code, "level": level, "parent": parent})
            for code, level, parent, shape in area
        ], now=at("2021-01-01 00:00"))  # fmt: skip
        session.duties.put_people(PEOPLE)
        session.duties.put_responsibilities([
            Responsibility(layer="areas", place=code, person=person, role=role, valid_from=date(2021, 1, 1))
            for code, (person, role) in heads.items()
        ])  # fmt: skip
    return store


def reported(store: Store, text: str = "2021-09-30 08:30", **said: Any) -> int:
    draft = problems.Draft(geometry=Point(118.01, 36.01), **{"category": "0102", **said})
    return problems.report(store, draft, now=at(text)).id


def moved(store: Store, id_: int, to: str, text: str) -> None:
    moves.move(store, id_, MoveWish(to=to, given={"note": "测试"}), now=at(text))


def in_hand(store: Store) -> int:
    """Its handling is due on 30 September at 14:30, the whole case on 11 October at 17:30."""
    id_ = reported(store)
    moved(store, id_, "assigned", "2021-09-30 08:30")
    moved(store, id_, "in_hand", "2021-09-30 09:00")
    return id_


def taken(store: Store, id_: int) -> list[tuple[str, str, str]]:
    with store.reading() as session:
        return [(one.stage, one.step, one.person) for one in session.escalations.of(id_)]


def shown(store: Store, id_: int) -> str:
    with store.reading() as session:
        return str(session.features.get("problems", id_).values["escalation"])


def test_each_step_comes_in_its_turn_to_the_next_one_up(town: Store) -> None:
    id_ = in_hand(town)
    expected = [
        ("2021-09-30 10:29", "", []),
        ("2021-09-30 10:30", "reminder", [("handle", "reminder", "GRID")]),
        ("2021-09-30 14:30", "supervise", [("handle", "supervise", "VILLAGE")]),
        ("2021-10-12 17:29", "supervise", []),
        ("2021-10-12 17:30", "notice", [("case", "notice", "ZONE")]),
        ("2021-10-14 17:30", "talk", [("case", "talk", "BOSS")]),
        ("2022-10-14 17:30", "talk", []),
    ]
    so_far: list[tuple[str, str, str]] = []
    for now, highest, new in expected:
        so_far += new
        assert escalations.run(town, at(now)) == len(new)
        assert taken(town, id_) == so_far
        assert shown(town, id_) == highest


def test_every_step_leaves_its_event_and_does_not_count_as_an_edit(town: Store) -> None:
    id_ = in_hand(town)
    with town.reading() as session:
        version = session.features.get("problems", id_).version
    escalations.run(town, at("2021-09-30 15:00"))
    with town.reading() as session:
        events = [event for event in session.history.events(id_) if event.kind == "escalated"]
        problem = session.features.get("problems", id_)
        again = replay(session.history.events(id_))
    assert [(event.payload["step"], event.payload["person"]) for event in events] == [
        ("reminder", "GRID"), ("supervise", "VILLAGE"),
    ]  # fmt: skip
    assert problem.version == version
    assert again.values["escalation"] == problem.values["escalation"] == "supervise"


def told(store: Store, person: str) -> list[tuple[str, str, str]]:
    """(kind, step, due in the town), the oldest first."""
    with store.reading() as session:
        found = reversed(session.notices.of(person, kinds=["deadline_near", "deadline_missed", "escalated"]))
        due = [(one, datetime.fromisoformat(one.facts["due_at"]).astimezone(TOWN_TIME)) for one in found]
    return [(one.kind, one.facts["step"], f"{moment:%m-%d %H:%M}") for one, moment in due]


def test_each_step_is_told_once_to_whom_it_concerns(town: Store) -> None:
    in_hand(town)
    for now in ("2021-09-30 10:30", "2021-09-30 14:30", "2021-09-30 14:31", "2021-10-12 17:30", "2021-10-14 17:30"):
        escalations.run(town, at(now))
    assert told(town, "GRID") == [
        ("deadline_near", "reminder", "09-30 14:30"), ("deadline_missed", "supervise", "09-30 14:30"),
        ("deadline_missed", "notice", "10-11 17:30"),
    ]  # fmt: skip
    assert told(town, "VILLAGE") == [("escalated", "supervise", "09-30 14:30")]
    assert told(town, "ZONE") == [("escalated", "notice", "10-11 17:30")]
    assert told(town, "BOSS") == [("escalated", "talk", "10-11 17:30")]


def test_who_runs_late_is_not_told_that_it_is_near(town: Store) -> None:
    in_hand(town)
    escalations.run(town, at("2021-10-20 08:00"))
    assert told(town, "GRID") == [
        ("deadline_missed", "reminder", "09-30 14:30"), ("deadline_missed", "notice", "10-11 17:30"),
    ]  # fmt: skip


def test_one_person_hears_of_one_step_once(town: Store) -> None:
    """Where the head of the village answers for the case, too."""
    with town.writing() as session:
        duty = next(d for d in session.duties.responsibilities() if d.person == "GRID")
        session.duties.end_responsibility(duty.id, on=date(2021, 9, 1))
    in_hand(town)
    escalations.run(town, at("2021-09-30 14:30"))
    assert told(town, "VILLAGE") == [
        ("deadline_missed", "reminder", "09-30 14:30"), ("escalated", "supervise", "09-30 14:30"),
    ]  # fmt: skip


def test_a_second_run_takes_nothing_and_writes_nothing(town: Store) -> None:
    in_hand(town)
    now = at("2021-09-30 15:00")
    assert escalations.run(town, now) == 2
    stamp = town.change_stamp()
    assert escalations.run(town, now) == 0
    assert town.change_stamp() == stamp


def test_two_processes_that_run_at_once_take_each_step_once(town: Store) -> None:
    ids = [in_hand(town) for _ in range(5)]
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(escalations.run(town, at("2021-09-30 15:00")))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 10
    assert [len(taken(town, id_)) for id_ in ids] == [2] * 5


def test_more_cases_than_one_transaction_holds_are_all_looked_at(town: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalations, "BATCH", 2)
    ids = [in_hand(town) for _ in range(5)]
    assert escalations.run(town, at("2021-09-30 15:00")) == 10
    assert [len(taken(town, id_)) for id_ in ids] == [2] * 5


def test_an_extension_makes_new_steps(town: Store) -> None:
    id_ = in_hand(town)
    escalations.run(town, at("2021-09-30 15:00"))
    with town.writing() as session:
        problem = session.features.get("problems", id_)
        extend(session, problem, until=at("2021-10-08 11:30"), now=at("2021-09-30 15:00"), why=Why(note="雨"))
    assert escalations.run(town, at("2021-10-08 09:00")) == 0
    assert escalations.run(town, at("2021-10-08 09:30")) == 1
    assert [step for _, step, _ in taken(town, id_)] == ["reminder", "supervise", "reminder"]


def test_a_paused_case_is_left_alone_until_it_goes_on(town: Store) -> None:
    id_ = in_hand(town)
    with town.writing() as session:
        pause(session, session.features.get("problems", id_), now=at("2021-09-30 10:00"), why=Why(note="等待"))
    assert escalations.run(town, at("2021-12-30 15:00")) == 0
    with town.writing() as session:
        resume(session, session.features.get("problems", id_), now=at("2021-12-30 15:00"), why=Why())
    assert escalations.run(town, at("2021-12-30 15:29")) == 0
    assert escalations.run(town, at("2021-12-30 15:30")) == 1


@pytest.mark.parametrize("end", ["fixed", "void"])
def test_a_stage_that_has_ended_gives_no_step(town: Store, end: str) -> None:
    id_ = reported(town)
    moved(town, id_, "assigned", "2021-09-30 08:30")
    if end == "fixed":
        moved(town, id_, "in_hand", "2021-09-30 09:00")
    moved(town, id_, end, "2021-09-30 10:00")
    assert escalations.run(town, at("2021-09-30 17:00")) == 0
    assert taken(town, id_) == []


def test_the_office_is_reminded_of_its_own_stages(town: Store) -> None:
    id_ = reported(town)
    moved(town, id_, "filed", "2021-09-30 08:30")
    escalations.run(town, at("2021-09-30 10:30"))
    assert taken(town, id_) == [("assign", "reminder", "DISPATCH"), ("assign", "supervise", "BOSS")]


def test_a_category_without_a_ladder_is_never_escalated(town: Store) -> None:
    reported(town, category="0799")
    assert escalations.run(town, at("2022-09-30 10:30")) == 0


def test_a_ladder_that_is_changed_holds_for_cases_that_run(town: Store) -> None:
    id_ = in_hand(town)
    escalations.run(town, at("2021-09-30 10:00"))
    talk = {"of": "stage", "step": "talk", "clock": "emergency_hours", "offset": -4, "addressed_to": "zone_head"}
    put_ladders(town, {"ordinary": [talk]}, now=at("2021-09-30 10:05"))
    assert escalations.run(town, at("2021-09-30 10:30")) == 1
    assert taken(town, id_) == [("handle", "talk", "ZONE")]
