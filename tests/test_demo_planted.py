"""The demo town in a store: the same rules as in real use have made it, and there is something of everything."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from numpy.random import default_rng

from layers.catalogue import categories
from layers.demo import DemoHistory
from layers.model import Event, Feature
from layers.moves import MoveWish, move
from layers.people import actor
from layers.photos.files import PhotoFiles
from layers.planting import plant
from layers.planting_acts import PAIRS, photograph
from layers.problems import Draft, report
from layers.query import Query
from layers.rules.deadlines import STAGE_OF
from layers.rules.lifecycle import OPEN_STATES
from layers.schema import ESCALATIONS
from layers.store import Store, open_store
from layers.town import furnish
from tests.demo_built import AS_OF, demo_town


@pytest.fixture(scope="module")
def town(module_store: Store) -> Store:
    furnish(module_store)
    assert plant(module_store, demo_town(), now=AS_OF, reset=False)
    return module_store


@pytest.fixture(scope="module")
def problems(town) -> list[Feature]:
    with town.reading() as session:
        return session.features.read("problems", Query())


@pytest.fixture(scope="module")
def open_problems(problems) -> list[Feature]:
    return [p for p in problems if p.values["state"] in OPEN_STATES]


def events(town: Store, id_: int) -> list[Event]:
    with town.reading() as session:
        return session.history.events(id_)


# ---------------------------------------------------------------- clocks


def test_a_quarter_of_the_open_ones_is_overdue(open_problems):
    overdue = [p for p in open_problems if p.values["due_at"] and p.values["due_at"] < AS_OF]
    assert 220 <= len(open_problems) <= 280
    assert 0.2 <= len(overdue) / len(open_problems) <= 0.3


def test_most_stages_of_cases_in_time_are_in_time(open_problems):
    waiting = [p for p in open_problems if p.values["due_at"] and p.values["due_at"] >= AS_OF]
    assert len(waiting) > 150
    assert sum(p.values["stage_due_at"] < AS_OF for p in waiting) / len(waiting) < 0.1


def test_every_open_case_has_its_clocks(open_problems):
    for problem in open_problems:
        if problem.values["state"] == "deferred":
            assert problem.values["deferred_until"] and problem.values["paused_at"]
        else:
            assert problem.values["stage"] == STAGE_OF[problem.values["state"]]
            due_at = problem.values["stage_due_at"]
            assert due_at is None if problem.values["paused_at"] else problem.values["stage_started_at"] < due_at


def test_some_are_escalated_up_to_the_talk_and_the_most_are_not(open_problems):
    steps = Counter(p.values["escalation"] for p in open_problems)
    assert all(steps[step] for step in ESCALATIONS)
    assert steps[""] > len(open_problems) / 2


# ---------------------------------------------------------------- moves


def ways() -> dict[tuple[str, ...], DemoHistory]:
    """One history for each way that a case has gone, the latest of those that repeat no other problem."""
    return {tuple(m.to for m in h.moves): h for h in demo_town().histories if not h.original}


def test_planted_cases_are_what_the_use_cases_make_of_them(town, problems, tmp_path):
    """Every way once, reported and moved by hand in another store, where no photos are asked for."""
    planted = {p.code: p for p in problems}
    found = {p.code: p for p in demo_town().layers["problems"]}
    store = open_store(f"gpkg://{tmp_path}/by-hand.gpkg")
    furnish(store)
    demo = replace(demo_town(), histories=[], layers={**demo_town().layers, "problems": [], "measures": []})
    plant_ground(store, demo)
    for way, history in ways().items():
        made = by_hand(store, found[history.code], history)
        shown = {name: planted[history.code].values[name] for name in MADE_BY_MOVES}
        if not touched(town, planted[history.code].id):
            assert {name: made.values[name] for name in MADE_BY_MOVES} == shown, way
    store.close()


MADE_BY_MOVES = (
    "state", "handled_by", "closed_at", "verified_at", "verified_by", "rework_count", "handback_count",
    "dispatch_count", "self_handled", "forced", "deferred_until", "score_effect", "recheck_level", "department",
    "stage", "stage_started_at", "stage_due_at", "due_at", "paused_at", "lead_code", "lead_person",
)  # fmt: skip


def touched(town: Store, id_: int) -> bool:
    """Whether its people have stopped or extended its clocks, or had a finding reversed."""
    return any(event.kind in ("act", "deadline") for event in events(town, id_))


def plant_ground(store: Store, demo: Any) -> None:
    lenient = tuple(replace(category, open_photos=(), close_photos=()) for category in categories())
    with store.writing() as session:
        session.town.put(demo.town)
        session.town.put_categories(lenient)
        session.duties.put_people(demo.people)
        session.duties.put_responsibilities(demo.responsibilities)
        for layer in ("areas", "road_segments"):
            session.features.insert_many(layer, demo.layers[layer], now=AS_OF)


def by_hand(store: Store, found: Feature, history: DemoHistory) -> Feature:
    said = {name: found.values[name] for name in ("category", "description", "reported_by", "source_level", "severity")}
    draft = Draft(geometry=found.geometry, found_at=found.values["found_at"], **said)
    problem = report(store, draft, now=AS_OF)
    for step in history.moves:
        wish = MoveWish(to=step.to, by=step.by, at=step.at, given={"note": step.note, **step.given})
        problem = move(store, problem.id, wish, now=AS_OF)
    return problem


def test_there_is_something_of_every_side_path(problems):
    values = [p.values for p in problems]
    assert sum(bool(v["self_handled"]) for v in values) >= 10
    assert 3 <= sum(bool(v["forced"]) for v in values) <= 30
    assert sum(v["handback_count"] > 0 for v in values) >= 10
    assert sum(v["rework_count"] > 0 for v in values) >= 50


def test_what_is_closed_by_decision_is_not_verified(problems):
    closed = [p.values for p in problems if p.values["state"] == "closed"]
    assert all((v["verified_at"] is None) == bool(v["forced"]) for v in closed)
    assert all(v["verified_by"] != v["handled_by"] for v in closed if not v["forced"])


def test_a_finding_from_above_costs_points_and_is_rechecked_there(town, problems):
    city = [p for p in problems if p.values["source_level"] == "city"]
    assert {p.values["recheck_level"] for p in city} == {"city"}
    assert {p.values["score_effect"] for p in city} <= {-1.0, 0.0}
    closings = [e for p in city for e in events(town, p.id) if e.to_state == "closed"]
    assert closings
    assert all(e.payload["recheck_level"] == "city" and e.payload["document"] for e in closings)


def test_duplicates_are_merged_as_evidence(town, problems):
    keys = {p.code: p.id for p in problems}
    twice = [h for h in demo_town().histories if h.original]
    assert len(twice) >= 10
    by_id = {p.id: p for p in problems}
    for history in twice:
        merged = by_id[keys[history.code]]
        assert merged.values["duplicate_of"] == keys[history.original]
        told = [e.payload["code"] for e in events(town, keys[history.original]) if e.kind == "evidence"]
        assert history.code in told


def test_events_lie_in_the_order_in_which_they_happened(town, problems):
    for problem in problems[::20]:
        times = [e.at for e in events(town, problem.id) if e.kind in ("reported", "moved", "evidence")]
        assert times == sorted(times)


# ---------------------------------------------------------------- after the closing


def test_rebounds_are_linked(problems):
    kinds = Counter(p.values["rebound_kind"] for p in problems)
    assert kinds["rebound"] > 50
    assert kinds["never_fixed"] > 3
    assert max(p.values["rebound_order"] or 0 for p in problems) >= 2


def test_look_backs_were_done_are_missed_and_are_to_come(town, problems):
    with town.reading() as session:
        waiting = session.look_backs.open()
        every = [row for p in problems for row in session.look_backs.of(p.id)]
    done = [row for row in every if row.result == "held"]
    assert len(done) >= 5
    assert 1 <= sum(row.due_at < AS_OF for row in waiting) <= len(done)
    assert sum(row.due_at > AS_OF for row in waiting) > 50


# ---------------------------------------------------------------- requests, photos


def test_requests_wait_and_are_decided(town, problems):
    with town.reading() as session:
        waiting = Counter(request.kind for request in session.requests.waiting())
        all_ = [request for p in problems for request in session.requests.of(p.id)]
    assert waiting["extension"] >= 1
    assert waiting["appeal"] >= 1
    assert {request.verdict for request in all_} == {"", "granted", "refused", "admitted", "upheld", "rejected"}
    assert all(request.asked_at < AS_OF < request.due_at for request in all_ if not request.verdict)


def test_a_few_pictures_are_shown_and_one_is_doubtful(town, tmp_path):
    photograph(town, PhotoFiles(tmp_path / "photos"), default_rng(1), now=AS_OF)
    with town.reading() as session:
        rows = session.features.read("problems", Query())
        photos = [photo for row in rows if row.values["photo_count"] for photo in session.photos.of(row.id)]
    assert len(photos) == 2 * sum(PAIRS.values()) <= 12
    assert Counter(photo.role for photo in photos) == {"before": 6, "after": 6}
    assert [[w["kind"] for w in photo.warnings] for photo in photos if photo.warnings] == [["elsewhere"]]


def test_water_too_near_the_station_is_warned_of(town):
    with town.reading() as session:
        runs = [m for m in session.features.read("measures", Query()) if m.values["kind"] == "mist"]
    assert sorted(len(run.values["warnings"]) for run in runs) == [0, 1]


def test_everybody_acted_with_a_role(town, problems):
    with town.reading() as session:
        people = {e.by for p in problems for e in session.history.events(p.id) if e.by}
        assert all(actor(session, person, on=AS_OF.date() - timedelta(days=1)).roles for person in people)


def test_a_second_planting_changes_nothing(town):
    assert not plant(town, demo_town(), now=AS_OF, reset=False)
