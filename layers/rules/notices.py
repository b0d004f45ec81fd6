"""Who is told of what: a table of happenings and audiences.

A happening of a case (a move, an act, a change of owner) has kinds of notices; each kind goes to audiences, and an
audience to the persons who stand round the case. Nobody is told of what they did themselves, and nobody twice of one
happening: the first kind in its list that concerns somebody is the one they read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from layers.words import Message, msg

URGENCY_TITLES = {"calm": "Good to know", "soon": "Soon", "now": "At once"}
URGENCIES = tuple(URGENCY_TITLES)
NEWS_FOR = timedelta(days=2)  # what is entered later than that is history, and told to nobody
NO_VALUE = "—"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice: its title, its text, to whom it goes, how urgent it is.

    The texts may use: code, category, place, by, note, due, until, decide_by, department, days, step, reason, and
    counts of a daily report.
    """

    key: str
    title: Message
    text: Message
    to: tuple[str, ...]
    urgency: str = "calm"


_KINDS = (
    NoticeKind("rebound", msg("Rebound"),
               msg("{place}: {category} is back, {days} days after it was closed. Due {due}."),
               ("responsible", "inspectors", "area_heads"), "now"),
    NoticeKind("given", msg("A problem for you"), msg("{place}: {category}. You answer for it, due {due}."),
               ("responsible",), "soon"),
    NoticeKind("not_yours", msg("No longer yours"), msg("{place}: {category} was given to somebody else."),
               ("former",)),
    NoticeKind("to_confirm", msg("New report"), msg("{place}: {category}, to be confirmed."), ("dispatchers",)),
    NoticeKind("to_file", msg("Confirmed on the spot"), msg("{place}: {category}, to be filed or assigned."),
               ("dispatchers",)),
    NoticeKind("declined", msg("Not filed"), msg("{place}: {category} was not filed. {note}"), ("reporter",)),
    NoticeKind("assigned", msg("Assigned to you"), msg("{place}: {category}. Please put it right by {due}."),
               ("responsible", "handler"), "soon"),
    NoticeKind("co_assigned", msg("Your department helps"),
               msg("{place}: {category}. Your department helps with it, due {due}. Please answer on the case."),
               ("co_departments",), "soon"),
    NoticeKind("begun", msg("Work has begun"), msg("{place}: {category} is being put right."), ("reporter",)),
    NoticeKind("handed_back", msg("Handed back"), msg("{by} hands back {category}, {place}: {note}"),
               ("dispatchers",), "soon"),
    NoticeKind("to_check", msg("Fixed, to be checked"), msg("{place}: {category} was put right. Please check it."),
               ("inspectors",), "soon"),
    NoticeKind("closed", msg("Closed"), msg("{place}: {category} is closed."),
               ("handler", "responsible", "reporter", "co_departments")),
    NoticeKind("returned", msg("Returned for rework"), msg("{place}: {category} did not pass the check. {note}"),
               ("handler", "responsible", "co_departments"), "now"),
    NoticeKind("deferred", msg("Deferred"), msg("{place}: {category} was deferred. {note}"),
               ("responsible", "reporter", "co_departments")),
    NoticeKind("void", msg("Void"), msg("{place}: {category} was voided. {note}"),
               ("responsible", "reporter", "co_departments")),
    NoticeKind("merged", msg("Merged"), msg("{place}: {category} goes on as part of another case."),
               ("reporter", "responsible", "co_departments")),
    NoticeKind("extension_asked", msg("More time asked for"),
               msg("{by} asks for time until {until} for {category}, {place}: {note}"), ("dispatchers",), "soon"),
    NoticeKind("extension_granted", msg("More time granted"), msg("{place}: {category} is due {due} now."),
               ("asker",)),
    NoticeKind("extension_refused", msg("More time refused"), msg("{place}: {category} stays due {due}. {note}"),
               ("asker",), "soon"),
    NoticeKind("appeal_asked", msg("Appeal"),
               msg("{by} appeals in the case {category}, {place}: {note} To be reviewed by {decide_by}."),
               ("dispatchers",), "soon"),
    NoticeKind("appeal_admitted", msg("Appeal admitted"),
               msg("{place}: the appeal about {category} goes to the inspection, to be decided by {decide_by}."),
               ("inspectors", "supervisors", "asker"), "soon"),
    NoticeKind("appeal_inadmissible", msg("Appeal inadmissible"),
               msg("{place}: the appeal about {category} was not admitted. {note}"), ("asker", "responsible")),
    NoticeKind("appeal_further", msg("Appeal to the leader"),
               msg("{by} takes the appeal about {category}, {place} further: {note} To be decided by {decide_by}."),
               ("supervisors",), "soon"),
    NoticeKind("appeal_upheld", msg("Appeal upheld"), msg("{place}: the appeal about {category} was upheld. {note}"),
               ("asker", "responsible")),
    NoticeKind("appeal_rejected", msg("Appeal rejected"),
               msg("{place}: the appeal about {category} was rejected. {note}"), ("asker", "responsible")),
    NoticeKind("supervised", msg("Put under supervision"), msg("{place}: {category} was put under supervision. {note}"),
               ("responsible", "area_heads", "co_departments"), "now"),
    NoticeKind("supervision_answered", msg("Supervision answered"),
               msg("{by} answers the supervision of {category}, {place}: {note}"), ("supervisors",)),
    NoticeKind("paused", msg("Clocks stopped"), msg("{place}: the clocks of {category} stand still. {note}"),
               ("responsible", "co_departments")),
    NoticeKind("resumed", msg("Clocks run again"), msg("{place}: the clocks of {category} run again, due {due}."),
               ("responsible", "co_departments")),
    NoticeKind("co_answered", msg("A co-department has answered"),
               msg("{place}: {category}. {department} answers: {note}"), ("responsible", "handler", "dispatchers")),
    NoticeKind("enforced", msg("Outcome of enforcement"),
               msg("{place}: {category}. The outcome of enforcement was recorded. {note}"),
               ("responsible", "co_departments")),
    NoticeKind("not_confirmed", msg("Could not be confirmed"),
               msg("{by} could not confirm {category}, {place}: {note}"), ("dispatchers",)),
    NoticeKind("not_checked", msg("Could not be checked"), msg("{by} could not check {category}, {place}: {note}"),
               ("dispatchers", "handler")),
    NoticeKind("deadline_near", msg("Deadline near"), msg("{place}: {category} is due {due}."),
               ("responsible", "co_departments"), "soon"),
    NoticeKind("deadline_missed", msg("Deadline missed"), msg("{place}: {category} was due {due}."),
               ("responsible", "co_departments", "sponsors"), "now"),
    NoticeKind("escalated", msg("Escalated"), msg("{place}: {category}. {step}, due {due}."), ("area_heads",), "now"),
    NoticeKind("look_back_due", msg("Look-back due"),
               msg("{place}: please look whether {category} has stayed put right."), ("inspectors",), "soon"),
    NoticeKind("photo_warning", msg("A photo to look at"), msg("{place}: {category}. {reason}"),
               ("inspectors",), "soon"),
    NoticeKind("reporter_word", msg("Word of the reporter"), msg("{place}: {category}. {reason}: {note}"),
               ("dispatchers",)),
    NoticeKind("digest", msg("Daily report"),
               msg("{new} new, {open} open, {overdue} overdue, {due_tomorrow} due tomorrow."), ()),
    NoticeKind("channel_off", msg("A subscription was switched off"), msg("{target}: {reason}"),
               ("administrators",), "soon"),
    NoticeKind("test", msg("Test message"), msg("This is how notices arrive here."), ()),
)  # fmt: skip
KINDS: dict[str, NoticeKind] = {kind.key: kind for kind in _KINDS}

