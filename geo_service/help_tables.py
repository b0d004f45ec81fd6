"""The tables of the help page, drawn from the rules: so the help never says anything else than the service does."""

from collections.abc import Iterable
from dataclasses import dataclass

from layers.rules.acts import ACTS, NEED_TITLES
from layers.rules.appeals import FURTHER_WITHIN_DAYS, LEVELS
from layers.rules.indicators import COUNT_TITLES, RATES
from layers.rules.lifecycle import FIELD_TITLES, MOVES, STATE_TITLES
from layers.rules.notices import KINDS, URGENCY_TITLES
from layers.rules.roles import ROLE_TITLES
from layers.words import Message, msg

_NEEDS = {**FIELD_TITLES, **NEED_TITLES}
_AUDIENCES = {
    "responsible": msg("who answers"),
    "former": msg("who answered before"),
    "handler": msg("who put it right"),
    "reporter": msg("who reported it"),
    "asker": msg("who asked"),
    "area_heads": msg("heads of the area"),
    "co_departments": msg("co-departments"),
    "sponsors": msg("sponsors of the place"),
    "dispatchers": msg("dispatchers"),
    "inspectors": msg("inspectors"),
    "supervisors": msg("supervisors"),
    "administrators": msg("administrators"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A move or an act: what it is called, who may do it, in which states, what it leads to ("" = no other state)."""

    title: str
    roles: tuple[str, ...]
    states: tuple[str, ...]
    to: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A role with the moves and the acts that it may do, by their titles."""

    title: str
    moves: tuple[str, ...]
    acts: tuple[str, ...]


def moves() -> list[Deed]:
    """Every move once, with all the states that it starts from."""
    rows = {}
    for move in MOVES:
        alike = [one for one in MOVES if (one.title, one.to_state) == (move.title, move.to_state)]
        rows[move.title, move.to_state] = Deed(
            title=move.title, to=STATE_TITLES[move.to_state], roles=_roles({r for one in alike for r in one.roles}),
            states=tuple(STATE_TITLES[one.from_state] for one in alike),
            needs=tuple(_NEEDS[name] for name in move.needs),
        )  # fmt: skip
    return list(rows.values())


def acts() -> list[Deed]:
    """Every act, with the states in which it is possible."""
    return [
        Deed(title=act.title, roles=_roles(act.roles), states=tuple(STATE_TITLES[state] for state in act.states),
             needs=tuple(_NEEDS[name] for name in act.needs))
        for act in ACTS.values()
    ]  # fmt: skip


def posts() -> list[Post]:
    """What each role may do."""
    return [
        Post(title=title, moves=_of(moves(), title), acts=_of(acts(), title))
        for title in ROLE_TITLES.values()
        if title != ROLE_TITLES["administrator"]  # may do everything
    ]


def notices() -> list[tuple[Message, list[Message], str]]:
    """(what is told, to whom, how urgent) of every notice that goes to somebody round a case."""
    return [
        (kind.title, [_AUDIENCES[name] for name in kind.to], URGENCY_TITLES[kind.urgency])
        for kind in KINDS.values()
        if kind.to
    ]


def rates() -> list[tuple[str, str, str]]:
    """(indicator, numerator, denominator)."""
    return [(rate.title, COUNT_TITLES[rate.over], COUNT_TITLES[rate.of]) for rate in RATES]


def appeal_days() -> dict[str, int]:
    """In how many days each level of an appeal is decided, by its key; `further`: for taking it to the leader."""
    return {"further": int(FURTHER_WITHIN_DAYS), **{one.key: int(one.decide_within_days) for one in LEVELS}}


def _roles(roles: Iterable[str]) -> tuple[str, ...]:
    known = frozenset(roles)
    return tuple(title for role, title in ROLE_TITLES.items() if role in known)


def _of(deeds: Iterable[Deed], role: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.title for one in deeds if role in one.roles))
