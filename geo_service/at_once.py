"""What needs no waiting is answered by the connection itself: no task, no events, head and body in one write.

Most of what a small tile costs is what it passes through. The parser, the gate and the headers are those of every
other answer; whatever is not plain goes the usual way.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from geo_service.security.gate import Gate
from geo_service.security.headers import Headers, table_of
from geo_service.security.slow_clients import PatientProtocol
from geo_service.settings import Settings

STATE = "at_once"  # the lifespan's state bears the answerer to the protocol


class Answer(NamedTuple):
    """Headers that all such answers have, and those of this one."""

    status: int
    common: Headers
    own: Headers
    body: bytes


Ask = Callable[[Scope], Answer | None]
Parts = tuple[bytes, bytes]  # the first line; the rest of the answer
Answerer = Callable[[Scope], Parts | None]


def answerer(ask: Ask, settings: Settings) -> Answerer:
    """Who answers a request as it goes over the wire; None where it must go the usual way.

    Behind a proxy another client asks than the one that is connected: then nothing is answered at once.
    """
    gate = Gate(_nowhere, settings=settings)
    behind_tls = settings.base_url.startswith("https://")

    def answer(scope: Scope) -> Parts | None:
        found = ask(scope) if gate.passes(scope) else None
        if found is None:
            return None
        status, common, own, body = found
        guarded = _guarded(common, behind_tls or scope["scheme"] == "https")
        return STATUS_LINE[status], b"".join((guarded, *map(_LINE.__mod__, own), b"\r\n", body))

    return _never if settings.trusted_proxies else answer


_LINE = b"%b: %b\r\n"


@lru_cache
def _guarded(common: Headers, secure: bool) -> bytes:
    """The lines of headers that say nothing of a single answer, those that guard a browser among them."""
    said = {name for name, _ in common}
    guards = (pair for pair in table_of(own_files=False, secure=secure) if pair[0] not in said)
    return b"".join(_LINE % pair for pair in (*common, *guards))


def _never(_: Scope) -> None:
    return None


async def _nowhere(*_: Any) -> None:
    """The gate leads nowhere here: it is only asked."""


class AtOnceProtocol(PatientProtocol):
    """Answers at once what can be, and starts a task for the rest.

    Of requests that come in one piece only the first one is answered so: thousands of them would keep others waiting.
    """

    def connection_made(self, transport: Any) -> None:
        """Know who answers."""
        super().connection_made(transport)
        self._answer: Answerer = self.app_state[STATE]
        self._is_first = False

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._is_first = True
        super().data_received(data)
        self._is_first = False

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        answer = self._answered(cycle)
        if answer is None:
            super()._start_asgi_task(cycle, app)
            return
        line, rest = answer
        self.transport.write(b"".join((line, *map(_LINE.__mod__, self.server_state.default_headers), rest)))
        cycle.response_started = cycle.response_complete = True
        self.on_response_complete()

    def _answered(self, cycle: Any) -> Parts | None:
        is_first, self._is_first = self._is_first, False
        if not is_first or not cycle.keep_alive or self.flow.write_paused or self.transport.is_closing():
            return None
        try:
            return self._answer(cycle.scope)
        except Exception:  # it happens again on the usual way, which answers and logs it
            return None
