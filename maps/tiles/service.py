"""What the service answers to somebody who asks for a tile; knows no web framework."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from layers.columns.cache import ColumnCache
from layers.columns.layer import LayerColumns
from layers.columns.values import BOOLEAN, TEXT
from maps.tiles.encode import Fields, Found, encode_found, find
from maps.tiles.filters import NO_FILTER, TileFilter
from maps.tiles.grid import Tile, exists

MAX_DRAWN_ZOOM = 16  # clients draw closer zooms from its tiles: a unit is 15 cm there
MERCATOR_BOUNDS = (-180.0, -85.0511287798066, 180.0, 85.0511287798066)
CODING = 4  # to be counted up when the same features come out as other bytes


@dataclass(frozen=True, slots=True)
class TileAnswer:
    """HTTP status (200, 204 nothing there, 304 known already, 404 no such tile), body, and quoted ETag ("" on 404)."""

    status: int
    body: bytes = b""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class TileWork:
    """A tile of which is known what is in it, but that is not made yet."""

    columns: LayerColumns
    found: Found
    wanted: TileFilter
    fields: Fields | None
    etag: str

    @property
    def size(self) -> int:
        """About how many features it takes."""
        return self.found.size

    def finish(self) -> TileAnswer:
        """Make it."""
        body = encode_found(self.columns, self.found, wanted=self.wanted, fields=self.fields)
        return TileAnswer(200 if body else 204, body, self.etag)


class TileService:
    """Tiles of the layers of a column cache; safe to be used from many threads at once."""

    def __init__(self, cache: ColumnCache):
        self._cache = cache

    def answer(
        self,
        layer: str,
        z: int,
        x: int,
        y: int,
        *,
        filter: TileFilter = NO_FILTER,
        fields: Fields | None = None,
        if_none_match: str = "",
        stamp: int | None = None,
    ) -> TileAnswer:
        """The tile as of now, with the features that pass the filter and the named fields (see `encode_tile`).

        `stamp`: the store's change stamp, where it was asked for this request already.
        Raises NotFound for an unknown layer, BadInput for a filter on an unknown field.
        """
        columns = self._cache.get(layer, stamp)
        begun = begin(columns, Tile(z, x, y), filter=filter, fields=fields, if_none_match=if_none_match)
        return begun.finish() if isinstance(begun, TileWork) else begun


def begin(
    columns: LayerColumns, tile: Tile, *, filter: TileFilter, fields: Fields | None, if_none_match: str
) -> TileAnswer | TileWork:
    """The answer where it needs no making, else what is left to do; BadInput for a filter on an unknown field."""
    if not exists(tile):
        return TileAnswer(404)
    etag = tile_etag(columns, tile, filter, fields)
    if if_none_match and knows(if_none_match, etag):
        return TileAnswer(304, etag=etag)
    return TileWork(columns, find(columns, tile), filter, fields, etag)


def tile_etag(columns: LayerColumns, tile: Tile, wanted: TileFilter, fields: Fields | None) -> str:
    """A strong ETag: equal only for the same content, filter, fields and tile; equal in all worker processes."""
    named = None if fields is None else tuple(fields.items())
    return tag(tile, columns.name, columns.version, columns.field_names, wanted.key, named)


def tag(tile: Tile, *about: object) -> str:
    """The ETag of a tile of what this is about."""
    hasher = _hasher(*about).copy()
    hasher.update(repr(tuple(tile)).encode())
    return f'"{hasher.hexdigest()}"'


@lru_cache(maxsize=1024)
def _hasher(*about: object) -> blake2b:
    """All that the tags of a layer's tiles have in common."""
    return blake2b(repr((CODING, *about)).encode(), digest_size=12)


def knows(if_none_match: str, etag: str) -> bool:
    """Whether an If-None-Match header names the ETag (weak comparison, RFC 9110 section 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


def tilejson(layer: str, columns: LayerColumns, url_template: str, fields: Fields | None = None) -> dict[str, object]:
    """The TileJSON 3.0 of a layer; `url_template` has {z}, {x} and {y} in it."""
    if fields is None:
        fields = {name: name for name in columns.field_names}
    kinds = {name: _kind(columns, field) for name, field in fields.items()}
    return described(layer, columns.bounds or MERCATOR_BOUNDS, kinds, url_template)


def described(
    layer: str, box: tuple[float, float, float, float], kinds: Fields, url_template: str
) -> dict[str, object]:
    """The TileJSON 3.0 of a layer in that box (degrees), with the kinds of its attributes."""
    return {
        "tilejson": "3.0.0",
        "name": layer,
        "scheme": "xyz",
        "tiles": [url_template],
        "minzoom": 0,
        "maxzoom": MAX_DRAWN_ZOOM,
        "bounds": list(box),
        "vector_layers": [
            {
                "id": layer,
                "fields": {**kinds, "point_count": "Number", "stands_for": "Number"},
                "minzoom": 0,
                "maxzoom": MAX_DRAWN_ZOOM,
            }
        ],
    }


def _kind(columns: LayerColumns, field: str) -> str:
    """String, Number or Boolean; String for a field of several kinds or without any value."""
    kinds = set(columns.dictionaries[field].kinds.tolist())
    if not kinds or TEXT in kinds or (BOOLEAN in kinds and len(kinds) > 1):
        return "String"
    return "Boolean" if kinds == {BOOLEAN} else "Number"
