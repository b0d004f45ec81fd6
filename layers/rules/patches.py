"""Patches of unit cells that hang together by their sides (rook), and the zones that may be called clean.

A clean zone is a patch of clean cells of at least 4 ha. Pockets of unknown cells that it encloses belong to it as
long as they are no more than 5 % of its cells; a cell with a problem never does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.rules.clean_zones import STATES, CleanZones
from layers.rules.grid import CELL_M, Cells, Ints

SMALLEST_ZONE_M2 = 40_000.0
MOST_UNKNOWN = 0.05
SHORTEST_SIDE_M = 1e-3  # cells clipped by the border must still share so much
CLEAN, PROBLEM, UNKNOWN = (STATES.index(state) for state in ("clean", "problem", "unknown"))


@dataclass(frozen=True, eq=False)
class Zone:
    """One clean zone: its cells, its ground in metres, how much of it nobody knows, how much is verified."""

    cells: Ints
    geometry: BaseGeometry
    area_m2: float
    unknown_share: float
    verified_share: float
    passes: int  # the fewest of a clean cell


def sides(cells: Cells) -> Ints:
    """(n, 2) pairs of cells that share a side within the district."""
    raster = cells.raster
    east, north = _pairs(raster[:, :-1], raster[:, 1:]), _pairs(raster[:-1], raster[1:])
    pairs = np.concatenate([east, north])
    clipped = (cells.area_m2[pairs] < CELL_M * CELL_M * (1 - 1e-9)).any(axis=1)
    one, other = cells.geometry[pairs[clipped]].T
    kept = np.ones(len(pairs), dtype=bool)
    kept[clipped] = shapely.length(shapely.intersection(one, other)) > SHORTEST_SIDE_M
    return pairs[kept]


def _pairs(one: Ints, other: Ints) -> Ints:
    both = (one >= 0) & (other >= 0)
    return np.column_stack([one[both], other[both]])


def patches(chosen: NDArray[np.bool_], pairs: Ints) -> Ints:
    """The number of the patch of each chosen cell, from 0; −1 for the others.

    >>> patches(np.array([True, True, False, True]), np.array([[0, 1], [1, 2], [2, 3]])).tolist()
    [0, 0, -1, 1]
    """
    inner = pairs[chosen[pairs].all(axis=1)]
    size = len(chosen)
    graph = scipy.sparse.coo_array((np.ones(len(inner)), (inner[:, 0], inner[:, 1])), shape=(size, size))
    _, label = scipy.sparse.csgraph.connected_components(graph, directed=False)
    numbers = np.full(size, -1)
    _, numbers[chosen] = np.unique(label[chosen], return_inverse=True)
    return numbers


def members(label: Ints) -> list[Ints]:
    """The cells of each patch."""
    order = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[order], np.arange(label.max(initial=-1) + 2))
    return [order[a:b] for a, b in pairwise(starts)]


def clean_zones_of(cells: Cells, zones: CleanZones) -> list[Zone]:
    """Every zone of the district that may be called clean, the largest first."""
    pairs = sides(cells)
    clean = patches(zones.state == CLEAN, pairs)
    pockets = _pockets(zones, clean, pairs)
    found = [_zone(cells, zones, own, pockets.get(number, [])) for number, own in enumerate(members(clean))]
    return sorted((zone for zone in found if zone.area_m2 >= SMALLEST_ZONE_M2), key=lambda zone: -zone.area_m2)


def _pockets(zones: CleanZones, clean: Ints, pairs: Ints) -> dict[int, list[Ints]]:
    """By clean patch, the patches of unknown cells whose neighbours all belong to it."""
    unknown = patches(zones.state == UNKNOWN, pairs)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    edge = both[(unknown[both[:, 0]] >= 0) & (unknown[both[:, 1]] < 0)]
    neighbour = clean[edge[:, 1]]
    count = unknown.max(initial=-1) + 1
    least, most = np.full(count, len(clean)), np.full(count, -1)
    np.minimum.at(least, unknown[edge[:, 0]], neighbour)
    np.maximum.at(most, unknown[edge[:, 0]], neighbour)
    enclosed = (least == most) & (least >= 0)
    made: dict[int, list[Ints]] = {}
    for number, own in enumerate(members(unknown)):
        if enclosed[number]:
            made.setdefault(int(least[number]), []).append(own)
    return made


def _zone(cells: Cells, zones: CleanZones, own: Ints, pockets: Sequence[Ints]) -> Zone:
    """The smallest pockets are taken in as long as the unknown share allows it."""
    taken = [own]
    for pocket in sorted(pockets, key=len):
        unknown = sum(len(part) for part in taken[1:]) + len(pocket)
        if unknown <= MOST_UNKNOWN * (len(own) + unknown):
            taken.append(pocket)
    rows = np.concatenate(taken)
    return Zone(
        cells=rows, geometry=shapely.union_all(cells.geometry[rows]), area_m2=float(cells.area_m2[rows].sum()),
        unknown_share=1 - len(own) / len(rows), verified_share=float(zones.verified[rows].mean()),
        passes=int(zones.passes[own].min()),
    )  # fmt: skip


def is_clean_zone(cells: Cells, zones: CleanZones, rows: Ints, pairs: Ints) -> bool:
    """Whether a whole area may be called a clean zone: 4 ha of clean cells in one patch, unknown ≤ 5 %, no problem."""
    state = zones.state[rows]
    if not len(rows) or (state == PROBLEM).any() or (state == UNKNOWN).mean() > MOST_UNKNOWN:
        return False
    chosen = np.zeros(len(zones.state), dtype=bool)
    chosen[rows[state == CLEAN]] = True
    label = patches(chosen, pairs)
    return bool(np.bincount(label[chosen], cells.area_m2[chosen]).max(initial=0.0) >= SMALLEST_ZONE_M2)
