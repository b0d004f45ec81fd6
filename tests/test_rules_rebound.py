"""Rebounds: the definition by hand, and pair by pair against a plain search over all pairs."""

from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.rules import rebound as rule
from layers.rules.chains import chains, chronic
from layers.rules.rebound import DAY_S, Cases, Reach, Rebounds, everywhere, rebounds
from layers.rules.road_spots import on_roads
from tests.cases import Row, cases, chicago, objects

A: Row = ("0102", 0, 0, 0, 10)


def pairs(found: Rebounds, among: Cases) -> list[tuple[int, int]]:
    """(new, previous) by key."""
    return list(zip(among.id[found.new].tolist(), among.id[found.previous].tolist(), strict=True))


def made(*rows: Row, reach: Reach | None = None, **changed: object) -> list[tuple[int, int]]:
    among = cases(rows, **changed)
    return pairs(rebounds(among, reach or everywhere(len(among))), among)


# ---------------------------------------------------------------- the definition


@pytest.mark.parametrize(
    ("b", "is_one"),
    [
        (("0102", 30, 0, 20, None), True),  # exactly R
        (("0102", 30.001, 0, 20, None), False),
        (("0102", 0, 0, 10, None), False),  # on the day of the closing: not after it
        (("0102", 0, 0, 10.001, None), True),
        (("0102", 0, 0, 40, None), True),  # exactly N
        (("0102", 0, 0, 40.001, None), False),
        (("0102", 0, 0, 5, None), False),
        (("0103", 0, 0, 20, None), False),  # another category
    ],
)
def test_near_soon_after_the_verified_closing_and_of_the_same_category(b: Row, is_one: bool) -> None:
    assert made(A, b) == ([(2, 1)] if is_one else [])


def test_a_closure_that_nobody_verified_has_no_rebound() -> None:
    assert made(A, ("0102", 0, 0, 20, None), verified_at=np.array([np.nan, np.nan])) == []


def test_a_duplicate_is_no_rebound_of_anything() -> None:
    assert made(A, ("0102", 0, 0, 20, None), duplicate=np.array([False, True])) == []


def test_the_most_recent_closure_comes_first_however_far() -> None:
    assert made(A, ("0102", 25, 0, 1, 11), ("0102", 0, 0, 20, None)) == [(3, 2)]


def test_of_equally_recent_closures_the_nearest_and_of_equally_near_the_lower_key() -> None:
    b: Row = ("0102", 0, 0, 20, None)
    assert made(("0102", 9, 0, 0, 10), ("0102", 3, 4, 0, 10), ("0102", 0, 5, 0, 10), b) == [(4, 2)]


def test_one_closure_can_have_several_rebounds() -> None:
    assert made(A, ("0102", 1, 0, 20, None), ("0102", 2, 0, 21, None)) == [(2, 1), (3, 1)]


def test_what_is_found_within_two_days_of_the_closing_was_never_fixed() -> None:
    among = cases([A, ("0102", 0, 0, 12, None), ("0102", 0, 0, 12.5, None)])
    assert rebounds(among, everywhere(3)).never_fixed.tolist() == [True, False]


def test_the_days_count_from_the_verifying_and_never_fixed_from_the_closing() -> None:
    among = cases([A, ("0102", 0, 0, 11, None)], closed_at=np.array([8.0, np.nan]) * DAY_S)
    found = rebounds(among, everywhere(2))
    assert (found.days.tolist(), found.never_fixed.tolist()) == ([1.0], [False])


def test_each_category_has_its_own_reach() -> None:
    reach = Reach(np.array([30.0, 30.0, 100.0, 100.0]), np.array([30.0, 30.0, 5.0, 5.0]))
    far: list[Row] = [A, ("0102", 80, 0, 14, None), ("0201", 0, 500, 0, 10), ("0201", 80, 500, 14, None)]
    assert made(*far, reach=reach) == [(4, 3)]


def test_nothing_comes_of_nothing() -> None:
    among = cases([A])
    nobody = Cases(*(column[:0] for column in (among.id, among.category, among.geometry, among.found_at,
                                                among.closed_at, among.verified_at, among.duplicate)))  # fmt: skip
    assert len(rebounds(nobody, everywhere(0))) == 0
    assert made(A) == []


# ---------------------------------------------------------------- lines, polygons, roads


def test_lines_and_polygons_are_as_far_as_their_nearest_parts() -> None:
    shapes = objects([shapely.box(0, 0, 100, 100), shapely.LineString([(130, 0), (400, 0)]), shapely.Point(0, 131)])
    rows: list[Row] = [A, ("0102", 0, 0, 20, None), ("0102", 0, 0, 20, None)]
    assert made(*rows, geometry=shapes) == [(2, 1)]


ROAD = objects([shapely.LineString([(0, 0), (1000, 0)])])


def on_one_road(*spots: tuple[float, float], segment: int = 0) -> list[tuple[int, int]]:
    """The rebounds of a case at the first spot, found at the others, all on one segment (or each on its own)."""
    rows: list[Row] = [("0102", x, y, 20 * (i > 0), 10 if i == 0 else None) for i, (x, y) in enumerate(spots)]
    numbers = np.zeros(len(rows), dtype=np.int64) + segment * np.arange(len(rows))
    lines = objects([ROAD[0]] * len(rows))
    return made(*rows, roads=on_roads(shapely.points(np.array(spots)), lines, numbers))


