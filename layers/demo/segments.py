"""The streets cut into segments with chainage, each with a class and a visible corridor (metres)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from shapely.geometry import LineString, Polygon
from shapely.ops import substring

from layers.demo.streets import Street

LONGEST_M = 600.0
SHORTEST_STREET_M = 150.0
# Class and corridor by OpenStreetMap kind; the two expressways stand in for national and provincial roads.
CLASS_OF_KIND = {
    "trunk": ("urban", 45.0),
    "primary": ("urban", 40.0),
    "secondary": ("urban", 35.0),
    "tertiary": ("urban", 30.0),
    "unclassified": ("urban", 30.0),
}
STREET_CLASS = ("street", 20.0)
CLASS_OF_NAME = {
    "深南大道": ("national", 50.0),
    "滨河大道": ("provincial", 50.0),
    "滨海大道": ("provincial", 50.0),
}


@dataclass(frozen=True)
class Segment:
    """One segment: line in metres from chainage `from_m` to `to_m` of its road."""

    code: str
    name: str
    road_name: str
    road_class: str
    from_m: float
    to_m: float
    corridor_m: float
    line: LineString


def cut_segments(streets: Sequence[Street], outline: Polygon) -> list[Segment]:
    """The segments of all streets of 150 m and more, road by road, chainage rising.

    Parts of one road that do not meet follow one another in chainage.
    """
    parts: dict[str, list[Street]] = defaultdict(list)
    for street in streets:
        if street.line.length >= SHORTEST_STREET_M and outline.covers(street.line):
            parts[street.name].append(street)
    return [segment for number, road in enumerate(parts.values(), start=1) for segment in _road(number, road)]


def _road(number: int, parts: Sequence[Street]) -> Iterator[Segment]:
    road_class, corridor_m = CLASS_OF_NAME.get(parts[0].name, CLASS_OF_KIND.get(parts[0].kind, STREET_CLASS))
    from_m, count = 0.0, 0
    for line in _in_order([part.line for part in parts]):
        for piece in _pieces(line):
            to_m, count = round(from_m + piece.length, 1), count + 1
            yield Segment(
                code=f"FT-{number:03d}-{count:02d}",
                name=f"{parts[0].name} {chainage(from_m)}–{chainage(to_m)}",
                road_name=parts[0].name,
                road_class=road_class,
                from_m=from_m,
                to_m=to_m,
                corridor_m=corridor_m,
                line=piece,
            )
            from_m = to_m


def _in_order(lines: Sequence[LineString]) -> list[LineString]:
    """Each line from its western end (southern, if it runs north), the lines likewise."""
    ends = np.array([[line.coords[0], line.coords[-1]] for line in lines]).reshape(-1, 2)
    axis = int(np.argmin(np.ptp(ends, axis=0) < np.ptp(ends, axis=0).max()))
    drawn = [line if line.coords[0][axis] <= line.coords[-1][axis] else line.reverse() for line in lines]
    return sorted(drawn, key=lambda line: line.coords[0][axis])


def _pieces(line: LineString) -> list[LineString]:
    """Equal pieces of at most 600 m, cut at whole ten metres."""
    count = int(np.ceil(line.length / LONGEST_M))
    cuts = [round(line.length * i / count, -1) for i in range(count)] + [line.length]
    return [substring(line, a, b) for a, b in pairwise(cuts)]


def chainage(metres: float) -> str:
    """The chainage as it stands on kilometre posts.

    >>> chainage(0), chainage(1480.4)
    ('K0+000', 'K1+480')
    """
    whole = round(metres)
    return f"K{whole // 1000}+{whole % 1000:03d}"
