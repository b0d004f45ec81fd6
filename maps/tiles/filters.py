"""Which features of a layer a tile shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from layers.columns.compiled import Bools, Codes, Ints
from layers.columns.layer import LayerColumns
from layers.columns.values import Dictionary, encode_wanted
from layers.errors import BadInput
from layers.words import msg

Condition = Callable[[Codes], Bools]


@dataclass(frozen=True, slots=True, kw_only=True)
class TileFilter:
    """All conditions must hold; a feature without the field meets none on it.

    `equals`: the field has one of the values, numbers and truth values spelled as
    text. `since`, `before`: the number in the field (times: epoch seconds) is
    at least, is less than that.
    """

    equals: Mapping[str, frozenset[str]] = field(default_factory=dict)
    since: tuple[str, float] | None = None
    before: tuple[str, float] | None = None

    @property
    def key(self) -> str:
        """A text that is the same for filters that mean the same."""
        equals = sorted((name, sorted(values)) for name, values in self.equals.items())
        return repr((equals, self.since, self.before))


NO_FILTER = TileFilter()


@dataclass(frozen=True, slots=True)
class Sieve:
    """A filter made ready for one state of a layer."""

    conditions: tuple[tuple[str, Condition], ...]

    def mask(self, codes: Mapping[str, Codes], rows: Ints | slice) -> Bools:
        """Which of the rows of a part pass; `codes` are those of the part."""
        count = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        kept = np.ones(count, np.bool_)
        for name, condition in self.conditions:
            kept &= condition(codes[name][rows])
        return kept


def sieve(wanted: TileFilter, columns: LayerColumns) -> Sieve:
    """The filter for that layer; BadInput for a field that the layer was not built with."""
    conditions = [(name, _equals(_dictionary(columns, name), values)) for name, values in wanted.equals.items()]
    for bound, holds in ((wanted.since, np.greater_equal), (wanted.before, np.less)):
        if bound:
            name, limit = bound
            conditions.append((name, _compares(_dictionary(columns, name), holds, limit)))
    return Sieve(tuple(conditions))


def _dictionary(columns: LayerColumns, name: str) -> Dictionary:
    if name not in columns.dictionaries:
        raise BadInput(msg("The layer has no field “{field}” to filter by.", field=name), field=name)
    return columns.dictionaries[name]


def _equals(dictionary: Dictionary, texts: frozenset[str]) -> Condition:
    wanted = np.zeros(len(dictionary) + 1, np.bool_)
    wanted[dictionary.codes_of(encode_wanted(texts))] = True
    return lambda column: wanted[column]


def _compares(dictionary: Dictionary, holds: np.ufunc, limit: float) -> Condition:
    return lambda column: holds(dictionary.numbers(column), limit)
