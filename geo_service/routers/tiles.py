"""Vector tiles by a raw ASGI route: a tile is asked for far too often to pass through a framework's endpoint."""

import re
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as RawRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from geo_service.dependencies import ColumnsDep
from geo_service.errors import answer_error
from geo_service.problem_filters import OPEN
from geo_service.schemas.features import JsonResponse
from layers.errors import BadInput, LayersError, NotFound
from layers.rules.lifecycle import OPEN_STATES
from layers.values import as_time
from layers.words import msg
from maps.tiles.filters import TileFilter
from maps.tiles.service import TileAnswer, tilejson

router = APIRouter(tags=["tiles"])
MEDIA_TYPE = b"application/vnd.mapbox-vector-tile"
_PATH = re.compile(r"/tiles/([^/]{1,100})/(\d{1,2})/(\d{1,8})/(\d{1,8})\.mvt")
_EQUALS = {"state": "state", "category": "category", "person": "lead_person", "source": "source_level"}


@router.get("/tiles/{layer}.json")
def describe(request: Request, columns: ColumnsDep, layer: str) -> Response:
    """The TileJSON of a layer."""
    template = f"{str(request.base_url).rstrip('/')}/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt"
    try:
        fields = request.app.state.layer_fields.of_tile(layer)
    except KeyError as error:
        raise NotFound("layer", layer) from error
    return JsonResponse(tilejson(layer, columns.get(layer), template, fields))


class TileRoute:
    """ASGI middleware that answers `/tiles/{layer}/{z}/{x}/{y}.mvt` and passes on all else."""

    def __init__(self, app):  # type: ignore[no-untyped-def]
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a tile, or hand on."""
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        try:
            answer = await run_in_threadpool(_answer, scope, *found.groups())
        except LayersError as error:
            await answer_error(RawRequest(scope), error)(scope, receive, send)
            return
        await _send(answer, scope["method"], send)


def _answer(scope: Scope, layer: str, z: str, x: str, y: str) -> TileAnswer:
    state = scope["app"].state
    try:
        fields = state.layer_fields.of_tile(layer)
    except KeyError as error:
        raise NotFound("layer", layer) from error
    known = dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1")
    wanted = _filter(layer, parse_qs(scope["query_string"].decode("latin-1")))
    answer: TileAnswer = state.tiles.answer(
        layer, int(z), int(x), int(y), filter=wanted, fields=fields, if_none_match=known
    )
    return answer


def _filter(layer: str, query: dict[str, list[str]]) -> TileFilter:
    given = {name: values[0] for name, values in query.items() if name in (*_EQUALS, "since")}
    if given and layer != "problems":
        raise BadInput(msg("The layer has no field “{field}” to filter by.", field=min(given)), field=min(given))
    equals = {_EQUALS[n]: _values(n, text) for n, text in given.items() if n in _EQUALS}
    since = as_time(given.get("since"), "since")
    return TileFilter(equals=equals, since=("found_at", since.timestamp()) if since else None)


def _values(name: str, text: str) -> frozenset[str]:
    values = frozenset(text.split(","))
    return (values - {OPEN}) | set(OPEN_STATES) if name == "state" and OPEN in values else values


async def _send(answer: TileAnswer, method: str, send: Send) -> None:
    headers = [(b"cache-control", b"no-cache"), (b"content-type", MEDIA_TYPE)]
    if answer.etag:
        headers.append((b"etag", answer.etag.encode()))
    body = b"" if method == "HEAD" else answer.body
    if answer.status not in (204, 304):
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
