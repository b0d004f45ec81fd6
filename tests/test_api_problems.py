"""Problems over HTTP, from both stores: report, give, move, list."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import mapbox_vector_tile
import pytest

from tests.conftest import Service
from tests.problems_http import ON_THE_ROAD, feature, move, report


def test_a_report_is_given_to_somebody_with_the_reason(api: httpx.Client) -> None:
    answer = api.post("/api/v1/problems", json=feature())
    made = answer.json()
    said = made["properties"]
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/problems/{made['id']}"
    assert answer.headers["etag"] == '"1"'
    assert said["state"] == "reported"
    assert said["responsible"]["person"]
    assert said["responsible"]["person_name"] in said["responsible"]["why"]
    assert next(place for place in said["places"] if place["lead"])["code"] == said["responsible"]["place"]
    assert said["due_at"] > said["found_at"]
    assert api.get(answer.headers["location"]).json()["properties"]["code"] == said["code"]


def test_the_reason_is_told_in_the_readers_language(api: httpx.Client) -> None:
    id_ = report(api)["id"]
    texts = {lang: api.get(f"/api/v1/problems/{id_}?lang={lang}").json()["properties"] for lang in ("zh", "en")}
    assert texts["zh"]["responsible"]["why"] != texts["en"]["responsible"]["why"]
    assert texts["zh"]["category_name"] == "生活垃圾"
    assert texts["en"]["category_name"] == "Household rubbish"


def test_from_report_to_proven_closure(api: httpx.Client) -> None:
    id_ = report(api)["id"]
    for to, more in (
        ("confirmed", {}), ("filed", {}), ("assigned", {}), ("in_hand", {"by": "R001"}), ("fixed", {}),
        ("returned", {"by": "R002", "note": "still there"}), ("in_hand", {"by": "R001"}), ("fixed", {}),
        ("closed", {"by": "R002"}),
    ):  # fmt: skip
        answer = move(api, id_, to, **more)
        assert answer.status_code == 200, answer.text
    closed = answer.json()["properties"]
    history = api.get(f"/api/v1/problems/{id_}/history").json()
    assert (closed["state"], closed["rework_count"], closed["moves"]) == ("closed", 1, [])
    assert closed["closed_at"]
    assert [line["to"] for line in history if line["to"]] == [
        "reported", "confirmed", "filed", "assigned", "in_hand", "fixed", "returned", "in_hand", "fixed", "closed",
    ]  # fmt: skip
    assert [line["note"] for line in history if line["to"] == "returned"] == ["still there"]


def test_the_handler_cannot_close_his_own(api: httpx.Client) -> None:
    id_ = report(api)["id"]
    for to, by in (("assigned", "R001"), ("in_hand", "R001"), ("fixed", "")):
        move(api, id_, to, by=by)
    refused = move(api, id_, "closed", by="R001")
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"][0]["field"] == "by"
    assert api.get(f"/api/v1/problems/{id_}").json()["properties"]["state"] == "fixed"


def test_a_forbidden_move_says_why_and_changes_nothing(api: httpx.Client) -> None:
    id_ = report(api)["id"]
    before = api.get(f"/api/v1/problems/{id_}/history").json()
    refused = move(api, id_, "closed")
    assert (refused.status_code, refused.json()["status"]) == (422, 422)
    assert "one step" in refused.json()["detail"]
    assert api.get(f"/api/v1/problems/{id_}/history").json() == before


def test_back_dated_entry_keeps_its_order(api: httpx.Client) -> None:
    now = datetime.now(UTC)
    id_ = report(api, at=(now - timedelta(days=3)).isoformat())["id"]
    assert move(api, id_, "confirmed", at=(now - timedelta(days=2)).isoformat()).status_code == 200
    earlier = move(api, id_, "filed", at=(now - timedelta(days=4)).isoformat())
    assert (earlier.status_code, earlier.json()["errors"][0]["field"]) == (422, "at")
    assert move(api, id_, "filed", at=(now + timedelta(days=1)).isoformat()).status_code == 422


def test_the_same_key_makes_one_problem(api: httpx.Client) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first, second = (api.post("/api/v1/problems", json=feature(), headers=headers) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]


def test_lines_and_polygons_get_every_place_with_its_share(api: httpx.Client) -> None:
    x, y = ON_THE_ROAD
    ring = [[x, y], [x + 0.004, y], [x + 0.004, y + 0.004], [x, y + 0.004], [x, y]]
    made = api.post("/api/v1/problems", json=feature({"type": "Polygon", "coordinates": [ring]})).json()["properties"]
    grids = [p for p in made["places"] if p["layer"] == "areas" and p["share"] is not None]
    assert len(grids) > 1
    assert sum(p["lead"] for p in made["places"]) == 1
    assert all(0 < p["share"] <= 1 for p in grids)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"geometry": {"type": "Point", "coordinates": [200, 22]}}, "geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}}, "geometry"),
        ({"geometry": None}, "geometry"),
        ({"type": "Point"}, "type"),
        ({"properties": None}, "properties"),
        ({"properties": {"category": "nonsense"}}, "category"),
        ({"properties": {"category": "0102", "description": 5}}, "description"),
        ({"properties": {"category": "0102", "crs": "EPSG:99999"}}, "crs"),
        ({"properties": {"category": "0102", "at": "yesterday"}}, "at"),
        ({"properties": {"category": "0102", "severity": "high"}}, "severity"),
        ({"properties": {"category": "0102", "source_level": "moon"}}, "source_level"),
        ({"properties": {"category": "0102", "description": "\u0000"}}, "description"),
    ],
)
def test_bad_reports_are_refused_by_field(api: httpx.Client, change: dict[str, Any], field: str) -> None:
    before = api.get("/api/v1/problems/summary").json()["total"]
    answer = api.post("/api/v1/problems", json={**feature(), **change})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert api.get("/api/v1/problems/summary").json()["total"] == before


def test_a_self_crossing_polygon_names_its_vertex(api: httpx.Client) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    assert api.post("/api/v1/problems", json=feature(bow)).json()["errors"][0]["vertex"] in range(5)


def test_coordinates_of_another_system_are_brought_home(api: httpx.Client) -> None:
    gauss = {"type": "Point", "coordinates": [502366.0, 2492500.0]}  # EPSG:4547: 114° E + 2.4 km
    made = api.post("/api/v1/problems", json=feature(gauss, crs="EPSG:4547")).json()
    lon, lat = made["geometry"]["coordinates"]
    assert lon == pytest.approx(114.023, abs=0.001)
    assert 22 < lat < 23


def test_a_preview_stores_nothing(api: httpx.Client) -> None:
    before = api.get("/api/v1/problems/summary").json()["total"]
    body = {"geometry": {"type": "Point", "coordinates": ON_THE_ROAD}}
    told = api.post("/api/v1/problems/preview", json=body).json()
    made = report(api)["properties"]["responsible"]
    assert told["responsible"] == made
    assert api.get("/api/v1/problems/summary").json()["total"] == before + 1


def test_pages_list_everything_once(api: httpx.Client, service: Service) -> None:
    seen: list[int] = []
    url: str | None = "/api/v1/problems?limit=200"
    while url:
        page = api.get(url).json()
        seen += [row["id"] for row in page["features"]]
        url = page.get("next")
        if url:  # the address of a page bears no token
            assert url.startswith(f"{service.web}/")
            url = url.removeprefix(service.web)
    assert len(seen) == len(set(seen)) == api.get("/api/v1/problems/summary").json()["total"]


def test_filters_agree_with_the_summary(api: httpx.Client) -> None:
    summary = api.get("/api/v1/problems/summary").json()
    count = lambda query: len(api.get(f"/api/v1/problems?limit=1000&{query}").json()["features"])  # noqa: E731
    assert count("state=open") == summary["open"]
    assert count("overdue=1") == summary["overdue"] > 0
    assert count("state=fixed,returned") == summary["by_state"]["fixed"] + summary["by_state"]["returned"]
    top = summary["by_place"][0]
    assert count(f"state=open&area={top['layer']}:{top['code']}") >= top["open"]
    assert count("flag=nobody&state=open") == summary["flags"]["nobody"] > 0


def test_boxes_keep_only_what_lies_in_them(api: httpx.Client) -> None:
    rows = api.get("/api/v1/problems?bbox=114.01,22.53,114.02,22.54&limit=1000").json()["features"]
    points = [row["geometry"]["coordinates"] for row in rows if row["geometry"]["type"] == "Point"]
    assert points
    assert all(114.01 <= x <= 114.02 and 22.53 <= y <= 22.54 for x, y in points)


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3",
        "bbox=nan,0,1,1",
        "bbox=0,5,1,1",
        "state=gone",
        "limit=x",
        "limit=0",
        "since=soon",
        "flag=x",
        "after=-1",
    ],
)
def test_bad_filters_are_refused(api: httpx.Client, query: str) -> None:
    answer = api.get(f"/api/v1/problems?{query}")
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_correction_needs_the_current_version(api: httpx.Client) -> None:
    made = report(api)
    path = f"/api/v1/problems/{made['id']}"
    change = {"properties": {"description": "corrected"}}
    first = api.patch(path, json=change, headers={"If-Match": '"1"'})
    stale = api.patch(path, json={"properties": {"description": "lost"}}, headers={"If-Match": '"1"'})
    assert first.json()["properties"]["description"] == "corrected"
    assert stale.status_code == 412
    assert stale.json()["current"]["properties"]["description"] == "corrected"


def test_unknown_things_are_404_in_words(api: httpx.Client) -> None:
    for path in ("/api/v1/problems/999999", "/api/v1/parcels/999999", "/tiles/moon/1/0/0.mvt", "/maps/moon", "/x"):
        answer = api.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path


def test_the_next_tile_shows_what_was_just_reported(api: httpx.Client) -> None:
    tile = "/tiles/problems/14/13381/7139.mvt"
    before = codes_in(api, tile)
    made = report(api)
    after = codes_in(api, tile)
    assert after - before == {made["properties"]["code"]}
    move(api, made["id"], "void", note="test")
    assert made["properties"]["code"] not in codes_in(api, f"{tile}?state=open")


def codes_in(api: httpx.Client, tile: str) -> set[str]:
    answer = api.get(tile)
    assert answer.status_code in (200, 204)
    layer = (
        mapbox_vector_tile.decode(answer.content).get("problems", {"features": []})
        if answer.content
        else {"features": []}
    )
    return {row["properties"]["code"] for row in layer["features"]}


def test_a_known_tile_is_not_sent_again(api: httpx.Client) -> None:
    first = api.get("/tiles/road_segments/13/6690/3566.mvt")
    again = api.get("/tiles/road_segments/13/6690/3566.mvt", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code in (200, 204), again.status_code, again.content) == (True, 304, b"")
