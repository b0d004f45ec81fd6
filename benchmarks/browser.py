"""How fast the page of open problems is in a real Chromium: `python -m benchmarks.browser --scale 1`.

In each of the three ways of drawing (a GPU's, which is software here; software once a move; without WebGL), signed in,
on a desk's window (1440×900), with an empty cache: what crosses the wire until the first map is drawn, how long that
takes, how smoothly the map is dragged and zoomed, and what the page keeps in memory. With the problems and the roads of
the page, all parcels are on the map.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, Request, sync_playwright

from benchmarks.data import loaded_store
from benchmarks.service import ACCOUNT, Running, key_to
from benchmarks.table import Row, heading, table
from geo_service.security.callers import COOKIE
from layers import sign_ins
from layers.accounts_model import NO_CLIENT
from layers.store import open_store

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-dev-shm-usage", "--enable-precise-memory-info"]
# As a machine without a GPU: software draws what is WebGL, and the page itself is drawn the plain way.
WEBGL = ["--enable-unsafe-swiftshader"]
TIERS = {"hard": WEBGL, "soft": WEBGL, "canvas": ["--disable-3d-apis"]}
# What a page may cost: seconds, kB of a first visit, frames a second, MB.
BUDGETS = {"ready": "≤ 2.0", "wire": "≤ 600", "html": "≤ 30", "drag": "≥ 45", "zoom": "≥ 20", "heap": "≤ 40"}
SIZE = {"width": 1440, "height": 900}
PAGE = "/maps/open-problems"
VISITS = 3
GESTURE_S = 3.0
SETTLED_S = 60.0

# When the map first shows problems and nothing is on its way any more, in ms since the page was asked for.
READY = """async () => {
  const surface = await geo.surface();
  const shown = () => surface.style().layers.some(({id}) => id.startsWith('problems/') && surface.drawn(id));
  do await surface.idle(); while (!shown() && await new Promise((next) => setTimeout(next, 20, true)));
  return performance.now();
}"""
WATCH = """() => {
  window.frameTimes = [];
  const note = (now) => { window.frameTimes.push(now); requestAnimationFrame(note); };
  requestAnimationFrame(note);
}"""
SETTLED = "async () => { await (await geo.surface()).idle(); }"


@dataclass(frozen=True, slots=True)
class Visit:
    """One first visit: seconds until the map is drawn, kB until then, of it kB of tiles and kB of HTML."""

    ready_s: float
    wire_kb: float
    tiles_kb: float
    html_kb: float
    answers: int


@dataclass(frozen=True, slots=True)
class Gesture:
    """How smooth a gesture was: frames a second, the longest frame, and how long the map took to be whole again."""

    fps: float
    longest_ms: float
    settled_s: float


class Wire:
    """What a page and its workers receive, as it crosses the network."""

    def __init__(self, page: Page):
        self._answered: list[Request] = []
        page.on("requestfinished", lambda request: self._answered.append(request))

    def answers(self) -> list[tuple[str, int]]:
        """Address and bytes of each answer so far, head and body, compressed as they came."""
        return [(request.url, _bytes_of(request)) for request in self._answered]


def _bytes_of(request: Request) -> int:
    """Of a worker's script Chromium tells no size, so there the head's word counts."""
    sizes, answer = request.sizes(), request.response()
    said = answer.headers.get("content-length", "0") if answer else "0"
    return sizes["responseHeadersSize"] + (sizes["responseBodySize"] or int(said))


@dataclass(frozen=True, slots=True)
class Desk:
    """A service, a session of somebody who sees all, and how the browser draws."""

    url: str
    cookie: str
    tier: str

    @contextmanager
    def fresh_page(self) -> Iterator[Page]:
        """A page in a browser that has seen nothing yet."""
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*SWITCHES, *TIERS[self.tier]])
            context = browser.new_context(viewport=SIZE, locale="zh-CN")  # type: ignore[arg-type]
            context.add_cookies([{"name": COOKIE, "value": self.cookie, "url": self.url}])
            page = context.new_page()
            page.set_default_timeout(SETTLED_S * 1000)
            yield page
            browser.close()

    def first_visit(self, page: Page) -> Visit:
        """Open the page, lay all parcels on its map, and wait until everything is drawn."""
        wire = Wire(page)
        page.goto(f"{self.url}{PAGE}#draw={self.tier}", wait_until="commit")
        page.wait_for_load_state("load")
        page.evaluate("geo.mount('parcels', {})")
        ready_ms = float(page.evaluate(READY))
        answers = wire.answers()
        tiles, html = (sum(size for url, size in answers if part in url) for part in ("/tiles/", PAGE))
        return Visit(ready_ms / 1000, sum(size for _, size in answers) / 1000, tiles / 1000, html / 1000, len(answers))


def dragged(page: Page) -> Gesture:
    """Drag the map to and fro."""
    page.mouse.move(900, 450)
    page.mouse.down()
    begun, step = time.monotonic(), 0
    page.evaluate(WATCH)
    while time.monotonic() - begun < GESTURE_S:
        step += 1
        page.mouse.move(900 + 250 * _to_and_fro(step / 60), 450 + 120 * _to_and_fro(step / 45))
    gesture_end = page.evaluate("performance.now()")
    page.mouse.up()
    return _gesture(page, gesture_end)


def zoomed(page: Page) -> Gesture:
    """Zoom in five times and out again with the wheel."""
    page.mouse.move(900, 450)
    page.evaluate(WATCH)
    for turn in [-240] * 5 + [240] * 5:
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(300)
    return _gesture(page, page.evaluate("performance.now()"))


def _gesture(page: Page, end_ms: float) -> Gesture:
    begun = time.monotonic()
    page.evaluate(SETTLED)
    settled_s = time.monotonic() - begun
    times = [at for at in page.evaluate("window.frameTimes") if at <= end_ms]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return Gesture(1000 * len(gaps) / sum(gaps), max(gaps), settled_s)


def _to_and_fro(turns: float) -> float:
    """A wave between −1 and 1 made of straight lines."""
    return 1 - 4 * abs(turns % 1 - 0.5)


def heap_mb(page: Page) -> float:
    """What the page's scripts keep after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def measure(url: str, cookie: str) -> list[Row]:
    """The rows of the table for a running service."""
    return [row for tier in TIERS for row in _tier(Desk(url, cookie, tier))]


