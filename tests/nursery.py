"""Commands of the service as processes of their own that begin with everything imported.

Half of what a short process costs is its imports. A nursery, one for each test worker, imports the service once and
forks a child for each command: the same code with its own files, sockets, signals and end. What a fresh start itself
does is tested by tests that start `python -m geo_service`.
"""

import atexit
import gc
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

_LOOK_S = 0.01


class Child:
    """A process of the nursery; what tests need of `subprocess.Popen`."""

    def __init__(self, nursery: "Nursery", pid: int):
        self.pid = pid
        self.returncode: int | None = None
        self._nursery = nursery

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = self._nursery.status_of(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, once there is one."""
        until = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("geo-service", timeout or 0)
            time.sleep(_LOOK_S)
        return status

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that forks, and the line to it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.nursery"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT)
        atexit.register(self.close)

    def begin(
        self, arguments: Sequence[str], environment: Mapping[str, str], out: Path, errors: Path,
        typed: Path = Path(os.devnull),
    ) -> Child:  # fmt: skip
        """Start a command; what it says is added to the two files, which may be the same one; it reads `typed`."""
        asked = {"arguments": list(arguments), "environment": dict(environment), "out": str(out), "errors": str(errors),
                 "in": str(typed), "folder": str(Path.cwd())}  # fmt: skip
        return Child(self, int(self._ask(asked)["pid"]))

    def status_of(self, pid: int) -> int | None:
        """The exit status of a child that has ended; it is told once."""
        status = self._ask({"status_of": pid})["status"]
        return None if status is None else int(status)

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


_ROOT = Path(__file__).parents[1]
nursery = lru_cache(maxsize=1)(Nursery)


def run(arguments: Sequence[str], environment: Mapping[str, str], given: str = "") -> subprocess.CompletedProcess[str]:
    """A command to its end, with what it said; `given` is what it reads."""
    with tempfile.TemporaryDirectory(prefix="said-") as folder:
        out, errors, typed = (Path(folder, name) for name in ("out", "errors", "in"))
        typed.write_text(given)
        status = nursery().begin(arguments, environment, out, errors, typed).wait()
        return subprocess.CompletedProcess(list(arguments), status, out.read_text(), errors.read_text())


# ---------------------------------------------------------------- the process itself


def main() -> None:
    """Import the service, then fork for each line that comes in."""
    import pandas  # noqa: F401 (pyarrow loads it with its first array, where it is installed)

    import geo_service.app
    import geo_service.cli  # noqa: F401
    from maps.tiles import warm_up

    warm_up()
    gc.collect()
    gc.freeze()  # what all share is not looked through by each
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        answer = {"status": _status(asked["status_of"])} if "status_of" in asked else {"pid": _forked(asked)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _status(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _forked(asked: Mapping[str, Any]) -> int:
    pid = os.fork()
    if not pid:
        _become(asked)
    return pid


def _become(asked: Mapping[str, Any]) -> NoReturn:
    """Be the command, in the child."""
    status = 1
    try:
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        os.dup2(os.open(asked["in"], os.O_RDONLY), 0)
        for number, path in ((1, asked["out"]), (2, asked["errors"])):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666), number)
        sys.argv = ["geo_service", *asked["arguments"]]
        runpy.run_module("geo_service", run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
