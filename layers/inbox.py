"""The inbox: who is told of what, written in the transaction of the act itself, with what is to be sent elsewhere.

`tell` follows the acts of a case. `tell_of` tells of anything else: a step of escalation, a look-back that is due, a
photo that needs a look.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from layers.errors import BadInput
from layers.model import Feature
from layers.rules import co_departments
from layers.rules.acts import ACTS
from layers.rules.notices import KINDS, Change, NoticeKind, is_news, kinds_for, recipients, takes
from layers.rules.replay import jsonable
from layers.sponsors import sponsors_of
from layers.store import Session, Store
from layers.store.notices import Delivery, Notice
from layers.values import town_day
from layers.words import msg

if TYPE_CHECKING:
    from layers.followers import Happening

_POSTS = {"dispatchers": "dispatcher", "inspectors": "inspector", "supervisors": "supervisor",
          "administrators": "administrator"}  # fmt: skip
_HEADS = frozenset({"village_head"})
_REQUESTS = {act.name: act.decides for act in ACTS.values() if act.decides}


def tell(session: Session, it: "Happening", *, now: datetime) -> Feature:
    """A follower: tells those who are concerned, never the one who acts."""
    kinds = kinds_for(_change(it))
    if kinds and is_news(it.at, now):
        circle = {**_circle(session, it.after, kinds, now), **_parties(session, it)}
        facts = _facts(session, it, now)
        told = recipients(kinds, circle, actor=it.by)
        put(session, [_notice(person, kind, it.after, facts, now) for person, kind in told])
    return it.after


def tell_of(
    session: Session, problem: Feature, kind: str, *, now: datetime, to: Sequence[str] = (), **facts: object
) -> int:
    """Tell of something that is nobody's act: to the kind's audiences, the first of which `to` replaces; how many were
    told.

    `facts` fill the kind's text: step, reason (a Message as JSON), due_at, days, by, note.
    """
    circle = _circle(session, problem, (kind,), now)
    if any(to):
        circle[KINDS[kind].to[0]] = [one for one in to if one]
    known = {**_of_case(problem), **facts}
    told = recipients((kind,), circle, actor=str(facts.get("by") or ""))
    return put(session, [_notice(person, one, problem, known, now) for person, one in told])


def put(session: Session, notices: Sequence[Notice], *, ready: Mapping[str, str] | None = None) -> int:
    """Enter notices and, for every channel that takes them, what is to be sent; how many notices.

    A channel of everybody's notices gets one delivery of a kind, with all its persons. `ready` (subject, text) takes
    the place of the notice's own words outside the house.
    """
    keys = [session.notices.add(notice) for notice in notices]
    channels = session.channels.for_people([notice.person for notice in notices]) if notices else []
    for channel in channels:
        groups: dict[str, list[int]] = {}
        for i, notice in enumerate(notices):
            if takes(channel.kinds, notice.kind) and channel.person in ("", notice.person):
                groups.setdefault(notice.kind, []).append(i)
        for rows in groups.values():
            people = [notices[i].person for i in rows]
            one = Delivery(channel_id=channel.id, notice_id=keys[rows[0]], payload={"people": people, **(ready or {})},
                           next_at=notices[rows[0]].at)  # fmt: skip
            session.deliveries.add(one)
    return len(keys)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a person's notices, the newest first; `next` is the key to ask on with, 0 at the end."""

    notices: list[Notice]
    unread: int
    next: int


def inbox(
    session: Session, person: str, *, unread: bool = False, kinds: Collection[str] = (), after: int = 0, limit: int = 50
) -> Page:
    """A page of a person's inbox. NotFound for a stranger, BadInput for an unknown kind."""
    check_kinds(kinds)
    session.duties.person(person)
    found = session.notices.of(person, unread=unread, kinds=kinds, after=after, limit=limit + 1)
    last = found[limit - 1].id if len(found) > limit else 0
    return Page(found[:limit], session.notices.unread(person), last)


def mark_read(store: Store, person: str, ids: Collection[int] | None, *, now: datetime) -> int:
    """Mark notices (those of `ids`, or all) as read; how many the person still has not read."""
    with store.writing() as session:
        session.duties.person(person)
        session.notices.read(person, ids, at=now)
        return session.notices.unread(person)


