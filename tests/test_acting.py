"""Who acts, as whom, and who may correct what: everybody in their own name, inspectors above those they inspect."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.conftest import Service
from tests.pictures import jpeg, scene
from tests.sights import Eyes, Town, account

ROLES = ("dispatcher", "inspector", "supervisor", "planner", "road_chief", "grid_worker")
HERE = {"type": "Point", "coordinates": [114.0231918, 22.529098]}
_seeds = count(40_000)
Cast = dict[str, Eyes]


@pytest.fixture(scope="module")
def cast(service: Service) -> Iterator[Cast]:
    made = {role: Eyes(service, account(role)) for role in ROLES} | {"administrator": Eyes(service, "tests")}
    yield made
    for eyes in made.values():
        eyes.close()


@pytest.fixture(scope="module")
def own(cast: Cast) -> dict[str, Any]:
    """A place on the road chief's segment."""
    town = Town(cast["administrator"])
    held = town.held_by(cast["road_chief"].person)
    for row in town.problems.values():
        at = {(place["layer"], place["code"]) for place in row["properties"]["places"]}
        if at & held and row["geometry"] and row["geometry"]["type"] == "Point":
            return dict(row["geometry"])
    raise AssertionError("the chief has nothing")


def report(eyes: Eyes, place: dict[str, Any] = HERE, **said: object) -> dict[str, Any]:
    body = {"type": "Feature", "geometry": place, "properties": {"category": "0102", **said}}
    made: dict[str, Any] = eyes.post("/api/v1/problems", json=body).raise_for_status().json()["properties"]
    return made


def move(eyes: Eyes, id_: int, to: str, **said: object) -> tuple[int, str]:
    answer = eyes.post(f"/api/v1/problems/{id_}/moves", json={"to": to, "note": "x", **said})
    return answer.status_code, answer.json().get("properties", {}).get("state", answer.text)


def edit(eyes: Eyes, id_: int, **said: object) -> int:
    return eyes.patch(f"/api/v1/problems/{id_}", json={"properties": said or {"description": "改过的"}}).status_code


def last(eyes: Eyes, id_: int) -> dict[str, Any]:
    return dict(eyes.read(f"/problems/{id_}/history")[-1])


def test_everybody_acts_in_their_own_name(cast: Cast, own: dict[str, Any]) -> None:
    chief, other = cast["road_chief"], cast["dispatcher"].person
    one = report(chief, own)
    assert one["reported_by"] == chief.person
    id_ = one["id"]
    picture = {"file": ("a.jpg", jpeg(scene(seed=next(_seeds))), "image/jpeg")}
    photo = (
        chief.post(f"/api/v1/problems/{id_}/photos", files=picture, data={"role": "before"}).raise_for_status().json()
    )
    assert photo["by"] == chief.person
    remark = {"act": "remark", "note": "x"}
    chief.post(f"/api/v1/problems/{id_}/acts", json={**remark, "by": chief.person}).raise_for_status()
    assert last(chief, id_)["by"] == chief.person
    measure = {"type": "Feature", "geometry": None, "properties": {"kind": "mist", "problem": one["code"]}}
    walk = {"geometry": own, "properties": {}}
    for path, body, name in (
        ("/problems", {"type": "Feature", "geometry": own, "properties": {"category": "0102"}}, "reported_by"),
        (f"/problems/{id_}/acts", remark, "by"), (f"/problems/{id_}/moves", {"to": "confirmed"}, "by"),
        ("/measures", measure, "by"), ("/patrols", walk, "inspector"),
        (f"/photos/{photo['id']}/redact", {"rectangles": [[0, 0, 0.1, 0.1]]}, "by"),
    ):  # fmt: skip
        said = (
            {**body, "properties": {**body["properties"], name: other}}
            if "properties" in body
            else {**body, name: other}
        )
        answer = chief.post(f"/api/v1{path}", json=said)
        assert answer.status_code == 403 and answer.json()["errors"][0]["field"] == "by", (path, answer.text)
    picture = {"file": ("a.jpg", jpeg(scene(seed=next(_seeds))), "image/jpeg")}
    form = {"role": "before", "by": other}
    assert chief.post(f"/api/v1/problems/{id_}/photos", files=picture, data=form).status_code == 403
    assert (
        chief.request("DELETE", f"/api/v1/photos/{photo['id']}", params={"note": "x", "by": other}).status_code == 403
    )
    assert chief.post("/api/v1/measures", json=measure).json()["properties"]["by"] == chief.person
    assert chief.post("/api/v1/patrols", json=walk).json()["properties"]["inspector"] == chief.person


