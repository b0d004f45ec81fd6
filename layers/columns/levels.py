"""From which zoom on a vertex is seen: further out a path is drawn without those that bend it by less than a quarter of
a screen pixel.

The order is that of Douglas and Peucker (1973): a path is split at the vertex that lies farthest from the line between
its ends, and so on; a vertex never counts for more than the one at which its piece was split off.
"""

import numpy as np

from layers.columns.compiled import Bytes, Floats, Ints, World, kernel

ALL_FROM = 14
"""From this zoom on every vertex is drawn."""
ALL = 255
_COARSEST = 1 << 21  # world units: a quarter pixel of a tile 512 pixels wide at zoom 0; a zoom further in half as much
_LONGEST = 1024  # a longer piece is cut up: the work is never more than so much a vertex


def most_of(z: int) -> int:
    """The greatest level that is drawn in a tile of zoom z."""
    return ALL if z >= ALL_FROM else z


@kernel
def _level(distance: float) -> int:
    """The first zoom at which this distance (world units) is more than a quarter pixel, ALL_FROM at most."""
    z, limit = 0, float(_COARSEST)
    while z < ALL_FROM and limit >= distance:
        z += 1
        limit *= 0.5
    return z


@kernel
def _farthest(x: World, y: World, first: int, last: int, stop: int) -> tuple[int, float]:
    """The vertex between first and last (taken modulo `stop`) that is farthest from the line between them."""
    ax, ay = float(x[first]), float(y[first])
    dx, dy = float(x[last % stop]) - ax, float(y[last % stop]) - ay
    length = dx * dx + dy * dy
    best, most = first + 1, -1.0
    for i in range(first + 1, last):
        px, py = float(x[i]) - ax, float(y[i]) - ay
        along = (px * dx + py * dy) / length if length > 0 else 0.0
        along = min(max(along, 0.0), 1.0)
        ox, oy = px - along * dx, py - along * dy
        distance = ox * ox + oy * oy
        if distance > most:
            best, most = i, distance
    return best, np.sqrt(most)


@kernel
def _split(x: World, y: World, ends: tuple[int, int, int], levels: Bytes, todo: tuple[Ints, Floats]) -> None:
    """Level all vertices between two that are always drawn; the first split is always drawn too.

    `ends`: first, last, and how many vertices the path has, behind which its first one comes again.
    """
    places, limits = todo
    first, last, stop = ends
    places[0, 0], places[0, 1], limits[0] = first, last, np.inf
    waiting = 1
    while waiting:
        waiting -= 1
        a, b, limit = places[waiting, 0], places[waiting, 1], limits[waiting]
        if b - a < 2:
            continue
        middle, distance = _farthest(x, y, a, b, stop)
        distance = np.inf if a == first and b == last else min(distance, limit)
        levels[middle] = _level(distance)
        for start, end in ((a, middle), (middle, b)):
            places[waiting, 0], places[waiting, 1], limits[waiting] = start, end, distance
            waiting += 1


@kernel
def vertex_levels(paths: Ints, x: World, y: World, is_ring: bool) -> Bytes:
    """The level of each vertex; path p has the vertices `paths[p]` … `paths[p + 1]`, rings without the closing one.

    The ends of a line are of level 0, and at least three vertices of a ring.
    """
    levels = np.zeros(len(x), np.uint8)
    todo = (np.empty((_LONGEST + 2, 2), np.int64), np.empty(_LONGEST + 2))
    for p in range(len(paths) - 1):
        start, stop = paths[p], paths[p + 1]
        count = stop - start
        px, py, own = x[start:stop], y[start:stop], levels[start:stop]
        last = count if is_ring else count - 1
        turn = _turning_point(px, py) if is_ring else last
        for a, b in ((0, turn), (turn, last)):
            for begin in range(a, b, _LONGEST):
                _split(px, py, (begin, min(begin + _LONGEST, b), count), own, todo)
    return levels


@kernel
def _turning_point(x: World, y: World) -> int:
    """The vertex of a ring that is farthest from its first one."""
    best, most = 0, -1.0
    for i in range(len(x)):
        dx, dy = float(x[i]) - float(x[0]), float(y[i]) - float(y[0])
        if dx * dx + dy * dy > most:
            best, most = i, dx * dx + dy * dy
    return best
