"""Vector tiles (MVT 2.1) straight from the columns of a layer."""

from maps.tiles.encode import encode_tile
from maps.tiles.filters import TileFilter
from maps.tiles.grid import Tile
from maps.tiles.service import TileAnswer, TileService, tilejson
from maps.tiles.warm import warm_up

__all__ = ["Tile", "TileAnswer", "TileFilter", "TileService", "encode_tile", "tilejson", "warm_up"]
