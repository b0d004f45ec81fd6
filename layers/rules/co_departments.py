"""Departments that help with a case (协办部门) beside the one that leads it, and what they have answered.

A row is {"name", "answered_at": moment as text, or None}. Plain JSON, so that the case and its events keep the same.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from layers.errors import BadInput
from layers.words import msg

Row = dict[str, Any]
MOST = 8
_LONGEST_NAME = 80


def rows_for(names: Sequence[str], lead: str) -> list[Row]:
    """The rows of a new case: every department that is not the lead itself.

    >>> rows_for(("生态环境所", "城管大队"), "城管大队")
    [{'name': '生态环境所', 'answered_at': None}]
    """
    return [{"name": name, "answered_at": None} for name in names if name != lead]


def renewed(rows: object, wanted: Sequence[str], lead: str) -> list[Row]:
    """The rows after a change of the category: those that have answered stay, and those of the new one come.

    >>> renewed([{"name": "a", "answered_at": "2021"}, {"name": "b", "answered_at": None}], ("c", "a"), "d")
    [{'name': 'a', 'answered_at': '2021'}, {'name': 'c', 'answered_at': None}]
    """
    kept = [row for row in _list(rows) if row["answered_at"] and row["name"] != lead]
    return kept + [row for row in rows_for(wanted, lead) if row["name"] not in names(kept)]


def names(rows: object) -> tuple[str, ...]:
    """The departments of a case; `rows` None = none."""
    return tuple(str(row["name"]) for row in _list(rows))


def unanswered(rows: object) -> tuple[str, ...]:
    """Those that have not answered yet."""
    return tuple(str(row["name"]) for row in _list(rows) if not row["answered_at"])


def added(rows: object, name: str, lead: str) -> list[Row]:
    """With one more department; BadInput where it is there already or leads the case."""
    if name == lead or name in names(rows):
        raise BadInput(msg("“{department}” has the case already.", department=name[:80]), field="department")
    if len(names(rows)) >= MOST or len(name) > _LONGEST_NAME:
        raise BadInput(msg("A case has at most {most} co-departments.", most=MOST), field="department")
    return [*_list(rows), *rows_for((name,), lead)]


def removed(rows: object, name: str) -> list[Row]:
    """Without that department; BadInput where it is none of them."""
    _check_known(rows, name)
    return [row for row in _list(rows) if row["name"] != name]


def answered(rows: object, name: str, at: datetime) -> list[Row]:
    """With the answer of that department; BadInput where it is none of them.

    >>> answered(rows_for(("a",), ""), "a", datetime(2021, 11, 22, 1, tzinfo=UTC))
    [{'name': 'a', 'answered_at': '2021-11-22T01:00:00+00:00'}]
    """
    _check_known(rows, name)
    said = at.astimezone(UTC).isoformat()
    return [{**row, "answered_at": said} if row["name"] == name else row for row in _list(rows)]


def _list(rows: object) -> list[Row]:
    return list(rows) if isinstance(rows, list | tuple) else []


def _check_known(rows: object, name: str) -> None:
    if name not in names(rows):
        raise BadInput(
            msg("“{department}” is no co-department of this case.", department=name[:80]), field="department"
        )
