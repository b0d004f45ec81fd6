"""Coverage of the patrols: which stretch of which side of a road was last inspected when, and what is overdue.

A side of a segment was fully inspected at the latest moment since which the required share of its length has been
seen; a segment when both sides were. An area was fully inspected at the latest moment since which the required
share of its ground lies in cells that were inspected. Times are POSIX seconds, −inf = never.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from layers.rules.grid import Cells, Floats, Ints
from layers.rules.intervals import Intervals, latest, reached, union, without
from layers.rules.patches import members, patches, sides
from layers.rules.road_axis import Roads, Stretches
from layers.rules.seen import Seen
from layers.rules.tracks import Pieces, Visits

DAY_S = 86_400.0
HOUR_S = 3600.0
SLIVER_M = 1e-6  # between two edges of a line, where the numbers end
# The hours of a day, each from (inclusive) to (exclusive): 早 中 晚 夜.
TIMES_OF_DAY: dict[str, tuple[int, int]] = {"morning": (6, 12), "noon": (12, 18), "evening": (18, 24), "night": (0, 6)}


@dataclass(frozen=True, eq=False)
class SideStretches:
    """Both sides of every segment in disjoint stretches that add up to it: [start, end) in metres of its line."""

    segment: Ints
    side: Ints  # 0 left, 1 right
    start: Floats
    end: Floats
    at: Floats  # last seen; −inf = never

    @property
    def length_m(self) -> Floats:
        """Of each stretch."""
        return self.end - self.start


def side_stretches(roads: Roads, walked: Stretches) -> SideStretches:
    """When each metre of each side was last inspected; what never was is a stretch too."""
    seen = latest(walked.seen)
    never = without(whole_lines(roads), seen)
    never = never.at_index(never.length > SLIVER_M)
    bare = np.full(len(never.start), -np.inf)
    pairs = ((seen.start, never.start), (seen.end, never.end), (seen.value, bare))
    start, end, at = (np.concatenate(pair) for pair in pairs)
    order = np.argsort(start, kind="stable")
    start, end, at = start[order], end[order], at[order]
    line = roads.line_of(start)
    return SideStretches(line // 2, line % 2, start - roads.offset[line], end - roads.offset[line], at)


def whole_lines(roads: Roads) -> Intervals:
    """The interval of each side of each segment on the axis."""
    ends = roads.offset + np.repeat(roads.length_m, 2)
    return Intervals(roads.offset, ends, np.zeros(len(ends))).at_index(ends > roads.offset)


def merged_by_age(found: SideStretches, as_of: float, bounds_days: tuple[float, ...]) -> SideStretches:
    """Neighbours whose ages lie between the same bounds made one, for a map; the one bears the older time."""
    step = np.digitize(as_of - found.at, np.array(bounds_days) * DAY_S, right=True)
    line = found.segment * 2 + found.side
    never = np.isneginf(found.at)
    new = (line[1:] != line[:-1]) | (step[1:] != step[:-1]) | (never[1:] != never[:-1])
    first = np.flatnonzero(np.r_[True, new]) if len(line) else np.empty(0, int)
    last = np.r_[first[1:] - 1, len(line) - 1][: len(first)]
    at = np.minimum.reduceat(found.at, first) if len(first) else found.at
    return SideStretches(found.segment[first], found.side[first], found.start[first], found.end[last], at)


def share_since(found: SideStretches, roads: Roads, since: Floats) -> Floats:
    """The share of each segment, both sides together, that was seen since its own moment."""
    fresh = found.at >= since[found.segment]
    length = np.bincount(found.segment[fresh], found.length_m[fresh], len(roads.length_m))
    return np.asarray(length / np.maximum(2 * roads.length_m, np.finfo(float).tiny))


def full_at(found: SideStretches, roads: Roads, min_share: Floats) -> Floats:
    """When each segment was last fully inspected: on both sides, each for its own share of the length."""
    real = np.isfinite(found.at)
    needed = np.repeat(min_share * roads.length_m, 2)
    line = (found.segment * 2 + found.side)[real]
    by_side = reached(Intervals(found.start[real], found.end[real], found.at[real]), line, needed, -np.inf)
    return np.asarray(by_side.reshape(-1, 2).min(axis=1))


def area_full_at(inspected_at: Floats, area_m2: Floats, area: Ints, min_share: Floats) -> Floats:
    """When each area was last fully inspected; `area` numbers the area of each cell, −1 = none."""
    inside = area >= 0
    number, at, size = area[inside], inspected_at[inside], area_m2[inside]
    needed = min_share * np.bincount(number, size, len(min_share))
    real = np.isfinite(at)
    ground = Intervals(np.zeros(real.sum()), size[real], at[real])
    return reached(ground, number[real], needed, -np.inf)


def days_late(full: Floats, as_of: float, max_age_days: Floats) -> Floats:
    """By how many days the last full inspection is overdue, above 0; inf = there never was one.

    >>> days_late(np.array([100 * DAY_S, 90 * DAY_S, -np.inf]), 101 * DAY_S, np.full(3, 7.0)).tolist()
    [0.0, 4.0, inf]
    """
    return np.asarray(np.maximum((as_of - full) / DAY_S - max_age_days, 0.0))


def time_of_day(at: Floats, zone: tzinfo) -> Ints:
    """The number of each moment in TIMES_OF_DAY; the zone must be without summer time.

    >>> from datetime import timedelta, timezone
    >>> time_of_day(np.array([0.0, 5 * 3600.0, 23 * 3600.0]), timezone(timedelta(hours=8))).tolist()
    [0, 1, 0]
    """
    shift = datetime.fromtimestamp(0, zone).utcoffset()
    hour = np.floor((at + (shift.total_seconds() if shift else 0.0)) / HOUR_S) % 24
    number = np.zeros(len(at), int)
    for n, (first, last) in enumerate(TIMES_OF_DAY.values()):
        number[(hour >= first) & (hour < last)] = n
    return number


def length_shares_by_time(roads: Roads, walked: Stretches, since: float, zone: tzinfo) -> Mapping[str, float]:
    """The share of the length of all sides that was seen since then, by the time of day."""
    whole = 2 * float(roads.length_m.sum())
    recent = walked.seen.at_index(walked.seen.value >= since)
    number = time_of_day(recent.value, zone)
    lengths = [float(union(recent.at_index(number == n)).length.sum()) for n in range(len(TIMES_OF_DAY))]
    return {name: length / whole if whole else 0.0 for name, length in zip(TIMES_OF_DAY, lengths, strict=True)}


def cell_shares_by_time(
    cells: Cells, pieces: Pieces, visits: Visits, *, since: float, as_of: float, zone: tzinfo
) -> Mapping[str, float]:
    """The share of the cells in which somebody walked or signed a visit since then, by the time of day."""
    xy = np.concatenate([pieces.end, np.column_stack([visits.x, visits.y])])
    at = np.concatenate([pieces.at, visits.at])
    recent = (at >= since) & (at <= as_of)
    row, number = cells.at(*xy[recent].T), time_of_day(at[recent], zone)
    counts = [len(np.unique(row[(number == n) & (row >= 0)])) for n in range(len(TIMES_OF_DAY))]
    return {name: count / max(len(cells.east), 1) for name, count in zip(TIMES_OF_DAY, counts, strict=True)}


@dataclass(frozen=True, eq=False)
class BlindSpot:
    """A patch of cells of which nobody has seen anything for too long (盲点)."""

    cells: Ints
    area_m2: float
    last_at: float  # when the last of it was seen; −inf = never


def blind_spots(cells: Cells, seen: Seen, since: float, area: Ints) -> list[BlindSpot]:
    """The patches not seen since then, within one area each, the largest first."""
    blind: NDArray[np.bool_] = seen.last_at < since
    pairs = sides(cells)
    own = patches(blind, pairs[area[pairs[:, 0]] == area[pairs[:, 1]]])
    found = [
        BlindSpot(rows, float(cells.area_m2[rows].sum()), float(seen.last_at[rows].max())) for rows in members(own)
    ]
    return sorted(found, key=lambda spot: -spot.area_m2)
