"""What makes an SQLite file a GeoPackage 1.4: its own tables, the R-tree extension, our change triggers.

Statements follow OGC 12-128r19: table definitions (annex C), R-tree triggers (annex F.3).
"""

from sqlalchemy import Connection, Table

from layers.store.tables import CHANGES, METADATA
from layers.store.types import SRID, Geometry

_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",'
    '0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],'
    'AUTHORITY["EPSG","4326"]]'
)
REFERENCE_SYSTEMS = (
    ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", None),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
    ("WGS 84", SRID, "EPSG", SRID, _WGS84, None),
)
BASE = (
    "PRAGMA application_id = 1196444487",  # "GPKG"
    "PRAGMA user_version = 10400",
    """CREATE TABLE gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '',
        last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
        CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_extensions (
        table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
        scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)
_RTREE_EXTENSION = "http://www.geopackage.org/spec120/#extension_rtree"
# {t} table, {r} its R-tree; the geometry column is always geom and the key always id.
_HAS = "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))"
_HAS_NOT = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
_OLD_HAS = "(OLD.geom NOTNULL AND NOT ST_IsEmpty(OLD.geom))"
_OLD_HAS_NOT = "(OLD.geom ISNULL OR ST_IsEmpty(OLD.geom))"
_BOX = "ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)"
_ENTER = f"INSERT OR REPLACE INTO {{r}} VALUES (NEW.id, {_BOX});"
_MOVE = (
    "UPDATE {r} SET minx = ST_MinX(NEW.geom), maxx = ST_MaxX(NEW.geom), "
    "miny = ST_MinY(NEW.geom), maxy = ST_MaxY(NEW.geom) WHERE id = NEW.id;"
)
_LEAVE = "DELETE FROM {r} WHERE id = OLD.id;"
_LEAVE_BOTH = "DELETE FROM {r} WHERE id IN (OLD.id, NEW.id);"
_RTREE_TRIGGERS: tuple[tuple[str, str, str, str], ...] = (  # name, event, condition, body
    ("insert", "INSERT", _HAS, _ENTER),
    ("update2", "UPDATE OF geom", f"OLD.id = NEW.id AND {_HAS_NOT}", _LEAVE),
    ("update4", "UPDATE", f"OLD.id != NEW.id AND {_HAS_NOT}", _LEAVE_BOTH),
    ("update5", "UPDATE", f"OLD.id != NEW.id AND {_HAS}", _LEAVE + " " + _ENTER),
    ("update6", "UPDATE OF geom", f"OLD.id = NEW.id AND {_HAS} AND {_OLD_HAS}", _MOVE),
    (
        "update7",
        "UPDATE OF geom",
        f"OLD.id = NEW.id AND {_HAS} AND {_OLD_HAS_NOT}",
        _ENTER.replace(" OR REPLACE", ""),
    ),
    ("delete", "DELETE", "OLD.geom NOT NULL", _LEAVE),
)
_CHANGE_TRIGGERS = (("insert", "INSERT", "NEW"), ("update", "UPDATE", "NEW"), ("delete", "DELETE", "OLD"))


def register_layer(connection: Connection, table: Table) -> None:
    """Enter a feature table in the GeoPackage's own tables, with its R-tree and triggers."""
    name = table.name
    shape = table.c.geom.type
    assert isinstance(shape, Geometry)  # noqa: S101 (every layer has one)
    run = connection.exec_driver_sql
    run(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, 'features', ?, ?)",
        (name, name, SRID),
    )
    run("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (name, shape.shape, SRID))
    run(
        "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', ?, 'write-only')",
        (name, _RTREE_EXTENSION),
    )
    tree = quoted(f"rtree_{name}_geom")
    run(f"CREATE VIRTUAL TABLE {tree} USING rtree(id, minx, maxx, miny, maxy)")
    for label, event, condition, body in _RTREE_TRIGGERS:
        trigger = quoted(f"rtree_{name}_geom_{label}")
        run(
            f"CREATE TRIGGER {trigger} AFTER {event} ON {quoted(name)} WHEN {condition} BEGIN {body.format(r=tree)} END"
        )
    for label, event, row in _CHANGE_TRIGGERS:
        trigger = quoted(f"changes_{name}_{label}")
        run(
            f"CREATE TRIGGER {trigger} AFTER {event} ON {quoted(name)} BEGIN "
            f"INSERT INTO changes (layer, feature_id) VALUES ({_text(name)}, {row}.id); END"
        )


def unregister_layer(connection: Connection, name: str) -> None:
    """Take a feature table's entries and its R-tree away."""
    connection.exec_driver_sql(f"DROP TABLE {quoted(f'rtree_{name}_geom')}")
    for table in ("gpkg_extensions", "gpkg_geometry_columns", "gpkg_contents"):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE table_name = ?", (name,))


_INDEX_FAULTS = """
    SELECT count(*) FROM {t} AS row LEFT JOIN {r} AS tree USING (id)
    WHERE row.geom NOTNULL AND NOT ST_IsEmpty(row.geom) AND (
        tree.id ISNULL OR tree.minx > ST_MinX(row.geom) OR tree.maxx < ST_MaxX(row.geom)
        OR tree.miny > ST_MinY(row.geom) OR tree.maxy < ST_MaxY(row.geom))
    UNION ALL
    SELECT count(*) FROM {r} AS tree LEFT JOIN {t} AS row USING (id)
    WHERE row.id ISNULL OR row.geom ISNULL OR ST_IsEmpty(row.geom)"""


def index_faults(connection: Connection, name: str) -> list[str]:
    """Where the R-tree of a layer does not tell where its rows are: rows that no search would find, and leftovers."""
    statement = _INDEX_FAULTS.format(t=quoted(name), r=quoted(f"rtree_{name}_geom"))
    lost, left = connection.exec_driver_sql(statement).scalars()
    said = ((lost, "rows are not where the index says"), (left, "entries of the index belong to no row"))
    return [f"{name}: {count} {what}" for count, what in said if count]


def register_attributes(connection: Connection) -> None:
    """Show the tables without geometry to other programs as attribute tables."""
    for name in [
        table.name for table in METADATA.tables.values() if "layer" not in table.info and table is not CHANGES
    ]:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)",
            (name, name),
        )


def quoted(name: str) -> str:
    """An identifier for SQL text."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
