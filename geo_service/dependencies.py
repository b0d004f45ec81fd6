"""What routes ask for, as annotated aliases, and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Query, Request

from geo_service.language import words_for
from geo_service.settings import Settings
from geo_service.words import Words
from layers.columns.cache import ColumnCache
from layers.errors import BadInput
from layers.query import BBox
from layers.store import Store
from layers.words import msg


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _columns(request: Request) -> ColumnCache:
    columns: ColumnCache = request.app.state.columns
    return columns


def _now() -> datetime:
    return datetime.now(UTC)


def _bbox(bbox: Annotated[str | None, Query(description="west,south,east,north in EPSG:4326")] = None) -> BBox | None:
    if bbox is None:
        return None
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as error:
        raise BadInput(msg("A box is four numbers: west,south,east,north."), field="bbox") from error
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise BadInput(msg("A box lies within ±180 and ±90 degrees, south before north."), field="bbox")
    return west, south, east, north


def _if_match(if_match: Annotated[str | None, Header()] = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    return int(tag) if tag.isdigit() else -1  # no version is -1: an unknown tag never matches


async def _body(request: Request) -> Mapping[str, Any]:
    limit = request.app.state.settings.largest_body_bytes
    taken = bytearray()
    async for part in request.stream():
        taken += part
        if len(taken) > limit:
            raise TooLarge(limit)
    try:
        data = orjson.loads(bytes(taken))
    except orjson.JSONDecodeError as error:
        raise BadInput(msg("The body is not JSON: {reason}.", reason=str(error)), field="body") from error
    if not isinstance(data, dict):
        raise BadInput(msg("The body must be a JSON object."), field="body")
    return data


class TooLarge(BadInput):
    """A body over the limit."""

    def __init__(self, limit_bytes: int):
        super().__init__(msg("At most {limit} MB are taken here.", limit=limit_bytes >> 20), field="body")


StoreDep = Annotated[Store, Depends(_store)]
SettingsDep = Annotated[Settings, Depends(_settings)]
ColumnsDep = Annotated[ColumnCache, Depends(_columns)]
NowDep = Annotated[datetime, Depends(_now)]
WordsDep = Annotated[Words, Depends(words_for)]
BBoxQuery = Annotated[BBox | None, Depends(_bbox)]
IfMatch = Annotated[int | None, Depends(_if_match)]
JsonBody = Annotated[Mapping[str, Any], Depends(_body)]
IdempotencyKey = Annotated[str | None, Header(max_length=200)]
