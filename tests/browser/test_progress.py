"""The progress of a campaign: its head and chart, units worst first, a unit's quota; campaigns made by a form."""

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
WORST_FIRST = ["late", "at_risk", "unknown", "on_track"]


def test_the_campaign_is_told_and_drawn_for_eyes_and_for_ears(visit: Visit, api: httpx.Client) -> None:
    found = api.get("/analysis/progress", params={"lang": "en"}).raise_for_status().json()
    visit.go("/progress", lang="en")
    visit.see(".burn-down")
    assert visit.text("h1") == found["campaign"]["name"]
    assert f"Day {found['day']} of {found['days']}" in visit.text(".campaign-day")
    assert visit.text(".campaign-figures .tile b") == str(found["total"]["open"])
    path = visit.see(".burn-down .curve-line").get_attribute("d") or ""
    assert path.count("L") == len(found["course"]["days"])  # one step for each day from the begin on
    label = visit.see(".burn-down").get_attribute("aria-label") or ""
    assert f"{found['total']['open']} now" in label
    assert visit.each(".burn-down :is(.burn-ideal, .burn-deadline)", "class") == ["burn-ideal", "burn-deadline"]
    visit.see(".burn-numbers summary").click()
    days = visit.texts(".burn-tables table:first-of-type tbody th")
    assert days[: len(found["course"]["days"])] == [one["day"] for one in found["course"]["days"]]
    assert len(visit.each(".target", "data-status")) == len(found["targets"])
    assert visit.faults == []


def test_a_unit_shows_its_own_chart_quota_and_next_cases(visit: Visit, api: httpx.Client) -> None:
    nowhere = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [113.9, 22.4]},
               "properties": {"category": "0102", "description": "in no village"}}  # fmt: skip
    api.post("/problems", json=nowhere).raise_for_status()
    visit.go("/progress", lang="en")
    visit.see(".progress-units .whole")
    assert visit.page.locator(".progress-units tr[aria-current]").count() == 0
    turns = [WORST_FIRST.index(key) for key in visit.each(".progress-units tbody tr:not(.whole)", "data-status")]
    assert turns == sorted(turns)
    row = visit.see(".progress-units tbody tr:has([data-open])")
    unit = row.get_attribute("data-unit") or ""
    row.locator("button").click()
    visit.until(f"new URLSearchParams(location.search).get('unit') === '{unit}'")
    visit.until("document.querySelector('.next-cases')?.open")
    found = api.get("/analysis/progress", params={"unit": unit}).json()["course"]
    visit.until("document.activeElement.id === 'course'")
    quota = [int(n) for n in visit.page.locator(".quota-days b").all_text_contents()]
    assert quota == found["line"]["quota"]
    assert sum(quota) == found["line"]["open"]
    assert visit.each(".next-cases .row", "data-id") == [str(case["id"]) for case in found["next_day"]["cases"]]
    assert visit.see(f"tr[data-unit='{unit}'] a").get_attribute("href") == f"/maps/open-problems?area={unit}"
    visit.page.go_back()
    visit.until("!document.querySelector('.next-cases')?.open && !document.querySelector('tr[aria-current]')")
    assert visit.faults == []


def test_a_campaign_is_made_with_its_errors_said_beside_the_field(visit: Visit, api: httpx.Client) -> None:
    before = api.get("/campaigns").json()["campaigns"]
    visit.go("/admin/campaigns", lang="en")
    visit.see("[data-do=again]").click()
    visit.see("dialog [name=code]").fill("round-2")
    visit.see("dialog [data-add=phases]").click()
    visit.see("dialog .campaign-part [name=name_zh]").fill("一")
    visit.see("dialog .campaign-part [name=end]").fill("2001-01-01")
    visit.see("dialog [type=submit]").click()
    assert visit.text("[data-field='phases.0.end'] .field-error")
    visit.see("dialog .campaign-part button.quiet").click()
    visit.see("dialog [type=submit]").click()
    visit.gone("dialog")
    visit.see("[data-code=round-2]")
    made = api.get("/campaigns").json()["campaigns"]
    assert [one["code"] for one in made] == [*(one["code"] for one in before), "round-2"]
    assert made[-1]["baseline_of"] == before[0]["code"]
    visit.see("[data-code=round-2] [data-do=remove]").click()
    visit.see("dialog [type=submit]").click()
    visit.gone("[data-code=round-2]")
    assert api.get("/campaigns").json()["campaigns"] == before


def test_without_a_campaign_the_page_says_how_to_set_one_up(phone: Visit, api: httpx.Client) -> None:
    phone.go("/progress", lang="en")
    phone.see(".burn-down")
    assert phone.page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    before = api.get("/campaigns").json()["campaigns"]
    try:
        api.put("/campaigns", json={"campaigns": []}).raise_for_status()
        phone.go("/progress", lang="en")
        assert phone.see(".empty-campaign a").get_attribute("href") == "/admin/campaigns"
    finally:
        api.put("/campaigns", json={"campaigns": before}).raise_for_status()
