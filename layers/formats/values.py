"""Columns of a file as values of the kinds that a layer's fields have."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.formats.plain import is_json
from layers.formats.synonyms import BOOLEAN_WORDS, CHOICE_WORDS
from layers.schema import Field
from layers.words import Message, msg

BEIJING = timezone(timedelta(hours=8))  # China has one time, without summer time since 1991
_DATE = r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))"
_TIME = r"(?:[T\s]*(\d{1,2})[:时点](\d{1,2})分?(?::?(\d{1,2})秒?(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
_MOMENT = re.compile(_DATE + _TIME)
_CHAINAGE = re.compile(r"[A-Za-z]{0,2}(\d{1,4})\+(\d{1,3}(?:\.\d+)?)")
_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(m|米|m2|m²|㎡|平方米)?")
_INT64 = 2**63


class NotOne(ValueError):
    """The text is not a value of the kind."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A column as Python values (None where empty or wrong), and which rows were wrong."""

    values: list[object]
    wrong: NDArray[np.bool_]


def convert(column: Any, layer: str, field: Field) -> Converted:
    """The Arrow column as values of that field: text, integer, real, boolean, date, time (UTC) or JSON.

    Texts are read as people write them: 2024年3月5日, 是/否, K12+300, 国道 for a choice.
    """
    if field.choices:
        return _each(as_text(column), _choice_reader(layer, field))
    if field.kind == "text":
        return Converted(_filled(as_text(column)), np.zeros(len(column), dtype=bool))
    direct = _DIRECT.get((field.kind, _family(column.type)))
    if direct:
        return direct(column)
    return _each(as_text(column), _READERS[field.kind])


def why_wrong(value: object, layer: str, field: Field) -> Message:
    """The sentence for a value that is none of the field's kind; choices as people write them, and as they are kept."""
    text = str(value)[:60]
    if field.choices:
        choices = _as_written(layer, field.name, field.choices)
        return msg("“{value}” is none of: {choices}.", value=text, choices=choices)
    return msg("“{value}” is not {kind}.", value=text, kind=_KIND_WORDS[field.kind])


def as_text(column: Any) -> Any:
    """The column as trimmed texts; whole numbers without a point; empty texts as null."""
    if pa.types.is_floating(column.type):
        column = _whole_or_real_text(column)
    texts = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def json_safe(column: Any, field: Any) -> list[object]:
    """The column as values that JSON can hold: times as ISO texts, no NaN, JSON texts as what they hold."""
    if is_json(field):
        return [None if text is None else orjson.loads(text) for text in column.to_pylist()]
    if pa.types.is_temporal(column.type):
        return [None if value is None else value.isoformat() for value in column.to_pylist()]
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_finite(column), column, None)
    return _filled(column)


def _filled(column: Any) -> list[object]:
    """The column as a list with None for null, faster than to_pylist."""
    if pa.types.is_string(column.type) or not column.null_count:
        return list(column.to_numpy(zero_copy_only=False).tolist())
    values = column.drop_null().to_numpy(zero_copy_only=False).tolist()
    filled = np.full(len(column), None, dtype=object)
    filled[pc.is_valid(column).to_numpy(zero_copy_only=False).astype(bool)] = values
    return list(filled.tolist())


def _each(texts: Any, read: Callable[[str], object]) -> Converted:
    """Every different text is read once."""
    coded = pc.dictionary_encode(texts.combine_chunks() if hasattr(texts, "combine_chunks") else texts)
    known: list[object] = []
    bad = np.zeros(len(coded.dictionary) + 1, dtype=bool)
    for number, text in enumerate(coded.dictionary.to_pylist()):
        try:
            known.append(read(text))
        except NotOne:
            known.append(None)
            bad[number] = True
    codes = pc.fill_null(coded.indices, len(known)).to_numpy(zero_copy_only=False)
    known.append(None)
    return Converted([known[code] for code in codes.tolist()], bad[codes])


def _family(kind: Any) -> str:
    tests = ("integer", "floating", "boolean", "date", "timestamp")
    return next((name for name in tests if getattr(pa.types, f"is_{name}")(kind)), "text")


def _as_is(column: Any) -> Converted:
    return Converted(_filled(column), np.zeros(len(column), dtype=bool))


def _integers_as_reals(column: Any) -> Converted:
    return _as_is(pc.cast(column, pa.float64()))


