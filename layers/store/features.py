"""Reading and writing the rows of any layer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from layers.errors import AlreadyThere, Conflict, Denied, NotFound
from layers.geometry import promote
from layers.model import Feature, FeatureTable
from layers.query import BBox, Query, TileQuestion
from layers.rules.permissions import WHOLE, Scope
from layers.schema import LayerSchema
from layers.store import sql_tiles
from layers.store.json_rows import JsonRows, objects_of, rows_of
from layers.store.registry import LayerRegistry, Shelf
from layers.store.scoping import changeable, is_hidden, may_hide, readable
from layers.store.select import column_of, conditions, rows
from layers.store.tables import RECEIPTS, layer_table
from layers.words import msg

if TYPE_CHECKING:
    from layers.store.base import Store

_IDS_AT_ONCE = 10_000


class Features(Shelf):
    """The rows of the layers."""

    def __init__(self, store: "Store", connection: Connection, layers: LayerRegistry, scope: Scope = WHOLE):
        super().__init__(store, connection, scope)
        self._layers = layers

    # -- reading ----------------------------------------------------------------------------
    def read(self, layer: str, query: Query | None = None) -> list[Feature]:
        """The rows that the query asks for."""
        schema = self._layers.get(layer)
        statement = self._rows(select(layer_table(schema)), layer_table(schema), query)
        return [_feature(schema, row) for row in self.connection.execute(statement).mappings()]

    def get(self, layer: str, id_: int) -> Feature:
        """One row by key, or NotFound."""
        found = self.read(layer, Query(ids=(id_,)))
        if not found:
            raise NotFound(layer, id_)
        return found[0]

    def by_code(self, layer: str, code: str) -> Feature:
        """One row by code, or NotFound."""
        schema = self._layers.get(layer)
        table = layer_table(schema)
        statement = select(table).where(table.c.town == self.town_code, table.c.code == code, self._seen(table))
        row = self.connection.execute(statement).mappings().first()
        if row is None:
            raise NotFound(layer, code)
        return _feature(schema, row)

    def count(self, layer: str, query: Query | None = None) -> int:
        """How many rows match (paging is ignored)."""
        table = self._layers.table(layer)
        return self.connection.scalar(self._filtered(select(func.count()), table, query)) or 0

    def count_by(self, layer: str, fields: Sequence[str], query: Query | None = None) -> dict[tuple[object, ...], int]:
        """How many rows match for each combination of the fields' values."""
        table = self._layers.table(layer)
        columns = [column_of(table, name) for name in fields]
        statement = self._filtered(select(*columns, func.count()), table, query).group_by(*columns)
        return {tuple(values): n for *values, n in self.connection.execute(statement)}

    def columns(self, layer: str, fields: Sequence[str], query: Query | None = None) -> list[tuple[Any, ...]]:
        """The named columns (also "id", "code", "geom") of the matching rows."""
        table = self._layers.table(layer)
        asked = {name: column_of(table, name) for name in fields}
        if "geom" in asked:
            asked["geom"] = self.store.spatial.wkb(table)
        ready = self._rows(select(*asked.values()), table, query)
        got = [tuple(row) for row in self.connection.execute(ready)]
        return self._with_shapes(got, list(fields).index("geom")) if "geom" in asked else got

    def as_json(self, layer: str, fields: Sequence[str], query: Query) -> JsonRows:
        """The matching rows with these fields, as the database writes them."""
        table = self._layers.table(layer)
        asked = (table.c.id, self.store.spatial.wkb(table), *objects_of(table, fields))
        return rows_of(self.connection.execute(self._rows(select(*asked), table, query)), self.store.spatial.bare)

    def _with_shapes(self, got: list[tuple[Any, ...]], place: int) -> list[tuple[Any, ...]]:
        """The rows with geometries, all made at once, where the driver gave bytes."""
        shapes = shapely.from_wkb(_objects(self.store.spatial.bare(row[place] for row in got)))
        return [(*row[:place], shape, *row[place + 1 :]) for row, shape in zip(got, shapes, strict=True)]

    def table(self, layer: str, fields: Sequence[str], ids: Sequence[int] | None = None) -> FeatureTable:
        """The rows (all, or those of `ids` that still exist) as columns, geometry as WKB."""
        table = self._layers.table(layer)
        columns = [column_of(table, name) for name in fields]
        # In key order, so that a back end reads the table as it lies instead of wandering along an index.
        statement = select(table.c.id, self.store.spatial.wkb(table), *columns).order_by(table.c.id)
        statement = statement.where(table.c.town == self.town_code, self._seen(table))
        got = [row for part in _parts(ids) for row in self._part(statement, table, part)]
        keys, raw, *values = zip(*got, strict=True) if got else ((), (), *((),) * len(columns))
        wkb = _objects(self.store.spatial.bare(raw))
        return FeatureTable(np.array(keys, dtype=np.int64), wkb, dict(zip(fields, map(list, values), strict=True)))

    def _part(self, statement: Select[Any], table: Table, ids: Sequence[int] | None) -> list[tuple[object, ...]]:
        chosen = statement if ids is None else statement.where(self.store.spatial.among(table.c.id, ids))
        return [tuple(row) for row in self.connection.execute(chosen)]

    def tile(self, layer: str, asked: TileQuestion) -> bytes:
        """The vector tile of the rows that may be seen, written by the database (where `Store.writes_tiles`)."""
        table, spatial = self._layers.table(layer), self.store.spatial
        among = conditions(table, Query(where=asked.where), town=self.town_code, spatial=spatial)
        there = (table.c.town == self.town_code, spatial.near(table, sql_tiles.near_box(asked)))
        return sql_tiles.tile(self.connection, table, asked, and_(*there, self._seen(table), *among))

    def rough_extent(self, layer: str) -> BBox | None:
        """About the box round all rows of a layer, without a look at them (where `Store.writes_tiles`)."""
        return sql_tiles.rough_extent(self.connection, self._layers.table(layer))

    def has_more(self, layer: str, count: int) -> bool:
        """Whether the layer has more rows than that; no more of them are counted."""
        table = self._layers.table(layer)
        some = select(table.c.id).where(table.c.town == self.town_code).limit(count + 1).subquery()
        return (self.connection.scalar(select(func.count()).select_from(some)) or 0) > count

    def maximum(self, layer: str, field: str) -> object:
        """The greatest value of a field, None in an empty layer."""
        table = self._layers.table(layer)
        match = (table.c.town == self.town_code, self._seen(table))
        return self.connection.scalar(select(func.max(column_of(table, field))).where(*match))

    def next_id(self, layer: str) -> int:
        """Take the next key of a layer out of its sequence: it will never be given again."""
        return self.store.reserve(self.connection, self._layers.table(layer), 1)

    def extent(self, layer: str) -> BBox | None:
        """The box round all rows of a layer."""
        return self.store.spatial.extent(self.connection, self._layers.table(layer), self.town_code)

    def to_change(self, id_: int) -> Feature:
        """A problem that may be changed now. NotFound where it may not be seen, Denied where it may only be seen."""
        found = self.get("problems", id_)
        table = self._layers.table("problems")
        match = (table.c.id == id_, changeable(table, self.scope, self.town_code))
        if self.connection.scalar(select(table.c.id).where(*match)) is None:
            raise Denied(msg("You can see “{code}”, but it is not yours to change.", code=found.code))
        return found

    def changeable(self, ids: Sequence[int]) -> frozenset[int]:
        """Which of these problems may be changed now."""
        if self.scope.sees_all or not ids:
            return frozenset(ids)
        table = self._layers.table("problems")
        match = (table.c.town == self.town_code, changeable(table, self.scope, self.town_code))
        return frozenset(self.connection.scalars(select(table.c.id).where(*match, table.c.id.in_(tuple(ids)))))

    def visible(self, ids: Sequence[int]) -> frozenset[int]:
        """Which of these problems may be seen."""
        if self.scope.sees_all or not ids:
            return frozenset(ids)
        return frozenset(id_ for (id_,) in self.columns("problems", ("id",), Query(ids=tuple(set(ids)))))

    def may_hide(self, layer: str) -> bool:
        """Whether rows of the layer may be hidden in this session."""
        return may_hide(self._layers.table(layer), self.scope)

    def _seen(self, table: Table) -> ColumnElement[bool]:
        return readable(table, self.scope, self.town_code)

    def _rows(self, statement: Select[Any], table: Table, query: Query | None) -> Select[Any]:
        asked, spatial = query or Query(), self.store.spatial
        return rows(statement, table, asked, town=self.town_code, spatial=spatial, seen=self._seen(table))

    def _filtered(self, statement: Select[Any], table: Table, query: Query | None) -> Select[Any]:
        asked = query or Query()
        return statement.select_from(table).where(
            table.c.town == self.town_code,
            self._seen(table),
            *conditions(table, asked, town=self.town_code, spatial=self.store.spatial),
        )

    # -- writing ----------------------------------------------------------------------------
    def _check_whole(self, layer: str) -> None:
        """What may be hidden is written by whole sessions only: who may do it is known before."""
        if not self.scope.sees_all and is_hidden(layer):
            raise Denied(msg("You may not do that."))

    def insert(self, layer: str, feature: Feature, *, now: datetime) -> Feature:
        """Add one row; AlreadyThere where its code is taken."""
        self._check_whole(layer)
        schema = self._layers.get(layer)
        row = {
            **_known(schema, feature.values),
            "town": self.town_code,
            "code": feature.code,
            "geom": _shaped(schema, feature.geometry),
            "extra": dict(feature.extra),
            "source_crs": feature.source_crs,
            "version": 1,
            "updated_at": now,
        }
        if feature.id:
            row["id"] = feature.id
        try:
            key = self.connection.execute(insert(layer_table(schema)).values(row)).inserted_primary_key
        except IntegrityError as error:
            raise _taken(feature.code) from error
        assert key is not None  # noqa: S101 (an insert gives its key)
        return self.get(layer, key[0])

    def insert_many(self, layer: str, features: Sequence[Feature], *, now: datetime) -> int:
        """Add many rows at once; the first of their consecutive keys."""
        schema = self._layers.get(layer)
        columns = {name: [f.values.get(name, _default(schema, name)) for f in features] for name in schema.field_names}
        shapes = _objects([_shaped(schema, f.geometry) for f in features])
        return self.insert_columns(
            layer, codes=[f.code for f in features], geometries=shapes,
            values=columns, extra=[dict(f.extra) for f in features],
            source_crs=features[0].source_crs if features else "EPSG:4326", now=now,
        )  # fmt: skip

    def insert_columns(
        self,
        layer: str,
        *,
        codes: Sequence[str],
        geometries: NDArray[np.object_],
        values: Mapping[str, Sequence[object]],
        extra: Sequence[Mapping[str, object]],
        source_crs: str,
        now: datetime,
    ) -> int:
        """Add many rows given as columns; the first of their consecutive keys."""
        self._check_whole(layer)
        schema = self._layers.get(layer)
        table = layer_table(schema)
        count = len(codes)
        first = self.store.reserve(self.connection, table, count)
        constant = {"town": self.town_code, "source_crs": source_crs, "version": 1, "updated_at": now}
        columns: dict[str, Any] = {
            "id": range(first, first + count), "geom": geometries, "code": codes, "extra": extra,
            **{name: values.get(name) or [_default(schema, name)] * count for name in schema.field_names},
            **{name: [value] * count for name, value in constant.items()},
        }  # fmt: skip
        taken = self._first_taken(layer, codes)
        if taken is not None:
            raise _taken(taken)
        self.store.bulk(self.connection, table, columns)
        return first

    def taken_codes(self, layer: str, codes: Sequence[str]) -> set[str]:
        """Which of the codes are in use."""
        table = self._layers.table(layer)
        every = set(self.connection.scalars(select(table.c.code).where(table.c.town == self.town_code)))
        return every & set(codes)

    def update(
        self,
        layer: str,
        id_: int,
        changes: Mapping[str, object],
        *,
        now: datetime,
        expected: int | None = None,
        counted: bool = True,
    ) -> Feature:
        """Change fields (also "geom", "extra", "code") of one row; Conflict where `expected` is not its version.

        The version counts up unless the change is not `counted`: a consequence of one that was.
        """
        self._check_whole(layer)
        schema = self._layers.get(layer)
        table = layer_table(schema)
        match = [table.c.town == self.town_code, table.c.id == id_]
        if expected is not None:
            match.append(table.c.version == expected)
        values: dict[str, Any] = {column_of(table, name).name: value for name, value in changes.items()}
        if "geom" in values:
            values["geom"] = _shaped(schema, values["geom"])
        version = table.c.version + int(counted)
        statement = update(table).where(*match).values(**values, version=version, updated_at=now)
        try:
            changed = self.connection.execute(statement).rowcount
        except IntegrityError as error:
            raise _taken(str(changes.get("code"))) from error
        current = self.get(layer, id_)
        if not changed:
            raise _stale(current)
        return current

    def update_columns(self, layer: str, ids: Sequence[int], columns: Mapping[str, Sequence[object]]) -> None:
        """Set fields of many rows at once, without a new version: for what is derived, not edited."""
        self._check_whole(layer)
        if ids:
            self.store.bulk_update(self.connection, self._layers.table(layer), ids, columns)

    def delete(self, layer: str, id_: int, *, expected: int | None = None) -> None:
        """Remove one row; Conflict where `expected` is not its version."""
        self._check_whole(layer)
        table = self._layers.table(layer)
        current = self.get(layer, id_)
        if expected is not None and current.version != expected:
            raise _stale(current)
        self.connection.execute(delete(table).where(table.c.town == self.town_code, table.c.id == id_))

    def clear(self, layer: str) -> None:
        """Remove every row of a layer."""
        self._check_whole(layer)
        table = self._layers.table(layer)
        self.connection.execute(delete(table).where(table.c.town == self.town_code))

    # -- receipts: a repeated request finds what the first one made ----------------------------
    def receipt(self, key: str) -> tuple[str, int] | None:
        """What a request with this key made: (layer, id)."""
        statement = select(RECEIPTS.c.layer, RECEIPTS.c.feature_id).where(
            RECEIPTS.c.town == self.town_code, RECEIPTS.c.key == self._own(key)
        )
        row = self.connection.execute(statement).first()
        return None if row is None else (row[0], row[1])

    def put_receipt(self, key: str, layer: str, id_: int, *, now: datetime) -> None:
        """Remember what a request with this key made."""
        self.connection.execute(
            insert(RECEIPTS).values(town=self.town_code, key=self._own(key), layer=layer, feature_id=id_, at=now)
        )

    def _own(self, key: str) -> str:
        """The key among those of the same account: nobody's key tells of what another one did, nor who they are."""
        viewer = self.store.viewer
        return sha256(f"{viewer.account}\n{key}".encode()).hexdigest() if viewer and viewer.account else key

    def _first_taken(self, layer: str, codes: Sequence[str]) -> str | None:
        seen = self.taken_codes(layer, codes)
        for code in codes:
            if code in seen:
                return code
            seen.add(code)
        return None


