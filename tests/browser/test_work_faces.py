"""The page of work faces on a town whose areas do not fit together: the list, the map, the repair, the saved file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import Visit, profile
from tests.conftest import Service
from tests.faulty_town import faulty_town

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("faulty-browser")
    running = faulty_town(folder, f"gpkg://{folder}/town.gpkg")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def clerk(light_chromium: Browser) -> Iterator[BrowserContext]:
    """A profile that may use the clipboard."""
    context = profile(light_chromium, permissions=["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def desk(clerk: BrowserContext, faulty: Service) -> Iterator[Visit]:
    one = Visit(clerk.new_page(), faulty.url)
    yield one
    one.page.close()
    clerk.clear_cookies()


def report(faulty: Service) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.get(f"{faulty.url}/api/v1/analysis/work-faces", timeout=30).json()
    return answer


def test_the_list_shows_what_the_service_found(desk: Visit, faulty: Service) -> None:
    desk.go("/maps/work-faces")
    desk.see("#faults .row")
    found = report(faulty)
    assert desk.each("#faults .row", "data-kind") == [one["properties"]["kind"] for one in found["features"]]
    assert str(found["summary"]["faults"]) in desk.text(".statement")
    assert "边界不吻合" in desk.text("[data-seam=village]")
    assert (desk.faults, desk.foreign) == ([], [])


def test_a_click_flies_to_the_fault_and_says_whose_it_is(desk: Visit) -> None:
    desk.go("/maps/work-faces")
    before = desk.see("#faults .row") and desk.page.evaluate("geo.map.then((map) => map.getZoom())")
    desk.see("#faults .row[data-kind=overlap]").click()
    assert "钱秀英" in desk.text(".fault")
    desk.until(f"geo.map.then((map) => map.getZoom() > {before})")
    assert desk.page.locator(".geo-highlight-line").count() > 0


def test_one_kind_can_be_looked_at_alone(desk: Visit) -> None:
    desk.go("/maps/work-faces")
    desk.see("[data-kind=gap].chip").click()
    desk.until("document.querySelectorAll('#faults .row').length === 1")
    assert desk.each("#faults .row", "data-kind") == ["gap"]
    desk.see("[data-kind=gap].chip").click()
    desk.until("document.querySelectorAll('#faults .row').length === 7")


def test_the_list_leaves_the_page_as_text_and_as_a_file(desk: Visit, tmp_path: Path) -> None:
    desk.go("/maps/work-faces")
    desk.see("#copy-list").click()
    desk.see(".toast")
    copied = desk.page.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(copied) == 8
    assert any("西村 (W)" in line and "5000" in line for line in copied)
    with desk.page.expect_download() as waiting:
        desk.see("#save-list").click()
    file = tmp_path / "list.csv"
    waiting.value.save_as(file)
    text = file.read_bytes().decode("utf-8-sig")
    assert len(text.splitlines()) == 8
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")


def test_english_and_another_day(desk: Visit) -> None:
    desk.go("/maps/work-faces", lang="en", on="2020-01-01", level="village")
    desk.see("#faults .row")
    assert "Area without a responsible person 2" in desk.text("[data-kind=unassigned_area].chip")


def test_on_a_phone_the_sheet_holds_the_list(light_chromium: Browser, faulty: Service) -> None:
    context = profile(light_chromium, phone=True)
    phone = Visit(context.new_page(), faulty.url).go("/maps/work-faces")
    phone.see("#faults .row").tap()
    phone.see(".fault")
    assert phone.faults == []
    context.close()


def test_a_saved_file_holds_the_list(desk: Visit, faulty: Service, tmp_path: Path) -> None:
    file = tmp_path / "faces.html"
    file.write_bytes(httpx.get(f"{faulty.url}/maps/work-faces.html", timeout=60).content)
    desk.page.goto(file.as_uri())
    desk.see("#faults .row[data-kind=sliver]").click()
    desk.see(".fault")
    assert desk.page.locator("[data-repair]").count() == 0
    assert [said for said in desk.faults if "favicon" not in said] == []


def test_a_repair_is_seen_first_and_then_agreed_to(desk: Visit, faulty: Service) -> None:
    """The last test: it mends the town."""
    desk.go("/maps/work-faces")
    desk.see("[data-repair=village]").click()
    desk.see("#apply-repair")
    assert desk.each(".changes tbody tr", "data-code") == ["W", "E"]
    desk.page.locator("[name=show][value=before]").check(force=True)
    kinds = {one["properties"]["kind"] for one in report(faulty)["features"]}
    assert {"overlap", "sliver"} <= kinds
    desk.see("#apply-repair").click()
    desk.until("!document.querySelector('#faults .row[data-kind=overlap]')")
    assert "边界吻合" in desk.text("[data-seam=village]")
    assert {"overlap", "sliver"} & {one["properties"]["kind"] for one in report(faulty)["features"]} == set()
