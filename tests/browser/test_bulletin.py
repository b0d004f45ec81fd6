"""The bulletin: the text that is copied, the picture that is saved, the town's and one person's."""

from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
CARD_PX = 1080


def test_the_text_is_the_services_own_and_is_copied(visit: Visit, api: httpx.Client) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.go("/bulletin")
    shown = visit.text("#paste-text")
    expected = api.get("/bulletin").json()["text"]
    assert shown.splitlines()[0] == expected.splitlines()[0]
    assert shown.splitlines()[3:6] == expected.splitlines()[3:6]
    visit.see("#copy-text").click()
    visit.see(".toast")
    assert visit.page.evaluate("navigator.clipboard.readText()").replace("\r", "") == visit.page.evaluate(
        "document.querySelector('#paste-text').textContent"
    )
    assert visit.faults == []


def test_the_picture_is_saved_as_a_png_with_something_on_it(visit: Visit, tmp_path: Path) -> None:
    visit.go("/bulletin", days="30", lang="en")
    visit.see("#picture")
    with visit.page.expect_download() as waiting:
        visit.see("#save-picture").click()
    waiting.value.save_as(tmp_path / "card.png")
    with Image.open(tmp_path / "card.png") as picture:
        assert picture.format == "PNG" and picture.width == CARD_PX and picture.height > CARD_PX
        colours = picture.convert("RGB").getcolors(1 << 24)
        assert colours is not None
        share = {colour: n / (picture.width * picture.height) for n, colour in colours}
    assert share[(0, 96, 77)] > 0.02  # the head
    assert share[(0, 112, 90)] > 0.01  # the bars
    assert max(share.values()) < 0.9
    assert waiting.value.suggested_filename.endswith(".png")
    assert visit.faults == []


def test_one_person_and_another_day(visit: Visit, api: httpx.Client) -> None:
    visit.go("/bulletin")
    visit.see("#paste-text")
    person = api.get("/people", params={"q": "R001"}).json()[0]
    visit.see("[name=person]").fill(person["name"])
    visit.see("[role=option]").click()
    visit.until(f"document.querySelector('#paste-text').textContent.includes('{person['name']}')")
    assert f"person={person['code']}" in visit.page.url
    visit.see("[name=on]").fill("2021-01-01")
    visit.until("document.querySelector('#paste-text').textContent.includes('1月1日')")
    assert visit.faults == []


def test_it_fits_on_a_phone(phone: Visit) -> None:
    phone.go("/bulletin", lang="en")
    phone.see("#picture")
    assert not phone.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    assert phone.faults == []
