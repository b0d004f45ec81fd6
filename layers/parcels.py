"""Bare-land parcels: drawn, changed and removed by planners; the area is always computed, never given."""

from collections.abc import Mapping
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput
from layers.model import Feature
from layers.schema import LAYERS
from layers.store import Session, Store
from layers.town import metres_of
from layers.values import checked
from layers.words import msg

MU_PER_M2 = 3 / 2000  # 1 亩 = 2000/3 m²
SMALLEST_M2 = 1.0
_COMPUTED = frozenset({"area_m2"})


def add_parcel(store: Store, geometry: BaseGeometry, values: Mapping[str, object], *, now: datetime) -> Feature:
    """A new parcel; its code is made where none is given."""
    with store.writing() as session:
        known = _checked(values)
        number = session.features.next_id("parcels")
        feature = Feature(
            id=number,
            code=str(values.get("code") or "") or f"LD-{number:05d}",
            geometry=geometry,
            values={**known, "area_m2": _area_m2(session, geometry)},
        )
        return session.features.insert("parcels", feature, now=now)


def change_parcel(
    store: Store,
    id_: int,
    *,
    geometry: BaseGeometry | None,
    values: Mapping[str, object],
    now: datetime,
    expected: int | None,
) -> Feature:
    """Change a parcel's shape or fields; Conflict where `expected` is not its version."""
    with store.writing() as session:
        changes = _checked(values)
        if values.get("code"):
            changes["code"] = str(values["code"])
        if geometry is not None:
            changes |= {"geom": geometry, "area_m2": _area_m2(session, geometry)}
        return session.features.update("parcels", id_, changes, now=now, expected=expected)


def remove_parcel(store: Store, id_: int, *, expected: int | None) -> None:
    """Remove a parcel; Conflict where `expected` is not its version."""
    with store.writing() as session:
        session.features.delete("parcels", id_, expected=expected)


def _checked(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in checked(LAYERS["parcels"], values).items() if name not in _COMPUTED}


def _area_m2(session: Session, geometry: BaseGeometry) -> float:
    area_m2 = metres_of(session).area_m2(geometry)
    if area_m2 < SMALLEST_M2:
        raise BadInput(msg("The parcel is smaller than one square metre."), field="geometry")
    return round(area_m2, 2)
