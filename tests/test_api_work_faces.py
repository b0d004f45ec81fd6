"""The report on work faces over HTTP, and the repair that somebody asks for, from both stores."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from shapely.geometry import shape

from tests.conftest import Service, store_address
from tests.faulty_town import METRES, faulty_town


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(f"faces-{request.param}")
    running = faulty_town(folder, store_address(request.param, folder, request))
    yield running
    running.stop()


@pytest.fixture
def api(town: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{town.url}/api/v1/analysis", headers={"accept-language": "en"}, timeout=60) as client:
        yield client


def faults(api: httpx.Client, **query: str) -> list[dict[str, Any]]:
    answer = api.get("/work-faces", params=query)
    assert answer.status_code == 200, answer.text
    return [{**one["properties"], "shape": one["geometry"]} for one in answer.json()["features"]]


def test_every_fault_is_a_feature_with_its_size_and_whose_it_is(api: httpx.Client) -> None:
    said = {(one["kind"], round(one["area_m2"] or one["length_m"]), tuple(one["codes"])) for one in faults(api)}
    assert said >= {
        ("overlap", 5000, ("E", "W")), ("sliver", 400, ("E", "W")), ("gap", 30_000, ("E", "W")),
        ("double_stretch", 20, ("a", "b")), ("chainage_gap", 50, ("b", "c")), ("unassigned_stretch", 250, ("c",)),
    }  # fmt: skip
    (overlap,) = (one for one in faults(api) if one["kind"] == "overlap")
    assert overlap["who"] == [
        {"code": "E", "name": "东村", "people": []},
        {"code": "W", "name": "西村", "people": ["钱秀英"]},
    ]
    assert METRES.area_m2(shape(overlap["shape"])) == pytest.approx(5000, rel=1e-3)


def test_the_summary_counts_what_the_features_show(api: httpx.Client) -> None:
    answer = api.get("/work-faces").json()
    kinds = [one["properties"]["kind"] for one in answer["features"]]
    summary = answer["summary"]
    assert summary["faults"] == len(kinds) == answer["numberReturned"]
    assert {kind: row["count"] for kind, row in summary["kinds"].items() if row["count"]} == {
        kind: kinds.count(kind) for kind in kinds
    }
    assert summary["levels"] == {"zone": {"areas": 1, "seamless": True}, "village": {"areas": 2, "seamless": False}}
    assert (answer["parameters"]["gap_width_m"], answer["parameters"]["level"]) == (2, "")
    assert answer["as_of"]
    assert [edge["properties"]["level"] for edge in answer["edges"]] == ["village"]


def test_a_level_and_a_day_can_be_asked_for(api: httpx.Client) -> None:
    assert faults(api, level="zone") == []
    assert {one["level"] for one in faults(api, level="village")} == {"village"}
    before_anybody = [
        one["codes"] for one in faults(api, level="village", on="2020-01-01") if one["kind"] == "unassigned_area"
    ]
    assert sorted(before_anybody) == [["E"], ["W"]]
    refused = api.get("/work-faces", params={"level": "county"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "level")
    assert api.get("/work-faces", params={"on": "soon"}).status_code == 400


def test_the_demo_town_has_faults_to_look_at(service: Service) -> None:
    answer = httpx.get(f"{service.url}/api/v1/analysis/work-faces", timeout=60).json()
    levels = answer["summary"]["levels"]
    assert (levels["zone"]["seamless"], levels["village"]["seamless"]) == (True, True)
    vacant = [one["properties"] for one in answer["features"] if one["properties"]["kind"] == "unassigned_stretch"]
    assert [one["who"][0]["people"] for one in vacant] == [[]] * len(vacant) != []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "level"),
        ({"level": "county"}, "level"),
        ({"level": "village", "gap_width_m": 80}, "gap_width_m"),
        ({"level": "village", "gap_width_m": "wide"}, "gap_width_m"),
        ({"level": "village", "apply": True}, "expected"),
        ({"level": "village", "apply": True, "expected": {"E": "1"}}, "expected"),
    ],
)
def test_an_unclear_wish_is_refused(api: httpx.Client, body: dict[str, Any], field: str) -> None:
    refused = api.post("/work-faces/repair", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_a_repair_is_proposed_then_applied_then_stale(api: httpx.Client) -> None:
    """One story, in its order: the last test, for it mends the town."""
    wish = {"level": "village"}
    proposal = api.post("/work-faces/repair", json=wish).json()
    expected = {one["properties"]["code"]: one["properties"]["version"] for one in proposal["features"]}
    assert (proposal["applied"], expected, proposal["summary"]["seamless_after"]) == (False, {"E": 1, "W": 1}, True)
    assert {one["kind"] for one in faults(api, level="village")} >= {"overlap", "sliver"}
    east = next(one for one in proposal["features"] if one["id"] == "E")
    change_m2 = METRES.area_m2(shape(east["geometry"])) - METRES.area_m2(shape(east["properties"]["before"]))
    assert change_m2 == pytest.approx(east["properties"]["after_m2"] - east["properties"]["before_m2"], abs=2)

    wrong = api.post("/work-faces/repair", json={**wish, "apply": True, "expected": {**expected, "E": 9}})
    assert wrong.status_code == 409
    done = api.post("/work-faces/repair", json={**wish, "apply": True, "expected": expected})
    assert (done.status_code, done.json()["applied"]) == (200, True)
    assert {one["kind"] for one in faults(api, level="village")} == {"gap", "unassigned_area"}
    again = api.post("/work-faces/repair", json={**wish, "apply": True, "expected": expected})
    assert again.status_code == 409
