"""The places of a town in metres, and how problems touch them: distance, share, chainage.

All geometries are in one projected CRS with axes in metres. The problems go into one
tree, and every place asks that tree; so each place is prepared once, corridors keep
their own width, and one problem costs as little as it should.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Objects = NDArray[np.object_]  # of geometries or of str

LEVELS = ("grid", "village", "zone")  # from the smallest to the largest
SMALLEST_SHARE = 1e-6  # a line or polygon that lies less in a place does not touch it
OVERLAP_M2 = 1.0  # two areas of one level that share no more than this do not overlap
ARC_SEGMENTS = 32  # vertices of a quarter circle where an intersection needs a polygon


@dataclass(frozen=True, eq=False)
class Segments:
    """Road segments: lines with their chainage (NaN where unknown) and corridor each side."""

    geometry: Objects
    code: Objects
    name: Objects
    road_name: Objects
    from_m: Floats
    to_m: Floats
    corridor_m: Floats


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas of responsibility: polygons, each of one level of LEVELS."""

    geometry: Objects
    code: Objects
    name: Objects
    level: Objects

    @cached_property
    def overlaps(self) -> Objects:
        """The polygons that two areas of the same level share."""
        tree = STRtree(self.geometry)
        one, other = tree.query(self.geometry, predicate="intersects")
        pairs = (one < other) & (self.level[one] == self.level[other])
        shared = shapely.intersection(self.geometry[one[pairs]], self.geometry[other[pairs]])
        return np.asarray(shared[shapely.area(shared) > OVERLAP_M2])


@dataclass(frozen=True, eq=False)
class Rings:
    """Station rings: all at a distance in [inner_m, outer_m) from the station's point."""

    centre: Objects
    code: Objects
    station: Objects
    station_name: Objects
    inner_m: Floats
    outer_m: Floats


@dataclass(frozen=True, eq=False)
class Places:
    """Every place of a town; place number = segments first, then areas, then rings."""

    segments: Segments
    areas: Areas
    rings: Rings

    @cached_property
    def layer(self) -> Objects:
        """The layer of each place."""
        counts = [len(self.segments.code), len(self.areas.code), len(self.rings.code)]
        return np.repeat(np.array(["road_segments", "areas", "station_buffers"], dtype=object), counts)

    @cached_property
    def code(self) -> Objects:
        """The code of each place."""
        return np.concatenate([self.segments.code, self.areas.code, self.rings.code])

    @cached_property
    def name(self) -> Objects:
        """The name of each place; a ring bears its station's."""
        return np.concatenate([self.segments.name, self.areas.name, self.rings.station_name])

    @cached_property
    def rank(self) -> Ints:
        """The turn of each place: 0 segment, 1 grid, 2 village, 3 zone, 4 ring."""
        level = {name: number for number, name in enumerate(LEVELS, start=1)}
        of_areas = [level[name] for name in self.areas.level]
        return np.array([0] * len(self.segments.code) + of_areas + [RING_RANK] * len(self.rings.code), int)

    @cached_property
    def code_order(self) -> Ints:
        """The position of each place among the sorted codes."""
        order = np.empty(len(self.code), int)
        order[np.argsort(self.code.astype(str), kind="stable")] = np.arange(len(self.code))
        return order


RING_RANK = len(LEVELS) + 1


@dataclass(frozen=True, eq=False)
class Touches:
    """Pairs of a problem and a place, as columns; NaN where a number does not apply."""

    problem: Ints
    place: Ints
    distance_m: Floats
    share: Floats  # of the problem's length, area or number of points; 1 for a point
    from_m: Floats
    to_m: Floats


def touches(geoms: Objects, places: Places) -> Touches:
    """Every pair of a problem and a place that it touches.

    A point touches a segment whose centre line is no farther than its corridor, an area
    that it lies in or on the border of, and a ring whose distances hold it. A line, a
    polygon or a multi-point touches what holds more than a millionth of it.
    """
    tree = STRtree(geoms)
    area_start = len(places.segments.code)
    ring_start = area_start + len(places.areas.code)
    parts = (
        _touched_segments(geoms, tree, places.segments),
        _touched_areas(geoms, tree, places.areas, area_start),
        _touched_rings(geoms, tree, places.rings, ring_start),
    )
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    problem, place, distance_m, share, from_m, to_m = columns
    kept = share > SMALLEST_SHARE
    return Touches(problem[kept], place[kept], distance_m[kept], share[kept], from_m[kept], to_m[kept])


def touching(geoms: Objects, others: Objects) -> NDArray[np.bool_]:
    """Which of `geoms` meet any of `others`."""
    found = np.zeros(len(geoms), dtype=bool)
    found[STRtree(geoms).query(others, predicate="intersects")[1]] = True
    return found


_Columns = tuple[Ints, Ints, Floats, Floats, Floats, Floats]