# By the state that a case has come into (and, where it matters, from which).
_BY_MOVE: dict[tuple[str, str], tuple[str, ...]] = {
    ("assigned", "filed"): ("handed_back",),
    ("in_hand", "filed"): ("handed_back",),
    ("returned", "in_hand"): (),
}
_BY_STATE: dict[str, tuple[str, ...]] = {
    "reported": ("given", "to_confirm"),
    "confirmed": ("to_file",),
    "declined": ("declined",),
    "assigned": ("assigned", "co_assigned"),
    "in_hand": ("begun",),
    "fixed": ("to_check",),
    "closed": ("closed",),
    "returned": ("returned",),
    "deferred": ("deferred",),
    "void": ("void",),
    "duplicate": ("merged",),
}
_BY_ACT: dict[str, tuple[str, ...]] = {
    "ask_extension": ("extension_asked",),
    "grant_extension": ("extension_granted",),
    "refuse_extension": ("extension_refused",),
    "appeal": ("appeal_asked",),
    "admit_appeal": ("appeal_admitted",),
    "refuse_appeal": ("appeal_inadmissible",),
    "take_appeal_further": ("appeal_further",),
    "uphold_appeal": ("appeal_upheld",),
    "reject_appeal": ("appeal_rejected",),
    "supervise": ("supervised",),
    "answer_supervision": ("supervision_answered",),
    "pause": ("paused",),
    "resume": ("resumed",),
    "add_co_department": ("co_assigned",),
    "answer_as_co_department": ("co_answered",),
    "record_enforcement": ("enforced",),
    "cannot_confirm": ("not_confirmed",),
    "cannot_check": ("not_checked",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a happening changed: the act's name, the states, the persons who answer; "" = none, unchanged.

    `rebound`: the case has just been found to be the return of a closed one.
    """

    act: str = ""
    states: tuple[str, str] | None = None
    persons: tuple[str, str] | None = None
    rebound: bool = False


def kinds_for(change: Change) -> tuple[str, ...]:
    """The kinds of notices that a change calls for, the most telling first.

    >>> kinds_for(Change(states=("in_hand", "filed")))
    ('handed_back',)
    >>> kinds_for(Change(persons=("R1", "R2")))
    ('given', 'not_yours')
    """
    by_state: tuple[str, ...] = ()
    if change.states is not None:
        by_state = _BY_MOVE.get(change.states, _BY_STATE.get(change.states[1], ()))
    return (
        *(("rebound",) if change.rebound else ()),
        *by_state,
        *_BY_ACT.get(change.act, ()),
        *(("given", "not_yours") if change.persons else ()),
    )


def recipients(
    kinds: Sequence[str], circle: Mapping[str, Iterable[str]], *, actor: str
) -> list[tuple[str, NoticeKind]]:
    """(person, kind) for everybody who is to be told; `circle` maps an audience to its persons.

    >>> circle = {"responsible": ["R1"], "dispatchers": ["R1", "R2", "R3"]}
    >>> told = recipients(("given", "to_confirm"), circle, actor="R3")
    >>> [(person, kind.key) for person, kind in told]
    [('R1', 'given'), ('R2', 'to_confirm')]
    """
    told: dict[str, NoticeKind] = {}
    for kind in (KINDS[key] for key in kinds):
        for person in (person for audience in kind.to for person in circle.get(audience, ())):
            if person and person != actor:
                told.setdefault(person, kind)
    return list(told.items())


def is_news(at: datetime | None, now: datetime) -> bool:
    """Whether what happened then is told at all; None = it happens now."""
    return at is None or now - at <= NEWS_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a notice says: its title and text, ready for any language."""

    title: Message
    text: Message


def said(key: str, values: Mapping[str, object]) -> Said:
    """The title and text of a kind with its values; what is missing is shown as a dash.

    >>> said("closed", {"place": "K1+200", "category": "Rubbish"}).text.in_(str)
    'K1+200: Rubbish is closed.'
    """
    kind = KINDS[key]
    filled = {name: values[name] if values.get(name) not in (None, "") else NO_VALUE for name in _NAMES}
    return Said(title=kind.title, text=Message(kind.text.template, filled))


def takes(wanted: Collection[str], key: str) -> bool:
    """Whether a subscription to these kinds (none named = all) takes a notice of that kind; a test always arrives.

    >>> takes((), "closed"), takes(("returned",), "closed"), takes(("returned",), "test")
    (True, False, True)
    """
    return not wanted or key in wanted or key == "test"


_NAMES = (
    "code", "category", "place", "by", "note", "due", "until", "decide_by", "department", "days", "step", "reason",
    "target", "new", "open", "overdue", "due_tomorrow",
)  # fmt: skip
