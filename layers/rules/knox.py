"""Choosing how near and how soon a rebound is, from the data: Knox's test by bands of distance and time.

Pairs of a closed case and a later case of its category are counted in bands of distance (Rₖ₋₁, Rₖ] and of days
(Nₖ₋₁, Nₖ], the first band of distance from 0 on, so that the bands up to R and N hold exactly what the rebound's
definition holds. Beside them stands what chance alone brings: the same places with the dates of the cases dealt out
anew within each category (Knox 1964; permutation after Mantel 1967).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import scipy
import shapely
from numba import njit
from numpy.typing import NDArray

from layers.rules.grid import Floats, Ints
from layers.rules.rebound import DAY_S, DAYS, RADIUS_M, Cases

RADII_M = (10.0, 20.0, 30.0, 50.0, 75.0, 100.0, 150.0)
WINDOWS_DAYS = (1.0, 3.0, 7.0, 14.0, 30.0, 60.0)
SHUFFLES = 999
LEAST_RATIO = 1.2
MOST_P = 0.05
MOST_PAIRS = 3_000_000
LEAST_CLOSED = 300  # below it there is too little to choose from


@dataclass(frozen=True, eq=False)
class KnoxTable:
    """Rows = RADII_M, columns = WINDOWS_DAYS: pairs within the band, their mean and p over the shuffles.

    `holds`: the band, and every band between it and the origin, has more pairs than chance explains. `chosen`
    (metres, days) is the largest of them, or the defaults where none holds or fewer than 300 cases are closed;
    `share` of the cases that were counted.
    """

    observed: Ints
    expected: Floats
    p: Floats
    holds: NDArray[np.bool_]
    closed: int
    share: float
    chosen: tuple[float, float]
    from_data: bool

    @property
    def ratio(self) -> Floats:
        """Observed to expected; NaN where chance expects nothing."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.expected > 0, self.observed / self.expected, np.nan)


def knox(cases: Cases, *, seed: int, shuffles: int = SHUFFLES) -> KnoxTable:
    """The table of the cases that are no duplicates; a line or a polygon stands at a point within it.

    Where there are more pairs than MOST_PAIRS, a random part of the cases, drawn with the same seed, is counted.
    """
    chance = np.random.default_rng(seed)
    rows = np.flatnonzero(~cases.duplicate)
    xy = shapely.get_coordinates(shapely.point_on_surface(cases.geometry[rows]))
    groups = _groups(cases.category[rows])
    share = min(1.0, float(np.sqrt(MOST_PAIRS / max(_pairs_in_all(xy, groups), 1))))
    groups = [group[chance.random(len(group)) < share] for group in groups] if share < 1 else groups
    pairs = _neighbours(xy, groups)
    found, verified = cases.found_at[rows] / DAY_S, cases.verified_at[rows] / DAY_S
    windows = np.array(WINDOWS_DAYS)
    deals = islice(_deals(groups, len(rows), chance), shuffles + 1)
    counts = np.stack([_count(*pairs, found[d], verified[d], windows, len(RADII_M)) for d in deals])
    return _table(counts, closed=int(np.isfinite(verified).sum()), share=share)


def _groups(category: NDArray[np.object_]) -> list[Ints]:
    """The rows of each category."""
    _, code = np.unique(category.astype(str), return_inverse=True)
    return [np.flatnonzero(code == value) for value in range(int(code.max(initial=-1)) + 1)]


def _pairs_in_all(xy: Floats, groups: Sequence[Ints]) -> int:
    trees = [scipy.spatial.cKDTree(xy[rows]) for rows in groups]
    return sum((int(tree.count_neighbors(tree, RADII_M[-1])) - tree.n) // 2 for tree in trees)


def _neighbours(xy: Floats, groups: Sequence[Ints]) -> tuple[Ints, Ints, Ints]:
    """Pairs of cases of one category no farther apart than the largest radius, with their band of distance."""
    near = [
        rows[scipy.spatial.cKDTree(xy[rows]).query_pairs(RADII_M[-1], output_type="ndarray")]
        for rows in groups
        if len(rows)
    ]
    both = np.concatenate(near) if near else np.empty((0, 2), dtype=np.int64)
    apart_m = np.hypot(*(xy[both[:, 0]] - xy[both[:, 1]]).T)
    return both[:, 0], both[:, 1], np.searchsorted(np.array(RADII_M), apart_m, side="left").clip(max=len(RADII_M) - 1)


def _deals(groups: Sequence[Ints], count: int, chance: np.random.Generator) -> Iterator[Ints]:
    """Which case's dates each case has: first its own, then, again and again, dealt out within its category."""
    yield np.arange(count)
    while True:
        deal = np.arange(count)
        for rows in groups:
            deal[rows] = chance.permutation(rows)
        yield deal


@njit(cache=True, nogil=True)
def _count(one, other, band, found, verified, windows, bands):  # type: ignore[no-untyped-def]
    """Pairs by band of distance and of days from the closing of one of them to the finding of the other."""
    counts = np.zeros((bands, len(windows)), np.int64)
    longest = windows[-1]
    for pair in range(len(one)):
        i, j = one[pair], other[pair]
        gap = found[j] - verified[i]
        if not 0 < gap <= longest:
            gap = found[i] - verified[j]
            if not 0 < gap <= longest:
                continue
        column = 0
        while gap > windows[column]:
            column += 1
        counts[band[pair], column] += 1
    return counts


def _table(counts: Ints, *, closed: int, share: float) -> KnoxTable:
    observed, dealt = counts[0], counts[1:]
    expected = np.asarray(dealt.mean(axis=0), dtype=float)
    p = (1 + (dealt >= observed).sum(axis=0)) / (1 + len(dealt))
    holds = _unbroken((observed > LEAST_RATIO * expected) & (p <= MOST_P), silent=(observed == 0) & (expected < 1))
    from_data = closed >= LEAST_CLOSED and bool(holds.any())
    chosen = _largest(holds) if from_data else (RADIUS_M, DAYS)
    return KnoxTable(observed, expected, p, holds, closed, share, chosen, from_data)


def _unbroken(clear: NDArray[np.bool_], silent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The clear bands with no unclear one between them and the origin; bands without a pair break nothing."""
    fine = clear | silent
    reached = np.logical_and.accumulate(np.logical_and.accumulate(fine, axis=0), axis=1)
    return np.asarray(reached & clear)


def _largest(holds: NDArray[np.bool_]) -> tuple[float, float]:
    """The band with the largest R · N, of equal ones that with the larger R."""
    size = np.outer(RADII_M, WINDOWS_DAYS) * holds
    row, column = max(np.ndindex(size.shape), key=lambda at: (size[at], at[0]))
    return RADII_M[row], WINDOWS_DAYS[column]
