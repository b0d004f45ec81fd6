"""Problems: reported, given to somebody, corrected. Each act is one transaction: load → rule → event → save."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers import duplicates, repeats, source_levels
from layers.assignment import category_of, decide_one
from layers.casework import Deed, begin, record
from layers.errors import BadInput
from layers.followers import Happening, follow
from layers.model import Category, Feature, PlaceLink
from layers.people import actor
from layers.rules.co_departments import renewed, rows_for
from layers.rules.edits import check_edit
from layers.rules.responsibility import Assignments
from layers.schema import LAYERS
from layers.store import Session, Store
from layers.tags import tags_for
from layers.values import TOWN_TIME, checked, town_day
from layers.words import msg

_EDITABLE = ("category", "description", "severity", "source_level", "score_effect", "tags")
_SLACK = timedelta(minutes=5)  # between the clock of a phone and ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody reports; geometry in EPSG:4326; `found_at` None = now.

    `score_effect` None = what the source level brings with it; `duplicate_of`: the finder says it is known already.
    """

    geometry: BaseGeometry
    category: str
    description: str = ""
    reported_by: str = ""
    source_level: str = "self"
    severity: int = 1
    found_at: datetime | None = None
    score_effect: float | None = None
    duplicate_of: int | None = None
    source_crs: str = "EPSG:4326"
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What geometry says of one place on the map: who answers, why, and all places touched."""

    values: Mapping[str, object]
    places: tuple[PlaceLink, ...]


def give(session: Session, geometry: BaseGeometry, *, at: datetime) -> Given:
    """Who would answer for a problem there, on that day; nothing is stored."""
    assignments = decide_one(session, geometry, on=town_day(at))
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
    with store.writing() as scoped:
        session = scoped.whole  # everybody may report, wherever it is
        if made := repeats.done_before(session, key, "problems"):
            return scoped.features.get("problems", made)
        if draft.duplicate_of is not None:
            scoped.features.get("problems", draft.duplicate_of)  # what may not be seen is not there
        problem = report_in(session, draft, now=now)
        repeats.keep(session, key, "problems", problem.id, now=now)
        return problem


def report_in(session: Session, draft: Draft, *, now: datetime) -> Feature:
    """The same inside a transaction that is open already."""
    found_at = draft.found_at or now
    if found_at > now + _SLACK:
        raise BadInput(msg("The time of finding lies in the future."), field="at")
    category = category_for(session, draft.category, draft.geometry)
    given = give(session, draft.geometry, at=found_at)
    values = {
        **checked(LAYERS["problems"], _said(draft)), **source_levels.effects(session, draft.source_level),
        **given.values, "state": "reported", "found_at": found_at,
        **by_category(category),
    }  # fmt: skip
    if draft.score_effect is not None:
        values["score_effect"] = draft.score_effect
    number = session.features.next_id("problems")
    new = Feature(
        id=number, code=problem_code(number, found_at), geometry=draft.geometry, values=values,
        extra=draft.extra, source_crs=draft.source_crs,
    )  # fmt: skip
    deed = Deed(kind="reported", at=found_at, by=draft.reported_by, to_state="reported")
    problem = begin(session, new, deed, now=now)
    session.history.put_places(problem.id, given.places)
    if draft.duplicate_of is not None:
        problem = _merge(session, problem, draft, now=now)
    return follow(session, Happening(None, problem, "reported", draft.reported_by, at=found_at), now=now)


def _merge(session: Session, problem: Feature, draft: Draft, *, now: datetime) -> Feature:
    """The finder's own word is enough to merge what they have just reported."""
    into = duplicates.target(session, problem, draft.duplicate_of)
    duplicates.add_evidence(session, into, problem, now=now, by=draft.reported_by)
    deed = Deed(
        kind="moved", by=draft.reported_by, to_state="duplicate", changes={"duplicate_of": into.id}, derived=True
    )
    return record(session, problem, deed, now=now)


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
    """Correct a problem's words, category or place; a moved place is given anew to whom it concerns.

    Raises Denied where it is not theirs to correct, Conflict where `expected` is not the version.
    """
    with store.writing() as scoped:
        problem, session = scoped.features.to_change(id_), scoped.whole
        changes = checked(LAYERS["problems"], {name: values[name] for name in _EDITABLE if name in values})
        who = actor(session, by, on=town_day(now))
        finder = session.duties.posts(str(problem.values["reported_by"] or ""))
        check_edit(problem.values, who, finder=finder, fields=changes)
        if "tags" in changes:
            changes["tags"] = tags_for(session, changes["tags"], who)
        shape = geometry or problem.geometry
        if "category" in changes and shape is not None:
            category = category_for(session, str(changes["category"] or ""), shape)
            helpers = renewed(problem.values["co_departments"], category.co_departments, category.department)
            changes |= {**by_category(category), "co_departments": helpers}
        if geometry is not None:
            given = give(session, geometry, at=now)
            session.history.put_places(id_, given.places)
            changes |= {"geom": geometry, **given.values}
        changed = record(session, problem, Deed(kind="edited", by=by, changes=changes), now=now, expected=expected)
        return follow(session, Happening(problem, changed, "edited", by), now=now)


def by_category(category: Category) -> dict[str, object]:
    """The fields of a problem that follow from its category: who leads, who helps, by which version."""
    return {
        "department": category.department, "category_version": category.version,
        "co_departments": rows_for(category.co_departments, category.department),
    }  # fmt: skip


def problem_code(number: int, found_at: datetime) -> str:
    """The code of a problem: the day of finding and its key, which is never used twice.

    >>> problem_code(7, datetime(2026, 11, 22, 17, tzinfo=TOWN_TIME))
    'WT20261122-00007'
    """
    return f"WT{found_at.astimezone(TOWN_TIME):%Y%m%d}-{number:05d}"


def _said(draft: Draft) -> dict[str, object]:
    names = ("category", "description", "reported_by", "source_level", "severity")
    return {name: getattr(draft, name) for name in names}


def category_for(session: Session, code: str, geometry: BaseGeometry) -> Category:
    """The category of that code, if it is in use and a problem of it can have that geometry; BadInput otherwise."""
    category = category_of(session.town.categories()).get(code)
    if category is None or category.retired:
        raise BadInput(msg("There is no category “{code}”.", code=code[:80]), field="category")
    kind = geometry.geom_type.removeprefix("Multi")
    if kind not in category.geometry_types:
        raise BadInput(
            msg("A problem of category {code} cannot be a {kind}.", code=category.code, kind=msg(kind)),
            field="geometry",
        )
    return category
