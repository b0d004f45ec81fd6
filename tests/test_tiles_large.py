"""Layers that are larger than what is held as columns: PostGIS writes their tiles, and they say the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from geo_service.tile_fields import LayerFields
from layers.columns import ColumnCache, LayerColumns, TooManyRows
from layers.errors import StoreUnavailable
from layers.model import Feature
from layers.rules.permissions import Viewer
from layers.schema import Field, LayerSchema
from layers.store import Store, open_store, sql_tiles
from maps.tiles import Tile, encode_tile
from maps.tiles.filters import NO_FILTER, TileFilter
from maps.tiles.grid import tile_at
from maps.tiles.large import question
from tests import postgis_servers
from tests.store_rows import NOW

WEST, SOUTH = 118.15, 36.18
CROWDED = Tile(14, *tile_at(WEST, SOUTH, 14)[1:])  # holds the crowd, which also lies in its neighbours
STATES = ("reported", "filed", "assigned", "closed")
OWN = LayerSchema("trees", "树木", "POINT", (
    Field("species", "text", "树种"), Field("height_m", "real", "高"), Field("n_of_states", "text", "号"),
    Field("state", "text", "态"), Field("due", "text", "期"),
), own=True)  # fmt: skip
POINTS, SHAPES = 9_000, 4_000


def problems(chance: np.random.Generator) -> Iterator[Feature]:
    """Most of them points in one crowd, every tenth a line or a polygon; some without a state or a due time."""
    spots = np.array([WEST, SOUTH]) + chance.normal(0, 0.004, (POINTS, 2))
    for i, (x, y) in enumerate(spots.tolist()):
        shape = (shapely.Point(x, y), shapely.LineString([(x, y), (x + 0.001, y + 0.0007)]),
                 shapely.box(x, y, x + 0.0004, y + 0.0003))[(i % 20 == 10) + 2 * (i % 20 == 0)]  # fmt: skip
        values = {"state": STATES[i % 4], "category": f"01{i % 3:02d}", "lead_person": f"R{i % 7}",
                  "found_at": NOW + timedelta(minutes=i), "source_level": "self"}  # fmt: skip
        values |= {"due_at": NOW + timedelta(hours=i % 400)} if i % 3 else {}
        values |= {"closed_at": NOW + timedelta(minutes=2 * i)} if values["state"] == "closed" else {}
        yield Feature(code=f"P{i}", geometry=shape, values=values)


def parcels(chance: np.random.Generator) -> Iterator[Feature]:
    """Small ones, many of them in the same eight pixels of a province, and some large ones with holes."""
    for i, (x, y) in enumerate((np.array([WEST, SOUTH]) + chance.normal(0, 0.3, (SHAPES, 2))).tolist()):
        shape = shapely.box(x, y, x + 0.001, y + 0.001)
        if i % 50 == 0:
            shape = shapely.box(x, y, x + 0.2, y + 0.2).difference(shapely.box(x + 0.05, y + 0.05, x + 0.1, y + 0.1))
        yield Feature(code=f"L{i}", geometry=shape, values={
            "name": f"地块{i}", "state": ("bare", "treated")[i % 2], "treatment": ("green", None)[i % 2],
            "area_m2": 10.5 * i,
        })  # fmt: skip


@pytest.fixture(scope="module")
def store(postgis_server: str, prepared_database: str) -> Iterator[Store]:
    address = postgis_servers.database(postgis_server, prepared_database)
    opened, chance = open_store(address), np.random.default_rng(7)
    with opened.writing() as session:
        session.layers.add(OWN)
        session.features.insert_many("problems", list(problems(chance)), now=NOW)
        session.features.insert_many("parcels", list(parcels(chance)), now=NOW)
        session.features.insert_many("trees", [
            Feature(code=f"T{i}", geometry=shapely.Point(WEST + i / 1e4, SOUTH),
                    values={"species": "槐", "height_m": i / 3, "state": f"s{i}", "due": "soon"}) for i in range(9)
        ], now=NOW)  # fmt: skip
    yield opened
    opened.close()
    postgis_servers.drop(address)


@pytest.fixture(scope="module")
def fields(store: Store) -> LayerFields:
    return LayerFields(store)


@pytest.fixture(scope="module")
def held(store: Store, fields: LayerFields) -> ColumnCache:
    return ColumnCache(store, fields)


def written(store: Store, fields: LayerFields, layer: str, tile: Tile, wanted: TileFilter = NO_FILTER) -> bytes:
    with store.reading() as session:
        return session.features.tile(layer, question(layer, tile, wanted, fields.of_tile(layer)))


def encoded(columns: LayerColumns, fields: LayerFields, tile: Tile, wanted: TileFilter = NO_FILTER) -> bytes:
    return encode_tile(columns, tile, wanted=wanted, fields=fields.of_tile(columns.name))


def features(body: bytes) -> list[dict]:
    return next(iter(mapbox_vector_tile.decode(body).values()))["features"] if body else []


def by_id(body: bytes) -> dict[int, dict]:
    return {one["id"]: one for one in features(body)}


def same(ours: bytes, theirs: bytes) -> int:
    """Whether the tiles tell the same of the same features, drawn within a unit; how many there are."""
    one, other = by_id(ours), by_id(theirs)
    assert len(one.keys() ^ other.keys()) <= 0.005 * len(one)
    for id_ in one.keys() & other.keys():
        assert one[id_]["properties"] == other[id_]["properties"]
        drawn = [shapely.geometry.shape(found[id_]["geometry"]) for found in (one, other)]
        if drawn[0].geom_type.endswith("Point"):
            assert drawn[0].hausdorff_distance(drawn[1]) <= 1.5
        else:
            assert abs(drawn[0].area - drawn[1].area) <= 3 * (drawn[0].length + 4)
    return len(one)


def round_about(tile: Tile) -> list[Tile]:
    return [Tile(tile.z, tile.x + i, tile.y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


@pytest.mark.parametrize("z", [15, 16, 17])
def test_single_features_are_told_as_columns_tell_them(store, fields, held, z):
    columns = held.get("problems")
    tiles = round_about(tile_at(WEST, SOUTH, z))
    assert sum(same(encoded(columns, fields, one), written(store, fields, "problems", one)) for one in tiles) > 300


def test_a_crowd_is_told_by_the_same_cells(store, fields, held):
    columns, checked = held.get("problems"), 0
    for tile in (CROWDED, Tile(13, CROWDED.x // 2, CROWDED.y // 2), Tile(12, CROWDED.x // 4, CROWDED.y // 4)):
        ours, theirs = features(encoded(columns, fields, tile)), features(written(store, fields, "problems", tile))
        told = [{(*sorted(one["properties"].items()), one["id"]) for one in some
                 if "point_count" in one["properties"]} for some in (ours, theirs)]  # fmt: skip
        assert told[0] == told[1]
        assert [one["properties"]["point_count"] for one in theirs if "point_count" in one["properties"]] == sorted(
            one["properties"]["point_count"] for one in ours if "point_count" in one["properties"]
        )
        shapes = [{one["id"] for one in some if "point_count" not in one["properties"]} for some in (ours, theirs)]
        assert shapes[0] == shapes[1]
        checked += len(told[0])
    assert checked > 1_000


@pytest.mark.parametrize("z", [0, 5, 9])
def test_the_clusters_of_a_zoom_add_up_to_all_points(store, fields, z):
    """Far out all points are counted once, however the tiles cut the crowd."""
    tiles = [Tile(0, 0, 0)] if z == 0 else round_about(tile_at(WEST, SOUTH, z))
    found = [one for tile in tiles for one in features(written(store, fields, "problems", tile))]
    points = [one for one in found if one["geometry"]["type"] == "Point"]
    inside = [one for one in points if all(0 <= place < 4096 for place in one["geometry"]["coordinates"])]
    assert sum(one["properties"].get("point_count", 1) for one in inside) == POINTS - POINTS // 10
    assert max(one["properties"].get("point_count", 1) for one in points) > 64
    assert {one["properties"]["n_closed"] > 0 for one in found if "n_closed" in one["properties"]} == {True}


@pytest.mark.parametrize("wanted", [
    TileFilter(equals={"state": frozenset({"filed", "closed"})}),
    TileFilter(equals={"category": frozenset({"0101"}), "lead_person": frozenset({"R1", "R2"})}),
    TileFilter(since=("found_at", (NOW + timedelta(minutes=4_000)).timestamp())),
    TileFilter(before=("found_at", (NOW + timedelta(minutes=900)).timestamp()),
               not_before=("closed_at", (NOW + timedelta(minutes=900)).timestamp())),
], ids=lambda wanted: wanted.key[:40])  # fmt: skip
def test_filters_mean_the_same(store, fields, held, wanted):
    columns, count = held.get("problems"), 0
    for tile in round_about(tile_at(WEST, SOUTH, 16)):
        theirs = written(store, fields, "problems", tile, wanted)
        count += same(encoded(columns, fields, tile, wanted), theirs)
    assert 0 < count < POINTS


@pytest.mark.parametrize(("layer", "z"), [("parcels", 12), ("parcels", 13), ("trees", 15)])
def test_other_layers_are_told_the_same(store, fields, held, layer, z):
    columns = held.get(layer)
    assert sum(same(encoded(columns, fields, one), written(store, fields, layer, one))
               for one in round_about(tile_at(WEST, SOUTH, z))) > 8  # fmt: skip


@pytest.mark.parametrize("z", [7, 8])
def test_crowded_shapes_have_the_same_stand_ins(store, fields, held, z):
    tile = tile_at(WEST, SOUTH, z)
    ours, theirs = (features(one) for one in (encoded(held.get("parcels"), fields, tile),
                                              written(store, fields, "parcels", tile)))  # fmt: skip
    stood = [sum(one["properties"].get("stands_for", 1) for one in some) for some in (ours, theirs)]
    assert stood[0] == pytest.approx(stood[1], rel=0.005) and stood[1] > 1_024
    assert abs(len(ours) - len(theirs)) <= 0.02 * len(ours) and len(ours) < 0.8 * stood[0]
    assert {key for one in theirs for key in one["properties"]} == {"state", "treatment", "stands_for"}


def test_who_may_not_see_a_problem_gets_it_in_no_tile(store, fields):
    """The store keeps to what its viewer sees, in cells as well as in single features."""
    nobodys = store.seen_by(Viewer("public", "", "", NOW.date()))
    for tile in (CROWDED, tile_at(WEST, SOUTH, 17)):
        told = features(written(nobodys, fields, "problems", tile))
        assert told
        assert {key for one in told for key in one["properties"] if key.startswith("n_")} <= {
            "n_filed", "n_assigned", "n_closed"}  # fmt: skip
        assert "reported" not in {one["properties"]["state"] for one in told}


def test_cells_tell_of_states_and_times_that_are_meant_as_such(store, fields):
    """A layer of the town's own may call anything a state, and write a due time in words."""
    asked = question("trees", tile_at(WEST, SOUTH, 15), NO_FILTER, fields.of_tile("trees"))
    with store.reading() as session:
        (told, *more) = features(session.features.tile("trees", replace(asked, most_points=2, cell_bits=0)))
    assert told["properties"] == {"point_count": 9} and not more


