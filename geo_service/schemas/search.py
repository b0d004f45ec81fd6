"""Hits of a search as GeoJSON."""

from geo_service.schemas.features import Json, plain
from geo_service.schemas.problems import Names
from layers.geometry import to_geojson
from layers.rules.lifecycle import STATE_TITLES
from layers.search import Hit

_DIGITS = 6


def hit(one: Hit, names: Names) -> Json:
    """A hit as a Feature; a person's places are a geometry collection."""
    said = {name: plain(value) for name, value in one.values.items()}
    if one.kind == "problem":
        said["category_name"] = names.category(said["category"])
        said["state_name"] = names.words(STATE_TITLES[str(said["state"])])
    return {
        "type": "Feature",
        "id": one.key,
        "geometry": None if one.geometry is None else to_geojson(one.geometry, _DIGITS),
        "properties": {"kind": one.kind, "key": one.key, "code": one.code, "name": one.name, **said},
    }
