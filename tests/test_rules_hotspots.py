"""Hotspots: exact tails, false discoveries held down, Gi* to the published digit."""

import numpy as np
import pytest
import shapely
from scipy.stats import binomtest, norm

from layers.rules.grid import Cells, unit_cells
from layers.rules.hotspots import count_in, false_discovery, first_reports, gi_star, hotspots

# An L of 4 km × 3 km with a bite taken out of it: 900 cells, some of them at a ragged border.
DISTRICT = shapely.difference(shapely.box(0, 0, 4000, 3000), shapely.box(2000, 1500, 4000, 3000))
CELLS = unit_cells(np.array([DISTRICT]))
MIDDLE = np.column_stack([CELLS.east, CELLS.north]) * 100.0 + 50.0


TOWN = unit_cells(np.array([shapely.box(0, 0, 10_000, 12_000)]))  # 12,000 cells


def scattered(count: int, seed: int, cells: Cells = CELLS) -> np.ndarray:
    """Counts per cell of points that fall anywhere in the district with equal chance."""
    drawn = np.random.default_rng(seed).integers(0, len(cells.east), count)
    return np.bincount(drawn, minlength=len(cells.east))


def neighbours(radius_m: float) -> np.ndarray:
    apart = np.hypot(*(MIDDLE[:, None] - MIDDLE[None]).transpose(2, 0, 1))
    return (apart <= radius_m).astype(float)


def test_the_neighbourhood_of_300_m_has_29_cells() -> None:
    one = np.zeros(len(CELLS.id), dtype=int)
    one[np.flatnonzero(CELLS.id == "10_7")] = 1
    assert hotspots(CELLS, one).count.sum() == 29


def test_counts_and_score_equal_those_of_a_plain_sum_over_pairs() -> None:
    here, weights = scattered(300, 1), neighbours(300.0)
    found = hotspots(CELLS, here)
    n, total, mean = len(here), weights.sum(axis=1), here.mean()
    s = np.sqrt((here**2).sum() / n - mean**2)
    z = (weights @ here - mean * total) / (s * np.sqrt((n * total - total**2) / (n - 1)))
    assert found.count.tolist() == (weights @ here).tolist()
    assert found.z == pytest.approx(z, abs=1e-9)


def test_gi_star_equals_the_published_example() -> None:
    # Six points, threshold 15, binary weights, from the documentation of esda.G_Local (star=True).
    place = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
    value = np.array([2, 3, 3.2, 5, 8, 7])
    w = (np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) <= 15).astype(float)
    published = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    assert gi_star(value, w @ value, w.sum(axis=1)) == pytest.approx(published, abs=1e-8)


@pytest.mark.parametrize("values", [[3.0, 3.0, 3.0], [1.0], []])
def test_gi_star_is_zero_where_nothing_varies(values: list[float]) -> None:
    column = np.array(values)
    assert gi_star(column, column, np.ones(len(column))).tolist() == [0.0] * len(column)


def test_p_is_the_exact_binomial_tail() -> None:
    here = scattered(300, 2)
    found = hotspots(CELLS, here)
    share = neighbours(300.0).sum(axis=1) / len(here)
    for row in range(0, len(here), 97):
        exact = binomtest(int(found.count[row]), 300, share[row], alternative="greater").pvalue
        assert found.p[row] == pytest.approx(exact, rel=1e-9)


def test_the_expectation_adds_up_by_exposure() -> None:
    here, exposure = scattered(300, 3), np.random.default_rng(3).integers(0, 5, len(CELLS.id)).astype(float)
    expected = 300 * (neighbours(300.0) @ exposure) / exposure.sum()
    assert hotspots(CELLS, here, exposure).expected == pytest.approx(expected)


def test_random_points_give_hardly_any_hotspot() -> None:
    maps = [hotspots(TOWN, scattered(300, seed, TOWN)) for seed in range(40)]
    assert sum(found.hot.any() for found in maps) <= 3


