"""Data of any size for measuring: `python -m benchmarks.generate FOLDER --scale 0.1`.

A county that does not exist, the same for the same scale. At scale 1 it has 1,000,000 problems, 100,000 road
segments, 50,000 parcels, 5,000 areas, 500 stations and 20,000 patrols on 5,000 km²; a smaller scale has less of
each on less land, so that everything is as dense as it was. One GeoParquet file a layer, as anybody would upload.
"""

import argparse
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from layers.catalogue import categories
from layers.schema import (
    DUST_KINDS,
    PARCEL_ORIGINS,
    PARCEL_STATES,
    ROAD_CLASSES,
    SOURCE_LEVELS,
    STATION_GRADES,
    TREATMENTS,
)  # fmt: skip

SEED = 20261101
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)  # the made county's present
CENTRE = np.array([118.15, 36.18])
DEGREES_PER_KM = np.array([1 / 89.9, 1 / 111.0])  # at the centre
AREA_KM2 = 5000.0
ZONE_KM2 = 100.0
SEGMENTS_OF_ROAD = 10
OPEN_STATES = ("reported", "confirmed", "filed", "assigned", "in_hand", "fixed", "returned", "deferred")
PLACES = ("村口", "桥头", "学校门口", "农贸市场", "河边", "卫生室旁", "广场", "加油站旁", "厂区外", "公交站")
FAULTS = ("垃圾成堆", "污水外溢", "建筑垃圾未清", "裸土未覆盖", "杂物乱堆", "道路破损", "绿化带有杂草", "油烟扰民")

Coordinates = NDArray[np.float64]
Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Made:
    """The rows of one layer: shapes in EPSG:4326 and fields as columns."""

    layer: str
    geometries: Objects
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class County:
    """How large the county is, how much of everything it has, and where its villages lie."""

    random: Generator
    scale: float
    size_km: Coordinates  # east–west, north–south
    villages: Coordinates
    weights: Coordinates

    def count(self, at_scale_1: int) -> int:
        """How many of something there are at this scale."""
        return max(1, round(at_scale_1 * self.scale))

    def spots(self, count: int, *, spread_km: float) -> Coordinates:
        """Places round the villages, many round the large ones, none outside the county."""
        chosen = self.random.choice(len(self.villages), count, p=self.weights)
        km = self.villages[chosen] + self.random.normal(0, spread_km, (count, 2))
        inside: Coordinates = np.clip(km, 0, self.size_km)
        return inside

    def chosen(self, values: tuple[str, ...], count: int) -> Objects:
        """One of the values for each row, by chance."""
        return np.array(values, dtype=object)[self.random.integers(0, len(values), count)]


def county(scale: float) -> County:
    """The county of that scale."""
    random = np.random.default_rng(SEED)
    height_km = np.sqrt(AREA_KM2 * scale / 2)
    size_km = np.array([2 * height_km, height_km])
    villages = random.uniform(0, 1, (max(8, round(2000 * scale)), 2)) * size_km
    weights = np.minimum(random.pareto(1.3, len(villages)) + 0.2, 12)
    return County(random, scale, size_km, villages, weights / weights.sum())


def degrees(km: Coordinates, size_km: Coordinates) -> Coordinates:
    """Longitudes and latitudes of places in km from the county's south-west corner."""
    lonlat: Coordinates = np.round(CENTRE + (km - size_km / 2) * DEGREES_PER_KM, 7)
    return lonlat


def areas(land: County) -> Made:
    """Zones of about 100 km², and in them unit grids of about 1 km²; borders are winding and shared."""
    zones = _meshes(land, max(2, round(AREA_KM2 * land.scale / ZONE_KM2)))
    grids = _meshes(land, max(2, land.count(5000) - len(zones)))
    levels = ["zone"] * len(zones) + ["grid"] * len(grids)
    codes = _codes("Q", len(levels))
    names = [f"{'片区' if level == 'zone' else '网格'}{code[1:]}" for level, code in zip(levels, codes, strict=True)]
    return Made("areas", np.concatenate([zones, grids]), {"code": codes, "name": names, "level": levels})


def _meshes(land: County, count: int) -> Objects:
    """About so many cells that tile the county."""
    rows = max(1, round(np.sqrt(count / 2)))
    columns = max(1, round(count / rows))
    east, north = np.linspace(0, land.size_km[0], columns + 1), np.linspace(0, land.size_km[1], rows + 1)
    low, high = np.meshgrid(east[:-1], north[:-1]), np.meshgrid(east[1:], north[1:])
    boxes = shapely.segmentize(shapely.box(*(e.ravel() for e in low), *(e.ravel() for e in high)), east[1] / 12)
    winding: Objects = shapely.transform(boxes, lambda km: degrees(km + 0.05 * np.sin(km[:, ::-1] * 5), land.size_km))
    return winding


