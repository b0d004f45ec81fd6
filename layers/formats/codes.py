"""The code of every row: the file's own where it has one, else made from the row number."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.formats.table import SourceTable
from layers.formats.values import as_text
from layers.model import RowNote
from layers.words import msg

PREFIXES = {
    "areas": "AR", "road_segments": "RS", "parcels": "PA", "stations": "ST", "station_buffers": "SB",
    "dust_sources": "DS", "problems": "PR", "measures": "MS", "patrols": "PT",
    "frontages": "FR", "dust_samples": "DU",
}  # fmt: skip
_LONGEST = 120
_GOOD_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Codes:
    """A code for each row kept, and the rows whose code had to be changed or made."""

    codes: list[str]
    changed: tuple[RowNote, ...]


def choose_code(source: SourceTable, candidates: list[str]) -> str | None:
    """The first candidate that is a code: at least nine in ten rows filled, and nine in ten different."""
    return next((name for name in candidates if _is_code(source.columns.column(name))), None)


def codes_from(column: Any, layer: str, rows: NDArray[np.int64]) -> Codes:
    """The texts of the column; empty ones are made, the second of a kind gets -2, and so on."""
    texts = as_text(column).to_pylist()
    taken = Counter(text for text in texts if text)
    codes: dict[str, None] = {}
    turns: Counter[str] = Counter()
    changed = []
    for row, text in zip(rows.tolist(), texts, strict=True):
        wanted = code = (text or made_code(layer, row))[:_LONGEST]
        while code in codes or (code != text and code in taken):
            turns[wanted] += 1
            code = f"{wanted}-{turns[wanted] + 1}"
        codes[code] = None
        if code != text:
            changed.append(_note(row, text, code))
    return Codes(list(codes), tuple(changed))


def made_code(layer: str, row: int) -> str:
    """The code of a row whose file gives none.

    >>> made_code("road_segments", 1)
    'RS000001'
    """
    return f"{PREFIXES.get(layer, layer[:2].upper())}{row:06d}"


def _note(row: int, text: str | None, code: str) -> RowNote:
    if not text:
        return RowNote(row, msg("The row has no code; “{code}” was made.", code=code), "code")
    return RowNote(row, msg("The code “{text}” occurs before; it became “{code}”.", text=text, code=code), "code")


def _is_code(column: Any) -> bool:
    texts = as_text(column)
    filled = len(texts) - int(texts.null_count)
    if not len(texts):
        return False
    different = int(pc.count_distinct(texts).as_py())
    return filled >= _GOOD_SHARE * len(texts) and different >= _GOOD_SHARE * filled
