"""Getting the compiled loops ready before the first request needs them."""

import numpy as np
import shapely

from layers.columns import build
from layers.model import FeatureTable
from maps.tiles.cells import draw_cells
from maps.tiles.drawing import write_layer
from maps.tiles.encode import encode_tile
from maps.tiles.filters import TileFilter
from maps.tiles.grid import Tile, frame
from maps.tiles.thinning import thinned

_GEOMETRIES = ("POINT (1 1)", "LINESTRING (0 0, 200 9)", "POLYGON ((0 0, 200 9, 9 60, 0 0), (9 9, 19 9, 9 19, 9 9))")
_WORLD = Tile(0, 0, 0)


def warm_up() -> None:
    """Draw a small layer in every way there is.

    Compiles all loops (about 15 s) the first time after an installation, loads
    them from numba's cache (about 0.5 s) afterwards.
    """
    wkb = np.array([shapely.to_wkb(shapely.from_wkt(text)) for text in _GEOMETRIES], dtype=object)
    table = FeatureTable(np.arange(1, len(wkb) + 1), wkb, {"state": ["a", None, "b"], "number": [1, 2.5, -3]})
    columns = build("warm_up", table, ("state", "number")).changed(table, (1,))
    encode_tile(columns, _WORLD, wanted=TileFilter(equals={"state": frozenset("ab")}, since=("number", -9)))
    thinned(columns, columns.lines, np.arange(len(columns.lines)), frame(_WORLD, 0), ("state",))
    kept = np.ones(len(columns.points), np.bool_)
    write_layer("warm_up", [draw_cells(columns, _WORLD, kept, {"state": "state", "due": "number"})])
