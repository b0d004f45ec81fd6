"""Queries to SQL: the one place where a `Query` becomes a statement.

Values always travel as bound parameters; columns are looked up in the table's definition.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, or_, select, tuple_

from layers.errors import BadInput
from layers.query import BBox, Query, Where, halves
from layers.store.tables import PLACES
from layers.words import msg


class Spatial(Protocol):
    """What differs between the two back ends inside a statement."""

    def near(self, table: Table, box: BBox) -> ColumnElement[bool]:
        """The index: rows whose box may meet the box (west ≤ east)."""
        ...

    def meets(self, table: Table, geometry: BaseGeometry) -> ColumnElement[bool]:
        """The truth: rows whose geometry intersects the geometry."""
        ...

    def meets_box(self, table: Table, box: BBox) -> ColumnElement[bool]:
        """The truth for a box (west ≤ east)."""
        ...

    def among(self, column: ColumnElement[int], keys: Sequence[int]) -> ColumnElement[bool]:
        """Whether the key is one of these, given as one value however many they are."""
        ...

    def has(self, column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
        """Whether a JSON list holds the value."""
        ...

    def wkb(self, table: Table) -> ColumnElement[Any]:
        """The geometry as the driver's bytes; `bare` makes WKB of those of many rows."""
        ...

    def bare(self, raw: Iterable[Any]) -> list[bytes | None]:
        """The driver's bytes of many rows → WKB."""
        ...

    def extent(self, connection: Connection, table: Table, town: str) -> BBox | None:
        """The box round a layer, None where it is empty."""
        ...


_COMPARE: dict[str, Callable[[ColumnElement[Any], object], ColumnElement[bool]]] = {
    "=": lambda column, value: column == value,
    "!=": lambda column, value: column != value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "in": lambda column, value: column.in_(tuple(value)),  # type: ignore[arg-type]
    "is null": lambda column, value: column.is_(None),
    "not null": lambda column, value: column.is_not(None),
    "null or >=": lambda column, value: or_(column.is_(None), column >= value),
    "contains": lambda column, value: column.contains(str(value), autoescape=True),
}


def column_of(table: Table, name: str) -> ColumnElement[Any]:
    """The column of that name; an unknown one is the caller's mistake, said in words."""
    if name not in table.c:
        raise BadInput(msg("There is no field “{field}” in “{layer}”.", field=name, layer=table.name), field=name)
    return table.c[name]


def rows(
    statement: Select[Any], table: Table, query: Query, *, town: str, spatial: Spatial, seen: ColumnElement[bool]
) -> Select[Any]:
    """The statement with the query's conditions, order and limit, of the rows that may be seen."""
    statement = statement.where(table.c.town == town, seen, *conditions(table, query, town=town, spatial=spatial))
    for clause in _order(table, query):
        statement = statement.order_by(clause)
    if query.after:
        statement = statement.where(_after(table, query, seen))
    return statement if query.limit is None else statement.limit(query.limit)


def conditions(table: Table, query: Query, *, town: str, spatial: Spatial) -> Iterator[ColumnElement[bool]]:
    """The conditions of a query without its order and paging."""
    for where in query.where:
        yield _condition(table, where, spatial)
    if query.ids is not None:
        yield spatial.among(table.c.id, query.ids)
    if query.search:
        yield or_(*(column.contains(query.search, autoescape=True) for column in _texts(table)))
    if query.place is not None:
        layer, code = query.place
        yield table.c.id.in_(
            select(PLACES.c.problem_id).where(PLACES.c.town == town, PLACES.c.layer == layer, PLACES.c.code == code)
        )
    if query.bbox is not None:
        yield _in_box(table, query.bbox, spatial)
    if query.intersects is not None:
        yield spatial.near(table, query.intersects.bounds)
        yield spatial.meets(table, query.intersects)


def _condition(table: Table, where: Where, spatial: Spatial) -> ColumnElement[bool]:
    column = column_of(table, where.field)
    return spatial.has(column, where.value) if where.is_ == "has" else _COMPARE[where.is_](column, where.value)


def _texts(table: Table) -> list[ColumnElement[str]]:
    names = [field.name for field in table.info["layer"].fields if field.kind == "text" and not field.choices]
    return [table.c[name] for name in ("code", *names)]


def _in_box(table: Table, box: BBox, spatial: Spatial) -> ColumnElement[bool]:
    return or_(*(and_(spatial.near(table, half), spatial.meets_box(table, half)) for half in halves(box)))


def _order(table: Table, query: Query) -> Iterator[ColumnElement[Any]]:
    if query.order != "id":
        column = column_of(table, query.order)
        yield column.is_(None)
        yield column
    yield table.c.id


def _after(table: Table, query: Query, seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """What comes behind the row of that key; a row that may not be seen does not tell where it stands."""
    if query.order == "id":
        return table.c.id > query.after
    column = column_of(table, query.order)
    last = table.alias("last")
    shown = select(table.c.id).where(table.c.id == query.after, seen).correlate(None)
    mark = select(last.c[query.order]).where(last.c.id.in_(shown)).scalar_subquery()
    later = or_(
        tuple_(column, table.c.id) > tuple_(mark, query.after),
        and_(column.is_(None), or_(mark.is_not(None), table.c.id > query.after)),
    )
    return later
