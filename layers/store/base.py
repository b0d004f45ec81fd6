"""The promise of a store, kept by both back ends.

A store holds one town's layers and everything that belongs to them. `reading()` gives a
session on one consistent snapshot; `writing()` gives one that commits when the block ends
well and leaves nothing behind when it does not. Writers take turns. A committed write
survives a power cut. `change_stamp`, `changes_since` and `table` feed the column cache.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Table, func, insert, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from layers.errors import LayersError, StoreDamaged, StoreFull, StoreReadOnly, StoreUnavailable
from layers.model import Changes, FeatureTable
from layers.schema import LAYERS, LayerSchema
from layers.store.select import Spatial
from layers.store.session import Session
from layers.store.tables import CHANGES, LAYER_REGISTRY, METADATA, TOWNS, layer_table
from layers.words import msg

MANY_CHANGES = 20_000  # above this a reader is better off reading the layer anew
KEPT_CHANGES = 500_000

_FAULTS: tuple[tuple[tuple[str, ...], type[StoreUnavailable], str], ...] = (
    (
        ("disk is full", "No space left", "DiskFull"),
        StoreFull,
        "The disk is full: nothing was changed. Free some space and try again.",
    ),
    (
        ("readonly", "read-only", "ReadOnly"),
        StoreReadOnly,
        "The store cannot be written: its file or folder is read-only.",
    ),
    (
        ("malformed", "not a database", "disk I/O error"),
        StoreDamaged,
        "The store is damaged: run “geo-service check”, then restore a backup.",
    ),
)


def fault_of(error: DBAPIError) -> LayersError | None:
    """The store's own error for what a driver said; None where our own statement is at fault."""
    said = str(error.orig)
    for marks, kind, text in _FAULTS:
        if any(mark in said for mark in marks):
            return kind(msg(text))
    if isinstance(error, OperationalError | InterfaceError):
        return StoreUnavailable(msg("The store does not answer. Please try again."))
    return None


class Store(ABC):
    """One town's store; see the module's words for what it promises."""

    spatial: Spatial

    def __init__(self, engine: Engine, town: str):
        self.engine = engine
        self.town = town

    # -- what differs between the back ends -------------------------------------------------
    @abstractmethod
    def change_stamp(self) -> int:
        """A number that differs after any committed write by anybody."""

    @abstractmethod
    def make_layer(self, connection: Connection, table: Table) -> None:
        """Create a layer's table with its spatial index and change triggers."""

    @abstractmethod
    def drop_layer(self, connection: Connection, table: Table) -> None:
        """Remove a layer's table and all that `make_layer` made for it."""

    @abstractmethod
    def bulk(self, connection: Connection, table: Table, columns: Mapping[str, Sequence[object]]) -> None:
        """Insert many rows given as columns of ready Python values, as fast as the driver can."""

    @abstractmethod
    def bulk_update(
        self, connection: Connection, table: Table, ids: Sequence[int], columns: Mapping[str, Sequence[object]]
    ) -> None:
        """Set columns of many rows by key."""

    @abstractmethod
    def reserve(self, connection: Connection, table: Table, count: int) -> int:
        """Take `count` consecutive keys of a table; the first of them."""

    @abstractmethod
    def check(self) -> list[str]:
        """What is wrong with the store, one line each; empty when it is sound."""

    @abstractmethod
    def _begin_read(self, connection: Connection) -> None:
        """Make the transaction see one snapshot."""

    @abstractmethod
    def _begin_write(self, connection: Connection) -> None:
        """Take the one writer's turn."""

    # -- what is the same -------------------------------------------------------------------
    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot."""
        with self._errors(), self.engine.connect() as connection, connection.begin():
            self._begin_read(connection)
            yield Session(self, connection)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits all or nothing."""
        with (
            self._errors(),
            self.engine.connect().execution_options(write=True) as connection,
            connection.begin(),
        ):
            self._begin_write(connection)
            yield Session(self, connection)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            fault = fault_of(error)
            if fault is None:
                raise
            raise fault from error

    def prepare(self) -> None:
        """Create what is missing: tables, the built-in layers, the town's own row."""
        with (
            self._errors(),
            self.engine.connect().execution_options(write=True) as connection,
            connection.begin(),
        ):
            self._begin_write(connection)
            self._prepare(connection)
        with self.reading() as session:
            for schema in session.layers.all():
                layer_table(schema)

    def _prepare(self, connection: Connection) -> None:
        plain = [table for table in METADATA.sorted_tables if "layer" not in table.info]
        METADATA.create_all(connection, tables=plain)
        known = set(connection.scalars(select(LAYER_REGISTRY.c.name)))
        for schema in LAYERS.values():
            if schema.name not in known:
                self.add_layer(connection, schema)
        if connection.scalar(select(TOWNS.c.town).limit(1)) is None:
            connection.execute(
                insert(TOWNS).values(town=self.town, name="", demo=False, crs="EPSG:4548", attribution=[])
            )
        self.town = str(connection.scalar(select(TOWNS.c.town).limit(1)))

    def add_layer(self, connection: Connection, schema: LayerSchema) -> Table:
        """Create a layer and enter it in the registry."""
        table = layer_table(schema)
        self.make_layer(connection, table)
        fields = [
            {"name": f.name, "kind": f.kind, "title": f.title, "choices": list(f.choices), "unit": f.unit}
            for f in schema.fields
        ]
        connection.execute(
            insert(LAYER_REGISTRY).values(
                town=self.town,
                name=schema.name,
                title=schema.title,
                shape=schema.shape,
                fields=fields,
                own=schema.own,
                style=schema.style,
            )
        )
        return table

    def changes_since(self, sequence: int) -> Changes:
        """The rows changed after `sequence`; None for a layer that is better read anew."""
        with self._errors(), self.engine.connect() as connection, connection.begin():
            last, first = connection.execute(select(func.max(CHANGES.c.id), func.min(CHANGES.c.id))).one()
            if last is None or sequence == 0 or sequence < first - 1:
                names = connection.scalars(select(LAYER_REGISTRY.c.name))
                return Changes(last or 0, dict.fromkeys(names))
            ids: dict[str, list[int] | None] = {}
            changed = select(CHANGES.c.layer, CHANGES.c.feature_id).where(CHANGES.c.id > sequence).distinct()
            for layer, feature_id in connection.execute(changed):
                ids.setdefault(layer, []).append(feature_id)  # type: ignore[union-attr]
        return Changes(last, {name: keys if keys and len(keys) <= MANY_CHANGES else None for name, keys in ids.items()})

    def table(self, layer: str, fields: Sequence[str], ids: Sequence[int] | None = None) -> FeatureTable:
        """The rows of a layer as columns."""
        with self.reading() as session:
            return session.features.table(layer, fields, ids)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
