"""The one way in which a problem changes: an event is appended, and the row follows it, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from layers.model import Event, Feature
from layers.rules.replay import SET, jsonable
from layers.store import Session

KIND_TITLES = {
    "reported": "Reported",
    "moved": "Moved",
    "edited": "Edited",
    "assigned": "Given anew",
    "act": "Act",
    "deadline": "Deadline",
    "escalated": "Escalated",
    "evidence": "Further evidence",
    "photo": "Photo",
    "measure": "Measure",
    "rebound": "Rebound",
    "look_back": "Look-back",
    "reporter": "Word of the reporter",
}
KINDS = tuple(KIND_TITLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was done to a problem: by whom, when (None = now), what it changes, what else is to be remembered.

    `derived`: a consequence of somebody's act in the same transaction, which does not count the version up.
    """

    kind: str
    at: datetime | None = None
    by: str = ""
    note: str = ""
    to_state: str = ""
    changes: Mapping[str, object] = field(default_factory=dict)
    payload: Mapping[str, object] = field(default_factory=dict)
    derived: bool = False


def record(session: Session, problem: Feature, deed: Deed, *, now: datetime, expected: int | None = None) -> Feature:
    """Append the event and write its changes to the problem's row; the problem as it then stands.

    `changes` are fields of the layer, "geom" or "extra". Raises Conflict where `expected` is not the version.
    """
    changes = {**deed.changes, **({"state": deed.to_state} if deed.to_state else {})}
    changed = problem
    if changes or expected is not None:
        changed = session.features.update(
            "problems", problem.id, changes, now=now, expected=expected, counted=bool(changes) and not deed.derived
        )
    # What the event keeps is what the store kept of it: a store may hold moments to the millisecond.
    kept = {**changed.values, "geom": changed.geometry, "extra": dict(changed.extra)}
    said = {SET: jsonable({name: kept.get(name, value) for name, value in changes.items()})} if changes else {}
    session.history.append(
        Event(
            problem_id=problem.id, kind=deed.kind, at=deed.at or now, recorded_at=now, by=deed.by, note=deed.note,
            from_state=str(problem.values["state"]) if deed.to_state else "", to_state=deed.to_state,
            payload={**said, **deed.payload},
        )
    )  # fmt: skip
    return changed


def begin(session: Session, problem: Feature, deed: Deed, *, now: datetime) -> Feature:
    """Store a new problem (its key is taken already) with its first event, which holds all of it."""
    made = session.features.insert("problems", problem, now=now)
    session.history.append(
        Event(
            problem_id=made.id, kind=deed.kind, at=deed.at or now, recorded_at=now, by=deed.by, note=deed.note,
            to_state=deed.to_state, payload={SET: birth(made), **deed.payload},
        )
    )  # fmt: skip
    return made


def birth(problem: Feature) -> dict[str, object]:
    """Everything that a problem's first event sets."""
    row = {
        "code": problem.code,
        "geom": problem.geometry,
        "extra": dict(problem.extra),
        "source_crs": problem.source_crs,
    }
    return jsonable({**problem.values, **row})
