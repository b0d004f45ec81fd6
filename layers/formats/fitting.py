"""Whether each geometry can go into a layer: its type, its coordinates, its validity; mending what can be mended."""

import re
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.formats.table import Geometries
from layers.model import RowNote
from layers.schema import GEOMETRY_TYPES, Shape
from layers.words import Message, msg

SAME_SIZE = 1e-6  # a mended geometry may differ by this share of its area or length
_EARTH_M = 6_371_007.2  # radius of the sphere with the area of WGS-84
_DIMENSIONS = {"Point": 0, "MultiPoint": 0, "LineString": 1, "MultiLineString": 1, "Polygon": 2, "MultiPolygon": 2}
_TYPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_MULTI = {"MULTILINESTRING": shapely.multilinestrings, "MULTIPOLYGON": shapely.multipolygons}
_TYPE_WORDS = {
    "Point": msg("point"), "MultiPoint": msg("points"), "LineString": msg("line"),
    "MultiLineString": msg("lines"), "Polygon": msg("polygon"), "MultiPolygon": msg("polygons"),
    "GeometryCollection": msg("collection"), "LinearRing": msg("line"),
}  # fmt: skip
_SHAPE_WORDS: dict[Shape, Message] = {
    "POINT": msg("points"),
    "MULTILINESTRING": msg("lines"),
    "MULTIPOLYGON": msg("polygons"),
    "GEOMETRY": msg("points, lines or polygons"),
}
_REASONS = {
    reason.template.lower(): reason
    for reason in (
        msg("Self-intersection"), msg("Ring Self-intersection"), msg("Hole lies outside shell"),
        msg("Holes are nested"), msg("Nested shells"), msg("Interior is disconnected"), msg("Duplicate Rings"),
        msg("Too few points in geometry component"), msg("Ring is not closed"),
    )
}  # fmt: skip


@dataclass(slots=True)
class Fitted:
    """The geometries as the layer takes them, and by zero-based row what was refused or mended."""

    geometries: Geometries
    refused: dict[int, Message] = field(default_factory=dict)
    repaired: dict[int, Message] = field(default_factory=dict)


def fit(geometries: Geometries, shape: Shape) -> Fitted:
    """Check every geometry (EPSG:4326) for a layer of that shape; single parts become multi where it wants them."""
    fitted = Fitted(geometries.copy())
    _refuse_missing(fitted)
    _refuse_wild(fitted)
    _unwrap(fitted, shape)
    _refuse_types(fitted, shape)
    _mend(fitted, shape)
    _promote(fitted, shape)
    return fitted


def size_m(geometry: BaseGeometry) -> float:
    """Area (m²) or length (m) of a geometry in EPSG:4326, on an equal-area projection at its own latitude."""
    cos = np.cos(np.radians(shapely.get_coordinates(geometry)[:, 1].mean()))
    flat = shapely.transform(geometry, lambda xy: _EARTH_M * np.column_stack(
        [np.radians(xy[:, 0]) * cos, np.sin(np.radians(xy[:, 1])) / cos]))  # fmt: skip
    return float(flat.area or flat.length)


def _open_rows(fitted: Fitted) -> NDArray[np.int64]:
    rows = np.ones(len(fitted.geometries), dtype=bool)
    rows[list(fitted.refused)] = False
    return np.flatnonzero(rows)


def _refuse(fitted: Fitted, rows: NDArray[np.int64], message: Message) -> None:
    fitted.refused.update(dict.fromkeys(rows.tolist(), message))


def _refuse_missing(fitted: Fitted) -> None:
    missing = shapely.is_missing(fitted.geometries)
    _refuse(fitted, np.flatnonzero(missing), msg("The row has no geometry."))
    empty = shapely.is_empty(fitted.geometries)
    _refuse(fitted, np.flatnonzero(empty), msg("The geometry is empty, or its coordinates are no numbers."))


def _refuse_wild(fitted: Fitted) -> None:
    """Coordinates that are no numbers or not on the earth, with the first vertex where that is so."""
    xy, rows = shapely.get_coordinates(fitted.geometries, return_index=True)
    wild = np.flatnonzero(~((np.abs(xy[:, 0]) <= 180) & (np.abs(xy[:, 1]) <= 90)))
    wild_rows, first = np.unique(rows[wild], return_index=True)
    starts = np.searchsorted(rows, wild_rows)
    for row, place, start in zip(wild_rows.tolist(), wild[first].tolist(), starts.tolist(), strict=True):
        fitted.refused[row] = msg(
            "The coordinate {x}, {y} is not on the earth (vertex {vertex}).",
            x=round(float(xy[place, 0]), 6),
            y=round(float(xy[place, 1]), 6),
            vertex=place - start + 1,
        )