def road_segments(land: County) -> Made:
    """Winding roads of ten segments each, with chainage in metres."""
    count = land.count(100_000)
    roads = -(-count // SEGMENTS_OF_ROAD)
    steps = land.random.integers(3, 12, roads * SEGMENTS_OF_ROAD)
    road_of_step = np.repeat(np.arange(roads), steps.reshape(roads, -1).sum(axis=1))
    way = _walks(land, road_of_step, step_km=(0.02, 0.06), starts=land.spots(roads, spread_km=2.0))
    lines, chainage_m = _segments(way, np.cumsum(steps).tolist())
    road = np.arange(count) // SEGMENTS_OF_ROAD
    names = [f"{_ROAD_WORDS[r % len(_ROAD_WORDS)]}{r // len(_ROAD_WORDS) + 1}路" for r in road.tolist()]
    fields = {
        "code": _codes("L", count),
        "name": [f"{name}第{n % SEGMENTS_OF_ROAD + 1}段" for n, name in enumerate(names)],
        "road_name": names,
        "road_class": land.chosen(ROAD_CLASSES, roads)[road],
        "from_m": chainage_m[:count, 0].round(1),
        "to_m": chainage_m[:count, 1].round(1),
    }
    shapes = [shapely.LineString(degrees(km, land.size_km)) for km in lines[:count]]
    return Made("road_segments", _objects(shapes), fields)


def _segments(way: Coordinates, ends: list[int]) -> tuple[list[Coordinates], Coordinates]:
    """The places of each segment, which begins where the one before it on its road ends, and its chainage."""
    lines, chainage_m = [], np.zeros((len(ends), 2))
    for number, (start, end) in enumerate(pairwise([0, *ends])):
        is_first = number % SEGMENTS_OF_ROAD == 0
        km = way[start if is_first else start - 1 : end]
        before_m = 0.0 if is_first else chainage_m[number - 1, 1]
        chainage_m[number] = before_m, before_m + 1000 * np.hypot(*np.diff(km, axis=0).T).sum()
        lines.append(km)
    return lines, chainage_m


_ROAD_WORDS = ("青石", "柳荫", "南坡", "东河", "槐树", "新桥", "果园", "石门")


def _walks(land: County, walk: NDArray[np.int64], *, step_km: tuple[float, float], starts: Coordinates) -> Coordinates:
    """Places along walks that keep their heading roughly; `walk` numbers the walk of each step, ascending."""
    first = np.flatnonzero(np.diff(walk, prepend=-1))
    turns = land.random.normal(0, 0.12, len(walk))
    turns[first] = land.random.uniform(0, 2 * np.pi, len(first))
    headings = np.cumsum(turns)
    headings -= (headings[first] - turns[first])[walk]
    steps = land.random.uniform(*step_km, len(walk))[:, None] * np.column_stack([np.cos(headings), np.sin(headings)])
    steps[first] = 0
    way = np.cumsum(steps, axis=0)
    placed: Coordinates = starts[walk] + way - way[first][walk]
    return placed


def parcels(land: County) -> Made:
    """Star-shaped bare land of 5 to 24 corners."""
    count = land.count(50_000)
    sizes = land.random.integers(5, 25, count)
    owner = np.repeat(np.arange(count), sizes)
    corner = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    angle = 2 * np.pi * corner / sizes[owner]
    radius_km = land.random.uniform(0.02, 0.15, count)[owner] * land.random.uniform(0.7, 1, len(owner))
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius_km[:, None]
    km = land.spots(count, spread_km=2.5)[owner] + ring
    shapes = shapely.polygons(shapely.linearrings(degrees(km, land.size_km), indices=owner))
    fields = {
        "code": _codes("D", count),
        "name": [f"地块{number}" for number in range(1, count + 1)],
        "origin": land.chosen(PARCEL_ORIGINS, count),
        "found_on": _moments(land, count).astype("datetime64[D]"),
        "treatment": land.chosen(TREATMENTS, count),
        "state": land.chosen(PARCEL_STATES, count),
    }
    return Made("parcels", shapes, fields)


def stations(land: County) -> Made:
    """Air stations anywhere in the county."""
    count = land.count(500)
    km = land.random.uniform(0, 1, (count, 2)) * land.size_km
    names = [f"{number}号站" for number in range(1, count + 1)]
    fields = {"code": _codes("Z", count), "name": names, "grade": land.chosen(STATION_GRADES, count)}
    return Made("stations", shapely.points(degrees(km, land.size_km)), fields)


def dust_sources(land: County) -> Made:
    """Building sites, mines and yards as points."""
    count = land.count(2000)
    km = land.spots(count, spread_km=3.0)
    names = [f"扬尘源{number}" for number in range(1, count + 1)]
    fields = {"code": _codes("Y", count), "name": names, "kind": land.chosen(DUST_KINDS, count)}
    return Made("dust_sources", shapely.points(degrees(km, land.size_km)), fields)


def patrols(land: County) -> Made:
    """Half tracks of 40 fixes of the last month, half signed visits."""
    visits = land.count(10_000)
    tracks = land.count(10_000)
    walk = np.repeat(np.arange(tracks), 40)
    way = _walks(land, walk, step_km=(0.005, 0.015), starts=land.spots(tracks, spread_km=1.5))
    lines = shapely.linestrings(degrees(way, land.size_km), indices=walk)
    points = shapely.points(degrees(land.spots(visits, spread_km=1.5), land.size_km))
    count = tracks + visits
    fixes = json.dumps([[10 * number, 6] for number in range(40)])
    fields = {
        "code": _codes("X", count),
        "kind": ["track"] * tracks + ["visit"] * visits,
        "inspector": [f"P{number:04d}" for number in land.random.integers(1, 301, count).tolist()],
        "started_at": _moments(land, count, days=30),
        "fixes": pa.array([fixes] * tracks + [None] * visits, pa.string()),
    }
    return Made("patrols", np.concatenate([lines, points]), fields)


def problems(land: County) -> Made:
    """Problems of the last three years, most of them closed, as a register would give them."""
    count = land.count(1_000_000)
    found = _moments(land, count)
    taken = land.random.exponential(4 * 86_400, count).astype("timedelta64[s]")
    is_closed = (land.random.uniform(size=count) < 0.7) & (found + taken < np.datetime64(_naive(UNTIL), "s"))
    kinds = tuple(category.code for category in categories() if category.parent and "Point" in category.geometry_types)
    places, faults = land.chosen(PLACES, count), land.chosen(FAULTS, count)
    fields = {
        "code": _codes("W", count),
        "category": land.chosen(kinds, count),
        "description": places + faults,
        "state": np.where(is_closed, "closed", land.chosen(OPEN_STATES, count)),
        "source_level": land.chosen(SOURCE_LEVELS, count),
        "severity": land.random.integers(1, 4, count),
        "found_at": found,
        "closed_at": pa.array(found + taken, mask=~is_closed),
    }
    return Made("problems", shapely.points(degrees(land.spots(count, spread_km=1.0), land.size_km)), fields)


LAYERS = (areas, road_segments, stations, dust_sources, parcels, patrols, problems)  # places before problems


def generate(folder: Path, *, scale: float) -> dict[str, Path]:
    """Write every layer of the county of that scale; layer → file, in the order in which to import them."""
    folder.mkdir(parents=True, exist_ok=True)
    return {made.layer: _written(folder, made) for make in LAYERS for made in [make(county(scale))]}


def _written(folder: Path, made: Made) -> Path:
    columns = {name: _column(values) for name, values in made.fields.items()}
    table = pa.table({**columns, "geometry": pa.array(shapely.to_wkb(made.geometries), pa.binary())})
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}}}  # fmt: skip  # noqa: E501
    path = folder / f"{made.layer}.parquet"
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path, compression="zstd")
    return path


def _column(values: Any) -> Any:
    """An Arrow column; moments are instants in UTC."""
    column = values if isinstance(values, pa.Array) else pa.array(values)
    return column.cast(pa.timestamp("s", "UTC")) if pa.types.is_timestamp(column.type) else column


def _moments(land: County, count: int, *, days: int = 3 * 365) -> NDArray[np.datetime64]:
    """Instants (UTC) in the days before the county's present."""
    ago = land.random.integers(1, days * 86_400, count).astype("timedelta64[s]")
    moments: NDArray[np.datetime64] = np.datetime64(_naive(UNTIL), "s") - ago
    return moments


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _codes(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number:07d}" for number in range(1, count + 1)]


def _objects(values: list[shapely.LineString]) -> Objects:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def main() -> None:
    """Write the files and say what they hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=0.1)
    asked = parser.parse_args()
    for layer, path in generate(asked.folder, scale=asked.scale).items():
        print(f"{layer}: {pq.read_metadata(path).num_rows:,} rows, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
