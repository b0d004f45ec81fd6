"""Questions to the whole town: hotspots, a road chief's segments. Load → rule → values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.errors import NotFound
from layers.geometry import Metres
from layers.ground import Objects, Town, cells_of, found_problems, objects, town_of
from layers.model import Feature
from layers.query import Query, Where
from layers.rules import hotspots as hot_rules
from layers.rules.grid import Cells
from layers.rules.rings import Ring, ring_table
from layers.rules.road_axis import roads
from layers.rules.road_ticks import Tick, ticks
from layers.rules.roles import answers
from layers.store import Session
from layers.town import metres_of
from layers.values import town_day


@dataclass(frozen=True, eq=False)
class HotspotMap:
    """The hotspots round a station at a moment: the cells near it, its rings, who answers where."""

    station: Feature
    cells: Cells
    result: hot_rules.Hotspots
    owners: list[tuple[str, ...]]
    rings: list[Ring]
    problems: int
    metres: Metres
    as_of: datetime


def hotspots(session: Session, station_code: str, *, as_of: datetime) -> HotspotMap:
    """Where round a station there are more open problems than chance would put there."""
    metres = metres_of(session)
    station = session.features.by_code("stations", station_code)
    if station.geometry is None:
        raise NotFound("station", station_code)
    town = town_of(session, metres, on=town_day(as_of))
    cells = cells_of(town)
    found = found_problems(session, metres, as_of)
    shapes, found_at = found.problems.geometry, found.problems.found_at
    alive = ~(found.problems.closed_at <= as_of.timestamp())
    spots = shapely.get_coordinates(shapely.point_on_surface(shapes))
    once = hot_rules.first_reports(found.category, spots, found_at) if len(spots) else alive
    geometry = shapes[alive & once]
    result = hot_rules.hotspots(cells, hot_rules.count_in(cells, geometry))
    centre = metres.to(station.geometry)
    edges_m = (0.0, *(float(str(r)) for r in station.values["radii_m"] or ()))  # type: ignore[attr-defined]
    near = shapely.dwithin(cells.geometry, centre, max(edges_m))
    return HotspotMap(
        station=station, cells=_chosen(cells, near), result=_chosen(result, near),
        owners=_owners(town, cells.geometry[near]),
        rings=ring_table(centre, geometry, _district(town), edges_m=edges_m),
        problems=len(geometry), metres=metres, as_of=as_of,
    )  # fmt: skip


def segments_of(session: Session, person: str, *, on: datetime) -> list[Feature]:
    """The road segments that a person answers for on that day."""
    rows = session.duties.responsibilities(on=on.date(), person=person)
    codes = tuple(row.place for row in rows if row.layer == "road_segments" and answers(row))
    return session.features.read("road_segments", Query(where=(Where("code", "in", codes),))) if codes else []


def corridor(segment: Feature, metres: Metres) -> BaseGeometry | None:
    """What can be seen from a segment: its corridor to both sides, in degrees."""
    width_m = segment.values["corridor_m"]
    if segment.geometry is None or not width_m:
        return None
    return metres.back(shapely.buffer(metres.to(segment.geometry), float(str(width_m)), quad_segs=8))


def ticks_of(segments: Sequence[Feature], metres: Metres) -> list[tuple[str, Tick]]:
    """The chainage ticks of segments that have a shape and a chainage: (code, tick in metres)."""
    placed = [row for row in segments if row.geometry is not None and row.values["to_m"] is not None]
    if not placed:
        return []
    from_m, to_m = (np.array([float(str(row.values[end] or 0)) for row in placed]) for end in ("from_m", "to_m"))
    axis = roads(metres.to(objects([row.geometry for row in placed])), from_m, to_m)
    return [(placed[tick.segment].code, tick) for tick in ticks(axis)]


def _district(town: Town) -> BaseGeometry:
    return shapely.union_all(objects([area.polygon for area in town.areas if area.polygon is not None]))


def _owners(town: Town, cells: Objects) -> list[tuple[str, ...]]:
    """The names of the villages (or, where there are none, of all areas) that each cell lies in."""
    placed = [area for area in town.areas if area.polygon is not None]
    villages = [area for area in placed if area.level == "village"] or placed
    owners: list[list[str]] = [[] for _ in cells]
    if villages and len(cells):
        tree = shapely.STRtree(objects([area.polygon for area in villages]))
        for cell, area in zip(*tree.query(shapely.point_on_surface(cells), predicate="intersects"), strict=True):
            owners[cell].append(villages[area].name)
    return [tuple(names) for names in owners]


def _chosen(columns: Any, rows: NDArray[np.bool_]) -> Any:
    """The same dataclass of arrays with some of its rows."""
    return type(columns)(**{name: getattr(columns, name)[rows] for name in columns.__dataclass_fields__})
