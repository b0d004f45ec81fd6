"""Measures over HTTP in the demo town, from both stores: warnings, completion, files in and out, tiles."""

import csv
import io
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Service


@pytest.fixture
def api(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{service.url}/api/v1", headers={"accept-language": "en"}, timeout=30) as client:
        yield client


@pytest.fixture
def parcel(api: httpx.Client) -> dict[str, Any]:
    """A new bare parcel, about 100 m × 111 m."""
    answer = api.post("/parcels", json={"type": "Feature", "geometry": square(0.001), "properties": {"name": "新地块"}})
    made: dict[str, Any] = answer.json()
    return made


def square(width: float, x: float = 114.02, y: float = 22.53) -> dict[str, Any]:
    ring = [[x, y], [x + width, y], [x + width, y + 0.001], [x, y + 0.001], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def post(api: httpx.Client, geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    answer = api.post("/measures", json=feature(geometry, **properties))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["properties"]
    return made


def test_a_measure_tells_how_far_its_parcel_is_now(api: httpx.Client, parcel: dict[str, Any]) -> None:
    code, id_ = parcel["properties"]["code"], parcel["id"]
    made = post(api, square(0.0004), kind="cover", parcel=code, by="R001", note="先盖一半")
    assert (made["kind_name"], made["unit_name"], made["warnings"]) == ("Covering", "m²", [])
    assert made["quantity"] == pytest.approx(parcel["properties"]["area_m2"] * 0.4, rel=1e-3)
    assert made["completion"]["parcel"]["share"] == pytest.approx(0.4, abs=1e-3)
    post(api, square(0.0007, x=114.0203), kind="green", parcel=code)
    found = api.get(f"/parcels/{id_}/completion").json()
    assert [row["kind"] for row in found["by_kind"]] == ["cover", "green"]
    assert sum(row["share"] for row in found["by_kind"]) == pytest.approx(1.1, abs=2e-3)
    assert found["share"] == pytest.approx(1, abs=1e-3)
    assert (found["state"], found["stored_state"], api.get(f"/parcels/{id_}").json()["properties"]["state"]) == (
        "treated", "treated", "treated",
    )  # fmt: skip


def test_what_was_taken_off_no_longer_counts_and_a_stale_version_is_told(
    api: httpx.Client, parcel: dict[str, Any]
) -> None:
    made = post(api, square(0.001), kind="cover", parcel=parcel["properties"]["code"], done_at="2021-11-22T00:00:00Z")
    off = {"type": "Feature", "properties": {"valid_to": "2021-12-22T00:00:00Z"}}
    stale = api.patch(f"/measures/{made['id']}", json=off, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["current"]["properties"]["version"]) == (412, 1)
    changed = api.patch(f"/measures/{made['id']}", json=off, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["properties"]["completion"]["parcel"]["share"] == 0
    assert api.get(f"/parcels/{parcel['id']}").json()["properties"]["state"] == "bare"
    assert api.delete(f"/measures/{made['id']}", headers={"If-Match": '"1"'}).status_code == 412
    assert api.delete(f"/measures/{made['id']}", headers={"If-Match": '"2"'}).status_code == 204
    assert api.get(f"/measures/{made['id']}").status_code == 404


def near(api: httpx.Client) -> dict[str, Any]:
    """A place some 20 m from the invented station."""
    stations = api.get("/stations").json()["features"]
    x, y = next(one["geometry"]["coordinates"] for one in stations if one["properties"]["invented"])
    return {"type": "Point", "coordinates": [x + 0.0002, y]}


def test_spraying_beside_a_station_is_warned_of_before_and_after_saving(api: httpx.Client) -> None:
    wish = feature(near(api), kind="mist", quantity=500)
    english = api.post("/measures/preview", json=wish).json()["properties"]["warnings"]
    chinese = api.post("/measures/preview?lang=zh", json=wish).json()["properties"]["warnings"]
    assert "against the law" in english[0] and "违法" in chinese[0]
    before = api.get("/measures", params={"kind": "mist"}).json()["numberReturned"]
    made = post(api, near(api), kind="mist", quantity=500)
    assert made["warnings"] == english
    assert api.get(f"/measures/{made['id']}?lang=zh").json()["properties"]["warnings"] == chinese
    assert api.get("/measures", params={"kind": "mist"}).json()["numberReturned"] == before + 1
    api.delete(f"/measures/{made['id']}")


def test_a_problem_has_its_measures_and_remembers_them(api: httpx.Client) -> None:
    reported = api.post("/problems", json=feature(square(0.001), category="0503")).json()
    code, id_ = reported["properties"]["code"], reported["id"]
    made = post(api, square(0.0005), kind="cover", problem=code)
    assert made["completion"]["problem"]["share"] == pytest.approx(0.5, abs=1e-3)
    assert [row["id"] for row in api.get("/measures", params={"problem": code}).json()["features"]] == [made["id"]]
    assert api.get(f"/problems/{id_}/completion").json()["treated_m2"] == pytest.approx(made["quantity"], rel=1e-3)
    last = api.get(f"/problems/{id_}/history").json()[-1]
    assert (last["kind"], last["title"], last["payload"]["measure"]) == ("measure", "Measure", made["code"])


def test_filters_by_parcel_and_place(api: httpx.Client, parcel: dict[str, Any]) -> None:
    made = post(api, square(0.0002), kind="harden", parcel=parcel["properties"]["code"])
    mine = api.get("/measures", params={"parcel": parcel["properties"]["code"]}).json()["features"]
    here = api.get("/measures", params={"bbox": "114.0199,22.5299,114.0211,22.5311"}).json()["features"]
    assert [one["id"] for one in mine] == [made["id"]]
    assert made["id"] in [one["id"] for one in here]
    assert api.get("/measures", params={"bbox": "10,10,11,11"}).json()["features"] == []


@pytest.mark.parametrize(
    ("geometry", "said", "field"),
    [
        (None, {"kind": "cover"}, "geometry"),
        (None, {"kind": "talk"}, "organisation"),
        (None, {}, "kind"),
        ({"type": "Point", "coordinates": [200, 0]}, {"kind": "clear"}, "geometry"),
        ({"type": "Point", "coordinates": [114, 22.5]}, {"kind": "clear", "parcel": "nowhere"}, "parcel"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(
    api: httpx.Client, geometry: dict[str, Any] | None, said: dict[str, Any], field: str
) -> None:
    answer = api.post("/measures", json=feature(geometry, **said))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_acts_on_organisations_are_listed_without_a_place(api: httpx.Client) -> None:
    talks = api.get("/measures", params={"kind": "talk"}).json()["features"]
    assert [one["geometry"] for one in talks] == [None] * len(talks) != []
    assert all(one["properties"]["organisation"] for one in talks)


def test_the_demo_town_parcels_are_treated_as_far_as_their_state_says(api: httpx.Client) -> None:
    parcels = [one for one in api.get("/parcels").json()["features"] if one["properties"]["extra"].get("invented")]
    for state in ("bare", "in_treatment", "treated"):
        one = next(row for row in parcels if row["properties"]["state"] == state)
        assert api.get(f"/parcels/{one['id']}/completion").json()["state"] == state


def test_the_kinds_are_told_in_the_readers_language(api: httpx.Client) -> None:
    english, chinese = (
        {row["kind"]: row for row in api.get(f"/measures/kinds?lang={one}").json()} for one in ("en", "zh")
    )
    assert english["cover"]["name"] == "Covering"
    assert chinese["cover"]["name"] == "苫盖"
    assert (english["talk"]["on_organisation"], english["mist"]["wets"], english["cover"]["covers"]) == (
        True,
        True,
        True,
    )


def test_measures_come_out_of_a_file_and_go_into_one(api: httpx.Client, parcel: dict[str, Any]) -> None:
    code = parcel["properties"]["code"]
    ring = square(0.001)["coordinates"][0]
    wkt = "POLYGON ((" + ", ".join(f"{x} {y}" for x, y in ring) + "))"
    sheet = io.StringIO()
    csv.writer(sheet).writerows([["wkt", "措施", "地块编号", "备注"], [wkt, "防尘网覆盖", code, "来自台账"]])
    answer = api.post("/layers/measures/import", files={"file": ("措施.csv", sheet.getvalue().encode())})
    assert answer.status_code == 202, answer.text
    job = answer.json()["job"]
    while (status := api.get(f"/imports/{job}").json())["state"] == "running":
        time.sleep(0.1)
    assert status["state"] == "done", status
    (stored,) = api.get("/measures", params={"parcel": code}).json()["features"]
    assert (stored["properties"]["kind"], stored["properties"]["note"]) == ("cover", "来自台账")
    assert stored["properties"]["quantity"] == pytest.approx(parcel["properties"]["area_m2"], rel=1e-3)
    assert api.get(f"/parcels/{parcel['id']}").json()["properties"]["state"] == "treated"
    out = api.get("/layers/measures/export").json()["features"]
    assert code in [one["properties"]["parcel"] for one in out]


def test_measures_are_a_tile_layer(service: Service) -> None:
    about = httpx.get(f"{service.url}/tiles/measures.json").json()
    assert set(about["vector_layers"][0]["fields"]) >= {"kind", "parcel", "valid_to"}
