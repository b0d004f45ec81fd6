"""CSV and Excel: rows of cells become columns with types; no cell is lost, no leading zero either."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import count, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from python_calamine import CalamineError, CalamineWorkbook

from layers.errors import BadFile
from layers.formats.coordinates import named_columns
from layers.formats.encoding import decode
from layers.formats.files import several_layers
from layers.model import RowNote
from layers.words import msg

Cells = Sequence[object]
_DELIMITERS = ",\t;|"
_HEADER_WITHIN = 20  # rows: a register often has its title above the header
_LONGEST_CELL = 50_000_000
_LONGEST_NAME = 100
_MOST_FIELDS = 2_000
_INTEGER = r"^-?(0|[1-9]\d{0,14})$"
_GUARD = r"^'([=+\-@\t\r])"
_REAL = r"^-?(0|[1-9]\d{0,14})(\.\d{1,17})?$"


def read_csv(path: Path, encoding: str | None, mapping: Mapping[str, str]) -> tuple[Any, tuple[RowNote, ...], str]:
    """The table of a CSV file, its ragged rows, and its encoding."""
    text, used = decode(path.read_bytes(), encoding)
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = _delimiter(text)
    even = _even_csv(text, delimiter, mapping)
    if even is not None:
        return even, (), used
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise BadFile(msg("The CSV file is damaged: {reason}.", reason=str(error)), field="file") from error
    table, ragged = _table(rows, mapping)
    return table, ragged, used


def read_excel(path: Path, sheet: str | None, mapping: Mapping[str, str]) -> tuple[Any, tuple[RowNote, ...]]:
    """The table of the only filled sheet, or of the one named."""
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
        filled = {name: rows for name in book.sheet_names if (rows := book.get_sheet_by_name(name).to_python())}
    except CalamineError as error:
        raise BadFile(msg("The Excel file cannot be read: {reason}.", reason=str(error)), field="file") from error
    if sheet in filled:
        return _table(filled[sheet], mapping)
    if len(filled) != 1:
        raise several_layers(filled) if filled else BadFile(msg("The file holds no rows."), field="file")
    return _table(next(iter(filled.values())), mapping)


def unique_names(names: Iterable[str]) -> list[str]:
    """The names, the second of a kind with _2 behind, an empty one as its column's number.

    >>> unique_names(["a", "", "a"])
    ['a', 'column2', 'a_2']
    """
    unique: dict[str, None] = {}
    for number, name in enumerate(names, start=1):
        base = " ".join(name.split())[:_LONGEST_NAME] or f"column{number}"
        tries = (base if turn == 1 else f"{base}_{turn}" for turn in count(1))
        unique[next(free for free in tries if free not in unique)] = None
    return list(unique)


def _delimiter(text: str) -> str:
    head = re.sub(r'"[^"]*"', "", "".join(islice(io.StringIO(text), 5)))
    return max(_DELIMITERS, key=head.count)


def _even_csv(text: str, delimiter: str, mapping: Mapping[str, str]) -> Any:
    """The table of a CSV whose rows all have as many cells as the first, by Arrow's fast reader; else None."""
    head = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    kinds = {f"f{number}": pa.string() for number in range(len(head))}
    try:
        grid = pa.csv.read_csv(
            pa.py_buffer(text.encode()),
            pa.csv.ReadOptions(autogenerate_column_names=True, block_size=1 << 24),
            pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pa.csv.ConvertOptions(column_types=kinds, strings_can_be_null=True, null_values=[""]),
        )
    except pa.ArrowInvalid:
        return None
    first = list(zip(*(column.to_pylist() for column in grid.slice(0, _HEADER_WITHIN).columns), strict=True))
    if not first or not _names_all(first[0]) or _header_row(first, mapping) != 0:
        return None
    data = grid.slice(1)
    filled = reduce(pc.or_, (pc.is_valid(column) for column in data.columns))
    columns = [_typed(column) for column in data.filter(filled).columns]
    return pa.table(columns, names=_header_names(first[0]))


def _header_names(header: Cells) -> list[str]:
    return unique_names(re.sub(_GUARD, r"\1", _text(cell)) for cell in header)


def _names_all(header: Cells) -> bool:
    return len(header) <= _MOST_FIELDS and header[-1] not in ("", None)


def _table(rows: Sequence[Cells], mapping: Mapping[str, str]) -> tuple[Any, tuple[RowNote, ...]]:
    filled = [row for row in rows if any(cell not in ("", None) for cell in row)]
    if not filled:
        raise BadFile(msg("The file holds no rows."), field="file")
    start = _header_row(filled, mapping)
    header = _trimmed(filled[start])
    if len(header) > _MOST_FIELDS:
        raise BadFile(msg("The file has more than {limit} fields.", limit=_MOST_FIELDS), field="file")
    names = _header_names(header)
    data = filled[start + 1 :]
    ragged = tuple(
        RowNote(number, msg("The row has {cells} cells, the header {fields}.", cells=len(row), fields=len(names)))
        for number, row in enumerate(data, start=1)
        if len(row) > len(names) and len(_trimmed(row)) > len(names)
    )
    columns = zip(*(_padded(row, len(names)) for row in data), strict=True) if data else ([] for _ in names)
    return pa.table([_column(cells) for cells in columns], names=names), ragged


def _header_row(rows: Sequence[Cells], mapping: Mapping[str, str]) -> int:
    """The first row that names coordinates (or every mapped field), else the first with two cells or more."""
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        names = [_text(cell) for cell in row]
        if set(mapping) <= set(names) and named_columns(names, mapping):
            return number
    several = (n for n, row in enumerate(rows[:_HEADER_WITHIN]) if sum(cell not in ("", None) for cell in row) > 1)
    return next(several, 0)


def _trimmed(row: Cells) -> Cells:
    end = len(row)
    while end and row[end - 1] in ("", None):
        end -= 1
    return row[:end]


def _padded(row: Cells, width: int) -> Cells:
    return row if len(row) == width else [*row[:width], *[None] * (width - len(row))]


def _column(cells: Cells) -> Any:
    kinds = {type(cell) for cell in cells if cell is not None and cell != ""}
    if kinds == {str}:
        return _typed(pa.array(cells, pa.string()))
    filled = [None if cell == "" else cell for cell in cells]
    if not kinds:
        return pa.nulls(len(filled), pa.string())
    if kinds <= {int, float}:
        numbers = pa.array(filled, pa.float64())
        return pc.cast(numbers, pa.int64()) if _all_whole(numbers) else numbers
    if kinds == {bool} or kinds == {dt.date}:
        return pa.array(filled)
    if kinds <= {dt.date, dt.datetime}:
        return pa.array([cell and _midnight(cell) for cell in filled], pa.timestamp("us"))
    return pa.array([None if cell is None else _text(cell) for cell in filled], pa.string())


def _typed(texts: Any) -> Any:
    """Texts as integers or reals where every filled cell is one, written without leading zeros."""
    texts = pc.replace_substring_regex(texts, _GUARD, r"\1")  # see export_table.for_people
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    for pattern, kind in ((_INTEGER, pa.int64()), (_REAL, pa.float64())):
        if pc.all(pc.match_substring_regex(texts, pattern), min_count=1).as_py():
            return pc.cast(texts, kind)
    return texts


def _all_whole(numbers: Any) -> bool:
    return bool(pc.all(pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), 1e15))).as_py())


def _midnight(cell: object) -> object:
    return cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())  # type: ignore[arg-type]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip() if isinstance(cell, str) else str(cell)
