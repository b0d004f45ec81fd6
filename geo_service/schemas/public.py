"""What people see who have not signed in. Every field is named here: a new one is hidden until it is.

No names, telephone numbers, reporters, descriptions, departments, scores or history; no fields that a file brought.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from geo_service.schemas.features import Json, plain
from geo_service.schemas.problems import Names, is_overdue
from layers.geometry import to_geojson
from layers.model import Category, Feature, PlaceLink
from layers.photos.photo import Photo
from layers.public_reports import Standing
from layers.rules.lifecycle import PHOTO_TITLES, STATE_TITLES
from layers.rules.public_reports import PUBLIC_WORDS, may_be_reported

_PROBLEM = ("category", "state", "found_at", "due_at", "closed_at")
_PHOTO = ("id", "role", "width", "height")
_CLEAN_MAP = ("type", "features", "numberReturned", "summary", "zones", "as_of", "parameters", "roads")
_VILLAGE = ("code", "name", "level", "has_shape", "clean_zone", "units", "clean", "problem", "unknown", "clean_rate",
            "unknown_share", "area_m2")  # fmt: skip
PLACE_LAYERS = ("areas", "road_segments")
"""The layers whose names say where a problem lies."""

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "areas": ("name", "level", "parent"),
    "road_segments": ("name", "road_name", "road_class", "from_m", "to_m"),
    "parcels": ("name", "state", "treatment", "area_m2"),
    "stations": ("name", "grade", "invented", "radii_m", "no_interference_m"),
    "station_buffers": ("station", "inner_m", "outer_m"),
}


def problem(row: Feature, links: Sequence[PlaceLink], names: Names, *, now: datetime) -> Json:
    """One problem: what, where, since when and until when."""
    said = {name: plain(row.values[name]) for name in _PROBLEM}
    places = [
        {"layer": link.layer, "code": link.code, "name": link.name, "lead": link.lead}
        for link in links
        if link.layer in PLACE_LAYERS
    ]
    return _feature(row, {
        **said, "category_name": names.category(row.values["category"]),
        "state_name": names.words(STATE_TITLES[str(row.values["state"])]),
        "overdue": is_overdue(row, now), "places": places,
    })  # fmt: skip


def place(layer: str, row: Feature) -> Json:
    """A place of one of the layers that everybody may see."""
    return _feature(row, {name: plain(row.values[name]) for name in _FIELDS[layer]})


def item_fields(layer: str) -> tuple[str, ...]:
    """The fields of one of the layers that everybody may see."""
    return ("code", *(_PROBLEM if layer == "problems" else _FIELDS[layer]))


def photo(one: Photo, names: Names) -> Json:
    """A photo that was released."""
    return {
        **{name: getattr(one, name) for name in _PHOTO}, "role_name": names.words(PHOTO_TITLES[one.role]),
        "url": f"/api/v1/photos/{one.key}", "preview_url": f"/api/v1/photos/{one.key}/preview",
    }  # fmt: skip


def category(row: Category, language: str) -> Json:
    """A kind of problem, and whether people who have not signed in may report it."""
    name = row.name_zh if language == "zh" else row.name_en
    reported = may_be_reported(row)
    return {"code": row.code, "parent": row.parent, "name": name, "geometry_types": row.geometry_types,
            "public": reported}  # fmt: skip


def summary(counted: Mapping[str, object]) -> Json:
    """How many problems there are, by what everybody may see of them."""
    said = {name: plain(counted[name]) for name in ("total", "open", "overdue", "by_state", "by_category", "as_of")
            if name in counted}  # fmt: skip
    rows = counted["by_place"]
    assert isinstance(rows, Iterable)  # noqa: S101 (our own counting)
    return {**said, "by_place": [row for row in rows if row["layer"] in PLACE_LAYERS]}


def clean_map(made: Json) -> Json:
    """The map of clean zones: cells and numbers, no people."""
    rows = [{name: row[name] for name in _VILLAGE} for row in made["by_area"]]
    return {**{name: made[name] for name in _CLEAN_MAP if name in made}, "by_area": rows}


def receipt(found: Standing, names: Names) -> Json:
    """How a report stands, for whoever holds its receipt: in the service's own words."""
    values = found.problem.values
    return {
        "code": found.problem.code, "category_name": names.category(values["category"]),
        "geometry": None if found.problem.geometry is None else to_geojson(found.problem.geometry, 7),
        "at": plain(found.report.at), "state": found.state, "state_name": names.words(STATE_TITLES[found.state]),
        "due_at": plain(found.case.values["due_at"]), "closed_at": plain(found.case.values["closed_at"]),
        "steps": [{"at": plain(at), "state": state, "text": PUBLIC_WORDS[state].in_(names.words)}
                  for at, state in found.steps],
        "photos": found.photos, "may_be_judged": found.may_be_judged, "content": found.report.content,
        "judged_at": plain(found.report.judged_at),
    }  # fmt: skip


def _feature(row: Feature, properties: Mapping[str, object]) -> Json:
    shape = None if row.geometry is None else to_geojson(row.geometry, 7)
    said = {"id": row.id, "code": row.code, **properties}
    return {"type": "Feature", "id": row.id, "geometry": shape, "properties": said}
