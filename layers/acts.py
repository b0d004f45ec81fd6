"""Acts with a case that do not move it: remarks, visits in vain, requests and their decisions, supervision.

Each is one transaction: load (locked) → rule → event → what the act brings about → what follows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from layers import repeats
from layers.casework import Deed, record
from layers.deadline_acts import CLOCK_EFFECTS
from layers.errors import BadInput
from layers.followers import Happening, follow
from layers.model import Feature, Request
from layers.people import actor
from layers.rules.acts import ActKind, Standing, check_act
from layers.schema import ESCALATIONS
from layers.store import Session, Store
from layers.values import as_time, town_day
from layers.words import msg

DECIDE_WITHIN_DAYS = 5  # an appeal waits no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class ActWish:
    """What somebody wants to do: `given` holds note, until, stage, document; `request_key` as of a move."""

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
        kind = check_act(wish.act, standing(session, problem), who, wish.given)
        doing = Doing(session, problem, kind, wish, now)
        payload = {"act": kind.name, **_remembered(doing)}
        deed = Deed(
            kind="act", by=wish.by, note=wish.note, changes=_CHANGES.get(kind.name, _none)(doing), payload=payload
        )
        changed = record(session, problem, deed, now=now, expected=expected)
        _request(doing)
        repeats.keep(session, wish.request_key, "acts", id_, now=now)
        changed = EFFECTS.get(kind.name, _unchanged)(doing, changed)
        return follow(session, Happening(problem, changed, "act", wish.by, kind.name, now), now=now)


def standing(session: Session, problem: Feature) -> Standing:
    """What the table of acts asks about a case."""
    waiting = session.requests.open(problem.id)
    return Standing(
        state=str(problem.values["state"]), paused=problem.values["paused_at"] is not None,
        escalation=str(problem.values["escalation"] or ""),
        requests={kind: request.asked_by for kind, request in waiting.items()},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doing:
    """An act that is allowed, about to be done."""

    session: Session
    problem: Feature
    kind: ActKind
    wish: ActWish
    now: datetime

    def until(self) -> datetime | None:
        """The time that is asked for, which lies ahead."""
        until = as_time(self.wish.given.get("until"), "until")
        if until is not None and until <= self.now:
            raise BadInput(msg("The new time must lie in the future."), field="until")
        return until


def _remembered(doing: Doing) -> dict[str, object]:
    names = ("stage", "document")
    said: dict[str, object] = {name: str(doing.wish.given[name]) for name in names if doing.wish.given.get(name)}
    until = doing.until()
    return said if until is None else {**said, "until": until.isoformat()}


def _request(doing: Doing) -> None:
    """Open or decide the request that belongs to the act."""
    kind, wish, now = doing.kind, doing.wish, doing.now
    if kind.asks:
        late = now + timedelta(days=DECIDE_WITHIN_DAYS)
        doing.session.requests.ask(
            Request(problem_id=doing.problem.id, kind=kind.asks, asked_at=now, asked_by=wish.by, note=wish.note,
                    until=doing.until(), due_at=late)
        )  # fmt: skip
    if kind.decides:
        open_ = doing.session.requests.open(doing.problem.id)[kind.decides]
        decision = {"decided_at": now, "decided_by": wish.by, "verdict": kind.verdict, "decision": wish.note}
        doing.session.requests.decide(open_.id, decision)


def _none(_doing: Doing) -> dict[str, object]:
    return {}


def _supervised(doing: Doing) -> dict[str, object]:
    """The case stands under supervision, if it does not stand under something sterner."""
    now = str(doing.problem.values["escalation"] or "")
    return {"escalation": max(now or ESCALATIONS[0], "supervise", key=ESCALATIONS.index)}


_CHANGES: dict[str, Callable[[Doing], dict[str, object]]] = {
    "supervise": _supervised,
    "answer_supervision": lambda _: {"escalation": ""},
    "uphold_appeal": lambda _: {"score_effect": 0.0},  # what should not have been found costs nothing
}


def _unchanged(_doing: Doing, problem: Feature) -> Feature:
    return problem


EFFECTS: dict[str, Callable[[Doing, Feature], Feature]] = {**CLOCK_EFFECTS}
"""What an act brings about beyond its own event, by its name: (doing, problem) → the problem as it then stands."""
