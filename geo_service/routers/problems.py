"""Problems: list, report, move, history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from geo_service.dependencies import BBoxQuery, IdempotencyKey, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.errors import Stale
from geo_service.problem_filters import FiltersDep
from geo_service.schemas.features import GeoJsonResponse, Json, JsonResponse, collection, etag
from geo_service.schemas.problems import Names, event, place, problem, responsible
from geo_service.words import Words
from layers import problems, summaries
from layers.crs import parse_crs
from layers.errors import BadInput, Conflict
from layers.geometry import from_geojson
from layers.incoming import geometry_in
from layers.model import Feature
from layers.query import Query as LayerQuery
from layers.schema import GEOMETRY_TYPES
from layers.store import Session, Store
from layers.values import as_time
from layers.words import msg

router = APIRouter(prefix="/api/v1/problems", tags=["problems"])
LARGEST_PAGE = 1000
ANY_GEOMETRY = GEOMETRY_TYPES["GEOMETRY"]


@router.get("")
def listed(
    request: Request,
    store: StoreDep,
    words: WordsDep,
    now: NowDep,
    bbox: BBoxQuery,
    filters: FiltersDep,
    limit: Annotated[int, Query(ge=1)] = 100,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Problems, the most urgent first, page by page."""
    page = min(limit, LARGEST_PAGE)
    query = filters.query(now=now, bbox=bbox, limit=page, after=after)
    with store.reading() as session:
        rows = session.features.read("problems", query)
        features = _wire(session, rows, words, now)
    more = {"next": str(request.url.include_query_params(after=rows[-1].id))} if len(rows) == page else {}
    return GeoJsonResponse(collection(features, **more))


@router.get("/summary")
def summary(store: StoreDep, words: WordsDep, now: NowDep, bbox: BBoxQuery, filters: FiltersDep) -> Response:
    """Counts by state, category, place and flag."""
    with store.reading() as session:
        counted = summaries.problems(session, filters.query(now=now, bbox=bbox), now=now)
        names = _names(session, words)
    for row in counted["by_category"]:
        row["name"] = names.category(row["code"])
    return JsonResponse(counted)


@router.post("", status_code=201)
def report(
    store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, idempotency_key: IdempotencyKey = None
) -> Response:
    """A new problem; it is given to whom geometry makes responsible."""
    made = problems.report(store, _draft(body), now=now, key=idempotency_key)
    headers = {**etag(made), "Location": f"/api/v1/problems/{made.id}"}
    return GeoJsonResponse(_one(store, made, words, now), 201, headers)


@router.post("/preview")
def preview(store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody) -> Response:
    """Who would answer for a problem there; nothing is stored."""
    geometry = from_geojson(body.get("geometry"), ANY_GEOMETRY)
    with store.reading() as session:
        given = problems.give(session, geometry, at=now)
        names = _names(session, words)
    return JsonResponse(
        {
            "responsible": responsible(given.values, names),
            "places": [place(link) for link in given.places],
            "rings": given.values["rings"],
            "flags": given.values["flags"],
        }
    )


@router.get("/{id_}")
def single(store: StoreDep, words: WordsDep, now: NowDep, id_: int) -> Response:
    """One problem."""
    with store.reading() as session:
        row = session.features.get("problems", id_)
        (made,) = _wire(session, [row], words, now)
    return GeoJsonResponse(made, headers=etag(row))


@router.patch("/{id_}")
def edit(store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch, id_: int) -> Response:
    """Correct a problem; If-Match guards against a lost update."""
    given = body.get("geometry")
    geometry = None if given is None else from_geojson(given, ANY_GEOMETRY)
    values = _properties(body)
    try:
        changed = problems.edit(
            store, id_, now=now, values=values, geometry=geometry, by=str(values.get("by", "")), expected=if_match
        )
    except Conflict as error:
        raise _stale(store, id_, error, words, now) from error
    return GeoJsonResponse(_one(store, changed, words, now), headers=etag(changed))


@router.post("/{id_}/moves")
def move(store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch, id_: int) -> Response:
    """Move a problem to another state: {"to": state, "note": …, "by": …, "at": …}."""
    try:
        changed = problems.move(
            store, id_, _text(body, "to"), now=now, by=_text(body, "by"), note=_text(body, "note"),
            at=as_time(body.get("at"), "at"), expected=if_match,
        )  # fmt: skip
    except Conflict as error:
        raise _stale(store, id_, error, words, now) from error
    return GeoJsonResponse(_one(store, changed, words, now), headers=etag(changed))


@router.get("/{id_}/history")
def history(store: StoreDep, words: WordsDep, id_: int) -> Response:
    """What happened to a problem, oldest first."""
    with store.reading() as session:
        session.features.get("problems", id_)
        names = _names(session, words)
        return JsonResponse([event(one, names) for one in session.history.events(id_)])


def _names(session: Session, words: Words) -> Names:
    categories = {category.code: category for category in session.town.categories()}
    return Names(categories, {person.code: person for person in session.duties.people()}, words)


def _wire(session: Session, rows: list[Feature], words: Words, now: datetime) -> list[Json]:
    names = _names(session, words)
    links = session.history.places([row.id for row in rows])
    return [problem(row, links.get(row.id, ()), names, now=now) for row in rows]


def _one(store: Store, row: Feature, words: Words, now: datetime) -> Json:
    with store.reading() as session:
        return _wire(session, [row], words, now)[0]


def _stale(store: Store, id_: int, error: Conflict, words: Words, now: datetime) -> Stale:
    with store.reading() as session:
        row = session.features.read("problems", LayerQuery(ids=(id_,)))[0]
    return Stale(error.message, _one(store, row, words, now))


def _properties(body: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise BadInput(msg("A GeoJSON Feature needs its properties."), field="properties")
    return properties


def _draft(body: Mapping[str, Any]) -> problems.Draft:
    if body.get("type") != "Feature":
        raise BadInput(msg("The body must be a GeoJSON Feature."), field="type")
    said = _properties(body)
    crs = parse_crs(_text(said, "crs") or "EPSG:4326")
    geometry = geometry_in(body.get("geometry"), ANY_GEOMETRY, crs)
    severity = said.get("severity", 1)
    return problems.Draft(
        geometry=geometry,
        category=_text(said, "category"),
        description=_text(said, "description"),
        reported_by=_text(said, "reported_by"),
        source_level=_text(said, "source_level") or "self",
        severity=severity,
        found_at=as_time(said.get("at"), "at"),
        source_crs=crs,
        extra=said["extra"] if isinstance(said.get("extra"), dict) else {},
    )


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(msg("“{field}” must be a text.", field=name), field=name)
    return value
