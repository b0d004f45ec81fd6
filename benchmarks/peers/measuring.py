"""One service after the other: started, asked, looked at, ended."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.peers.counting import Content, in_items, in_tile
from benchmarks.peers.processes import Memory, Processes, cpu_of, memory_of
from benchmarks.peers.services import Place, Service
from benchmarks.peers.wires import Timing, Wire, drive, request_for, spread
from layers.query import BBox
from maps.tiles.grid import Tile

CONNECTIONS = 2
STARTS_WITHIN_S = 300.0
GOOD = (200, 204)
FIRST = "problems z14"  # what a start is over with, where the service has it


@dataclass(frozen=True, slots=True)
class Subjects:
    """The tiles of each "LAYER zZOOM" that are asked for, and the boxes of features."""

    tiles: Mapping[str, Sequence[tuple[str, Tile]]]
    boxes: Sequence[BBox]

    def paths(
        self, service: Service, *, with_items: bool = True
    ) -> Iterator[tuple[str, list[str], Callable[[memoryview], Content]]]:
        """What this service is asked for: the subject, the addresses, how an answer is counted."""
        for subject, tiles in self.tiles.items():
            paths = [service.tile(layer, tile) for layer, tile in tiles] if service.tile else []
            if paths and all(paths):
                yield subject, [path for path in paths if path], in_tile
        if service.items and with_items:
            yield "items", [service.items(box) for box in self.boxes], in_items


@dataclass(frozen=True, slots=True)
class Figure:
    """What came out for one service and one subject; `content` is that of one pass.

    `cpu_ms`: processor time of the service, and of the database where it asks it, for one answer.
    """

    service: str
    subject: str
    timing: Timing
    content: Content
    answers: int
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Start:
    """How long a service took from nothing to its first right answer, and what it held after all questions."""

    service: str
    cold_s: float
    memory: Memory
    database: Memory | None


@dataclass(frozen=True, slots=True)
class Run:
    """What is asked, and for how long."""

    subjects: Subjects
    seconds: float
    database_pid: int

    def measure(
        self, service: Service, place: Place, askers: Mapping[str, Mapping[str, str]]
    ) -> Iterator[Figure | Start]:
        """Start the service, ask it everything, and end it.

        `askers` are headers, by what is added to the service's name; without any the fields of items are not shown.
        """
        command, environment = service.begin(place)
        with Processes(command, environment, place.folder / "log") as processes:
            cold_s = self._first_right_answer(service, place, processes, next(iter(askers.values())))
            for suffix, headers in askers.items():
                for subject, paths, counted in self.subjects.paths(
                    service, with_items=service.is_peer or bool(headers)
                ):
                    requests = [request_for(path, headers) for path in paths]
                    content = _content(place.port, requests, counted, subject)
                    wires = spread(place.port, CONNECTIONS, requests[-1], processes.pids)
                    before_s = self._cpu_s(service, processes)
                    timing = drive(wires, requests, self.seconds)
                    cpu_ms = 1000 * (self._cpu_s(service, processes) - before_s) / timing.count
                    for wire in wires:
                        wire.close()
                    yield Figure(service.name + suffix, subject, timing, content, len(requests), cpu_ms)
            database = memory_of(self.database_pid) if service.reads == "database" else None
            yield Start(service.name, cold_s, processes.memory, database)

    def _cpu_s(self, service: Service, processes: Processes) -> float:
        return processes.cpu_s + (cpu_of(self.database_pid) if service.reads == "database" else 0)

    def start_again(self, service: Service, place: Place, headers: Mapping[str, str]) -> Start:
        """Start the service once more, with whatever it has laid by for that."""
        command, environment = service.begin(place)
        with Processes(command, environment, place.folder / "log") as processes:
            cold_s = self._first_right_answer(service, place, processes, headers)
            return Start(f"{service.name}, started again", cold_s, processes.memory, None)

    def _first_right_answer(
        self, service: Service, place: Place, processes: Processes, headers: Mapping[str, str]
    ) -> float:
        """Seconds until one address is answered with features in it."""
        asked = {subject: (paths, counted) for subject, paths, counted in self.subjects.paths(service)}
        paths, counted = asked.get(FIRST) or next(iter(asked.values()))
        wire, request = Wire(place.port), request_for(paths[0], headers)

        def is_right() -> bool:
            answer = wire.ask(request)
            if 400 <= answer.status < 500:
                raise RuntimeError(f"{paths[0]}: {answer.status} {bytes(answer.body[:300])!r}")
            return answer.status == 200 and counted(answer.body).features > 0

        try:
            return processes.until(is_right, within_s=STARTS_WITHIN_S)
        finally:
            wire.close()


def _content(port: int, requests: Sequence[bytes], counted: Callable[[memoryview], Content], subject: str) -> Content:
    """What one pass holds, before anything is timed: it warms the service up, too."""
    wire, total = Wire(port), Content(0)
    for request in requests:
        answer = wire.ask(request)
        if answer.status not in GOOD:
            said = f"{request.split()[1].decode()}: {answer.status} {bytes(answer.body[:300])!r}"
            raise RuntimeError(f"{subject}: {said}")
        if len(answer.body):
            total += counted(answer.body)
    wire.close()
    return total
