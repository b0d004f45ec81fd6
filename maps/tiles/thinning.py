"""Crowded tiles of lines and polygons: of those that are too small to be told apart one stands for all in its cell.

A tile is drawn 512 pixels wide. Of the shapes that look alike, whose boxes measure less than eight pixels both ways
and have their middles in the same cell of eight by eight pixels, the largest is drawn. What is drawn in a crowded tile
bears only what it is drawn by: names, of which nothing is written so far out, are most of what a tile weighs.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from layers.columns.boxes import Boxes
from layers.columns.compiled import Ints, kernel
from layers.columns.layer import LayerColumns
from layers.columns.parts import Shapes
from maps.tiles.grid import EXTENT, Frame

CROWD = 1_024  # shapes in a tile, from which on
NAMES_FROM = 12  # the zoom from which on maps write the names of these layers: there a tile has everything
CELL_UNITS = 64  # eight pixels
# The layers that are thinned, and by which attributes the map draws them. Of all others each shape is drawn: what is
# shown of them depends on more, as on the day on which a measure ends.
LOOKS: Mapping[str, tuple[str, ...]] = {"road_segments": ("road_class",), "parcels": ("state", "treatment")}
MOST_LOOKS = 64


def is_crowded(layer: str, z: int, count: int) -> bool:
    """Whether a tile with so many shapes of the layer is thinned.

    >>> is_crowded("parcels", 8, 1_025), is_crowded("parcels", 12, 1_025), is_crowded("measures", 8, 1_025)
    (True, False, False)
    """
    return layer in LOOKS and z < NAMES_FROM and count > CROWD


def thinned(columns: LayerColumns, part: Shapes, rows: Ints, frame: Frame, fields: Sequence[str]) -> tuple[Ints, Ints]:
    """Those of the rows that are drawn, ascending, and for how many of the rows each of them stands (at least itself).

    `fields` of the columns are those by which shapes are told apart.
    """
    looks, count = _looks(columns, part, rows, fields)
    drawn, standing = stand_ins(part.boxes, rows, looks, count, frame)
    return rows[drawn], standing


def _looks(columns: LayerColumns, part: Shapes, rows: Ints, fields: Sequence[str]) -> tuple[Ints, int]:
    """A number for each row that is the same where they look alike, and how many such numbers there are."""
    looks, count = np.zeros(len(rows), np.int64), 1
    for field in fields:
        values = len(columns.dictionaries[field]) + 1
        if count * values <= MOST_LOOKS:
            looks, count = looks * values + part.codes[field][rows], count * values
    return looks, count


@kernel
def stand_ins(boxes: Boxes, rows: Ints, looks: Ints, look_count: int, frame: Frame) -> tuple[Ints, Ints]:
    """See `thinned`: the places among the rows, and for how many each stands."""
    west, north, scale, low, high = frame
    margin = int(np.ceil(-low / CELL_UNITS))
    side = EXTENT // CELL_UNITS + 2 * margin
    best = np.full(side * side * look_count, -1, np.int32)
    drawn, standing = np.ones(len(rows), np.bool_), np.ones(len(rows), np.int64)
    for i, row in enumerate(rows):
        size = _size(boxes, row) * scale
        if size >= CELL_UNITS:
            continue
        x = (0.5 * (float(boxes[row, 0]) + float(boxes[row, 2])) - west) * scale
        y = (0.5 * (float(boxes[row, 1]) + float(boxes[row, 3])) - north) * scale
        if not (low <= x < high and low <= y < high):
            continue
        cell = (int(x // CELL_UNITS) + margin) * side + int(y // CELL_UNITS) + margin
        place = cell * look_count + looks[i]
        other = best[place]
        if other < 0:
            best[place] = i
        elif size > _size(boxes, rows[other]) * scale:
            best[place], drawn[other], standing[i] = i, False, standing[other] + 1
        else:
            drawn[i] = False
            standing[other] += 1
    left = np.flatnonzero(drawn)
    return left, standing[left]


@kernel
def _size(boxes: Boxes, row: int) -> float:
    """The longer side of a box, in world units."""
    return max(float(boxes[row, 2]) - float(boxes[row, 0]), float(boxes[row, 3]) - float(boxes[row, 1]))
