"""Writing a layer to a file of any supported format, in any CRS. Z is never written: the store has none."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from layers.crs import DISGUISES, WGS84, from_wgs84, is_geographic, parse_crs
from layers.errors import BadInput
from layers.formats import process
from layers.formats.export_table import (
    Columns,
    export_columns,
    for_dbf,
    for_people,
    without_control_signs,
)
from layers.formats.table import Geometries, Limits
from layers.model import Feature, FeatureTable
from layers.schema import LayerSchema, Shape
from layers.words import msg

_GEOMETRY = "geometry"
_EXCEL_ROWS = 1_048_575  # and one for the header
_EXCEL_CELL = 32_767
_TOO_LONG = "(geometry too long for a cell)"
_DEGREE_DECIMALS, _METRE_DECIMALS = 9, 4
_GDAL_TYPES: Mapping[Shape, str] = {
    "POINT": "Point",
    "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon",
    "GEOMETRY": "Unknown",
}
_SHAPEFILES = ((0, "_points", "MultiPoint"), (1, "_lines", "MultiLineString"), (2, "_areas", "MultiPolygon"))


@dataclass(frozen=True, slots=True)
class _Job:
    """A layer on its way into a file: geometries are in `crs`."""

    columns: Columns
    geometries: Geometries
    schema: LayerSchema
    crs: str
    folder: Path
    limits: Limits

    @property
    def name(self) -> str:
        """The layer's name, with that of a CRS that no file format can state."""
        return self.schema.name + (f"_{self.crs.lower().replace('-', '')}" if self.crs in DISGUISES else "")


@dataclass(frozen=True, slots=True)
class Format:
    """One export format: the suffix of its file and its media type."""

    suffix: str
    media_type: str


