"""Crowded tiles: the counts are the truth, whatever the tile, the zoom and the filter."""

from collections import Counter

import numpy as np
import pytest
import shapely

from layers.columns import LayerColumns
from layers.columns.world import to_lonlat
from maps.tiles import Tile, TileFilter, encode, encode_tile
from maps.tiles.cells import CELL_BITS, CLUSTER_BITS, CLUSTERS_FROM, draw_cells
from maps.tiles.drawing import write_layer
from maps.tiles.encode import CLOSE_CROWD, CLOSE_ZOOM, CROWD
from maps.tiles.filters import Shown
from maps.tiles.grid import EXTENT, tile_at
from tests.columns_support import layer, read

COUNT = 60_000
CELL = EXTENT >> CELL_BITS
STATES = ("reported", "closed", "assigned", "fixed", None)
HIGH = Tile(9, 424, 200)  # all points lie in it


def crowd() -> np.ndarray:
    """Places round a point where four tiles of every zoom from 10 on meet; the south-eastern one is crowded."""
    random = np.random.default_rng(7)
    middle = np.array([(2 * HIGH.x + 1) << 22, (2 * HIGH.y + 1) << 22])
    spots = middle + random.normal(0, 90_000, (COUNT, 2)).astype(np.int64)
    spots[::3] = middle
    spots[::7] = middle + np.array([0, -1])
    spots[::11] = middle + np.array([-1, -1])
    return to_lonlat(spots)


@pytest.fixture(scope="module")
def columns() -> LayerColumns:
    states = np.array(STATES, object)[np.random.default_rng(8).choice(5, COUNT, p=[0.4, 0.3, 0.15, 0.1, 0.05])]
    return layer(shapely.points(crowd()), state=states.tolist(), due_at=list(range(COUNT)))


def children(tile: Tile) -> list[Tile]:
    return [Tile(tile.z + 1, 2 * tile.x + x, 2 * tile.y + y) for x in (0, 1) for y in (0, 1)]


def total(columns: LayerColumns, tile: Tile, **how: TileFilter) -> int:
    """The features that a tile owns, counted as clients would."""
    own = 0
    for feature in read(encode_tile(columns, tile, **how)):  # type: ignore[arg-type]
        x, y = feature["geometry"]["coordinates"]
        if 0 <= x < EXTENT and 0 <= y < EXTENT:
            own += feature["properties"].get("point_count", 1)
    return own


def whole(columns: LayerColumns, tile: Tile = HIGH) -> list[dict]:
    return [feature["properties"] for feature in read(encode_tile(columns, tile))]


def test_the_counts_of_a_tile_add_up_to_its_features(columns: LayerColumns) -> None:
    assert total(columns, HIGH) == COUNT


