"""Each role's path, from the report to the proven closure, with rework, rebound, findings from above and appeals."""

from itertools import count
from typing import Any

import httpx
import pytest

from tests.browser.casework import (
    CHIEF,
    DISPATCHER,
    GRID_WORKER,
    INSPECTOR,
    PATH,
    SUPERVISOR,
    act_as,
    deed,
    fill_report,
)
from tests.browser.conftest import Visit
from tests.pictures import jpeg, scene

pytestmark = pytest.mark.browser
SOON = "2030-12-05"
# Places far from each other, so that no test sees the reports of another one.
PLACES = ((114.0231918, 22.529098), (114.0350, 22.5268), (114.0180, 22.5330), (114.0290, 22.5400), (114.0400, 22.5310))
_seeds = count(70_000)


def at(place: tuple[float, float]) -> dict[str, str]:
    return {"at": f"{place[1]},{place[0]},17"}


def properties(api: httpx.Client, id_: int) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/problems/{id_}").raise_for_status().json()["properties"]
    return found


def report(api: httpx.Client, place: tuple[float, float], **said: Any) -> int:
    body = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": {"category": "0102", **said},
    }
    return int(api.post("/problems", json=body).raise_for_status().json()["id"])


def move(api: httpx.Client, id_: int, *states: str, **said: Any) -> None:
    for state in states:
        api.post(f"/problems/{id_}/moves", json={"to": state, **said}).raise_for_status()


def photographed(api: httpx.Client, id_: int) -> None:
    """What a named handler needs before a case can be told fixed."""
    files = {"file": ("after.jpg", jpeg(scene(seed=next(_seeds))), "image/jpeg")}
    api.post(f"/problems/{id_}/photos", files=files, data={"role": "after"}).raise_for_status()


def card(visit: Visit) -> int:
    return int(str(visit.see(".problem").get_attribute("data-id")))


def shown(visit: Visit, id_: int, **query: str) -> None:
    visit.go(PATH, id=str(id_), **query)
    visit.see(".problem")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_the_report_to_the_rebound_each_by_their_role(visit: Visit, api: httpx.Client, language: str) -> None:
    place = PLACES[0 if language == "zh" else 1]
    known = report(api, place, description="先有一件")
    visit.go(PATH, lang=language, **at(place))
    fill_report(visit, words=f"全流程 {language}", person=GRID_WORKER)
    assert visit.see(".known input").get_attribute("value") == str(known)
    visit.see("[data-known=another]").click()
    visit.see(".report [type=submit]").click()
    case = card(visit)
    assert case != known
    act_as(visit, DISPATCHER)
    deed(visit, "move", "filed")
    deed(visit, "move", "assigned")
    act_as(visit, CHIEF)
    deed(visit, "move", "in_hand")
    deed(visit, "act", "ask_extension", note="连日下雨", until=f"{SOON}T10:00")
    act_as(visit, DISPATCHER)
    deed(visit, "act", "grant_extension")
    visit.see(".requests [data-verdict=granted]")
    photographed(api, case)
    shown(visit, case)
    act_as(visit, CHIEF)
    deed(visit, "move", "fixed")
    act_as(visit, INSPECTOR)
    deed(visit, "move", "returned", note="墙根还有残留")
    act_as(visit, CHIEF)
    deed(visit, "move", "in_hand")
    deed(visit, "move", "fixed")
    act_as(visit, INSPECTOR)
    deed(visit, "move", "closed")
    proven = properties(api, case)
    assert (proven["state"], proven["verified_by"], proven["rework_count"]) == ("closed", INSPECTOR, 1)
    assert (proven["handled_by"], proven["forced"]) == (CHIEF, False)
    again = report(api, place, description="又来了")
    shown(visit, again)
    assert properties(api, again)["rebound_of"] == case
    visit.see("[data-banner=rebound] .link-button").click()
    visit.see(f".problem[data-id='{case}']")
    visit.see(f"#came-back .row[data-id='{again}']").click()
    visit.see(f".problem[data-id='{again}']")
    assert visit.faults == []


@pytest.mark.parametrize("role", ["contractor", "village_head", "zone_head", "grid_worker"])
def test_everybody_who_handles_brings_a_case_to_its_closing(visit: Visit, api: httpx.Client, role: str) -> None:
    """With the photo that a named person owes, and checked by an inspector of another name."""
    handler = next(one["code"] for one in api.get("/people").json() if role in one["roles"])
    case = report(api, PLACES[2], category="0103")
    move(api, case, "filed", "assigned")
    shown(visit, case, lang="en")
    act_as(visit, handler)
    deed(visit, "move", "in_hand")
    visit.see("[data-move=fixed]").click()
    visit.see("form.deed [type=submit]").click()
    assert "photo" in visit.text("form.deed .notice.error:not([hidden])")
    photographed(api, case)
    shown(visit, case, lang="en")
    deed(visit, "move", "fixed")
    act_as(visit, INSPECTOR)
    deed(visit, "move", "closed")
    after = properties(api, case)
    assert (after["state"], after["handled_by"], after["verified_by"]) == ("closed", handler, INSPECTOR)


def test_a_deed_of_another_role_is_shown_with_whom_it_is_for(visit: Visit, api: httpx.Client) -> None:
    shown(visit, report(api, PLACES[2]))
    assert visit.see("[data-move=filed]").is_enabled()
    act_as(visit, CHIEF)
    assert visit.see("[data-move=filed]").is_disabled()
    assert "调度员" in visit.text("[data-move=filed] .for")
    assert visit.see("[data-move=confirmed]").is_enabled()
    act_as(visit, DISPATCHER)
    assert visit.see("[data-move=filed]").is_enabled()


