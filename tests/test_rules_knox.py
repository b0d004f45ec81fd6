"""Choosing R and N: bands counted by hand, chance that finds nothing, real reports that cluster."""

import numpy as np
import pytest

from layers.rules.knox import RADII_M, WINDOWS_DAYS, knox
from layers.rules.rebound import DAY_S, everywhere, rebounds
from tests.cases import Row, cases, chicago, objects


def scattered(count: int, seed: int, *, again: float = 0.0) -> object:
    """Closed cases anywhere in 2 km × 2 km and 300 days; a share of them comes back within 20 m and 5 days."""
    chance = np.random.default_rng(seed)
    xy, found = chance.uniform(0, 2000, (count, 2)), chance.uniform(0, 300, count)
    back = chance.random(count) < again
    xy = np.vstack([xy, xy[back] + chance.uniform(-14, 14, (back.sum(), 2))])
    found = np.concatenate([found, found[back] + 2 + chance.uniform(0.1, 5, back.sum())])
    rows: list[Row] = [("0102", x, y, day, day + 2) for (x, y), day in zip(xy, found, strict=True)]
    return cases(rows)


def test_bands_are_closed_at_their_outer_edge() -> None:
    rows: list[Row] = [
        ("0102", 0, 0, 0, 10), ("0102", 10, 0, 11, None), ("0102", 10.5, 0, 13.5, None), ("0103", 0, 0, 12, None),
    ]  # fmt: skip
    observed = knox(cases(rows), seed=1, shuffles=9).observed
    assert (observed[0, 0], observed[1, 2], observed.sum()) == (1, 1, 2)


def test_the_bands_up_to_thirty_metres_and_days_hold_what_the_definition_holds() -> None:
    among = chicago()
    whole = knox(among, seed=1, shuffles=1)
    up_to = whole.observed[: RADII_M.index(30.0) + 1, : WINDOWS_DAYS.index(30.0) + 1].sum()
    xy = np.array([[point.x, point.y] for point in among.geometry])
    count = 0
    for b in np.flatnonzero(~among.duplicate):
        gap = (among.found_at[b] - among.verified_at) / DAY_S
        near = np.hypot(*(xy - xy[b]).T) <= 30
        fits = near & ~among.duplicate & (among.category == among.category[b]) & (gap > 0) & (gap <= 30)
        count += int(fits.sum())
    assert up_to == count >= len(rebounds(among, everywhere(len(among)))) / 2


def test_the_mean_of_all_shuffles_is_the_product_of_the_shares() -> None:
    """Two places far apart, two cases each: a pair is close in time with the chance that the dates are dealt so."""
    rows: list[Row] = [
        ("0102", 0, 0, 0, 1),
        ("0102", 1, 0, 1.5, 200),
        ("0102", 900, 0, 100, 200),
        ("0102", 901, 0, 150, 200),
    ]
    table = knox(cases(rows), seed=3, shuffles=4000)
    assert table.observed[0, 0] == 1
    assert table.expected[0, 0] == pytest.approx(1 / 3, abs=0.03)  # the partner of the one has three equal chances


def test_places_without_memory_keep_the_defaults() -> None:
    assert [knox(scattered(800, seed), seed=1, shuffles=99).from_data for seed in range(4)].count(True) <= 1


def test_what_comes_back_is_seen_and_its_reach_chosen() -> None:
    table = knox(scattered(800, 5, again=0.2), seed=1, shuffles=199)
    assert table.from_data
    assert table.chosen == (20.0, 7.0)


def test_fewer_than_three_hundred_closures_keep_the_defaults() -> None:
    table = knox(scattered(230, 5, again=0.25), seed=1, shuffles=99)
    assert (table.closed < 300, table.from_data, table.chosen) == (True, False, (30.0, 30.0))


def test_real_reports_cluster_and_the_same_seed_gives_the_same_table() -> None:
    among = chicago()
    one, again, other = (knox(among, seed=seed, shuffles=49) for seed in (1, 1, 2))
    assert one.ratio[0, 0] > 2
    assert one.p[0, 0] == 1 / 50
    assert one.expected.tolist() == again.expected.tolist() != other.expected.tolist()


def test_a_part_of_very_many_cases_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = knox(chicago(), seed=1, shuffles=1)
    monkeypatch.setattr("layers.rules.knox.MOST_PAIRS", 500)
    part = knox(chicago(), seed=1, shuffles=1)
    assert (whole.share, 0 < part.share < 1) == (1.0, True)
    assert 0 < part.observed.sum() < whole.observed.sum()


def test_nothing_comes_of_nothing() -> None:
    table = knox(cases([("0102", 0, 0, 0, None)], category=objects(["0102"])), seed=1, shuffles=3)
    assert (table.observed.sum(), table.chosen, table.closed) == (0, (30.0, 30.0), 0)
