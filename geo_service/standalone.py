"""The data of a page that is saved as one file: by element, what the element would otherwise fetch."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from geo_service.moments import moment_of
from geo_service.problem_answers import names_of as problem_names
from geo_service.problem_answers import wire as listed
from geo_service.problem_filters import filters_of
from geo_service.rebound_filters import closures_asked
from geo_service.schemas import analysis as wire
from geo_service.schemas import frontages as wire_frontages
from geo_service.schemas import public
from geo_service.schemas import rebounds as wire_rebounds
from geo_service.schemas import work_faces as wire_faces
from geo_service.schemas.clean_map import clean_map as clean_map_wire
from geo_service.schemas.coverage import coverage as coverage_wire
from geo_service.schemas.features import collection, feature, parcel
from geo_service.schemas.measures import measure
from geo_service.schemas.people import names_of
from geo_service.security.callers import Caller
from geo_service.security.parameters import BadParameter
from geo_service.words import Words
from layers import analysis, rebound_analysis, work_faces
from layers.clean_map import clean_map
from layers.coverage import BLIND_DAYS, CoverageWish, coverage
from layers.model import Feature
from layers.query import Query, Where
from layers.rebound_analysis import Scope
from layers.rebound_cases import Wanted
from layers.rules.measures import in_effect
from layers.store import Session
from layers.values import TOWN_TIME, as_time, town_day
from layers.words import msg

MOST_PROBLEMS = 20_000  # the most urgent ones; a saved file says so when there are more
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)
Params = Mapping[str, str]
Maker = Callable[["Saving"], Any]


class Saving:
    """What the makers of the elements' data need to know."""

    def __init__(self, page: str, session: Session, words: Words, params: Params, now: datetime):
        self.page, self.session, self.words, self.params, self.now = page, session, words, params, now
        self.as_of = moment_of(params.get("as_of"), now) or now

    def rows(self, layer: str, query: Query | None = None) -> dict[str, Any]:
        """A layer, or what the query asks of it."""
        form = partial(public.place, layer) if self.is_public else feature
        return collection(map(form, self.session.features.read(layer, query)))

    def say(self, name: str) -> str:
        """What the address says under that name; empty where it says nothing."""
        return self.params.get(name, "")

    def number(self, name: str) -> float | None:
        """The positive number of that name in the address, None where it names none; BadParameter for another text."""
        text = self.say(name)
        if text and not (_NUMBER.fullmatch(text) and float(text) > 0):
            raise BadParameter(name, msg("“{field}” must be a number above 0.", field=name))
        return float(text) if text else None

    @property
    def is_public(self) -> bool:
        """Whether nobody has signed in."""
        return self.session.scope.sees == "public"

    @property
    def station(self) -> str:
        """The chosen station, else the first one."""
        stations = self.session.features.columns("stations", ("code",), Query(limit=1))
        return self.params.get("station") or (str(stations[0][0]) if stations else "")


def params_of(page: str, query: Params, caller: Caller) -> dict[str, str]:
    """What the address of a page says; a road chief's road is their own."""
    params = dict(query)
    return {**params, "person": caller.whose_road(params.get("person", ""))} if page == "my-road" else params


def data_of(saving: Saving) -> dict[str, Any]:
    """The data of every element of the page."""
    return {name: data_of_element(name, saving) for name in ("ground", *elements_of(saving.page))}


def elements_of(page: str) -> tuple[str, ...]:
    """The elements of a page beside the ground."""
    return _ELEMENTS[page]


def data_of_element(name: str, saving: Saving) -> Any:
    """What the element of that name would otherwise fetch."""
    return _MAKERS[name](saving)


def _ground(saving: Saving) -> dict[str, Any]:
    return {"areas": saving.rows("areas"), "roads": saving.rows("road_segments")}


def _problems(saving: Saving) -> dict[str, Any]:
    session = saving.session
    query = problems_asked(saving)
    rows = session.features.read("problems", replace(query, limit=MOST_PROBLEMS))
    made = listed(session, rows, problem_names(session, saving.words), saving.now)
    return collection(made, total=session.features.count("problems", query))


def problems_asked(saving: Saving) -> Query:
    """The problems of the page: what its filters choose on the page of problems, what is open elsewhere."""
    params = {"state": "open", **{name: text for name, text in saving.params.items() if text}}
    asked = params if saving.page == "open-problems" else {"state": "open"}
    return filters_of(asked, now=saving.now, is_public=saving.is_public).query(now=saving.now)


def _zones(saving: Saving) -> dict[str, Any]:
    found = clean_map(saving.session.whole, as_of=saving.as_of, area=saving.say("area"), roads=True)
    made = clean_map_wire(found, names_of(saving.session))
    return public.clean_map(made) if saving.is_public else made


