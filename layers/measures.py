"""Measures (措施): what was done, with its shape and quantity. Each act is one transaction: load → rule → event → save.

A measure that belongs to a problem leaves an event there; the state of a parcel follows how much of it is treated.
A measure of a parcel counts for that parcel only; one of no parcel counts for every parcel on which it lies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.casework import Deed, record
from layers.errors import BadInput, Denied, NotFound
from layers.geometry import Metres
from layers.ground import objects
from layers.model import Feature
from layers.people import actor
from layers.query import Query, Where
from layers.rules import measures as rules
from layers.rules.measures import KINDS, Completion, Done
from layers.rules.roles import KEEPERS
from layers.schema import LAYERS
from layers.store import Session, Store
from layers.town import metres_of
from layers.values import checked, town_day
from layers.words import msg

SLACK = timedelta(minutes=5)  # between the clock of a phone and ours
LOOKED_BACK = timedelta(days=2)  # later, what a planner has said of the parcel since then stands
SMALLEST_M2 = 1.0  # what lies less on a parcel does not treat it
_MEASURED = {"m²": Metres.area_m2, "m": Metres.length_m}
_TOLD = ("kind", "quantity", "unit")  # what the problem's history says of a measure


@dataclass(frozen=True, slots=True)
class Outlook:
    """A measure (stored, or about to be) with what it means for its parcel and its problem."""

    measure: Feature
    parcel: Completion | None
    problem: Completion | None


def add(store: Store, geometry: BaseGeometry | None, values: Mapping[str, object], *, now: datetime) -> Feature:
    """A new measure; its code is made, its quantity is measured where its unit allows and none is given.

    Raises BadInput for what does not fit its kind, and for a parcel, a problem or a person that there is not.
    """
    with store.writing() as scoped:
        session = _allowed(scoped, values)
        number = session.features.next_id("measures")
        draft = _draft(session, geometry, values, now=now)
        code = str(values.get("code") or "") or f"CS-{number:05d}"
        made = session.features.insert("measures", replace(draft, id=number, code=code), now=now)
        _follow(session, None, made, now=now)
        return made


def change(
    store: Store,
    id_: int,
    *,
    geometry: BaseGeometry | None,
    values: Mapping[str, object],
    now: datetime,
    expected: int | None,
) -> Feature:
    """Change a measure's shape or fields; Conflict where `expected` is not its version."""
    with store.writing() as scoped:
        before = scoped.features.get("measures", id_)
        _check_keeper(scoped, before)
        session = _allowed(scoped, before.values, values)
        stale = {"quantity": None} if geometry is not None and before.values["unit"] in _MEASURED else {}
        shape = before.geometry if geometry is None else geometry
        draft = _draft(session, shape, {**before.values, **stale, **values}, now=now)
        changes = {**draft.values, **({} if geometry is None else {"geom": geometry})}
        after = session.features.update("measures", id_, changes, now=now, expected=expected)
        _follow(session, before, after, now=now)
        return after


def remove(store: Store, id_: int, *, now: datetime, expected: int | None) -> None:
    """Remove a measure that was entered by mistake; one that was undone on the ground gets `valid_to` instead."""
    with store.writing() as scoped:
        before = scoped.features.get("measures", id_)
        _check_keeper(scoped, before)
        session = _allowed(scoped, before.values)
        session.features.delete("measures", id_, expected=expected)
        _follow(session, before, None, now=now)


def preview(session: Session, geometry: BaseGeometry | None, values: Mapping[str, object], *, now: datetime) -> Outlook:
    """What a measure would mean, before it is saved; nothing is stored."""
    return outlook(session, _draft(session, geometry, values, now=now), now=now)


def outlook(session: Session, measure: Feature, *, now: datetime) -> Outlook:
    """The measure with how far its parcel and its problem are treated, counting it."""
    parcel, problem = (_named(session, layer, measure) for layer in ("parcel", "problem"))
    return Outlook(
        measure,
        None if parcel is None else parcel_completion(session, parcel, at=now, beside=measure),
        None if problem is None else problem_completion(session, problem, at=now, beside=measure),
    )


