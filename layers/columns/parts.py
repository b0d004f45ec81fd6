"""The parts of a layer (points, lines, polygons) as arrays in Morton order, so that neighbours lie together.

All arrays are read-only. `codes` holds, for each field, a code per row (see `values`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.columns.boxes import Boxes, BoxIndex, pack
from layers.columns.compiled import Bools, Bytes, Codes, Ints, Words, World, frozen, kernel
from layers.columns.geometry import Paths
from layers.columns.world import BITS, morton_keys, rows_in_box


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Points:
    """Points sorted by Morton key; a multipoint is several rows with one id, `first` marks one of them.

    `x`, `y` are world units, `keys` their Morton keys.
    """

    keys: Words
    ids: Ints
    codes: Mapping[str, Codes]
    x: World
    y: World
    first: Bools
    _fullest: dict[int, int] = field(default_factory=dict, init=False, repr=False)  # what has been asked for

    def __post_init__(self) -> None:
        _freeze(self)

    def __len__(self) -> int:
        return len(self.ids)

    def fullest(self, z: int) -> int:
        """How many points the fullest tile of that zoom has."""
        if z not in self._fullest:
            self._fullest[z] = int(longest_run(self.keys, np.uint64(2 * (BITS - z))))
        return self._fullest[z]

    def run(self, z: int, x: int, y: int) -> slice:
        """The rows of the tile z/x/y: its west and north edges belong to it, the others do not."""
        corner = [np.array([place << (BITS - z)], np.uint32) for place in (x, y)]
        least = int(morton_keys(*corner)[0])
        most = least + (1 << 2 * (BITS - z)) - 1
        start = np.searchsorted(self.keys, np.uint64(least))
        return slice(int(start), int(np.searchsorted(self.keys, np.uint64(most), side="right")))

    def search(self, box: tuple[int, int, int, int]) -> Ints:
        """The rows, ascending, with west ≤ x < east and north ≤ y < south (world units)."""
        return rows_in_box(self.keys, self.x, self.y, box)

    def take(self, rows: Ints) -> "Points":
        """The rows named, in that order."""
        return Points(**_taken(self, _POINT_ROWS, rows))

    def merged(self, new: "Points", keep: Bools) -> "Points":
        """The rows to keep together with those of `new`."""
        order = _merged_order(self.keys, new.keys, keep)
        runs = _runs(order, len(self))
        if len(runs) > _MOST_RUNS:
            return Points(**_stacked(self, new, _POINT_ROWS)).take(order)
        codes = {name: _spliced(column, new.codes[name], runs) for name, column in self.codes.items()}
        rows = {name: _spliced(getattr(self, name), getattr(new, name), runs) for name in _POINT_ROWS}
        return Points(**rows, codes=codes)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Shapes:
    """Lines or polygons, one row per feature, sorted by the Morton key of the middle of the box.

    Row i has the paths `shapes[i]` … `shapes[i + 1]`; path p has the vertices
    `paths[p]` … `paths[p + 1]` of `x`, `y` (world units). A path of a polygon is a
    ring without its closing vertex; `outer` marks exteriors, whose holes follow them.
    `levels` says of each vertex from which zoom on it is drawn (see `levels`).
    `boxes` (n, 4) are west, north, east, south, inclusive.
    """

    keys: Words
    ids: Ints
    codes: Mapping[str, Codes]
    boxes: Boxes
    shapes: Ints
    paths: Ints
    outer: Bools
    x: World
    y: World
    levels: Bytes
    index: BoxIndex = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", pack(self.boxes))
        _freeze(self)

    def __len__(self) -> int:
        return len(self.ids)

    def search(self, box: tuple[int, int, int, int]) -> Ints:
        """The rows, ascending, whose boxes meet west ≤ x < east, north ≤ y < south (world units)."""
        return self.index.search(box)

    def take(self, rows: Ints) -> "Shapes":
        """The rows named, in that order."""
        path_rows, shapes = _ragged(self.shapes, rows)
        vertices, paths = _ragged(self.paths, path_rows)
        return Shapes(
            **_taken(self, _SHAPE_ROWS, rows),
            shapes=shapes,
            paths=paths,
            outer=self.outer[path_rows],
            x=self.x[vertices],
            y=self.y[vertices],
            levels=self.levels[vertices],
        )

    def merged(self, new: "Shapes", keep: Bools) -> "Shapes":
        """The rows to keep together with those of `new`."""
        stacked = Shapes(
            **_stacked(self, new, (*_SHAPE_ROWS, "outer", "x", "y", "levels")),
            shapes=np.concatenate([self.shapes, new.shapes[1:] + self.shapes[-1]]),
            paths=np.concatenate([self.paths, new.paths[1:] + self.paths[-1]]),
        )
        return stacked.take(_merged_order(self.keys, new.keys, keep))


def sorted_points(ids: Ints, codes: Mapping[str, Codes], x: World, y: World) -> Points:
    """Points given in any order; those with the same id are one multipoint."""
    first = np.zeros(len(ids), np.bool_)
    first[np.unique(ids, return_index=True)[1]] = True
    keys = morton_keys(x, y)
    whole = Points(keys=keys, ids=ids, codes=codes, x=x, y=y, first=first)
    return whole.take(np.argsort(keys, kind="stable"))


def sorted_shapes(ids: Ints, codes: Mapping[str, Codes], paths: Paths) -> Shapes:
    """Lines or polygons given in any order; `ids` and `codes` are those of the rows of `paths`."""
    vertices = paths.paths[paths.shapes[:-1]]  # where the vertices of each row begin
    west, north, east, south = (
        bound.reduceat(axis, vertices) if len(ids) else axis
        for bound, axis in product((np.minimum, np.maximum), (paths.x, paths.y))
    )
    keys = morton_keys(west + (east - west) // 2, north + (south - north) // 2)
    boxes = np.stack([west, north, east, south], axis=1)
    columns = {name: getattr(paths, name) for name in ("shapes", "paths", "outer", "x", "y", "levels")}
    whole = Shapes(keys=keys, ids=ids, codes=codes, boxes=boxes, **columns)
    return whole.take(np.argsort(keys, kind="stable"))


_POINT_ROWS = POINT_ARRAYS = ("keys", "ids", "x", "y", "first")
_SHAPE_ROWS = ("keys", "ids", "boxes")
_MOST_RUNS = 2_000  # beyond it a look-up for each row is quicker
SHAPE_ARRAYS = (*_SHAPE_ROWS, "shapes", "paths", "outer", "x", "y", "levels")


def _freeze(part: Points | Shapes) -> None:
    for name in (*_POINT_ROWS, "boxes", "shapes", "paths", "outer", "levels"):
        if hasattr(part, name):
            frozen(getattr(part, name))
    for column in part.codes.values():
        frozen(column)


def _taken(part: Points | Shapes, names: tuple[str, ...], rows: Ints) -> dict[str, Any]:
    codes = {name: column[rows] for name, column in part.codes.items()}
    return {name: getattr(part, name)[rows] for name in names} | {"codes": codes}


def _stacked(old: Points | Shapes, new: Points | Shapes, names: tuple[str, ...]) -> dict[str, Any]:
    codes = {name: np.concatenate([column, new.codes[name]]) for name, column in old.codes.items()}
    columns = {name: np.concatenate([getattr(old, name), getattr(new, name)]) for name in names}
    return columns | {"codes": codes}


def _merged_order(old: Words, new: Words, keep: Bools) -> Ints:
    """The order by key of the old rows to keep and all the new ones."""
    places = np.searchsorted(old, new, side="right")
    order: Ints = np.insert(np.arange(len(old)), places, np.arange(len(old), len(old) + len(new)))
    return order[np.insert(keep, places, True)]


def _runs(order: Ints, old: int) -> list[tuple[bool, slice]]:
    """The runs of rows that follow each other: whether they are new ones, and which of these or of the old ones."""
    starts = np.flatnonzero((np.diff(order, prepend=-2) != 1) | (order == old))
    firsts, sizes = order[starts], np.diff(starts, append=len(order))
    firsts = np.where(firsts < old, firsts, firsts - old)
    are_new = (order[starts] >= old).tolist()
    return [
        (is_new, slice(*run))
        for is_new, run in zip(are_new, np.stack([firsts, firsts + sizes], 1).tolist(), strict=True)
    ]


def _spliced(old: NDArray[Any], new: NDArray[Any], runs: Sequence[tuple[bool, slice]]) -> NDArray[Any]:
    """The runs end to end: few large copies instead of a look-up for each row."""
    return np.concatenate([old[:0], *((new if is_new else old)[run] for is_new, run in runs)])


@kernel
def longest_run(keys: Words, shift: np.uint64) -> int:
    """The length of the longest run of equal keys, after the shift to the right; the keys are sorted."""
    longest, begun = 0, 0
    for i in range(1, len(keys) + 1):
        if i == len(keys) or keys[i] >> shift != keys[begun] >> shift:
            longest, begun = max(longest, i - begun), i
    return longest


@kernel
def _ragged(starts: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Of lists that lie end to end: the places of the elements of the lists `rows`, and the new starts."""
    new_starts = np.zeros(len(rows) + 1, np.int64)
    for i, row in enumerate(rows):
        new_starts[i + 1] = new_starts[i] + starts[row + 1] - starts[row]
    places = np.empty(new_starts[-1], np.int64)
    for i, row in enumerate(rows):
        shift = starts[row] - new_starts[i]
        for place in range(new_starts[i], new_starts[i + 1]):
            places[place] = place + shift
    return places, new_starts
