"""Algebra of intervals against a brute-force count metre by metre: all ends are whole metres from 0 to 40."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.rules.intervals import Intervals, cut, depth, joined, latest, reached, union, without

law = settings(derandomize=True, database=None, max_examples=80, deadline=None)
Row = tuple[int, int, int]
rows = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12), st.integers(1, 5)), max_size=12)
END = 53


def intervals(some: list[Row]) -> Intervals:
    start, length, value = np.array(some, dtype=float).reshape(-1, 3).T
    return Intervals(start, start + length, value)


def per_metre(some: Intervals, combine: np.ufunc, empty: float) -> np.ndarray:
    """What lies over each metre, combined."""
    metres = np.full(END, empty)
    for start, end, value in zip(some.start, some.end, some.value, strict=True):
        metres[int(start) : int(end)] = combine(metres[int(start) : int(end)], value)
    return metres


def is_tidy(some: Intervals) -> bool:
    """In order, disjoint, none of them empty, and no two that touch alike."""
    apart = some.start[1:] >= some.end[:-1]
    joint = (some.start[1:] == some.end[:-1]) & (some.value[1:] == some.value[:-1])
    return bool((some.length > 0).all() and apart.all() and not joint.any())


@law
@given(rows)
def test_the_latest_is_the_greatest_over_each_metre(some: list[Row]) -> None:
    found = latest(intervals(some))
    assert is_tidy(found)
    assert (per_metre(found, np.maximum, 0) == per_metre(intervals(some), np.maximum, 0)).all()


@law
@given(rows)
def test_the_depth_is_the_number_over_each_metre(some: list[Row]) -> None:
    ones = intervals([(start, length, 1) for start, length, _ in some])
    assert is_tidy(depth(ones))
    assert (per_metre(depth(ones), np.maximum, 0) == per_metre(ones, np.add, 0)).all()


@law
@given(rows, rows)
def test_a_whole_is_what_is_taken_from_it_and_the_rest(some: list[Row], taken: list[Row]) -> None:
    whole, covered = union(intervals(some)), union(intervals(taken))
    rest = without(whole, covered)
    inside = per_metre(whole, np.maximum, 0) * per_metre(covered, np.maximum, 0)
    assert is_tidy(rest)
    assert (per_metre(rest, np.maximum, 0) + inside == per_metre(whole, np.maximum, 0)).all()


@law
@given(rows, rows)
def test_a_union_covers_both_and_no_more(some: list[Row], other: list[Row]) -> None:
    both = union(intervals(some + other))
    each = np.maximum(*(per_metre(union(intervals(part)), np.maximum, 0) for part in (some, other)))
    assert (per_metre(both, np.maximum, 0) == each).all()


@law
@given(rows, st.sets(st.integers(0, 50), min_size=2, max_size=8))
def test_cutting_keeps_every_metre_inside_the_bounds(some: list[Row], bounds: set[int]) -> None:
    edges = np.array(sorted(bounds), dtype=float)
    parts, slot = cut(intervals(some), edges)
    expected = per_metre(intervals(some), np.add, 0)
    expected[: int(edges[0])] = expected[int(edges[-1]) :] = 0
    assert (per_metre(parts, np.add, 0) == expected).all()
    assert ((edges[slot] <= parts.start) & (parts.end <= edges[slot + 1])).all()


@law
@given(rows, st.floats(0.1, 40))
def test_so_much_was_seen_since_the_moment_that_is_reached_and_not_later(some: list[Row], needed: float) -> None:
    found = latest(intervals(some))
    moment = reached(found, np.zeros(len(found.start), int), np.array([needed]), -np.inf)[0]
    assert found.length[found.value > moment].sum() < needed or not np.isfinite(moment)
    assert np.isfinite(moment) == (found.length.sum() >= needed)
    if np.isfinite(moment):
        assert found.length[found.value >= moment].sum() >= needed * (1 - 1e-9)


def test_neighbours_of_one_value_are_one() -> None:
    found = joined(intervals([(0, 3, 2), (3, 4, 2), (7, 2, 1), (12, 1, 1)]))
    assert found.start.tolist() == [0, 7, 12]
