"""The administrator's page of calendar and ladders, and the clocks in a problem's card."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

YEAR = "2030"  # a year of its own, so that no other test's deadlines change


@pytest.fixture(autouse=True)
def as_it_was(api: httpx.Client) -> Iterator[None]:
    """Other tests count on the calendar and the ladders as they ship."""
    calendar, ladders = api.get("/calendar").json(), api.get("/ladders").json()
    yield
    entered = api.get("/calendar", params={"year": YEAR}).json()["days"]
    hours = {name: calendar[name] for name in ("hours", "weekdays")}
    api.put("/calendar", json={"days": [{**day, "kind": ""} for day in entered], **hours})
    api.put("/ladders", json={"ladders": ladders["ladders"]})


def days(api: httpx.Client, year: str = YEAR) -> dict[str, tuple[str, str]]:
    listed = api.get("/calendar", params={"year": year}).json()["days"]
    return {one["day"]: (one["kind"], one["name"]) for one in listed}


def test_the_year_shows_holidays_and_make_up_days(visit: Visit) -> None:
    visit.go("/admin/calendar", lang="zh", year="2021")
    assert "day workday" in visit.see('[data-day="2021-10-09"]').get_attribute("class")
    assert visit.see('[data-day="2021-10-01"]').get_attribute("aria-label") == "10月1日星期五, 放假, 国庆节"
    assert visit.page.locator(".month").count() == 12
    assert visit.page.locator("button.day").count() == 365
    assert visit.faults == visit.foreign == []


def test_a_day_is_entered_and_taken_back(visit: Visit, api: httpx.Client) -> None:
    visit.go("/admin/calendar", lang="zh", year=YEAR)
    visit.see(f'[data-day="{YEAR}-10-01"]').click()
    visit.see("dialog").locator("[value=holiday]").check()
    visit.page.fill("dialog input[type=text]", "国庆节")
    visit.page.click("dialog [type=submit]")
    visit.gone("dialog")
    visit.see(f'[data-day="{YEAR}-10-01"].holiday')
    assert days(api) == {f"{YEAR}-10-01": ("holiday", "National Day")}
    assert visit.page.evaluate("document.activeElement.dataset.day") == f"{YEAR}-10-01"
    visit.page.keyboard.press("Enter")
    visit.see("dialog").locator('[value=""]').check()
    visit.page.click("dialog [type=submit]")
    visit.see(f'[data-day="{YEAR}-10-01"].work')
    assert days(api) == {}


def test_escape_changes_nothing_and_arrows_go_from_day_to_day(visit: Visit, api: httpx.Client) -> None:
    visit.go("/admin/calendar", lang="en", year=YEAR)
    visit.see(f'[data-day="{YEAR}-03-31"]').focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    assert visit.text("dialog h2") == "Monday, April 8, 2030"
    visit.page.keyboard.press("Escape")
    visit.gone("dialog")
    assert days(api) == {}


def test_a_year_that_is_not_announced_warns(visit: Visit) -> None:
    visit.go("/admin/calendar", lang="en", year="2027")
    assert "not announced yet" in visit.text("#year .notice")
    visit.see('[aria-label="Year before"]').click()
    visit.gone("#year .notice")
    assert visit.text(".year-title") == "Year 2026"


def test_hours_are_saved_or_refused_beside_their_field(visit: Visit, api: httpx.Client) -> None:
    visit.go("/admin/calendar", lang="en")
    first = visit.see(".span input")
    first.fill("13:00")
    visit.page.click("#hours [type=submit]")
    assert "in order" in visit.text("#hours .field-error:not([hidden])")
    first.fill("09:00")
    visit.page.click("#hours [type=submit]")
    visit.see(".toast")
    assert api.get("/calendar").json()["hours"] == [["09:00", "12:00"], ["14:00", "17:30"]]


def test_a_ladder_is_changed_and_a_new_one_made(visit: Visit, api: httpx.Client) -> None:
    visit.go("/admin/calendar", lang="en")
    step = "[data-ladder=ordinary] .ladder-step:first-child"
    visit.see(f"{step} [name=offset]").fill("3")
    visit.page.select_option(f"{step} [name=addressed_to]", "dispatcher")
    visit.page.click("[data-ladder=ordinary] [type=submit]")
    visit.see(".toast")
    saved = api.get("/ladders").json()["ladders"]["ordinary"][0]
    assert (saved["offset"], saved["addressed_to"]) == (-3, "dispatcher")
    visit.see("#ladders > .btn").click()
    visit.page.fill("dialog [name=ladders]", "two words")
    visit.page.click("dialog [type=submit]")
    assert "letters, digits" in visit.text("dialog .field-error:not([hidden])")
    visit.page.fill("dialog [name=ladders]", "winter")
    visit.page.click("dialog [type=submit]")
    visit.see("[data-ladder=winter]")


def test_the_page_fits_a_phone(phone: Visit) -> None:
    phone.go("/admin/calendar", lang="zh")
    phone.see(".ladder")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.faults == phone.foreign == []


@pytest.mark.parametrize(
    ("lang", "left"), [("zh", r"剩余 2\d(\.\d)? 紧急工作时"), ("en", r"2\d(\.\d)? emergency hours left")]
)
def test_a_problems_card_shows_its_two_clocks(visit: Visit, api: httpx.Client, lang: str, left: str) -> None:
    body = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [114.0231918, 22.529098]},
            "properties": {"category": "0102", "description": "两个时限"}}  # fmt: skip
    id_ = api.post("/problems", json=body).json()["id"]
    visit.go("/maps/open-problems", lang=lang, id=str(id_))
    visit.see(".clocks")
    assert visit.each(".clock", "data-stage") == ["case", "confirm"]
    assert re.fullmatch(left, visit.text(".clock[data-stage=confirm] .clock-left"))
    assert visit.see(".rungs .next").get_attribute("data-step") == "reminder"
    api.post(f"/problems/{id_}/moves", json={"to": "void", "note": "测试"})
