"""How fast the whole is, measured: `python -m benchmarks --scale 0.1`, or `make bench`.

A county is made, imported, given to its people and served; each step is timed on the wall and by the
processor. What is printed is one Markdown table. Scale 1 means 1,000,000 problems (about a quarter of an hour).
"""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.clock import Spent, Stopwatch, milliseconds, resident_mb
from benchmarks.data import fill
from benchmarks.generate import UNTIL
from benchmarks.service import Asked, Running
from benchmarks.table import Row, heading, table
from geo_service.tile_fields import LayerFields
from layers.columns.cache import ColumnCache
from layers.columns.layer import LayerColumns
from layers.columns.world import BITS
from layers.imports import assign_all
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
    before_mb, _ = resident_mb(os.getpid())
    cache = ColumnCache(bench.store, LayerFields(bench.store))
    cache.get("stations")  # the kernels are compiled or read before anything is measured
    for layer in TILE_LAYERS:
        with Stopwatch() as watch:
            count = cache.get(layer).row_count
        yield _spent(f"columns of {layer}", f"{count:,} rows", watch.spent, count)
    after_mb, _ = resident_mb(os.getpid())
    yield Row("memory of the columns", ", ".join(TILE_LAYERS), f"{after_mb - before_mb:,.0f} MB")


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
    """From the command to the first answers, and what the process then holds in memory."""
    with _served(bench) as asked:
        service = asked.service
        yield Row("cold start to /readyz", "", f"{service.ready_s:.2f} s", f"{service.cpu_s():.2f} s")
        yield Row("memory of the service", "as started", f"{resident_mb(service.process.pid)[0]:,.0f} MB")
        yield asked.once("first tile of problems (columns are built)", _middle_tile(bench.store))
        now_mb, highest_mb = resident_mb(service.process.pid)
        yield Row("memory of the service", "after it", f"{now_mb:,.0f} MB, highest {highest_mb:,.0f} MB")


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
    """Every row of the table; the import always comes first, for all else needs it."""
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
    parser.add_argument("--only", choices=PARTS, default="", help="only this part, after the import")
    parser.add_argument("--postgis", metavar="URL", help="an empty PostGIS database instead of a GeoPackage")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="geo-service-bench-") as name:
        folder = Path(name)
        url = asked.postgis or f"gpkg://{folder}/county.gpkg"
        title = heading(f"Scale {asked.scale:g} on {'PostGIS' if asked.postgis else 'the embedded store'}")
        print(title + "\n" + table(list(measure(url, folder, scale=asked.scale, only=asked.only))))


if __name__ == "__main__":
    main()
