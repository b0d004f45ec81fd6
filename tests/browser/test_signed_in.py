"""The pages as somebody sees them who has places of their own: what is theirs, in their own name."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.casework import PATH
from tests.browser.conftest import Visit, profile
from tests.conftest import Service
from tests.sights import Eyes, Town, account

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def eyes(browser_service: Service) -> Iterator[Eyes]:
    with Eyes(browser_service, account("road_chief")) as made:
        yield made


@pytest.fixture
def chief(light_chromium: Browser, eyes: Eyes) -> Iterator[Visit]:
    """A page of the road chief's own browser."""
    context = profile(light_chromium)
    yield Visit(context.new_page(), eyes.address)
    context.close()


def test_a_chief_finds_their_own_road_without_choosing(chief: Visit, eyes: Eyes) -> None:
    chief.go("/maps/my-road")
    chief.see("#segments .row")
    mine = eyes.read("/my-road")["segments"]["features"]
    assert set(chief.each("#segments .row", "data-code")) == {one["properties"]["code"] for one in mine}
    assert chief.page.locator("#chief").count() == 0
    assert chief.faults == []


def test_the_card_offers_what_the_chief_may_do_in_their_own_name(
    chief: Visit, eyes: Eyes, browser_service: Service
) -> None:
    with Eyes(browser_service, "tests") as admin:
        held = Town(admin).held_by(eyes.person)
    case = next(
        row for row in eyes.read("/problems", state="assigned", limit=1000)["features"]
        if held & {(place["layer"], place["code"]) for place in row["properties"]["places"]}
    )  # fmt: skip
    id_ = case["id"]
    chief.go(PATH, id=str(id_))
    chief.see(".problem [data-move=in_hand]")
    moves = {one["to"] for one in eyes.read(f"/problems/{id_}")["properties"]["moves"]}
    assert set(chief.each("[data-move]", "data-move")) == moves == {"in_hand", "filed"}
    assert chief.page.locator(".acting").count() == 0
    chief.see("[data-move=in_hand]").click()
    chief.see("form.deed [type=submit]").click()
    chief.see("[data-move=fixed]")
    moved = [line for line in eyes.read(f"/problems/{id_}/history") if line["to"] == "in_hand"]
    assert moved[-1]["by"] == eyes.person
    assert chief.faults == []


def test_reports_photos_and_notices_ask_for_nobody(chief: Visit) -> None:
    chief.go("/inbox")
    chief.see(".notice-rows")
    assert chief.page.locator(".inbox-who").count() == 0
    assert "选择" not in chief.text(".notice-rows")
    chief.go("/maps/my-road").see("#report-button").click()
    chief.see("form.report")
    assert chief.page.locator("form.report .acting").count() == 0
    assert chief.faults == []


def test_what_is_somebody_elses_is_not_there(chief: Visit, eyes: Eyes, browser_service: Service) -> None:
    with Eyes(browser_service, "tests") as admin:
        hidden = min(set(Town(admin).problems) - eyes.ids())
    chief.go(PATH, id=str(hidden))
    chief.see(".toast")
    assert chief.page.locator(".problem").count() == 0


def test_a_page_whose_session_has_ended_offers_the_way_back(chief: Visit) -> None:
    chief.go(PATH)
    chief.see(".row")
    cookies = chief.page.context.cookies()
    chief.page.context.clear_cookies()
    chief.see(".row").click()
    way = chief.see("#session-end a").get_attribute("href")
    assert way is not None and way.startswith("/login?next=%2Fmaps%2Fopen-problems")
    chief.page.context.add_cookies(cookies)  # signed in again, in another tab
    chief.see(".row").click()
    chief.see(".problem")
    chief.gone("#session-end")
