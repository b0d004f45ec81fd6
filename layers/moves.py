"""A problem moves along its life: load (locked) → rule → append the event → what follows, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from layers import duplicates, repeats
from layers.assignment import category_of
from layers.casework import Deed, record
from layers.errors import BadInput
from layers.followers import Happening, follow
from layers.model import Feature
from layers.people import actor, roles_on
from layers.rules.effects import Step, effects
from layers.rules.lifecycle import Wish, check_move
from layers.rules.roles import HANDLERS, Actor
from layers.store import Session, Store
from layers.values import town_day
from layers.words import msg

_SLACK = timedelta(minutes=5)  # between the clock of a phone and ours
_TOLD = ("document", "recheck_level", "handler")  # of what is given, what the history keeps beside the note


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWish:
    """Where somebody wants a problem to go: `given` holds note, document, until, recheck_level, duplicate_of, handler.

    `request_key` is the same when a request is repeated, which then changes nothing.
    """

    to: str
    by: str = ""
    at: datetime | None = None
    given: Mapping[str, object] = field(default_factory=dict)
    request_key: str | None = None

    @property
    def note(self) -> str:
        """The reason or remark."""
        return str(self.given.get("note") or "")


def move(store: Store, id_: int, wish: MoveWish, *, now: datetime, expected: int | None = None) -> Feature:
    """Move a problem to another state.

    Raises BadMove where the lifecycle does not allow it, Denied where the actor may not, Conflict where `expected`
    is not the version.
    """
    when = wish.at or now
    with store.writing() as scoped:
        if repeats.done_before(scoped, wish.request_key, "moves", id_):
            return scoped.features.get("problems", id_)
        problem, session = scoped.features.to_change(id_), scoped.whole
        allowed = check_move(problem.values, _question(scoped, problem, wish, when))
        _check_order(session, id_, when, now)
        step = Step(move=allowed, at=when, by=wish.by, until=wish.given.get("until"))
        changes = {**effects(problem.values, step), **_merged(scoped, problem, wish), **_given_to(session, wish, when)}
        deed = Deed(
            kind="moved", at=when, by=wish.by, note=wish.note, to_state=wish.to, changes=changes,
            payload={name: str(wish.given[name]) for name in _TOLD if wish.given.get(name)},
        )  # fmt: skip
        changed = record(session, problem, deed, now=now, expected=expected)
        if changes.get("duplicate_of"):
            into = session.features.get("problems", int(str(changes["duplicate_of"])))
            duplicates.add_evidence(session, into, problem, now=now, by=wish.by)
        repeats.keep(session, wish.request_key, "moves", id_, now=now)
        return follow(session, Happening(problem, changed, "moved", wish.by, at=when), now=now)


def _question(scoped: Session, problem: Feature, wish: MoveWish, when: datetime) -> Wish:
    """The wish with all that the rule asks about it."""
    session = scoped.whole
    category = category_of(session.town.categories()).get(str(problem.values["category"]))
    return Wish(
        to=wish.to, actor=_who(scoped, wish.by, when), given=wish.given,
        photos=session.photos.roles(problem.id), finder=finder_of(session, problem),
        open_photos=category.open_photos if category else (), close_photos=category.close_photos if category else (),
    )  # fmt: skip


def _who(scoped: Session, by: str, when: datetime) -> Actor:
    """Whoever acts, with their roles of the day of the move; of these, who has signed in must have them today too.

    Only in the name of somebody else, as an administrator may, is the past entered with the roles of then alone.
    """
    then, today = actor(scoped.whole, by, on=town_day(when)), scoped.scope.actor
    return replace(then, roles=then.roles & today.roles) if today.person else then


def finder_of(session: Session, problem: Feature) -> frozenset[str]:
    """The posts of whoever reported it."""
    return frozenset(session.duties.posts(str(problem.values["reported_by"] or "")))


def _check_order(session: Session, id_: int, when: datetime, now: datetime) -> None:
    """Reports and moves follow one another in time; what is derived from them may be entered later."""
    steps = [event.at for event in session.history.events(id_) if event.to_state]
    if when > now + _SLACK:
        raise BadInput(msg("The time of a move lies in the future."), field="at")
    if when < max(steps, default=when):
        raise BadInput(msg("The move lies before the last one in the history."), field="at")


def _given_to(session: Session, wish: MoveWish, when: datetime) -> dict[str, object]:
    """Who is to put right what is assigned, where it is not left to those who answer for the place: a contractor."""
    code = str(wish.given.get("handler") or "")
    if wish.to != "assigned" or not code:
        return {}
    if roles_on(session, code, on=town_day(when)).isdisjoint(HANDLERS):
        raise BadInput(msg("“{person}” is nobody who handles problems.", person=code[:80]), field="handler")
    return {"handled_by": code}


def _merged(session: Session, problem: Feature, wish: MoveWish) -> dict[str, object]:
    given = wish.given.get("duplicate_of")
    if wish.to != "duplicate" or given is None:
        return {}
    return {"duplicate_of": duplicates.target(session, problem, given).id}
