"""Bare-land parcels: drawn and changed with If-Match."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from geo_service.dependencies import BBoxQuery, IfMatch, JsonBody, NowDep, StoreDep
from geo_service.errors import Stale
from geo_service.schemas.features import GeoJsonResponse, collection, etag, parcel
from layers import parcels
from layers.errors import BadInput, Conflict
from layers.geometry import from_geojson
from layers.query import Query as LayerQuery
from layers.schema import GEOMETRY_TYPES
from layers.store import Store
from layers.words import msg

router = APIRouter(prefix="/api/v1/parcels", tags=["parcels"])
POLYGONS = GEOMETRY_TYPES["MULTIPOLYGON"]
LARGEST_PAGE = 5000


@router.get("")
def listed(
    store: StoreDep,
    bbox: BBoxQuery,
    limit: Annotated[int, Query(ge=1)] = LARGEST_PAGE,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Parcels in key order."""
    query = LayerQuery(bbox=bbox, limit=min(limit, LARGEST_PAGE), after=after)
    with store.reading() as session:
        return GeoJsonResponse(collection(map(parcel, session.features.read("parcels", query))))


@router.post("", status_code=201)
def add(store: StoreDep, now: NowDep, body: JsonBody) -> Response:
    """A new parcel."""
    geometry = from_geojson(body.get("geometry"), POLYGONS)
    made = parcels.add_parcel(store, geometry, _properties(body), now=now)
    return GeoJsonResponse(parcel(made), 201, {**etag(made), "Location": f"/api/v1/parcels/{made.id}"})


@router.get("/{id_}")
def single(store: StoreDep, id_: int) -> Response:
    """One parcel."""
    with store.reading() as session:
        row = session.features.get("parcels", id_)
    return GeoJsonResponse(parcel(row), headers=etag(row))


@router.patch("/{id_}")
def change(store: StoreDep, now: NowDep, body: JsonBody, if_match: IfMatch, id_: int) -> Response:
    """Change shape or fields; a stale If-Match gets 412 with the current parcel."""
    given = body.get("geometry")
    geometry = None if given is None else from_geojson(given, POLYGONS)
    try:
        changed = parcels.change_parcel(
            store, id_, geometry=geometry, values=_properties(body), now=now, expected=if_match
        )
    except Conflict as error:
        raise _stale(store, id_, error) from error
    return GeoJsonResponse(parcel(changed), headers=etag(changed))


@router.delete("/{id_}", status_code=204)
def remove(store: StoreDep, if_match: IfMatch, id_: int) -> Response:
    """Remove a parcel."""
    try:
        parcels.remove_parcel(store, id_, expected=if_match)
    except Conflict as error:
        raise _stale(store, id_, error) from error
    return Response(status_code=204)


def _stale(store: Store, id_: int, error: Conflict) -> Exception:
    if error.current is None:  # a taken code, not a lost update
        return error
    with store.reading() as session:
        return Stale(error.message, parcel(session.features.get("parcels", id_)))


def _properties(body: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = body.get("properties") or {}
    if not isinstance(properties, dict):
        raise BadInput(msg("“{field}” must be an object.", field="properties"), field="properties")
    return properties
