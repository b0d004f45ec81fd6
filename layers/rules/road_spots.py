"""Where cases lie along road segments, and on which side of them."""

import numpy as np
import shapely

from layers.rules.grid import Floats, Ints, Objects
from layers.rules.rebound import OnRoads

MIDDLE_M = 1.0  # so near to the centre line a case lies on both sides
_STEP_M = 0.5  # half the length over which a line's direction is taken


def on_roads(geometry: Objects, lines: Objects, segment: Ints) -> OnRoads:
    """The stretch and the side of each case on its segment of `lines` (metres; −1 = on none).

    >>> line = np.array([shapely.LineString([(0, 0), (100, 0)])], dtype=object)
    >>> spots = on_roads(shapely.points([[20.0, 5.0], [30.0, -5.0], [9.0, 9.0]]), line, np.array([0, 0, -1]))
    >>> spots.side, spots.from_m
    (array([-1,  1,  0]), array([20., 30.,  0.]))
    """
    count = len(segment)
    from_m, to_m = np.full(count, np.inf), np.full(count, -np.inf)
    left, right = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    xy, row = shapely.get_coordinates(geometry, return_index=True)
    xy, row = xy[segment[row] >= 0], row[segment[row] >= 0]
    along_m, offset_m = _measured(xy, lines[segment[row]])
    np.minimum.at(from_m, row, along_m)
    np.maximum.at(to_m, row, along_m)
    np.logical_or.at(left, row, offset_m > -MIDDLE_M)
    np.logical_or.at(right, row, offset_m < MIDDLE_M)
    told = np.isfinite(from_m)
    side = np.where(left == right, 0, np.where(left, -1, 1))
    return OnRoads(np.where(told, segment, -1), side, np.where(told, from_m, 0.0), np.where(told, to_m, 0.0))


def _measured(xy: Floats, lines: Objects) -> tuple[Floats, Floats]:
    """Metres along each line, and to the left of it (negative: to the right)."""
    along_m = shapely.line_locate_point(lines, shapely.points(xy))
    before, foot, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, (along_m + step).clip(min=0)))
        for step in (-_STEP_M, 0.0, _STEP_M)
    )
    way, off = after - before, xy - foot
    across = way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0]
    return along_m, across / np.maximum(np.hypot(*way.T), 1e-9)
