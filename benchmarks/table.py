"""One Markdown table of what was measured, headed by where and when."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from layers.store.driver import DRIVER

_NAMED = ("numpy", "shapely", "pyarrow", "pyogrio", "numba", "sqlalchemy", "fastapi", "uvicorn")
_TITLES = ("measured", "of", "result")


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, of how much, what came out, and the processor time that it took."""

    measured: str
    of: str
    result: str
    cpu: str = ""


def heading(title: str) -> str:
    """The title with the machine, the versions and the day, so that figures can be compared later."""
    load = os.getloadavg()[0]
    where = f"{os.cpu_count()} cores ({platform.machine()}), load {load:.1f}, Python {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in _NAMED)
    return f"### {title}\n\n{datetime.now(UTC):%Y-%m-%d}, {where}, SQLite {DRIVER.sqlite_version}, {versions}.\n"


def table(rows: Sequence[Row], *, last: str = "CPU") -> str:
    """The rows as Markdown; `last` heads the last column."""
    return markdown((*_TITLES, last), [(row.measured, row.of, row.result, row.cpu) for row in rows])


def markdown(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (titles, ("---",) * len(titles), *rows))
