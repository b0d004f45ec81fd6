"""Who answers for a problem: geometry chooses the place, the day chooses the person.

The order: the nearest road segment inside whose visible corridor the problem lies, then
the grid, the village and the zone that contain it, then the fallback owner (属地兜底).
Of several places of one turn the one with the greatest share of a line or polygon comes
first, then the nearest, then the one with the lower code. A place for which nobody
answers on that day is passed over, and the reason says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.model import PlaceLink, Responsibility
from layers.rules import reasons
from layers.rules.places import LEVELS, RING_RANK, Floats, Ints, Objects, Places, Touches, touches, touching
from layers.rules.roles import answers
from layers.words import Message

ROLES = ("road_chief", "grid_worker", "village_head", "zone_head")  # who leads where several answer
FALLBACK_ROLE = "fallback_owner"
FALLBACK_LAYER = "town"
COVERED = 0.999  # a line or polygon with less than this in the areas of every level lies in a gap
METHODS = ("corridor", *["inside"] * len(LEVELS), "ring")  # by rank of the place
FLAGS = ("overlap", "gap", "nobody")
TIE_M = 1e-6  # distances (metres) and shares that differ by less are equal

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who answers for a place."""

    person: str
    name: str
    role: str


Duties = Mapping[tuple[str, str], Holder]  # (layer, code of the place) → who answers on the day


@dataclass(frozen=True, slots=True)
class Fallback:
    """The town itself, and who answers where no place does; `person` "" = nobody is named."""

    code: str
    name: str
    person: str = ""
    person_name: str = ""


@dataclass(frozen=True, eq=False)
class Links:
    """How problems touch places, as columns sorted by problem; NaN where a number does not apply."""

    problem: Ints  # position in the geometries given to assign
    layer: Objects
    code: Objects
    name: Objects
    method: Objects
    distance_m: Floats
    from_m: Floats
    to_m: Floats
    share: Floats
    lead: Flags

    def columns(self) -> dict[str, list[object]]:
        """Plain Python values under the names of PlaceLink, and `problem`; None for NaN."""
        return {name: _plain(getattr(self, name)) for name in ("problem", *_LINK_FIELDS)}

    def of(self, problem: int) -> tuple[PlaceLink, ...]:
        """The links of one problem: the lead first, then in the order of the rule."""
        first, last = np.searchsorted(self.problem, [problem, problem + 1])
        columns = {name: _plain(getattr(self, name)[first:last]) for name in _LINK_FIELDS}
        rows = zip(*columns.values(), strict=True)
        links = [PlaceLink(**dict(zip(columns, row, strict=True))) for row in rows]
        return tuple(sorted(links, key=lambda link: not link.lead))


_LINK_FIELDS = ("layer", "code", "name", "method", "distance_m", "from_m", "to_m", "share", "lead")


@dataclass(frozen=True, eq=False)
class Assignments:
    """What the rule says of each problem, row by row in the order given.

    `flags` holds any of "overlap" (two areas of one level hold it), "gap" (areas exist
    and it is in none, or not wholly) and "nobody" (the place that geometry chose has
    nobody on that day, or nobody at all was found). `rings` holds for each station ring
    touched: station, name, inner_m, outer_m and distance_m (from the station).
    """

    layer: Objects
    code: Objects
    name: Objects
    person: Objects
    role: Objects
    why: list[Message]
    flags: list[tuple[str, ...]]
    rings: list[tuple[dict[str, object], ...]]
    links: Links


def duties_on(day: date, rows: Iterable[Responsibility], names: Mapping[str, str]) -> dict[tuple[str, str], Holder]:
    """The one person who leads each place on that day; `names` maps codes of persons to names.

    Of several, the role that comes first in ROLES leads, then who began last, then the lower code; a sponsor never.
    """
    leads: dict[tuple[str, str], Responsibility] = {}
    for row in rows:
        place = (row.layer, row.place)
        if answers(row) and row.holds_on(day) and (place not in leads or _turn(row) < _turn(leads[place])):
            leads[place] = row
    return {p: Holder(row.person, names.get(row.person, row.person), row.role) for p, row in leads.items()}


