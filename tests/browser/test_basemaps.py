"""What a map lies on, in a real browser: pictures and vectors on every way of drawing, and what becomes of faults."""

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from geo_service.security.rules import MAPS
from maps.basemap_looks import LOOKS
from maps.styles import GROUND
from tests.archives import PLACE, town_archive
from tests.browser.conftest import PATIENCE_S, Visit, profile
from tests.browser.test_looking_back import ago
from tests.conftest import Service, served
from tests.tile_server import COLOURS, TileServer, lattice, tile_server

pytestmark = pytest.mark.browser
WAYS = ("soft", "hard", "canvas")
AT = f"at={PLACE[1]},{PLACE[0]},15"
EVIL = "<img src=x onerror=window.__xss=1>"
BASE = ".geo-base summary"
NOTE = ".geo-base-note"
OTHER_DAY = ".leaflet-geo-other-day-pane"
LINES = ("ground/minor", "ground/road", "ground/border-village")
# A dot on the edge of a tile that is still faint would seem to lie beside its place.
ONE_ZOOM = """[...document.querySelectorAll('.leaflet-layer')].every(
  (one) => [...one.querySelectorAll('.leaflet-tile-container')].filter((level) => level.children.length).length < 2)"""
FADED_IN = "[...document.querySelectorAll('.leaflet-tile')].every(one => one.complete && one.style.opacity === '1')"
DRAWN = "names => geo.surface().then(async s => { await s.idle(); return names.map(name => s.drawn(name)); })"
QUIET_MAP = ".leaflet-control-container, .geo-surface, .geo-fault, #toasts { display: none !important }"


@pytest.fixture(scope="module")
def tiles() -> Iterator[TileServer]:
    with tile_server() as running:
        yield running


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, tiles: TileServer) -> Iterator[Service]:
    """A demo town with basemaps of each kind."""
    folder = tmp_path_factory.mktemp("basemaps")
    with served(folder, demo=True) as running:
        (folder / "basemaps").mkdir()
        town_archive(folder / "basemaps" / "town.pmtiles")
        set_basemaps(running, rows(tiles))
        yield running


def rows(tiles: TileServer) -> list[dict[str, Any]]:
    plain = {"kind": "tiles", "quiet": False, "max_zoom": 17}
    at = lambda *kinds: [f"{tiles.url}/{kind}/{{z}}/{{x}}/{{y}}" for kind in kinds]  # noqa: E731
    return [
        {"key": "red", "name": "影像", "attribution": "© 示例影像", "addresses": at("red", "glass"), **plain},
        {"key": "town", "name": "街道", "kind": "file", "file": "town.pmtiles", "attribution": "© 示例矢量"},
        {"key": "dots", "name": "点阵", "addresses": at("dots"), "datum": "gcj02", **plain},
        {"key": "evil", "name": EVIL, "attribution": EVIL, "addresses": at("blue"), **plain},
    ]  # fmt: skip


def set_basemaps(town: Service, basemaps: list[dict[str, Any]]) -> None:
    httpx.put(f"{town.url}/api/v1/basemaps", json={"basemaps": basemaps}, timeout=30).raise_for_status()


@pytest.fixture
def seen(chromium: Browser, town: Service, tiles: TileServer) -> Iterator[Visit]:
    """A desk with WebGL, a fresh profile; a policy that is broken shows as a fault."""
    tiles.is_broken, tiles.wait_s = False, 0.0
    context = profile(chromium)
    yield Visit(context.new_page(), town.url)
    context.close()


@pytest.fixture
def light(light_chromium: Browser, town: Service, tiles: TileServer) -> Iterator[Visit]:
    """A desk without WebGL."""
    tiles.is_broken, tiles.wait_s = False, 0.0
    context = profile(light_chromium)
    yield Visit(context.new_page(), town.url)
    context.close()


def settled(visit: Visit) -> None:
    """Everything asked for is drawn, pictures too."""
    visit.page.evaluate("geo.surface().then(s => s.idle())")
    visit.until(FADED_IN)
    visit.until(ONE_ZOOM)  # those of the zoom before are taken away
    visit.page.wait_for_timeout(100)


def choose(visit: Visit, key: str) -> None:
    if not visit.page.locator(".geo-base[open]").count():
        visit.see(BASE).click()
    visit.see(f".geo-base-list label:has([value='{key}'])").click()


