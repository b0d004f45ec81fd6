"""Where layers are kept. `open_store` is the only chooser of a back end."""

from pathlib import Path
from urllib.parse import unquote

from layers.errors import BadInput
from layers.store.base import Store
from layers.store.driver import is_safe
from layers.store.session import Session
from layers.words import msg

__all__ = ["Session", "Store", "is_safe", "open_store"]

DEFAULT_TOWN = "town"


def open_store(url: str, *, town: str = DEFAULT_TOWN) -> Store:
    """Open the store at `gpkg:///path/town.gpkg` or `postgresql://…`, making it where there is none.

    Raises BadInput for another kind of address, StoreDamaged, StoreReadOnly or StoreUnavailable.
    """
    scheme = url.split("://", 1)[0]
    opener = _OPENERS.get(scheme)
    if opener is None:
        raise BadInput(
            msg("The store's address “{url}” is neither gpkg:///… nor postgresql://…", url=url), field="store"
        )
    store = opener(url, town)
    store.prepare()
    return store


def _geopackage(url: str, town: str) -> Store:
    from layers.store.driver import warn_if_old
    from layers.store.geopackage import GeoPackageStore, quick_check

    warn_if_old()
    path = Path(unquote(url.removeprefix("gpkg://")))
    if path.exists():
        quick_check(path)
    return GeoPackageStore(path, town)


def _postgis(url: str, town: str) -> Store:
    from layers.store.postgis import PostGISStore

    return PostGISStore(url, town)


_OPENERS = {"gpkg": _geopackage, "postgresql": _postgis}
