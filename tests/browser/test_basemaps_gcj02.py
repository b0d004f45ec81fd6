"""A basemap in GCJ-02 in a real browser: the tiles are moved to where they belong, never the data."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.archives import PLACE
from tests.browser.basemap_towns import AT, picture, settled, town_with_basemaps
from tests.browser.conftest import PATIENCE_S, Visit, profile
from tests.tile_server import lattice, tile_server

pytestmark = pytest.mark.browser
QUIET_MAP = ".leaflet-control-container, .geo-surface, .geo-fault, #toasts { display: none !important }"
# Where the map puts places, to a part of a pixel (latLngToContainerPoint rounds).
SPOTS = """(dots) => geo.map.then((map) => dots.map(([lng, lat]) => {
  const { x, y } = map.layerPointToContainerPoint(map.project([lat, lng]).subtract(map.getPixelOrigin()));
  return [x, y];
}))"""
VIEW = """geo.map.then((map) => {
  const b = map.getBounds();
  return { box: [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()], zoom: map.getZoom() };
})"""
DEEPEST = 17


@pytest.fixture(scope="module")
def town_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with tile_server() as tiles, town_with_basemaps(tmp_path_factory.mktemp("gcj02"), tiles) as running:
        yield running.url


@pytest.fixture
def light(light_chromium: Browser, town_url: str) -> Iterator[Visit]:
    """A desk without WebGL."""
    context = profile(light_chromium)
    yield Visit(context.new_page(), town_url)
    context.close()


def come_to_rest(visit: Visit, before: object) -> None:
    """The map has left the view of before and glides no more."""
    last = before
    late = time.monotonic() + PATIENCE_S
    while (now := visit.page.evaluate(VIEW)) == before or now != last:
        assert time.monotonic() < late, "the map never came to rest"
        last = now
        visit.page.wait_for_timeout(300)


def off_by(visit: Visit) -> np.ndarray:
    """How far, in pixels, each dot of the picture lies from where the map puts its place."""
    settled(visit)
    view = visit.page.evaluate(VIEW)
    z = min(round(view["zoom"] + 1e-9), DEEPEST)
    scale = 2 ** (view["zoom"] - z)
    spots = np.array(visit.page.evaluate(SPOTS, lattice(*view["box"], z).tolist()))
    dark = 255 - picture(visit).mean(axis=-1)
    dark[dark < 24] = 0  # fainter than any dot: the hairlines where Chromium joins pictures at a broken zoom
    window = int(np.ceil(10 * scale))
    room = window + 2
    height, width = dark.shape
    inside = ((spots > room) & (spots < (width - room, height - room))).all(axis=1)
    found = []
    for x, y in spots[inside]:
        left, top = int(x) - window, int(y) - window
        part = dark[top : top + 2 * window + 1, left : left + 2 * window + 1]
        assert part.sum() > 0, f"no dot near {x:.0f}, {y:.0f}"
        rows_, columns = np.mgrid[0 : part.shape[0], 0 : part.shape[1]] + 0.5
        there = (columns * part).sum() / part.sum() + left, (rows_ * part).sum() / part.sum() + top
        found.append(np.hypot(there[0] - x, there[1] - y))
    return np.array(found)


MANY = (7, 10, 11, 12.5, 13, 14, 15.25, 16, 17, 18.5)
FEW = (7, 12.5, 17)


@pytest.mark.parametrize(
    ("lng", "lat", "zooms"),
    [(*PLACE, MANY), (118.16, 36.19, FEW), (87.62, 43.82, FEW), (126.63, 45.75, FEW)],
    ids=["Shenzhen", "Yiyuan", "Ürümqi", "Harbin"],
)  # fmt: skip
def test_a_map_in_gcj02_lies_where_its_places_are(
    light: Visit, lng: float, lat: float, zooms: tuple[float, ...]
) -> None:
    """At whole and broken zooms, and closer than the deepest tiles."""
    light.go(f"/maps/open-problems?at={lat},{lng},13&base=dots&theme=light")
    light.until("geo.under.basemap?.key === 'dots'")
    light.page.add_style_tag(content=QUIET_MAP)
    for zoom in zooms:
        light.page.evaluate(f"geo.map.then(m => m.setView([{lat}, {lng}], {zoom}, {{ animate: false }}))")
        off = off_by(light)
        assert len(off) > 10
        assert off.max() <= 0.5, (zoom, off.max())


def test_it_stays_there_while_one_pans_and_zooms(light: Visit) -> None:
    light.go("/maps/open-problems?at=36.19,118.16,15&base=dots&theme=light")
    light.page.add_style_tag(content=QUIET_MAP)
    mouse = light.page.mouse
    for _ in range(3):
        before = light.page.evaluate(VIEW)
        mouse.move(700, 500)
        mouse.down()
        mouse.move(433, 391, steps=6)
        mouse.up()
        come_to_rest(light, before)
        assert off_by(light).max() <= 0.5
        before = light.page.evaluate(VIEW)
        mouse.wheel(0, -140)
        come_to_rest(light, before)
        assert off_by(light).max() <= 0.5


def test_outside_of_china_nothing_is_moved(light: Visit) -> None:
    light.go("/maps/open-problems?at=35.68,139.76,13&base=dots&theme=light")
    light.page.add_style_tag(content=QUIET_MAP)
    assert off_by(light).max() <= 0.3


def test_between_the_moved_tiles_no_gap_is_seen(light: Visit) -> None:
    light.go(f"/maps/open-problems?{AT}&base=dots&theme=light")
    light.page.add_style_tag(content=QUIET_MAP + ".folium-map { background: #ff00ff !important }")
    for zoom in (10, 11, 13.25, 16, 18.5):
        light.page.evaluate(f"geo.map.then(m => m.setZoom({zoom}, {{ animate: false }}))")
        settled(light)
        pixels = picture(light)
        behind = pixels[..., 0] - pixels[..., 1] > 20  # the colour behind; a pixel of it where four corners meet
        assert behind.mean() < 1e-4, zoom
        assert max(behind.sum(axis=0).max(), behind.sum(axis=1).max()) < 12, zoom  # and no line of them
