"""Layers as arrays: what goes in comes out, found where it is, and a change is the same as building anew."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.columns import LayerColumns, build
from layers.columns.boxes import pack
from layers.columns.parts import sorted_points
from layers.columns.values import encode, encode_wanted
from layers.columns.world import MAX_LATITUDE, SIZE, to_lonlat, to_world
from tests.columns_support import ZOO, content, feature_table, layer, patient

values = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values |= st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
world = st.integers(0, SIZE - 1)


def decoded(given_values: list[object]) -> list[object]:
    codes, dictionary = encode(given_values)
    return [dictionary.value(int(code)) for code in codes]


# --- values


@given(st.lists(values))
@patient
def test_values_come_back_with_their_types(given_values: list[object]) -> None:
    assert list(map(repr, decoded(given_values))) == list(map(repr, given_values))


def test_each_value_is_kept_once() -> None:
    codes, dictionary = encode(["green", "clear", "green", None] * 50)
    assert (len(dictionary), codes.dtype) == (2, np.uint8)


def test_codes_grow_wider_with_the_number_of_values() -> None:
    assert encode([f"P{number}" for number in range(300)])[0].dtype == np.uint16


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8))), 1772323200),
        (datetime(2026, 3, 1, 0), 1772323200),
        (date(2026, 3, 1), "2026-03-01"),
        (["overlap", "gap"], '["overlap", "gap"]'),
        ({"路": 1}, '{"路": 1}'),
        (float("nan"), None),
        (float("inf"), None),
        (np.int64(3), 3),
        (np.float64("nan"), None),
        (np.str_("x"), "x"),
    ],
)
def test_other_values_become_plain(value: object, kept: object) -> None:
    assert decoded([value, "text beside it"])[0] == kept


def test_real_numbers_that_are_not_finite_are_absent_in_a_column_of_reals() -> None:
    assert decoded([1.5, float("inf"), float("nan"), None]) == [1.5, None, None, None]


def test_a_time_without_its_neighbours_is_a_number() -> None:
    codes, dictionary = encode([datetime(1970, 1, 1, 0, 1, tzinfo=UTC), None])
    assert dictionary.numbers(codes)[0] == 60


@given(st.lists(values), st.lists(values))
@patient
def test_an_extended_dictionary_knows_both(old: list[object], new: list[object]) -> None:
    old_codes, old_dictionary = encode(old)
    new_codes, new_dictionary = encode(new)
    dictionary, places = old_dictionary.extended(new_dictionary)
    said = [dictionary.value(int(c)) for c in [*old_codes, *places[new_codes]]]
    assert list(map(repr, said)) == list(map(repr, old + new))


@given(st.lists(values), st.lists(values))
@patient
def test_an_extended_dictionary_keeps_no_value_twice(old: list[object], new: list[object]) -> None:
    dictionary, _ = encode(old)[1].extended(encode(new)[1])
    said = list(map(repr, dictionary.values()))
    assert len(said) == len(set(said))


@pytest.mark.parametrize(
    ("text", "meant"),
    [("a", "a"), ("-3", -3), ("3", 3.0), ("true", True), ("3", "3"), ("0", 0), ("0", 0.0), ("0", "0")],
)
def test_a_wanted_text_finds_what_people_mean(text: str, meant: object) -> None:
    assert encode([meant])[1].codes_of(encode_wanted([text])).tolist() == [1]


@pytest.mark.parametrize(("text", "other"), [("a", "b"), ("3", 4), ("true", False), ("9" * 30, 9)])
def test_a_wanted_text_finds_nothing_else(text: str, other: object) -> None:
    assert encode([other])[1].codes_of(encode_wanted([text])).tolist() == []


def test_texts_with_the_same_hash_stay_apart() -> None:
    codes, dictionary = encode(["one"])
    twin = type(dictionary)(dictionary.kinds, dictionary.bits, dictionary.starts, np.frombuffer(b"two", np.uint8))
    both, places = dictionary.extended(twin)
    assert [both.value(int(c)) for c in [*codes, places[1]]] == ["one", "two"]


# --- places


@given(st.floats(-180, 179.99), st.floats(-MAX_LATITUDE, MAX_LATITUDE))
@patient
def test_a_place_is_kept_to_half_a_world_unit(lon: float, lat: float) -> None:
    exact = (lon + 180) / 360 * SIZE, (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * SIZE
    assert np.abs(to_world(np.array([[lon, lat]]))[0] - np.minimum(exact, SIZE - 1)).max() <= 0.51


@given(world, world)
@patient
def test_world_coordinates_come_back(x: int, y: int) -> None:
    assert to_world(to_lonlat(np.array([[x, y]])))[0].tolist() == [x, y]


@pytest.mark.parametrize(("lat", "y"), [(90, 0), (-90, SIZE - 1), (MAX_LATITUDE, 0)])
def test_latitudes_end_where_mercator_ends(lat: float, y: int) -> None:
    assert to_world(np.array([[0, lat]]))[0, 1] == y


def clustered(seed: int, count: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    middles = random.integers(0, SIZE, (5, 2))[random.integers(0, 5, count)]
    spread = 10.0 ** random.uniform(1, 8, (count, 1))
    return np.clip(middles + random.normal(0, 1, (count, 2)) * spread, 0, SIZE - 1).astype(np.uint32)


@given(st.integers(0, 99), st.integers(0, 400), st.tuples(world, world, world, world))
@patient
def test_points_in_a_box_are_found(seed: int, count: int, box: tuple[int, int, int, int]) -> None:
    x, y = np.ascontiguousarray(clustered(seed, count).T)
    points = sorted_points(np.arange(count), {}, x, y)
    inside = (points.x >= box[0]) & (points.x < box[2]) & (points.y >= box[1]) & (points.y < box[3])
    assert points.search(box).tolist() == np.flatnonzero(inside).tolist()


@given(st.integers(0, 99), st.integers(0, 22), world, world)
@patient
def test_a_tile_is_one_run_of_points(seed: int, z: int, x: int, y: int) -> None:
    places = clustered(seed, 200)
    points = sorted_points(np.arange(200), {}, *np.ascontiguousarray(places.T))
    tile_x, tile_y = x >> (32 - z), y >> (32 - z)
    inside = (points.x >> (32 - z) == tile_x) & (points.y >> (32 - z) == tile_y)
    assert np.arange(200)[points.run(z, tile_x, tile_y)].tolist() == np.flatnonzero(inside).tolist()


@given(st.integers(0, 99), st.integers(0, 700), st.tuples(world, world, world, world))
@patient
def test_boxes_that_meet_a_box_are_found(seed: int, count: int, box: tuple[int, int, int, int]) -> None:
    low = clustered(seed, count)
    boxes = np.hstack([low, np.minimum(low.astype(np.int64) + 2**20, SIZE - 1).astype(np.uint32)])
    meet = (boxes[:, 0] < box[2]) & (boxes[:, 2] >= box[0]) & (boxes[:, 1] < box[3]) & (boxes[:, 3] >= box[1])
    assert pack(boxes).search(box).tolist() == np.flatnonzero(meet).tolist()


# --- layers


def counts(columns: LayerColumns) -> tuple[int, int, int]:
    return len(columns.points), len(columns.lines), len(columns.polygons)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("null", (0, 0, 0)),
        ("empty point", (0, 0, 0)),
        ("empty multipolygon", (0, 0, 0)),
        ("empty collection", (0, 0, 0)),
        ("not a number", (0, 0, 0)),
        ("infinite", (0, 0, 0)),
        ("point with height", (1, 0, 0)),
        ("multipoint", (3, 0, 0)),
        ("line with height", (0, 1, 0)),
        ("multiline", (0, 1, 0)),
        ("hole touching the edge", (0, 0, 1)),
        ("multipolygon", (0, 0, 1)),
        ("collection in a collection", (2, 0, 1)),
    ],
)
def test_each_geometry_goes_to_its_part(name: str, expected: tuple[int, int, int]) -> None:
    assert counts(layer([ZOO[name]])) == expected


def test_unreadable_wkb_is_left_out() -> None:
    table = feature_table([shapely.Point(1, 2), shapely.Point(3, 4)])
    table.wkb[0] = b"\x01\x01\x00"
    assert build("layer", table, ()).points.ids.tolist() == [2]


def test_a_multipoint_has_one_first_point() -> None:
    points = layer([ZOO["multipoint"], ZOO["point"]]).points
    assert sorted(zip(points.ids.tolist(), points.first.tolist(), strict=True)) == [
        (1, False), (1, False), (1, True), (2, True)
    ]  # fmt: skip


def test_holes_follow_their_exteriors() -> None:
    hole = [(118.1, 36.1), (118.2, 36.1), (118.2, 36.2)]
    shapes = [shapely.Polygon(shapely.box(118, 36, 118.3, 36.3).exterior, [hole]), shapely.box(119, 36, 119.1, 36.1)]
    assert layer([shapely.MultiPolygon(shapes)]).polygons.outer.tolist() == [True, False, True]


def test_rings_have_no_closing_vertex() -> None:
    assert np.diff(layer([shapely.box(118, 36, 118.3, 36.3)]).polygons.paths).tolist() == [4]


def test_arrays_cannot_be_written() -> None:
    columns = layer(ZOO.values(), name=list(ZOO))
    with pytest.raises(ValueError, match="read-only"):
        columns.polygons.x[0] = 0


def test_bounds_cover_all_parts() -> None:
    shapes = [shapely.Point(117, 36.1), shapely.LineString([(118, 35), (118.1, 36)]), shapely.box(118, 36, 119, 37)]
    assert layer(shapes).bounds == pytest.approx((117, 35, 119, 37), abs=1e-7)


def test_an_empty_layer_has_no_bounds() -> None:
    assert layer([]).bounds is None


def test_values_follow_their_rows_into_morton_order() -> None:
    random = np.random.default_rng(4)
    places = random.uniform((117, 35), (119, 37), (500, 2))
    columns = layer(shapely.points(places), number=list(range(1, 501)))
    numbers = columns.dictionaries["number"].numbers(columns.points.codes["number"])
    assert (numbers == columns.points.ids).all()


def test_values_lie_in_the_order_in_which_the_rows_have_them() -> None:
    places = [shapely.Point(119, 35), None, shapely.Point(117, 37), shapely.LineString([(0, 0), (1, 1)])]
    columns = layer(places, name=["c", "nowhere", "a", "b"])
    assert columns.dictionaries["name"].values() == [None, "a", "c", "b", "nowhere"]
    assert columns.points.codes["name"].tolist() == [1, 2]


# --- changes

shapes = st.sampled_from(list(ZOO.values())) | st.builds(shapely.Point, st.floats(117, 119), st.floats(35, 37))
rows = st.dictionaries(st.integers(1, 12), st.tuples(shapes, values, values), max_size=8)


def table_of(made: dict[int, tuple[object, ...]], keys: list[int]) -> object:
    columns = {"state": [made[k][1] for k in keys], "number": [made[k][2] for k in keys]}
    return feature_table([made[k][0] for k in keys], keys, **columns)  # type: ignore[misc]


@given(rows, st.lists(st.tuples(rows, st.sets(st.integers(1, 12))), min_size=1, max_size=3))
@patient
def test_a_change_equals_building_anew(start: dict, changes: list[tuple[dict, set[int]]]) -> None:
    now = dict(start)
    columns = build("layer", table_of(now, sorted(now)), ("state", "number"))
    for changed, removed in changes:
        now = {key: row for key, row in (now | changed).items() if key not in removed}
        ids = changed.keys() | removed
        columns = columns.changed(table_of(now, sorted(ids & now.keys())), ids)
    anew = build("layer", table_of(now, sorted(now)), ("state", "number"))
    assert (content(columns), columns.version) == (content(anew), anew.version)


def test_a_change_leaves_the_old_layer_alone() -> None:
    old = layer(ZOO.values(), name=list(ZOO))
    before = content(old)
    old.changed(feature_table([shapely.Point(1, 1)], [5], name=["new"]), (1, 2, 3, 5, 14))
    assert content(old) == before


def test_a_change_keeps_the_order_by_key() -> None:
    random = np.random.default_rng(4)
    old = layer(shapely.points(random.uniform((117, 35), (119, 37), (500, 2))))
    new = old.changed(feature_table(shapely.points(random.uniform((117, 35), (119, 37), (50, 2))), range(400, 450)), ())
    assert (np.diff(new.points.keys.astype(np.float64)) >= 0).all()


LINE = shapely.LineString([(118, 36), (118.1, 36.1), (118.2, 36), (118.3, 36)])


@pytest.mark.parametrize(
    ("ids", "shape", "state"),
    [
        ([2], LINE, "a"),
        ([1], LINE.reverse(), "a"),
        ([1], shapely.MultiLineString([LINE.coords[:2], LINE.coords[2:]]), "a"),
        ([1], LINE, "b"),
        ([1], LINE, None),
        ([1], LINE, 1),
    ],
)
def test_the_version_tells_every_difference(ids: list[int], shape: shapely.Geometry, state: object) -> None:
    plain = build("layer", feature_table([LINE], [1], state=["a"]), ("state",))
    other = build("layer", feature_table([shape], ids, state=[state]), ("state",))
    assert other.version != plain.version


def test_the_version_tells_who_has_which_value() -> None:
    one, other = (
        layer([shapely.Point(1, 1), shapely.Point(2, 2)], state=states) for states in (["a", "b"], ["b", "a"])
    )
    assert one.version != other.version


def test_the_version_does_not_depend_on_the_order_of_rows() -> None:
    table = feature_table([LINE, shapely.Point(1, 1)], [1, 2], state=["a", "b"])
    turned = feature_table([shapely.Point(1, 1), LINE], [2, 1], state=["b", "a"])
    assert build("layer", table, ("state",)).version == build("layer", turned, ("state",)).version


# --- the machinery


def test_loops_compile_where_no_cache_can_be_written() -> None:
    program = (
        "import numpy as np; from layers.columns.world import morton_keys;"
        "print(morton_keys(np.array([3], np.uint32), np.array([1], np.uint32)))"
    )
    nowhere = {"NUMBA_CACHE_DIR": "/dev/null/nowhere", "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator"}
    ran = subprocess.run([sys.executable, "-c", program], env=os.environ | nowhere, capture_output=True, text=True)
    assert ran.stdout == "[7]\n", ran.stderr


def test_many_changes_come_to_the_same_as_building_anew() -> None:
    """More runs of rows than are spliced one by one."""
    random = np.random.default_rng(5)
    places = random.uniform((117, 35), (119, 37), (9_000, 2))
    names = [f"name {number % 4_000}" for number in range(9_000)]
    old = layer(shapely.points(places), name=names)
    changed = list(range(1, 9_001, 2))
    places[::2] += 0.01
    names[::2] = [f"new {number}" for number in range(4_500)]
    new = feature_table(shapely.points(places[::2]), changed, name=names[::2])
    assert content(old.changed(new, changed)) == content(layer(shapely.points(places), name=names))
