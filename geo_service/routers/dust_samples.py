"""Samples of dust by the gram (以克论净), and the limits by which they are judged."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from geo_service.bodies import number, properties, text
from geo_service.dependencies import BBoxQuery, CallerDep, IdempotencyKey, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.errors import Stale
from geo_service.problem_wishes import duplicates_json, opening
from geo_service.schemas import frontages as wire
from geo_service.schemas.features import GeoJsonResponse, Json, JsonResponse, collection, etag
from layers import dust_limits, dust_samples
from layers.dust_samples import SampleWish
from layers.errors import BadInput, Conflict, NotFound
from layers.incoming import geometry_in
from layers.query import Query as LayerQuery
from layers.query import Where
from layers.rules.dust import DustRules, Limit
from layers.schema import GEOMETRY_TYPES
from layers.store import Session, Store
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["dust samples"])
LARGEST_PAGE = 5000


@router.get("/dust-samples")
def listed(
    store: StoreDep,
    words: WordsDep,
    bbox: BBoxQuery,
    segment: str = "",
    contractor: str = "",
    limit: Annotated[int, Query(ge=1)] = LARGEST_PAGE,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Samples in key order: on a segment, of a contractor."""
    asked = {"segment": segment, "contractor": contractor}
    where = tuple(Where(name, "=", value) for name, value in asked.items() if value)
    query = LayerQuery(bbox=bbox, where=where, limit=min(limit, LARGEST_PAGE), after=after)
    with store.reading() as session:
        known = wire.names(session, words)
        rows = session.features.read("dust_samples", query)
    return GeoJsonResponse(collection(wire.sample(row, known) for row in rows))


@router.post("/dust-samples", status_code=201)
def add(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody,
    idempotency_key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """A sample: a GeoJSON point with {part, grams_m2, litter_minutes?, sampled_at?, contractor?, fine?, note?}.

    Its limit and whether it passed follow from the road. With `problem` true (or {"duplicate_of": id}) a failed one
    opens a problem of category 0605 in the same transaction; `duplicates` names known ones nearby.
    """
    said = caller.signed(properties(body))
    shape = geometry_in(body.get("geometry"), GEOMETRY_TYPES["POINT"], str(said.get("crs") or "EPSG:4326"))
    opens, duplicate_of = opening(said.get("problem"))
    wish = SampleWish(geometry=shape, values=said, opens=opens, duplicate_of=duplicate_of)
    made = dust_samples.add(store, wish, now=now, key=idempotency_key)
    headers = {**etag(made), "Location": f"/api/v1/dust-samples/{made.id}"}
    with store.reading() as session:
        told = wire.sample(made, wire.names(session, words))
        if made.values["problem"] and not duplicate_of:
            told["properties"]["duplicates"] = _duplicates(session, str(made.values["problem"]))
    return GeoJsonResponse(told, 201, headers)


@router.get("/dust-samples/{id_}")
def single(store: StoreDep, words: WordsDep, id_: int) -> Response:
    """One sample."""
    with store.reading() as session:
        row = session.features.get("dust_samples", id_)
        return GeoJsonResponse(wire.sample(row, wire.names(session, words)), headers=etag(row))


@router.get("/dust-limits")
def limits(store: StoreDep) -> Response:
    """How much dust may lie on which part of which class of road; `version` 0 = as shipped."""
    return _limits(store)


@router.put("/dust-limits")
def change_limits(caller: CallerDep, store: StoreDep, now: NowDep, body: JsonBody, if_match: IfMatch) -> Response:
    """Replace them: {"litter_minutes", "limits": [{"road_class", "part", "limit_g_m2"}], "by"}: a new version."""
    rows = body.get("limits")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(msg("The limits are a list."), field="limits")
    wanted = tuple(
        Limit(road_class=text(row, "road_class"), part=text(row, "part"), limit_g_m2=number(row, "limit_g_m2") or 0.0)
        for row in rows
    )
    rules = DustRules(wanted, number(body, "litter_minutes") or 0.0)
    try:
        by = caller.acts_as(text(body, "by"))
        dust_limits.put_dust_rules(store, rules, now=now, by=by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, _sheet(store)) from error
    return _limits(store)


def _duplicates(session: Session, code: str) -> list[Json]:
    try:
        return duplicates_json(session, session.whole.features.by_code("problems", code).id)
    except NotFound:
        return []


def _limits(store: Store) -> Response:
    sheet = _sheet(store)
    return JsonResponse(sheet, headers={"ETag": f'"{sheet["version"]}"'})


def _sheet(store: Store) -> dict[str, Any]:
    with store.reading() as session:
        current, rules = dust_limits.dust_rules(session)
    return {**wire.sheet(current), **dust_limits.as_json(rules)}
