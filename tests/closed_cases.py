"""Cases that are closed and found again: what the tests of rebounds and of look-backs share."""

from datetime import datetime, timedelta
from typing import Any

from shapely.geometry import Point

from layers import moves, problems
from layers.model import Category, Feature, Person
from layers.moves import MoveWish
from layers.store import Store
from layers.town import put_people
from layers.values import TOWN_TIME

RUBBISH = Category(code="0102", parent="01", name_zh="垃圾", name_en="Rubbish", look_back_days=(7, 30), hold_days=30)
SOIL = Category(code="0301", parent="03", name_zh="裸土", name_en="Bare soil", rebound_radius_m=100.0, rebound_days=5)
HERE = (118.1, 36.1)
METRE = 1 / 90_000  # of longitude, a little more than one metre in degrees there
MONDAY = datetime(2021, 11, 1, 9, tzinfo=TOWN_TIME)


def day(number: float) -> datetime:
    return MONDAY + timedelta(days=number)


def with_people_and_kinds(store: Store) -> Store:
    """Two categories, and a dispatcher, an inspector and a planner."""
    with store.writing() as session:
        session.town.put_categories([RUBBISH, SOIL])
    people = [
        Person(code=code, name=code, roles=(role,))
        for code, role in (("D", "dispatcher"), ("I", "inspector"), ("P", "planner"))
    ]
    put_people(store, people)
    return store


def found(store: Store, on: float, *, east_m: float = 0.0, shape: Any = None, **said: Any) -> Feature:
    place = shape or Point(HERE[0] + east_m * METRE, HERE[1])
    draft = problems.Draft(geometry=place, **{"category": "0102", "found_at": day(on), **said})
    return problems.report(store, draft, now=max(day(on), day(0)))


def closed(store: Store, id_: int, on: float, *, by: str = "", entered: float | None = None) -> Feature:
    """Through all moves to the verified closing, entered on that day or later."""
    start = day(on - 0.02)
    steps = ("filed", "assigned", "in_hand", "fixed", "closed")
    for n, to in enumerate(steps):
        when = start + timedelta(days=0.005 * n)
        problem = moves.move(
            store,
            id_,
            MoveWish(to=to, by=by if to == "closed" else "", at=when),
            now=day(on if entered is None else entered),
        )
    return problem


def row(store: Store, id_: int) -> Feature:
    with store.reading() as session:
        return session.features.get("problems", id_)


def link(store: Store, id_: int) -> tuple[object, ...]:
    values = row(store, id_).values
    return tuple(values[name] or None for name in ("rebound_of", "rebound_kind", "rebound_order"))


def kinds(store: Store, id_: int) -> list[str]:
    with store.reading() as session:
        return [event.kind for event in session.history.events(id_)]


def again(store: Store, on: float = 0, **said: Any) -> tuple[int, int]:
    """A closed problem and one found ten days after at the same place."""
    first = found(store, on, **said).id
    closed(store, first, on + 1)
    return first, found(store, on + 11, **said).id
