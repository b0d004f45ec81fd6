"""Drawing parcels in a real browser on the running service: snapping, refusals, conflicts, holes, fingers."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser
from shapely.geometry import Polygon, mapping, shape

from tests.map_pages import PHONE, Watch, map_browser, watched_pages

pytestmark = pytest.mark.browser

LNG, LAT = 114.0, 22.5195  # inside the demo town's bounds, away from its parcels
SIDE = 0.001


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with map_browser() as browser:
        yield browser


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Watch]]:
    with watched_pages(chromium) as make:
        yield make


@pytest.fixture
def api(service_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{service_url}/api/v1", timeout=30) as client:
        yield client


@pytest.fixture
def stored(api: httpx.Client) -> Any:
    """A parcel of its own for the test; deleted afterwards, if the test has not done it."""
    ring = [(LNG, LAT), (LNG + SIDE, LAT), (LNG + SIDE, LAT + SIDE), (LNG, LAT + SIDE)]
    body = {"type": "Feature", "geometry": mapping(Polygon(ring)), "properties": {"name": "原有地块"}}
    made = api.post("/parcels", json=body).raise_for_status().json()
    yield made
    current = api.get(f"/parcels/{made['id']}")
    if current.status_code == 200:
        api.delete(f"/parcels/{made['id']}", headers={"If-Match": current.headers["etag"]})


@pytest.fixture
def draw(open_page: Callable[..., Watch], service_url: str, stored: Any) -> Callable[..., Watch]:
    def make(**options: Any) -> Watch:
        place = f"{LAT + SIDE / 2},{LNG + SIDE},17.5"
        return open_page(**options).go(f"{service_url}/maps/parcels?lang=en&at={place}#draw=canvas")

    return make


def corner(watch: Watch, lng: float, lat: float, *, off_px: tuple[float, float] = (0, 0)) -> None:
    """Move there as a hand does, then click."""
    x, y = watch.spot(lng, lat)
    x, y = x + off_px[0], y + off_px[1]
    watch.page.mouse.move(x - 4, y - 4)
    watch.page.mouse.move(x, y, steps=3)
    watch.page.wait_for_timeout(60)
    watch.page.mouse.click(x, y)
    watch.page.wait_for_timeout(60)


def tool(watch: Watch, name: str) -> None:
    watch.page.locator(f"[data-tool={name}]").click()
    watch.page.locator(".geo-bar").first.wait_for()
    watch.page.wait_for_load_state("networkidle")


def press(watch: Watch, label: str) -> None:
    watch.page.locator(".geo-bar, .geo-dialog").get_by_role("button", name=label, exact=True).click()


def finished(watch: Watch) -> None:
    watch.page.locator(".geo-bar").wait_for(state="detached")


def choose(watch: Watch) -> None:
    watch.click(LNG + SIDE / 2, LAT + SIDE / 2)


def drag(watch: Watch, start: tuple[float, float], end: tuple[float, float]) -> None:
    watch.page.mouse.move(*watch.spot(*start))
    watch.page.mouse.down()
    watch.page.mouse.move(*watch.spot(*end), steps=4)
    watch.page.mouse.up()


def newest(api: httpx.Client) -> dict[str, Any]:
    features: list[dict[str, Any]] = api.get("/parcels").json()["features"]
    return max(features, key=lambda feature: int(feature["id"]))


def remove(api: httpx.Client, feature: dict[str, Any]) -> None:
    api.delete(f"/parcels/{feature['id']}", headers={"If-Match": f'"{feature["properties"]["version"]}"'})


def test_a_new_parcel_snaps_onto_its_neighbour(draw: Callable[..., Watch], api: httpx.Client, stored: Any) -> None:
    watch = draw()
    tool(watch, "draw")
    corner(watch, LNG + SIDE, LAT, off_px=(7, 6))
    for lng, lat in ((LNG + 2 * SIDE, LAT), (LNG + 2 * SIDE, LAT + SIDE)):
        corner(watch, lng, lat)
    corner(watch, LNG + SIDE, LAT + SIDE, off_px=(6, -7))
    press(watch, "Close the outline")
    said = watch.page.locator(".geo-bar output").inner_text()
    press(watch, "Save")
    finished(watch)
    made = newest(api)
    remove(api, made)
    border = shape(stored["geometry"]).boundary
    touching = [
        at
        for at in made["geometry"]["coordinates"][0][:-1]
        if border.distance(shape({"type": "Point", "coordinates": at})) < 1e-9
    ]
    assert len(touching) == 2
    shown_m2 = float(said.split(" ")[0].replace(",", ""))
    assert shown_m2 == pytest.approx(made["properties"]["area_m2"], rel=1e-4)


def test_an_outline_that_would_cross_itself_is_refused(draw: Callable[..., Watch]) -> None:
    watch = draw()
    tool(watch, "draw")
    for lng, lat in ((0, 2), (1, 2), (1, 3), (0.5, 1.2)):
        corner(watch, LNG + lng * SIDE, LAT + SIDE * (lat - 1))
    assert watch.page.locator(".geo-bar output").inner_text() == "The outline must not cross itself"


def test_escape_leaves_everything_as_it_was(draw: Callable[..., Watch], api: httpx.Client, stored: Any) -> None:
    watch = draw()
    choose(watch)
    tool(watch, "edit")
    drag(watch, (LNG + SIDE, LAT + SIDE), (LNG + 1.4 * SIDE, LAT + 1.2 * SIDE))
    watch.page.keyboard.press("Escape")
    finished(watch)
    assert api.get(f"/parcels/{stored['id']}").json()["geometry"] == stored["geometry"]


def test_a_corner_is_moved_and_taken_back(draw: Callable[..., Watch]) -> None:
    watch = draw()
    choose(watch)
    tool(watch, "edit")
    area = watch.page.locator(".geo-bar output")
    before = area.inner_text()
    drag(watch, (LNG + SIDE, LAT + SIDE), (LNG + 1.4 * SIDE, LAT + 1.2 * SIDE))
    moved = area.inner_text()
    press(watch, "Take back")
    assert moved != before
    assert area.inner_text() == before


@pytest.fixture
def clash(draw: Callable[..., Watch], api: httpx.Client, stored: Any) -> Watch:
    """Mine is one metre wider to the east; meanwhile somebody else has made it higher. Both are asked about."""
    watch = draw()
    choose(watch)
    tool(watch, "edit")
    drag(watch, (LNG + SIDE, LAT + SIDE), (LNG + 1.4 * SIDE, LAT + SIDE))
    ring = [(LNG, LAT), (LNG + SIDE, LAT), (LNG + SIDE, LAT + 1.5 * SIDE), (LNG, LAT + 1.5 * SIDE)]
    change(api, stored, geometry=mapping(Polygon(ring)))
    press(watch, "Save")
    watch.page.locator(".geo-dialog").wait_for()
    return watch


def change(api: httpx.Client, stored: Any, *, geometry: Any = None, **properties: Any) -> None:
    """What somebody else does meanwhile."""
    etag = api.get(f"/parcels/{stored['id']}").headers["etag"]
    body = {"type": "Feature", "properties": properties, **({"geometry": geometry} if geometry else {})}
    api.patch(f"/parcels/{stored['id']}", json=body, headers={"If-Match": etag}).raise_for_status()


def extent(api: httpx.Client, stored: Any) -> tuple[float, float]:
    """How many sides wide and high the stored parcel is."""
    west, south, east, north = shape(api.get(f"/parcels/{stored['id']}").json()["geometry"]).bounds
    return round((east - west) / SIDE, 1), round((north - south) / SIDE, 1)


def test_a_conflict_shows_both_and_changes_nothing(clash: Watch, api: httpx.Client, stored: Any) -> None:
    assert clash.page.locator("path.geo-mine, path.geo-theirs").count() == 2
    assert extent(api, stored) == (1.0, 1.5)


def test_mine_is_kept_when_i_say_so(clash: Watch, api: httpx.Client, stored: Any) -> None:
    press(clash, "Keep mine")
    finished(clash)
    assert extent(api, stored) == (1.4, 1.0)


def test_theirs_stands_when_i_say_so(clash: Watch, api: httpx.Client, stored: Any) -> None:
    press(clash, "Take theirs")
    finished(clash)
    assert extent(api, stored) == (1.0, 1.5)


def test_going_on_loses_neither_and_asks_again(clash: Watch, api: httpx.Client, stored: Any) -> None:
    press(clash, "Go on editing")
    press(clash, "Save")
    press(clash, "Keep mine")
    finished(clash)
    assert extent(api, stored) == (1.4, 1.0)


def test_a_change_of_other_fields_is_no_conflict(draw: Callable[..., Watch], api: httpx.Client, stored: Any) -> None:
    watch = draw()
    choose(watch)
    tool(watch, "edit")
    drag(watch, (LNG + SIDE, LAT + SIDE), (LNG + 1.4 * SIDE, LAT + SIDE))
    change(api, stored, name="改了名")
    press(watch, "Save")
    finished(watch)
    assert extent(api, stored) == (1.4, 1.0)
    assert api.get(f"/parcels/{stored['id']}").json()["properties"]["name"] == "改了名"


def test_a_hole_is_cut(draw: Callable[..., Watch], api: httpx.Client, stored: Any) -> None:
    watch = draw()
    choose(watch)
    tool(watch, "cut")
    for lng, lat in ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.3, 0.3)):
        corner(watch, LNG + lng * SIDE, LAT + lat * SIDE)
    press(watch, "Save")
    finished(watch)
    after = api.get(f"/parcels/{stored['id']}").json()
    assert len(after["geometry"]["coordinates"]) == 2
    assert after["properties"]["area_m2"] == pytest.approx(stored["properties"]["area_m2"] * 0.84, rel=0.02)


def test_deleting_is_asked_about_first(draw: Callable[..., Watch], api: httpx.Client, stored: Any) -> None:
    watch = draw()
    choose(watch)
    watch.page.locator("[data-tool=remove]").click()
    press(watch, "Delete for good")
    watch.page.locator(".geo-dialog").wait_for(state="detached")
    watch.page.wait_for_load_state("networkidle")
    assert api.get(f"/parcels/{stored['id']}").status_code == 404


def test_a_finger_draws_too(draw: Callable[..., Watch], api: httpx.Client) -> None:
    watch = draw(has_touch=True, is_mobile=True, viewport=PHONE)
    watch.page.locator("[data-tool=draw]").tap()
    watch.page.locator(".geo-bar").wait_for()
    for x, y in ((120, 230), (300, 240), (310, 420), (130, 430), (120, 230)):
        watch.page.touchscreen.tap(x, y)
        watch.page.wait_for_timeout(300)
    watch.page.get_by_role("button", name="Save", exact=True).first.tap()
    finished(watch)
    made = newest(api)
    remove(api, made)
    assert len(made["geometry"]["coordinates"][0]) == 5
