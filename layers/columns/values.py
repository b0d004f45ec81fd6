"""Dictionaries: the different values of a field, so that each row holds a small code only.

Code 0 means absent; code c means the value number c - 1. A dictionary is four
plain arrays, so that compiled loops read it and a file can be mapped as it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa

from layers.columns.compiled import Bytes, Codes, Floats, Ints, Words, frozen, kernel

Value = str | int | float | bool
TEXT, INTEGER, REAL, BOOLEAN = range(4)
KINDS: tuple[tuple[int, type, Any], ...] = (
    (TEXT, str, pa.utf8()),
    (INTEGER, int, pa.int64()),
    (REAL, float, pa.float64()),
    (BOOLEAN, bool, pa.bool_()),
)
_FEW = 8
_READY = {str, int, float, bool, type(None)}
_INT64 = range(-(1 << 63), 1 << 63)


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """Values in no order.

    `kinds` (n) TEXT, INTEGER, REAL or BOOLEAN; `bits` (n) the integer, the truth
    value, the 64 bits of the real number, or a hash of the text; `starts` (n + 1)
    where each text begins in `text` (UTF-8).
    """

    kinds: Bytes
    bits: Ints
    starts: Ints
    text: Bytes

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def arrays(self) -> tuple[Bytes, Ints, Ints, Bytes]:
        """Kinds, bits, starts and text, for compiled loops."""
        return self.kinds, self.bits, self.starts, self.text

    def value(self, code: int) -> Value | None:
        """The value that a code stands for; None for code 0."""
        if code == 0:
            return None
        kind, bits = self.kinds[code - 1], self.bits[code - 1]
        if kind == TEXT:
            return self._text(code - 1).decode()
        if kind == REAL:
            return float(bits.view(np.float64))
        return bool(bits) if kind == BOOLEAN else int(bits)

    def values(self) -> list[Value | None]:
        """All values, the one of code 0 (None) first: `values()[code]`."""
        return [self.value(code) for code in range(len(self) + 1)]

    def numbers(self, codes: Codes) -> Floats:
        """The numeric values that the codes stand for; NaN for absent, text and truth values."""
        if not len(self):
            return np.full(len(codes), np.nan)
        places = codes.astype(np.int64) - 1
        kinds = np.where(places >= 0, self.kinds[places], TEXT)
        bits = self.bits[places]
        reals = np.where(kinds == REAL, bits.view(np.float64), np.nan)
        return np.where(kinds == INTEGER, bits, reals)

    def codes_of(self, wanted: "Dictionary") -> Ints:
        """The codes under which the wanted values are found, in no order."""
        return np.flatnonzero(self._places_in(wanted) >= 0) + 1

    def extended(self, more: "Dictionary") -> tuple["Dictionary", Ints]:
        """A dictionary with the values of both, and for each code of `more` its code there."""
        found = self._places_in(more)
        codes = np.zeros(len(more) + 1, np.int64)
        codes[found[found >= 0] + 1] = np.flatnonzero(found >= 0) + 1
        new = np.flatnonzero(codes[1:] == 0)
        codes[new + 1] = len(self) + 1 + np.arange(len(new))
        return _joined((self, more.take(new))) if len(new) else self, codes

    def take(self, rows: Ints) -> "Dictionary":
        """The dictionary of the values number `rows`."""
        lengths = np.diff(self.starts)[rows]
        text = _gathered(self.text, self.starts[:-1][rows], lengths)
        return _dictionary(self.kinds[rows], self.bits[rows], lengths, text.tobytes())

    def as_met(self, columns: Iterable[Codes]) -> tuple["Dictionary", Ints]:
        """The same values in the order in which the columns first name them, and for each code its new one.

        Rows that lie together then have values that lie together, which is most of the speed of reading them.
        """
        codes, used = np.zeros(len(self) + 1, np.int64), 0
        for column in columns:
            used = first_met(column, codes, used)
        unmet = np.flatnonzero(codes[1:] == 0) + 1
        codes[unmet] = used + 1 + np.arange(len(unmet))
        return self.take(np.argsort(codes[1:])), codes

    def _text(self, number: int) -> bytes:
        return self.text[self.starts[number] : self.starts[number + 1]].tobytes()

    def _key(self, number: int) -> tuple[int, int, bytes]:
        return int(self.kinds[number]), int(self.bits[number]), self._text(number)

    def _places_in(self, other: "Dictionary") -> Ints:
        """For each value its number in `other`, or -1."""
        places = np.full(len(self), -1, np.int64)
        numbers = {other._key(number): number for number in range(len(other))}
        for number in self._with_bits(np.unique(other.bits)).tolist():
            places[number] = numbers.get(self._key(number), -1)
        return places

    def _with_bits(self, bits: Ints) -> Ints:
        """The numbers of the values whose bits are among those, which are sorted."""
        if len(bits) <= _FEW:  # each looked for by itself
            return np.concatenate([np.empty(0, np.int64), *(np.flatnonzero(self.bits == one) for one in bits)])
        near = bits[np.minimum(np.searchsorted(bits, self.bits), len(bits) - 1)]
        return np.flatnonzero(near == self.bits)


def encode(values: Sequence[object]) -> tuple[Codes, Dictionary]:
    """Codes (n) and dictionary of the values of one field.

    A datetime becomes epoch seconds (one without zone is UTC), a date its ISO
    text, a list or mapping its JSON text; None and numbers that are not finite are absent.

    >>> codes, dictionary = encode(["green", None, "clear", "green"])
    >>> codes.tolist(), dictionary.values()
    ([1, 0, 2, 1], [None, 'green', 'clear'])
    """
    types = set(map(type, values))
    if not types <= _READY:
        values = [_plain(value) for value in values]
        types = set(map(type, values))
    codes = np.zeros(len(values), np.int64)
    parts: list[Dictionary] = []
    for kind, python_type, arrow_type in KINDS:
        if python_type in types:
            alone = types <= {python_type, type(None)}
            own = values if alone else [v if type(v) is python_type else None for v in values]
            places, dictionary = _encode_kind(own, kind, arrow_type)
            codes += np.where(places >= 0, places + 1 + sum(map(len, parts)), 0)
            parts.append(dictionary)
    return fitting(codes, sum(map(len, parts))), _joined(parts)


def _encode_kind(own: Sequence[object], kind: int, arrow_type: Any) -> tuple[Ints, Dictionary]:
    """The place of each value in the dictionary (-1 = absent), and the dictionary; values of one kind or None."""
    if kind == REAL:
        reals = np.array(own, np.float64)
        coded = pa.array(np.where(np.isfinite(reals), reals, np.nan), from_pandas=True).dictionary_encode()
    else:
        coded = pa.array(own, type=arrow_type).dictionary_encode()
    return coded.indices.fill_null(-1).to_numpy().astype(np.int64), _of_arrow(kind, coded.dictionary)


def _of_arrow(kind: int, values: Any) -> Dictionary:
    kinds = np.full(len(values), kind, np.uint8)
    if kind == TEXT:
        binary = values.cast(pa.binary())
        starts = np.frombuffer(binary.buffers()[1], np.int32)[: len(values) + 1]
        text = np.frombuffer(binary.buffers()[2] or b"", np.uint8)[: starts[-1]]
        return _dictionary(kinds, hash_texts(starts.astype(np.int64), text), np.diff(starts), text.tobytes())
    numbers = np.array(values.to_pylist(), np.float64 if kind == REAL else np.int64)
    return _dictionary(kinds, numbers.view(np.int64), np.zeros(len(values), np.int64), b"")


def fitting(codes: Ints, highest: int) -> Codes:
    """The codes in the narrowest unsigned type that holds `highest`."""
    return codes.astype(np.min_scalar_type(highest))


def counting(highest: int) -> Dictionary:
    """The dictionary of the whole numbers 1 … highest, each of which is its own code."""
    return _dictionary(np.full(highest, INTEGER, np.uint8), np.arange(1, highest + 1), np.zeros(highest, np.int64), b"")


def _dictionary(kinds: Bytes, bits: Ints, lengths: Sequence[int] | Ints, text: bytes) -> Dictionary:
    starts = np.concatenate([[0], np.cumsum(np.asarray(lengths, np.int64))])
    return Dictionary(frozen(kinds), frozen(bits), frozen(starts), np.frombuffer(text, np.uint8))


def _joined(parts: Sequence[Dictionary]) -> Dictionary:
    kinds = np.concatenate([np.empty(0, np.uint8), *(part.kinds for part in parts)])
    bits = np.concatenate([np.empty(0, np.int64), *(part.bits for part in parts)])
    text = np.concatenate([np.empty(0, np.uint8), *(part.text for part in parts)])
    shifts = np.cumsum([0, *(len(part.text) for part in parts)])
    starts = np.concatenate(
        [*(part.starts[:-1] + shift for part, shift in zip(parts, shifts, strict=False)), shifts[-1:]]
    )
    return Dictionary(frozen(kinds), frozen(bits), frozen(starts), frozen(text))


def encode_wanted(texts: Iterable[str]) -> Dictionary:
    """The values that people mean by these texts: the text itself, and the number or truth value it spells."""
    wanted: list[Value] = []
    for text in texts:
        wanted += [text]
        if text in ("true", "false"):
            wanted += [text == "true"]
        elif text.lstrip("-").isdecimal() and int(text) in _INT64:
            wanted += [int(text), float(text)]
    return encode(wanted)[1]


def _plain(value: object) -> Value | None:
    """The value as text, integer, real or boolean; None if absent."""
    match value:
        case np.generic():
            return _plain(value.item())
        case bool() | None:
            return value
        case int():
            return int(value)
        case float():
            return float(value) if isfinite(value) else None
        case str():
            return str(value)
        case datetime():
            return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
        case date():
            return value.isoformat()
        case list() | tuple() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


@kernel
def _gathered(text: Bytes, starts: Ints, lengths: Ints) -> Bytes:
    """The texts that begin there, end to end."""
    out = np.empty(lengths.sum(), np.uint8)
    used = 0
    for i in range(len(starts)):
        for place in range(starts[i], starts[i] + lengths[i]):
            out[used] = text[place]
            used += 1
    return out


@kernel
def first_met(column: Codes, codes: Ints, used: int) -> int:
    """Number the codes as they are first met: `codes[old]` becomes the new one, 0 = not met; returns the last given."""
    for old in column:
        if old and not codes[old]:
            used += 1
            codes[old] = used
    return used


@kernel
def hash_texts(starts: Ints, text: Bytes) -> Ints:
    """The 64-bit FNV-1a hash of each text."""
    hashes = np.empty(len(starts) - 1, np.uint64)
    for i in range(len(hashes)):
        state = np.uint64(0xCBF29CE484222325)
        for place in range(starts[i], starts[i + 1]):
            state = (state ^ np.uint64(text[place])) * np.uint64(0x100000001B3)
        hashes[i] = state
    return hashes.view(np.int64)


def identities(dictionary: Dictionary, codes: Codes | Ints) -> Words:
    """A 64-bit number for each code that depends on kind and value alone; 0 for absent."""
    if not len(dictionary):
        return np.zeros(len(codes), np.uint64)
    places = codes.astype(np.int64) - 1
    kinds = dictionary.kinds[places].astype(np.uint64) + np.uint64(1)
    numbers: Words = dictionary.bits[places].view(np.uint64) + kinds * np.uint64(0x9E3779B97F4A7C15)
    return np.where(places >= 0, numbers, np.uint64(0))
