"""The columns of every layer that is asked for, always as fresh as the store."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from layers.columns.files import ColumnFiles
from layers.columns.layer import LayerColumns, build
from layers.errors import NotFound
from layers.model import ChangeFeed

DELTA_SHARE = 0.2
DELTA_ROWS = 500
UNSAVED_ROWS = 1_000  # after so many changed rows a side file is written anew
RECOUNT_AFTER_S = 600.0  # a layer that was too large may have become smaller
NEAR = int(DELTA_SHARE * DELTA_ROWS)  # changes that are always taken in, whatever the size of the layer


class TooManyRows(Exception):
    """The layer is larger than what is held as columns."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """Columns, and what the feed said before they were read; `stamp` None = not asked since they were saved.

    `saved_rows`: the changed rows that the side file had taken in; None = there is no file of them.
    """

    columns: LayerColumns
    stamp: int | None
    sequence: int
    saved_rows: int | None = None

    @property
    def wants_saving(self) -> bool:
        return self.saved_rows is None or self.columns.changed_rows - self.saved_rows >= UNSAVED_ROWS

    def is_served_by(self, saved: "_Kept") -> bool:
        """Whether what was opened is as good as what would be saved."""
        age = self.sequence - saved.sequence
        return age <= NEAR and saved.columns.changed_rows <= self.columns.changed_rows + NEAR


class ColumnCache:
    """Hands out the columns of layers; safe to be used from many threads at once.

    `fields` names the fields of each layer; it is read on every call, so that
    layers may be added to it. The feed must bear being called from the threads
    that call `get`. With `files` a layer is opened from its side file where there
    is one that belongs to the store, and `keep` sees to it that there is. A layer
    that has more than `most_rows` (0 = no limit) when it is to be built is not held.
    """

    def __init__(
        self,
        feed: ChangeFeed,
        fields: Mapping[str, tuple[str, ...]],
        files: ColumnFiles | None = None,
        most_rows: int = 0,
    ):
        self._feed = feed
        self._fields = fields
        self._files = files
        self._most_rows = most_rows
        self._too_large_since: dict[str, float] = {}
        self._kept: dict[str, _Kept] = {}
        self._locks: dict[str, Lock] = {}

    def get(self, layer: str, stamp: int | None = None) -> LayerColumns:
        """The layer as of now: whatever was committed before the call (before `stamp` was asked, if given) is in it.

        Raises NotFound for a layer that has no fields named, TooManyRows for one that is too large to be held.
        """
        if layer not in self._fields:
            self._kept.pop(layer, None)
            raise NotFound("layer", layer)
        stamp = self._feed.change_stamp() if stamp is None else stamp
        kept = self._kept.get(layer)
        if kept and self._is_fresh(kept, stamp):
            return kept.columns
        self._check_size(layer)
        with self._locks.setdefault(layer, Lock()):
            kept = self._kept.get(layer)
            self._check_size(layer)  # somebody else may have counted while this one waited
            if kept is None or not self._is_fresh(kept, self._feed.change_stamp()):
                kept = self._kept[layer] = self._renewed(layer, kept or self._opened(layer))
            return kept.columns

    def kept(self, layer: str, stamp: int) -> LayerColumns | None:
        """What `get` would answer, where that needs no look at the store; else None."""
        found = self._kept.get(layer)
        return found.columns if found and layer in self._fields and self._is_fresh(found, stamp) else None

    def keep(self) -> None:
        """Save what was built or has changed much, and share what another process has saved meanwhile.

        For a thread that may wait for the store. Raises OSError or StoreUnavailable where nothing can be saved.
        """
        if self._files is None:
            return
        self._files.sweep(now_s=time.time())
        for layer, kept in list(self._kept.items()):
            if kept.wants_saving:
                self._keep(layer, kept, self._files)

    def _keep(self, layer: str, kept: _Kept, files: ColumnFiles) -> None:
        with files.turn() as is_ours:
            if not is_ours:
                return
            saved = self._opened(layer)
            if saved is None or not kept.is_served_by(saved):
                files.save(kept.columns, kept.sequence)
                saved = self._opened(layer)
        if saved:
            with self._locks[layer], suppress(TooManyRows):
                self._kept[layer] = self._renewed(layer, saved)

    def _opened(self, layer: str) -> _Kept | None:
        saved = self._files.open(layer, self._fields[layer]) if self._files else None
        return _Kept(saved.columns, None, saved.sequence, saved.columns.changed_rows) if saved else None

    def _check_size(self, layer: str) -> None:
        """TooManyRows where the layer was too large not long ago."""
        since = self._too_large_since.get(layer)
        if since is not None and time.monotonic() - since < RECOUNT_AFTER_S:
            raise TooManyRows(layer)

    def _count(self, layer: str) -> None:
        """TooManyRows where the layer is too large to be built."""
        if self._most_rows and self._feed.has_more(layer, self._most_rows):
            self._too_large_since[layer] = time.monotonic()
            self._kept.pop(layer, None)
            raise TooManyRows(layer)
        self._too_large_since.pop(layer, None)

    def _is_fresh(self, kept: _Kept, stamp: int) -> bool:
        same_fields = kept.columns.field_names == self._fields[kept.columns.name]
        return same_fields and kept.stamp == stamp

    def _renewed(self, layer: str, kept: _Kept | None) -> _Kept:
        """Stamp and sequence are asked before the rows: a row may be read twice, never missed."""
        stamp = self._feed.change_stamp()
        changes = self._feed.changes_since(kept.sequence if kept else 0)
        ids = changes.ids.get(layer, ())
        fields = self._fields[layer]
        usable = kept and kept.columns.field_names == fields and changes.sequence >= kept.sequence
        if kept is None or ids is None or not usable or not _is_small(kept.columns, len(ids)):
            self._count(layer)
            return _Kept(build(layer, self._feed.table(layer, fields), fields), stamp, changes.sequence)
        columns = kept.columns.changed(self._feed.table(layer, fields, ids), ids) if ids else kept.columns
        return _Kept(columns, stamp, changes.sequence, kept.saved_rows)


def _is_small(columns: LayerColumns, changed: int) -> bool:
    """Whether taking in the changed rows is less work than building anew.

    Values that no row has any more stay in the dictionaries until the layer is
    built anew: that is done when as many rows have changed as there are.
    """
    share = changed / max(columns.row_count, DELTA_ROWS)
    worn = (columns.changed_rows + changed) / max(columns.row_count, 10 * DELTA_ROWS)
    return share <= DELTA_SHARE and worn <= 1
