"""The made county in a store: imported as files, then given people who answer for its places."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.clock import Spent, Stopwatch
from benchmarks.generate import UNTIL, generate
from layers.loading import Loaded, LoadRequest, load
from layers.model import Person, Responsibility
from layers.query import Query, Where
from layers.store import Store, open_store
from layers.town import furnish

PEOPLE = 300


def fill(store: Store, folder: Path, *, scale: float) -> Iterator[tuple[LoadRequest, Loaded, Spent]]:
    """Import layer after layer, telling how long each took."""
    furnish(store)
    for layer, path in generate(folder / "files", scale=scale).items():
        if layer == "problems":
            _put_duties(store)
        request = LoadRequest(layer=layer, paths=[path])
        with Stopwatch() as watch:
            loaded = load(store, request, now=UNTIL)
        yield request, loaded, watch.spent


def loaded_store(folder: Path, *, scale: float) -> str:
    """The address of a new embedded store with the county in it."""
    url = f"gpkg://{folder}/county.gpkg"
    store = open_store(url)
    for _ in fill(store, folder, scale=scale):
        pass
    store.close()
    return url


def _put_duties(store: Store) -> None:
    """Everybody answers for some places: chiefs for roads, grid workers and zone heads for areas."""
    with store.writing() as session:
        people = [Person(code=f"P{number:04d}", name=f"第{number}人") for number in range(1, PEOPLE + 1)]
        session.duties.put_people(people)
        columns = session.features.columns
        grids, zones = (
            columns("areas", ("code",), Query(where=(Where("level", "=", level),))) for level in ("grid", "zone")
        )
        places = {
            ("road_segments", "road_chief"): columns("road_segments", ("code",)),
            ("areas", "grid_worker"): grids,
            ("areas", "zone_head"): zones,
        }
        for (layer, role), rows in places.items():
            session.duties.put_responsibilities([_duty(layer, role, str(code), n) for n, (code,) in enumerate(rows)])


def _duty(layer: str, role: str, code: str, number: int) -> Responsibility:
    person = f"P{number % PEOPLE + 1:04d}"
    return Responsibility(layer=layer, place=code, person=person, role=role, valid_from=date(2020, 1, 1))
