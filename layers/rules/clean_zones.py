"""Clean zones (干净区): which unit cells were inspected lately and had nothing open.

A cell is looked at through sub-cells of 10 m. A sub-cell was seen when its middle lay
within 25 m of a track whose fixes are trustworthy, or when somebody signed a visit
inside its cell. A cell counts as inspected at the latest moment since which at least
the share C of it has been seen: several passes add up, and the share within the last
V days reaches C exactly when that age is at most V.

- problem: an open problem, or a closed one that nobody has verified, within 10 m;
- unknown: not inspected within V days, or a problem was open within the last D days;
- clean: neither.

Times are POSIX seconds, NaN = not (yet). Geometries are in metres.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from shapely import STRtree

from layers.rules.grid import CELL_M, Cells, Floats, Ints, Objects

SUB = 10  # sub-cells along each side of a cell
SUB_M = CELL_M / SUB
DAY_S = 86_400.0
_Numbers = TypeVar("_Numbers", Floats, Ints)

STATES = ("clean", "problem", "unknown")
REASONS = ("", "open", "unverified", "never", "stale", "partial", "recent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What counts as inspected and as clean."""

    max_age_days: Mapping[str, float] = field(
        default_factory=lambda: {"built_up": 7.0, "village": 7.0, "field": 30.0}
    )  # V, by class of the unit
    min_share: float = 0.8  # C, of the cell's area
    clean_days: float = 3.0  # D
    accuracy_m: float = 30.0  # S, the worst fix that counts
    sight_m: float = 25.0  # to each side of a track
    reach_m: float = 10.0  # around a problem
    max_gap_s: float = 30.0  # between two fixes of one pass
    max_speed_km_h: float = 25.0


@dataclass(frozen=True, eq=False)
class Problems:
    """Problems with the moments that matter; `verified_at`: somebody else confirmed the closing."""

    geometry: Objects
    found_at: Floats
    closed_at: Floats
    verified_at: Floats


@dataclass(frozen=True, eq=False)
class Tracks:
    """Fixes of patrols, in the order of time within each patrol; `patrol` numbers them."""

    patrol: Ints
    x: Floats
    y: Floats
    at: Floats
    accuracy_m: Floats


@dataclass(frozen=True, eq=False)
class Visits:
    """Signed visits: a place and a moment each."""

    x: Floats
    y: Floats
    at: Floats


@dataclass(frozen=True, eq=False)
class CleanZones:
    """One row per cell. `state` and `reason` index STATES and REASONS.

    `age_days`: since when C of the cell has been seen, NaN if it never was. `share`: of
    the cell, seen within the last V days. `passes`: how often C of it was seen then, by
    different patrols or visits; nothing found in k passes with detection rate d leaves
    a chance of at most (1 − d)^k that something was missed.
    """

    state: NDArray[np.int8]
    reason: NDArray[np.int8]
    age_days: Floats
    share: Floats
    passes: Ints


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


def clean_zones(
    cells: Cells,
    problems: Problems,
    tracks: Tracks,
    visits: Visits,
    *,
    as_of: float,
    unit_class: Objects | None = None,
    parameters: Parameters | None = None,
) -> CleanZones:
    """The state of every cell at the moment `as_of`; what comes later is not looked at.

    `unit_class` gives each cell a key of `max_age_days`; None = "built_up" everywhere.
    """
    rules = parameters or Parameters()
    since = as_of - DAY_S * _max_age_days(cells, unit_class, rules)
    seen_at, passes = _seen(cells, _pieces(tracks, as_of, rules), since, rules.sight_m)
    _add_visits(cells, visits, as_of, since, seen_at, passes)
    inside = _inside(cells)
    needed = np.ceil(rules.min_share * inside.sum(axis=1) - 1e-9).astype(int)
    seen_at[~inside], passes[~inside] = -np.inf, -1
    inspected_at = _reached(seen_at, needed)
    share = (seen_at >= since[:, None]).sum(axis=1) / inside.sum(axis=1)
    ever = np.isfinite(seen_at).any(axis=1)
    open_, unverified, recent = _touched(cells, problems, as_of, rules)
    lacks = (open_, unverified, ~ever, share == 0, inspected_at < since, recent)
    codes = [REASONS.index(r) for r in ("open", "unverified", "never", "stale", "partial", "recent")]
    reason = np.select(lacks, codes, 0).astype(np.int8)
    return CleanZones(
        state=_STATE_OF_REASON[reason],
        reason=reason,
        age_days=np.where(np.isfinite(inspected_at), (as_of - inspected_at) / DAY_S, np.nan),
        share=share,
        passes=_reached(passes, needed),
    )


