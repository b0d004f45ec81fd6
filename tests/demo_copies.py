"""The demo town is planted once in a run of the tests; every service works on a copy of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg

FOLDER = Path(tempfile.gettempdir())  # where the originals lie; a run of the tests sets its own
_TEMPLATE = "demo_original"


def plant(folder: Path, store_url: str) -> None:
    """The demo town in an empty store, with its photos in the folder of the data."""
    if store_url.startswith("gpkg://"):
        town = Path(store_url.removeprefix("gpkg://"))
        original = _original("gpkg", lambda made: f"gpkg://{made}/town.gpkg")
        shutil.copy(original / "town.gpkg", town)
    else:
        server, _, name = store_url.rpartition("/")
        original = _original(f"postgis-{server.rpartition(':')[2]}", lambda _: f"{server}/{_TEMPLATE}", server)
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    shutil.copytree(original / "photos", folder / "photos", dirs_exist_ok=True)


def _original(name: str, address_in: Callable[[Path], str], server: str = "") -> Path:
    """The folder of an original, which is planted where there is none; of two at once the first one stays."""
    there = FOLDER / f"demo-{name}"
    if there.exists():
        return there
    made = Path(tempfile.mkdtemp(prefix="planting-", dir=FOLDER))
    if server:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {_TEMPLATE}")
    environment = {**os.environ, "GEO_SERVICE_STORE": address_in(made), "GEO_SERVICE_DATA_DIR": str(made)}
    subprocess.run([sys.executable, "-m", "geo_service", "demo"], env=environment, check=True, capture_output=True)
    try:
        made.rename(there)
    except OSError:  # another process was faster
        shutil.rmtree(made)
    return there
