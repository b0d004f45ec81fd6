"""Closed and new cases for the rules on rebounds: hand-made, drawn by chance, and real ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely

from benchmarks.chicago import chicago_cases
from layers.rules.rebound import DAY_S, Cases

CHICAGO = Path(__file__).parent / "data" / "chicago_5000.parquet"
Row = tuple[str, float, float, float, float | None]  # category, x, y, day of finding, day of the verified closing


def cases(rows: Sequence[Row], **changed: object) -> Cases:
    """Cases from (category, x, y, found, verified) with keys 1, 2, 3 …; `changed` replaces whole columns."""
    category, x, y, found, verified = zip(*rows, strict=True)
    ended = np.array([np.nan if day is None else day for day in verified], dtype=float) * DAY_S
    columns: dict[str, object] = {
        "id": np.arange(1, len(rows) + 1), "category": objects(category),
        "geometry": shapely.points(np.array(x, float), np.array(y, float)),
        "found_at": np.array(found, float) * DAY_S, "closed_at": ended, "verified_at": ended,
        "duplicate": np.zeros(len(rows), dtype=bool), **changed,
    }  # fmt: skip
    return Cases(**columns)  # type: ignore[arg-type]


def objects(values: Sequence[object]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def chicago() -> Cases:
    """5,000 real reports."""
    return chicago_cases(CHICAGO)
