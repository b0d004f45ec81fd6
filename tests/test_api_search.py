"""The search box's service: names, codes, chainages, initials, people; each sees what is theirs to see."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import shapely
from shapely.geometry import shape

from layers.crs import town_crs
from layers.geometry import Metres
from tests.conftest import Service
from tests.problems_http import report

ROAD = "福强路"


@pytest.fixture
def anybody(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.web, timeout=30) as client:
        yield client


def hits(client: httpx.Client, q: str) -> list[dict[str, Any]]:
    found = client.get("/api/v1/search", params={"q": q}).raise_for_status().json()["features"]
    return [one["properties"] | {"geometry": one["geometry"]} for one in found]


def keys(client: httpx.Client, q: str) -> list[str]:
    return [one["key"] for one in hits(client, q)]


def again(client: httpx.Client, key: str) -> httpx.Response:
    return client.get("/api/v1/search", params={"key": key})


@pytest.mark.parametrize(
    "q", [f"{ROAD} K1+200", f"K1+200 {ROAD}", f"{ROAD}k1+200", f"{ROAD}1200米", f"{ROAD} 1.2公里", "fql K1+200"]
)
def test_a_place_on_a_road_in_every_spelling(api: httpx.Client, q: str) -> None:
    first = hits(api, q)[0]
    assert (first["key"], first["at_m"]) == (f"chainage:{ROAD}@1200", 1200)


def test_the_place_lies_on_the_road_at_its_chainage(api: httpx.Client) -> None:
    [road] = [one for one in hits(api, ROAD) if one["kind"] == "road"]
    metres = Metres(town_crs(114.03))
    line = shapely.line_merge(metres.to(shape(road["geometry"])))
    spots = [metres.to(shape(hits(api, f"{ROAD} K{m // 1000}+{m % 1000}")[0]["geometry"])) for m in (300, 1200)]
    assert max(line.distance(spot) for spot in spots) < 2
    between = abs(line.project(spots[1]) - line.project(spots[0]))
    assert between == pytest.approx(900, rel=0.03)


def test_a_place_beyond_the_end_offers_the_road_with_its_length(api: httpx.Client) -> None:
    [one] = hits(api, f"{ROAD} K99+000")
    assert (one["kind"], one["from_m"]) == ("road", 0)
    assert 1000 < one["to_m"] < 3000


@pytest.mark.parametrize(
    ("q", "first"),
    [("沙洲村", "area:V10"), (ROAD, f"road:{ROAD}"), ("fql", f"road:{ROAD}"), ("szc", "area:V10"), ("V10", "area:V10"),
     ("YS01", "station:YS01"), ("FT-006-03", "segment:FT-006-03")],
)  # fmt: skip
def test_the_best_hit(api: httpx.Client, q: str, first: str) -> None:
    assert keys(api, q)[0] == first


def test_a_problem_by_its_number_and_by_a_part_of_it(api: httpx.Client) -> None:
    made = report(api)
    for q in (made["properties"]["code"], made["properties"]["code"].lower(), made["properties"]["code"][-7:]):
        assert f"problem:{made['id']}" in keys(api, q)


def test_a_parcel_by_its_code(api: httpx.Client) -> None:
    code = api.get("/api/v1/parcels").json()["features"][0]["properties"]["code"]
    assert keys(api, code)[0] == f"parcel:{code}"


@pytest.mark.parametrize("q", ["", "   ", "没有这个地方", "%", "_", "K1+200", "zzzzzz"])
def test_nothing_is_found(api: httpx.Client, q: str) -> None:
    assert hits(api, q) == []


def test_at_most_twelve(api: httpx.Client) -> None:
    assert 5 < len(hits(api, "路")) <= 12


def test_every_hit_is_found_again_by_its_key(api: httpx.Client) -> None:
    made = report(api)
    for q in (f"{ROAD} K1+200", "沙洲", "YS01", made["properties"]["code"], "FT-006-03"):
        for one in hits(api, q):
            [same] = again(api, one["key"]).raise_for_status().json()["features"]
            assert (same["id"], same["properties"]["name"], same["geometry"]) == (
                one["key"],
                one["name"],
                one["geometry"],
            )


@pytest.mark.parametrize(
    "key",
    [
        "area:nowhere",
        "problem:x",
        "problem:999999999",
        "nothing:1",
        "road",
        "chainage:福强路@x",
        "chainage:福强路@99999",
    ],
)
def test_a_key_that_is_none(api: httpx.Client, key: str) -> None:
    assert again(api, key).status_code == 404


def person(api: httpx.Client) -> dict[str, Any]:
    """Somebody who answers for a road segment."""
    duties = api.get("/api/v1/responsibilities", params={"layer": "road_segments"}).json()
    [one] = [one for one in api.get("/api/v1/people").json() if one["code"] == duties[0]["person"]]
    return dict(one)


def test_a_person_with_their_places(api: httpx.Client) -> None:
    who = person(api)
    assert f"person:{who['code']}" in keys(api, who["name"])
    [found] = again(api, f"person:{who['code']}").json()["features"]
    assert found["geometry"]["geometries"]
    assert found["properties"]["places"] >= 1


@pytest.mark.parametrize("role", ["", "road_chief", "contractor"])
def test_people_are_for_those_who_work_for_the_whole_town(api: httpx.Client, service: Service, role: str) -> None:
    who = person(api)
    address = service.address_of(f"search-{role}", role) if role else service.web
    with httpx.Client(base_url=address, timeout=30) as other:
        assert not [one for one in hits(other, who["name"]) if one["kind"] == "person"]
        assert again(other, f"person:{who['code']}").status_code == 404


def test_the_public_finds_public_things_only(api: httpx.Client, anybody: httpx.Client) -> None:
    made = report(api)  # only reported: not public yet
    assert keys(anybody, "沙洲村")[0] == "area:V10"
    assert keys(anybody, made["properties"]["code"]) == []
    assert again(anybody, f"problem:{made['id']}").status_code == 404
    assert f"problem:{made['id']}" in keys(api, made["properties"]["code"])


def test_somebody_elses_problem_is_not_found(api: httpx.Client, service: Service) -> None:
    made = report(api)
    with httpx.Client(base_url=service.address_of("search-nobody", "contractor"), timeout=30) as other:
        assert keys(other, made["properties"]["code"]) == []
        assert again(other, f"problem:{made['id']}").status_code == 404
