"""The town itself: its metric CRS, its people, its dated responsibilities."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from layers.catalogue import categories
from layers.crs import town_crs
from layers.errors import BadInput
from layers.geometry import Metres
from layers.model import Person, Responsibility, Town
from layers.query import BBox
from layers.rules.permissions import check_place_role
from layers.store import Session, Store
from layers.words import msg


def metres_of(session: Session) -> Metres:
    """The town's metric CRS; until the town has a place of its own, that of its recorded CRS."""
    return Metres(session.town.get().crs)


def settle(session: Session, bounds: BBox) -> Town:
    """The town with its metric CRS, which the first data that come in decide (`bounds` in EPSG:4326)."""
    town = session.town.get()
    if town.bounds is not None:
        return town
    west, _, east, _ = bounds
    settled = replace(town, crs=town_crs((west + east) / 2))
    session.town.put(settled)
    return settled


def furnish(store: Store) -> None:
    """Give a new town the shipped table of categories."""
    with store.reading() as session:
        furnished = bool(session.town.categories())
    if not furnished:
        with store.writing() as session:
            session.town.put_categories(categories())


def put_people(store: Store, people: Sequence[Person]) -> None:
    """Add people; a known code is replaced."""
    with store.writing() as session:
        session.duties.put_people(people)


def add_responsibility(store: Store, duty: Responsibility) -> Responsibility:
    """Add a dated responsibility; the place and the person must exist, and the days must be in order."""
    if duty.valid_to is not None and duty.valid_to <= duty.valid_from:
        raise BadInput(msg("The last day must be after the first one."), field="valid_to")
    check_place_role(duty.role)
    with store.writing() as session:
        session.features.by_code(duty.layer, duty.place)
        session.duties.person(duty.person)
        session.duties.put_responsibilities([duty])
        return session.duties.responsibilities(place=(duty.layer, duty.place))[-1]


def end_responsibility(store: Store, id_: int, *, on: date) -> None:
    """The responsibility holds no longer from that day on."""
    with store.writing() as session:
        session.duties.end_responsibility(id_, on=on)
