"""Ways that a patrol goes: back and forth over an area, or along a road, with the fixes of its phone (metres)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

VERTEX_M = (15.0, 24.0)
ON_FOOT_M_S, BY_BIKE_M_S = 1.2, 4.0
PACE_SPREAD = 0.06
LONGEST_STEP_S, LONGEST_STOP_S = 24.5, 5.0
ACCURACY_M = (4.0, 20.0)
NOISE_M = 2.0
LEG_LINK_M = 140.0  # two legs farther apart than this belong to two tracks


@dataclass(frozen=True)
class Track:
    """One recorded way: the line in metres, and of each vertex the seconds from the start and the accuracy."""

    line: LineString
    fixes: Sequence[tuple[float, float]]

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.fixes[-1][0]


def sweep(area: Polygon, *, spacing_m: float, rng: Generator) -> list[LineString]:
    """Legs over the area, wobbling and parallel along its longer side, each the other way than the last."""
    turn = _heading(area) + float(rng.normal(0, 4))
    level = affinity.rotate(area, -turn, origin=(0, 0))
    west, south, east, north = level.bounds
    legs = [
        leg
        for number, y in enumerate(np.arange(south + spacing_m * 0.45, north, spacing_m))
        for leg in _legs(level, _wavy(west, east, float(y), rng), forward=number % 2 == 0)
    ]
    return [affinity.rotate(leg, turn, origin=(0, 0)) for leg in legs]


def _heading(area: Polygon) -> float:
    """The direction of the longer side of the smallest rectangle round the area, in degrees."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))
    sides = np.diff(corners, axis=0)
    longest = sides[int(np.argmax(np.hypot(*sides.T)))]
    return float(np.degrees(np.arctan2(longest[1], longest[0])))


def _wavy(west: float, east: float, y: float, rng: Generator) -> LineString:
    x = np.arange(west - 10, east + 40, 30.0)
    wave = 3.5 * np.sin(x / rng.uniform(60, 110) + rng.uniform(0, 6)) + rng.normal(0, 0.8, len(x))
    return LineString(np.column_stack([x, y + wave]))


def _legs(area: Polygon, line: LineString, *, forward: bool) -> list[LineString]:
    parts = shapely.get_parts(MultiLineString([line]).intersection(area))
    legs = [part for part in parts if isinstance(part, LineString) and part.length > 12]
    eastward = sorted((leg if leg.coords[0] < leg.coords[-1] else leg.reverse() for leg in legs), key=_start)
    return eastward if forward else [leg.reverse() for leg in reversed(eastward)]


def _start(leg: LineString) -> tuple[float, ...]:
    return tuple(leg.coords[0])


def linked(legs: Sequence[LineString], area: BaseGeometry) -> Iterator[LineString]:
    """Legs joined end to start, as long as the way between them is short and inside the area."""
    walk: list[tuple[float, ...]] = []
    for leg in legs:
        link = LineString([walk[-1], leg.coords[0]]) if walk else None
        if link is not None and (link.length > LEG_LINK_M or not area.covers(link)):
            yield LineString(walk)
            walk = []
        walk += leg.coords
    if len(walk) > 1:
        yield LineString(walk)


def record(way: LineString, speed_m_s: float, rng: Generator) -> Track:
    """The way as a phone records it: a vertex every 15 to 24 m, with time and accuracy."""
    count = int(way.length / VERTEX_M[0]) + 2
    along = np.cumsum(rng.uniform(*VERTEX_M, count))
    at = np.r_[0.0, along[along < way.length - 4], way.length]
    exact = shapely.get_coordinates(shapely.line_interpolate_point(way, at))
    seen = exact + np.clip(rng.normal(0, NOISE_M, exact.shape), -2.5 * NOISE_M, 2.5 * NOISE_M)
    line = shapely.set_precision(LineString(seen), 0.001, mode="pointwise")
    steps = np.hypot(*np.diff(seen, axis=0).T) / (speed_m_s * rng.normal(1, PACE_SPREAD, len(at) - 1))
    stops = rng.uniform(0, LONGEST_STOP_S, len(steps)) * (rng.random(len(steps)) < 0.05)
    seconds = np.r_[0.0, np.cumsum(np.clip(steps, 1.0, LONGEST_STEP_S) + stops)]
    whole = [round(float(second), 1) for second in seconds]
    return Track(line, list(zip(whole, _accuracy(len(at), rng), strict=True)))


def _accuracy(count: int, rng: Generator) -> list[float]:
    """Accuracies between 4 and 20 m that change slowly, as they do between houses."""
    wave = np.convolve(rng.normal(0, 1, count + 8), np.ones(9) / 3, mode="valid")
    accuracy: NDArray[np.float64] = np.clip(8.5 + 3.5 * wave, *ACCURACY_M)
    return [round(float(value), 1) for value in accuracy]
