"""The clocks of cases: started, ended, stopped and extended by what happens to a case. Each is part of the
transaction of the act that brings it about: load → rule → save → event.

Due times are stored when they are set; beside an extension and a pause only `recompute` and a new category
change them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from layers import categories
from layers.casework import Deed, record
from layers.clock_rules import calendar_sheet
from layers.errors import BadInput, BadMove
from layers.model import Category, Feature
from layers.rules import deadlines as rule
from layers.rules.calendars import Calendar
from layers.rules.deadlines import CASE, Deadline, Extension, Turn
from layers.store import Session
from layers.values import to_millisecond
from layers.words import msg

if TYPE_CHECKING:
    from layers.followers import Happening

KIND, TURNED = "deadline", "turned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Who stops, extends or recomputes the clocks of a case, and why."""

    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """A case with its deadlines and the rules that hold for it now."""

    session: Session
    problem: Feature
    category: Category
    calendar: Calendar
    deadlines: list[Deadline]
    now: datetime

    def turn(self, at: datetime, stage: str = "") -> Turn:
        """The state that the case has come into."""
        return Turn(
            problem_id=self.problem.id, stage=stage, state=str(self.problem.values["state"]), at=at,
            category=self.category, calendar=self.calendar,
        )  # fmt: skip

    def save(self, new: Sequence[Deadline], deed: Deed) -> Feature:
        """Write what has changed; the event holds the fields of the problem that follow.

        A change of state that leaves those as they were needs no event beside its own.
        """
        old = {one.id: one for one in self.deadlines}
        self.session.deadlines.save([one for one in new if not one.id or old[one.id] != one])
        changes = {name: value for name, value in deed.changes.items() if self.problem.values[name] != value}
        if deed.payload["clocks"] == TURNED and not changes:
            return self.problem
        return record(self.session, self.problem, replace(deed, changes=changes, derived=True), now=self.now)


def keep_clocks(session: Session, it: "Happening", *, now: datetime) -> Feature:
    """The follower that starts and ends clocks: with a new case, a change of state, another category."""
    at = to_millisecond(it.at or now)
    if it.before is None:
        return _begin(session, it.after, at, now)
    if it.state_change is not None:
        return _turn(session, it.after, at, now)
    if it.before.values["category"] != it.after.values["category"]:
        return recompute(session, it.after, now=now, why=Why(by=it.by))
    return it.after


def extend(session: Session, problem: Feature, *, until: datetime, now: datetime, why: Why) -> Feature:
    """More time (延期): the running stage is due at `until`, and the whole case not before it.

    BadInput (`until`) where that is no more time than there is, (`note`) without a reason.
    """
    _needs_reason(why)
    case = _load(session, problem, now)
    granted = Extension(until=to_millisecond(until), before=until, at=to_millisecond(now), by=why.by, note=why.note)
    new = rule.extended(case.deadlines, granted)
    return case.save(new, _deed("extended", new, why, until=granted.until.isoformat()))


def pause(session: Session, problem: Feature, *, now: datetime, why: Why) -> Feature:
    """Stop the clocks of a case; BadMove where none runs, BadInput (`note`) without a reason."""
    _needs_reason(why)
    case = _load(session, problem, now)
    new = [rule.paused(one, at=to_millisecond(now)) for one in case.deadlines]
    if new == case.deadlines:
        raise BadMove(msg("No clock of this problem is running."), field="act")
    return case.save(new, _deed("paused", new, why))


def resume(session: Session, problem: Feature, *, now: datetime, why: Why) -> Feature:
    """Let the clocks of a case run again, with what was left; BadMove where none stands still."""
    case = _load(session, problem, now)
    new = [rule.resumed(one, at=to_millisecond(now), calendar=case.calendar) for one in case.deadlines]
    if new == case.deadlines:
        raise BadMove(msg("No clock of this problem stands still."), field="act")
    return case.save(new, _deed("resumed", new, why))


def reach(session: Session, problem: Feature, *, label: str, now: datetime, why: Why) -> Feature:
    """A milestone of the running stage is reached; BadInput (`stage`) where there is none of that name."""
    case = _load(session, problem, now)
    new = rule.reached(case.deadlines, label, at=to_millisecond(now))
    return case.save(new, _deed("reached", new, why, label=label))


def recompute(session: Session, problem: Feature, *, now: datetime, why: Why) -> Feature:
    """Set the running due times anew, by the category's limits and the calendar as they are now."""
    case = _load(session, problem, now)
    new = rule.recomputed(case.deadlines, case.category, at=to_millisecond(now), calendar=case.calendar)
    return case.save(new, _deed("recomputed", new, why))


def _begin(session: Session, problem: Feature, at: datetime, now: datetime) -> Feature:
    case = _load(session, problem, now)
    turn = case.turn(at)
    new = rule.begun(problem.id, turn.state, case.category, at=at, calendar=case.calendar)
    return case.save(new, Deed(kind=KIND, at=at, changes=rule.fields(new, turn), payload=_payload(TURNED, new)))


def _turn(session: Session, problem: Feature, at: datetime, now: datetime) -> Feature:
    case = _load(session, problem, now)
    turn = case.turn(at, str(problem.values["stage"] or ""))
    new = rule.turned(case.deadlines, turn)
    return case.save(new, Deed(kind=KIND, at=at, changes=rule.fields(new, turn), payload=_payload(TURNED, new)))


def _load(session: Session, problem: Feature, now: datetime) -> _Case:
    category = categories.current(session, str(problem.values["category"]))
    calendar = calendar_sheet(session).calendar()
    return _Case(
        session, problem, category, calendar, session.deadlines.of(problem.id) or _older(problem, category), now
    )


def _older(problem: Feature, category: Category) -> list[Deadline]:
    """A case from before there were clocks has its due time alone."""
    found_at, due_at = problem.values["found_at"], problem.values["due_at"]
    if not isinstance(found_at, datetime) or not isinstance(due_at, datetime):
        return []
    limit = category.case_limit
    return [Deadline(problem_id=problem.id, stage=CASE, clock=limit.clock, limit=limit.limit, started_at=found_at,
                     due_at=due_at, look_at=due_at)]  # fmt: skip


def _deed(name: str, new: Sequence[Deadline], why: Why, **said: object) -> Deed:
    payload = {**_payload(name, new), **said}
    return Deed(kind=KIND, by=why.by, note=why.note, changes=rule.times(new), payload=payload)


def _payload(name: str, deadlines: Sequence[Deadline]) -> dict[str, object]:
    """What the event says of the clocks that run: their stages and due times."""
    running = [
        {"stage": one.stage, "label": one.label, "due_at": one.due_at.isoformat()} for one in deadlines if one.runs
    ]
    return {"clocks": name, "running": running}


def _needs_reason(why: Why) -> None:
    if not why.note.strip():
        raise BadInput(msg("A change of the deadline needs its reason."), field="note")
