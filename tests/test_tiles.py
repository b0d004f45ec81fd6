"""Tiles read back with other readers: nothing lost, nothing invented, nothing bent by more than half a unit."""

from math import cos, sin

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from layers.columns import build
from maps.tiles import Tile, encode_tile
from maps.tiles.encode import SHAPE_MARGIN
from maps.tiles.grid import EXTENT, bounds, exists, frame, tile_at, world_box
from tests.columns_support import (
    HOME,
    ZOO,
    convex_polygons,
    drawn,
    feature_table,
    from_units,
    layer,
    lines,
    patient,
    polygons,
    read,
    scattered,
    spots,
    twice_area,
    values_of,
)

REACH = shapely.box(-SHAPE_MARGIN, -SHAPE_MARGIN, EXTENT + SHAPE_MARGIN, EXTENT + SHAPE_MARGIN)
ROUNDING = 0.75  # half a unit in x and in y, and what the 32-bit world coordinates add
EAST = Tile(HOME.z, HOME.x + 1, HOME.y)


def shown(geometry: BaseGeometry, tile: Tile = HOME) -> BaseGeometry:
    """One geometry given in units of HOME, as the tile shows it, in units of the tile."""
    features = read(encode_tile(layer([from_units(geometry)]), tile))
    return shapely.geometry.shape(features[0]["geometry"]) if features else shapely.Point()


def mended(polygon: BaseGeometry) -> BaseGeometry:
    """Rings cut at the margin may run along it to and fro; what they enclose is what counts."""
    return shapely.make_valid(polygon, method="structure", keep_collapsed=False)


# --- grid


@given(st.floats(-180, 179.99), st.floats(-85.05, 85.05), st.integers(0, 22))
@patient
def test_a_place_lies_in_its_tile(lon: float, lat: float, z: int) -> None:
    west, south, east, north = bounds(tile_at(lon, lat, z))
    slack = 1e-7
    assert west - slack <= lon <= east + slack
    assert south - slack <= lat <= north + slack


@pytest.mark.parametrize("tile", [Tile(-1, 0, 0), Tile(23, 0, 0), Tile(3, 8, 0), Tile(3, 0, 8), Tile(3, -1, 0)])
def test_tiles_outside_the_pyramid_do_not_exist(tile: Tile) -> None:
    assert not exists(tile)


@pytest.mark.parametrize("z", range(23))
def test_neighbours_share_an_edge(z: int) -> None:
    place = (1 << z) - 1
    assert world_box(Tile(z, place, 0))[0] == world_box(Tile(z, place - 1, 0))[2]


# --- points


@given(spots)
@patient
def test_a_point_is_shown_within_the_margin_of_16_units(spot: tuple[float, float]) -> None:
    seen = shown(shapely.Point(spot))
    outside = max(-min(spot), max(spot) - EXTENT)
    if abs(outside - 16) > 0.1:
        assert seen.is_empty == (outside > 16)


@given(st.floats(-15, EXTENT + 15), st.floats(-15, EXTENT + 15))
@patient
def test_a_point_is_rounded_by_half_a_unit(x: float, y: float) -> None:
    seen = shown(shapely.Point(x, y))
    allowed = [1.02 if min(abs(place), abs(place - EXTENT)) < 1 else 0.52 for place in (x, y)]
    assert (np.abs(np.array([seen.x - x, seen.y - y])) <= allowed).all()


@given(st.lists(st.tuples(st.floats(4090, 4102), st.floats(4090, 4102)), max_size=8), st.integers(0, 6))
@patient
def test_a_point_belongs_to_one_tile_only(corner: list[tuple[float, float]], zooms_out: int) -> None:
    columns = layer([from_units(shapely.Point(spot)) for spot in corner])
    z, found = HOME.z - zooms_out, []
    for x in (-1, 0, 1):
        for y in (-1, 0, 1):
            tile = Tile(z, (HOME.x >> zooms_out) + x, (HOME.y >> zooms_out) + y)
            for key, _, [[(px, py)]], _ in drawn(encode_tile(columns, tile)):
                found += [key] if 0 <= px < EXTENT and 0 <= py < EXTENT else []
    assert sorted(found) == list(range(1, len(corner) + 1))


