"""Places that the public complains of again and again (重复投诉点位), within the radius of a rebound."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Objects = NDArray[np.object_]
_Grid = dict[tuple[object, int, int], list[int]]


def places(east_m: Floats, north_m: Floats, radius_m: Floats, category: Objects, found_at: Floats) -> Ints:
    """For each report the row of the first one at its place; −1 where it has no place on the map (NaN).

    In the order of finding, a report belongs to the nearest place of its category within the radius (metres, one for
    all reports of a category), and begins a place of its own where there is none. So a place does not creep along.

    >>> at = np.array([0.0, 20.0, 40.0, np.nan])
    >>> places(at, at * 0, np.full(4, 30.0), np.array(["a"] * 4, dtype=object), np.arange(4.0)).tolist()
    [0, 0, 2, -1]
    """
    first = np.full(len(east_m), -1)
    begun: _Grid = {}
    for row in np.argsort(found_at, kind="stable").tolist():
        if np.isnan(east_m[row]):
            continue
        radius = float(radius_m[row])
        cell = (category[row], int(east_m[row] // radius), int(north_m[row] // radius))
        near = [other for other in _around(begun, cell) if _distance(east_m, north_m, row, other) <= radius]
        if near:
            first[row] = min(near, key=lambda other: (_distance(east_m, north_m, row, other), other))
        else:
            first[row] = row
            begun.setdefault(cell, []).append(row)
    return first


def _around(begun: Mapping[tuple[object, int, int], list[int]], cell: tuple[object, int, int]) -> list[int]:
    category, x, y = cell
    cells = ((category, x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
    return [row for key in cells for row in begun.get(key, ())]


def _distance(east_m: Floats, north_m: Floats, one: int, other: int) -> float:
    return float(np.hypot(east_m[one] - east_m[other], north_m[one] - north_m[other]))
