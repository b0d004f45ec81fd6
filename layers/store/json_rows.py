"""Rows as JSON objects that the database itself writes: the quickest way out for many of them.

Times are RFC 3339 in UTC with milliseconds, days ISO 8601.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Table, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from layers.store.select import column_of
from layers.store.types import Flag, Json, UtcTime

PAIRS_AT_ONCE = 40  # a function takes 100 arguments in PostgreSQL, 127 in SQLite
# How a value of a type is written where the database would not write it so by itself.
_IN_SQLITE: Mapping[type, str] = {
    Flag: "json(CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)",
    Json: "json({})",
}
_IN_POSTGRES: Mapping[type, str] = {
    UtcTime: """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""",
}


@dataclass(frozen=True, slots=True)
class JsonRows:
    """Some rows: their keys, their fields as texts of JSON objects, their geometries as WKB."""

    keys: Sequence[int]
    objects: Sequence[str]
    wkb: Sequence[bytes | None]


class _Object(FunctionElement[str]):
    """A JSON object as text, of columns under their names."""

    type = Text()
    inherit_cache = True


@compiles(_Object)
def _in_postgres(element: _Object, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST(json_build_object({_pairs(element, compiler, _IN_POSTGRES, **how)}) AS TEXT)"


@compiles(_Object, "sqlite")
def _in_sqlite(element: _Object, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_object({_pairs(element, compiler, _IN_SQLITE, **how)})"


def _pairs(element: _Object, compiler: SQLCompiler, forms: Mapping[type, str], **how: Any) -> str:
    """Names, which are those of the schema, and values in turn."""
    said = []
    for column in element.clauses:
        name = compiler.render_literal_value(column.name, _NAME)
        said += [name, forms.get(type(column.type), "{}").format(compiler.process(column, **how))]
    return ", ".join(said)


_NAME = Text()


def objects_of(table: Table, fields: Sequence[str]) -> Iterator[_Object]:
    """Columns each of which holds some of the fields as one object, in order."""
    for start in range(0, max(len(fields), 1), PAIRS_AT_ONCE):
        yield _Object(*(column_of(table, name) for name in fields[start : start + PAIRS_AT_ONCE]))


def rows_of(result: CursorResult[Any], bare: Callable[[Iterable[Any]], list[bytes | None]]) -> JsonRows:
    """What a statement for key, geometry and objects gives; straight from the driver, which has made all of it."""
    rows = result.cursor.fetchall()
    result.close()
    keys, shapes, *objects = zip(*rows, strict=True) if rows else ((), (), ())
    texts = objects[0] if len(objects) == 1 else [joined(parts) for parts in zip(*objects, strict=True)]
    return JsonRows(keys, texts, bare(shapes))


def joined(objects: Sequence[str]) -> str:
    """Several objects as one.

    >>> joined(['{"a":1}', '{"b":2}'])
    '{"a":1,"b":2}'
    """
    return "{" + ",".join(text[1:-1] for text in objects) + "}"
