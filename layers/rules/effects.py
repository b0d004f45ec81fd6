"""What a move brings with it beside the new state: who handled, who checked, how often it went back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from layers.rules.lifecycle import BY_DECISION, ON_THE_SPOT, Move
from layers.schema import LAYERS
from layers.values import checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A move that is allowed: when, by whom ("" = the operator), and for a deferral until which day."""

    move: Move
    at: datetime
    by: str = ""
    until: object = None


def effects(before: Mapping[str, object], step: Step) -> dict[str, object]:
    """The fields of a problem that the move changes; `before` holds its values. BadInput where `until` is no day.

    >>> from layers.rules.lifecycle import moves_from
    >>> back = next(move for move in moves_from("in_hand") if move.to_state == "filed")
    >>> effects({"handback_count": 1}, Step(move=back, at=datetime(2021, 11, 22)))
    {'handback_count': 2}
    """
    made = _EFFECTS.get(step.move.to_state, _nothing)(before, step)
    name = _COUNTED.get(step.move.to_state)
    if name is None or (name == "handback_count" and step.move.from_state not in _GIVEN):
        return made
    return {**made, name: int(str(before.get(name) or 0)) + 1}


_COUNTED = {"returned": "rework_count", "assigned": "dispatch_count", "filed": "handback_count"}
_GIVEN = ("assigned", "in_hand")  # from here, back to the dispatcher is a handing back


def _nothing(_before: Mapping[str, object], _step: Step) -> dict[str, object]:
    return {}


def _handled(before: Mapping[str, object], step: Step) -> dict[str, object]:
    spot = {"self_handled": True} if step.move.name == ON_THE_SPOT else {}
    return {"handled_by": step.by or before.get("handled_by"), **spot}


def _closed(_before: Mapping[str, object], step: Step) -> dict[str, object]:
    """Only a check verifies; what is closed by decision stays unverified."""
    if step.move.name == BY_DECISION:
        return {"closed_at": step.at, "forced": True}
    return {"closed_at": step.at, "verified_at": step.at, "verified_by": step.by or None}


def _deferred(_before: Mapping[str, object], step: Step) -> dict[str, object]:
    return checked(LAYERS["problems"], {"deferred_until": step.until})


_EFFECTS: dict[str, Callable[[Mapping[str, object], Step], dict[str, object]]] = {
    "in_hand": _handled,
    "fixed": _handled,
    "closed": _closed,
    "deferred": _deferred,
}
