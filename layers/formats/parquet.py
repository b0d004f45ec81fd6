"""Parquet: GeoParquet and plain tables, in."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from layers.errors import BadFile
from layers.words import msg

Progress = Callable[[str, int, int], None]
_BATCH_ROWS = 50_000
_BINARY_NAMES = ("geometry", "geom", "wkb_geometry", "wkb", "the_geom")


@dataclass(frozen=True, slots=True)
class GeoColumn:
    """The geometry column of a parquet file: its name and its CRS as text ("" = not stated)."""

    name: str
    crs: str


def read_parquet(path: Path, progress: Progress) -> tuple[Any, GeoColumn | None]:
    """The whole table, and which of its columns holds WKB geometry (None = a plain table)."""
    try:
        file = pq.ParquetFile(path)
        batches, done = [], 0
        for batch in file.iter_batches(_BATCH_ROWS):
            batches.append(batch)
            done += batch.num_rows
            progress("read", done, file.metadata.num_rows)
        table = pa.Table.from_batches(batches, file.schema_arrow)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise BadFile(
            msg("The Parquet file cannot be read: {reason}.", reason=str(error)[:200]), field="file"
        ) from error
    return table, _geo_column(table.schema)


def _geo_column(schema: Any) -> GeoColumn | None:
    meta = (schema.metadata or {}).get(b"geo")
    if meta is None:
        return _bare_column(schema)
    try:
        geo = json.loads(meta)
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding = column["encoding"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadFile(msg("The geo metadata of the Parquet file is damaged."), field="file") from error
    if name not in schema.names or encoding != "WKB":
        raise BadFile(
            msg("Geometry of the encoding “{encoding}” cannot be read.", encoding=str(encoding)), field="file"
        )
    return GeoColumn(name, _crs_text(column.get("crs", "OGC:CRS84")))


def _bare_column(schema: Any) -> GeoColumn | None:
    """A binary column with a usual name in a file without geo metadata."""
    for field in schema:
        binary = pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
        if binary and field.name.lower() in _BINARY_NAMES:
            return GeoColumn(field.name, "")
    return None


def _crs_text(crs: object) -> str:
    return crs if isinstance(crs, str) else json.dumps(crs) if crs else ""
