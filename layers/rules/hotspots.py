"""Hotspots (热点): where more problems lie together than chance, or than inspection, explains.

Every study cell is judged by its neighbourhood, the cells whose middles are within
300 m of its own (29, itself included). A cell is hot if so many problems there are
improbable when all N fall independently with a chance proportional to exposure: the
exact binomial tail, kept at a false discovery rate of 5 % (Benjamini and Hochberg 1995).
The score z is Gi* (Getis and Ord 1995); on sparse counts its normal p-values invent
hotspots, so it is shown and never decides.
"""

from dataclasses import dataclass

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from layers.rules.grid import CELL_M, Cells, Floats, Ints, Objects

RADIUS_M = 300.0
FALSE_DISCOVERY_RATE = 0.05
SAME_M = 15.0  # two problems of one category this near …
SAME_S = 86_400.0  # … and this near in time are one, reported twice

Marks = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Hotspots:
    """One row per study cell.

    `here`: problems in the cell; `count`: in its neighbourhood; `expected`: there by
    chance; `p`, `q`: chance of so many or more, as it is and as the false discovery rate
    at which the cell would be called hot; `z`: Gi* of the counts; `hot`, `cold`: called so.
    """

    here: Ints
    count: Ints
    expected: Floats
    p: Floats
    q: Floats
    z: Floats
    hot: Marks
    cold: Marks


def hotspots(
    cells: Cells,
    here: Ints,
    exposure: Floats | None = None,
    *,
    radius_m: float = RADIUS_M,
    rate: float = FALSE_DISCOVERY_RATE,
) -> Hotspots:
    """Judge every cell by the problems `here` (one count per cell, see `count_in`).

    `exposure` is what problems would be proportional to by chance: None = every cell the
    same, or the number of inspection passes in each. Where a neighbourhood has no exposure
    nothing can be said (p = 1). `rate` is the accepted share of false calls.
    """
    weights = np.ones(len(here)) if exposure is None else exposure
    near = _round_sum(cells, here.astype(float), radius_m)
    size = _round_sum(cells, np.ones(len(here)), radius_m)
    count, total = np.rint(near).astype(np.int64), int(here.sum())
    chance = (_round_sum(cells, weights, radius_m) / max(weights.sum(), np.finfo(float).tiny)).clip(0, 1)
    known = chance > 0
    p = np.where(known, scipy.special.bdtrc(count - 1, total, chance), 1.0)
    cold_p = np.where(known, scipy.special.bdtr(count, total, chance), 1.0)
    q = false_discovery(p)
    return Hotspots(
        here=here,
        count=count,
        expected=total * chance,
        p=p,
        q=q,
        z=gi_star(here, near, size),
        hot=q <= rate,
        cold=false_discovery(cold_p) <= rate,
    )


def count_in(cells: Cells, geoms: Objects) -> Ints:
    """How many problems lie in each cell; a line or polygon counts where a point on it is."""
    spot = shapely.get_coordinates(shapely.point_on_surface(geoms))
    row = cells.at(spot[:, 0], spot[:, 1])
    return np.bincount(row[row >= 0], minlength=len(cells.east))


def gi_star(values: NDArray[np.number], near: Floats, size: Floats) -> Floats:
    """Gi* of Getis and Ord (1995) for neighbours of weight 1, each cell its own neighbour.

    z = (Σw·x − x̄·W) / (s·√((n·W − W²) / (n − 1))), s² = Σx²/n − x̄², over the n study cells:
    `values` x, `near` Σw·x and `size` W = Σw = Σw², the number of neighbours. 0 where
    nothing varies or everything is a neighbour.
    """
    n = len(values)
    if n < 2:
        return np.zeros(n)
    mean = values.mean()
    spread = np.sqrt(max((values.astype(float) ** 2).mean() - mean**2, 0.0))
    scale = spread * np.sqrt((n * size - size**2) / (n - 1))
    apart = scale > 1e-12 * max(spread, 1.0)
    return np.asarray(np.divide(near - mean * size, scale, out=np.zeros(n), where=apart))


def false_discovery(p: Floats) -> Floats:
    """Benjamini and Hochberg's q of each p: the smallest rate at which it would be called.

    >>> false_discovery(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    order = np.argsort(p)
    steps = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(steps[::-1])[::-1]
    return q


def first_reports(category: Objects, xy: Floats, found_at: Floats) -> Marks:
    """Which problems stay when repeated reports of one thing count once.

    A problem goes if an earlier one that stays has its category, lies at most 15 m away
    and was found at most a day before. `xy` in metres, shape (n, 2); `found_at` in
    seconds. Of two found at once the one that comes first stays.
    """
    order = np.argsort(found_at, kind="stable")
    place = np.column_stack([xy, found_at * (SAME_M / SAME_S)])[order]
    pairs = scipy.spatial.cKDTree(place).query_pairs(SAME_M * np.sqrt(2) * (1 + 1e-9), output_type="ndarray")
    earlier, later = order[pairs[:, 0]], order[pairs[:, 1]]
    same = (
        (category[earlier] == category[later])
        & (np.hypot(*(xy[earlier] - xy[later]).T) <= SAME_M)
        & (np.abs(found_at[later] - found_at[earlier]) <= SAME_S)
    )
    pairs = pairs[same]
    stays = np.ones(len(order), dtype=bool)
    for one, other in pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].tolist():
        if stays[one]:  # settled: every pair that could end it came before
            stays[other] = False
    return stays[np.argsort(order)]


def _round_sum(cells: Cells, values: Floats, radius_m: float) -> Floats:
    """The sum over each cell's neighbourhood; what lies outside the district adds nothing."""
    reach = int(radius_m // CELL_M)
    north, east = np.mgrid[-reach : reach + 1, -reach : reach + 1] * CELL_M
    disc = (np.hypot(north, east) <= radius_m).astype(float)
    return cells.from_raster(scipy.ndimage.convolve(cells.to_raster(values), disc, mode="constant"))