def picture(visit: Visit) -> np.ndarray:
    """What the map shows, as pixels."""
    shot = visit.page.locator(".folium-map").screenshot()
    return np.asarray(Image.open(BytesIO(shot)).convert("RGB")).astype(int)


def share_of(pixels: np.ndarray, colour: tuple[int, ...] | str, slack: int = 6) -> float:
    """How much of the picture has that colour."""
    if isinstance(colour, str):
        colour = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return float((np.abs(pixels - colour[:3]).max(axis=-1) <= slack).mean())


def drawn(visit: Visit, *layers: str) -> list[int]:
    """How many features of each layer are on the map."""
    counts: list[int] = visit.page.evaluate(DRAWN, list(layers))
    return counts


def backdrop(theme: str = "light") -> str:
    return GROUND[theme]["area"]  # type: ignore[index]


# ---------------------------------------------------------------- choosing


def test_the_own_layers_are_what_a_map_begins_with(seen: Visit, tiles: TileServer) -> None:
    tiles.asked.clear()
    seen.go(f"/maps/open-problems?{AT}")
    settled(seen)
    assert share_of(picture(seen), backdrop()) > 0.3
    assert tiles.asked == [] and seen.foreign == []
    seen.see(BASE).click()
    assert [text.strip() for text in seen.texts(".geo-base-list label")] == ["自有图层", "影像", "街道", "点阵", EVIL]
    assert seen.page.locator(".geo-base-list [value='']").is_checked()


def test_a_choice_is_remembered_and_stands_in_the_address(light: Visit, town: Service) -> None:
    light.go(f"/maps/open-problems?{AT}")
    choose(light, "red")
    light.until("geo.state.get().base === 'red'")
    light.go("/maps/clean-zones")
    light.until("geo.state.get().base === 'red'")
    assert light.page.evaluate("geo.under.basemap.key") == "red"
    light.go(f"/maps/open-problems?{AT}&base=town")  # somebody else's address says another one
    light.until("geo.under.basemap?.key === 'town'")
    choose(light, "")
    light.until("!geo.under.basemap && !geo.state.get().base")
    light.go("/maps/open-problems")
    settled(light)
    assert light.page.evaluate("geo.under.basemap") is None


def test_a_basemap_that_is_offered_no_longer_is_the_own_layers(light: Visit) -> None:
    light.go(f"/maps/open-problems?{AT}&base=never")
    settled(light)
    assert light.page.evaluate("geo.under.basemap") is None
    assert light.page.locator(NOTE).inner_text() == ""


def test_it_is_chosen_by_keyboard(light: Visit) -> None:
    light.go(f"/maps/open-problems?{AT}")
    light.see(BASE).focus()
    light.page.keyboard.press("Enter")
    light.page.keyboard.press("Tab")
    light.page.keyboard.press("ArrowDown")
    light.until("geo.under.basemap?.key === 'red'")
    light.page.keyboard.press("Escape")
    assert light.page.locator(".geo-base[open]").count() == 0
    assert light.page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_back_and_forward_follow_the_address(light: Visit) -> None:
    light.go(f"/maps/open-problems?{AT}")
    choose(light, "red")
    light.until("geo.under.basemap?.key === 'red'")
    light.see("[data-tile=overdue]").click()
    light.until("geo.state.get().overdue === '1'")
    choose(light, "")
    light.until("!geo.under.basemap")
    light.page.go_back()
    light.until("geo.under.basemap?.key === 'red'")


@pytest.mark.parametrize("page", sorted(MAPS))
def test_every_map_offers_them(light: Visit, page: str) -> None:
    light.go(f"/maps/{page}?base=red")
    light.until("geo.under.basemap?.key === 'red'")
    light.see(BASE)


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize("way", WAYS)
def test_pictures_lie_under_our_own_layers(seen: Visit, way: str) -> None:
    seen.go(f"/maps/open-problems?{AT}&base=red&lang=zh#draw={way}")
    settled(seen)
    pixels = picture(seen)
    assert share_of(pixels, COLOURS["red"]) > 0.5
    assert share_of(pixels, backdrop()) < 0.02
    assert sum(drawn(seen, *LINES)) > 5
    assert sum(drawn(seen, "problems/mark", "problems/point")) > 0
    assert seen.text(".geo-base-line:not(.geo-base-note)") == "© 示例影像"
    assert seen.faults == []