def _finite_reals(column: Any) -> Converted:
    finite = pc.is_finite(column)
    wrong = pc.fill_null(pc.invert(finite), False).to_numpy(zero_copy_only=False).astype(bool)
    return Converted(_filled(pc.if_else(finite, column, None)), wrong)


def _timestamps(column: Any) -> Converted:
    """Times without a zone are Beijing time."""
    moments = [
        None if value is None else (value if value.tzinfo else value.replace(tzinfo=BEIJING)).astimezone(UTC)
        for value in column.to_pylist()
    ]
    return Converted(list(moments), np.zeros(len(column), dtype=bool))


def _timestamps_as_dates(column: Any) -> Converted:
    moments = _timestamps(column)
    days = [value and value.astimezone(BEIJING).date() for value in moments.values]  # type: ignore[attr-defined]
    return Converted(list(days), moments.wrong)


@lru_cache(maxsize=64)  # a file may have a wrong value in every row
def _as_written(layer: str, name: str, choices: tuple[str, ...]) -> str:
    first: dict[str, str] = {}
    for word, choice in CHOICE_WORDS.get((layer, name), {}).items():
        first.setdefault(choice, word)
    return ", ".join(f"{first[choice]} ({choice})" if choice in first else choice for choice in choices)


def _choice_reader(layer: str, field: Field) -> Callable[[str], object]:
    words = {**CHOICE_WORDS.get((layer, field.name), {}), **{choice: choice for choice in field.choices}}

    def read(text: str) -> object:
        plain = re.sub(r"[\s\-]+", "_", text.lower())
        if plain not in words:
            raise NotOne(text)
        return words[plain]

    return read


def _read_real(text: str) -> float:
    chainage = _CHAINAGE.fullmatch(text)
    if chainage:
        return float(chainage[1]) * 1000 + float(chainage[2])
    number = _NUMBER.fullmatch(text.replace(",", ""))
    if number is None or not math.isfinite(float(number[1])):
        raise NotOne(text)
    return float(number[1])


def _read_integer(text: str) -> int:
    value = _read_real(text)
    if not value.is_integer() or abs(value) >= _INT64:
        raise NotOne(text)
    return int(value)


def _read_boolean(text: str) -> bool:
    if text.lower() not in BOOLEAN_WORDS:
        raise NotOne(text)
    return BOOLEAN_WORDS[text.lower()]


def _read_time(text: str) -> datetime:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise NotOne(text)
    year, *rest = match.groups()
    month, day = rest[0] or rest[2], rest[1] or rest[3]
    hour, minute, second, fraction, zone = rest[4:]
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
                          micro, _zone(zone))  # fmt: skip
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotOne(text) from None


def _zone(text: str | None) -> timezone:
    if not text:
        return BEIJING
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _read_date(text: str) -> date:
    return _read_time(text).astimezone(BEIJING).date()


def _read_json(text: str) -> object:
    """JSON, or a plain list of numbers: 300, 500, 1000."""
    try:
        return orjson.loads(text)
    except ValueError:
        parts = re.split(r"[,，、;；\s]+", text.strip("[]()（） "))
        return [_tidy(_read_real(part)) for part in parts]


def _tidy(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _whole_or_real_text(column: Any) -> Any:
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 1e15))
    integers = pc.cast(pc.cast(pc.if_else(whole, column, None), pa.int64()), pa.string())
    finite = pc.if_else(pc.is_finite(column), pc.cast(column, pa.string()), None)
    return pc.if_else(whole, integers, finite)


_READERS: Mapping[str, Callable[[str], object]] = {
    "integer": _read_integer,
    "real": _read_real,
    "boolean": _read_boolean,
    "date": _read_date,
    "time": _read_time,
    "json": _read_json,
}
_DIRECT: Mapping[tuple[str, str], Callable[[Any], Converted]] = {
    ("integer", "integer"): _as_is,
    ("real", "integer"): _integers_as_reals,
    ("real", "floating"): _finite_reals,
    ("boolean", "boolean"): _as_is,
    ("date", "date"): _as_is,
    ("date", "timestamp"): _timestamps_as_dates,
    ("time", "timestamp"): _timestamps,
}
_KIND_WORDS: Mapping[str, Message] = {
    "integer": msg("a whole number"),
    "real": msg("a number"),
    "boolean": msg("yes or no"),
    "date": msg("a date"),
    "time": msg("a time"),
    "json": msg("JSON"),
}
