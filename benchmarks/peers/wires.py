"""A client that costs little beside what it asks: blocking sockets, one thread each, requests made up beforehand."""

import re
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from mmap import mmap
from pathlib import Path
from threading import Thread

import numpy as np

PATIENCE_S = 120.0
LARGEST_BYTES = 1 << 27
TRIES = 12  # to get a connection to each worker process
_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.I)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body, which is good until the wire is used again."""

    status: int
    body: memoryview


class Wire:
    """A connection that is kept, and made anew where the other side closes it."""

    def __init__(self, port: int):
        self._port = port
        self._buffer = mmap(-1, LARGEST_BYTES)  # pages that are not written to are none
        self._view = memoryview(self._buffer)
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> Answer:
        """The answer to a request. OSError where there is none."""
        if self._socket is not None:
            try:
                return self._asked(request)
            except ConnectionError:  # the other side has hung up while nothing was asked
                self.close()
        self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            return self._asked(request)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @property
    def own_port(self) -> int:
        """The port at this end; 0 where the other side does not keep connections."""
        return 0 if self._socket is None else int(self._socket.getsockname()[1])

    def _asked(self, request: bytes) -> Answer:
        assert self._socket is not None
        self._socket.sendall(request)
        used, begins = 0, -1
        while begins < 0:
            looked = max(0, used - len(_HEAD_END))
            used = self._more(used)
            begins = self._buffer.find(_HEAD_END, looked, used)
        head, begins = bytes(self._view[:begins]), begins + len(_HEAD_END)
        status = int(head.split(b" ", 2)[1])
        if _CHUNKED.search(head):
            return Answer(status, self._chunks(begins, used))
        length = _LENGTH.search(head)
        ends = begins + (int(length[1]) if length else 0)
        while used < ends:
            used = self._more(used)
        if _CLOSES.search(head):
            self.close()
        return Answer(status, self._view[begins:ends])

    def _more(self, used: int) -> int:
        assert self._socket is not None
        got = self._socket.recv_into(self._view[used:])
        if not got:
            raise ConnectionError("the other side hung up")
        return used + got

    def _chunks(self, place: int, used: int) -> memoryview:
        """The body out of its chunks, each of which is preceded by its length."""
        parts: list[bytes] = []
        while True:
            while (line := self._buffer.find(b"\r\n", place, used)) < 0:
                used = self._more(used)
            size = int(self._buffer[place:line].split(b";")[0], 16)
            place = line + 2
            while used < place + size + 2:
                used = self._more(used)
            if not size:
                return memoryview(b"".join(parts))
            parts.append(bytes(self._view[place : place + size]))
            place += size + 2


def request_for(path: str, headers: Mapping[str, str]) -> bytes:
    """A GET as it goes over the wire."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{lines}\r\n".encode()


@dataclass(frozen=True, slots=True)
class Timing:
    """How whole passes over some requests went."""

    count: int
    per_s: float
    p50_ms: float
    p99_ms: float
    kb: float
    refused: int


def drive(wires: Sequence[Wire], requests: Sequence[bytes], seconds: float) -> Timing:
    """Ask over all wires at once, in whole passes, until the time is over."""
    run = _Run(requests, seconds)
    threads = [Thread(target=run.work, args=(wire,)) for wire in wires]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - begun
    p50, p99 = np.percentile(run.taken_s, [50, 99]) * 1000
    count = len(run.taken_s)
    return Timing(count, count / took_s, float(p50), float(p99), float(np.mean(run.sizes)) / 1000, run.refused)


class _Run:
    def __init__(self, requests: Sequence[bytes], seconds: float):
        self._requests, self._until = requests, time.perf_counter() + seconds
        self._numbers = count()  # shared: `next` is one step of the interpreter
        self._last = -1
        self.taken_s: list[float] = []
        self.sizes: list[int] = []
        self.refused = 0

    def work(self, wire: Wire) -> None:
        """Take request after request until the pass is whole in which the time ran out."""
        while True:
            number = next(self._numbers)
            begins_pass = number and number % len(self._requests) == 0
            if self._last < 0 and begins_pass and time.perf_counter() > self._until:
                self._last = number
            if 0 <= self._last <= number:
                return
            begun = time.perf_counter()
            answer = wire.ask(self._requests[number % len(self._requests)])
            self.taken_s.append(time.perf_counter() - begun)
            self.sizes.append(len(answer.body))
            self.refused += answer.status not in (200, 204)


def spread(port: int, wanted: int, request: bytes, pids: Iterable[int]) -> list[Wire]:
    """So many wires, each to another one of the processes where several of them take connections."""
    chosen: dict[int, Wire] = {}
    spare: list[Wire] = []
    known = list(pids)
    for _ in range(TRIES):
        wire = Wire(port)
        wire.ask(request)
        owner = _owner(port, wire.own_port, known)
        if owner in chosen:
            spare.append(wire)
        else:
            chosen[owner] = wire
        if len(chosen) == wanted:
            break
    wires = [*chosen.values(), *spare]
    for wire in wires[wanted:]:
        wire.close()
    return wires[:wanted]


def _owner(port: int, own_port: int, pids: Iterable[int]) -> int:
    """Which of the processes is at the other end; 0 where none is."""
    ends = f"{port:04X}", f"{own_port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (fields[1].partition(":")[2], fields[2].partition(":")[2]) == ends:
            return next((pid for pid in pids if _holds(pid, f"socket:[{fields[9]}]")), 0)
    return 0


def _holds(pid: int, target: str) -> bool:
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(OSError):  # it has just been closed
            if str(link.readlink()) == target:
                return True
    return False
