"""The town's own record, its categories, and the register of its layers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, literal, select, update

from layers.category_json import category_from, category_json
from layers.errors import AlreadyThere, BadInput, NotFound
from layers.model import Category, Town
from layers.rules.permissions import WHOLE, Scope
from layers.schema import LAYERS, Field, LayerSchema
from layers.store.scoping import of_seen, readable
from layers.store.tables import CATEGORIES, CATEGORY_VERSIONS, CHANGES, LAYER_REGISTRY, METADATA, TOWNS, layer_table
from layers.words import msg

if TYPE_CHECKING:
    from layers.store.base import Store


class Shelf:
    """A store, the connection of one transaction, and what may be seen in it."""

    def __init__(self, store: "Store", connection: Connection, scope: Scope = WHOLE):
        self.store = store
        self.connection = connection
        self.scope = scope

    @property
    def town_code(self) -> str:
        """The town that this store serves."""
        return self.store.town

    def shown(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        """The conditions for a table's rows of this town that are about problems which may be seen."""
        return table.c.town == self.town_code, of_seen(table.c.problem_id, self.scope, self.town_code)


class TownRecord(Shelf):
    """The town and its categories."""

    _categories: list[Category] | None = None  # read once in a session: every follower asks for them

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
            self._categories = None

    def categories(self) -> list[Category]:
        """All categories in the order of their codes."""
        if self._categories is None:
            statement = select(CATEGORIES).where(CATEGORIES.c.town == self.town_code).order_by(CATEGORIES.c.code)
            self._categories = [_category(dict(row)) for row in self.connection.execute(statement).mappings()]
        return list(self._categories)

    def put_categories(self, categories: Sequence[Category]) -> None:
        """Replace the whole table of categories; every version is kept in its history."""
        self._categories = None
        self.connection.execute(delete(CATEGORIES).where(CATEGORIES.c.town == self.town_code))
        if categories:
            self.connection.execute(insert(CATEGORIES), [self._category_row(c) for c in categories])
            self._keep_versions(categories)

    def put_category(self, category: Category) -> None:
        """Add a category, or replace the one with its code; its version is kept in the history."""
        self._categories = None
        match = (CATEGORIES.c.town == self.town_code, CATEGORIES.c.code == category.code)
        self.connection.execute(delete(CATEGORIES).where(*match))
        self.connection.execute(insert(CATEGORIES).values(self._category_row(category)))
        self._keep_versions([category])

    def category_versions(self, code: str) -> list[Category]:
        """Every version of a category, the oldest first."""
        table = CATEGORY_VERSIONS
        statement = select(table.c.body).where(table.c.town == self.town_code, table.c.code == code)
        return [category_from(body) for body in self.connection.scalars(statement.order_by(table.c.version))]

    def _category_row(self, category: Category) -> dict[str, object]:
        return {
            **{name: getattr(category, name) for name in _CATEGORY_COLUMNS},
            "geometry_types": list(category.geometry_types), "town": self.town_code,
            "rules": {k: v for k, v in category_json(category).items() if k not in _CATEGORY_COLUMNS},
        }  # fmt: skip

    def _keep_versions(self, categories: Sequence[Category]) -> None:
        table = CATEGORY_VERSIONS
        kept = select(table.c.code, table.c.version).where(table.c.town == self.town_code)
        known = {tuple(row) for row in self.connection.execute(kept)}
        rows = [
            {"town": self.town_code, "code": c.code, "version": c.version, "changed_at": c.changed_at,
             "changed_by": c.changed_by, "body": category_json(c)}
            for c in categories if (c.code, c.version) not in known
        ]  # fmt: skip
        if rows:
            self.connection.execute(insert(table), rows)

    def clear_records(self) -> None:
        """Remove everything but the layers and the town's own row: only for a demo town that begins anew."""
        self._categories = None
        for table in METADATA.tables.values():
            if "layer" not in table.info and table.name not in _KEPT:
                self.connection.execute(delete(table).where(table.c.town == self.town_code))

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
        """How many rows each layer holds that may be seen."""
        return {schema.name: self._count(layer_table(schema)) for schema in self.all()}

    def _count(self, table: Table) -> int:
        match = (table.c.town == self.town_code, readable(table, self.scope, self.town_code))
        return self.connection.scalar(select(func.count()).select_from(table).where(*match)) or 0

    def add(self, schema: LayerSchema) -> None:
        """A new layer of the town's own."""
        if _is_reserved(schema.name) or schema.name.lower().startswith(("gpkg_", "sqlite_", "rtree_", "pg_")):
            raise BadInput(msg("The name “{name}” is taken by the service itself.", name=schema.name), field="layer")
        if self.connection.scalar(select(LAYER_REGISTRY.c.id).where(LAYER_REGISTRY.c.name == schema.name)):
            raise AlreadyThere(msg("There is a layer “{name}” already.", name=schema.name))
        if schema.name in METADATA.tables:  # left by an attempt that was rolled back
            METADATA.remove(METADATA.tables[schema.name])
        self.store.add_layer(self.connection, schema)

    def forget_changes(self, up_to: int) -> int:
        """Take the changes up to that number out of the log; how many."""
        return self.connection.execute(delete(CHANGES).where(CHANGES.c.id <= up_to)).rowcount

    def drop(self, name: str) -> None:
        """Remove a layer of the town's own, with its rows."""
        if name in LAYERS:
            raise BadInput(msg("The layer “{layer}” belongs to the service itself.", layer=name), field="layer")
        table = self.table(name)
        rows = select(literal(name), table.c.id)  # nobody keeps them for rows of a later layer of that name
        self.connection.execute(insert(CHANGES).from_select(["layer", "feature_id"], rows))
        self.store.drop_layer(self.connection, table)
        self.connection.execute(delete(LAYER_REGISTRY).where(LAYER_REGISTRY.c.name == name))
        METADATA.remove(table)


def _is_reserved(name: str) -> bool:
    """Whether a table of the service itself bears the name."""
    table = METADATA.tables.get(name)
    return name in ("rtree", "spatial_ref_sys") or (
        table is not None and not ("layer" in table.info and table.info["layer"].own)
    )


_KEPT = ("towns", "layers", "changes", "receipts")
_CATEGORY_COLUMNS = ("code", "parent", "name_zh", "name_en", "weight", "version", "changed_at", "changed_by")


def _category(row: dict[str, object]) -> Category:
    """A row of the table; one of an older release has no rules yet."""
    rules = row["rules"] or {}
    assert isinstance(rules, dict)  # noqa: S101 (our own writing)
    columns = {name: row[name] for name in _CATEGORY_COLUMNS}
    return category_from({**rules, **columns, "geometry_types": row["geometry_types"], "version": row["version"] or 1})


def _schema(row: dict[str, object]) -> LayerSchema:
    fields = row["fields"]
    assert isinstance(fields, list)  # noqa: S101 (our own writing)
    made = tuple(Field(f["name"], f["kind"], f["title"], tuple(f["choices"]), unit=f["unit"]) for f in fields)
    return LayerSchema(
        str(row["name"]), str(row["title"]), row["shape"], made, own=True, style=row["style"] or {}  # type: ignore[arg-type]
    )  # fmt: skip
