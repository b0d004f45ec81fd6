"""GeoPackage, Shapefile, GeoJSON and KML by GDAL. Imported in the worker process only.

GDAL by default opens any driver's files, also those that point at other files and addresses. So the worker
starts with every driver skipped but the ones allowed here; `restrict_drivers` asks GDAL whether that worked,
and starts the process anew where a newer GDAL brought drivers that are not on our list.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from layers.errors import BadFile
from layers.formats.encoding import UTF8, dbf_encoding, decode, is_utf8
from layers.formats.files import Dataset, several_layers
from layers.words import msg

Progress = Callable[[str, int, int], None]
ALLOWED = frozenset({"ESRI Shapefile", "GPKG", "GeoJSON", "LIBKML", "XLSX"})
_SKIP = "OGR_SKIP"
_RESTARTED = "LAYERS_WORKER_RESTARTED"
# The other drivers of GDAL 3.12, so that the usual start needs no second one.
_OTHERS = (
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "CSV", "CSW", "Carto", "DGN", "DXF", "EDIGEO", "EEDA",
    "ESRIJSON", "Elasticsearch", "FlatGeobuf", "GDALG", "GML", "GPSBabel", "GPX", "GTFS", "GeoJSONSeq",
    "GeoRSS", "HTTP", "Idrisi", "JML", "JSONFG", "KML", "LVBAG", "MBTiles", "MEM", "MVT", "MapInfo File",
    "MapML", "MiraMonVector", "NGW", "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OSM",
    "OpenFileGDB", "PCIDSK", "PDF", "PDS4", "PGDUMP", "PLSCENES", "PMTiles", "S57", "SQLite", "SXF", "Selafin",
    "TopoJSON", "VDV", "VFK", "VICAR", "WAsP", "WFS",
)  # fmt: skip
SKIP_OTHERS = {_SKIP: ",".join(_OTHERS)}
_KML_LOOKS = {"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"}
_KML_TIMES = {"timestamp", "begin", "end", "id"}
_KML_NAMES = re.compile(r"(<(?:\w+:)?Data\s[^<>]*?\bname\s*=\s*)([\"'])(.*?)\2")
_WKB = "wkb_geometry"


@dataclass(frozen=True, slots=True)
class GdalTable:
    """What GDAL read: attributes, WKB of each row, the CRS as text ("" = not stated), the encoding."""

    columns: Any
    wkb: Any
    crs: str
    encoding: str


def restrict_drivers() -> None:
    """Make sure that GDAL has no driver but the allowed; restarts this process once to get there."""
    import pyogrio

    extra = set(pyogrio.list_drivers()) - ALLOWED
    if not extra:
        return
    if os.environ.get(_RESTARTED):
        raise RuntimeError(f"GDAL keeps drivers that must not be there: {sorted(extra)}")
    os.environ[_SKIP] = ",".join([*_OTHERS, *sorted(extra)])
    os.environ[_RESTARTED] = "1"
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (ourselves again)


def read_gdal(
    dataset: Dataset, *, layer: str | None, encoding: str | None, folder: Path, progress: Progress
) -> GdalTable:
    """The layer of that name, or the only one that is drawn; all folders of a KML together."""
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        return _READERS[dataset.kind](dataset, layer, encoding, progress)
    except (DataSourceError, DataLayerError, pa.ArrowInvalid) as error:
        reason = str(error).replace(str(folder), "").split(";")[0][:200]
        raise BadFile(msg("The file cannot be read: {reason}", reason=reason), field="file") from error


def _read_shapefile(dataset: Dataset, _layer: str | None, encoding: str | None, progress: Progress) -> GdalTable:
    """The parts lie side by side under one name, so that GDAL finds them."""
    folder = dataset.path.parent
    for suffix, part in dataset.parts.items():
        part.replace(folder / f"layer{suffix}")
    dbf, cpg = folder / "layer.dbf", folder / "layer.cpg"
    said = cpg.read_text(errors="replace") if cpg.exists() else ""
    used = encoding or (dbf_encoding(dbf.read_bytes(), said) if dbf.exists() else UTF8)
    table = _read_layer(folder / "layer.shp", None, used, progress)
    return GdalTable(table.columns, table.wkb, table.crs, used)


def _read_geojson(dataset: Dataset, _layer: str | None, encoding: str | None, progress: Progress) -> GdalTable:
    used = UTF8
    if encoding not in (None, UTF8) or not is_utf8(dataset.path):
        text, used = decode(dataset.path.read_bytes(), encoding)
        dataset.path.write_text(text, encoding="utf-8")
    table = _read_layer(dataset.path, None, None, progress)
    return GdalTable(table.columns, table.wkb, table.crs, used)


def _read_geopackage(dataset: Dataset, layer: str | None, _encoding: str | None, progress: Progress) -> GdalTable:
    return _read_layer(dataset.path, _only_layer(dataset.path, layer), None, progress)


def _only_layer(path: Path, layer: str | None) -> str:
    import pyogrio

    found = pyogrio.list_layers(path)
    drawn = [str(name) for name, shape in found if shape is not None]
    names = drawn or [str(name) for name, _shape in found]
    if layer in names:
        return str(layer)
    if len(names) != 1:
        raise several_layers(names) if names else BadFile(msg("The file holds no rows."), field="file")
    return names[0]


def _read_kml(dataset: Dataset, layer: str | None, encoding: str | None, progress: Progress) -> GdalTable:
    """Every folder is a layer to GDAL; they are put together, and the folder's name kept as a field."""
    import pyogrio

    text, used = decode(dataset.path.read_bytes(), encoding or _said_in_xml(dataset.path))
    names = _rewrite_kml(dataset.path, text)
    layers = [str(name) for name, _shape in pyogrio.list_layers(dataset.path)]
    wanted = [layer] if layer in layers else layers
    tables = [(name, _read_layer(dataset.path, name, None, progress)) for name in wanted]
    filled = [(name, table) for name, table in tables if table.columns.num_rows]
    if not filled:
        raise BadFile(msg("The file holds no rows."), field="file")
    parts = [_kml_columns(table.columns, names, name if len(filled) > 1 else "") for name, table in filled]
    columns = pa.concat_tables(parts, promote_options="permissive")
    wkb = pa.chunked_array([chunk for _name, table in filled for chunk in table.wkb.chunks], pa.binary())
    return GdalTable(columns, wkb, "EPSG:4326", used)