def check_kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds, each once; BadInput for one that does not exist."""
    named = tuple(dict.fromkeys(kinds))
    for kind in named:
        if kind not in KINDS:
            choices = ", ".join(KINDS)
            raise BadInput(
                msg("“{value}” is none of: {choices}.", value=str(kind)[:40], choices=choices), field="kinds"
            )
    return named


# ---------------------------------------------------------------- what happened, and who stands round it


def _change(it: "Happening") -> Change:
    after = it.after.values
    before: Mapping[str, object] = {} if it.before is None else it.before.values
    lead = (str(before.get("lead_person") or ""), str(after["lead_person"] or ""))
    return Change(
        act=it.act, states=it.state_change,
        persons=lead if it.before is not None and lead[0] != lead[1] else None,
        rebound=after["rebound_of"] is not None and before.get("rebound_of") != after["rebound_of"],
    )  # fmt: skip


def _circle(session: Session, problem: Feature, kinds: Sequence[str], now: datetime) -> dict[str, list[str]]:
    """The persons of every audience that the kinds name."""
    audiences = {audience for kind in kinds for audience in KINDS[kind].to}
    values = problem.values
    circle = {
        "responsible": [str(values["lead_person"] or "")],
        "handler": [str(values["handled_by"] or "")],
        "reporter": [str(values["reported_by"] or "")],
    }
    if audiences & _POSTS.keys():
        people = session.duties.people()
        circle |= {name: [one.code for one in people if role in one.roles] for name, role in _POSTS.items()}
    if "area_heads" in audiences:
        circle["area_heads"] = _heads(session, problem, town_day(now))
    if "co_departments" in audiences:
        circle["co_departments"] = _members(session, problem, town_day(now))
    if "sponsors" in audiences:
        circle["sponsors"] = [duty.person for duty in sponsors_of(session, problem.id, on=town_day(now))]
    return circle


def _members(session: Session, problem: Feature, today: date) -> list[str]:
    """The people of the co-departments who may see the case."""
    names = co_departments.names(problem.values["co_departments"])
    codes = [one.code for one in session.duties.people() if one.organisation in names] if names else []
    return [code for code in codes if session.seen_by(code, today).features.visible([problem.id])]


def _heads(session: Session, problem: Feature, today: date) -> list[str]:
    links = [link for link in session.history.places([problem.id]).get(problem.id, ()) if link.layer == "areas"]
    duties = [duty for link in links for duty in session.duties.responsibilities(on=today, place=("areas", link.code))]
    return list(dict.fromkeys(duty.person for duty in duties if duty.role in _HEADS))


def _parties(session: Session, it: "Happening") -> dict[str, list[str]]:
    """Who answered before, and who asked for what is decided now."""
    parties: dict[str, list[str]] = {}
    if it.before is not None:
        parties["former"] = [str(it.before.values["lead_person"] or "")]
    if it.act in _REQUESTS:
        asked = [one.asked_by for one in session.requests.of(it.after.id) if one.kind == _REQUESTS[it.act]]
        parties["asker"] = [*asked[-1:], *([] if any(asked[-1:]) else [str(it.after.values["lead_person"] or "")])]
    return parties


def _facts(session: Session, it: "Happening", now: datetime) -> dict[str, Any]:
    """What the texts may say; the note and the time asked for stand in the event that was just recorded."""
    event = next(e for e in reversed(session.history.events(it.after.id)) if e.kind == it.kind)
    named = {name: event.payload.get(name) for name in ("until", "decide_by", "department")}
    days = it.after.values["rebound_days"]
    said = {"by": it.by, "note": event.note, **named, "at": it.at or now, "days": days}
    return {**_of_case(it.after), **said}


def _of_case(problem: Feature) -> dict[str, Any]:
    values = problem.values
    place = str(values["lead_name"] or values["lead_code"] or "")
    due_at = values["stage_due_at"] or values["due_at"]
    return {"code": problem.code, "category": values["category"], "place": place, "due_at": due_at}


def _notice(person: str, kind: NoticeKind, problem: Feature, facts: Mapping[str, object], now: datetime) -> Notice:
    known = jsonable({name: value for name, value in facts.items() if value not in (None, "")})
    return Notice(person=person, kind=kind.key, urgency=kind.urgency, at=now, problem_id=problem.id, facts=known)
