"""A lean HTTP/1.1 client for many connections in one event loop, so that what is measured is the service."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

_NO_BODY = (204, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Line:
    """`async with Line(url, headers) as line:` one connection that is kept; requests go out one after the other."""

    def __init__(self, url: str, headers: Mapping[str, str]):
        place = urlsplit(url)
        self._host, self._port = place.hostname or "", place.port or 80
        self._always = f"host: {place.netloc}\r\n" + _text(headers)

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(
        self, path: str, *, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request and read its answer."""
        length = f"content-length: {len(body)}\r\ncontent-type: application/json\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\n{self._always}{_text(headers or {})}{length}\r\n"
        self._writer.write(head.encode() + body)
        first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(first.split(" ", 2)[1])
        said = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        size = 0 if status in _NO_BODY else int(said["content-length"])
        return Answer(status, said, await self._reader.readexactly(size))


def _text(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
