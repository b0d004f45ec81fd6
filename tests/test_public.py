"""What people see who have not signed in: nothing of persons, nothing hidden, and photos once they are released."""

import math
import re
from collections.abc import Iterator
from typing import Any

import httpx
import mapbox_vector_tile
import pytest

from geo_service.routers.maps import words_key
from geo_service.security.rules import BY_MAP, MAPS, RULES
from tests.conftest import Service, served, store_address
from tests.pictures import PLACE, jpeg, scene
from tests.public_town import (
    KEYS_OF_A_PROBLEM,
    PUBLIC_STATES,
    Problems,
    all_problems,
    hidden_of,
    nobody_at,
    office_of,
)

PUBLIC_LAYERS = ("areas", "parcels", "problems", "road_segments", "station_buffers", "stations")
HIDDEN_FILTERS = {
    "assignee": "R001", "source": "city", "flag": "gap", "escalation": "any", "stage": "handle", "rebound": "1",
    "recheck": "1", "merged_into": "1", "rebound_of": "1", "tag": "x", "area": "station_buffers:S1-300",
}  # fmt: skip


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def town(request, tmp_path_factory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(f"public-{request.param}")
    address = store_address(request.param, folder, request)
    with served(folder, address, demo=True, reports_per_hour="1000") as running:
        yield running


@pytest.fixture(scope="module")
def office(town) -> Iterator[httpx.Client]:
    with office_of(town) as client:
        yield client


@pytest.fixture(scope="module")
def nobody(town) -> Iterator[httpx.Client]:
    with nobody_at(town) as client:
        yield client


@pytest.fixture(scope="module")
def problems(office) -> Problems:
    return all_problems(office)


@pytest.fixture(scope="module")
def hidden(problems) -> Problems:
    return hidden_of(problems)


# ---------------------------------------------------------------- nothing that is hidden


@pytest.fixture(scope="module")
def secrets(office, problems, hidden) -> set[str]:
    """Whatever nobody may find: names, telephone numbers, persons' codes, descriptions, codes of hidden problems."""
    people = office.get("/people").json()
    said = [one["properties"]["description"] for one in problems]
    return {
        *(one["name"] for one in people), *(one["phone"] for one in people), *(f'"{one["code"]}"' for one in people),
        *(text for text in said if text), *(one["properties"]["code"] for one in hidden),
        *(one["organisation"] for one in people if "公司" in one["organisation"]),
    } - {""}  # fmt: skip


def filled(template: str, office: httpx.Client, problems: Problems, hidden: Problems) -> list[str]:
    """Addresses of a route, of what is public and of what is not; what stands in one must be taught here."""
    some = [one["id"] for one in (*problems[:10], *hidden[:10], *problems[-5:])]
    shown = [one for one in problems if one["properties"]["photo_count"]]
    photos = [key for one in shown for key in office.get(f"/problems/{one['id']}/photos").json()]
    stations = office.get("/stations").json()["features"]
    layers = [one["name"] for one in office.get("/layers").json()]
    values: dict[str, list[Any]] = {
        "id_": [*some, *(one["id"] for one in shown)], "key": [one["url"].rsplit("/", 1)[1] for one in photos],
        "code": ["0201", *(one["properties"]["code"] for one in stations)], "layer": layers,
        "name": [name for name, rule in MAPS.items() if rule.public], "receipt": ["A" * 22],
        "language": ["zh"],
    }  # fmt: skip
    name = re.search(r"\{(\w+)\}", template)
    found = [template.replace(name[0], str(value)) for value in values[name[1]]] if name else [template]
    return [address.replace("{key}", words_key("zh")) for address in found]


QUERIES = {
    "/api/v1/problems": ["?limit=1000", "?limit=1000&as_of=2026-11-01", "?limit=1000&state=reported,void,duplicate"],
    "/api/v1/problems/{id_}/photos": ["", "?merged=1"],
    "/api/v1/search": ["?q=志", "?q=R0", "?q=WT", "?q=社区", "?q=000-"],
    "/api/v1/analysis/clean-zones": ["", "?roads=1"],
    "/api/v1/reports/known": [f"?category=0201&lon={PLACE[0]}&lat={PLACE[1]}"],
    "/api/v1/categories": ["", "?retired=1"],
}
NOTHING_THERE = {  # of these the public gets nothing, or only who knows a secret
    "/api/v1/reports/{receipt}", "/api/v1/photos/{key}", "/api/v1/photos/{key}/preview", "/login/oidc",
    "/login/oidc/return", "/basemaps/{key}/{z}/{x}/{y}",
}  # fmt: skip
ENDLESS = "/api/v1/events"  # tells of layers and numbers only; tests/test_live.py reads it
PUBLIC_GETS = sorted(
    path for (method, path), rule in RULES.items() if method == "GET" and (rule.public or rule is BY_MAP)
)  # fmt: skip


@pytest.mark.parametrize("template", [path for path in PUBLIC_GETS if path != ENDLESS])
def test_nobody_finds_what_is_hidden(template, nobody, office, problems, hidden, secrets) -> None:
    answered = 0
    for address in filled(template, office, problems, hidden):
        for query in QUERIES.get(template, [""]):
            answer = nobody.get(address + query)
            assert answer.status_code in (200, 303, 400, 401, 404), (address, answer.text)
            answered += answer.status_code == 200
            assert {secret for secret in secrets if secret.encode() in answer.content} == set(), address + query
    assert answered or template in NOTHING_THERE


def tiles_over(town: Service, *zooms: int) -> list[str]:
    """z/x/y of the tiles over the town."""
    west, south, east, north = httpx.get(f"{town.web}/api/v1/town").json()["bounds"]
    column = lambda lon, z: int((lon + 180) / 360 * 2**z)  # noqa: E731
    row = lambda lat, z: int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)  # noqa: E731
    return [
        f"{z}/{x}/{y}"
        for z in zooms
        for x in range(column(west, z), column(east, z) + 1)
        for y in range(row(north, z), row(south, z) + 1)
    ]


