"""The page of open problems: numbers, filters, list, card; compared with the service itself."""

import httpx
import pytest

from maps import styles
from maps.looks import Theme
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PATH = "/maps/open-problems"


def number(visit: Visit, tile: str) -> int:
    return int(visit.text(f"[data-tile={tile}] b").replace(",", ""))


def listed(visit: Visit) -> list[str]:
    """The ids of the rows, once the list is there."""
    visit.see(".rows:not([aria-busy]) .row")
    return visit.each("#content .row[data-id]", "data-id")


def lists(visit: Visit, expected: list[str]) -> None:
    """Wait until the list shows just these problems."""
    assert expected
    rows = "[...document.querySelectorAll('#content .row[data-id]')].map(row => row.dataset.id).join()"
    visit.until(f"{rows} === {','.join(expected)!r}")


def ids(api: httpx.Client, **query: str) -> list[str]:
    found = api.get("/problems", params={"limit": 30, **query}).raise_for_status().json()
    return [str(feature["id"]) for feature in found["features"]]


@pytest.mark.parametrize("tile", ["overdue", "open"])
def test_a_headline_number_is_the_services(visit: Visit, api: httpx.Client, tile: str) -> None:
    visit.go(PATH)
    assert number(visit, tile) == api.get("/problems/summary").json()[tile]


@pytest.mark.parametrize("tile", ["doing", "check"])
def test_a_number_of_a_group_adds_up_its_states(visit: Visit, api: httpx.Client, tile: str) -> None:
    by_state = api.get("/problems/summary").json()["by_state"]
    states = styles.PROBLEMS.look(tile).states
    visit.go(PATH)
    assert number(visit, tile) == sum(by_state.get(state, 0) for state in states)


def test_the_list_holds_the_most_urgent_open_problems(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    assert listed(visit) == ids(api, state="open")


def test_more_rows_follow_without_repeating_any(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    visit.see(".list-foot button").click()
    lists(visit, ids(api, state="open", limit="60"))


def test_pressing_a_number_filters_the_list(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    visit.see("[data-tile=overdue]").click()
    lists(visit, ids(api, state="open", overdue="1"))


def test_a_filter_stands_in_the_address(visit: Visit) -> None:
    visit.go(PATH)
    visit.see("[data-tile=check]").click()
    visit.see("[data-tile=check][aria-pressed=true]")
    assert visit.page.evaluate("geo.state.get().state") == "fixed"


def test_the_address_brings_its_filter_back(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, source="public")
    lists(visit, ids(api, state="open", source="public"))


def test_taking_the_chip_away_takes_the_filter_away(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, overdue="1")
    visit.see("[data-filter=overdue]").click()
    lists(visit, ids(api, state="open"))


def test_a_group_of_kinds_means_all_its_kinds(visit: Visit, api: httpx.Client) -> None:
    kinds = [one for one in api.get("/categories").json() if one["parent"] == "02"]
    visit.go(PATH)
    visit.see("#filter-button").click()
    visit.see("[name=category_group]").select_option("02")
    visit.see("#back").click()
    lists(visit, ids(api, state="open", category=",".join(kind["code"] for kind in kinds)))


def test_the_filter_form_says_how_many_it_would_show(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, overdue="1")
    total = api.get("/problems/summary", params={"state": "open", "overdue": "1"}).json()["total"]
    visit.see("#filter-button").click()
    visit.see(".form .btn.primary")
    visit.until(f"document.querySelector('.form .btn.primary').textContent.includes('{total}')")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_sign_has_the_colour_of_the_style_table(visit: Visit, theme: Theme) -> None:
    visit.go(PATH, theme=theme)
    visit.see("[data-tile=overdue] .geo-mark-fill")
    fill = "getComputedStyle(document.querySelector('[data-tile=overdue] .geo-mark-fill')).fill"
    assert visit.page.evaluate(fill) == rgb(styles.PROBLEMS.look("overdue").color(theme))


def rgb(colour: str) -> str:
    """ "#d55e00" as a browser says it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def test_a_row_opens_the_card_of_its_problem(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    first = listed(visit)[0]
    visit.see(f".row[data-id='{first}']").click()
    visit.see(f".problem[data-id='{first}']")
    one = api.get(f"/problems/{first}").json()["properties"]
    shown = visit.text(".problem")
    expected = [one["code"], one["responsible"]["person_name"], one["responsible"]["why"], *places(one)]
    assert [text for text in expected if text not in shown] == []


def places(one: dict[str, list[dict[str, str]]]) -> list[str]:
    return [place["name"] for place in one["places"] if place["layer"] != "station_buffers"]


def test_the_card_names_every_move_that_is_allowed(visit: Visit, api: httpx.Client) -> None:
    (fixed,) = ids(api, state="fixed", limit="1")
    visit.go(PATH, id=fixed)
    visit.see(".moves")
    moves = api.get(f"/problems/{fixed}").json()["properties"]["moves"]
    assert visit.texts(".moves button") == [move["title"] for move in moves]


def test_the_card_tells_the_whole_history(visit: Visit, api: httpx.Client) -> None:
    (closed,) = ids(api, state="closed", limit="1")
    visit.go(PATH, id=closed)
    visit.see(".timeline li")
    assert visit.page.locator(".timeline li").count() == len(api.get(f"/problems/{closed}/history").json())


def test_choosing_on_the_map_opens_the_same_card(visit: Visit, api: httpx.Client) -> None:
    (point,) = ids(api, state="fixed", limit="1")
    visit.go(PATH)
    listed(visit)
    visit.page.evaluate("id => geo.emit('select', {layer: 'problems', id, properties: {}})", int(point))
    visit.see(f".problem[data-id='{point}']")


def test_escape_leaves_the_card_and_the_focus_returns(visit: Visit) -> None:
    visit.go(PATH)
    first = listed(visit)[0]
    visit.see(f".row[data-id='{first}']").focus()
    visit.page.keyboard.press("Enter")
    visit.see(".problem")
    visit.page.keyboard.press("Escape")
    visit.gone(".problem")
    assert visit.page.evaluate("document.activeElement.dataset.id") == first


def test_what_a_user_wrote_is_text_and_nothing_else(visit: Visit, api: httpx.Client) -> None:
    words = "<img src=x onerror='window.harmed = true'>{{7*7}}"
    properties = {"category": "0102", "description": words}
    place = {"type": "Point", "coordinates": [114.02, 22.53]}
    feature = {"type": "Feature", "geometry": place, "properties": properties}
    made = api.post("/problems", json=feature).raise_for_status().json()
    visit.go(PATH, id=str(made["id"]))
    assert visit.text(".description") == words
    assert visit.page.evaluate("window.harmed") is None
