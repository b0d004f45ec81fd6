"""What people meet in the browser who have not signed in: pages to read, a form to report with, a receipt."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visit, profile
from tests.browser.test_pages import CJK, look_at
from tests.browser.test_photos import photos, sent
from tests.pictures import PLACE, jpeg, scene

pytestmark = pytest.mark.browser

PAGES = ("/", "/report", "/maps/open-problems", "/maps/clean-zones", "/help")


@pytest.fixture
def web(service_url: str) -> str:
    """The service without anybody's token."""
    return f"http://{service_url.rpartition('@')[2]}"


@pytest.fixture
def stranger(light_chromium: Browser, web: str) -> Iterator[Visit]:
    """Somebody at a desk who has not signed in."""
    context = profile(light_chromium)
    yield Visit(context.new_page(), web)
    context.close()


@pytest.fixture
def passer_by(light_chromium: Browser, web: str) -> Iterator[Visit]:
    """Somebody in the street who has not signed in, with a phone that knows where it is."""
    where = {"latitude": PLACE[1], "longitude": PLACE[0]}
    context = profile(light_chromium, phone=True, geolocation=where, permissions=["geolocation"])
    yield Visit(context.new_page(), web)
    context.close()


def assigned(api: httpx.Client) -> dict[str, Any]:
    """A problem that everybody sees, in words and with a person that nobody does."""
    rows = api.get("/problems", params={"state": "assigned", "limit": 50}).json()["features"]
    return next(one["properties"] for one in rows if one["properties"]["description"])


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_public_is_sound_on_a_desk_in_chinese(stranger: Visit, path: str) -> None:
    seen = look_at(stranger, path, "zh")
    english = {template for template, said in seen.words.items() if CJK.search(said)}
    assert (seen.faults, seen.foreign, seen.wider) == ([], [], False)
    assert [text for text in seen.said if text in english] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_public_is_sound_on_a_phone_in_english(passer_by: Visit, path: str) -> None:
    seen = look_at(passer_by, path, "en")
    runs = {run for text in seen.said for run in CJK.findall(text)}
    assert (seen.faults, seen.foreign, seen.wider, seen.small) == ([], [], False, [])
    assert {run for run in runs if run not in seen.data + "中文"} == set()


def test_the_menu_offers_what_is_open_and_signing_in(stranger: Visit) -> None:
    stranger.go("/")
    assert set(stranger.each(".nav a", "href")) == set(PAGES)
    assert stranger.see(".bar a[href^='/login']").is_visible()
    assert stranger.page.locator("#more-button, #bell-button").count() == 0


def test_the_card_of_the_public_is_for_reading(stranger: Visit, api: httpx.Client) -> None:
    one = assigned(api)
    stranger.go("/maps/open-problems", id=str(one["id"]))
    told = stranger.text("#view-detail")
    assert one["code"] in told
    assert one["category_name"] in told
    assert one["description"] not in told
    assert one["responsible"]["person_name"] not in told
    assert stranger.page.locator("#view-detail button:not(#back), #view-detail form").count() == 0
    assert stranger.faults == []


def test_the_filter_of_the_public_asks_for_what_it_sees(stranger: Visit) -> None:
    stranger.go("/maps/open-problems").see("#filter-button").click()
    stranger.see("[name=overdue]")
    hidden = ("source", "stage", "escalation", "flag", "rebound", "recheck")
    assert [name for name in hidden if stranger.page.locator(f"[name={name}]").count()] == []
    stranger.see("[name=overdue]").click()
    stranger.until("location.search.includes('overdue=1')")
    stranger.page.wait_for_load_state("networkidle")
    assert stranger.faults == []


def test_somebody_in_the_street_reports_and_follows_it(passer_by: Visit, api: httpx.Client, tmp_path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(scene(911)))
    passer_by.go("/report").see("#my-position").click()
    passer_by.see(".picked .icon")
    passer_by.page.locator("[name=category]").select_option("0614")
    passer_by.page.locator("[name=description]").fill("垃圾桶满了")
    passer_by.page.locator(".photo-picker input[multiple]").set_input_files(str(tmp_path / "a.jpg"))
    passer_by.see(".photo-queue img")
    passer_by.page.wait_for_timeout(3000)  # nobody is quicker than that
    passer_by.see("#send").click()
    passer_by.page.wait_for_url(re.compile(r"/report/[\w-]{22}$"))
    passer_by.see("#steps [data-state=reported]")
    code = passer_by.text(".receipt-page .problem-head code")
    passer_by.page.locator("[name=text]").fill("今天更满了")
    passer_by.see("#add").click()
    passer_by.see(".toast")
    (made,) = api.get("/problems", params={"q": code}).json()["features"]
    assert (made["properties"]["description"], made["geometry"]["type"]) == ("垃圾桶满了", "Point")
    assert [one["released_at"] for one in photos(api, made["id"])] == [None]
    assert [one["note"] for one in api.get(f"/problems/{made['id']}/history").json()][-1] == "今天更满了"
    assert passer_by.faults == []