def _tier(desk: Desk) -> list[Row]:
    visits: list[Visit] = []
    for _ in range(VISITS):
        with desk.fresh_page() as page:
            visits.append(desk.first_visit(page))
    with desk.fresh_page() as page:
        desk.first_visit(page)
        drag, zoom, heap = dragged(page), zoomed(page), heap_mb(page)
    wire, ready_s = visits[-1], median(visit.ready_s for visit in visits)
    rest_kb = wire.wire_kb - wire.tiles_kb
    return [
        _row(desk.tier, "first map drawn", f"{len(visits)} visits", f"{ready_s:.2f} s", "ready"),
        _row(desk.tier, "first visit, without tiles", f"{wire.answers} answers", f"{rest_kb:,.0f} kB", "wire"),
        _row(desk.tier, "of it HTML", "", f"{wire.html_kb:,.1f} kB", "html"),
        _row(desk.tier, "tiles of the first map", "", f"{wire.tiles_kb:,.0f} kB"),
        _row(desk.tier, "dragging", f"longest frame {drag.longest_ms:.0f} ms", f"{drag.fps:.0f} frames/s", "drag"),
        _row(desk.tier, "whole again after dragging", "", f"{drag.settled_s:.2f} s"),
        _row(desk.tier, "zooming", f"longest frame {zoom.longest_ms:.0f} ms", f"{zoom.fps:.0f} frames/s", "zoom"),
        _row(desk.tier, "whole again after zooming", "", f"{zoom.settled_s:.2f} s"),
        _row(desk.tier, "script memory", "after collection", f"{heap:.0f} MB", "heap"),
    ]


def _row(tier: str, measured: str, of: str, result: str, budget: str = "") -> Row:
    return Row(f"{tier}: {measured}", of, result, BUDGETS.get(budget, ""))


def session_in(store_url: str) -> str:
    """The secret of a session of the account that the benchmarks use."""
    key_to(store_url)
    store = open_store(store_url)
    try:
        with store.writing() as session:
            account = session.accounts.get(ACCOUNT)
            return sign_ins.begin(session, account, client=NO_CLIENT, now=datetime.now(UTC)).secret
    finally:
        store.close()


def main() -> None:
    """Measure on a given store, or on made data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__)
    parser.add_argument("--store", help="a store that holds a town already (gpkg:///… or postgresql://…)")
    parser.add_argument("--scale", type=float, default=0.1, help="how much data to make: 1 = 1,000,000 problems")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="geo-service-bench-") as name:
        folder = Path(name)
        store = asked.store or loaded_store(folder, scale=asked.scale)
        cookie = session_in(store)
        with Running(store, folder) as service:
            rows = measure(service.url, cookie)
    print(heading("The page of open problems in Chromium"))
    print(table(rows, last="budget"))


if __name__ == "__main__":
    main()