def _touched_segments(geoms: Objects, tree: STRtree, segments: Segments) -> _Columns:
    near = _near(geoms, segments)
    at, problem = tree.query(segments.geometry[near], predicate="dwithin", distance=segments.corridor_m[near])
    place = near[at]
    lines = segments.geometry[place]
    points = _is_point(geoms[problem])
    share, first, last = np.ones(len(place)), np.empty(len(place)), np.empty(len(place))
    first[points] = last[points] = shapely.line_locate_point(lines[points], geoms[problem[points]])
    corridors = _corridors(segments, place[~points])
    pieces = shapely.intersection(geoms[problem[~points]], corridors)
    share[~points] = _share(pieces, geoms[problem[~points]])
    first[~points], last[~points] = _stretch(pieces, lines[~points])
    distance_m = shapely.distance(geoms[problem], lines)
    from_m, to_m = (_chainage(segments, place, position) for position in (first, last))
    return problem, place, distance_m, share, np.minimum(from_m, to_m), np.maximum(from_m, to_m)


def _near(geoms: Objects, segments: Segments) -> Ints:
    """The segments whose box, wider by the corridor, meets the box of all problems."""
    box = shapely.bounds(geoms)
    west, south = np.nanmin(box[:, :2], axis=0, initial=np.inf)
    east, north = np.nanmax(box[:, 2:], axis=0, initial=-np.inf)
    left, bottom, right, top = shapely.bounds(segments.geometry).T
    wide = segments.corridor_m
    across = (left - wide <= east) & (right + wide >= west)
    return np.flatnonzero(across & (bottom - wide <= north) & (top + wide >= south))


def _corridors(segments: Segments, place: Ints) -> Objects:
    """The corridor polygon of each numbered segment; one that comes often is made once."""
    wanted, inverse = np.unique(place, return_inverse=True)
    made = shapely.buffer(segments.geometry[wanted], segments.corridor_m[wanted], quad_segs=ARC_SEGMENTS)
    return np.asarray(made[inverse])


def _stretch(pieces: Objects, lines: Objects) -> tuple[Floats, Floats]:
    """Between which positions along its line each piece lies; NaN for an empty piece."""
    xy, row = shapely.get_coordinates(pieces, return_index=True)
    position = shapely.line_locate_point(lines[row], shapely.points(xy))
    first, last = np.full((2, len(pieces)), np.nan)
    np.fmin.at(first, row, position)
    np.fmax.at(last, row, position)
    return first, last


def _chainage(segments: Segments, place: Ints, position: Floats) -> Floats:
    """The chainage at a position: measured metres scaled to the segment's own from … to."""
    length = np.maximum(shapely.length(segments.geometry[place]), np.finfo(float).tiny)
    from_m, to_m = segments.from_m[place], segments.to_m[place]
    return np.asarray(from_m + position / length * (to_m - from_m))


def _touched_areas(geoms: Objects, tree: STRtree, areas: Areas, start: int) -> _Columns:
    place, problem = tree.query(areas.geometry, predicate="intersects")
    shapes = ~_is_point(geoms[problem])
    share = np.ones(len(place))
    pieces = shapely.intersection(geoms[problem[shapes]], areas.geometry[place[shapes]])
    share[shapes] = _share(pieces, geoms[problem[shapes]])
    none = np.full(len(place), np.nan)
    return problem, place + start, np.zeros(len(place)), share, none, none


def _touched_rings(geoms: Objects, tree: STRtree, rings: Rings, start: int) -> _Columns:
    place, problem = tree.query(rings.centre, predicate="dwithin", distance=rings.outer_m)
    distance_m = shapely.distance(geoms[problem], rings.centre[place])
    inside = (rings.inner_m[place] <= distance_m) & (distance_m < rings.outer_m[place])
    share = inside.astype(float)
    shapes = np.flatnonzero(~_is_point(geoms[problem]))
    pieces = shapely.intersection(geoms[problem[shapes]], _annuli(rings, place[shapes]))
    share[shapes] = _share(pieces, geoms[problem[shapes]])
    none = np.full(len(place), np.nan)
    return problem, place + start, distance_m, share, none, none


def _annuli(rings: Rings, place: Ints) -> Objects:
    wanted, inverse = np.unique(place, return_inverse=True)
    outer = shapely.buffer(rings.centre[wanted], rings.outer_m[wanted], quad_segs=ARC_SEGMENTS)
    inner = shapely.buffer(rings.centre[wanted], rings.inner_m[wanted], quad_segs=ARC_SEGMENTS)
    return np.asarray(shapely.difference(outer, inner)[inverse])


def _is_point(geoms: Objects) -> NDArray[np.bool_]:
    return np.asarray(shapely.get_type_id(geoms) == shapely.GeometryType.POINT)


def _share(pieces: Objects, wholes: Objects) -> Floats:
    dimensions = shapely.get_dimensions(wholes)
    whole = np.maximum(_size(wholes, dimensions), np.finfo(float).tiny)
    return np.asarray((_size(pieces, dimensions) / whole).clip(0.0, 1.0))


def _size(geoms: Objects, dimensions: NDArray[np.int32]) -> Floats:
    """Area of polygons, length of lines, number of points."""
    measures = (shapely.get_num_coordinates(geoms), shapely.length(geoms), shapely.area(geoms))
    return np.asarray(np.choose(dimensions, measures), dtype=float)
