"""The town's own record, its categories, and the register of its layers."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from layers.errors import AlreadyThere, BadInput, NotFound
from layers.model import Category, Town
from layers.schema import LAYERS, Field, LayerSchema
from layers.store.tables import CATEGORIES, LAYER_REGISTRY, METADATA, RESERVED_NAMES, TOWNS, layer_table
from layers.words import msg

if TYPE_CHECKING:
    from layers.store.base import Store


class Shelf:
    """A store and the connection of one transaction."""

    def __init__(self, store: "Store", connection: Connection):
        self.store = store
        self.connection = connection

    @property
    def town_code(self) -> str:
        """The town that this store serves."""
        return self.store.town


class TownRecord(Shelf):
    """The town and its categories."""

    def get(self) -> Town:
        """The town, with the box round its areas (or, where it has none, round its roads)."""
        row = self.connection.execute(select(TOWNS).where(TOWNS.c.town == self.town_code)).mappings().one()
        return Town(
            code=row["town"], name=row["name"], demo=row["demo"], crs=row["crs"], bounds=self._bounds(),
            fallback_person=row["fallback_person"] or "", attribution=tuple(row["attribution"] or ()),
            as_of=row["as_of"],
        )  # fmt: skip

    def put(self, town: Town) -> None:
        """Write the town's own row; a new code renames the empty town."""
        values = {
            "town": town.code,
            "name": town.name,
            "demo": town.demo,
            "crs": town.crs,
            "as_of": town.as_of,
        }
        self.connection.execute(
            update(TOWNS)
            .where(TOWNS.c.town == self.town_code)
            .values(**values, fallback_person=town.fallback_person, attribution=list(town.attribution))
        )
        if town.code != self.town_code:
            self.connection.execute(update(LAYER_REGISTRY).values(town=town.code))
            self.store.town = town.code

    def categories(self) -> list[Category]:
        """All categories in the order of their codes."""
        rows = self.connection.execute(
            select(CATEGORIES).where(CATEGORIES.c.town == self.town_code).order_by(CATEGORIES.c.code)
        ).mappings()
        names = ("code", "parent", "name_zh", "name_en", "limit_days", "weight")
        return [Category(**{n: row[n] for n in names}, geometry_types=tuple(row["geometry_types"])) for row in rows]

    def put_categories(self, categories: Sequence[Category]) -> None:
        """Replace the table of categories."""
        self.connection.execute(delete(CATEGORIES).where(CATEGORIES.c.town == self.town_code))
        rows = [{**asdict(c), "geometry_types": list(c.geometry_types), "town": self.town_code} for c in categories]
        if rows:
            self.connection.execute(insert(CATEGORIES), rows)

    def _bounds(self) -> tuple[float, float, float, float] | None:
        for name in ("areas", "road_segments", "problems"):
            box = self.store.spatial.extent(self.connection, layer_table(LAYERS[name]), self.town_code)
            if box is not None:
                return box
        return None


class LayerRegistry(Shelf):
    """Which layers there are."""

    def all(self) -> list[LayerSchema]:
        """Every layer: the built-in ones first, then the town's own."""
        rows = self.connection.execute(select(LAYER_REGISTRY).order_by(LAYER_REGISTRY.c.id)).mappings()
        return [LAYERS.get(row["name"]) or _schema(dict(row)) for row in rows]

    def get(self, name: str) -> LayerSchema:
        """The layer of that name, or NotFound."""
        if name in LAYERS:
            return LAYERS[name]
        row = self.connection.execute(select(LAYER_REGISTRY).where(LAYER_REGISTRY.c.name == name)).mappings().first()
        if row is None:
            raise NotFound("layer", name)
        return _schema(dict(row))

    def table(self, name: str) -> Table:
        """The table of a layer that exists."""
        return layer_table(self.get(name))

    def counts(self) -> dict[str, int]:
        """How many rows each layer holds."""
        return {
            schema.name: self.connection.scalar(
                select(func.count()).select_from(table).where(table.c.town == self.town_code)
            ) or 0
            for schema in self.all()
            for table in (layer_table(schema),)
        }  # fmt: skip

    def add(self, schema: LayerSchema) -> None:
        """A new layer of the town's own."""
        if schema.name in RESERVED_NAMES or schema.name.lower().startswith(("gpkg_", "sqlite_", "rtree_", "pg_")):
            raise BadInput(msg("The name “{name}” is taken by the service itself.", name=schema.name), field="layer")
        if self.connection.scalar(select(LAYER_REGISTRY.c.id).where(LAYER_REGISTRY.c.name == schema.name)):
            raise AlreadyThere(msg("There is a layer “{name}” already.", name=schema.name))
        if schema.name in METADATA.tables:  # left by an attempt that was rolled back
            METADATA.remove(METADATA.tables[schema.name])
        self.store.add_layer(self.connection, schema)

    def drop(self, name: str) -> None:
        """Remove a layer of the town's own, with its rows."""
        if name in LAYERS:
            raise BadInput(msg("The layer “{layer}” belongs to the service itself.", layer=name), field="layer")
        table = self.table(name)
        self.store.drop_layer(self.connection, table)
        self.connection.execute(delete(LAYER_REGISTRY).where(LAYER_REGISTRY.c.name == name))
        METADATA.remove(table)


def _schema(row: dict[str, object]) -> LayerSchema:
    fields = row["fields"]
    assert isinstance(fields, list)  # noqa: S101 (our own writing)
    made = tuple(Field(f["name"], f["kind"], f["title"], tuple(f["choices"]), unit=f["unit"]) for f in fields)
    return LayerSchema(
        str(row["name"]), str(row["title"]), row["shape"], made, own=True, style=row["style"] or {}  # type: ignore[arg-type]
    )  # fmt: skip
