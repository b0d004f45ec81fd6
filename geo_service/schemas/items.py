"""Features of a layer as one GeoJSON FeatureCollection, written at once and with nothing looked up."""

import numpy as np
import shapely
from numpy.typing import NDArray
from orjson import Fragment

from geo_service.items import Items
from geo_service.schemas.features import Json
from geo_service.schemas.public import item_fields
from layers.schema import LayerSchema
from layers.shapes import Shapes

DIGITS = 7  # of degrees: a centimetre
_OTHERS = frozenset({"duplicate_of", "rebound_of"})  # keys of problems that may be hidden from the reader


def fields_of(schema: LayerSchema, *, is_public: bool) -> tuple[str, ...]:
    """The fields that a reader is shown of each feature."""
    if is_public:
        return item_fields(schema.name)
    return ("code", *(name for name in schema.field_names if name not in _OTHERS))


def collection(items: Items) -> Json:
    """The features, of which nothing is parsed that is written already."""
    geometries = _geometries(items.shapes)
    features = [
        {"type": "Feature", "id": key, "geometry": geometry, "properties": Fragment(properties)}
        for key, properties, geometry in zip(items.keys, items.objects, geometries, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features, "numberReturned": len(features)}


def _geometries(shapes: Shapes) -> NDArray[np.object_]:
    """Each as orjson takes it; points, which most are, without a detour by way of text."""
    rounded = shapes.rounded(DIGITS)
    made = np.empty(len(shapes), dtype=object)
    made[shapes.is_point] = [{"type": "Point", "coordinates": place} for place in rounded.places.tolist()]
    made[~shapes.is_point] = [text and Fragment(text) for text in shapely.to_geojson(rounded.others)]
    return made
