"""Maps in a real browser: the standalone file without a network, and pages on their three ways of drawing."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from shapely.geometry import LineString, Point, Polygon, mapping

from maps import styles
from maps.assets import STATIC
from maps.compose import compose
from tests.browser.conftest import CHROMIUM
from tests.conftest import missing

pytestmark = pytest.mark.browser

EVIL = """<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>${window.hacked=1}`"""
NOW = "2021-12-20T02:00:00Z"
LATE, EARLY = "2021-12-19T02:00:00Z", "2021-12-29T02:00:00Z"
TOWN = {
    "name": f"南麻{EVIL}",
    "bounds": [118.14, 36.17, 118.18, 36.21],
    "demo": True,
    "attribution": [EVIL],
    "as_of": NOW,
}
SWITCHES = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-dev-shm-usage"]
DESK, PHONE = {"width": 1000, "height": 700}, {"width": 390, "height": 844}
SQUARE = Polygon([(118.15, 36.18), (118.154, 36.18), (118.154, 36.184), (118.15, 36.184)])
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-n'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'"
)


def page(**changes: Any) -> dict[str, Any]:
    said = {"lang": "en", "theme": "light", "now": NOW, "api": "/api/v1", "words": {}, "town": TOWN, "params": {}}
    return {**said, **changes}


def feature(id_: int, geometry: shapely.Geometry, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": id_, "geometry": mapping(geometry), "properties": {"id": id_, **properties}}


def collection(*features: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


AREA = feature(
    1, Polygon([(118.14, 36.17), (118.18, 36.17), (118.18, 36.21), (118.14, 36.21)]), name=EVIL, level="village"
)
ROAD = feature(1, LineString([(118.14, 36.19), (118.18, 36.19)]), road_name=EVIL, road_class="urban")
PROBLEMS = collection(
    feature(1, Point(118.16, 36.19), state="filed", code=EVIL, description=EVIL, due_at=EARLY),
    feature(2, Point(118.165, 36.195), state="in_hand", code="WT2", due_at=LATE),
    feature(3, Point(118.155, 36.195), state="closed", code="WT3", due_at=LATE),
    feature(4, LineString([(118.15, 36.2), (118.155, 36.2)]), state="fixed", code="WT4"),
    feature(5, SQUARE, state="assigned", code="WT5"),
)
GROUND = {"areas": collection(AREA), "roads": collection(ROAD)}
ZONES = collection(
    *(
        feature(i, shapely.box(118.15 + i * 0.002, 36.18, 118.152 + i * 0.002, 36.182), state=state)
        for i, state in enumerate(["clean", "problem", "unknown", "unknown"])
    )
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield browser
        browser.close()


class Watch:
    """A page and what went wrong on it."""

    def __init__(self, opened: Page):
        self.page = opened
        self.faults: list[str] = []
        self.asked: list[str] = []
        opened.on("pageerror", lambda error: self.faults.append(str(error)))
        opened.on("console", lambda said: self.faults.append(said.text) if said.type in ("error", "warning") else None)
        opened.on("request", lambda request: self.asked.append(request.url))

    def go(self, address: str) -> "Watch":
        self.page.goto(address)
        self.run("async () => { await (await geo.surface()).idle(); }")
        return self

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def drawn(self, *layers: str) -> list[int]:
        counts = self.run(
            """async (layers) => {
                const surface = await geo.surface();
                await surface.idle();
                return layers.map((layer) => surface.drawn(layer));
            }""",
            layers,
        )
        return [int(count) for count in counts]

    def spot(self, lng: float, lat: float) -> tuple[float, float]:
        x, y = self.run(
            """async ([lng, lat]) => {
                const map = await geo.map;
                const { left, top } = map.getContainer().getBoundingClientRect();
                const { x, y } = map.latLngToContainerPoint([lat, lng]);
                return [left + x, top + y];
            }""",
            [lng, lat],
        )
        return x, y

    def click(self, lng: float, lat: float, *, off_px: float = 0) -> None:
        x, y = self.spot(lng, lat)
        self.page.mouse.click(x + off_px, y)


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Watch]]:
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Watch:
        contexts.append(chromium.new_context(**{"viewport": DESK, **options}))
        return Watch(contexts[-1].new_page())

    yield make
    for context in contexts:
        context.close()


# The standalone file

OWN = {"name": "own_trees", "title": EVIL, "own": True, "fields": [{"name": "kind", "title": EVIL}]}
TREES = {"own_trees": collection(feature(1, Point(118.17, 36.2), code=EVIL, kind=EVIL))}
SAVED = {
    "open-problems": {"ground": GROUND, "problems": PROBLEMS, "added": TREES},
    "clean-zones": {"ground": GROUND, "zones": ZONES, "problems": PROBLEMS},
    "parcels": {"ground": GROUND, "parcels": collection(feature(1, SQUARE, name=EVIL, state="bare", area_m2=1.5))},
}


@pytest.fixture
def saved(open_page: Callable[..., Watch], tmp_path: Path) -> Callable[..., Watch]:
    def make(name: str, **options: Any) -> Watch:
        path = tmp_path / f"{name}.html"
        path.write_text(compose(name, page=page(layers=[OWN]), standalone_data=SAVED[name]), encoding="utf-8")
        return open_page(offline=True, **options).go(path.as_uri())

    return make


@pytest.mark.parametrize(
    ("name", "layers", "counts"),
    [
        (
            "open-problems",
            ["problems/mark", "problems/line", "problems/area", "ground/minor", "added-own_trees/point"],
            [5, 2, 1, 1, 1],
        ),
        ("clean-zones", ["zones/cell", "zones/hatch-unknown", "zones/hatch-problem"], [4, 2, 1]),
        ("parcels", ["parcels/parcel", "parcels/hatch-bare", "parcels/hatch-in_treatment"], [1, 1, 0]),
    ],
)
def test_a_saved_file_draws_everything_without_a_network(
    saved: Callable[..., Watch], name: str, layers: list[str], counts: list[int]
) -> None:
    watch = saved(name)
    assert watch.drawn(*layers) == counts
    assert watch.faults == []
    assert [url for url in watch.asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("name", SAVED)
def test_a_saved_file_runs_no_text_of_users(saved: Callable[..., Watch], name: str) -> None:
    watch = saved(name, bypass_csp=True)  # the policy would stop it as well
    for lng, lat in ((118.16, 36.19), (118.152, 36.182), (118.17, 36.2)):
        x, y = watch.spot(lng, lat)
        watch.page.mouse.move(x, y)
        watch.page.wait_for_timeout(120)
        watch.click(lng, lat)
    assert watch.run("() => window.hacked") is None


def test_a_saved_file_tells_of_what_is_chosen(saved: Callable[..., Watch]) -> None:
    watch = saved("open-problems")
    watch.click(118.16, 36.19)
    assert watch.page.locator(".geo-popup h4").inner_text() == EVIL
    assert styles.STATE_TITLES["filed"] in watch.page.locator(".geo-popup table").inner_text()


def test_a_saved_file_says_whose_data_as_of_when(saved: Callable[..., Watch]) -> None:
    line = saved("parcels").page.locator(".geo-source").text_content()
    assert line is not None
    assert "Demonstration with invented data · As of 2021-12-20 10:00" in line
    assert EVIL in line


def test_the_legend_shows_the_groups_of_its_page_only(saved: Callable[..., Watch]) -> None:
    said = saved("parcels").page.locator(".geo-legend li").all_inner_texts()
    assert said == ["Bare", "In treatment", "Treated", EVIL]


def test_the_legend_is_folded_on_a_phone(saved: Callable[..., Watch]) -> None:
    assert not saved("parcels", viewport=PHONE).page.locator(".geo-legend-body").is_visible()


# Pages with a server


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
    assert (query, hash_) == ({"category": "c", "overdue": "1"}, "draw=canvas")


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


def test_late_listeners_hear_the_last_view_once(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    heard = watch.run("() => { const heard = []; geo.on('view', (view) => heard.push(view)); return heard; }")
    assert len(heard) == 1
    assert heard[0]["bbox"][0] < 118.16 < heard[0]["bbox"][2]


def test_a_listener_that_fails_does_not_silence_the_others(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    heard = watch.run(
        """() => {
            const heard = [];
            geo.on('change', () => { throw new Error('mine'); });
            geo.on('change', ({ id }) => heard.push(id));
            geo.emit('change', { layer: 'x', id: 7 });
            return heard;
        }"""
    )
    assert heard == [7]


@pytest.mark.parametrize(("type_", "taps", "count"), [("Point", 2, 1), ("LineString", 3, 3), ("Polygon", 3, 4)])
def test_a_place_is_picked_by_tapping(saved: Callable[..., Watch], type_: str, taps: int, count: int) -> None:
    watch = saved("parcels")
    watch.run("(type) => { window.picked = geo.pick({ type }); }", type_)
    watch.page.locator(".geo-bar").wait_for()
    for x, y in [(300, 300), (500, 320), (420, 480)][:taps]:
        watch.page.mouse.click(x, y)
    watch.page.get_by_role("button", name="Use this").click()
    shape = watch.run("() => window.picked")
    positions = np.array(shape["coordinates"]).reshape(-1, 2)
    assert (shape["type"], len(positions)) == (type_, count)
    assert np.all(np.abs(positions - [118.16, 36.19]) < 0.05)


def test_giving_up_a_pick_gives_nothing(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    watch.run("() => { window.picked = geo.pick({ type: 'Point' }); }")
    watch.page.locator(".geo-bar").wait_for()
    watch.page.keyboard.press("Escape")
    assert watch.run("() => window.picked") is None


def test_the_theme_changes_the_picture_at_once(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    watch.run("() => { document.documentElement.dataset.theme = 'dark'; }")
    watch.page.wait_for_timeout(100)
    colour = "async () => (await geo.surface()).renderer.style.layers.find(({ id }) => id === 'ground/backdrop').paint"
    assert watch.run(colour) == {"background-color": "#11171d"}


def test_a_highlight_is_one_at_a_time(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    for shape in (mapping(SQUARE), mapping(Point(118.16, 36.19))):
        watch.run("(shape) => geo.highlight(shape)", shape)
    assert watch.page.locator(".geo-highlight-line").count() == 1
    watch.run("() => geo.highlight(null)")
    assert watch.page.locator(".geo-highlight-line").count() == 0
