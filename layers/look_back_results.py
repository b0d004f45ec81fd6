"""What somebody saw when they looked back at a closed case: recorded, and reported anew where it is back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from layers.casework import Deed, record
from layers.errors import BadInput, BadMove, Denied
from layers.look_backs import call_off
from layers.model import Feature
from layers.people import actor
from layers.problems import Draft, report_in
from layers.rebounds import link_to
from layers.rules.lifecycle import role_words
from layers.rules.look_backs import RESULTS, RETRY_DAYS
from layers.rules.roles import CHECKERS
from layers.store import Session, Store
from layers.store.look_backs import LookBack
from layers.values import town_day
from layers.words import msg

_LONGEST_NOTE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What somebody saw: `result` one of RESULTS."""

    result: str
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LookedBack:
    """The look-back as it now stands, its problem, and the new problem where it is back."""

    look_back: LookBack
    problem: Feature
    reported: Feature | None = None


def look_back(store: Store, id_: int, sight: Sight, *, now: datetime) -> LookedBack:
    """Record a look-back: "rebound" reports the problem anew at its place, "unable" asks for another try tomorrow.

    Raises BadMove where it is done already, Denied where the person may not check or has handled the case.
    """
    with store.writing() as scoped:
        row, session = scoped.look_backs.get(id_), scoped.whole
        problem = scoped.features.to_change(row.problem_id)
        _check(session, row, problem, sight, now)
        done = {"done_at": now, "by": sight.by, "result": sight.result, "note": sight.note}
        session.look_backs.finish(id_, done)
        reported = _report(session, problem, sight, now=now) if sight.result == "rebound" else None
        if sight.result == "unable":
            again = LookBack(problem_id=problem.id, due_at=now + timedelta(days=RETRY_DAYS), person=row.person)
            session.look_backs.add([again])
        payload = {"look_back": id_, "result": sight.result, "due_at": row.due_at.isoformat()}
        if reported is not None:
            payload["problem_id"] = reported.id
        deed = Deed(kind="look_back", by=sight.by, note=sight.note, payload=payload, derived=True)
        problem = record(session, problem, deed, now=now)
        return LookedBack(session.look_backs.get(id_), problem, reported)


def _check(session: Session, row: LookBack, problem: Feature, sight: Sight, now: datetime) -> None:
    if sight.result not in RESULTS:
        choices = ", ".join(RESULTS)
        raise BadInput(
            msg("“{value}” is none of: {choices}.", value=sight.result[:80], choices=choices), field="result"
        )
    if len(sight.note) > _LONGEST_NOTE:
        raise BadInput(msg("The note is too long."), field="note")
    if row.result:
        raise BadMove(msg("This look-back is done already."), field="result")
    if sight.result == "unable" and not sight.note.strip():
        raise BadInput(msg("Say why it could not be looked at."), field="note")
    if not actor(session, sight.by, on=town_day(now)).may(CHECKERS):
        raise Denied(msg("“{move}” is for others: {roles}.", move=msg("Look-back"), roles=role_words(CHECKERS)))
    if sight.by and sight.by == problem.values["handled_by"]:
        raise BadMove(msg("Whoever fixed a problem cannot be the one who checks it."), field="by")


def _report(session: Session, problem: Feature, sight: Sight, *, now: datetime) -> Feature:
    """The same problem at the same place, as a case of its own that knows where it comes from."""
    assert problem.geometry is not None  # noqa: S101 (a look-back follows a case that was found somewhere)
    values = problem.values
    draft = Draft(
        geometry=problem.geometry, category=str(values["category"]), reported_by=sight.by,
        description=sight.note or str(values["description"] or ""), severity=int(str(values["severity"] or 1)),
    )  # fmt: skip
    reported = report_in(session, draft, now=now)
    if reported.values["rebound_of"] is None:
        reported = link_to(session, reported, problem, now=now)
    call_off(session, problem.id, now=now)
    return reported
