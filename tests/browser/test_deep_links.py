"""An address shows somebody else the same; back and forward go from step to step."""

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PATH = "/maps/open-problems"


def state(visit: Visit) -> dict[str, object]:
    found: dict[str, object] = visit.page.evaluate("geo.state.get()")
    return found


def view(visit: Visit) -> list[float]:
    here = visit.page.evaluate("geo.map.then(m => [m.getCenter().lat, m.getCenter().lng, m.getZoom()])")
    return [float(part) for part in here]


def first_open(api: httpx.Client) -> str:
    return str(api.get("/problems", params={"state": "open", "limit": 1}).json()["features"][0]["id"])


def test_the_address_keeps_everything(visit: Visit, api: httpx.Client) -> None:
    """View, filter, chosen problem, theme: the address alone brings them back, without anything that was stored."""
    id_ = first_open(api)
    visit.go(PATH, lang="zh", theme="dark")
    visit.see("[data-tile=overdue]").click()
    visit.see(f".row[data-id='{id_}']").click()
    visit.see("article.problem")
    visit.page.evaluate("geo.map.then(map => map.setView([22.5301, 114.0202], 16, {animate: false}))")
    visit.until("geo.state.get().at?.lat === 22.5301")
    address, before = visit.page.url, view(visit)
    visit.page.evaluate("localStorage.clear()")
    visit.page.context.clear_cookies(name="theme")
    visit.page.goto(address)
    assert visit.see("article.problem").get_attribute("data-id") == id_
    assert view(visit) == pytest.approx(before, abs=1e-4)
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert state(visit)["overdue"] == "1"


def test_the_theme_of_the_device_that_chose_one_is_in_the_address(visit: Visit) -> None:
    visit.go(PATH, theme="dark")
    visit.go(PATH)  # the cookie remembers it
    visit.until("geo.state.get().theme === 'dark'")
    visit.page.context.clear_cookies(name="theme")


def test_back_and_forward_through_filters(visit: Visit) -> None:
    visit.go(PATH)
    for tile in ("overdue", "check"):
        visit.see(f"[data-tile={tile}]").click()
        visit.see(f"[data-tile={tile}][aria-pressed=true]")
    visit.page.go_back()
    visit.see("[data-tile=overdue][aria-pressed=true]")
    visit.page.go_back()
    visit.see("[data-tile=open][aria-pressed=true]")
    visit.page.go_forward()
    visit.see("[data-tile=overdue][aria-pressed=true]")
    assert state(visit)["overdue"] == "1"


def test_back_closes_a_card_and_forward_opens_it(visit: Visit, api: httpx.Client) -> None:
    id_ = first_open(api)
    visit.go(PATH)
    visit.see(f".row[data-id='{id_}']").click()
    visit.see("article.problem")
    visit.page.go_back()
    visit.gone("article.problem")
    visit.see(".rows:not([aria-busy]) .row")
    visit.page.go_forward()
    assert visit.see("article.problem").get_attribute("data-id") == id_


def test_looking_round_is_no_step(visit: Visit) -> None:
    visit.go(PATH)
    visit.see(".rows:not([aria-busy]) .row")
    before = visit.page.evaluate("history.length")
    visit.page.evaluate("geo.map.then(map => map.setZoom(16, {animate: false}))")
    visit.until("geo.state.get().at?.zoom === 16")
    assert visit.page.evaluate("history.length") == before


def test_back_brings_the_view_of_the_step_before(visit: Visit) -> None:
    visit.go(PATH, at="22.53000,114.02000,15")
    visit.see("[data-tile=overdue]").click()
    visit.see("[data-tile=overdue][aria-pressed=true]")
    visit.page.evaluate("geo.map.then(map => map.setView([22.54, 114.03], 17, {animate: false}))")
    visit.until("geo.state.get().at?.zoom === 17")
    visit.page.go_back()
    visit.until("geo.state.get().at?.zoom === 15")
    visit.page.wait_for_timeout(600)
    assert view(visit) == pytest.approx([22.53, 114.02, 15], abs=1e-3)


def drawn(visit: Visit, layer: str) -> int:
    return int(visit.page.evaluate(f"geo.surface().then(async s => {{ await s.idle(); return s.drawn('{layer}'); }})"))


def test_layers_that_are_hidden_stay_hidden_by_the_address(visit: Visit) -> None:
    visit.go("/maps/hotspots")
    visit.see(".geo-toggle[data-scene=problems]").click()
    visit.until("geo.state.get().hide === 'problems'")
    address = visit.page.url
    visit.page.goto("about:blank")
    visit.page.goto(address)
    toggle = visit.see(".geo-toggle[data-scene=problems]")
    assert toggle.get_attribute("aria-pressed") == "false"
    assert (
        visit.page.evaluate(
            "geo.surface().then(s => Object.keys(s.style().sources).some(n => n.startsWith('problems/')))"
        )
        is False
    )
    toggle.click()
    visit.until("!geo.state.get().hide")
    assert (
        visit.page.evaluate(
            "geo.surface().then(s => Object.keys(s.style().sources).some(n => n.startsWith('problems/')))"
        )
        is True
    )


def test_my_road_has_chainage_ticks_and_a_corridor(visit: Visit, api: httpx.Client) -> None:
    person = max(api.get("/my-road").json()["people"], key=lambda one: one["segments"])["code"]
    visit.go("/maps/my-road", person=person)
    visit.page.evaluate("geo.map.then(map => map.setZoom(16, {animate: false}))")
    visit.page.wait_for_timeout(800)
    assert drawn(visit, "roads/tick") + drawn(visit, "roads/tick-whole") > 0
    assert drawn(visit, "roads/corridor") > 0
    assert visit.faults == []


def test_clean_cells_tell_when_they_were_seen_and_how_much(visit: Visit) -> None:
    visit.go("/maps/clean-zones", at="22.53500,114.02000,16")
    visit.see("[data-tile=clean]")
    assert drawn(visit, "zones/proven") > 0
