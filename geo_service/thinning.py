"""Makes a saved map small enough: of each long list the most important rows are kept, and it is said which."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, takewhile
from typing import Any

from geo_service.words import Words
from layers.schema import ROAD_CLASSES
from layers.words import Message, msg
from maps.element import dumps_for_html

Row = Mapping[str, Any]
Json = dict[str, Any]
_AGES = ("never", "late", "fresh")


@dataclass(frozen=True, slots=True)
class Rule:
    """A list of features that may be thinned: `path` leads to it; the rows with the least `order` stay."""

    path: tuple[str, ...]
    title: Message
    said: Message
    order: Callable[[Row], Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many rows of a list are kept of how many, and which."""

    title: Message
    kept: int
    total: int
    said: Message


def _rank(values: Sequence[str], name: str) -> Callable[[Row], int]:
    return lambda row: values.index(row[name]) if row.get(name) in values else len(values)


_RULES = (
    Rule(("problems",), msg("Problems"), msg("the most urgent"), lambda row: row.get("due_at") or "9"),
    Rule(("ground", "roads"), msg("Roads"), msg("the main ones"), _rank(ROAD_CLASSES, "road_class")),
    Rule(("parcels",), msg("Parcels"), msg("the largest"), lambda row: -(row.get("area_m2") or 0)),
    Rule(("measures",), msg("Measures"), msg("the largest"), lambda row: -(row.get("quantity") or 0)),
    Rule(("coverage",), msg("Patrol coverage"), msg("the longest unseen"), _rank(_AGES, "state")),
    Rule(("zones", "roads"), msg("Road sides"), msg("those with problems first"),
         _rank(("problem", "unknown", "clean"), "state")),
    Rule(("frontages",), msg("Frontages"), msg("in the order of the layer"), lambda row: row["id"]),
    Rule(("dust_samples",), msg("Dust samples"), msg("in the order of the layer"), lambda row: row["id"]),
    Rule(("dust",), msg("Dust sources"), msg("in the order of the layer"), lambda row: row["id"]),
)  # fmt: skip


class _Long:
    """A list that may be thinned, its rows in the order in which they stay."""

    def __init__(self, rule: Rule, found: Mapping[str, Any]):
        self.rule = rule
        self.rows = sorted(found["features"], key=lambda row: rule.order(row["properties"]))
        self.total = int(found.get("total") or len(self.rows))

    @cached_property
    def sizes(self) -> list[int]:
        """The bytes of each row; found only where something must be left out."""
        return [_size(row) for row in self.rows]

    def kept(self, share: float) -> int:
        """How many rows fit into that share of its bytes."""
        if share >= 1:
            return len(self.rows)
        room = share * sum(self.sizes)
        return sum(1 for _ in takewhile(lambda size: size <= room, accumulate(self.sizes)))


def small_enough(
    data: Json, whole: Callable[[Json, list[Kept]], str], limit_bytes: int
) -> tuple[str, list[Kept]]:  # fmt: skip
    """The file that `whole` makes of the data, thinned where it would be larger than the limit, and what is kept."""
    _, kept = thinned(data, math.inf)
    made = whole(data, kept)
    size = len(made.encode())
    if size > limit_bytes:
        data, kept = thinned(data, limit_bytes - (size - _size(data)))
        made = whole(data, kept)
    return made, kept


def said_of(kept: Sequence[Kept], words: Words) -> list[Json]:
    """What is kept, for people: {"title", "kept", "total", "rule"}."""
    return [
        {"title": one.title.in_(words), "kept": one.kept, "total": one.total, "rule": one.said.in_(words)}
        for one in kept
    ]  # fmt: skip


def thinned(data: Json, room_bytes: float) -> tuple[Json, list[Kept]]:
    """The data in at most that many bytes, as far as leaving rows out can do it, and what is kept of each list.

    All lists are cut to the same share of their bytes.
    """
    held = [_Long(rule, found) for rule in _RULES if (found := _list_at(data, rule.path))]
    share = _share(data, held, room_bytes)
    kept = [Kept(one.rule.title, one.kept(share), one.total, one.rule.said) for one in held]
    for one, now in zip(held, kept, strict=True):
        if now.kept < len(one.rows):
            data = _with(data, one.rule.path, one.rows[: now.kept])
    return data, kept


def _share(data: Json, held: Sequence[_Long], room_bytes: float) -> float:
    """For which part of the lists' bytes there is room beside all else."""
    if room_bytes == math.inf:
        return 1.0
    long_bytes = sum(sum(one.sizes) for one in held)
    return (room_bytes - (_size(data) - long_bytes)) / max(long_bytes, 1)


def _list_at(data: Mapping[str, Any], path: Sequence[str]) -> Any:
    found: Any = data
    for name in path:
        found = (found or {}).get(name)
    return found if found and found.get("features") else None


def _with(data: Json, path: Sequence[str], rows: Sequence[Row]) -> Json:
    """The data with another list at the path; the given data are not changed."""
    if not path:
        return {**data, "features": list(rows), "numberReturned": len(rows)}
    return {**data, path[0]: _with(data[path[0]], path[1:], rows)}


def _size(value: object) -> int:
    return len(dumps_for_html(value).encode())
