"""What a problem is now is the sum of its events: every row can be rebuilt from its history, in both stores."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from shapely.geometry import LineString, Point

from layers import escalations
from layers.acts import ActWish, act
from layers.loading import LoadRequest, load
from layers.model import Feature
from layers.moves import MoveWish, move
from layers.placing import assign_all
from layers.planting import plant
from layers.problems import Draft, edit, report
from layers.query import Query, Where
from layers.store import Store, open_store
from layers.town import furnish
from tests.demo_built import AS_OF, demo_town
from tests.problems_http import report as report_over_http
from tests.replays import all_differences, differences

HERE = Point(114.0333, 22.5300)
NOW = AS_OF + timedelta(minutes=5)


@pytest.fixture(scope="module")
def town(module_store: Store) -> Store:
    """The demo town in each kind of store."""
    furnish(module_store)
    plant(module_store, demo_town(), now=AS_OF, reset=True)
    return module_store


def leads(store: Store) -> list[tuple[object, ...]]:
    with store.reading() as session:
        return session.features.columns("problems", ("id", "lead_code", "lead_person"))


def reported(store: Store, **said: object) -> Feature:
    draft = {"geometry": HERE, "category": "0102", "description": "一袋垃圾", "reported_by": "R010", **said}
    return report(store, Draft(**draft), now=NOW)


def test_every_problem_of_the_demo_town_is_the_sum_of_its_events(town):
    assert all_differences(town) == []


def test_a_field_that_no_event_sets_is_noticed(town):
    with town.reading() as session:
        problem = session.features.read("problems", Query(limit=1))[0]
        values = {**problem.values, "rework_count": 99}
        changed = Feature(id=problem.id, code="X", geometry=Point(0, 0), values=values, extra=problem.extra)
        found = {line.split()[1] for line in differences(session, changed)}
    assert found == {"rework_count", "geom", "code"}


def test_reports_moves_edits_and_acts(town):
    id_ = reported(town).id
    move(town, id_, MoveWish(to="filed", by="R001"), now=NOW)
    move(town, id_, MoveWish(to="assigned", by="R001"), now=NOW)
    edit(town, id_, now=NOW, values={"category": "0211", "severity": 3}, by="R001")
    edit(town, id_, now=NOW, values={}, geometry=LineString([(114.0333, 22.53), (114.0335, 22.5302)]))
    move(town, id_, MoveWish(to="in_hand", by="R007"), now=NOW)
    later = (NOW + timedelta(days=20)).isoformat()
    act(town, id_, ActWish(act="ask_extension", by="R007", given={"note": "等设备", "until": later}), now=NOW)
    act(town, id_, ActWish(act="grant_extension", by="R001"), now=NOW)
    act(town, id_, ActWish(act="pause", by="R001", given={"note": "台风"}), now=NOW)
    act(town, id_, ActWish(act="resume", by="R001"), now=NOW + timedelta(hours=3))
    act(town, id_, ActWish(act="supervise", by="R003", given={"note": "抓紧"}), now=NOW + timedelta(hours=3))
    act(
        town,
        id_,
        ActWish(act="answer_supervision", by="R007", given={"note": "明天完成"}),
        now=NOW + timedelta(hours=4),
    )
    act(town, id_, ActWish(act="remark", by="R003", given={"note": "已看过"}), now=NOW + timedelta(hours=4))
    assert all_differences(town, id_) == []


def test_a_rework_a_closing_and_an_appeal(town):
    id_ = reported(town, source_level="city", category="0703").id
    for to, given in (
        ("assigned", {}), ("in_hand", {}), ("filed", {"note": "非我辖区"}), ("assigned", {}), ("in_hand", {}),
        ("fixed", {}), ("returned", {"note": "不彻底"}), ("in_hand", {}), ("fixed", {}),
        ("closed", {"recheck_level": "city", "document": "复核单1号"}),
    ):  # fmt: skip
        move(town, id_, MoveWish(to=to, given=given), now=NOW)
    act(town, id_, ActWish(act="appeal", by="R007", given={"note": "不属实"}), now=NOW)
    act(town, id_, ActWish(act="admit_appeal", by="R001"), now=NOW)
    act(town, id_, ActWish(act="uphold_appeal", by="R003", given={"note": "成立"}), now=NOW)
    with town.reading() as session:
        problem = session.features.get("problems", id_)
    assert (problem.values["handback_count"], problem.values["dispatch_count"], problem.values["rework_count"]) == (
        1,
        2,
        1,
    )
    assert problem.values["score_effect"] == 0
    assert all_differences(town, id_) == []


def test_merging_deferring_voiding_and_closing_by_decision(town):
    first, second, third = reported(town).id, reported(town).id, reported(town, duplicate_of=None).id
    merged = reported(town, duplicate_of=first).id
    move(town, second, MoveWish(to="duplicate", by="R001", given={"note": "同一处", "duplicate_of": first}), now=NOW)
    for to, given in (("filed", {}), ("deferred", {"note": "等许可", "until": "2022-01-05"}), ("assigned", {})):
        move(town, third, MoveWish(to=to, by="R001", given=given), now=NOW)
    decided = MoveWish(to="closed", by="R009", given={"note": "转专项", "document": "1号"})
    move(town, third, decided, now=NOW)
    move(town, first, MoveWish(to="void", by="R001", given={"note": "误报"}), now=NOW)
    assert all_differences(town, first, second, third, merged) == []


def test_what_runs_on_its_own(town):
    late = AS_OF + timedelta(days=4)
    assert escalations.run(town, late) > 0
    assert all_differences(town) == []


def test_people_and_places_that_change(town):
    with town.writing() as session:
        duty = next(d for d in session.duties.responsibilities(on=NOW.date()) if d.layer == "areas")
        session.duties.put_responsibilities([replace(duty, id=0, person="R011", place="V01", role="village_head")])
        grid = session.features.read("areas", Query(where=(Where("level", "=", "grid"),)))[0]
        session.features.delete("areas", grid.id)
    before = leads(town)
    assign_all(town, now=NOW)
    assert leads(town) != before
    assert all_differences(town) == []


def test_imported_problems(town, tmp_path):
    path = tmp_path / "problems.csv"
    path.write_text(
        "lon,lat,category,description,state,found_at,closed_at,note\n"
        "114.033,22.53,0201,路面有泥,,2021-12-01T08:00:00+08:00,,甲\n"
        "114.034,22.53,0102,垃圾,closed,2021-12-01T08:00:00+08:00,2021-12-02T09:00:00+08:00,乙\n"
        "114.035,22.531,道路不洁,路面有土,in_hand,2021-12-03T08:00:00+08:00,,丙\n",
        encoding="utf-8",
    )
    now = NOW + timedelta(microseconds=1234)  # of which a GeoPackage keeps a millisecond
    loaded = load(town, LoadRequest(layer="problems", paths=[path], crs="EPSG:4326"), now=now)
    assert loaded.stored == 3
    assert all_differences(town) == []


def test_everything_that_was_done_over_http(service):
    """Whatever the suite has done with this service until now, its rows are the sum of their events."""
    with httpx.Client(base_url=service.url, timeout=30) as client:
        id_ = report_over_http(client)["id"]
        for to in ("filed", "assigned", "in_hand"):
            client.post(f"/api/v1/problems/{id_}/moves", json={"to": to}).raise_for_status()
        client.post(f"/api/v1/problems/{id_}/acts", json={"act": "remark", "note": "已联系"}).raise_for_status()
        client.patch(f"/api/v1/problems/{id_}", json={"properties": {"severity": 2}}).raise_for_status()
    store = open_store(service.environment["GEO_SERVICE_STORE"])
    try:
        assert all_differences(store) == []
    finally:
        store.close()
