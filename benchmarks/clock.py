"""Measuring time: on the wall, and of the processor (children included)."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the wall and of the processor."""

    wall_s: float
    cpu_s: float


class Stopwatch:
    """`with Stopwatch() as watch: …`, then `watch.spent`."""

    def __enter__(self) -> "Stopwatch":
        self._wall_s, self._cpu_s = time.perf_counter(), _cpu_s()
        return self

    def __exit__(self, *_: object) -> None:
        self.spent = Spent(time.perf_counter() - self._wall_s, _cpu_s() - self._cpu_s)


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def milliseconds(work: Callable[[], object], *, at_most_s: float = 1.0) -> float:
    """The median over as many runs as fit into the time, at least three."""
    times: list[float] = []
    while len(times) < 3 or (sum(times) < at_most_s and len(times) < 200):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return median(times) * 1000


def resident_mb(pid: int) -> tuple[float, float]:
    """The memory of a process: now, and at its highest."""
    said = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    now, highest = (int(said[name].split()[0]) / 1000 for name in ("VmRSS", "VmHWM"))
    return now, highest


def process_cpu_s(pid: int) -> float:
    """The processor time of another process and of those that it has started and ended, to a hundredth of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
