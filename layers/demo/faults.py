"""Two faults of the seam in the demo town's grids, so that there is something to find: a gap and an overlap."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import shapely
from shapely.geometry import LineString, MultiLineString, Polygon
from shapely.ops import linemerge, substring

from layers.demo.areas import Area
from layers.demo.ground import GRID_M

BORDER_M = 160.0  # at least so long is the border that is drawn wrongly
WRONG_M = 60.0  # so much of it, in its middle
DEEP_M = 9.0


def with_faults(areas: Sequence[Area]) -> list[Area]:
    """The areas; one grid stays away from its neighbour for a stretch, one of another village reaches over its own.

    The larger areas round them stay as they are.
    """
    wrong: dict[str, Polygon] = {}
    villages: set[str] = set()
    for mine, other, border in _borders([area for area in areas if area.level == "grid"]):
        if mine.parent in villages:
            continue
        strip = _strip(border)
        shape = mine.polygon.difference(strip) if not wrong else mine.polygon.union(strip.intersection(other.polygon))
        shape = shapely.set_precision(shape, GRID_M)
        if isinstance(shape, Polygon) and not shape.interiors:
            wrong[mine.code] = shape
            villages.add(mine.parent)
        if len(wrong) == 2:
            break
    return [replace(area, polygon=wrong.get(area.code, area.polygon)) for area in areas]


def _borders(grids: Sequence[Area]) -> Iterator[tuple[Area, Area, LineString]]:
    """Neighbours of one village with the longest stretch of their common border, where that is long enough."""
    for mine, other in combinations(grids, 2):
        if mine.parent == other.parent and mine.polygon.intersects(other.polygon):
            border = _longest(mine.polygon.boundary.intersection(other.polygon.boundary))
            if border.length >= BORDER_M:
                yield mine, other, border


def _longest(lines: MultiLineString | LineString) -> LineString:
    parts = [part for part in shapely.get_parts(lines) if isinstance(part, LineString)]
    merged = shapely.get_parts(linemerge(parts)) if len(parts) > 1 else parts
    return max(merged, key=lambda part: float(part.length), default=LineString())


def _strip(border: LineString) -> Polygon:
    """A strip on both sides of the middle of a border."""
    start = (border.length - WRONG_M) / 2
    strip: Polygon = substring(border, start, start + WRONG_M).buffer(DEEP_M, cap_style="flat", join_style="mitre")
    return strip
