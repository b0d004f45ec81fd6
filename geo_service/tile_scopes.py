"""Which features of a layer a viewer's tiles show, when not all: kept as long as the store has not changed."""

from dataclasses import replace
from datetime import date
from threading import Lock

import numpy as np

from geo_service.security.callers import Caller
from layers.errors import NotSignedIn
from layers.rules.permissions import PUBLIC_STATES, Viewer
from layers.store import Store
from layers.words import msg
from maps.tiles.filters import NO_FILTER, Shown, TileFilter

_MOST_KEPT = 256
_HIDDEN = frozenset({"lead_person", "source_level"})  # from the public: they ask whose it is


class TileScopes:
    """Finds what is shown; safe to be used from many threads at once."""

    def __init__(self, store: Store):
        self._store = store
        self._kept: dict[tuple[str, date, str], tuple[int, TileFilter | None]] = {}
        self._lock = Lock()

    def narrowed(self, wanted: TileFilter, caller: Caller, layer: str, *, stamp: int) -> TileFilter:
        """The filter that passes nothing but what the caller may see. NotSignedIn where it asks for what is hidden."""
        if caller.is_public:
            return self.asked(wanted, caller, layer)
        own = self._own(caller.viewer, layer, stamp=stamp)
        if own is None:
            return wanted
        return own if wanted is NO_FILTER else replace(wanted, shown=own.shown)

    def asked(self, wanted: TileFilter, caller: Caller, layer: str) -> TileFilter:
        """The filter, where the store itself keeps to what the caller may see. NotSignedIn as above."""
        if not caller.is_public or layer != "problems":
            return wanted
        return _ALL_PUBLIC if wanted is NO_FILTER else _public(wanted)

    def knows(self, caller: Caller, layer: str, *, stamp: int) -> bool:
        """Whether `narrowed` needs no look at the store."""
        kept = self._kept.get((caller.identity.person, caller.on, layer))
        return caller.is_public or (kept is not None and kept[0] == stamp)

    def _own(self, viewer: Viewer, layer: str, *, stamp: int) -> TileFilter | None:
        """What passes the features of the layer that the viewer may see; None where that is all of them.

        `stamp` is the store's change stamp, asked after the request came in.
        """
        key = (viewer.person, viewer.on, layer)
        kept = self._kept.get(key)
        if kept and kept[0] == stamp:
            return kept[1]
        found = self._find(viewer, layer)
        with self._lock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = stamp, found
        return found

    def _find(self, viewer: Viewer, layer: str) -> TileFilter | None:
        with self._store.seen_by(viewer).reading() as session:
            if session.scope.sees_all or not session.features.may_hide(layer):
                return None
            ids = [id_ for (id_,) in session.features.columns(layer, ("id",))]
        return TileFilter(shown=Shown(np.array(ids, np.int64)))


def _public(wanted: TileFilter) -> TileFilter:
    """Problems in public states, and no asking for what is hidden."""
    if wanted.equals.keys() & _HIDDEN:
        raise NotSignedIn(msg("Please sign in."))
    states = frozenset(PUBLIC_STATES)
    return replace(wanted, equals={**wanted.equals, "state": wanted.equals.get("state", states) & states})


_ALL_PUBLIC = _public(NO_FILTER)
