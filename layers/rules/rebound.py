"""Rebound (反弹): what was put right and verified comes back at the same place.

A new case b is a rebound of a closed case a when both are of one category, d(a, b) ≤ R, 0 < found_b − verified_a
≤ N days, and b is no duplicate; each b belongs to its most recent a (ties: the nearest, then the lower key). On one
segment of a road the distance is measured along it: same side, |Δ chainage| ≤ 50 m. What is found within 2 days of
the closing was never really put right (整改不实) and is counted apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from layers.rules.grid import Floats, Ints, Objects

Marks = NDArray[np.bool_]
DAY_S = 86_400.0
RADIUS_M = 30.0
DAYS = 30.0
ALONG_M = 50.0
NEVER_FIXED_DAYS = 2.0
_SLACK = 1e-6  # of a search, before its result is judged exactly
_AT_ONCE = 100_000  # new cases per search: bounds the memory that pairs need
_ROAD_APART = 1e7  # metres between two segments on the axis on which all of them are laid


@dataclass(frozen=True, eq=False)
class OnRoads:
    """Where cases lie on road segments, in metres along them: `segment` −1 = on none; `side` −1 left, 1 right,
    0 both."""

    segment: Ints
    side: Ints
    from_m: Floats
    to_m: Floats


@dataclass(frozen=True, eq=False)
class Cases:
    """Cases as columns: geometry in metres, moments in seconds; `verified_at` NaN = no verified closure."""

    id: Ints
    category: Objects
    geometry: Objects
    found_at: Floats
    closed_at: Floats
    verified_at: Floats
    duplicate: Marks
    roads: OnRoads | None = None

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, eq=False)
class Reach:
    """How near in place (metres) and time (days) a rebound is, for each case by its category."""

    radius_m: Floats
    days: Floats
    along_m: float = ALONG_M


@dataclass(frozen=True, eq=False)
class Rebounds:
    """One row per rebound, in the order of `found_at` of the new case.

    `new`, `previous`: row numbers of the cases; `days` from the verified closure to the finding; `distance_m` as it
    was judged (on one road segment along it); `never_fixed`: found within 2 days of the closing.
    """

    new: Ints
    previous: Ints
    days: Floats
    distance_m: Floats
    never_fixed: Marks

    def __len__(self) -> int:
        return len(self.new)


def everywhere(count: int, *, radius_m: float = RADIUS_M, days: float = DAYS) -> Reach:
    """The same reach for all cases."""
    return Reach(np.full(count, radius_m), np.full(count, days))


def rebounds(cases: Cases, reach: Reach) -> Rebounds:
    """The rebounds among the cases.

    >>> spots = shapely.points([[0.0, 0.0], [3.0, 4.0]])
    >>> found, ended = np.array([0.0, 9.0]) * DAY_S, np.array([4.0, np.nan]) * DAY_S
    >>> two = Cases(np.array([1, 2]), np.array(["0102"] * 2, object), spots, found, ended, ended, np.zeros(2, bool))
    >>> made = rebounds(two, everywhere(2))
    >>> made.new, made.previous, made.days, made.distance_m, made.never_fixed
    (array([1]), array([0]), array([5.]), array([5.]), array([False]))
    """
    parts = [_latest(cases, *pairs) for pairs in _near_in_place_and_time(cases, reach)]
    if not parts:
        parts = [(np.empty(0, int), np.empty(0, int), np.empty(0))]
    new, previous, distance_m = _latest(cases, *(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.lexsort([cases.id[new], cases.found_at[new]])
    new, previous, distance_m = new[order], previous[order], distance_m[order]
    return Rebounds(
        new, previous, (cases.found_at[new] - cases.verified_at[previous]) / DAY_S, distance_m,
        never_fixed=cases.found_at[new] - cases.closed_at[previous] <= NEVER_FIXED_DAYS * DAY_S,
    )  # fmt: skip


_Pairs = tuple[Ints, Ints, Floats]  # rows of the new cases, rows of the closed ones, metres between them


def _latest(cases: Cases, new: Ints, previous: Ints, distance_m: Floats) -> _Pairs:
    """Of the pairs of each new case the one with the most recent closure."""
    order = np.lexsort([cases.id[previous], distance_m, -cases.verified_at[previous], new])
    new = new[order]
    first = np.ones(len(new), dtype=bool)
    first[1:] = new[1:] != new[:-1]
    return new[first], previous[order][first], distance_m[order][first]


def _near_in_place_and_time(cases: Cases, reach: Reach) -> Iterator[_Pairs]:
    """All pairs that meet the definition, category by category, in pieces that fit into memory."""
    _, category = np.unique(cases.category.astype(str), return_inverse=True)
    is_point = shapely.get_type_id(cases.geometry) == shapely.GeometryType.POINT
    xy = np.full((len(cases), 2), np.nan)
    xy[is_point] = shapely.get_coordinates(cases.geometry[is_point])
    for group in _groups(category):
        closed = group[np.isfinite(cases.verified_at[group])]
        found = group[~cases.duplicate[group]]
        found = found[np.argsort(cases.found_at[found], kind="stable")]
        for start in range(0, len(found) if len(closed) else 0, _AT_ONCE):
            new = found[start : start + _AT_ONCE]
            old = _in_time(cases, closed, new, reach)
            yield _by_points(cases, xy, new[is_point[new]], old[is_point[old]], reach)
            yield _by_shapes(cases, new[~is_point[new]], old, reach)
            yield _by_shapes(cases, new[is_point[new]], old[~is_point[old]], reach)
            if cases.roads is not None:
                yield _along_roads(cases, cases.roads, new, old, reach)


def _groups(category: Ints) -> list[Ints]:
    order = np.argsort(category, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(category[order])) + 1)


def _in_time(cases: Cases, closed: Ints, new: Ints, reach: Reach) -> Ints:
    """The closures that can matter to new cases, which stand in the order of their finding."""
    verified, longest_s = cases.verified_at[closed], float(reach.days[new].max()) * DAY_S
    first, last = cases.found_at[new[0]], cases.found_at[new[-1]]
    return np.asarray(closed[(verified >= first - longest_s) & (verified < last)])


def _by_points(cases: Cases, xy: Floats, new: Ints, old: Ints, reach: Reach) -> _Pairs:
    """Points by one tree of place and time, in which the window of N days and the square round R have side 2."""
    if not len(new) or not len(old):
        return new[:0], old[:0], np.empty(0)
    radius_m = max(float(reach.radius_m[new].max()), 1e-3)
    half_s = max(float(reach.days[new].max()) * DAY_S / 2, 1.0)
    origin = cases.verified_at[old].min()
    tree = _tree(xy[old] / radius_m, (cases.verified_at[old] - origin) / half_s + 1)
    asked = _tree(xy[new] / radius_m, (cases.found_at[new] - origin) / half_s)
    near = asked.sparse_distance_matrix(tree, 1 + _SLACK, p=np.inf, output_type="ndarray")
    b, a = new[near["i"]], old[near["j"]]
    return _exact(cases, (b, a, np.hypot(*(xy[b] - xy[a]).T)), reach)


def _tree(spots: Floats, moments: Floats) -> "scipy.spatial.cKDTree":
    return scipy.spatial.cKDTree(np.column_stack([spots, moments]))


def _by_shapes(cases: Cases, new: Ints, old: Ints, reach: Reach) -> _Pairs:
    """Pairs in which one is a line or a polygon."""
    if not len(new) or not len(old):
        return new[:0], old[:0], np.empty(0)
    tree = shapely.STRtree(cases.geometry[old])
    i, j = tree.query(cases.geometry[new], predicate="dwithin", distance=reach.radius_m[new] * (1 + _SLACK))
    b, a = new[i], old[j]
    return _exact(cases, (b, a, shapely.distance(cases.geometry[b], cases.geometry[a])), reach)


def _exact(cases: Cases, pairs: _Pairs, reach: Reach) -> _Pairs:
    """Those of the pairs that meet the definition in the plane; pairs on one road segment are judged along it."""
    new, old, distance_m = pairs
    near = (distance_m <= reach.radius_m[new]) & _timely(cases, new, old, reach)
    near &= ~_same_segment(cases.roads, new, old)
    return new[near], old[near], distance_m[near]


def _timely(cases: Cases, new: Ints, old: Ints, reach: Reach) -> Marks:
    gap_s = cases.found_at[new] - cases.verified_at[old]
    return np.asarray((gap_s > 0) & (gap_s <= reach.days[new] * DAY_S))


def _same_segment(roads: OnRoads | None, new: Ints, old: Ints) -> Marks:
    if roads is None:
        return np.zeros(len(new), dtype=bool)
    return np.asarray((roads.segment[new] >= 0) & (roads.segment[new] == roads.segment[old]))


def _along_roads(cases: Cases, roads: OnRoads, new: Ints, old: Ints, reach: Reach) -> _Pairs:
    """Pairs on one side of one segment, found as boxes of chainage and time."""
    new, old = new[roads.segment[new] >= 0], old[roads.segment[old] >= 0]
    if not len(new) or not len(old):
        return new[:0], old[:0], np.empty(0)
    verified, found = cases.verified_at[old], cases.found_at[new]
    tree = shapely.STRtree(_boxes(roads, old, verified, verified, 0.0))
    window = found - reach.days[new] * DAY_S - 1.0
    i, j = tree.query(_boxes(roads, new, window, found, reach.along_m * (1 + _SLACK)))
    b, a = new[i], old[j]
    kept = _timely(cases, b, a, reach) & _same_segment(roads, b, a) & (roads.side[b] * roads.side[a] >= 0)
    b, a = b[kept], a[kept]
    apart_m = np.maximum(np.maximum(roads.from_m[b] - roads.to_m[a], roads.from_m[a] - roads.to_m[b]), 0.0)
    near = apart_m <= reach.along_m
    return b[near], a[near], apart_m[near]


def _boxes(roads: OnRoads, rows: Ints, since: Floats, until: Floats, wider_m: float) -> Objects:
    """Each row as a box: metres along all segments laid end to end, by seconds."""
    start = roads.segment[rows] * _ROAD_APART
    from_m, to_m = start + roads.from_m[rows] - wider_m, start + roads.to_m[rows] + wider_m
    return np.asarray(shapely.box(from_m, since, to_m, until))
