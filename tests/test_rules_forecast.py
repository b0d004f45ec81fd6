"""The forecast: hand-made pasts, its properties, and a backtest on histories whose future is known."""

import numpy as np
import pytest

from layers.rules.forecast import Outlook, draws, fan, futures, outlook

DAYS = 40


def test_a_steady_pace_has_one_future():
    past, drawn = np.full(14, -3), draws(14, DAYS, seed=1, paths=200)
    assert outlook(30, past, drawn, deadline=10).chance == 1.0
    assert outlook(30, past, drawn, deadline=9) == Outlook(0.0, (10, 10, 10))
    paths = futures(30, past, drawn)
    assert fan(paths)[8].tolist() == [3.0, 3.0, 3.0]
    assert paths.min() == 0  # and never below


def test_what_grows_is_never_done():
    found = outlook(5, np.full(14, 1), draws(14, DAYS, seed=1, paths=200), deadline=DAYS)
    assert (found.chance, found.finish) == (0.0, (None, None, None))


def test_days_come_in_blocks_of_three_from_the_past():
    drawn = draws(14, 9, seed=3, paths=500)
    assert drawn.shape == (9, 500)
    assert set(np.unique(drawn)) == set(range(14))
    apart = (np.diff(drawn, axis=0) % 14 == 1).mean(axis=1)
    assert (apart[[0, 1, 3, 4, 6, 7]] > 0.5).all()  # a block goes on, but where its own past breaks
    assert (apart[[2, 5]] < 0.4).all()


def test_the_same_seed_draws_the_same_and_quantiles_are_in_order():
    past = np.array([-4, 2, -6, 1, 0, -9, 3, -2, -5, 0, 1, -7, -3, -1])
    drawn = draws(14, DAYS, seed=7)
    paths = futures(40, past, drawn)
    assert np.array_equal(paths, futures(40, past, draws(14, DAYS, seed=7)))
    quantiles = fan(paths)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    chances = [outlook(40, past, drawn, deadline=day).chance for day in range(1, DAYS)]
    assert chances == sorted(chances)
    first = np.where((paths == 0).any(axis=0), (paths == 0).argmax(axis=0) + 1, DAYS + 1)
    assert chances == [(first <= day).mean() for day in range(1, DAYS)]


def history(seed: int, days: int, rhythm: str) -> np.ndarray:
    """New − closed + rebound of a town's days: busier on weekdays where `rhythm` says so."""
    rng = np.random.default_rng(seed)
    week = np.array([1.2, 1.2, 1.2, 1.2, 1.1, 0.7, 0.4]) * 7 / 7.0
    busy = week[(np.arange(days) + rng.integers(7)) % 7] if rhythm == "week" else np.ones(days)
    return rng.poisson(6 * busy) - rng.poisson(14 * busy) + rng.poisson(1, days)


@pytest.mark.parametrize("rhythm", ["even", "week"])
def test_the_band_of_80_per_cent_holds_the_truth_in_70_to_90(rhythm):
    held, dates, runs = [], [], 120
    for run in range(runs):
        change = history(run, 14 + 60, rhythm)
        past, to_come = change[:14], change[14:]
        for days in (5, 10, 20):
            drawn = draws(14, 60, seed=run, paths=800)
            low, _, high = fan(futures(2000, past, drawn)[:days])[-1]
            held.append(low <= 2000 + to_come[:days].sum() <= high)
            backlog = 7 * days
            walk = backlog + np.cumsum(to_come)
            truth = int(np.argmax(walk <= 0)) + 1 if (walk <= 0).any() else 61
            early, _, late = outlook(backlog, past, drawn, deadline=days).finish
            dates.append((early or 61) <= truth <= (late or 61))
    assert 0.7 <= np.mean(held) <= 0.9
    assert 0.7 <= np.mean(dates) <= 0.9