def assign(geoms: Objects, places: Places, duties: Duties, town: Fallback) -> Assignments:
    """Every problem's places, its one lead, the reason in words, and what is wrong.

    `geoms` are valid geometries in the CRS (metres) of `places`. One rule for one
    problem and for a hundred thousand.
    """
    choice = _choose(geoms, places, duties)
    names = {"layer": FALLBACK_LAYER, "code": town.code, "name": town.name}
    leads = {
        field: _of_lead(getattr(places, field)[choice.touched.place], choice, fill) for field, fill in names.items()
    }
    return Assignments(
        **leads,
        person=_of_lead(_holder_field(choice, "person"), choice, town.person),
        role=_of_lead(_holder_field(choice, "role"), choice, FALLBACK_ROLE if town.person else ""),
        why=_why(geoms, places, choice, town),
        flags=_flags(geoms, places, choice, town),
        rings=_rings(len(geoms), places, choice.touched),
        links=_links(geoms, places, choice, town),
    )


# ---------------------------------------------------------------- the choice


@dataclass(frozen=True, eq=False)
class _Choice:
    """Touches in the order of the rule with their holders; the first and the leading row per problem, or −1."""

    touched: Touches
    rank: Ints
    holders: Objects  # of Holder or None
    chosen: Ints
    lead: Ints


def _choose(geoms: Objects, places: Places, duties: Duties) -> _Choice:
    touched = _in_order(touches(geoms, places), places)
    rank = places.rank[touched.place]
    holders = _holders(touched.place, places, duties)
    held = np.asarray(holders != None, dtype=bool)  # noqa: E711 (elementwise)
    return _Choice(
        touched,
        rank,
        holders,
        chosen=_first_rows(touched.problem, rank < RING_RANK, len(geoms)),
        lead=_first_rows(touched.problem, held & (rank < RING_RANK), len(geoms)),
    )


def _in_order(touched: Touches, places: Places) -> Touches:
    place = touched.place
    order = np.lexsort(
        (
            places.code_order[place],
            np.round(touched.distance_m / TIE_M),
            -np.round(touched.share / TIE_M),
            places.rank[place],
            touched.problem,
        )
    )
    return Touches(*(getattr(touched, name)[order] for name in Touches.__dataclass_fields__))


def _holders(place: Ints, places: Places, duties: Duties) -> Objects:
    wanted, inverse = np.unique(place, return_inverse=True)
    keys = zip(places.layer[wanted], places.code[wanted], strict=True)
    found = np.empty(len(wanted), dtype=object)
    found[:] = [duties.get(key) for key in keys]
    return found[inverse]


def _first_rows(problem: Ints, candidate: Flags, count: int) -> Ints:
    rows = np.flatnonzero(candidate)[::-1]
    first = np.full(count, -1)
    first[problem[rows]] = rows  # the last one written is the first row
    return first


def _turn(row: Responsibility) -> tuple[int, int, str]:
    role = ROLES.index(row.role) if row.role in ROLES else len(ROLES)
    return role, -row.valid_from.toordinal(), row.person


# ---------------------------------------------------------------- what comes of it


def _of_lead(values: Objects, choice: _Choice, fill: str) -> Objects:
    """The value of each problem's leading row; `fill` for a problem without one."""
    column = np.full(len(choice.lead), fill, dtype=object)
    led = choice.lead >= 0
    column[led] = values[choice.lead[led]]
    return column


def _holder_field(choice: _Choice, field: str) -> Objects:
    return np.array([getattr(holder, field, "") for holder in choice.holders], dtype=object)


def _flags(geoms: Objects, places: Places, choice: _Choice, town: Fallback) -> list[tuple[str, ...]]:
    overlap = touching(geoms, places.areas.overlaps)
    gap = _covered(choice, len(geoms)) < COVERED
    nobody = (choice.chosen != choice.lead) | ((choice.lead < 0) & (town.person == ""))
    columns = (overlap, gap & (len(places.areas.code) > 0), nobody)
    number = sum(column.astype(int) << bit for bit, column in enumerate(columns))
    sets = [tuple(f for bit, f in enumerate(FLAGS) if n >> bit & 1) for n in range(1 << len(FLAGS))]
    return [sets[n] for n in np.asarray(number).tolist()]


def _covered(choice: _Choice, count: int) -> Floats:
    """The greatest share of each problem that the areas of one level hold together."""
    covered = np.zeros(count)
    for rank in range(1, RING_RANK):
        of_level = choice.rank == rank
        held = np.bincount(choice.touched.problem[of_level], choice.touched.share[of_level], count)
        covered = np.maximum(covered, held)
    return covered


def _rings(count: int, places: Places, touched: Touches) -> list[tuple[dict[str, object], ...]]:
    found: list[tuple[dict[str, object], ...]] = [()] * count
    start = len(places.segments.code) + len(places.areas.code)
    rows = np.flatnonzero(touched.place >= start)
    for problem, ring, distance_m in zip(
        touched.problem[rows].tolist(),
        (touched.place[rows] - start).tolist(),
        touched.distance_m[rows].round(1).tolist(),
        strict=True,
    ):
        found[problem] += ({**_ring(places, ring), "distance_m": distance_m},)
    return found


