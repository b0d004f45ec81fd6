"""One centreline for each street, from the many edges and carriageways of a road network (metres)."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point

STEP_M = 20.0  # between the vertices at which the middle is looked for
SMOOTH_STEPS = 9
SHORTEST_M = 120.0
BRIDGED_GAP_M = 220.0
END_REACH_M = 60.0
DOUBLE_M = 20.0
SHARPEST_BEND = 65.0  # degrees, where a line is drawn on to the next one


def centrelines(lines: Sequence[LineString], *, apart_m: float) -> list[LineString]:
    """The centrelines of one street: the longest paths, each in the middle between its carriageways.

    Lines within `apart_m` of a path are its other carriageways and lanes.
    """
    whole = shapely.union_all(lines)
    paths = bridge(long_paths(lines, apart_m=apart_m))
    return [middle(path, whole, reach_m=apart_m) for path in paths]


def long_paths(lines: Sequence[LineString], *, apart_m: float) -> list[LineString]:
    """The longest path, then the longest of what does not lie beside it, and so on."""
    paths: list[LineString] = []
    left = list(lines)
    while left:
        path = longest_path(left)
        if path.length < SHORTEST_M:
            break
        paths.append(path)
        beside = path.buffer(apart_m)
        left = [line for line in left if line.difference(beside).length > 0.4 * line.length]
    return paths


def longest_path(lines: Sequence[LineString]) -> LineString:
    """The shortest path between the two ends farthest apart, through the lines as a graph.

    Nodes are the line ends, to 1 cm. Farthest apart as the crow flies: along the road it would turn
    round at the end of a carriageway and come back on the other.
    """
    ends = np.array([[line.coords[0], line.coords[-1]] for line in lines])
    _, node = np.unique(np.round(ends.reshape(-1, 2), 2), axis=0, return_inverse=True)
    start, end = node.reshape(-1, 2).T
    count = int(node.max()) + 1
    length = {pair: line.length for pair, line in _by_pair(start, end, lines).items()}
    rows, columns = np.array(list(length)).T
    graph = scipy.sparse.csr_array((list(length.values()), (rows, columns)), shape=(count, count))
    distance, before = scipy.sparse.csgraph.dijkstra(graph, directed=False, return_predecessors=True)
    place = np.empty((count, 2))
    place[node] = ends.reshape(-1, 2)
    apart = np.hypot(*(place[:, None] - place[None]).T)
    apart[~np.isfinite(distance)] = 0.0
    source, target = np.unravel_index(int(np.argmax(apart)), apart.shape)
    if source == target:  # nothing but closed loops
        return max(lines, key=lambda line: line.length)
    nodes = [int(target)]
    while nodes[-1] != source:
        nodes.append(int(before[source, nodes[-1]]))
    return _joined(nodes, _by_pair(start, end, lines))


def _by_pair(
    start: NDArray[np.intp], end: NDArray[np.intp], lines: Sequence[LineString]
) -> dict[tuple[int, int], LineString]:
    """The shortest line between each pair of nodes, drawn from the lower to the higher node."""
    found: dict[tuple[int, int], LineString] = {}
    for a, b, line in zip(start.tolist(), end.tolist(), lines, strict=True):
        pair, drawn = ((a, b), line) if a <= b else ((b, a), line.reverse())
        if pair not in found or drawn.length < found[pair].length:
            found[pair] = drawn
    return found


def _joined(nodes: Sequence[int], lines: dict[tuple[int, int], LineString]) -> LineString:
    parts = [lines[a, b] if a < b else lines[b, a].reverse() for a, b in pairwise(nodes)]
    return LineString(_without_repeats(np.vstack([part.coords for part in parts])))


def _without_repeats(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    moved = np.r_[True, np.hypot(*np.diff(xy, axis=0).T) > 0.01]
    return xy[moved]


def bridge(paths: Sequence[LineString]) -> list[LineString]:
    """Join paths whose ends face each other across a gap, such as a crossing."""
    joined = list(paths)
    while pair := _nearest_ends(joined):
        first, second, line = pair
        joined = [path for i, path in enumerate(joined) if i not in (first, second)] + [line]
    return sorted(joined, key=lambda path: -path.length)


def _nearest_ends(paths: Sequence[LineString]) -> tuple[int, int, LineString] | None:
    options = []
    for i, first in enumerate(paths):
        for j, second in enumerate(paths[:i]):
            for a in (first, first.reverse()):
                for b in (second, second.reverse()):
                    gap = Point(a.coords[-1]).distance(Point(b.coords[0]))
                    if gap < BRIDGED_GAP_M and _turn_degrees(a, b) < 50:
                        options.append((gap, i, j, LineString([*a.coords, *b.coords])))
    if not options:
        return None
    _, i, j, line = min(options, key=lambda option: option[0])
    return i, j, line


def _turn_degrees(a: LineString, b: LineString) -> float:
    """How far the way turns when it leaves `a`, crosses the gap and enters `b` (the larger turn)."""
    points = [a.interpolate(-60), Point(a.coords[-1]), Point(b.coords[0]), b.interpolate(60)]
    steps = np.diff(shapely.get_coordinates(points), axis=0)
    heading = np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))
    turns = np.abs((np.diff(heading) + 180) % 360 - 180)
    return float(turns.max())


def middle(path: LineString, whole: shapely.Geometry, *, reach_m: float) -> LineString:
    """The path moved to the middle of all that lies across it within `reach_m`, and smoothed."""
    steps = max(int(path.length / STEP_M), 2)
    at = np.linspace(0, path.length, steps + 1)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(path, at))
    ahead = np.gradient(xy, axis=0)
    across = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None]
    offset = np.array([_offset(p, d, whole, reach_m) for p, d in zip(xy, across, strict=True)])
    moved = xy + across * _smooth(offset)[:, None]
    return LineString(_without_repeats(moved)).simplify(1.0)


def _offset(point: NDArray[np.float64], across: NDArray[np.float64], whole: shapely.Geometry, reach_m: float) -> float:
    section = LineString([point - across * reach_m, point + across * reach_m])
    hits = (shapely.get_coordinates(section.intersection(whole)) - point) @ across
    return float((hits.min() + hits.max()) / 2) if len(hits) else 0.0


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A running median, then a running mean; windows are shorter at the ends."""
    for average in (np.median, np.mean):
        half = SMOOTH_STEPS // 2
        values = np.array([average(values[max(i - half, 0) : i + half + 1]) for i in range(len(values))], dtype=float)
    return values


