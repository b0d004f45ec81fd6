"""What is asked of everybody: which tiles with which attributes, which boxes of features with which fields."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.peers.region import Made
from geo_service.tile_fields import TILE_FIELDS
from layers.columns.world import BITS, to_world
from layers.query import BBox
from maps.tiles.grid import Tile, bounds

ZOOMS = (8, 12, 14, 16)
DENSEST, BY_CHANCE = 20, 40
BOXES, BOX_ZOOM, BOX_DEGREES = 20, 12, (0.06, 0.05)
PAGE = 1000
SEED = 1
BUFFER = 16  # units that the peers' tiles reach beyond their edges; ours: 16 for points, 64 for lines and polygons
ITEMS_LAYER = "problems"

TILE_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    layer: tuple(TILE_FIELDS[layer]) for layer in ("problems", "road_segments", "parcels")
}
ITEM_FIELDS = (
    "code", "category", "state", "severity", "source_level", "found_at", "due_at", "closed_at", "description",
)  # fmt: skip


def tiles_of(made: Made, z: int) -> list[Tile]:
    """The tiles of a zoom with the most features, and others by chance, the fuller the likelier."""
    tiles, counts = _crowded(made, z)
    random = np.random.default_rng(SEED)
    densest = np.arange(min(DENSEST, len(tiles)))
    rest = np.arange(len(densest), len(tiles))
    others = _chosen(random, rest, counts[rest])
    return [Tile(z, int(x), int(y)) for x, y in tiles[np.concatenate([densest, others])]]


def boxes_of(made: Made) -> list[BBox]:
    """Boxes of about 5 km in the fullest tiles."""
    tiles, _ = _crowded(made, BOX_ZOOM)
    random = np.random.default_rng(SEED)
    return [_box(Tile(BOX_ZOOM, int(x), int(y)), random.uniform(0, 0.02)) for x, y in tiles[:BOXES]]


def _crowded(made: Made, z: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The tiles (x, y) that the middles of features lie in and how many do, the fullest first."""
    middles = shapely.get_coordinates(shapely.centroid(made.shapes))
    places = to_world(middles).astype(np.int64) >> (BITS - z)
    tiles, counts = np.unique(places, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return tiles[order], counts[order]


def _chosen(random: Generator, rest: NDArray[np.int64], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(rest):
        return rest
    return random.choice(rest, min(BY_CHANCE, len(rest)), replace=False, p=weights / weights.sum())


def _box(tile: Tile, shift: float) -> BBox:
    west, south, _, _ = bounds(tile)
    width, height = BOX_DEGREES
    return tuple(round(edge + shift, 5) for edge in (west, south, west + width, south + height))  # type: ignore[return-value]


def in_words(box: Sequence[float]) -> str:
    """A box as it stands in an address."""
    return ",".join(f"{edge:.5f}" for edge in box)
