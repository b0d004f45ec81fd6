"""What acts with a case do to its clocks: a table for `layers.acts`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from layers import deadlines
from layers.deadlines import Why
from layers.errors import BadInput
from layers.model import Feature
from layers.words import msg

if TYPE_CHECKING:
    from layers.acts import Doing


def grant(doing: "Doing", problem: Feature) -> Feature:
    """The extension that was asked for, or the time that is granted instead of it."""
    asked = [request for request in doing.session.requests.of(problem.id) if request.kind == "extension"][-1]
    until = doing.until() or asked.until
    if until is None:
        raise BadInput(msg("“{field}” must be given.", field="until"), field="until")
    why = Why(by=doing.wish.by, note=doing.wish.note or asked.note)
    return deadlines.extend(doing.session, problem, until=until, now=doing.now, why=why)


def stop(doing: "Doing", problem: Feature) -> Feature:
    """The clocks stand still."""
    return deadlines.pause(doing.session, problem, now=doing.now, why=_why(doing))


def start(doing: "Doing", problem: Feature) -> Feature:
    """The clocks run again."""
    return deadlines.resume(doing.session, problem, now=doing.now, why=_why(doing))


def reach(doing: "Doing", problem: Feature) -> Feature:
    """A milestone is reached."""
    label = str(doing.wish.given["stage"])
    return deadlines.reach(doing.session, problem, label=label, now=doing.now, why=_why(doing))


def recompute(doing: "Doing", problem: Feature) -> Feature:
    """The due times are set anew."""
    return deadlines.recompute(doing.session, problem, now=doing.now, why=_why(doing))


def _why(doing: "Doing") -> Why:
    return Why(by=doing.wish.by, note=doing.wish.note)


CLOCK_EFFECTS: dict[str, Callable[["Doing", Feature], Feature]] = {
    "grant_extension": grant,
    "pause": stop,
    "resume": start,
    "reached": reach,
    "recompute_deadlines": recompute,
}
