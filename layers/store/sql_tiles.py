"""Vector tiles written by PostGIS itself, for layers with more rows than are held as columns: same contract, no memory.

ST_AsMVT writes a tile with few features as they are. Where more points lie in it than may be drawn, rows are summed to
cells in the database; of more lines and polygons than may be drawn one stands for those that look alike in its cell.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Float,
    Label,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    union_all,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.types import TypeEngine

from layers.query import BBox, TileQuestion
from layers.store.select import column_of
from layers.store.types import SRID, Day, Flag, Json, UtcTime

Column = ColumnElement[Any]
Columns = Mapping[str, Column]

EXTENT = 4096
LONGEST_S = 60
_SMALL_UNITS = 16  # two pixels: what is smaller may be drawn as its box
_MERCATOR = 3857
_HALF_WORLD_M = 20_037_508.342789244  # of EPSG:3857: π times 6,378,137 m
_NORTHERNMOST = 85.0511287798066
# What a tile carries of a field of each type: the database's own types otherwise.
_CARRIED: tuple[tuple[type, Callable[[Column], Column], TypeEngine[Any]], ...] = (
    (UtcTime, lambda column: func.floor(func.extract("epoch", column)), BigInteger()),
    (Day, lambda column: func.to_char(column, "YYYY-MM-DD"), Text()),
    (Json, lambda column: column, Text()),
    (Flag, lambda column: column, Boolean()),
    (Float, lambda column: func.nullif(column, cast("NaN", Float(53))), Float(53)),
)
# What stands for many rows carries beside the attributes: JSON comes out as one attribute for each key.
_NUMBERS: Mapping[str, TypeEngine[Any]] = {
    "stands_for": BigInteger(),
    "point_count": BigInteger(),
    "n_of_states": JSONB(),
}


def near_box(asked: TileQuestion) -> BBox:
    """The box in degrees in which to look for what reaches into the tile; a unit is nowhere higher than wide."""
    west, south, east, north = asked.box
    wider = asked.shape_margin / EXTENT * (east - west)
    return west - wider, max(south - wider, -90.0), east + wider, min(north + wider, 90.0)


def tile(connection: Connection, table: Table, asked: TileQuestion, matches: ColumnElement[bool]) -> bytes:
    """The vector tile of the rows that match (which lie in `near_box`); b"" where there is nothing.

    Raises StoreUnavailable where it takes longer than `LONGEST_S`.
    """
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{LONGEST_S}s'")
    return _Tile(connection, table, asked, matches).written()


def rough_extent(connection: Connection, table: Table) -> BBox | None:
    """The box round a table as the root of its index tells it; None where the database does not know it yet."""
    box = select(func.ST_EstimatedExtent(table.name, "geom").label("box")).subquery()
    edges = [f(box.c.box) for f in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)]
    west, south, east, north = connection.execute(select(*edges)).one()
    return None if west is None else (west, south, east, north)


@dataclass(frozen=True)
class _Tile:
    """One tile of one table; metres are those of Web Mercator (EPSG:3857)."""

    connection: Connection
    table: Table
    asked: TileQuestion
    matches: ColumnElement[bool]

    def written(self) -> bytes:
        rows = union_all(*self._parts()).subquery()
        order = (rows.c.point_count.nulls_first(), rows.c.id)
        shown = select(*rows.c).order_by(*order).subquery("shown")  # without a geometry ST_AsMVT passes rows over
        whole = func.ST_AsMVT(literal_column("shown"), self.table.name, EXTENT, "geom", "id")
        return bytes(self.connection.scalar(select(whole).select_from(shown)) or b"")

    def _parts(self) -> Iterator[Select[Any]]:
        """What is drawn; all parts have the same columns."""
        shape = self.table.info["layer"].shape
        if shape != "POINT":
            is_crowded = self._has_more(self._is_shape, self.asked.most_shapes)
            yield self._thinned() if is_crowded else self._each(self._is_shape, self.asked.shape_margin)
        if shape in ("POINT", "GEOMETRY"):
            is_crowded = self._has_more(self._is_point_inside, self.asked.most_points)
            yield self._cells() if is_crowded else self._each(self._is_point, self.asked.point_margin)

    # -- which rows -------------------------------------------------------------------------
    @property
    def _is_point(self) -> ColumnElement[bool]:
        return func.ST_Dimension(self.table.c.geom) == 0

    @property
    def _is_shape(self) -> ColumnElement[bool]:
        return func.ST_Dimension(self.table.c.geom) > 0

    @property
    def _first_point(self) -> tuple[Column, Column]:
        first = case((self._is_point, func.ST_GeometryN(self.table.c.geom, 1)))  # of others ST_X is an error
        return func.ST_X(first), func.ST_Y(first)

    @property
    def _is_point_inside(self) -> ColumnElement[bool]:
        """Whether it is in the tile itself: what lies on an edge belongs to one tile only."""
        west, south, east, north = self.asked.box
        x, y = self._first_point
        return and_(self._is_point, x >= west, x < east, y > south, y <= north)

    def _has_more(self, which: ColumnElement[bool], most: int) -> bool:
        some = select(literal(1)).select_from(self.table).where(self.matches, which).limit(most + 1).subquery()
        return (self.connection.scalar(select(func.count()).select_from(some)) or 0) > most

    # -- how they are drawn -----------------------------------------------------------------
    def _each(self, which: ColumnElement[bool], margin: int) -> Select[Any]:
        drawn = self._as_drawn(_projected(self.table.c.geom), margin)
        return self._row(self.table.c.id, drawn, self._attributes).where(self.matches, which)

    def _thinned(self) -> Select[Any]:
        """Of those that look alike, are smaller than a cell and have their middles in the same one, the largest."""
        looks = {name: self._attributes[name] for name in self.asked.looks if name in self._attributes}
        shapes = select(self.table.c.id, _projected(self.table.c.geom).label("shape"), *_labelled(looks))
        found = shapes.where(self.matches, self._is_shape).offset(0).subquery()  # a fence: each is projected once
        size_m, alike = self._alike(found, [found.c[name] for name in looks])
        turn = func.row_number().over(partition_by=alike, order_by=(size_m.desc(), found.c.id))
        ranked = select(*found.c, turn.label("turn"), func.count().over(partition_by=alike).label("number")).subquery()
        carried = {**{name: ranked.c[name] for name in looks}, "stands_for": func.nullif(ranked.c.number, 1)}
        return self._row(ranked.c.id, self._as_drawn(ranked.c.shape, self.asked.shape_margin), carried).where(
            ranked.c.turn == 1
        )

    def _alike(self, found: Subquery, looks: list[Column]) -> tuple[Column, list[Column]]:
        """How large the shapes are, and what is the same for those of which one is drawn."""
        cell, margin = self.asked.look_cell_units, self.asked.shape_margin
        west, south, east, north = (f(found.c.shape) for f in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax))
        size_m = func.greatest(east - west, north - south)
        middle = self._units((west + east) / 2, (south + north) / 2)
        is_near = and_(*(place.between(-margin, EXTENT + margin) for place in middle))
        alone = case((or_(size_m >= cell * self._unit_m, not_(is_near)), found.c.id))
        return size_m, [alone, *(func.floor(place / cell) for place in middle), *looks]

    def _cells(self) -> Select[Any]:
        """One point for each cell that has points: at their mean, with their numbers, and what is due first."""
        part = self._by_state()
        number, state = func.sum(part.c.number), part.c.state
        mean = [cast(func.sum(part.c[name]) / number, Float(53)) for name in ("x", "y")]
        point = func.ST_SetSRID(func.ST_MakePoint(*mean), _MERCATOR)
        most = func.array_agg(aggregate_order_by(state, part.c.number.desc(), state.collate("C")))
        carried = {
            "point_count": number,
            "n_of_states": func.jsonb_object_agg("n_" + state, part.c.number).filter(state.is_not(None)),
            "state": most.filter(state.is_not(None))[1],
            "due": func.min(part.c.due),
        }
        known = {name: value for name, value in carried.items() if name in _NUMBERS or name in self.asked.fields}
        row = self._row(func.min(part.c.id), self._as_drawn(point, 0), known)
        return row.group_by(part.c.cell_x, part.c.cell_y)

    def _by_state(self) -> Subquery:
        """The points of each cell and state: number, sums of their places, least key, earliest due."""
        x, y = _metres(*self._first_point)
        state, due = (cast(self._told_of_cells(name), kind) for name, kind in _TOLD_OF_CELLS)
        is_open = state.in_(self.asked.open_states)
        cells = [self._cell(place) for place in self._units(x, y)]
        sums = [func.sum(place).label(name) for name, place in (("x", x), ("y", y))]
        return (
            select(
                cells[0].label("cell_x"), cells[1].label("cell_y"), state.label("state"), *sums,
                func.count().label("number"), func.min(self.table.c.id).label("id"),
                func.min(due).filter(is_open).label("due"),
            )
            .where(self.matches, self._is_point_inside)
            .group_by(*cells, state)
            .subquery()
        )  # fmt: skip

    def _told_of_cells(self, name: str) -> Column:
        """The attribute where it is what cells tell of: a state of a few that are known, a time."""
        field = self.table.info["layer"].field(self.asked.fields.get(name, ""))
        is_meant = field is not None and (field.choices if name == "state" else field.kind == "time")
        return self._attributes[name] if is_meant else null()

    def _cell(self, unit: Column) -> Column:
        """The number of a cell; places count to the centimetre as columns hold them (2^32 all round the world)."""
        fine, size, last = (
            2.0 ** (32 - self.asked.z) / EXTENT,
            EXTENT >> self.asked.cell_bits,
            1 << self.asked.cell_bits,
        )
        place = func.floor(func.round(unit * fine) / (size * fine))
        return func.least(func.greatest(place, 0), last - 1)

    # -- what they carry --------------------------------------------------------------------
    @cached_property
    def _told(self) -> dict[str, tuple[Column, TypeEngine[Any]]]:
        """The attributes; a field of the town's own may not pass for a number of ours."""
        fields = {name: field for name, field in self.asked.fields.items() if name not in _NUMBERS}
        return {name: _carried(column_of(self.table, field)) for name, field in fields.items()}

    @property
    def _attributes(self) -> dict[str, Column]:
        return {name: column for name, (column, _) in self._told.items()}

    @property
    def _kinds(self) -> dict[str, TypeEngine[Any]]:
        return {**{name: kind for name, (_, kind) in self._told.items()}, **_NUMBERS}

    def _row(self, id_: Column, drawn: Column, carried: Columns) -> Select[Any]:
        """The columns of every part; NULL is nothing to ST_AsMVT."""
        known = {name: cast(carried.get(name, null()), kind) for name, kind in self._kinds.items()}
        return select(id_.label("id"), drawn.label("geom"), *_labelled(known))

    # -- where they lie ---------------------------------------------------------------------
    @property
    def _unit_m(self) -> float:
        return 2 * _HALF_WORLD_M / (EXTENT << self.asked.z)

    def _units(self, x_m: Column, y_m: Column) -> tuple[Column, Column]:
        """Places in the tile's units, from its north-west corner."""
        west_m = EXTENT * self._unit_m * self.asked.x - _HALF_WORLD_M
        north_m = _HALF_WORLD_M - EXTENT * self._unit_m * self.asked.y
        return (x_m - west_m) / self._unit_m, (north_m - y_m) / self._unit_m

    def _as_drawn(self, shape: Column, margin: int) -> Column:
        """In the tile's units; NULL where it lies outside. What would shrink to nothing is drawn some units wide."""
        envelope = func.ST_TileEnvelope(self.asked.z, self.asked.x, self.asked.y)
        west, south, east, north = (f(shape) for f in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax))
        is_small = func.greatest(east - west, north - south) < _SMALL_UNITS * self._unit_m
        middle = self._units((west + east) / 2, (south + north) / 2)
        is_inside = and_(*(place.between(-margin, EXTENT + margin) for place in middle))
        wider = func.ST_Expand(func.ST_Envelope(shape), self._unit_m)
        across = func.ST_BoundingDiagonal(wider)
        kept = case((func.ST_Dimension(shape) == 1, across), (func.ST_Dimension(shape) == 2, wider))
        drawn, instead = (func.ST_AsMVTGeom(one, envelope, EXTENT, margin, True) for one in (shape, kept))
        return func.coalesce(drawn, case((and_(is_small, is_inside), instead)))


