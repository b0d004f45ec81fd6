"""How long columns take to build and tiles to encode; run `python -m benchmarks.tiles`.

Data of its own (seeded): 1,000,000 clustered points, 100,000 lines, 50,000 polygons around one town.
"""

import gzip
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from layers.columns import LayerColumns, Points, build
from layers.model import FeatureTable
from layers.schema import PARCEL_STATES, PROBLEM_STATES, ROAD_CLASSES
from maps.tiles import Tile, TileFilter, encode_tile
from maps.tiles.grid import tile_at

CENTRE = np.array([118.15, 36.18])
DEGREES_PER_KM = np.array([1 / 89.9, 1 / 111.0])
ZOOMS = (6, 8, 10, 12, 14, 16)
Coordinates = NDArray[np.float64]


def clustered(random: Generator, count: int, *, spread_km: float) -> Coordinates:
    """Places around 400 villages of unequal size."""
    villages = CENTRE + random.normal(0, spread_km, (400, 2)) * DEGREES_PER_KM
    weights = random.pareto(1.3, 400) + 0.2
    chosen = random.choice(400, count, p=weights / weights.sum())
    places: Coordinates = villages[chosen] + random.normal(0, 0.8, (count, 2)) * DEGREES_PER_KM
    return places


def table(geometries: NDArray[np.object_], **fields: list[object]) -> FeatureTable:
    return FeatureTable(np.arange(1, len(geometries) + 1), shapely.to_wkb(geometries).astype(object), fields)


def choice(random: Generator, values: tuple[str, ...], count: int) -> list[object]:
    return [values[number] for number in random.integers(0, len(values), count)]


def problems(random: Generator, count: int) -> FeatureTable:
    return table(
        shapely.points(clustered(random, count, spread_km=12)),
        code=[f"P{number:08d}" for number in range(count)],
        state=choice(random, PROBLEM_STATES, count),
        category=choice(random, tuple(f"C{number:02d}" for number in range(30)), count),
        due_at=random.integers(1_700_000_000, 1_800_000_000, count).tolist(),
    )


def roads(random: Generator, count: int) -> FeatureTable:
    sizes = random.integers(10, 61, count)
    owners = np.repeat(np.arange(count), sizes)
    headings = random.uniform(0, 2 * np.pi, count)[owners] + random.normal(0, 0.3, len(owners))
    steps = np.column_stack([np.cos(headings), np.sin(headings)]) * random.uniform(0.015, 0.06, (len(owners), 1))
    ways = np.cumsum(steps, axis=0)
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    places = clustered(random, count, spread_km=14)[owners] + (ways - ways[firsts][owners]) * DEGREES_PER_KM
    return table(
        shapely.linestrings(places, indices=owners),
        name=[f"Road {number % 9000}" for number in range(count)],
        road_class=choice(random, ROAD_CLASSES, count),
    )


def parcels(random: Generator, count: int) -> FeatureTable:
    sizes = random.integers(5, 25, count)
    owners = np.repeat(np.arange(count), sizes)
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    angles = 2 * np.pi * (np.arange(len(owners)) - firsts[owners]) / sizes[owners]
    radii = random.uniform(0.02, 0.3, count)[owners] * random.uniform(0.7, 1, len(owners))
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None] * DEGREES_PER_KM
    places = clustered(random, count, spread_km=14)[owners] + ring
    rings = shapely.linearrings(places, indices=owners)
    return table(
        shapely.polygons(rings),
        code=[f"B{number:06d}" for number in range(count)],
        state=choice(random, PARCEL_STATES, count),
    )


def arrays_of(columns: LayerColumns) -> list[NDArray[np.generic]]:
    """Every array that the layer keeps in memory."""
    arrays: list[NDArray[np.generic]] = []
    for part in (columns.points, columns.lines, columns.polygons):
        names = ("keys", "ids", "x", "y", *(("first",) if isinstance(part, Points) else ("shapes", "paths", "outer")))
        arrays += [getattr(part, name) for name in names] + list(part.codes.values())
        arrays += [] if isinstance(part, Points) else [part.boxes, part.index.nodes]
    return arrays + [array for dictionary in columns.dictionaries.values() for array in dictionary.arrays]


def milliseconds(work: Callable[[], object], *, at_most_s: float = 0.3) -> float:
    """The median over as many runs as fit into the time, at least three."""
    times: list[float] = []
    while len(times) < 3 or sum(times) < at_most_s:
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times) * 1000


def crowded_tile(columns: LayerColumns, z: int) -> Tile:
    """The tile of a zoom with the most bytes among some that have features."""
    west, south, east, north = columns.bounds or (0, 0, 0, 0)
    step = np.linspace(0.3, 0.7, 9)
    places = [(west + a * (east - west), south + b * (north - south)) for a in step for b in step]
    return max({tile_at(lon, lat, z) for lon, lat in places}, key=lambda tile: len(encode_tile(columns, tile)))


def measure(name: str, data: FeatureTable, some: TileFilter) -> None:
    fields = tuple(data.fields)
    built = milliseconds(lambda: build(name, data, fields), at_most_s=0)
    columns = build(name, data, fields)
    one = FeatureTable(data.ids[:1], data.wkb[1:2], {key: values[1:2] for key, values in data.fields.items()})
    changed = milliseconds(lambda: columns.changed(one, [1]))
    size = sum(array.nbytes for array in arrays_of(columns)) / 1e6
    print(
        f"\n{name}: {len(data.ids):,} rows, built in {built:.0f} ms, one row changed in {changed:.1f} ms, {size:.1f} MB"
    )
    for z in ZOOMS:
        tile = crowded_tile(columns, z)
        body = encode_tile(columns, tile)
        plain = milliseconds(partial(encode_tile, columns, tile))
        filtered = milliseconds(partial(encode_tile, columns, tile, wanted=some))
        packed = len(gzip.compress(body, 1)) / 1e3
        print(f"  z{z:<2} {plain:7.2f} ms, {len(body) / 1e3:7.1f} kB (gzip {packed:7.1f}), filtered {filtered:7.2f} ms")


def main() -> None:
    random = np.random.default_rng(20240611)
    measure("problems", problems(random, 1_000_000), TileFilter(equals={"state": frozenset({"assigned", "closed"})}))
    measure("road_segments", roads(random, 100_000), TileFilter(equals={"road_class": frozenset({"urban"})}))
    measure("parcels", parcels(random, 50_000), TileFilter(equals={"state": frozenset({"bare"})}))


if __name__ == "__main__":
    main()