def _ring(places: Places, ring: int) -> dict[str, object]:
    rings = places.rings
    return {
        "station": rings.station[ring],
        "name": rings.station_name[ring],
        "inner_m": float(rings.inner_m[ring]),
        "outer_m": float(rings.outer_m[ring]),
    }


def _links(geoms: Objects, places: Places, choice: _Choice, town: Fallback) -> Links:
    touched = choice.touched
    left = np.flatnonzero(choice.lead < 0)
    nothing = np.full(len(left), np.nan)
    lead = np.zeros(len(touched.problem), dtype=bool)
    lead[choice.lead[choice.lead >= 0]] = True
    is_point = shapely.get_type_id(geoms)[touched.problem] == shapely.GeometryType.POINT
    rows = {
        "problem": (touched.problem, left),
        "layer": (places.layer[touched.place], _repeat(FALLBACK_LAYER, left)),
        "code": (places.code[touched.place], _repeat(town.code, left)),
        "name": (places.name[touched.place], _repeat(town.name, left)),
        "method": (np.array(METHODS, dtype=object)[choice.rank], _repeat("fallback", left)),
        "distance_m": (touched.distance_m.round(3), np.zeros(len(left))),
        "from_m": (touched.from_m.round(2), nothing),
        "to_m": (touched.to_m.round(2), nothing),
        "share": (np.where(is_point, np.nan, touched.share.round(6)), nothing),
        "lead": (lead, np.ones(len(left), dtype=bool)),
    }
    order = np.argsort(np.concatenate(rows["problem"]), kind="stable")
    return Links(**{name: np.concatenate(both)[order] for name, both in rows.items()})


def _repeat(value: str, rows: Ints) -> Objects:
    return np.full(len(rows), value, dtype=object)


def _plain(column: NDArray[np.generic]) -> list[object]:
    if column.dtype.kind != "f":
        return list(column.tolist())
    values = column.astype(object)
    values[np.isnan(column)] = None
    return list(values)


# ---------------------------------------------------------------- why


def _why(geoms: Objects, places: Places, choice: _Choice, town: Fallback) -> list[Message]:
    dimensions = shapely.get_dimensions(geoms).tolist()
    chosen, lead = choice.chosen.tolist(), choice.lead.tolist()
    last = np.searchsorted(choice.touched.problem, np.arange(len(geoms)), side="right").tolist()
    speaker = _Speaker(places, choice)
    said = []
    for problem, dimension in enumerate(dimensions):
        first, led = chosen[problem], lead[problem]
        if led >= 0:
            reason = speaker.reason(led, dimension)
        else:
            reason = reasons.fallback(town.person_name or town.person, nowhere=first < 0)
        passed = speaker.names(first, led if led >= 0 else last[problem])
        said.append(reasons.passed_over(passed, reason) if passed else reason)
    return said


class _Speaker:
    """Puts rows of a choice into words; the columns are plain lists, since it is asked row by row."""

    def __init__(self, places: Places, choice: _Choice) -> None:
        touched = choice.touched
        self.places = places
        self.holders = choice.holders
        self.rank = choice.rank.tolist()
        self.place = touched.place.tolist()
        self.share = touched.share.tolist()
        self.distance_m = touched.distance_m.round(1).tolist()
        self.from_m, self.to_m = touched.from_m.tolist(), touched.to_m.tolist()

    def reason(self, row: int, dimension: int) -> Message:
        """Why the place of a row leads."""
        place, holder = self.place[row], self.holders[row]
        who = {"name": self.places.name[place], "role": holder.role, "person": holder.name}
        if self.rank[row] > 0:
            area = place - len(self.places.segments.code)
            level = self.places.areas.level[area]
            return reasons.in_area(dimension, self.share[row], level=level, **who)
        segments = self.places.segments
        road = segments.road_name[place] or segments.name[place]
        return reasons.in_corridor(
            dimension,
            self.share[row],
            where=reasons.where_on_road(road, self.from_m[row], self.to_m[row]),
            distance=self.distance_m[row],
            corridor=f"{segments.corridor_m[place]:g}",
            **who,
        )

    def names(self, first: int, last: int) -> list[str]:
        """The names of the places (not rings) from one row to before another; none if `first` is −1."""
        if first < 0:
            return []
        return [self.places.name[self.place[row]] for row in range(first, last) if self.rank[row] < RING_RANK]
