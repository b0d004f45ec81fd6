"""Nobody sees or changes what is out of their scope: not in lists, counts, tiles, exports, photos or error texts."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from geo_service.security.rules import RULES, rule_of
from maps.tiles.grid import tile_at
from tests.conftest import Service
from tests.pictures import jpeg, scene
from tests.sights import SCOPED, Eyes, Town, account

KINDS = ("problems", "photos", "look-backs", "measures", "patrols")
ZOOMS = range(8, 17)
EVERYTHING = {
    "to": "filed", "act": "remark", "note": "x", "result": "held", "released": True, "problem": 1,
    "rectangles": [[0.1, 0.1, 0.2, 0.2]], "properties": {"description": "x"},
}  # fmt: skip


@pytest.fixture(scope="module")
def town(service: Service) -> Iterator[Town]:
    admin = Eyes(service, "tests")
    made = Town(admin)
    given = next(id_ for id_, row in made.problems.items() if row["properties"]["state"] == "assigned")
    with Eyes(service, account("contractor")) as contractor:
        wish = {"to": "in_hand", "by": contractor.person}
    made.eyes.post(f"/api/v1/problems/{given}/moves", json=wish).raise_for_status()
    yield Town(admin)
    admin.close()


@pytest.fixture(scope="module", params=SCOPED)
def eyes(service: Service, request: pytest.FixtureRequest) -> Iterator[Eyes]:
    with Eyes(service, account(request.param)) as made:
        yield made


@pytest.fixture(scope="module")
def chief(service: Service) -> Iterator[Eyes]:
    with Eyes(service, account("road_chief")) as made:
        yield made


@pytest.fixture(scope="module")
def hidden(town: Town, eyes: Eyes) -> dict[str, Any]:
    """Something of each kind that is not theirs: a problem with a photo, a look-back, a measure, a patrol."""
    admin = town.eyes
    seen = town.seen_by(eyes.person)
    foreign = {id_: row for id_, row in town.problems.items() if id_ not in seen}
    assert foreign
    points = {id_ for id_, row in foreign.items() if row["geometry"] and row["geometry"]["type"] == "Point"}
    due = [row for row in admin.read("/look-backs") if row["problem_id"] in points]
    id_ = due[0]["problem_id"]
    problem = foreign[id_]
    code, category = problem["properties"]["code"], problem["properties"]["category"]
    photo = {"file": ("a.jpg", jpeg(scene(seed=id_ + len(eyes.person))), "image/jpeg")}
    stored = admin.post(f"/api/v1/problems/{id_}/photos", files=photo, data={"role": "after"}).raise_for_status().json()
    body = {"type": "Feature", "geometry": None, "properties": {"kind": "mist", "problem": code, "quantity": 1}}
    measure = admin.post("/api/v1/measures", json=body).raise_for_status().json()
    patrol = next(row for row in admin.read("/patrols")["features"] if row["properties"]["inspector"] != eyes.person)
    return {
        "problem": problem, "code": code, "category": category, "photo": stored, "patrol": patrol,
        "problems": id_, "photos": stored["id"], "look-backs": due[0]["id"], "measures": measure["properties"]["id"],
        "patrols": patrol["id"],
    }  # fmt: skip


def routes_of(kind: str) -> list[tuple[str, str]]:
    pattern = re.compile(rf"/api/v1/{kind}/\{{(id_|key)\}}")
    return sorted(route for route in RULES if pattern.match(route[1]))


def call(eyes: Eyes, method: str, path: str) -> httpx.Response:
    if method in ("GET", "DELETE"):
        return eyes.request(method, path, params={"note": "x"} if method == "DELETE" else None)
    if method == "POST" and path.endswith("/photos"):
        return eyes.post(path, files={"file": ("a.jpg", jpeg(), "image/jpeg")}, data={"role": "before"})
    return eyes.request(method, path, json=EVERYTHING)


def test_the_list_the_counts_the_tiles_and_the_export_show_exactly_what_is_theirs(town: Town, eyes: Eyes) -> None:
    town = Town(town.eyes)  # other tests have reported since
    seen = town.seen_by(eyes.person)
    assert eyes.ids() == seen and 0 < len(seen) < len(town.problems)
    assert eyes.total() == len(seen)
    placed = {id_ for id_ in seen if town.problems[id_]["geometry"]}
    assert eyes.tile_ids() == placed
    assert eyes.exported() == {town.problems[id_]["properties"]["code"] for id_ in seen}
    counts = {row["name"]: row["count"] for row in eyes.read("/layers")}
    assert counts["problems"] == len(seen) and counts["patrols"] == len(eyes.read("/patrols")["features"])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_theirs_is_not_there_for_any_route(eyes: Eyes, hidden: dict[str, Any], kind: str) -> None:
    routes = routes_of(kind)
    assert routes
    for method, template in routes:
        path = re.sub(r"\{\w+\}", str(hidden[kind]), template)
        answer = call(eyes, method, path)
        allowed = rule_of(method, template, {}).lets_in(_roles(eyes))
        assert answer.status_code == (404 if allowed else 403), (method, path, answer.text)
        assert hidden["code"] not in answer.text


def _roles(eyes: Eyes) -> set[str]:
    people = eyes.read("/people", q=eyes.person)
    return set(next(one["roles"] for one in people if one["code"] == eyes.person))


def test_the_photo_itself_is_not_there(eyes: Eyes, hidden: dict[str, Any]) -> None:
    for name in ("url", "preview_url"):
        assert eyes.get(hidden["photo"][name]).status_code == 404


def test_an_error_says_the_same_of_what_is_hidden_and_of_what_there_never_was(
    eyes: Eyes, hidden: dict[str, Any]
) -> None:
    for kind in ("problems", "measures", "patrols"):
        texts = [eyes.get(f"/api/v1/{kind}/{id_}").json()["detail"] for id_ in (hidden[kind], 987654)]
        assert texts[0].replace(str(hidden[kind]), "…") == texts[1].replace("987654", "…")


def test_no_filter_finds_what_is_hidden(town: Town, eyes: Eyes, hidden: dict[str, Any]) -> None:
    one, id_ = hidden["problem"]["properties"], hidden["problems"]
    lon, lat = _spot(hidden["problem"])
    asked: list[dict[str, object]] = [
        {"q": one["code"]}, {"category": one["category"]}, {"state": one["state"]}, {"since": one["found_at"]},
        {"bbox": f"{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}"}, {"source": one["source_level"]},
        *({"area": f"{place['layer']}:{place['code']}"} for place in one["places"]),
        *([{"assignee": one["responsible"]["person"]}] if one["responsible"]["person"] else []),
    ]  # fmt: skip
    seen = Town(town.eyes).seen_by(eyes.person)  # other tests have reported since
    for filters in asked:
        assert id_ in town.eyes.ids(**filters), filters
        found = eyes.ids(**filters)
        assert found <= seen and id_ not in found
        assert eyes.total(**filters) == len(found)
    assert eyes.read("/measures", problem=one["code"])["features"] == []
    assert eyes.read("/look-backs", problem=id_) == []


def _spot(row: dict[str, Any]) -> tuple[float, float]:
    at = row["geometry"]["coordinates"]
    while isinstance(at[0], list):
        at = at[0]
    return at[0], at[1]


def test_no_tile_shows_it_at_any_zoom(town: Town, eyes: Eyes, hidden: dict[str, Any]) -> None:
    for z in ZOOMS:
        tile = tile_at(*_spot(hidden["problem"]), z)
        everything, theirs = (who.tile(*tile) for who in (town.eyes, eyes))
        assert hidden["problems"] in {row["id"] for row in everything}
        assert hidden["problems"] not in {row["id"] for row in theirs}
        assert hidden["code"] not in {row["properties"].get("code") for row in theirs}
    assert hidden["patrols"] not in eyes.tile_ids(layer="patrols")
    assert hidden["measures"] not in eyes.tile_ids(layer="measures")
    assert "bounds" not in eyes.get("/tiles/problems.json").json()


def test_it_is_in_no_other_list(eyes: Eyes, hidden: dict[str, Any]) -> None:
    me = eyes.person
    paths = (
        "/requests",
        "/look-backs",
        "/my-road",
        "/inbox?limit=200",
        f"/people/{me}/digest",
        "/measures",
        "/patrols",
    )
    for path in paths:
        assert hidden["code"] not in eyes.get(f"/api/v1{path}").raise_for_status().text, path
    assert [hit["properties"]["key"] for hit in eyes.read("/search", q=hidden["code"])["features"]] == []
    for page in ("/maps/open-problems.html", "/maps/my-road.html", "/maps/clean-zones.html"):
        assert hidden["code"] not in eyes.get(page).raise_for_status().text, page
    for layer in ("problems", "measures", "patrols"):
        assert hidden["code"] not in eyes.exported(layer)


def test_a_new_report_learns_only_that_something_is_known_there(eyes: Eyes, town: Town) -> None:
    seen = town.seen_by(eyes.person)
    foreign = next(
        row for id_, row in town.problems.items()
        if id_ not in seen and row["geometry"] and row["geometry"]["type"] == "Point"
        and row["properties"]["state"] == "filed"
    )  # fmt: skip
    told = "只有责任人知道的话"
    one = {"category": foreign["properties"]["category"], "description": told}
    made = town.eyes.post("/api/v1/problems", json={**foreign, "properties": one}).raise_for_status().json()
    body = {"geometry": foreign["geometry"], "category": one["category"]}
    answer = eyes.post("/api/v1/problems/preview", json=body).raise_for_status()
    assert answer.json()["hidden_duplicates"] >= 1
    assert made["id"] not in {row["id"] for row in answer.json()["duplicates"]}
    assert told not in answer.text and made["properties"]["code"] not in answer.text
    merged = {"type": "Feature", **body, "properties": {**one, "duplicate_of": made["id"]}}
    refused = eyes.post("/api/v1/problems", json=merged)
    assert refused.status_code == 404 and made["properties"]["code"] not in refused.text


def test_the_key_of_somebody_elses_request_is_unknown(town: Town, chief: Eyes) -> None:
    seen = town.seen_by(chief.person)
    own = next(row for id_, row in town.problems.items() if id_ in seen and row["geometry"])
    body = {"type": "Feature", "geometry": own["geometry"], "properties": {"category": own["properties"]["category"]}}
    key = {"Idempotency-Key": "the-same-key"}
    first = town.eyes.post("/api/v1/problems", json=body, headers=key).raise_for_status().json()
    theirs = [chief.post("/api/v1/problems", json=body, headers=key).raise_for_status().json() for _ in range(2)]
    assert theirs[0]["id"] == theirs[1]["id"] != first["id"]


def test_a_page_does_not_begin_behind_what_is_hidden(town: Town, chief: Eyes) -> None:
    """Where a hidden problem stands in the order of urgency is not told either."""
    foreign = town.problems.keys() - town.seen_by(chief.person)
    nowhere = [row["id"] for row in chief.read("/problems", after=987654, limit=1000)["features"]]
    for id_ in sorted(foreign)[:5]:
        shown = [row["id"] for row in chief.read("/problems", after=id_, limit=1000)["features"]]
        assert set(shown) <= {*nowhere, *(one for one in town.problems if one > id_)}
        assert all(town.problems[one]["properties"]["due_at"] is None for one in shown)


@pytest.mark.parametrize("role", ["inspector", "planner", "dispatcher", "supervisor"])
def test_who_works_for_the_town_sees_all_of_it(service: Service, town: Town, role: str) -> None:
    with Eyes(service, account(role)) as eyes:
        everything = town.eyes.ids()
        assert eyes.ids() == everything and eyes.total() == len(everything)
        assert eyes.tile_ids() == town.eyes.tile_ids()
        assert all(person["phone"] for person in eyes.read("/people") if person["code"].startswith("R"))


def test_telephone_numbers_are_ones_own(eyes: Eyes, town: Town) -> None:
    people = eyes.read("/people")
    assert {person["code"] for person in people} == {person["code"] for person in town.eyes.read("/people")}
    assert {person["code"] for person in people if person["phone"]} <= {eyes.person}
    others = {person["phone"] for person in town.eyes.read("/people")} - {"", *(p["phone"] for p in people)}
    for path in ("/problems?limit=1000", "/analysis/clean-zones", "/my-road"):
        text = eyes.get(f"/api/v1{path}").raise_for_status().text
        assert not [number for number in others if number in text], path


def test_ones_own_things_and_nobody_elses(chief: Eyes, town: Town) -> None:
    other = next(duty["person"] for duty in town.duties if duty["person"] != chief.person)
    for path in (
        f"/inbox?person={other}",
        f"/people/{other}/digest",
        f"/my-road?person={other}",
        f"/look-backs?person={other}",
    ):
        assert chief.get(f"/api/v1{path}").status_code == 403, path
    assert chief.post("/api/v1/inbox/read", json={"person": other, "all": True}).status_code == 403
    assert chief.get(f"/maps/my-road.html?person={other}").status_code == 403
    mine = chief.read("/my-road")
    assert mine["person"]["code"] == chief.person and mine["people"] == []
    assert {row["properties"]["code"] for row in mine["segments"]["features"]} == {
        place for layer, place in town.held_by(chief.person) if layer == "road_segments"
    }


def test_taking_data_out_is_entered_in_the_audit(service: Service, chief: Eyes) -> None:
    from layers.store import open_store

    chief.exported()
    store = open_store(service.store_url)
    with store.reading() as session:
        (line,) = session.audit.read(act="export", account=account("road_chief"), limit=1)
    store.close()
    assert (line.person, line.object, line.detail["format"]) == (chief.person, "layers/problems", "geojson")
    assert line.address == "127.0.0.1" and line.device.startswith("python-httpx")


def test_an_import_is_for_who_began_it(service: Service, town: Town) -> None:
    file = {"file": ("a.geojson", b'{"type":"FeatureCollection","features":[]}', "application/geo+json")}
    with Eyes(service, account("planner")) as planner, Eyes(service, "second-planner", "planner") as other:
        started = planner.post("/api/v1/layers/parcels/import", files=file, data={"dry_run": "true"}).raise_for_status()
        job = started.json()["job"]
        assert [who.get(f"/api/v1/imports/{job}").status_code for who in (planner, town.eyes, other)] == [200, 200, 404]
        assert other.post(f"/api/v1/imports/{job}/commit", json={}).status_code == 404
        assert planner.post("/api/v1/layers/problems/import", files=file).status_code == 403
