"""The life of a problem as a table of moves.

上报 → 核实 → 立案 / 不予立案 → 派遣 → 处置 → 核查 → 结案, with return for rework, deferral, voiding and
merging. Source: the links of a city-management case as practised (收集 … 核查 … 结案).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from layers.errors import BadMove
from layers.schema import PROBLEM_STATES
from layers.words import Message, msg


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed step; `title` is the English word on its button, `needs` the fields it cannot do without."""

    from_state: str
    to_state: str
    title: str
    needs: tuple[str, ...] = ()
    other_than_handler: bool = False  # the checker is never the handler


FINAL_STATES = frozenset({"closed", "declined", "void", "duplicate"})
OPEN_STATES = tuple(state for state in PROBLEM_STATES if state not in FINAL_STATES)
STATE_TITLES = {
    "reported": "Reported",
    "confirmed": "Confirmed",
    "filed": "Case filed",
    "declined": "Not filed",
    "assigned": "Assigned",
    "in_hand": "In hand",
    "fixed": "Fixed, to be checked",
    "closed": "Closed",
    "returned": "Returned for rework",
    "deferred": "Deferred",
    "void": "Void",
    "duplicate": "Duplicate",
}

MOVES: tuple[Move, ...] = (
    Move("reported", "confirmed", "Confirm on the spot"),
    Move("reported", "declined", "Do not file", ("note",)),
    Move("reported", "duplicate", "Mark as duplicate", ("note",)),
    Move("reported", "void", "Void", ("note",)),
    Move("reported", "filed", "File the case"),
    Move("reported", "assigned", "Assign"),
    Move("confirmed", "filed", "File the case"),
    Move("confirmed", "declined", "Do not file", ("note",)),
    Move("confirmed", "duplicate", "Mark as duplicate", ("note",)),
    Move("confirmed", "void", "Void", ("note",)),
    Move("filed", "assigned", "Assign"),
    Move("filed", "deferred", "Defer", ("note",)),
    Move("filed", "duplicate", "Mark as duplicate", ("note",)),
    Move("filed", "void", "Void", ("note",)),
    Move("assigned", "in_hand", "Take in hand"),
    Move("assigned", "filed", "Send back: not mine", ("note",)),
    Move("assigned", "deferred", "Defer", ("note",)),
    Move("assigned", "duplicate", "Mark as duplicate", ("note",)),
    Move("in_hand", "fixed", "Fixed"),
    Move("in_hand", "filed", "Send back: not mine", ("note",)),
    Move("in_hand", "deferred", "Defer", ("note",)),
    Move("fixed", "closed", "Check passed: close", other_than_handler=True),
    Move("fixed", "returned", "Check failed: return for rework", ("note",), other_than_handler=True),
    Move("returned", "in_hand", "Take in hand again"),
    Move("deferred", "assigned", "Assign"),
    Move("deferred", "void", "Void", ("note",)),
)
_BY_STEP = {(move.from_state, move.to_state): move for move in MOVES}


def moves_from(state: str) -> tuple[Move, ...]:
    """What can be done next.

    >>> [move.to_state for move in moves_from("fixed")]
    ['closed', 'returned']
    """
    return tuple(move for move in MOVES if move.from_state == state)


def check_move(from_state: str, to_state: str, *, by: str, note: str, handler: str) -> Move:
    """The move, or BadMove that says which moves there are, what is missing, or who may not make it."""
    if to_state not in PROBLEM_STATES:
        raise BadMove(msg("There is no state “{state}”.", state=to_state), field="to")
    move = _BY_STEP.get((from_state, to_state))
    if move is None:
        raise BadMove(_not_from(from_state, to_state), field="to")
    if "note" in move.needs and not note.strip():
        raise BadMove(msg("“{move}” needs a note that says why.", move=msg(move.title)), field="note")
    if move.other_than_handler and by and by == handler:
        raise BadMove(msg("Whoever fixed a problem cannot be the one who checks it."), field="by")
    return move


def is_path(states: Iterable[str]) -> bool:
    """Whether the states follow one another by allowed moves, beginning with a report.

    >>> is_path(["reported", "filed", "assigned", "in_hand", "fixed", "closed"])
    True
    >>> is_path(["reported", "closed"])
    False
    """
    path = list(states)
    return path[:1] == ["reported"] and all(step in _BY_STEP for step in pairwise(path))


def _not_from(from_state: str, to_state: str) -> Message:
    now, wish = msg(STATE_TITLES[from_state]), msg(STATE_TITLES[to_state])
    if from_state in FINAL_STATES:
        return msg("The problem is {now}: it cannot become {wish}.", now=now, wish=wish)
    return msg("A problem that is {now} cannot become {wish} in one step.", now=now, wish=wish)
