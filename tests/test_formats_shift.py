"""Warnings about a coordinate system that was taken wrongly."""

import re
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.crs import from_wgs84, gcj02_offset_m, to_wgs84
from layers.formats.prepare import prepare
from layers.formats.read import read
from layers.formats.shift import direction, disguised, fit_shift, outside_town
from layers.schema import LAYERS

DATA = Path(__file__).parent / "data"
AREAS = LAYERS["areas"]
YIYUAN = (117.89, 35.92, 118.53, 36.4)
# A village with a border of many corners (degrees); its own outline stands for "existing areas".
CORNERS = np.array([(0, 0), (30, 4), (44, 0), (52, 21), (40, 33), (47, 50), (20, 44), (6, 52), (-4, 30), (5, 18)])
VILLAGE = shapely.Polygon(np.array([118.15, 36.18]) + CORNERS * 1e-3)


def array(*geometries) -> np.ndarray:
    placed = np.empty(len(geometries), dtype=object)
    placed[:] = geometries
    return placed


def found(prepared) -> list[str]:
    return [str(message) for message in prepared.report.warnings]


def test_the_amap_counties_declared_wgs84_are_found_out():
    """The measured shift at Yiyuan is that of GCJ-02: about 533 m east and 22 m north at Nanma."""
    prepared = prepare(read([DATA / "zibo_counties_amap_gcj02.geojson"]), AREAS)
    [warning] = found(prepared)
    assert warning.startswith("“沂源县” was read as EPSG:4326 but lies")
    assert warning.endswith("The file is probably GCJ-02: choose GCJ-02.")
    east, north = map(int, re.search(r"\((\d+) m east, (\d+) m north", warning).groups())
    assert (east, north) == pytest.approx((533, 22), abs=40)


@pytest.mark.parametrize("name", ["yiyuan_county_tianditu_cgcs2000.geojson", "zibo_counties_epsg4527_gbk/淄博区县.shp"])
def test_the_tianditu_counties_raise_no_warning(name):
    assert found(prepare(read([DATA / name]), AREAS)) == []


def test_the_amap_counties_read_as_gcj02_raise_no_warning():
    assert found(prepare(read([DATA / "zibo_counties_amap_gcj02.geojson"], crs="GCJ-02"), AREAS)) == []


def test_true_counties_read_as_gcj02_are_found_out():
    source = read([DATA / "yiyuan_county_tianditu_cgcs2000.geojson"], crs="GCJ-02")
    [warning] = found(prepare(source, AREAS))
    assert "lies 5" in warning
    assert "m west of" in warning
    assert warning.endswith("choose EPSG:4326.")


@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09"])
def test_areas_that_the_town_has_already_tell_too(crs):
    written = from_wgs84(array(VILLAGE), crs)
    [warning] = disguised([("", "南麻村")], written, "EPSG:4490", [("370323002001", "南麻村", VILLAGE)])
    assert str(warning).endswith(f"choose {crs}.")


@pytest.mark.parametrize(
    ("east", "north"), [(0.0, 0.0), (0.0058, 0.003), (0.02, 0.0)], ids=["true", "another shift", "another place"]
)
def test_other_shifts_are_not_taken_for_gcj02(east, north):
    moved = shapely.transform(array(VILLAGE), lambda xy: xy + np.array([east, north]))
    assert disguised([("", "村")], moved, "EPSG:4326", [("", "村", VILLAGE)]) == []


def test_a_projected_file_cannot_be_a_disguise():
    assert disguised([("", "村")], from_wgs84(array(VILLAGE), "GCJ-02"), "EPSG:4548", [("", "村", VILLAGE)]) == []


def test_the_shift_is_measured_in_metres():
    moved = to_wgs84(from_wgs84(array(VILLAGE), "GCJ-02"), "EPSG:4326")[0]
    shift = fit_shift(moved, VILLAGE)
    assert (shift.east_m, shift.north_m) == pytest.approx(gcj02_offset_m(118.17, 36.2), abs=3)
    assert shift.gap_m < 5 < shift.gap_before_m


def test_rows_inside_the_town_raise_nothing():
    assert outside_town(array(shapely.Point(118.15, 36.18)), YIYUAN, "EPSG:4326") == []


def test_a_border_that_leaves_the_town_raises_nothing():
    assert outside_town(array(shapely.box(118.5, 36.0, 118.6, 36.1)), YIYUAN, "EPSG:4326") == []


def test_rows_outside_are_counted_and_measured():
    rows = array(shapely.Point(118.15, 36.18), shapely.Point(118.15, 36.5), shapely.Point(119.53, 36.2))
    [warning] = outside_town(rows, YIYUAN, "EPSG:4326")
    assert str(warning) == "2 of 3 rows lie outside the town, the farthest 90.0 km east of it."


def test_a_town_of_the_western_hemisphere_is_warned_too():
    chicago = (-87.94, 41.64, -87.52, 42.02)
    [warning] = outside_town(array(shapely.Point(114.3, 30.5)), chicago, "EPSG:4326")
    assert str(warning).startswith("1 of 1 rows lie outside the town")


def test_exchanged_axes_are_guessed():
    [_warning, advice] = outside_town(array(shapely.Point(36.18, 118.15)), YIYUAN, "EPSG:4326")
    assert str(advice) == "Longitude and latitude seem to be exchanged."


@pytest.mark.parametrize(("taken", "true"), [("EPSG:4549", "EPSG:4548"), ("EPSG:4547", "EPSG:4548")])
def test_the_neighbour_zone_is_guessed(taken, true):
    wrong = to_wgs84(from_wgs84(array(shapely.Point(118.15, 36.18)), true), taken)
    [warning, advice] = outside_town(wrong, YIYUAN, taken)
    assert "km" in str(warning)
    assert str(advice) == f"With {true} they would lie in the town."


@pytest.mark.parametrize(
    ("way", "word"),
    [((1, 0), "east"), ((1, 1), "north-east"), ((0, 1), "north"), ((-1, 1), "north-west"), ((-1, 0), "west"),
     ((-1, -1), "south-west"), ((0, -1), "south"), ((1, -1), "south-east"), ((9, 2), "east")],
)  # fmt: skip
def test_compass(way, word):
    assert str(direction(*way)) == word
