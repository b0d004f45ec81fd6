"""The same rows in our store and in the peers' database."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import psycopg
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyarrow import csv

from benchmarks.peers.region import Made
from layers.store import open_store
from layers.town import furnish

NOW = datetime(2026, 12, 31, tzinfo=UTC)
KINDS = {"problems": "Point", "road_segments": "LineString", "parcels": "Polygon"}
MULTI = {"road_segments": shapely.multilinestrings, "parcels": shapely.multipolygons}
TYPES = {
    pa.string(): "text",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.timestamp("s", "UTC"): "timestamptz",
}
PROJECTED = "_3857"  # a second table with the shapes as tiles want them: what a careful ST_AsMVT server reads


def fill_store(url: str, layers: Sequence[Made]) -> None:
    """Put the rows into a new store of ours; their keys count from 1."""
    store = open_store(url)
    furnish(store)
    for made in layers:
        values = {name: column.to_pylist() for name, column in made.fields.items()}
        with store.writing() as session:
            session.features.insert_columns(
                made.layer, codes=values.pop("code"), geometries=_stored(made), values=values,
                extra=[{}] * len(made.shapes), source_crs="EPSG:4326", now=NOW,
            )  # fmt: skip
    store.close()


def _stored(made: Made) -> NDArray[np.object_]:
    """The shapes as the layer keeps them."""
    multi = MULTI.get(made.layer)
    return made.shapes if multi is None else multi(made.shapes, indices=np.arange(len(made.shapes)))


def fill_postgis(url: str, layers: Sequence[Made]) -> None:
    """Put the rows into an empty database with PostGIS, and make what its readers want: keys, indexes, statistics."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
        for made in layers:
            _fill_table(connection, made)
            _project(connection, made.layer)
        connection.execute("VACUUM ANALYZE")


def _fill_table(connection: psycopg.Connection, made: Made) -> None:
    rows = _rows(made)
    columns = [f'"{name}" {TYPES[rows[name].type]}' for name in rows.column_names if name != "geom"]
    geometry = f"geom geometry({KINDS[made.layer]}, 4326)"
    connection.execute(f"CREATE TABLE {made.layer} ({', '.join([*columns, geometry])}, PRIMARY KEY (id))")
    text = BytesIO()
    csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
    with connection.cursor().copy(f"COPY {made.layer} FROM STDIN (FORMAT csv)") as copy:
        copy.write(text.getbuffer())
    connection.execute(f"CREATE INDEX ON {made.layer} USING gist (geom)")


def _rows(made: Made) -> pa.Table:
    """The rows with their keys and, of times that tiles carry, the seconds that our tiles have."""
    fields = dict(made.fields)
    if "due_at" in fields:
        fields["due"] = fields["due_at"].cast(pa.int64())
    shapes = shapely.to_wkb(shapely.set_srid(made.shapes, 4326), hex=True, include_srid=True)
    return pa.table({"id": np.arange(1, len(shapes) + 1), **fields, "geom": pa.array(shapes, pa.string())})


def _project(connection: psycopg.Connection, layer: str) -> None:
    table, kind = layer + PROJECTED, KINDS[layer]
    connection.execute(f"CREATE TABLE {table} AS SELECT * FROM {layer}")
    projected = f"TYPE geometry({kind}, 3857) USING ST_Transform(geom, 3857)"
    connection.execute(f"ALTER TABLE {table} ALTER geom {projected}, ADD PRIMARY KEY (id)")
    connection.execute(f"CREATE INDEX ON {table} USING gist (geom)")
