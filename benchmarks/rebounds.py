"""Rebounds, survival and Knox's table: `python -m benchmarks.rebounds --chicago PATH`.

PATH is a Parquet file with the real reports of a city (see tests/data/README.md for the columns). Without it only the
made cases are measured. With it the reports are also imported as cases, and asked for over HTTP.
"""

import argparse
import csv
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import run
from sys import executable
from tempfile import TemporaryDirectory

import httpx
import numpy as np
import shapely

from benchmarks.chicago import chicago_cases, chicago_csv
from benchmarks.clock import Spent, Stopwatch
from benchmarks.service import Running
from benchmarks.table import Row, heading, table
from layers.rules.chains import chains, chronic
from layers.rules.knox import SHUFFLES, knox
from layers.rules.rebound import DAY_S, Cases, Rebounds, everywhere, rebounds
from layers.rules.survival import kaplan_meier, risk_at

MADE = 1_000_000
SAMPLE = 5_000
RUNS = 3


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chicago", type=Path, help="Parquet file of real reports")
    path = parser.parse_args().chicago
    rows = [*made(), *([] if path is None else [*real(path), *served(path)])]
    print(heading("Rebounds"))
    print(table(rows))


def made(scale: float = 1.0) -> Iterator[Row]:
    """A million points in 12 km × 10 km over a year, closed after some days: of ten categories, and of one."""
    for kinds in (10, 1):
        cases = made_cases(kinds, max(1, round(MADE * scale)))
        found, spent = quickest(cases)
        of = f"{len(cases):,} made cases, {kinds} categories"
        yield Row("rebounds", of, f"{len(found):,} rebounds, {spent.wall_s:.2f} s", f"{spent.cpu_s:.2f} s")


def made_cases(kinds: int, count: int) -> Cases:
    """The made cases."""
    chance = np.random.default_rng(1)
    found = chance.uniform(0, 365, count) * DAY_S
    ended = found + chance.exponential(5, count) * DAY_S
    names = np.array([f"{kind:04d}" for kind in range(kinds)], dtype=object)
    return Cases(
        id=np.arange(count), category=names[chance.integers(0, kinds, count)], found_at=found, closed_at=ended,
        geometry=shapely.points(chance.uniform(0, 12_000, count), chance.uniform(0, 10_000, count)),
        verified_at=ended.copy(), duplicate=np.zeros(count, dtype=bool),
    )  # fmt: skip


def quickest(cases: Cases) -> tuple[Rebounds, Spent]:
    """The rebounds, and the quickest of some runs."""
    spent = []
    for _ in range(RUNS):
        with Stopwatch() as watch:
            found = rebounds(cases, everywhere(len(cases)))
        spent.append(watch.spent)
    return found, min(spent, key=lambda one: one.cpu_s)


def real(path: Path) -> Iterator[Row]:
    """The real reports: rebounds, the same pair by pair as a plain search on a sample, chains, risk, Knox's table."""
    cases = chicago_cases(path)
    found, spent = quickest(cases)
    of = f"{len(cases):,} real reports"
    yield Row("rebounds", of, f"{len(found):,} rebounds, {spent.wall_s:.2f} s", f"{spent.cpu_s:.2f} s")
    yield Row("pair by pair", f"sample of {SAMPLE:,}", f"{compared(cases):,} pairs, all equal")
    with Stopwatch() as watch:
        places = chronic(found, chains(found), cases.found_at)
    yield Row("chains", of, f"{len(places):,} chronic places, {watch.spent.wall_s:.3f} s", f"{watch.spent.cpu_s:.3f} s")
    with Stopwatch() as watch:
        risk = risk_at(kaplan_meier(*followed(cases, found)))
    said = f"{risk.risk:.2%} ({risk.lower:.2%}–{risk.upper:.2%}), {watch.spent.wall_s:.3f} s"
    yield Row("30-day risk", f"{risk.followed:,} closures", said, f"{watch.spent.cpu_s:.3f} s")
    knox(cases, seed=1, shuffles=1)  # compiles
    with Stopwatch() as watch:
        choice = knox(cases, seed=1)
    said = f"R = {choice.chosen[0]:.0f} m, N = {choice.chosen[1]:.0f} d, {watch.spent.wall_s:.2f} s"
    yield Row("Knox's table", f"{len(cases):,} reports, {SHUFFLES} shuffles", said, f"{watch.spent.cpu_s:.2f} s")