def test_an_administrator_names_anybody_and_is_the_operator_else(cast: Cast) -> None:
    admin = cast["administrator"]
    one = report(admin, reported_by=cast["grid_worker"].person)
    assert one["reported_by"] == cast["grid_worker"].person
    assert move(admin, one["id"], "filed", by=cast["grid_worker"].person)[0] == 403
    assert move(admin, one["id"], "filed") == (200, "filed")
    moved = [line for line in admin.read(f"/problems/{one['id']}/history") if line["kind"] == "moved"]
    assert [(line["to"], line["by"]) for line in moved] == [("filed", None)]


def test_the_history_keeps_account_and_device(service: Service, cast: Cast, own: dict[str, Any]) -> None:
    from sqlalchemy import select

    from layers.store import open_store
    from layers.store.tables import EVENTS

    id_ = report(cast["road_chief"], own)["id"]
    store = open_store(service.store_url)
    with store.reading() as session:
        rows = session.history.connection.execute(select(EVENTS).where(EVENTS.c.problem_id == id_)).mappings().all()
    store.close()
    assert {row["account"] for row in rows} == {account("road_chief")}
    assert all(row["device"].startswith("python-httpx") for row in rows)


def test_only_what_this_caller_may_do_is_offered(cast: Cast, own: dict[str, Any]) -> None:
    id_ = report(cast["administrator"], own)["id"]
    offered = {
        role: {one["to"] for one in eyes.read(f"/problems/{id_}")["properties"]["moves"]}
        for role, eyes in cast.items() if role != "grid_worker"
    }  # fmt: skip
    assert offered["road_chief"] == {"confirmed", "duplicate", "fixed"}
    assert offered["planner"] == {"fixed"}
    assert offered["inspector"] == {"confirmed", "duplicate", "fixed"}
    assert offered["dispatcher"] >= {"confirmed", "declined", "duplicate", "void", "filed", "assigned"}
    assert offered["administrator"] >= offered["dispatcher"] | offered["road_chief"]
    acts = {one["act"] for one in cast["road_chief"].read(f"/problems/{id_}")["properties"]["acts"]}
    assert "remark" in acts and not acts & {"supervise", "pause", "recompute_deadlines"}
    for to in offered["road_chief"] ^ offered["dispatcher"]:
        assert move(cast["road_chief"], id_, to)[0] in (403, 422), to


def test_a_report_is_corrected_by_who_made_it_until_somebody_takes_it_up(cast: Cast, own: dict[str, Any]) -> None:
    chief, dispatcher = cast["road_chief"], cast["dispatcher"]
    id_ = report(chief, own)["id"]
    assert edit(chief, id_) == 200
    assert edit(cast["planner"], id_) == 403 and edit(cast["inspector"], id_) == 403
    assert move(dispatcher, id_, "filed")[0] in (200, 422)
    move(cast["administrator"], id_, "filed")
    assert edit(chief, id_) == 403
    assert edit(dispatcher, id_) == 200 and edit(cast["supervisor"], id_) == 200


def test_an_inspector_corrects_what_they_have_found_and_nothing_else(cast: Cast, own: dict[str, Any]) -> None:
    inspector, chief = cast["inspector"], cast["road_chief"]
    id_ = report(inspector, own)["id"]
    move(cast["administrator"], id_, "filed")
    assert edit(inspector, id_) == 200
    assert [edit(cast[role], id_) for role in ("dispatcher", "road_chief", "planner")] == [403, 403, 403]
    assert edit(cast["supervisor"], id_) == 200
    assert edit(inspector, report(chief, own)["id"]) == 403


