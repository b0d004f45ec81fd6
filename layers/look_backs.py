"""Look-backs (回头看) are scheduled when a case is closed by a check, and called off when it is known to be back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from layers.assignment import category_of
from layers.casework import Deed, record
from layers.inbox import tell_of
from layers.model import Category, Feature
from layers.query import Query, Where
from layers.rules.look_backs import CANCELLED, schedule
from layers.store import Session, Store
from layers.store.look_backs import LookBack

if TYPE_CHECKING:
    from layers.followers import Happening

BATCH = 50  # look-backs told of in one transaction, so that others wait for a moment only


@dataclass(frozen=True, slots=True)
class Closure:
    """What look-backs go by: which problem, when a check closed it (None = none did), and whose check it was."""

    problem_id: int
    verified_at: datetime | None
    verified_by: str


def keep_look_backs(session: Session, it: "Happening", *, now: datetime) -> Feature:
    """A follower: schedules the look-backs of a case that a check closed, and calls off those of one that is back."""
    problem = it.after
    previous = problem.values["rebound_of"]
    if previous is not None and (it.before is None or it.before.values["rebound_of"] != previous):
        call_off(session, int(str(previous)), now=now)
    if it.state_change is None or problem.values["state"] != "closed":
        return problem
    rows = _planned(_closure(problem), category_of(session.town.categories()).get(str(problem.values["category"])))
    if not rows or session.look_backs.of(problem.id):
        return problem
    session.look_backs.add(rows)
    payload = {"scheduled": [row.due_at.isoformat() for row in rows]}
    return record(session, problem, Deed(kind="look_back", payload=payload, derived=True), now=now)


def schedule_all(session: Session, *, now: datetime) -> int:
    """Schedule what is still to come for closures that came in by file or with the demo; how many look-backs.

    What was due before is taken as over: nobody can look back into the past.
    """
    categories = category_of(session.town.categories())
    longest = timedelta(days=max((day for one in categories.values() for day in one.look_back_days), default=0))
    recent = (Where("state", "=", "closed"), Where("verified_at", ">=", now - longest))
    closures = session.features.columns(
        "problems", ("id", "category", "verified_at", "verified_by"), Query(where=recent)
    )
    done = session.look_backs.scheduled_problems() | _back(session)
    rows = [
        row
        for id_, category, verified_at, by in closures
        if id_ not in done
        for row in _planned(Closure(id_, verified_at, by or ""), categories.get(category))
        if row.due_at >= now
    ]
    session.look_backs.add(rows)
    return len(rows)


def announce(store: Store, now: datetime) -> int:
    """Tell of the look-backs that have come due, each once; how many."""
    count = 0
    while True:
        with store.reading() as session:
            waiting = session.look_backs.to_tell(now, 1)
        if not waiting:
            return count
        with store.writing() as session:
            count += _announce(session, session.look_backs.to_tell(now, BATCH), now)


def _announce(session: Session, rows: Sequence[LookBack], now: datetime) -> int:
    ids = tuple({row.problem_id for row in rows})
    problems = {row.id: row for row in session.features.read("problems", Query(ids=ids))} if ids else {}
    for row in rows:
        session.look_backs.finish(row.id, {"told_at": now})
        if row.problem_id in problems:
            tell_of(session, problems[row.problem_id], "look_back_due", now=now, to=[row.person], due_at=row.due_at)
    return len(rows)


def _back(session: Session) -> set[int]:
    """The closed cases that are known to be back."""
    again = Query(where=(Where("rebound_of", "not null"),))
    return {previous for (previous,) in session.features.columns("problems", ("rebound_of",), again)}


def call_off(session: Session, problem_id: int, *, now: datetime) -> None:
    """The case is back, or under work again: nobody needs to look whether it holds. The look-backs stay on record."""
    for row in _open(session.look_backs.of(problem_id)):
        session.look_backs.finish(row.id, {"result": CANCELLED, "done_at": now})


def _open(rows: Iterable[LookBack]) -> list[LookBack]:
    return [row for row in rows if not row.result]


def _closure(problem: Feature) -> Closure:
    verified_at = problem.values["verified_at"]
    at = verified_at if isinstance(verified_at, datetime) else None
    return Closure(problem.id, at, str(problem.values["verified_by"] or ""))


def _planned(closure: Closure, category: Category | None) -> list[LookBack]:
    """By whoever verified it, who is never the handler; without a name by anybody who may."""
    if category is None or closure.verified_at is None:
        return []
    return [
        LookBack(problem_id=closure.problem_id, due_at=due_at, person=closure.verified_by)
        for due_at in schedule(closure.verified_at, category.look_back_days, category.hold_days)
    ]