def summarise(zones: CleanZones, cells: Cells, rows: NDArray[np.bool_] | None = None) -> Summary:
    """Counts, areas and rates of all cells, or of those marked in `rows`."""
    chosen = np.ones(len(zones.state), dtype=bool) if rows is None else rows
    state = np.bincount(zones.state[chosen], minlength=len(STATES)).tolist()
    reason = np.bincount(zones.reason[chosen], minlength=len(REASONS)).tolist()
    area_m2 = [float(cells.area_m2[chosen & (zones.state == code)].sum()) for code in range(len(STATES))]
    units = sum(state)
    lacks = {name: reason[REASONS.index(name)] for name in ("never", "stale", "partial", "recent")}
    return Summary(
        units=units,
        **dict(zip(STATES, state, strict=True)),
        **lacks,
        clean_rate=state[0] / units if units else None,
        unknown_share=state[2] / units if units else None,
        area_m2=dict(zip(STATES, area_m2, strict=True)),
    )


def _max_age_days(cells: Cells, unit_class: Objects | None, rules: Parameters) -> Floats:
    if unit_class is None:
        return np.full(len(cells.east), rules.max_age_days["built_up"])
    return np.array([rules.max_age_days[str(name)] for name in unit_class], dtype=float)


# A clean cell has no reason, a problem cell one of the first two, an unknown cell one of the rest.
_STATE_OF_REASON = np.array([0, 1, 1, 2, 2, 2, 2], dtype=np.int8)


