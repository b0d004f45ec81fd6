"""Vector tiles by a raw ASGI route: a tile is asked for far too often to pass through a framework's endpoint."""

import gzip
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qs

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as RawRequest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_service.at_once import Answer
from geo_service.dependencies import CallerDep, ColumnsDep, WholeStoreDep
from geo_service.errors import answer_error, answer_fault
from geo_service.moments import moment_of
from geo_service.problem_filters import CLOSED, OPEN, sources_of, state_of_the_past, states_of
from geo_service.schemas.features import JsonResponse
from geo_service.security.callers import Caller
from geo_service.security.entry import check
from geo_service.security.headers import Headers
from geo_service.security.hosts import base_of
from geo_service.security.parameters import EVERYWHERE, BadParameter
from geo_service.security.rules import rule_of_layer
from geo_service.security.trail import note_refusal
from layers.columns.cache import TooManyRows
from layers.columns.layer import LayerColumns
from layers.errors import BadInput, LayersError, NotFound
from layers.past import REAL_STATES
from layers.store.scoping import is_hidden
from layers.values import as_time
from layers.words import msg
from maps.tiles import large
from maps.tiles.encode import Fields
from maps.tiles.filters import NO_FILTER, TileFilter
from maps.tiles.grid import Tile
from maps.tiles.service import TileAnswer, TileWork, begin, tilejson

