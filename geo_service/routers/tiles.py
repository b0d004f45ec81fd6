"""Vector tiles by a raw ASGI route: a tile is asked for far too often to pass through a framework's endpoint."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qs

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as RawRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from geo_service.dependencies import CallerDep, ColumnsDep
from geo_service.errors import answer_error
from geo_service.moments import moment_of
from geo_service.problem_filters import CLOSED, OPEN, sources_of, state_of_the_past, states_of
from geo_service.schemas.features import JsonResponse
from geo_service.security.callers import Caller
from geo_service.security.entry import check
from geo_service.security.hosts import base_of
from geo_service.security.parameters import EVERYWHERE, BadParameter
from geo_service.security.rules import rule_of_layer
from geo_service.security.trail import note_refusal
from layers.errors import BadInput, LayersError, NotFound
from layers.past import REAL_STATES
from layers.store.scoping import is_hidden
from layers.values import as_time
from layers.words import msg
from maps.tiles.filters import TileFilter
from maps.tiles.service import TileAnswer, tilejson

router = APIRouter(tags=["tiles"])
MEDIA_TYPE = b"application/vnd.mapbox-vector-tile"
ROUTE = "/tiles/{layer}/{z}/{x}/{y}.mvt"
_THREADS = 8  # of their own: many who pan must not keep a report waiting
_PATH = re.compile(r"/tiles/([^/]{1,100})/(\d{1,2})/(\d{1,8})/(\d{1,8})\.mvt")
_EQUALS = {"state": "state", "category": "category", "person": "lead_person", "source": "source_level"}


@router.get("/tiles/{layer}.json")
def describe(request: Request, caller: CallerDep, columns: ColumnsDep, layer: str) -> Response:
    """The TileJSON of a layer."""
    check(caller, rule_of_layer(layer), "GET", request.url.path)
    template = f"{base_of(request)}/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt"
    try:
        fields = request.app.state.layer_fields.of_tile(layer)
    except KeyError as error:
        raise NotFound("layer", layer) from error
    described = tilejson(layer, columns.get(layer), template, fields)
    if not caller.sees_all and is_hidden(layer):
        del described["bounds"]  # of everything: it would tell how far what is hidden reaches
    return JsonResponse(described)


class TileRoute:
    """ASGI middleware that answers `/tiles/{layer}/{z}/{x}/{y}.mvt` and passes on all else."""

    def __init__(self, app):  # type: ignore[no-untyped-def]
        self.app = app
        self._threads = CapacityLimiter(_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a tile, or hand on."""
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        try:
            answer = await run_sync(partial(_answer, scope, *found.groups()), limiter=self._threads)
        except LayersError as error:
            request = RawRequest(scope)
            await run_in_threadpool(note_refusal, request, error, ROUTE)
            await answer_error(request, error)(scope, receive, send)
            return
        await _send(answer, scope["method"], send)


def _answer(scope: Scope, layer: str, z: str, x: str, y: str) -> TileAnswer:
    state = scope["app"].state
    stamp: int = state.store.change_stamp()  # asked once: on PostGIS it is a question over the network
    caller = _let_in(scope, layer, stamp)
    try:
        fields = state.layer_fields.of_tile(layer)
    except KeyError as error:
        raise NotFound("layer", layer) from error
    known = dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1")
    query = parse_qs(scope["query_string"].decode("latin-1"))
    wanted = _filter(layer, query)
    if "as_of" in query:
        fields = {name: field for name, field in fields.items() if field != "state"}  # that is today's
    wanted = state.tile_scopes.narrowed(wanted, caller, layer, stamp=stamp)
    answer: TileAnswer = state.tiles.answer(
        layer, int(z), int(x), int(y), filter=wanted, fields=fields, if_none_match=known, stamp=stamp
    )  # fmt: skip
    return answer


def _let_in(scope: Scope, layer: str, stamp: int) -> Caller:
    """Who asks for a tile of the layer. NotSignedIn or Denied where it is not for them."""
    caller: Caller = scope["app"].state.callers.of(RawRequest(scope), stamp=stamp)
    check(caller, rule_of_layer(layer), scope["method"], scope["path"])
    return caller


def _filter(layer: str, query: dict[str, list[str]]) -> TileFilter:
    given = {name: values[0] for name, values in query.items() if name not in EVERYWHERE}
    unknown = given.keys() - {*_EQUALS, "since", "as_of"}
    if unknown:
        raise BadParameter(min(unknown))
    if given and layer != "problems":
        raise BadInput(msg("The layer has no field “{field}” to filter by.", field=min(given)), field=min(given))
    equals = {_EQUALS[n]: _values(n, text) for n, text in given.items() if n in _EQUALS}
    since, as_of = as_time(given.get("since"), "since"), moment_of(given.get("as_of"), datetime.now(UTC))
    wanted = TileFilter(equals=equals, since=("found_at", since.timestamp()) if since else None)
    return wanted if as_of is None else _past(wanted, given.get("state"), as_of.timestamp())


def _past(wanted: TileFilter, state: str | None, at: float) -> TileFilter:
    """What had been found by then, was open then, or had been closed by then."""
    asked = state_of_the_past(state)
    real = replace(wanted, equals={**wanted.equals, "state": frozenset(REAL_STATES)})
    if asked == CLOSED:
        return replace(real, before=("closed_at", at))
    found = replace(real, before=("found_at", at))
    return replace(found, not_before=("closed_at", at)) if asked == OPEN else found


def _values(name: str, text: str) -> frozenset[str]:
    return frozenset(_READ[name](text) if name in _READ else text.split(","))


_READ = {"state": states_of, "source": sources_of}  # what has but a few values, as lists take it


async def _send(answer: TileAnswer, method: str, send: Send) -> None:
    headers = [
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"cookie, authorization"),
        (b"content-type", MEDIA_TYPE),
    ]
    if answer.etag:
        headers.append((b"etag", answer.etag.encode()))
    body = b"" if method == "HEAD" else answer.body
    if answer.status not in (204, 304):
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
