"""Coverage of the patrols at a moment: roads by side, cells, what is overdue, blind spots. Load → rule → values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput, NotFound
from layers.field_days import Head, field_days
from layers.geometry import Metres
from layers.ground import LEVELS, Area, Floats, Ints, Town, cells_in, town_of, unit_classes
from layers.inspection import RoadTable, Walks, chosen_roads, road_table, walks_of
from layers.patrol_rules import patrol_rules
from layers.rules import coverage as rules
from layers.rules.clean_zones import Parameters, visited_cells
from layers.rules.coverage import DAY_S, SideStretches
from layers.rules.grid import Cells
from layers.rules.patrol_rules import PatrolRule, rule_for
from layers.rules.road_axis import Stretches, stretches
from layers.rules.seen import Seen, with_visits
from layers.rules.seen_cells import seen_cells
from layers.rules.tracks import Pieces, trusted_pieces
from layers.store import Session
from layers.town import metres_of
from layers.values import TOWN_TIME, town_day
from layers.words import msg

BLIND_DAYS, LONGEST_DAYS = 14, 366
AGE_STEPS_DAYS = (1.0, 3.0, 7.0, 14.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageWish:
    """Of what: one area, what one person answers for, or all; a blind spot was not seen for `days`."""

    area: str = ""
    person: str = ""
    days: int = BLIND_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A place whose last full inspection is too old; `full_at` POSIX seconds or −inf, `late_days` may be inf."""

    layer: str
    code: str
    name: str
    people: tuple[str, ...]
    full_at: float
    late_days: float
    share: float
    size: float  # m of a segment, m² of an area
    rule: PatrolRule


@dataclass(frozen=True, eq=False)
class Spot:
    """A blind spot: its ground in metres, the village it lies in, who answers there."""

    geometry: BaseGeometry
    area_m2: float
    last_at: float
    area: Area | None
    people: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Roads:
    """The segments asked for: their stretches, who answers, which rule holds (None = nothing is required)."""

    table: RoadTable
    walked: Stretches
    found: SideStretches
    people: Sequence[tuple[str, ...]]
    rules: Sequence[PatrolRule | None]
    share: Floats  # seen within the time that the rule allows
    village: Ints  # the number of the area; −1 = none


@dataclass(frozen=True, eq=False)
class Ground:
    """The cells asked for: what was seen of them, and of each its valid time and village."""

    cells: Cells
    seen: Seen
    fresh: np.ndarray
    village: Ints


@dataclass(frozen=True, eq=False)
class Coverage:
    """All of it."""

    wish: CoverageWish
    town: Town
    roads: Roads
    ground: Ground
    overdue: Sequence[Overdue]
    blind: Sequence[Spot]
    heads: Sequence[Head]
    by_time: Mapping[str, Mapping[str, float]]
    rules_version: int
    parameters: Parameters
    metres: Metres
    as_of: datetime


@dataclass(frozen=True, eq=False)
class _Task:
    """What every part needs."""

    session: Session
    wish: CoverageWish
    as_of: datetime
    metres: Metres
    town: Town
    walks: Walks
    pieces: Pieces
    rules: Sequence[PatrolRule]
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def at(self) -> float:
        """The moment in POSIX seconds."""
        return self.as_of.timestamp()

    def in_scope(self, layer: str, code: str) -> bool:
        """Whether the person asked for (if any) answers for the place."""
        return not self.wish.person or self.wish.person in self.town.people.get((layer, code), ())


def coverage(session: Session, wish: CoverageWish, *, as_of: datetime) -> Coverage:
    """The coverage as it stood at `as_of`; NotFound for an unknown area or person, BadInput for the days."""
    _check(session, wish)
    metres, parameters = metres_of(session), Parameters()
    town = town_of(session, metres, on=town_day(as_of))
    if wish.area and wish.area not in {area.code for area in town.areas}:
        raise NotFound("area", wish.area)
    walks = walks_of(session, metres, as_of)
    pieces = trusted_pieces(walks.tracks, as_of.timestamp(), parameters.trust)
    version, required = patrol_rules(session)
    task = _Task(session, wish, as_of, metres, town, walks, pieces, required, parameters)
    roads, ground = _roads(task), _ground(task)
    late = [*_overdue_segments(task, roads), *_overdue_areas(task, ground)]
    return Coverage(
        wish=wish, town=town, roads=roads, ground=ground,
        overdue=sorted(late, key=lambda row: (-row.late_days, row.layer, -row.size)),
        blind=_blind(task, ground), heads=field_days(town, walks, pieces, as_of, scope=_heads_in_scope(task)),
        by_time=_by_time(task, roads, ground), rules_version=version.version, parameters=parameters,
        metres=metres, as_of=as_of,
    )  # fmt: skip


def _check(session: Session, wish: CoverageWish) -> None:
    if not 1 <= wish.days <= LONGEST_DAYS:
        raise BadInput(msg("The number of days must be from 1 to 366."), field="days")
    if wish.person:
        session.duties.person(wish.person)


def _roads(task: _Task) -> Roads:
    whole = road_table(task.session, task.metres)
    middle = shapely.line_interpolate_point(whole.roads.geometry, 0.5, normalized=True)
    village = task.town.at(middle, "village")
    wanted = [task.in_scope("road_segments", str(code)) for code in whole.code]
    rows = np.flatnonzero(np.array(wanted, dtype=bool) & _within(task, middle))
    table = chosen_roads(whole, rows)
    walked = stretches(task.pieces, table.roads)
    found = rules.side_stretches(table.roads, walked)
    required = [rule_for(task.rules, "road_segments", str(name)) for name in table.road_class]
    limit = np.array([task.wish.days if rule is None else rule.max_age_days for rule in required], dtype=float)
    return Roads(
        table=table, walked=walked, found=found, rules=required, village=village[rows],
        people=[task.town.people.get(("road_segments", str(code)), ()) for code in table.code],
        share=rules.share_since(found, table.roads, task.at - DAY_S * limit),
    )  # fmt: skip


