"""When a backlog will be worked off: many futures drawn from the last days (block bootstrap).

Each day of a future is a day of the past with all that was found, closed and came back on it, drawn in blocks of three
days, so that what goes together stays together. Two weeks tell a pace only roughly: each future therefore has a past of
its own, itself drawn in blocks from the real one, before its days are drawn from that (a double bootstrap). It is two
blocks shorter than the real one, since few blocks scatter less than the days they stand for. Without this the bands are
too narrow: those of 80 % would hold the truth far less often (`tests/test_rules_forecast.py` counts it). Blocks wrap
round, so that every past day weighs the same. A backlog never falls below zero.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.rules.progress import Ints

PATHS = 10_000
BLOCK_DAYS = 3
HISTORY_DAYS = 14
LEAST_DAYS = 7  # of history; with fewer nothing is foretold
FAN = (0.1, 0.5, 0.9)
_SHORTER_DAYS = 2 * BLOCK_DAYS  # what the past of one future lacks
_AT_ONCE = 20_000_000  # days that are drawn for all units together
_LEAST_PATHS = 1_000

Draws = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the futures say: the chance of being done within the days asked for, the day (1 = tomorrow) on which 10, 50
    and 90 % of them are done (None = not within the days that were drawn)."""

    chance: float
    finish: tuple[int | None, int | None, int | None]


DONE = Outlook(1.0, (0, 0, 0))


def draws(history_days: int, days: int, *, seed: int, paths: int = PATHS) -> Draws:
    """Which past day (0 = the oldest) each day of each future is: (days, paths); units that share them move together.

    >>> draws(14, 30, seed=1, paths=5).shape, int(draws(14, 300, seed=1).max())
    ((30, 5), 13)
    """
    rng = np.random.default_rng(seed)
    length = max(history_days - _SHORTER_DAYS, BLOCK_DAYS)
    past = _blocks(history_days, length, paths, rng)
    chosen = _blocks(length, days, paths, rng)
    return np.take_along_axis(past, chosen, axis=0)


def _blocks(size: int, days: int, paths: int, rng: np.random.Generator) -> Draws:
    starts = rng.integers(0, size, (-(-days // BLOCK_DAYS), paths))
    runs = (starts[:, None, :] + np.arange(BLOCK_DAYS)[None, :, None]) % size
    blocks: Draws = runs.reshape(-1, paths)[:days]
    return blocks


def futures(backlog: int, change: Ints, drawn: Draws) -> NDArray[np.int32]:
    """The backlog at the end of each day of each future; `change`: new − closed + rebound of each past day."""
    walked = _walked(backlog, change, drawn)
    paths: NDArray[np.int32] = walked - np.minimum(np.minimum.accumulate(walked, axis=0), 0)  # reflected at zero
    return paths


def outlook(backlog: int, change: Ints, drawn: Draws, *, deadline: int) -> Outlook:
    """What the futures say about being done on or before day `deadline` (1 = tomorrow, 0 or less = it is over)."""
    days = len(drawn)
    lowest = np.minimum.accumulate(_walked(backlog, change, drawn), axis=0)
    first = (lowest > 0).sum(axis=0) + 1  # the day on which nothing is left for the first time
    finish = np.quantile(first, FAN, method="inverted_cdf")
    early, middle, late = (int(day) if day <= days else None for day in finish)
    return Outlook(float((first <= deadline).mean()), (early, middle, late))


def _walked(backlog: int, change: Ints, drawn: Draws) -> NDArray[np.int32]:
    walked: NDArray[np.int32] = np.take(change.astype(np.int32), drawn)
    np.cumsum(walked, axis=0, out=walked)
    walked += np.int32(backlog)
    return walked


def fan(paths: NDArray[np.int32]) -> NDArray[np.float64]:
    """The 10, 50 and 90 % quantile of the backlog at the end of each day: (days, 3)."""
    return np.quantile(paths, FAN, axis=1).T


def paths_for(units: int, days: int) -> int:
    """How many futures each of many units gets, so that all are done in a moment: 10,000 for a few, 1,000 at least.

    >>> paths_for(20, 60), paths_for(500, 60)
    (10000, 1000)
    """
    return int(np.clip(_AT_ONCE // max(units * days, 1), _LEAST_PATHS, PATHS))
