"""What can be done with a case without moving it: a table, like the moves.

延期 and 申诉 are asked for and decided by somebody else; 督办 is put on a case from above and answered below;
a visit that could neither confirm nor check is told too, for it explains the time that passed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from layers.errors import BadMove, Denied, LayersError
from layers.model import Request
from layers.rules.appeals import Appeal, level_of, roles_at
from layers.rules.lifecycle import FINAL_STATES, OPEN_STATES, role_words
from layers.rules.roles import (
    CHECKERS,
    CONFIRMERS,
    DISPATCHERS,
    FINDERS,
    HANDLERS,
    REFEREES,
    ROLES,
    SPONSOR,
    Actor,
)  # fmt: skip
from layers.words import msg

WORKING = ("assigned", "in_hand", "returned")
CLOSED_TOO = (*OPEN_STATES, "closed")
UNDER_WAY = tuple(state for state in OPEN_STATES if state != "reported")
STAFF = frozenset(ROLES) - {"public", SPONSOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActKind:
    """One act: its English title, who may do it in which states, and what it needs.

    `asks` opens a request of that kind; `decides` answers the open one, with `verdict`; `levels` are those of an
    appeal at which it is done.
    """

    name: str
    title: str
    roles: frozenset[str]
    states: tuple[str, ...] = OPEN_STATES
    needs: tuple[str, ...] = ("note",)
    asks: str = ""
    decides: str = ""
    verdict: str = ""
    levels: tuple[str, ...] = ()


_ACTS = (
    ActKind(name="remark", title="Add a remark", roles=FINDERS, states=CLOSED_TOO),
    ActKind(name="cannot_confirm", title="Could not be confirmed", roles=CONFIRMERS, states=("reported",)),
    ActKind(name="cannot_check", title="Could not be checked", roles=CHECKERS, states=("fixed",)),
    ActKind(name="reached", title="Milestone reached", roles=HANDLERS, states=WORKING, needs=("stage",)),
    ActKind(name="ask_extension", title="Ask for more time", roles=HANDLERS, states=WORKING, needs=("note", "until"),
            asks="extension"),
    ActKind(name="grant_extension", title="Grant more time", roles=DISPATCHERS, needs=(), decides="extension",
            verdict="granted"),
    ActKind(name="refuse_extension", title="Refuse more time", roles=DISPATCHERS, decides="extension",
            verdict="refused"),
    ActKind(name="pause", title="Stop the clocks", roles=DISPATCHERS, states=("confirmed", "filed", *WORKING)),
    ActKind(name="resume", title="Start the clocks again", roles=DISPATCHERS, states=("confirmed", "filed", *WORKING),
            needs=()),
    ActKind(name="supervise", title="Put under supervision", roles=REFEREES),
    ActKind(name="answer_supervision", title="Answer the supervision", roles=HANDLERS, states=CLOSED_TOO),
    ActKind(name="appeal", title="Appeal", roles=HANDLERS, states=CLOSED_TOO, asks="appeal"),
    ActKind(name="admit_appeal", title="Admit the appeal", roles=DISPATCHERS, states=CLOSED_TOO, needs=(),
            decides="appeal", verdict="admitted", levels=("review",)),
    ActKind(name="refuse_appeal", title="Refuse the appeal as inadmissible", roles=DISPATCHERS, states=CLOSED_TOO,
            decides="appeal", verdict="inadmissible", levels=("review",)),
    ActKind(name="uphold_appeal", title="Uphold the appeal", roles=REFEREES, states=CLOSED_TOO, decides="appeal",
            verdict="upheld", levels=("inspection", "leader")),
    ActKind(name="reject_appeal", title="Reject the appeal", roles=REFEREES, states=CLOSED_TOO, decides="appeal",
            verdict="rejected", levels=("inspection", "leader")),
    ActKind(name="take_appeal_further", title="Take the appeal further", roles=HANDLERS, states=CLOSED_TOO,
            asks="appeal"),
    ActKind(name="add_co_department", title="Add a co-department", roles=DISPATCHERS, states=UNDER_WAY,
            needs=("department", "note")),
    ActKind(name="remove_co_department", title="Remove a co-department", roles=DISPATCHERS, states=UNDER_WAY,
            needs=("department", "note")),
    ActKind(name="answer_as_co_department", title="Answer as a co-department", roles=STAFF, states=UNDER_WAY,
            needs=("department", "note")),
    ActKind(name="record_enforcement", title="Record the outcome of enforcement", roles=DISPATCHERS,
            states=(*UNDER_WAY, "closed"), needs=("outcome",)),
    ActKind(name="recompute_deadlines", title="Compute the deadlines anew", roles=frozenset({"administrator"}),
            states=tuple(state for state in OPEN_STATES if state != "deferred")),
)  # fmt: skip
ACTS: dict[str, ActKind] = {act.name: act for act in _ACTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a case shows when somebody wants to act: `requests` maps a kind to who asked, for the open ones.

    `appeal` is its last one; `co_departments` are the departments that help with it.
    """

    state: str
    paused: bool = False
    escalation: str = ""
    requests: Mapping[str, str] = field(default_factory=dict)
    appeal: Appeal = field(default_factory=Appeal)
    co_departments: tuple[str, ...] = ()


