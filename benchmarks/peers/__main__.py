"""The service beside its peers: `python -m benchmarks.peers`, or as part of `make bench`.

The same rows go into a store of ours and into a PostGIS that is thrown away; then one service after the other is
started on this machine, asked for the same tiles and features over two connections, and ended. Nothing is cached
anywhere between a request and the rows. Printed are requests a second, how many times as many ours answers, cold
starts and memory. What is not installed is told and left out.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import SubprocessError
from tempfile import TemporaryDirectory
from typing import TypeVar

from benchmarks.peers import postgres, report
from benchmarks.peers.filling import fill_postgis, fill_store
from benchmarks.peers.measuring import Figure, Run, Start, Subjects
from benchmarks.peers.region import Made, province
from benchmarks.peers.services import OURS, ROOT, SERVICES, Place, Service
from benchmarks.peers.subjects import ITEMS_LAYER, ZOOMS, boxes_of, tiles_of
from benchmarks.service import free_port, key_to
from benchmarks.table import heading

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
POSTGIS = "postgresql-15-postgis-3"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Bench:
    """What runs, and where: the stores are full."""

    run: Run
    store: str
    database: str
    python: Path
    folder: Path

    def measured(self, services: Sequence[Service]) -> Iterator[Figure | Start]:
        """All of them; one that fails is told and left out."""
        for number, service in enumerate(services):
            _say(service.name)
            place = self._place(self.folder / str(number))
            try:
                yield from self.run.measure(service, place, self._askers(service))
                if service is OURS:
                    yield self.run.start_again(service, place, key_to(self.store))
            except (RuntimeError, OSError, SubprocessError) as error:
                _say(f"{service.name} is left out: {error}")

    def _place(self, folder: Path) -> Place:
        folder.mkdir()
        return Place(self.python, self.database, self.store, folder, free_port())

    def _askers(self, service: Service) -> Mapping[str, Mapping[str, str]]:
        return {"": {}} if service.is_peer else {"": key_to(self.store), ", not signed in": {}}


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    chosen = [one for one in SERVICES if not asked.only or one.name in asked.only]
    usable = [one for one in chosen if _can_run(one, asked)]
    server_programs = postgres.programs()
    if server_programs is None:
        sys.exit(f"The peers read PostGIS. On Debian: apt-get install {POSTGIS}")
    with TemporaryDirectory(prefix="geo-service-peers-") as name, ExitStack() as stack:
        Path(name).chmod(0o755)
        server = stack.enter_context(postgres.serving(server_programs))
        layers = _timed("data", lambda: province(asked.scale))
        store = server.make("ours") if asked.postgis else f"gpkg://{name}/town.gpkg"
        _timed("our store", lambda: fill_store(store, layers))
        database = server.make("peers")
        _timed("the peers' database", lambda: fill_postgis(database, layers))
        run = Run(_subjects(layers), asked.seconds, server.pid)
        found = list(Bench(run, store, database, asked.python, Path(name)).measured(usable))
    _print(found, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1 = 1,000,000 problems")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each zoom of each layer")
    parser.add_argument("--only", action="append", choices=[one.name for one in SERVICES], help="may be repeated")
    parser.add_argument("--postgis", action="store_true", help="ours on PostGIS too, not on a GeoPackage")
    parser.add_argument("--python", type=Path, default=PYTHON, help="of the environment with requirements/peers.txt")
    return parser.parse_args()


def _can_run(service: Service, asked: argparse.Namespace) -> bool:
    if service.lacks:
        _say(f"{service.name} is left out. On Debian: apt-get install {' '.join(service.lacks)}")
        return False
    if service.in_python and not asked.python.exists():
        _say(f"{service.name} is left out: there is no {asked.python}, which `make bench` makes")
        return False
    return not (asked.postgis and service.reads == "file")


def _subjects(layers: Sequence[Made]) -> Subjects:
    tiles = {f"{made.layer} z{z}": [(made.layer, tile) for tile in tiles_of(made, z)] for made in layers for z in ZOOMS}
    (problems,) = (made for made in layers if made.layer == ITEMS_LAYER)
    return Subjects(tiles, boxes_of(problems))


def _print(found: Sequence[Figure | Start], asked: argparse.Namespace) -> None:
    figures = [one for one in found if isinstance(one, Figure)]
    store = "PostGIS" if asked.postgis else "the embedded store"
    print(heading(f"Beside its peers: scale {asked.scale:g}, ours on {store}, {asked.seconds:g} s each"))
    print(report.ratios(figures), report.details(figures), sep="\n\n")
    print("\n" + report.starts([one for one in found if isinstance(one, Start)]))
    print("\nMissed: " + ("; ".join(report.missed(figures)) or "none") + ".")


def _timed(what: str, work: Callable[[], Result]) -> Result:
    begun = time.perf_counter()
    done = work()
    _say(f"{what}: {time.perf_counter() - begun:.1f} s")
    return done


def _say(text: str) -> None:
    print(f"{datetime.now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
