"""Requests from their events: what was asked for and how it was decided is told by the acts of a case."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from layers.model import Event, Request
from layers.rules.acts import ACTS, ActKind
from layers.values import to_millisecond

DECIDE_WITHIN_DAYS = 5.0  # calendar days for a request that has no levels
_COMPARED = ("kind", "level", "asked_by", "note", "decided_by", "verdict", "decision")
_MOMENTS = ("asked_at", "due_at", "decided_at")


def requests_from(events: Iterable[Event]) -> list[Request]:
    """The requests that the events of one case tell of, the oldest first, without their keys."""
    made: list[Request] = []
    for event in events:
        kind = ACTS.get(str(event.payload.get("act"))) if event.kind == "act" else None
        if kind is None or not (kind.asks or kind.decides):
            continue
        if kind.asks:
            made.append(_asked(event, kind.asks, event.by or "", event.note or ""))
        else:
            _decide(made, event, kind)
    return made


def differences(requests: Sequence[Request], events: Iterable[Event]) -> list[str]:
    """`requests` where a case's requests are not what its events tell; empty when they are."""
    return [] if [_told(one) for one in requests] == [_told(one) for one in requests_from(events)] else ["requests"]


def _asked(event: Event, kind: str, by: str, note: str) -> Request:
    """A request that the event opens; releases that knew no levels kept neither level nor due time with it."""
    said = event.payload.get("decide_by")
    due_at = datetime.fromisoformat(str(said)) if said else event.at + timedelta(days=DECIDE_WITHIN_DAYS)
    level = str(event.payload.get("level") or "")
    return Request(
        problem_id=event.problem_id, kind=kind, asked_at=event.at, asked_by=by, note=note, due_at=due_at, level=level
    )


def _decide(made: list[Request], event: Event, kind: ActKind) -> None:
    place = max(i for i, one in enumerate(made) if one.kind == kind.decides and not one.verdict)
    asked = made[place]
    made[place] = replace(
        asked, decided_at=event.at, decided_by=event.by or "", verdict=kind.verdict, decision=event.note or ""
    )
    if event.payload.get("decide_by"):  # it goes on at the next level
        made.append(_asked(event, asked.kind, asked.asked_by, asked.note))


def _told(one: Request) -> tuple[object, ...]:
    moments = (getattr(one, name) for name in _MOMENTS)
    return (*(getattr(one, name) or "" for name in _COMPARED), *(at and to_millisecond(at) for at in moments))
