"""Sponsors (包保干部): who stands beside whoever answers for a place, and is told of what is late there."""

from datetime import date

from layers.model import Responsibility
from layers.rules.roles import SPONSOR
from layers.store import Session


def sponsors_of(session: Session, problem_id: int, *, on: date) -> list[Responsibility]:
    """The duties of sponsors at the places that a problem touches, on that day; each person once."""
    links = session.history.places([problem_id]).get(problem_id, ())
    duties = [
        duty
        for link in links
        for duty in session.duties.responsibilities(on=on, place=(link.layer, link.code))
        if duty.role == SPONSOR
    ]
    return list({duty.person: duty for duty in reversed(duties)}.values())[::-1]
