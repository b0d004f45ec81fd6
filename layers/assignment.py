"""Who answers for what, decided with the places that the store holds."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geometry import Metres
from layers.model import Category
from layers.query import BBox, Query, Where
from layers.rules.places import Areas, Places, Rings, Segments
from layers.rules.responsibility import Assignments, Fallback, assign, duties_on
from layers.store import Session
from layers.town import metres_of

Objects = NDArray[np.object_]

_SEGMENT_COLUMNS = ("geom", "code", "name", "road_name", "from_m", "to_m", "corridor_m")
_AREA_COLUMNS = ("geom", "code", "name", "level")
_RING_COLUMNS = ("code", "station", "inner_m", "outer_m")
_METRE_IN_DEGREES = 1.0 / 111_000.0
_WIDEST_SHRINK = 8.0  # a degree of longitude shrinks with latitude; up to 83° this is wide enough


def decide(session: Session, geometries: Objects, *, on: date, near: BBox | None = None) -> Assignments:
    """The rule of responsibility for geometries in EPSG:4326; `near` limits the places that are read."""
    metres = metres_of(session)
    town = session.town.get()
    names = {person.code: person.name for person in session.duties.people()}
    duties = duties_on(on, session.duties.responsibilities(on=on), names)
    fallback = Fallback(town.code, town.name, town.fallback_person, names.get(town.fallback_person, ""))
    return assign(metres.to(geometries), places_of(session, metres, near=near), duties, fallback)


def decide_one(session: Session, geometry: shapely.Geometry, *, on: date) -> Assignments:
    """The same for one geometry: only the places round it are read."""
    array = np.array([geometry], dtype=object)
    return decide(session, array, on=on, near=geometry.bounds)


def places_of(session: Session, metres: Metres, *, near: BBox | None = None) -> Places:
    """The places of the town (or those whose box comes near a box) in metres."""
    segments = _columns(session, "road_segments", _SEGMENT_COLUMNS, _wider(near, _widest_corridor_m(session)))
    areas = _columns(session, "areas", _AREA_COLUMNS, near)
    rings = _columns(session, "station_buffers", _RING_COLUMNS, near)
    stations = {code: (geometry, name) for code, geometry, name in
                session.features.columns("stations", ("code", "geom", "name"))}  # fmt: skip
    centres = _objects([stations[code][0] for code in rings[1]])
    geometry, code, name, road_name, from_m, to_m, corridor_m = segments
    shapes, *named = areas
    return Places(
        segments=Segments(
            metres.to(geometry), code, name, road_name, _floats(from_m), _floats(to_m), _floats(corridor_m)
        ),
        areas=Areas(metres.to(shapes), *named),
        rings=Rings(
            centre=metres.to(centres), code=rings[0], station=rings[1],
            station_name=_objects([stations[code][1] or code for code in rings[1]]),
            inner_m=_floats(rings[2]), outer_m=_floats(rings[3]),
        ),
    )  # fmt: skip


def category_of(categories: Sequence[Category]) -> dict[str, Category]:
    """Categories by code."""
    return {category.code: category for category in categories}


def _columns(session: Session, layer: str, names: Sequence[str], near: BBox | None) -> list[Objects]:
    placed = (Where("geom", "not null"),)
    rows = session.features.columns(layer, names, Query(bbox=near, where=placed))
    return [_objects([row[i] if row[i] is not None or i == 0 else _BLANK.get(names[i]) for row in rows])
            for i in range(len(names))]  # fmt: skip


_BLANK: dict[str, object] = {"name": "", "road_name": "", "level": "village", "corridor_m": 0.0}


def _widest_corridor_m(session: Session) -> float:
    return float(session.features.maximum("road_segments", "corridor_m") or 0.0)  # type: ignore[arg-type]


def _wider(box: BBox | None, by_m: float) -> BBox | None:
    if box is None:
        return None
    up = by_m * _METRE_IN_DEGREES
    aside = up * _WIDEST_SHRINK
    return box[0] - aside, box[1] - up, box[2] + aside, box[3] + up


def _floats(values: Objects) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _objects(values: Sequence[object]) -> Objects:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
