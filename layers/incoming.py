"""Geometry as somebody sends it: GeoJSON coordinates in any CRS that we know."""

from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from layers.crs import is_geographic, parse_crs, points_to_wgs84, to_wgs84
from layers.errors import BadGeometry
from layers.geometry import from_geojson
from layers.words import msg

_DEEPEST = 4  # coordinates of a MultiPolygon
_OURS = ("EPSG:4326", "EPSG:4490")


def geometry_in(obj: object, allowed: frozenset[str], crs: str = "EPSG:4326") -> BaseGeometry:
    """The valid geometry in EPSG:4326 of a GeoJSON geometry whose coordinates are in `crs`.

    Raises BadGeometry (see `from_geojson`) and BadInput for an unknown CRS.
    """
    name = parse_crs(crs)
    if name in _OURS:
        return from_geojson(obj, allowed)
    if is_geographic(name):
        geometry = from_geojson(obj, allowed)
        moved: BaseGeometry = to_wgs84(np.array([geometry], dtype=object), name)[0]
        return moved
    if not isinstance(obj, dict):
        return from_geojson(obj, allowed)
    return from_geojson({**obj, "coordinates": _in_degrees(obj.get("coordinates"), name, _DEEPEST)}, allowed)


def _in_degrees(value: Any, crs: str, levels: int) -> Any:
    if not isinstance(value, list) or levels < 1:
        raise BadGeometry(msg("The coordinates are not lists of positions."))
    if value and all(isinstance(item, list) for item in value):
        return [_in_degrees(item, crs, levels - 1) for item in value]
    if len(value) < 2 or not all(isinstance(n, int | float) for n in value[:2]):
        raise BadGeometry(msg("The coordinates are not lists of positions."))
    lon, lat = points_to_wgs84(np.array([value[:2]], dtype=float), crs)[0]
    return [float(lon), float(lat)]
