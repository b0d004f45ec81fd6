"""From the report to the closed case, through the interface alone."""

import httpx
import pytest

from tests.browser.casework import CHIEF, DISPATCHER, INSPECTOR, PATH, act_as, choose_person, deed, fill_report
from tests.browser.conftest import Visit
from tests.pictures import jpeg, scene

pytestmark = pytest.mark.browser


def stored(api: httpx.Client, words: str) -> list[dict[str, object]]:
    found = api.get("/problems", params={"q": words}).raise_for_status().json()
    return [feature["properties"] for feature in found["features"]]


def test_a_problem_is_reported_given_fixed_checked_and_closed(visit: Visit, api: httpx.Client) -> None:
    """By one who signs with no name, up to the check: whoever fixed it cannot be the one who checks it."""
    visit.go(PATH)
    fill_report(visit, words="全程走一遍")
    visit.see(".report [type=submit]").click()
    visit.see(".problem")
    for state in ("assigned", "in_hand", "fixed"):
        deed(visit, "move", state)
    act_as(visit, INSPECTOR)
    deed(visit, "move", "closed")
    (made,) = stored(api, "全程走一遍")
    steps = [event["to"] for event in api.get(f"/problems/{made['id']}/history").json() if event["to"]]
    assert (made["state"], steps) == ("closed", ["reported", "assigned", "in_hand", "fixed", "closed"])
    assert made["verified_by"] == INSPECTOR


def test_whoever_fixed_it_cannot_check_it(visit: Visit, api: httpx.Client) -> None:
    where = {"type": "Point", "coordinates": [114.02, 22.54]}
    body = {"type": "Feature", "geometry": where, "properties": {"category": "0102"}}
    found = api.post("/problems", json=body).raise_for_status().json()["id"]
    photo = {"file": ("after.jpg", jpeg(scene(seed=found)), "image/jpeg")}
    api.post(f"/problems/{found}/photos", files=photo, data={"role": "after"}).raise_for_status()
    for state in ("assigned", "in_hand", "fixed"):
        api.post(f"/problems/{found}/moves", json={"to": state, "by": DISPATCHER}).raise_for_status()
    visit.go(PATH, id=str(found))
    act_as(visit, DISPATCHER)
    visit.see("button[data-move=closed]").click()
    visit.see("form.deed [type=submit]").click()
    visit.see("form.deed .notice.error:not([hidden])")
    assert api.get(f"/problems/{found}").json()["properties"]["state"] == "fixed"


def test_who_answers_is_shown_before_saving(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    fill_report(visit, words="先看谁负责", person=CHIEF)
    promised = visit.text(".report .whose .person")
    visit.see(".report [type=submit]").click()
    visit.see(".problem")
    (made,) = stored(api, "先看谁负责")
    assert made["responsible"]["person_name"] == promised  # type: ignore[index]


def test_a_report_that_cannot_be_saved_is_not_lost(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    visit.page.route("**/api/v1/problems?*", lambda route: route.abort() if is_post(route) else route.continue_())
    fill_report(visit, words="断网也不丢", person=CHIEF)
    visit.see(".report [type=submit]").click()
    visit.see(".report .notice.error:not([hidden])")
    visit.page.unroute("**/api/v1/problems?*")
    visit.go(PATH)
    visit.see("button.notice.info").click()
    assert visit.see("[name=description]").input_value() == "断网也不丢"


def is_post(route: object) -> bool:
    return bool(route.request.method == "POST")  # type: ignore[attr-defined]


def test_a_report_whose_answer_got_lost_is_stored_once(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)

    def lose_the_answer(route: object) -> None:
        if is_post(route):
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    visit.page.route("**/api/v1/problems?*", lose_the_answer)
    fill_report(visit, words="只存一次", person=CHIEF)
    visit.see(".report [type=submit]").click()
    visit.see(".report .notice.error:not([hidden])")
    visit.page.unroute("**/api/v1/problems?*")
    visit.see(".report [type=submit]").click()
    visit.see(".problem")
    assert len(stored(api, "只存一次")) == 1


def test_a_report_without_a_place_says_what_is_missing(visit: Visit) -> None:
    visit.go(PATH)
    visit.see("#report-button").click()
    visit.see(".report [type=submit]").click()
    assert visit.see(".report .notice.error:not([hidden])").inner_text()


def test_a_note_that_is_needed_is_asked_for(visit: Visit, api: httpx.Client) -> None:
    found = api.get("/problems", params={"state": "filed", "limit": 1}).json()["features"][0]["id"]
    visit.go(PATH, id=str(found))
    act_as(visit, DISPATCHER)
    visit.see("button[data-move=deferred]").click()
    visit.see("form.deed [type=submit]").click()
    assert visit.see("[data-field=note] .field-error:not([hidden])").inner_text()


def test_my_position_becomes_the_place(phone: Visit) -> None:
    phone.go(PATH)
    phone.see("#report-button").click()
    phone.see("#my-position").click()
    phone.see(".picked .icon")
    assert "114.02000, 22.53000" in phone.text(".picked")


def test_the_acting_person_is_remembered(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH)
    visit.see("#report-button").click()
    choose_person(visit, ".report", CHIEF)
    visit.go(PATH)
    visit.see("#report-button").click()
    (chief,) = api.get("/people", params={"q": CHIEF}).json()
    assert chief["name"] in visit.text(".report .acting-line")
