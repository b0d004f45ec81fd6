"""Parcels, people, responsibilities, stations and analysis over HTTP, from both stores."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pyproj import Geod
from shapely.geometry import Point, shape

from tests.conftest import Service

SQUARE = [[114.0, 22.53], [114.001, 22.53], [114.001, 22.531], [114.0, 22.531], [114.0, 22.53]]
GEOD = Geod(ellps="WGS84")


def parcel(ring: list[list[float]] = SQUARE, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": properties}


def test_a_drawn_parcel_is_kept_to_the_millimetre_with_its_area(api: httpx.Client) -> None:
    ring = [[x + 1.23456e-4, y + 7.65432e-4] for x, y in SQUARE]
    made = api.post("/api/v1/parcels", json=parcel(ring, name="地块", treatment="green", found_on="2026-11-01"))
    got = api.get(made.headers["location"]).json()
    area_m2 = abs(GEOD.geometry_area_perimeter(shape(got["geometry"]))[0])
    said = got["properties"]
    assert got["geometry"]["coordinates"][0][1] == pytest.approx(ring[1], abs=1e-8)
    assert said["area_m2"] == pytest.approx(area_m2, rel=1e-3)
    assert said["area_mu"] == pytest.approx(said["area_m2"] * 3 / 2000, abs=1e-3)
    assert (said["name"], said["treatment"], said["found_on"], said["version"]) == ("地块", "green", "2026-11-01", 1)


def test_two_planners_do_not_overwrite_each_other(api: httpx.Client) -> None:
    made = api.post("/api/v1/parcels", json=parcel()).json()
    path = f"/api/v1/parcels/{made['id']}"
    mine = api.patch(path, json={"properties": {"name": "mine"}}, headers={"If-Match": '"1"'})
    theirs = api.patch(path, json=parcel(name="theirs"), headers={"If-Match": '"1"'})
    assert mine.status_code == 200
    assert theirs.status_code == 412
    assert theirs.json()["current"]["properties"]["name"] == "mine"
    assert api.delete(path, headers={"If-Match": '"1"'}).status_code == 412
    assert api.delete(path, headers={"If-Match": '"2"'}).status_code == 204
    assert api.get(path).status_code == 404


def test_an_area_cannot_be_claimed(api: httpx.Client) -> None:
    made = api.post("/api/v1/parcels", json=parcel(area_m2=1)).json()
    assert made["properties"]["area_m2"] > 10_000


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (parcel(treatment="paint"), "treatment"),
        (parcel(found_on="soon"), "found_on"),
        (parcel([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]), "geometry"),
        (parcel([[0, 0], [1e-7, 0], [1e-7, 1e-7], [0, 0]]), "geometry"),
        ({"geometry": {"type": "Point", "coordinates": [1, 1]}}, "geometry"),
    ],
)
def test_bad_parcels_are_refused_by_field(api: httpx.Client, body: dict[str, Any], field: str) -> None:
    answer = api.post("/api/v1/parcels", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_taken_parcel_code_is_a_conflict(api: httpx.Client) -> None:
    api.post("/api/v1/parcels", json=parcel(code="X-1"))
    assert api.post("/api/v1/parcels", json=parcel(code="X-1")).status_code == 409


@pytest.fixture
def lent_station(api: httpx.Client) -> Iterator[str]:
    """The demo's own station, which is put back afterwards."""
    stations = api.get("/api/v1/stations").json()["features"]
    before = next(s for s in stations if s["properties"]["code"] == "YS01")
    yield "YS01"
    back = {"geometry": before["geometry"], "properties": {"radii_m": before["properties"]["radii_m"]}}
    api.patch("/api/v1/stations/YS01", json=back).raise_for_status()


