"""The administrator's page of categories and rules, and the way to it."""

import httpx
import pytest

from tests.browser.casework import DISPATCHER, choose_person
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PATH = "/admin/rules"


def stored(api: httpx.Client, code: str) -> dict[str, object]:
    found: dict[str, object] = api.get(f"/categories/{code}").raise_for_status().json()
    return found


def save(visit: Visit, version: int) -> None:
    visit.see(".rules-foot [type=submit]").click()
    visit.see(f".versions [data-version='{version}']")


def test_the_table_has_two_levels_and_every_kind(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    visit.see(".rules-row")
    kinds = [one for one in api.get("/categories").json() if one["parent"]]
    assert sorted(visit.each(".rules-row", "data-code")) == sorted(one["code"] for one in kinds)
    assert set(visit.each(".rules-group", "data-group")) == {one["parent"] for one in kinds}
    assert visit.faults == visit.foreign == []


def test_the_table_is_searched_by_code_and_name(visit: Visit) -> None:
    visit.go(PATH)
    visit.see(".rules-tools .input").fill("0301")
    assert visit.each(".rules-row", "data-code") == ["0301"]
    visit.see(".rules-tools .input").fill("household sewage")
    assert visit.each(".rules-row", "data-code") == ["0103"]


def test_a_rule_is_changed_and_the_version_tells_what_and_by_whom(visit: Visit, api: httpx.Client) -> None:
    before = stored(api, "0105")
    visit.go(PATH)
    visit.see("[data-code='0105']").click()
    visit.see("[name=hold_days]").fill("45")
    visit.see("[name=look_back_days]").fill("3, 10，90")
    choose_person(visit, ".rules-foot", DISPATCHER)
    save(visit, 2)
    now = stored(api, "0105")
    assert (now["hold_days"], now["look_back_days"], now["changed_by"]) == (45, [3, 10, 90], DISPATCHER)
    assert {name for name in now if now[name] != before[name]} == {
        "hold_days", "look_back_days", "version", "changed_at", "changed_by",
    }  # fmt: skip
    assert visit.texts(".versions [data-version='2'] ins") == ["45", "3、10、90"]


def test_stages_are_edited_row_by_row(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, code="0107")
    rows = visit.page.locator(".stage-row")
    rows.first.wait_for()
    kept = rows.count()
    rows.first.locator("button").click()
    visit.see(".field[data-field=stages] > .btn").click()
    last = rows.nth(kept - 1)
    last.locator("[name=stage]").select_option("check")
    last.locator("[name=clock]").select_option("emergency_hours")
    last.locator("[name=limit]").fill("6")
    last.locator("[name=label]").fill("夜查")
    save(visit, 2)
    stages = stored(api, "0107")["stages"]
    assert isinstance(stages, list)
    assert stages[0]["name"] != "confirm"
    told = {name: stages[-1][name] for name in ("name", "clock", "limit", "label")}
    assert told == {"name": "check", "clock": "emergency_hours", "limit": 6, "label": "夜查"}


def test_what_is_no_rule_is_said_beside_its_field(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, code="0108")
    visit.see("[name=rebound_days]").fill("999")
    visit.see(".rules-foot [type=submit]").click()
    assert visit.text("[data-field=rebound_days] .field-error:not([hidden])")
    assert stored(api, "0108")["version"] == 1


def test_two_administrators_do_not_overwrite_each_other(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, code="0109")
    visit.see("[name=weight]").fill("3")
    api.patch("/categories/0109", json={"weight": 2}).raise_for_status()
    visit.see(".rules-foot [type=submit]").click()
    visit.see(".rules-foot .notice.error:not([hidden])")
    assert stored(api, "0109")["weight"] == 2


def test_a_category_is_added_retired_and_taken_into_use_again(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, lang="en")
    visit.see("#add-category").click()
    visit.see("dialog [name=code]").fill("0798")
    visit.see("dialog [name=name_zh]").fill("试用类别")
    visit.see("dialog [name=name_en]").fill("Trial kind")
    visit.see("dialog [name=parent]").select_option("07")
    visit.see("dialog [type=submit]").click()
    visit.see(".rules-editor[data-code='0798']")
    visit.see("#retire").click()
    visit.see(".versions [data-version='2']")
    assert stored(api, "0798")["retired"] is True
    visit.see("#rules-back").click()
    visit.see(".rules-row")
    assert "0798" not in visit.each(".rules-row", "data-code")
    visit.see("[name=retired]").check()
    visit.see("[data-code='0798']").click()
    visit.see("#retire").click()
    visit.see(".versions [data-version='3']")
    assert stored(api, "0798")["retired"] is False


def test_the_cost_of_a_finding_is_changed(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    visit.see("#costs [name=village]").fill("-0.3")
    visit.see("#costs [type=submit]").click()
    visit.see(".toast")
    assert api.get("/source-levels").json()["points"]["village"] == -0.3
    visit.see("#costs [name=city]").fill("5")
    visit.see("#costs [type=submit]").click()
    assert visit.text("#costs [data-field=city] .field-error:not([hidden])")


def test_administration_leads_to_its_pages(visit: Visit) -> None:
    visit.go("/admin")
    assert {"/admin/import", PATH} <= set(visit.each(".cards a", "href"))
    visit.see(f".cards a[href='{PATH}']").click()
    visit.see(".rules-row")


def test_the_list_under_more_is_used_by_keyboard(visit: Visit) -> None:
    visit.go("/help")
    visit.see("#more-button").focus()
    visit.page.keyboard.press("ArrowDown")
    first = visit.page.evaluate("document.activeElement.pathname")
    assert first == visit.each(".more-list a", "href")[0]
    visit.page.keyboard.press("ArrowUp")
    assert visit.page.evaluate("document.activeElement.pathname") == visit.each(".more-list a", "href")[-1]
    visit.page.keyboard.press("Escape")
    assert visit.page.evaluate("document.activeElement.id") == "more-button"
    assert not visit.page.locator(".more-list").is_visible()
