"""Clean zones and coverage from 1,000,000 fixes: `python -m benchmarks.coverage`.

A subdistrict of 12 km × 10 km (12,000 cells, three owners each) is walked for 30 days by 60 people, with 3,000
problems; then 300 segments of 400 m are walked up and down. Every rule is timed warm: the quickest of some runs.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.clock import Spent, Stopwatch
from benchmarks.table import Row, heading, table
from layers.rules import clean_zones as clean
from layers.rules.coverage import full_at, side_stretches
from layers.rules.grid import unit_cells
from layers.rules.patches import clean_zones_of
from layers.rules.road_axis import Roads, roads, stretches
from layers.rules.road_units import road_units
from layers.rules.tracks import Tracks, Trust, Visits, Witnesses, trusted_pieces

WIDE_M, TALL_M, DAYS = 12_000.0, 10_000.0, 30
PATROLS, FIXES, PEOPLE, PROBLEMS, SEGMENTS = 1_000, 1_000, 60, 3_000, 300
NOW_S = (DAYS + 1) * clean.DAY_S
RUNS = 7
Result = TypeVar("Result")


def main() -> None:
    """Print one table."""
    print(heading("Coverage"))
    print(table(list(measured())))


def measured(scale: float = 1.0) -> Iterator[Row]:
    """The rows of the table; `scale` 1 = a million fixes."""
    patrols = max(1, round(PATROLS * scale))
    rng = np.random.default_rng(1)
    cells = unit_cells(np.array([shapely.box(0, 0, WIDE_M, TALL_M)]))
    fixes = f"{patrols * FIXES:,} fixes"
    some = (found(rng), wandering(rng, patrols), NO_VISITS)
    people = owners(rng, len(cells.east), patrols)
    zones, spent = timed(lambda: clean.clean_zones(cells, *some, as_of=NOW_S, people=people))
    labels, label_spent = timed(lambda: clean_zones_of(cells, zones))
    axis, along = some_roads(rng)
    tracks = walked(rng, along, patrols)
    share, road_spent = timed(lambda: covered(axis, tracks))
    units, unit_spent = timed(lambda: clean.clean_roads(road_units(axis), some[0], tracks, NO_VISITS, as_of=NOW_S))
    clean_cells = int((zones.state == 0).sum())
    of = f"{fixes}, {len(cells.east):,} cells"
    yield Row("clean map of a subdistrict", of, f"{clean_cells:,} clean", cpu(spent))
    yield Row("labelled clean zones", f"{len(cells.east):,} cells", f"{len(labels)} zones", cpu(label_spent))
    yield Row("coverage of segments", f"{fixes}, {len(along)} segments", f"{share:.0%} inspected", cpu(road_spent))
    yield Row("clean road units", f"{fixes}, {len(units.state):,} units", "", cpu(unit_spent))


NO_VISITS = Visits(np.empty(0), np.empty(0), np.empty(0))


def timed(work: Callable[[], Result]) -> tuple[Result, Spent]:
    """What some work comes to, and the quickest run."""
    spent = []
    for _ in range(RUNS):
        with Stopwatch() as watch:
            made = work()
        spent.append(watch.spent)
    return made, min(spent, key=lambda one: one.cpu_s)


def cpu(spent: Spent) -> str:
    return f"{spent.cpu_s:.2f} s"


def covered(axis: Roads, tracks: Tracks) -> float:
    """The share of the segments that were ever fully inspected."""
    walks = stretches(trusted_pieces(tracks, NOW_S, Trust()), axis)
    full = full_at(side_stretches(axis, walks), axis, np.full(len(axis.from_m), 0.8))
    return float(np.isfinite(full).mean())


def wandering(rng: np.random.Generator, patrols: int) -> Tracks:
    """Patrols that turn slowly, a fix every 10 s and 12 m; who leaves on one side comes back on the other."""
    shape = (patrols, FIXES)
    heading_ = rng.uniform(0, 2 * np.pi, (patrols, 1)) + np.cumsum(rng.normal(0, 0.15, shape), axis=1)
    step_m = rng.uniform(8, 16, shape)
    x = rng.uniform(0, WIDE_M, (patrols, 1)) + np.cumsum(step_m * np.cos(heading_), axis=1)
    y = rng.uniform(0, TALL_M, (patrols, 1)) + np.cumsum(step_m * np.sin(heading_), axis=1)
    return _tracks(rng, x % WIDE_M, y % TALL_M)


def _tracks(rng: np.random.Generator, x: NDArray[np.float64], y: NDArray[np.float64]) -> Tracks:
    patrols = len(x)
    at = rng.uniform(0, DAYS * clean.DAY_S, (patrols, 1)) + np.arange(FIXES) * 10.0
    accuracy_m = rng.uniform(4, 20, patrols * FIXES)
    return Tracks(np.repeat(np.arange(patrols), FIXES), x.ravel(), y.ravel(), at.ravel(), accuracy_m)


def found(rng: np.random.Generator) -> clean.Problems:
    """Half of the problems are open, the other half closed and verified."""
    spots = shapely.points(rng.uniform(0, WIDE_M, PROBLEMS), rng.uniform(0, TALL_M, PROBLEMS))
    closed = np.where(rng.random(PROBLEMS) < 0.5, np.nan, rng.uniform(0, NOW_S, PROBLEMS))
    return clean.Problems(spots, np.zeros(PROBLEMS), closed, closed)


def owners(rng: np.random.Generator, units: int, patrols: int) -> Witnesses:
    return Witnesses(rng.integers(0, PEOPLE, patrols), np.empty(0, int), rng.integers(0, PEOPLE, (units, 3)))


def some_roads(rng: np.random.Generator) -> tuple[Roads, list[shapely.LineString]]:
    """Segments of 400 m with 20 vertices."""
    lines = [_road(rng) for _ in range(SEGMENTS)]
    return roads(np.array(lines), np.zeros(SEGMENTS), np.full(SEGMENTS, 400.0)), lines


def _road(rng: np.random.Generator) -> shapely.LineString:
    bearing = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.05, 20))
    start = rng.uniform(0, [WIDE_M, TALL_M])
    return shapely.LineString(start + np.cumsum(400 / 19 * np.column_stack([np.cos(bearing), np.sin(bearing)]), axis=0))


def walked(rng: np.random.Generator, lines: list[shapely.LineString], patrols: int) -> Tracks:
    """Each patrol goes up and down one segment, 3 m beside where it is."""
    xy = np.stack([_way(rng, lines[rng.integers(len(lines))]) for _ in range(patrols)])
    return _tracks(rng, xy[..., 0], xy[..., 1])


def _way(rng: np.random.Generator, line: shapely.LineString) -> NDArray[np.float64]:
    there_and_back = np.abs((np.arange(FIXES) * 12.0) % (2 * line.length) - line.length)
    exact = shapely.get_coordinates(shapely.line_interpolate_point(line, there_and_back))
    return exact + rng.normal(0, 3, exact.shape)


if __name__ == "__main__":
    main()
