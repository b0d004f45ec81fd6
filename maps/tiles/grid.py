"""The usual tile pyramid over Web Mercator: where a tile lies, which tile lies where.

A tile has 4096 × 4096 units, x eastwards and y southwards; its west and north
edges belong to it, its east and south edges to its neighbours.
"""

from typing import NamedTuple

import numpy as np

from layers.columns.world import BITS, to_lonlat, to_world

EXTENT = 4096
EXTENT_BITS = 12
MAX_ZOOM = 22

WorldBox = tuple[int, int, int, int]
Frame = tuple[float, float, float, float, float]


class Tile(NamedTuple):
    """One tile: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int


def exists(tile: Tile) -> bool:
    """Whether the pyramid has that tile: 0 ≤ z ≤ 22, 0 ≤ x < 2^z, 0 ≤ y < 2^z.

    >>> exists(Tile(1, 1, 0)), exists(Tile(1, 2, 0)), exists(Tile(23, 0, 0))
    (True, False, False)
    """
    return 0 <= tile.z <= MAX_ZOOM and 0 <= tile.x < 1 << tile.z and 0 <= tile.y < 1 << tile.z


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """The tile of zoom z that a place (degrees) lies in.

    >>> tile_at(118.15486, 36.18478, 14)
    Tile(z=14, x=13569, y=6423)
    """
    x, y = (int(place) >> (BITS - z) for place in to_world(np.array([[lon, lat]]))[0])
    return Tile(z, x, y)


def world_box(tile: Tile, margin: int = 0) -> WorldBox:
    """West, north, east, south in world units, widened on each side by `margin` tile units.

    >>> world_box(Tile(1, 0, 1))
    (0, 2147483648, 2147483648, 4294967296)
    """
    size = 1 << (BITS - tile.z)
    wider = margin * size >> EXTENT_BITS
    west, north = tile.x * size, tile.y * size
    return west - wider, north - wider, west + size + wider, north + size + wider


def bounds(tile: Tile) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees (EPSG:4326).

    >>> bounds(Tile(1, 0, 0))
    (-180.0, 0.0, 0.0, 85.0511287798066)
    """
    west, north, east, south = world_box(tile)
    (left, top), (right, bottom) = to_lonlat(np.array([[west, north], [east, south]])).tolist()
    return left, bottom, right, top


def frame(tile: Tile, margin: int) -> Frame:
    """What turns world units into tile units, for the kernels: west, north, scale; least and greatest unit kept."""
    west, north, east, _ = world_box(tile)
    return float(west), float(north), EXTENT / (east - west), float(-margin), float(EXTENT + margin)
