"""Tiles that the connection answers by itself say what the usual way says, whatever is asked and however."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from geo_service import at_once
from geo_service.app import create_app
from geo_service.security.guarded import patience
from geo_service.security.slow_clients import STATE
from geo_service.settings import Settings
from maps.tiles.grid import tile_at
from tests.conftest import Service


def tile(layer: str, z: int) -> str:
    """The address of a tile in the middle of the demo town."""
    return "/tiles/{}/{}/{}/{}.mvt".format(layer, *tile_at(114.0232, 22.5291, z))


TILE, ROADS = tile("problems", 13), tile("road_segments", 12)
EMPTY = "/tiles/problems/14/3/3.mvt"
VARYING = {"date", "connection"}
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def line(service: Service) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", service.port), timeout=15) as opened:
        yield opened


def request(path: str, *headers: str, method: str = "GET", version: str = "1.1") -> bytes:
    host = () if any(header.startswith("host:") for header in headers) else ("host: localhost",)
    lines = (f"{method} {path} HTTP/{version}", *host, *headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answers(line: socket.socket, count: int) -> list[Answer]:
    """So many answers as they come; of a HEAD and where there is none no body is waited for."""
    file, found = line.makefile("rb"), []
    for _ in range(count):
        status = int(file.readline().split()[1])
        headers = dict(iter(lambda: _pair(file.readline()), ("", "")))
        found.append((status, headers, file.read(int(headers.get("content-length", 0)))))
    return found


def _pair(said: bytes) -> tuple[str, str]:
    name, _, value = said.decode("latin-1").strip().partition(": ")
    return name.lower(), value


def both(service: Service, path: str, *headers: str) -> tuple[Answer, Answer]:
    """The answer on a kept connection, after a first one has fetched what is to be known; and the usual one."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=15) as kept:
        kept.sendall(request(path, *headers))
        answers(kept, 1)
        kept.sendall(request(path, *headers))
        (quick,) = answers(kept, 1)
    with socket.create_connection(("127.0.0.1", service.port), timeout=15) as closed:
        closed.sendall(request(path, "connection: close", *headers))  # such a connection waits for a task
        (usual,) = answers(closed, 1)
    return quick, usual


def same(quick: Answer, usual: Answer) -> Answer:
    for answer in (quick, usual):
        for name in VARYING:
            answer[1].pop(name, None)
    assert quick == usual
    return quick


@pytest.mark.parametrize("path", [TILE, ROADS, EMPTY, f"{TILE}?state=open", f"{TILE}?since=2020-01-01T00:00:00Z"])
@pytest.mark.parametrize("role", ["administrator", "road-chief", ""])
def test_both_ways_say_the_same(service: Service, path: str, role: str) -> None:
    keys = [f"authorization: Bearer {_token(service, role)}"] if role else []
    status, headers, body = same(*both(service, path, *keys))
    assert status == (204 if path == EMPTY else 200)
    assert bool(body) == (status == 200)
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "private, no-cache"
    again, _, nothing = same(*both(service, path, *keys, f"if-none-match: {headers['etag']}"))
    assert (again, nothing) == (304, b"")


def _token(service: Service, role: str) -> str:
    return service.address_of(f"demo-{role}").partition("token:")[2].partition("@")[0]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/tiles/nothing/1/1/1.mvt", (), 401),
        ("/tiles/problems/2/9/9.mvt", (), 404),
        (tile("patrols", 14), (), 401),
        (f"{TILE}?person=R001", (), 401),
        (f"{TILE}?nothing=1", (), 400),
        (TILE, ("authorization: Bearer nobody",), 401),
        (TILE, ("authorization: Digest x",), 401),
        (TILE, ("host: other.example",), 400),
    ],
)
def test_what_is_wrong_is_told_as_ever(service: Service, path: str, headers: tuple[str, ...], status: int) -> None:
    assert same(*both(service, path, *headers))[0] == status


def test_several_requests_at_once_are_answered_in_turn(line: socket.socket) -> None:
    line.sendall(request(TILE))
    (first,) = answers(line, 1)
    line.sendall(request(TILE) + request("/healthz") + request(TILE) + request(EMPTY) + request(TILE))
    found = answers(line, 5)
    assert [status for status, *_ in found] == [200, 200, 200, 204, 200]
    assert [body for _, _, body in found[::2]] == [first[2]] * 3


def test_a_request_may_come_in_pieces(line: socket.socket) -> None:
    whole = request(TILE, "accept: */*")
    line.sendall(whole)
    (first,) = answers(line, 1)
    for octet in whole:
        line.sendall(bytes([octet]))
    assert answers(line, 1)[0][2] == first[2]


def test_a_request_of_the_old_kind_closes_the_connection(line: socket.socket) -> None:
    line.sendall(request(TILE, version="1.0"))
    assert answers(line, 1)[0][0] == 200
    assert line.recv(1) == b""


def test_a_head_has_no_body(line: socket.socket) -> None:
    line.sendall(request(TILE))
    (whole,) = answers(line, 1)
    line.sendall(request(TILE, method="HEAD"))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += line.recv(4096)
    assert f"content-length: {len(whole[2])}".encode() in head
    line.sendall(request(EMPTY))
    assert answers(line, 1)[0][0] == 204


def test_a_connection_that_rests_is_kept_and_used_again(line: socket.socket) -> None:
    for _ in range(3):
        line.sendall(request(TILE))
        assert answers(line, 1)[0][0] == 200
        line.settimeout(2.5)  # longer than the look at a body's speed
        with pytest.raises(TimeoutError):
            line.recv(1)
        line.settimeout(15)


def test_of_many_requests_in_one_piece_only_the_first_is_answered_at_once() -> None:
    """The others get a task each, between which everybody else is served."""
    asked, answered = asyncio.run(_flood(request("/x") * 50))
    assert (asked, answered) == (1, 50)


async def _flood(piece: bytes) -> tuple[int, int]:
    """How often the answerer was asked, and how many answers came."""
    asked: list[object] = []

    def answer(scope: object) -> at_once.Parts:
        asked.append(scope)
        return b"HTTP/1.1 204 No Content\r\n", b"\r\n"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    config = Config(app, log_level="warning", ws="none")
    config.load()
    kept = {STATE: patience(Settings()), at_once.STATE: answer}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: at_once.AtOnceProtocol(config, ServerState(), kept), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(piece)
        found = 0
        while found < piece.count(b"\r\n\r\n"):
            found += (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).startswith(b"HTTP/1.1 204")
        writer.close()
        return len(asked), found


def scope(path: str) -> dict[str, Any]:
    return {
        "type": "http", "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 8000), "state": {},
        "http_version": "1.1", "root_path": "",
    }  # fmt: skip


@pytest.mark.parametrize(("proxies", "is_quick"), [("", True), ("127.0.0.1", False)])
def test_only_behind_no_proxy_is_a_tile_answered_at_once(service: Service, proxies: str, is_quick: bool) -> None:
    """And only on the embedded store: the other one is asked over the network whether anything has changed."""
    settings = Settings(store=service.store_url, trusted_proxies=proxies)
    quick = asyncio.run(_asked(settings))
    assert (quick is not None) == (is_quick and service.store_url.startswith("gpkg:"))


async def _asked(settings: Settings) -> object:
    app = create_app(settings)
    async with app.router.lifespan_context(app) as state:
        await app(scope(TILE), _nothing, _ignored)  # the usual way learns who asks and reads the layer
        return state[at_once.STATE](scope(TILE))


async def _nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _ignored(_: Any) -> None:
    """What is sent is not looked at."""