def test_the_fullest_cells_are_drawn_last(columns: LayerColumns) -> None:
    counts = [properties["point_count"] for properties in whole(columns)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize("seen", [0, 5, CROWD, CROWD + 1, COUNT - 1])
def test_the_counts_add_up_to_what_may_be_seen(columns: LayerColumns, seen: int) -> None:
    ids = np.random.default_rng(9).permutation(columns.points.ids)[:seen]
    theirs = TileFilter(shown=Shown(ids.astype(np.int64)))
    tiles = children(HIGH)
    assert total(columns, HIGH, wanted=theirs) == sum(total(columns, tile, wanted=theirs) for tile in tiles) == seen
    drawn = {feature.get("id") for feature in read(encode_tile(columns, HIGH, wanted=theirs))}
    assert seen > CROWD or drawn == set(ids.tolist())


@pytest.mark.parametrize("zooms", [1, 2, 4, 8])
def test_tiles_that_meet_never_count_twice(columns: LayerColumns, zooms: int) -> None:
    tiles = [HIGH]
    for _ in range(zooms):
        tiles = [child for tile in tiles for child in children(tile) if encode_tile(columns, child)]
    assert sum(total(columns, tile) for tile in tiles) == COUNT


def test_the_counts_by_state_add_up(columns: LayerColumns) -> None:
    values = columns.dictionaries["state"].values()
    truth = Counter(str(values[code]) for code in columns.points.codes["state"])
    sums: Counter[str] = Counter()
    for properties in whole(columns):
        sums.update({name[2:]: count for name, count in properties.items() if name.startswith("n_")})
    del truth["None"]
    assert sums == truth


def test_a_cell_bears_the_state_of_the_most(columns: LayerColumns) -> None:
    for properties in whole(columns):
        by_state = {name[2:]: count for name, count in properties.items() if name.startswith("n_")}
        most = [state for state, count in by_state.items() if count == max(by_state.values())]
        assert properties.get("state") == (min(most) if most else None)


def test_a_cell_says_nothing_of_states_that_it_has_not(columns: LayerColumns) -> None:
    assert all(0 not in properties.values() for properties in whole(columns))


def test_a_cell_has_the_id_of_a_feature_in_it(columns: LayerColumns) -> None:
    places = dict(zip(columns.points.ids.tolist(), zip(columns.points.x, columns.points.y, strict=True), strict=True))
    for feature in read(encode_tile(columns, HIGH)):
        x, y = places[feature["id"]]
        corner = [int(place) * EXTENT // 2**23 // CELL * CELL for place in (x - (HIGH.x << 23), y - (HIGH.y << 23))]
        inside = [place - least for place, least in zip(feature["geometry"]["coordinates"], corner, strict=True)]
        assert min(inside) >= 0 and max(inside) <= CELL


def test_a_cell_lies_at_the_mean_of_its_points() -> None:
    west, north = HIGH.x << 23, HIGH.y << 23
    spots = np.array([(west + 100 * 2048, north + 200 * 2048), (west + 110 * 2048, north + 204 * 2048)])
    columns = layer(shapely.points(to_lonlat(np.repeat(spots, [3, 1], axis=0))))
    drawing = draw_cells(columns, HIGH, np.ones(4, np.bool_), {})
    [feature] = read(write_layer("layer", [drawing]))
    assert feature["geometry"]["coordinates"] == [103, 201]


def test_filtered_features_are_not_counted(columns: LayerColumns) -> None:
    wanted = TileFilter(before=("due_at", 30_000))
    assert total(columns, HIGH, wanted=wanted) == 30_000


def test_few_features_that_pass_are_shown_themselves(columns: LayerColumns) -> None:
    features = read(encode_tile(columns, HIGH, wanted=TileFilter(before=("due_at", CROWD))))
    assert sorted(feature["properties"]["due_at"] for feature in features) == list(range(CROWD))


def test_one_more_is_a_crowd(columns: LayerColumns) -> None:
    features = read(encode_tile(columns, HIGH, wanted=TileFilter(before=("due_at", CROWD + 1))))
    assert len(features) < CROWD
    assert sum(feature["properties"]["point_count"] for feature in features) == CROWD + 1


def test_states_that_are_not_asked_for_are_not_told(columns: LayerColumns) -> None:
    features = read(encode_tile(columns, HIGH, fields={"due": "due_at"}))
    assert {name for feature in features for name in feature["properties"]} == {"point_count"}


def test_a_cell_tells_when_the_first_open_case_in_it_is_due() -> None:
    spots = [shapely.Point(118.15, 36.18)] * (CROWD + 1)
    states = ["assigned", "closed", *["filed"] * (CROWD - 1)]
    dues = [500, 100, None, *range(1_000, 1_000 + CROWD - 2)]
    columns = layer(spots, state=states, due_at=dues)
    tile, fields = tile_at(118.15, 36.18, 9), {"state": "state", "due": "due_at"}
    [cell] = read(encode_tile(columns, tile, fields=fields))
    assert cell["properties"]["due"] == 500
    closed = TileFilter(equals={"state": frozenset({"closed"})})
    over = layer(spots, state=["closed"] * len(spots), due_at=dues)
    [cell] = read(encode_tile(over, tile, wanted=closed, fields=fields))
    assert "due" not in cell["properties"]


def test_a_field_that_is_no_state_is_not_counted_by_value() -> None:
    columns = layer(shapely.points(crowd()), state=[f"note {number}" for number in range(COUNT)])
    assert {name for properties in whole(columns) for name in properties} == {"point_count"}


def counted(columns: LayerColumns, tile: Tile) -> int:
    run = columns.points.run(*tile)
    cells = draw_cells(columns, tile, np.ones(run.stop - run.start, np.bool_), {})
    return int(cells.attributes["point_count"].column.sum())


def test_a_zoom_with_a_very_full_tile_has_clusters_in_all_its_tiles() -> None:
    random = np.random.default_rng(10)
    west, north = HIGH.x << 23, HIGH.y << 23
    spread = random.integers(0, 1 << 23, (CLUSTERS_FROM + CROWD + 1, 2))
    spread[CLUSTERS_FROM:, 0] += 1 << 23  # in the tile to the east, which is crowded as well
    columns = layer(shapely.points(to_lonlat(spread + np.array([west, north]))))
    assert columns.points.fullest(HIGH.z) == CLUSTERS_FROM
    for tile, count in ((HIGH, CLUSTERS_FROM), (Tile(HIGH.z, HIGH.x + 1, HIGH.y), CROWD + 1)):
        assert total(columns, tile) == count
        assert len(whole(columns, tile)) == 1 << 2 * CLUSTER_BITS
    near = children(HIGH)[0]
    assert columns.points.fullest(near.z) < CLUSTERS_FROM
    assert len(whole(columns, near)) > 1 << 2 * CLUSTER_BITS


def test_a_multipoint_counts_once_over_all_tiles() -> None:
    places = crowd()
    columns = layer([shapely.MultiPoint(places[number::1000]) for number in range(1000)])
    assert sum(counted(columns, child) for child in children(HIGH)) == 1000


def test_lines_in_a_crowded_tile_are_drawn_as_ever() -> None:
    line = shapely.LineString(crowd()[:3] + np.array([[0, 0], [0.1, 0], [0, 0.1]]))
    columns = layer([*shapely.points(crowd()), line], name=["spot"] * COUNT + ["road"])
    roads = [properties for properties in whole(columns) if "point_count" not in properties]
    assert roads == [{"name": "road"}]


def test_a_crowd_at_one_place_is_one_cell() -> None:
    place = shapely.Point(118.15, 36.18)
    for z in (0, 12, 22):
        tile, count = tile_at(118.15, 36.18, z), encode.crowd(z) + 5
        assert whole(layer([place] * count), tile) == [{"point_count": count}]


@pytest.mark.parametrize("z", range(CLOSE_ZOOM - 1, CLOSE_ZOOM + 2))
def test_the_closest_tiles_show_more_features_themselves(z: int) -> None:
    spots = layer([shapely.Point(118.15, 36.18)] * CLOSE_CROWD)
    shown = read(encode_tile(spots, tile_at(118.15, 36.18, z)))
    assert len(shown) == (CLOSE_CROWD if z >= CLOSE_ZOOM else 1)