def test_a_report_shows_what_is_missing_before_it_is_sent(passer_by: Visit) -> None:
    passer_by.go("/report").see("#send").click()
    assert passer_by.see(".notice.error").inner_text()


def test_people_do_not_see_the_trap(passer_by: Visit) -> None:
    passer_by.go("/report").see("#send")
    trap = passer_by.page.locator("[name=website]")
    assert trap.get_attribute("tabindex") == "-1"
    box = trap.locator("xpath=ancestor::*[@class='trap']").bounding_box()
    assert box is not None
    assert box["width"] * box["height"] <= 1


def test_what_is_known_near_by_is_offered(passer_by: Visit, api: httpx.Client) -> None:
    point = {"type": "Point", "coordinates": PLACE}
    feature = {"type": "Feature", "geometry": point, "properties": {"category": "0204", "description": "少树"}}
    id_ = api.post("/problems", json=feature).raise_for_status().json()["id"]
    api.post(f"/problems/{id_}/moves", json={"to": "filed"}).raise_for_status()
    passer_by.go("/report").see("#my-position").click()
    passer_by.page.locator("[name=category]").select_option("0204")
    passer_by.see(f".known [value='{id_}']").click()
    passer_by.page.wait_for_timeout(3000)
    passer_by.see("#send").click()
    passer_by.page.wait_for_url(re.compile(r"/report/[\w-]{22}$"))
    passer_by.see("#steps [data-state=duplicate]")
    assert passer_by.faults == []


def test_a_photo_is_seen_by_everybody_once_it_is_released(visit: Visit, stranger: Visit, api: httpx.Client) -> None:
    id_ = assigned(api)["id"]
    photo = sent(api, id_, jpeg(scene(912)), "near")
    look = lambda: stranger.go("/maps/open-problems", id=str(id_)).see("article.problem")  # noqa: E731
    look()
    assert stranger.page.locator(f"img[src='{photo['preview_url']}']").count() == 0
    visit.go("/maps/open-problems", id=str(id_)).see(f"[data-photo='{photo['id']}']").click()
    visit.see("[data-release=true]").click()
    visit.see("[data-release=false]")
    look()
    stranger.see(f"img[src='{photo['preview_url']}']")
    visit.see("[data-release=false]").click()
    visit.see("[data-release=true]")
    look()
    stranger.page.wait_for_load_state("networkidle")
    assert stranger.page.locator(f"img[src='{photo['preview_url']}']").count() == 0
    assert (visit.faults, stranger.faults) == ([], [])


def test_an_administrator_closes_reporting_and_opens_it_again(visit: Visit, stranger: Visit) -> None:
    offers = lambda: stranger.go("/").page.locator(".cards a[href='/report']").count()  # noqa: E731
    visit.go("/admin").see("#public-switch [name=report]").click()
    visit.see(".toast")
    assert offers() == 0
    visit.see("#public-switch [name=report]").click()
    visit.page.locator(".toast").nth(1).wait_for()
    assert offers() == 1
    assert visit.faults == []


def test_the_office_sees_how_a_reporter_is_reached(visit: Visit, web: str, api: httpx.Client) -> None:
    point = {"type": "Point", "coordinates": (PLACE[0] + 0.003, PLACE[1])}
    said = {"category": "0212", "contact": "0755-83210987", "opened_at": "2026-01-01T00:00:00Z"}
    answer = httpx.post(f"{web}/api/v1/reports", json={"type": "Feature", "geometry": point, "properties": said})
    code = httpx.get(f"{web}/api/v1/reports/{answer.json()['receipt']}").json()["code"]
    (made,) = api.get("/problems", params={"q": code}).json()["features"]
    visit.go("/maps/open-problems", id=str(made["id"]))
    assert "0755-83210987" in visit.text(".reporter")
