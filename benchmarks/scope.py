"""What it costs to ask who calls and what they may see: `python -m benchmarks.scope [--store postgresql://…]`.

The demo town is served twice from one store: as it is, and with a route of tiles that asks nobody and shows all. Both
are asked in turns for one tile that they have answered before, whole and with its ETag. The store must be empty.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import uvicorn

from benchmarks.service import Running
from benchmarks.table import Row, heading, table
from geo_service.app import create_app
from geo_service.security.callers import Caller, Callers
from geo_service.security.slow_clients import PatientProtocol
from geo_service.settings import Settings
from geo_service.tile_scopes import TileScopes
from layers import tokens
from layers.accounts_model import Identity
from layers.query import Query, Where
from layers.rules.permissions import Viewer
from layers.store import Store, open_store
from layers.values import TOWN_TIME
from maps.tiles.grid import Tile, tile_at

CALLERS = {"public": "", "own places": "demo-road-chief", "all": "demo-dispatcher"}
ROUNDS, BLOCK = 60, 25  # each service is asked ROUNDS × BLOCK times, in turns, so that other work hits both
ZOOM = 14


class Served(Running):
    """The service with the same server round it in both cases; `bare`: without callers and scopes in its tiles."""

    def __init__(self, store_url: str, folder: Path, *, bare: bool):
        super().__init__(store_url, folder)
        self._bare = bare

    def command(self, port: int) -> list[str]:
        """What is started."""
        return [sys.executable, "-m", "benchmarks.scope", "--serve", str(port), *(["--bare"] if self._bare else [])]


def serve(port: int, *, bare: bool) -> None:
    """Serve on a port until the end."""
    if bare:
        anybody = Caller(Identity(account="anybody", person="anybody", may_write=True))
        Callers.of = Callers.kept = lambda *_, **__: anybody  # type: ignore[method-assign, assignment]
        TileScopes.knows = lambda *_, **__: True  # type: ignore[method-assign, assignment]
        TileScopes.narrowed = lambda _self, wanted, *_, **_stamp: wanted  # type: ignore[method-assign, assignment]
    uvicorn.run(
        create_app(Settings()), host="127.0.0.1", port=port, log_level="warning", http=PatientProtocol, ws="none"
    )


def compared(sides: Sequence[Running], headers: Sequence[dict[str, str]], path: str) -> tuple[list[float], list[float]]:
    """Milliseconds on the wall and of processor time of both, for one path.

    On the wall the lower quartile: what else the machine has to do only ever adds to it. Processor time as the mean.
    """
    taken: list[list[float]] = [[], []]
    cpu_s = [0.0, 0.0]
    with ExitStack() as stack:
        clients = [
            stack.enter_context(httpx.Client(base_url=side.url, headers=h))
            for side, h in zip(sides, headers, strict=True)
        ]
        for number in range(2 * ROUNDS):
            i = number % 2
            before_s = sides[i].cpu_s()
            for _ in range(BLOCK):
                begun = time.perf_counter()
                clients[i].get(path)
                taken[i].append(1000 * (time.perf_counter() - begun))
            cpu_s[i] += sides[i].cpu_s() - before_s
    return [statistics.quantiles(one)[0] for one in taken], [1000 * one / (ROUNDS * BLOCK) for one in cpu_s]


def rows(sides: Sequence[Running], secrets: dict[str, str], path: str) -> Iterator[Row]:
    """For each caller the whole tile, and the tile that is known already."""
    for name, secret in secrets.items():
        who = {"authorization": f"Bearer {secret}"} if secret else {}
        for known in (False, True):
            headers = [dict(who) for _ in sides]
            if known:
                for side, given in zip(sides, headers, strict=True):
                    given["if-none-match"] = httpx.get(side.url + path, headers=who).headers["etag"]
            answer = httpx.get(sides[0].url + path, headers=headers[0])
            wall, cpu = compared(sides, headers, path)
            of = f"{answer.status_code}, {len(answer.content) / 1000:.1f} kB"
            yield Row(f"tile, {name}", of, _ratio(wall), _ratio(cpu))


def _ratio(pair: Sequence[float]) -> str:
    with_it, without = pair
    return f"{with_it:.2f} ms / {without:.2f} ms = {with_it / without:.2f}"


def _tile_of(store: Store, account: str, now: datetime) -> Tile:
    """A tile in which this account sees something."""
    with store.reading() as session:
        person = session.accounts.get(account).person
    with store.seen_by(Viewer(account, person, "", now.astimezone(TOWN_TIME).date())).reading() as session:
        (spot,) = session.features.read("problems", Query(where=(Where("geom", "not null"),), limit=1))
    assert spot.geometry is not None
    x, y = spot.geometry.representative_point().coords[0]
    return tile_at(x, y, ZOOM)


def main(store_url: str, folder: Path) -> None:
    """Plant the town, serve it twice, and print one table."""
    environment = {**os.environ, "GEO_SERVICE_STORE": store_url, "GEO_SERVICE_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "geo_service", "demo"], env=environment, check=True, capture_output=True)
    store = open_store(store_url)
    now = datetime.now(UTC)
    secrets = {
        name: tokens.create(store, tokens.NewToken(account=account, scope="read"), now=now).secret if account else ""
        for name, account in CALLERS.items()
    }
    path = "/tiles/problems/{}/{}/{}.mvt".format(*_tile_of(store, CALLERS["own places"], now))
    store.close()
    for name in ("asking", "bare"):
        (folder / name).mkdir()
    with (
        Served(store_url, folder / "asking", bare=False) as asking,
        Served(store_url, folder / "bare", bare=True) as bare,
    ):
        made = list(rows((asking, bare), secrets, path))
    print(heading(f"Callers and scopes: with them / without, {store_url.partition(':')[0]}"))
    print(table(made))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", help="an empty PostGIS database; by default a new GeoPackage")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, bare=asked.bare)
    else:
        with TemporaryDirectory(prefix="geo-service-bench-") as work:
            main(asked.store or f"gpkg://{work}/town.gpkg", Path(work))
