"""Plain values that travel between the store, the rules and the maps; no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.words import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One row of a layer; geometry in EPSG:4326; `id` 0 and `version` 0 before it is stored."""

    code: str
    geometry: BaseGeometry | None
    values: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    source_crs: str = "EPSG:4326"
    id: int = 0
    version: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Many rows of one layer as columns: `wkb` 2-D geometries in EPSG:4326 (object array of bytes or None)."""

    ids: NDArray[np.int64]
    wkb: NDArray[np.object_]
    fields: Mapping[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a sequence number: keys by layer; None instead of keys = read the layer anew."""

    sequence: int
    ids: Mapping[str, Sequence[int] | None]


class ChangeFeed(Protocol):
    """What the column cache needs of a store."""

    def change_stamp(self) -> int:
        """A number that differs after any committed write by anybody (cheap: microseconds)."""
        ...

    def changes_since(self, sequence: int) -> Changes:
        """The rows inserted, updated or deleted after `sequence` (0 = everything is new: all None)."""
        ...

    def table(self, layer: str, fields: Sequence[str], ids: Sequence[int] | None = None) -> FeatureTable:
        """The rows of a layer (those of `ids` that still exist, or all) with the named fields."""
        ...

    def has_more(self, layer: str, count: int) -> bool:
        """Whether the layer has more rows than that."""
        ...

    def mark(self, layer: str) -> str:
        """The mark of the side file that belongs to the layer; "" = none does."""
        ...

    def set_mark(self, layer: str, mark: str) -> None:
        """Let the side file with this mark be the layer's from now on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can be responsible, report or check."""

    code: str
    name: str
    organisation: str = ""
    phone: str = ""
    roles: tuple[str, ...] = ()  # posts without a place; those with one are responsibilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsibility:
    """Who answers for which place, in which role, from when (inclusive) to when (exclusive; None = open)."""

    layer: str
    place: str
    person: str
    role: str
    valid_from: date
    valid_to: date | None = None
    source: str = ""
    id: int = 0

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day: from ≤ day < to."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLink:
    """How a problem touches a place: derived from geometry, can be rebuilt."""

    layer: str
    code: str
    name: str
    method: str  # corridor | inside | ring | fallback
    distance_m: float = 0.0
    from_m: float | None = None  # chainage, for road segments
    to_m: float | None = None
    share: float | None = None  # of the problem's length or area, 0..1
    lead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a problem's append-only history."""

    problem_id: int
    kind: str  # see layers.casework.KINDS
    at: datetime
    recorded_at: datetime
    by: str = ""
    note: str = ""
    from_state: str = ""
    to_state: str = ""
    payload: Mapping[str, object] = field(default_factory=dict)
    account: str = ""  # who was signed in, where that is not who acted (an administrator for somebody)
    device: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `until` is the time wanted (extensions), `due_at` when it must be decided, `verdict` "" = open.

    `level` is that of an appeal, `first_id` the key of the request that began it (0 = this one).
    """

    problem_id: int
    kind: str
    asked_at: datetime
    asked_by: str = ""
    note: str = ""
    until: datetime | None = None
    due_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    verdict: str = ""
    decision: str = ""
    level: str = ""
    first_id: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of a deadline: `limit` in the unit of its clock (hours or days).

    `name` is one of STAGES, or "case" for the whole case; `clock` one of CLOCKS. Several stages of one
    name are milestones that run side by side, told apart by their `label` (stop work, penalty, …).
    """

    name: str
    clock: str
    limit: float
    label: str = ""


STAGES = ("confirm", "file", "assign", "handle", "check")
CLOCKS = ("emergency_hours", "working_hours", "working_days", "natural_days")
FACES = ("dirty", "disorderly", "ugly")  # 脏 乱 丑


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A class of problem with the rules for its cases; `parent` "" marks a 大类.

    `standard_code` is its class in GB/T 30428.2, where there is one. `open_photos` and `close_photos` are the
    roles of the photos without which a case is not filed, or not reported as fixed. `look_back_days` count from
    the closing. `version` counts the administrator's changes; None in `changed_at` = as shipped.
    """

    code: str
    parent: str
    name_zh: str
    name_en: str
    geometry_types: tuple[str, ...] = ("Point", "LineString", "Polygon")
    department: str = ""
    co_departments: tuple[str, ...] = ()  # departments that help (协办)
    case_limit: Stage = Stage("case", "natural_days", 3)
    stages: tuple[Stage, ...] = ()
    open_when_zh: str = ""
    open_when_en: str = ""
    close_when_zh: str = ""
    close_when_en: str = ""
    open_photos: tuple[str, ...] = ()
    close_photos: tuple[str, ...] = ()
    weight: float = 1.0
    hold_days: int = 30
    look_back_days: tuple[int, ...] = ()
    rebound_radius_m: float = 30.0
    rebound_days: float = 30.0
    ladder: str = "ordinary"
    standard_code: str = ""
    face: str = "dirty"
    public: bool = True  # whether somebody who has not signed in may report it
    retired: bool = False
    version: int = 1
    changed_at: datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The town that the store holds; `bounds` (west, south, east, north) in EPSG:4326 or None while empty."""

    code: str
    name: str
    demo: bool = False
    crs: str = "EPSG:4548"
    bounds: tuple[float, float, float, float] | None = None
    fallback_person: str = ""
    attribution: tuple[str, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something to say about one row of a file: row number as people count (1 = first data row)."""

    row: int
    message: Message
    field: str = ""
