"""Problems from the store as answers: with their places, names and what can be done next."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from geo_service.errors import Stale
from geo_service.schemas import public
from geo_service.schemas.features import Json
from geo_service.schemas.problems import Names, acts, problem, sponsor
from geo_service.words import Words
from layers.acts import standing
from layers.errors import Conflict, LayersError
from layers.model import Feature
from layers.rules.acts import offered_acts
from layers.rules.lifecycle import Move, offered
from layers.sponsors import sponsors_of
from layers.store import Session, Store
from layers.values import town_day

_OTHERS = ("duplicate_of", "rebound_of")  # fields that name another problem


def names_of(session: Session, words: Words) -> Names:
    """What the codes of the town are called."""
    return replace(kinds_of(session, words), people={person.code: person for person in session.duties.people()})


def kinds_of(session: Session, words: Words) -> Names:
    """What its categories are called, where nobody is named."""
    return Names({category.code: category for category in session.town.categories()}, {}, words)


def wire(session: Session, rows: Sequence[Feature], names: Names, now: datetime) -> list[Json]:
    """Problems as GeoJSON Features, as lists show them, with the moves that the session's viewer can make."""
    if session.scope.sees == "public":
        places = session.history.places([row.id for row in rows])
        return [public.problem(row, places.get(row.id, ()), names, now=now) for row in rows]
    return _told(session, rows, names, now, session.features.changeable([row.id for row in rows]))


def _told(
    session: Session, rows: Sequence[Feature], names: Names, now: datetime, mine: Collection[int]
) -> list[Json]:  # fmt: skip
    """For somebody who has signed in and may change those whose keys are in `mine`."""
    links = session.history.places([row.id for row in rows])
    known = session.features.visible([other for row in rows for other in _others(row)])
    moves = {row.id: _moves(session, row, names) for row in rows if row.id in mine}
    return [
        problem(_seen(row, known), links.get(row.id, ()), names, now=now, moves=moves.get(row.id, ())) for row in rows
    ]


def _others(row: Feature) -> list[int]:
    return [int(str(row.values[name])) for name in _OTHERS if row.values[name]]


def _seen(row: Feature, known: Collection[int]) -> Feature:
    """The problem, without the numbers of others that may not be seen."""
    hidden = {name: None for name in _OTHERS if row.values[name] not in known}
    return replace(row, values={**row.values, **hidden})


def _moves(session: Session, row: Feature, names: Names) -> tuple[Move, ...]:
    finder = names.people.get(str(row.values["reported_by"])) if row.values["reported_by"] else None
    return offered(row.values, session.scope.actor, finder=frozenset(finder.roles if finder else ()))


def one(store: Store, row: Feature, words: Words, now: datetime) -> Json:
    """One problem as a GeoJSON Feature, with its requests and with what can be done beside moving it."""
    with store.reading() as session:
        return one_in(session, row, words, now)


def one_in(session: Session, row: Feature, words: Words, now: datetime) -> Json:
    """The same in a session that is open already."""
    names = names_of(session, words)
    if session.scope.sees == "public":
        return wire(session, [row], names, now)[0]
    mine = session.features.changeable([row.id])
    (made,) = _told(session, [row], names, now, mine)
    kinds = offered_acts(standing(session, row, now=now), session.scope.actor) if mine else ()
    made["properties"] |= {
        "may_change": bool(mine), **acts(kinds, session.requests.of(row.id), names),
        "sponsors": [sponsor(duty, names) for duty in sponsors_of(session, row.id, on=town_day(now))],
    }  # fmt: skip
    return made


def stale(store: Store, id_: int, error: Conflict, words: Words, now: datetime) -> LayersError:
    """The answer to a lost race: the problem as it stands now; another conflict is its own answer."""
    if error.current is None:
        return error
    with store.reading() as session:
        row = session.features.get("problems", id_)
        return Stale(error.message, one_in(session, row, words, now))
