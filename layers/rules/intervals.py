"""Algebra of half-open intervals [start, end) on one axis, all at once as columns; length 0 = empty, left out.

Many lines share the axis by lying one after another on it, so that nothing here loops over lines.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from layers.rules.grid import Floats, Ints


@dataclass(frozen=True, eq=False)
class Intervals:
    """Intervals with a number each (a time, a count)."""

    start: Floats
    end: Floats
    value: Floats

    @property
    def length(self) -> Floats:
        """How long each is."""
        return self.end - self.start

    def at_index(self, chosen: NDArray[np.bool_] | Ints) -> "Intervals":
        """Some of them."""
        return Intervals(self.start[chosen], self.end[chosen], self.value[chosen])


def no_intervals() -> Intervals:
    """None at all."""
    return Intervals(np.empty(0), np.empty(0), np.empty(0))


def latest(some: Intervals) -> Intervals:
    """Disjoint intervals over the union of all, in order, each with the greatest value that lies over it.

    >>> found = latest(Intervals(np.array([0., 4.]), np.array([6., 9.]), np.array([1., 2.])))
    >>> found.start.tolist(), found.end.tolist(), found.value.tolist()
    ([0.0, 4.0], [4.0, 9.0], [1.0, 2.0])
    """
    some = some.at_index(some.end > some.start)
    cuts = np.unique(np.concatenate([some.start, some.end]))
    first, last = np.searchsorted(cuts, some.start), np.searchsorted(cuts, some.end)
    order = np.argsort(-some.value, kind="stable")
    value = _painted(first[order], last[order], some.value[order], max(len(cuts) - 1, 0))
    return joined(Intervals(cuts[:-1], cuts[1:], value).at_index(~np.isnan(value)))


@njit(cache=True)
def _painted(first, last, value, count):  # type: ignore[no-untyped-def]
    """The value of the first interval over each elementary cell; NaN where none is. `after[i]`: the next bare cell."""
    painted = np.full(count, np.nan)
    after = np.arange(count + 1)
    for k in range(len(value)):
        cell = first[k]
        while True:
            root = cell
            while after[root] != root:
                root = after[root]
            while after[cell] != root:
                after[cell], cell = root, after[cell]
            if root >= last[k]:
                break
            painted[root] = value[k]
            after[root] = root + 1
            cell = root
    return painted


def joined(some: Intervals) -> Intervals:
    """Disjoint intervals in order, with neighbours that touch and bear the same value made one."""
    if not len(some.start):
        return some
    breaks = (some.start[1:] > some.end[:-1]) | (some.value[1:] != some.value[:-1])
    first = np.flatnonzero(np.r_[True, breaks])
    last = np.r_[first[1:] - 1, len(some.start) - 1]
    return Intervals(some.start[first], some.end[last], some.value[first])


def depth(some: Intervals) -> Intervals:
    """Disjoint intervals in order, each with the number of intervals over it (1 and more)."""
    some = some.at_index(some.end > some.start)
    cuts, place = np.unique(np.concatenate([some.start, some.end]), return_inverse=True)
    count = len(some.start)
    change = np.bincount(place[:count], minlength=len(cuts)) - np.bincount(place[count:], minlength=len(cuts))
    over = np.cumsum(change)[:-1].astype(float)
    return joined(Intervals(cuts[:-1], cuts[1:], over).at_index(over > 0))


def union(some: Intervals) -> Intervals:
    """The disjoint intervals that are covered at all, in order; value 1."""
    covered = depth(some)
    return joined(Intervals(covered.start, covered.end, np.ones(len(covered.start))))


def without(whole: Intervals, taken: Intervals) -> Intervals:
    """What of disjoint intervals `whole` no interval of `taken` covers; it keeps the value of `whole`.

    >>> rest = without(Intervals(*np.array([[0.], [9.], [7.]])), Intervals(*np.array([[2.], [4.], [1.]])))
    >>> rest.start.tolist(), rest.end.tolist(), rest.value.tolist()
    ([0.0, 4.0], [2.0, 9.0], [7.0, 7.0])
    """
    covered = union(taken)
    gaps = Intervals(np.r_[-np.inf, covered.end], np.r_[covered.start, np.inf], np.zeros(len(covered.start) + 1))
    return _crossed(whole, gaps)


def cut(some: Intervals, bounds: Floats) -> tuple[Intervals, Ints]:
    """The intervals cut at the growing `bounds`, and of each part the number n of [bounds[n], bounds[n + 1]).

    What lies outside the bounds falls away. The intervals may overlap one another.
    """
    if len(bounds) < 2:
        return no_intervals(), np.empty(0, int)
    first = np.searchsorted(bounds, some.start, side="right") - 1
    last = np.searchsorted(bounds, some.end, side="left")
    first, last = np.clip(first, 0, len(bounds) - 1), np.clip(last, 0, len(bounds) - 1)
    count = np.maximum(last - first, 0)
    row = np.repeat(np.arange(len(count)), count)
    slot = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[row]
    start = np.maximum(some.start[row], bounds[slot])
    end = np.minimum(some.end[row], bounds[slot + 1])
    kept = end > start
    return Intervals(start[kept], end[kept], some.value[row][kept]), slot[kept]


def _crossed(whole: Intervals, gaps: Intervals) -> Intervals:
    """Each pair of an interval and a gap (both disjoint and in order) that share something."""
    first = np.searchsorted(gaps.end, whole.start, side="right")
    count = np.maximum(np.searchsorted(gaps.start, whole.end, side="left") - first, 0)
    row = np.repeat(np.arange(len(count)), count)
    gap = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[row]
    start = np.maximum(whole.start[row], gaps.start[gap])
    end = np.minimum(whole.end[row], gaps.end[gap])
    return Intervals(start, end, whole.value[row]).at_index(end > start)


def reached(some: Intervals, group: Ints, needed: Floats, nothing: float) -> Floats:
    """By group, the greatest value that at least `needed` of its length bears; `nothing` where there is none.

    Of a group's disjoint intervals, those of the greatest values together must be as long as needed. With a time
    as the value this is the latest moment since which so much was seen.

    >>> some = Intervals(np.array([0., 6.]), np.array([6., 10.]), np.array([50., 80.]))
    >>> reached(some, np.array([0, 0]), np.array([8.0, 3.0]), -np.inf).tolist()
    [50.0, -inf]
    """
    order = np.lexsort((-some.value, group))
    group, value, length = group[order], some.value[order], some.length[order]
    total = np.cumsum(length)
    begins = np.searchsorted(group, np.arange(len(needed)))
    before = np.r_[0.0, total][begins]
    enough = (total - before[group] >= needed[group] * (1 - 1e-9)) & (needed[group] > 0)
    found = np.full(len(needed), nothing)
    rows = np.flatnonzero(enough)[::-1]  # the first of a group is written last
    found[group[rows]] = value[rows]
    return found
