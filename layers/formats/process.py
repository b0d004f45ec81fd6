"""Starting the worker process, listening to it, and ending it when it takes too long."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from layers.errors import BadFile
from layers.formats.gdal import SKIP_OTHERS
from layers.formats.table import Limits
from layers.words import Message, msg

Progress = Callable[[str, int, int], None]
_log = logging.getLogger(__name__)
_DONE, _REFUSED = 0, 3
# Nothing may be fetched; an uploaded database may not call functions from its schema; one thread is enough.
_ENVIRONMENT = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "PROJ_NETWORK": "OFF",
    "OGR_SQLITE_PRAGMA": "trusted_schema=0",
    "SHAPE_RESTORE_SHX": "YES",
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "PYTHONUTF8": "1",
}


def run(
    task: str, request: Mapping[str, object], folder: Path, limits: Limits, progress: Progress | None = None
) -> Any:
    """What the worker answers to the request; raises BadFile with its reason where it refuses or dies."""
    request_path = folder / "request.json"
    request_path.write_text(json.dumps({**request, "task": task, "limits": asdict(limits)}))
    with (folder / "stderr.txt").open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-P", "-m", "layers.formats.worker", str(request_path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(),
            text=True,
            encoding="utf-8",
        )
    answer = _listen(process, limits.wall_s, progress)
    if process.returncode == _DONE and "result" in answer:
        return answer["result"]
    if process.returncode == _REFUSED and "error" in answer:
        raise BadFile(Message.from_json(answer["error"]), field=answer["field"])
    _log.warning("worker ended with %s: %s", process.returncode, _tail(folder / "stderr.txt"))
    raise BadFile(_why_it_died(process.returncode, folder / "stderr.txt"), field="file")


def _listen(process: subprocess.Popen[str], wall_s: float, progress: Progress | None) -> dict[str, Any]:
    """The last line that was no progress; the process has ended when this returns."""
    answer: dict[str, Any] = {}
    timer = threading.Timer(wall_s, process.kill)
    timer.start()
    with process:
        try:
            for said in map(_said, process.stdout or ()):
                if "progress" not in said:
                    answer = said or answer
                elif progress:
                    progress(*said["progress"])
        except BaseException:  # whatever stops us stops the worker too
            process.kill()
            raise
        finally:
            timer.cancel()
    return answer


def _said(line: str) -> dict[str, Any]:
    """A line of the worker; nothing where a library has written something of its own."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    ours = str(Path(__file__).parents[2])
    return inherited | _ENVIRONMENT | SKIP_OTHERS | {"PYTHONPATH": os.pathsep.join([ours, *filter(None, sys.path)])}


def _why_it_died(returncode: int, errors: Path) -> Message:
    if returncode == -signal.SIGXCPU or returncode == -signal.SIGKILL:
        return msg("Reading the file took longer than is allowed.")
    if returncode == -signal.SIGABRT or "MemoryError" in _tail(errors):
        return msg("The file needs more memory than is allowed.")
    return msg("The file is damaged: its reader failed.")


def _tail(path: Path) -> str:
    return path.read_bytes()[-2000:].decode(errors="replace")
