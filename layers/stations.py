"""Air-monitoring stations and their rings: a layer of their own, rebuilt when a station changes."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput
from layers.geometry import Metres
from layers.model import Feature
from layers.query import Query, Where
from layers.schema import LAYERS, RADII_M
from layers.store import Session, Store
from layers.town import metres_of
from layers.values import checked
from layers.words import msg

LARGEST_RADIUS_M = 50_000.0


def rings_of(station: Feature, metres: Metres) -> list[Feature]:
    """The rings of a station, inner to outer, each between two neighbouring radii, in true metres."""
    radii = _radii(station.values.get("radii_m"))
    made: list[Feature] = []
    if station.geometry is None:
        return made
    for inner_m, outer_m in pairwise([0.0, *radii]):
        ring = metres.ring(station.geometry, inner_m, outer_m)
        values = {"station": station.code, "inner_m": inner_m, "outer_m": outer_m}
        made.append(Feature(code=f"{station.code}-{outer_m:.0f}", geometry=ring, values=values))
    return made


def rebuild_rings(session: Session, *, now: datetime, station: str | None = None) -> None:
    """Make the rings anew: of one station, or of all."""
    where = () if station is None else (Where("station", "=", station),)
    for ring in session.features.read("station_buffers", Query(where=where)):
        session.features.delete("station_buffers", ring.id)
    chosen = session.features.read("stations")
    metres = metres_of(session)
    rings = [ring for s in chosen if station in (None, s.code) for ring in rings_of(s, metres)]
    if rings:
        session.features.insert_many("station_buffers", rings, now=now)


def add_station(store: Store, geometry: BaseGeometry, values: Mapping[str, object], *, now: datetime) -> Feature:
    """A new station with its rings; its code is made where none is given."""
    known = {"radii_m": list(RADII_M), **checked(LAYERS["stations"], values)}
    _radii(known["radii_m"])
    with store.writing() as session:
        number = session.features.next_id("stations")
        code = str(values.get("code") or f"ZD-{number:03d}")
        made = session.features.insert(
            "stations", Feature(id=number, code=code, geometry=geometry, values=known), now=now
        )
        rebuild_rings(session, now=now, station=code)
    return made


def remove_station(store: Store, code: str, *, now: datetime, expected: int | None = None) -> None:
    """Remove a station and its rings."""
    with store.writing() as session:
        station = session.features.by_code("stations", code)
        session.features.delete("stations", station.id, expected=expected)
        rebuild_rings(session, now=now, station=code)


def change_station(
    store: Store, code: str, changes: Mapping[str, object], *, now: datetime, expected: int | None = None
) -> Feature:
    """Change a station's fields or place ("geom"); its rings follow in the same transaction."""
    if "radii_m" in changes:
        _radii(changes["radii_m"])
    with store.writing() as session:
        station = session.features.by_code("stations", code)
        changed = session.features.update("stations", station.id, changes, now=now, expected=expected)
        rebuild_rings(session, now=now, station=code)
    return changed


def _radii(value: object) -> list[float]:
    """Ring radii in metres, ascending; BadInput for anything else."""
    given = value if isinstance(value, list | tuple) else []
    radii = [float(r) for r in given if isinstance(r, int | float) and 0 < r <= LARGEST_RADIUS_M]
    if len(radii) != len(given) or not radii or sorted(set(radii)) != radii:
        raise BadInput(
            msg("Ring radii must be a list of growing distances in metres, at most 50 000."), field="radii_m"
        )
    return radii
