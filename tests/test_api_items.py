"""Features of any layer for programs: what meets the box, page by page, and never what the reader may not see."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
import shapely
from shapely.geometry import shape

from tests.conftest import Service
from tests.public_town import PUBLIC_STATES
from tests.sights import Eyes, Town, account

HIDDEN_FIELDS = ("description", "lead_person", "reported_by", "source_level", "severity")

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def admin(service: Service) -> Iterator[Eyes]:
    with Eyes(service, "tests", "administrator") as eyes:
        yield eyes


@pytest.fixture(scope="module")
def box(admin: Eyes) -> str:
    """The middle half of the town."""
    west, south, east, north = admin.read("/town")["bounds"]
    dx, dy = (east - west) / 4, (north - south) / 4
    return f"{west + dx},{south + dy},{east - dx},{north - dy}"


def pages(client: httpx.Client, layer: str, **asked: object) -> Iterator[Rows]:
    """Every page, by the links from one to the next; asked for with the keys that the client's own address bears."""
    address = str(httpx.URL(f"/ogc/collections/{layer}/items", params=asked))
    while address:
        page = client.get(address).raise_for_status().json()
        assert page["numberReturned"] == len(page["features"])
        yield page["features"]
        links = {link["rel"]: httpx.URL(link["href"]) for link in page["links"]}
        address = links["next"].raw_path.decode() if "next" in links else ""


def items(client: httpx.Client, layer: str, **asked: object) -> dict[int, dict[str, Any]]:
    rows = [row for page in pages(client, layer, **{"limit": 500, **asked}) for row in page]
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row for row in rows}


def test_a_box_holds_what_the_list_says_that_it_holds(admin, box) -> None:
    listed = {layer: admin.read(f"/{layer}", bbox=box, limit=1000)["features"] for layer in ("problems", "parcels")}
    for layer, rows in listed.items():
        assert 0 < len(rows) < 1000
        found = items(admin, layer, bbox=box)
        assert found.keys() == {row["id"] for row in rows}
        for row in rows:
            apart = shapely.hausdorff_distance(shape(found[row["id"]]["geometry"]), shape(row["geometry"]))
            assert apart < 2e-7


def test_lines_that_only_come_near_the_box_are_not_in_it(admin, box) -> None:
    """Their boxes meet it, they do not."""
    whole, edge = items(admin, "road_segments"), shapely.box(*map(float, box.split(",")))
    meets = {id_ for id_, row in whole.items() if shape(row["geometry"]).intersects(edge)}
    boxes_meet = {id_ for id_, row in whole.items() if shapely.box(*shape(row["geometry"]).bounds).intersects(edge)}
    assert meets < boxes_meet
    assert items(admin, "road_segments", bbox=box).keys() == meets


@pytest.mark.parametrize("with_box", [True, False])
def test_pages_follow_each_other_without_gap_or_repeat(admin, box, with_box) -> None:
    asked = {"bbox": box} if with_box else {}
    found = list(pages(admin, "problems", limit=37, **asked))
    keys = [row["id"] for page in found for row in page]
    assert len(found) > 2
    assert all(len(page) <= 37 for page in found)
    assert keys == sorted(items(admin, "problems", **asked))


def test_without_a_box_everything_is_there(admin) -> None:
    assert items(admin, "problems").keys() == Town(admin).problems.keys()


def test_fields_can_be_chosen_and_have_the_values_of_the_list(admin, box) -> None:
    listed = {row["id"]: row["properties"] for row in admin.read("/problems", bbox=box, limit=1000)["features"]}
    found = items(admin, "problems", bbox=box, properties="state,found_at,severity")
    for id_, row in found.items():
        said = listed[id_]
        assert row["properties"].keys() == {"state", "found_at", "severity"}
        assert (row["properties"]["state"], row["properties"]["severity"]) == (said["state"], said["severity"])
        assert datetime.fromisoformat(row["properties"]["found_at"]) == datetime.fromisoformat(said["found_at"])
    assert "description" in next(iter(items(admin, "problems", bbox=box).values()))["properties"]


@pytest.mark.parametrize("name", ["never", "geom", "town", "duplicate_of", "", "code,never"])
def test_a_field_that_is_none_is_refused_by_name(admin, name) -> None:
    answer = admin.get("/ogc/collections/problems/items", params={"properties": name})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "properties")


def test_what_was_reported_is_in_the_next_answer(admin, box) -> None:
    west, south, east, north = map(float, box.split(","))
    place = {"type": "Point", "coordinates": [(west + east) / 2, (south + north) / 2]}
    body = {"type": "Feature", "geometry": place, "properties": {"category": "0102", "description": "items"}}
    made = admin.post("/api/v1/problems", json=body).raise_for_status().json()["id"]
    assert items(admin, "problems", bbox=box)[made]["geometry"]["type"] == "Point"


def test_an_own_scope_holds_in_a_box_and_without_one(service, admin) -> None:
    west, south, east, north = admin.read("/town")["bounds"]
    town = Town(admin)
    placed = {id_ for id_, row in town.problems.items() if row["geometry"]}
    with Eyes(service, account("road_chief")) as chief:
        own = town.seen_by(chief.person)
        assert 0 < len(own) < len(town.problems)
        assert items(chief, "problems").keys() == own
        assert items(chief, "problems", bbox=f"{west - 1},{south - 1},{east + 1},{north + 1}").keys() == own & placed


def test_the_public_sees_its_fields_of_its_problems(service, admin, box) -> None:
    states = {id_: row["properties"]["state"] for id_, row in items(admin, "problems", bbox=box).items()}
    with httpx.Client(base_url=service.web, timeout=60) as nobody:
        found = items(nobody, "problems", bbox=box)
        assert found.keys() == {id_ for id_, state in states.items() if state in PUBLIC_STATES} < states.keys()
        assert {name for row in found.values() for name in row["properties"]} == {
            "code", "category", "state", "found_at", "due_at", "closed_at",
        }  # fmt: skip
        for field in HIDDEN_FIELDS:
            refused = nobody.get("/ogc/collections/problems/items", params={"properties": field})
            assert refused.status_code == 422
        assert nobody.get("/ogc/collections/measures/items").status_code == 401
        assert "owner" not in nobody.get("/ogc/collections/parcels/items").json()["features"][0]["properties"]


def test_a_layer_that_is_not_there_is_not_found(admin) -> None:
    assert admin.get("/ogc/collections/moon/items").status_code == 404
    assert admin.get("/ogc/collections/moon/items", params={"bbox": "1,1,2,2"}).status_code == 404
