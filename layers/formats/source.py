"""Reading one upload, inside the worker process: from files to one Arrow file and what is known about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.formats import coordinates, gdal, parquet, tabular
from layers.formats.files import Dataset, Item, choose, copy_in, datasets, gather, may_need_gdal
from layers.formats.plain import plain_table
from layers.formats.table import Geometries, Limits
from layers.model import RowNote
from layers.words import Message, msg

Progress = Callable[[str, int, int], None]
GEOMETRY = "geometry\x00"  # no field of a file can have this name


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be read, and how the person who sent it wants it understood."""

    paths: tuple[Path, ...]
    folder: Path
    limits: Limits
    layer: str | None = None
    encoding: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    placed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A file as its reader left it; `wkb` None = the geometry is in coordinate columns."""

    columns: Any
    wkb: Any = None
    crs: str = ""
    encoding: str = "UTF-8"
    ragged: tuple[RowNote, ...] = ()


def read_source(order: Order, progress: Progress) -> dict[str, object]:
    """Write the rows to `<folder>/rows.arrow`; the answer is what the parent needs to know besides, as JSON."""
    if may_need_gdal([Item(path.name, path) for path in order.paths]):
        gdal.restrict_drivers()  # may start this process anew, so it comes first
    progress("unpack", 0, 1)
    given = copy_in(order.paths, order.folder, order.limits)
    dataset = choose(datasets(gather(given, order.folder, order.limits)), order.layer)
    raw = _READERS[dataset.kind](dataset, order, progress)
    progress("read", raw.columns.num_rows, raw.columns.num_rows)
    columns, notes = plain_table(raw.columns)
    placed, repaired, used = _geometry(raw, columns, order.mapping) if order.placed else _nowhere(columns)
    _save(order.folder / "rows.arrow", columns.drop_columns(list(used)), placed.geometries)
    return {
        "format": dataset.kind,
        "crs": raw.crs,
        "encoding": raw.encoding,
        "coordinate_fields": dict(used),
        "exchanged": placed.exchanged,
        # Of two reasons for one row the later stands: a ragged row explains why its coordinates are wrong.
        "refused": [_note_json(note) for note in (*placed.refused, *raw.ragged)],
        "repaired": [_note_json(note) for note in repaired],
        "notes": [note.to_json() for note in notes],
    }


def decode_wkb(wkb: Any) -> tuple[Geometries, tuple[RowNote, ...], tuple[RowNote, ...]]:
    """Geometries of a column of WKB, the rows that cannot be read, and those whose rings had to be closed."""
    bytes_ = wkb.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        geometries = shapely.from_wkb(bytes_, on_invalid="ignore")
        broken = np.flatnonzero((geometries == None) & (bytes_ != None))  # noqa: E711 (elementwise)
        geometries[broken] = shapely.from_wkb(bytes_[broken], on_invalid="fix")
    lost = [int(row) for row in broken if geometries[row] is None]
    closed = [int(row) for row in broken if geometries[row] is not None]
    refused = tuple(RowNote(row + 1, msg("The geometry cannot be read."), "geometry") for row in lost)
    repaired = tuple(RowNote(row + 1, msg("An open ring was closed."), "geometry") for row in closed)
    return geometries, refused, repaired


def _nowhere(columns: Any) -> tuple[coordinates.Placed, tuple[RowNote, ...], Mapping[str, str]]:
    """A table whose rows have no place."""
    return coordinates.Placed(np.full(columns.num_rows, None, dtype=object)), (), {}


def _geometry(
    raw: Raw, columns: Any, mapping: Mapping[str, str]
) -> tuple[coordinates.Placed, tuple[RowNote, ...], Mapping[str, str]]:
    asked = any(target in coordinates.COORDINATE_TARGETS for target in mapping.values())
    if raw.wkb is not None and not asked and raw.wkb.null_count < len(raw.wkb):
        geometries, refused, repaired = decode_wkb(raw.wkb)
        return coordinates.Placed(geometries, refused), repaired, {}
    if raw.wkb is not None and not asked and not coordinates.named_columns(columns.column_names, {}):
        return _nowhere(columns)
    found = coordinates.locate(columns, mapping)
    return coordinates.place(columns, found), (), found.fields


def _save(path: Path, columns: Any, geometries: Geometries) -> None:
    wkb = pa.array(shapely.to_wkb(shapely.force_2d(geometries)), pa.binary())
    table = columns.append_column(GEOMETRY, wkb) if columns.num_columns else pa.table({GEOMETRY: wkb})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _note_json(note: RowNote) -> list[object]:
    return [note.row, note.message.to_json(), note.field]


def note_from_json(data: Any) -> RowNote:
    """The note that was handed over."""
    return RowNote(data[0], Message.from_json(data[1]), data[2])


def _read_by_gdal(dataset: Dataset, order: Order, progress: Progress) -> Raw:
    table = gdal.read_gdal(dataset, layer=order.layer, encoding=order.encoding, folder=order.folder, progress=progress)
    return Raw(columns=table.columns, wkb=table.wkb, crs=table.crs, encoding=table.encoding)


def _read_parquet(dataset: Dataset, _order: Order, progress: Progress) -> Raw:
    table, geometry = parquet.read_parquet(dataset.path, progress)
    if geometry is None:
        return Raw(columns=table)
    wkb = table.column(geometry.name)
    return Raw(columns=table.drop_columns([geometry.name]), wkb=wkb, crs=geometry.crs)


def _read_csv(dataset: Dataset, order: Order, _progress: Progress) -> Raw:
    table, ragged, encoding = tabular.read_csv(dataset.path, order.encoding, order.mapping)
    return Raw(columns=table, encoding=encoding, ragged=ragged)


def _read_excel(dataset: Dataset, order: Order, _progress: Progress) -> Raw:
    table, ragged = tabular.read_excel(dataset.path, order.layer, order.mapping)
    return Raw(columns=table, ragged=ragged)


_READERS: Mapping[str, Callable[[Dataset, Order, Progress], Raw]] = {
    "shp": _read_by_gdal,
    "gpkg": _read_by_gdal,
    "geojson": _read_by_gdal,
    "kml": _read_by_gdal,
    "parquet": _read_parquet,
    "table": _read_csv,
    "excel": _read_excel,
}
