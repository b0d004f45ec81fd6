"""Frontages (门前责任区): entered, changed and removed by planners; where one stands is derived from its shape."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput
from layers.model import Feature
from layers.query import Where
from layers.roadside import FIELDS, place_one
from layers.schema import GEOMETRY_TYPES, LAYERS
from layers.store import Store
from layers.values import checked, town_day
from layers.words import msg

SHAPES = GEOMETRY_TYPES["MULTILINESTRING"] | GEOMETRY_TYPES["MULTIPOLYGON"]
OF_CHECKS = ("checked_at", "passed", "failed")
DERIVED = frozenset({*FIELDS, *OF_CHECKS})


def add(store: Store, geometry: BaseGeometry, values: Mapping[str, object], *, now: datetime) -> Feature:
    """A new frontage; its code is made where none is given."""
    with store.writing() as session:
        known = {"trade": "other", **_checked(values, now)}
        if not known.get("name"):
            raise BadInput(msg("A frontage has the name of its shop."), field="name")
        number = session.features.next_id("frontages")
        code = str(values.get("code") or "") or f"MQ-{number:05d}"
        derived, _ = place_one(session, geometry)
        made = Feature(id=number, code=code, geometry=geometry, values={**known, **derived})
        return session.features.insert("frontages", made, now=now)


def change(
    store: Store,
    id_: int,
    *,
    geometry: BaseGeometry | None,
    values: Mapping[str, object],
    now: datetime,
    expected: int | None,
) -> Feature:
    """Change a frontage's shape or fields; Conflict where `expected` is not its version."""
    with store.writing() as session:
        changes = _checked(values, now)
        if "name" in changes and not changes["name"]:
            raise BadInput(msg("A frontage has the name of its shop."), field="name")
        if values.get("code"):
            changes["code"] = str(values["code"])
        if geometry is not None:
            changes |= {"geom": geometry, **place_one(session, geometry)[0]}
        return session.features.update("frontages", id_, changes, now=now, expected=expected)


def remove(store: Store, id_: int, *, expected: int | None) -> None:
    """Remove a frontage, its shop being gone; its checks stay. Conflict where `expected` is not its version."""
    with store.writing() as session:
        session.features.delete("frontages", id_, expected=expected)


def in_state(state: str, *, now: datetime, max_age_days: float) -> tuple[Where, ...]:
    """The condition that a frontage is in that state of `rules.frontages.STATES` at that moment."""
    limit = now - timedelta(days=max_age_days)
    fresh = Where("checked_at", ">=", limit)
    conditions: Mapping[str, tuple[Where, ...]] = {
        "never": (Where("checked_at", "is null"),),
        "overdue": (Where("checked_at", "<", limit),),
        "failed": (fresh, Where("failed", ">", 0)),
        "passed": (fresh, Where("failed", "=", 0)),
    }
    return conditions[state]


def _checked(values: Mapping[str, object], now: datetime) -> dict[str, object]:
    given = {name: value for name, value in values.items() if name not in DERIVED}
    known = checked(LAYERS["frontages"], given)
    pledged_on = known.get("pledged_on")
    if pledged_on is not None and str(pledged_on) > town_day(now).isoformat():
        raise BadInput(msg("The pledge is signed in the future."), field="pledged_on")
    return known
