"""The administrator's page of basemaps: a tile beforehand, faults beside their field, order, files, two at once."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.archives import town_archive, write_archive
from tests.browser.conftest import Visit, profile
from tests.conftest import Service, served
from tests.tile_server import TileServer, tile_server

pytestmark = pytest.mark.browser
PATH = "/admin/basemaps"


@pytest.fixture(scope="module")
def tiles() -> Iterator[TileServer]:
    with tile_server() as running:
        yield running


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A town with two files, one of which is no basemap."""
    folder = tmp_path_factory.mktemp("admin-basemaps")
    with served(folder) as running:
        (folder / "basemaps").mkdir()
        town_archive(folder / "basemaps" / "town.pmtiles")
        write_archive(folder / "basemaps" / "aerial.pmtiles", {(9, 418, 222): b"x"}, attribution="<b>© 航拍</b>")
        (folder / "basemaps" / "cut.pmtiles").write_bytes(b"PMTiles\x03")
        yield running


@pytest.fixture
def api(town: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{town.url}/api/v1", timeout=30) as client:
        client.put("/basemaps", json={"basemaps": []}).raise_for_status()
        yield client


@pytest.fixture
def page(light_chromium: Browser, town: Service, api: httpx.Client) -> Iterator[Visit]:
    context = profile(light_chromium)
    yield Visit(context.new_page(), town.url)
    context.close()


def keys(api: httpx.Client) -> list[str]:
    return [one["key"] for one in api.get("/basemaps").json()["basemaps"]]


def fill(page: Visit, **values: str) -> None:
    for name, value in values.items():
        page.see(f"dialog [name={name}]").fill(value)


def test_tiles_from_an_address_are_looked_at_and_set(page: Visit, api: httpx.Client, tiles: TileServer) -> None:
    page.go(PATH, lang="en")
    page.see("[data-add=tiles]").click()
    address = f"{tiles.url}/blue/{{z}}/{{x}}/{{y}}"
    fill(page, key="blue", name="蓝图", addresses=address, attribution="© Example")
    page.see("dialog [data-do=preview]").click()
    page.until("document.querySelector('.basemap-sample .hint')?.textContent.startsWith('This is a tile')")
    assert [path for path in tiles.asked if path.startswith("/blue/")]
    page.see("dialog [type=submit]").click()
    page.see("[data-key=blue]")
    assert api.get("/basemaps").json()["basemaps"][0]["addresses"] == [address]
    assert page.faults == []


def test_a_tile_that_does_not_come_is_said(page: Visit, tiles: TileServer) -> None:
    page.go(PATH, lang="en")
    page.see("[data-add=tiles]").click()
    tiles.is_broken = True
    fill(page, addresses=f"{tiles.url}/blue/{{z}}/{{x}}/{{y}}")
    page.see("dialog [data-do=preview]").click()
    page.until("document.querySelector('.basemap-sample .hint')?.textContent.startsWith('No tile came')")
    tiles.is_broken = False
    fill(page, addresses="https://maps example/{z}/{x}/{y}")
    page.see("dialog [data-do=preview]").click()
    page.until("document.querySelector('.basemap-sample .hint')?.textContent.includes('is no address of tiles')")


def test_what_is_wrong_stands_beside_its_field(page: Visit, api: httpx.Client) -> None:
    page.go(PATH)
    page.see("[data-add=tiles]").click()
    fill(page, key="Blue Map", name="蓝图", addresses="https://maps.example/{z}/{x}/{y}")
    page.see("dialog [type=submit]").click()
    page.see("dialog [data-field=key] .field-error:not([hidden])")
    fill(page, key="blue", addresses="https://maps.example/{z}/{x}")
    page.see("dialog [type=submit]").click()
    page.see("dialog [data-field=addresses] .field-error:not([hidden])")
    fill(page, addresses="https://maps.example/{z}/{x}/{y}", max_zoom="")
    page.see("dialog [type=submit]").click()
    page.see("dialog [data-field=max_zoom] .field-error:not([hidden])")
    assert keys(api) == []


def test_a_file_says_of_itself_what_need_not_be_typed(page: Visit, api: httpx.Client) -> None:
    page.go(PATH, lang="en")
    assert page.text("[data-file='cut.pmtiles'] .field-error")
    page.see("[data-add=file]").click()
    assert page.each("dialog [name=file] option", "value") == ["", "aerial.pmtiles", "town.pmtiles"]
    page.see("dialog [name=file]").select_option("aerial.pmtiles")
    assert page.see("dialog [name=key]").input_value() == "aerial"
    assert page.see("dialog [name=attribution]").input_value() == "© 航拍"
    fill(page, name="航拍")
    page.see("dialog [type=submit]").click()
    page.see("[data-key=aerial]")
    assert keys(api) == ["aerial"]


def test_a_file_that_is_damaged_is_said_on_the_page(page: Visit, api: httpx.Client, town: Service) -> None:
    folder = Path(town.environment["GEO_SERVICE_DATA_DIR"]) / "basemaps"
    whole = (folder / "town.pmtiles").read_bytes()
    row = {"key": "town", "name": "街道", "kind": "file", "file": "town.pmtiles"}
    api.put("/basemaps", json={"basemaps": [row]}).raise_for_status()
    (folder / "town.pmtiles").write_bytes(whole[:-100])
    try:
        page.go(PATH)
        assert "town.pmtiles" in page.text("[data-key=town] .notice.error")
    finally:
        (folder / "town.pmtiles").write_bytes(whole)


def test_order_change_and_removal(page: Visit, api: httpx.Client) -> None:
    rows = [{"key": key, "name": key, "kind": "tiles", "addresses": ["/a/{z}/{x}/{y}"]} for key in ("one", "two")]
    api.put("/basemaps", json={"basemaps": rows}).raise_for_status()
    page.go(PATH)
    page.see("[data-key=two] [data-do=up]").click()
    page.until("document.querySelector('[data-key]').dataset.key === 'two'")
    assert keys(api) == ["two", "one"]
    page.see("[data-key=one] [data-do=edit]").click()
    fill(page, name="第一")
    page.see("dialog [name=quiet]").uncheck()
    page.see("dialog [type=submit]").click()
    page.gone("dialog")
    changed = api.get("/basemaps").json()["basemaps"][1]
    assert (changed["name"], changed["quiet"]) == ("第一", False)
    page.see("[data-key=two] [data-do=remove]").click()
    page.see("dialog [type=submit]").click()
    page.gone("[data-key=two]")
    assert keys(api) == ["one"]


def test_two_administrators_do_not_overwrite_each_other(page: Visit, api: httpx.Client) -> None:
    page.go(PATH)
    page.see("[data-add=tiles]").click()
    other = {"key": "other", "name": "另一", "kind": "tiles", "addresses": ["/a/{z}/{x}/{y}"]}
    api.put("/basemaps", json={"basemaps": [other]}).raise_for_status()
    fill(page, key="mine", name="我的", addresses="/b/{z}/{x}/{y}")
    page.see("dialog [type=submit]").click()
    page.see("dialog .notice.error:not([hidden])")
    page.see("[data-key=other]")
    assert keys(api) == ["other"]
    page.see("dialog [type=submit]").click()  # once more, beside what has come meanwhile
    page.see("[data-key=mine]")
    assert keys(api) == ["other", "mine"]


def test_administration_leads_there(page: Visit) -> None:
    page.go("/admin").see(f".cards a[href='{PATH}']").click()
    page.see("[data-add=file]")