def test_a_multipoint_is_shown_at_each_of_its_points() -> None:
    spots = shapely.MultiPoint([(10, 10), (20, 20), (9000, 0)])
    made = drawn(encode_tile(layer([from_units(spots)]), HOME))
    assert [(key, paths) for key, _, paths, _ in made] == [(1, [[(10, 10)]]), (1, [[(20, 20)]])]


# --- lines


@given(lines)
@patient
def test_a_line_is_shown_as_it_runs_inside(line: shapely.LineString) -> None:
    seen = shown(line)
    assert seen.difference(line.buffer(ROUNDING)).length < 1e-6


@given(lines)
@patient
def test_no_piece_of_a_line_is_lost(line: shapely.LineString) -> None:
    lost = line.intersection(REACH).difference(shown(line).buffer(2 * ROUNDING))
    assert all(piece.length < 2 for piece in shapely.get_parts(lost))


@given(st.lists(lines, max_size=6))
@patient
def test_the_lines_in_a_tile_are_those_that_meet_it(given_lines: list[shapely.LineString]) -> None:
    columns = layer(map(from_units, given_lines))
    seen = {key for key, *_ in drawn(encode_tile(columns, HOME))}
    surely = {key for key, line in enumerate(given_lines, 1) if line.intersection(REACH).length > 2}
    perhaps = {key for key, line in enumerate(given_lines, 1) if line.intersects(REACH.buffer(1))}
    assert surely <= seen <= perhaps


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=20))
@patient
def test_a_line_has_no_vertex_that_adds_nothing(stairs: list[tuple[int, int]]) -> None:
    for _, _, paths, _ in drawn(encode_tile(layer([from_units(shapely.LineString(stairs))]), HOME)):
        for a, b, c in zip(paths[0], paths[0][1:], paths[0][2:], strict=False):
            (ax, ay), (bx, by) = (b[0] - a[0], b[1] - a[1]), (c[0] - b[0], c[1] - b[1])
            assert ax * by != ay * bx or ax * bx + ay * by < 0


def test_a_line_keeps_its_way_back() -> None:
    seen = shown(shapely.LineString([(0, 0), (100, 0), (50, 0)]))
    assert list(seen.coords) == [(0, 0), (100, 0), (50, 0)]


def test_a_line_that_leaves_and_returns_is_two_pieces() -> None:
    seen = shown(shapely.LineString([(4000, 0), (5000, 0), (5000, 100), (4000, 100)]))
    assert [list(piece.coords) for piece in seen.geoms] == [[(4000, 0), (4160, 0)], [(4160, 100), (4000, 100)]]


@given(st.floats(-4000, 0), st.floats(100, 3900), st.floats(EXTENT, 2 * EXTENT), st.floats(100, 3900))
@patient
def test_a_line_goes_on_in_the_next_tile_where_it_left(x1: float, y1: float, x2: float, y2: float) -> None:
    line = shapely.LineString([(x1, y1), (x2, y2)])
    here, there = shown(line), shapely.affinity.translate(shown(line, EAST), EXTENT)
    seam = shapely.box(EXTENT - SHAPE_MARGIN, 0, EXTENT + SHAPE_MARGIN, EXTENT)
    assert here.intersection(seam).hausdorff_distance(there.intersection(seam)) < 2 * ROUNDING


# --- polygons


@given(polygons())
@patient
def test_a_polygon_covers_what_it_covers_inside(polygon: shapely.Polygon) -> None:
    truth, seen = polygon.intersection(REACH), mended(shown(polygon))
    assert seen.symmetric_difference(truth).area <= ROUNDING * truth.length + 4


@given(st.lists(polygons(), max_size=5))
@patient
def test_the_polygons_in_a_tile_are_those_that_meet_it(given_polygons: list[shapely.Polygon]) -> None:
    columns = layer(map(from_units, given_polygons))
    seen = {key for key, *_ in drawn(encode_tile(columns, HOME))}
    insides = {key: polygon.intersection(REACH) for key, polygon in enumerate(given_polygons, 1)}
    surely = {key for key, inside in insides.items() if not inside.buffer(-1.5).is_empty}
    perhaps = {key for key, polygon in enumerate(given_polygons, 1) if polygon.intersects(REACH.buffer(1))}
    assert surely <= seen <= perhaps


