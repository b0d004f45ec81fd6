"""Many geometries in WKB (EPSG:4326) at once; plain points, which most are, without an object for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.query import BBox, halves

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Objects = NDArray[np.object_]
_POINT_HEAD = b"\x01\x01\x00\x00\x00"
_POINT_SIZE = len(_POINT_HEAD) + 16


def plain_points(wkb: Sequence[bytes | None] | Objects) -> tuple[Bools, Floats]:
    """Which are 2-D points, little-endian, and the coordinates (m, 2) of these: far quicker than by way of objects."""
    blobs = [one or b"" for one in wkb]
    found = np.fromiter(map(len, blobs), np.int64, len(blobs)) == _POINT_SIZE
    table = np.frombuffer(b"".join(compress(blobs, found)), np.uint8).reshape(-1, _POINT_SIZE)
    are = (table[:, : len(_POINT_HEAD)] == np.frombuffer(_POINT_HEAD, np.uint8)).all(axis=1)
    found[found] = are
    return found, table[are, len(_POINT_HEAD) :].copy().view("<f8")


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Geometries in order: `is_point` marks the plain points, which lie at `places` (m, 2); `others` are the rest."""

    is_point: Bools
    places: Floats
    others: Objects

    def __len__(self) -> int:
        return len(self.is_point)

    def take(self, kept: Bools) -> "Shapes":
        """Those that are marked."""
        return Shapes(self.is_point[kept], self.places[kept[self.is_point]], self.others[kept[~self.is_point]])

    def meets(self, box: BBox) -> Bools:
        """Which meet the box; its edges belong to it."""
        met = np.zeros(len(self), np.bool_)
        x, y = self.places.T
        for west, south, east, north in halves(box):
            met[self.is_point] |= (x >= west) & (x <= east) & (y >= south) & (y <= north)
            if len(self.others):
                whole = shapely.box(west, south, east, north)
                shapely.prepare(whole)
                met[~self.is_point] |= shapely.intersects(whole, self.others)
        return met

    def rounded(self, digits: int) -> "Shapes":
        """The same with so many decimals."""
        others = shapely.transform(self.others, lambda xy: xy.round(digits))
        return Shapes(self.is_point, self.places.round(digits), others)


def shapes_of(wkb: Sequence[bytes | None]) -> Shapes:
    """The geometries of some rows; None is none."""
    is_point, places = plain_points(wkb)
    array = np.empty(len(wkb), dtype=object)
    array[:] = wkb
    return Shapes(is_point, places, shapely.from_wkb(array[~is_point]))
