"""A service in processes of its own: started, looked at, ended."""

import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from benchmarks.clock import process_cpu_s

ENDS_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Memory:
    """What some processes hold: `rss_mb` counts shared pages in each of them, `pss_mb` shares them out."""

    processes: int
    rss_mb: float
    pss_mb: float


class Processes:
    """`with Processes(command, …) as started:` a command and whatever it starts."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path):
        self._command, self._environment, self._log = command, {**os.environ, **environment}, log

    def __enter__(self) -> Self:
        self.begun = time.perf_counter()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def __exit__(self, *_: object) -> None:
        group = self._process.pid  # its own session, so nobody else is in it
        self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)  # children that have outlived it

    def until(self, is_right: Callable[[], bool], *, within_s: float) -> float:
        """Seconds from the start until it holds. RuntimeError with the log where it never does."""
        while time.perf_counter() - self.begun < within_s and self._process.poll() is None:
            try:
                if is_right():
                    return time.perf_counter() - self.begun
            except OSError:  # nobody listens yet
                pass
            time.sleep(0.01)
        raise RuntimeError(f"{self._command[:4]} does not answer: {self._log.read_text(errors='replace')[-2000:]}")

    @property
    def pids(self) -> list[int]:
        """All of them now."""
        return _family(self._process.pid)

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time that all of them have taken."""
        return cpu_of(self._process.pid)

    @property
    def memory(self) -> Memory:
        """What all of them hold now."""
        return memory_of(self._process.pid)


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process and its descendants have taken."""
    total = 0.0
    for one in _family(pid):
        with suppress(OSError):  # it has just ended
            total += process_cpu_s(one)
    return total


def memory_of(pid: int) -> Memory:
    """What a process and its descendants hold."""
    sizes = [size for one in _family(pid) if (size := _rollup(one))]
    return Memory(len(sizes), sum(rss for rss, _ in sizes) / 1000, sum(pss for _, pss in sizes) / 1000)


def _family(pid: int) -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            children[int(path.read_text().rpartition(")")[2].split()[1])].append(int(path.parts[2]))
        except OSError:  # it has ended
            continue
    found = [pid]
    for one in found:
        found += children[one]
    return found


def _rollup(pid: int) -> tuple[int, int] | None:
    """Resident and proportional kB; None where the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    said = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return said["Rss"], said["Pss"]