@given(st.lists(polygons(), min_size=1, max_size=3))
@patient
def test_rings_are_wound_as_the_specification_asks(parts: list[shapely.Polygon]) -> None:
    apart = [shapely.affinity.translate(part, 9000 * i) for i, part in enumerate(parts)]
    for tile in (HOME, EAST):
        for _, _, rings, closed in drawn(encode_tile(layer([from_units(shapely.MultiPolygon(apart))]), tile)):
            assert all(closed)
            assert twice_area(rings[0]) > 0
            assert all(twice_area(ring) != 0 for ring in rings)


@given(polygons())
@patient
def test_a_hole_is_wound_against_its_exterior(polygon: shapely.Polygon) -> None:
    made = drawn(encode_tile(layer([from_units(polygon)]), HOME))
    assert [twice_area(ring) > 0 for _, _, rings, _ in made for ring in rings] in ([], [True], [True, False])


@given(polygons())
@patient
def test_a_ring_has_no_vertex_that_adds_nothing(polygon: shapely.Polygon) -> None:
    for _, _, rings, _ in drawn(encode_tile(layer([from_units(polygon)]), HOME)):
        for ring in rings:
            ahead = [*ring[1:], *ring[:1]], [*ring[2:], *ring[:2]]
            assert all(twice_area(corner) != 0 for corner in zip(ring, *ahead, strict=True))


