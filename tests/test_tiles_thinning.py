"""Crowded tiles of lines and polygons: nobody is forgotten, what is large enough to be told apart is all there."""

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.columns import LayerColumns
from maps.tiles import Tile, TileFilter, encode_tile
from maps.tiles.grid import EXTENT, frame
from maps.tiles.thinning import CELL_UNITS, CROWD, NAMES_FROM, stand_ins
from tests.columns_support import from_units, layer, patient, read

COUNT = 5_000
FAR = Tile(NAMES_FROM - 1, 1696, 802)
STATES = ("bare", "covered", None)
LARGE = 20  # of them are larger than a cell


def shapes(kind: str) -> list[shapely.Geometry]:
    """Small ones anywhere in the tile, some of them upon each other, and a few large ones."""
    random = np.random.default_rng(3)
    corners = random.uniform(0, EXTENT - 200, (COUNT, 2)).round()
    corners[::4] = corners[0]
    sizes = random.uniform(8, CELL_UNITS - 2, (COUNT, 2)).round()
    sizes[:LARGE] = random.uniform(CELL_UNITS + 2, 150, (LARGE, 2)).round()
    ends = np.hstack([corners, corners + sizes])
    draw = shapely.box if kind == "polygons" else _line
    return [from_units(draw(*one), FAR) for one in ends]


def _line(*ends: float) -> shapely.LineString:
    return shapely.LineString(np.reshape(ends, (2, 2)))


@pytest.fixture(scope="module", params=["lines", "polygons"])
def columns(request: pytest.FixtureRequest) -> LayerColumns:
    return of("parcels", request.param)


def of(called: str, kind: str) -> LayerColumns:
    states = [STATES[number % 3] for number in range(COUNT)]
    names = [f"number {number}" for number in range(COUNT)]
    return layer(shapes(kind), called, state=states, name=names, due_at=list(range(COUNT)))


def drawn(columns: LayerColumns, tile: Tile = FAR, **how: TileFilter) -> list[dict]:
    return read(encode_tile(columns, tile, **how), columns.name)  # type: ignore[arg-type]


def told(features: list[dict]) -> Counter:
    """For how many the features stand, by state."""
    counted = Counter[object]()
    for feature in features:
        counted[feature["properties"].get("state")] += feature["properties"].get("stands_for", 1)
    return counted


def test_the_numbers_of_each_state_add_up(columns: LayerColumns) -> None:
    features = drawn(columns)
    assert CROWD < len(features) < COUNT
    assert told(features) == Counter(STATES[number % 3] for number in range(COUNT))


def test_they_add_up_for_what_passes_a_filter(columns: LayerColumns) -> None:
    features = drawn(columns, wanted=TileFilter(before=("due_at", CROWD + 1)))
    assert len(features) < CROWD
    assert told(features) == Counter(STATES[number % 3] for number in range(CROWD + 1))


def test_the_largest_stands_for_the_others(columns: LayerColumns) -> None:
    """Of those upon each other few are drawn, and for all of them; the large ones are drawn themselves."""
    found = {feature["id"]: feature["properties"].get("stands_for", 1) for feature in drawn(columns)}
    small = [id_ for id_ in range(1, COUNT + 1, 4) if id_ > LARGE]
    standing = [found[id_] for id_ in small if id_ in found]
    assert 1 <= len(standing) <= 3 * 4  # states × the cells that their middles lie in
    assert sum(standing) >= len(small)
    assert [found[id_] for id_ in range(1, LARGE + 1)] == [1] * LARGE


def test_what_is_drawn_bears_only_what_it_is_drawn_by(columns: LayerColumns) -> None:
    assert {name for feature in drawn(columns) for name in feature["properties"]} == {"state", "stands_for"}


def test_what_is_not_crowded_bears_all_and_stands_for_itself(columns: LayerColumns) -> None:
    features = drawn(columns, wanted=TileFilter(before=("due_at", CROWD)))
    assert len(features) == CROWD
    assert {name for feature in features for name in feature["properties"]} == {"state", "name", "due_at"}


def test_nearer_by_each_is_drawn_for_itself(columns: LayerColumns) -> None:
    z, x, y = FAR
    near = [Tile(z + 4, 16 * x + i, 16 * y + j) for i in range(16) for j in range(16)]
    assert {feature["id"] for tile in near for feature in drawn(columns, tile)} == set(range(1, COUNT + 1))


def test_where_names_are_written_each_is_drawn_with_its_own(columns: LayerColumns) -> None:
    z, x, y = FAR
    near = [Tile(z + 1, 2 * x + i, 2 * y + j) for i in range(2) for j in range(2)]
    features = [feature for tile in near for feature in drawn(columns, tile)]
    assert max(len(drawn(columns, tile)) for tile in near) > CROWD
    assert {feature["id"] for feature in features} == set(range(1, COUNT + 1))
    assert {feature["properties"]["name"] for feature in features} == {f"number {number}" for number in range(COUNT)}


@pytest.mark.parametrize("called", ["measures", "problems", "areas", "a_layer_of_the_town"])
def test_of_other_layers_each_is_drawn_with_all_that_it_bears(called: str) -> None:
    features = drawn(of(called, "polygons"))
    assert len(features) == COUNT
    assert {"name", "due_at"} <= features[0]["properties"].keys()


units = st.integers(-80, 400)
boxes = st.lists(st.tuples(units, units, st.integers(0, 90), st.integers(0, 90), st.integers(0, 2)), max_size=30)


@given(boxes)
@patient
def test_each_cell_has_one_of_each_look(given_boxes: list[tuple[int, int, int, int, int]]) -> None:
    tile = Tile(20, 1000, 2000)  # a unit of it is one of the world's
    west, north, *_ = (int(one) for one in frame(tile, 0))
    world = np.array(
        [[west + x, north + y, west + x + w, north + y + h] for x, y, w, h, _ in given_boxes] or np.empty((0, 4))
    )
    looks = np.array([look for *_, look in given_boxes], np.int64)
    places, standing = stand_ins(world.astype(np.uint32), np.arange(len(world)), looks, 3, frame(tile, 64))
    groups: dict[object, list[int]] = {}
    for number, (x, y, w, h, look) in enumerate(given_boxes):
        middle = x + w / 2, y + h / 2
        alone = max(w, h) >= CELL_UNITS or not all(-64 <= part < EXTENT + 64 for part in middle)
        key = number if alone else (middle[0] // CELL_UNITS, middle[1] // CELL_UNITS, look)
        groups.setdefault(key, []).append(number)
    sizes = [max(w, h) for *_, w, h, _ in given_boxes]
    firsts = {max(group, key=lambda number: (sizes[number], -number)): len(group) for group in groups.values()}
    assert dict(zip(places.tolist(), standing.tolist(), strict=True)) == firsts
