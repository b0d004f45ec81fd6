"""The page of rebounds, compared with the service itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visit, profile
from tests.conftest import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def told(api: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = api.get("/analysis/rebounds").json()
    return answer


def test_the_risk_stands_before_the_naive_share(visit: Visit, told: dict[str, Any]) -> None:
    visit.go("/maps/rebounds")
    risk = told["summary"]["risk_30_days"]
    said = visit.text("#risk")
    assert f"{risk['risk']:.0%}" in said
    assert f"{risk['lower']:.0%} – {risk['upper']:.0%}" in said
    assert f"{told['summary']['naive_share']:.0%}" in visit.text("#naive")
    assert visit.see("svg.curve").get_attribute("aria-label")
    assert visit.faults == visit.foreign == []


def test_the_riskiest_village_comes_first_and_few_data_are_said(visit: Visit, told: dict[str, Any]) -> None:
    visit.go("/maps/rebounds")
    visit.see(".risks tbody tr")
    assert visit.each(".risks tbody tr", "data-key") == [row["key"] for row in told["risk"]["village"]][:12]
    visit.see("#risk-by").select_option("category")
    visit.see(".risks [data-key='0201']")
    few = [row["key"] for row in told["risk"]["category"][:12] if not row["enough"]]
    assert visit.page.locator(".risks tbody .few").count() == len(few)


def test_chronic_places_open_their_last_problem(visit: Visit, told: dict[str, Any]) -> None:
    visit.go("/maps/rebounds")
    visit.see("[data-tab=chronic]").click()
    visit.see("#chronic-places .row")
    assert visit.each("#chronic-places .row", "data-id") == [str(one["last_id"]) for one in told["chronic"][:12]]
    visit.see("#chronic-places .row").click()
    assert visit.see("article.problem").get_attribute("data-id") == str(told["chronic"][0]["last_id"])


def closed(api: httpx.Client, place: list[float]) -> tuple[int, int]:
    """A problem closed nine days ago, and its look-back that is overdue."""
    at = datetime.now(UTC) - timedelta(days=9)
    body = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": place},
        "properties": {"category": "0103", "description": "x", "at": (at - timedelta(days=1)).isoformat()},
    }  # fmt: skip
    id_ = int(api.post("/problems", json=body).json()["id"])
    for n, to in enumerate(("filed", "assigned", "in_hand", "fixed", "closed")):
        api.post(
            f"/problems/{id_}/moves", json={"to": to, "at": (at + timedelta(seconds=n)).isoformat()}
        ).raise_for_status()
    return id_, int(api.get("/look-backs", params={"problem": id_}).json()[0]["id"])


def look_back(api: httpx.Client, id_: int) -> dict[str, Any]:
    row: dict[str, Any] = api.get("/look-backs", params={"problem": id_}).json()[0]
    return row


def test_one_tap_tells_that_it_holds(phone: Visit, api: httpx.Client) -> None:
    id_, key = closed(api, [114.0371, 22.5311])
    phone.go("/maps/rebounds")
    phone.see("[data-tab=look_backs]").click()
    phone.see(f"[data-look-back='{key}'] [data-result=held]").click()
    phone.gone(f"[data-look-back='{key}']")
    assert look_back(api, id_)["result"] == "held"
    assert phone.faults == []


def test_what_is_back_is_reported_from_the_card_of_the_closed_problem(visit: Visit, api: httpx.Client) -> None:
    id_, key = closed(api, [114.0391, 22.5331])
    visit.go("/maps/open-problems", id=str(id_))
    visit.see(f"[data-look-back='{key}'] [data-result=rebound]").click()
    visit.see(".look-back-form textarea").fill("又堆满了")
    visit.see(".look-back-form [type=submit]").click()
    visit.see(f"li.rebound[data-look-back='{key}']")
    assert look_back(api, id_)["result"] == "rebound"
    found = api.get("/problems", params={"category": "0103", "bbox": "114.0389,22.5329,114.0393,22.5333"}).json()
    assert [one["properties"]["rebound_of"] for one in found["features"] if one["properties"]["rebound_of"]] == [id_]


def test_a_saved_file_tells_the_same_without_the_service(
    visit: Visit, service_url: str, told: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "rebounds.html"
    file.write_bytes(httpx.get(f"{service_url}/maps/rebounds.html", params={"lang": "zh"}, timeout=60).content)
    visit.page.goto(file.as_uri())
    chronic = visit.page.locator("#chronic-places li")
    chronic.first.wait_for()
    assert "%" in visit.text("#risk")
    assert chronic.count() == min(len(told["chronic"]), 12)
    assert visit.faults == []


@pytest.fixture
def own_town(light_chromium: Browser, tmp_path: Path) -> Iterator[tuple[Visit, httpx.Client]]:
    """A demo town of its own: what other tests report near each other speaks for other distances."""
    with served(tmp_path, demo=True) as town, httpx.Client(base_url=f"{town.url}/api/v1", timeout=60) as api:
        context = profile(light_chromium)
        yield Visit(context.new_page(), town.url), api
        context.close()


def test_what_the_data_speak_for_becomes_the_rule_of_every_kind(own_town: tuple[Visit, httpx.Client]) -> None:
    visit, api = own_town
    before = api.get("/categories").json()
    visit.go("/maps/rebounds", lang="en")
    visit.see("#choice summary").click()
    visit.see("#choice-kind").select_option("0102")
    visit.see("#ask-choice").click()
    visit.see("#choice .notice.info")  # of one kind there are too few
    assert visit.page.locator("#use-choice").count() == 0
    visit.see("#choice-kind").select_option("")
    visit.see("#ask-choice").click()
    chosen = visit.text("#use-choice")
    visit.see("#use-choice").click()
    visit.see("dialog[open] .btn.quiet:not(.small)").click()
    assert api.get("/categories").json() == before
    visit.see("#use-choice").click()
    visit.see("dialog[open] [type=submit]").click()
    visit.gone("dialog[open]")
    after = [one for one in api.get("/categories").json() if one["parent"]]
    said = {f"Use {one['rebound_radius_m']:.0f} m and {one['rebound_days']:.0f} days" for one in after}
    assert said == {chosen}
    assert visit.faults == []
