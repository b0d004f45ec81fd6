"""The life of a problem as a table of moves.

上报 → 核实 → 立案 / 不予立案 → 派遣 → 处置 → 核查 → 结案, with return for rework (返工), handing back (回退),
deferral (缓办), voiding (作废), merging (重复), fixing on the spot (自行处置) and closing by decision (强制结案).
Each move names who may make it, the fields it cannot do without, and the guards that must let it pass.
Source: the links of a city-management case as practised (收集 … 核查 … 结案).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from layers.errors import BadMove, Denied, LayersError
from layers.rules.roles import (
    CHECKERS,
    CONFIRMERS,
    DISPATCHERS,
    FIXERS,
    HANDLERS,
    LEADERS,
    LEVEL_TITLES,
    OPERATOR,
    OWN_INSPECTION,
    REFEREES,
    ROLE_TITLES,
    UPPER_LEVELS,
    Actor,
    reaches,
)  # fmt: skip
from layers.schema import PROBLEM_STATES
from layers.words import Message, msg


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed step; `title` is the English word on its button, `needs` the fields it cannot do without."""

    from_state: str
    to_state: str
    title: str
    roles: frozenset[str]
    needs: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    name: str = ""  # of a move that is another act than its states tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for, with what the case shows: `photos` are the roles of its photos, `finder` the posts of
    whoever reported it."""

    to: str
    actor: Actor = OPERATOR
    given: Mapping[str, object] = field(default_factory=dict)  # note, document, recheck_level …
    photos: frozenset[str] = frozenset()
    open_photos: tuple[str, ...] = ()
    close_photos: tuple[str, ...] = ()
    finder: frozenset[str] = frozenset()


FINAL_STATES = frozenset({"closed", "declined", "void", "duplicate"})
OPEN_STATES = tuple(state for state in PROBLEM_STATES if state not in FINAL_STATES)
PHOTO_TITLES = {
    "before": "Before",
    "during": "During the work",
    "after": "After",
    "near": "Close-up",
    "far": "Surroundings",
}
PHOTO_ROLES = tuple(PHOTO_TITLES)
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
FIELD_TITLES = {
    "note": "Reason or remark",
    "document": "Document",
    "until": "Until",
    "recheck_level": "Level of the re-check",
    "duplicate_of": "Merge into",
}
BY_DECISION = "close_by_decision"
ON_THE_SPOT = "fix_on_the_spot"
WHY = ("note",)
STANDS = ("stands",)


def _early(state: str) -> tuple[Move, ...]:
    """What a dispatcher can do with a case that is not given out yet."""
    return (
        Move(state, "declined", "Do not file", DISPATCHERS, WHY, STANDS),
        Move(state, "duplicate", "Mark as duplicate", DISPATCHERS | CONFIRMERS, WHY, STANDS),
        Move(state, "void", "Void", DISPATCHERS, WHY, STANDS),
    )


def _by_decision(*states: str) -> tuple[Move, ...]:
    return tuple(
        Move(state, "closed", "Close by decision", LEADERS, ("note", "document"), ("above",), BY_DECISION)
        for state in states
    )


MOVES: tuple[Move, ...] = (
    Move("reported", "confirmed", "Confirm on the spot", CONFIRMERS),
    *_early("reported"),
    Move("reported", "filed", "File the case", DISPATCHERS, guards=("open_photos",)),
    Move("reported", "assigned", "Assign", DISPATCHERS, guards=("open_photos",)),
    Move("reported", "fixed", "Fixed on the spot", FIXERS, guards=("close_photos",), name=ON_THE_SPOT),
    Move("confirmed", "filed", "File the case", DISPATCHERS, guards=("open_photos",)),
    *_early("confirmed"),
    Move("filed", "assigned", "Assign", DISPATCHERS),
    Move("filed", "deferred", "Defer", DISPATCHERS, WHY),
    Move("filed", "duplicate", "Mark as duplicate", DISPATCHERS, WHY, STANDS),
    Move("filed", "void", "Void", DISPATCHERS, WHY, STANDS),
    Move("assigned", "in_hand", "Take in hand", HANDLERS),
    Move("assigned", "filed", "Send back: not mine", HANDLERS, WHY),
    Move("assigned", "deferred", "Defer", DISPATCHERS, WHY),
    Move("assigned", "duplicate", "Mark as duplicate", DISPATCHERS, WHY, STANDS),
    Move("assigned", "void", "Void", DISPATCHERS, WHY, STANDS),
    Move("in_hand", "fixed", "Fixed", HANDLERS, guards=("close_photos",)),
    Move("in_hand", "filed", "Send back: not mine", HANDLERS, WHY),
    Move("in_hand", "deferred", "Defer", DISPATCHERS, WHY),
    Move("fixed", "closed", "Check passed: close", CHECKERS, guards=("not_handler", "above")),
    Move("fixed", "returned", "Check failed: return for rework", CHECKERS, WHY, ("not_handler",)),
    Move("returned", "in_hand", "Take in hand again", HANDLERS),
    Move("deferred", "assigned", "Assign", DISPATCHERS),
    Move("deferred", "void", "Void", DISPATCHERS, WHY, STANDS),
    *_by_decision("filed", "assigned", "in_hand", "returned", "deferred"),
)
_BY_STEP = {(move.from_state, move.to_state): move for move in MOVES}


def moves_from(state: str) -> tuple[Move, ...]:
    """What can be done next.

    >>> [move.to_state for move in moves_from("fixed")]
    ['closed', 'returned']
    """
    return tuple(move for move in MOVES if move.from_state == state)


def offered(problem: Mapping[str, object], actor: Actor, *, finder: frozenset[str] = frozenset()) -> tuple[Move, ...]:
    """What this person can do next, once it has all that it needs."""
    wish = Wish(to="", actor=actor, finder=finder)
    return tuple(
        move for move in moves_from(str(problem["state"]))
        if actor.may(move.roles) and not any(GUARDS[name](problem, wish) for name in move.guards if name in _OF_PERSONS)
    )  # fmt: skip


def check_move(problem: Mapping[str, object], wish: Wish) -> Move:
    """The move, or the reason against it; `problem` holds state, handled_by, recheck_level.

    Raises BadMove where the table has no such move, a field is missing or a guard forbids it, and Denied where
    the actor's roles do not include it.
    """
    state = str(problem["state"])
    if wish.to not in PROBLEM_STATES:
        raise BadMove(msg("There is no state “{state}”.", state=wish.to), field="to")
    move = _BY_STEP.get((state, wish.to))
    if move is None:
        raise BadMove(_not_from(state, wish.to), field="to")
    if not wish.actor.may(move.roles):
        raise Denied(msg("“{move}” is for others: {roles}.", move=msg(move.title), roles=role_words(move.roles)))
    for name in move.needs:
        if not str(wish.given.get(name) or "").strip():
            raise BadMove(_missing(move, name), field=name)
    for guard in move.guards:
        objection = GUARDS[guard](problem, wish)
        if objection is not None:
            raise objection
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


def role_words(roles: Iterable[str]) -> Message:
    """The roles as one message of up to three of them."""
    named = [role for role in ROLE_TITLES if role in frozenset(roles)][:3]
    return msg(" / ".join(f"{{{role}}}" for role in named), **{role: msg(ROLE_TITLES[role]) for role in named})


# ---------------------------------------------------------------- guards: None lets the move pass

Guard = Callable[[Mapping[str, object], Wish], LayersError | None]


def _not_handler(problem: Mapping[str, object], wish: Wish) -> BadMove | None:
    """The checker is never the handler."""
    if wish.actor.person and wish.actor.person == problem["handled_by"]:
        return BadMove(msg("Whoever fixed a problem cannot be the one who checks it."), field="by")
    return None


def _above(problem: Mapping[str, object], wish: Wish) -> BadMove | None:
    """A finding from above is closed at its own level, or by a re-check there that a document proves."""
    needed = str(problem.get("recheck_level") or "") or (OWN_INSPECTION if "inspector" in wish.finder else "")
    level = str(wish.given.get("recheck_level") or wish.actor.level)
    if not reaches(level, needed):
        said = msg(
            "A finding of the level “{level}” is closed by a re-check at that level.", level=msg(LEVEL_TITLES[needed])
        )
        return BadMove(said, field="recheck_level")
    if wish.given.get("recheck_level") and needed and not wish.given.get("document"):
        return BadMove(msg("A re-check from above needs its document."), field="document")
    return None


def _stands(problem: Mapping[str, object], wish: Wish) -> Denied | None:
    """What an inspector or a higher level has found is not set aside by those who would have to put it right."""
    if wish.actor.may(REFEREES) or not is_independent(problem, wish.finder):
        return None
    return Denied(msg("A finding of the inspection stands: only a supervisor can set it aside. An appeal is possible."))


def is_independent(problem: Mapping[str, object], finder: Iterable[str]) -> bool:
    """Whether it was found by an inspector or by a higher level; `finder` are the posts of whoever reported it."""
    return "inspector" in finder or problem.get("source_level") in UPPER_LEVELS


def _photos(wanted: Callable[[Wish], tuple[str, ...]]) -> Guard:
    """A named person proves with photos; what an operator enters afterwards is taken as it is."""

    def guard(_problem: Mapping[str, object], wish: Wish) -> BadMove | None:
        lacking = [role for role in wanted(wish) if role not in wish.photos]
        if not lacking or not wish.actor.person:
            return None
        return BadMove(msg("A photo is missing: {role}.", role=msg(PHOTO_TITLES[lacking[0]])), field="photos")

    return guard


_OF_PERSONS = ("not_handler", "stands")  # these ask who it is; the others what was done
GUARDS: dict[str, Guard] = {
    "not_handler": _not_handler,
    "above": _above,
    "stands": _stands,
    "open_photos": _photos(lambda wish: wish.open_photos),
    "close_photos": _photos(lambda wish: wish.close_photos),
}


def _missing(move: Move, name: str) -> Message:
    if name == "note":
        return msg("“{move}” needs a note that says why.", move=msg(move.title))
    return msg("“{move}” needs: {field}.", move=msg(move.title), field=msg(FIELD_TITLES[name]))


def _not_from(from_state: str, to_state: str) -> Message:
    now, wish = msg(STATE_TITLES[from_state]), msg(STATE_TITLES[to_state])
    if from_state in FINAL_STATES:
        return msg("The problem is {now}: it cannot become {wish}.", now=now, wish=wish)
    return msg("A problem that is {now} cannot become {wish} in one step.", now=now, wish=wish)
