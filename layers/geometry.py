"""Geometries at the door: GeoJSON to shapely and back, what is wrong with one, and metres.

Everything here is 2-D. Outside `Metres` every coordinate is longitude and latitude
in degrees (EPSG:4326). A vertex number is the zero-based index of a position in
reading order: ring after ring, part after part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from layers.errors import BadGeometry
from layers.schema import GEOMETRY_TYPES, Shape
from layers.words import Message, msg

MAX_VERTICES = 100_000
QUARTER_SEGMENTS = 64  # a disc of 256 vertices: its area is 0.01 % too small
REPAIR_TOLERANCE = 1e-6  # relative change of area or length that a repair may cause

_LEVELS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_SHORTEST = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}
_HUGE = 1e300
_AXES = (
    (msg("longitude"), 180.0),
    (msg("latitude"), 90.0),
    (msg("height"), _HUGE),
    (msg("measure"), _HUGE),
)

_Position = tuple[float, float]
_Found = tuple[Message, int | None]
_Geoms = TypeVar("_Geoms", BaseGeometry, NDArray[np.object_])


# ---------------------------------------------------------------- GeoJSON


def from_geojson(obj: object, allowed: frozenset[str]) -> BaseGeometry:
    """The valid 2-D geometry that a GeoJSON geometry object describes; Z and M are dropped.

    Lists are walked only as deep as the type has levels, so no nesting can exhaust
    the stack. Raises BadGeometry, with `vertex` where one can be named.

    >>> from_geojson({"type": "Point", "coordinates": [118.2, 36.2, 310.5]}, frozenset({"Point"}))
    <POINT (118.2 36.2)>
    """
    kind, coordinates = _type_and_coordinates(obj, allowed)
    reader = _Reader()
    positions = reader.read(coordinates, _LEVELS[kind])
    for start, path in reader.paths:
        _check_path(kind, start, path)
    geom = _BUILD[kind](positions)
    found = problem_of(geom)
    if found:
        raise BadGeometry(found[0], vertex=found[1])
    return geom


def to_geojson(geom: BaseGeometry, digits: int = 7) -> dict[str, Any]:
    """The GeoJSON geometry, rounded to `digits` decimals; a multi of one part becomes the single.

    >>> to_geojson(shapely.from_wkt("MULTIPOINT ((118.20000000001 36.2))"))
    {'type': 'Point', 'coordinates': (118.2, 36.2)}
    """
    return dict(mapping(shapely.transform(demote(geom), lambda xy: xy.round(digits))))


def _type_and_coordinates(obj: object, allowed: frozenset[str]) -> tuple[str, object]:
    if not isinstance(obj, dict):
        raise BadGeometry(msg("A geometry is an object with “type” and “coordinates”."))
    kind = obj.get("type")
    if not isinstance(kind, str) or kind not in allowed & _LEVELS.keys():
        given = ascii(kind)[1:-1][:40] if isinstance(kind, str) else type(kind).__name__
        raise BadGeometry(_wrong_type(given, allowed))
    return kind, obj.get("coordinates")


def _wrong_type(given: str, allowed: frozenset[str]) -> Message:
    return msg(
        "The geometry type “{given}” is not accepted here; accepted: {accepted}.",
        given=given,
        accepted=", ".join(sorted(allowed & _LEVELS.keys())),
    )


class _Reader:
    """Reads nested coordinate lists, counting vertices and noting each path with its first vertex."""

    def __init__(self) -> None:
        self.vertex = 0
        self.paths: list[tuple[int, list[_Position]]] = []

    def read(self, value: object, levels: int) -> Any:
        """Positions (tuples) nested in lists `levels` deep."""
        if levels == 0:
            return self._position(value)
        if not isinstance(value, list | tuple):
            raise self._bad(msg("A list of positions was expected at vertex {vertex}.", vertex=self.vertex))
        if not value:
            raise BadGeometry(msg("The geometry is empty."))
        start = self.vertex
        items = [self.read(item, levels - 1) for item in value]
        if levels == 1:
            self.paths.append((start, items))
        return items

    def _position(self, value: object) -> _Position:
        if not isinstance(value, list | tuple) or not 2 <= len(value) <= 4:
            raise self._bad(msg("Vertex {vertex} is not a position [longitude, latitude].", vertex=self.vertex))
        for number, (axis, limit) in zip(value, _AXES, strict=False):
            self._check(number, axis, limit)
        self.vertex += 1
        if self.vertex > MAX_VERTICES:
            raise BadGeometry(msg("The geometry has more than {limit} vertices.", limit=MAX_VERTICES))
        return float(value[0]), float(value[1])

    def _check(self, number: object, axis: Message, limit: float) -> None:
        if type(number) not in (int, float) or not -_HUGE <= number <= _HUGE:  # type: ignore[operator]
            raise self._bad(msg("Vertex {vertex}: {axis} is not a finite number.", vertex=self.vertex, axis=axis))
        if not -limit <= number <= limit:  # type: ignore[operator]
            raise self._bad(
                msg(
                    "Vertex {vertex}: {axis} {value:.8g} is outside −{limit:g} … {limit:g}.",
                    vertex=self.vertex,
                    axis=axis,
                    value=number,
                    limit=limit,
                )
            )

    def _bad(self, message: Message) -> BadGeometry:
        return BadGeometry(message, vertex=self.vertex)


def _check_path(kind: str, start: int, path: list[_Position]) -> None:
    least = _SHORTEST.get(kind, 1)
    if len(path) < least:
        raise BadGeometry(
            msg(
                "The part that starts at vertex {vertex} has {count} positions; it needs at least {least}.",
                vertex=start,
                count=len(path),
                least=least,
            ),
            vertex=start,
        )
    if least == _SHORTEST["Polygon"] and path[0] != path[-1]:
        raise BadGeometry(
            msg(
                "The ring is not closed: its last vertex {vertex} differs from its first, {first}.",
                vertex=start + len(path) - 1,
                first=start,
            ),
            vertex=start + len(path) - 1,
        )


def _polygon(rings: list[list[_Position]]) -> BaseGeometry:
    return shapely.Polygon(rings[0], rings[1:])


_BUILD: dict[str, Callable[[Any], BaseGeometry]] = {
    "Point": shapely.Point,
    "MultiPoint": shapely.MultiPoint,
    "LineString": shapely.LineString,
    "MultiLineString": shapely.MultiLineString,
    "Polygon": _polygon,
    "MultiPolygon": lambda parts: shapely.MultiPolygon([_polygon(rings) for rings in parts]),
}


# ---------------------------------------------------------------- single and multi

_MULTI: dict[Shape, Callable[[Any], BaseGeometry]] = {
    "MULTILINESTRING": shapely.multilinestrings,
    "MULTIPOLYGON": shapely.multipolygons,
}


def promote(geom: BaseGeometry, shape: Shape) -> BaseGeometry:
    """The geometry as a layer of that shape stores it (a line as MultiLineString, …).

    Raises BadGeometry if its type does not belong in such a layer.
    """
    geom = demote(geom) if shape == "POINT" else geom
    if geom.geom_type not in GEOMETRY_TYPES[shape]:
        raise BadGeometry(_wrong_type(geom.geom_type, GEOMETRY_TYPES[shape]))
    if shape in _MULTI:
        return _MULTI[shape](shapely.get_parts(geom))
    return geom


def demote(geom: BaseGeometry) -> BaseGeometry:
    """A multi of one part as the single; anything else unchanged."""
    parts = shapely.get_parts(geom)
    return parts[0] if len(parts) == 1 else geom


# ---------------------------------------------------------------- validity

_REASONS = {
    "Hole lies outside shell": msg("The hole with vertex {vertex} lies outside its outer ring, near {lon}, {lat}."),
    "Holes are nested": msg("The hole with vertex {vertex} lies inside another hole, near {lon}, {lat}."),
    "Nested shells": msg("The part with vertex {vertex} lies inside another part, near {lon}, {lat}."),
    "Interior is disconnected": msg("Holes cut the polygon in two at vertex {vertex}, near {lon}, {lat}."),
    "Duplicate Rings": msg("The ring with vertex {vertex} is there twice, near {lon}, {lat}."),
    "Too few points in geometry component": msg("The part with vertex {vertex} has no extent, near {lon}, {lat}."),
    "Self-intersection": msg("Segment {vertex} crosses segment {other} near {lon}, {lat}."),
    "Ring Self-intersection": msg("Segment {vertex} touches segment {other} near {lon}, {lat}."),
}
_NOT_VALID = msg("The geometry is not valid at vertex {vertex}, near {lon}, {lat}.")


def problem_of(geom: BaseGeometry | None) -> _Found | None:
    """Why the geometry cannot be used and at which vertex; None if it can.

    Looks for emptiness, numbers that are not finite, and what the simple-feature
    standard calls invalid. A line may cross itself; a polygon's rings may not.
    """
    if geom is None or geom.is_empty:
        return msg("The geometry is empty."), None
    finite = np.isfinite(shapely.get_coordinates(geom)).all(axis=1)
    if not finite.all():
        vertex = int(np.argmin(finite))
        return msg("Vertex {vertex} has a coordinate that is not a finite number.", vertex=vertex), vertex
    reason = shapely.is_valid_reason(geom)
    return None if reason == "Valid Geometry" else _explain(geom, reason)


def repair(geom: BaseGeometry) -> BaseGeometry | None:
    """The valid geometry of the same kind and size; None if there is none.

    Same kind: lines stay lines, polygons stay polygons (a part more or less is
    accepted). Same size: area, and length of lines, change by less than 1e-6.
    """
    if not np.isfinite(shapely.get_coordinates(geom)).all():
        return None
    mended = shapely.make_valid(geom, method="structure", keep_collapsed=False)
    same_kind = _family(mended) == _family(geom) and not mended.is_empty
    return mended if same_kind and _same_size(geom, mended) else None


def _family(geom: BaseGeometry) -> str:
    return str(geom.geom_type).removeprefix("Multi")


def _same_size(one: BaseGeometry, other: BaseGeometry) -> bool:
    measure = shapely.area if _family(one) == "Polygon" else shapely.length
    return bool(abs(measure(one) - measure(other)) <= REPAIR_TOLERANCE * measure(one))


def _explain(geom: BaseGeometry, reason: str) -> _Found:
    kind, _, place = reason.rstrip("]").partition("[")
    lon, lat = (float(number) for number in place.split()[:2])
    first, second = _nearest_segments(geom, lon, lat)
    if "Self-intersection" in kind:
        first, second = sorted((first, second))
    values: dict[str, object] = {
        "vertex": first,
        "other": second,
        "lon": round(lon, 7),
        "lat": round(lat, 7),
    }
    return Message(_REASONS.get(kind, _NOT_VALID).template, values), first


def _nearest_segments(geom: BaseGeometry, x: float, y: float) -> tuple[int, int]:
    """The two segments (named by their first vertex) that pass nearest to a place and share no end."""
    xy, path = shapely.get_coordinates(_paths(geom), return_index=True)
    start = np.flatnonzero(path[1:] == path[:-1])
    if not len(start):
        return 0, 0
    distance = _distance_to_segments(np.array([x, y]), xy[start], xy[start + 1])
    near = start[np.argsort(distance, kind="stable")]
    second = next((s for s in near[1:] if not _share_an_end(xy, near[0], s)), near[0])
    return int(near[0]), int(second)


def _paths(geom: BaseGeometry) -> NDArray[np.object_]:
    """Rings and lines in reading order."""
    parts = shapely.get_parts(geom)
    return np.asarray(shapely.get_rings(parts) if _family(geom) == "Polygon" else parts)


def _distance_to_segments(
    place: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    along = b - a
    square = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    share = (((place - a) * along).sum(axis=1) / square).clip(0.0, 1.0)
    gap = a + share[:, None] * along - place
    return np.asarray(np.hypot(gap[:, 0], gap[:, 1]))


def _share_an_end(xy: NDArray[np.float64], one: int, other: int) -> bool:
    ends = {tuple(xy[one]), tuple(xy[one + 1])}
    return tuple(xy[other]) in ends or tuple(xy[other + 1]) in ends


# ---------------------------------------------------------------- metres


@dataclass(frozen=True, slots=True)
class Metres:
    """Metric work in one projected CRS, named like "EPSG:4548" (axes in metres).

    Its scale is true within 0.04 % inside a 3-degree zone.
    """

    crs: str

    def to(self, geoms: _Geoms) -> _Geoms:
        """A geometry, or an array of them, from degrees into this CRS."""
        return _project(geoms, _transformer("EPSG:4326", self.crs))

    def back(self, geoms: _Geoms) -> _Geoms:
        """A geometry, or an array of them, from this CRS into degrees."""
        return _project(geoms, _transformer(self.crs, "EPSG:4326"))

    def area_m2(self, geom: BaseGeometry) -> float:
        """The area in square metres of a geometry in degrees."""
        return float(shapely.area(self.to(geom)))

    def length_m(self, geom: BaseGeometry) -> float:
        """The length in metres of a geometry in degrees (perimeter, for a polygon)."""
        return float(shapely.length(self.to(geom)))

    def disc(self, point: BaseGeometry, radius_m: float) -> BaseGeometry:
        """All within `radius_m` of a point, in degrees."""
        return self.ring(point, 0.0, radius_m)

    def ring(self, point: BaseGeometry, inner_m: float, outer_m: float) -> BaseGeometry:
        """All between two distances from a point, in degrees; `inner_m` 0 gives the disc."""
        centre = self.to(point)
        outer = shapely.buffer(centre, outer_m, quad_segs=QUARTER_SEGMENTS)
        inner = shapely.buffer(centre, inner_m, quad_segs=QUARTER_SEGMENTS)
        return self.back(shapely.difference(outer, inner))


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _project(geoms: _Geoms, transformer: Transformer) -> _Geoms:
    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    moved: _Geoms = shapely.transform(geoms, move)
    return moved
