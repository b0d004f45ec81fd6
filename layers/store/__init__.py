"""Where layers are kept. `open_store` is the only chooser of a back end."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from layers.errors import BadInput, LayersError, StoreUnavailable
from layers.store import faults
from layers.store.base import Store
from layers.store.driver import is_safe
from layers.store.incoming import Incoming
from layers.store.session import Session
from layers.words import msg

__all__ = ["Incoming", "Session", "Store", "incoming", "is_safe", "open_store", "system_fault"]

DEFAULT_TOWN = "town"
_Made = TypeVar("_Made")


def open_store(url: str, *, town: str = DEFAULT_TOWN) -> Store:
    """Open the store at `gpkg:///path/town.gpkg` or `postgresql://…`, making it where there is none.

    Raises BadInput for another kind of address, StoreDamaged, StoreReadOnly or StoreUnavailable.
    """
    store = _chosen(url, _OPENERS)(url, town)
    try:
        store.prepare()
    except LayersError:
        store.close()
        raise
    return store


def system_fault(error: OSError) -> StoreUnavailable:
    """The error for what the operating system says of a file or folder."""
    return faults.fault(faults.of_system(error))


def incoming(url: str) -> Incoming:
    """The place at that address, for a saved store to be brought back to."""
    return _chosen(url, _PLACES)(url)


def _chosen(url: str, table: Mapping[str, _Made]) -> _Made:
    made = table.get(url.split("://", 1)[0])
    if made is None:
        raise BadInput(
            msg("The store's address “{url}” is neither gpkg:///… nor postgresql://…", url=url), field="store"
        )
    return made


def _path_of(url: str) -> Path:
    return Path(unquote(url.removeprefix("gpkg://")))


def _geopackage(url: str, town: str) -> Store:
    from layers.store.driver import warn_if_old
    from layers.store.geopackage import GeoPackageStore, quick_check

    warn_if_old()
    path = _path_of(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_there = path.exists()
    except OSError as error:
        raise system_fault(error) from error
    if is_there:
        quick_check(path)
    return GeoPackageStore(path, town)


def _postgis(url: str, town: str) -> Store:
    from layers.store.postgis import PostGISStore

    return PostGISStore(url, town)


def _geopackage_place(url: str) -> Incoming:
    from layers.store.geopackage_incoming import GeoPackageIncoming

    return GeoPackageIncoming(_path_of(url))


def _postgis_place(url: str) -> Incoming:
    from layers.store.postgis_copies import PostGISIncoming

    return PostGISIncoming(url)


_OPENERS = {"gpkg": _geopackage, "postgresql": _postgis}
_PLACES = {"gpkg": _geopackage_place, "postgresql": _postgis_place}
