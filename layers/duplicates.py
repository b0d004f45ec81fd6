"""Duplicates: shown before a report is saved, merged as further evidence; nothing is deleted."""

from collections.abc import Mapping
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from layers.casework import Deed, record
from layers.errors import BadInput
from layers.model import Feature
from layers.query import Query, Where
from layers.rules.duplicates import RADIUS_M, Known, Likeness, alike
from layers.rules.lifecycle import OPEN_STATES
from layers.store import Session
from layers.town import metres_of
from layers.words import msg


def near(session: Session, category: str, geometry: BaseGeometry, *, at: datetime) -> list[tuple[Feature, Likeness]]:
    """Open problems that may be the same as one of that category there and then; the nearest first."""
    metres = metres_of(session)
    place = metres.to(geometry)
    reach = metres.back(place.buffer(RADIUS_M)).bounds
    where = (Where("category", "=", category), Where("state", "in", OPEN_STATES))
    rows = {row.id: row for row in session.features.read("problems", Query(bbox=reach, where=where))}
    known = [
        Known(row.id, metres.to(row.geometry), _found_at(row)) for row in rows.values() if row.geometry is not None
    ]
    return [(rows[one.id], one) for one in alike(place, at, known)]


def near_of(
    session: Session, category: str, geometry: BaseGeometry, *, at: datetime
) -> tuple[list[tuple[Feature, Likeness]], int]:
    """Those of them that the session's viewer may see, and how many there are beside these."""
    seen = near(session, category, geometry, at=at)
    if session.scope.sees_all:
        return seen, 0
    return seen, len(near(session.whole, category, geometry, at=at)) - len(seen)


def target(session: Session, problem: Feature, given: object) -> Feature:
    """The problem into which another one can be merged: another, and not a duplicate itself. BadInput otherwise."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise BadInput(msg("“{field}” is the number of a problem.", field="duplicate_of"), field="duplicate_of")
    if given == problem.id:
        raise BadInput(msg("A problem cannot be merged into itself."), field="duplicate_of")
    found = session.features.get("problems", given)
    if found.values["state"] == "duplicate":
        raise BadInput(
            msg("“{code}” is a duplicate itself: merge into the one that it repeats.", code=found.code),
            field="duplicate_of",
        )
    return found


def add_evidence(session: Session, into: Feature, problem: Feature, *, now: datetime, by: str) -> Feature:
    """Tell the problem that stays of the one that was merged into it."""
    return record(session, into, Deed(kind="evidence", by=by, payload=evidence(problem)), now=now)


def evidence(problem: Feature) -> Mapping[str, object]:
    """What the problem that stays remembers of the merged one."""
    said = {name: problem.values[name] for name in ("description", "reported_by")}
    return {"problem_id": problem.id, "code": problem.code, "found_at": _found_at(problem).isoformat(), **said}


def merged_into(session: Session, problem_id: int) -> list[Feature]:
    """The problems that were merged into one, and those merged into these, the first merged first."""
    known, found = {problem_id}, [problem_id]
    merged: list[Feature] = []
    while found:
        where = (Where("duplicate_of", "in", tuple(found)), Where("state", "=", "duplicate"))
        new = [row for row in session.features.read("problems", Query(where=where)) if row.id not in known]
        merged += new
        found = [row.id for row in new]
        known.update(found)
    return merged


def _found_at(problem: Feature) -> datetime:
    found_at = problem.values["found_at"]
    assert isinstance(found_at, datetime)  # noqa: S101 (every problem has one)
    return found_at
