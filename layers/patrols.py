"""Patrol observations: who went where when, and found something or nothing. An observation is not a problem."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import shapely
from shapely.geometry.base import BaseGeometry

from layers.casework import Deed, record
from layers.errors import BadInput, Denied
from layers.model import Feature
from layers.query import Query, Where
from layers.rules.roles import DISPATCHERS
from layers.schema import LAYERS
from layers.store import Session, Store
from layers.values import checked
from layers.words import msg

if TYPE_CHECKING:
    from layers.followers import Happening

_TRACK_TYPES = ("LineString", "MultiLineString")
PATROL = "patrol"  # the extra field of a problem that names the patrol on which it was found


def add_patrol(store: Store, geometry: BaseGeometry, values: Mapping[str, object], *, now: datetime) -> Feature:
    """Store a track (a line with a fix [seconds from start, accuracy in metres] for each vertex) or a signed visit.

    A patrol on which a problem was found that came in before it has found something, whatever it says itself.
    """
    known = {"started_at": now, **checked(LAYERS["patrols"], values)}
    kind = known.setdefault("kind", "track" if geometry.geom_type in _TRACK_TYPES else "visit")
    _check_times(known, now)
    if kind == "track":
        _check_fixes(geometry, known.get("fixes"))
    with store.writing() as scoped:
        session = scoped.whole  # whoever goes may say where they went
        number = session.features.next_id("patrols")
        code = str(values.get("code") or f"XC-{number:06d}")
        if session.patrol_links.problems(code):
            known["result"] = "found"
        return session.features.insert(
            "patrols", Feature(id=number, code=code, geometry=geometry, values=known), now=now
        )


def link_problem(store: Store, patrol_id: int, problem_id: int, *, now: datetime, by: str = "") -> Feature:
    """Say afterwards that a problem was found on a patrol; the patrol as it then stands."""
    with store.writing() as scoped:
        patrol = scoped.features.get("patrols", patrol_id)
        actor = scoped.scope.actor
        if not actor.may(DISPATCHERS) and actor.person != patrol.values["inspector"]:
            raise Denied(msg("A patrol is changed by who went on it, or by a dispatcher."))
        problem, session = scoped.features.to_change(problem_id), scoped.whole
        if problem.extra.get(PATROL) != patrol.code:
            deed = Deed(kind="edited", by=by, changes={"extra": {**problem.extra, PATROL: patrol.code}})
            record(session, problem, deed, now=now)
        _found_on(session, patrol.code, problem_id, now=now)
        return session.features.get("patrols", patrol_id)


def note_patrol(session: Session, it: "Happening", *, now: datetime) -> Feature:
    """A follower: a reported problem that names its patrol is linked with it, be it known already or not."""
    code = it.after.extra.get(PATROL)
    if it.kind == "reported" and isinstance(code, str) and code:
        _found_on(session, code, it.after.id, now=now)
    return it.after


def found_on(session: Session, patrol: Feature) -> list[Feature]:
    """The problems that were found on a patrol."""
    ids = tuple(session.patrol_links.problems(patrol.code))
    return session.features.read("problems", Query(ids=ids)) if ids else []


def _found_on(session: Session, code: str, problem_id: int, *, now: datetime) -> None:
    session.patrol_links.link(code, problem_id)
    for patrol in session.features.read("patrols", Query(where=(Where("code", "=", code),))):
        if patrol.values["result"] != "found":
            session.features.update("patrols", patrol.id, {"result": "found"}, now=now)


def _check_times(known: Mapping[str, object], now: datetime) -> None:
    started_at, ended_at = known["started_at"], known.get("ended_at")
    if not isinstance(started_at, datetime) or started_at > now + timedelta(minutes=5):
        raise BadInput(msg("The patrol begins in the future."), field="started_at")
    if isinstance(ended_at, datetime) and ended_at < started_at:
        raise BadInput(msg("The patrol ends before it begins."), field="ended_at")


def _check_fixes(geometry: BaseGeometry, fixes: object) -> None:
    """One pair of finite, growing seconds and positive accuracy for each vertex."""
    if geometry.geom_type not in _TRACK_TYPES:
        raise BadInput(msg("A track is a line."), field="geometry")
    rows = fixes if isinstance(fixes, list) else []
    good = all(isinstance(fix, list) and len(fix) == 2 and all(_is_number(n) for n in fix) for fix in rows)
    if not good or len(rows) != shapely.get_num_coordinates(geometry):
        raise BadInput(
            msg("A track needs a fix [seconds, accuracy in metres] for each of its vertices."), field="fixes"
        )
    if any(later[0] < earlier[0] for earlier, later in pairwise(rows)):
        raise BadInput(msg("The seconds of a track's fixes must grow."), field="fixes")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
