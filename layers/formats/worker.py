"""The process that opens foreign files: `python -P -m layers.formats.worker REQUEST.json`.

It limits itself before it opens anything. Every line of its output is one JSON object:
{"progress": [phase, done, total]}, then {"result": …} or {"error": message, "field": name}.
"""

import json
import os
import resource
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any, NoReturn

from layers.errors import LayersError
from layers.formats.table import Limits
from layers.words import msg

_OPEN_FILES = 256
_NOT_NEEDED = frozenset({"pandas", "geopandas"})  # pyarrow and pyogrio load them where they are installed


class _Without(MetaPathFinder):
    """Finds no module that is not needed: to load these takes longer than to read a small file."""

    def find_spec(self, name: str, *_: object) -> None:
        """Nothing, or an ImportError."""
        if name in _NOT_NEEDED:
            raise ModuleNotFoundError(name)


def main(request_path: Path) -> int:
    """Do what the request says; 0 = done, 3 = refused with a reason."""
    sys.meta_path.insert(0, _Without())
    request = json.loads(request_path.read_text())
    limits = Limits(**request["limits"])
    _limit_self(limits)
    try:
        _say({"result": _TASKS[request["task"]](request, limits)})
    except LayersError as error:
        _say({"error": error.message.to_json(), "field": error.field})
        return 3
    except MemoryError:
        _say({"error": msg("The file needs more memory than is allowed.").to_json(), "field": "file"})
        return 3
    return 0


def _limit_self(limits: Limits) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _read(request: Mapping[str, Any], limits: Limits) -> object:
    from layers.formats.source import Order, read_source

    order = Order(
        paths=tuple(map(Path, request["paths"])),
        folder=Path(request["folder"]),
        limits=limits,
        layer=request["layer"],
        encoding=request["encoding"],
        mapping=request["mapping"],
        placed=request["placed"],
    )
    return read_source(order, _progress)


def _write(request: Mapping[str, Any], _limits: Limits) -> object:
    from layers.formats.gdal import restrict_drivers, write_gdal

    restrict_drivers()
    write_gdal(request)
    return {}


def _progress(phase: str, done: int, total: int) -> None:
    _say({"progress": [phase, done, total]})


def _say(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


_TASKS: Mapping[str, Callable[[Mapping[str, Any], Limits], object]] = {"read": _read, "write": _write}


def run_and_leave(request_path: Path) -> NoReturn:
    """Do what the request says and end at once, without what libraries do at the end.

    Arrow ends its threads there, and now and then aborts the process over it: an answer that is said would be lost.
    """
    status = 1
    try:
        status = main(request_path)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    run_and_leave(Path(sys.argv[1]))
