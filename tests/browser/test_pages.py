"""What holds for every page: no fault, nothing from elsewhere, one language, nothing over anything else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser

from geo_service.pages import PAGES
from tests.browser.conftest import Visit, profile

pytestmark = pytest.mark.browser

PATHS = {name: page.path for name, page in PAGES.items()}
CJK = re.compile(r"[\u4e00-\u9fff]+")
LEAST_TOUCH_PX = 44
DRAWN = ("open-problems", "clean-zones")  # with WebGL, which takes three times as long in software

# All text that a person can see or hear, by element.
SAID = """() => {
  const seen = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const {parentElement: box, data} = walk.currentNode;
    if (data.trim() && box.checkVisibility() && !["SCRIPT", "STYLE"].includes(box.tagName)) seen.push(data.trim());
  }
  for (const name of ["aria-label", "title", "placeholder"])
    for (const box of document.querySelectorAll(`[${name}]`))
      if (box.checkVisibility()) seen.push(box.getAttribute(name));
  return seen;
}"""
# A sheet at full height covers the map on purpose.
BOXES = """places => Object.fromEntries(
  Object.entries(places)
    .filter(([name]) => name !== "zoom" || document.body.dataset.sheet !== "full")
    .map(([name, selector]) => [name, document.querySelector(selector)])
    .filter(([, box]) => box?.checkVisibility())
    .map(([name, box]) => [name, box.getBoundingClientRect().toJSON()]))"""
PLACES = {
    "bar": ".bar",
    "panel": "main.panel",
    "legend": ".geo-legend",
    "report": "#report-button",
    "zoom": ".leaflet-control-zoom",
}
SMALL = """least => [...document.querySelectorAll("button, .bar a, select, [type=text], [type=search]")]
  .filter(box => box.checkVisibility() && box.getBoundingClientRect().width > 0)
  .map(box => [box.outerHTML.slice(0, 90), Math.round(box.getBoundingClientRect().height)])
  .filter(([, height]) => height < least)"""


@dataclass
class Look:
    """What was seen of one page."""

    faults: list[str]
    foreign: list[str]
    said: list[str]
    boxes: dict[str, dict[str, float]]
    small: list[Any]
    wider: bool
    words: dict[str, str]
    data: str


def look_at(visit: Visit, path: str, lang: str) -> Look:
    bodies: list[str] = []
    visit.page.on("response", lambda answer: bodies.append(answer.text()) if "/api/" in answer.url else None)
    visit.go(path, lang=lang, theme="light")
    visit.page.wait_for_load_state("networkidle")
    visit.until("!document.querySelector('.loading') && !document.querySelector('.waiting')")
    page = visit.page
    town = page.evaluate("JSON.stringify([geo.page.town, geo.page.layers])")
    return Look(
        faults=visit.faults,
        foreign=visit.foreign,
        said=page.evaluate(SAID),
        boxes=page.evaluate(BOXES, PLACES),
        small=page.evaluate(SMALL, LEAST_TOUCH_PX),
        wider=page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"),
        words=page.evaluate("geo.page.words"),
        data=town + "".join(bodies),
    )


def reader_of(service_url: str, path: str) -> str:
    """The service's address for an administrator; for nobody where who has signed in already is sent on."""
    return f"http://{service_url.rpartition('@')[2]}" if path == "/login" else service_url


@pytest.fixture(scope="module", params=PATHS)
def on_desk(
    request: pytest.FixtureRequest, chromium: Browser, light_chromium: Browser, service_url: str
) -> Iterator[Look]:
    """Each page on a desk, in Chinese."""
    context = profile(chromium if request.param in DRAWN else light_chromium)
    yield look_at(Visit(context.new_page(), reader_of(service_url, PATHS[request.param])), PATHS[request.param], "zh")
    context.close()


@pytest.fixture(scope="module", params=PATHS)
def on_phone(request: pytest.FixtureRequest, light_chromium: Browser, service_url: str) -> Iterator[Look]:
    """Each page on a phone, in English."""
    context = profile(light_chromium, phone=True)
    yield look_at(Visit(context.new_page(), reader_of(service_url, PATHS[request.param])), PATHS[request.param], "en")
    context.close()


def apart(boxes: dict[str, dict[str, float]]) -> list[tuple[str, str]]:
    """The pairs of boxes that overlap by more than a pixel."""
    names = sorted(boxes)
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    return [(a, b) for a, b in pairs if overlap(boxes[a], boxes[b]) and {a, b} != {"panel", "report"}]


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    wide = min(a["right"], b["right"]) - max(a["left"], b["left"])
    high = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
    return wide > 1 and high > 1