def parcel_completion(session: Session, parcel: Feature, *, at: datetime, beside: Feature | None = None) -> Completion:
    """How much of a parcel is treated at a moment, by the shapes of its measures (and of one not stored yet)."""
    if parcel.geometry is None:
        return Completion(0.0, {}, 0.0)
    rows = session.whole.features.read("measures", Query(intersects=parcel.geometry))  # hidden ones treat it too
    counted = [row for row in rows if row.values["parcel"] in (None, "", parcel.code)]
    return _completion(session, parcel, counted, at=at, beside=beside)


def problem_completion(
    session: Session, problem: Feature, *, at: datetime, beside: Feature | None = None
) -> Completion:
    """How much of a problem's polygon is treated, by the measures that belong to it."""
    return _completion(session, problem, of_problem(session, problem.code), at=at, beside=beside)


def treated_area(session: Session, *, at: datetime) -> tuple[float, float]:
    """(treated, whole) area of all parcels in m² at a moment, by the shapes of the measures that lie on them."""
    metres = metres_of(session)
    parcels = session.features.columns("parcels", ("code", "geom"), Query(where=(Where("geom", "not null"),)))
    shapes = metres.to(objects([shape for _, shape in parcels]))
    covering = (Where("kind", "in", _covering()), Where("geom", "not null"))
    rows = session.whole.features.read("measures", Query(where=covering))  # hidden ones treat a parcel too
    done = [_done(row, metres) for row in rows]
    on: dict[int, list[Done]] = {}
    tree = shapely.STRtree(shapes)
    for row, one in zip(rows, done, strict=True):
        for i in tree.query(one.geometry, predicate="intersects").tolist():
            if row.values["parcel"] in (None, "", parcels[i][0]):
                on.setdefault(i, []).append(one)
    treated = (rules.completion(shapes[i], here, at=at).treated_m2 for i, here in on.items())
    return sum(treated), float(shapely.area(shapes).sum())


def of_problem(session: Session, code: str) -> list[Feature]:
    """The measures of a problem, in the order in which they were entered."""
    return session.features.read("measures", Query(where=(Where("problem", "=", code),)))


def follow_parcels(session: Session, *, now: datetime, only: tuple[Where, ...] = ()) -> int:
    """Bring the state of every parcel that has measures (those of `only`) up to date; how many changed."""
    covering = (Where("kind", "in", _covering()), *only)
    touched: dict[int, Feature] = {}
    for measure in session.features.read("measures", Query(where=covering)):
        touched |= {parcel.id: parcel for parcel in _parcels_of(session, measure)}
    return sum(_settle(session, parcel, now=now) for parcel in touched.values())


def settle_parcels(store: Store, *, now: datetime) -> int:
    """Let the parcels follow whose cover came to its end (entered ahead) in the days before; how many changed."""
    lately = (Where("valid_to", ">", now - LOOKED_BACK), Where("valid_to", "<=", now))
    with store.reading() as session:
        if not session.features.count("measures", Query(where=lately)):
            return 0
    with store.writing() as session:
        return follow_parcels(session, now=now, only=lately)


def derived_columns(
    session: Session, geometries: Any, values: Mapping[str, Any], *, now: datetime
) -> dict[str, Sequence[Any]]:
    """For measures out of a file: when it was done, how much, and the warnings, as columns."""
    metres, stations, count = metres_of(session), _stations(session), len(geometries)
    kinds, units, quantities, done_at = (
        list(values.get(name) or [None] * count) for name in ("kind", "unit", "quantity", "done_at")
    )
    units = [unit or (KINDS[kind].unit if kind else None) for unit, kind in zip(units, kinds, strict=True)]
    return {
        "unit": units,
        "quantity": [
            _quantity(metres, shape, unit) if quantity is None else quantity
            for shape, unit, quantity in zip(geometries, units, quantities, strict=True)
        ],
        "done_at": [at or now for at in done_at],
        "warnings": [
            [warning.to_json() for warning in rules.interference(kind, metres.to(shape), stations)] if kind else []
            for kind, shape in zip(kinds, geometries, strict=True)
        ],
    }


