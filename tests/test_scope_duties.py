"""What somebody may see follows their duties of the day, at once, in every worker and every cache."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.model import Responsibility
from layers.store import open_store
from maps.tiles.grid import tile_at
from tests.conftest import Service, served, store_address
from tests.sights import Eyes, Town, account, today

ASKED = 10  # times: both workers are met
FORMER, NEXT = account("road_chief"), "next-chief"
YESTERDAY = today() - timedelta(days=1)


@pytest.fixture
def admin(two_workers: Service) -> Iterator[Eyes]:
    with Eyes(two_workers, "tests") as eyes:
        yield eyes


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def two_workers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(f"duties-{request.param}")
    with served(folder, store_address(request.param, folder, request), demo=True, workers=2) as running:
        yield running


def execute(service: Service, statement: str, *values: object) -> None:
    """Another program writes into the store, as psql or a GIS would."""
    if service.store_url.startswith("gpkg://"):
        with sqlite3.connect(service.store_url.removeprefix("gpkg://"), timeout=10) as file:
            file.execute(statement, [str(v) if isinstance(v, date) else v for v in values])
        file.close()
    else:
        with psycopg.connect(service.store_url) as database:
            database.execute(statement.replace("?", "%s"), values)


def in_every_worker(ask: Callable[[httpx.Client], object], address: str) -> object:
    """What all of them answer, each time over a line of its own."""
    answers = []
    for _ in range(ASKED):
        with httpx.Client(base_url=address, timeout=30) as client:
            answers.append(ask(client))
    assert all(answer == answers[0] for answer in answers), answers
    return answers[0]


def status(path: str) -> Callable[[httpx.Client], object]:
    return lambda client: client.get(path).status_code


def listed(client: httpx.Client) -> object:
    rows = client.get("/api/v1/problems", params={"limit": 1000}).json()["features"]
    total = client.get("/api/v1/problems/summary").json()["total"]
    assert total == len(rows)
    return {row["id"] for row in rows}


def test_a_duty_that_ends_today_is_read_and_no_longer_changed_and_the_next_one_sees_it_at_once(
    two_workers: Service, admin: Eyes
) -> None:
    with Eyes(two_workers, FORMER) as former, Eyes(two_workers, NEXT, "road_chief") as following:
        hand_over(two_workers, Town(admin), former, following)


def hand_over(two_workers: Service, town: Town, former: Eyes, following: Eyes) -> None:
    place, case = _handed_over(town, former.person)
    spot = case["geometry"]["coordinates"]
    path, tile = f"/api/v1/problems/{case['id']}", "/tiles/problems/{}/{}/{}.mvt".format(*tile_at(*spot, 15))
    before = {
        who: in_every_worker(lambda one: one.get(tile).headers["etag"], who.address) for who in (former, following)
    }
    assert in_every_worker(status(path), former.address) == 200
    assert in_every_worker(status(path), following.address) == 404
    assert in_every_worker(listed, following.address) == set()

    same = "WHERE person = ? AND layer = ? AND place = ?"
    execute(two_workers, f"UPDATE responsibilities SET valid_to = ? {same}", today(), former.person, *place)
    row = (town.eyes.read("/town")["code"], *place, following.person, "road_chief", today())
    columns = "town, layer, place, person, role, valid_from"
    execute(two_workers, f"INSERT INTO responsibilities ({columns}) VALUES (?, ?, ?, ?, ?, ?)", *row)

    assert in_every_worker(status(path), following.address) == 200
    assert case["id"] in in_every_worker(listed, following.address)  # type: ignore[operator]
    assert in_every_worker(status(path), former.address) == 200
    deed = {"act": "remark", "note": "昨天还是我的"}
    assert in_every_worker(lambda one: one.post(f"{path}/acts", json=deed).status_code, former.address) == 403
    assert former.read(f"/problems/{case['id']}")["properties"]["moves"] == []
    assert following.post(f"{path}/acts", json=deed).status_code == 200
    again = lambda one: one.get(tile, headers={"if-none-match": str(before[following])}).status_code  # noqa: E731
    assert in_every_worker(again, following.address) == 200
    assert case["id"] in {found["id"] for found in following.tile(*tile_at(*spot, 15))}

    new = {"type": "Feature", "geometry": case["geometry"], "properties": {"category": "0102"}}
    made = town.eyes.post("/api/v1/problems", json=new).raise_for_status().json()["id"]
    photo = town.eyes.get(f"/api/v1/problems/{made}/photos")
    assert photo.status_code == 200
    for part in ("", "/history", "/photos", "/deadlines"):
        assert in_every_worker(status(f"/api/v1/problems/{made}{part}"), former.address) == 404
        assert in_every_worker(status(f"/api/v1/problems/{made}{part}"), following.address) == 200
    assert made not in in_every_worker(listed, former.address)  # type: ignore[operator]
    assert made in in_every_worker(listed, following.address)  # type: ignore[operator]
    assert made not in {found["id"] for found in former.tile(*tile_at(*spot, 15))}
    code = Town(town.eyes).problems[made]["properties"]["code"]
    assert code not in former.exported() and code in following.exported()
    assert former.ids(q=code) == set() and following.ids(q=code) == {made}
    now = Town(town.eyes)
    assert former.ids() == now.seen_by(former.person) and following.ids() == now.seen_by(following.person)


def _handed_over(town: Town, person: str) -> tuple[tuple[str, str], dict[str, Any]]:
    """A place that they hold, with an open problem at a point there that no other place of theirs touches."""
    held = town.held_by(person)
    for row in town.problems.values():
        one = row["properties"]
        mine = [(p["layer"], p["code"]) for p in one["places"] if (p["layer"], p["code"]) in held]
        is_point = row["geometry"] is not None and row["geometry"]["type"] == "Point"
        if len(mine) == 1 and is_point and one["state"] in ("assigned", "in_hand") and one["found_at"] < str(YESTERDAY):
            return mine[0], row
    raise AssertionError("the demo's chief has nothing open")


def test_a_post_that_is_given_or_taken_holds_at_once(two_workers: Service, admin: Eyes) -> None:
    everything, home = set(Town(admin).problems), _home(admin, 11)
    with Eyes(two_workers, "clerk", "grid_worker") as eyes:
        assert in_every_worker(listed, eyes.address) == set()
        for roles, seen in (('["dispatcher"]', everything), ('["grid_worker"]', set())):
            execute(two_workers, "UPDATE people SET roles = ? WHERE code = ?", roles, eyes.person)
            assert in_every_worker(listed, eyes.address) == seen
            assert bool(eyes.tile(11, *home)) == bool(seen)


def _home(admin: Eyes, z: int) -> tuple[int, int]:
    west, south, east, north = admin.read("/town")["bounds"]
    tile = tile_at((west + east) / 2, (south + north) / 2, z)
    return tile.x, tile.y


def test_notices_of_what_is_no_longer_seen_are_not_shown(two_workers: Service, admin: Eyes) -> None:
    hidden = admin.read("/problems", limit=1)["features"][0]["id"]
    columns = "town, person, kind, urgency, problem_id, facts, at"
    with Eyes(two_workers, "told", "grid_worker") as eyes:
        row = (admin.read("/town")["code"], eyes.person, "given", "now", hidden, "{}", "2026-01-01T00:00:00.000000Z")
        execute(two_workers, f"INSERT INTO notices ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", *row)
        assert admin.read("/inbox", person=eyes.person)["unread"] == 1
        assert eyes.read("/inbox") == {"person": eyes.person, "unread": 0, "notices": [], "next": None}


@pytest.fixture(scope="module")
def wanderer(service: Service) -> Iterator[Eyes]:
    with Eyes(service, "wanderer", "grid_worker") as eyes:
        yield eyes


DUTY = st.tuples(st.integers(0, 10_000), st.integers(-40, 0), st.none() | st.integers(-30, 30))


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(DUTY, max_size=5))
def test_list_counts_tiles_and_export_agree_for_any_duties(
    service: Service, wanderer: Eyes, drawn: list[tuple[int, int, int | None]]
) -> None:
    with Eyes(service, "tests") as admin:
        agree(service, wanderer, admin, drawn)


def agree(service: Service, wanderer: Eyes, admin: Eyes, drawn: list[tuple[int, int, int | None]]) -> None:
    places = [("areas", row["code"]) for row in admin.read("/areas")]
    places += sorted({(duty["layer"], duty["place"]) for duty in admin.read("/responsibilities")})
    duties = [
        Responsibility(
            layer=places[number % len(places)][0], place=places[number % len(places)][1], person=wanderer.person,
            role="grid_worker", valid_from=today() + timedelta(days=begin),
            valid_to=None if days is None else today() + timedelta(days=begin + abs(days)),
        )
        for number, begin, days in drawn
    ]  # fmt: skip
    execute(service, "DELETE FROM responsibilities WHERE person = ?", wanderer.person)
    store = open_store(service.store_url)
    with store.writing() as session:
        session.duties.put_responsibilities(duties)
    store.close()
    town = Town(admin)
    seen = town.seen_by(wanderer.person)
    assert wanderer.ids() == seen
    assert wanderer.total() == len(seen)
    assert wanderer.tile_ids(12) == {id_ for id_ in seen if town.problems[id_]["geometry"]}
    assert wanderer.exported() == {town.problems[id_]["properties"]["code"] for id_ in seen}
