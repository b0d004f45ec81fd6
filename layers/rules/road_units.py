"""Road units: each side of a road in pieces of 100 m by chainage, and what was seen of them.

The unit n holds the chainages in [100·n, 100·n + 100) of one segment and side, so that a unit keeps its name
whatever is inspected; the first and the last of a segment are as long as the segment lets them be.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from layers.rules.grid import Floats, Ints, Objects
from layers.rules.intervals import Intervals, cut, depth, latest, reached
from layers.rules.road_axis import REACH_M, Roads, Stretches
from layers.rules.seen import Seen
from layers.rules.tracks import NOBODY, Visits, Witnesses

UNIT_M = 100.0
SHORTEST_M = 1e-6


@dataclass(frozen=True, eq=False)
class RoadUnits:
    """Units along roads, segment by segment, left before right, in order: [start, end) in metres of the line."""

    roads: Roads
    segment: Ints
    side: Ints  # 0 left, 1 right
    start: Floats
    end: Floats

    @property
    def length_m(self) -> Floats:
        """Of each unit."""
        return self.end - self.start

    @property
    def area_m2(self) -> Floats:
        """Of the ground of each unit, as if the road were straight."""
        return self.length_m * REACH_M

    @property
    def line(self) -> Ints:
        """The line of the axis on which each unit lies."""
        return self.segment * 2 + self.side

    @cached_property
    def from_m(self) -> Floats:
        """The chainage at which each unit begins."""
        return self.roads.chainage(self.segment, self.start)

    @cached_property
    def to_m(self) -> Floats:
        """The chainage at which each unit ends."""
        return self.roads.chainage(self.segment, self.end)

    @cached_property
    def geometry(self) -> Objects:
        """The piece of the centre line of each unit (metres)."""
        return substrings(self.roads.geometry[self.segment], self.start, self.end)

    @cached_property
    def strip(self) -> Objects:
        """The ground of each unit: 15 m on its side of the centre line."""
        width = np.where(self.side == 0, REACH_M, -REACH_M)
        return np.asarray(shapely.buffer(self.geometry, width, single_sided=True, cap_style="flat"))

    def bounds(self) -> tuple[Floats, Ints]:
        """The cuts of the axis, and of each slot between two of them its unit; −1 between two lines."""
        starts = self.roads.offset[self.line] + self.start
        ends = self.roads.offset[self.line] + self.end
        last = np.r_[self.line[1:] != self.line[:-1], True][: len(self.line)]
        cuts = np.concatenate([starts, ends[last]])
        unit = np.concatenate([np.arange(len(starts)), np.full(last.sum(), -1)])
        order = np.argsort(cuts, kind="stable")
        return cuts[order], unit[order]


def road_units(roads: Roads) -> RoadUnits:
    """The units of both sides of every segment.

    >>> from layers.rules.road_axis import roads as made
    >>> line = np.array([shapely.LineString([(0, 0), (150, 0)])])
    >>> units = road_units(made(line, np.array([60.0]), np.array([210.0])))
    >>> units.side.tolist(), units.from_m.tolist()
    ([0, 0, 0, 1, 1, 1], [60.0, 100.0, 200.0, 60.0, 100.0, 200.0])
    """
    real = np.flatnonzero(roads.length_m > SHORTEST_M)
    line = np.repeat(real, 2) * 2 + np.tile([0, 1], len(real))
    segment = line // 2
    first = np.floor(roads.from_m[segment] / UNIT_M)
    count = np.maximum(np.ceil(roads.to_m[segment] / UNIT_M) - first, 1).astype(int)
    row = np.repeat(np.arange(len(line)), count)
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[row]
    low, high = (np.clip(roads.measure(segment[row], chainage), 0.0, roads.length_m[segment[row]])
                 for chainage in (number * UNIT_M, (number + 1) * UNIT_M))  # fmt: skip
    kept = high - low > SHORTEST_M
    return RoadUnits(roads, segment[row][kept], line[row][kept] % 2, low[kept], high[kept])


def seen_units(
    units: RoadUnits, walked: Stretches, *, since: Floats, min_share: float, trusted: NDArray[np.bool_]
) -> Seen:
    """What was seen of each unit by walks; `since` is the beginning of its valid time, `trusted` marks stretches."""
    needed = min_share * units.length_m
    parts, unit = cut_to_units(units, latest(walked.seen))
    fresh = parts.value >= since[unit]
    share = np.bincount(unit[fresh], parts.length[fresh], len(since)) / units.length_m
    last_at = np.full(len(since), -np.inf)
    np.maximum.at(last_at, unit, parts.value)
    by_others, others = cut_to_units(units, latest(walked.seen.at_index(trusted)))
    return Seen(
        inspected_at=reached(parts, unit, needed, -np.inf),
        share=np.minimum(share, 1.0),
        last_at=last_at,
        passes=_passes(units, walked, since, needed),
        trusted_at=reached(by_others, others, needed, -np.inf),
    )


def cut_to_units(units: RoadUnits, some: Intervals) -> tuple[Intervals, Ints]:
    """Intervals of the axis cut at the units' ends, and the unit of each part."""
    bounds, unit = units.bounds()
    parts, slot = cut(some, bounds)
    kept = unit[slot] >= 0
    return parts.at_index(kept), unit[slot][kept]


