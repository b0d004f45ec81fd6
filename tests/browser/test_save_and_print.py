"""Saving and printing a map in a real browser: the dialog, the file from the disk without any network, the paper."""

import json
from io import BytesIO
from pathlib import Path

import httpx
import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.browser.conftest import Visit, profile

pytestmark = pytest.mark.browser

COLOURS = """(() => {
  const sheet = document.querySelector('.leaflet-container canvas');
  const { data } = sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height);
  return new Set(new Uint32Array(data.buffer)).size;
})()"""


def open_dialog(visit: Visit, path: str, **query: str) -> Visit:
    visit.go(path, lang="zh", **query).see("#save-html")
    visit.until("document.querySelectorAll('.leaflet-container canvas').length > 0")
    visit.page.wait_for_timeout(500)  # the map tells where it has come to rest
    visit.page.click("#save-html")
    visit.see(".dialog")
    return visit


def test_the_size_is_said_before_the_file_is_saved(visit: Visit, tmp_path: Path) -> None:
    open_dialog(visit, "/maps/open-problems", category="0102").page.click(".segment:has-text('HTML')")
    said = float(visit.text("#file-size").split()[1])
    assert "问题：全部" in visit.text("#file-facts")
    with visit.page.expect_download() as started:
        visit.page.click(".dialog [type=submit]")
    started.value.save_as(tmp_path / "map.html")
    assert started.value.suggested_filename == "open-problems.html"
    assert (tmp_path / "map.html").stat().st_size / 1e6 == pytest.approx(said, abs=0.06)
    assert visit.faults == []


def test_a_picture_of_what_the_map_shows(visit: Visit, tmp_path: Path) -> None:
    open_dialog(visit, "/maps/open-problems", overdue="1", at="22.53,114.02,15").page.click(".segment:has-text('图片')")
    with visit.page.expect_download() as started:
        visit.page.click(".dialog [type=submit]")
    started.value.save_as(tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as picture:
        size = picture.size
    box = visit.page.locator(".folium-map").bounding_box()
    assert box
    assert size == (round(box["width"]), round(box["height"]))
    assert "overdue=1" in started.value.url
    west, south, east, north = (float(part) for part in httpx.URL(started.value.url).params["bbox"].split(","))
    assert west < 114.02 < east and south < 22.53 < north and east - west < 0.06


def test_a_sheet_of_paper_opens_in_a_new_tab(visit: Visit) -> None:
    open_dialog(visit, "/maps/parcels").page.select_option("select[name=size]", "A3")
    visit.page.select_option("select[name=orientation]", "portrait")
    asked: list[str] = []
    visit.page.context.on("request", lambda request: asked.append(request.url))
    with visit.page.context.expect_page() as opened:
        visit.page.click(".dialog [type=submit]")
    opened.value.close()
    address = next(url for url in asked if ".pdf" in url)
    assert "size=A3" in address and "orientation=portrait" in address
    visit.gone(".dialog")


def test_the_dialog_on_a_phone(phone: Visit) -> None:
    phone.go("/maps/open-problems", lang="zh").see("#menu-button").click()
    phone.page.wait_for_timeout(500)
    phone.see("#save-html").click()
    box = phone.see(".dialog").bounding_box()
    assert box
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    phone.page.keyboard.press("Escape")
    phone.gone(".dialog")
    assert phone.faults == []


@pytest.mark.parametrize("name", ["open-problems", "clean-zones", "hotspots"])
def test_a_saved_map_opens_from_the_disk_without_a_network(
    light_chromium: Browser, service_url: str, tmp_path: Path, name: str
) -> None:  # fmt: skip
    """The numbers of the panel, the canvas and a filter in words are there; nothing is asked of anybody."""
    file = tmp_path / f"{name}.html"
    query = {"lang": "zh", **({"overdue": "1"} if name == "open-problems" else {})}
    file.write_bytes(httpx.get(f"{service_url}/maps/{name}.html", params=query, timeout=60).raise_for_status().content)
    context = profile(light_chromium, offline=True)
    visit = Visit(context.new_page(), file.as_uri())
    visit.page.goto(file.as_uri())
    visit.see(".notice.info")
    visit.until("document.querySelectorAll('.leaflet-container canvas').length > 0")
    visit.page.wait_for_timeout(800)
    ink = visit.page.evaluate(COLOURS)
    assert ink > 50
    assert visit.page.locator("#save-html").count() == 0
    if name == "open-problems":
        assert "只看逾期" in visit.text("#saved-filters")
    assert visit.faults == []
    assert visit.foreign == []
    context.close()


def test_the_browsers_own_print(chromium: Browser, service_url: str) -> None:
    """The title, the map (which a graphics card has drawn) and the panel's numbers; no buttons."""
    context = profile(chromium)
    visit = Visit(context.new_page(), service_url)
    visit.go("/maps/clean-zones", lang="zh").see(".geo-legend")
    visit.until("document.querySelectorAll('.geo-surface canvas').length > 0")
    visit.page.wait_for_timeout(2500)
    document = pypdfium2.PdfDocument(visit.page.pdf(prefer_css_page_size=True))
    first = document[0]
    width, height = first.get_size()
    assert width > height
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert "干净区" in text and "图例" in text and "保存或打印" not in text
    picture = first.render(scale=1).to_pil().convert("RGB")
    colours = {colour for _, colour in picture.getcolors(1 << 24) or ()}
    green = [one for one in colours if one[1] > one[0] + 25 and one[1] > one[2] + 15]
    assert len(green) > 20
    assert visit.page.locator(".print-copy").count() == 0  # gone afterwards
    context.close()


def test_the_bulletin_holds_the_services_picture(visit: Visit) -> None:
    with visit.page.expect_response(lambda one: "/maps/open-problems.png" in one.url) as answered:
        visit.go("/bulletin", lang="zh")
    picture = Image.open(BytesIO(answered.value.body()))
    assert picture.size == (1452, 1452)
    visit.see("#picture")
    size = json.loads(visit.page.evaluate("JSON.stringify([picture.width, picture.height])"))
    assert size[0] == 1080 and size[1] > 1900


def test_the_bulletin_stands_without_the_picture(visit: Visit) -> None:
    visit.page.route("**/maps/open-problems.png*", lambda route: route.abort())
    visit.go("/bulletin", lang="zh").see("#picture")
    assert visit.page.evaluate("picture.height") > 800
