"""From the report to the closed case, through the interface alone."""

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PATH = "/maps/open-problems"


def choose_person(visit: Visit, scope: str, name: str) -> None:
    """Say who is acting, by name."""
    if visit.page.locator(f"{scope} .acting-line").count():
        visit.see(f"{scope} .acting-line button").click()
    field = visit.see(f"{scope} [role=combobox]")
    field.fill(name)
    visit.see(f"{scope} [role=option]").click()


def fill_report(visit: Visit, *, words: str, person: str) -> None:
    """Everything that a report needs."""
    visit.see("#report-button").click()
    visit.see("#pick").click()
    visit.see(".geo-bar")
    visit.see(".folium-map").click()
    visit.see(".geo-bar .geo-main").click()
    visit.see(".report .whose")
    visit.see("[name=category_group]").select_option("01")
    visit.see("[name=category]").select_option("0102")
    visit.see("[name=description]").fill(words)
    choose_person(visit, ".report", person)


def move(visit: Visit, to: str, *, person: str, note: str = "") -> None:
    """One move on the open card."""
    visit.see(f".moves button[data-move={to}]").click()
    if note:
        visit.see("form[data-move] [name=note]").fill(note)
    choose_person(visit, "form[data-move]", person)
    visit.see("form[data-move] [type=submit]").click()


def stored(api: httpx.Client, words: str) -> list[dict[str, object]]:
    found = api.get("/problems", params={"q": words}).raise_for_status().json()
    return [feature["properties"] for feature in found["features"]]


@pytest.fixture(scope="module")
def people(api: httpx.Client) -> tuple[str, str]:
    """Two persons whose names nobody else bears."""
    names = [person["name"] for person in api.get("/people").json()]
    first, second = [name for name in names if names.count(name) == 1][:2]
    return first, second


def test_a_problem_is_reported_given_fixed_checked_and_closed(
    visit: Visit, api: httpx.Client, people: tuple[str, str]
) -> None:
    worker, checker = people
    visit.go(PATH)
    fill_report(visit, words="全程走一遍", person=worker)
    visit.see(".report [type=submit]").click()
    visit.see(".problem")
    for state in ("assigned", "in_hand", "fixed"):
        move(visit, state, person=worker)
        visit.see(f".moves button:not([data-move={state}])")
    move(visit, "closed", person=worker)
    visit.see("form[data-move] .field-error:not([hidden]), form[data-move] .notice.error:not([hidden])")
    choose_person(visit, "form[data-move]", checker)
    visit.see("form[data-move] [type=submit]").click()
    visit.gone(".moves")
    (made,) = stored(api, "全程走一遍")
    steps = [event["to"] for event in api.get(f"/problems/{made['id']}/history").json()]
    assert (made["state"], steps) == ("closed", ["reported", "assigned", "in_hand", "fixed", "closed"])


def test_who_answers_is_shown_before_saving(visit: Visit, api: httpx.Client, people: tuple[str, str]) -> None:
    visit.go(PATH)
    fill_report(visit, words="先看谁负责", person=people[0])
    promised = visit.text(".report .whose .person")
    visit.see(".report [type=submit]").click()
    visit.see(".problem")
    (made,) = stored(api, "先看谁负责")
    assert made["responsible"]["person_name"] == promised  # type: ignore[index]


def test_a_report_that_cannot_be_saved_is_not_lost(visit: Visit, api: httpx.Client, people: tuple[str, str]) -> None:
    visit.go(PATH)
    visit.page.route("**/api/v1/problems?*", lambda route: route.abort() if is_post(route) else route.continue_())
    fill_report(visit, words="断网也不丢", person=people[0])
    visit.see(".report [type=submit]").click()
    visit.see(".report .notice.error:not([hidden])")
    visit.page.unroute("**/api/v1/problems?*")
    visit.go(PATH)
    visit.see("button.notice.info").click()
    assert visit.see("[name=description]").input_value() == "断网也不丢"


def is_post(route: object) -> bool:
    return bool(route.request.method == "POST")  # type: ignore[attr-defined]


def test_a_report_whose_answer_got_lost_is_stored_once(
    visit: Visit, api: httpx.Client, people: tuple[str, str]
) -> None:
    visit.go(PATH)

    def lose_the_answer(route: object) -> None:
        if is_post(route):
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    visit.page.route("**/api/v1/problems?*", lose_the_answer)
    fill_report(visit, words="只存一次", person=people[0])
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


def test_a_note_that_is_needed_is_asked_for(visit: Visit, api: httpx.Client, people: tuple[str, str]) -> None:
    found = api.get("/problems", params={"state": "filed", "limit": 1}).json()["features"][0]["id"]
    visit.go(PATH, id=str(found))
    move(visit, "deferred", person=people[0])
    assert visit.see("[data-field=note] .field-error:not([hidden])").inner_text()


def test_my_position_becomes_the_place(phone: Visit) -> None:
    phone.go(PATH)
    phone.see("#report-button").click()
    phone.see("#my-position").click()
    phone.see(".picked .icon")
    assert "114.02000, 22.53000" in phone.text(".picked")


def test_the_acting_person_is_remembered(visit: Visit, people: tuple[str, str]) -> None:
    visit.go(PATH)
    visit.see("#report-button").click()
    choose_person(visit, ".report", people[0])
    visit.go(PATH)
    visit.see("#report-button").click()
    assert people[0] in visit.text(".report .acting-line")
