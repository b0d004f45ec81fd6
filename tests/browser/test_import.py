"""Importing through the page: check first, then decide."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.conftest import DESK, PHONE, Visit

pytestmark = pytest.mark.browser


def square(west: float, south: float, side: float = 0.0004) -> list[list[list[float]]]:
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def parcels_file(folder: Path, stem: str) -> Path:
    """Three parcels; the second has a state that there is not."""
    features = [
        {
            "type": "Feature",
            "properties": {"编号": f"{stem}-{i}", "地块名": f"{stem}地块{i}", "state": state},
            "geometry": {"type": "Polygon", "coordinates": square(114.01 + i * 0.001, 22.53)},
        }
        for i, state in enumerate(["bare", "没有这种状态", "treated"])
    ]
    path = folder / f"{stem}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    return path


@pytest.fixture
def checked(visit: Visit, tmp_path: Path, request: pytest.FixtureRequest) -> Visit:
    """The page after the check of a file with one bad row."""
    visit.go("/admin/import", layer="parcels")
    stem = f"import-{abs(hash(request.node.name)) % 10_000}"
    visit.see(".drop")
    visit.page.set_input_files("#files", str(parcels_file(tmp_path, stem)))
    visit.see("#check").click()
    visit.see(".import-report")
    return visit


def count(api: httpx.Client) -> int:
    layers: list[dict[str, Any]] = api.get("/layers").json()
    return int(next(layer["count"] for layer in layers if layer["name"] == "parcels"))


def test_a_check_stores_nothing(api: httpx.Client, request: pytest.FixtureRequest) -> None:
    before = count(api)
    request.getfixturevalue("checked")
    assert count(api) == before


def test_a_refused_row_is_named_with_its_reason(checked: Visit) -> None:
    row = checked.text(".import-report tbody tr")
    assert row.startswith("2")
    assert "没有这种状态" in row


def test_bad_rows_must_be_left_out_on_purpose(checked: Visit) -> None:
    assert checked.see("#commit").is_disabled()


def test_the_good_rows_are_imported(checked: Visit, api: httpx.Client) -> None:
    before = count(api)
    checked.see("[name=skip_bad]").check()
    checked.see("#commit").click()
    checked.see(".import-result a[href='/maps/parcels']")
    assert count(api) == before + 2


def test_a_column_can_be_given_to_a_field(checked: Visit) -> None:
    checked.see("select[name='map-地块名']").select_option("name")
    checked.see(".import-go .btn:not(.primary)").click()
    checked.see(".import-report")
    checked.until("document.querySelector(\"select[name='map-地块名']\")?.value === 'name'")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_columns_and_fields_lie_within_their_card(checked: Visit, size: Any) -> None:
    checked.page.set_viewport_size(size)
    inside = """() => {
        const card = document.querySelector('details:has(.mapping)').getBoundingClientRect();
        return [...document.querySelectorAll('.mapping, .mapping code, .mapping select')].map((one) => {
            const box = one.getBoundingClientRect();
            return [box.left - card.left, card.right - box.right];
        });
    }"""
    for name in ("地块名", "一列的名字很长很长很长很长很长很长", "a_column_with_a_very_long_name_without_any_break"):
        checked.page.evaluate("name => { document.querySelector('.mapping code').textContent = name; }", name)
        spaces = checked.page.evaluate(inside)
        assert len(spaces) > 4
        assert min(min(pair) for pair in spaces) >= 8, (name, spaces)


def test_the_first_rows_are_drawn_on_the_map(checked: Visit) -> None:
    checked.see(".geo-highlight-line")


def test_a_file_that_is_no_layer_is_refused_in_words(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "letter.geojson"
    path.write_text("this is no GeoJSON", "utf-8")
    visit.go("/admin/import", layer="parcels")
    visit.see(".drop")
    visit.page.set_input_files("#files", str(path))
    visit.see("#check").click()
    assert visit.text(".import-result .notice.error")


def test_a_table_of_people_is_checked_like_a_layer(visit: Visit, api: httpx.Client, tmp_path: Path) -> None:
    segment = api.get("/problems", params={"state": "open", "limit": 1}).json()["features"][0]["properties"]
    path = tmp_path / "people.csv"
    path.write_text(f"地点编号,姓名\n{segment['responsible']['place']},试验员甲\n没有的地点,试验员乙\n", "utf-8")
    visit.go("/admin/import", layer="responsibilities")
    visit.see(".drop")
    visit.page.set_input_files("#files", str(path))
    visit.see("#check").click()
    visit.see(".import-report")
    numbers = [int(text) for text in visit.texts(".import-report .tile b")]
    assert numbers == [1, 0, 1]
