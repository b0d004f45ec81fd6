"""Import jobs: a folder each, with the uploaded files, what was asked for, and how far it has come.

Any worker of the service can answer for any job, for all is in the folder.
"""

import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from layers.errors import NotFound

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_KEPT_S = 24 * 3600.0
_BEGINS_WITHIN_S = 60.0
_INTERRUPTED = {"state": "failed", "error": {"template": "The import was interrupted.", "values": {}}}
FINAL = ("done", "refused", "failed")


@dataclass(frozen=True, slots=True)
class Job:
    """One job's folder."""

    folder: Path

    @property
    def id(self) -> str:
        """The job's unguessable name."""
        return self.folder.name

    @property
    def files(self) -> Path:
        """Where the uploaded files lie."""
        return self.folder / "files"

    @property
    def owner(self) -> str:
        """The account that began it."""
        return (self.folder / "owner").read_text()

    def request(self) -> dict[str, Any]:
        """What was asked for."""
        request: dict[str, Any] = orjson.loads((self.folder / "request.json").read_bytes())
        return request

    def status(self) -> dict[str, Any]:
        """How far it has come; a process that died without a word has failed."""
        status = self._written()
        if status["state"] == "running" and not self._is_alive():
            status = self._written()  # it may have come to its end meanwhile
            return {**status, **_INTERRUPTED} if status["state"] == "running" else status
        return status

    def fail(self) -> None:
        """Say that it could not be begun."""
        self.write_status({**self._written(), **_INTERRUPTED})

    def is_begun(self) -> bool:
        """Whether a process works, or has worked, on it."""
        return (self.folder / "pid").exists()

    def _written(self) -> dict[str, Any]:
        try:
            status: dict[str, Any] = orjson.loads((self.folder / "status.json").read_bytes())
        except FileNotFoundError:
            return {"state": "running", "phase": "waiting", "done": 0, "total": 0}
        return status

    def write_status(self, status: Mapping[str, Any]) -> None:
        """Replace the status in one step, so that nobody reads half of it."""
        part = self.folder / f"status.{os.getpid()}"
        part.write_bytes(orjson.dumps(status, option=orjson.OPT_SERIALIZE_NUMPY))
        part.replace(self.folder / "status.json")

    @property
    def log(self) -> Path:
        """Where its process says what goes wrong."""
        return self.folder / "log.txt"

    def ask(self, request: Mapping[str, Any]) -> None:
        """Say what is to be done."""
        (self.folder / "pid").unlink(missing_ok=True)
        (self.folder / "request.json").write_bytes(orjson.dumps(request))
        self.write_status({"state": "running", "phase": "waiting", "done": 0, "total": 0})

    def write_pid(self, pid: int) -> None:
        """Say which process works on it."""
        part = self.folder / "pid.part"
        part.write_text(str(pid))
        part.replace(self.folder / "pid")

    def _is_alive(self) -> bool:
        try:
            pid = int((self.folder / "pid").read_text())
        except FileNotFoundError:
            return time.time() - self._asked_at_s() < _BEGINS_WITHIN_S  # it is just being started
        except ValueError:  # torn by a power cut
            return False
        return _is_running(pid)

    def _asked_at_s(self) -> float:
        try:
            return (self.folder / "request.json").stat().st_mtime
        except FileNotFoundError:  # its files are still coming in
            return time.time()


def new_job(work_dir: Path, owner: str) -> Job:
    """An empty job of an account; folders older than a day are removed on the way."""
    work_dir.mkdir(parents=True, exist_ok=True)
    _sweep(work_dir)
    job = Job(work_dir / secrets.token_urlsafe(16))
    job.files.mkdir(parents=True)
    (job.folder / "owner").write_text(owner)
    return job


def find_job(work_dir: Path, id_: str) -> Job:
    """The job of that name, or NotFound."""
    folder = work_dir / id_
    if not _JOB_ID.fullmatch(id_) or not folder.is_dir():
        raise NotFound("import", id_)
    return Job(folder)


def _sweep(work_dir: Path) -> None:
    limit = time.time() - _KEPT_S
    for folder in work_dir.iterdir():
        if folder.is_dir() and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
