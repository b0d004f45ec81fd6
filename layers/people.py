"""Who acts, with which roles on the day: posts, and the duties that come with a place."""

from collections.abc import Iterable
from datetime import date

from layers.errors import BadInput, NotFound
from layers.model import Person
from layers.rules.permissions import TOWN_WIDE
from layers.rules.roles import OPERATOR, Actor
from layers.store import Session
from layers.words import msg


def actor(session: Session, code: str, *, on: date) -> Actor:
    """The person with all their roles on that day; "" is the operator. BadInput for a stranger."""
    if not code:
        return OPERATOR
    try:
        person = session.duties.person(code)
    except NotFound as error:
        raise BadInput(msg("There is no {kind} “{key}”.", kind=msg("person"), key=code[:80]), field="by") from error
    return Actor(person.code, roles_on(session, person.code, on=on), person.organisation)


def roles_on(session: Session, code: str, *, on: date) -> frozenset[str]:
    """The posts of a person and the roles of their duties on that day; none for a stranger.

    A place never brings a role that concerns the whole town.
    """
    duties = session.duties.responsibilities(on=on, person=code)
    return frozenset(session.duties.posts(code)) | ({duty.role for duty in duties} - TOWN_WIDE)


def roles_of_all(session: Session, people: Iterable[Person], *, on: date) -> dict[str, frozenset[str]]:
    """The same of each of these persons, by their codes."""
    held: dict[str, set[str]] = {}
    for duty in session.duties.responsibilities(on=on):
        held.setdefault(duty.person, set()).add(duty.role)
    return {one.code: frozenset(one.roles) | (held.get(one.code, set()) - TOWN_WIDE) for one in people}
