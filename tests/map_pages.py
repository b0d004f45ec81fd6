"""Pages with maps in a real browser, and what they show: a small town in which every text is an attack."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import shapely
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from shapely.geometry import LineString, Point, Polygon, mapping

from tests.browser.conftest import CHROMIUM, WEBGL, launched
from tests.conftest import enter, missing

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
DESK, PHONE = {"width": 1000, "height": 700}, {"width": 390, "height": 844}
SQUARE = Polygon([(118.15, 36.18), (118.154, 36.18), (118.154, 36.184), (118.15, 36.184)])


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


@contextmanager
def map_browser() -> Iterator[Browser]:
    """A browser that draws maps with WebGL, in software."""
    if not CHROMIUM.exists():
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = launched(playwright, *WEBGL)
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
        self.page.goto(enter(self.page.context, address))
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


@contextmanager
def watched_pages(browser: Browser) -> Iterator[Callable[..., Watch]]:
    """Opens pages, each in a profile of its own with the options that are given."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Watch:
        contexts.append(browser.new_context(**{"viewport": DESK, **options}))
        return Watch(contexts[-1].new_page())

    yield make
    for context in contexts:
        context.close()
