"""A layer's rows as one Arrow table, in the forms that the export formats want."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.formats.table import Geometries
from layers.model import Feature, FeatureTable
from layers.schema import Kind, LayerSchema

Columns = dict[str, Any]
_TYPES: Mapping[Kind, Any] = {
    "text": pa.string(), "integer": pa.int64(), "real": pa.float64(), "boolean": pa.bool_(),
    "date": pa.date32(), "time": pa.timestamp("us", "UTC"), "json": pa.string(),
}  # fmt: skip
_TAKEN = ("fid", "ogc_fid", "geom", "geometry", "wkb_geometry", "wkt")
_FORMULA = r"^[=+\-@\t\r＝＋－＠]"  # the wide ones too: Chinese spreadsheets read them so
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f]"
_DBF_NAME_BYTES = 10


def export_columns(rows: Iterable[Feature] | FeatureTable, schema: LayerSchema) -> tuple[Columns, Geometries]:
    """Code, fields and extra fields as Arrow columns, and the geometries (EPSG:4326)."""
    codes, geometries, values, extras = _parts(rows, schema)
    columns: Columns = {"code": pa.array(codes, pa.string())}
    for field in schema.fields:
        cells = values[field.name]
        columns[field.name] = pa.array(
            [_json(cell) for cell in cells] if field.kind == "json" else cells, _TYPES[field.kind]
        )
    for name, cells in _spread(extras).items():
        columns[_free_name(name, columns)] = _guessed(cells)
    return columns, geometries


def for_people(columns: Columns) -> Columns:
    """For CSV and Excel: times as Beijing time, and no text or heading that a spreadsheet would run as a formula."""
    return {guarded_text(name): _guarded(beijing(column)) for name, column in columns.items()}


def for_dbf(columns: Columns) -> Columns:
    """For a shapefile: names of at most ten bytes, times as texts."""
    short: Columns = {}
    for name, column in columns.items():
        is_time = pa.types.is_timestamp(column.type)
        short[_dbf_name(name, short)] = pc.cast(beijing(column), pa.string()) if is_time else column
    return short


def beijing(column: Any) -> Any:
    """A column of times as Beijing time without a zone, whole seconds where nothing is lost; others unchanged."""
    if not pa.types.is_timestamp(column.type):
        return column
    local = pc.local_timestamp(pc.cast(column, pa.timestamp("us", "Asia/Shanghai")))
    whole = pc.cast(local, pa.timestamp("s"), safe=False)
    return whole if pc.cast(whole, pa.timestamp("us")).equals(local) else local


def without_control_signs(columns: Columns) -> Columns:
    """Texts without the signs that XML cannot hold."""
    return {
        name: pc.replace_substring_regex(column, _CONTROL, "") if pa.types.is_string(column.type) else column
        for name, column in columns.items()
    }


def _parts(
    rows: Iterable[Feature] | FeatureTable, schema: LayerSchema
) -> tuple[Sequence[object], Geometries, Mapping[str, Sequence[object]], Sequence[Mapping[str, object]]]:
    if isinstance(rows, FeatureTable):
        nothing = [None] * len(rows.ids)
        values = {name: rows.fields.get(name, nothing) for name in schema.field_names}
        extras: Any = [extra or {} for extra in rows.fields.get("extra", nothing)]
        return rows.fields["code"], shapely.from_wkb(rows.wkb), values, extras
    features = list(rows)
    geometries: Geometries = np.empty(len(features), dtype=object)
    geometries[:] = [feature.geometry for feature in features]
    values = {name: [feature.values.get(name) for feature in features] for name in schema.field_names}
    return [f.code for f in features], geometries, values, [f.extra for f in features]


def _spread(extras: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    names = dict.fromkeys(name for extra in extras for name in extra)
    return {name: [extra.get(name) for extra in extras] for name in names}


def _guessed(cells: list[object]) -> Any:
    """A column of one type where the cells have one, else of texts; lists and objects as JSON."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {int, float} and kinds:
        return pa.array(cells, pa.float64() if float in kinds else pa.int64())
    if kinds == {bool}:
        return pa.array(cells, pa.bool_())
    return pa.array([cell if isinstance(cell, str) else _json(cell) for cell in cells], pa.string())


def _json(cell: object) -> str | None:
    return None if cell is None else orjson.dumps(cell).decode()


def _free_name(name: str, columns: Columns) -> str:
    """The name, or with _2 behind where it is taken (databases do not tell A from a)."""
    taken = {column.casefold() for column in columns} | set(_TAKEN)
    return next(free for free in _numbered(name) if free.casefold() not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _guarded(column: Any) -> Any:
    if not pa.types.is_string(column.type):
        return column
    risky = pc.match_substring_regex(column, _FORMULA)
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def guarded_text(name: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{name}" if re.match(_FORMULA, name) else name


def _dbf_name(name: str, taken: Columns) -> str:
    used = {column.casefold() for column in taken}
    tries = (_cut(name, turn) for turn in range(1, len(taken) + 2))
    return next(short for short in tries if short.casefold() not in used)


def _cut(name: str, turn: int) -> str:
    ending = "" if turn == 1 else f"_{turn}"
    return name.encode()[: _DBF_NAME_BYTES - len(ending)].decode(errors="ignore") + ending
