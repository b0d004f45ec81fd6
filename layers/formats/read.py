"""Reading a file of any supported format as one table with geometry in EPSG:4326.

The files themselves are opened by a worker process (`worker.py`) with limits; here its answer is
understood: which CRS, and the geometry moved to longitude/latitude.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.crs import Bounds, detect_crs, is_geographic, parse_crs, to_wgs84
from layers.formats import process
from layers.formats.encoding import known_encoding
from layers.formats.files import SHAPEFILE_PARTS
from layers.formats.source import GEOMETRY, note_from_json
from layers.formats.table import Geometries, Limits, SourceTable
from layers.words import Message, msg

Progress = Callable[[str, int, int], None]
_STATED = frozenset({"geojson", "kml"})  # formats that are longitude/latitude unless they say otherwise


def read(  # noqa: PLR0913 (what may be known of a file)
    paths: Iterable[Path],
    *,
    crs: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    mapping: Mapping[str, str] | None = None,
    town_bounds: Bounds | None = None,
    placed: bool = True,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> SourceTable:
    """The one layer that the files hold (several files = the parts of one shapefile).

    `crs` and `encoding` overrule what the file says. `layer` names a layer, sheet or file of a zip where
    there are several. `mapping` may name coordinate columns (field → lon, lat, x, y, lonlat or wkt).
    `town_bounds` (EPSG:4326) decides between zones where the coordinates do not tell.
    `placed` False reads a table whose rows have no place: no geometry is looked for.
    `progress` is called with phase (unpack, read), rows done, rows in all.
    Raises BadFile where the file cannot be read, BadInput where the CRS is not known.
    """
    given = parse_crs(crs) if crs else None
    with TemporaryDirectory(prefix="layers-") as name:
        folder = Path(name)
        request = {
            "paths": [str(path.resolve()) for path in _with_parts(paths)],
            "folder": name,
            "layer": layer,
            "encoding": known_encoding(encoding) if encoding else None,
            "mapping": dict(mapping or {}),
            "placed": placed,
        }
        answer = process.run("read", request, folder, limits or Limits(), progress)
        with pa.memory_map(str(folder / "rows.arrow")) as source:
            table = pa.ipc.open_file(source).read_all()
            return _understood(table, answer, given=given, town_bounds=town_bounds)


def _with_parts(paths: Iterable[Path]) -> list[Path]:
    """The paths, and beside a lone .shp the parts that lie with it."""
    listed = list(paths)
    if len(listed) != 1 or listed[0].suffix.lower() != ".shp":
        return listed
    beside = [path for path in listed[0].parent.iterdir() if path.suffix.lower() in SHAPEFILE_PARTS]
    return sorted(path for path in beside if path.stem == listed[0].stem)


def _understood(table: Any, answer: Mapping[str, Any], *, given: str | None, town_bounds: Bounds | None) -> SourceTable:
    with np.errstate(invalid="ignore"):
        geometries = shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False))
    crs, crs_from, notes = _crs(geometries, answer, given, town_bounds)
    return SourceTable(
        columns=table.drop_columns([GEOMETRY]),
        geometries=to_wgs84(geometries, crs),
        crs=crs,
        crs_from=crs_from,
        encoding=answer["encoding"],
        format=answer["format"],
        coordinate_fields=answer["coordinate_fields"],
        refused=tuple(map(note_from_json, answer["refused"])),
        repaired=tuple(map(note_from_json, answer["repaired"])),
        notes=(*map(Message.from_json, answer["notes"]), *notes, *_remarks(answer)),
    )


def _crs(
    geometries: Geometries, answer: Mapping[str, Any], given: str | None, town_bounds: Bounds | None
) -> tuple[str, str, tuple[Message, ...]]:
    """The CRS, how it is known, and a note where the file's own word cannot be true."""
    if given:
        return given, "given", ()
    declared = answer["crs"] or ("EPSG:4326" if answer["format"] in _STATED else "")
    bounds = _middle_bounds(geometries)
    if bounds is None:
        return parse_crs(declared or "EPSG:4326"), "declared", ()
    if not declared:
        return detect_crs(bounds, None, town_bounds), "detected", ()
    stated = parse_crs(declared)
    if not is_geographic(stated) or max(map(abs, bounds)) <= 360:
        return stated, "declared", ()
    found = detect_crs(bounds, None, town_bounds)
    note = msg("The file says {declared}, but its coordinates are metres; it was read as {found}.",
               declared=stated, found=found)  # fmt: skip
    return found, "detected", (note,)


def _middle_bounds(geometries: Geometries) -> Bounds | None:
    """The bounds of the middle half of the coordinates, so that single wild ones do not decide."""
    xy = shapely.get_coordinates(geometries)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return None
    low, high = np.quantile(xy, 0.25, axis=0, method="lower"), np.quantile(xy, 0.75, axis=0, method="higher")
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _remarks(answer: Mapping[str, Any]) -> tuple[Message, ...]:
    if not answer["exchanged"]:
        return ()
    return (msg("The column of X holds the northing, that of Y the easting; they were exchanged."),)
