"""Work faces without seam (无缝衔接): gaps, overlaps and stray parts of the areas that share a district.

Areas of one level should be a coverage of the district: no place without one, none with two. Everything is in
metres of one projected CRS, snapped to `SNAP_M`, so that borders drawn alike twice are one border. What is no more
than `SMALLEST_M2` is rounding; a part of the district that nobody has is a *sliver* where its area over its
perimeter is below `SLIVER_M` (a border drawn twice), otherwise a *gap*: land without anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

Objects = NDArray[np.object_]

SNAP_M = 0.001
GAP_WIDTH_M = 2.0
SMALLEST_M2 = 1.0
SLIVER_M = 1.0
LEVELS = ("zone", "village", "grid")  # from the largest to the smallest
AREA_KINDS = ("gap", "sliver", "overlap", "outside", "outside_parent", "unassigned_area")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of the seam: what kind, where (metres), how large (m², or m along a road), which places, whose."""

    kind: str
    geometry: BaseGeometry | None
    size: float
    codes: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Faces:
    """The areas of one level: codes and polygons (metres, snapped)."""

    code: Objects
    polygon: Objects


def snapped(polygons: Objects) -> Objects:
    """The polygons on a raster of 1 mm; one that is narrower than that becomes empty."""
    return np.asarray(shapely.set_precision(polygons, SNAP_M))


def district_of(polygons: Objects) -> BaseGeometry:
    """The outer outline of some areas: their union without its holes.

    >>> ring = shapely.difference(shapely.box(0, 0, 10, 10), shapely.box(4, 4, 6, 6))
    >>> district_of(np.array([ring])).area
    100.0
    """
    parts = shapely.get_parts(shapely.union_all(polygons))
    return shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts[shapely.get_dimensions(parts) == 2])))


def is_seamless(faces: Faces, *, gap_width_m: float = GAP_WIDTH_M) -> bool:
    """Whether the areas are a coverage without narrow gaps; wide gaps are `gaps`' matter."""
    return bool(shapely.coverage_is_valid(faces.polygon, gap_width=gap_width_m))


def loose_edges(faces: Faces, *, gap_width_m: float = GAP_WIDTH_M) -> BaseGeometry:
    """The borders that do not match their neighbour's, as lines to draw; empty where all do."""
    edges = shapely.coverage_invalid_edges(faces.polygon, gap_width=gap_width_m)
    return shapely.union_all(edges)


def overlaps(faces: Faces, *, smallest_m2: float = SMALLEST_M2) -> list[Fault]:
    """What two areas of a level both claim, one fault for each pair."""
    one, other = STRtree(faces.polygon).query(faces.polygon, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    shared = _polygonal(shapely.intersection(faces.polygon[one], faces.polygon[other]))
    return [
        Fault(kind="overlap", geometry=shared[k], size=float(size), codes=_codes(faces, (one[k], other[k])))
        for k, size in enumerate(shapely.area(shared))
        if size > smallest_m2
    ]


def gaps(faces: Faces, district: BaseGeometry, *, smallest_m2: float = SMALLEST_M2) -> list[Fault]:
    """The parts of the district that no area holds, with the areas beside each."""
    parts = _parts(shapely.difference(district, shapely.union_all(faces.polygon)), smallest_m2)
    return [
        Fault(kind=_kind_of_gap(part), geometry=part, size=float(shapely.area(part)), codes=_beside(faces, part))
        for part in parts
    ]


def outside(faces: Faces, district: BaseGeometry, *, smallest_m2: float = SMALLEST_M2) -> list[Fault]:
    """The parts of the areas that lie beyond the district."""
    parts = _parts(shapely.difference(shapely.union_all(faces.polygon), district), smallest_m2)
    return [
        Fault(kind="outside", geometry=part, size=float(shapely.area(part)), codes=_beside(faces, part))
        for part in parts
    ]


def outside_parents(
    faces: Faces, parents: Sequence[str], areas: Mapping[str, BaseGeometry], *, smallest_m2: float = SMALLEST_M2
) -> list[Fault]:
    """What of each area lies beyond its parent; all of it where `areas` knows no such parent; "" is no parent."""
    rows = [k for k, parent in enumerate(parents) if parent]
    homes = _objects([areas.get(parents[k], shapely.Polygon()) for k in rows])
    beyond = _polygonal(shapely.difference(faces.polygon[rows], homes))
    return [
        Fault(kind="outside_parent", geometry=part, size=float(size), codes=(str(faces.code[k]), parents[k]))
        for k, part, size in zip(rows, beyond, shapely.area(beyond), strict=True)
        if size > smallest_m2
    ]


def unassigned_areas(faces: Faces, assigned: frozenset[str]) -> list[Fault]:
    """The areas for which nobody answers; `assigned` are the codes of the others."""
    return [
        Fault(kind="unassigned_area", geometry=polygon, size=float(shapely.area(polygon)), codes=(str(code),))
        for code, polygon in zip(faces.code, faces.polygon, strict=True)
        if code not in assigned
    ]


def repaired(faces: Faces, *, gap_width_m: float = GAP_WIDTH_M) -> Objects:
    """The areas with matching borders: overlaps and enclosed gaps narrower than `gap_width_m` go to the neighbour
    with the longest common border (GEOS coverage cleaning). Wider gaps stay: whose land that is, no drawing tells.

    >>> left, right = shapely.box(0, 0, 10, 10), shapely.box(9, 0, 19, 10)
    >>> [p.area for p in repaired(Faces(np.array(["a", "b"]), np.array([left, right])))]
    [100.0, 90.0]
    """
    cleaned = shapely.coverage_clean(faces.polygon, gap_width=gap_width_m, merge_strategy="longest_border")
    return np.asarray(cleaned)


def differs(before: BaseGeometry, after: BaseGeometry) -> bool:
    """Whether a repair changed a polygon: more than rounding, be it only a vertex that a neighbour has."""
    one, other = (shapely.normalize(shapely.multipolygons(shapely.get_parts(shape))) for shape in (before, after))
    return not shapely.equals_exact(one, other, tolerance=SNAP_M)


def _kind_of_gap(part: BaseGeometry) -> str:
    return "sliver" if shapely.area(part) < SLIVER_M * shapely.length(part) else "gap"


def _parts(geometry: BaseGeometry, smallest_m2: float) -> list[BaseGeometry]:
    parts = shapely.get_parts(geometry)
    return list(parts[shapely.area(parts) > smallest_m2])


def _polygonal(geometries: Objects) -> Objects:
    """Without the points and lines in which neighbours merely touch."""
    mixed = np.flatnonzero(shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for k in mixed:
        parts = shapely.get_parts(geometries[k])
        geometries[k] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return geometries


def _beside(faces: Faces, part: BaseGeometry) -> tuple[str, ...]:
    near = shapely.dwithin(faces.polygon, part, SNAP_M)
    return _codes(faces, np.flatnonzero(near))


def _codes(faces: Faces, rows: Sequence[int] | NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(sorted(str(faces.code[row]) for row in rows))


def _objects(values: Sequence[object]) -> Objects:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
