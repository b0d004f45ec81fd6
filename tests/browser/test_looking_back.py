"""The slider over the days and the comparison of two: counts of the service, keyboard, touch, the address."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from layers.values import TOWN_TIME
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PATH = "/maps/open-problems"
RANGE = ".geo-days-range"


def ago(days: int) -> str:
    return (datetime.now(TOWN_TIME).date() - timedelta(days=days)).isoformat()


def days(api: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/problems/days").json()["days"]
    return found


def on(api: httpx.Client, day: str) -> dict[str, Any]:
    return next(one for one in days(api) if one["day"] == day)


def marks(visit: Visit, scene: str = "geo.surface()") -> int:
    """How many problems are drawn, once they are."""
    script = (
        f"{scene}.then(async s => {{ await s.idle(); return s.drawn('problems/mark') + s.drawn('problems/point'); }})"
    )
    return int(visit.page.evaluate(script))


def shown(visit: Visit) -> str:
    return str(visit.page.evaluate("geo.state.get().as_of ?? ''"))


# ---------------------------------------------------------------- the slider


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "发现 {found} · 结案 {closed} · 未结案 {open}"), ("en", "{found} found · {closed} closed · {open} open")],
)
def test_a_day_tells_the_services_counts(visit: Visit, api: httpx.Client, lang: str, said: str) -> None:
    visit.go(PATH, lang=lang, as_of=ago(6))
    assert visit.text(".geo-days-date") == ago(6)
    assert visit.text(".geo-days-told") == said.format(**on(api, ago(6)))


def test_the_bars_are_the_services_days(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, as_of=ago(6))
    visit.see(".geo-days-bars")
    for name in ("found", "closed"):
        counts = visit.each(f".geo-days-{name}", "data-count")
        assert [int(count) for count in counts] == [one[name] for one in days(api)]


def test_the_map_and_the_list_show_the_day(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, as_of=ago(6))
    visit.see(".rows:not([aria-busy]) .row")
    summary = api.get("/problems/summary", params={"as_of": ago(6)}).json()
    assert int(visit.text("[data-tile=open] b")) == summary["open"]
    rows = api.get("/problems", params={"as_of": ago(6), "state": "open", "limit": 1000}).json()["features"]
    visit.page.evaluate("geo.state.get()")
    points = sum(one["geometry"]["type"] == "Point" for one in rows)
    assert points <= marks(visit) <= len(rows)


def test_the_arrow_keys_go_day_by_day(visit: Visit) -> None:
    visit.go(PATH, as_of=ago(6))
    visit.see(RANGE).focus()
    visit.page.keyboard.press("ArrowLeft")
    visit.until(f"geo.state.get().as_of === '{ago(7)}'")
    assert visit.see(RANGE).get_attribute("aria-valuetext").startswith(ago(7))  # type: ignore[union-attr]
    visit.page.keyboard.press("End")
    visit.until("!geo.state.get().as_of")


def test_it_plays_to_today_and_stops(visit: Visit) -> None:
    visit.go(PATH, as_of=ago(2))
    visit.see("[data-speed='4']").click()
    visit.see("[data-act=play]").click()
    visit.see("[data-act=pause]")
    visit.until("!geo.state.get().as_of")
    visit.see("[data-act=play]")


def test_the_space_bar_plays_and_pauses(visit: Visit) -> None:
    visit.go(PATH, as_of=ago(20))
    visit.see(RANGE).focus()
    visit.page.keyboard.press("Space")
    visit.see("[data-act=pause]")
    visit.page.keyboard.press("Space")
    visit.see("[data-act=play]")


def test_playing_leaves_one_step_in_the_history(visit: Visit) -> None:
    visit.go(PATH, as_of=ago(3))
    visit.see(RANGE)
    before = visit.page.evaluate("history.length")
    visit.see("[data-speed='4']").click()
    visit.see("[data-act=play]").click()
    visit.until("!geo.state.get().as_of")
    assert visit.page.evaluate("history.length") == before


@pytest.mark.parametrize(("motion", "speed"), [("reduce", "0.5"), ("no-preference", "1")])
def test_who_wants_little_motion_gets_the_slowest_speed(visit: Visit, motion: Any, speed: str) -> None:
    visit.page.emulate_media(reduced_motion=motion)
    visit.go(PATH, as_of=ago(3))
    assert visit.see(".geo-speed[aria-pressed=true]").get_attribute("data-speed") == speed
    visit.page.emulate_media(reduced_motion=None)


def test_the_button_opens_it_and_closing_brings_back_now(visit: Visit) -> None:
    visit.go(PATH)
    visit.see("[data-past=days]").click()
    visit.see(".geo-days")
    visit.see("[data-act=back]").click()
    visit.until(f"geo.state.get().as_of === '{ago(1)}'")
    visit.see("[data-act=close]").click()
    visit.gone(".geo-days")
    assert shown(visit) == ""


def test_a_choice_of_states_is_left_for_the_past(visit: Visit) -> None:
    visit.go(PATH, state="filed", overdue="1")
    visit.see("[data-past=days]").click()
    visit.see("[data-act=back]").click()
    visit.until("!geo.state.get().state && !geo.state.get().overdue")
    assert visit.faults == []


def test_the_slider_on_a_phone(phone: Visit) -> None:
    phone.go(PATH, as_of=ago(4))
    box = phone.see(".geo-days").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    phone.see("[data-act=next]").tap()
    phone.until(f"geo.state.get().as_of === '{ago(3)}'")
    assert phone.faults == []


# ---------------------------------------------------------------- two days


def test_two_days_with_their_counts_and_two_legends(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, lang="en", as_of=ago(8), compare=ago(0))
    visit.until("document.querySelectorAll('.geo-legend').length === 2")
    for side, day in (("left", ago(8)), ("right", ago(0))):
        assert visit.text(f".geo-side-{side}").split("\n") == [day, f"{on(api, day)['open']} open"]
    assert visit.texts(".geo-legend summary") == [f"Legend · {ago(8)}", f"Legend · {ago(0)}"]
    assert visit.faults == []


def pane(visit: Visit) -> list[float]:
    """Left edge of what the other side shows, in pixels of the map."""
    script = """geo.map.then(map => {
        const clip = map.getPane('geo-other-day').style.clip.match(/-?[\\d.]+/g).map(Number);
        return [map.layerPointToContainerPoint([clip[3], 0]).x, map.getSize().x]; })"""
    return [float(part) for part in visit.page.evaluate(script)]


def test_the_divider_by_keyboard(visit: Visit) -> None:
    visit.go(PATH, as_of=ago(8), compare=ago(0))
    divider = visit.see(".geo-divider")
    divider.focus()
    for _ in range(5):
        visit.page.keyboard.press("ArrowRight")
    assert divider.get_attribute("aria-valuenow") == "60"
    edge, width = pane(visit)
    assert edge == pytest.approx(0.6 * width, abs=1.5)
    assert visit.page.evaluate("geo.state.get().split") == "0.6"


def test_the_divider_by_hand(visit: Visit) -> None:
    visit.go(PATH, as_of=ago(8), compare=ago(0))
    box = visit.see(".geo-divider-grip").bounding_box()
    assert box
    visit.page.mouse.move(box["x"] + 22, box["y"] + 22)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] - 178, box["y"] + 22, steps=4)
    visit.page.mouse.up()
    edge, width = pane(visit)
    assert edge == pytest.approx(width / 2 - 200, abs=2)


def test_the_divider_stays_where_it_is_while_the_map_moves(visit: Visit) -> None:
    visit.go(PATH, as_of=ago(8), compare=ago(0))
    visit.see(".geo-divider")
    before = pane(visit)
    visit.page.evaluate("geo.map.then(map => { map.panBy([130, 40], {animate: false}); })")
    assert pane(visit) == pytest.approx(before, abs=1.5)
    visit.page.evaluate("geo.map.then(map => { map.setZoom(map.getZoom() + 1, {animate: false}); })")
    assert pane(visit) == pytest.approx(before, abs=1.5)


def test_each_side_chooses_its_own(visit: Visit, api: httpx.Client) -> None:
    """A problem that was found after the left day can be pressed on the right side only."""
    limits = {"state": "open", "limit": 1000}
    before = {one["id"] for one in api.get("/problems", params={**limits, "as_of": ago(8)}).json()["features"]}
    now = api.get("/problems", params={**limits, "as_of": ago(0)}).json()["features"]
    new = next(one for one in now if one["id"] not in before and one["geometry"]["type"] == "Point")
    lng, lat = new["geometry"]["coordinates"]
    visit.go(PATH, as_of=ago(8), compare=ago(0), at=f"{lat},{lng},19", split="0.2")
    box = visit.see(".folium-map").bounding_box()
    assert box
    visit.see(".geo-divider")
    visit.page.wait_for_timeout(1500)
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.see("article.problem")
    at_place = {str(one["id"]) for one in now if one["geometry"] == new["geometry"]}
    assert visit.see("article.problem").get_attribute("data-id") in at_place


def test_a_date_is_chosen_and_stands_in_the_address(visit: Visit) -> None:
    visit.go(PATH)
    visit.see("[data-past=compare]").click()
    visit.see("[data-side=left].geo-compare-input").fill(ago(10))
    visit.until(f"geo.state.get().as_of === '{ago(10)}'")
    assert visit.text(".geo-side-left b") == ago(10)


def test_ending_it_leaves_nothing(visit: Visit) -> None:
    visit.go(PATH, as_of=ago(8), compare=ago(0))
    visit.see(".geo-divider")
    visit.see(".geo-compare [data-act=close]").click()
    visit.gone(".geo-divider")
    assert visit.page.evaluate("document.querySelectorAll('.geo-legend').length") == 1
    assert visit.page.evaluate("document.querySelectorAll('.leaflet-geo-other-day-pane *').length") == 0
    assert visit.faults == []


def test_clean_zones_of_two_days(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/clean-zones", lang="en", as_of=ago(8), compare=ago(0))
    for side, day in (("left", ago(8)), ("right", ago(0))):
        summary = api.get("/analysis/clean-zones", params={"as_of": day, "roads": "1"}).json()["summary"]
        text = f"{summary['clean_rate'] * 100:.0f}% clean"
        visit.until(f"document.querySelector('.geo-side-{side} span').textContent.startsWith('{text}')")
    assert visit.faults == []


def test_two_days_on_a_phone(phone: Visit) -> None:
    phone.go(PATH, as_of=ago(8), compare=ago(0))
    grip = phone.see(".geo-divider-grip").bounding_box()
    assert grip
    assert grip["width"] >= 44
    boxes = [phone.see(name).bounding_box() for name in (".geo-side-left", ".geo-side-right", ".geo-compare")]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    assert phone.faults == []
