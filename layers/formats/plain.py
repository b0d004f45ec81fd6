"""Columns of any Arrow type as columns of the few plain types that the rest of the house knows.

These are: bool, int64, float64, string, date32, timestamp[us]; texts that hold JSON carry {"kind": "json"}.
"""

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from layers.formats.tabular import unique_names
from layers.words import Message, msg

JSON_MARK = {b"kind": b"json"}


def plain_table(table: Any) -> tuple[Any, tuple[Message, ...]]:
    """The table in plain types with unique names, and a note for each field that had to be left out."""
    fields, columns, notes = [], [], []
    for name, column in zip(unique_names(table.column_names), table.columns, strict=True):
        if _is_binary(column.type):
            notes.append(msg("The field “{name}” holds binary data and was left out.", name=name))
            continue
        plain, is_json = _plain(column)
        fields.append(pa.field(name, plain.type, metadata=JSON_MARK if is_json else None))
        columns.append(plain)
    if not columns:
        return pa.table({"": pa.nulls(table.num_rows)}).select([]), tuple(notes)
    return pa.table(columns, schema=pa.schema(fields)), tuple(notes)


def is_json(field: Any) -> bool:
    """Whether the texts of that Arrow field hold JSON."""
    return (field.metadata or {}).get(b"kind") == b"json"


def _plain(column: Any) -> tuple[Any, bool]:
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        storage = pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
        return pc.cast(storage, pa.string()), kind.extension_name == "arrow.json"
    if pa.types.is_dictionary(kind):
        return _plain(pc.cast(column, kind.value_type))
    if pa.types.is_nested(kind):
        texts = [
            None if cell is None else json.dumps(cell, ensure_ascii=False, default=str) for cell in column.to_pylist()
        ]
        return pa.chunked_array([pa.array(texts, pa.string())]), True
    return pc.cast(column, _plain_type(kind)), False


def _plain_type(kind: Any) -> Any:
    types = pa.types
    if types.is_boolean(kind):
        return kind
    if types.is_integer(kind):
        return pa.string() if kind == pa.uint64() else pa.int64()
    if types.is_floating(kind) or types.is_decimal(kind):
        return pa.float64()
    if types.is_date(kind):
        return pa.date32()
    return pa.timestamp("us", kind.tz) if types.is_timestamp(kind) else pa.string()


def _is_binary(kind: Any) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))