def followed(cases: Cases, found: Rebounds) -> tuple[np.ndarray, np.ndarray]:
    """Days until the first rebound of each closure, or until the end of the data; whether it was a rebound."""
    first = np.full(len(cases), np.inf)
    np.minimum.at(first, found.previous, found.days)
    left = (np.nanmax(cases.found_at) - cases.verified_at) / DAY_S
    chosen = left > 0
    return np.minimum(first, left)[chosen], (first <= left)[chosen]


def compared(cases: Cases) -> int:
    """How many pairs a plain search finds in a sample, after making sure that they are the rule's."""
    xy = shapely.get_coordinates(cases.geometry)
    rows = np.sort(np.argsort(np.hypot(*(xy - np.median(xy, axis=0)).T))[:SAMPLE])  # one quarter: many pairs
    names = ("id", "category", "geometry", "found_at", "closed_at", "verified_at", "duplicate")
    part = replace(cases, **{name: getattr(cases, name)[rows] for name in names})
    found = rebounds(part, everywhere(len(part)))
    ours = dict(zip(part.id[found.new].tolist(), part.id[found.previous].tolist(), strict=True))
    assert ours == dict(plain_search(part))
    return len(ours)


def plain_search(cases: Cases, radius_m: float = 30.0, days: float = 30.0) -> Iterator[tuple[int, int]]:
    """(new, previous) by key: every new case against every closure."""
    xy = shapely.get_coordinates(cases.geometry)
    for b in np.flatnonzero(~cases.duplicate):
        apart_m, gap = np.hypot(*(xy - xy[b]).T), (cases.found_at[b] - cases.verified_at) / DAY_S
        fits = np.flatnonzero((cases.category == cases.category[b]) & (apart_m <= radius_m) & (gap > 0) & (gap <= days))
        if len(fits):
            nearest = min(fits, key=lambda i: (gap[i], apart_m[i], cases.id[i]))
            yield int(cases.id[b]), int(cases.id[nearest])


def served(path: Path) -> Iterator[Row]:
    """The real reports imported as found and closed cases by the command line, and their rebounds over HTTP."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        store_url, file = f"gpkg://{folder}/town.gpkg", folder / "reports.csv"
        count = chicago_csv(path, file)
        environment = {**os.environ, "GEO_SERVICE_STORE": store_url, "GEO_SERVICE_DATA_DIR": name}
        with Stopwatch() as watch:
            run([executable, "-m", "geo_service", "import", "problems", str(file)], env=environment, check=True)
        yield _spent("import with its rebounds", f"{count:,} reports", watch.spent)
        with Running(store_url, folder) as service:
            yield asked(service, file)


def asked(service: Running, file: Path) -> Row:
    """The rebounds of all reports with one R and N, and whether the service knows every closing of the file."""
    key, cpu_s = service.key(), service.cpu_s()
    with Stopwatch() as watch:
        query = {"radius_m": 30, "days": 30}
        address = f"{service.url}/api/v1/analysis/rebounds"
        told = httpx.get(address, params=query, headers=key, timeout=300).raise_for_status().json()
    with file.open() as lines:
        closed = sum(bool(row["closed_at"]) for row in csv.DictReader(lines))
    assert told["summary"]["closed"] == closed, (told["summary"], closed)
    said = f"{len(told['features']):,} rebounds, {watch.spent.wall_s:.2f} s"
    return Row("rebounds over HTTP", f"{closed:,} closures", said, f"{service.cpu_s() - cpu_s:.2f} s")


def _spent(measured: str, of: str, spent: Spent) -> Row:
    return Row(measured, of, f"{spent.wall_s:.2f} s", f"{spent.cpu_s:.2f} s")


if __name__ == "__main__":
    main()
