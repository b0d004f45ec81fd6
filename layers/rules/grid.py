"""Unit cells (万米单元网格): squares of 100 m × 100 m with their origin fixed in the town's CRS.

The cell with the numbers (E, N) holds eastings in [100·E, 100·E + 100) and northings
likewise, so that its id stays the same whatever the district is.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Objects = NDArray[np.object_]

CELL_M = 100.0
SMALLEST_M2 = 1e-3  # a cell of which the district holds less is not its cell


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a district: numbers, geometry clipped to the district (metres), area."""

    east: Ints
    north: Ints
    geometry: Objects
    area_m2: Floats

    @cached_property
    def id(self) -> Objects:
        """The id of each cell, "E_N"."""
        return np.array([f"{e}_{n}" for e, n in zip(self.east, self.north, strict=True)], dtype=object)

    @cached_property
    def origin(self) -> tuple[int, int]:
        """The numbers of the south-western corner of the raster."""
        if not len(self.east):
            return 0, 0
        return int(self.east.min()), int(self.north.min())

    @cached_property
    def raster(self) -> Ints:
        """The position of each cell in a rectangle (north, east) from `origin`; −1 outside the district."""
        if not len(self.east):
            return np.full((1, 1), -1)
        column, row = self.east - self.origin[0], self.north - self.origin[1]
        raster = np.full((row.max() + 1, column.max() + 1), -1)
        raster[row, column] = np.arange(len(self.east))
        return raster

    def at(self, x: Floats, y: Floats) -> Ints:
        """The cell in which each place lies; −1 outside the district's cells."""
        height, width = self.raster.shape
        with np.errstate(invalid="ignore"):
            column = np.floor(x / CELL_M) - self.origin[0]
            row = np.floor(y / CELL_M) - self.origin[1]
            within = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        found = np.full(len(x), -1)
        found[within] = self.raster[row[within].astype(int), column[within].astype(int)]
        return found

    def to_raster(self, values: Floats) -> Floats:
        """One number per cell as a rectangle; 0 outside the district."""
        filled = np.zeros(self.raster.shape)
        inside = self.raster >= 0
        filled[inside] = values[self.raster[inside]]
        return filled

    def from_raster(self, raster: Floats) -> Floats:
        """The number of each cell, from such a rectangle."""
        return np.asarray(raster[self.north - self.origin[1], self.east - self.origin[0]])


def unit_cells(areas: Objects) -> Cells:
    """The cells that cover the union of some polygons (metres), clipped to it, from south-west to north-east.

    >>> cells = unit_cells(np.array([shapely.box(150, 200, 350, 260)]))
    >>> list(cells.id), cells.area_m2.tolist()
    (['1_2', '2_2', '3_2'], [3000.0, 6000.0, 3000.0])
    """
    district = shapely.union_all(areas)
    if district.is_empty:
        return Cells(np.empty(0, int), np.empty(0, int), np.empty(0, object), np.empty(0))
    east, north = _numbers(district)
    squares = shapely.box(east * CELL_M, north * CELL_M, (east + 1) * CELL_M, (north + 1) * CELL_M)
    shapely.prepare(district)
    met = shapely.intersects(district, squares)
    east, north, squares = east[met], north[met], squares[met]
    border = ~shapely.contains(district, squares)
    squares[border] = shapely.intersection(squares[border], district)
    area_m2 = shapely.area(squares)
    kept = area_m2 > SMALLEST_M2
    return Cells(east[kept], north[kept], squares[kept], area_m2[kept])


def _numbers(district: BaseGeometry) -> tuple[Ints, Ints]:
    west, south, right, top = np.floor(np.array(district.bounds) / CELL_M).astype(int)
    north, east = np.mgrid[south : top + 1, west : right + 1]
    return east.ravel(), north.ravel()
