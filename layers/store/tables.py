"""The tables, defined once for both stores. Every key begins with the town's code."""

from threading import Lock
from typing import Any

from sqlalchemy import Column, Float, Index, Integer, MetaData, Table, Text, UniqueConstraint
from sqlalchemy.types import TypeEngine

from layers.schema import LAYERS, Field, LayerSchema
from layers.store.types import Day, Flag, Geometry, Json, TownCode, UtcTime

METADATA = MetaData()
_ONE_AT_A_TIME = Lock()  # a table is entered before it is whole

_TYPES: dict[str, TypeEngine[Any]] = {
    "text": Text(),
    "integer": Integer(),
    "real": Float(53),
    "boolean": Flag(),
    "date": Day(),
    "time": UtcTime(),
    "json": Json(),
}

# Fields that lists are filtered by, beside the geometry.
_INDEXED: dict[str, tuple[str, ...]] = {
    "problems": (
        "state",
        "category",
        "lead_person",
        "lead_code",
        "found_at",
        "stage_due_at",
        "duplicate_of",
        "rebound_of",
    ),
    "areas": ("level",),
    "patrols": ("started_at",),
    "station_buffers": ("station",),
    "frontages": ("segment",),
    "dust_samples": ("segment",),
}


def layer_table(schema: LayerSchema, metadata: MetaData = METADATA) -> Table:
    """The table of a layer: common columns, then the fields of its schema."""
    with _ONE_AT_A_TIME:
        return _table_of(schema, metadata)


def _table_of(schema: LayerSchema, metadata: MetaData) -> Table:
    known = metadata.tables.get(schema.name)
    if known is not None:
        if not schema.own or _is_same(known.info["layer"], schema):
            return known
        metadata.remove(known)  # another process dropped that layer, and made one of the same name
    return Table(
        schema.name,
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("geom", Geometry(schema.shape)),
        Column("town", TownCode, nullable=False),
        Column("code", Text, nullable=False),
        *(_column(field) for field in schema.fields),
        Column("extra", Json),
        Column("source_crs", Text),
        Column("version", Integer, nullable=False),
        Column("updated_at", UtcTime, nullable=False),
        UniqueConstraint("town", "code"),
        *(Index(f"ix_{schema.name}_{name}", "town", name) for name in _INDEXED.get(schema.name, ())),
        info={"layer": schema},
        sqlite_autoincrement=True,
    )


def _is_same(one: LayerSchema, other: LayerSchema) -> bool:
    return (one.shape, one.fields) == (other.shape, other.fields)


def _column(field: Field) -> Column[Any]:
    return Column(field.name, _TYPES[field.kind])


def plain_table(name: str, *columns: Column[Any] | UniqueConstraint | Index) -> Table:
    """A table without geometry: an integer key, the town's code, and the given columns."""
    return Table(
        name,
        METADATA,
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("town", TownCode, nullable=False),
        *columns,
        sqlite_autoincrement=True,
    )


for _schema in LAYERS.values():
    layer_table(_schema)

TOWNS = plain_table(
    "towns",
    Column("name", Text, nullable=False),
    Column("demo", Flag, nullable=False),
    Column("crs", Text, nullable=False),
    Column("fallback_person", Text),
    Column("attribution", Json),
    Column("as_of", UtcTime),
    UniqueConstraint("town"),
)
LAYER_REGISTRY = plain_table(
    "layers",
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("fields", Json, nullable=False),
    Column("own", Flag, nullable=False),
    Column("style", Json),
    UniqueConstraint("town", "name"),
)
CATEGORIES = plain_table(
    "categories",
    Column("code", Text, nullable=False),
    Column("parent", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("geometry_types", Json, nullable=False),
    Column("weight", Float(53), nullable=False),
    Column("rules", Json),
    Column("version", Integer),
    Column("changed_at", UtcTime),
    Column("changed_by", Text),
    UniqueConstraint("town", "code"),
)
CATEGORY_VERSIONS = plain_table(
    "category_versions",
    Column("code", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcTime),
    Column("changed_by", Text),
    Column("body", Json, nullable=False),
    UniqueConstraint("town", "code", "version"),
)
PEOPLE = plain_table(
    "people",
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("organisation", Text),
    Column("phone", Text),
    Column("roles", Json),
    UniqueConstraint("town", "code"),
)
RESPONSIBILITIES = plain_table(
    "responsibilities",
    Column("layer", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("valid_from", Day, nullable=False),
    Column("valid_to", Day),
    Column("source", Text),
    Index("ix_responsibilities_place", "town", "layer", "place"),
    Index("ix_responsibilities_person", "town", "person"),
)
EVENTS = plain_table(
    "problem_events",
    Column("problem_id", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("by", Text),
    Column("note", Text),
    Column("from_state", Text),
    Column("to_state", Text),
    Column("payload", Json),
    Column("account", Text),
    Column("device", Text),
    Index("ix_problem_events_problem", "town", "problem_id"),
)
PLACES = plain_table(
    "problem_places",
    Column("problem_id", Integer, nullable=False),
    Column("layer", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text),
    Column("method", Text, nullable=False),
    Column("distance_m", Float(53)),
    Column("from_m", Float(53)),
    Column("to_m", Float(53)),
    Column("share", Float(53)),
    Column("lead", Flag, nullable=False),
    Index("ix_problem_places_problem", "town", "problem_id"),
    Index("ix_problem_places_place", "town", "layer", "code"),
)
REQUESTS = plain_table(
    "requests",
    Column("problem_id", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("asked_by", Text),
    Column("note", Text),
    Column("until", UtcTime),
    Column("due_at", UtcTime),
    Column("decided_at", UtcTime),
    Column("decided_by", Text),
    Column("verdict", Text),
    Column("decision", Text),
    Column("level", Text),
    Column("first_id", Integer),
    Index("ix_requests_problem", "town", "problem_id"),
)
RECEIPTS = plain_table(
    "receipts",
    Column("key", Text, nullable=False),
    Column("layer", Text, nullable=False),
    Column("feature_id", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("town", "key"),
)
# Filled by triggers, so that edits made by other programs (QGIS) are seen too; no town: a key is unique.
CHANGES = Table(
    "changes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("layer", Text, nullable=False),
    Column("feature_id", Integer, nullable=False),
    sqlite_autoincrement=True,
)
