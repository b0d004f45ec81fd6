"""Changes are told as they happen, and tiles are fresh, from every worker and whoever wrote: seen from outside."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import mapbox_vector_tile
import psycopg
import pytest

from maps.tiles.grid import tile_at
from tests.conftest import Service, missing, served, store_address
from tests.problems_http import ON_THE_ROAD, report

TILE = tile_at(*ON_THE_ROAD, 16)
MANY = 6  # connections, so that either of two workers answers some
SOON_S = 1.0
Told = tuple[str, dict[str, object]]


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo town served by two workers, from each kind of store."""
    folder = tmp_path_factory.mktemp(f"live-{request.param}")
    with served(folder, store_address(request.param, folder, request), demo=True, workers=2) as running:
        yield running


@pytest.fixture
def api(pair: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=pair.url, timeout=30) as client:
        yield client


class Listening:
    """A page that listens."""

    def __init__(self, answer: httpx.Response):
        self.answer = answer
        self.lines = answer.iter_lines()

    def hear(self) -> Told:
        """The next event and its data; fails when none comes in time."""
        said: dict[str, str] = {}
        for line in self.lines:
            if not line and "event" in said:
                return said["event"], {**json.loads(said["data"]), **({"id": said["id"]} if "id" in said else {})}
            if line:
                name, _, value = line.partition(": ")
                said[name] = value
        raise AssertionError("nothing more is told")

    def hear_of(self, layer: str) -> int:
        """The sequence number of the next change of that layer."""
        while True:
            event, data = self.hear()
            if event == "change" and data["layer"] == layer:
                return int(str(data["sequence"]))


@contextmanager
def listening(url: str, *, patience_s: float = SOON_S, headers: dict[str, str] | None = None) -> Iterator[Listening]:
    times = httpx.Timeout(10, read=patience_s)
    with httpx.stream("GET", f"{url}/api/v1/events", timeout=times, headers=headers or {}) as answer:
        assert answer.status_code == 200, answer.status_code
        yield Listening(answer)


@contextmanager
def all_listening(service: Service) -> Iterator[list[Listening]]:
    """Several pages; each has been greeted."""
    with ExitStack() as held:
        pages = [held.enter_context(listening(service.url)) for _ in range(MANY)]
        assert [page.hear()[0] for page in pages] == ["hello"] * MANY
        yield pages


def written_elsewhere(service: Service, code: str) -> None:
    """Another program moves a problem: what QGIS does to the file, or any client to the database."""
    sql = f"UPDATE problems SET description = 'written elsewhere' WHERE code = '{code}'"
    if service.store_url.startswith("postgresql:"):
        with psycopg.connect(service.store_url) as connection:
            connection.execute(sql)
        return
    if shutil.which("ogrinfo") is None:
        missing("ogrinfo")
    file = service.store_url.removeprefix("gpkg://")
    subprocess.run(["ogrinfo", file, "-dialect", "sqlite", "-sql", sql], check=True, capture_output=True)


def ids_in_tile(url: str) -> set[int]:
    """By a connection of its own, so that any worker may answer."""
    body = httpx.get(f"{url}/tiles/problems/{TILE.z}/{TILE.x}/{TILE.y}.mvt").raise_for_status().content
    return {one["id"] for one in mapbox_vector_tile.decode(body)["problems"]["features"]} if body else set()


def test_every_page_hears_of_a_report(pair: Service, api: httpx.Client) -> None:
    with all_listening(pair) as pages:
        report(api)
        assert len({page.hear_of("problems") for page in pages}) == 1


def test_every_page_hears_of_what_another_program_writes(pair: Service, api: httpx.Client) -> None:
    known = api.get("/api/v1/problems?limit=1").json()["features"][0]["properties"]["code"]
    with all_listening(pair) as pages:
        written_elsewhere(pair, known)
        assert len({page.hear_of("problems") for page in pages}) == 1