def without_doubles(lines: Sequence[LineString]) -> list[LineString]:
    """The lines without the stretches (over 120 m) that run beside a line before them."""
    kept: list[LineString] = []
    for line in lines:
        near = [other for other in kept if shapely.dwithin(line, other, DOUBLE_M)]
        beside = shapely.union_all(shapely.buffer(near, DOUBLE_M))
        doubled = [part for part in shapely.get_parts(line.intersection(beside)) if part.length > SHORTEST_M]
        left = shapely.get_parts(line.difference(shapely.union_all([part.buffer(0.01) for part in doubled])))
        kept.append(max(left, key=lambda part: part.length))
    return kept


def reach_ends(lines: Sequence[LineString]) -> list[LineString]:
    """Draw each line on to the next line where it ends just short of it (within 60 m)."""
    reached = list(lines)
    for i, line in enumerate(lines):
        others = np.array([other for j, other in enumerate(reached) if j != i])
        reached[i] = _reach(_reach(line, others).reverse(), others).reverse()
    return reached


def _reach(line: LineString, others: NDArray[np.object_]) -> LineString:
    end = Point(line.coords[-1])
    gap = shapely.shortest_line(end, others[int(np.argmin(shapely.distance(end, others)))])
    if not 0.001 < gap.length < END_REACH_M or _bend_degrees(line, gap) > SHARPEST_BEND:
        return line
    return LineString([*line.coords, gap.coords[-1]])


def _bend_degrees(line: LineString, on: LineString) -> float:
    before, end = line.interpolate(-30), Point(line.coords[-1])
    heading = np.arctan2(end.y - before.y, end.x - before.x)
    (x, y), (to_x, to_y) = on.coords
    bend = np.degrees(np.arctan2(to_y - y, to_x - x) - heading)
    return abs(float((bend + 180) % 360 - 180))
