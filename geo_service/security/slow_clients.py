"""Clients that send too slowly, or do not take what they asked for, are hung up on.

uvicorn itself waits for ever: some hundred connections of one such client would be all that it can hold.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from layers.rules.passwords import client_key

STATE = "patience"  # the lifespan's state bears it to the protocol
_MOST_HEAD_BYTES = 64 << 10
_LOOK_S = 2.0  # how often a body's speed is looked at
_PARTING_S = 2.0  # for a refused client to read the answer while it still sends
_PARTING_BYTES = 4 << 20  # of which so much is read and thrown away
_TITLES = {
    400: "The request cannot be understood",
    408: "The request came too slowly",
    431: "The head of the request is too large",
}


@dataclass(slots=True)
class Patience:
    """How long a client is waited for, and how many connections each address has."""

    head_s: float  # from the connection, or the first byte, to the end of the headers
    body_s: float  # for a body, beyond what its bytes may take
    bytes_per_s: int  # the slowest body that is waited for
    unread_s: float  # for an answer of which nothing more is taken
    connections_per_client: int
    proxies: tuple[str, ...] = ()  # trusted addresses and networks, “*” = any: many clients come through each
    open: Counter[str] = field(default_factory=Counter)
    farewell: Callable[[], None] = lambda: None  # ends the answers that go on for ever, when the service stops


def is_proxy(address: str, proxies: Iterable[str]) -> bool:
    """Whether an address is one of the trusted addresses or networks.

    >>> is_proxy("10.0.0.7", ["10.0.0.0/8"]), is_proxy("10.0.0.7", ["10.0.0.8"]), is_proxy("10.0.0.7", ["*"])
    (True, False, True)
    """
    try:
        asked = ip_address(address)
    except ValueError:
        return False
    return any(one == "*" or asked in ip_network(one, strict=False) for one in proxies)


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a limit on every wait for the client."""

    def connection_made(self, transport: Any) -> None:
        """Wait for the head of the first request, unless this address has too many connections."""
        super().connection_made(transport)
        self._patience: Patience = self.app_state[STATE]
        self._timer: asyncio.TimerHandle | None = None
        self._then: Callable[[], None] | None = None
        self._due_s = 0.0
        self._unread: asyncio.TimerHandle | None = None
        self._in_head = True
        self._complete = True
        self._is_parting = False
        self._taken_bytes = 0
        self._begun_s = 0.0
        self._address = client_key(self.client[0] if self.client else "")
        self._patience.open[self._address] += 1
        if self._is_one_too_many():
            transport.abort()
        else:
            self._wait(self._patience.head_s, self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        self._stop_unread()
        self._patience.open[self._address] -= 1
        self._patience.open += Counter()  # drops the addresses that are gone
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes; a head that does not end is refused."""
        self._taken_bytes += len(data)
        super().data_received(data)
        if self._is_parting and self._taken_bytes > _PARTING_BYTES:
            self.flow.pause_reading()
        if self._in_head and self._taken_bytes > _MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        """A request begins: its head must come."""
        super().on_message_begin()
        self._complete = False
        self._is_parting = False
        self._in_head = True
        self._wait(self._patience.head_s, self._hang_up)

    def on_headers_complete(self) -> None:
        """The head is there: its body must come."""
        self._in_head = False
        self._taken_bytes = 0
        self._begun_s = self.loop.time()
        self._wait(_LOOK_S, self._look_at_body)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is there: from now on it is for us to hurry."""
        self._complete = True
        self._taken_bytes = 0
        answered = self.cycle is not None and self.cycle.response_complete
        self._wait(self._patience.head_s, self._hang_up if answered else None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """What is still sent after its answer is not waited for."""
        super().on_response_complete()
        if not self._complete:
            self._is_parting = True
            self._taken_bytes = 0
            self._wait(_PARTING_S, self.transport.close)

    def shutdown(self) -> None:
        """The service stops; what it still answers must come to an end."""
        super().shutdown()
        self._patience.farewell()

    def pause_writing(self) -> None:
        """The client does not take its answer."""
        super().pause_writing()
        self._unread = self.loop.call_later(self._patience.unread_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It takes it again."""
        super().resume_writing()
        self._stop_unread()

    def send_400_response(self, msg: str) -> None:
        """A problem+json, as all our refusals are."""
        self._refuse(400, msg)

    def _is_one_too_many(self) -> bool:
        limit = self._patience.connections_per_client
        if not 0 < limit < self._patience.open[self._address]:
            return False
        return not is_proxy(self.client[0] if self.client else "", self._patience.proxies)

    def _look_at_body(self) -> None:
        """Hang up on a body that is slower than it may be; not while we ourselves stop it from coming."""
        if self.flow.read_paused:
            self._begun_s = self.loop.time() - self._taken_bytes / self._patience.bytes_per_s
        allowed_s = self._patience.body_s + self._taken_bytes / self._patience.bytes_per_s
        if self.loop.time() - self._begun_s > allowed_s:
            self._hang_up()
        else:
            self._wait(_LOOK_S, self._look_at_body)

    def _hang_up(self) -> None:
        if self._in_head and not self._complete:
            self._refuse(408)
        else:
            self.transport.close()

    def _refuse(self, status: int, detail: str = "") -> None:
        body = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail or _TITLES[status]}
        said = orjson.dumps(body)
        if self.cycle is not None and not self.cycle.response_complete:  # not into the midst of an answer
            self.transport.close()
            return
        head = b"content-type: application/problem+json\r\nx-content-type-options: nosniff\r\nconnection: close\r\n"
        self.transport.write(STATUS_LINE[status] + head + b"content-length: %d\r\n\r\n" % len(said) + said)
        self.transport.close()

    def _wait(self, seconds: float, then: Callable[[], None] | None) -> None:
        """Do that after so long, instead of what was to be done before; None = nothing.

        A timer that is set already and goes off before stays: it then looks what there is to wait for.
        """
        self._then, self._due_s = then, self.loop.time() + seconds
        if then is None or (self._timer is not None and self._timer.when() <= self._due_s):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_at(self._due_s, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        then = self._then
        if then is None:
            return
        if self.loop.time() < self._due_s:
            self._timer = self.loop.call_at(self._due_s, self._time_is_up)
        else:
            self._then = None
            then()

    def _stop_waiting(self) -> None:
        self._then = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