router = APIRouter(tags=["tiles"])
_HEADERS = (
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"cookie, authorization, accept-encoding"),
    (b"content-type", b"application/vnd.mapbox-vector-tile"),
)
_GZIP = re.compile(rb"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
_SMALLEST_ZIPPED_BYTES, _ZIPPED_HOW_MUCH = 1024, 5
_MOST_AT_ONCE = 2_000  # features: a millisecond at most for which others wait; beyond it a thread is worth its price
ROUTE = "/tiles/{layer}/{z}/{x}/{y}.mvt"
_ASKED = "geo_service.tile"  # a scope's own: what is asked for was read before it went the usual way
_WRITERS = 3  # for those that the database writes: they take long, and nobody else waits for them
_THREADS = 8  # of their own: many who pan must not keep a report waiting
_PATH = re.compile(r"/tiles/([^/]{1,100})/(\d{1,2})/(\d{1,8})/(\d{1,8})\.mvt")
_EQUALS = {"state": "state", "category": "category", "person": "lead_person", "source": "source_level"}


@router.get("/tiles/{layer}.json")
def describe(request: Request, caller: CallerDep, store: WholeStoreDep, columns: ColumnsDep, layer: str) -> Response:
    """The TileJSON of a layer."""
    check(caller, rule_of_layer(layer), "GET", request.url.path)
    template = f"{base_of(request)}/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt"
    try:
        fields = request.app.state.layer_fields.of_tile(layer)
    except KeyError as error:
        raise NotFound("layer", layer) from error
    try:
        described = tilejson(layer, columns.get(layer), template, fields)
    except TooManyRows:
        with store.reading() as session:
            box = session.features.rough_extent(layer)
            described = large.tilejson(session.layers.get(layer), box, template, fields)
    if not caller.sees_all and is_hidden(layer):
        del described["bounds"]  # of everything: it would tell how far what is hidden reaches
    return JsonResponse(described)


class TileRoute:
    """ASGI middleware that answers `/tiles/{layer}/{z}/{x}/{y}.mvt` and passes on all else.

    It stands before everything else of the service: most of what a small tile costs is what it passes through. What
    needs no waiting is answered at once; the rest in threads.
    """

    def __init__(self, app: ASGIApp, service: Starlette):
        self.app = app
        self._service = service
        self._threads = CapacityLimiter(_THREADS)
        self._writers = CapacityLimiter(_WRITERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a tile, or hand on."""
        asked = _asked(self._service, scope) if scope["type"] == "http" else None
        if asked is None:
            await self.app(scope, receive, send)
            return
        try:
            answer = await self._answer(asked)
        except LayersError as error:
            request = RawRequest(scope)
            await run_in_threadpool(note_refusal, request, error, ROUTE)
            await answer_error(request, error)(scope, receive, send)
        except Exception:
            await answer_fault(RawRequest(scope))(scope, receive, send)
            raise
        else:
            await _send(answer, scope["method"], send)

    async def _answer(self, asked: "_Asked") -> "_Sent":
        begun = asked.begun_at_once()
        if begun is None:
            try:
                return await run_sync(asked.waited_for, limiter=self._threads)
            except TooManyRows:
                return await run_sync(asked.written, limiter=self._writers)
        if asked.takes_long(begun):
            return await run_sync(asked.finished, begun, limiter=self._threads)
        return asked.finished(begun)


def at_once(service: Starlette, scope: Scope) -> Answer | None:
    """The tile that is asked for, where it takes no waiting and nothing is wrong; else None."""
    asked = _asked(service, scope)
    if asked is None or scope["method"] != "GET":
        return None
    try:
        begun = asked.begun_at_once()
    except LayersError:  # the usual way tells them
        return None
    if begun is None or asked.takes_long(begun):
        return None
    sent = asked.finished(begun)
    return Answer(sent.tile.status, _HEADERS, _headers_of(sent), sent.body)


def _asked(service: Starlette, scope: Scope) -> "_Asked | None":
    """What tile is asked for; None where none is, or the service has no store."""
    found = _PATH.fullmatch(scope["path"])
    if found is None or scope["method"] not in ("GET", "HEAD") or service.state.opening.fault:
        return None
    if _ASKED not in scope:
        scope["app"] = service
        scope[_ASKED] = _Asked(scope, *found.groups())
    asked: _Asked = scope[_ASKED]
    return asked


@dataclass(frozen=True, slots=True)
class _Sent:
    """An answer as it goes out."""

    tile: TileAnswer
    body: bytes
    is_zipped: bool = False


class _Asked:
    """One question for a tile."""

    def __init__(self, scope: Scope, layer: str, z: str, x: str, y: str):
        self._scope, self._state = scope, scope["app"].state
        self._layer, self._tile = layer, Tile(int(z), int(x), int(y))
        headers = dict(scope["headers"])
        self._known = headers.get(b"if-none-match", b"").decode("latin-1")
        self.takes_gzip = _GZIP.search(headers.get(b"accept-encoding", b"")) is not None
        self._at_once: TileAnswer | TileWork | None = None

    def begun_at_once(self) -> TileAnswer | TileWork | None:
        """Begin where nothing has to be waited for; else None. Errors as those of `waited_for`."""
        self._at_once = self._at_once or self._begin_at_once()
        return self._at_once

    def takes_long(self, begun: TileAnswer | TileWork) -> bool:
        """Whether to finish it is work for a thread."""
        return isinstance(begun, TileWork) and (begun.size > _MOST_AT_ONCE or self.takes_gzip)

    def _begin_at_once(self) -> TileAnswer | TileWork | None:
        state, layer = self._state, self._layer
        stamp = state.store.change_stamp_at_once()
        if stamp is None:
            return None
        columns = state.columns.kept(layer, stamp)
        caller = state.callers.kept(RawRequest(self._scope), stamp=stamp)
        if columns is None or caller is None or not state.tile_scopes.knows(caller, layer, stamp=stamp):
            return None
        return self._begun(caller, columns, stamp)

    def waited_for(self) -> _Sent:
        """The whole of it, in a thread. NotSignedIn, Denied, NotFound or BadInput say what is wrong.

        TooManyRows where the layer is not held as columns: then `written` has it.
        """
        state = self._state
        stamp: int = state.store.change_stamp()  # asked once: on PostGIS it is a question over the network
        caller: Caller = state.callers.of(RawRequest(self._scope), stamp=stamp)
        _check(caller, self._layer, self._scope)
        if self._layer not in state.layer_fields:
            raise NotFound("layer", self._layer)
        return self.finished(self._begun(caller, state.columns.get(self._layer, stamp), stamp))

    def written(self) -> _Sent:
        """The tile as the database writes it, of what the caller may see; in a thread. Errors as above."""
        stamp: int = self._state.store.change_stamp()
        caller: Caller = self._state.callers.of(RawRequest(self._scope), stamp=stamp)
        _check(caller, self._layer, self._scope)
        wanted, fields = self._wanted()
        wanted = self._state.tile_scopes.asked(wanted, caller, self._layer)
        with self._state.store.seen_by(caller.viewer).reading() as session:
            tile = large.answer(
                partial(session.features.tile, self._layer), self._layer, self._tile, wanted=wanted, fields=fields,
                version=(stamp, caller.identity.person, caller.on), if_none_match=self._known,
            )  # fmt: skip
        return self.finished(tile)

    def finished(self, begun: TileAnswer | TileWork) -> _Sent:
        """The tile, zipped for those who take that."""
        tile = begun.finish() if isinstance(begun, TileWork) else begun
        if self.takes_gzip and len(tile.body) >= _SMALLEST_ZIPPED_BYTES:
            return _Sent(tile, gzip.compress(tile.body, _ZIPPED_HOW_MUCH, mtime=0), is_zipped=True)
        return _Sent(tile, tile.body)

    def _begun(self, caller: Caller, columns: LayerColumns, stamp: int) -> TileAnswer | TileWork:
        state, layer = self._state, self._layer
        _check(caller, layer, self._scope)
        wanted, fields = self._wanted()
        wanted = state.tile_scopes.narrowed(wanted, caller, layer, stamp=stamp)
        return begin(columns, self._tile, filter=wanted, fields=fields, if_none_match=self._known)

    def _wanted(self) -> tuple[TileFilter, Fields]:
        """What is to pass, and what it is to carry."""
        fields: Fields = self._state.layer_fields.of_tile(self._layer)
        if not self._scope["query_string"]:
            return NO_FILTER, fields
        query = parse_qs(self._scope["query_string"].decode("latin-1"))
        if "as_of" in query:
            fields = {name: field for name, field in fields.items() if field != "state"}  # that is today's
        return _filter(self._layer, query), fields


def _check(caller: Caller, layer: str, scope: Scope) -> None:
    """NotSignedIn or Denied where a tile of the layer is not for them."""
    check(caller, rule_of_layer(layer), scope["method"], scope["path"])


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


def _headers_of(answer: _Sent) -> Headers:
    """The headers that differ from tile to tile."""
    etag, length = answer.tile.etag.encode(), str(len(answer.body)).encode()
    return (
        *(((b"etag", etag),) if etag else ()),
        *(((b"content-encoding", b"gzip"),) if answer.is_zipped else ()),
        *(((b"content-length", length),) if answer.tile.status not in (204, 304) else ()),
    )


async def _send(answer: _Sent, method: str, send: Send) -> None:
    headers = [*_HEADERS, *_headers_of(answer)]
    await send({"type": "http.response.start", "status": answer.tile.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})
