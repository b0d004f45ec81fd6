"""The report of work faces over 90 areas with 21,000 vertices: `python -m benchmarks.work_faces`.

The areas are a Voronoi partition of 12 km × 10 km with wiggling borders that neighbours share; then faults are put in:
areas grown over their neighbours, areas shrunk to slivers, one taken away.
"""

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from benchmarks.clock import Spent, Stopwatch
from benchmarks.table import Row, heading, table
from layers.rules.stretches import Piece, stretch_faults
from layers.rules.work_faces import Faces, district_of, gaps, is_seamless, loose_edges, outside, overlaps, snapped

Objects = NDArray[np.object_]
AREAS, STEPS, SWING_M = 90, 43, 12.0
TOWN = shapely.box(0, 0, 12_000, 10_000)
FAULTS = {"grown": 4, "shrunk": 4, "lost": 1}
SEGMENTS = 100_000
RUNS = 5


def main() -> None:
    """Print one table."""
    print(heading("Work faces"))
    print(table(list(measured())))


def measured(scale: float = 1.0) -> Iterator[Row]:
    """The rows of the table; `scale` 1 = 100,000 segments, and 90 areas at any scale."""
    polygons = areas(np.random.default_rng(1))
    district = district_of(polygons)
    broken = with_faults(polygons)
    sound_of = f"{len(polygons)} areas, {shapely.get_num_coordinates(polygons).sum():,} vertices"
    (found, sound), (kinds, faulty) = timed(polygons, district), timed(broken, district)
    assert found == {"seamless": True}, found
    assert len(kinds) == 5, kinds
    yield Row("work faces, sound", sound_of, "no fault", seconds(sound))
    yield Row("work faces, faulty", f"{len(broken)} areas", counted(kinds), seconds(faulty))
    chains = pieces(np.random.default_rng(2), max(1, round(SEGMENTS * scale)))
    with Stopwatch() as watch:
        stretches = stretch_faults(chains)
    yield Row("chainage", f"{len(chains):,} segments", f"{len(stretches):,} faults", seconds(watch.spent))


def timed(polygons: Objects, district: BaseGeometry) -> tuple[dict[str, int | bool], Spent]:
    """What the report finds, and the quickest of some runs."""
    spent = []
    for _ in range(RUNS):
        with Stopwatch() as watch:
            found = report(polygons, district)
        spent.append(watch.spent)
    return found, min(spent, key=lambda one: one.cpu_s)


def report(polygons: Objects, district: BaseGeometry) -> dict[str, int | bool]:
    """Everything that the report of one level computes, counted."""
    faces = Faces(np.arange(len(polygons)).astype(str).astype(object), snapped(polygons))
    counts: dict[str, int | bool] = {"seamless": is_seamless(faces)}
    loose_edges(faces)
    for fault in (*overlaps(faces), *gaps(faces, district), *outside(faces, district)):
        counts[fault.kind] = counts.get(fault.kind, 0) + 1
    return counts


def areas(chance: np.random.Generator) -> Objects:
    """A partition of the town whose borders wiggle."""
    seeds = shapely.multipoints(chance.uniform((0, 0), (12_000, 10_000), (AREAS, 2)))
    whole = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=TOWN))
    cells = snapped(shapely.intersection(whole, TOWN))
    edges = shapely.get_parts(shapely.union_all(shapely.boundary(cells)))  # straight: each joins two corners
    wiggled = [wiggle(edge, chance) for edge in edges]
    return np.asarray(shapely.get_parts(shapely.polygonize(wiggled)))


def wiggle(edge: BaseGeometry, chance: np.random.Generator) -> BaseGeometry:
    """The line with many vertices that swing to both sides; its ends stay."""
    ends = shapely.get_coordinates(edge)[[0, -1]]
    along = np.linspace(0, 1, STEPS)[:, None]
    east, north = ends[1] - ends[0]
    across = np.array([-north, east]) / np.hypot(east, north)
    swing_m = min(SWING_M, edge.length / 40) * np.sin(np.pi * along)
    xy = ends[0] + along * (ends[1] - ends[0]) + across * swing_m * chance.uniform(-1, 1, (STEPS, 1))
    xy[[0, -1]] = ends
    return shapely.LineString(xy)


def with_faults(polygons: Objects) -> Objects:
    """The areas, some grown over their neighbours, some drawn too small, one missing."""
    made = polygons.copy()
    grown, shrunk = slice(0, FAULTS["grown"]), slice(FAULTS["grown"], FAULTS["grown"] + FAULTS["shrunk"])
    made[grown] = shapely.buffer(made[grown], 3.0, join_style="mitre")
    made[shrunk] = shapely.buffer(made[shrunk], -0.4, join_style="mitre")
    return np.asarray(made[: -FAULTS["lost"]])


def pieces(chance: np.random.Generator, count: int) -> list[Piece]:
    """Roads of 20 segments of 300 m; one in ten without a chief, one in fifty out of place."""
    shift = np.where(chance.random(count) < 0.02, 25.0, 0.0)
    vacant = chance.random(count) < 0.1
    return [
        Piece(road=f"R{k // 20}", code=str(k), from_m=k % 20 * 300 + shift[k], to_m=k % 20 * 300 + 300 + shift[k],
              chiefs=() if vacant[k] else (f"P{k % 97}",))
        for k in range(count)
    ]  # fmt: skip


def counted(kinds: dict[str, int | bool]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items() if kind != "seamless")


def seconds(spent: Spent) -> str:
    return f"{spent.cpu_s:.2f} s"


if __name__ == "__main__":
    main()