@pytest.mark.parametrize("layer", PUBLIC_LAYERS)
def test_no_tile_tells_what_is_hidden(town, nobody, secrets, layer) -> None:
    read = 0
    for tile in tiles_over(town, 10, 13, 15):
        answer = nobody.get(f"/tiles/{layer}/{tile}.mvt")
        assert answer.status_code in (200, 204)
        if answer.status_code == 200:
            read += 1
            told = str(mapbox_vector_tile.decode(answer.content))
            assert {secret for secret in secrets if secret in told} == set()
    assert read


def test_the_tiles_of_the_public_hold_its_problems_and_no_others(town, nobody, problems) -> None:
    told = set()
    for tile in tiles_over(town, 17):
        answer = nobody.get(f"/tiles/problems/{tile}.mvt")
        if answer.status_code == 200:
            features = mapbox_vector_tile.decode(answer.content)["problems"]["features"]
            told |= {one["properties"]["code"] for one in features if "code" in one["properties"]}
    public = {one["properties"]["code"] for one in problems if one["properties"]["state"] in PUBLIC_STATES}
    assert told
    assert told <= public


def test_a_problem_has_the_named_fields_only(nobody, problems) -> None:
    for address in ("/api/v1/problems?limit=50", f"/api/v1/problems/{shown_id(problems)}"):
        told = nobody.get(address).json()
        assert {key for one in told.get("features", [told]) for key in one["properties"]} == KEYS_OF_A_PROBLEM
    assert "etag" not in nobody.get(f"/api/v1/problems/{shown_id(problems)}").headers


def shown_id(problems: Problems) -> int:
    return next(one["id"] for one in problems if one["properties"]["state"] == "assigned")


def test_the_counts_are_those_of_what_is_shown(nobody, problems) -> None:
    public = [one for one in problems if one["properties"]["state"] in PUBLIC_STATES]
    counted = nobody.get("/api/v1/problems/summary").json()
    assert counted["total"] == len(public)
    assert "flags" not in counted
    assert {row["layer"] for row in counted["by_place"]} <= {"areas", "road_segments"}


@pytest.mark.parametrize("name", HIDDEN_FILTERS)
def test_filters_that_would_tell_more_need_signing_in(nobody, name) -> None:
    for address in ("/api/v1/problems", "/api/v1/problems/summary"):
        answer = nobody.get(address, params={name: HIDDEN_FILTERS[name]})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"]


@pytest.mark.parametrize("name", HIDDEN_FILTERS)
@pytest.mark.parametrize("kind", ["html", "png", "pdf"])
def test_saved_maps_and_pictures_tell_no_more_either(nobody, name, kind) -> None:
    answer = nobody.get(f"/maps/open-problems.{kind}", params={name: HIDDEN_FILTERS[name]})
    assert answer.status_code in (303, 401)
    assert answer.status_code == 401 or answer.headers["location"].startswith("/login?")