@pytest.mark.usefixtures("lent_station")
def test_rings_are_true_metres_and_follow_their_station(api: httpx.Client, service: Service) -> None:
    moved = {"geometry": {"type": "Point", "coordinates": [114.02, 22.535]}, "properties": {"radii_m": [100, 400]}}
    answer = api.patch("/api/v1/stations/YS01", json=moved)
    assert answer.status_code == 200, answer.text
    exported = api.get("/api/v1/layers/station_buffers/export?format=geojson").json()["features"]
    rings = {
        row["properties"]["outer_m"]: shape(row["geometry"])
        for row in exported
        if row["properties"]["station"] == "YS01"
    }
    assert set(rings) == {100, 400}
    edge = [point for part in getattr(rings[400], "geoms", [rings[400]]) for point in part.exterior.coords]
    distances = [GEOD.inv(114.02, 22.535, x, y)[2] for x, y in edge]
    assert min(distances) > 400 * 0.998
    assert max(distances) < 400 * 1.002
    assert not rings[400].contains(Point(114.02, 22.535))
    refused = api.patch("/api/v1/stations/YS01", json={"properties": {"radii_m": [500, 400]}})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "radii_m")


def test_a_station_comes_and_goes_with_its_rings(api: httpx.Client) -> None:
    body = {"geometry": {"type": "Point", "coordinates": [114.01, 22.53]}, "properties": {"name": "新站"}}
    made = api.post("/api/v1/stations", json=body)
    code = made.json()["properties"]["code"]
    rings = lambda: [  # noqa: E731
        row for row in api.get("/api/v1/layers/station_buffers/export").json()["features"]
        if row["properties"]["station"] == code
    ]  # fmt: skip
    assert len(rings()) == 6
    assert api.delete(made.headers["location"], headers={"If-Match": '"9"'}).status_code == 412
    assert api.delete(made.headers["location"], headers={"If-Match": made.headers["etag"]}).status_code == 204
    assert rings() == []


def test_a_visit_with_nothing_found_makes_its_cell_known(api: httpx.Client) -> None:
    unknown = [
        row for row in api.get("/api/v1/analysis/clean-zones").json()["features"]
        if row["properties"]["reason"] == "never"
    ]  # fmt: skip
    spot = shape(unknown[len(unknown) // 2]["geometry"]).representative_point()
    visit = {"geometry": {"type": "Point", "coordinates": [spot.x, spot.y]}, "properties": {"inspector": "R001"}}
    made = api.post("/api/v1/patrols", json=visit)
    assert (made.status_code, made.json()["properties"]["kind"]) == (201, "visit")
    after = {
        row["properties"]["id"]: row["properties"] for row in api.get("/api/v1/analysis/clean-zones").json()["features"]
    }
    cell = after[unknown[len(unknown) // 2]["properties"]["id"]]
    assert (cell["state"], cell["passes"]) == ("clean", 1)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"fixes": [[0, 5]]}, "fixes"),
        ({"fixes": [[10, 5], [0, 5]]}, "fixes"),
        ({"fixes": [[0, 5], [1, "near"]]}, "fixes"),
        ({"started_at": "2099-01-01T00:00:00Z", "fixes": [[0, 5], [1, 5]]}, "started_at"),
        ({"result": "maybe", "fixes": [[0, 5], [1, 5]]}, "result"),
    ],
)
def test_a_track_that_proves_nothing_is_refused(api: httpx.Client, said: dict[str, Any], field: str) -> None:
    line = {"type": "LineString", "coordinates": [[114.0, 22.53], [114.001, 22.53]]}
    answer = api.post("/api/v1/patrols", json={"geometry": line, "properties": said})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_new_chief_answers_from_his_first_day(api: httpx.Client) -> None:
    made = api.post(
        "/api/v1/problems",
        json={"type": "Feature", "geometry": {"type": "Point", "coordinates": [114.0231918, 22.529098]},
              "properties": {"category": "0102"}},
    ).json()["properties"]["responsible"]  # fmt: skip
    duty = {"layer": made["place_layer"], "place": made["place"], "person": "R002", "role": made["role"],
            "valid_from": "2026-01-01"}  # fmt: skip
    added = api.post("/api/v1/responsibilities", json=duty)
    assert added.status_code == 201, added.text
    rows = api.get("/api/v1/responsibilities", params={"layer": duty["layer"], "place": duty["place"]}).json()
    assert {"R002", made["person"]} <= {row["person"] for row in rows}
    for broken, field in (
        ({"valid_to": "2025-01-01"}, "valid_to"),
        ({"valid_from": "x"}, "valid_from"),
        ({"role": "administrator"}, "role"),
        ({"role": "supervisor"}, "role"),
    ):
        refused = api.post("/api/v1/responsibilities", json={**duty, **broken})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert api.post("/api/v1/responsibilities", json={**duty, "place": "nowhere"}).status_code == 404


