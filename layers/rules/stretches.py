"""Roads by chainage (桩号): which stretch has nobody, which has two, where the chainage jumps.

Interval algebra on [from, to) metres, one sort per road. A line that carries two directions apart is two roads here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

STRETCH_KINDS = ("unassigned_stretch", "double_stretch", "chainage_gap")
SMALLEST_M = 1.0
_DIGITS = 3  # millimetres


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A road segment as its chainage [from_m, to_m) and the people who answer for it on the day."""

    road: str
    code: str
    from_m: float
    to_m: float
    chiefs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch [from_m, to_m) of a road that the same segments and chiefs hold.

    Of a `chainage_gap` the codes are those of the segments that end and begin there.
    """

    kind: str  # one of STRETCH_KINDS, or "held": one segment, one chief
    road: str
    from_m: float
    to_m: float
    codes: tuple[str, ...]
    chiefs: tuple[str, ...]

    @property
    def length_m(self) -> float:
        """Its length by chainage."""
        return self.to_m - self.from_m


def stretches(pieces: Sequence[Piece]) -> list[Stretch]:
    """Every road from its first to its last metre, cut where anything changes; one sort per road.

    >>> a = Piece(road="X", code="a", from_m=0, to_m=100, chiefs=("R1",))
    >>> b = Piece(road="X", code="b", from_m=80, to_m=150)
    >>> [(s.kind, s.from_m, s.to_m) for s in stretches([a, b])]
    [('held', 0, 80), ('double_stretch', 80, 100), ('unassigned_stretch', 100, 150)]
    """
    roads: dict[str, list[Piece]] = {}
    for piece in pieces:
        roads.setdefault(piece.road, []).append(piece)
    return [stretch for road in roads.values() for stretch in _of_road(road)]


def stretch_faults(pieces: Sequence[Piece], *, smallest_m: float = SMALLEST_M) -> list[Stretch]:
    """The stretches that nobody or more than one holds, longer than `smallest_m` (shorter is rounding)."""
    return [s for s in stretches(pieces) if s.kind in STRETCH_KINDS and s.length_m > smallest_m]


def _of_road(pieces: Sequence[Piece]) -> list[Stretch]:
    begins: dict[float, list[Piece]] = {}
    ends: dict[float, list[Piece]] = {}
    for piece in pieces:
        low, high = sorted((round(piece.from_m, _DIGITS), round(piece.to_m, _DIGITS)))
        if low < high:
            begins.setdefault(low, []).append(piece)
            ends.setdefault(high, []).append(piece)
    active: dict[str, Piece] = {}
    found: list[Stretch] = []
    for here, there in pairwise(sorted({*begins, *ends})):
        for piece in ends.get(here, ()):
            del active[piece.code]
        active |= {piece.code: piece for piece in begins.get(here, ())}
        found.append(_held(here, there, [*active.values()]) if active else _gap(here, there, ends[here], begins[there]))
    return found


def _held(from_m: float, to_m: float, pieces: Sequence[Piece]) -> Stretch:
    chiefs = tuple(sorted({chief for piece in pieces for chief in piece.chiefs}))
    codes = tuple(piece.code for piece in pieces)
    kind = _kind(len(codes), len(chiefs))
    return Stretch(kind=kind, road=pieces[0].road, from_m=from_m, to_m=to_m, codes=codes, chiefs=chiefs)


def _gap(from_m: float, to_m: float, before: Sequence[Piece], after: Sequence[Piece]) -> Stretch:
    codes = (before[0].code, after[0].code)
    return Stretch(kind="chainage_gap", road=before[0].road, from_m=from_m, to_m=to_m, codes=codes, chiefs=())


def _kind(segments: int, chiefs: int) -> str:
    if segments > 1 or chiefs > 1:
        return "double_stretch"
    return "held" if chiefs else "unassigned_stretch"


def part_of_line(line: BaseGeometry, start: float, end: float) -> BaseGeometry:
    """What of a line lies between two shares (0..1) of its length; parts of a multi-line follow one another.

    >>> part_of_line(shapely.LineString([(0, 0), (10, 0)]), 0.2, 0.5)
    <LINESTRING (2 0, 5 0)>
    """
    parts = shapely.get_parts(shapely.line_merge(line, directed=True))
    length = shapely.length(parts)
    begin = np.cumsum(length) - length
    low, high = start * length.sum(), end * length.sum()
    kept = [
        substring(part, max(low - first, 0.0), min(high - first, size))
        for part, first, size in zip(parts, begin, length, strict=True)
        if low < first + size and high > first
    ]
    return kept[0] if len(kept) == 1 else shapely.multilinestrings(kept)


def bridge(before: BaseGeometry, after: BaseGeometry) -> BaseGeometry:
    """The straight line from where one segment ends to where the next begins; a point where they meet."""
    last = shapely.get_coordinates(before)[-1]
    first = shapely.get_coordinates(after)[0]
    return shapely.Point(last) if (last == first).all() else shapely.LineString([last, first])
