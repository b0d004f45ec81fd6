"""The dirty corners of the demo town: where problems keep arising (metres)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator
from shapely import STRtree
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from layers.demo.areas import Area, Areas
from layers.demo.land import Thing, draw
from layers.demo.partition import random_points
from layers.demo.segments import Segment

BACKGROUND = {"road": 0.56, "village": 0.36, "site": 0.08}
BACKGROUND_CORNERS = 44
CORNER_SPREAD_M = 15.0
FROM_WAY_M = 45.0  # how far from a road or path people live and walk


@dataclass(frozen=True)
class HotPlace:
    """A place where more problems arise than elsewhere: `share` of all, in some corners near its centre."""

    centre: tuple[float, float]
    spread_m: float
    corners: int
    share: float
    settings: Mapping[str, float]


HOT_PLACES = (
    HotPlace((503_450, 2_492_240), 105, 8, 0.13, {"station": 0.5, "site": 0.2, "road": 0.3}),
    HotPlace((502_300, 2_492_230), 110, 7, 0.09, {"village": 0.75, "road": 0.25}),
    HotPlace((503_790, 2_491_560), 90, 5, 0.06, {"village": 0.7, "road": 0.3}),
    HotPlace((500_330, 2_493_330), 100, 5, 0.06, {"road": 0.7, "village": 0.3}),
    HotPlace((500_310, 2_494_420), 90, 4, 0.04, {"site": 0.7, "road": 0.3}),
    HotPlace((503_900, 2_494_210), 80, 4, 0.04, {"road": 0.5, "village": 0.5}),
)


def neglected(segments: Sequence[Segment]) -> list[str]:
    """Three segments in hot places (codes), so that there are problems for which nobody answers."""
    tree = STRtree([segment.line for segment in segments])
    return [segments[int(tree.nearest(Point(HOT_PLACES[i].centre)))].code for i in (0, 1, 3)]


@dataclass(frozen=True)
class Corner:
    """One place and what kind of place it is: road, village, site or station."""

    setting: str
    point: Point


@dataclass(frozen=True)
class Terrain:
    """What the town offers to problems: areas, segments, dust sources, and all mapped ways."""

    areas: Areas
    segments: Sequence[Segment]
    ways: Sequence[LineString]
    dust: Sequence[Thing]

    @cached_property
    def _grid_tree(self) -> STRtree:
        return STRtree([grid.polygon for grid in self.areas.grids])

    @cached_property
    def _segment_tree(self) -> STRtree:
        return STRtree([segment.line for segment in self.segments])

    @cached_property
    def _way_tree(self) -> STRtree:
        return STRtree(self.ways)

    def grid_at(self, point: Point) -> Area:
        """The grid in which the point lies."""
        return self.areas.grids[int(self._grid_tree.nearest(point))]

    def nearest_segment(self, point: Point) -> Segment:
        """The nearest segment, however far."""
        return self.segments[int(self._segment_tree.nearest(point))]

    def to_way_m(self, point: Point) -> float:
        """The distance to the nearest mapped road or path."""
        return float(self.ways[int(self._way_tree.nearest(point))].distance(point))


class Corners:
    """The corners of one town, drawn once; problems are then drawn from them."""

    def __init__(self, terrain: Terrain, rng: Generator):
        self.terrain = terrain
        self.rng = rng
        length = np.array([segment.line.length for segment in terrain.segments])
        dirt = length * rng.lognormal(0, 0.8, len(length))
        self._segment_share = dirt / dirt.sum()
        appeal = rng.lognormal(0, 0.6, len(terrain.areas.grids))
        self._grid_share = appeal / appeal.sum()
        self._groups = [[self._hot_corner(place) for _ in range(place.corners)] for place in HOT_PLACES]
        self._groups.append([self._anywhere() for _ in range(BACKGROUND_CORNERS)])
        shares = [place.share for place in HOT_PLACES]
        self._group_share = [*shares, 1 - sum(shares)]

    def draw(self, scattered: float) -> Corner:
        """A place in one of the corners; outside the hot places the share `scattered` is anywhere."""
        pick = int(self.rng.choice(len(self._groups), p=self._group_share))
        if pick == len(HOT_PLACES) and self.rng.random() < scattered:
            return self._anywhere()
        corners = self._groups[pick]
        corner = corners[int(len(corners) * self.rng.beta(1, 1.7))]
        moved = self.rng.normal((corner.point.x, corner.point.y), CORNER_SPREAD_M)
        return Corner(corner.setting, Point(moved))

    def _hot_corner(self, place: HotPlace) -> Corner:
        setting = draw(place.settings, self.rng)
        point = Point(self.rng.normal(place.centre, place.spread_m))
        return Corner(setting, self._beside_road(point) if setting == "road" else point)

    def _anywhere(self) -> Corner:
        setting = draw(BACKGROUND, self.rng)
        return Corner(setting, {"road": self._on_road, "village": self._in_village, "site": self._at_site}[setting]())

    def _on_road(self) -> Point:
        segment = self.terrain.segments[int(self.rng.choice(len(self._segment_share), p=self._segment_share))]
        return self._off(segment, self.rng.uniform(0, segment.line.length))

    def _beside_road(self, point: Point) -> Point:
        segment = self.terrain.nearest_segment(point)
        return self._off(segment, segment.line.project(point))

    def _off(self, segment: Segment, at_m: float) -> Point:
        """A point at that place, off the line on either side, inside the corridor."""
        a, b = (segment.line.interpolate(max(at_m + step, 0)) for step in (-4, 4))
        offset = self.rng.choice([-1, 1]) * self.rng.uniform(4, 0.75 * segment.corridor_m)
        length = max(a.distance(b), 1.0)
        return Point((a.x + b.x) / 2 - offset * (b.y - a.y) / length, (a.y + b.y) / 2 + offset * (b.x - a.x) / length)

    def _in_village(self) -> Point:
        grid = self.terrain.areas.grids[int(self.rng.choice(len(self._grid_share), p=self._grid_share))]
        points = [Point(xy) for xy in random_points(grid.polygon, 30, self.rng)]
        return min(points, key=lambda point: max(self.terrain.to_way_m(point) - FROM_WAY_M, 0))

    def _at_site(self) -> Point:
        source: BaseGeometry = self.terrain.dust[int(self.rng.integers(len(self.terrain.dust)))].geometry
        edge = source.boundary if source.area else source
        return edge.interpolate(self.rng.random(), normalized=True) if edge.length else edge
