"""Stations, dust sources and bare parcels of the demo town (metres)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

import numpy as np
import shapely
from numpy.random import Generator
from shapely import STRtree, affinity
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from layers.demo.partition import random_points
from layers.demo.segments import Segment
from layers.demo.streets import Edges

PARCELS = 60
PARCEL_AREA_M2 = (200.0, 12_000.0)
NOT_DRIVEN = frozenset({"footway", "path", "steps", "cycleway", "track"})
ORIGINS = {"new_found": 0.58, "idle_cleared": 0.34, "other": 0.08}
STATES = {"bare": 0.45, "in_treatment": 0.25, "treated": 0.30}
TREATMENTS = {"green": 0.35, "cover": 0.3, "harden": 0.2, "clear": 0.15}
OWNERS = (
    "权属待查", "街道土地整备中心（演示）", "{village}股份合作公司（演示）", "{village}居委会（演示）",
    "嘉演置业有限公司（演示）", "宏演地产开发有限公司（演示）", "市政园林演示公司",
)  # fmt: skip

# The real station stands some 1 km west of the town. Source: list of the national stations (CNEMC),
# coordinates good to ±0.5 km. The other is invented.
REAL_STATION = ("1358A", "华侨城（国控1358A，位置±0.5公里）", (113.9870, 22.5417))
INVENTED_STATION = ("YS01", "演示监测站（虚构）", (114.0333, 22.5287))


@dataclass(frozen=True)
class Thing:
    """Anything that stands on the ground: code, geometry in metres, values of its layer."""

    code: str
    geometry: BaseGeometry
    values: Mapping[str, object]


@dataclass(frozen=True)
class DustSite:
    """A dust source to be placed: what it is, how large, and about where."""

    name: str
    kind: str
    owner: str
    area_m2: float
    near: tuple[float, float]


DUST_SITES = (
    DustSite("城市更新一期演示工地", "construction", "筑演建工有限公司（演示）", 15_000, (503_560, 2_491_990)),
    DustSite("旧村改造二标段演示工地", "construction", "宏演建设有限公司（演示）", 8_500, (503_180, 2_492_130)),
    DustSite("地铁演示号线车站工地", "construction", "轨演工程局（演示）", 4_200, (502_250, 2_493_420)),
    DustSite("保障房演示工地", "construction", "筑演建工有限公司（演示）", 18_000, (500_300, 2_494_380)),
    DustSite("学校扩建演示工地", "construction", "街道建设办（演示）", 6_000, (503_350, 2_491_650)),
    DustSite("采石坑生态修复演示工地", "mine", "自然修复演示公司", 26_000, (499_900, 2_494_100)),
    DustSite("演示砂石堆场", "yard", "通演建材有限公司（演示）", 7_500, (501_250, 2_492_750)),
    DustSite("演示建材堆场", "yard", "兴演建材行（演示）", 3_000, (501_850, 2_492_380)),
    DustSite("待建裸地（演示）", "bare_soil", "嘉演置业有限公司（演示）", 11_000, (503_150, 2_493_350)),
    DustSite("演示搅拌站", "other", "通演建材有限公司（演示）", 0, (500_900, 2_492_720)),
)
DUSTY_ROAD = "金地一路"


class FreeGround:
    """Where something can still be placed: in the district, off the roads, off what is placed already."""

    def __init__(self, outline: Polygon, edges: Edges, segments: Sequence[Segment]):
        driven = [line for line, kind in zip(edges.lines, edges.kinds, strict=True) if kind not in NOT_DRIVEN]
        roads = [*driven, *(segment.line for segment in segments)]
        self._lines = roads
        self._tree = STRtree(roads)
        self.space = outline.buffer(-30).difference(shapely.union_all(shapely.buffer(roads, 14, quad_segs=2)))

    def heading(self, point: Point) -> float:
        """The direction of the nearest road, in degrees."""
        line: LineString = self._lines[int(self._tree.nearest(point))]
        at = line.project(point)
        a, b = line.interpolate(max(at - 5, 0)), line.interpolate(at + 5)
        return float(np.degrees(np.arctan2(b.y - a.y, b.x - a.x)))

    def take(self, shape: Polygon) -> bool:
        """Take the ground for this shape, if it is free, with 6 m round it."""
        if not shapely.covers(self.space, shape):
            return False
        self.space = self.space.difference(shape.buffer(6, quad_segs=2))
        return True


def irregular(centre: Point, area_m2: float, heading: float, rng: Generator) -> Polygon:
    """A parcel-like polygon: a rectangle along the road with moved corners, some with a corner missing."""
    aspect = rng.uniform(1.0, 2.4)
    half = np.array([np.sqrt(aspect), 1 / np.sqrt(aspect)])
    corners = np.array([[-1, -1], [0.1, -1], [1, -1], [1, 0.2], [1, 1], [-0.2, 1], [-1, 1], [-1, -0.1]])
    corners = corners + rng.normal(0, 0.09, corners.shape)
    if rng.random() < 0.3:
        corners[4] = rng.uniform(0.05, 0.4, 2)
    shape = affinity.rotate(Polygon(corners * half), heading, origin=(0, 0))
    scale = np.sqrt(area_m2 / shape.area)
    placed = affinity.translate(affinity.scale(shape, scale, scale, origin=(0, 0)), centre.x, centre.y)
    return shapely.set_precision(placed, 0.001)


def stations() -> list[tuple[str, Point, Mapping[str, object]]]:
    """The two stations, the real one first: code, position in EPSG:4326, values."""
    real_code, real_name, real_at = REAL_STATION
    code, name, at = INVENTED_STATION
    return [
        (real_code, Point(real_at), {"name": real_name, "grade": "national", "invented": False}),
        (code, Point(at), {"name": name, "grade": "town", "invented": True}),
    ]


def dust_sources(ground: FreeGround, segments: Sequence[Segment], rng: Generator) -> list[Thing]:
    """Ten sites near their intended places, and one dusty stretch of road."""
    found = [_dust_site(number, site, ground, rng) for number, site in enumerate(DUST_SITES, start=1)]
    road = next(segment for segment in segments if segment.road_name == DUSTY_ROAD)
    values = {"name": f"{road.name} 渣土运输路段", "kind": "road", "owner": "街道城管队（演示）"}
    return [*found, Thing(f"DS{len(found) + 1:02d}", road.line, values)]


def _dust_site(number: int, site: DustSite, ground: FreeGround, rng: Generator) -> Thing:
    values = {"name": site.name, "kind": site.kind, "owner": site.owner}
    near = Point(site.near)
    if not site.area_m2:
        return Thing(f"DS{number:02d}", near, values)
    for spread_m in count(10, 2):
        centre = Point(rng.normal(site.near, spread_m))
        shape = irregular(centre, site.area_m2, ground.heading(centre), rng)
        if shape.is_valid and ground.take(shape):
            break
    return Thing(f"DS{number:02d}", shape, values)


def parcels(
    ground: FreeGround, villages: Mapping[str, Polygon], segments: Sequence[Segment], today: date, rng: Generator
) -> list[Thing]:
    """Sixty bare or once bare parcels on free ground; `villages` by name."""
    shapes = _parcel_shapes(ground, rng)
    names = list(villages)
    tree = STRtree(list(villages.values()))
    roads = STRtree([segment.line for segment in segments])
    found = []
    for number, shape in enumerate(shapes, start=1):
        village = names[int(tree.nearest(shape.representative_point()))]
        road = segments[int(roads.nearest(shape))]
        values = {"name": f"{road.road_name}{side_of(road.line, shape)}{number}号地块", **_ledger(village, today, rng)}
        found.append(Thing(f"LT{number:03d}", shape, {**values, "area_m2": round(shape.area, 1)}))
    return found


def _parcel_shapes(ground: FreeGround, rng: Generator) -> list[Polygon]:
    low, high = PARCEL_AREA_M2
    shapes: list[Polygon] = []
    while len(shapes) < PARCELS:
        area_m2 = float(np.clip(rng.lognormal(np.log(1500), 1.0), low * 1.02, high * 0.98))
        centre = Point(random_points(ground.space, 1, rng)[0])
        shape = irregular(centre, area_m2, ground.heading(centre), rng)
        if shape.is_valid and ground.take(shape):
            shapes.append(shape)
    return shapes


def _ledger(village: str, today: date, rng: Generator) -> dict[str, object]:
    return {
        "origin": draw(ORIGINS, rng),
        "found_on": today - timedelta(days=int(rng.integers(5, 320))),
        "owner": str(rng.choice(OWNERS)).format(village=village),
        "treatment": draw(TREATMENTS, rng),
        "state": draw(STATES, rng),
    }


def draw(shares: Mapping[str, float], rng: Generator) -> str:
    """One of the keys, with the probabilities that are the values (any scale)."""
    weights = np.array(list(shares.values()), dtype=float)
    return str(rng.choice(list(shares), p=weights / weights.sum()))


def side_of(line: LineString, thing: BaseGeometry) -> str:
    """On which side of the line the thing lies, as people say it: 东侧, 南侧, 西侧 or 北侧."""
    point = thing.representative_point()
    near = line.interpolate(line.project(point))
    east, north = point.x - near.x, point.y - near.y
    if abs(east) > abs(north):
        return "东侧" if east > 0 else "西侧"
    return "北侧" if north > 0 else "南侧"