@pytest.mark.parametrize("turn", range(5))
def test_a_vertex_on_an_edge_is_dropped_wherever_the_ring_begins(turn: int) -> None:
    corners = [(50, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    [(_, _, [ring], _)] = drawn(encode_tile(layer([from_units(shapely.Polygon(np.roll(corners, turn, axis=0)))]), HOME))
    assert sorted(ring) == sorted(corners[1:])


@given(convex_polygons())
@patient
def test_a_convex_polygon_stays_valid(polygon: shapely.Polygon) -> None:
    assert shown(polygon).is_valid


@given(st.lists(convex_polygons(), min_size=2, max_size=2))
@patient
def test_a_polygon_given_either_way_round_is_the_same(pair: list[shapely.Polygon]) -> None:
    polygon = pair[0]
    turned = shapely.Polygon(polygon.exterior.coords[::-1])
    assert shapely.equals(shown(polygon), shown(turned))


def comb(teeth: int) -> shapely.Polygon:
    """A polygon that crosses all four edges of the tile with each of its teeth."""
    angles = np.arange(2 * teeth) * np.pi / teeth
    radii = np.where(np.arange(2 * teeth) % 2, 1500, 9000)
    return shapely.Polygon([(2048 + r * cos(a), 2048 + r * sin(a)) for a, r in zip(angles, radii, strict=True)])


@pytest.mark.parametrize("teeth", [3, 50, 700])
def test_a_polygon_that_is_cut_many_times_fits(teeth: int) -> None:
    polygon = comb(teeth)
    truth, seen = polygon.intersection(REACH), mended(shown(polygon))
    assert seen.symmetric_difference(truth).area <= ROUNDING * truth.length + 4


def test_a_tile_inside_a_hole_is_empty() -> None:
    ring = shapely.box(-9000, -9000, 13000, 13000).difference(shapely.box(-5000, -5000, 9000, 9000))
    assert shown(ring).is_empty


def test_a_polygon_eaten_by_its_hole_leaves_the_others_alone() -> None:
    ring = shapely.box(-9000, -9000, 13000, 13000).difference(shapely.box(-5000, -5000, 9000, 9000))
    both = shapely.MultiPolygon([ring, shapely.box(10, 10, 20, 20)])
    assert shown(both).equals(shapely.box(10, 10, 20, 20))


def test_a_hole_that_touches_the_edge_stays_a_hole() -> None:
    polygon = shapely.Polygon([(0, 0), (400, 0), (400, 400), (0, 400)], [[(0, 200), (300, 100), (300, 300)]])
    assert shown(polygon).equals(polygon)


def test_what_is_smaller_than_a_unit_is_not_drawn() -> None:
    speck = from_units(shapely.box(100.1, 100.1, 100.3, 100.3))
    assert encode_tile(layer([speck]), HOME) == b""


def test_what_is_too_small_is_found_closer_up() -> None:
    speck = from_units(shapely.box(100.1, 100.1, 100.3, 100.3))
    assert encode_tile(layer([speck]), Tile(20, (HOME.x << 6) + 1, (HOME.y << 6) + 1))


# --- all kinds together


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.parametrize("z", [0, 1, 9, 14, 22])
def test_every_geometry_can_be_drawn(name: str, z: int) -> None:
    last = (1 << z) - 1
    for tile in {Tile(z, 0, 0), Tile(z, last, last), tile_at(118.15, 36.18, z), tile_at(118, 36, z)}:
        body = encode_tile(layer([ZOO[name]]), tile)
        assert all(feature["id"] == 1 for feature in read(body))


@pytest.mark.parametrize("name", ["pole", "world", "antimeridian"])
@pytest.mark.parametrize("z", [0, 5])
def test_the_ends_of_the_world_are_drawn(name: str, z: int) -> None:
    spot = {"pole": (0, 89.9), "world": (-180, -90), "antimeridian": (180, 36)}[name]
    assert encode_tile(layer([ZOO[name]]), tile_at(*spot, z))


def test_the_world_fills_its_tile() -> None:
    [feature] = read(encode_tile(layer([ZOO["world"]]), Tile(0, 0, 0)))
    assert shapely.geometry.shape(feature["geometry"]).equals(shapely.box(0, 0, EXTENT, EXTENT))


def test_kinds_share_one_layer() -> None:
    shapes = [shapely.Point(9, 9), shapely.LineString([(0, 0), (99, 9)]), shapely.box(0, 0, 50, 50)]
    columns = layer(map(from_units, shapes), name=["a", "b", "c"])
    assert values_of(columns) == {1: {"name": "a"}, 2: {"name": "b"}, 3: {"name": "c"}}


@given(
    st.lists(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"])),
        max_size=8,
    )
)
@patient
def test_attributes_come_back_with_their_types(values: list[object]) -> None:
    columns = layer(scattered(len(values)), number=values, other=values[::-1])
    wanted = {
        key: {name: repr(value) for name, value in (("number", a), ("other", b)) if value is not None}
        for key, (a, b) in enumerate(zip(values, values[::-1], strict=True), 1)
    }
    assert {key: {n: repr(v) for n, v in own.items()} for key, own in values_of(columns).items()} == wanted


def test_only_values_in_the_tile_are_written() -> None:
    columns = layer([from_units(shapely.Point(9, 9)), shapely.Point(1, 1)], name=["here", "elsewhere"])
    assert b"elsewhere" not in encode_tile(columns, HOME)


def test_a_value_is_written_once() -> None:
    columns = layer(scattered(50), state=["reported", "closed"] * 25)
    assert encode_tile(columns, HOME).count(b"reported") == 1


def test_fields_are_chosen_and_named() -> None:
    columns = layer(scattered(1), state=["filed"], due_at=[1000], lead_person=["C7"])
    assert values_of(columns, fields={"state": "state", "due": "due_at"}) == {1: {"state": "filed", "due": 1000}}


def test_large_ids_come_back() -> None:
    columns = build("layer", feature_table(scattered(1), [2**53 + 1]), ())
    assert [feature["id"] for feature in read(encode_tile(columns, HOME))] == [2**53 + 1]


def test_the_layer_bears_its_name() -> None:
    columns = build("路段", feature_table(scattered(1)), ())
    assert mapbox_vector_tile.decode(encode_tile(columns, HOME)).keys() == {"路段"}


def test_where_nothing_is_there_are_no_bytes() -> None:
    assert encode_tile(layer([shapely.Point(1, 1)]), HOME) == b""


def test_a_margin_is_part_of_the_frame() -> None:
    assert frame(Tile(20, 5, 7), 64) == (5 * 4096.0, 7 * 4096.0, 1.0, -64.0, 4160.0)
