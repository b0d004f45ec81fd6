"""Unit cells: numbers fixed in the CRS, clipped to the district."""

import numpy as np
import pytest
import shapely

from layers.rules.grid import Cells, unit_cells

TRIANGLE = shapely.Polygon([(50, 50), (950, 150), (420, 880)])


def test_the_cells_add_up_to_the_district() -> None:
    assert unit_cells(np.array([TRIANGLE])).area_m2.sum() == pytest.approx(TRIANGLE.area, rel=1e-12)


def test_no_cell_is_larger_than_its_square() -> None:
    cells = unit_cells(np.array([TRIANGLE]))
    squares = shapely.box(cells.east * 100, cells.north * 100, cells.east * 100 + 100, cells.north * 100 + 100)
    assert shapely.area(shapely.difference(cells.geometry, squares)).max() == pytest.approx(0.0, abs=1e-6)


def test_a_cell_keeps_its_number_when_the_district_grows() -> None:
    small = unit_cells(np.array([shapely.box(610, 310, 690, 390)]))
    large = unit_cells(np.array([shapely.box(610, 310, 690, 390), shapely.box(-500, -500, 650, 350)]))
    assert list(small.id) == ["6_3"]
    assert "6_3" in set(large.id)


def test_overlapping_areas_count_once() -> None:
    cells = unit_cells(np.array([shapely.box(0, 0, 80, 80), shapely.box(20, 20, 100, 100)]))
    assert cells.area_m2.tolist() == [2 * 80**2 - 60**2]


def test_a_cell_that_is_only_touched_is_none() -> None:
    assert list(unit_cells(np.array([shapely.box(0, 0, 100, 100)])).id) == ["0_0"]


@pytest.mark.parametrize(
    ("x", "y", "cell"),
    [(0.0, 0.0, "0_0"), (99.9, 100.0, "0_1"), (-0.1, 50.0, None), (250.0, 50.0, None), (np.nan, 50.0, None)],
)
def test_a_place_lies_in_the_cell_west_and_south_of_it(x: float, y: float, cell: str | None) -> None:
    cells = unit_cells(np.array([shapely.box(0, 0, 200, 200)]))
    row = cells.at(np.array([x]), np.array([y]))[0]
    assert (cells.id[row] if row >= 0 else None) == cell


def test_numbers_go_to_the_raster_and_back() -> None:
    cells = unit_cells(np.array([TRIANGLE]))
    values = np.arange(len(cells.id), dtype=float)
    raster = cells.to_raster(values)
    assert cells.from_raster(raster).tolist() == values.tolist()
    assert raster.sum() == values.sum()


def test_a_town_without_areas_has_no_cells() -> None:
    cells = unit_cells(np.empty(0, dtype=object))
    assert isinstance(cells, Cells)
    assert cells.at(np.array([1.0]), np.array([1.0])).tolist() == [-1]
