"""The gate before the routes: who is asked for, how long the address is, how often and how much is sent."""

import math
import time
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo_service.errors import problem
from geo_service.language import words_for
from geo_service.security.hosts import Hosts
from geo_service.security.rates import Buckets
from geo_service.settings import Settings
from layers.rules.passwords import client_key
from layers.words import Message as Words
from layers.words import msg

_LONGEST_ADDRESS = 16 << 10
_FORM_BYTES = 64 << 10  # for what stands in a form beside its file
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_Fault = tuple[int, Words] | tuple[int, Words, str]
_TOO_MUCH = msg("More is sent than is taken here.")


class Gate:
    """ASGI middleware: refuses a request before a route sees it, and counts a body while it streams in."""

    def __init__(self, app: ASGIApp, *, settings: Settings):
        self.app = app
        self._hosts = Hosts(settings.hosts.split(","), bound_to=settings.bound_to, base_url=settings.base_url)
        self._writes = Buckets(settings.writes_per_minute)
        self._limits_bytes = {
            "/import": settings.largest_upload_bytes + _FORM_BYTES,
            "/photos": settings.largest_photo_bytes + _FORM_BYTES,
        }
        self._largest_body_bytes = settings.largest_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refusal, or hand on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
        elif scope["method"] in _READS:
            await self.app(scope, receive, send)
        else:
            await self._written(scope, receive, send)

    def passes(self, scope: Scope) -> bool:
        """Whether a request that reads is let through."""
        return self._fault(scope) is None

    def _refusal(self, scope: Scope) -> Response | None:
        fault = self._fault(scope)
        return None if fault is None else _refused(scope, *fault)

    def _fault(self, scope: Scope) -> _Fault | None:
        """What is wrong: the status, why, and the field."""
        if len(scope["raw_path"]) + len(scope["query_string"]) > _LONGEST_ADDRESS:
            return 414, msg("The address is too long.")
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return 400, msg("A text holds a character that no text may hold."), _field_with_nul(scope)
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        here = scope["server"][0] if scope.get("server") else ""
        if len(hosts) != 1 or not self._hosts.take(hosts[0].decode("latin-1"), here):
            return 400, msg("This service does not bear that name.")
        return None

    async def _written(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = client_key(scope["client"][0] if scope.get("client") else "")
        wait_s = self._writes.wait_s(client, at_s=time.monotonic())
        limit = next((n for end, n in self._limits_bytes.items() if scope["path"].endswith(end)), None)
        limit_bytes = limit or self._largest_body_bytes
        if wait_s:
            await _too_often(scope, math.ceil(wait_s))(scope, receive, send)
        elif _declared_bytes(scope) > limit_bytes:
            told = msg("At most {limit} MB are taken here.", limit=limit_bytes >> 20)
            await _refused(scope, 413, told)(scope, receive, send)
        else:
            await self.app(scope, _counted(receive, limit_bytes), send)


def _counted(receive: Receive, limit_bytes: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit_bytes:
            raise HTTPException(413, _TOO_MUCH.template)
        return message

    return counted


def _declared_bytes(scope: Scope) -> int:
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(declared) if declared.isdigit() else 0


def _too_often(scope: Scope, seconds: int) -> Response:
    answer = _refused(scope, 429, msg("Too much at once. Try again in {seconds} seconds.", seconds=seconds))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _field_with_nul(scope: Scope) -> str:
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return next((name for name, text in query if "\0" in text), "")


def _refused(scope: Scope, status: int, why: Words, field: str = "") -> Response:
    request = Request(scope)
    detail = why.in_(words_for(request))
    return problem(request, status, detail, errors=[{"field": field, "detail": detail}] if field else [])
