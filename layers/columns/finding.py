"""Which features of a layer lie in a box: from the columns, without asking the store."""

from collections.abc import Callable

import numpy as np

from layers.columns.compiled import Bools, Ints
from layers.columns.layer import LayerColumns
from layers.columns.parts import Points, Shapes
from layers.columns.world import SIZE, to_world
from layers.query import BBox, halves

Mask = Callable[[Points | Shapes, Ints], Bools]
WorldBox = tuple[int, int, int, int]


def ids_in(columns: LayerColumns, box: BBox, mask: Mask) -> Ints:
    """The keys, ascending, of the features whose own boxes meet the box and whose rows pass the mask.

    A few more than those whose geometries meet it, never fewer: a column's coordinates are good to a centimetre.
    """
    found = [
        part.ids[rows[mask(part, rows)]]
        for half in halves(box)
        for part in (columns.points, columns.lines, columns.polygons)
        for rows in [part.search(_wider(half))]
    ]
    ids: Ints = np.sort(np.concatenate(found))
    distinct: Ints = ids[np.diff(ids, prepend=-1) != 0]  # a multipoint is several rows
    return distinct


def _wider(box: BBox) -> WorldBox:
    """The box in world units, its edges and one unit round it included."""
    west, south, east, north = box
    (left, top), (right, bottom) = to_world(np.array([[west, north], [east, south]])).astype(np.int64).tolist()
    return max(left - 1, 0), max(top - 1, 0), min(right + 2, SIZE), min(bottom + 2, SIZE)
