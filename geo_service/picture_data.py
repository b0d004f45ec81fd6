"""What a picture of a page needs from the store: only what can be seen in its box, and no more of it than is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from geo_service.standalone import Saving, data_of_element, elements_of, problems_asked
from layers import past
from layers.geometry import to_geojson
from layers.query import Query, Where
from layers.rules.lifecycle import STATE_TITLES
from layers.summaries import overdue_at
from maps import styles
from maps.pictures import ground
from maps.pictures.problems import Problems
from maps.pictures.view import View

MOST_PROBLEMS = 100_000  # the most urgent ones
MOST_OF_THE_PAST = 5_000  # whose state at that moment is read from their history
_DIGITS = 7
Ground = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def elements(saving: Saving) -> dict[str, Any]:
    """The data of the page's elements, as their painters want them; the problems come with the view."""
    return {name: data_of_element(name, saving) for name in elements_of(saving.page) if name != "problems"}


def ground_of(saving: Saving, view: View) -> Ground:
    """Areas and roads in the view; from far only the greater roads."""
    inside = Query(bbox=view.bounds)
    major = replace(inside, where=(Where("road_class", "in", ground.MAJOR),))
    roads = saving.rows("road_segments", inside if view.zoom >= ground.MINOR_FROM else major)
    return saving.rows("areas", inside)["features"], roads["features"]


def problems_of(saving: Saving, view: View) -> dict[str, Problems]:
    """The problems of the page in the view, where it shows any."""
    if "problems" not in elements_of(saving.page):
        return {}
    query = replace(problems_asked(saving), bbox=view.bounds, limit=MOST_PROBLEMS)
    is_past = saving.page == "open-problems" and saving.say("as_of")
    return {"problems": (_as_they_stood if is_past else _as_they_stand)(saving, query)}


def _as_they_stand(saving: Saving, query: Query) -> Problems:
    late = {row[0] for row in saving.session.features.columns("problems", ("id",), _late(saving, query))}
    rows = saving.session.features.columns("problems", ("id", "state", "geom"), query)
    looks = [styles.group_of(state, overdue=key in late) for key, state, _ in rows]
    return _sorted([row[2] for row in rows], looks)


def _late(saving: Saving, query: Query) -> Query:
    return replace(query, where=(*query.where, *overdue_at(saving.now)))


def _as_they_stood(saving: Saving, query: Query) -> Problems:
    """Those of a moment of the past: the state is that of then."""
    rows = saving.session.features.read("problems", replace(query, limit=MOST_OF_THE_PAST))
    stood = past.as_it_stood(saving.session, rows, saving.as_of)
    return _sorted([row.geometry for row in stood], [styles.group_of(str(row.values["state"])) for row in stood])


def _sorted(geometries: list[Any], looks: list[str]) -> Problems:
    """By look: points as coordinates, other shapes as GeoJSON."""
    shapes, keys = np.array(geometries, dtype=object), np.array(looks, dtype=object)
    there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    is_point = there & (shapely.get_type_id(shapes) == shapely.GeometryType.POINT.value)
    points = {key: shapely.get_coordinates(shapes[is_point & (keys == key)]) for key in sorted(set(looks))}
    return Problems(points, _others(shapes[there & ~is_point], keys[there & ~is_point]))


def _others(shapes: Any, keys: Any) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for shape, key in zip(shapes, keys, strict=True):
        found.setdefault(key, []).append(to_geojson(shape, _DIGITS))
    return found


def looks_asked(saving: Saving) -> dict[str, tuple[str, ...]]:
    """The looks of problems that the legend tells of, where the page's filters name other ones than it has itself."""
    states = saving.say("state")
    if saving.page != "open-problems" or states in ("", "open") or saving.say("as_of"):
        return {}
    asked = {styles.group_of(state) for state in states.split(",") if state in STATE_TITLES}
    late = {"overdue"} & {styles.group_of(state, overdue=True) for state in states.split(",") if state in STATE_TITLES}
    return {"problems": tuple(look.key for look in styles.PROBLEMS.looks if look.key in asked | late)}
