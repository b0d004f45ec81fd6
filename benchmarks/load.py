"""Many people pan a map while others report: `python -m benchmarks.load --seconds 60`.

Each client has a window of tiles, moves it by a tile every two seconds and asks for all of its tiles again, with the
ETags that it remembers, as a browser does. Each writer reports a problem a second and then asks for its tile over new
connections, so that either worker answers. A tile is stale when a problem is not in it that was acknowledged before
the tile was asked for: looked at after every report, and in a sample of what the clients get.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import mapbox_vector_tile
import numpy as np

from benchmarks.data import loaded_store
from benchmarks.service import Running
from benchmarks.table import Row, heading, table
from benchmarks.wire import Answer, Line
from layers.demo import build
from layers.planting import plant
from layers.store import open_store
from maps.tiles.grid import Tile, bounds, tile_at

ZOOM = 15
WINDOW = [(x, y) for x in range(4) for y in range(3)]
PAUSE_S = 2.0  # between two moves of a window
WRITE_EVERY_S = 1.0
CHECKS = 3  # connections over which a writer looks for what it has reported
SAMPLED = 0.02  # of the clients' tiles are looked into
GOOD = (200, 204, 304)

Box = tuple[float, float, float, float]


class Served(Running):
    """The service with several workers."""

    workers = 2

    def command(self, port: int) -> list[str]:
        """What is started."""
        serve = ("serve", "--port", str(port), "--workers", str(self.workers))
        return [sys.executable, "-m", "geo_service", *serve]


@dataclass
class Seen:
    """What all of them together have met."""

    tile_ms: list[float] = field(default_factory=list)
    write_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    stale: int = 0
    looked_into: int = 0
    known: defaultdict[Tile, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))

    def look_into(self, tile: Tile, body: bytes, asked_at: float) -> None:
        """Whether everything is in the tile that was acknowledged before it was asked for."""
        ids = {one["id"] for one in mapbox_vector_tile.decode(body)["problems"]["features"]} if body else set()
        self.looked_into += 1
        self.stale += any(at < asked_at and id_ not in ids for at, id_ in self.known[tile])


class People:
    """The clients and the writers, until the time is over."""

    def __init__(self, url: str, key: dict[str, str], box: Box, until: float):
        self.url, self.key, self.box, self.until = url, key, box, until
        self.seen = Seen()

    async def pan(self, number: int) -> None:
        """One client."""
        chance = random.Random(number)
        x, y = tile_at(*self._place(chance), ZOOM)[1:]
        tags: dict[Tile, str] = {}
        await asyncio.sleep(chance.random() * PAUSE_S)
        async with Line(self.url, self.key) as line:
            while time.perf_counter() < self.until:
                for dx, dy in WINDOW:
                    await self._tile(line, Tile(ZOOM, x + dx, y + dy), tags, chance)
                dx, dy = chance.choice([(1, 0), (-1, 0), (0, 1), (0, -1)])
                x, y = x + dx, y + dy
                await asyncio.sleep(PAUSE_S)

    async def _tile(self, line: Line, tile: Tile, tags: dict[Tile, str], chance: random.Random) -> None:
        begun = time.perf_counter()
        headers = {"if-none-match": tags[tile]} if tile in tags else {}
        answer = await line.ask(f"/tiles/problems/{tile.z}/{tile.x}/{tile.y}.mvt", headers=headers)
        self.seen.tile_ms.append(1000 * (time.perf_counter() - begun))
        self._note(answer)
        tags[tile] = answer.headers.get("etag", "")
        if answer.status != 304 and chance.random() < SAMPLED:
            self.seen.look_into(tile, answer.body, begun)

    async def write(self, number: int) -> None:
        """One writer."""
        chance = random.Random(-number - 1)
        await asyncio.sleep(chance.random() * WRITE_EVERY_S)
        async with Line(self.url, self.key) as line:
            while time.perf_counter() < self.until:
                await self._report(line, self._place(chance))
                await asyncio.sleep(WRITE_EVERY_S)

    async def _report(self, line: Line, place: tuple[float, float]) -> None:
        properties = {"category": "0102", "description": "load"}
        body = {"type": "Feature", "geometry": {"type": "Point", "coordinates": place}, "properties": properties}
        begun = time.perf_counter()
        answer = await line.ask("/api/v1/problems", method="POST", body=json.dumps(body).encode())
        acknowledged = time.perf_counter()
        self.seen.write_ms.append(1000 * (acknowledged - begun))
        self._note(answer)
        if answer.status != 201:
            return
        tile = tile_at(*place, ZOOM)
        self.seen.known[tile].append((acknowledged, json.loads(answer.body)["id"]))
        for _ in range(CHECKS):
            async with Line(self.url, self.key) as other:
                asked_at = time.perf_counter()
                found = await other.ask(f"/tiles/problems/{tile.z}/{tile.x}/{tile.y}.mvt")
                self._note(found)
                self.seen.look_into(tile, found.body, asked_at)

    def _note(self, answer: Answer) -> None:
        self.seen.statuses[answer.status] += 1
        if answer.status not in (*GOOD, 201):
            self.seen.errors[f"{answer.status}: {answer.body[:200].decode(errors='replace')}"] += 1

    def _place(self, chance: random.Random) -> tuple[float, float]:
        west, south, east, north = self.box
        return chance.uniform(west, east), chance.uniform(south, north)


async def crowd(people: People, clients: int, writers: int) -> None:
    """All of them at once; who fails is counted, and the others go on."""
    all_of_them = [*map(people.pan, range(clients)), *map(people.write, range(writers))]
    for outcome in await asyncio.gather(*all_of_them, return_exceptions=True):
        if isinstance(outcome, BaseException):
            people.seen.errors[repr(outcome)[:200]] += 1


def rows(seen: Seen, seconds: float) -> list[Row]:
    """The table of what was met."""
    refused = "; ".join(f"{count} × {what}" for what, count in seen.errors.items()) or "none"
    return [
        Row("tiles", f"{len(seen.tile_ms):,}, {len(seen.tile_ms) / seconds:,.0f} a second", _spread(seen.tile_ms)),
        Row("reports", f"{len(seen.write_ms):,}, {len(seen.write_ms) / seconds:,.0f} a second", _spread(seen.write_ms)),
        Row("answers", ", ".join(f"{status}: {n:,}" for status, n in sorted(seen.statuses.items())), ""),
        Row("stale tiles", f"{seen.looked_into:,} looked into", str(seen.stale)),
        Row("errors", "", refused),
    ]


def _spread(taken_ms: Sequence[float]) -> str:
    p50, p90, p99 = np.percentile(taken_ms or [0.0], [50, 90, 99])
    return f"p50 {p50:,.1f}, p90 {p90:,.1f}, p99 {p99:,.1f}, most {max(taken_ms, default=0):,.0f} ms"


def _filled(url: str) -> Box:
    """The demo town in a new store; its box."""
    from datetime import UTC, datetime

    store, now = open_store(url), datetime.now(UTC)
    plant(store, build(now), now=now, reset=False)
    return _box_of(url)


def _box_of(url: str) -> Box:
    store = open_store(url)
    with store.reading() as session:
        west, south, east, north = session.features.extent("problems") or bounds(Tile(0, 0, 0))
    store.close()
    return west, south, east, north


def main() -> None:
    """Measure and print; exit status 1 where there was an error or a stale tile."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument(
        "--scale", type=float, default=0.0, help="0 = the demo town, 1 = a county of 1,000,000 problems"
    )
    parser.add_argument("--postgis", metavar="URL", help="an empty PostGIS database instead of a GeoPackage")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="geo-service-load-") as name:
        folder = Path(name)
        url = asked.postgis or f"gpkg://{folder}/county.gpkg"
        if asked.scale:
            url = loaded_store(folder, scale=asked.scale)
        box = _box_of(url) if asked.scale else _filled(url)
        with Served(url, folder) as service:
            people = People(service.url, service.key(), box, time.perf_counter() + asked.seconds)
            asyncio.run(crowd(people, asked.clients, asked.writers))
    title = f"{asked.clients} clients panning, {asked.writers} writers, {asked.seconds:g} s, {Served.workers} workers"
    print(heading(title) + "\n" + table(rows(people.seen, asked.seconds)))
    sys.exit(1 if people.seen.errors or people.seen.stale else 0)


if __name__ == "__main__":
    main()