def test_a_provider_learns_our_name_and_not_what_is_looked_at(light: Visit, tiles: TileServer) -> None:
    tiles.referrers.clear()
    light.go(f"/maps/open-problems?{AT}&base=red")
    settled(light)
    assert tiles.referrers == {f"{light.base}/"}


def test_other_peoples_colours_stand_back(light: Visit, town: Service, tiles: TileServer) -> None:
    quiet = [{**row, "quiet": True, "dark": True} if row["key"] == "red" else row for row in rows(tiles)]
    set_basemaps(town, quiet)
    try:
        shown = {}
        for theme in ("light", "dark"):
            light.go(f"/maps/open-problems?{AT}&base=red&theme={theme}")
            settled(light)
            spot = picture(light).reshape(-1, 3)
            shown[theme] = np.median(spot, axis=0)
        assert all(np.ptp(colour) < 0.4 * np.ptp(COLOURS["red"][:3]) for colour in shown.values())
        assert shown["light"].mean() > 100
    finally:
        set_basemaps(town, rows(tiles))


def test_names_over_bright_pictures_are_those_of_a_bright_page(light: Visit) -> None:
    light.go(f"/maps/open-problems?{AT}&base=red&theme=dark")
    light.until("geo.under.basemap?.key === 'red'")
    settled(light)
    layer = "geo.surface().then(s => s.style().layers.find(one => one.id === 'ground/area-name'))"
    assert light.page.evaluate(layer)["paint"]["text-color"] == GROUND["light"]["text"]


def test_what_people_wrote_of_a_basemap_is_text(light: Visit) -> None:
    light.go(f"/maps/open-problems?{AT}&base=evil")
    settled(light)
    light.see(BASE).click()
    assert light.text(".geo-base-line:not(.geo-base-note)") == EVIL
    assert EVIL in light.text(".geo-base-list")
    assert light.page.evaluate("window.__xss ?? null") is None
    assert light.page.locator("img[src=x]").count() == 0
    assert light.faults == []


# ---------------------------------------------------------------- vectors


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("way", WAYS)
def test_vectors_of_a_file_are_drawn_in_our_own_quiet_colours(seen: Visit, way: str, theme: str) -> None:
    seen.go(f"/maps/open-problems?{AT}&base=town&theme={theme}&lang=zh#draw={way}")
    settled(seen)
    parts = ("water", "landuse", "buildings", "roads-highway", "roads-highway-case", "boundaries", "places-town",
             "roads-name-highway")  # fmt: skip
    counts = drawn(seen, *(f"ground/base-{part}" for part in parts))
    assert [part for part, count in zip(parts, counts, strict=True) if not count] == []
    pixels = picture(seen)
    assert share_of(pixels, LOOKS["land"][theme], 2) > 0.15
    assert share_of(pixels, LOOKS["water"][theme], 2) > 0.01
    assert share_of(pixels, LOOKS["green"][theme], 2) > 0.01
    assert seen.text(".geo-base-line:not(.geo-base-note)") == "© 示例矢量"
    assert seen.foreign == [] and seen.faults == []


def test_names_are_written_in_the_language_of_the_page(light: Visit) -> None:
    layer = "geo.surface().then(s => s.style().layers.find(one => one.id === 'ground/base-places-town'))"
    for lang, first in (("zh", "name:zh"), ("en", "name:en")):
        light.go(f"/maps/open-problems?{AT}&base=town&lang={lang}")
        light.until("geo.under.basemap?.key === 'town'")
        settled(light)
        assert light.page.evaluate(layer)["layout"]["text-field"][1] == ["get", first]


def test_a_schema_with_other_names_is_drawn_too(seen: Visit, town: Service, tiles: TileServer) -> None:
    """The names of OpenMapTiles, and of them only the layers that the file has."""
    folder = Path(town.environment["GEO_SERVICE_DATA_DIR"]) / "basemaps"
    town_archive(folder / "omt.pmtiles", {"buildings": "building", "landuse": "park", "roads": "nobody-knows"})
    set_basemaps(town, [*rows(tiles), {"key": "omt", "name": "OMT", "kind": "file", "file": "omt.pmtiles"}])
    try:
        seen.go(f"/maps/open-problems?{AT}&base=omt")
        settled(seen)
        ids = seen.page.evaluate("geo.surface().then(s => s.style().layers.map(l => l.id))")
        assert {"ground/base-building", "ground/base-park", "ground/base-water"} <= set(ids)
        assert not [one for one in ids if one.startswith("ground/base-roads")]
        assert drawn(seen, "ground/base-building")[0] > 0
    finally:
        set_basemaps(town, rows(tiles))


