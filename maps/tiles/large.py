"""Tiles of layers that are too large to be held as columns: the store writes them, this says what is in them.

The same contract as `encode` has, with two differences: whether crowds are shown as cells or as clusters goes by the
zoom, for how full the fullest tile is would take a look at every row; and of any layer a tile has no more than some
thousand lines and polygons.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from layers.query import TileQuestion, Where
from layers.rules.lifecycle import OPEN_STATES
from layers.schema import Field, LayerSchema
from maps.tiles.cells import CELL_BITS, CLUSTER_BITS
from maps.tiles.encode import POINT_MARGIN, SHAPE_MARGIN, Fields, crowd
from maps.tiles.filters import TileFilter
from maps.tiles.grid import Tile, bounds, exists
from maps.tiles.service import MERCATOR_BOUNDS, TileAnswer, described, knows, tag
from maps.tiles.thinning import CELL_UNITS, LOOKS, NAMES_FROM
from maps.tiles.thinning import CROWD as MOST_SHAPES

MOST_ALIKE = 20_000  # lines and polygons that a tile of any layer has; of more, one stands for those in its cell
CELLS_FROM = 12  # the zoom below which a layer of millions is clusters
_KINDS = {"integer": "Number", "real": "Number", "time": "Number", "boolean": "Boolean"}


def answer(
    write: Callable[[TileQuestion], bytes],
    layer: str,
    tile: Tile,
    *,
    wanted: TileFilter,
    fields: Fields,
    version: object,
    if_none_match: str,
) -> TileAnswer:
    """The tile that `write` makes; `version` differs when the layer does, or who looks at it."""
    if not exists(tile):
        return TileAnswer(404)
    etag = tag(tile, layer, version, wanted.key, tuple(fields.items()))
    if if_none_match and knows(if_none_match, etag):
        return TileAnswer(304, etag=etag)
    body = write(question(layer, tile, wanted, fields))
    return TileAnswer(200 if body else 204, body, etag)


def question(layer: str, tile: Tile, wanted: TileFilter, fields: Fields) -> TileQuestion:
    """What to ask the store for."""
    return TileQuestion(
        z=tile.z, x=tile.x, y=tile.y, box=bounds(tile), fields=fields, where=tuple(_conditions(wanted)),
        point_margin=POINT_MARGIN, shape_margin=SHAPE_MARGIN, most_points=crowd(tile.z),
        cell_bits=CELL_BITS if tile.z >= CELLS_FROM else CLUSTER_BITS,
        open_states=tuple(OPEN_STATES), looks=LOOKS.get(layer, ()),
        most_shapes=MOST_SHAPES if layer in LOOKS and tile.z < NAMES_FROM else MOST_ALIKE,
        look_cell_units=CELL_UNITS,
    )  # fmt: skip


def tilejson(
    schema: LayerSchema, box: tuple[float, float, float, float] | None, url_template: str, fields: Fields
) -> dict[str, object]:
    """The TileJSON 3.0 of a layer of which the schema and the box are known."""
    kinds = {name: _kind(schema.field(field)) for name, field in fields.items()}
    return described(schema.name, box or MERCATOR_BOUNDS, kinds, url_template)


def _conditions(wanted: TileFilter) -> list[Where]:
    """What a filter means in a query; who may see what is the store's own affair."""
    found = [Where(field, "in", tuple(sorted(values))) for field, values in sorted(wanted.equals.items())]
    bounds_ = ((wanted.since, ">="), (wanted.before, "<"), (wanted.not_before, "null or >="))
    times = [(*bound, how) for bound, how in bounds_ if bound]
    return found + [Where(field, how, datetime.fromtimestamp(at, UTC)) for field, at, how in times]  # type: ignore[arg-type]


def _kind(field: Field | None) -> str:
    return _KINDS.get(field.kind, "String") if field else "String"
