"""The report on work faces without seam: which land and which road nobody has, or two have. Load → rule → values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput
from layers.geometry import Metres
from layers.query import Query, Where
from layers.rules import stretches as roads
from layers.rules import work_faces as rules
from layers.rules.roles import answers
from layers.rules.work_faces import Faces
from layers.store import Session
from layers.town import metres_of
from layers.words import msg

Objects = NDArray[np.object_]
LEVELS = rules.LEVELS
KINDS = (*rules.AREA_KINDS, *roads.STRETCH_KINDS)
CHIEF = "road_chief"
SIDES = ("side", "侧别", "左右侧")  # fields of a file that tell the two carriageways of a road apart


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's place that a fault concerns: code, name, and who answers for it on the day."""

    code: str
    name: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of the seam in metres: `size` is m² of land (`level`) or m of chainage (`road`, from, to)."""

    kind: str
    geometry: BaseGeometry | None
    size: float
    who: tuple[Part, ...]
    level: str = ""
    road: str = ""
    from_m: float | None = None
    to_m: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Report:
    """All faults on one day; `seamless` and `loose` (borders that do not match, in metres) by level."""

    faults: list[Fault]
    seamless: Mapping[str, bool]
    loose: Mapping[str, BaseGeometry]
    areas: Mapping[str, int]
    segments: int
    district_m2: float
    metres: Metres
    on: date


@dataclass(frozen=True, slots=True)
class Area:
    """An area of responsibility, its polygon in metres and snapped."""

    code: str
    name: str
    level: str
    parent: str
    version: int
    polygon: BaseGeometry


def report(session: Session, *, on: date, level: str = "") -> Report:
    """The faults of every level of areas (or of one) and of the roads, as responsibilities stand on that day."""
    chosen = levels_of(level)
    metres = metres_of(session)
    areas = areas_of(session, metres)
    duties = _Duties(session, on)
    district = district_of_town(areas)
    home = {area.code: area.polygon for area in areas}
    by_level = {name: [area for area in areas if area.level == name] for name in chosen}
    by_level = {name: rows for name, rows in by_level.items() if rows}
    shapes = {name: faces_of(rows) for name, rows in by_level.items()}
    found = [
        fault for name, rows in by_level.items() for fault in _of_level(rows, shapes[name], district, home, duties)
    ]
    segments, along = ([], []) if level else _of_roads(session, metres, duties)
    return Report(
        faults=[*found, *along],
        seamless={name: rules.is_seamless(faces) for name, faces in shapes.items()},
        loose={name: rules.loose_edges(faces) for name, faces in shapes.items()},
        areas={name: len(rows) for name, rows in by_level.items()},
        segments=len(segments), district_m2=float(shapely.area(district)), metres=metres, on=on,
    )  # fmt: skip


def levels_of(level: str) -> tuple[str, ...]:
    """The levels that are meant: all, or the one named; BadInput for another word."""
    if level and level not in LEVELS:
        raise BadInput(
            msg("“{value}” is none of: {choices}.", value=level[:40], choices=", ".join(LEVELS)), field="level"
        )
    return (level,) if level else LEVELS


def areas_of(session: Session, metres: Metres) -> list[Area]:
    """Every area with a shape, in metres and snapped, in key order."""
    names = ("geom", "code", "name", "level", "parent", "version")
    rows = session.features.columns("areas", names, Query(where=(Where("geom", "not null"),)))
    polygons = rules.snapped(metres.to(_objects([row[0] for row in rows])))
    return [
        Area(code, name or code, level, parent or "", version, polygon)
        for (_, code, name, level, parent, version), polygon in zip(rows, polygons, strict=True)
    ]


def faces_of(areas: Sequence[Area]) -> Faces:
    """Areas as columns."""
    return Faces(_objects([area.code for area in areas]), _objects([area.polygon for area in areas]))


def district_of_town(areas: Sequence[Area]) -> BaseGeometry:
    """The outer outline of the largest level that there is."""
    top = next((level for level in LEVELS if any(area.level == level for area in areas)), "")
    return rules.district_of(_objects([area.polygon for area in areas if area.level == top]))


class _Duties:
    """Names and responsibilities on one day."""

    def __init__(self, session: Session, on: date):
        self._people = {person.code: person.name for person in session.duties.people()}
        self._held: dict[tuple[str, str], dict[str, list[str]]] = {}
        for duty in session.duties.responsibilities(on=on):
            if answers(duty):
                self._held.setdefault((duty.layer, duty.place), {}).setdefault(duty.role, []).append(duty.person)

    def people(self, layer: str, code: str) -> tuple[str, ...]:
        """The codes of all who answer for the place."""
        return tuple(dict.fromkeys(who for people in self._held.get((layer, code), {}).values() for who in people))

    def chiefs(self, segment: str) -> tuple[str, ...]:
        """The road chiefs of a segment; where none is called so, whoever answers for it."""
        held = self._held.get(("road_segments", segment), {})
        return tuple(dict.fromkeys(held.get(CHIEF, ()))) or self.people("road_segments", segment)

    def part(self, layer: str, code: str, name: str) -> Part:
        return Part(code, name, tuple(self._people.get(who, who) for who in self.people(layer, code)))


def _of_level(
    areas: Sequence[Area], faces: Faces, district: BaseGeometry, home: Mapping[str, BaseGeometry], duties: _Duties
) -> list[Fault]:
    assigned = frozenset(area.code for area in areas if duties.people("areas", area.code))
    found = [
        *rules.overlaps(faces),
        *rules.gaps(faces, district),
        *rules.outside(faces, district),
        *rules.outside_parents(faces, [area.parent for area in areas], home),
        *rules.unassigned_areas(faces, assigned),
    ]
    names = {area.code: area.name for area in areas}
    return [
        Fault(
            kind=fault.kind, geometry=fault.geometry, size=fault.size, level=areas[0].level,
            who=tuple(duties.part("areas", code, names.get(code, code)) for code in fault.codes),
        )
        for fault in found
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Segment:
    code: str
    name: str
    road: str
    from_m: float
    to_m: float
    line: BaseGeometry


def _of_roads(session: Session, metres: Metres, duties: _Duties) -> tuple[list[_Segment], list[Fault]]:
    segments = _segments(session, metres)
    known = {segment.code: segment for segment in segments}
    pieces = [
        roads.Piece(road=s.road, code=s.code, from_m=s.from_m, to_m=s.to_m, chiefs=duties.chiefs(s.code))
        for s in segments
    ]
    return segments, [_along(stretch, known, duties) for stretch in roads.stretch_faults(pieces)]


def _segments(session: Session, metres: Metres) -> list[_Segment]:
    """The segments with a shape; one without chainage is a road of its own, measured from 0."""
    names = ("geom", "code", "name", "road_name", "from_m", "to_m", "extra")
    rows = session.features.columns("road_segments", names, Query(where=(Where("geom", "not null"),)))
    lines = metres.to(_objects([row[0] for row in rows]))
    return [
        _Segment(code, name or code, *_chainage(code, road or code, from_m, to_m, extra or {}, line), line)
        for (_, code, name, road, from_m, to_m, extra), line in zip(rows, lines, strict=True)
    ]


def _chainage(
    code: str, road: str, from_m: float | None, to_m: float | None, extra: Mapping[str, object], line: BaseGeometry
) -> tuple[str, float, float]:
    if from_m is None or to_m is None:
        return code, 0.0, float(shapely.length(line))
    side = next((str(extra[name]) for name in SIDES if extra.get(name)), "")
    return f"{road} {side}".strip(), from_m, to_m


def _along(stretch: roads.Stretch, known: Mapping[str, _Segment], duties: _Duties) -> Fault:
    return Fault(
        kind=stretch.kind, geometry=_place(stretch, known), size=stretch.length_m, road=stretch.road,
        from_m=stretch.from_m, to_m=stretch.to_m,
        who=tuple(duties.part("road_segments", code, known[code].name) for code in stretch.codes),
    )  # fmt: skip


def _place(stretch: roads.Stretch, known: Mapping[str, _Segment]) -> BaseGeometry:
    """Where the stretch lies; of a jump in chainage, the way from one segment to the next."""
    first = known[stretch.codes[0]]
    if stretch.kind == "chainage_gap":
        return roads.bridge(first.line, known[stretch.codes[1]].line)
    shares = sorted((m - first.from_m) / (first.to_m - first.from_m) for m in (stretch.from_m, stretch.to_m))
    return roads.part_of_line(first.line, *shares)


def _objects(values: Sequence[object]) -> Objects:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
