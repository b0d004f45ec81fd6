"""One tile of one layer, from its columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from layers.columns.compiled import Ints
from layers.columns.layer import LayerColumns
from layers.columns.levels import most_of
from layers.columns.parts import Points, Shapes
from layers.columns.values import counting
from maps.tiles.cells import draw_cells
from maps.tiles.drawing import Attribute, Drawing, write_layer
from maps.tiles.filters import NO_FILTER, Sieve, TileFilter, sieve
from maps.tiles.geometry import line_commands, point_commands, polygon_commands
from maps.tiles.grid import Tile, frame, world_box
from maps.tiles.thinning import LOOKS, is_crowded, thinned
from maps.tiles.wire import LINE, POINT, POLYGON

POINT_MARGIN = 16
SHAPE_MARGIN = 64
CROWD = 4_096  # as many as there are cells
CLOSE_CROWD, CLOSE_ZOOM = 20_000, 15  # clients draw closer zooms from these tiles: the single features must be in them

NO_ROWS = np.empty(0, np.int64)

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What of a layer lies in a tile: the run of its points, and the rows of lines and polygons, margins included."""

    tile: Tile
    points: slice
    lines: Ints
    polygons: Ints

    @property
    def size(self) -> int:
        """How many rows these are."""
        return int(self.points.stop - self.points.start) + len(self.lines) + len(self.polygons)


def find(columns: LayerColumns, tile: Tile) -> Found:
    """Look up what lies in a tile."""
    box = world_box(tile, SHAPE_MARGIN)
    return Found(
        tile,
        columns.points.run(*tile) if len(columns.points) else slice(0, 0),
        columns.lines.search(box) if len(columns.lines) else NO_ROWS,
        columns.polygons.search(box) if len(columns.polygons) else NO_ROWS,
    )


def encode_tile(
    columns: LayerColumns, tile: Tile, *, wanted: TileFilter = NO_FILTER, fields: Fields | None = None
) -> bytes:
    """The vector tile (one layer, the columns' name); b"" where there is nothing.

    `fields` maps the names of attributes to the fields of the columns; None takes
    all under their own names. Points reach 16 units beyond the tile, lines and
    polygons 64. A tile with more points than `crowd` shows counts (see `cells`); far out,
    roads and parcels that lie too close are thinned (see `thinning`).
    """
    return encode_found(columns, find(columns, tile), wanted=wanted, fields=fields)


def encode_found(
    columns: LayerColumns, found: Found, *, wanted: TileFilter = NO_FILTER, fields: Fields | None = None
) -> bytes:
    """The same of what has been looked up already."""
    if fields is None:
        fields = {name: name for name in columns.field_names}
    passes = sieve(wanted, columns)
    drawings = [_draw_points(columns, found, passes, fields)] if len(columns.points) else []
    drawings += [_draw_shapes(columns, LINE, found, passes, fields)] if len(found.lines) else []
    drawings += [_draw_shapes(columns, POLYGON, found, passes, fields)] if len(found.polygons) else []
    return write_layer(columns.name, drawings)


def crowd(z: int) -> int:
    """How many points a tile of that zoom may have before it shows counts."""
    return CLOSE_CROWD if z >= CLOSE_ZOOM else CROWD


def _draw_points(columns: LayerColumns, found: Found, passes: Sieve, fields: Fields) -> Drawing:
    points, run, tile = columns.points, found.points, found.tile
    most = crowd(tile.z)
    if run.stop - run.start > most:
        kept = passes.mask(points, run)
        if np.count_nonzero(kept) > most:
            return draw_cells(columns, tile, kept, fields)
    rows = points.search(world_box(tile, POINT_MARGIN))
    rows = passes.of(points, rows)
    commands, ends = point_commands(points.x, points.y, rows, frame(tile, POINT_MARGIN))
    attributes = _attributes(columns, points, fields)
    return Drawing(kind=POINT, ids=points.ids, rows=rows, commands=commands, ends=ends, attributes=attributes)


def _draw_shapes(columns: LayerColumns, kind: int, found: Found, passes: Sieve, fields: Fields) -> Drawing:
    is_line = kind == LINE
    part, draw = (columns.lines, line_commands) if is_line else (columns.polygons, polygon_commands)
    rows = passes.of(part, found.lines if is_line else found.polygons)
    seen, attributes = frame(found.tile, SHAPE_MARGIN), _attributes(columns, part, fields)
    if is_crowded(columns.name, found.tile.z, len(rows)):
        looks = [name for name in LOOKS[columns.name] if name in attributes]
        rows, standing = thinned(columns, part, rows, seen, [fields[name] for name in looks])
        attributes = {name: attributes[name] for name in looks}
        attributes |= _standing(rows, standing, len(part))
    arrays = (part.shapes, part.paths, part.outer, part.x, part.y, part.levels, part.boxes)
    commands, ends, rows = draw(arrays, rows, seen, most_of(found.tile.z))
    return Drawing(kind=kind, ids=part.ids, rows=rows, commands=commands, ends=ends, attributes=attributes)


def _standing(rows: Ints, standing: Ints, count: int) -> dict[str, Attribute]:
    """For how many each of the rows stands, where that is not itself alone; `count` rows are in the part."""
    column = np.zeros(count, np.int64)
    column[rows] = np.where(standing > 1, standing, 0)
    return {"stands_for": Attribute(column, counting(int(standing.max(initial=0))))}


def _attributes(columns: LayerColumns, part: Points | Shapes, fields: Fields) -> dict[str, Attribute]:
    return {name: Attribute(part.codes[field], columns.dictionaries[field]) for name, field in fields.items()}