# ---------------------------------------------------------------- GCJ-02: the tiles are moved, never the data

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


# ---------------------------------------------------------------- faults


def test_the_own_ground_returns_when_pictures_do_not_come(light: Visit, tiles: TileServer) -> None:
    tiles.is_broken = True
    light.go(f"/maps/open-problems?{AT}&base=red")
    light.until(f"document.querySelector('{NOTE}').textContent !== ''")
    light.page.evaluate("geo.surface().then(s => s.idle())")
    assert share_of(picture(light), backdrop()) > 0.3
    assert light.page.locator(".geo-base-line:not(.geo-base-note)").is_hidden()
    assert light.page.locator(".toast.error").count() == 0
    tiles.is_broken = False
    light.page.evaluate("geo.map.then(m => m.setZoom(16, { animate: false }))")
    light.until(f"document.querySelector('{NOTE}').textContent === ''")
    settled(light)
    assert share_of(picture(light), COLOURS["red"]) > 0.5


def test_pictures_that_never_come_are_not_waited_for(light: Visit, tiles: TileServer) -> None:
    tiles.wait_s = 30.0
    light.page.goto(f"{light.base}/maps/open-problems?{AT}&base=red", wait_until="domcontentloaded")
    light.until(f"document.querySelector('{NOTE}')?.textContent")
    assert light.page.evaluate("geo.under.basemap") is None
    tiles.wait_s = 0.0


@pytest.mark.parametrize("way", ["soft", "canvas"])
def test_the_own_ground_returns_when_a_file_is_damaged(seen: Visit, town: Service, way: str) -> None:
    path = Path(town.environment["GEO_SERVICE_DATA_DIR"]) / "basemaps" / "town.pmtiles"
    whole = path.read_bytes()
    seen.page.route("**/basemaps/town/**", lambda route: route.continue_(url=route.request.url.split("?")[0]))
    try:
        seen.go(f"/maps/open-problems?{AT}#draw={way}")
        settled(seen)
        path.write_bytes(whole[:500])
        choose(seen, "town")
        seen.until(f"document.querySelector('{NOTE}').textContent !== ''")
        settled(seen)
        assert share_of(picture(seen), backdrop()) > 0.3
        assert seen.page.locator(".toast.error").count() == 0
    finally:
        path.write_bytes(whole)


# ---------------------------------------------------------------- beside


def test_two_days_side_by_side_lie_on_one_basemap(light: Visit) -> None:
    light.go(f"/maps/open-problems?{AT}&base=red&as_of={ago(8)}&compare={ago(0)}")
    light.see(".geo-compare")
    settled(light)
    clip = "name => document.querySelector(name).style.clip"
    left, right = (light.page.evaluate(clip, name) for name in (".leaflet-overlay-pane", OTHER_DAY))
    assert left.startswith("rect(") and right.startswith("rect(") and left != right
    assert share_of(picture(light), COLOURS["red"]) > 0.4
    light.see("[data-act=close]").click()
    light.until("document.querySelector('.leaflet-overlay-pane').style.clip === ''")


def test_it_is_said_that_saved_maps_keep_the_own_ground(light: Visit) -> None:
    light.go(f"/maps/open-problems?{AT}&base=red")
    light.until("geo.under.basemap?.key === 'red'")
    light.see("#save-html").click()
    light.see("#own-ground")
    light.page.click(".segment:has-text('HTML')")
    light.see("#file-size")


def test_a_phone_offers_them_and_says_whose_they_are(light_chromium: Browser, town: Service) -> None:
    context = profile(light_chromium, phone=True)
    phone = Visit(context.new_page(), town.url)
    phone.go(f"/maps/open-problems?{AT}")
    choose(phone, "red")
    phone.until("geo.under.basemap?.key === 'red'")
    box = phone.see(".geo-base-list").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    line = phone.see(".geo-base-line:not(.geo-base-note)").bounding_box()
    peek = phone.see("#panel").bounding_box()
    button = phone.see(".report-button").bounding_box()
    assert line and peek and button
    assert line["y"] + line["height"] <= min(peek["y"], button["y"])
    context.close()