def test_clean_zones_add_up_to_the_town(api: httpx.Client) -> None:
    found = api.get("/api/v1/analysis/clean-zones").json()
    states = [row["properties"]["state"] for row in found["features"]]
    summary = found["summary"]
    assert {s: states.count(s) for s in ("clean", "problem", "unknown")} == {
        s: summary[s] for s in ("clean", "problem", "unknown")
    }
    assert len(states) == summary["units"]
    assert summary["unknown"] == sum(summary[r] for r in ("never", "stale", "partial", "recent"))
    assert min(summary["clean"], summary["problem"], summary["never"]) > 0
    areas = [
        row for row in api.get("/api/v1/layers/areas/export").json()["features"] if row["properties"]["level"] == "zone"
    ]
    town_m2 = sum(abs(GEOD.geometry_area_perimeter(shape(row["geometry"]))[0]) for row in areas)
    assert sum(summary["area_m2"].values()) == pytest.approx(town_m2, rel=1e-3)


def test_never_inspected_is_not_clean_and_before_anything_nothing_is_known(api: httpx.Client) -> None:
    summary = api.get("/api/v1/analysis/clean-zones", params={"as_of": "2020-01-01T00:00:00Z"}).json()["summary"]
    assert (summary["clean"], summary["problem"], summary["never"]) == (0, 0, summary["units"])


def test_the_planted_hotspot_is_found_round_the_invented_station(api: httpx.Client) -> None:
    stations = api.get("/api/v1/stations").json()["features"]
    invented = next(s["properties"]["code"] for s in stations if s["properties"]["invented"])
    found = api.get("/api/v1/analysis/hotspots", params={"station": invented}).json()
    hot = [row["properties"] for row in found["features"] if row["properties"]["hot"]]
    assert found["summary"]["hot"] == len(hot) > 0
    assert all(cell["q"] <= 0.05 and cell["count"] > cell["expected"] for cell in hot)
    assert all(cell["owners"] for cell in hot)
    assert found["rings"][0]["inner_m"] == 0
    assert api.get("/api/v1/analysis/hotspots?station=nowhere").status_code == 404


def test_a_chiefs_road_counts_what_is_open_on_it(api: httpx.Client) -> None:
    chiefs = api.get("/api/v1/my-road").json()["people"]
    busiest = max(chiefs, key=lambda chief: chief["open"])
    mine = api.get("/api/v1/my-road", params={"person": busiest["code"]}).json()
    assert len(mine["segments"]["features"]) == busiest["segments"]
    on_segments = sum(row["properties"]["open"] for row in mine["segments"]["features"])
    assert on_segments >= len(mine["problems"]["features"]) > 0
    assert len(mine["corridor"]["features"]) == busiest["segments"]
    assert api.get("/api/v1/my-road?person=nobody").status_code == 404


def test_layers_tell_their_fields_in_the_readers_language(api: httpx.Client) -> None:
    english, chinese = (
        {row["name"]: row for row in api.get(f"/api/v1/layers?lang={lang}").json()} for lang in ("en", "zh")
    )
    assert english["parcels"]["title"] == "Bare-land parcels"
    assert chinese["parcels"]["title"] != english["parcels"]["title"]
    assert english["areas"]["count"] == 62


def test_the_town_says_what_it_is(api: httpx.Client) -> None:
    town = api.get("/api/v1/town").json()
    assert town["demo"] is True
    assert any("OpenStreetMap" in line for line in town["attribution"])
    assert town["crs"] == "EPSG:4547"
    assert len(api.get("/api/v1/people?q=R001").json()) == 1
    assert {c["parent"] for c in api.get("/api/v1/categories").json()} >= {"", "01"}
