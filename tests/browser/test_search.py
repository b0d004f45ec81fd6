"""The search box of the maps: typed, by keyboard, on desk and phone; what is chosen is marked and in the address."""

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PATH = "/maps/open-problems"
PLACE = "福强路 K1+200"
FIELD, HITS = "#geo-search", "#geo-hits [role=option]"


def typed(visit: Visit, text: str) -> None:
    """Type into the box and wait for its first hit."""
    visit.see(FIELD).fill(text)
    visit.see(HITS)


def centre(visit: Visit) -> list[float]:
    """Longitude and latitude of the middle of the map, once it rests."""
    visit.until("!document.querySelector('.leaflet-zoom-anim .leaflet-zooming')")
    here = visit.page.evaluate("geo.map.then(map => { const c = map.getCenter(); return [c.lng, c.lat]; })")
    return [float(part) for part in here]


def spot(api: httpx.Client, q: str) -> list[float]:
    return [
        float(part) for part in api.get("/search", params={"q": q}).json()["features"][0]["geometry"]["coordinates"]
    ]


def test_a_chosen_place_is_flown_to_marked_and_in_the_address(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    typed(visit, PLACE)
    visit.page.keyboard.press("Enter")
    visit.see(".geo-highlight-line")
    visit.until("geo.state.get().find === 'chainage:福强路@1200'")
    visit.page.wait_for_timeout(1200)
    assert centre(visit) == pytest.approx(spot(api, PLACE), abs=2e-5)
    assert visit.page.evaluate("document.querySelector('#geo-hits').hidden") is True


def test_the_address_shows_it_to_somebody_else(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, find="chainage:福强路@1200")
    visit.see(".geo-highlight-line")
    assert centre(visit) == pytest.approx(spot(api, PLACE), abs=2e-5)
    assert visit.see(FIELD).input_value() == PLACE


def test_a_view_that_the_address_names_stays(visit: Visit) -> None:
    visit.go(PATH, find="area:V10", at="22.54000,114.01000,15")
    visit.see(".geo-highlight-line")
    assert centre(visit) == pytest.approx([114.01, 22.54], abs=1e-4)


def test_the_arrows_go_through_the_hits(visit: Visit) -> None:
    visit.go(PATH)
    typed(visit, "沙洲")
    active = lambda: visit.see(FIELD).get_attribute("aria-activedescendant")  # noqa: E731
    assert active() == "geo-hit-0"
    visit.page.keyboard.press("ArrowDown")
    assert active() == "geo-hit-1"
    assert visit.each(HITS, "aria-selected").index("true") == 1
    visit.page.keyboard.press("ArrowUp")
    visit.page.keyboard.press("ArrowUp")
    assert visit.each(HITS, "aria-selected")[-1] == "true"


def test_a_slash_brings_the_focus_and_escape_clears(visit: Visit) -> None:
    visit.go(PATH)
    visit.see(FIELD)
    visit.page.keyboard.press("/")
    assert visit.page.evaluate("document.activeElement.id") == "geo-search"
    visit.page.keyboard.type("V10")
    visit.see(HITS)
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("Escape")
    assert visit.see(FIELD).input_value() == ""
    assert visit.page.evaluate("document.activeElement.id") != "geo-search"


def test_initials_of_the_pinyin_are_enough(visit: Visit) -> None:
    visit.go(PATH)
    typed(visit, "fql")
    assert visit.each(HITS, "data-key")[0] == "road:福强路"


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "没有找到“不存在的地方”。"), ("en", "Nothing is called “不存在的地方” here.")]
)
def test_nothing_found_is_said(visit: Visit, lang: str, said: str) -> None:
    visit.go(PATH, lang=lang)
    visit.see(FIELD).fill("不存在的地方")
    assert visit.text(".geo-search-said") == said


def test_a_problem_opens_its_card(visit: Visit, api: httpx.Client) -> None:
    one = api.get("/problems", params={"state": "open", "limit": 1}).json()["features"][0]
    visit.go(PATH)
    typed(visit, one["properties"]["code"])
    visit.page.keyboard.press("Enter")
    visit.see(f"article.problem[data-id='{one['id']}']")


def test_what_is_typed_is_never_markup(visit: Visit) -> None:
    visit.go(PATH)
    visit.see(FIELD).fill("<img src=x onerror=alert(1)>")
    assert "<img" in visit.text(".geo-search-said")
    assert visit.page.locator(".geo-search img").count() == 0


@pytest.mark.parametrize(
    "path", ["/maps/clean-zones", "/maps/my-road", "/maps/parcels", "/maps/hotspots", "/maps/coverage"]
)
def test_every_map_has_one(visit: Visit, path: str) -> None:
    visit.go(path)
    assert visit.see(FIELD).is_enabled()
    assert visit.faults == []


def test_on_a_phone_it_unfolds(phone: Visit) -> None:
    phone.go(PATH)
    assert not phone.page.locator(FIELD).is_visible()
    phone.see(".geo-search-open").tap()
    typed(phone, "沙洲村")
    phone.page.locator(HITS).first.tap()
    phone.until("geo.state.get().find === 'area:V10'")
    phone.see(".geo-highlight-line")
    assert phone.faults == []


def test_its_targets_are_large_enough_for_a_finger(phone: Visit) -> None:
    phone.go(PATH)
    phone.see(".geo-search-open").tap()
    typed(phone, "沙洲")
    heights = [one.bounding_box() for one in phone.page.locator(HITS).all()]
    assert min(box["height"] for box in heights if box) >= 44
