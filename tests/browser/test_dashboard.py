"""The indicators: a number leads to its cases, the unit and the period can be chosen."""

import json

import httpx
import pytest
from playwright.sync_api import Route

from tests.browser.casework import CHIEF, DISPATCHER, choose_person
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def rows_of(visit: Visit) -> list[str]:
    visit.see("table.numbers .whole")
    return visit.texts("table.numbers tbody th")


def test_every_unit_has_its_line_and_a_number_leads_to_its_cases(visit: Visit, api: httpx.Client) -> None:
    visit.go("/dashboard")
    names = rows_of(visit)
    query = {"by": "area", "from": visit.see("[name=from]").input_value(), "to": visit.see("[name=to]").input_value()}
    found = api.get("/analysis/scores", params=query).json()
    assert names == [found["total"]["name"], *(line["name"] for line in found["lines"])]
    visit.see("table.numbers .whole button").click()
    visit.see("#cases .row")
    shown = len(visit.each("#cases .row", "data-id"))
    assert shown == found["total"]["counts"]["reported"]
    assert visit.faults == []


def test_another_unit_and_an_empty_period(visit: Visit) -> None:
    visit.go("/dashboard", lang="en")
    rows_of(visit)
    visit.see("[name=by]").select_option("source")
    named = "[...document.querySelectorAll('table.numbers tbody th')].map((cell) => cell.textContent)"
    visit.until(f"{named}.includes('City inspection')")
    visit.see("[name=from]").fill("2001-01-01")
    visit.see("[name=to]").fill("2001-02-01")
    visit.until("document.querySelector('.tile b').textContent === '—'")
    assert "from=2001-01-01" in visit.page.url
    assert visit.faults == []


def test_an_answer_that_comes_late_is_not_shown(visit: Visit) -> None:
    """Of two questions the last one counts, whichever is answered first."""
    visit.go("/dashboard", lang="en")
    first = rows_of(visit)[-1]
    late: list[Route] = []
    visit.page.route("**/analysis/scores?*by=source*", lambda route: late.append(route))
    visit.see("[name=by]").select_option("source")
    visit.see("[name=by]").select_option("department")
    shown = "[...document.querySelectorAll('table.numbers tbody th')].map((cell) => cell.textContent)"
    visit.until(f"!{shown}.includes({json.dumps(first)})")
    names = rows_of(visit)
    with visit.page.expect_response("**/analysis/scores?*by=source*"):
        late[0].continue_()
    visit.page.wait_for_timeout(300)
    assert rows_of(visit) == names


def asked(api: httpx.Client, act: str, **said: str) -> int:
    """A case under work of which somebody asks something."""
    where = {"type": "Point", "coordinates": [114.0262, 22.5352]}
    body = {"type": "Feature", "geometry": where, "properties": {"category": "0102"}}
    found = int(api.post("/problems", json=body).raise_for_status().json()["id"])
    for state in ("filed", "assigned", "in_hand"):
        api.post(f"/problems/{found}/moves", json={"to": state}).raise_for_status()
    wish = {"act": act, "by": CHIEF, "note": "连日下雨", **said}
    api.post(f"/problems/{found}/acts", json=wish).raise_for_status()
    return found


def test_what_waits_for_a_decision_is_decided_from_the_list(visit: Visit, api: httpx.Client) -> None:
    case = asked(api, "ask_extension", until="2030-12-05T10:00:00+08:00")
    visit.go("/maps/open-problems")
    visit.see("#requests-notice").click()
    line = f"#requests [data-id='{case}']"
    assert "连日下雨" in visit.text(line)
    choose_person(visit, "#requests", CHIEF)
    assert visit.see(f"{line} [data-act=refuse_extension]").is_disabled()
    choose_person(visit, "#requests", DISPATCHER)
    visit.see(f"{line} [data-act=refuse_extension]").click()
    visit.see(f"{line} [name=note]").fill("工期足够")
    visit.see(f"{line} [type=submit]").click()
    visit.gone(line)
    (request,) = api.get(f"/problems/{case}").json()["properties"]["requests"]
    assert (request["verdict"], request["decision"], request["decided_by"]) == ("refused", "工期足够", DISPATCHER)
    assert visit.faults == []


def test_a_request_leads_to_its_case(visit: Visit, api: httpx.Client) -> None:
    case = asked(api, "appeal")
    visit.go("/dashboard", lang="en")
    visit.see(f"#requests [data-id='{case}'] a").click()
    visit.see(f".problem[data-id='{case}'] .request[data-request=appeal]")
    assert visit.faults == []
