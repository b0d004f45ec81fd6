"""Work that takes long has turns: a few at a time, a short queue, and no client has all of it.

Whoever waits holds no thread: signing in, reporting and lists go on beside.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, Request

from geo_service.security.callers import client_of
from layers.errors import TooMany
from layers.rules.passwords import client_key
from layers.words import Message, msg

_AGAIN_S = 5
_AT_ONCE, _MOST = 4, 64


class Turns:
    """`at_once` work, at most `most` are in (working or waiting), of them `of_one` of the same client."""

    def __init__(self, at_once: int, *, most: int, of_one: int, refusal: Message):
        self._turns = asyncio.Semaphore(at_once)
        self._most, self._of_one, self._refusal = most, of_one, refusal
        self._inside: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Wait for a turn; TooMany where too many are in already, of all or of this client."""
        client = client_key(address)
        if self._inside.total() >= self._most or self._inside[client] >= self._of_one:
            raise TooMany(self._refusal, seconds=_AGAIN_S)
        self._inside[client] += 1
        try:
            async with self._turns:
                yield
        finally:
            self._inside[client] -= 1
            self._inside += Counter()  # drops who is gone


def long_turns() -> Turns:
    """The turns of routes that read whole layers; half of them are one client's at most: an office has one address."""
    refusal = msg("So much is being worked out just now. Please try again in a moment.")
    return Turns(_AT_ONCE, most=_MOST, of_one=_MOST // 2, refusal=refusal)


async def _turn(request: Request) -> AsyncIterator[None]:
    turns: Turns = request.app.state.long_turns
    async with turns.turn(client_of(request).address):
        yield


async def _turn_of_the_past(request: Request) -> AsyncIterator[None]:
    """What stands now is counted fast."""
    if "as_of" not in request.query_params:
        yield
        return
    async for _ in _turn(request):
        yield


# The turn ends with the work: who takes an answer slowly keeps nobody waiting.
LONG_WORK = Depends(_turn, scope="function")
LONG_WORK_OF_THE_PAST = Depends(_turn_of_the_past, scope="function")
