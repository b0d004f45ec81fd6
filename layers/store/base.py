"""The promise of a store, kept by both back ends.

A store holds one town's layers and everything that belongs to them. `reading()` gives a
session on one consistent snapshot; `writing()` gives one that commits when the block ends
well and leaves nothing behind when it does not. Writers take turns. A committed write
survives a power cut. `change_stamp`, `changes_since` and `table` feed the column cache.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from pathlib import Path
from typing import ClassVar, Self

from sqlalchemy import Connection, Engine, Table, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

from layers.errors import StoreUnavailable
from layers.model import Changes, FeatureTable
from layers.rules.permissions import Viewer
from layers.schema import LAYERS, LayerSchema
from layers.store import faults
from layers.store.migrate import bring_up_to_date
from layers.store.select import Spatial
from layers.store.session import Session
from layers.store.tables import CHANGES, LAYER_REGISTRY, METADATA, TOWNS, layer_table

MANY_CHANGES = 20_000  # above this a reader is better off reading the layer anew
KEPT_CHANGES = 500_000


class Store(ABC):
    """One town's store; see the module's words for what it promises."""

    spatial: Spatial
    copy_suffix: ClassVar[str]  # of the file that `copying` makes
    writes_tiles: ClassVar[bool] = False  # whether the database itself can write vector tiles
    durable: ClassVar[Mapping[str, frozenset[str]]]  # the values of `durability` with which the promise holds

    def __init__(self, engine: Engine, town: str):
        self.engine = engine
        self.town = town
        self.viewer: Viewer | None = None  # None = the operator: sees and changes everything

    # -- what differs between the back ends -------------------------------------------------
    @abstractmethod
    def change_stamp(self) -> int:
        """A number that differs after any committed write by anybody."""

    def change_stamp_at_once(self) -> int | None:
        """The same, where it is told without waiting for another process; else None."""
        return None

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
    def copying(self, file: Path) -> AbstractContextManager[Session]:
        """Save the whole store into a new file, as it is at one moment, while others work with it.

        The session sees exactly what the file holds, and the file is whole when the block ends. Raises StoreDamaged
        rather than save what is damaged.
        """

    @abstractmethod
    def scrub(self) -> None:
        """Leave nothing in the store's files of what was overwritten or removed; takes as long as writing it anew."""

    @abstractmethod
    def durability(self) -> dict[str, str]:
        """The settings in force on its connections on which it depends that a commit survives a power cut."""

    @abstractmethod
    def _begin_read(self, connection: Connection) -> None:
        """Make the transaction see one snapshot."""

    @abstractmethod
    def _begin_write(self, connection: Connection) -> None:
        """Take the one writer's turn."""

    # -- what is the same -------------------------------------------------------------------
    def seen_by(self, viewer: Viewer) -> Self:
        """The same store with this person's eyes and hands: all its sessions keep to what may be seen and changed."""
        same = copy(self)
        same.viewer = viewer
        return same

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
        except (DBAPIError, NoneFree, self.engine.dialect.loaded_dbapi.Error) as error:
            kind = self._kind_of(getattr(error, "orig", error))
            if kind is None:
                raise
            raise faults.fault(kind) from error

    def _kind_of(self, said: object) -> type[StoreUnavailable] | None:
        """What kind of fault a driver's exception tells of; None where our own statement is wrong."""
        return faults.kind_of(said)

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
        bring_up_to_date(connection)
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
            match = (CHANGES.c.id > sequence, CHANGES.c.feature_id > 0)
            changed = select(CHANGES.c.layer, CHANGES.c.feature_id).where(*match).distinct()
            for layer, feature_id in connection.execute(changed):
                ids.setdefault(layer, []).append(feature_id)  # type: ignore[union-attr]
        return Changes(last, {name: keys if keys and len(keys) <= MANY_CHANGES else None for name, keys in ids.items()})

    def trim_changes(self, kept: int = KEPT_CHANGES) -> int:
        """Forget all but so many changes, once there are a fifth more; how many. Who is further behind reads anew."""
        span = select(func.max(CHANGES.c.id), func.min(CHANGES.c.id))
        with self._errors(), self.engine.connect() as connection, connection.begin():
            last, first = connection.execute(span).one()
        if last is None or last - first < kept * 1.2:
            return 0
        with self.writing() as session:
            return session.layers.forget_changes(last - kept)

    def last_changes(self, sequence: int) -> dict[str, int]:
        """The layers changed after `sequence`, each with the number of its last change."""
        statement = select(CHANGES.c.layer, func.max(CHANGES.c.id)).where(CHANGES.c.id > sequence)
        with self._errors(), self.engine.connect() as connection, connection.begin():
            return {str(layer): int(last) for layer, last in connection.execute(statement.group_by(CHANGES.c.layer))}

    def mark(self, layer: str) -> str:
        """The mark of the layer's side file of columns; "" = it has none."""
        with self.reading() as session:
            return session.column_marks.get(layer)

    def set_mark(self, layer: str, mark: str) -> None:
        """Let a side file of columns be the layer's."""
        with self.writing() as session:
            session.column_marks.put(layer, mark)

    def table(self, layer: str, fields: Sequence[str], ids: Sequence[int] | None = None) -> FeatureTable:
        """The rows of a layer as columns."""
        with self.reading() as session:
            return session.features.table(layer, fields, ids)

    def has_more(self, layer: str, count: int) -> bool:
        """Whether the layer has more rows than that."""
        with self.reading() as session:
            return session.features.has_more(layer, count)

    def weak_settings(self) -> dict[str, str]:
        """Those of `durability` with which a power cut may take what was committed."""
        return {name: value for name, value in self.durability().items() if value not in self.durable[name]}

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