def _unwrap(fitted: Fitted, shape: Shape) -> None:
    """A collection of one sort becomes its multi type; a multipoint of one point a point, where points are wanted."""
    kinds = shapely.get_type_id(fitted.geometries)
    collections = kinds == 7
    if shape == "POINT":
        collections |= (kinds == 4) & (shapely.get_num_geometries(fitted.geometries) == 1)
    for row in np.flatnonzero(collections).tolist():
        parts = shapely.get_parts(fitted.geometries[row])
        one = parts[0] if len(parts) == 1 and shape == "POINT" else _gathered(parts)
        if row not in fitted.refused and one is not None:
            fitted.geometries[row] = one


def _gathered(parts: Geometries) -> BaseGeometry | None:
    """The parts as one multi geometry where they are all points, all lines or all polygons."""
    dimensions = set(shapely.get_dimensions(parts).tolist())
    makers = {0: shapely.multipoints, 1: shapely.multilinestrings, 2: shapely.multipolygons}
    simple = bool(np.isin(shapely.get_type_id(parts), (0, 1, 3)).all())
    return makers[dimensions.pop()](parts) if simple and len(dimensions) == 1 else None


def _refuse_types(fitted: Fitted, shape: Shape) -> None:
    rows = _open_rows(fitted)
    allowed = [number for number, kind in enumerate(_TYPES) if kind in GEOMETRY_TYPES[shape]]
    for row in rows[~np.isin(shapely.get_type_id(fitted.geometries[rows]), allowed)].tolist():
        kind = fitted.geometries[row].geom_type
        fitted.refused[row] = msg(
            "A {found} cannot go into this layer; it takes {wanted}.",
            found=_TYPE_WORDS.get(kind, kind),
            wanted=_SHAPE_WORDS[shape],
        )


def _mend(fitted: Fitted, shape: Shape) -> None:
    rows = _open_rows(fitted)
    invalid = rows[~shapely.is_valid(fitted.geometries[rows])]
    for row in invalid.tolist():
        geometry = fitted.geometries[row]
        mended = _made_valid(geometry)
        fits = mended is not None and mended.geom_type in GEOMETRY_TYPES[shape]
        if mended is not None and fits and _same_size(geometry, mended):
            fitted.geometries[row] = mended
            fitted.repaired[row] = msg(
                "The geometry was mended without changing its area or length: {why}.", why=_why(geometry)
            )
        else:
            fitted.refused[row] = msg(
                "The geometry is invalid and cannot be mended without changing its area or length: {why}.",
                why=_why(geometry),
            )


def _made_valid(geometry: BaseGeometry) -> BaseGeometry | None:
    """A valid geometry of the same dimension, or None."""
    valid = shapely.make_valid(geometry)
    if valid.geom_type in _DIMENSIONS:
        return valid
    parts = shapely.get_parts(shapely.get_parts(valid))
    same = parts[shapely.get_dimensions(parts) == shapely.get_dimensions(geometry)]
    return _gathered(same) if len(same) else None


def _same_size(before: BaseGeometry, after: BaseGeometry) -> bool:
    if shapely.get_dimensions(before) != shapely.get_dimensions(after):
        return False
    old, new = size_m(before), size_m(after)
    return abs(new - old) <= SAME_SIZE * max(old, new)


def _why(geometry: BaseGeometry) -> Message:
    """GEOS's reason in words, with the place and the number of the vertex nearest to it (1 = first)."""
    reason, _, place = shapely.is_valid_reason(geometry).partition("[")
    said = _REASONS.get(reason.strip().lower(), msg(reason.strip()))
    numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e[-+]?\d+)?", place)]
    if len(numbers) < 2:
        return said
    gaps = np.hypot(*(shapely.get_coordinates(geometry) - numbers[:2]).T)
    return msg("{reason} at {lon}, {lat} (vertex {vertex})", reason=said, lon=round(numbers[0], 6),
               lat=round(numbers[1], 6), vertex=int(gaps.argmin()) + 1)  # fmt: skip


def _promote(fitted: Fitted, shape: Shape) -> None:
    make = _MULTI.get(shape)
    rows = _open_rows(fitted)
    if make is None or not len(rows):
        return
    single = rows[np.isin(shapely.get_type_id(fitted.geometries[rows]), (1, 3))]
    fitted.geometries[single] = make(fitted.geometries[single], indices=np.arange(len(single)))


def first_notes(found: dict[int, Message], name: str) -> list[RowNote]:
    """The findings as notes with row numbers as people count, in order."""
    return [RowNote(row + 1, found[row], name) for row in sorted(found)]
