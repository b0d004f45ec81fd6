"""Pages of the features of any layer in key order: found in the layer's columns, read from the store."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from layers.columns.compiled import Ints
from layers.columns.finding import ids_in
from layers.columns.layer import LayerColumns
from layers.query import BBox, Query
from layers.shapes import Shapes, shapes_of
from layers.store import Session
from maps.tiles.filters import TileFilter, sieve


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is asked for: `limit` features behind the key `after`, in the box where there is one."""

    limit: int
    after: int = 0
    box: BBox | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What was found: keys, fields as texts of JSON objects, shapes; `next_after` None = no more."""

    keys: Sequence[int]
    objects: Sequence[str]
    shapes: Shapes
    next_after: int | None


def candidates(columns: LayerColumns, wanted: TileFilter, page: Page) -> Ints | None:
    """The keys of one more than the page's features, as the columns know them; None where no box is asked for."""
    if page.box is None:
        return None
    ids = ids_in(columns, page.box, sieve(wanted, columns).mask)
    first = int(np.searchsorted(ids, page.after, side="right"))
    return ids[first : first + page.limit + 1]


def read(session: Session, layer: str, fields: Sequence[str], page: Page, found: Ints | None) -> Items:
    """The features of the page, as the session may see them; never one that does not meet the box."""
    paged = Query(bbox=page.box, after=page.after, limit=page.limit + 1)
    query = paged if found is None else Query(ids=tuple(found.tolist()))
    got = session.features.as_json(layer, fields, query)
    keys = got.keys if found is None else found.tolist()
    next_after = keys[page.limit - 1] if len(keys) > page.limit else None
    count = len(got.keys) if next_after is None else bisect_right(got.keys, next_after)
    shapes = shapes_of(got.wkb[:count])
    kept = np.ones(count, np.bool_) if page.box is None else shapes.meets(page.box)
    return Items(
        keys=list(compress(got.keys, kept)),
        objects=list(compress(got.objects, kept)),
        shapes=shapes.take(kept),
        next_after=next_after,
    )
