"""Between longitude/latitude, as stored, and metres, as computed; both rounded, so that a build repeats."""

from typing import TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.geometry import Metres

TOWN_CRS = "EPSG:4547"
DEGREE_DECIMALS = 9  # 0.1 mm: finer than the millimetre to which the town is drawn
GRID_M = 0.001

Geometry = TypeVar("Geometry", bound=BaseGeometry)


def metres(geometry: Geometry) -> Geometry:
    """The geometry (EPSG:4326) in metres, to 1 mm."""
    moved: Geometry = shapely.transform(Metres(TOWN_CRS).to(geometry), lambda xy: np.round(xy, 3))
    return moved


def degrees(geometry: Geometry) -> Geometry:
    """The geometry (metres) in EPSG:4326, to nine decimals; shared vertices stay shared."""
    moved: Geometry = shapely.transform(Metres(TOWN_CRS).back(geometry), lambda xy: np.round(xy, DEGREE_DECIMALS))
    return moved
