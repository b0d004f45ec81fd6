"""What a JSON text may hold, looked at before and after it is parsed."""

import re
from collections.abc import Iterable

MOST_LEVELS = 100
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.S)
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_ALL_ELSE = bytes(set(range(256)) - set(b"[]{}"))
_NUL = b"\\u0000"


def is_too_deep(data: bytes, levels: int = MOST_LEVELS) -> bool:
    """Whether the brackets of a JSON text nest deeper than that; nothing is parsed, no stack is used.

    >>> is_too_deep(b'{"a": [1, {"b": "]]][[["}]}', 3), is_too_deep(b'{"a": [1, {"b": 2}]}', 2)
    (False, True)
    """
    if data.count(b"[") + data.count(b"{") <= levels:
        return False
    brackets = _STRING.sub(b"", data).translate(_BRACKETS, _ALL_ELSE)
    for _ in range(levels):  # each round takes away the innermost level
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def field_with_nul(data: bytes, value: object) -> str | None:
    """The dotted name of the first field whose text holds a NUL, which no store takes; None where none does.

    >>> field_with_nul(b'{"a": {"b": ["x\\\\u0000"]}}', {"a": {"b": ["x\\0"]}})
    'a.b.0'
    """
    return _first(value, "") if _NUL in data else None


def _first(value: object, path: str) -> str | None:
    if isinstance(value, str):
        return path if "\0" in value else None
    inside = _inside(value)
    found = (path if "\0" in name else _first(item, f"{path}.{name}".strip(".")) for name, item in inside)
    return next((name for name in found if name is not None), None)


def _inside(value: object) -> Iterable[tuple[str, object]]:
    if isinstance(value, dict):
        return value.items()
    return ((str(number), item) for number, item in enumerate(value)) if isinstance(value, list) else ()
