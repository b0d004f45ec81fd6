"""Rings round a station: half-open distances, clipped areas, exact rate ratios."""

import math

import numpy as np
import pytest
import shapely
from scipy.stats import binom

from layers.rules.rings import rate_ratio, ring_table

STATION = shapely.Point(0, 0)
WIDE = shapely.box(-5000, -5000, 5000, 5000)


def at(*distances_m: float) -> np.ndarray:
    return np.array([shapely.Point(distance, 0) for distance in distances_m], dtype=object)


def test_a_problem_on_an_edge_belongs_to_the_outer_ring() -> None:
    table = ring_table(STATION, at(0.0, 299.9, 300.0, 2999.9, 3000.0), WIDE)
    assert [ring.count for ring in table] == [2, 1, 0, 0, 0, 1]


def test_the_rate_is_per_square_kilometre_and_day() -> None:
    ring = ring_table(STATION, at(100.0, 200.0, 250.0), WIDE, edges_m=(0, 1000), days=3)[0]
    assert ring.rate_km2 == pytest.approx(1 / math.pi, rel=1e-3)


def test_rings_are_clipped_to_the_district_and_so_are_the_problems() -> None:
    half = shapely.box(0, -5000, 5000, 5000)
    ring = ring_table(STATION, at(100.0, -100.0), half, edges_m=(0, 1000))[0]
    assert ring.area_m2 == pytest.approx(math.pi * 1000**2 / 2, rel=1e-3)
    assert ring.geometry.bounds[0] == 0.0
    assert ring.count == 1


def test_a_ring_outside_the_district_has_no_rate() -> None:
    table = ring_table(STATION, at(100.0), shapely.box(-200, -200, 200, 200), edges_m=(0, 300, 500))
    assert (table[1].area_m2, table[1].rate_km2, table[1].ratio) == (0.0, None, None)


def test_rates_are_compared_with_the_rest_of_the_district() -> None:
    ring = ring_table(STATION, at(100.0, 4000.0, 4500.0), WIDE, edges_m=(0, 3000))[0]
    beyond = 1e8 - math.pi * 3000**2
    assert ring.ratio is not None
    assert ring.ratio.value == pytest.approx((1 / (math.pi * 3000**2)) / (2 / beyond), rel=1e-3)


def test_the_last_ring_is_the_reference_where_nothing_lies_beyond() -> None:
    inner, outer = ring_table(STATION, at(100.0, 400.0), STATION.buffer(450), edges_m=(0, 300, 500))
    assert inner.ratio is not None
    assert inner.ratio.value == pytest.approx((450**2 - 300**2) / 300**2, rel=1e-2)
    assert outer.ratio is None


def test_the_interval_equals_that_of_poisson_test_in_r() -> None:
    ratio = rate_ratio(11, 800, 6 + 8 + 7, 1083 + 1050 + 878)  # the example of R's manual
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((1.971488, 0.8584264, 4.2772659), rel=1e-6)


@pytest.mark.parametrize(("x", "x0"), [(1, 1), (3, 40), (25, 7)])
def test_each_limit_leaves_a_fortieth_in_its_tail(x: int, x0: int) -> None:
    ratio = rate_ratio(x, 1.0, x0, 1.0)
    assert ratio.high is not None
    low, high = (value / (1 + value) for value in (ratio.low, ratio.high))
    assert binom.sf(x - 1, x + x0, low) == pytest.approx(0.025)
    assert binom.cdf(x, x + x0, high) == pytest.approx(0.025)


def test_no_problem_in_the_ring_has_the_lower_limit_zero() -> None:
    ratio = rate_ratio(0, 1.0, 10, 1.0)
    assert (ratio.value, ratio.low) == (0.0, 0.0)
    assert ratio.high == pytest.approx(0.025 ** (-1 / 10) - 1)


def test_no_problem_in_the_reference_has_no_upper_limit() -> None:
    ratio = rate_ratio(10, 1.0, 0, 1.0)
    assert (ratio.value, ratio.high) == (None, None)
    assert ratio.low == pytest.approx(1 / (0.025 ** (-1 / 10) - 1))


def test_no_problem_anywhere_says_nothing() -> None:
    ratio = rate_ratio(0, 1.0, 0, 1.0)
    assert (ratio.value, ratio.low, ratio.high) == (None, 0.0, None)
