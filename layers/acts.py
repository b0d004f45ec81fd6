"""Acts with a case that do not move it: remarks, visits in vain, requests and their decisions, supervision.

Each is one transaction: load (locked) → rule → event → what the act brings about → what follows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from layers import repeats, request_acts
from layers.casework import Deed, record
from layers.deadline_acts import CLOCK_EFFECTS
from layers.errors import BadInput, Denied
from layers.followers import Happening, follow
from layers.model import Feature
from layers.people import actor
from layers.rules import co_departments
from layers.rules.acts import ActKind, Standing, check_act
from layers.rules.appeals import last_appeal
from layers.rules.enforcement import outcome
from layers.rules.roles import DISPATCHERS, Actor
from layers.schema import ESCALATIONS
from layers.store import Session, Store
from layers.values import as_time, town_day
from layers.words import msg


@dataclass(frozen=True, slots=True, kw_only=True)
class ActWish:
    """What somebody wants to do: `given` holds what NEED_TITLES and the act's own fields name.

    `request_key` as of a move.
    """

    act: str
    by: str = ""
    given: Mapping[str, object] = field(default_factory=dict)
    request_key: str | None = None

    @property
    def note(self) -> str:
        """The reason or remark."""
        return str(self.given.get("note") or "")


def act(store: Store, id_: int, wish: ActWish, *, now: datetime, expected: int | None = None) -> Feature:
    """Do it; BadMove where it is not possible now, Denied where the actor may not, BadInput for what is given."""
    with store.writing() as scoped:
        if repeats.done_before(scoped, wish.request_key, "acts", id_):
            return scoped.features.get("problems", id_)
        problem, session = scoped.features.to_change(id_), scoped.whole
        who = actor(session, wish.by, on=town_day(now))
        kind = check_act(wish.act, standing(session, problem, now=now), who, wish.given)
        doing = Doing(session, problem, kind, wish, who, now)
        payload = {"act": kind.name, **_remembered(doing), **request_acts.remembered(doing)}
        deed = Deed(
            kind="act", by=wish.by, note=wish.note, changes=_CHANGES.get(kind.name, _none)(doing), payload=payload
        )
        changed = record(session, problem, deed, now=now, expected=expected)
        request_acts.keep(doing)
        repeats.keep(session, wish.request_key, "acts", id_, now=now)
        changed = EFFECTS.get(kind.name, _unchanged)(doing, changed)
        return follow(session, Happening(problem, changed, "act", wish.by, kind.name, now), now=now)


def standing(session: Session, problem: Feature, *, now: datetime) -> Standing:
    """What the table of acts asks about a case."""
    requests = session.requests.of(problem.id)
    return Standing(
        state=str(problem.values["state"]), paused=problem.values["paused_at"] is not None,
        escalation=str(problem.values["escalation"] or ""),
        requests={request.kind: request.asked_by for request in requests if not request.verdict},
        appeal=last_appeal(requests, now=now),
        co_departments=co_departments.names(problem.values["co_departments"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doing:
    """An act that is allowed, about to be done."""

    session: Session
    problem: Feature
    kind: ActKind
    wish: ActWish
    who: Actor
    now: datetime

    def until(self) -> datetime | None:
        """The time that is asked for, which lies ahead."""
        until = as_time(self.wish.given.get("until"), "until")
        if until is not None and until <= self.now:
            raise BadInput(msg("The new time must lie in the future."), field="until")
        return until


def _remembered(doing: Doing) -> dict[str, object]:
    names = ("stage", "document", "department", "outcome", "amount_cny")
    said: dict[str, object] = {name: str(doing.wish.given[name]) for name in names if doing.wish.given.get(name)}
    until = doing.until()
    return said if until is None else {**said, "until": until.isoformat()}


def _none(_doing: Doing) -> dict[str, object]:
    return {}


def _supervised(doing: Doing) -> dict[str, object]:
    """The case stands under supervision, if it does not stand under something sterner."""
    now = str(doing.problem.values["escalation"] or "")
    return {"escalation": max(now or ESCALATIONS[0], "supervise", key=ESCALATIONS.index)}


def _department(doing: Doing) -> str:
    return str(doing.wish.given["department"]).strip()


def _helper_added(doing: Doing) -> dict[str, object]:
    values = doing.problem.values
    lead = str(values["department"] or "")
    return {"co_departments": co_departments.added(values["co_departments"], _department(doing), lead)}


def _helper_removed(doing: Doing) -> dict[str, object]:
    return {"co_departments": co_departments.removed(doing.problem.values["co_departments"], _department(doing))}


def _helper_answered(doing: Doing) -> dict[str, object]:
    """A dispatcher answers for any of the departments, everybody else for their own."""
    name, who = _department(doing), doing.who
    if who.person and not who.may(DISPATCHERS) and name != who.organisation:
        raise Denied(msg("Only the co-departments of the case answer, or a dispatcher for them."))
    return {"co_departments": co_departments.answered(doing.problem.values["co_departments"], name, doing.now)}


def _enforced(doing: Doing) -> dict[str, object]:
    before = doing.problem.values["outcomes"]
    known = list(before) if isinstance(before, list | tuple) else []
    return {"outcomes": [*known, outcome(doing.wish.given, doing.now)]}


_CHANGES: dict[str, Callable[[Doing], dict[str, object]]] = {
    "supervise": _supervised,
    "answer_supervision": lambda _: {"escalation": ""},
    "uphold_appeal": lambda _: {"score_effect": 0.0},  # what should not have been found costs nothing
    "add_co_department": _helper_added,
    "remove_co_department": _helper_removed,
    "answer_as_co_department": _helper_answered,
    "record_enforcement": _enforced,
}


def _unchanged(_doing: Doing, problem: Feature) -> Feature:
    return problem


EFFECTS: dict[str, Callable[[Doing, Feature], Feature]] = {**CLOCK_EFFECTS}
"""What an act brings about beyond its own event, by its name: (doing, problem) → the problem as it then stands."""
