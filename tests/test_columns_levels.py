"""Further out a path is drawn without what nobody could see: never more than a quarter of a pixel off, never lost."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.columns.levels import ALL_FROM, most_of, vertex_levels
from layers.columns.world import BITS
from maps.tiles import Tile, encode_tile
from maps.tiles.grid import tile_at
from tests.columns_support import HOME, from_units, layer, patient, read

QUARTER_PIXEL = 2  # tile units: 4096 of them are drawn 512 pixels wide
wanderings = st.tuples(st.integers(0, 2**32 - 1), st.integers(3, 300), st.sampled_from([30, 3_000, 300_000]))


def wandering(seed: int, count: int, step: int) -> np.ndarray:
    """So many vertices (world units), each some steps from the last."""
    return 2**30 + np.random.default_rng(seed).normal(0, step, (count, 2)).cumsum(axis=0).astype(np.int64)


def levels_of(path: np.ndarray, *, is_ring: bool = False) -> np.ndarray:
    x, y = np.ascontiguousarray(path.astype(np.uint32).T)
    return vertex_levels(np.array([0, len(path)]), x, y, is_ring)


def limit_of(z: int) -> float:
    """A quarter of a pixel at that zoom, in world units."""
    return float(QUARTER_PIXEL << (BITS - z - 12))


@given(wanderings, st.integers(0, ALL_FROM - 1))
@patient
def test_what_is_left_out_bends_a_line_by_less_than_a_quarter_pixel(how: tuple[int, int, int], z: int) -> None:
    path = wandering(*how)
    drawn = shapely.LineString(path[levels_of(path) <= most_of(z)])
    assert shapely.distance(drawn, shapely.points(path)).max() <= limit_of(z)


@given(wanderings, st.integers(0, ALL_FROM - 1))
@patient
def test_nor_a_ring(how: tuple[int, int, int], z: int) -> None:
    path = wandering(*how)
    drawn = shapely.LinearRing(path[levels_of(path, is_ring=True) <= most_of(z)])
    assert shapely.distance(drawn, shapely.points(path)).max() <= limit_of(z)


@given(wanderings, st.integers(0, ALL_FROM))
@patient
def test_nearer_tiles_have_all_that_farther_ones_have(how: tuple[int, int, int], z: int) -> None:
    levels = levels_of(wandering(*how))
    assert (levels[levels <= most_of(z)] <= most_of(z + 1)).all()
    assert (levels <= most_of(ALL_FROM)).all()


@given(wanderings)
@patient
def test_a_line_keeps_its_ends_and_a_ring_three_corners(how: tuple[int, int, int]) -> None:
    path = wandering(*how)
    assert not levels_of(path)[[0, -1]].any()
    assert (levels_of(path, is_ring=True) == 0).sum() >= 3


def test_a_long_line_is_levelled_in_pieces() -> None:
    comb = np.column_stack([np.arange(20_000) * 9 + 2**30, 2**30 + np.arange(20_000) % 2 * 500])
    levels = levels_of(comb)
    assert (levels == 0).sum() < 100
    assert shapely.distance(shapely.LineString(comb[levels <= 8]), shapely.points(comb)).max() <= limit_of(8)


@pytest.mark.parametrize("z", [6, 10, 13])
def test_a_small_parcel_is_not_lost_far_out(z: int) -> None:
    """Three units wide: all its corners lie within what might be left out."""
    size = 3 << (HOME.z - z)
    tile = Tile(z, HOME.x >> (HOME.z - z), HOME.y >> (HOME.z - z))
    octagon = shapely.Point(2_000, 2_000).buffer(size, quad_segs=2)
    [feature] = read(encode_tile(layer([from_units(octagon)]), tile))
    assert feature["geometry"]["type"] == "Polygon"


def test_far_out_a_road_has_fewer_vertices() -> None:
    bends = np.column_stack([np.linspace(118.1, 118.2, 400), 36.18 + 0.00005 * np.sin(np.arange(400))])
    road, counts = layer([shapely.LineString(bends)]), []
    for z in (9, 13, ALL_FROM):
        tiles = {tile_at(*spot, z) for spot in bends}
        counts.append(
            sum(len(one["geometry"]["coordinates"]) for tile in tiles for one in read(encode_tile(road, tile)))
        )
    assert counts[0] < 10
    assert counts[0] < counts[1] < counts[2]
    assert counts[2] >= 400