def acts_for(standing: Standing) -> tuple[ActKind, ...]:
    """What can be done with a case as it stands, whoever does it.

    >>> [act.name for act in acts_for(Standing(state="closed"))]
    ['remark', 'appeal', 'record_enforcement']
    """
    return tuple(_now(act, standing.appeal.level) for act in _ACTS if _fits(act, standing))


def offered_acts(standing: Standing, actor: Actor) -> tuple[ActKind, ...]:
    """What this person can do with it."""
    return tuple(act for act in acts_for(standing) if actor.may(act.roles) and _objection(act, standing, actor) is None)


def decisions(request: Request, actor: Actor, *, before: frozenset[str] = frozenset()) -> tuple[ActKind, ...]:
    """The acts by which this person can decide a request; `before` have decided on it at an earlier level."""
    level = level_of(request)
    acts = (_now(act, level) for act in _ACTS if act.decides == request.kind and _is_at(act, level))
    barred = bool(actor.person) and actor.person in {request.asked_by, *before}
    return tuple(act for act in acts if actor.may(act.roles) and not barred)


def check_act(name: str, standing: Standing, actor: Actor, given: Mapping[str, object]) -> ActKind:
    """The act, or the reason against it: BadMove (unknown, not now, a field missing) or Denied (not theirs)."""
    act = ACTS.get(name)
    if act is None:
        raise BadMove(msg("There is no act “{act}”.", act=name[:40]), field="act")
    if not _fits(act, standing):
        raise BadMove(msg("“{act}” is not possible now.", act=msg(act.title)), field="act")
    act = _now(act, standing.appeal.level)
    if not actor.may(act.roles):
        raise Denied(msg("“{move}” is for others: {roles}.", move=msg(act.title), roles=role_words(act.roles)))
    for need in act.needs:
        if not str(given.get(need) or "").strip():
            raise BadMove(
                msg("“{move}” needs: {field}.", move=msg(act.title), field=msg(NEED_TITLES[need])), field=need
            )
    if (objection := _objection(act, standing, actor)) is not None:
        raise objection
    return act


FURTHER, ANSWER = "take_appeal_further", "answer_as_co_department"
NEED_TITLES = {
    "note": "Reason or remark",
    "until": "Until",
    "stage": "Milestone",
    "department": "Department",
    "outcome": "Outcome",
}


def _objection(act: ActKind, standing: Standing, actor: Actor) -> LayersError | None:
    """Why this person cannot do what others of their role can; None where they can."""
    if not actor.person:
        return None
    if act.decides and actor.person == standing.requests[act.decides]:
        return BadMove(msg("Nobody decides on their own request."), field="by")
    if act.levels and actor.person in standing.appeal.decided_by:
        return BadMove(msg("Nobody decides twice on the same appeal."), field="by")
    if act.name == FURTHER and actor.person != (standing.appeal.asked_by or actor.person):
        return Denied(msg("Only whoever has appealed takes it further."))
    if act.name == ANSWER and not actor.may(DISPATCHERS) and actor.organisation not in standing.co_departments:
        return Denied(msg("Only the co-departments of the case answer, or a dispatcher for them."))
    return None


def _now(act: ActKind, level: str) -> ActKind:
    """The act with the roles that decide at the level where the appeal is."""
    return replace(act, roles=act.roles & roles_at(level)) if act.levels and level else act


def _is_at(act: ActKind, level: str) -> bool:
    return not act.levels or level in act.levels


def _fits(act: ActKind, standing: Standing) -> bool:
    if standing.state not in act.states:
        return False
    if act.asks and act.asks in standing.requests:
        return False
    if act.decides and (act.decides not in standing.requests or not _is_at(act, standing.appeal.level)):
        return False
    extra = _EXTRA.get(act.name)
    return extra is None or extra(standing)


_EXTRA: dict[str, Callable[[Standing], bool]] = {
    "pause": lambda standing: not standing.paused,
    "resume": lambda standing: standing.paused,
    "answer_supervision": lambda standing: standing.escalation not in ("", "reminder"),
    "supervise": lambda standing: standing.state not in FINAL_STATES,
    "appeal": lambda standing: not standing.appeal.further,
    FURTHER: lambda standing: standing.appeal.further,
    "remove_co_department": lambda standing: bool(standing.co_departments),
    ANSWER: lambda standing: bool(standing.co_departments),
}