def _passes(units: RoadUnits, walked: Stretches, since: Floats, needed: Floats) -> Ints:
    """How many patrols saw enough of each unit in its valid time: the depth that so much of its length has."""
    numbered = Intervals(walked.seen.start, walked.seen.end, np.arange(len(walked.patrol), dtype=float))
    parts, unit = cut_to_units(units, numbered)
    which = parts.value.astype(int)
    kept = walked.seen.value[which] >= since[unit]
    parts, patrol = parts.at_index(kept), walked.patrol[which[kept]]
    once = _once_each(parts, patrol, units)
    over, of = cut_to_units(units, depth(once))
    return np.asarray(reached(over, of, needed, 0.0)).astype(np.int64)


def _once_each(parts: Intervals, patrol: Ints, units: RoadUnits) -> Intervals:
    """The union of each patrol's intervals, so that to and fro is one pass: every patrol gets an axis of its own."""
    if not len(patrol):
        return parts
    _, number = np.unique(patrol, return_inverse=True)
    span = float(units.roads.offset[-1] + units.roads.length_m[-1] + 2.0)
    shift = number * span
    covered = depth(Intervals(parts.start + shift, parts.end + shift, parts.value))
    back = np.floor(covered.start / span) * span
    return Intervals(covered.start - back, covered.end - back, covered.value)


def visited_units(units: RoadUnits, visits: Visits, as_of: float) -> tuple[Ints, Ints]:
    """Pairs of a unit and a visit that was signed on its ground by then."""
    past = np.flatnonzero(visits.at <= as_of)
    if not len(past) or not len(units.segment):
        return np.empty(0, int), np.empty(0, int)
    spots = shapely.points(visits.x[past], visits.y[past])
    visit, unit = shapely.STRtree(units.strip).query(spots, predicate="intersects")
    return unit, past[visit]


def trusted_stretches(units: RoadUnits, walked: Stretches, people: Witnesses | None) -> NDArray[np.bool_]:
    """Which stretches a named person walked who answers for no unit of that segment."""
    if people is None:
        return np.zeros(len(walked.patrol), dtype=bool)
    owners = np.full((len(units.roads.length_m), people.owners.shape[1]), NOBODY)
    owners[units.segment] = people.owners
    segment = units.roads.line_of(walked.seen.start) // 2
    walker = people.of_patrol[walked.patrol]
    return np.asarray((walker != NOBODY) & (owners[segment] != walker[:, None]).all(axis=1))


def substrings(lines: Objects, start_m: Floats, end_m: Floats) -> Objects:
    """The part of each line between two measures."""
    made = np.empty(len(lines), dtype=object)
    for i, (line, start, end) in enumerate(zip(lines, start_m, end_m, strict=True)):
        made[i] = _substring(line, float(start), float(end))
    return made


def _substring(line: shapely.Geometry, start_m: float, end_m: float) -> shapely.Geometry:
    """Part of a line, or of a line of several parts that are measured one after another."""
    pieces, before = [], 0.0
    for part in shapely.get_parts(line):
        low, high = max(start_m - before, 0.0), min(end_m - before, part.length)
        if high > low:
            pieces.append(substring(part, low, high))
        before += part.length
    return pieces[0] if len(pieces) == 1 else shapely.MultiLineString(pieces)