@pytest.mark.parametrize("to", ["void", "declined", "duplicate"])
@pytest.mark.parametrize("found", ["by an inspector", "above"])
def test_what_the_inspection_has_found_is_not_set_aside_by_those_who_handle_it(
    cast: Cast, own: dict[str, Any], to: str, found: str
) -> None:
    known = report(cast["administrator"], own)["id"]
    more = {"duplicate_of": known} if to == "duplicate" else {}
    id_ = (
        report(cast["inspector"], own)["id"]
        if found == "by an inspector"
        else report(cast["dispatcher"], own, source_level="county")["id"]
    )
    assert move(cast["dispatcher"], id_, to, **more)[0] == 403
    if to == "duplicate":
        assert move(cast["road_chief"], id_, to, **more)[0] == 403
    assert to not in {one["to"] for one in cast["dispatcher"].read(f"/problems/{id_}")["properties"]["moves"]}
    assert to in {one["to"] for one in cast["supervisor"].read(f"/problems/{id_}")["properties"]["moves"]}
    assert move(cast["supervisor"], id_, to, **more) == (200, to)


def test_a_finding_from_above_keeps_its_weight(cast: Cast, own: dict[str, Any]) -> None:
    id_ = report(cast["administrator"], own, source_level="county")["id"]
    assert edit(cast["dispatcher"], id_, description="说明") == 200
    assert edit(cast["dispatcher"], id_, score_effect=0) == 403
    assert edit(cast["dispatcher"], id_, source_level="self") == 403
    assert edit(cast["supervisor"], id_, score_effect=0) == 200


def test_an_inspectors_finding_is_not_closed_at_the_level_of_the_village(service: Service, cast: Cast) -> None:
    with Eyes(service, "checker", "grid_worker") as checker:
        id_ = report(cast["inspector"])["id"]
        admin = cast["administrator"]
        for to in ("filed", "assigned", "in_hand", "fixed"):
            assert move(admin, id_, to)[0] == 200
        assert move(admin, id_, "closed", by=checker.person)[0] == 422
        assert move(cast["inspector"], id_, "closed") == (200, "closed")


def test_a_measure_is_changed_by_who_has_done_it_or_the_office(cast: Cast, own: dict[str, Any]) -> None:
    parcel = cast["planner"].read("/parcels", limit=1)["features"][0]["properties"]["code"]
    body = {"type": "Feature", "geometry": None, "properties": {"kind": "mist", "parcel": parcel, "quantity": 1}}
    made = cast["grid_worker"].post("/api/v1/measures", json=body).raise_for_status().json()["properties"]
    path = f"/api/v1/measures/{made['id']}"
    change = {"properties": {"quantity": 2}}
    for role in ("road_chief", "inspector"):
        assert cast[role].patch(path, json=change).status_code == 403
        assert cast[role].delete(path).status_code == 403
    assert cast["grid_worker"].patch(path, json=change).status_code == 200
    assert cast["planner"].patch(path, json=change).status_code == 200
    assert cast["grid_worker"].delete(path).status_code == 204


def test_a_problem_is_linked_with_ones_own_patrol_only(cast: Cast, own: dict[str, Any]) -> None:
    id_ = report(cast["road_chief"], own)["id"]
    walked = cast["inspector"].post("/api/v1/patrols", json={"geometry": own, "properties": {}}).json()["id"]
    assert cast["road_chief"].post(f"/api/v1/patrols/{walked}/problems", json={"problem": id_}).status_code == 404
    assert cast["planner"].post(f"/api/v1/patrols/{walked}/problems", json={"problem": id_}).status_code == 403
    assert cast["inspector"].post(f"/api/v1/patrols/{walked}/problems", json={"problem": id_}).status_code == 200


def test_a_contractor_sees_what_they_were_given(service: Service, cast: Cast, own: dict[str, Any]) -> None:
    dispatcher = cast["dispatcher"]
    with Eyes(service, account("contractor")) as contractor:
        id_ = report(cast["administrator"], own)["id"]
        assert move(cast["administrator"], id_, "filed")[0] == 200
        assert contractor.get(f"/api/v1/problems/{id_}").status_code == 404
        assert move(dispatcher, id_, "assigned", handler=cast["planner"].person)[0] == 422
        assert move(dispatcher, id_, "assigned", handler="nobody")[0] == 422
        assert move(dispatcher, id_, "assigned", handler=contractor.person) == (200, "assigned")
        assert contractor.read(f"/problems/{id_}")["properties"]["handled_by"] == contractor.person
        assert contractor.read("/inbox", unread=1)["notices"][0]["problem_id"] == id_
        assert move(contractor, id_, "in_hand") == (200, "in_hand")
        assert move(contractor, id_, "closed")[0] in (403, 422)