def test_on_one_road_segment_chainage_counts_and_the_side() -> None:
    assert on_one_road((100, 8), (150, 3), (150.5, 8), (100, -8)) == [(2, 1)]


def test_the_middle_of_a_road_belongs_to_both_sides() -> None:
    assert on_one_road((100, 0.5), (140, 8), (140, -8)) == [(2, 1), (3, 1)]


def test_across_the_joint_of_two_segments_the_plain_distance_counts() -> None:
    assert on_one_road((100, 8), (125, 8), (140, 8), segment=1) == [(2, 1)]


def test_a_line_along_a_road_reaches_from_end_to_end() -> None:
    shapes = objects([shapely.LineString([(100, 5), (300, 5)]), shapely.Point(345, 5), shapely.Point(355, 5)])
    roads = on_roads(shapes, ROAD, np.zeros(3, dtype=np.int64))
    rows: list[Row] = [A, ("0102", 0, 0, 20, None), ("0102", 0, 0, 20, None)]
    assert (roads.from_m.tolist(), roads.to_m.tolist()) == ([100.0, 345.0, 355.0], [300.0, 345.0, 355.0])
    assert made(*rows, geometry=shapes, roads=roads) == [(2, 1)]


# ---------------------------------------------------------------- against a plain search


def brute_force(among: Cases, radius_m: float = 30.0, days: float = 30.0) -> Iterator[tuple[int, int]]:
    """Every new case against every closure, by the words of the definition."""
    xy = shapely.get_coordinates(among.geometry)
    for b in np.lexsort([among.id, among.found_at]):
        apart_m = np.sqrt(((xy - xy[b]) ** 2).sum(axis=1))
        gap = (among.found_at[b] - among.verified_at) / DAY_S
        fits = (among.category == among.category[b]) & (apart_m <= radius_m) & (gap > 0) & (gap <= days)
        if among.duplicate[b] or not fits.any():
            continue
        a = min(np.flatnonzero(fits), key=lambda i: (gap[i], apart_m[i], among.id[i]))
        yield int(among.id[b]), int(among.id[a])


def test_real_reports_pair_by_pair() -> None:
    among = chicago()
    found = pairs(rebounds(among, everywhere(len(among))), among)
    assert found == list(brute_force(among))
    assert len(found) > 300


def test_pieces_of_the_search_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    among = chicago()
    whole = pairs(rebounds(among, everywhere(len(among))), among)
    monkeypatch.setattr(rule, "_AT_ONCE", 97)
    assert pairs(rebounds(among, everywhere(len(among))), among) == whole


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["0102", "0201"]), st.integers(0, 12).map(lambda n: n * 10.0), st.just(0.0),
        st.integers(0, 90).map(float), st.one_of(st.none(), st.integers(0, 40)),
    ).map(lambda row: (*row[:4], None if row[4] is None else row[3] + row[4])),
    min_size=1, max_size=40,
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(ROWS)
def test_any_cases_pair_by_pair(rows: list[Row]) -> None:
    among = cases(rows)
    assert pairs(rebounds(among, everywhere(len(rows))), among) == list(brute_force(among))


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_a_wider_reach_loses_no_rebound(rows: list[Row]) -> None:
    among = cases(rows)
    near, far = (rebounds(among, everywhere(len(rows), radius_m=r, days=r)) for r in (20.0, 40.0))
    assert set(near.new.tolist()) <= set(far.new.tolist())


# ---------------------------------------------------------------- chains and chronic places


def test_the_order_counts_the_rebounds_in_a_row() -> None:
    among = cases(
        [A, ("0102", 0, 0, 20, 22), ("0102", 0, 0, 30, 33), ("0102", 0, 5, 31, None), ("0102", 0, 0, 50, None)]
    )
    found = rebounds(among, everywhere(5))
    assert pairs(found, among) == [(2, 1), (3, 2), (4, 2), (5, 3)]
    assert chains(found).order.tolist() == [1, 2, 2, 3]
    assert set(chains(found).root.tolist()) == {0}


def place_with(*found_on: float) -> list[int]:
    """The most rebounds within 90 days of each chronic place, for one place that comes back on these days."""
    rows: list[Row] = [("0102", 0, 0, 0, found_on[0] - 5)]
    for day, following in zip(found_on, (*found_on[1:], None), strict=True):
        rows.append(("0102", 0, 0, day, None if following is None else following - 5))
    among = cases(rows)
    found = rebounds(among, everywhere(len(rows)))
    return [place.worst for place in chronic(found, chains(found), among.found_at)]


def test_two_rebounds_in_ninety_days_make_a_place_chronic() -> None:
    assert place_with(10, 99) == [2]
    assert place_with(10, 100) == []
    assert place_with(10) == []
    assert place_with(10, 60, 99, 180) == [3]


def test_what_was_never_fixed_makes_no_place_chronic() -> None:
    among = cases([A, ("0102", 0, 0, 11, 12), ("0102", 0, 0, 13, 14), ("0102", 0, 0, 20, None)])
    found = rebounds(among, everywhere(4))
    assert found.never_fixed.tolist() == [True, True, False]
    assert chronic(found, chains(found), among.found_at) == []
