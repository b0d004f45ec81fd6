"""Chainage ticks (桩号刻度): a short stroke across the road at every 100 m of its chainage."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.rules.reasons import chainage
from layers.rules.road_axis import Roads

EVERY_M = 100
WHOLE_M = 500  # such ticks stand out
REACH_M = 9.0  # to each side of the centre line
_STEP_M = 1.0  # before and after, to find the direction


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick in metres: the number of its segment, its chainage, its stroke."""

    segment: int
    at_m: int
    stroke: BaseGeometry

    @property
    def label(self) -> str:
        """As on road signs."""
        return chainage(self.at_m)

    @property
    def is_whole(self) -> bool:
        """Whether it stands out."""
        return self.at_m % WHOLE_M == 0


def ticks(roads: Roads, *, every_m: int = EVERY_M) -> list[Tick]:
    """The ticks of all segments, each segment holding the chainages in [from, to).

    >>> from layers.rules.road_axis import roads
    >>> line = np.array([shapely.LineString([(0, 0), (250, 0)])])
    >>> [(tick.label, tick.stroke.coords[0]) for tick in ticks(roads(line, np.array([450.0]), np.array([700.0])))]
    [('K0+500', (50.0, 9.0)), ('K0+600', (150.0, 9.0))]
    """
    made = []
    for number, line in enumerate(roads.geometry):
        if line.is_empty:
            continue
        first = -(-float(roads.from_m[number]) // every_m) * every_m
        spots = np.arange(first, float(roads.to_m[number]), every_m)
        places = roads.measure(np.full(len(spots), number), spots)
        made += [Tick(number, int(at), _stroke(line, place)) for at, place in zip(spots, places.tolist(), strict=True)]
    return made


def _stroke(line: BaseGeometry, place: float) -> BaseGeometry:
    """Across the line at a measure along it."""
    ends = np.clip([place - _STEP_M, place + _STEP_M], 0, line.length)
    (x0, y0), (x1, y1) = shapely.get_coordinates(shapely.line_interpolate_point(line, ends))
    (x, y), length = shapely.get_coordinates(line.interpolate(place))[0], float(np.hypot(x1 - x0, y1 - y0)) or 1.0
    dx, dy = -(y1 - y0) / length * REACH_M, (x1 - x0) / length * REACH_M
    return shapely.LineString([(x + dx, y + dy), (x - dx, y - dy)])
