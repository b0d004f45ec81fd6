"""Which features of a layer a tile shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from layers.columns.compiled import Bools, Codes, Floats, Ints
from layers.columns.layer import LayerColumns
from layers.columns.parts import Points, Shapes
from layers.columns.values import Dictionary, encode_wanted
from layers.errors import BadInput
from layers.words import msg

Condition = Callable[[Codes], Bools]


class Shown:
    """The features that may be shown, by their ids (of 64 bits); equal ones have the same `key`."""

    def __init__(self, ids: Ints):
        self._marks = np.zeros(int(ids.max(initial=-1)) + 1, np.bool_)
        self._marks[ids] = True
        self.key = blake2b(np.packbits(self._marks).tobytes(), digest_size=12).hexdigest()

    def mask(self, ids: Ints) -> Bools:
        """Which of the features are shown.

        >>> Shown(np.array([2, 4])).mask(np.array([1, 2, 4, 9])).tolist()
        [False, True, True, False]
        """
        known = ids < len(self._marks)
        found: Bools = known & self._marks[np.where(known, ids, 0)] if len(self._marks) else known
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TileFilter:
    """All conditions must hold; a feature without the field meets none on it.

    `equals`: the field has one of the values, numbers and truth values spelled as
    text. `since`, `before`: the number in the field (times: epoch seconds) is
    at least, is less than that. `shown`: nothing but these features. `key` is
    the same for filters that mean the same.
    """

    equals: Mapping[str, frozenset[str]] = field(default_factory=dict)
    since: tuple[str, float] | None = None
    before: tuple[str, float] | None = None
    not_before: tuple[str, float] | None = None
    shown: Shown | None = None
    key: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        equals = sorted((name, sorted(values)) for name, values in self.equals.items())
        bounds = (self.since, self.before, self.not_before)
        object.__setattr__(self, "key", repr((equals, *bounds, self.shown.key if self.shown else "")))


NO_FILTER = TileFilter()


@dataclass(frozen=True, slots=True)
class Sieve:
    """A filter made ready for one state of a layer."""

    conditions: tuple[tuple[str, Condition], ...]
    shown: Shown | None = None

    def of(self, part: Points | Shapes, rows: Ints) -> Ints:
        """Those of the rows of a part that pass."""
        return rows[self.mask(part, rows)] if self.conditions or self.shown is not None else rows

    def mask(self, part: Points | Shapes, rows: Ints | slice) -> Bools:
        """Which of the rows of a part pass."""
        count = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        kept = np.ones(count, np.bool_) if self.shown is None else self.shown.mask(part.ids[rows])
        for name, condition in self.conditions:
            kept &= condition(part.codes[name][rows])
        return kept


def sieve(wanted: TileFilter, columns: LayerColumns) -> Sieve:
    """The filter for that layer; BadInput for a field that the layer was not built with."""
    conditions = [(name, _equals(_dictionary(columns, name), values)) for name, values in wanted.equals.items()]
    bounds = ((wanted.since, np.greater_equal), (wanted.before, np.less), (wanted.not_before, _is_not_less))
    for bound, holds in bounds:
        if bound:
            name, limit = bound
            conditions.append((name, _compares(_dictionary(columns, name), holds, limit)))
    return Sieve(tuple(conditions), wanted.shown)


_encoded = lru_cache(maxsize=256)(encode_wanted)  # the same few filters are asked for again and again


def _dictionary(columns: LayerColumns, name: str) -> Dictionary:
    if name not in columns.dictionaries:
        raise BadInput(msg("The layer has no field “{field}” to filter by.", field=name), field=name)
    return columns.dictionaries[name]


def _equals(dictionary: Dictionary, texts: frozenset[str]) -> Condition:
    wanted = np.zeros(len(dictionary) + 1, np.bool_)
    wanted[dictionary.codes_of(_encoded(texts))] = True
    return lambda column: wanted[column]


def _is_not_less(numbers: Floats, limit: float) -> Bools:
    return ~(numbers < limit)  # NaN, where there is no number, is not less


def _compares(dictionary: Dictionary, holds: Callable[[Floats, float], Bools], limit: float) -> Condition:
    return lambda column: holds(dictionary.numbers(column), limit)
