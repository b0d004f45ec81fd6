"""Clean zones (干净区): which units were inspected lately and had nothing open.

A unit is a cell of 100 m or one side of 100 m of road (see `road_units`). It counts as inspected at the latest
moment since which at least the share C of it has been seen, or somebody signed a visit inside it.

- problem: an open problem, or a closed one that nobody has verified, within 10 m;
- unknown: not inspected within V days, or a problem was open within the last D days;
- clean: neither.

A unit is verified when somebody who does not answer for it has inspected it within 14 days. Nothing found in k
passes, each of which finds a problem with the probability d, leaves a chance of at most (1 − d)^k that one was
missed. Times are POSIX seconds, NaN = not (yet). Geometries are in metres.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree

from layers.rules.grid import Cells, Floats, Ints, Objects
from layers.rules.road_axis import stretches
from layers.rules.road_units import RoadUnits, seen_units, trusted_stretches, visited_units
from layers.rules.seen import Seen, with_visits
from layers.rules.seen_cells import DAY_S, Looking, seen_cells
from layers.rules.tracks import Tracks, Trust, Visits, Witnesses, trusted_pieces

STATES = ("clean", "problem", "unknown")
REASONS = ("", "open", "unverified", "never", "stale", "partial", "recent")
UNIT_CLASSES = ("built_up", "village", "field")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What counts as inspected and as clean."""

    max_age_days: Mapping[str, float] = field(
        default_factory=lambda: {"built_up": 7.0, "village": 7.0, "field": 30.0}
    )  # V, by class of the unit; roads are built-up land
    min_share: float = 0.8  # C, of the unit's area or length
    clean_days: float = 3.0  # D
    accuracy_m: float = 30.0  # S, the worst fix that counts
    sight_m: float = 25.0  # to each side of a track
    reach_m: float = 10.0  # around a problem
    max_gap_s: float = 30.0  # between two fixes of one pass
    max_speed_km_h: float = 25.0
    verified_days: float = 14.0  # somebody else passes at least so often
    detection_rate: float = 0.5  # d, of one pass; assumed, for no survey has measured it

    @property
    def looking(self) -> Looking:
        """How far one sees, and how much is enough."""
        return Looking(sight_m=self.sight_m, min_share=self.min_share, trusted_days=self.verified_days)

    @property
    def trust(self) -> Trust:
        """Which fixes and pieces of a track count."""
        return Trust(accuracy_m=self.accuracy_m, max_gap_s=self.max_gap_s, max_speed_km_h=self.max_speed_km_h)


@dataclass(frozen=True, eq=False)
class Problems:
    """Problems with the moments that matter; `verified_at`: somebody else confirmed the closing."""

    geometry: Objects
    found_at: Floats
    closed_at: Floats
    verified_at: Floats