_TOLD_OF_CELLS: tuple[tuple[str, TypeEngine[Any]], ...] = (("state", Text()), ("due", BigInteger()))


def _carried(column: Column) -> tuple[Column, TypeEngine[Any]]:
    """What a tile carries of a column, and its type."""
    for kind, how, carried in _CARRIED:
        if isinstance(column.type, kind):
            return cast(how(column), carried), carried
    return column, column.type


def _labelled(columns: Columns) -> list[Label[Any]]:
    return [column.label(name) for name, column in columns.items()]


def _projected(geometry: Column) -> Column:
    """In Web Mercator, without what lies beyond its edges."""
    reach = func.greatest(func.ST_YMax(geometry), -func.ST_YMin(geometry))
    world = func.ST_MakeEnvelope(-180, -_NORTHERNMOST, 180, _NORTHERNMOST, SRID)
    inside = case((reach > _NORTHERNMOST, func.ST_ClipByBox2D(geometry, world)), else_=geometry)
    return func.ST_Transform(inside, _MERCATOR)


def _metres(lon: Column, lat: Column) -> tuple[Column, Column]:
    """Of degrees: the formula of EPSG:3857, which is quicker than to transform point by point."""
    y = func.ln(func.tan(func.radians(lat / 2 + 45.0))) * (_HALF_WORLD_M / 3.141592653589793)
    return lon * (_HALF_WORLD_M / 180), y
