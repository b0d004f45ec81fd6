"""Geometries taken apart into points and paths in world coordinates."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from layers.columns.compiled import Bools, Bytes, Ints, World
from layers.columns.levels import vertex_levels
from layers.columns.world import to_world
from layers.shapes import plain_points

Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Lines or polygons end to end, of the table's rows `rows`; the other arrays as in `parts.Shapes`."""

    rows: Ints
    shapes: Ints
    paths: Ints
    outer: Bools
    x: World
    y: World
    levels: Bytes


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """What the geometries of a table come to; point i at `x`, `y` belongs to the table's row `rows`."""

    rows: Ints
    x: World
    y: World
    lines: Paths
    polygons: Paths


def take_apart(wkb: Objects) -> Pieces:
    """The pieces of geometries in WKB (EPSG:4326); null, empty, unreadable and not finite ones have none."""
    plain, places = plain_points(wkb)
    with np.errstate(invalid="ignore"):  # of coordinates that are not finite numpy would warn
        geometries = shapely.from_wkb(wkb[~plain], on_invalid="ignore")
    others, other_rows = _simple(geometries, np.flatnonzero(~plain))
    kinds = shapely.get_type_id(others)
    points, lines, polygons = (
        kinds == kind for kind in (GeometryType.POINT, GeometryType.LINESTRING, GeometryType.POLYGON)
    )
    spots = np.concatenate([places, shapely.get_coordinates(others[points])])
    rows = np.concatenate([np.flatnonzero(plain), other_rows[points]])
    finite = np.isfinite(spots).all(axis=1)
    rings, owners = shapely.get_rings(others[polygons], return_index=True)
    outer = np.diff(owners, prepend=-1) != 0
    drawn = ~shapely.is_empty(rings)
    return Pieces(
        rows[finite],
        *_axes(to_world(spots[finite])),
        _paths(others[lines], other_rows[lines], np.ones(lines.sum(), np.bool_)),
        _paths(rings[drawn], other_rows[polygons][owners[drawn]], outer[drawn]),
    )


def _simple(geometries: Objects, rows: Ints) -> tuple[Objects, Ints]:
    """The points, lines and polygons that the geometries of the rows consist of, and the row of each."""
    usable = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    geometries, rows = geometries[usable], rows[usable]
    while (shapely.get_type_id(geometries) > GeometryType.POLYGON).any():
        geometries, places = shapely.get_parts(geometries, return_index=True)
        rows = rows[places]
    coordinates, places = shapely.get_coordinates(geometries, return_index=True)
    usable = ~shapely.is_empty(geometries)
    usable[places[~np.isfinite(coordinates).all(axis=1)]] = False
    return geometries[usable], rows[usable]


def _paths(paths: Objects, rows: Ints, outer: Bools) -> Paths:
    """Lines or rings with the row that each belongs to; rows ascend."""
    counts = shapely.get_num_coordinates(paths).astype(np.int64)
    world = to_world(shapely.get_coordinates(paths))
    is_ring = bool((shapely.get_type_id(paths) == GeometryType.LINEARRING).any())
    if is_ring:  # without the closing vertices
        world = np.delete(world, np.cumsum(counts) - 1, axis=0)
        counts -= 1
    owners, firsts = np.unique(rows, return_index=True)
    ends, (x, y) = np.concatenate([[0], np.cumsum(counts)]), _axes(world)
    return Paths(owners, np.append(firsts, len(rows)), ends, outer, x, y, vertex_levels(ends, x, y, is_ring))


def _axes(world: NDArray[np.uint32]) -> tuple[World, World]:
    return np.ascontiguousarray(world[:, 0]), np.ascontiguousarray(world[:, 1])
