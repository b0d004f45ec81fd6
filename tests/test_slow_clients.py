"""Clients that send half a request, drip bytes, or do not read: hung up on, while others are served."""

import resource
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest

from tests.answers import raw
from tests.conftest import Service, served

HALVES = (
    b"",
    b"GET / HT",
    b"GET /api/v1/town HTTP/1.1\r\nHost: localhost\r\nX-A: b",
    b"POST /api/v1/problems HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{",
    b"POST /api/v1/layers/areas/import HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n\r\n5\r\n--x\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /he",
)
MANY = 900


@pytest.fixture(scope="module")
def patient(tmp_path_factory) -> Iterator[Service]:
    """The service with its own limits."""
    with served(tmp_path_factory.mktemp("patient")) as running:
        yield running


@pytest.fixture(scope="module")
def hasty(tmp_path_factory) -> Iterator[Service]:
    """One that waits for a second only, and takes few connections."""
    limits = {"keep_alive_s": "2", "request_head_s": "1", "request_body_s": "1", "connections_per_client": "20"}
    with served(tmp_path_factory.mktemp("hasty"), **limits) as running:
        yield running


@pytest.fixture
def line(hasty) -> Iterator[socket.socket]:
    """A connection to the hasty one."""
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=15) as opened:
        yield opened


def all_of(line: socket.socket) -> bytes:
    """What comes until the other side hangs up; a time-out of the socket fails the test."""
    answer = b""
    with suppress(ConnectionResetError):
        while part := line.recv(65536):
            answer += part
    return answer


def head_of(line: socket.socket) -> bytes:
    """The head of a short answer, which is read to its end."""
    answer = b""
    while not answer.endswith(b'{"status":"ok"}'):
        answer += line.recv(65536) or b'{"status":"ok"}'
    return answer


def test_nine_hundred_halves_are_hung_up_on_while_others_are_served(patient):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    watched = selectors.DefaultSelector()
    lines = [half_sent(patient, HALVES[number % len(HALVES)]) for number in range(MANY)]
    for opened in lines:
        watched.register(opened, selectors.EVENT_READ)
    try:
        left = hung_up(watched, within_s=30, meanwhile=lambda: others_are_served(patient))
    finally:
        for opened in lines:
            opened.close()
        watched.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert left == 0
    others_are_served(patient)


def test_who_asks_again_after_a_while_finds_the_connection_open(patient):
    """Longer than the programs keep theirs: nobody asks into a connection that is just being closed."""
    with socket.create_connection(("127.0.0.1", patient.port), timeout=15) as line:
        for pause_s in (6, 0):
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert head_of(line).startswith(b"HTTP/1.1 200 ")
            time.sleep(pause_s)


def half_sent(service: Service, half: bytes) -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", service.port), timeout=10)
    opened.sendall(half)
    opened.setblocking(False)
    return opened


def others_are_served(service: Service) -> None:
    assert httpx.get(f"{service.url}/api/v1/town", timeout=10).status_code == 200


def hung_up(watched: selectors.BaseSelector, *, within_s: float, meanwhile: Callable[[], None]) -> int:
    """Reads until every other side has hung up; how many have not in that time."""
    late = time.monotonic() + within_s
    while watched.get_map() and time.monotonic() < late:
        for key, _ in watched.select(timeout=1):
            if is_over(key.fileobj):
                watched.unregister(key.fileobj)
        meanwhile()
    return len(watched.get_map())


def is_over(opened) -> bool:
    try:
        return opened.recv(65536) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("half", HALVES[1:3])
def test_who_does_not_end_the_head_is_told(line, half):
    line.sendall(half)
    answer = all_of(line)
    assert answer.startswith(b"HTTP/1.1 408 ") and b"application/problem+json" in answer


@pytest.mark.parametrize("half", HALVES[2:5])
def test_who_drips_bytes_is_hung_up_on(line, half):
    line.sendall(half)
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        for _ in range(60):
            line.sendall(b"1")
            time.sleep(0.2)


def test_a_body_that_comes_steadily_is_waited_for(hasty, line):
    """Longer than the time allowed for a standing body, but faster than the slowest speed."""
    body = b'{"category": "' + b"x" * 10_000 + b'"}'
    who = f"Authorization: Bearer {hasty.token}\r\n"
    head = f"POST /api/v1/problems/preview HTTP/1.1\r\nHost: localhost\r\n{who}Content-Length: {len(body)}\r\n\r\n"
    line.sendall(head.encode())
    for start in range(0, len(body), 2000):
        line.sendall(body[start : start + 2000])
        time.sleep(0.5)
    assert line.recv(12).startswith(b"HTTP/1.1 422")


def test_a_kept_connection_may_ask_again_and_is_closed_when_idle(line):
    for _ in range(3):
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert head_of(line).startswith(b"HTTP/1.1 200 ")
        time.sleep(1.2)  # longer than a head may take
    assert all_of(line) == b""


def test_requests_one_behind_the_other_are_all_answered(hasty):
    two = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert raw(hasty, two * 5 + last).count(b"HTTP/1.1 200 ") == 6


def test_one_address_has_so_many_connections_and_no_more(hasty):
    lines = [socket.create_connection(("127.0.0.1", hasty.port), timeout=5) for _ in range(20)]
    try:
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{hasty.url}/healthz")
    finally:
        for opened in lines:
            opened.close()
    time.sleep(0.3)
    others_are_served(hasty)
