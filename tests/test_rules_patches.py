"""Patches of cells and the zones that may be called clean, on a district of 6 × 5 whole cells."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.rules.clean_zones import STATES, CleanZones
from layers.rules.grid import Cells, unit_cells
from layers.rules.patches import Zone, clean_zones_of, is_clean_zone, members, patches, sides

WIDE, TALL = 6, 5
CELLS = unit_cells(np.array([shapely.box(0, 0, WIDE * 100, TALL * 100)]))
SIGNS = {"c": "clean", "P": "problem", ".": "unknown"}


def zones(picture: str) -> CleanZones:
    """From rows of signs, the north first; missing columns are unknown."""
    rows = [row.strip().ljust(WIDE, ".") for row in picture.split("/")][::-1]
    rows += ["." * WIDE] * (TALL - len(rows))
    state = np.array([STATES.index(SIGNS[sign]) for row in rows for sign in row], dtype=np.int8)
    none = np.zeros(len(state))
    return CleanZones(state, state, none, none, np.ones(len(state), int), state == 0)


def found(picture: str, cells: Cells = CELLS) -> list[Zone]:
    return clean_zones_of(cells, zones(picture))


def test_four_clean_cells_side_by_side_are_a_zone_of_4_ha() -> None:
    (zone,) = found("cccc")
    assert (zone.area_m2, zone.unknown_share, zone.passes) == (40_000.0, 0.0, 1)
    assert zone.geometry.equals(shapely.box(0, 0, 400, 100))


@pytest.mark.parametrize("picture", ["ccc", "cc../..cc", "cccP", "c.c.c./.c.c.c"])
def test_fewer_or_only_touching_at_corners_are_none(picture: str) -> None:
    assert found(picture) == []


def test_the_largest_zone_comes_first() -> None:
    assert [len(zone.cells) for zone in found("cccc../....../cccccc")] == [6, 4]


def test_a_small_unknown_pocket_belongs_to_the_zone() -> None:
    (zone,) = found("cccccc/cccccc/cc.ccc/cccccc/cccccc")
    assert (len(zone.cells), round(zone.unknown_share, 4)) == (30, round(1 / 30, 4))


def test_pockets_over_5_percent_stay_outside() -> None:
    (zone,) = found("cccccc/c.c.cc/cccccc/ccc.cc/cccccc")
    assert (len(zone.cells), zone.unknown_share) == (28, pytest.approx(1 / 28))


def test_a_problem_is_never_inside() -> None:
    (zone,) = found("cccccc/cccccc/ccPccc/cccccc/cccccc")
    assert not zone.geometry.contains(shapely.Point(250, 250))
    assert len(zone.cells) == 29


def test_a_pocket_beside_a_problem_stays_outside() -> None:
    (zone,) = found("cccccc/cccccc/cc.Pcc/cccccc/cccccc")
    assert len(zone.cells) == 28


@pytest.mark.parametrize(
    ("picture", "label"),
    [
        ("cccccc/cccccc/cccccc/cccccc/cccccc", True),
        ("cccccc/cccccc/cc.ccc/cccccc/cccccc", True),
        ("cccccc/c.cccc/cc.ccc/cccccc/cccccc", False),  # 6.7 % unknown
        ("cccccc/cccccc/ccPccc/cccccc/cccccc", False),
    ],
)
def test_a_whole_area_is_a_clean_zone_or_not(picture: str, label: bool) -> None:
    assert is_clean_zone(CELLS, zones(picture), np.arange(len(CELLS.east)), sides(CELLS)) is label


def test_an_area_of_less_than_4_ha_is_none() -> None:
    assert not is_clean_zone(CELLS, zones("cccc/cccc"), np.arange(3), sides(CELLS))


def test_cells_that_the_border_parts_are_no_neighbours() -> None:
    halves = unit_cells(np.array([shapely.box(0, 0, 80, 100), shapely.box(120, 0, 200, 100)]))
    assert len(sides(halves)) == 0
    assert len(sides(unit_cells(np.array([shapely.box(0, 0, 180, 60)])))) == 1


law = settings(derandomize=True, database=None, max_examples=60, deadline=None)


@law
@given(st.lists(st.booleans(), min_size=30, max_size=30))
def test_every_chosen_cell_is_in_one_patch_that_hangs_together(chosen: list[bool]) -> None:
    mask = np.array(chosen)
    label = patches(mask, sides(CELLS))
    assert ((label >= 0) == mask).all()
    for own in members(label):
        shape = shapely.union_all(CELLS.geometry[own])
        assert shape.geom_type == "Polygon"
        others = CELLS.geometry[mask & ~np.isin(np.arange(30), own)]
        assert (shapely.length(shapely.intersection(shape, others)) == 0).all()


@law
@given(st.lists(st.sampled_from("ccccc.P"), min_size=30, max_size=30))
def test_a_zone_is_large_known_and_free_of_problems(signs: list[str]) -> None:
    picture = "/".join("".join(signs[i : i + WIDE]) for i in range(0, 30, WIDE))
    state = zones(picture).state
    for zone in found(picture):
        assert zone.area_m2 >= 40_000
        assert (state[zone.cells] == STATES.index("unknown")).mean() <= 0.05
        assert not (state[zone.cells] == STATES.index("problem")).any()