# ---------------------------------------------------------------- what was seen


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Straight ways between two fixes of one pass, grouped by patrol."""

    patrol: Ints
    start: Floats  # (n, 2)
    end: Floats
    at: Floats  # of the later fix


def _pieces(tracks: Tracks, as_of: float, rules: Parameters) -> _Pieces:
    order = np.lexsort((tracks.at, tracks.patrol))
    patrol, at, accuracy_m = tracks.patrol[order], tracks.at[order], tracks.accuracy_m[order]
    xy = np.column_stack([tracks.x[order], tracks.y[order]])
    seconds, metres = np.diff(at), np.hypot(*np.diff(xy, axis=0).T)
    good = (accuracy_m <= rules.accuracy_m) & (at <= as_of)
    slow = metres < seconds * rules.max_speed_km_h / 3.6
    kept = good[1:] & good[:-1] & (patrol[1:] == patrol[:-1]) & (seconds <= rules.max_gap_s) & slow
    return _Pieces(patrol[1:][kept], xy[:-1][kept], xy[1:][kept], at[1:][kept])


def _seen(cells: Cells, pieces: _Pieces, since: Floats, sight_m: float) -> tuple[Floats, Ints]:
    """When each sub-cell was last seen (−inf = never), and by how many patrols at or after `since`."""
    seen_at = np.full((len(since), SUB * SUB), -np.inf)
    passes = np.zeros((len(since), SUB * SUB), dtype=np.int64)
    east, north = cells.origin
    corner = np.array([east, north]) * CELL_M
    _look(
        pieces.patrol,
        pieces.start - corner,
        pieces.end - corner,
        pieces.at,
        cells.raster,
        since,
        sight_m,
        seen_at,
        passes,
    )
    return seen_at, passes


@njit(cache=True)
def _look(patrol, start, end, at, raster, since, sight_m, seen_at, passes):  # type: ignore[no-untyped-def] # noqa: PLR0913
    """Mark the sub-cells whose middle is within `sight_m` of each piece; changes the last two arrays."""
    height, width = raster.shape[0] * SUB, raster.shape[1] * SUB
    last = np.full(seen_at.shape, np.iinfo(np.int64).min)
    for k in range(len(at)):
        ax, ay = start[k, 0], start[k, 1]
        dx, dy = end[k, 0] - ax, end[k, 1] - ay
        square = dx * dx + dy * dy
        left = max(int(np.floor((min(ax, ax + dx) - sight_m) / SUB_M)), 0)
        right = min(int(np.floor((max(ax, ax + dx) + sight_m) / SUB_M)), width - 1)
        low = max(int(np.floor((min(ay, ay + dy) - sight_m) / SUB_M)), 0)
        high = min(int(np.floor((max(ay, ay + dy) + sight_m) / SUB_M)), height - 1)
        for j in range(low, high + 1):
            for i in range(left, right + 1):
                cell = raster[j // SUB, i // SUB]
                if cell < 0:
                    continue
                px, py = (i + 0.5) * SUB_M - ax, (j + 0.5) * SUB_M - ay
                along = min(max((px * dx + py * dy) / square, 0.0), 1.0) if square > 0.0 else 0.0
                ex, ey = px - along * dx, py - along * dy
                if ex * ex + ey * ey > sight_m * sight_m:
                    continue
                sub = (j % SUB) * SUB + i % SUB
                seen_at[cell, sub] = max(seen_at[cell, sub], at[k])
                if at[k] >= since[cell] and last[cell, sub] != patrol[k]:
                    last[cell, sub] = patrol[k]
                    passes[cell, sub] += 1


def _add_visits(cells: Cells, visits: Visits, as_of: float, since: Floats, seen_at: Floats, passes: Ints) -> None:
    """Let every visit see the whole of its cell; changes the last two arrays, which are ours."""
    row = cells.at(visits.x, visits.y)
    kept = (row >= 0) & (visits.at <= as_of)
    row, at = row[kept], visits.at[kept]
    np.maximum.at(seen_at, row, at[:, None])
    passes += np.bincount(row[at >= since[row]], minlength=len(since))[:, None]


def _inside(cells: Cells) -> NDArray[np.bool_]:
    """Which sub-cells have their middle in the district; of a sliver, the one nearest to it."""
    inside = np.ones((len(cells.east), SUB * SUB), dtype=bool)
    border = np.flatnonzero(cells.area_m2 < CELL_M * CELL_M * (1 - 1e-9))
    north, east = (np.arange(SUB * SUB) // SUB + 0.5) * SUB_M, (np.arange(SUB * SUB) % SUB + 0.5) * SUB_M
    x = cells.east[border, None] * CELL_M + east
    y = cells.north[border, None] * CELL_M + north
    inside[border] = shapely.contains_xy(cells.geometry[border, None], x, y)
    slivers = border[~inside[border].any(axis=1)]
    spot = shapely.get_coordinates(shapely.point_on_surface(cells.geometry[slivers]))
    column, row = np.floor(spot / SUB_M).astype(int).T % SUB
    inside[slivers, row * SUB + column] = True
    return inside


def _reached(values: _Numbers, needed: Ints) -> _Numbers:
    """Per row, the greatest number that at least `needed` of its values reach."""
    fallen = np.sort(values, axis=1)[:, ::-1]
    reached: _Numbers = np.take_along_axis(fallen, needed[:, None] - 1, axis=1)[:, 0]
    return reached


# ---------------------------------------------------------------- what was found


def _touched(
    cells: Cells, problems: Problems, as_of: float, rules: Parameters
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Cells near a problem that is open, closed but not verified, or open within the last D days."""
    known = problems.found_at <= as_of
    closed = problems.closed_at <= as_of
    verified = problems.verified_at <= as_of
    lately = problems.closed_at > as_of - DAY_S * rules.clean_days
    tree = STRtree(cells.geometry)
    masks = (known & ~closed, known & closed & ~verified, known & closed & lately)
    found = [np.zeros(len(cells.east), dtype=bool) for _ in masks]
    for cell, mask in zip(found, masks, strict=True):
        near = tree.query(problems.geometry[mask], predicate="dwithin", distance=rules.reach_m)
        cell[near[1]] = True
    return found[0], found[1], found[2]
