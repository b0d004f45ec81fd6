"""The columns of every layer that is asked for, always as fresh as the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from layers.columns.layer import LayerColumns, build
from layers.errors import NotFound
from layers.model import ChangeFeed

DELTA_SHARE = 0.2
DELTA_ROWS = 500


@dataclass(frozen=True, slots=True)
class _Kept:
    """Columns, and what the feed said before they were read."""

    columns: LayerColumns
    stamp: int
    sequence: int


class ColumnCache:
    """Hands out the columns of layers; safe to be used from many threads at once.

    `fields` names the fields of each layer; it is read on every call, so that
    layers may be added to it. The feed must bear being called from the threads
    that call `get`.
    """

    def __init__(self, feed: ChangeFeed, fields: Mapping[str, tuple[str, ...]]):
        self._feed = feed
        self._fields = fields
        self._kept: dict[str, _Kept] = {}
        self._locks: dict[str, Lock] = {}

    def get(self, layer: str) -> LayerColumns:
        """The layer as of now: whatever was committed before the call is in it.

        Raises NotFound for a layer that has no fields named.
        """
        if layer not in self._fields:
            self._kept.pop(layer, None)
            raise NotFound("layer", layer)
        kept = self._kept.get(layer)
        if kept and self._is_fresh(kept):
            return kept.columns
        with self._locks.setdefault(layer, Lock()):
            kept = self._kept.get(layer)
            if kept is None or not self._is_fresh(kept):
                kept = self._kept[layer] = self._renewed(layer, kept)
            return kept.columns

    def _is_fresh(self, kept: _Kept) -> bool:
        same_fields = kept.columns.field_names == self._fields[kept.columns.name]
        return same_fields and kept.stamp == self._feed.change_stamp()

    def _renewed(self, layer: str, kept: _Kept | None) -> _Kept:
        """Stamp and sequence are asked before the rows: a row may be read twice, never missed."""
        stamp = self._feed.change_stamp()
        changes = self._feed.changes_since(kept.sequence if kept else 0)
        ids = changes.ids.get(layer, ())
        fields = self._fields[layer]
        usable = kept and kept.columns.field_names == fields and changes.sequence >= kept.sequence
        if kept is None or ids is None or not usable or not _is_small(kept.columns, len(ids)):
            columns = build(layer, self._feed.table(layer, fields), fields)
        elif ids:
            columns = kept.columns.changed(self._feed.table(layer, fields, ids), ids)
        else:
            columns = kept.columns
        return _Kept(columns, stamp, changes.sequence)


def _is_small(columns: LayerColumns, changed: int) -> bool:
    """Whether taking in the changed rows is less work than building anew.

    Values that no row has any more stay in the dictionaries until the layer is
    built anew: that is done when as many rows have changed as there are.
    """
    share = changed / max(columns.row_count, DELTA_ROWS)
    worn = (columns.changed_rows + changed) / max(columns.row_count, 10 * DELTA_ROWS)
    return share <= DELTA_SHARE and worn <= 1