def test_the_score_alone_would_invent_hotspots() -> None:
    maps = [hotspots(TOWN, scattered(300, seed, TOWN)) for seed in range(40)]
    assert sum((false_discovery(norm.sf(found.z)) <= 0.05).any() for found in maps) == 40


def test_a_planted_cluster_is_found_and_nothing_far_from_it() -> None:
    here = scattered(300, 4)
    near = np.hypot(*(MIDDLE - [1050.0, 750.0]).T)
    here[near <= 100] += 4
    found = hotspots(CELLS, here)
    assert found.hot[near == 0].all()
    assert not found.hot[near > 800].any()


def test_a_place_without_problems_is_cold_where_many_are_expected() -> None:
    here = scattered(5000, 5)
    near = np.hypot(*(MIDDLE - [1050.0, 750.0]).T)
    here[near <= 300] = 0
    found = hotspots(CELLS, here)
    assert found.cold[near == 0].all()
    assert not found.cold[near > 800].any()


def test_what_inspection_explains_is_no_hotspot() -> None:
    here, exposure = scattered(300, 6), np.ones(len(CELLS.id))
    near = np.hypot(*(MIDDLE - [1050.0, 750.0]).T) <= 300
    here[near] += 1
    exposure[near] = 4.0
    assert hotspots(CELLS, here).hot.any()
    assert not hotspots(CELLS, here, exposure).hot.any()


def test_where_nobody_looked_nothing_can_be_said() -> None:
    here, exposure = scattered(300, 7), np.ones(len(CELLS.id))
    exposure[MIDDLE[:, 0] < 1500] = 0.0
    found = hotspots(CELLS, here, exposure)
    assert found.p[found.expected == 0].tolist() == [1.0] * int((found.expected == 0).sum())


def test_no_problems_give_no_hotspots() -> None:
    found = hotspots(CELLS, np.zeros(len(CELLS.id), dtype=int))
    assert not (found.hot | found.cold).any()


def test_a_problem_counts_in_its_cell_and_outside_in_none() -> None:
    geoms = np.array(
        [
            shapely.Point(50, 50),
            shapely.Point(99.9, 0),
            shapely.box(110, 10, 190, 90),
            shapely.Point(3000, 2000),  # in the bite
            shapely.Point(-1, 50),
        ]
    )
    counts = dict(zip(CELLS.id, count_in(CELLS, geoms).tolist(), strict=True))
    assert {name: count for name, count in counts.items() if count} == {"0_0": 2, "1_0": 1}


HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("other", "stays"),
    [
        (("soil", 15.0, DAY), False),
        (("soil", 15.1, 0.0), True),
        (("soil", 0.0, DAY + 1), True),
        (("dust", 0.0, 0.0), True),
        (("soil", 12.0, 20 * HOUR), False),
    ],
)
def test_a_report_of_the_same_thing_counts_once(other: tuple[str, float, float], stays: bool) -> None:
    category = np.array(["soil", other[0]], dtype=object)
    kept = first_reports(category, np.array([[0.0, 0.0], [other[1], 0.0]]), np.array([0.0, other[2]]))
    assert kept.tolist() == [True, stays]


def test_the_earliest_report_stays_whatever_the_order() -> None:
    category, xy = np.array(["soil"] * 3, dtype=object), np.array([[0.0, 0.0], [5.0, 0.0], [10.0, 0.0]])
    assert first_reports(category, xy, np.array([2.0, 1.0, 3.0]) * HOUR).tolist() == [False, True, False]


def test_a_chain_of_reports_is_not_swallowed_whole() -> None:
    # Each is 10 m from the next: the third is 20 m from the first, so it is another thing.
    category, xy = np.array(["soil"] * 4, dtype=object), np.array([[k * 10.0, 0.0] for k in range(4)])
    assert first_reports(category, xy, np.arange(4) * HOUR).tolist() == [True, False, True, False]