def test_no_fault_on_a_desk(on_desk: Look) -> None:
    assert on_desk.faults == []


def test_no_fault_on_a_phone(on_phone: Look) -> None:
    assert on_phone.faults == []


def test_nothing_comes_from_another_host(on_desk: Look) -> None:
    assert on_desk.foreign == []


def test_the_chinese_page_says_everything_in_chinese(on_desk: Look) -> None:
    english = {template for template, said in on_desk.words.items() if CJK.search(said)}
    assert english
    assert [text for text in on_desk.said if text in english] == []


def test_the_english_page_has_chinese_only_in_data(on_phone: Look) -> None:
    allowed = on_phone.data + "中文"
    runs = {run for text in on_phone.said for run in CJK.findall(text)}
    assert {run for run in runs if run not in allowed} == set()


def test_nothing_lies_over_anything_on_a_desk(on_desk: Look) -> None:
    assert apart(on_desk.boxes) == []


def test_nothing_lies_over_anything_on_a_phone(on_phone: Look) -> None:
    assert apart(on_phone.boxes) == []


BAR = {"brand": ".brand", "pages": ".bar .nav", "tools": ".bar .tools", "bell": "#bell", "me": "#me"}


def test_the_longest_bar_has_room_on_a_desk(visit: Visit) -> None:
    """English words are the longest, and a map's page has the most in its bar."""
    visit.go("/maps/coverage", lang="en")
    for width in (1280, 1440, 1600):
        visit.page.set_viewport_size({"width": width, "height": 900})
        visit.see("#me button")
        boxes = visit.page.evaluate(BOXES, BAR)
        assert {"tools", "me"} <= boxes.keys()
        assert apart(boxes) == [], width


def test_a_phone_needs_no_sideways_scrolling(on_phone: Look) -> None:
    assert not on_phone.wider


def test_a_thumb_hits_every_button(on_phone: Look) -> None:
    assert on_phone.small == []


def test_the_skip_link_is_the_first_stop_of_the_keyboard(visit: Visit) -> None:
    visit.go("/maps/open-problems")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip"


def test_the_language_switch_keeps_place_and_filter(visit: Visit) -> None:
    visit.go("/maps/open-problems", lang="zh", overdue="1")
    visit.see("[data-switch=lang][data-value=en]").click()
    visit.until("document.documentElement?.lang === 'en'")
    query = visit.page.evaluate("location.search")
    assert "overdue=1" in query
    assert "at=" in query


def test_the_language_is_remembered(visit: Visit) -> None:
    visit.go("/help", lang="zh")
    visit.see("[data-switch=lang][data-value=en]").click()
    visit.until("document.documentElement.lang === 'en'")
    visit.go("/help")
    assert visit.page.evaluate("document.documentElement.lang") == "en"


def test_the_brightness_changes_without_loading_the_page_again(visit: Visit) -> None:
    visit.go("/maps/open-problems", theme="light")
    visit.page.evaluate("window.untouched = true")
    light = visit.page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor")
    visit.see("[data-switch=theme][data-value=dark]").click()
    dark = visit.page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor")
    assert (visit.page.evaluate("window.untouched"), dark != light) == (True, True)


def test_the_sheet_of_a_phone_grows_by_keyboard(phone: Visit) -> None:
    phone.go("/maps/open-problems")
    phone.see("#grip").focus()
    low = phone.page.evaluate("document.querySelector('main.panel').offsetHeight")
    phone.page.keyboard.press("ArrowUp")
    phone.until(f"document.querySelector('main.panel').offsetHeight > {low + 100}")
    phone.page.keyboard.press("ArrowDown")
    phone.until(f"document.querySelector('main.panel').offsetHeight === {low}")


def test_the_menu_of_a_phone_leads_to_every_page(phone: Visit) -> None:
    phone.go("/")
    phone.see("#menu-button").click()
    phone.see("#menu.open")
    links = phone.each(".nav a", "href")
    assert sorted(links) == sorted(set(PATHS.values()) - {"/account", "/login"})  # those stand at one's own name
    assert all(link.is_visible() for link in phone.page.locator(".nav a").all())
    assert phone.texts(".nav h2")


def test_an_empty_town_is_led_through_its_first_steps(chromium: Browser, empty_service: Any) -> None:
    context = profile(chromium)
    links = Visit(context.new_page(), empty_service.url).go("/").each(".step a", "href")
    context.close()
    assert links[:2] == ["/admin/import?layer=areas", "/admin/import?layer=road_segments"]
