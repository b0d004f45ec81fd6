"""How many features of a layer there are by the values of their fields: from the columns, without asking the store."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from layers.columns.compiled import Bools, Ints
from layers.columns.layer import LayerColumns
from layers.columns.parts import Points, Shapes
from layers.columns.values import Value

Mask = Callable[[Points | Shapes, slice], Bools]
Values = tuple[Value | None, ...]
_MOST_COUNTERS = 1 << 22  # beyond it the rows are sorted


def tally(columns: LayerColumns, fields: Sequence[str], mask: Mask) -> Counter[Values]:
    """The number of features whose rows pass the mask, for each combination of values that is among them.

    A multipoint counts once. Features without a usable geometry are not counted (see `LayerColumns.shapeless`).
    """
    dictionaries = [columns.dictionaries[field] for field in fields]
    sizes = tuple(len(dictionary) + 1 for dictionary in dictionaries)
    found = np.concatenate(
        [
            _combined(part, fields, sizes, mask(part, slice(0, len(part))) & _counted(part))
            for part in (columns.points, columns.lines, columns.polygons)
        ]
    )
    numbers, counts = _times(found, int(np.prod(sizes)))
    codes = zip(*(part.tolist() for part in np.unravel_index(numbers, sizes)), strict=True)
    times = Counter[Values]()
    for row, count in zip(codes, counts.tolist(), strict=True):
        times[tuple(one.value(code) for one, code in zip(dictionaries, row, strict=True))] += count
    return times


def _counted(part: Points | Shapes) -> Bools:
    return part.first if isinstance(part, Points) else np.ones(len(part), np.bool_)


def _combined(part: Points | Shapes, fields: Sequence[str], sizes: Sequence[int], kept: Bools) -> Ints:
    """One number for each row that is kept, the same where all the values are."""
    combined = np.zeros(np.count_nonzero(kept), np.int64)
    for field, size in zip(fields, sizes, strict=True):
        combined = combined * size + part.codes[field][kept]
    return combined


def _times(numbers: Ints, limit: int) -> tuple[Ints, Ints]:
    """The different numbers, all below the limit, and how often each occurs."""
    if limit > _MOST_COUNTERS:
        different, counts = np.unique(numbers, return_counts=True)
        return different, counts
    times = np.bincount(numbers, minlength=1)
    different = np.flatnonzero(times)
    return different, times[different]
