"""What somebody may see and change: it follows from their posts and from the places they answer for on the day.

Who works for the whole town sees all of it. Who answers for places sees the problems there, what they reported or
were given, and of places that were once theirs what was found then; they change what lies at the places of today
only. Everybody else sees what is public.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Literal

from layers.errors import BadInput
from layers.model import Responsibility
from layers.rules.roles import OPERATOR, Actor
from layers.words import msg

Sight = Literal["all", "own", "public"]

TOWN_WIDE = frozenset({"administrator", "supervisor", "dispatcher", "inspector", "planner"})
GIVEN_WORK = frozenset({"contractor"})  # posts without a place: theirs is what they were given
PUBLIC_STATES = ("confirmed", "filed", "assigned", "in_hand", "fixed", "returned", "deferred", "closed")
PUBLIC_LAYERS = frozenset({"problems", "areas", "road_segments", "parcels", "stations", "station_buffers"})


NOBODY = Actor("?")  # has no role at all


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: the account and its person ("" = nobody signed in), what their device calls itself, the town's day."""

    account: str
    person: str
    device: str
    on: date


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see and change on a day; `held` and `once` are their duties of that day and before it.

    `actor` is who acts, with all their roles of that day; an administrator acts as the operator.
    """

    sees: Sight = "public"
    person: str = ""
    held: frozenset[tuple[str, str]] = frozenset()  # (layer, code of the place)
    once: tuple[Responsibility, ...] = ()
    given_work: bool = False
    actor: Actor = NOBODY

    @property
    def key(self) -> str:
        """A text that is the same for scopes that see the same; "" for the one that sees all.

        >>> Scope("all").key, Scope().key == Scope("public", "").key, Scope("own", "R1").key == Scope("own", "R2").key
        ('', True, False)
        """
        if self.sees == "all":
            return ""
        about = (self.sees, self.person, sorted(self.held), self.once, self.given_work)
        return blake2b(repr(about).encode(), digest_size=12).hexdigest()

    @property
    def sees_all(self) -> bool:
        """Whether nothing is hidden."""
        return self.sees == "all"

    def may_ring_up(self, person: str) -> bool:
        """Whether the telephone number of that person is for them."""
        return self.sees_all or (bool(person) and person == self.person)


WHOLE = Scope("all", actor=OPERATOR)
PUBLIC = Scope("public")


def check_place_role(role: str) -> None:
    """BadInput for a role that concerns the whole town: it is a post, and does not come with a place."""
    if role in TOWN_WIDE:
        raise BadInput(msg("“{role}” concerns the whole town: give it as a post.", role=role), field="role")


def scope_of(
    person: str, roles: Iterable[str], duties: Iterable[Responsibility], *, on: date, organisation: str = ""
) -> Scope:
    """The scope of a person with these posts and (all their) duties on a day; "" is the public.

    >>> day = date(2021, 11, 22)
    >>> scope_of("R1", {"inspector"}, (), on=day).sees, scope_of("R1", (), (), on=day).sees
    ('all', 'own')
    """
    posts = frozenset(roles)
    if not person:
        return PUBLIC
    rows = tuple(duties)
    now = [row for row in rows if row.holds_on(on)]
    roles_now = posts | {row.role for row in now}
    actor = OPERATOR if "administrator" in roles_now else Actor(person, roles_now, organisation)
    if posts & TOWN_WIDE:
        return Scope("all", person, actor=actor)
    held = frozenset((row.layer, row.place) for row in now)
    once = tuple(row for row in rows if not row.holds_on(on) and row.valid_from <= on)
    return Scope("own", person, held, once, given_work=bool(posts & GIVEN_WORK), actor=actor)
