"""The bell, the inbox and the subscriptions, driven in a real browser."""

import json
from typing import Any

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PLACE = {"type": "Point", "coordinates": [114.0232, 22.5291]}


def reported(api: httpx.Client) -> dict[str, Any]:
    body = {"type": "Feature", "geometry": PLACE, "properties": {"category": "0102", "description": "<b>消息</b>"}}
    made: dict[str, Any] = api.post("/problems", json=body).raise_for_status().json()["properties"]
    return made


def acts_as(visit: Visit, person: str, name: str) -> None:
    """The device remembers who acts."""
    remembered = json.dumps({"code": person, "name": name, "roles": []})
    visit.go("/help").page.evaluate("said => localStorage.setItem('geo-service.acting-person', said)", remembered)


def test_the_bell_counts_and_leads_to_the_problem(visit: Visit, api: httpx.Client) -> None:
    one = reported(api)
    person = one["responsible"]["person"]
    unread = api.get("/inbox", params={"person": person}).json()["unread"]
    acts_as(visit, person, one["responsible"]["person_name"])
    visit.go("/help")
    visit.until(f"document.querySelector('.bell-count').textContent === '{unread}'")
    visit.see("#bell-button").click()
    first = visit.see("#bell-list .notice-row.unread")
    assert one["code"] in first.inner_text()
    visit.page.keyboard.press("Escape")
    visit.until("document.querySelector('#bell-list').hidden && document.activeElement.id === 'bell-button'")
    visit.see("#bell-button").click()
    visit.see("#bell-list .notice-row.unread a").click()
    visit.page.wait_for_url(f"**/maps/open-problems?id={one['id']}*")
    visit.until(f"document.querySelector('.bell-count').textContent === '{unread - 1 or 0}'")
    assert visit.faults == []


def test_everything_is_marked_as_read_at_once(visit: Visit, api: httpx.Client) -> None:
    one = reported(api)
    person = one["responsible"]["person"]
    acts_as(visit, person, one["responsible"]["person_name"])
    visit.go("/inbox", unread="1")
    visit.see(".notice-row.unread")
    visit.see("#read-all").click()
    visit.gone(".notice-row.unread")
    visit.until("document.querySelector('.bell-count').hidden && document.querySelector('#read-all').disabled")
    assert api.get("/inbox", params={"person": person}).json()["unread"] == 0
    visit.page.get_by_text("全部", exact=True).click()
    visit.see(f".notice-row:has-text('{one['code']}')")
    assert "unread" not in visit.page.url
    visit.see("[name=kind]").select_option("given")
    visit.until("[...document.querySelectorAll('.notice-row')].every((row) => row.dataset.kind === 'given')")
    assert "kind=given" in visit.page.url
    assert visit.faults == []


def test_without_a_person_it_asks_who_one_is(phone: Visit) -> None:
    phone.go("/inbox", lang="en")
    assert "choose who you are" in phone.text(".notice-rows")
    phone.see("#bell-button").click()
    assert "choose who you are" in phone.text("#bell-list")
    assert not phone.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    assert phone.faults == []


def test_a_subscription_is_made_tried_and_removed(visit: Visit, api: httpx.Client) -> None:
    visit.go("/admin/channels")
    visit.see("[data-add=webhook]").click()
    visit.see("dialog [name=target]").fill("ftp://town.example")
    visit.see("dialog [type=submit]").click()
    assert visit.text("dialog [data-field=target] .field-error")
    visit.see("dialog [name=target]").fill("http://127.0.0.1:9/hook")
    visit.page.locator("dialog label.segment").nth(1).click()
    visit.page.locator("dialog [value=returned]").check()
    visit.see("dialog [type=submit]").click()
    secret = visit.text("dialog .secret")
    visit.see("dialog [type=submit]").click()
    visit.gone("dialog")
    (made,) = [one for one in api.get("/subscriptions").json() if one["target"].endswith(":9/hook")]
    assert made["kinds"] == ["returned"]
    card = f".channel[data-id='{made['id']}']"
    assert secret and secret not in visit.page.content()
    visit.see(f"{card} [data-do=test]").click()
    assert "Connection refused" in visit.text(f"{card} [data-state=waiting]")
    visit.see(f"{card} [data-do=active]").click()
    visit.see(f"{card} .badge.off")
    visit.see(f"{card} [data-do=remove]").click()
    visit.see("dialog [type=submit]").click()
    visit.gone(card)
    assert [fault for fault in visit.faults if "422" not in fault] == []
