"""Problems: reported, given to somebody, moved along, found again. Each act is one transaction:
load (locked) → rule → append the event → save.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.assignment import category_of, decide_one
from layers.errors import BadInput
from layers.model import Category, Event, Feature, PlaceLink
from layers.rules.lifecycle import check_move
from layers.rules.responsibility import Assignments
from layers.schema import LAYERS
from layers.store import Session, Store
from layers.values import TOWN_TIME, checked
from layers.words import msg

_EDITABLE = ("category", "description", "severity", "source_level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody reports; geometry in EPSG:4326; `found_at` None = now."""

    geometry: BaseGeometry
    category: str
    description: str = ""
    reported_by: str = ""
    source_level: str = "self"
    severity: int = 1
    found_at: datetime | None = None
    source_crs: str = "EPSG:4326"
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What geometry says of one place on the map: who answers, why, and all places touched."""

    values: Mapping[str, object]
    places: tuple[PlaceLink, ...]


def give(session: Session, geometry: BaseGeometry, *, at: datetime) -> Given:
    """Who would answer for a problem there, on that day; nothing is stored."""
    assignments = decide_one(session, geometry, on=at.astimezone(TOWN_TIME).date())
    values = {name: column[0] for name, column in lead_columns(assignments).items()}
    return Given(values, assignments.links.of(0))


def lead_columns(assignments: Assignments) -> dict[str, list[Any]]:
    """The fields of problems that follow from their assignment, as columns."""
    return {
        "lead_layer": list(assignments.layer),
        "lead_code": list(assignments.code),
        "lead_name": list(assignments.name),
        "lead_person": [person or None for person in assignments.person],
        "lead_role": [role or None for role in assignments.role],
        "why": [why.to_json() for why in assignments.why],
        "flags": [list(flags) for flags in assignments.flags],
        "rings": [[dict(ring) for ring in rings] for rings in assignments.rings],
    }


def report(store: Store, draft: Draft, *, now: datetime, key: str | None = None) -> Feature:
    """A new problem, given to whom geometry makes responsible; the same `key` gives the same problem again."""
    with store.writing() as session:
        if key is not None and (made := session.features.receipt(key)):
            return session.features.get(*made)
        found_at = draft.found_at or now
        if found_at > now + timedelta(minutes=5):
            raise BadInput(msg("The time of finding lies in the future."), field="at")
        category = _category(session, draft.category, draft.geometry)
        given = give(session, draft.geometry, at=found_at)
        known = checked(LAYERS["problems"], _said(draft))
        values = {**known, **given.values, "state": "reported", "found_at": found_at,
                  "due_at": due_at(found_at, category)}  # fmt: skip
        number = session.features.next_id("problems")
        new = Feature(
            id=number, code=problem_code(number, found_at), geometry=draft.geometry, values=values,
            extra=draft.extra, source_crs=draft.source_crs,
        )  # fmt: skip
        problem = session.features.insert("problems", new, now=now)
        session.history.append(
            Event(problem_id=problem.id, kind="reported", at=found_at, recorded_at=now, by=draft.reported_by,
                  to_state="reported", payload={"lead_person": values["lead_person"], "lead_code": values["lead_code"]})
        )  # fmt: skip
        session.history.put_places(problem.id, given.places)
        if key is not None:
            session.features.put_receipt(key, "problems", problem.id, now=now)
        return problem


def move(
    store: Store,
    id_: int,
    to: str,
    *,
    now: datetime,
    by: str = "",
    note: str = "",
    at: datetime | None = None,
    expected: int | None = None,
) -> Feature:
    """Move a problem to another state; BadMove where the lifecycle does not allow it."""
    when = at or now
    with store.writing() as session:
        problem = session.features.get("problems", id_)
        state = str(problem.values["state"])
        check_move(state, to, by=by, note=note, handler=str(problem.values["handled_by"] or ""))
        _check_order(session, id_, when, now)
        changed = session.features.update(
            "problems", id_, _after_move(problem, to, by, when), now=now, expected=expected
        )
        session.history.append(
            Event(
                problem_id=id_, kind="moved", at=when, recorded_at=now, by=by, note=note, from_state=state, to_state=to
            )
        )
        return changed


def edit(
    store: Store,
    id_: int,
    *,
    now: datetime,
    values: Mapping[str, object],
    geometry: BaseGeometry | None = None,
    by: str = "",
    expected: int | None = None,
) -> Feature:
    """Correct a problem's words, category or place; a moved place is given anew to whom it concerns."""
    with store.writing() as session:
        problem = session.features.get("problems", id_)
        changes = checked(LAYERS["problems"], {name: values[name] for name in _EDITABLE if name in values})
        shape = geometry or problem.geometry
        if "category" in changes and shape is not None:
            category = _category(session, str(changes["category"] or ""), shape)
            found_at = problem.values["found_at"]
            assert isinstance(found_at, datetime)  # noqa: S101 (every problem has one)
            changes["due_at"] = due_at(found_at, category)
        if geometry is not None:
            given = give(session, geometry, at=now)
            session.history.put_places(id_, given.places)
            changes |= {"geom": geometry, **given.values}
        changed = session.features.update("problems", id_, changes, now=now, expected=expected)
        payload = {name: str(value) for name, value in changes.items() if name in _EDITABLE}
        session.history.append(Event(problem_id=id_, kind="edited", at=now, recorded_at=now, by=by, payload=payload))
        return changed


def due_at(found_at: datetime, category: Category) -> datetime:
    """When a problem of that category is due: its limit in calendar days after the finding."""
    return found_at + timedelta(days=category.limit_days)


def problem_code(number: int, found_at: datetime) -> str:
    """The code of a problem: the day of finding and its key, which is never used twice.

    >>> problem_code(7, datetime(2026, 11, 22, 17, tzinfo=TOWN_TIME))
    'WT20261122-00007'
    """
    return f"WT{found_at.astimezone(TOWN_TIME):%Y%m%d}-{number:05d}"


def _said(draft: Draft) -> dict[str, object]:
    names = ("category", "description", "reported_by", "source_level", "severity")
    return {name: getattr(draft, name) for name in names}


def _category(session: Session, code: str, geometry: BaseGeometry) -> Category:
    category = category_of(session.town.categories()).get(code)
    if category is None:
        raise BadInput(msg("There is no category “{code}”.", code=code[:80]), field="category")
    kind = geometry.geom_type.removeprefix("Multi")
    if kind not in category.geometry_types:
        raise BadInput(
            msg("A problem of category {code} cannot be a {kind}.", code=category.code, kind=msg(kind)),
            field="geometry",
        )
    return category


def _check_order(session: Session, id_: int, when: datetime, now: datetime) -> None:
    last = max((event.at for event in session.history.events(id_)), default=when)
    if when > now + timedelta(minutes=5):
        raise BadInput(msg("The time of a move lies in the future."), field="at")
    if when < last:
        raise BadInput(msg("The move lies before the last one in the history."), field="at")


def _after_move(problem: Feature, to: str, by: str, when: datetime) -> dict[str, object]:
    changes: dict[str, object] = {"state": to}
    if to in ("in_hand", "fixed"):
        changes["handled_by"] = by or problem.values["handled_by"]
    if to == "closed":
        changes["closed_at"] = when
    if to == "returned":
        changes["rework_count"] = int(str(problem.values["rework_count"] or 0)) + 1
    return changes