def _said_in_xml(path: Path) -> str | None:
    with path.open("rb") as file:
        said = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w-]+)", file.read(200))
    name = said[1].decode().lower() if said else ""
    return "GB18030" if name.startswith("gb") else None


def _rewrite_kml(path: Path, text: str) -> dict[str, str]:
    """Refuse document types, and give fields of free names plain ones: GDAL drops what is not ASCII.

    Returns plain name → name in the file.
    """
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise BadFile(msg("A KML file with a document type is not accepted."), field="file")
    plain: dict[str, str] = {}

    def replaced(match: re.Match[str]) -> str:
        name = plain.setdefault(match[3], f"free_{len(plain)}")
        return f"{match[1]}{match[2]}{name}{match[2]}"

    text = re.sub(r"^\s*<\?xml.*?\?>", "", text)
    path.write_text(_KML_NAMES.sub(replaced, text), encoding="utf-8")
    return {short: name for name, short in plain.items()}


def _kml_columns(columns: Any, names: Mapping[str, str], folder: str) -> Any:
    """Without what only tells how to draw, and without the times where they are empty."""
    dropped = _KML_LOOKS | {
        name for name in _KML_TIMES & set(columns.column_names) if columns.column(name).null_count == columns.num_rows
    }
    columns = columns.drop_columns([name for name in columns.column_names if name in dropped])
    columns = columns.rename_columns([names.get(name, name) for name in columns.column_names])
    if folder:
        columns = columns.append_column("folder", pa.array([folder] * columns.num_rows, pa.string()))
    return columns


def _read_layer(path: Path, layer: str | None, encoding: str | None, progress: Progress) -> GdalTable:
    import pyogrio
    from pyogrio.raw import open_arrow

    total = int(pyogrio.read_info(path, layer=layer, encoding=encoding)["features"])
    with open_arrow(path, layer=layer, encoding=encoding, use_pyarrow=True) as (meta, reader):
        batches, done = [], 0
        for batch in reader:
            batches.append(batch)
            done += batch.num_rows
            progress("read", done, max(total, done))
        table = pa.Table.from_batches(batches, reader.schema)
    name = meta["geometry_name"] or _WKB
    wkb = table.column(name) if name in table.column_names else pa.chunked_array([pa.nulls(done, pa.binary())])
    columns = table.drop_columns([name]) if name in table.column_names else table
    return GdalTable(columns, wkb, str(meta["crs"] or ""), UTF8)


def write_gdal(request: Mapping[str, Any]) -> None:
    """Write an Arrow file (`source`, geometry as WKB in the last column) with a GDAL driver to `target`."""
    from pyogrio.raw import write_arrow

    with pa.memory_map(request["source"]) as source:
        table = pa.ipc.open_file(source).read_all()
    write_arrow(
        table,
        request["target"],
        driver=request["driver"],
        layer=request["layer"],
        geometry_name=table.column_names[-1] if request["geometry_type"] else None,
        geometry_type=request["geometry_type"],
        crs=request["crs"],
        encoding="UTF-8" if request["driver"] == "ESRI Shapefile" else None,
        **request["options"],
    )


_READERS: Mapping[str, Callable[[Dataset, str | None, str | None, Progress], GdalTable]] = {
    "shp": _read_shapefile,
    "gpkg": _read_geopackage,
    "geojson": _read_geojson,
    "kml": _read_kml,
}
