"""A layer as arrays: how it is built from a table, and how it takes in changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from zlib import crc32

import numpy as np

from layers.columns.compiled import Codes, Ints, Words, World, kernel
from layers.columns.geometry import Paths, take_apart
from layers.columns.parts import Points, Shapes, sorted_points, sorted_shapes
from layers.columns.values import Dictionary, encode, fitting, identities
from layers.columns.world import to_lonlat
from layers.model import FeatureTable

Part = TypeVar("Part", Points, Shapes)
WORD = (1 << 64) - 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LayerColumns:
    """A layer as arrays; never changed, so that readers may hold it as long as they like.

    `dictionaries` give the meaning of the `codes` of the three parts. Features
    without a usable geometry are in none: `shapeless` are their ids. `fingerprint` depends on what the layer
    holds alone, not on how it came to hold it; `changed_rows` counts the rows
    taken in since it was built.
    """

    name: str
    dictionaries: Mapping[str, Dictionary]
    points: Points
    lines: Shapes
    polygons: Shapes
    shapeless: Ints
    fingerprint: int
    changed_rows: int = 0

    @property
    def version(self) -> str:
        """A text that differs when the content differs."""
        return f"{self.fingerprint:016x}"

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields that the layer was built with."""
        return tuple(self.dictionaries)

    @property
    def row_count(self) -> int:
        """How many rows the parts have: a feature once in each part that it has pieces in, a multipoint per point."""
        return len(self.points) + len(self.lines) + len(self.polygons)

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees; None while the layer is empty."""
        spots = np.stack([self.points.x, self.points.y] * 2, axis=1)
        boxes = np.concatenate([spots, self.lines.boxes, self.polygons.boxes])
        if not len(boxes):
            return None
        ends = to_lonlat(np.stack([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)]))
        (west, north), (east, south) = ends.tolist()
        return west, south, east, north

    def changed(self, table: FeatureTable, ids: Collection[int]) -> "LayerColumns":
        """The layer after a change: the features `ids` are gone, those of `table` have come."""
        new = build(self.name, table, self.field_names)
        gone = np.union1d(np.fromiter(ids, np.int64, len(ids)), table.ids)
        left = [np.flatnonzero(np.isin(part.ids, gone)) for part in (self.points, self.lines, self.polygons)]
        dictionaries, codes = {}, {}
        for name, dictionary in self.dictionaries.items():
            dictionaries[name], places = dictionary.extended(new.dictionaries[name])
            codes[name] = fitting(places, len(dictionaries[name]))
        lost = (
            _fingerprint(self.points.take(left[0]), self.dictionaries),
            _fingerprint(self.lines.take(left[1]), self.dictionaries),
            _fingerprint(self.polygons.take(left[2]), self.dictionaries),
        )
        return LayerColumns(
            name=self.name,
            dictionaries=dictionaries,
            points=_updated(self.points, left[0], new.points, codes),
            lines=_updated(self.lines, left[1], new.lines, codes),
            polygons=_updated(self.polygons, left[2], new.polygons, codes),
            shapeless=np.union1d(np.setdiff1d(self.shapeless, gone), new.shapeless),
            fingerprint=(self.fingerprint + new.fingerprint - sum(lost)) & WORD,
            changed_rows=self.changed_rows + len(gone),
        )


def build(layer_name: str, table: FeatureTable, field_names: Sequence[str]) -> LayerColumns:
    """The columns of the rows of a table, with the named fields of it."""
    encoded = {name: encode(table.fields[name]) for name in field_names}
    pieces = take_apart(table.wkb)
    dictionaries = {name: dictionary for name, (_, dictionary) in encoded.items()}
    codes = {name: column for name, (column, _) in encoded.items()}
    points = sorted_points(table.ids[pieces.rows], _rows(codes, pieces.rows), pieces.x, pieces.y)
    lines, polygons = (_shapes(table.ids, codes, paths) for paths in (pieces.lines, pieces.polygons))
    met = {
        name: one.as_met([points.codes[name], lines.codes[name], polygons.codes[name]])
        for name, one in dictionaries.items()
    }
    dictionaries = {name: dictionary for name, (dictionary, _) in met.items()}
    places = {name: fitting(new, len(new) - 1) for name, (_, new) in met.items()}
    points, lines, polygons = _recoded(points, places), _recoded(lines, places), _recoded(polygons, places)
    return LayerColumns(
        name=layer_name,
        dictionaries=dictionaries,
        points=points,
        lines=lines,
        polygons=polygons,
        shapeless=_shapeless(table, (points, lines, polygons)),
        fingerprint=sum(_fingerprint(part, dictionaries) for part in (points, lines, polygons)) & WORD,
    )


def _shapeless(table: FeatureTable, parts: Sequence[Points | Shapes]) -> Ints:
    found: Ints = np.setdiff1d(table.ids, np.concatenate([part.ids for part in parts]))
    return found


def _shapes(ids: Ints, codes: Mapping[str, Codes], paths: Paths) -> Shapes:
    return sorted_shapes(ids[paths.rows], _rows(codes, paths.rows), paths)


def _rows(codes: Mapping[str, Codes], rows: Ints) -> dict[str, Codes]:
    return {name: column[rows] for name, column in codes.items()}


def _updated(old: Part, left: Ints, new: Part, codes: Mapping[str, Codes]) -> Part:
    """The part without its rows `left` and with those of `new`, whose codes `codes` translates."""
    if not len(left) and not len(new):
        return old
    keep = np.ones(len(old), np.bool_)
    keep[left] = False
    return old.merged(_recoded(new, codes), keep)


def _recoded(part: Part, places: Mapping[str, Codes]) -> Part:
    """The part with other codes: `places` has the new one of each."""
    return replace(part, codes={name: places[name][column] for name, column in part.codes.items()})


def _fingerprint(part: Points | Shapes, dictionaries: Mapping[str, Dictionary]) -> int:
    """A sum over the rows, so that their order does not matter and a change is a difference."""
    shape = part.keys if isinstance(part, Points) else _path_hashes(part.shapes, part.paths, part.x, part.y)
    total = int(_bound(part.ids, shape, np.uint64(0)))
    for name, column in part.codes.items():
        values = identities(dictionaries[name], column)
        total += int(_bound(part.ids, values, np.uint64(crc32(name.encode()))))
    return total & WORD


@kernel
def _mixed(word: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64: every bit of the result depends on every bit of the word."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@kernel
def _bound(ids: Ints, values: Words, salt: np.uint64) -> np.uint64:
    """The sum over the rows of a hash of id and value together."""
    total = np.uint64(0)
    for i in range(len(ids)):
        total += _mixed(_mixed(np.uint64(ids[i]) ^ (salt << np.uint64(32))) + values[i])
    return total


@kernel
def _path_hashes(shapes: Ints, paths: Ints, x: World, y: World) -> Words:
    """A hash of the vertices of each row, and of where its paths begin."""
    hashes = np.empty(len(shapes) - 1, np.uint64)
    for row in range(len(hashes)):
        state = np.uint64(0)
        for path in range(shapes[row], shapes[row + 1]):
            state = _mixed(state + np.uint64(1))
            for i in range(paths[path], paths[path + 1]):
                state = _mixed(state ^ (np.uint64(x[i]) << np.uint64(32)) ^ np.uint64(y[i]))
        hashes[row] = state
    return hashes
