"""A case of several departments, its outcome of enforcement, its tags; figures beside those before."""

import httpx
import pytest

from tests.browser.casework import CHIEF, DISPATCHER, INSPECTOR, PATH, SUPERVISOR, act_as, choose_person, deed
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PLACE = [114.0262, 22.5352]
HELPER = "生态环境所"


def case(api: httpx.Client, *states: str, category: str = "0401") -> int:
    place = {"type": "Point", "coordinates": PLACE}
    body = {"type": "Feature", "geometry": place, "properties": {"category": category}}
    found = int(api.post("/problems", json=body).raise_for_status().json()["id"])
    for state in states:
        api.post(f"/problems/{found}/moves", json={"to": state}).raise_for_status()
    return found


def test_a_checker_sees_which_department_has_not_answered_and_its_answer_takes_that_away(
    visit: Visit, api: httpx.Client
) -> None:
    id_ = case(api, "filed", "assigned", "in_hand", "fixed")
    visit.go(PATH, id=str(id_))
    assert HELPER in visit.text("[data-banner=unanswered]")
    visit.see(f".helpers [data-department={HELPER}][data-answered=false]")
    act_as(visit, DISPATCHER)
    deed(visit, "act", "add_co_department", department="城管大队", note="联合执法")
    deed(visit, "act", "answer_as_co_department", department="城管大队", note="已配合")
    deed(visit, "act", "answer_as_co_department", department=HELPER, note="已监测")
    visit.gone("[data-banner=unanswered]")
    assert visit.each(".helpers li", "data-answered") == ["true", "true"]
    deed(visit, "act", "record_enforcement", outcome="penalty", document="罚7号", amount_cny="500")
    assert "500" in visit.text("[data-outcome=penalty]")
    assert "罚7号" in visit.text("[data-kind=act][data-act=record_enforcement]")
    assert visit.faults == []


def test_an_appeal_is_decided_level_by_level_from_the_list(visit: Visit, api: httpx.Client) -> None:
    id_ = case(api, "filed", "assigned", "in_hand", category="0102")
    api.post(f"/problems/{id_}/acts", json={"act": "appeal", "by": CHIEF, "note": "不属实"}).raise_for_status()
    line = f"#requests [data-id='{id_}']"

    def decide(person: str, act: str, level: str) -> None:
        visit.go("/dashboard", lang="en")
        assert level in visit.text(line)
        choose_person(visit, "#requests", person)
        visit.see(f"{line} [data-act={act}]").click()
        visit.see(f"{line} [name=note]").fill("说明")
        visit.see(f"{line} [type=submit]").click()
        visit.gone(f"{line} form")

    decide(DISPATCHER, "admit_appeal", "Pre-review")
    decide(INSPECTOR, "reject_appeal", "Inspection")
    visit.go(PATH, id=str(id_), lang="en")
    act_as(visit, CHIEF)
    deed(visit, "act", "take_appeal_further", note="请领导复核")
    decide(SUPERVISOR, "uphold_appeal", "Leader")
    visit.go(PATH, id=str(id_), lang="en")
    visit.see(".requests li")
    assert visit.each(".requests li", "data-verdict") == ["upheld", "rejected", "admitted"]
    assert visit.faults == []


def test_a_problem_is_tagged_and_its_tag_is_a_filter(visit: Visit, api: httpx.Client) -> None:
    id_ = case(api, category="0610")
    visit.go(PATH, id=str(id_))
    act_as(visit, DISPATCHER)
    visit.see("#edit-tags").click()
    visit.see("#tags-form [value=双城同创]").check()
    visit.see("#tags-form [name=tags]").fill("秋季攻势")
    visit.see("#tags-form [type=submit]").click()
    visit.see("[data-town-tag=秋季攻势]").click()
    visit.see("[data-filter=tag]")
    visit.until(f"[...document.querySelectorAll('.row')].map((row) => row.dataset.id).join() === '{id_}'")
    assert api.get(f"/problems/{id_}").json()["properties"]["tags"] == ["双城同创", "秋季攻势"]
    assert visit.faults == []


def test_figures_say_how_they_stand_against_the_period_before(visit: Visit) -> None:
    visit.go("/dashboard", lang="en")
    against = visit.see(".tiles.five .tile [data-against=previous] .change")
    assert against.get_attribute("data-better") in ("true", "false")
    assert any(word in against.inner_text() for word in ("better", "worse"))
    assert visit.text(".tiles.five .tile [data-against=last_year]") == "—"
    visit.see("#all-indicators summary").click()
    rows = visit.each("#all-indicators tbody tr", "data-key")
    assert {"reported", "repeated_3", "co_handled", "enforced", "close_rate"} <= set(rows)
    visit.see("#all-indicators [data-key=reported] .link").click()
    visit.see("#cases .row")
    assert visit.faults == []
