"""Starts importers in an instant: a process that has imported everything forks one for each job.

Its own start takes as long as an import of a small file; it is begun with the first job. An importer is a process of
its own all the same: it goes on when the service ends, and its end takes nobody with it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import NoReturn

from geo_service.workers.jobs import Job


class Starter:
    """Hands jobs to the process that forks; safe in many threads."""

    def __init__(self, store_url: str):
        self._environment = {**os.environ, "GEO_SERVICE_STORE": store_url}
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()

    def start(self, job: Job) -> None:
        """Begin the import of a job whose files are there; its process has written its number when this returns."""
        with self._lock:
            try:
                self._hand_over(job)
            except (BrokenPipeError, EOFError):  # somebody has ended it meanwhile
                self._process = None
                self._hand_over(job)

    def close(self) -> None:
        """End the process that forks, not its importers."""
        with self._lock:
            if self._process:
                self._process.communicate()
                self._process = None

    def _hand_over(self, job: Job) -> None:
        process = self._process = self._process or self._begun()
        assert process.stdin  # noqa: S101 (it is a pipe)
        assert process.stdout  # noqa: S101 (it is a pipe)
        process.stdin.write(f"{job.folder}\n")
        process.stdin.flush()
        if not process.stdout.readline():
            raise EOFError

    def _begun(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "geo_service.workers.importer"]
        return subprocess.Popen(  # noqa: S603 (our own module)
            command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )


def fork_for_each(work: Callable[[Path], None]) -> None:
    """In the process that forks: for each folder that is named on the standard input, a child that does the work."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a child: it tells in its folder what became of it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        job = Job(Path(line.rstrip("\n")))
        pid = os.fork()
        if not pid:
            _become(job, work)
        job.write_pid(pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _become(job: Job, work: Callable[[Path], None]) -> NoReturn:
    """Be the importer, in the child."""
    status = 1
    try:
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        log = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        work(job.folder)
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
