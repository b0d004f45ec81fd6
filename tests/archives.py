"""PMTiles files for tests, written by the library `pmtiles`: pictures, and vectors by our own encoder of tiles."""

import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from shapely.geometry.base import BaseGeometry

from layers.columns import build
from maps.tiles.encode import encode_tile
from maps.tiles.grid import Tile, bounds, tile_at
from tests.columns_support import feature_table

Tiles = Mapping[tuple[int, int, int], bytes]
Rows = Iterable[tuple[BaseGeometry, Mapping[str, object]]]
PLACE = (114.0231918, 22.529098)  # on a road of the demo town


def write_archive(
    path: Path, tiles: Tiles, *, kind: TileType = TileType.PNG, packed: Compression = Compression.NONE, **metadata: Any
) -> Path:
    """A file of these tiles, as they stand."""
    zooms = [z for z, _, _ in tiles]
    boxes = [bounds(Tile(*at)) for at in tiles]
    west, south = (round(min(box[end] for box in boxes) * 1e7) for end in (0, 1))
    east, north = (round(max(box[end] for box in boxes) * 1e7) for end in (2, 3))
    with path.open("wb") as out:
        writer = Writer(out)
        for at in sorted(tiles, key=lambda at: zxy_to_tileid(*at)):
            writer.write_tile(zxy_to_tileid(*at), tiles[at])
        header = {
            "tile_type": kind, "tile_compression": packed, "min_zoom": min(zooms), "max_zoom": max(zooms),
            "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
            "center_zoom": min(zooms), "center_lon_e7": west, "center_lat_e7": south,
        }  # fmt: skip
        writer.finalize(header, metadata)
    return path


def vector_archive(path: Path, layers: Mapping[str, Rows], zooms: Iterable[int] = range(9, 15)) -> Path:
    """A file of vector tiles over everything that the layers hold, packed as they usually are."""
    columns = {name: _columns(name, list(rows)) for name, rows in layers.items()}
    box = shapely.total_bounds([geometry for rows in layers.values() for geometry, _ in rows])
    tiles = {}
    for z in zooms:
        first, last = tile_at(box[0], box[3], z), tile_at(box[2], box[1], z)
        for x in range(first.x, last.x + 1):
            for y in range(first.y, last.y + 1):
                body = b"".join(encode_tile(one, Tile(z, x, y)) for one in columns.values())
                if body:
                    tiles[z, x, y] = gzip.compress(body)
    described = [{"id": name, "fields": {}} for name in layers]
    return write_archive(path, tiles, kind=TileType.MVT, packed=Compression.GZIP, vector_layers=described)


def town_archive(path: Path, names: Mapping[str, str] | None = None) -> Path:
    """Land, water, wood, houses, roads, a border and names round PLACE, as Protomaps calls them, or as `names` do."""
    lon, lat = PLACE
    box = lambda west, south, east, north: shapely.box(  # noqa: E731
        lon + west, lat + south, lon + east, lat + north
    )
    road = lambda *spots: shapely.LineString([(lon + x, lat + y) for x, y in spots])  # noqa: E731
    layers: dict[str, Rows] = {
        "water": [(box(-0.02, -0.012, -0.006, -0.003), {"kind": "lake"})],
        "landuse": [(box(0.004, 0.002, 0.016, 0.011), {"kind": "park"})],
        "buildings": [(box(-0.004, 0.001, -0.001, 0.004), {"kind": "building"})],
        "roads": [
            (road((-0.03, 0.0045), (0.03, 0.0055)), {"kind": "highway", "name": "Shennan", "name:zh": "深南大道"}),
            (road((0.002, -0.02), (0.0025, 0.02)), {"kind": "major_road", "name:zh": "红荔路"}),
            (road((-0.012, -0.001), (0.012, -0.0012)), {"kind": "minor_road", "name:zh": "莲花支路"}),
        ],
        "boundaries": [(road((-0.03, -0.008), (0.03, -0.007)), {"kind": "county"})],
        "places": [
            (shapely.Point(lon - 0.01, lat + 0.009), {"kind_detail": "town", "name": "Futian", "name:zh": "福田"})
        ],
    }  # fmt: skip
    return vector_archive(path, {(names or {}).get(name, name): rows for name, rows in layers.items()})


def _columns(name: str, rows: list[tuple[BaseGeometry, Mapping[str, object]]]) -> Any:
    fields = sorted({field for _, values in rows for field in values})
    table = feature_table(
        [geometry for geometry, _ in rows], **{field: [values.get(field) for _, values in rows] for field in fields}
    )
    return build(name, table, tuple(fields))
