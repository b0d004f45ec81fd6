"""How fast the page of open problems is in a real Chromium that draws in software: `python -m benchmarks.browser`.

Measured on a desk's window (1440×900), with an empty cache: what crosses the wire until the first map is
drawn, how long that takes, how smoothly the map is dragged and zoomed, and what the page keeps in memory.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, Request, sync_playwright

from benchmarks.data import loaded_store
from benchmarks.service import Running
from benchmarks.table import Row, heading, table

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = [
    "--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--enable-precise-memory-info",
]  # fmt: skip
DESK = {"width": 1440, "height": 900}
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
    """One first visit: seconds until the map is drawn, kB and answers until then."""

    ready_s: float
    wire_kb: float
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

    def answers(self) -> list[int]:
        """The bytes of each answer so far, head and body, compressed as they came."""
        return [_bytes_of(request) for request in self._answered]


def _bytes_of(request: Request) -> int:
    """Of a worker's script Chromium tells no size, so there the head's word counts."""
    sizes, answer = request.sizes(), request.response()
    said = answer.headers.get("content-length", "0") if answer else "0"
    return sizes["responseHeadersSize"] + (sizes["responseBodySize"] or int(said))


@contextmanager
def fresh_page() -> Iterator[Page]:
    """A page in a browser that has seen nothing yet."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        page = browser.new_context(viewport=DESK, locale="zh-CN").new_page()  # type: ignore[arg-type]
        page.set_default_timeout(SETTLED_S * 1000)
        yield page
        browser.close()


def first_visit(page: Page, url: str) -> Visit:
    """Open the page and wait for its map."""
    wire = Wire(page)
    page.goto(url + PAGE, wait_until="commit")
    page.wait_for_load_state("load")
    ready_ms = float(page.evaluate(READY))
    answers = wire.answers()
    return Visit(ready_ms / 1000, sum(answers) / 1000, len(answers))


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


def measure(url: str) -> list[Row]:
    """The rows of the table for a running service."""
    visits: list[Visit] = []
    for _ in range(VISITS):
        with fresh_page() as page:
            visits.append(first_visit(page, url))
    with fresh_page() as page:
        first_visit(page, url)
        drag, zoom, heap = dragged(page), zoomed(page), heap_mb(page)
    wire = visits[-1]
    return [
        Row("first map drawn", f"{len(visits)} visits", f"{median(visit.ready_s for visit in visits):.2f} s"),
        Row("over the wire until then", f"{wire.answers} answers", f"{wire.wire_kb:,.0f} kB"),
        Row("dragging", f"longest frame {drag.longest_ms:.0f} ms", f"{drag.fps:.0f} frames/s"),
        Row("whole again after dragging", "", f"{drag.settled_s:.2f} s"),
        Row("zooming", f"longest frame {zoom.longest_ms:.0f} ms", f"{zoom.fps:.0f} frames/s"),
        Row("whole again after zooming", "", f"{zoom.settled_s:.2f} s"),
        Row("script memory", "after collection", f"{heap:.0f} MB"),
    ]


def main() -> None:
    """Measure a service that runs, one on a given store, or one on made data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__)
    parser.add_argument("--url", help="a service that runs already")
    parser.add_argument("--store", help="a store that holds a town already (gpkg:///… or postgresql://…)")
    parser.add_argument("--scale", type=float, default=0.1, help="how much data to make: 1 = 1,000,000 problems")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="geo-service-bench-") as name:
        folder = Path(name)
        if asked.url:
            rows = measure(asked.url)
        else:
            store = asked.store or loaded_store(folder, scale=asked.scale)
            with Running(store, folder) as service:
                rows = measure(service.url)
    print(heading("The page of open problems in Chromium"))
    print(table(rows))


if __name__ == "__main__":
    main()
