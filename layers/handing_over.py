"""What somebody answers for goes to somebody else: places, open cases, look-backs that are still to be done."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from layers.casework import Deed, record
from layers.model import Feature, Responsibility
from layers.query import Query, Where
from layers.rules.lifecycle import OPEN_STATES
from layers.rules.replay import jsonable
from layers.store import Session
from layers.words import msg

_CASE_FIELDS = ("lead_person", "handled_by")


@dataclass(frozen=True, slots=True)
class Held:
    """What a person answers for: duties of today and to come, open cases, the town where no place does."""

    person: str
    on: date
    duties: tuple[Responsibility, ...] = ()
    cases: tuple[Feature, ...] = ()
    is_fallback: bool = False

    def __bool__(self) -> bool:
        return bool(self.duties or self.cases or self.is_fallback)


def held(session: Session, person: str, *, on: date) -> Held:
    """What a person answers for on a day and after it."""
    duties = [
        one for one in session.duties.responsibilities(person=person) if one.valid_to is None or one.valid_to > on
    ]
    cases = {
        case.id: case
        for name in _CASE_FIELDS
        for case in session.features.read("problems", Query(where=(_OPEN, Where(name, "=", person))))
    }
    is_fallback = session.town.get().fallback_person == person
    return Held(person, on, tuple(duties), tuple(cases.values()), is_fallback)


def hand_over(session: Session, it: Held, to: str, *, now: datetime, by: str = "") -> None:
    """Somebody else answers for all of it from that day on; each case keeps an event of it."""
    for duty in it.duties:
        _pass_on(session, duty, it.on, to)
    for case in it.cases:
        _give(session, case, it.person, to, now=now, by=by)
    for row in session.look_backs.open(person=it.person):
        if row.person == it.person:
            session.look_backs.finish(row.id, {"person": to})
    if it.is_fallback:
        session.town.put(replace(session.town.get(), fallback_person=to))


def _pass_on(session: Session, duty: Responsibility, on: date, to: str) -> None:
    start = max(duty.valid_from, on)
    session.duties.end_responsibility(duty.id, on=start)
    there = session.duties.responsibilities(place=(duty.layer, duty.place), person=to)
    if not any(one.role == duty.role and one.valid_from <= start and one.valid_to is None for one in there):
        session.duties.put_responsibilities([replace(duty, id=0, person=to, valid_from=start)])


def _give(session: Session, case: Feature, person: str, to: str, *, now: datetime, by: str) -> None:
    changes: dict[str, object] = {name: to for name in _CASE_FIELDS if case.values[name] == person}
    if "lead_person" in changes:
        changes["why"] = jsonable({"why": _TAKEN_OVER.to_json()})["why"]
    record(session, case, Deed(kind="assigned", by=by, changes=changes), now=now)


_OPEN = Where("state", "in", tuple(OPEN_STATES))
_TAKEN_OVER = msg("Taken over from somebody who has left.")