def _feature(schema: LayerSchema, row: RowMapping) -> Feature:
    return Feature(
        id=row["id"], code=row["code"], geometry=row["geom"], version=row["version"], updated_at=row["updated_at"],
        values={name: row[name] for name in schema.field_names}, extra=row["extra"] or {},
        source_crs=row["source_crs"] or "EPSG:4326",
    )  # fmt: skip


def _shaped(schema: LayerSchema, geometry: BaseGeometry | None) -> BaseGeometry | None:
    """The geometry as the layer's column holds it: single parts become multi where it is a multi."""
    return None if geometry is None or geometry.is_empty else promote(geometry, schema.shape)


def _default(schema: LayerSchema, name: str) -> object:
    field = schema.field(name)
    assert field is not None  # noqa: S101 (the name comes from the schema)
    return list(field.default) if isinstance(field.default, tuple) else field.default


def _known(schema: LayerSchema, values: Mapping[str, object]) -> dict[str, object]:
    return {name: values.get(name, _default(schema, name)) for name in schema.field_names}


def _taken(code: str) -> AlreadyThere:
    return AlreadyThere(msg("The code “{code}” is taken.", code=code))


def _stale(current: Feature) -> Conflict:
    return Conflict(
        msg("Somebody else has changed “{code}” in the meantime (now version {version}).",
            code=current.code, version=current.version),
        current=current.version,
    )  # fmt: skip


def _parts(ids: Sequence[int] | None) -> Iterator[Sequence[int] | None]:
    if ids is None:
        yield None
        return
    for start in range(0, len(ids), _IDS_AT_ONCE):
        yield list(ids[start : start + _IDS_AT_ONCE])


def _objects(values: Sequence[object]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
