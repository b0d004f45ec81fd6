"""Side files of columns are written beside the requests, by a thread that may wait for the store."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event

from geo_service.workers.beside import beside
from layers.columns.cache import ColumnCache
from layers.errors import LayersError

_log = logging.getLogger("geo_service.keeping")
_EVERY_S = 2.0
_AFTER_FAULT_S = 60.0
_PATIENCE_S = 5.0  # for a file to be written when the service stops


@contextmanager
def keeping(columns: ColumnCache) -> Iterator[None]:
    """Keep the side files up to date while the block runs."""
    with beside(partial(_keep, columns), name="keeping", patience_s=_PATIENCE_S):
        yield


def _keep(columns: ColumnCache, stop: Event) -> None:
    wait_s = _EVERY_S
    while not stop.wait(wait_s):
        try:
            columns.keep()
            wait_s = _EVERY_S
        except (LayersError, OSError) as error:
            _log.warning("columns cannot be saved, and are built anew at the next start: %s", error)
            wait_s = _AFTER_FAULT_S
