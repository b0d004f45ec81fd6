"""What tracks saw of unit cells, through sub-cells of 10 m.

A sub-cell was seen when its middle lay within 25 m of a trusted piece of a track. Several passes add up: the
share within the last V days reaches C exactly when the age of the inspection is at most V.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from layers.rules.grid import CELL_M, Cells, Floats
from layers.rules.seen import Seen
from layers.rules.tracks import NOBODY, Pieces, Witnesses

Singles = NDArray[np.float32]

SUB = 10  # sub-cells along each side of a cell
SUB_M = CELL_M / SUB
DAY_S = 86_400.0
_LAX = {"arcp", "contract", "nsz"}
_FAST = njit(cache=True, fastmath=_LAX, error_model="numpy")
# Handing its arrays to a function takes longer than marking a row of sub-cells.
_INLINE = njit(inline="always", fastmath=_LAX, error_model="numpy")
_NO_OWNER = np.full((1, 1), NOBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """How far one sees, how much of a cell is enough, and how old a trusted pass may be."""

    sight_m: float = 25.0
    min_share: float = 0.8
    trusted_days: float = 14.0


def seen_cells(
    cells: Cells, pieces: Pieces, *, as_of: float, since: Floats, rules: Looking, people: Witnesses | None = None
) -> Seen:
    """What was seen of each cell up to `as_of`; `since` is the beginning of its valid time.

    Times are kept as seconds before `as_of` in 32 bits: to a sixteenth of a second within the last week.
    """
    inside = _inside(cells)
    needed = np.ceil(rules.min_share * inside.sum(axis=1) - 1e-9).astype(np.int64)
    relative = (since - as_of).astype(np.float32)
    found = _looked(cells, pieces, as_of, relative, rules, people)
    place = np.column_stack([cells.north - cells.origin[1], cells.east - cells.origin[0]])
    inspected, share, last, passes, trusted = _told(found, place, inside, needed, relative)
    return Seen(inspected + as_of, share, last + as_of, passes, trusted + as_of)


_Found = tuple[Singles, Singles, NDArray[np.int16]]


def _looked(
    cells: Cells, pieces: Pieces, as_of: float, since: Singles, rules: Looking, people: Witnesses | None
) -> _Found:
    """Sub-cells of the raster: when last seen, by anybody and by others than the owners (−inf = never); passes."""
    height, width = (n * SUB for n in cells.raster.shape)
    found = (
        np.full((height, width), -np.inf, np.float32),
        np.full((height, width), -np.inf, np.float32),
        np.zeros((height, width), np.int16),
    )
    corner = np.array(cells.origin) * CELL_M
    walker = np.full(len(pieces.at), NOBODY) if people is None else people.of_patrol[pieces.patrol]
    owners = np.repeat(_NO_OWNER, len(since), axis=0) if people is None else people.owners
    walks = (pieces.patrol.astype(np.int32), walker, pieces.start - corner, pieces.end - corner)
    oldest = np.float32(-rules.trusted_days * DAY_S)
    at = (pieces.at - as_of).astype(np.float32)
    _look(*walks, at, (cells.raster, owners, since, oldest), rules.sight_m, found)
    return found


@_FAST
def _look(patrol, walker, start, end, at, town, sight_m, found):  # type: ignore[no-untyped-def]
    """Mark the sub-cells whose middle is within `sight_m` of each piece; changes the arrays of `found`.

    The pieces of a patrol are taken from the latest back: of the times one patrol saw a sub-cell only the latest
    matters, so what its later pieces have marked already is passed over.
    """
    height, width = found[0].shape
    marked = np.full((height, width), -1, np.int32)  # by which patrol last
    for k in range(len(at) - 1, -1, -1):
        ax, ay = end[k, 0], end[k, 1]
        dx, dy = start[k, 0] - ax, start[k, 1] - ay
        shape = _shape(dx, dy, sight_m)
        goes_on = k + 1 < len(at) and patrol[k] == patrol[k + 1] and ax == start[k + 1, 0] and ay == start[k + 1, 1]
        who = patrol[k], walker[k], at[k]
        low = max(int(np.floor((min(ay, ay + dy) - sight_m) / SUB_M)), 0)
        high = min(int(np.floor((max(ay, ay + dy) + sight_m) / SUB_M)), height - 1)
        for j in range(low, high + 1):
            first, past = _span((j + 0.5) * SUB_M - ay, shape, goes_on)
            west = max(int(np.ceil((first + ax) / SUB_M - 0.5)), 0)
            east = min(int(np.floor((past + ax) / SUB_M - 0.5)), width - 1)
            while west <= east and marked[j, west] == patrol[k]:
                west += 1
            while west <= east and marked[j, east] == patrol[k]:
                east -= 1
            if west <= east:
                _mark((j, west, east), who, town, found, marked)


@_INLINE
def _mark(where, who, town, found, marked):  # type: ignore[no-untyped-def]
    """Mark what is new to a patrol on one row of sub-cells, cell by cell; changes the last two."""
    (j, west, east), (patrol, walker, moment) = where, who
    raster, owners, since, oldest = town
    seen_at, trusted_at, passes = found
    for column in range(west // SUB, east // SUB + 1):
        cell = raster[j // SUB, column]
        if cell < 0:
            continue
        fresh, trusted = moment >= since[cell], walker >= 0 and moment >= oldest
        for n in range(owners.shape[1]):
            trusted = trusted and owners[cell, n] != walker
        for i in range(max(west, column * SUB), min(east, column * SUB + SUB - 1) + 1):
            if marked[j, i] == patrol:
                continue
            marked[j, i] = patrol
            seen_at[j, i] = max(seen_at[j, i], moment)
            if trusted:
                trusted_at[j, i] = max(trusted_at[j, i], moment)
            if fresh:
                passes[j, i] += 1


@_FAST
def _shape(dx, dy, sight_m):  # type: ignore[no-untyped-def]
    """What all rows of a piece share: r², the piece, the way to its right side, the slopes (0 where there is none)."""
    length = np.sqrt(dx * dx + dy * dy)
    scale = sight_m / length if length > 0.0 else 0.0
    per_dy, slope = 1.0 / dy if dy != 0.0 else 0.0, dy / dx if dx != 0.0 else 0.0
    return sight_m * sight_m, dx, dy, dy * scale, dx * scale, per_dy, slope


@_FAST
def _span(y, shape, goes_on):  # type: ignore[no-untyped-def]
    """From which to which x the line at the height y lies within reach of the piece from (0, 0) to (dx, dy).

    Last < first where it does not. Of a piece that goes on from another one, what lies behind its start is left
    out: it is within reach of that other piece, so it has been marked already.
    """
    square, dx, dy, side_x, side_y, per_dy, slope = shape
    first, past, behind, rest = 1e18, -1e18, -y * slope, square - y * y
    if goes_on and dx != 0.0:  # instead of the circle round the start, the line across it
        if behind * behind <= rest:
            first, past = behind, behind
    elif rest >= 0.0:
        first, past = -np.sqrt(rest), np.sqrt(rest)
    rest = square - (y - dy) * (y - dy)
    if rest >= 0.0:
        half = np.sqrt(rest)
        first, past = min(first, dx - half), max(past, dx + half)
    along = (y - side_y) * per_dy  # the two straight sides: the piece moved by r to its left and right
    if per_dy != 0.0 and 0.0 <= along <= 1.0:
        first, past = min(first, along * dx - side_x), max(past, along * dx - side_x)
    along = (y + side_y) * per_dy
    if per_dy != 0.0 and 0.0 <= along <= 1.0:
        first, past = min(first, along * dx + side_x), max(past, along * dx + side_x)
    if goes_on and dx > 0.0:
        first = max(first, behind)
    elif goes_on and dx < 0.0:
        past = min(past, behind)
    elif goes_on and y * dy < 0.0:
        return 1.0, 0.0
    return (first, past) if past >= first else (1.0, 0.0)


@njit(cache=True)
def _told(found, place, inside, needed, since):  # type: ignore[no-untyped-def]
    """Per cell: inspected at, share, last seen, passes, trusted at."""
    seen_at, trusted_at, passes = found
    count = len(needed)
    inspected, trusted = np.full(count, -np.inf), np.full(count, -np.inf)
    share, last, often = np.zeros(count), np.full(count, -np.inf), np.zeros(count, np.int64)
    for cell in range(count):
        j, i = place[cell, 0] * SUB, place[cell, 1] * SUB
        own = inside[cell]
        at = seen_at[j : j + SUB, i : i + SUB].copy().reshape(-1)[own]
        share[cell] = (at >= since[cell]).sum() / len(at)
        last[cell] = at.max()
        if last[cell] > -np.inf:
            nth = len(at) - needed[cell]
            inspected[cell] = np.partition(at, nth)[nth]
            trusted[cell] = np.partition(trusted_at[j : j + SUB, i : i + SUB].copy().reshape(-1)[own], nth)[nth]
            often[cell] = np.partition(passes[j : j + SUB, i : i + SUB].copy().reshape(-1)[own], nth)[nth]
    return inspected, share, last, often, trusted


def _inside(cells: Cells) -> NDArray[np.bool_]:
    """Which sub-cells have their middle in the district; of a sliver, the one nearest to it."""
    inside = np.ones((len(cells.east), SUB * SUB), dtype=bool)
    border = np.flatnonzero(cells.area_m2 < CELL_M * CELL_M * (1 - 1e-9))
    north, east = (np.arange(SUB * SUB) // SUB + 0.5) * SUB_M, (np.arange(SUB * SUB) % SUB + 0.5) * SUB_M
    x = cells.east[border, None] * CELL_M + east
    y = cells.north[border, None] * CELL_M + north
    shapely.prepare(cells.geometry[border])
    inside[border] = shapely.contains_xy(cells.geometry[border, None], x, y)
    slivers = border[~inside[border].any(axis=1)]
    spot = shapely.get_coordinates(shapely.point_on_surface(cells.geometry[slivers]))
    column, row = np.floor(spot / SUB_M).astype(int).T % SUB
    inside[slivers, row * SUB + column] = True
    return inside