FORMATS: Mapping[str, Format] = {
    "geojson": Format(".geojson", "application/geo+json"),
    "gpkg": Format(".gpkg", "application/geopackage+sqlite3"),
    "shp": Format(".zip", "application/zip"),
    "csv": Format(".csv", "text/csv; charset=utf-8"),
    "xlsx": Format(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "parquet": Format(".parquet", "application/vnd.apache.parquet"),
}


def write(
    rows: Iterable[Feature] | FeatureTable,
    schema: LayerSchema,
    path: Path,
    *,
    format: str,
    crs: str = WGS84,
    limits: Limits | None = None,
) -> None:
    """Write the rows to `path` as one of FORMATS, coordinates in `crs` (x = easting or longitude).

    Fields are code, the layer's own, then every extra field. Shapefiles come zipped, one per sort of
    geometry, field names cut to ten bytes; CSV and Excel hold points as lon/lat (x/y), the rest as WKT.
    A FeatureTable must hold the field "code", and may hold "extra". Raises BadInput for an unknown
    format or CRS, or for more rows than Excel holds.
    """
    if format not in FORMATS:
        raise BadInput(msg("“{format}” is not a format that can be exported.", format=format), field="format")
    name = parse_crs(crs)
    columns, geometries = export_columns(rows, schema)
    with TemporaryDirectory(prefix="layers-") as folder:
        moved = from_wgs84(geometries, name)
        job = _Job(columns, moved, schema, name, Path(folder), limits or Limits())
        shutil.move(_WRITERS[format](job), path)


def _geojson(job: _Job) -> Path:
    decimals = _DEGREE_DECIMALS if is_geographic(job.crs) else _METRE_DECIMALS
    options = {"COORDINATE_PRECISION": str(decimals), "RFC7946": "YES" if job.crs == WGS84 else "NO"}
    return _by_gdal(job, "GeoJSON", "layer.geojson", options)


def _geopackage(job: _Job) -> Path:
    return _by_gdal(job, "GPKG", "layer.gpkg", {"GEOMETRY_NAME": "geom"})


def _by_gdal(job: _Job, driver: str, name: str, options: Mapping[str, str]) -> Path:
    table = _table(job.columns, job.geometries)
    return _run(job, table, driver=driver, name=name, layer=job.name, shape=_GDAL_TYPES[job.schema.shape],
                options=options)  # fmt: skip


def _shapefile(job: _Job) -> Path:
    """One shapefile for each sort of geometry there is (at least one, even if empty), zipped."""
    dimensions = np.array([shapely.get_dimensions(geometry) for geometry in job.geometries], dtype=int)
    sorts = [sort for sort in _SHAPEFILES if (dimensions == sort[0]).any()] or [_SHAPEFILES[0]]
    columns = for_dbf(job.columns)
    path = job.folder / "layer.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for dimension, ending, shape in sorts:
            stem = job.name + (ending if len(sorts) > 1 else "")
            chosen = dimensions == dimension
            table = _table(columns, job.geometries).filter(pa.array(chosen))
            kind = "Point" if not (shapely.get_type_id(job.geometries[chosen]) == 4).any() and not dimension else shape
            _run(job, table, driver="ESRI Shapefile", name=f"{stem}.shp", layer=stem, shape=kind, options={})
            for part in sorted(job.folder.glob(f"{stem}.*")):
                if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                    archive.write(part, part.name)
    return path


def _csv(job: _Job) -> Path:
    path = job.folder / "layer.csv"
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")  # without it Excel takes the file for GBK
        pa.csv.write_csv(pa.table(_flat(job)), file, pa.csv.WriteOptions(quoting_style="needed"))
    return path


def _excel(job: _Job) -> Path:
    if len(job.geometries) > _EXCEL_ROWS:
        raise BadInput(msg("Excel holds at most {limit} rows.", limit=_EXCEL_ROWS), field="format")
    columns = without_control_signs(_flat(job, longest=_EXCEL_CELL))
    return _run(job, pa.table(columns), driver="XLSX", name="layer.xlsx", layer=job.name, shape=None, options={})


def _parquet(job: _Job) -> Path:
    path = job.folder / "layer.parquet"
    table = _table(job.columns, job.geometries)
    table = table.replace_schema_metadata({b"geo": _geo_metadata(job.geometries, job.crs)})
    pq.write_table(table, path, compression="zstd")
    return path


def _flat(job: _Job, longest: int | None = None) -> Columns:
    """The columns for a spreadsheet, with the place in front."""
    decimals = _DEGREE_DECIMALS if is_geographic(job.crs) else _METRE_DECIMALS
    if job.schema.shape == "POINT":
        xy = np.array([(point.x, point.y) if point else (np.nan, np.nan) for point in job.geometries])
        x, y = ("lon", "lat") if is_geographic(job.crs) else ("x", "y")
        rounded = np.round(xy.reshape(-1, 2), decimals)
        place = {x: pa.array(rounded[:, 0], from_pandas=True), y: pa.array(rounded[:, 1], from_pandas=True)}
    else:
        texts = shapely.to_wkt(job.geometries, rounding_precision=decimals)
        cut = [_TOO_LONG if text and longest and len(text) > longest else text for text in texts]
        place = {"WKT": pa.array(cut, pa.string())}
    rest = {(f"{name}_2" if name.casefold() in place else name): column for name, column in job.columns.items()}
    return place | for_people(rest)


def _table(columns: Columns, geometries: Geometries) -> Any:
    return pa.table({**columns, _GEOMETRY: pa.array(shapely.to_wkb(geometries), pa.binary())})


def _run(job: _Job, table: Any, *, driver: str, name: str, layer: str, shape: str | None,
         options: Mapping[str, str]) -> Path:  # fmt: skip
    """Let the worker write the table with GDAL."""
    source = job.folder / "rows.arrow"
    with pa.OSFile(str(source), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    request = {
        "source": str(source),
        "target": str(job.folder / name),
        "driver": driver,
        "layer": layer,
        "geometry_type": shape,
        "crs": None if job.crs in DISGUISES else job.crs,
        "options": dict(options),
    }
    process.run("write", request, job.folder, job.limits)
    return job.folder / name


def _geo_metadata(geometries: Geometries, crs: str) -> bytes:
    """The "geo" entry of GeoParquet 1.1 for a WKB column in that CRS (null where it cannot be stated)."""
    known = geometries[~shapely.is_missing(geometries)]
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": sorted({geometry.geom_type for geometry in known}),
        "crs": None if crs in DISGUISES else CRS.from_user_input(crs).to_json_dict(),
    }
    if len(known):
        column["bbox"] = [float(side) for side in shapely.total_bounds(known)]
    return json.dumps({"version": "1.1.0", "primary_column": _GEOMETRY, "columns": {_GEOMETRY: column}}).encode()


_WRITERS: Mapping[str, Callable[[_Job], Path]] = {
    "geojson": _geojson,
    "gpkg": _geopackage,
    "shp": _shapefile,
    "csv": _csv,
    "xlsx": _excel,
    "parquet": _parquet,
}
