"""How fast the whole is, measured: `python -m benchmarks --scale 0.1`, or `make bench`.

A county is made, imported, given to its people and served; each step is timed on the wall and by the
processor. What is printed is one Markdown table. Scale 1 means 1,000,000 problems (about a quarter of an hour).
"""

import argparse
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks import coverage, deadlines, rebounds, work_faces
from benchmarks.clock import Spent, Stopwatch, milliseconds, resident_mb
from benchmarks.data import fill
from benchmarks.generate import UNTIL
from benchmarks.service import Asked, Running
from benchmarks.table import Row, heading, table
from benchmarks.tiles import arrays_of
from geo_service.tile_fields import LayerFields
from layers.columns.cache import ColumnCache
from layers.columns.files import ColumnFiles
from layers.columns.layer import LayerColumns
from layers.columns.world import BITS
from layers.placing import assign_all
from layers.query import Query, Where
from layers.store import Store, open_store
from maps.tiles.grid import tile_at
from maps.tiles.service import TileService

ZOOMS = (8, 10, 12, 14, 16)
TILE_LAYERS = ("problems", "road_segments", "parcels", "areas")


@dataclass(frozen=True, slots=True)
class Bench:
    """A loaded store, where it is, and a folder for what else is needed."""

    store: Store
    url: str
    folder: Path


def imported(store: Store, folder: Path, *, scale: float) -> Iterator[Row]:
    """Each layer from its file to its last index entry."""
    for request, loaded, spent in fill(store, folder, scale=scale):
        of = f"{loaded.stored:,} rows, {request.paths[0].stat().st_size / 1e6:.1f} MB"
        yield _spent(f"import {request.layer}", of, spent, loaded.stored)


def assigned(bench: Bench) -> Iterator[Row]:
    """Who answers for every problem, derived anew and stored."""
    with Stopwatch() as watch:
        count = assign_all(bench.store, now=UNTIL)
    yield _spent("assign all problems", f"{count:,} problems", watch.spent, count)


def built(bench: Bench) -> Iterator[Row]:
    """Columns of the layers that tiles are made of, from the store."""
    cache = ColumnCache(bench.store, LayerFields(bench.store))
    cache.get("stations")  # the kernels are compiled or read before anything is measured
    for layer in TILE_LAYERS:
        with Stopwatch() as watch:
            columns = cache.get(layer)
        size_mb = sum(array.nbytes for array in arrays_of(columns)) / 1e6
        of = f"{columns.row_count:,} rows, {size_mb:,.1f} MB"
        yield _spent(f"columns of {layer}", of, watch.spent, columns.row_count)
        yield from saved(bench, columns)


def saved(bench: Bench, columns: LayerColumns) -> Iterator[Row]:
    """The side file of a layer: written, and opened as a restart does."""
    files = ColumnFiles(bench.folder / "measured", bench.store)
    with Stopwatch() as watch:
        files.save(columns, 1)
    yield Row(f"columns of {columns.name} saved", "", f"{1000 * watch.spent.wall_s:,.1f} ms")
    took_ms = milliseconds(lambda: files.open(columns.name, columns.field_names))
    yield Row(f"columns of {columns.name} opened from their file", "", f"{took_ms:,.1f} ms")


def tiled(bench: Bench) -> Iterator[Row]:
    """The tile of each zoom that has the most problems: made in this process, and asked of the service."""
    fields = LayerFields(bench.store)
    cache = ColumnCache(bench.store, fields)
    tiles = TileService(cache)
    with _served(bench) as asked:
        for z in ZOOMS:
            x, y = _densest(cache.get("problems"), z)
            for layer in TILE_LAYERS:
                make = partial(tiles.answer, layer, z, x, y, fields=fields.of_tile(layer))
                of = f"{len(make().body) / 1000:,.0f} kB, made in {milliseconds(make):.1f} ms"
                told = asked.row("", f"/tiles/{layer}/{z}/{x}/{y}.mvt")
                yield Row(f"tile z{z} {layer}", f"{of}, {told.of}", told.result, told.cpu)


def listed(bench: Bench) -> Iterator[Row]:
    """The lists and numbers beside the map."""
    with bench.store.reading() as session:
        west, south, east, north = session.features.extent("problems") or (0, 0, 0, 0)
    lon, lat = (west + east) / 2, (south + north) / 2
    box = f"{lon - 0.02},{lat - 0.02},{lon + 0.02},{lat + 0.02}"
    with _served(bench) as asked:
        yield asked.row("list, 30 most urgent open", "/api/v1/problems", state="open", limit="30")
        yield asked.row("list, 1,000 of all", "/api/v1/problems", limit="1000")
        yield asked.row("list, 100 in a box of 4 km", "/api/v1/problems", limit="100", bbox=box)
        yield asked.row("list, text search", "/api/v1/problems", limit="30", q="桥头")
        yield asked.row("summary of all", "/api/v1/problems/summary")
        yield asked.row("summary of one person", "/api/v1/problems/summary", assignee="P0001")
        yield asked.row("page of open problems", "/maps/open-problems")


