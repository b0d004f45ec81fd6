"""What routes ask for, as annotated aliases, and nothing else.

What is only looked up is `async`: no thread is waited for.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Query, Request

from geo_service.language import words_for
from geo_service.security.callers import Caller
from geo_service.security.nesting import MOST_LEVELS, field_with_nul, is_too_deep
from geo_service.settings import Settings
from geo_service.words import Words
from geo_service.workers.starter import Starter
from layers.columns.cache import ColumnCache
from layers.errors import BadInput
from layers.photos.files import PhotoFiles
from layers.query import BBox
from layers.store import Store
from layers.words import msg

_LONGEST_VERSION = 10
_SMALL_BODY_BYTES = 16 << 10


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def _store(request: Request) -> Store:
    """The store as the caller may see and change it."""
    store: Store = request.app.state.store
    caller: Caller = request.state.caller
    return store.seen_by(caller.viewer)


async def _whole_store(request: Request) -> Store:
    """The store without limits, for answers in which nothing that is hidden can be found."""
    store: Store = request.app.state.store
    return store


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _columns(request: Request) -> ColumnCache:
    columns: ColumnCache = request.app.state.columns
    return columns


async def _now() -> datetime:
    return datetime.now(UTC)


async def _bbox(
    bbox: Annotated[str | None, Query(description="west,south,east,north in EPSG:4326")] = None,
) -> BBox | None:
    if bbox is None:
        return None
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as error:
        raise BadInput(msg("A box is four numbers: west,south,east,north."), field="bbox") from error
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise BadInput(msg("A box lies within ±180 and ±90 degrees, south before north."), field="bbox")
    return west, south, east, north


async def _if_match(if_match: Annotated[str | None, Header()] = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    known = tag.isascii() and tag.isdigit() and len(tag) < _LONGEST_VERSION
    return int(tag) if known else -1  # no version is -1: an unknown tag never matches


async def read_json(request: Request) -> Mapping[str, Any]:
    """The JSON object of the body; counted while it streams in."""
    return _parsed(await _taken(request, request.app.state.settings.largest_body_bytes))


async def read_small_json(request: Request) -> Mapping[str, Any]:
    """The JSON object of a body from somebody whom nobody knows."""
    return _parsed(await _taken(request, _SMALL_BODY_BYTES))


async def _taken(request: Request, limit_bytes: int) -> bytes:
    taken = bytearray()
    async for part in request.stream():
        taken += part
        if len(taken) > limit_bytes:
            raise TooLarge(limit_bytes)
    return bytes(taken)


def _parsed(taken: bytes) -> Mapping[str, Any]:
    if is_too_deep(taken):
        raise BadInput(msg("The body is nested deeper than {limit} levels.", limit=MOST_LEVELS), field="body")
    try:
        data = orjson.loads(taken)
    except orjson.JSONDecodeError as error:
        raise BadInput(msg("The body is not JSON: {reason}.", reason=str(error)), field="body") from error
    if not isinstance(data, dict):
        raise BadInput(msg("The body must be a JSON object."), field="body")
    field = field_with_nul(taken, data)
    if field is not None:
        raise BadInput(
            msg("A text holds a character that no text may hold."), field=field.removeprefix("properties.") or "body"
        )
    return data


async def read_json_or_query(request: Request) -> Mapping[str, Any]:
    """The query, and what the body says beside it where there is one."""
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    return {**request.query_params, **(await read_json(request) if has_body else {})}


async def _importers(request: Request) -> Starter:
    starter: Starter = request.app.state.importers
    return starter


async def _photo_files(request: Request) -> PhotoFiles:
    return PhotoFiles(request.app.state.settings.photo_dir)


class TooLarge(BadInput):
    """A body over the limit."""

    def __init__(self, limit_bytes: int):
        whole = msg("At most {limit} MB are taken here.", limit=limit_bytes >> 20)
        small = msg("At most {limit} kB are taken here.", limit=limit_bytes >> 10)
        super().__init__(whole if limit_bytes >> 20 else small, field="body")


CallerDep = Annotated[Caller, Depends(_caller)]
StoreDep = Annotated[Store, Depends(_store)]
WholeStoreDep = Annotated[Store, Depends(_whole_store)]
SettingsDep = Annotated[Settings, Depends(_settings)]
ColumnsDep = Annotated[ColumnCache, Depends(_columns)]
NowDep = Annotated[datetime, Depends(_now)]
WordsDep = Annotated[Words, Depends(words_for)]
BBoxQuery = Annotated[BBox | None, Depends(_bbox)]
IfMatch = Annotated[int | None, Depends(_if_match)]
JsonBody = Annotated[Mapping[str, Any], Depends(read_json)]
SmallBody = Annotated[Mapping[str, Any], Depends(read_small_json)]
JsonBodyOrNone = Annotated[Mapping[str, Any], Depends(read_json_or_query)]
ImportersDep = Annotated[Starter, Depends(_importers)]
PhotoFilesDep = Annotated[PhotoFiles, Depends(_photo_files)]
IdempotencyKey = Annotated[str | None, Header(max_length=200)]
