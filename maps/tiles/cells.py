"""Crowded tiles: instead of each point, one feature for each cell of a 64 × 64 grid that has points in it.

A tile is drawn 512 pixels wide, a mark takes eight: more marks than there are cells could not be told apart. At zooms
whose fullest tile has so many that nearly every cell holds a crowd itself, the grid is 16 × 16: clusters, with room for
their numbers. It is the same for all tiles of a zoom, so that neighbours fit.

The grid follows the Morton order of the points, so a cell is a run of rows. A
feature is counted in one cell only (a multipoint where the first of its points
is), and a cell belongs to one tile only: the counts of all tiles of a zoom add
up to the number of features.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from layers.columns.compiled import Bools, Bytes, Ints, Words, World, kernel
from layers.columns.layer import LayerColumns
from layers.columns.values import INTEGER, Dictionary, counting, encode
from layers.columns.world import BITS
from layers.rules.lifecycle import OPEN_STATES
from maps.tiles.drawing import Attribute, Drawing
from maps.tiles.geometry import point_commands
from maps.tiles.grid import Tile, frame
from maps.tiles.wire import POINT

CELL_BITS, CLUSTER_BITS = 6, 4
MAX_CELLS = 1 << 2 * CELL_BITS
CLUSTERS_FROM = 16 * MAX_CELLS  # points in the fullest tile of a zoom
MAX_STATES = 64
Counts = NDArray[np.int64]
Waiting = tuple[Ints, Bytes, Ints, Bools]


def draw_cells(columns: LayerColumns, tile: Tile, kept: Bools, fields: Mapping[str, str]) -> Drawing:
    """One point for each cell: at the mean of its points, with the least id of its features; the fullest come last.

    They are drawn in this order. A map that sorted them itself would draw each number by a call of its own.

    `kept` marks the rows of the tile's run that count. Attributes: `point_count`; where there is a `state` among the
    fields also the number of each as `n_STATE`, and the most frequent as `state` (of several, the first by alphabet);
    with a `due` also the earliest of those that are open, so that what is overdue is not lost among the others.
    """
    state_field, due_field = fields.get("state"), fields.get("due")
    points, run = columns.points, columns.points.run(*tile)
    states = columns.dictionaries[state_field] if state_field else NOTHING
    if state_field and len(states) <= MAX_STATES:
        codes = points.codes[state_field][run].astype(np.int64)
    else:
        states, codes = NOTHING, np.zeros(len(kept), np.int64)
    arrays = (points.keys[run], points.x[run], points.y[run], points.ids[run])
    bits = CLUSTER_BITS if points.fullest(tile.z) >= CLUSTERS_FROM else CELL_BITS
    shift = np.uint64(2 * (BITS - tile.z - bits))
    due = columns.dictionaries[due_field] if due_field else NOTHING
    due_codes = points.codes[due_field][run].astype(np.int64) if due_field else NO_CODES
    waiting = (due_codes, due.kinds, due.bits, _are_open(states))
    x, y, ids, counts, earliest = sum_cells(arrays, codes, kept & points.first[run], shift, waiting)
    rows = np.argsort(counts.sum(axis=0), kind="stable")
    commands, ends = point_commands(x, y, rows, frame(tile, 0))
    attributes = _count_attributes(counts, states)
    if earliest.any():
        attributes["due"] = Attribute(earliest, due)
    return Drawing(kind=POINT, ids=ids, rows=rows, commands=commands, ends=ends, attributes=attributes)


NOTHING = encode([])[1]
NO_CODES = np.empty(0, np.int64)


def _are_open(states: Dictionary) -> Bools:
    """For each code of the states (0 first) whether it is that of an open case."""
    return np.array([value in OPEN_STATES for value in states.values()], np.bool_)


def _count_attributes(counts: Counts, states: Dictionary) -> dict[str, Attribute]:
    """The attributes of cells of which `counts` (codes of the states, cells) is known."""
    totals = counts.sum(axis=0)
    numbers = counting(int(totals.max(initial=0)))
    attributes = {"point_count": Attribute(totals, numbers)}
    codes = sorted((c for c in range(1, len(states) + 1) if counts[c].any()), key=lambda c: str(states.value(c)))
    for code in codes:
        attributes[f"n_{states.value(code)}"] = Attribute(counts[code], numbers)
    if codes:
        known = counts[codes]
        majority = np.where(known.any(axis=0), np.array(codes)[known.argmax(axis=0)], 0)
        attributes["state"] = Attribute(majority, states)
    return attributes


@kernel
def sum_cells(
    arrays: tuple[Words, World, World, Ints], states: Ints, counted: Bools, shift: np.uint64, waiting: Waiting
) -> tuple[World, World, Ints, Counts, Ints]:
    """For each cell with counted rows: mean x, mean y, least id, the rows by state (states + 1, cells), earliest due.

    `waiting`: the codes of the due times (none = there are none), kinds and bits of their dictionary, and which states
    are open. The earliest due time is that of the open rows, as its code; 0 = there is none.
    """
    keys, x, y, ids = arrays
    due, kinds, bits, are_open = waiting
    state_count = len(are_open) - 1
    earliest = np.zeros(MAX_CELLS, np.int64)
    sums = np.zeros((MAX_CELLS, 2), np.int64)
    least = np.empty(MAX_CELLS, np.int64)
    counts = np.zeros((state_count + 1, MAX_CELLS), np.int64)
    cell, cell_key, total = -1, np.uint64(0), 0
    means = np.empty((2, MAX_CELLS), np.uint32)
    for i in range(len(keys)):
        if not counted[i]:
            continue
        if cell < 0 or keys[i] >> shift != cell_key:
            cell, cell_key, total = cell + 1, keys[i] >> shift, 0
            least[cell] = ids[i]
        total += 1
        counts[states[i], cell] += 1
        sums[cell, 0] += x[i]
        sums[cell, 1] += y[i]
        least[cell] = min(least[cell], ids[i])
        means[0, cell], means[1, cell] = sums[cell, 0] // total, sums[cell, 1] // total
        if len(due) and are_open[states[i]] and due[i] and kinds[due[i] - 1] == INTEGER:
            known = earliest[cell]
            if not known or bits[due[i] - 1] < bits[known - 1]:
                earliest[cell] = due[i]
    used = cell + 1
    return means[0, :used], means[1, :used], least[:used], counts[:, :used], earliest[:used]
