"""Road segments as one long axis: each side of each segment is a line of it, measured in metres from its start.

Side 0 is the left and side 1 the right in the direction of growing chainage. The line of a segment's left side
lies on the axis at [offset, offset + length), the right side's after it, each followed by a metre that belongs to
nobody, so that intervals of two lines never touch.

A metre of one side counts as inspected when the perpendicular through it meets a trusted piece of a track that
runs within 15 m of the centre line, on that side or within 5 m of the middle, and within 45° of the road's
direction. So a walk along the middle sees both sides, a walk on the pavement its own; who merely crosses a road
inspects none of it, and who turns into it only the metres really walked.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from layers.rules.grid import Floats, Ints, Objects
from layers.rules.intervals import Intervals, no_intervals
from layers.rules.tracks import Pieces

SIDES = ("left", "right")
BETWEEN_M = 1.0
REACH_M = 15.0  # to each side of the centre line
MIDDLE_M = 5.0  # so near to the centre line a walk sees both sides
STRETCH_S = 600.0  # a stretch of a walk bears the time of its beginning, and is no longer than this
_CELL_M = 64.0  # of the grid in which edges are looked up


@dataclass(frozen=True, eq=False)
class Roads:
    """Segments of roads with their chainage growing along the line (metres)."""

    geometry: Objects
    from_m: Floats
    to_m: Floats

    @cached_property
    def length_m(self) -> Floats:
        """Of each centre line."""
        return np.asarray(shapely.length(self.geometry), dtype=float)

    @cached_property
    def offset(self) -> Floats:
        """Where each line (segment · 2 + side) begins on the axis."""
        lengths = np.repeat(self.length_m, 2) + BETWEEN_M
        return np.asarray(np.cumsum(lengths) - lengths)

    @cached_property
    def edges(self) -> Floats:
        """Straight parts: (n, 6) of segment, x, y, unit vector along, measure; with the length as the seventh."""
        parts, segment = shapely.get_parts(self.geometry, return_index=True)
        xy, part = shapely.get_coordinates(parts, return_index=True)
        along = np.diff(xy, axis=0)
        length = np.hypot(*along.T)
        real = (part[1:] == part[:-1]) & (length > 0)
        row, length = segment[part[:-1][real]], length[real]
        total = np.cumsum(length) - length
        begins = np.searchsorted(row, np.arange(len(self.geometry)))
        measure = total - np.r_[total, 0.0][begins][row] if len(row) else total
        return np.column_stack([row, xy[:-1][real], along[real] / length[:, None], measure, length])

    def line_of(self, position: Floats) -> Ints:
        """The line on which each position of the axis lies."""
        return np.asarray(np.searchsorted(self.offset, position, side="right") - 1)

    def chainage(self, segment: Ints, measure: Floats) -> Floats:
        """The chainage at a measure along the segment."""
        whole = np.maximum(self.length_m[segment], np.finfo(float).tiny)
        return np.asarray(self.from_m[segment] + measure / whole * (self.to_m[segment] - self.from_m[segment]))

    def measure(self, segment: Ints, chainage: Floats) -> Floats:
        """The measure along the segment at a chainage."""
        span = np.maximum(self.to_m[segment] - self.from_m[segment], np.finfo(float).tiny)
        return np.asarray((chainage - self.from_m[segment]) / span * self.length_m[segment])


def roads(geometry: Objects, from_m: Floats, to_m: Floats) -> Roads:
    """Segments with lines turned so that chainage grows; an unknown or empty chainage is measured from 0.

    A segment without a geometry has the length 0.

    >>> made = roads(np.array([shapely.LineString([(0, 0), (30, 40)])]), np.array([90.0]), np.array([40.0]))
    >>> made.geometry[0].coords[0], *(values[:1].tolist() for values in (made.from_m, made.to_m, made.length_m))
    ((30.0, 40.0), [40.0], [90.0], [50.0])
    """
    shapes = np.where(shapely.is_missing(geometry), shapely.LineString(), geometry)
    falling = to_m < from_m
    shapes[falling] = [_reversed(shape) for shape in shapes[falling]]
    known = np.isfinite(from_m) & np.isfinite(to_m) & (from_m != to_m)
    low = np.where(known, np.fmin(from_m, to_m), 0.0)
    return Roads(shapes, low, np.where(known, np.fmax(from_m, to_m), shapely.length(shapes)))


def _reversed(shape: shapely.Geometry) -> shapely.Geometry:
    """The line the other way round, its parts too."""
    parts = [part.reverse() for part in shapely.get_parts(shape)[::-1]]
    return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)


@dataclass(frozen=True, eq=False)
class Stretches:
    """What walks saw, as intervals on the axis that bear a time, with the patrol that walked."""

    seen: Intervals
    patrol: Ints

    def at_index(self, chosen: NDArray[np.bool_]) -> "Stretches":
        """Some of them."""
        return Stretches(self.seen.at_index(chosen), self.patrol[chosen])


def stretches(pieces: Pieces, segments: Roads, *, reach_m: float = REACH_M, middle_m: float = MIDDLE_M) -> Stretches:
    """Which intervals of the axis the pieces see; those of one walk that touch are made one, for up to 10 minutes."""
    edges = segments.edges
    if not len(edges) or not len(pieces.at):
        return Stretches(no_intervals(), np.empty(0, int))
    origin = np.minimum(edges[:, 1:3], edges[:, 1:3] + edges[:, 3:5] * edges[:, 6:]).min(axis=0) - reach_m
    starts, members, shape = _lookup(edges, origin, reach_m)
    start, end = pieces.start - origin, pieces.end - origin
    local = edges.copy()
    local[:, 1:3] -= origin
    from_, to, at, patrol = _walk(
        pieces.patrol, start, end, pieces.at, (local, segments.offset, starts, members, shape), reach_m, middle_m
    )
    return Stretches(Intervals(from_, to, at), patrol)


def _lookup(edges: Floats, origin: Floats, reach_m: float) -> tuple[Ints, Ints, tuple[int, int]]:
    """A grid over the edges: `members[starts[c]:starts[c + 1]]` come near cell c = row · columns + column."""
    one = edges[:, 1:3] - origin
    other = one + edges[:, 3:5] * edges[:, 6:]
    low = np.floor((np.minimum(one, other) - reach_m) / _CELL_M).astype(int).clip(0)
    high = np.floor((np.maximum(one, other) + reach_m) / _CELL_M).astype(int)
    columns, rows = (int(n) + 1 for n in high.max(axis=0))
    wide, tall = (high - low + 1).T
    edge = np.repeat(np.arange(len(edges)), wide * tall)
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(wide * tall) - wide * tall, wide * tall)
    cell = (low[edge, 1] + nth // wide[edge]) * columns + low[edge, 0] + nth % wide[edge]
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], np.arange(columns * rows + 1))
    return starts, edge[order], (columns, rows)


@njit(cache=True)
def _walk(patrol, start, end, at, town, reach_m, middle_m):  # type: ignore[no-untyped-def]
    """The intervals that each piece sees, joined along the way; one open interval is kept for each line."""
    edges, offset, starts, members, (columns, rows) = town
    opened = np.full((len(offset), 3), np.nan)  # from, to, since
    walker = np.full(len(offset), -1)
    asked = np.full(len(edges), -1)
    out, who, count = np.empty((1024, 3)), np.empty(1024, np.int64), 0
    for k in range(len(at)):
        left, right = _cells_between(start[k, 0], end[k, 0], columns)
        low, high = _cells_between(start[k, 1], end[k, 1], rows)
        for number in range((right - left + 1) * (high - low + 1)):
            cell = (low + number // (right - left + 1)) * columns + left + number % (right - left + 1)
            for edge in members[starts[cell] : starts[cell + 1]]:
                if asked[edge] == k:
                    continue
                asked[edge] = k
                for side in range(2):
                    begin, stop = _piece_on(edges[edge], side, start[k], end[k], reach_m, middle_m)
                    line = int(edges[edge, 0]) * 2 + side
                    begin, stop = begin + offset[line], stop + offset[line]
                    if stop <= begin or _goes_on(opened[line], begin, stop, at[k], walker[line] == patrol[k]):
                        continue
                    if walker[line] >= 0:
                        out, who = (out, who) if count < len(who) else _grown(out, who)
                        out[count], who[count], count = opened[line], walker[line], count + 1
                    opened[line, 0], opened[line, 1], opened[line, 2] = begin, stop, at[k]
                    walker[line] = patrol[k]
    kept = np.flatnonzero(walker >= 0)
    out, who = np.concatenate((out[:count], opened[kept])), np.concatenate((who[:count], walker[kept]))
    return out[:, 0].copy(), out[:, 1].copy(), out[:, 2].copy(), who


@njit(cache=True)
def _cells_between(one, other, count):  # type: ignore[no-untyped-def]
    """The first and the last cell of the grid between two coordinates; none (last < first) outside of it."""
    first, last = int(np.floor(min(one, other) / _CELL_M)), int(np.floor(max(one, other) / _CELL_M))
    return max(first, 0), max(min(last, count - 1), max(first, 0) - 1)


@njit(cache=True)
def _goes_on(opened, begin, stop, at, same_walk):  # type: ignore[no-untyped-def]
    """Whether an interval only prolongs the open one of the same walk, which it then does."""
    if not same_walk or at - opened[2] > STRETCH_S or begin > opened[1] + 1e-6 or stop < opened[0] - 1e-6:
        return False
    opened[0], opened[1] = min(opened[0], begin), max(opened[1], stop)
    return True


@njit(cache=True)
def _grown(out, who):  # type: ignore[no-untyped-def]
    """The same with twice the room."""
    more, names = np.empty((2 * len(out), 3)), np.empty(2 * len(who), np.int64)
    more[: len(out)], names[: len(who)] = out, who
    return more, names


@njit(cache=True)
def _piece_on(edge, side, start, end, reach_m, middle_m):  # type: ignore[no-untyped-def]
    """Between which measures of an edge's segment a piece is seen on that side; (0, 0) where it is not."""
    ux, uy = edge[3], edge[4]
    px, py, qx, qy = start[0] - edge[1], start[1] - edge[2], end[0] - edge[1], end[1] - edge[2]
    u0, v0, u1, v1 = px * ux + py * uy, py * ux - px * uy, qx * ux + qy * uy, qy * ux - qx * uy
    du, dv = u1 - u0, v1 - v0
    if abs(du) < abs(dv) or du == 0.0:
        return 0.0, 0.0  # more across than along
    low, high = (-middle_m, reach_m) if side == 0 else (-reach_m, middle_m)
    first, last = 0.0, 1.0
    if dv == 0.0:
        if v0 < low or v0 > high:
            return 0.0, 0.0
    else:
        one, other = (low - v0) / dv, (high - v0) / dv
        first, last = max(first, min(one, other)), min(last, max(one, other))
        if first >= last:
            return 0.0, 0.0
    a, b = u0 + first * du, u0 + last * du
    begin, stop = max(min(a, b), 0.0), min(max(a, b), edge[6])
    return (edge[5] + begin, edge[5] + stop) if stop > begin else (0.0, 0.0)
