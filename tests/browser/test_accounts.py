"""Signing in, one's own account, administration of accounts and the audit, as people see them."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from layers.demo_accounts import DEMO_ACCOUNTS
from tests.browser.conftest import Visit, profile
from tests.conftest import Service

pytestmark = pytest.mark.browser

PASSWORD = "四面荷花三面柳，一城山色"


@pytest.fixture
def stranger(light_chromium: Browser, geopackage_service: Service) -> Iterator[Visit]:
    """A browser that nobody has signed in with."""
    context = profile(light_chromium)
    yield Visit(context.new_page(), geopackage_service.web)
    context.close()


def sign_in(visit: Visit, name: str, password: str) -> None:
    visit.see("[name=username]").fill(name)
    visit.page.fill("[name=password]", password)
    visit.page.click("button[type=submit]")


def demo(role: str) -> tuple[str, str]:
    return next((one.name, one.password) for one in DEMO_ACCOUNTS if one.role == role)


def test_who_asks_for_a_page_signs_in_and_is_there(stranger: Visit) -> None:
    stranger.go("/inbox", unread="1")
    assert "/login?next=" in stranger.page.url
    assert stranger.page.locator("#me-button").count() == 0
    stranger.see("[data-role=dispatcher]").click()
    assert stranger.page.input_value("[name=username]") == demo("dispatcher")[0]
    stranger.page.click("button[type=submit]")
    stranger.see("#me-button")
    assert stranger.page.url.endswith("/inbox?unread=1")
    assert stranger.page.evaluate("document.cookie").find("geo_session") == -1
    assert stranger.faults == []


def test_a_wrong_password_is_said_and_the_name_stays(stranger: Visit) -> None:
    stranger.go("/login")
    sign_in(stranger, "demo-planner", "not the one")
    assert stranger.text("[role=alert]") == "账号或密码不正确。"
    assert stranger.page.input_value("[name=username]") == "demo-planner"
    sign_in(stranger, *demo("planner"))
    stranger.see("#me-button")
    assert stranger.page.url.rstrip("/") == stranger.base


def test_signing_out_leads_back_to_the_sign_in_page(stranger: Visit) -> None:
    stranger.go("/login")
    sign_in(stranger, *demo("planner"))
    stranger.see("#me-button").click()
    stranger.see("#sign-out").click()
    stranger.see("[name=username]")
    stranger.go("/account")
    assert "/login" in stranger.page.url


def test_an_account_from_its_making_to_its_end(stranger: Visit, light_chromium: Browser) -> None:
    """An administrator makes it; its owner takes a password and a token of their own; it is switched off."""
    stranger.go("/login", next="/admin/accounts")
    sign_in(stranger, *demo("administrator"))
    stranger.see("#add-account").click()
    stranger.see("dialog [name=name]").fill("chen.xin")
    stranger.page.fill("dialog [name=title]", "陈昕")
    stranger.page.click("dialog button[type=submit]")
    one_time = stranger.text("dialog .secret")
    stranger.page.click("dialog button[type=submit]")
    assert "陈昕" in stranger.text("[data-account='chen.xin']")

    context: BrowserContext = profile(light_chromium)
    other = Visit(context.new_page(), stranger.base).go("/login")
    sign_in(other, "chen.xin", one_time)
    other.see("#password [name=old]").fill(one_time)
    assert other.page.locator("#tokens").count() == 0
    other.page.fill("[name=password]", PASSWORD)
    other.page.fill("[name=again]", PASSWORD[:-1])
    other.page.click("#password button[type=submit]")
    assert other.text("[data-field=again] .field-error") == "两次输入的新密码不一致。"
    other.page.fill("[name=again]", PASSWORD)
    other.page.click("#password button[type=submit]")
    other.see("#headline")
    other.go("/account")
    other.see("#add-token").click()
    other.see("dialog [name=label]").fill("QGIS")
    other.page.click("dialog button[type=submit]")
    token = other.text("dialog .secret")
    other.page.click("dialog button[type=submit]")
    other.gone("dialog .secret")
    assert "QGIS" in other.text("[data-token]")
    assert token not in other.page.content()
    other.see("[data-token] button").click()
    other.see("dialog button[type=submit]").click()
    other.see("[data-token].over")

    there = {"username": "chen.xin", "password": PASSWORD}
    httpx.post(f"{stranger.base}/api/v1/session", json=there).raise_for_status()
    other.go("/account")
    other.see("[data-session] .badge")
    assert other.page.locator("[data-session]").count() == 2
    other.see("[data-session] button").click()
    other.see("dialog button[type=submit]").click()
    other.until("document.querySelectorAll('[data-session]').length === 1")
    other.see("[data-session] .badge")

    stranger.see("[data-account='chen.xin'] [data-do=active]").click()
    stranger.see("dialog button[type=submit]").click()
    stranger.see("[data-account='chen.xin'].off")
    other.go("/account")
    assert "/login" in other.page.url
    stranger.go("/admin/audit")
    stranger.see("[name=account]").fill("chen.xin")
    stranger.page.keyboard.press("Tab")
    stranger.until("[...document.querySelectorAll('[data-act]')].every((row) => row.textContent.includes('chen.xin'))")
    assert {"sign_in", "password", "token"} <= set(stranger.each("[data-act]", "data-act"))
    assert stranger.faults == []
    context.close()


def test_the_pages_fit_a_phone(light_chromium: Browser, geopackage_service: Service) -> None:
    context = profile(light_chromium, phone=True)
    visit = Visit(context.new_page(), geopackage_service.web).go("/login", next="/account")
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
    sign_in(visit, *demo("administrator"))
    visit.see("#tokens")
    for path in ("/account", "/admin/accounts", "/admin/audit"):
        visit.go(path)
        visit.see("#content .card")
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 390, path
    context.close()
