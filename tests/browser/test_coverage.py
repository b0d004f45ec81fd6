"""Clean zones and patrol coverage in the browser, compared with the service itself."""

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_every_village_stands_with_its_rate_and_its_unknown_share(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/clean-zones")
    visit.see(".villages tbody tr")
    rows = [row.split() for row in visit.texts(".villages tbody tr")]
    expected = api.get("/analysis/clean-zones").json()["by_area"]
    shares = [[f"{row[name] * 100:.1f}%" for name in ("clean_rate", "unknown_share")] for row in expected]
    assert [[word for word in row if word.endswith("%")] for row in rows] == shares
    assert [row["name"] in " ".join(shown) for row, shown in zip(expected, rows, strict=True)] == [True] * len(rows)


def test_the_labelled_zones_are_listed_by_size(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/clean-zones")
    visit.see("#labelled .row")
    zones = api.get("/analysis/clean-zones").json()["zones"]["features"]
    sizes = [f"{zone['properties']['area_m2'] / 10_000:.1f}" for zone in zones]
    assert [size in said for size, said in zip(sizes, visit.texts("#labelled .row b"), strict=True)] == [True] * len(
        sizes
    )


def test_the_overdue_are_the_services_in_its_order(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/coverage")
    visit.see("#overdue .row")
    visit.see("#overdue ~ .btn").click()
    rows = api.get("/analysis/coverage").json()["overdue"]
    assert visit.each("#overdue .row", "data-code") == [row["code"] for row in rows]
    assert rows[0]["people"][0]["name"] in visit.text("#overdue .row")


def test_other_days_are_another_map(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/coverage")
    visit.see("#blind")
    visit.see("#days").select_option("30")
    visit.page.wait_for_url("**days=30*")
    visit.until("document.querySelector('#days').value === '30'")
    spots = api.get("/analysis/coverage", params={"days": 30}).json()["blind_spots"]["features"]
    visit.until(f"document.querySelectorAll('#blind .row').length === {min(len(spots), 12)}")


def test_an_overdue_segment_tells_who_and_since_when(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/coverage")
    rows = api.get("/analysis/coverage").json()["overdue"]
    visit.see("#overdue .row").click()
    said = visit.text("#view-detail")
    assert (rows[0]["name"] in said, rows[0]["people"][0]["phone"] in said) == (True, True)


def test_the_heads_weeks_are_told_by_sign_and_word(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/coverage")
    visit.see(".weeks tbody tr")
    weeks = [week for head in api.get("/analysis/coverage").json()["field_days"] for week in head["weeks"]]
    said = {True: "true", False: "false", None: "null"}
    assert visit.each(".weeks td", "data-passed") == [said[week["passed"]] for week in weeks]


def test_a_rule_is_changed_on_the_page(visit: Visit, api: httpx.Client) -> None:
    before = api.get("/patrol-rules").json()
    visit.go("/maps/coverage")
    visit.see("#patrol-rules summary").click()
    visit.see("#patrol-rules input").fill("5")
    visit.see("#patrol-rules [type=submit]").click()
    visit.see(".toast")
    after = api.get("/patrol-rules").json()
    assert (after["version"], after["rules"][0]["max_age_days"]) == (before["version"] + 1, 5)
    api.put("/patrol-rules", json={"rules": before["rules"]}).raise_for_status()


@pytest.mark.parametrize("page", ["coverage", "clean-zones"])
def test_the_pages_are_whole_on_a_phone_in_english(phone: Visit, page: str) -> None:
    phone.go(f"/maps/{page}", lang="en", theme="dark")
    phone.see(".tiles .tile")
    assert phone.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (phone.faults, phone.foreign) == ([], [])


def test_a_saved_map_shows_the_same_numbers(
    visit: Visit, api: httpx.Client, service_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("saved") / "coverage.html"
    file.write_bytes(httpx.get(f"{service_url}/maps/coverage.html", params={"lang": "zh"}, timeout=60).content)
    visit.page.goto(file.as_uri())
    visit.see("#overdue .row")
    rows = api.get("/analysis/coverage").json()["overdue"]
    assert visit.see("#overdue .row").get_attribute("data-code") == rows[0]["code"]
