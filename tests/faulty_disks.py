"""Disks that are full, broken or read-only under a running service: real ones where this machine lets us mount them,
and otherwise a kernel that says so, by strace's fault injection."""

import errno
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import missing

WRITES = "pwrite64,fsync,fdatasync"  # of SQLite, and of the photos


class SmallDisk:
    """A disk of a few megabytes that can be filled and freed again."""

    def __init__(self, folder: Path, megabytes: int):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        self.is_real = subprocess.run(mount, capture_output=True, check=False).returncode == 0

    @contextmanager
    def full(self, pid: int) -> Iterator[None]:
        """Nothing more can be written while the block runs."""
        if not self.is_real:
            with refusing(pid, "ENOSPC"):
                yield
            return
        filler = self.folder / "filler"
        try:
            with filler.open("wb", buffering=0) as out:
                _fill(out)
            yield
        finally:
            filler.unlink()

    def remove(self) -> None:
        if self.is_real:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


def _fill(out) -> None:
    for size in (1 << 20, 1 << 12, 1):
        with suppress(OSError):
            while True:
                if out.write(b"\0" * size) < size:
                    break
    with pytest.raises(OSError, check=lambda error: error.errno == errno.ENOSPC):
        out.write(b"\0")


@contextmanager
def refusing(pid: int, error: str) -> Iterator[None]:
    """The kernel answers every write of the process with this error while the block runs."""
    with traced(pid, "-e", f"trace={WRITES}", "-e", f"inject={WRITES}:error={error}", "-o", "/dev/null"):
        yield


@contextmanager
def traced(pid: int, *options: str) -> Iterator[None]:
    """strace watches the process and its threads while the block runs."""
    try:
        strace = subprocess.Popen(["strace", "-f", "-p", str(pid), *options], stderr=subprocess.PIPE)
    except FileNotFoundError:
        missing("strace")
    try:
        assert strace.stderr is not None
        if b"attached" not in strace.stderr.readline():
            missing("the right to trace a process")
        _wait_until_traced(pid)
        yield
    finally:
        strace.terminate()
        strace.communicate(timeout=10)


def _wait_until_traced(pid: int) -> None:
    """Every thread has its tracer."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        states = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status")]
        if states and not any("TracerPid:\t0\n" in state for state in states):
            return
        time.sleep(0.02)
    raise AssertionError("strace did not attach")
