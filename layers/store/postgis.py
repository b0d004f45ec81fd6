"""The server store: PostgreSQL with PostGIS, by psycopg 3."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Table,
    any_,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    literal,
    select,
    update,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable
from sqlalchemy.types import UserDefinedType

from layers.query import BBox
from layers.store.base import Store
from layers.store.postgis_copies import dump
from layers.store.session import Session
from layers.store.tables import CHANGES
from layers.store.types import SRID, Geometry, hex_of

_WRITER_LOCK = 7_031_921  # the one advisory lock that every writer of a town takes
_PREPARE = (
    "CREATE EXTENSION IF NOT EXISTS postgis",
    """CREATE OR REPLACE FUNCTION geo_service_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(7031921); -- commit order = order of the sequence, for foreign writers too
        IF TG_OP = 'DELETE' THEN
            INSERT INTO changes (layer, feature_id) VALUES (TG_TABLE_NAME, OLD.id); RETURN OLD;
        END IF;
        INSERT INTO changes (layer, feature_id) VALUES (TG_TABLE_NAME, NEW.id); RETURN NEW;
    END $$""",
    """CREATE OR REPLACE FUNCTION geo_service_rights_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(7031921);
        INSERT INTO changes (layer, feature_id) VALUES (TG_TABLE_NAME, 0); RETURN NULL;
    END $$""",
)
# Who may see what follows from these: a change of theirs moves the change stamp too, with the key of no row.
_RIGHTS = ("accounts", "people", "problem_places", "responsibilities", "rulesets", "sessions", "tokens")


class _Reflected(UserDefinedType[Any]):
    """What looking at the columns of a table makes of a geometry; nobody reads values by it."""

    def __init__(self, *_: object):
        pass


PGDialect.ischema_names["geometry"] = _Reflected


@compiles(Geometry, "postgresql")
def _geometry_type(type_: Geometry, _compiler: Any, **_: Any) -> str:
    return f"geometry({type_.shape}, {SRID})"


class PostGISSpatial:
    """The GiST index as filter, ST_Intersects as truth."""

    def near(self, table: Table, box: BBox) -> ColumnElement[bool]:
        """Rows whose box meets the box."""
        return table.c.geom.op("&&", is_comparison=True)(_envelope(box))

    def meets(self, table: Table, geometry: BaseGeometry) -> ColumnElement[bool]:
        """The exact predicate."""
        return func.ST_Intersects(table.c.geom, func.ST_GeomFromEWKB(func.decode(hex_of(geometry), "hex")))

    def meets_box(self, table: Table, box: BBox) -> ColumnElement[bool]:
        """The exact predicate for a box."""
        return func.ST_Intersects(table.c.geom, _envelope(box))

    def among(self, column: ColumnElement[int], keys: Sequence[int]) -> ColumnElement[bool]:
        """The keys as an array."""
        return column == any_(literal(list(keys), ARRAY(BigInteger)))

    def has(self, column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
        """Membership in a JSON list."""
        return column.op("@>", is_comparison=True)(cast(literal([value], JSONB()), JSONB))

    def wkb(self, table: Table) -> ColumnElement[Any]:
        """The geometry as WKB."""
        return func.ST_AsBinary(table.c.geom)

    def bare(self, wkb: Iterable[bytes | None]) -> list[bytes | None]:
        """It is WKB already."""
        return [None if one is None else bytes(one) for one in wkb]

    def extent(self, connection: Connection, table: Table, town: str) -> BBox | None:
        """The box round a layer."""
        box = func.ST_Extent(table.c.geom).label("box")
        inner = select(box).where(table.c.town == town).subquery()
        edges = [f(inner.c.box) for f in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)]
        west, south, east, north = connection.execute(select(*edges)).one()
        return None if west is None else (west, south, east, north)


def _envelope(box: BBox) -> ColumnElement[Any]:
    """The box; without extent it is a point or a line, for a polygon without area meets nothing."""
    return func.ST_Envelope(func.ST_MakeEnvelope(*box, SRID))


class PostGISStore(Store):
    """A town in a PostGIS database."""

    copy_suffix = ".pgdump"
    writes_tiles = True
    durable: ClassVar = {
        "fsync": frozenset({"on"}),
        "full_page_writes": frozenset({"on"}),
        "synchronous_commit": frozenset({"on", "local", "remote_write", "remote_apply"}),
    }

    def __init__(self, url: str, town: str):
        plain = url.split("://", 1)[1]
        super().__init__(create_engine(f"postgresql+psycopg://{plain}", pool_size=8, max_overflow=24), town)
        event.listen(self.engine, "connect", _on_connect)
        self.spatial = PostGISSpatial()

    def change_stamp(self) -> int:
        """The last sequence number of the change log: an index look-up."""
        with self._errors(), self.engine.connect() as connection:
            return connection.scalar(select(func.max(CHANGES.c.id))) or 0

    def _begin_read(self, connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def _begin_write(self, connection: Connection) -> None:
        connection.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))

    def _prepare(self, connection: Connection) -> None:
        for statement in _PREPARE:
            connection.exec_driver_sql(statement)
        super()._prepare(connection)
        for name in _RIGHTS:
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TRIGGER rights_changed AFTER INSERT OR UPDATE OR DELETE ON {name} "
                "FOR EACH STATEMENT EXECUTE FUNCTION geo_service_rights_changed()"
            )

    def make_layer(self, connection: Connection, table: Table) -> None:
        """The table, its GiST index and the change trigger."""
        connection.execute(CreateTable(table))
        for index in table.indexes:
            connection.execute(CreateIndex(index))
        quote = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(f"CREATE INDEX ON {quote(table.name)} USING gist (geom)")
        connection.exec_driver_sql(
            f"CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON {quote(table.name)} "
            "FOR EACH ROW EXECUTE FUNCTION geo_service_changed()"
        )

    def drop_layer(self, connection: Connection, table: Table) -> None:
        """The table goes with its indexes and triggers."""
        connection.execute(DropTable(table))

    def reserve(self, connection: Connection, table: Table, count: int) -> int:
        """Move the sequence on by `count`, under the writer's lock."""
        quote = connection.dialect.identifier_preparer.quote
        sequence = func.pg_get_serial_sequence(quote(table.name), "id")
        first = int(connection.scalar(select(func.nextval(sequence))) or 1)
        if count > 1:
            connection.execute(select(func.setval(sequence, first + count - 1)))
        return first

    def bulk(self, connection: Connection, table: Table, columns: Mapping[str, Sequence[object]]) -> None:
        """COPY of converted columns."""
        quote = connection.dialect.identifier_preparer.quote
        names = ", ".join(quote(name) for name in columns)
        ready = [_converted(table, name, values, connection) for name, values in columns.items()]
        cursor = connection.connection.cursor()
        try:
            with cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
                for row in zip(*ready, strict=True):
                    copy.write_row(row)
        except connection.dialect.loaded_dbapi.IntegrityError as error:
            raise IntegrityError("COPY", None, error) from error

    def bulk_update(
        self,
        connection: Connection,
        table: Table,
        ids: Sequence[int],
        columns: Mapping[str, Sequence[object]],
    ) -> None:
        """UPDATE … WHERE id = … for many rows."""
        names = {f"new_{name}": name for name in columns}
        statement = update(table).where(table.c.id == bindparam("key"))
        statement = statement.values({name: bindparam(new) for new, name in names.items()})
        rows = zip(ids, *columns.values(), strict=True)
        connection.execute(statement, [{"key": key, **dict(zip(names, rest, strict=True))} for key, *rest in rows])

    def check(self) -> list[str]:
        """Indexes and tables answer; PostgreSQL keeps its own checksums."""
        with self.reading() as session:
            session.layers.counts()
        return []

    @contextmanager
    def copying(self, file: Path) -> Iterator[Session]:
        """pg_dump sees the snapshot of our own transaction."""
        with self.reading() as session:
            snapshot = session.layers.connection.scalar(select(func.pg_export_snapshot()))
            dump(self.engine.url, file, str(snapshot))
            yield session

    def scrub(self) -> None:
        """Dead rows are taken out; the server's own log and its archive are beyond us."""
        with self._errors(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")

    def durability(self) -> dict[str, str]:
        """Of one of the sessions, which are all made alike."""
        with self.reading() as session:
            ask = session.layers.connection
            return {name: str(ask.scalar(select(func.current_setting(name)))) for name in self.durable}


def _on_connect(connection: Any, _record: object) -> None:
    """A server that answers before it has written is asked not to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()


def _converted(table: Table, name: str, values: Sequence[object], connection: Connection) -> Sequence[object]:
    type_ = table.c[name].type.dialect_impl(connection.dialect)
    process = type_.bind_processor(connection.dialect)
    return values if process is None else [process(value) for value in values]
