"""Where what stands along roads is: its segment, side and chainage, and the areas in which it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from layers.geometry import Metres
from layers.ground import LEVELS, Area, Objects, Town, objects
from layers.inspection import RoadTable, road_table
from layers.query import BBox, Query, Where
from layers.rules.roadside import REACH_M, beside
from layers.store import Session
from layers.town import metres_of

LAYERS_BESIDE = ("frontages", "dust_samples")
FIELDS = ("segment", "side", "from_m", "to_m", *LEVELS)
_REACH_DEG = REACH_M / 111_000 * 8  # also east–west, up to 83° of latitude


@dataclass(frozen=True, slots=True)
class Beside:
    """The fields of FIELDS as columns, and the class of each segment ("" = on none)."""

    columns: dict[str, list[Any]]
    road_class: list[str]


def place(session: Session, geometries: Objects) -> Beside:
    """Where geometries in EPSG:4326 stand; None where nothing is near, or where there is no geometry."""
    metres = metres_of(session)
    near = _box(geometries)
    shapes, table = metres.to(geometries), road_table(session, metres, near=near)
    found = beside(shapes, table.roads)
    columns: dict[str, list[Any]] = {
        "segment": [_at(table.code, i) for i in found.segment.tolist()],
        "side": [side or None for side in found.side.tolist()],
        **{name: _known(values) for name, values in (("from_m", found.from_m), ("to_m", found.to_m))},
        **_areas(session, metres, shapes, near),
    }
    return Beside(columns, _classes(table, found.segment.tolist()))


def place_one(session: Session, geometry: shapely.Geometry) -> tuple[dict[str, Any], str]:
    """The fields of one geometry, and the class of its road ("" = on none)."""
    found = place(session, objects([geometry]))
    return {name: column[0] for name, column in found.columns.items()}, found.road_class[0]


def place_again(session: Session) -> None:
    """Derive it anew for everything that stands along roads, after roads or areas have changed."""
    for layer in LAYERS_BESIDE:
        rows = session.features.columns(layer, ("id", "geom"), Query(where=(Where("geom", "not null"),)))
        if rows:
            found = place(session, objects([row[1] for row in rows]))
            session.features.update_columns(layer, [row[0] for row in rows], found.columns)


def _areas(session: Session, metres: Metres, shapes: Objects, near: BBox | None) -> dict[str, list[str | None]]:
    """By level, the code of the area in which each shape lies."""
    rows = session.features.columns("areas", ("geom", "code", "level"), Query(bbox=near))
    polygons = metres.to(objects([row[0] for row in rows]))
    areas = [Area(str(code), "", str(level), "", shape) for shape, (_, code, level) in zip(polygons, rows, strict=True)]
    town = Town(areas, {})
    codes = objects([area.code for area in areas])
    return {level: [_at(codes, i) for i in town.at(shapes, level).tolist()] for level in LEVELS}


def _box(geometries: Objects) -> BBox | None:
    """The box round all, with room for the roads beside them."""
    if shapely.is_missing(geometries).all():
        return None
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(geometries))
    return west - _REACH_DEG, south - _REACH_DEG, east + _REACH_DEG, north + _REACH_DEG


def _classes(table: RoadTable, segments: Sequence[int]) -> list[str]:
    return [str(_at(table.road_class, i) or "") for i in segments]


def _at(values: Objects, index: int) -> str | None:
    return None if index < 0 else values[index]


def _known(values: np.typing.NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]
