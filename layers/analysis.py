"""Questions to the whole town: clean zones, hotspots, a road chief's segments. Load → rule → values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput, NotFound
from layers.geometry import Metres
from layers.model import Feature
from layers.query import Query, Where
from layers.rules import clean_zones as rules
from layers.rules import hotspots as hot_rules
from layers.rules.grid import Cells, unit_cells
from layers.rules.rings import Ring, ring_table
from layers.store import Session
from layers.town import metres_of
from layers.words import msg

Objects = NDArray[np.object_]
Floats = NDArray[np.float64]
MOST_CELLS = 60_000
CELL_M2 = 10_000.0
NOT_A_PROBLEM = ("declined", "void", "duplicate")  # these were never found to be one


@dataclass(frozen=True, eq=False)
class CleanMap:
    """The clean zones of a town at a moment, cell by cell."""

    cells: Cells
    zones: rules.CleanZones
    summary: rules.Summary
    parameters: rules.Parameters
    metres: Metres
    as_of: datetime


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


@dataclass(frozen=True, eq=False)
class _Found:
    """Problems in metres, as columns; NaN where a moment has not come."""

    geometry: Objects
    category: Objects
    found_at: Floats
    closed_at: Floats


def clean_zones(session: Session, *, as_of: datetime, area: str = "") -> CleanMap:
    """The three states of every 100 m cell of the town (or of one area), as they stood at `as_of`."""
    metres = metres_of(session)
    cells = _cells(session, metres, area)
    found = _problems(session, metres, as_of)
    parameters = rules.Parameters()
    zones = rules.clean_zones(
        cells, rules.Problems(found.geometry, found.found_at, found.closed_at, found.closed_at),
        *_patrols(session, metres), as_of=as_of.timestamp(), parameters=parameters,
    )  # fmt: skip
    return CleanMap(cells, zones, rules.summarise(zones, cells), parameters, metres, as_of)


def hotspots(session: Session, station_code: str, *, as_of: datetime) -> HotspotMap:
    """Where round a station there are more open problems than chance would put there."""
    metres = metres_of(session)
    station = session.features.by_code("stations", station_code)
    if station.geometry is None:
        raise NotFound("station", station_code)
    cells = _cells(session, metres, "")
    found = _problems(session, metres, as_of)
    alive = ~(found.closed_at <= as_of.timestamp())
    spots = shapely.get_coordinates(shapely.point_on_surface(found.geometry))
    once = hot_rules.first_reports(found.category, spots, found.found_at) if len(spots) else alive
    geometry = found.geometry[alive & once]
    result = hot_rules.hotspots(cells, hot_rules.count_in(cells, geometry))
    centre = metres.to(station.geometry)
    edges_m = (0.0, *(float(str(r)) for r in station.values["radii_m"] or ()))  # type: ignore[attr-defined]
    near = shapely.dwithin(cells.geometry, centre, max(edges_m))
    district = _district(session, metres)
    return HotspotMap(
        station=station, cells=_chosen(cells, near), result=_chosen(result, near),
        owners=_owners(session, metres, cells.geometry[near]),
        rings=ring_table(centre, geometry, district, edges_m=edges_m),
        problems=len(geometry), metres=metres, as_of=as_of,
    )  # fmt: skip


def segments_of(session: Session, person: str, *, on: datetime) -> list[Feature]:
    """The road segments that a person answers for on that day."""
    rows = session.duties.responsibilities(on=on.date(), person=person)
    codes = tuple(row.place for row in rows if row.layer == "road_segments")
    return session.features.read("road_segments", Query(where=(Where("code", "in", codes),))) if codes else []


def corridor(segment: Feature, metres: Metres) -> BaseGeometry | None:
    """What can be seen from a segment: its corridor to both sides, in degrees."""
    width_m = segment.values["corridor_m"]
    if segment.geometry is None or not width_m:
        return None
    return metres.back(shapely.buffer(metres.to(segment.geometry), float(str(width_m)), quad_segs=8))


def _cells(session: Session, metres: Metres, area: str) -> Cells:
    rows = session.features.columns("areas", ("geom", "code"))
    shapes = [geometry for geometry, code in rows if geometry is not None and area in ("", code)]
    if area and not shapes:
        raise NotFound("area", area)
    polygons = metres.to(_objects(shapes))
    _check_size(polygons)
    return unit_cells(polygons)


def _check_size(polygons: Objects) -> None:
    if len(polygons) and shapely.area(shapely.union_all(polygons)) > MOST_CELLS * CELL_M2:
        raise BadInput(
            msg("The town is too large for one map of {most} cells: choose an area.", most=MOST_CELLS), field="area"
        )


def _district(session: Session, metres: Metres) -> BaseGeometry:
    shapes = [geometry for (geometry,) in session.features.columns("areas", ("geom",)) if geometry is not None]
    return shapely.union_all(metres.to(_objects(shapes)))


def _problems(session: Session, metres: Metres, as_of: datetime) -> _Found:
    """What had been found by then; what was closed is verified too, for another person closes it."""
    query = Query(where=(Where("found_at", "<=", as_of), Where("geom", "not null")))
    rows = session.features.columns("problems", ("geom", "category", "found_at", "closed_at", "state"), query)
    real = [row for row in rows if row[4] not in NOT_A_PROBLEM]
    geometry, category, found_at, closed_at = ([row[i] for row in real] for i in range(4))
    return _Found(metres.to(_objects(geometry)), _objects(category), _seconds(found_at), _seconds(closed_at))


def _patrols(session: Session, metres: Metres) -> tuple[rules.Tracks, rules.Visits]:
    placed = (Where("geom", "not null"), Where("started_at", "not null"))
    rows = session.features.columns("patrols", ("kind", "geom", "started_at", "fixes"), Query(where=placed))
    tracks = [row for row in rows if row[0] == "track" and row[3]]
    visits = [row for row in rows if row[0] == "visit"]
    return _tracks(tracks, metres), _visits(visits, metres)


def _tracks(rows: Sequence[tuple[Any, ...]], metres: Metres) -> rules.Tracks:
    """All fixes as columns; a track whose fixes do not match its vertices proves nothing and is left out."""
    whole = [row for row in rows if len(row[3]) == shapely.get_num_coordinates(row[1])]
    xy, patrol = shapely.get_coordinates(metres.to(_objects([row[1] for row in whole])), return_index=True)
    fixes = np.array([fix for row in whole for fix in row[3]], dtype=float).reshape(-1, 2)
    started = _seconds([row[2] for row in whole])[patrol]
    return rules.Tracks(patrol, xy[:, 0], xy[:, 1], started + fixes[:, 0], fixes[:, 1])


def _visits(rows: Sequence[tuple[Any, ...]], metres: Metres) -> rules.Visits:
    spots = shapely.get_coordinates(shapely.point_on_surface(metres.to(_objects([row[1] for row in rows]))))
    return rules.Visits(spots[:, 0], spots[:, 1], _seconds([row[2] for row in rows]))


def _owners(session: Session, metres: Metres, cells: Objects) -> list[tuple[str, ...]]:
    """The names of the villages (or, where there are none, of all areas) that each cell lies in."""
    rows = session.features.columns("areas", ("geom", "name", "level"))
    villages = [row for row in rows if row[2] == "village"] or rows
    owners: list[list[str]] = [[] for _ in cells]
    if villages and len(cells):
        tree = shapely.STRtree(metres.to(_objects([row[0] for row in villages])))
        for cell, area in zip(*tree.query(shapely.point_on_surface(cells), predicate="intersects"), strict=True):
            owners[cell].append(str(villages[area][1]))
    return [tuple(names) for names in owners]


def _chosen(columns: Any, rows: NDArray[np.bool_]) -> Any:
    """The same dataclass of arrays with some of its rows."""
    return type(columns)(**{name: getattr(columns, name)[rows] for name in columns.__dataclass_fields__})


def _seconds(moments: Sequence[datetime | None]) -> Floats:
    return np.array([np.nan if moment is None else moment.timestamp() for moment in moments], dtype=float)


def _objects(values: Sequence[object]) -> Objects:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
