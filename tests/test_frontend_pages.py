"""Maps in a real browser: pages of a server, on their three ways of drawing."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser
from shapely.geometry import LineString, Point

from maps.assets import STATIC
from maps.compose import compose
from tests.map_pages import AREA, PHONE, SQUARE, Watch, collection, map_browser, page, watched_pages

pytestmark = pytest.mark.browser
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-n'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'"
)


def in_tile(geometry: shapely.Geometry, z: int, x: int, y: int) -> shapely.Geometry:
    """In the tile's own units, 4096 to a side, y up."""

    def project(lnglat: Any) -> Any:
        north = np.log(np.tan(np.pi / 4 + np.radians(lnglat[:, 1]) / 2)) / (2 * np.pi)
        return 4096 * np.c_[(lnglat[:, 0] / 360 + 0.5) * 2**z - x, (north - 0.5) * 2**z + y + 1]

    return shapely.transform(geometry, project)


TILES = {
    "areas": [(shapely.from_geojson(json.dumps(AREA["geometry"])), {"level": "village", "name": "许村"}, 1)],
    "road_segments": [
        (LineString([(118.14, 36.19), (118.18, 36.19)]), {"road_name": "振兴路", "road_class": "urban"}, 1)
    ],
    "problems": [
        (Point(118.16, 36.19), {"state": "filed", "code": "WT1"}, 1),
        (Point(118.165, 36.195), {"state": "in_hand", "code": "WT2", "due": 1639800000}, 2),
        (LineString([(118.15, 36.2), (118.155, 36.2)]), {"state": "fixed", "code": "WT4"}, 4),
        (SQUARE, {"state": "assigned", "code": "WT5"}, 5),
    ],
}


def tile(layer: str, z: int, x: int, y: int) -> bytes:
    window = shapely.box(-64, -64, 4160, 4160)
    placed = ((in_tile(geometry, z, x, y) & window, values, id_) for geometry, values, id_ in TILES.get(layer, []))
    features = [{"geometry": g, "properties": values, "id": id_} for g, values, id_ in placed if not g.is_empty]
    return mapbox_vector_tile.encode({"name": layer, "features": features}) if features else b""