def test_of_no_layer_a_tile_has_more_shapes_than_can_be_written(store, fields):
    asked = question("parcels", tile_at(WEST, SOUTH, 8), NO_FILTER, fields.of_tile("parcels"))
    few = replace(asked, looks=(), most_shapes=1_000)
    with store.reading() as session:
        ours, theirs = (features(session.features.tile("parcels", one)) for one in (asked, few))
    stood = [sum(one["properties"].get("stands_for", 1) for one in some) for some in (ours, theirs)]
    assert stood[0] == stood[1] and len(theirs) < len(ours)
    assert {key for one in theirs for key in one["properties"]} == {"stands_for"}


def test_what_takes_too_long_is_ended(store, fields, monkeypatch):
    monkeypatch.setattr(sql_tiles, "LONGEST_S", 0.001)
    with pytest.raises(StoreUnavailable):
        written(store, fields, "problems", Tile(0, 0, 0))


def test_nothing_is_in_an_empty_tile_and_at_the_edge_of_the_world_all_is_well(store, fields):
    assert written(store, fields, "problems", Tile(14, 0, 0)) == b""
    with store.writing() as session:
        session.features.insert("parcels", Feature(code="POLE", geometry=shapely.box(-180, 60, 180, 90)), now=NOW)
    for tile in (Tile(0, 0, 0), Tile(3, 0, 0), Tile(3, 7, 0)):
        assert features(written(store, fields, "parcels", tile))


def test_a_layer_that_has_grown_too_large_is_not_built(store, fields):
    cache = ColumnCache(store, fields, most_rows=SHAPES + 10)
    assert len(cache.get("parcels").polygons)
    for _ in range(2):
        with pytest.raises(TooManyRows):
            cache.get("problems")
    assert cache.kept("problems", store.change_stamp()) is None
