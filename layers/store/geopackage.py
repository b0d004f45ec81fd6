"""The embedded store: one GeoPackage 1.4 file, opened by SQLite and by nothing else in this process.

See docs/decisions/0001-embedded-store.md for the rules (WAL, FULL, one SQLite per process, …).
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import orjson
import shapely
from shapely.geometry import box as box_of
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Table,
    column,
    create_engine,
    event,
    func,
    insert,
    literal,
    select,
    type_coerce,
)  # fmt: skip
from sqlalchemy import table as sql_table
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from layers.errors import StoreDamaged, StoreReadOnly, StoreUnavailable
from layers.query import BBox
from layers.store import faults, gpkg
from layers.store.base import Store
from layers.store.driver import DRIVER
from layers.store.session import Session
from layers.store.types import blobs_of, bounds_of, is_empty, wkb_of, wkb_of_each
from layers.words import msg

_BUSY_TIMEOUT_S = 30
_MANY_ROWS = 1000
_ROWS_AT_ONCE = 20_000  # ready for the driver at one time
_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
)


class GeoPackageSpatial:
    """The R-tree as filter, our own ST_Intersects as truth."""

    def near(self, table: Table, box: BBox) -> ColumnElement[bool]:
        """Keys whose R-tree entry meets the box."""
        west, south, east, north = box
        tree = sql_table(f"rtree_{table.name}_geom", *(column(name) for name in ("id", "minx", "maxx", "miny", "maxy")))
        return table.c.id.in_(
            select(tree.c.id).where(
                tree.c.maxx >= west, tree.c.minx <= east, tree.c.maxy >= south, tree.c.miny <= north
            )
        )

    def meets(self, table: Table, geometry: BaseGeometry) -> ColumnElement[bool]:
        """The exact predicate, on WKB."""
        return func.ST_Intersects(table.c.geom, literal(shapely.to_wkb(geometry))) == 1

    def meets_box(self, table: Table, box: BBox) -> ColumnElement[bool]:
        """The exact predicate for a box."""
        return self.meets(table, box_of(*box))

    def among(self, column: ColumnElement[int], keys: Sequence[int]) -> ColumnElement[bool]:
        """The keys as a JSON list."""
        each = func.json_each(orjson.dumps(keys).decode()).table_valued("value")
        return column.in_(select(each.c.value))

    def has(self, column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
        """Membership in a JSON list."""
        each = func.json_each(column).table_valued("value")
        return select(1).select_from(each).where(each.c.value == value).exists()

    def wkb(self, table: Table) -> ColumnElement[Any]:
        """The raw blob; `bare` takes its header off."""
        return type_coerce(table.c.geom, LargeBinary())

    def bare(self, blobs: Iterable[bytes | None]) -> list[bytes | None]:
        """Blobs → WKB."""
        return wkb_of_each(blobs)

    def extent(self, connection: Connection, table: Table, town: str) -> BBox | None:
        """The box round a layer, from its R-tree (the file holds one town)."""
        tree = f'"rtree_{table.name}_geom"'
        found = connection.exec_driver_sql(
            f"SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {tree}"  # noqa: S608 (a layer's own name)
        ).one()
        return None if found[0] is None else (found[0], found[1], found[2], found[3])


class GeoPackageStore(Store):
    """A town in one file."""

    copy_suffix = ".gpkg"
    durable: ClassVar = {"journal_mode": frozenset({"wal"}), "synchronous": frozenset({"2", "3"})}

    def __init__(self, path: Path, town: str):
        self.path = path
        super().__init__(_engine(path), town)
        self.spatial = GeoPackageSpatial()
        self._watch_lock = threading.Lock()
        self._turn = threading.Lock()  # of those who write, in this process
        with self._errors():
            self._watch = self._open_watch()  # held for life: keeps WAL, and sees every commit of others

    def _open_watch(self) -> Any:
        connection = self.engine.raw_connection()
        connection.detach()
        return connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """As for every store. Who waits for another thread waits here: SQLite asks again only every tenth of a second.

        Raises StoreUnavailable where the turn does not come in as long as SQLite would wait.
        """
        if not self._turn.acquire(timeout=_BUSY_TIMEOUT_S):
            raise faults.fault(StoreUnavailable)
        try:
            with super().writing() as session:
                yield session
        finally:
            self._turn.release()

    def change_stamp(self) -> int:
        """`PRAGMA data_version` of a connection that never writes: any commit changes it."""
        with self._errors(), self._watch_lock:
            cursor = self._watch.cursor()
            cursor.execute("PRAGMA data_version")
            return int(cursor.fetchone()[0])

    def change_stamp_at_once(self) -> int | None:
        """Three microseconds; what goes wrong is for `change_stamp` to tell."""
        try:
            with self._watch_lock:
                return int(self._watch.dbapi_connection.execute("PRAGMA data_version").fetchone()[0])
        except self.engine.dialect.loaded_dbapi.Error:
            return None

    def _kind_of(self, said: object) -> type[StoreUnavailable] | None:
        """Where SQLite knows no more than that the disk failed, the disk is asked why.

        A connection made while nothing could be written stays unable to write: none of them is kept.
        """
        kind = faults.of_disk(self.path) if faults.is_of_disk(said) else super()._kind_of(said)
        if kind is StoreReadOnly:
            self.engine.dispose()
        return kind

    def prepare(self) -> None:
        """As for every store; then the file's header, which other programs read without SQLite, is brought home."""
        super().prepare()
        with self._watch_lock:
            self._watch.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _begin_read(self, connection: Connection) -> None:
        """SQLite's read transactions are snapshots."""

    def _begin_write(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE was sent by the engine's own event."""

    def _prepare(self, connection: Connection) -> None:
        if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_contents'").first():
            for statement in gpkg.BASE:
                connection.exec_driver_sql(statement)
            for row in gpkg.REFERENCE_SYSTEMS:
                connection.exec_driver_sql("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", row)
        super()._prepare(connection)
        gpkg.register_attributes(connection)

    def make_layer(self, connection: Connection, table: Table) -> None:
        """The feature table, its R-tree with the standard's triggers, and our change triggers."""
        connection.execute(CreateTable(table))
        for index in table.indexes:
            connection.execute(CreateIndex(index))
        gpkg.register_layer(connection, table)

    def drop_layer(self, connection: Connection, table: Table) -> None:
        """The table goes with its triggers; the R-tree and the GeoPackage's entries go too."""
        connection.execute(DropTable(table))
        gpkg.unregister_layer(connection, table.name)

    def reserve(self, connection: Connection, table: Table, count: int) -> int:
        """Keys after the highest ever used (AUTOINCREMENT), under the writer's lock."""
        used = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).scalar()
        return int(used or 0) + 1

    def bulk(self, connection: Connection, table: Table, columns: Mapping[str, Sequence[object]]) -> None:
        """One executemany; where many rows of a layer come, the triggers' work is done for all of them at once."""
        if "layer" not in table.info or len(columns["id"]) < _MANY_ROWS:
            self._insert_rows(connection, table, columns)
            return
        with _asleep(connection, f"rtree_{table.name}_geom_insert", f"changes_{table.name}_insert"):
            self._insert_rows(connection, table, columns)
            _enter_boxes(connection, table, columns)
            _enter_changes(connection, table, columns["id"])

    def _insert_rows(self, connection: Connection, table: Table, columns: Mapping[str, Sequence[object]]) -> None:
        statement = str(insert(table).values(dict.fromkeys(columns)).compile(self.engine))
        order = list(insert(table).compile(self.engine, column_keys=list(columns)).positiontup or columns)
        for start in range(0, len(columns["id"]), _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            ready = [_converted(table, name, columns[name][some], connection) for name in order]
            connection.exec_driver_sql(statement, list(zip(*ready, strict=True)))

    def bulk_update(
        self,
        connection: Connection,
        table: Table,
        ids: Sequence[int],
        columns: Mapping[str, Sequence[object]],
    ) -> None:
        """One executemany of UPDATE … WHERE id = ?."""
        ready = [_converted(table, name, values, connection) for name, values in columns.items()]
        settings = ", ".join(f'"{table.c[name].name}" = ?' for name in columns)
        statement = f'UPDATE "{table.name}" SET {settings} WHERE id = ?'  # noqa: S608 (names of the definition)
        connection.exec_driver_sql(statement, list(zip(*ready, ids, strict=True)))

    def check(self) -> list[str]:
        """SQLite's integrity check, the R-trees' own, and the R-trees against the rows."""
        with self.reading() as session:
            connection = session.layers.connection
            wrong = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
            for schema in session.layers.all():
                said = connection.exec_driver_sql("SELECT rtreecheck(?)", (f"rtree_{schema.name}_geom",)).scalar()
                wrong += [] if said == "ok" else [str(said)]
                wrong += gpkg.index_faults(connection, schema.name)
        return wrong

    @contextmanager
    def copying(self, file: Path) -> Iterator[Session]:
        """VACUUM INTO reads every row, so that a damaged page ends it; the copy is checked before it is relied on."""
        with self._errors(), closing(self.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(file),))
        copy = GeoPackageStore(file, self.town)
        try:
            if wrong := copy.check():
                raise StoreDamaged(msg("The store is damaged ({reason}): restore a backup.", reason=wrong[0]))
            with copy.reading() as session:
                yield session
        finally:
            copy.close()

    def scrub(self) -> None:
        """Every page is written anew, and the log brought home."""
        with self._errors(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def durability(self) -> dict[str, str]:
        """Of one of the connections, which are all made alike."""
        with self.reading() as session:
            run = session.layers.connection.exec_driver_sql
            return {name: str(run(f"PRAGMA {name}").scalar()) for name in self.durable}

    def close(self) -> None:
        """Close every connection, the watching one last."""
        super().close()
        self._watch.close()


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", module=DRIVER, pool_size=8, max_overflow=24,
        connect_args={"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False},
    )  # fmt: skip
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours to send
    for name, count, function in _FUNCTIONS:
        connection.create_function(name, count, function, deterministic=True)
    cursor = connection.cursor()
    mode = cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreReadOnly(msg("The store cannot be put into write-ahead mode: is it on a network drive?"))
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def quick_check(path: Path) -> None:
    """Refuse a damaged file at once, with the reason (promise 4)."""
    try:
        with closing(DRIVER.connect(str(path), timeout=_BUSY_TIMEOUT_S)) as connection:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except DRIVER.DatabaseError as error:
        kind = faults.of_disk(path) if faults.is_of_disk(error) else faults.kind_of(error)
        if kind is not None and kind is not StoreDamaged:
            raise faults.fault(kind) from error
        said = str(error)
    if said != "ok":
        raise StoreDamaged(msg("The store is damaged ({reason}): restore a backup.", reason=said))


@lru_cache(maxsize=64)
def _prepared(wkb: bytes) -> BaseGeometry:
    geometry = shapely.from_wkb(wkb)
    shapely.prepare(geometry)
    return geometry


def _edge(index: int) -> Any:
    def edge(blob: bytes | None) -> float | None:
        bounds = None if blob is None else bounds_of(blob)
        return None if bounds is None else bounds[index]

    return edge


def _intersects(blob: bytes | None, wkb: bytes) -> int | None:
    return None if blob is None else int(_prepared(bytes(wkb)).intersects(shapely.from_wkb(wkb_of(blob))))


_FUNCTIONS: tuple[tuple[str, int, Any], ...] = (
    ("ST_MinX", 1, _edge(0)),
    ("ST_MaxX", 1, _edge(1)),
    ("ST_MinY", 1, _edge(2)),
    ("ST_MaxY", 1, _edge(3)),
    ("ST_IsEmpty", 1, is_empty),
    ("ST_Intersects", 2, _intersects),
)


def _converted(table: Table, name: str, values: Sequence[object], connection: Connection) -> Sequence[object]:
    if name == "geom":
        return blobs_of(values)  # type: ignore[arg-type]
    process = table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if process is None:
        return values
    each = {id(value): value for value in values}  # one value in many rows is converted once
    ready = {key: process(value) for key, value in each.items()}
    return [ready[id(value)] for value in values]


@contextmanager
def _asleep(connection: Connection, *triggers: str) -> Iterator[None]:
    """Some triggers are away; nobody else sees that, and an error ends the transaction and so brings them back."""
    said = [_text_of(connection, name) for name in triggers]
    for name in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {gpkg.quoted(name)}")
    yield
    for text in said:
        connection.exec_driver_sql(text)


def _text_of(connection: Connection, trigger: str) -> str:
    found = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", (trigger,))
    return str(found.scalar_one())


def _enter_boxes(connection: Connection, table: Table, columns: Mapping[str, Sequence[object]]) -> None:
    """What the R-tree's insert trigger does for a row."""
    west, south, east, north = shapely.bounds(columns["geom"]).T
    placed = np.isfinite(west)
    boxes = [np.asarray(column)[placed].tolist() for column in (columns["id"], west, east, south, north)]
    tree = gpkg.quoted(f"rtree_{table.name}_geom")
    statement = f"INSERT INTO {tree} VALUES (?, ?, ?, ?, ?)"  # noqa: S608 (a layer's own name)
    connection.exec_driver_sql(statement, list(zip(*boxes, strict=True)))


def _enter_changes(connection: Connection, table: Table, ids: Sequence[object]) -> None:
    """What the change trigger does for a row; the keys are consecutive."""
    statement = f"INSERT INTO changes (layer, feature_id) SELECT ?, id FROM {gpkg.quoted(table.name)} WHERE id >= ?"  # noqa: S608
    connection.exec_driver_sql(statement, (table.name, ids[0]))
