"""What a map lies on, in a real browser: pictures and vectors on every way of drawing, and what becomes of faults."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from geo_service.security.rules import MAPS
from maps.basemap_looks import LOOKS
from maps.styles import GROUND
from tests.archives import town_archive
from tests.browser.basemap_towns import AT, EVIL, picture, rows, set_basemaps, settled, town_with_basemaps
from tests.browser.conftest import Visit, profile
from tests.browser.test_looking_back import ago
from tests.conftest import Service
from tests.tile_server import COLOURS, TileServer, tile_server

pytestmark = pytest.mark.browser
WAYS = ("soft", "hard", "canvas")
BASE = ".geo-base summary"
NOTE = ".geo-base-note"
OTHER_DAY = ".leaflet-geo-other-day-pane"
LINES = ("ground/minor", "ground/road", "ground/border-village")
DRAWN = "names => geo.surface().then(async s => { await s.idle(); return names.map(name => s.drawn(name)); })"


@pytest.fixture(scope="module")
def tiles() -> Iterator[TileServer]:
    with tile_server() as running:
        yield running


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, tiles: TileServer) -> Iterator[Service]:
    """A demo town with basemaps of each kind."""
    with town_with_basemaps(tmp_path_factory.mktemp("basemaps"), tiles) as running:
        yield running


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


def choose(visit: Visit, key: str) -> None:
    if not visit.page.locator(".geo-base[open]").count():
        visit.see(BASE).click()
    visit.see(f".geo-base-list label:has([value='{key}'])").click()


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