def test_nothing_is_told_but_layers_and_numbers(pair: Service, api: httpx.Client) -> None:
    with listening(pair.web) as page:
        page.hear()
        report(api, description="nobody may hear this")
        event, data = page.hear()
    assert (event, sorted(data)) == ("change", ["id", "layer", "sequence"])


def test_who_was_away_is_told_what_was_missed(pair: Service, api: httpx.Client) -> None:
    with listening(pair.url) as page:
        last = page.hear()[1]["sequence"]
    report(api)
    with all_listening(pair) as pages:
        for page in pages:
            page.answer.close()
    with listening(pair.url, headers={"last-event-id": str(last)}, patience_s=5) as page:
        assert page.hear_of("problems") > int(str(last))


def test_a_number_of_another_store_makes_everything_new(pair: Service, api: httpx.Client) -> None:
    report(api)
    with listening(pair.url, headers={"last-event-id": "999999999999"}) as page:
        told = {page.hear()[1].get("layer") for _ in range(5)}
    assert {"problems", "areas"} & told


def test_who_cannot_listen_asks(api: httpx.Client) -> None:
    """Any worker tells, at the latest when it has looked again."""
    before = api.get("/api/v1/changes").json()["layers"]["problems"]
    report(api)
    late = time.monotonic() + 10
    while api.get("/api/v1/changes").json()["layers"]["problems"] <= before:
        assert time.monotonic() < late
        time.sleep(0.05)


def test_a_browser_that_takes_gzip_hears_at_once(pair: Service, api: httpx.Client) -> None:
    with listening(pair.url, headers={"accept-encoding": "gzip, br"}) as page:
        assert "content-encoding" not in page.answer.headers
        assert page.hear()[0] == "hello"


def test_the_next_tile_has_the_problem_from_every_worker(pair: Service, api: httpx.Client) -> None:
    ids_in_tile(pair.url)
    for _ in range(5):
        made = report(api)
        assert all(made["id"] in ids_in_tile(pair.url) for _ in range(MANY))


def test_a_tile_after_an_event_is_not_the_old_one(pair: Service, api: httpx.Client) -> None:
    """Whoever hears of a change written elsewhere and asks, gets another tile than before."""
    made = report(api)
    address = f"/tiles/problems/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
    old = api.get(address).headers["etag"]
    with listening(pair.url) as page:
        page.hear()
        assert api.post(f"/api/v1/problems/{made['id']}/moves", json={"to": "filed"}).status_code == 200
        page.hear_of("problems")
    assert api.get(address, headers={"if-none-match": old}).status_code == 200


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that lets two pages of a client listen, and says every half second that it is there."""
    with served(tmp_path_factory.mktemp("strict"), listeners_per_client="2", event_beat_s="0.5") as running:
        yield running


def test_a_page_hears_that_the_service_is_there(strict: Service) -> None:
    with listening(strict.url) as page:
        greeting, told = page.hear()
        assert (greeting, told["beat_s"]) == ("hello", 0.5)
        assert [page.hear()[0] for _ in range(2)] == ["beat", "beat"]


def test_one_client_has_so_many_listeners_and_no_more(strict: Service) -> None:
    with ExitStack() as held:
        pages = [held.enter_context(listening(strict.url)) for _ in range(2)]
        assert [page.hear()[0] for page in pages] == ["hello", "hello"]
        with pytest.raises(AssertionError, match="429"), listening(strict.url):
            pass
    for _ in range(50):  # those who have left are noticed
        with httpx.stream("GET", f"{strict.url}/api/v1/events") as answer:
            if answer.status_code == 200:
                return
    raise AssertionError("who has left is still counted")


def test_the_service_stops_at_once_though_pages_listen(tmp_path: Path) -> None:
    with served(tmp_path) as running, ExitStack() as held:
        pages = [held.enter_context(listening(running.url, patience_s=4)) for _ in range(3)]
        assert [page.hear()[0] for page in pages] == ["hello"] * 3
        running.process.terminate()
        running.process.wait(4)  # an answer that does not end is waited for longer than that
        with pytest.raises(AssertionError, match="nothing more"):
            while True:
                pages[0].hear()
