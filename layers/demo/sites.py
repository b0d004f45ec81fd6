"""What arises where in the demo town: places with a category, a geometry and the words for where it is."""

from collections.abc import Mapping, Sequence
from csv import DictReader
from dataclasses import dataclass, replace
from importlib.resources import files
from io import StringIO

import numpy as np
import shapely
from numpy.random import Generator
from shapely import affinity
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from layers.demo.areas import Area
from layers.demo.corners import Corner, Corners, Terrain
from layers.demo.land import draw, irregular, side_of
from layers.demo.segments import Segment

SETTINGS = ("road", "village", "site", "station")
HEAP_M2 = (15.0, 120.0)
SOIL_M2 = (250.0, 2200.0)
STRETCH_M = (30.0, 200.0)
STRETCH_REACH_M = 90.0  # a point farther from any segment stays a point


@dataclass(frozen=True)
class Site:
    """One place with one kind of problem: geometry in metres; `segment` if it lies in its corridor."""

    category: str
    geometry: BaseGeometry
    where: str
    grid: Area
    segment: Segment | None


@dataclass(frozen=True)
class Habit:
    """How one category arises: its weight in each setting, and how often it is a line or an area."""

    weights: Mapping[str, float]
    line_share: float
    area_share: float


def read_habits() -> dict[str, Habit]:
    """The habits of all categories, by code (data/settings.csv)."""
    text = files("layers.demo").joinpath("data/settings.csv").read_text(encoding="utf-8")
    return {row["category"]: _habit(row) for row in DictReader(StringIO(text))}


def _habit(row: Mapping[str, str]) -> Habit:
    weights = {setting: float(row[setting]) for setting in SETTINGS}
    return Habit(weights, float(row["line_share"]), float(row["area_share"]))


def again(site: Site, rng: Generator, *, within_m: float) -> Site:
    """The same site as somebody else would draw it: moved by at most `within_m`."""
    angle, distance = rng.uniform(0, 2 * np.pi), within_m * np.sqrt(rng.random())
    moved = affinity.translate(site.geometry, distance * np.cos(angle), distance * np.sin(angle))
    return replace(site, geometry=shapely.set_precision(moved, 0.001))


class SiteFinder:
    """Finds sites, one after another; `near` = words for a place, by setting."""

    def __init__(self, terrain: Terrain, near: Mapping[str, Sequence[str]], rng: Generator):
        self.terrain = terrain
        self.near = near
        self.rng = rng
        self.habits = read_habits()
        self.corners = Corners(terrain, rng)
        self._inside = terrain.areas.outline.buffer(-12)
        shapely.prepare(self._inside)

    def find(self, favour: Mapping[str, float], *, scattered: float) -> Site:
        """A new site; `favour` multiplies the weights of the categories (1 where it names none).

        `scattered` is the share that lies in no dirty corner, outside the hot places.
        """
        while True:
            corner = self.corners.draw(scattered)
            category = draw(self._shares(corner.setting, favour), self.rng)
            geometry = self._shape(category, corner.point)
            if shapely.contains_properly(self._inside, geometry):
                return self._site(category, corner, geometry)

    def _shares(self, setting: str, favour: Mapping[str, float]) -> dict[str, float]:
        return {code: habit.weights[setting] * favour.get(code, 1.0) for code, habit in self.habits.items()}

    def _site(self, category: str, corner: Corner, geometry: BaseGeometry) -> Site:
        middle = geometry.representative_point()
        grid, segment = self.terrain.grid_at(middle), self.terrain.nearest_segment(middle)
        where = self._where(corner.setting, middle, grid, segment)
        seen = segment.line.distance(middle) <= segment.corridor_m
        return Site(category, geometry, where, grid, segment if seen else None)

    def _where(self, setting: str, point: Point, grid: Area, segment: Segment) -> str:
        near = str(self.rng.choice(self.near[setting]))
        if setting == "road":
            return f"{segment.road_name}{side_of(segment.line, point)}{near}"
        if setting == "village":
            return f"{grid.name.split('第')[0]}{near}"
        return near

    def _shape(self, category: str, point: Point) -> BaseGeometry:
        habit, pick = self.habits[category], self.rng.random()
        if pick < habit.line_share:
            return self._stretch(point)
        if pick < habit.line_share + habit.area_share:
            low, high = SOIL_M2 if category[:2] in {"03", "05"} else HEAP_M2
            area_m2 = float(np.exp(self.rng.uniform(np.log(low), np.log(high))))
            return irregular(point, area_m2, float(self.rng.uniform(0, 180)), self.rng)
        return shapely.set_precision(point, 0.001)

    def _stretch(self, point: Point) -> BaseGeometry:
        """A stretch of the nearest segment, a few metres to the side of its centreline."""
        line = self.terrain.nearest_segment(point).line
        if line.distance(point) > STRETCH_REACH_M:
            return shapely.set_precision(point, 0.001)
        at, half = line.project(point), self.rng.uniform(*STRETCH_M) / 2
        piece = substring(line, max(at - half, 0), min(at + half, line.length))
        side = float(self.rng.choice([-1, 1]) * self.rng.uniform(3, 9))
        moved = piece.offset_curve(side, join_style="mitre")
        return shapely.set_precision(moved if isinstance(moved, LineString) else piece, 0.001)
