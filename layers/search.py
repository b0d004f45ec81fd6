"""Finding a place, a problem or a person by what somebody types. Shows what the session's scope shows.

A hit bears a key (`road:福强路`, `chainage:福强路@1200`, `problem:17` …) by which it is found again, from an address.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import NotFound
from layers.ground import objects
from layers.model import Feature
from layers.query import Query, Where
from layers.rules import road_axis
from layers.rules.search_terms import Chainage, chainage_in, plain, rank
from layers.schema import LAYERS
from layers.store import Session
from layers.town import metres_of

MOST = 12
_OF_A_KIND = 5
_READ = 60  # rows of a large layer that are looked at for the best few
_PLACES = 200  # of a person, that are shown
_ROUGH_DEG = 1e-5  # about a metre: the shape is to be recognised only


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for, in one session, on one day of the town."""

    session: Session
    text: str
    on: date


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: `code` finds it among its kind, `rank` 0 is the best, `values` tell more of it."""

    kind: str
    code: str
    name: str
    rank: int = 0
    values: Mapping[str, object] = field(default_factory=dict)
    geometry: BaseGeometry | None = None

    @property
    def key(self) -> str:
        """By which it is found again."""
        return f"{self.kind}:{self.code}"


def search(ask: Ask) -> list[Hit]:
    """The best hits of all kinds, the best first; nothing for an empty text."""
    if not plain(ask.text):
        return []
    order = {kind: number for number, kind in enumerate(_KINDS)}
    best = [hit for kind in _KINDS.values() for hit in islice(sorted(kind.search(ask), key=_by_rank), _OF_A_KIND)]
    best.sort(key=lambda hit: (hit.rank, order[hit.kind]))
    return best[:MOST]


def found_again(session: Session, key: str, *, on: date) -> Hit:
    """The hit of that key. NotFound where there is none (any more), or none that the scope shows."""
    kind, _, code = key.partition(":")
    if kind not in _KINDS or not code:
        raise NotFound("place", key[:80])
    return _KINDS[kind].find(Ask(session, code, on), code)


def _by_rank(hit: Hit) -> tuple[int, int, str]:
    return hit.rank, len(hit.name), hit.name


# ---------------------------------------------------------------- rows of a layer


def _row(kind: str, row: Feature, how: int = 0) -> Hit:
    shape = None if row.geometry is None else shapely.simplify(row.geometry, _ROUGH_DEG)
    said = {name: row.values[name] for name in _SAID[kind]}
    return Hit(kind, row.code, str(row.values.get("name") or row.code), how, said, shape)


_LAYERS = {
    "area": "areas", "segment": "road_segments", "parcel": "parcels", "station": "stations", "frontage": "frontages",
}  # fmt: skip
_SAID: Mapping[str, tuple[str, ...]] = {
    "area": ("level",),
    "segment": ("road_name", "from_m", "to_m"),
    "parcel": ("state", "area_m2"),
    "station": ("grade",),
    "frontage": ("segment", "side", "from_m", "to_m"),
    "problem": ("state", "category", "lead_name", "found_at"),
}
_LARGE = ("segment", "parcel", "frontage")  # of these only the rows are read that the store finds by code or name


def _rows(kind: str) -> Callable[[Ask], Iterator[Hit]]:
    def found(ask: Ask) -> Iterator[Hit]:
        features, asked = ask.session.features, plain(ask.text)
        layer = _LAYERS[kind]
        query = Query(search=ask.text.strip(), limit=_READ) if kind in _LARGE else Query()
        names = features.columns(layer, ("id", "code", "name"), query)
        ranked = [(how, id_) for id_, code, name in names if (how := rank(asked, code, name or "")) is not None]
        best = {id_: how for how, id_ in sorted(ranked)[:_OF_A_KIND]}
        for row in features.read(layer, Query(ids=tuple(best))) if best else ():
            yield _row(kind, row, best[row.id])

    return found


def _by_code(kind: str) -> Callable[[Ask, str], Hit]:
    return lambda ask, code: _row(kind, ask.session.features.by_code(_LAYERS[kind], code))


# ---------------------------------------------------------------- problems, by their number


def _problem(row: Feature, how: int = 0) -> Hit:
    made = _row("problem", row, how)
    return Hit("problem", str(row.id), row.code, how, made.values, made.geometry)


def _problems(ask: Ask) -> Iterator[Hit]:
    asked = plain(ask.text).upper()
    if sum(letter.isdigit() for letter in asked) < 2 or not asked.isascii() or " " in asked:
        return
    query = Query(where=(Where("code", "contains", asked),), limit=_OF_A_KIND)
    for row in ask.session.features.read("problems", query):
        yield _problem(row, rank(asked.casefold(), row.code) or 0)


def _problem_of(ask: Ask, code: str) -> Hit:
    if not (code.isascii() and code.isdigit() and len(code) < 16):
        raise NotFound("place", code[:80])
    return _problem(ask.session.features.get("problems", int(code)))


# ---------------------------------------------------------------- roads, and places on them


def _road_names(ask: Ask, text: str) -> list[tuple[int, str]]:
    """Roads by how well their name answers, the best first."""
    names = (str(name or "") for (name,) in ask.session.features.count_by("road_segments", ["road_name"]))
    asked = plain(text)
    return sorted(((how, name) for name in names if (how := rank(asked, name)) is not None), key=lambda one: (
        one[0], len(one[1]), one[1]))[:_OF_A_KIND]  # fmt: skip


def _segments(session: Session, road: str) -> list[Feature]:
    return session.features.read("road_segments", Query(where=(Where("road_name", "=", road),)))


def _road(session: Session, name: str, how: int = 0) -> Hit:
    rows = _segments(session, name)
    if not rows:
        raise NotFound("place", name[:80])
    ends = [float(str(row.values[end])) for row in rows for end in ("from_m", "to_m") if row.values[end] is not None]
    lines = [shapely.simplify(row.geometry, _ROUGH_DEG) for row in rows if row.geometry is not None]
    said = {"segments": len(rows), "from_m": min(ends, default=None), "to_m": max(ends, default=None)}
    return Hit("road", name, name, how, said, shapely.union_all(objects(lines)) if lines else None)


def _roads(ask: Ask) -> Iterator[Hit]:
    spot = chainage_in(ask.text)  # beside a place on it that may not be there, the road with its length
    for how, name in _road_names(ask, spot.road if spot else ask.text):
        yield _road(ask.session, name, how + 1 if spot else how)


def _chainages(ask: Ask) -> Iterator[Hit]:
    spot = chainage_in(ask.text)
    for how, name in _road_names(ask, spot.road) if spot else ():
        found = _spot(ask.session, Chainage(name, spot.at_m)) if spot else None
        if found:
            yield Hit("chainage", f"{name}@{found[0]:g}", name, how, {"at_m": found[0], "segment": found[1]}, found[2])


def _chainage_of(ask: Ask, code: str) -> Hit:
    road, _, at = code.rpartition("@")
    spot = chainage_in(f"{road} {at}m")
    found = _spot(ask.session, Chainage(road, spot.at_m)) if spot else None
    if found is None:
        raise NotFound("place", code[:80])
    return Hit("chainage", code, road, 0, {"at_m": found[0], "segment": found[1]}, found[2])


def _spot(session: Session, spot: Chainage) -> tuple[float, str, BaseGeometry] | None:
    """Chainage, code of the segment and point, in degrees; None where no segment of the road has that chainage."""
    rows = [row for row in _segments(session, spot.road) if row.geometry is not None]
    if not rows:
        return None
    metres = metres_of(session)
    from_m, to_m = (np.array([_number(row.values[end]) for row in rows]) for end in ("from_m", "to_m"))
    axis = road_axis.roads(metres.to(objects([row.geometry for row in rows])), from_m, to_m)
    here = np.flatnonzero((axis.from_m <= spot.at_m) & (spot.at_m <= axis.to_m))
    if not len(here):
        return None
    measure = float(axis.measure(here[:1], np.array([spot.at_m]))[0])
    point = shapely.line_interpolate_point(axis.geometry[here[0]], measure)
    return spot.at_m, rows[here[0]].code, metres.back(point)


def _number(value: object) -> float:
    return np.nan if value is None else float(str(value))


# ---------------------------------------------------------------- people, for those who see the whole town


def _people(ask: Ask) -> Iterator[Hit]:
    if not ask.session.scope.sees_all:
        return
    asked = plain(ask.text)
    for person in ask.session.duties.people():
        how = rank(asked, person.code, person.name)
        if how is not None:
            yield Hit("person", person.code, person.name, how, {"organisation": person.organisation})


def _person_of(ask: Ask, code: str) -> Hit:
    """A person with the places that they answer for on the day."""
    if not ask.session.scope.sees_all:
        raise NotFound("person", code[:80])
    person = ask.session.duties.person(code)
    duties = ask.session.duties.responsibilities(on=ask.on, person=code)
    by_layer: dict[str, list[str]] = {}
    for duty in duties[:_PLACES]:
        by_layer.setdefault(duty.layer, []).append(duty.place)
    shapes = [row.geometry for layer, codes in by_layer.items() if layer in LAYERS
              for row in ask.session.features.read(layer, Query(where=(Where("code", "in", tuple(codes)),)))
              if row.geometry is not None]  # fmt: skip
    said = {"organisation": person.organisation, "places": len(duties), "roles": sorted({duty.role for duty in duties})}
    return Hit("person", code, person.name, 0, said, _together(shapes))


def _together(shapes: Sequence[BaseGeometry]) -> BaseGeometry | None:
    return shapely.GeometryCollection([shapely.simplify(one, _ROUGH_DEG) for one in shapes]) if shapes else None


@dataclass(frozen=True, slots=True)
class _Kind:
    search: Callable[[Ask], Iterator[Hit]]
    find: Callable[[Ask, str], Hit]


# In the order in which equally good hits are offered.
_KINDS: Mapping[str, _Kind] = {
    "chainage": _Kind(_chainages, _chainage_of),
    "problem": _Kind(_problems, _problem_of),
    "area": _Kind(_rows("area"), _by_code("area")),
    "road": _Kind(_roads, lambda ask, code: _road(ask.session, code)),
    "station": _Kind(_rows("station"), _by_code("station")),
    "person": _Kind(_people, _person_of),
    "segment": _Kind(_rows("segment"), _by_code("segment")),
    "parcel": _Kind(_rows("parcel"), _by_code("parcel")),
    "frontage": _Kind(_rows("frontage"), _by_code("frontage")),
}
KINDS = tuple(_KINDS)
