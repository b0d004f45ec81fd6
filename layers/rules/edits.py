"""Who may correct a problem."""

from collections.abc import Collection, Mapping

from layers.errors import Denied
from layers.rules.lifecycle import OPEN_STATES
from layers.rules.roles import DISPATCHERS, LEADERS, UPPER_LEVELS, Actor
from layers.words import msg

_WEIGHTY = frozenset({"source_level", "score_effect"})  # of a finding from above, these are not a dispatcher's


def check_edit(
    problem: Mapping[str, object], actor: Actor, *, finder: Collection[str], fields: Collection[str]
) -> None:
    """Whether the actor may change these fields; `finder` are the posts of whoever reported it. Denied otherwise.

    Who reported it, as long as nobody has taken it up; an inspector what they have found, until it is over; else a
    dispatcher, but not what an inspector has found, nor what a finding from above weighs; a supervisor everything.
    A dispatcher tags every problem.
    """
    own = bool(actor.person) and actor.person == problem["reported_by"]
    state = problem["state"]
    allowed = (
        actor.may(LEADERS),
        own and state == "reported",
        own and "inspector" in actor.roles and state in OPEN_STATES,
        actor.may(DISPATCHERS) and "inspector" not in finder and not _is_weighty(problem, fields),
        actor.may(DISPATCHERS) and set(fields) == {"tags"},
    )
    if not any(allowed):
        raise Denied(
            msg("A report is corrected by who made it, as long as nobody has taken it up, or by a dispatcher; "
                "what an inspector has found, by the inspector or a supervisor.")
        )  # fmt: skip


def _is_weighty(problem: Mapping[str, object], fields: Collection[str]) -> bool:
    return problem["source_level"] in UPPER_LEVELS and not _WEIGHTY.isdisjoint(fields)
