"""The data of a page that is saved as one file: by element, what the element would otherwise fetch."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from geo_service.schemas import analysis as wire
from geo_service.schemas.features import collection, feature, parcel
from geo_service.schemas.problems import Names, problem
from geo_service.words import Words
from layers import analysis
from layers.query import Query
from layers.store import Session
from layers.summaries import open_now
from layers.values import TOWN_TIME

MOST_PROBLEMS = 5_000  # the most urgent ones; a saved file says so when there are more
Params = Mapping[str, str]
Maker = Callable[["Saving"], Any]


class Saving:
    """What the makers of the elements' data need to know."""

    def __init__(self, session: Session, words: Words, params: Params, now: datetime):
        self.session, self.words, self.params, self.now = session, words, params, now

    def rows(self, layer: str) -> dict[str, Any]:
        """A whole layer."""
        return collection(map(feature, self.session.features.read(layer)))

    @property
    def station(self) -> str:
        """The chosen station, else the first one."""
        stations = self.session.features.columns("stations", ("code",), Query(limit=1))
        return self.params.get("station") or (str(stations[0][0]) if stations else "")


def data_of(page: str, saving: Saving) -> dict[str, Any]:
    """The data of every element of a page."""
    return {name: _MAKERS[name](saving) for name in ("ground", *_ELEMENTS[page])}


def _ground(saving: Saving) -> dict[str, Any]:
    return {"areas": saving.rows("areas"), "roads": saving.rows("road_segments")}


def _problems(saving: Saving) -> dict[str, Any]:
    session = saving.session
    query = Query(where=(open_now(),), order="due_at", limit=MOST_PROBLEMS)
    rows = session.features.read("problems", query)
    people = {person.code: person for person in session.duties.people()}
    names = Names({c.code: c for c in session.town.categories()}, people, saving.words)
    links = session.history.places([row.id for row in rows])
    made = (problem(row, links.get(row.id, ()), names, now=saving.now) for row in rows)
    return collection(made, total=session.features.count("problems", Query(where=(open_now(),))))


def _zones(saving: Saving) -> dict[str, Any]:
    return wire.clean_map(analysis.clean_zones(saving.session, as_of=saving.now))


def _roads(saving: Saving) -> dict[str, Any]:
    return wire.road_of(saving.session, saving.params.get("person", ""), now=saving.now.astimezone(TOWN_TIME))


def _hotspots(saving: Saving) -> dict[str, Any]:
    if not saving.station:
        return collection([], rings=[], summary={"problems": 0, "cells": 0, "hot": 0, "cold": 0})
    return wire.hotspot_map(analysis.hotspots(saving.session, saving.station, as_of=saving.now))


def _stations(saving: Saving) -> dict[str, Any]:
    return {"stations": saving.rows("stations"), "rings": saving.rows("station_buffers")}


_MAKERS: dict[str, Maker] = {
    "ground": _ground,
    "problems": _problems,
    "zones": _zones,
    "roads": _roads,
    "parcels": lambda saving: collection(map(parcel, saving.session.features.read("parcels"))),
    "hotspots": _hotspots,
    "stations": _stations,
    "dust": lambda saving: saving.rows("dust_sources"),
}
_ELEMENTS: dict[str, tuple[str, ...]] = {
    "open-problems": ("problems",),
    "clean-zones": ("zones", "problems"),
    "my-road": ("roads",),
    "parcels": ("parcels",),
    "hotspots": ("hotspots", "stations", "dust", "problems"),
}