def _within(task: _Task, middle: np.ndarray) -> np.ndarray:
    """Which segments have their middle in the area asked for."""
    polygon = next((area.polygon for area in task.town.areas if area.code == task.wish.area), None)
    if not task.wish.area:
        return np.ones(len(middle), dtype=bool)
    return np.asarray(shapely.intersects(polygon, middle))


def _ground(task: _Task) -> Ground:
    wish, town = task.wish, task.town
    chosen = [area for area in town.areas if wish.area in ("", area.code)]
    if wish.person:
        chosen = [area for area in chosen if task.in_scope("areas", area.code)]
    cells = cells_in([area.polygon for area in chosen if area.polygon is not None])
    since = np.full(len(cells.east), task.at - DAY_S * wish.days)
    walked = seen_cells(cells, task.pieces, as_of=task.at, since=since, rules=task.parameters.looking)
    visits = task.walks.visits
    seen = with_visits(walked, visited_cells(cells, visits, task.at), visits, since=since, people=None)
    limits = [task.parameters.max_age_days[str(name)] for name in unit_classes(town, cells)]
    fresh = seen.inspected_at >= task.at - DAY_S * np.array(limits, dtype=float)
    return Ground(cells, seen, fresh, town.at(cells.geometry, "village"))


def _overdue_segments(task: _Task, roads: Roads) -> list[Overdue]:
    """Segments with a rule whose last full inspection, on both sides, is older than the rule allows."""
    share = np.array([1.0 if rule is None else rule.min_share for rule in roads.rules])
    limit = np.array([np.inf if rule is None else rule.max_age_days for rule in roads.rules])
    full = rules.full_at(roads.found, roads.table.roads, share)
    late = np.where(np.isinf(limit), 0.0, rules.days_late(full, task.at, np.where(np.isinf(limit), 0.0, limit)))
    return [
        Overdue(
            layer="road_segments", code=str(roads.table.code[i]), people=roads.people[i], rule=rule,
            name=str(roads.table.name[i] or roads.table.code[i]), full_at=float(full[i]), late_days=float(late[i]),
            share=float(roads.share[i]), size=float(roads.table.roads.length_m[i]),
        )
        for i, rule in enumerate(roads.rules)
        if rule is not None and late[i] > 0
    ]  # fmt: skip


def _overdue_areas(task: _Task, ground: Ground) -> list[Overdue]:
    """Areas with a rule, all of whose ground is looked at here, inspected less often than it asks."""
    found = []
    for level in LEVELS:
        rule = rule_for(task.rules, "areas", level)
        inside = task.town.at(ground.cells.geometry, level)
        for number, area in enumerate(task.town.areas if rule else ()):
            if rule and area.level == level and area.polygon is not None and _is_asked(task, area):
                found.append(_area_row(task, ground, (area, inside == number), rule))
    return [row for row in found if row.late_days > 0]


def _is_asked(task: _Task, area: Area) -> bool:
    return task.wish.area in ("", area.code, area.parent) and task.in_scope("areas", area.code)


def _area_row(task: _Task, ground: Ground, own: tuple[Area, np.ndarray], rule: PatrolRule) -> Overdue:
    area, inside = own
    at, size = ground.seen.inspected_at[inside], ground.cells.area_m2[inside]
    full = rules.area_full_at(at, size, np.zeros(len(at), int), np.array([rule.min_share]))
    total, fresh = float(size.sum()), float(size[at >= task.at - DAY_S * rule.max_age_days].sum())
    return Overdue(
        layer="areas", code=area.code, name=area.name, people=task.town.people.get(("areas", area.code), ()),
        full_at=float(full[0]), late_days=float(rules.days_late(full, task.at, np.array([rule.max_age_days]))[0]),
        share=fresh / total if total else 0.0, size=total, rule=rule,
    )  # fmt: skip


def _blind(task: _Task, ground: Ground) -> list[Spot]:
    """The blind spots of each village, the largest first."""
    spots = rules.blind_spots(ground.cells, ground.seen, task.at - DAY_S * task.wish.days, ground.village)
    return [_spot(task, ground, spot) for spot in spots]


def _spot(task: _Task, ground: Ground, spot: rules.BlindSpot) -> Spot:
    number = int(ground.village[spot.cells[0]])
    area = task.town.areas[number] if number >= 0 else None
    people = () if area is None else task.town.people.get(("areas", area.code), ())
    return Spot(shapely.union_all(ground.cells.geometry[spot.cells]), spot.area_m2, spot.last_at, area, people)


def _heads_in_scope(task: _Task) -> Sequence[Area]:
    return [area for area in task.town.areas if _is_asked(task, area)]


def _by_time(task: _Task, roads: Roads, ground: Ground) -> Mapping[str, Mapping[str, float]]:
    since = task.at - DAY_S * task.wish.days
    return {
        "roads": rules.length_shares_by_time(roads.table.roads, roads.walked, since, TOWN_TIME),
        "cells": rules.cell_shares_by_time(
            ground.cells, task.pieces, task.walks.visits, since=since, as_of=task.at, zone=TOWN_TIME
        ),
    }
