"""Which part of the world a picture shows, and where on it a place lies (web mercator, as the pages have it)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BBox = tuple[float, float, float, float]
Floats = NDArray[np.float64]

TILE = 512  # pixels of a tile in the styles' count of zooms
EARTH_M = 40_075_016.686  # length of the equator
SMALLEST_DEGREES = 0.002  # about 200 m: a box without any width would show nothing
EDGE = 0.04  # of the sheet is left free round what must be seen
LIMIT = 85.0  # degrees of latitude; beyond them the projection runs away


@dataclass(frozen=True, slots=True)
class View:
    """A box on the sheet of `width` × `height` units; `west` and `north` (mercator, 0–1) lie at its corner."""

    west: float
    north: float
    scale: float  # units for the whole world
    width: float
    height: float

    def at(self, lonlat: Floats) -> Floats:
        """Longitude and latitude (n × 2, EPSG:4326) → units from the upper left corner."""
        return (mercator(lonlat) - (self.west, self.north)) * self.scale

    @property
    def zoom(self) -> float:
        """The zoom of the styles at which the page would look so."""
        return math.log2(self.scale / TILE)

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the centre."""
        return degrees(self.west + self.width / 2 / self.scale, self.north + self.height / 2 / self.scale)

    @property
    def bounds(self) -> BBox:
        """West, south, east, north of what is seen."""
        west, north = degrees(self.west, self.north)
        east, south = degrees(self.west + self.width / self.scale, self.north + self.height / self.scale)
        return west, south, east, north

    @property
    def metres_per_unit(self) -> float:
        """On the ground, at the centre."""
        return EARTH_M * math.cos(math.radians(self.middle[1])) / self.scale


def fit(bbox: BBox, width: float, height: float, *, edge: float = 0.0) -> View:
    """The view of that size that shows the whole box, with a share `edge` of the sheet free round it."""
    west, south, east, north = _grown(bbox)
    (x0, y0), (x1, y1) = mercator(np.array([(west, north), (east, south)]))
    scale = float(min(width / (x1 - x0), height / (y1 - y0)) * (1 - 2 * edge))
    return View(
        float(x0 + x1) / 2 - width / scale / 2, float(y0 + y1) / 2 - height / scale / 2, scale, width, height
    )  # fmt: skip


def _grown(bbox: BBox) -> BBox:
    west, south, east, north = bbox
    across = max(0.0, SMALLEST_DEGREES - (east - west)) / 2
    up = max(0.0, SMALLEST_DEGREES - (north - south)) / 2
    return west - across, max(-LIMIT, south - up), east + across, min(LIMIT, north + up)


def mercator(lonlat: Floats) -> Floats:
    """Longitude and latitude → 0–1 from the north-west corner of the world.

    >>> mercator(np.array([(0.0, 0.0), (180.0, 0.0)])).tolist()
    [[0.5, 0.5], [1.0, 0.5]]
    """
    lat = np.radians(np.clip(lonlat[:, 1], -LIMIT, LIMIT))
    return np.column_stack([lonlat[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)])


def degrees(x: float, y: float) -> tuple[float, float]:
    """The way back.

    >>> degrees(0.5, 0.5)
    (0.0, 0.0)
    """
    return (x - 0.5) * 360, math.degrees(math.atan(math.sinh((0.5 - y) * 2 * math.pi)))


def by_zoom(zoom: float, *stops: float) -> float:
    """What the styles say at that zoom: zoom, value, zoom, value, … with straight lines between.

    >>> by_zoom(11, 10, 1, 12, 3), by_zoom(5, 10, 1, 12, 3)
    (2.0, 1.0)
    """
    return float(np.interp(zoom, stops[::2], stops[1::2]))


def bounds_of(positions: Sequence[Sequence[float]] | Floats) -> BBox | None:
    """The box round positions; None where there are none."""
    if not len(positions):
        return None
    at = np.asarray(positions, dtype=float)
    (west, south), (east, north) = at.min(axis=0), at.max(axis=0)
    return float(west), float(south), float(east), float(north)