@pytest.mark.parametrize(("name", "value"), [("person", "R001"), ("source", "city")])
def test_filters_of_tiles_that_would_tell_more_need_signing_in(nobody, name, value) -> None:
    assert nobody.get("/tiles/problems/12/3344/1786.mvt", params={name: value}).status_code == 401


def test_the_public_searches_codes_and_no_words(nobody, problems) -> None:
    assigned = (one["properties"] for one in problems if one["properties"]["state"] == "assigned")
    one = next(one for one in assigned if one["description"])
    by_code = nobody.get("/api/v1/problems", params={"q": one["code"]}).json()["features"]
    by_words = nobody.get("/api/v1/problems", params={"q": one["description"][:8]}).json()["features"]
    assert [found["id"] for found in by_code] == [one["id"]]
    assert by_words == []


def test_a_hidden_problem_does_not_say_where_it_stands_in_the_list(nobody, hidden) -> None:
    """Paging after a hidden problem tells the same as paging after one that never was."""
    for one in hidden[:5]:
        after = nobody.get("/api/v1/problems", params={"after": one["id"], "limit": 1000}).json()["features"]
        assert [row for row in after if row["properties"]["due_at"]] == []


def test_categories_are_told_by_name_only(nobody) -> None:
    told = nobody.get("/api/v1/categories").json()
    assert {key for row in told for key in row} == {"code", "parent", "name", "geometry_types", "public"}
    assert {row["code"]: row["public"] for row in told}["0703"] is False


# ---------------------------------------------------------------- photos


@pytest.fixture(scope="module")
def photo(office, problems) -> dict[str, Any]:
    """A photo of a problem that everybody sees."""
    form = {"file": ("a.jpg", jpeg(scene(901)), "image/jpeg")}
    answer = office.post(f"/problems/{shown_id(problems)}/photos", data={"role": "before"}, files=form)
    assert answer.status_code == 201
    return dict(answer.json())


def release(client: httpx.Client, photo: dict[str, Any], released: object) -> httpx.Response:
    return client.post(f"/photos/{photo['id']}/release", json={"released": released})


def seen(nobody: httpx.Client, photo: dict[str, Any]) -> list[int]:
    answers = [nobody.get(photo[name]) for name in ("url", "preview_url")]
    assert all("no-store" in answer.headers["cache-control"] for answer in answers if answer.status_code == 200)
    listed = nobody.get(f"/api/v1/problems/{photo['problem_id']}/photos").json()
    return [*(answer.status_code for answer in answers), sum(one["id"] == photo["id"] for one in listed)]


def test_a_photo_is_seen_from_its_release_until_it_is_withdrawn(nobody, office, photo) -> None:
    assert seen(nobody, photo) == [404, 404, 0]
    assert release(office, photo, True).json()["released_at"]
    assert seen(nobody, photo) == [200, 200, 1]
    told = nobody.get(f"/api/v1/problems/{photo['problem_id']}/photos").json()[-1]
    assert set(told) == {"id", "role", "role_name", "width", "height", "url", "preview_url", "code"}
    assert release(office, photo, False).json()["released_at"] is None
    assert seen(nobody, photo) == [404, 404, 0]
    acts = [event["payload"].get("act") for event in office.get(f"/problems/{photo['problem_id']}/history").json()]
    assert acts[-2:] == ["released", "withdrawn"]


def test_a_released_photo_goes_with_its_problem(nobody, office, photo) -> None:
    release(office, photo, True)
    problem = office.get(f"/problems/{photo['problem_id']}").json()
    moved = office.post(f"/problems/{problem['id']}/moves", json={"to": "void", "note": "误报"})
    assert moved.status_code == 200
    assert [nobody.get(photo[name]).status_code for name in ("url", "preview_url")] == [404, 404]
    release(office, photo, False)


@pytest.mark.parametrize(
    ("role", "status"), [("dispatcher", 200), ("supervisor", 200), ("inspector", 403), ("planner", 403)]
)
def test_dispatchers_decide_what_the_public_sees(town, photo, role, status) -> None:
    with httpx.Client(base_url=f"{town.address_of(f'release-{role}', role)}/api/v1") as client:
        assert release(client, photo, False).status_code == status


def test_nobody_releases_a_photo(town, photo) -> None:
    with httpx.Client(base_url=f"{town.web}/api/v1") as client:
        assert release(client, photo, True).status_code == 401


def test_what_is_to_be_released_must_be_said(office, photo) -> None:
    assert release(office, photo, "yes").status_code == 422
