"""Tables as they come out of files, made by hand; and what their report says of them."""

import numpy as np
import pyarrow as pa
import shapely

from layers.formats.table import SourceTable
from layers.schema import LAYERS

AREAS, ROADS, PARCELS, STATIONS, PROBLEMS = (
    LAYERS[name] for name in ("areas", "road_segments", "parcels", "stations", "problems")
)
HERE = shapely.Point(118.15, 36.18)


def box(west=118.15, south=36.18, size=0.001):
    return shapely.box(west, south, west + size, south + size)


def source(columns=None, geometries=None, **known) -> SourceTable:
    count = len(geometries) if geometries is not None else len(next(iter(columns.values())))
    placed = np.empty(count, dtype=object)
    placed[:] = geometries if geometries is not None else [HERE] * count
    table = pa.table(columns) if columns else pa.table({"a": pa.nulls(count, pa.string())})
    facts = {"crs": "EPSG:4326", "crs_from": "given", "encoding": "UTF-8", "format": "table", "coordinate_fields": {}}
    return SourceTable(columns=table, geometries=placed, **facts | known)


def refusals(prepared):
    return [(note.row, note.field, str(note.message)) for note in prepared.report.refused]


def repairs(prepared):
    return [(note.row, str(note.message)) for note in prepared.report.repaired]


def warnings(prepared):
    return [str(message) for message in prepared.report.warnings]