class Handler(BaseHTTPRequestHandler):
    """Built files, composed pages, tiles of the layers above."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        place, *rest = urlsplit(self.path).path.strip("/").split("/")
        body, kind = getattr(self, f"get_{place}")(rest)
        self.send_response(500 if "own_gone" in rest else 200 if body else 204)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def get_static(self, rest: list[str]) -> tuple[bytes, str]:
        path = STATIC.joinpath(*rest)
        return path.read_bytes(), "text/javascript" if path.suffix == ".mjs" else str(guess_type(path.name)[0])

    def get_maps(self, rest: list[str]) -> tuple[bytes, str]:
        gone = {"name": "own_gone", "title": "gone", "own": True, "fields": []}
        layers = [gone] if rest[0] == "import" else []
        return compose(rest[0], page=page(layers=layers), nonce="n").encode(), "text/html; charset=utf-8"

    def get_api(self, _: list[str]) -> tuple[bytes, str]:
        return json.dumps(collection(next=None)).encode(), "application/json"

    def get_tiles(self, rest: list[str]) -> tuple[bytes, str]:
        layer, z, x, y = rest[0], int(rest[1]), int(rest[2]), int(rest[3].removesuffix(".mvt"))
        return tile(layer, z, x, y), "application/vnd.mapbox-vector-tile"

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with map_browser() as browser:
        yield browser


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Watch]]:
    with watched_pages(chromium) as make:
        yield make


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


PLACE = "at=36.19,118.16,15"
WAYS = ["soft", "hard", "canvas"]
CHOSEN = """() => {
    window.chosen = [];
    geo.on('select', ({ layer, id }) => window.chosen.push([layer, id ?? null]));
}"""


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_drawing_shows_the_same(open_page: Callable[..., Watch], server: str, way: str) -> None:
    watch = open_page().go(f"{server}/maps/open-problems?{PLACE}#draw={way}")
    layers = ["problems/mark", "problems/line", "problems/area", "ground/minor", "ground/road-name", "ground/area"]
    assert [layer for layer, count in zip(layers, watch.drawn(*layers), strict=True) if count == 0] == []
    assert watch.faults == []


@pytest.mark.parametrize("way", WAYS)
def test_a_click_chooses_on_every_way_of_drawing(open_page: Callable[..., Watch], server: str, way: str) -> None:
    watch = open_page().go(f"{server}/maps/open-problems?{PLACE}#draw={way}")
    watch.run(CHOSEN)
    watch.click(118.165, 36.195)
    watch.click(118.152, 36.182)
    watch.click(118.17, 36.182)
    assert watch.run("() => window.chosen") == [["problems", 2], ["problems", 5], [None, None]]


@pytest.mark.parametrize("way", WAYS)
def test_nothing_drifts_after_moving_and_zooming(open_page: Callable[..., Watch], server: str, way: str) -> None:
    watch = open_page().go(f"{server}/maps/open-problems?{PLACE}#draw={way}")
    watch.run(CHOSEN)
    watch.page.mouse.move(500, 350)
    watch.page.mouse.down()
    watch.page.mouse.move(423, 391, steps=5)
    watch.page.mouse.up()
    watch.page.mouse.wheel(0, -100)
    watch.page.wait_for_timeout(700)
    watch.run("async () => (await geo.surface()).idle()")
    watch.click(118.16, 36.19)
    assert watch.run("() => window.chosen.at(-1)") == ["problems", 1]


def test_a_finger_need_not_be_exact_and_a_mouse_must(open_page: Callable[..., Watch], server: str) -> None:
    address = f"{server}/maps/open-problems?{PLACE}"
    mouse = open_page().go(address)
    mouse.run(CHOSEN)
    mouse.click(118.165, 36.195, off_px=26)
    touch = open_page(has_touch=True, is_mobile=True, viewport=PHONE).go(address)
    touch.run(CHOSEN)
    x, y = touch.spot(118.165, 36.195)
    touch.page.touchscreen.tap(x + 24, y)
    touch.page.wait_for_timeout(400)
    assert [mouse.run("() => window.chosen"), touch.run("() => window.chosen")] == [[[None, None]], [["problems", 2]]]


def test_the_address_keeps_place_and_filters(open_page: Callable[..., Watch], server: str) -> None:
    watch = open_page().go(f"{server}/maps/open-problems?state=fixed&category=a,b#draw=canvas")
    watch.run("async () => { (await geo.map).setView([36.2, 118.15], 14, { animate: false }); }")
    watch.run("() => geo.emit('filter', { state: null, overdue: true, category: 'c' })")
    watch.page.wait_for_timeout(500)
    path, hash_ = watch.page.url.removeprefix(server).split("#")
    query = dict(part.split("=") for part in path.split("?")[1].split("&"))
    assert [float(part) for part in query.pop("at").split(",")] == pytest.approx([36.2, 118.15, 14], abs=1e-4)
    assert (query, hash_) == ({"category": "c", "overdue": "1", "theme": "light"}, "draw=canvas")


def test_a_place_in_the_address_is_where_the_map_begins(open_page: Callable[..., Watch], server: str) -> None:
    watch = open_page().go(f"{server}/maps/open-problems?at=36.181,118.151,17#draw=canvas")
    where = watch.run(
        "async () => { const m = await geo.map; return [m.getCenter().lat, m.getCenter().lng, m.getZoom()]; }"
    )
    assert where == [pytest.approx(36.181), pytest.approx(118.151), 17]


def test_a_place_that_cannot_be_read_is_none(open_page: Callable[..., Watch], server: str) -> None:
    watch = open_page().go(f"{server}/maps/import#draw=canvas")
    read = watch.run(
        """(places) => places.map((place) => {
            history.replaceState(null, '', `?at=${place}`);
            return geo.state.get().at ?? null;
        })""",
        ["36.19,118.16", "a,b,c", "91,0,3", "", "1e999,0,1", "36.19,118.16,15"],
    )
    assert read == [None, None, None, None, None, {"lat": 36.19, "lng": 118.16, "zoom": 15}]


def test_a_filter_reaches_the_tiles(open_page: Callable[..., Watch], server: str) -> None:
    watch = open_page().go(f"{server}/maps/open-problems?{PLACE}#draw=canvas")
    watch.run("async () => { geo.emit('filter', { state: 'fixed' }); await (await geo.surface()).idle(); }")
    asked = [url for url in watch.asked if "/tiles/problems/" in url]
    assert "state=reported,confirmed" in asked[0].replace("%2C", ",")
    assert asked[-1].endswith("?state=fixed")


@pytest.mark.parametrize("way", ["soft", "canvas"])
def test_what_cannot_be_shown_is_said_and_not_asked_for_again(
    open_page: Callable[..., Watch], server: str, way: str
) -> None:
    watch = open_page().go(f"{server}/maps/import?{PLACE}#draw={way}")
    watch.page.locator(".geo-fault").wait_for()
    watch.page.wait_for_timeout(300)
    gone = [url for url in watch.asked if "/tiles/own_gone/" in url]
    assert gone
    assert len(gone) == len(set(gone))


@pytest.fixture
def new_problem() -> Iterator[Callable[[], None]]:
    before = TILES["problems"]

    def report() -> None:
        TILES["problems"] = [*before, (Point(118.1601, 36.1901), {"state": "filed", "code": "WT9"}, 9)]

    yield report
    TILES["problems"] = before


@pytest.mark.parametrize(("way", "zoom"), [("soft", 15), ("soft", 19), ("canvas", 19)])
def test_a_change_is_seen_at_once_also_beyond_the_deepest_tiles(
    open_page: Callable[..., Watch], server: str, new_problem: Callable[[], None], way: str, zoom: int
) -> None:
    watch = open_page().go(f"{server}/maps/open-problems?at=36.19,118.16,{zoom}#draw={way}")
    before = watch.drawn("problems/mark")[0]
    new_problem()
    watch.run("() => geo.emit('change', { layer: 'problems', id: 9 })")
    assert watch.drawn("problems/mark")[0] == before + 1