def _coverage(saving: Saving) -> dict[str, Any]:
    days = int(saving.number("days") or BLIND_DAYS)
    wish = CoverageWish(area=saving.say("area"), person=saving.say("person"), days=days)
    return coverage_wire(coverage(saving.session, wish, as_of=saving.as_of), names_of(saving.session))


def _roads(saving: Saving) -> dict[str, Any]:
    return wire.road_of(saving.session, saving.params.get("person", ""), now=saving.now.astimezone(TOWN_TIME))


def _hotspots(saving: Saving) -> dict[str, Any]:
    if not saving.station:
        return collection([], rings=[], summary={"problems": 0, "cells": 0, "hot": 0, "cold": 0})
    return wire.hotspot_map(analysis.hotspots(saving.session, saving.station, as_of=saving.as_of))


def _measures(saving: Saving) -> dict[str, Any]:
    """Those in effect now, which a saved file need not ask about."""
    rows = saving.session.features.read("measures", Query(where=(Where("geom", "not null"),)))
    made = [measure(row, saving.words, {}) for row in rows if _is_in_effect(row, saving.now)]
    for one in made:
        del one["properties"]["valid_to"]
    return collection(made)


def _is_in_effect(row: Feature, now: datetime) -> bool:
    values: Mapping[str, Any] = row.values
    return in_effect(values["done_at"], values["valid_to"], at=now)


def _rebounds(saving: Saving) -> dict[str, Any]:
    scope = Scope(
        query=closures_asked(saving.session, None, saving.say("category"), saving.say("area")),
        since=as_time(saving.params.get("since"), "since"),
        wanted=Wanted(saving.number("radius_m"), saving.number("days")),
    )
    found = rebound_analysis.analysis(saving.session, as_of=saving.as_of, scope=scope)
    return wire_rebounds.rebound_map(found, problem_names(saving.session, saving.words), scope)


def _work_faces(saving: Saving) -> dict[str, Any]:
    level, kind = saving.say("level"), saving.say("kind")
    day = as_time(saving.say("on") or None, "on") or saving.now
    found = work_faces.report(saving.session, on=town_day(day), level=level)
    made = wire_faces.report(found, now=saving.now, level=level)
    return {**made, "features": [one for one in made["features"] if kind in ("", one["properties"]["kind"])]}


def _parcels(saving: Saving) -> dict[str, Any]:
    where = tuple(Where(name, "=", saving.say(name)) for name in ("state", "treatment") if saving.say(name))
    return collection(map(parcel, saving.session.features.read("parcels", Query(where=where))))


def _frontages(saving: Saving) -> dict[str, Any]:
    """Without the keepers: a file goes from hand to hand."""
    known = wire_frontages.names(saving.session, saving.words)
    made = [wire_frontages.frontage(row, known, now=saving.now) for row in _on_segment(saving, "frontages")]
    for one in made:
        del one["properties"]["keeper"]
    return collection(one for one in made if saving.say("state") in ("", one["properties"]["state"]))


def _dust_samples(saving: Saving) -> dict[str, Any]:
    known = wire_frontages.names(saving.session, saving.words)
    return collection(wire_frontages.sample(row, known) for row in _on_segment(saving, "dust_samples"))


def _on_segment(saving: Saving, layer: str) -> list[Feature]:
    """What stands on the segment of the page's filter, or all."""
    where = (Where("segment", "=", saving.say("segment")),) if saving.say("segment") else ()
    return saving.session.features.read(layer, Query(where=where))


def _stations(saving: Saving) -> dict[str, Any]:
    return {"stations": saving.rows("stations"), "rings": saving.rows("station_buffers")}


_MAKERS: dict[str, Maker] = {
    "ground": _ground,
    "problems": _problems,
    "zones": _zones,
    "coverage": _coverage,
    "roads": _roads,
    "parcels": _parcels,
    "hotspots": _hotspots,
    "stations": _stations,
    "dust": lambda saving: saving.rows("dust_sources"),
    "measures": _measures,
    "rebounds": _rebounds,
    "work_faces": _work_faces,
    "frontages": _frontages,
    "dust_samples": _dust_samples,
}
_ELEMENTS: dict[str, tuple[str, ...]] = {
    "open-problems": ("problems",),
    "clean-zones": ("zones", "problems"),
    "coverage": ("coverage",),
    "my-road": ("roads",),
    "parcels": ("parcels", "measures"),
    "rebounds": ("rebounds",),
    "work-faces": ("work_faces",),
    "frontages": ("frontages", "dust_samples"),
    "hotspots": ("hotspots", "stations", "dust", "problems"),
}
