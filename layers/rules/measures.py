"""Measures (措施): what was done at a place, how much of it that covers, and where water must not be sprayed.

Geometries are in metres of one projected CRS. How far a parcel is treated follows from the shapes of its measures,
never from what somebody typed. A measure holds from `done_at` until `valid_to`, half-open: a dust net that was taken
off covers nothing from that moment on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.words import Message, msg

POLYGONS = frozenset({"Polygon", "MultiPolygon"})
LINES = frozenset({"LineString", "MultiLineString"})
POINTS = frozenset({"Point", "MultiPoint"})
ANYWHERE = POINTS | LINES | POLYGONS
NOWHERE: frozenset[str] = frozenset()

TREATED_SHARE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of measure; `title` is the English word.

    `covers`: its area counts as treated. `wets`: it sprays or spills water. Without geometry types it is an act on
    an organisation (a notice, a talk), not on a place.
    """

    title: str
    unit: str
    geometry_types: frozenset[str] = ANYWHERE
    covers: bool = False
    wets: bool = False


KINDS: Mapping[str, Kind] = {
    "clear": Kind(title="Clearing away", unit="m³", covers=True),
    "green": Kind(title="Greening", unit="m²", geometry_types=POLYGONS, covers=True),
    "harden": Kind(title="Hardening", unit="m²", geometry_types=POLYGONS, covers=True),
    "cover": Kind(title="Covering", unit="m²", geometry_types=POLYGONS, covers=True),
    "sprinkle": Kind(title="Sprinkling", unit="L", wets=True),
    "mist": Kind(title="Misting", unit="L", wets=True),
    "wet_work": Kind(title="Wet working", unit="L", wets=True),
    "haul_control": Kind(title="Haulage control", unit="trips"),
    "clean": Kind(title="Cleaning", unit="m²"),
    "deep_clean": Kind(title="Deep cleaning", unit="m²", wets=True),
    "dry_toilet": Kind(title="Dry toilet conversion", unit="sites"),
    "sewage": Kind(title="Sewage works", unit="m"),
    "upkeep": Kind(title="Fine upkeep", unit="m²"),
    "survey": Kind(title="Ground survey", unit="sites"),
    "sweep": Kind(title="Dragnet inspection", unit="times"),
    "patrol_control": Kind(title="Patrol control", unit="times"),
    "inspection": Kind(title="Enforcement inspection", unit="times"),
    "joint_enforcement": Kind(title="Joint enforcement", unit="times"),
    "exposure": Kind(title="Public exposure", unit="times"),
    "notice": Kind(title="Notice of criticism", unit="times", geometry_types=NOWHERE),
    "talk": Kind(title="Admonishing talk", unit="times", geometry_types=NOWHERE),
    "accountability": Kind(title="Calling to account", unit="times", geometry_types=NOWHERE),
    "praise": Kind(title="Praise", unit="times", geometry_types=NOWHERE),
    "sweeping_day": Kind(title="Sweeping day", unit="people", geometry_types=LINES | POLYGONS),
    "publicity": Kind(title="Publicity", unit="times"),
}
KIND_TITLES: Mapping[str, str] = {code: kind.title for code, kind in KINDS.items()}
UNIT_TITLES: Mapping[str, str] = {
    "m²": "m²",
    "m³": "m³",
    "m": "m",
    "L": "litres",
    "kg": "kg",
    "trips": "trips",
    "sites": "sites",
    "times": "times",
    "people": "people",
}


@dataclass(frozen=True, slots=True)
class Done:
    """One measure as the computation needs it: kind, shape (metres), from when, until when (None = still)."""

    kind: str
    geometry: BaseGeometry | None
    done_at: datetime
    valid_to: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Whether it is in effect at that moment."""
        return in_effect(self.done_at, self.valid_to, at=moment)


def in_effect(done_at: datetime, valid_to: datetime | None, *, at: datetime) -> bool:
    """Whether a measure holds: done ≤ moment < valid_to (None = it holds still).

    >>> day = datetime(2021, 12, 1)
    >>> in_effect(day, None, at=day), in_effect(day, day, at=day)
    (True, False)
    """
    return done_at <= at and (valid_to is None or at < valid_to)


@dataclass(frozen=True, slots=True)
class Completion:
    """How much of a place is treated, in m²: of each kind, and of all together (overlaps counted once)."""

    area_m2: float
    by_kind: Mapping[str, float]
    treated_m2: float

    @property
    def share(self) -> float:
        """The treated part of the whole, 0..1; 0 for a place without area."""
        return min(self.treated_m2 / self.area_m2, 1.0) if self.area_m2 else 0.0


def completion(place: BaseGeometry, done: Iterable[Done], *, at: datetime) -> Completion:
    """How far a parcel (or a problem's polygon) is treated at a moment; points and lines cover nothing.

    >>> day = datetime(2021, 12, 1)
    >>> nets = [Done("cover", shapely.box(0, 0, 6, 10), day), Done("green", shapely.box(4, 0, 8, 10), day)]
    >>> found = completion(shapely.box(0, 0, 10, 10), nets, at=day)
    >>> dict(found.by_kind), found.treated_m2, found.share
    ({'cover': 60.0, 'green': 40.0}, 80.0, 0.8)
    """
    shapes: dict[str, list[BaseGeometry]] = {}
    for one in done:
        if KINDS[one.kind].covers and one.geometry is not None and one.holds_at(at):
            shapes.setdefault(one.kind, []).append(one.geometry)
    by_kind = {kind: _area_within(place, parts) for kind, parts in shapes.items()}
    together = _area_within(place, [part for parts in shapes.values() for part in parts])
    return Completion(float(shapely.area(place)), by_kind, together)


def _area_within(place: BaseGeometry, shapes: Sequence[BaseGeometry]) -> float:
    return float(shapely.area(shapely.intersection(place, shapely.union_all(shapes))))


def parcel_state(share: float) -> str:
    """The state of a parcel by its treated share: bare, in treatment, treated from `TREATED_SHARE` on.

    >>> [parcel_state(share) for share in (0.0, 0.5, 0.95)]
    ['bare', 'in_treatment', 'treated']
    """
    if share >= TREATED_SHARE:
        return "treated"
    return "in_treatment" if share > 0 else "bare"


@dataclass(frozen=True, slots=True)
class Station:
    """An air-monitoring station, its point (metres), and how far round it nothing may interfere."""

    code: str
    name: str
    point: BaseGeometry
    no_interference_m: float


def interference(kind: str, geometry: BaseGeometry | None, stations: Sequence[Station]) -> list[Message]:
    """The legal warning for each station that a water or spray measure comes too close to; usually none.

    Spraying round a station lowers what it measures without cleaning the air. Chinese law treats that as
    falsifying monitoring data, whoever orders it.
    """
    if geometry is None or not KINDS[kind].wets:
        return []
    distance_m = shapely.distance(geometry, np.array([station.point for station in stations], dtype=object))
    return [
        _warning(station, float(distance))
        for station, distance in zip(stations, distance_m, strict=True)
        if distance <= station.no_interference_m
    ]


def _warning(station: Station, distance_m: float) -> Message:
    return msg(
        "Spraying water round the monitoring station {station} interferes with its measurement: that is against the "
        "law and punishable. This place is {distance} m from it; within {radius} m nothing may interfere.",
        station=station.name or station.code,
        distance=round(distance_m),
        radius=f"{station.no_interference_m:g}",
    )
