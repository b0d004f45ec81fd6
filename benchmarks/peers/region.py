"""What all of them serve: a province that does not exist, the same for the same scale.

At scale 1 it has 1,000,000 problems, 100,000 road segments and 50,000 parcels, half of each in one city (12 km) and
half in 1,500 places over 700 × 440 km: crowded tiles and empty ones. A smaller scale has less of each on as much land.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from layers.catalogue import categories
from layers.schema import PARCEL_STATES, ROAD_CLASSES, SOURCE_LEVELS, TREATMENTS

SEED = 20261107
CITY = np.array([118.16, 36.19])
WEST_SOUTH, EAST_NORTH = np.array([114.8, 34.4]), np.array([122.7, 38.4])
DEGREES_PER_KM = np.array([1 / 89.86, 1 / 110.95])  # in the city
STATES = ("filed", "assigned", "in_hand", "fixed", "closed")  # everybody may see these
BEGIN = np.datetime64("2024-01-01T00:00:00", "s")
DAY_S = 86_400
WORDS = ("村口", "桥头", "路边", "河边", "学校", "市场", "垃圾", "污水", "裸土", "破损", "堆积", "未清", "昨夜", "再次")

Coordinates = NDArray[np.float64]
Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Made:
    """One layer: single shapes in EPSG:4326, and its fields as columns."""

    layer: str
    shapes: Objects
    fields: Mapping[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Land:
    """Where things lie, and the chance by which they do."""

    random: Generator
    city: Coordinates
    province: Coordinates

    def near(self, places: Coordinates, count: int, spread_km: Coordinates) -> Coordinates:
        """Spots round the places, many round a few of them."""
        weights = np.minimum(self.random.pareto(1.3, len(places)) + 0.2, 12)
        chosen = self.random.choice(len(places), count, p=weights / weights.sum())
        return places[chosen] + self.random.normal(0, 1, (count, 2)) * spread_km[chosen, None] * DEGREES_PER_KM

    def in_city(self, count: int, spread_km: float) -> Coordinates:
        """Spots in the city, most of them in its middle."""
        spots: Coordinates = CITY + self.random.normal(0, spread_km, (count, 2)) * DEGREES_PER_KM
        return spots

    def scattered(self, count: int, *, city_km: float, province_km: float) -> Coordinates:
        """Half of the spots in the city, half over the province."""
        far = self.near(self.province, count - count // 2, np.full(len(self.province), province_km))
        return np.concatenate([self.in_city(count // 2, city_km), far])

    def choice(self, values: Sequence[str], count: int) -> pa.Array:
        """One of the values for each row."""
        return pa.array(np.array(values, object)[self.random.integers(0, len(values), count)], pa.string())


def province(scale: float) -> list[Made]:
    """Every layer at that scale."""
    random = np.random.default_rng(SEED)
    city = CITY + random.normal(0, 12, (400, 2)) * DEGREES_PER_KM
    land = Land(random, city, random.uniform(WEST_SOUTH, EAST_NORTH, (1500, 2)))
    makers = ((_problems, 1_000_000), (_roads, 100_000), (_parcels, 50_000))
    return [make(land, max(100, round(count * scale))) for make, count in makers]


def _problems(land: Land, count: int) -> Made:
    random = land.random
    spots = np.concatenate(
        [
            land.near(land.city, count // 2, random.uniform(0.15, 1.2, len(land.city))),
            land.near(land.province, count - count // 2, random.uniform(0.3, 6, len(land.province))),
        ]
    )
    random.shuffle(spots)
    found = BEGIN + random.integers(0, 3 * 365 * DAY_S, count).astype("timedelta64[s]")
    states = land.choice(STATES, count)
    closed = found + random.integers(60, 60 * DAY_S, count).astype("timedelta64[s]")
    kinds = [category.code for category in categories() if category.parent][:12]
    return Made(
        "problems",
        shapely.points(np.clip(spots, WEST_SOUTH, EAST_NORTH).round(7)),
        {
            "code": _codes("P", count),
            "category": land.choice(kinds, count),
            "state": states,
            "severity": pa.array(random.integers(1, 4, count)),
            "source_level": land.choice(SOURCE_LEVELS, count),
            "found_at": _moments(found),
            "due_at": _moments(found + np.timedelta64(5, "D")),
            "closed_at": pa.array(closed, pa.timestamp("s", "UTC"), mask=np.array(states) != "closed"),
            "description": _sentences(land, count),
        },
    )


def _roads(land: Land, count: int) -> Made:
    """Walks of 10 to 60 vertices that keep their heading, 15 to 60 m a step."""
    random = land.random
    starts = land.scattered(count, city_km=14, province_km=7)
    sizes = random.integers(10, 61, count)
    road = np.repeat(np.arange(count), sizes)
    firsts = np.cumsum(sizes) - sizes
    turns, steps = random.normal(0, 0.12, len(road)), random.uniform(0.015, 0.06, len(road))
    turns[firsts] = random.uniform(0, 2 * np.pi, count)
    steps[firsts] = 0
    heading = np.cumsum(turns)
    heading -= (heading[firsts] - turns[firsts])[road]
    way = np.cumsum(steps[:, None] * np.column_stack([np.cos(heading), np.sin(heading)]), axis=0)
    places = starts[road] + (way - way[firsts][road]) * DEGREES_PER_KM
    names = pa.array([f"路{number}" for number in random.integers(1, 9000, count).tolist()])
    fields = {
        "code": _codes("L", count),
        "name": names,
        "road_name": names,
        "road_class": land.choice(ROAD_CLASSES, count),
    }
    return Made("road_segments", shapely.linestrings(places.round(7), indices=road), fields)


def _parcels(land: Land, count: int) -> Made:
    """Stars of 5 to 24 corners, 20 to 300 m from their middles."""
    random = land.random
    middles = land.scattered(count, city_km=12, province_km=5)
    sizes = random.integers(5, 25, count)
    owner = np.repeat(np.arange(count), sizes)
    angle = 2 * np.pi * (np.arange(len(owner)) - (np.cumsum(sizes) - sizes)[owner]) / sizes[owner]
    radius_km = random.uniform(0.02, 0.3, count)[owner] * random.uniform(0.7, 1.1, len(owner))
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius_km[:, None] * DEGREES_PER_KM
    shapes = shapely.polygons(shapely.linearrings((middles[owner] + ring).round(7), indices=owner))
    fields = {
        "code": _codes("D", count),
        "name": pa.array([f"地块{number}" for number in random.integers(1, 20_000, count).tolist()]),
        "state": land.choice(PARCEL_STATES, count),
        "treatment": land.choice(TREATMENTS, count),
        "area_m2": pa.array((shapely.area(shapes) / DEGREES_PER_KM.prod() * 1e6).round(1)),
    }
    return Made("parcels", shapes, fields)


def _sentences(land: Land, count: int) -> pa.Array:
    words = np.array(WORDS, object)[land.random.integers(0, len(WORDS), (count, 6))]
    return pa.array(words.sum(axis=1), pa.string())


def _codes(prefix: str, count: int) -> pa.Array:
    return pa.array([f"{prefix}{number:08d}" for number in range(1, count + 1)])


def _moments(values: NDArray[np.datetime64]) -> pa.Array:
    return pa.array(values, pa.timestamp("s", "UTC"))