def analysed(bench: Bench) -> Iterator[Row]:
    """Clean zones and hotspots, of the whole county where it is small enough, and of one zone."""
    with bench.store.reading() as session:
        zones = session.features.columns("areas", ("code",), Query(where=(Where("level", "=", "zone"),), limit=1))
        stations = session.features.columns("stations", ("code",), Query(limit=1))
    clean, hot, at = "/api/v1/analysis/clean-zones", "/api/v1/analysis/hotspots", UNTIL.isoformat()
    with _served(bench) as asked:
        yield asked.row("clean zones, the whole county", clean, as_of=at)
        yield asked.row("clean zones, one zone of 100 km²", clean, as_of=at, area=zones[0][0])
        yield asked.row("hotspots round a station", hot, as_of=at, station=stations[0][0])


def started(bench: Bench) -> Iterator[Row]:
    """From the command to the first answers, and what the process then holds in memory; then the same again."""
    side_files = bench.folder / "columns"
    shutil.rmtree(side_files, ignore_errors=True)
    with _served(bench) as asked:
        service = asked.service
        yield Row("cold start to /readyz", "", f"{service.ready_s:.2f} s", f"{service.cpu_s():.2f} s")
        yield Row("memory of the service", "as started", f"{resident_mb(service.process.pid)[0]:,.0f} MB")
        yield asked.once("first tile of problems (columns are built)", _middle_tile(bench.store))
        now_mb, highest_mb = resident_mb(service.process.pid)
        yield Row("memory of the service", "after it", f"{now_mb:,.0f} MB, highest {highest_mb:,.0f} MB")
        while not any(side_files.glob("*.columns")):
            time.sleep(0.1)
    with _served(bench) as asked:
        yield asked.once("first tile of problems after a restart (columns are mapped)", _middle_tile(bench.store))
        now_mb, _ = resident_mb(asked.service.process.pid)
        yield Row("memory of the service", "after it, the shared pages of the file included", f"{now_mb:,.0f} MB")


# What needs no town: each is measured by itself, at the scale that is asked for.
RULES = {
    "coverage": coverage.measured,
    "work-faces": work_faces.measured,
    "deadlines": deadlines.measured,
    "rebounds": rebounds.made,
}
PARTS = {"assign": assigned, "columns": built, "tiles": tiled, "lists": listed, "analysis": analysed, "start": started}


def _spent(measured: str, of: str, spent: Spent, count: int) -> Row:
    rate = f"{spent.wall_s:.2f} s, {count / spent.wall_s:,.0f}/s"
    return Row(measured, of, rate, f"{spent.cpu_s:.2f} s, {count / max(spent.cpu_s, 0.01):,.0f}/s")


def _densest(columns: LayerColumns, z: int) -> tuple[int, int]:
    """The tile with the most points."""
    x, y = (part.astype(np.int64) >> (BITS - z) for part in (columns.points.x, columns.points.y))
    tiles, counts = np.unique(x << z | y, return_counts=True)
    most = int(tiles[counts.argmax()])
    return most >> z, most & ((1 << z) - 1)


def _middle_tile(store: Store) -> str:
    """The address of the tile of zoom 12 in the middle of the problems."""
    with store.reading() as session:
        west, south, east, north = session.features.extent("problems") or (0, 0, 0, 0)
    tile = tile_at((west + east) / 2, (south + north) / 2, 12)
    return f"/tiles/problems/12/{tile.x}/{tile.y}.mvt"


@contextmanager
def _served(bench: Bench) -> Iterator[Asked]:
    with Running(bench.url, bench.folder) as service, Asked(service) as asked:
        yield asked


def measure(url: str, folder: Path, *, scale: float, only: str) -> Iterator[Row]:
    """Every row of the table; the import comes before the parts that need a town."""
    for name, rule in RULES.items():
        if only in ("", name):
            yield from rule(scale)
    if only in RULES:
        return
    store = open_store(url)
    yield from imported(store, folder, scale=scale)
    bench = Bench(store, url, folder)
    for name, part in PARTS.items():
        if only in ("", name):
            yield from part(bench)
    _, highest = resident_mb(os.getpid())
    yield Row("memory of this process", "import and assignment", f"highest {highest:,.0f} MB")
    store.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1, help="1 = 1,000,000 problems")
    parser.add_argument("--only", choices=(*RULES, *PARTS), default="", help="only this part")
    parser.add_argument("--postgis", metavar="URL", help="an empty PostGIS database instead of a GeoPackage")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="geo-service-bench-") as name:
        folder = Path(name)
        url = asked.postgis or f"gpkg://{folder}/county.gpkg"
        title = heading(f"Scale {asked.scale:g} on {'PostGIS' if asked.postgis else 'the embedded store'}")
        print(title + "\n" + table(list(measure(url, folder, scale=asked.scale, only=asked.only))))


if __name__ == "__main__":
    main()
