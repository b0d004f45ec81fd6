"""What acts do to requests: open one, decide it, let an appeal go on at its next level."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from layers.model import Request
from layers.rules import appeals
from layers.rules.acts import FURTHER
from layers.rules.requests import DECIDE_WITHIN_DAYS

if TYPE_CHECKING:
    from layers.acts import Doing

ADMITTED = "admitted"


def remembered(doing: "Doing") -> dict[str, object]:
    """What the event keeps of a request: the level of an appeal, and by when what is asked now is decided."""
    kind = doing.kind
    if appeals.KIND not in (kind.asks, kind.decides):
        return {"decide_by": _due_at(doing, "").isoformat()} if kind.asks else {}
    level = _next_level(doing)
    return {"level": level, "decide_by": _due_at(doing, level).isoformat()} if level else {"level": _open_level(doing)}


def keep(doing: "Doing") -> None:
    """Enter the request that the act opens, and the decision of the one that it decides."""
    kind, wish, now = doing.kind, doing.wish, doing.now
    if kind.asks:
        first = appeals.chain(_rows(doing))[0].id if kind.name == FURTHER else 0
        level = _next_level(doing)
        asked = Request(
            problem_id=doing.problem.id, kind=kind.asks, asked_at=now, asked_by=wish.by, note=wish.note,
            until=doing.until(), due_at=_due_at(doing, level), level=level, first_id=first,
        )  # fmt: skip
        doing.session.requests.ask(asked)
    if kind.decides:
        open_ = doing.session.requests.open(doing.problem.id)[kind.decides]
        decision = {"decided_at": now, "decided_by": wish.by, "verdict": kind.verdict, "decision": wish.note}
        doing.session.requests.decide(open_.id, decision)
        if kind.verdict == ADMITTED:
            level = appeals.after(appeals.level_of(open_))
            going_on = replace(open_, asked_at=now, due_at=appeals.due_at(level, now), level=level, id=0)
            doing.session.requests.ask(replace(going_on, first_id=open_.first_id or open_.id))


def _next_level(doing: "Doing") -> str:
    """The level at which an appeal stands after the act; "" where it is over, or for another request."""
    if doing.kind.asks == appeals.KIND:
        return appeals.HIGHEST if doing.kind.name == FURTHER else appeals.FIRST
    return appeals.after(_open_level(doing)) if doing.kind.verdict == ADMITTED else ""


def _open_level(doing: "Doing") -> str:
    return appeals.level_of(doing.session.requests.open(doing.problem.id)[appeals.KIND])


def _due_at(doing: "Doing", level: str) -> datetime:
    return appeals.due_at(level, doing.now) if level else doing.now + timedelta(days=DECIDE_WITHIN_DAYS)


def _rows(doing: "Doing") -> list[Request]:
    return doing.session.requests.of(doing.problem.id)
