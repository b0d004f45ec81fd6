"""Compiling all inner loops ahead: numba keeps the machine code beside the sources, and nobody waits for it later."""

import tempfile
from datetime import datetime
from pathlib import Path

from layers.clean_map import clean_map
from layers.columns import build as build_columns
from layers.columns.files import ColumnFiles
from layers.coverage import CoverageWish, coverage
from layers.demo import build
from layers.planting import plant
from layers.rebound_analysis import choice
from layers.store import Store, open_store
from maps.tiles import warm_up


def compile_all(*, now: datetime) -> None:
    """Draw tiles, and analyse a demo town that is thrown away afterwards: about half a minute the first time."""
    warm_up()
    with tempfile.TemporaryDirectory(prefix="geo-service-") as folder:
        store = open_store(f"gpkg://{Path(folder)}/town.gpkg")
        plant(store, build(now), now=now, reset=False)
        with store.reading() as session:
            clean_map(session, as_of=now, roads=True)
            coverage(session, CoverageWish(), as_of=now)
            choice(session, as_of=now, seed=1, shuffles=1)
        _keep_columns(store, Path(folder) / "columns")
        store.close()


def _keep_columns(store: Store, folder: Path) -> None:
    """Write the columns of a layer to their file and take them from there."""
    files, fields = ColumnFiles(folder, store), ("code",)
    files.save(build_columns("areas", store.table("areas", fields), fields), sequence=0)
    files.open("areas", fields)
