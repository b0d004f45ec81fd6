"""What has changed, told as it happens (server-sent events), or when asked."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from geo_service.live import Changed, Hub, Listener
from geo_service.schemas.features import JsonResponse
from geo_service.security.parameters import LARGEST_NUMBER
from layers.errors import TooMany
from layers.rules.passwords import client_key
from layers.words import msg

router = APIRouter(tags=["events"])
_AGAIN_MS = 1000  # after which a browser tries again when the line is cut
_AGAIN_S = 30  # after which it is worth trying again where there are too many
_LONGEST_ID = len(str(LARGEST_NUMBER))
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep what we say
)


@router.get("/api/v1/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def listen(
    request: Request,
    after: Annotated[int | None, Query(ge=0, description="The last sequence number that is known.")] = None,
    last_event_id: Annotated[str, Header(description="The same, as a browser says it.")] = "",
) -> Response:
    """Server-sent events: `hello` {sequence, beat_s}, then `change` {layer, sequence} within a second of a change."""
    hub: Hub = request.app.state.hub
    client = client_key(request.client.host if request.client else "")
    if not hub.has_room_for(client):
        raise TooMany(msg("Too many pages listen from here."), seconds=_AGAIN_S)
    known = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < _LONGEST_ID else after
    return EventStream(hub, client, after=known, beat_s=request.app.state.settings.event_beat_s)


@router.get("/api/v1/changes")
async def changes(request: Request) -> Response:
    """The last change of each layer, for those who cannot listen."""
    hub: Hub = request.app.state.hub
    return JsonResponse({"sequence": hub.sequence, "layers": hub.latest}, headers={"Cache-Control": "no-store"})


class EventStream(Response):
    """An answer that goes on until the client has gone or the service stops."""

    def __init__(self, hub: Hub, client: str, *, after: int | None, beat_s: float):
        super().__init__()
        self._hub, self._client, self._after, self._beat_s = hub, client, after, beat_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (as ASGI has it)
        """Tell the client until its end; it is hung up on where it does not read (see `slow_clients`)."""
        with self._hub.listening(self._client, after=self._after) as listener:
            leaving = asyncio.create_task(_wait_for_leave(receive, listener))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
                await self._tell(listener, send)
            finally:
                leaving.cancel()

    async def _tell(self, listener: Listener, send: Send) -> None:
        missed, sequence = listener.take(), self._hub.sequence
        hello = _event("hello", sequence, {"sequence": sequence, "beat_s": self._beat_s})
        await _say(send, f"retry: {_AGAIN_MS}\n\n" + "".join(_changes(missed)) + hello)
        while not listener.is_over:
            news = await listener.news(self._beat_s)
            await _say(send, "".join(_changes(news)) or "event: beat\ndata: {}\n\n")
        await send({"type": "http.response.body", "body": b""})


def _changes(news: Changed) -> Iterator[str]:
    """The oldest first, so that the number of the last one told stands for all before it."""
    for layer, sequence in sorted(news.items(), key=lambda item: item[1]):
        yield _event("change", sequence, {"layer": layer, "sequence": sequence})


def _event(kind: str, sequence: int, data: dict[str, object]) -> str:
    return f"event: {kind}\nid: {sequence}\ndata: {orjson.dumps(data).decode()}\n\n"


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _wait_for_leave(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()
