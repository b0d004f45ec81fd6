"""Features of any layer as GeoJSON."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import orjson
from starlette.responses import Response

from layers.geometry import to_geojson
from layers.model import Feature
from layers.parcels import MU_PER_M2

Json = dict[str, Any]


class GeoJsonResponse(Response):
    """GeoJSON bytes."""

    media_type = "application/geo+json"

    def render(self, content: object) -> bytes:
        """Serialise at once; times as RFC 3339 in UTC."""
        return orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_SERIALIZE_NUMPY)


class JsonResponse(GeoJsonResponse):
    """JSON bytes, serialised the same way."""

    media_type = "application/json"


def collection(features: Iterable[Json], **more: object) -> Json:
    """A FeatureCollection."""
    rows = list(features)
    return {"type": "FeatureCollection", "features": rows, "numberReturned": len(rows), **more}


def feature(row: Feature, *, digits: int = 7) -> Json:
    """A row of any layer: its fields, its extra fields, its version."""
    properties = {name: plain(value) for name, value in row.values.items()}
    return wrap(row, {**properties, "extra": dict(row.extra)}, digits=digits)


def wrap(row: Feature, properties: Mapping[str, object], *, digits: int = 7) -> Json:
    """A GeoJSON Feature with id, code and version before the given properties."""
    return {
        "type": "Feature",
        "id": row.id,
        "geometry": None if row.geometry is None else to_geojson(row.geometry, digits),
        "properties": {"id": row.id, "code": row.code, **properties, "version": row.version},
    }


def parcel(row: Feature) -> Json:
    """A parcel, with 8 digits (a millimetre) and its area in 亩 too."""
    made = feature(row, digits=8)
    area_m2 = row.values["area_m2"]
    made["properties"]["area_mu"] = None if area_m2 is None else round(float(str(area_m2)) * MU_PER_M2, 3)
    return made


def etag(row: Feature) -> dict[str, str]:
    """The ETag of a row: its version."""
    return {"ETag": f'"{row.version}"'}


def plain(value: object) -> object:
    """Days and times as text, the rest as it is."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
