"""Patrols and road segments as the rules of coverage want them: tracks, visits, roads, who walked and who answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from layers.geometry import Metres
from layers.ground import LEVELS, Ints, Objects, Town, objects, seconds
from layers.query import BBox, Query, Where
from layers.rules.grid import Cells
from layers.rules.road_axis import Roads, roads
from layers.rules.tracks import NOBODY, Tracks, Visits, Witnesses
from layers.store import Session

KEPT_DAYS = 400.0  # an older patrol changes nothing that a map shows
LONGEST_PATROL_DAYS = 2.0


@dataclass(frozen=True, eq=False)
class Walks:
    """Tracks and visits in metres, with the codes of who went ("" = not said)."""

    tracks: Tracks
    visits: Visits
    by_patrol: Sequence[str]
    by_visit: Sequence[str]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """A number for every person who went."""
        return {code: n for n, code in enumerate(sorted({*self.by_patrol, *self.by_visit} - {""}))}

    def witnesses(self, owners: Sequence[tuple[str, ...]]) -> Witnesses:
        """Who walked and who answers, as numbers; `owners` are the persons who answer for each unit."""
        known = self.numbers
        widest = max((len(who) for who in owners), default=0)
        rows = np.full((len(owners), max(widest, 1)), NOBODY)
        for row, who in zip(rows, owners, strict=True):
            row[: len(who)] = [known.get(code, NOBODY) for code in who]
        of_patrol, of_visit = (
            np.array([known.get(code, NOBODY) for code in by], dtype=int) for by in (self.by_patrol, self.by_visit)
        )
        return Witnesses(of_patrol, of_visit, rows)


def walks_of(session: Session, metres: Metres, as_of: datetime) -> Walks:
    """The patrols that began in the 400 days before, in the order in which they are stored."""
    placed = (
        Where("geom", "not null"), Where("started_at", ">", as_of - timedelta(days=KEPT_DAYS)),
        Where("started_at", "<=", as_of),
    )  # fmt: skip
    names = ("kind", "geom", "started_at", "fixes", "inspector")
    rows = session.features.columns("patrols", names, Query(where=placed))
    # A track whose fixes do not match its vertices proves nothing and is left out.
    tracks = [
        row for row in rows if row[0] == "track" and row[3] and len(row[3]) == shapely.get_num_coordinates(row[1])
    ]
    visits = [row for row in rows if row[0] == "visit"]
    who = [[str(row[4] or "") for row in kind] for kind in (tracks, visits)]
    return Walks(_tracks(tracks, metres), _visits(visits, metres), *who)


def _tracks(rows: Sequence[tuple[Any, ...]], metres: Metres) -> Tracks:
    xy, patrol = shapely.get_coordinates(metres.to(objects([row[1] for row in rows])), return_index=True)
    fixes = np.array([fix for row in rows for fix in row[3]], dtype=float).reshape(-1, 2)
    started = seconds([row[2] for row in rows])[patrol]
    return Tracks(patrol, xy[:, 0], xy[:, 1], started + fixes[:, 0], fixes[:, 1])


def _visits(rows: Sequence[tuple[Any, ...]], metres: Metres) -> Visits:
    spots = shapely.get_coordinates(shapely.point_on_surface(metres.to(objects([row[1] for row in rows]))))
    return Visits(spots[:, 0], spots[:, 1], seconds([row[2] for row in rows]))


@dataclass(frozen=True, eq=False)
class RoadTable:
    """Road segments: their codes, names and classes beside their axis in metres."""

    code: Objects
    name: Objects
    road_name: Objects
    road_class: Objects
    roads: Roads


def road_table(session: Session, metres: Metres, *, near: BBox | None = None) -> RoadTable:
    """Every segment in key order, also those without a geometry (of the length 0); or those that meet a box."""
    names = ("geom", "code", "name", "road_name", "road_class", "from_m", "to_m")
    rows = session.features.columns("road_segments", names, Query(bbox=near))
    columns = [objects([row[i] for row in rows]) for i in range(len(names))]
    geometry, code, name, road_name, road_class, from_m, to_m = columns
    axis = roads(metres.to(geometry), from_m.astype(float), to_m.astype(float))
    return RoadTable(code, name, road_name, road_class, axis)


def chosen_roads(table: RoadTable, rows: Ints) -> RoadTable:
    """Some of the segments."""
    axis = table.roads
    kept = Roads(axis.geometry[rows], axis.from_m[rows], axis.to_m[rows])
    return RoadTable(table.code[rows], table.name[rows], table.road_name[rows], table.road_class[rows], kept)


def owners_of_cells(town: Town, cells: Cells) -> list[tuple[str, ...]]:
    """Everybody who answers for an area around each cell, of any level."""
    of_area = [town.people.get(("areas", area.code), ()) for area in town.areas] + [()]
    numbers = np.column_stack([town.at(cells.geometry, level) for level in LEVELS])
    known = {tuple(row): sum((of_area[i] for i in row), ()) for row in np.unique(numbers, axis=0).tolist()}
    return [known[tuple(row)] for row in numbers.tolist()]


def owners_of_segments(town: Town, table: RoadTable) -> list[tuple[str, ...]]:
    """Everybody who answers for each segment."""
    return [town.people.get(("road_segments", str(code)), ()) for code in table.code]
