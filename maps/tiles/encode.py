"""One tile of one layer, from its columns."""

from collections.abc import Mapping

import numpy as np

from layers.columns.compiled import Ints
from layers.columns.layer import LayerColumns
from layers.columns.parts import Points, Shapes
from maps.tiles.cells import draw_cells
from maps.tiles.drawing import Attribute, Drawing, write_layer
from maps.tiles.filters import NO_FILTER, Sieve, TileFilter, sieve
from maps.tiles.geometry import line_commands, point_commands, polygon_commands
from maps.tiles.grid import Tile, frame, world_box
from maps.tiles.wire import LINE, POINT, POLYGON

POINT_MARGIN = 16
SHAPE_MARGIN = 64
CROWD = 4_096  # as many as there are cells
CLOSE_CROWD, CLOSE_ZOOM = 20_000, 15  # clients draw closer zooms from these tiles: the single features must be in them

Fields = Mapping[str, str]


def encode_tile(
    columns: LayerColumns, tile: Tile, *, wanted: TileFilter = NO_FILTER, fields: Fields | None = None
) -> bytes:
    """The vector tile (one layer, the columns' name); b"" where there is nothing.

    `fields` maps the names of attributes to the fields of the columns; None takes
    all under their own names. Points reach 16 units beyond the tile, lines and
    polygons 64. A tile with more points than `crowd` shows counts (see `cells`).
    """
    if fields is None:
        fields = {name: name for name in columns.field_names}
    passes = sieve(wanted, columns)
    drawings = [_draw_points(columns, tile, passes, fields)] if len(columns.points) else []
    drawings += [_draw_shapes(columns, LINE, tile, passes, fields)] if len(columns.lines) else []
    drawings += [_draw_shapes(columns, POLYGON, tile, passes, fields)] if len(columns.polygons) else []
    return write_layer(columns.name, drawings)


def crowd(z: int) -> int:
    """How many points a tile of that zoom may have before it shows counts."""
    return CLOSE_CROWD if z >= CLOSE_ZOOM else CROWD


def _draw_points(columns: LayerColumns, tile: Tile, passes: Sieve, fields: Fields) -> Drawing:
    points, run = columns.points, columns.points.run(*tile)
    most = crowd(tile.z)
    if run.stop - run.start > most:
        kept = passes.mask(points, run)
        if np.count_nonzero(kept) > most:
            return draw_cells(columns, tile, kept, fields.get("state"))
    rows = points.search(world_box(tile, POINT_MARGIN))
    rows = rows[passes.mask(points, rows)]
    commands, ends = point_commands(points.x[rows], points.y[rows], frame(tile, POINT_MARGIN))
    attributes = _attributes(columns, points, rows, fields)
    return Drawing(kind=POINT, ids=points.ids[rows], commands=commands, ends=ends, attributes=attributes)


def _draw_shapes(columns: LayerColumns, kind: int, tile: Tile, passes: Sieve, fields: Fields) -> Drawing:
    part, draw = (columns.lines, line_commands) if kind == LINE else (columns.polygons, polygon_commands)
    rows = part.search(world_box(tile, SHAPE_MARGIN))
    rows = rows[passes.mask(part, rows)]
    arrays = (part.shapes, part.paths, part.outer, part.x, part.y, part.boxes)
    commands, ends = draw(arrays, rows, frame(tile, SHAPE_MARGIN))
    drawn = np.diff(ends, prepend=0) > 0
    rows = rows[drawn]
    attributes = _attributes(columns, part, rows, fields)
    return Drawing(kind=kind, ids=part.ids[rows], commands=commands, ends=ends[drawn], attributes=attributes)


def _attributes(columns: LayerColumns, part: Points | Shapes, rows: Ints, fields: Fields) -> dict[str, Attribute]:
    return {name: Attribute(part.codes[field][rows], columns.dictionaries[field]) for name, field in fields.items()}