def test_a_county_finding_is_closed_by_the_countys_check_alone(visit: Visit, api: httpx.Client) -> None:
    case = report(api, PLACES[2], source_level="county")
    move(api, case, "filed", "assigned", "in_hand", "fixed")
    shown(visit, case)
    visit.see("[data-banner=above]")
    act_as(visit, INSPECTOR)
    visit.see("[data-move=closed]").click()
    visit.see("form.deed [type=submit]").click()
    assert visit.text("[data-field=recheck_level] .field-error:not([hidden])")
    visit.see("form.deed [name=recheck_level]").select_option("county")
    visit.see("form.deed [type=submit]").click()
    assert visit.text("[data-field=document] .field-error:not([hidden])")
    assert properties(api, case)["state"] == "fixed"
    visit.see("form.deed .btn.quiet").click()
    deed(visit, "move", "closed", recheck_level="county", document="县督〔2026〕7号")
    assert properties(api, case)["state"] == "closed"
    assert "县督〔2026〕7号" in visit.text(".timeline [data-kind=moved]")


def test_a_supervisor_supervises_and_the_handler_answers(visit: Visit, api: httpx.Client) -> None:
    case = report(api, PLACES[2])
    move(api, case, "filed", "assigned", "in_hand")
    shown(visit, case)
    act_as(visit, SUPERVISOR)
    deed(visit, "act", "supervise", note="群众反映强烈")
    visit.see("[data-banner=escalation]")
    visit.go(PATH, escalation="supervise", q=properties(api, case)["code"])
    visit.see(f".row[data-id='{case}'] [data-tag=escalation]")
    shown(visit, case)
    act_as(visit, CHIEF)
    deed(visit, "act", "answer_supervision", note="明日清完")
    visit.gone("[data-banner=escalation]")


def test_an_appeal_that_is_upheld_costs_nothing(visit: Visit, api: httpx.Client) -> None:
    case = report(api, PLACES[2], source_level="city")
    move(api, case, "filed", "assigned")
    assert properties(api, case)["score_effect"] == -1
    shown(visit, case)
    act_as(visit, CHIEF)
    deed(visit, "act", "appeal", note="不在本路段")
    assert visit.see("[data-act=admit_appeal]").is_disabled()
    act_as(visit, DISPATCHER)
    deed(visit, "act", "admit_appeal", note="受理")
    act_as(visit, INSPECTOR)
    deed(visit, "act", "uphold_appeal", note="属实")
    visit.see(".requests [data-verdict=upheld]")
    assert properties(api, case)["score_effect"] == 0


def test_the_same_problem_is_added_as_evidence(visit: Visit, api: httpx.Client) -> None:
    known = report(api, PLACES[3], description="原件")
    visit.go(PATH, **at(PLACES[3]))
    fill_report(visit, words="再报一次")
    visit.see("[data-known=same]").click()
    visit.see("[data-decision=same]")
    visit.see(".report [type=submit]").click()
    visit.see(f".problem[data-id='{known}']")
    visit.see(".evidence .link-button").click()
    visit.see("[data-banner=merged]")
    assert properties(api, card(visit))["duplicate_of"] == known


def test_a_case_is_merged_into_one_near_by(visit: Visit, api: httpx.Client) -> None:
    known, other = report(api, PLACES[4], category="0103"), report(api, PLACES[4], category="0103")
    shown(visit, other)
    visit.see("[data-move=duplicate]").click()
    visit.see(f".case input[value='{known}']").check()
    visit.see("form.deed [name=note]").fill("同一处")
    visit.see("form.deed [type=submit]").click()
    visit.see("[data-banner=merged]")
    assert properties(api, other)["duplicate_of"] == known


def test_the_finder_puts_it_right_on_the_spot(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, **at(PLACES[4]))
    fill_report(visit, words="随手清掉", category="0101")
    visit.see("[name=on_the_spot]").check()
    visit.see(".report [type=submit]").click()
    visit.see("[data-banner=self_handled]")
    assert properties(api, card(visit))["state"] == "fixed"


def test_a_finding_from_above_keeps_level_and_document(visit: Visit, api: httpx.Client) -> None:
    visit.go(PATH, **at(PLACES[4]))
    fill_report(visit, words="市里发现", category="0104")
    visit.see("[name=source_level]").select_option("city")
    visit.see("[name=document]").fill("市督〔2026〕12号")
    visit.see(".report [type=submit]").click()
    visit.see("[data-banner=above]")
    stored = properties(api, card(visit))
    assert (stored["source_level"], stored["recheck_level"]) == ("city", "city")
    assert (stored["score_effect"], stored["extra"]["document"]) == (-1, "市督〔2026〕12号")


def test_what_somebody_else_changed_meanwhile_is_said(visit: Visit, api: httpx.Client) -> None:
    case = report(api, PLACES[2])
    shown(visit, case)
    visit.see("[data-move=filed]").click()
    move(api, case, "confirmed")
    visit.see("form.deed [type=submit]").click()
    visit.see("form.deed .notice.error .btn").click()
    visit.gone("[data-move=confirmed]")
    assert properties(api, case)["state"] == "confirmed"
