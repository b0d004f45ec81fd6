"""On which segment of a road something stands beside it: the side, and the chainages between which it lies.

The segment is the one whose centre line is nearest to the middle of the thing; what is farther from every centre line
than `REACH_M` stands on none. Left and right are those of growing chainage.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from layers.rules.grid import Floats, Ints, Objects
from layers.rules.road_axis import SIDES, Roads
from layers.rules.road_spots import on_roads

REACH_M = 60.0  # from the centre line of a wide road to the doors along it


@dataclass(frozen=True, eq=False)
class Beside:
    """One row for each thing: the number of its segment (−1 = none), "left", "right" or "", its chainages (NaN)."""

    segment: Ints
    side: Objects
    from_m: Floats
    to_m: Floats


def beside(shapes: Objects, roads: Roads, *, reach_m: float = REACH_M) -> Beside:
    """Where things (any geometries, metres; a missing one stands nowhere) stand along roads.

    One that reaches over the centre line stands on the side on which its middle lies.

    >>> from layers.rules.road_axis import roads
    >>> street = roads(np.array([shapely.LineString([(0, 0), (200, 0)])]), np.array([100.0]), np.array([300.0]))
    >>> shops = np.array([shapely.LineString([(20, 9), (35, 9)]), shapely.Point(50, -8), shapely.Point(50, 90)])
    >>> found = beside(shops, street)
    >>> found.segment.tolist(), found.side.tolist(), found.from_m.tolist(), found.to_m.tolist()
    ([0, 0, -1], ['left', 'right', ''], [120.0, 150.0, nan], [135.0, 150.0, nan])
    """
    middles = shapely.centroid(shapes)
    segment = _nearest(middles, roads, reach_m)
    spots, middle = (on_roads(held, roads.geometry, segment) for held in (shapes, middles))
    side = np.where(spots.side == 0, middle.side, spots.side)
    on = segment >= 0
    from_m, to_m = np.full((2, len(segment)), np.nan)
    from_m[on], to_m[on] = (roads.chainage(segment[on], along_m[on]) for along_m in (spots.from_m, spots.to_m))
    names = np.array([SIDES[0], "", SIDES[1]], dtype=object)
    return Beside(segment, np.where(on, names[side + 1], ""), from_m.round(1), to_m.round(1))


def _nearest(middles: Objects, roads: Roads, reach_m: float) -> Ints:
    segment = np.full(len(middles), -1)
    thing, near = shapely.STRtree(roads.geometry).query_nearest(middles, max_distance=reach_m, all_matches=False)
    segment[thing] = near
    return segment
