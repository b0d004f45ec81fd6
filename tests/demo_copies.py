"""The demo town is planted once in a run of the tests; every service works on a copy of its own."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from layers.store import open_store
from tests.postgis_servers import copy_of

FOLDER = Path(tempfile.gettempdir())  # where the originals lie; a run of the tests sets its own
_TEMPLATE = "demo_original"
_PREPARED = "prepared"


def plant(folder: Path, store_url: str) -> None:
    """The demo town in an empty store, with its photos in the folder of the data."""
    if store_url.startswith("gpkg://"):
        town = Path(store_url.removeprefix("gpkg://"))
        original = _original("gpkg", lambda made: f"gpkg://{made}/town.gpkg")
        shutil.copy(original / "town.gpkg", town)
    else:
        server, _, name = store_url.rpartition("/")
        original = _original(f"postgis-{_port(server)}", lambda _: f"{server}/{_TEMPLATE}", server)
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(copy_of(_TEMPLATE, name))
    shutil.copytree(original / "photos", folder / "photos", dirs_exist_ok=True)


def prepared(server: str) -> str:
    """The name of a database on the server that a store has made ready."""
    with _alone(f"prepared-{_port(server)}") as done:
        if not done.exists():
            _create(server, _PREPARED)
            open_store(f"{server}/{_PREPARED}").close()
            done.touch()
    return _PREPARED


def _original(name: str, address_in: Callable[[Path], str], server: str = "") -> Path:
    """The folder of an original, which is planted where there is none."""
    with _alone(f"demo-{name}") as there:
        if not there.exists():
            made = Path(tempfile.mkdtemp(prefix="planting-", dir=FOLDER))
            if server:
                _create(server, _TEMPLATE)
            environment = {**os.environ, "GEO_SERVICE_STORE": address_in(made), "GEO_SERVICE_DATA_DIR": str(made)}
            command = [sys.executable, "-m", "geo_service", "demo"]
            subprocess.run(command, env=environment, check=True, capture_output=True)
            made.rename(there)
    return there


@contextmanager
def _alone(name: str) -> Iterator[Path]:
    """What is made once in a run: the other workers wait for the one that makes it, and find it there."""
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield FOLDER / name


def _create(server: str, name: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")


def _port(server: str) -> str:
    return server.rpartition(":")[2]