@dataclass(frozen=True, eq=False)
class CleanZones:
    """One row per unit. `state` and `reason` index STATES and REASONS.

    `age_days`: since when C of the unit has been seen, NaN if it never was. `share`: of the unit, seen within the
    last V days. `passes`: how often C of it was seen then, by different patrols or visits. `verified`: whether a
    clean unit was inspected by somebody else lately.
    """

    state: NDArray[np.int8]
    reason: NDArray[np.int8]
    age_days: Floats
    share: Floats
    passes: Ints
    verified: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and areas of states; the clean rate is never told without the unknown share."""

    units: int
    clean: int
    problem: int
    unknown: int
    never: int
    stale: int
    partial: int
    recent: int
    clean_rate: float | None
    unknown_share: float | None
    area_m2: dict[str, float]
    verified: int


def clean_zones(
    cells: Cells,
    problems: Problems,
    tracks: Tracks,
    visits: Visits,
    *,
    as_of: float,
    unit_class: Objects | None = None,
    parameters: Parameters | None = None,
    people: Witnesses | None = None,
) -> CleanZones:
    """The state of every cell at the moment `as_of`; what comes later is not looked at.

    `unit_class` gives each cell a key of `max_age_days`; None = "built_up" everywhere. Without `people` nothing
    is verified.
    """
    rules = parameters or Parameters()
    since = as_of - DAY_S * _max_age_days(len(cells.east), unit_class, rules)
    pieces = trusted_pieces(tracks, as_of, rules.trust)
    walked = seen_cells(cells, pieces, as_of=as_of, since=since, rules=rules.looking, people=people)
    seen = with_visits(walked, visited_cells(cells, visits, as_of), visits, since=since, people=people)
    return judged(cells.geometry, seen, problems, as_of=as_of, since=since, rules=rules)


def clean_roads(
    units: RoadUnits,
    problems: Problems,
    tracks: Tracks,
    visits: Visits,
    *,
    as_of: float,
    parameters: Parameters | None = None,
    people: Witnesses | None = None,
) -> CleanZones:
    """The state of every road unit at the moment `as_of`: a problem touches it within 10 m of its 15 m of ground."""
    rules = parameters or Parameters()
    since = np.full(len(units.segment), as_of - DAY_S * rules.max_age_days["built_up"])
    walked = stretches(trusted_pieces(tracks, as_of, rules.trust), units.roads)
    trusted = trusted_stretches(units, walked, people)
    by_walks = seen_units(units, walked, since=since, min_share=rules.min_share, trusted=trusted)
    seen = with_visits(by_walks, visited_units(units, visits, as_of), visits, since=since, people=people)
    return judged(units.strip, seen, problems, as_of=as_of, since=since, rules=rules)


def judged(
    ground: Objects, seen: Seen, problems: Problems, *, as_of: float, since: Floats, rules: Parameters
) -> CleanZones:
    """The states of units from what was seen of them and what was found on their ground: problem > unknown > clean."""
    open_, unverified, recent = _touched(ground, problems, as_of, rules)
    lacks = (open_, unverified, ~np.isfinite(seen.last_at), seen.share == 0, seen.inspected_at < since, recent)
    codes = [REASONS.index(r) for r in ("open", "unverified", "never", "stale", "partial", "recent")]
    reason = np.select(lacks, codes, 0).astype(np.int8)
    state = _STATE_OF_REASON[reason]
    age_days = np.where(np.isfinite(seen.inspected_at), (as_of - seen.inspected_at) / DAY_S, np.nan)
    verified = (state == STATES.index("clean")) & (seen.trusted_at >= as_of - DAY_S * rules.verified_days)
    return CleanZones(state, reason, age_days, seen.share, seen.passes, verified)


def chance_missed(passes: int, detection_rate: float) -> float:
    """The upper limit of the chance that something was missed although k passes found nothing: (1 − d)^k.

    >>> chance_missed(3, 0.5), chance_missed(0, 0.5)
    (0.125, 1.0)
    """
    return (1.0 - detection_rate) ** passes


class Units(Protocol):
    """Anything with an area for each unit."""

    @property
    def area_m2(self) -> Floats:
        """Of each unit."""
        ...


def summarise(zones: CleanZones, units: Units, rows: NDArray[np.bool_] | None = None) -> Summary:
    """Counts, areas and rates of all units, or of those marked in `rows`."""
    chosen = np.ones(len(zones.state), dtype=bool) if rows is None else rows
    state = np.bincount(zones.state[chosen], minlength=len(STATES)).tolist()
    reason = np.bincount(zones.reason[chosen], minlength=len(REASONS)).tolist()
    areas = np.bincount(zones.state[chosen], units.area_m2[chosen], minlength=len(STATES)).tolist()
    count = sum(state)
    lacks = {name: reason[REASONS.index(name)] for name in ("never", "stale", "partial", "recent")}
    return Summary(
        units=count,
        **dict(zip(STATES, state, strict=True)),
        **lacks,
        clean_rate=state[0] / count if count else None,
        unknown_share=state[2] / count if count else None,
        area_m2=dict(zip(STATES, areas, strict=True)),
        verified=int(np.count_nonzero(zones.verified[chosen])),
    )


def _max_age_days(count: int, unit_class: Objects | None, rules: Parameters) -> Floats:
    if unit_class is None:
        return np.full(count, rules.max_age_days["built_up"])
    return np.array([rules.max_age_days[str(name)] for name in unit_class], dtype=float)


# A clean unit has no reason, a problem unit one of the first two, an unknown unit one of the rest.
_STATE_OF_REASON = np.array([0, 1, 1, 2, 2, 2, 2], dtype=np.int8)


def visited_cells(cells: Cells, visits: Visits, as_of: float) -> tuple[Ints, Ints]:
    """Pairs of a cell and a visit that was signed in it by then."""
    row = cells.at(visits.x, visits.y)
    visit = np.flatnonzero((row >= 0) & (visits.at <= as_of))
    return row[visit], visit


def _touched(
    ground: Objects, problems: Problems, as_of: float, rules: Parameters
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Units near a problem that is open, closed but not verified, or open within the last D days."""
    known = problems.found_at <= as_of
    closed = problems.closed_at <= as_of
    verified = problems.verified_at <= as_of
    lately = problems.closed_at > as_of - DAY_S * rules.clean_days
    tree = STRtree(ground)
    masks = (known & ~closed, known & closed & ~verified, known & closed & lately)
    found = [np.zeros(len(ground), dtype=bool) for _ in masks]
    for unit, mask in zip(found, masks, strict=True):
        near = tree.query(problems.geometry[mask], predicate="dwithin", distance=rules.reach_m)
        unit[near[1]] = True
    return found[0], found[1], found[2]
