"""Frontages and dust by the gram in the browser: a check before the door on a phone, a sample, the list."""

from typing import Any

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PAGE = "/maps/frontages"


def frontages(api: httpx.Client, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/frontages", params=asked).json()["features"]
    return found


def judge(visit: Visit, duty: str, result: str) -> None:
    visit.see(f".duty[data-duty={duty}] .segment:has([value={result}])").click()


def test_a_failed_check_on_a_phone_opens_its_problem(phone: Visit, api: httpx.Client) -> None:
    shop = frontages(api, state="never")[0]
    phone.go(PAGE, id=str(shop["id"]))
    phone.see("#new-check").click()
    judge(phone, "cleanliness", "pass")
    assert not phone.page.locator(".opens").is_visible()
    judge(phone, "lighting", "fail")
    assert phone.page.locator(".opens input").is_checked()
    phone.see("#check-form button[type=submit]").click()
    assert "包秩序" in phone.text("#check-form [role=alert] .notice")
    for duty in ("order", "greenery", "fittings"):
        judge(phone, duty, "na")
    phone.see("#check-form [name=note]").fill("招牌灯不亮")
    boxes = [one.bounding_box() for one in phone.page.locator(".duty .segment").all()]
    assert len(boxes) == 15 and all(box and box["height"] >= 44 and box["width"] >= 44 for box in boxes)
    phone.see("#check-form button[type=submit]").click()
    phone.see(".frontage[data-state=failed] .check-row .judged.fail")
    (check,) = api.get(f"/frontages/{shop['id']}/checks").json()
    assert (check["passed"], check["failed"], check["note"]) == (1, 1, "招牌灯不亮")
    problem = api.get(f"/problems/{check['problem']['id']}").json()["properties"]
    assert problem["category"] == "0604" and "包亮化" in problem["description"]
    assert phone.text(".check-row .link-button") == problem["code"]
    assert (phone.faults, phone.foreign) == ([], [])


def test_a_sample_from_where_one_stands_is_judged_and_reported(phone: Visit, api: httpx.Client) -> None:
    phone.go(PAGE, lang="en")
    phone.see("#frontage-list .row")
    phone.see("#new-sample").click()
    phone.see("#my-position").click()
    phone.see(".picked .icon")
    phone.see("#sample-form [name=grams_m2]").fill("31.5")
    phone.see("#sample-form .opens")
    phone.see("#sample-form button[type=submit]").click()
    assert "Above the limit" in phone.text(".sample .state-chip")
    made = max(api.get("/dust-samples").json()["features"], key=lambda one: one["id"])["properties"]
    assert (made["grams_m2"], made["passed"], bool(made["problem"])) == (31.5, False, True)
    assert (phone.faults, phone.foreign) == ([], [])


def test_the_list_follows_segment_and_state(visit: Visit, api: httpx.Client) -> None:
    segment = frontages(api)[0]["properties"]["segment"]
    visit.go(PAGE, segment=segment)
    visit.see("#frontage-list .row")
    here = frontages(api, segment=segment)
    assert {int(one) for one in visit.each("#frontage-list .row", "data-id")} == {one["id"] for one in here}
    visit.see(".chip[data-state=passed]").click()
    visit.see(".chip[data-state=passed][aria-pressed=true]")
    passed = [one["id"] for one in here if one["properties"]["state"] == "passed"]
    assert sorted(map(int, visit.each("#frontage-list .row", "data-id"))) == sorted(passed)
    assert f"segment={segment}" in visit.page.url and "state=passed" in visit.page.url
    assert (visit.faults, visit.foreign) == ([], [])