# ---------------------------------------------------------------- checking what is given


def _allowed(scoped: Session, *values: Mapping[str, object]) -> Session:
    """The whole session, once it is known that the problems which the measure names may be changed."""
    for code in () if scoped.scope.sees_all else {str(one.get("problem") or "") for one in values} - {""}:
        scoped.features.to_change(scoped.features.by_code("problems", code).id)
    return scoped.whole


def _check_keeper(scoped: Session, measure: Feature) -> None:
    """A measure is changed by who did it, by who answers for its problem, and by the office, but not by inspectors."""
    actor = scoped.scope.actor
    problem = str(measure.values["problem"] or "")
    answers = not scoped.scope.sees_all and bool(problem)  # `_allowed` asks whether the problem is theirs
    if not (actor.may(KEEPERS) or actor.person == measure.values["by"] or answers):
        raise Denied(msg("A measure is changed by who has done it, or by a dispatcher or planner."))


def _draft(session: Session, geometry: BaseGeometry | None, given: Mapping[str, object], *, now: datetime) -> Feature:
    """The measure as it would be stored, with its quantity and its warnings."""
    schema = LAYERS["measures"]
    values = {**dict.fromkeys(schema.field_names), **checked(schema, given), "note": str(given.get("note") or "")}
    kind = str(values.get("kind") or "")
    _check_kind(kind, geometry, values)
    values["done_at"] = values.get("done_at") or now
    _check_times(values, now)
    _check_numbers(values)
    _check_places(session, values)
    actor(session, str(values.get("by") or ""), on=town_day(now))
    metres = metres_of(session)
    values["unit"] = values.get("unit") or KINDS[kind].unit
    if values.get("quantity") is None:
        values["quantity"] = _quantity(metres, geometry, values["unit"])
    shape = None if geometry is None else metres.to(geometry)
    values["warnings"] = [warning.to_json() for warning in rules.interference(kind, shape, _stations(session))]
    return Feature(code="", geometry=geometry, values=values)


def _check_kind(kind: str, geometry: BaseGeometry | None, values: Mapping[str, object]) -> None:
    if kind not in KINDS:
        raise BadInput(msg("Please choose what was done."), field="kind")
    title = msg(KINDS[kind].title)
    allowed = KINDS[kind].geometry_types
    if not allowed and not values.get("organisation"):
        raise BadInput(msg("“{kind}” needs the organisation that it concerns.", kind=title), field="organisation")
    if allowed and geometry is None and not (values.get("parcel") or values.get("problem")):
        raise BadInput(
            msg("“{kind}” needs a place: draw it, or name the parcel or the problem.", kind=title), field="geometry"
        )
    if geometry is not None and geometry.geom_type not in allowed:
        raise BadInput(msg("“{kind}” cannot be drawn as this shape.", kind=title), field="geometry")


def _check_times(values: Mapping[str, object], now: datetime) -> None:
    done_at, valid_to = values["done_at"], values.get("valid_to")
    assert isinstance(done_at, datetime)  # noqa: S101 (checked by its field)
    if done_at > now + SLACK:
        raise BadInput(msg("The time of a measure lies in the future."), field="done_at")
    if isinstance(valid_to, datetime) and valid_to <= done_at:
        raise BadInput(msg("A measure cannot be removed before it was done."), field="valid_to")


def _check_numbers(values: Mapping[str, object]) -> None:
    for name in ("quantity", "cost"):
        value = values.get(name)
        if value is not None and float(str(value)) < 0:
            raise BadInput(msg("A quantity or a cost is not below zero."), field=name)


def _check_places(session: Session, values: Mapping[str, object]) -> None:
    for name, layer in (("parcel", "parcels"), ("problem", "problems")):
        code = str(values.get(name) or "")
        try:
            _ = code and session.features.by_code(layer, code)
        except NotFound as error:
            raise BadInput(error.message, field=name) from error


