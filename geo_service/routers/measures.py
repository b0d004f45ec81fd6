"""Measures: what was done at a place or with an organisation, and how far a parcel is treated by it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from shapely.geometry.base import BaseGeometry

from geo_service.bodies import properties
from geo_service.dependencies import BBoxQuery, CallerDep, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.errors import Stale
from geo_service.schemas import measures as wire
from geo_service.schemas.features import GeoJsonResponse, Json, JsonResponse, collection, etag
from geo_service.words import Words
from layers import measures
from layers.errors import Conflict
from layers.incoming import geometry_in
from layers.model import Feature
from layers.query import Query as LayerQuery
from layers.query import Where
from layers.schema import GEOMETRY_TYPES
from layers.store import Session, Store

router = APIRouter(prefix="/api/v1", tags=["measures"])
LARGEST_PAGE = 5000


@router.get("/measures")
def listed(
    store: StoreDep,
    words: WordsDep,
    bbox: BBoxQuery,
    parcel: str = "",
    problem: str = "",
    kind: str = "",
    limit: Annotated[int, Query(ge=1)] = LARGEST_PAGE,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Measures in key order: of a parcel, of a problem (by code), of a kind."""
    asked = {"parcel": parcel, "problem": problem, "kind": kind}
    where = tuple(Where(name, "=", value) for name, value in asked.items() if value)
    query = LayerQuery(bbox=bbox, where=where, limit=min(limit, LARGEST_PAGE), after=after)
    with store.reading() as session:
        people = _people(session)
        rows = session.features.read("measures", query)
    return GeoJsonResponse(collection(wire.measure(row, words, people) for row in rows))


@router.get("/measures/kinds")
def kinds(words: WordsDep) -> Response:
    """The kinds of measures, with units and what they can be drawn as."""
    return JsonResponse(wire.kinds(words))


@router.post("/measures", status_code=201)
def add(caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody) -> Response:
    """A measure: a GeoJSON Feature with {kind, parcel?, problem?, organisation?, quantity?, unit?, done_at? …}."""
    made = measures.add(store, _geometry(body), caller.signed(properties(body)), now=now)
    headers = {**etag(made), "Location": f"/api/v1/measures/{made.id}"}
    with store.reading() as session:
        it = measures.outlook(session, made, now=now)
        return GeoJsonResponse(wire.with_outlook(it, words, _people(session)), 201, headers)


@router.post("/measures/preview")
def preview(caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody) -> Response:
    """The same, with warnings and completion, before anything is stored."""
    with store.reading() as session:
        it = measures.preview(session, _geometry(body), caller.signed(properties(body)), now=now)
        return GeoJsonResponse(wire.with_outlook(it, words, _people(session)))


@router.get("/measures/{id_}")
def single(store: StoreDep, words: WordsDep, now: NowDep, id_: int) -> Response:
    """One measure."""
    with store.reading() as session:
        row = session.features.get("measures", id_)
        return GeoJsonResponse(_told(session, row, words, now), headers=etag(row))


@router.patch("/measures/{id_}")
def change(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch, id_: int
) -> Response:
    """Change shape or fields, e.g. {"valid_to"} when a cover was taken off; 412 for a stale If-Match."""
    values = properties(body)
    if "by" in values:
        values = caller.signed(values)
    try:
        row = measures.change(store, id_, geometry=_geometry(body), values=values, now=now, expected=if_match)
    except Conflict as error:
        raise _stale(store, id_, error, words) from error
    with store.reading() as session:
        return GeoJsonResponse(_told(session, row, words, now), headers=etag(row))


@router.delete("/measures/{id_}", status_code=204)
def remove(store: StoreDep, words: WordsDep, now: NowDep, if_match: IfMatch, id_: int) -> Response:
    """Remove a measure that was entered by mistake."""
    try:
        measures.remove(store, id_, now=now, expected=if_match)
    except Conflict as error:
        raise _stale(store, id_, error, words) from error
    return Response(status_code=204)


@router.get("/parcels/{id_}/completion")
def parcel_completion(store: StoreDep, words: WordsDep, now: NowDep, id_: int) -> Response:
    """How far a parcel is treated, by the shapes of its measures."""
    with store.reading() as session:
        parcel = session.features.get("parcels", id_)
        found = measures.parcel_completion(session, parcel, at=now)
    return JsonResponse(
        {"parcel": parcel.code, "stored_state": parcel.values["state"], **wire.completion(found, words)}
    )


@router.get("/problems/{id_}/completion")
def problem_completion(store: StoreDep, words: WordsDep, now: NowDep, id_: int) -> Response:
    """How far the polygon of a problem is treated."""
    with store.reading() as session:
        problem = session.features.get("problems", id_)
        found = measures.problem_completion(session, problem, at=now)
    return JsonResponse({"problem": problem.code, **wire.completion(found, words)})


def _told(session: Session, row: Feature, words: Words, now: datetime) -> Json:
    return wire.with_outlook(measures.outlook(session, row, now=now), words, _people(session))


def _geometry(body: Mapping[str, Any]) -> BaseGeometry | None:
    given = body.get("geometry")
    crs = str(properties(body).get("crs") or "EPSG:4326")
    return None if given is None else geometry_in(given, GEOMETRY_TYPES["GEOMETRY"], crs)


def _people(session: Session) -> dict[str, str]:
    return {person.code: person.name for person in session.duties.people()}


def _stale(store: Store, id_: int, error: Conflict, words: Words) -> Exception:
    if error.current is None:  # a taken code, not a lost update
        return error
    with store.reading() as session:
        return Stale(error.message, wire.measure(session.features.get("measures", id_), words, _people(session)))
