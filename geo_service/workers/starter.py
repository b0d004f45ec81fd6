"""Starts importers in an instant: a process that has imported everything forks one for each job.

Its own start takes as long as an import of a small file; it is begun with the first job. An importer is a process of
its own all the same: it goes on when the service ends, and its end takes nobody with it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn

from geo_service.workers.jobs import Job

_BEGUN = "begun\n"
_ENDS_WITHIN_S, _LOOK_AGAIN_S = 5.0, 0.2


class Starter:
    """Hands jobs to the process that forks; safe in many threads."""

    def __init__(self, store_url: str):
        self._environment = {**os.environ, "GEO_SERVICE_STORE": store_url}
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()

    def start(self, job: Job, request: Mapping[str, Any]) -> None:
        """Begin the import of a job whose files are there; its process runs when this returns.

        Where none can be begun the job has failed.
        """
        job.ask(request)
        with self._lock:
            for _ in range(2):  # somebody may have ended the process that forks
                if self._hands_over(job):
                    return
                self._end()
                time.sleep(_LOOK_AGAIN_S)
                if job.is_begun():
                    return
        job.fail()

    def close(self) -> None:
        """End the process that forks, not its importers."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            try:
                process.communicate(timeout=_ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()

    def _hands_over(self, job: Job) -> bool:
        process = self._process = self._process or self._begun()
        assert process.stdin  # noqa: S101 (it is a pipe)
        assert process.stdout  # noqa: S101 (it is a pipe)
        try:
            process.stdin.write(f"{job.folder}\n")
            process.stdin.flush()
            return process.stdout.readline() == _BEGUN
        except BrokenPipeError:
            return False

    def _begun(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "geo_service.workers.importer"]
        return subprocess.Popen(  # noqa: S603 (our own module)
            command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )


def fork_for_each(work: Callable[[Path], None]) -> None:
    """In the process that forks: for each folder that is named on the standard input, a child that does the work."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a child: it tells in its folder what became of it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library may print is no answer
    for line in sys.stdin:
        try:
            pid = os.fork()
        except OSError as error:  # no more processes, or no memory
            sys.stderr.write(f"{error}\n")
            pid = -1
        if not pid:
            answers.close()  # else nobody would hear that the process which forks has ended
            _become(Job(Path(line.rstrip("\n"))), work)
        answers.write(_BEGUN if pid > 0 else "\n")
        answers.flush()


def _become(job: Job, work: Callable[[Path], None]) -> NoReturn:
    """Be the importer, in the child; a terminal that ends the service does not end it."""
    status = 1
    try:
        os.setsid()
        job.write_pid(os.getpid())
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
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