def _quantity(metres: Metres, geometry: BaseGeometry | None, unit: object) -> float | None:
    """What the shape itself tells, in its unit: the area in m², the length of a line in m."""
    measure = _MEASURED.get(str(unit))
    found = 0.0 if measure is None or geometry is None else round(measure(metres, geometry), 1)
    return found or None


def _stations(session: Session) -> list[rules.Station]:
    metres = metres_of(session)
    return [
        rules.Station(row.code, str(row.values["name"] or ""), metres.to(row.geometry), float(str(radius_m)))
        for row in session.features.read("stations")
        if row.geometry is not None and (radius_m := row.values["no_interference_m"])
    ]


# ---------------------------------------------------------------- what follows


def _follow(session: Session, before: Feature | None, after: Feature | None, *, now: datetime) -> None:
    """The history of the problem, and the state of the parcels, on which the measure was or is."""
    _tell_problems(session, before, after, now=now)
    touched = {p.id: p for row in (before, after) if row is not None for p in _parcels_of(session, row)}
    for parcel in touched.values():
        _settle(session, parcel, now=now)


def _tell_problems(session: Session, before: Feature | None, after: Feature | None, *, now: datetime) -> None:
    old, new = (str(row.values["problem"] or "") if row is not None else "" for row in (before, after))
    done = {**({old: "removed"} if old else {}), **({new: "changed" if new == old else "added"} if new else {})}
    for code, act in done.items():
        row = after if after is not None and code == new else before
        assert row is not None  # noqa: S101 (one of the two names the problem)
        payload = {"measure": row.code, "done": act, **{name: row.values[name] for name in _TOLD}}
        deed = Deed(kind="measure", by=str(row.values["by"] or ""), note=str(row.values["note"] or ""), payload=payload)
        record(session, session.features.by_code("problems", code), deed, now=now)


def _parcels_of(session: Session, measure: Feature) -> list[Feature]:
    """The parcels that a covering measure treats: the one it names, else all on which it lies."""
    if measure.values["kind"] not in _covering():
        return []
    if measure.values["parcel"]:
        return [] if (parcel := _named(session, "parcel", measure)) is None else [parcel]
    if measure.geometry is None:
        return []
    metres = metres_of(session)
    met = session.features.read("parcels", Query(intersects=measure.geometry))
    return [p for p in met if metres.area_m2(shapely.intersection(p.geometry, measure.geometry)) > SMALLEST_M2]


def _settle(session: Session, parcel: Feature, *, now: datetime) -> bool:
    """Write the state that follows from the measures; whether it is another than before."""
    state = rules.parcel_state(parcel_completion(session, parcel, at=now).share)
    if state == parcel.values["state"]:
        return False
    session.features.update("parcels", parcel.id, {"state": state}, now=now)
    return True


def _completion(
    session: Session, place: Feature, rows: Iterable[Feature], *, at: datetime, beside: Feature | None
) -> Completion:
    metres = metres_of(session)
    mine = [row for row in rows if beside is None or row.id != beside.id] + ([] if beside is None else [beside])
    shape = shapely.Polygon() if place.geometry is None else metres.to(place.geometry)
    return rules.completion(shape, [_done(row, metres) for row in mine if row.values["kind"] in KINDS], at=at)


def _done(row: Feature, metres: Metres) -> Done:
    shape = None if row.geometry is None else metres.to(row.geometry)
    values: Mapping[str, Any] = row.values
    return Done(values["kind"], shape, values["done_at"], values.get("valid_to"))


def _named(session: Session, name: str, measure: Feature) -> Feature | None:
    """The parcel or the problem that the measure names, if it is still there."""
    code = measure.values.get(name)
    rows = session.features.read(f"{name}s", Query(where=(Where("code", "=", code),))) if code else []
    return rows[0] if rows else None


def _covering() -> tuple[str, ...]:
    return tuple(code for code, kind in KINDS.items() if kind.covers)
