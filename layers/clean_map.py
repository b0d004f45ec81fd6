"""The clean zones of a town at a moment: cells, labelled zones, villages, both sides of the roads. Load → rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from layers.geometry import Metres
from layers.ground import LEVELS, Area, Ints, Town, cells_of, found_problems, town_of, unit_classes
from layers.inspection import RoadTable, Walks, owners_of_cells, owners_of_segments, road_table, walks_of
from layers.rules import clean_zones as rules
from layers.rules.grid import Cells
from layers.rules.patches import Zone, clean_zones_of, is_clean_zone, sides
from layers.rules.road_units import RoadUnits, road_units
from layers.store import Session
from layers.town import metres_of
from layers.values import town_day


@dataclass(frozen=True, eq=False)
class AreaRow:
    """One village: what is known of its cells, who answers for it, whether all of it may be called a clean zone."""

    area: Area | None  # None: cells that lie in no village
    people: tuple[str, ...]
    summary: rules.Summary
    clean_zone: bool


@dataclass(frozen=True, eq=False)
class RoadMap:
    """Both sides of the segments in units of 100 m; segments without a shape are unknown, and counted apart."""

    table: RoadTable
    units: RoadUnits
    states: rules.CleanZones
    summary: rules.Summary
    without_shape: int


@dataclass(frozen=True, eq=False)
class CleanMap:
    """The clean zones of a town at a moment, cell by cell."""

    cells: Cells
    zones: rules.CleanZones
    classes: Sequence[str]
    summary: rules.Summary
    unplaced: int  # open problems without a place, which may lie anywhere
    labelled: Sequence[Zone]
    village: Ints  # the number of each cell's row in `rows`
    rows: Sequence[AreaRow]
    roads: RoadMap | None
    parameters: rules.Parameters
    metres: Metres
    as_of: datetime


def clean_map(session: Session, *, as_of: datetime, area: str = "", roads: bool = False) -> CleanMap:
    """The three states of every 100 m cell of the town (or of one area), as they stood at `as_of`.

    With `roads` also those of the road units. Raises NotFound for an unknown area, BadInput for too many cells.
    """
    metres, parameters = metres_of(session), rules.Parameters()
    town = town_of(session, metres, on=town_day(as_of))
    cells = cells_of(town, area)
    found, walks = found_problems(session, metres, as_of), walks_of(session, metres, as_of)
    classes = unit_classes(town, cells)
    zones = rules.clean_zones(
        cells, found.problems, walks.tracks, walks.visits, as_of=as_of.timestamp(), unit_class=classes,
        parameters=parameters, people=walks.witnesses(owners_of_cells(town, cells)),
    )  # fmt: skip
    village, rows = _villages(town, cells, zones, area)
    return CleanMap(
        cells=cells, zones=zones, classes=classes.tolist(), summary=rules.summarise(zones, cells),
        unplaced=found.unplaced, labelled=clean_zones_of(cells, zones), village=village, rows=rows,
        roads=_roads(session, town, walks, found.problems, metres, as_of) if roads else None,
        parameters=parameters, metres=metres, as_of=as_of,
    )  # fmt: skip


def _villages(town: Town, cells: Cells, zones: rules.CleanZones, area: str) -> tuple[Ints, list[AreaRow]]:
    """Each cell's row, and one row for each village; where there are none, for each area of the largest level."""
    present = {one.level for one in town.areas}
    level = next((name for name in ("village", *reversed(LEVELS)) if name in present), "village")
    number = town.at(cells.geometry, level)
    pairs = sides(cells)
    wanted = [i for i, one in enumerate(town.areas) if one.level == level and (not area or (number == i).any())]
    rows = [_row(town.areas[i], town, (cells, zones, pairs), number == i) for i in wanted]
    outside = ~np.isin(number, wanted)
    if outside.any():
        rows.append(AreaRow(None, (), rules.summarise(zones, cells, outside), False))
    place = {i: row for row, i in enumerate(wanted)}
    return np.array([place.get(i, len(wanted)) for i in number.tolist()], dtype=int), rows


def _row(area: Area, town: Town, state: tuple[Cells, rules.CleanZones, Ints], inside: np.ndarray) -> AreaRow:
    cells, zones, pairs = state
    people = town.people.get(("areas", area.code), ())
    label = is_clean_zone(cells, zones, np.flatnonzero(inside), pairs)
    return AreaRow(area, people, rules.summarise(zones, cells, inside), label)


def _roads(
    session: Session, town: Town, walks: Walks, problems: rules.Problems, metres: Metres, as_of: datetime
) -> RoadMap:
    table = road_table(session, metres)
    units = road_units(table.roads)
    of_segment = owners_of_segments(town, table)
    people = walks.witnesses([of_segment[i] for i in units.segment.tolist()])
    states = rules.clean_roads(units, problems, walks.tracks, walks.visits, as_of=as_of.timestamp(), people=people)
    lost = int((table.roads.length_m == 0).sum())
    return RoadMap(table, units, states, rules.summarise(states, units), lost)


def lengths(road_map: RoadMap) -> dict[str, float]:
    """Metres of road side by state."""
    size = np.bincount(road_map.states.state, road_map.units.length_m, len(rules.STATES))
    return dict(zip(rules.STATES, size.tolist(), strict=True))
