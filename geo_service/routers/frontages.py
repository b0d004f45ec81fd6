"""Frontages (门前责任区), their checks, their duties, and how they stand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from geo_service.bodies import needed_text, number, properties, text
from geo_service.dependencies import BBoxQuery, CallerDep, IdempotencyKey, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.errors import Stale
from geo_service.problem_wishes import duplicates_json, opening
from geo_service.schemas import frontages as wire
from geo_service.schemas.features import GeoJsonResponse, Json, JsonResponse, collection, etag
from geo_service.words import Words
from layers import frontage_checks, frontage_duties, frontage_report, frontages
from layers.errors import BadInput, Conflict
from layers.frontage_checks import CheckWish
from layers.geometry import from_geojson
from layers.query import Query as LayerQuery
from layers.query import Where
from layers.rules.frontages import Duty, DutyRules
from layers.store import Session, Store
from layers.store.frontage_checks import FrontageCheck
from layers.values import as_time
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["frontages"])
LARGEST_PAGE = 5000
DUST_DAYS = 90
State = Literal["", "passed", "failed", "overdue", "never"]


@router.get("/frontages")
def listed(
    store: StoreDep,
    words: WordsDep,
    now: NowDep,
    bbox: BBoxQuery,
    segment: str = "",
    state: State = "",
    limit: Annotated[int, Query(ge=1)] = LARGEST_PAGE,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Frontages in key order: on a segment (by code), in a state."""
    where: tuple[Where, ...] = (Where("segment", "=", segment),) if segment else ()
    with store.reading() as session:
        known = wire.names(session, words)
        if state:
            where += frontages.in_state(state, now=now, max_age_days=known.duties.max_age_days)
        query = LayerQuery(bbox=bbox, where=where, limit=min(limit, LARGEST_PAGE), after=after)
        rows = session.features.read("frontages", query)
    return GeoJsonResponse(collection(wire.frontage(row, known, now=now) for row in rows))


@router.post("/frontages", status_code=201)
def add(store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody) -> Response:
    """A new frontage: a GeoJSON Feature (line or polygon) with {name, trade?, address?, keeper?, pledged_on?}."""
    shape = from_geojson(body.get("geometry"), frontages.SHAPES)
    made = frontages.add(store, shape, properties(body), now=now)
    headers = {**etag(made), "Location": f"/api/v1/frontages/{made.id}"}
    return GeoJsonResponse(_one(store, made.id, words, now), 201, headers)


@router.get("/frontages/{id_}")
def single(store: StoreDep, words: WordsDep, now: NowDep, id_: int) -> Response:
    """One frontage."""
    with store.reading() as session:
        row = session.features.get("frontages", id_)
        return GeoJsonResponse(wire.frontage(row, wire.names(session, words), now=now), headers=etag(row))


@router.patch("/frontages/{id_}")
def change(store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch, id_: int) -> Response:
    """Change shape or fields; a stale If-Match gets 412 with the current frontage."""
    given = body.get("geometry")
    shape = None if given is None else from_geojson(given, frontages.SHAPES)
    values = properties(body) if "properties" in body else {}
    try:
        row = frontages.change(store, id_, geometry=shape, values=values, now=now, expected=if_match)
    except Conflict as error:
        raise _stale(store, id_, error, words, now) from error
    return GeoJsonResponse(_one(store, id_, words, now), headers=etag(row))


@router.delete("/frontages/{id_}", status_code=204)
def remove(store: StoreDep, words: WordsDep, now: NowDep, if_match: IfMatch, id_: int) -> Response:
    """Remove a frontage whose shop is gone; its checks stay."""
    try:
        frontages.remove(store, id_, expected=if_match)
    except Conflict as error:
        raise _stale(store, id_, error, words, now) from error
    return Response(status_code=204)


@router.get("/frontages/{id_}/checks")
def checks(store: StoreDep, words: WordsDep, id_: int) -> Response:
    """The checks of a frontage, the latest first."""
    with store.reading() as session:
        row = session.features.get("frontages", id_)
        return JsonResponse(_told(session, session.frontage_checks.of(row.id), words))


@router.post("/frontages/{id_}/checks", status_code=201)
def check(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, id_: int,
    idempotency_key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """A check: {"results": {duty: "pass" | "fail" | "na"}, "note"?, "at"?, "problem"?: true | {"duplicate_of": id}}.

    With `problem`, one of category 0604 is opened in the same transaction; `duplicates` names known ones nearby.
    """
    with store.reading() as session:
        session.features.get("frontages", id_)  # what may not be seen is not there, whatever is said of it
    results = body.get("results")
    if not isinstance(results, dict):
        raise BadInput(msg("“{field}” must be an object.", field="results"), field="results")
    opens, duplicate_of = opening(body.get("problem"))
    wish = CheckWish(
        results=results, by=caller.acts_as(text(body, "by")), note=text(body, "note"), opens=opens,
        at=as_time(body.get("at"), "at"), duplicate_of=duplicate_of,
    )  # fmt: skip
    done = frontage_checks.check(store, id_, wish, now=now, key=idempotency_key)
    with store.reading() as session:
        (made,) = _told(session, [done], words)
        if done.problem_id is not None and not duplicate_of:
            made["duplicates"] = duplicates_json(session, done.problem_id)
    return JsonResponse(made, 201, {"Location": f"/api/v1/frontages/{id_}/checks"})


@router.get("/frontage-duties")
def duties(store: StoreDep, words: WordsDep) -> Response:
    """The duties of a frontage, and how often it is checked; `version` 0 = as shipped."""
    return _duties(store, words)


@router.put("/frontage-duties")
def change_duties(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch
) -> Response:
    """Replace them: {"max_age_days", "duties": [{"code", "zh", "en"}], "by"}: a new version."""
    rows = body.get("duties")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(msg("The duties are a list."), field="duties")
    wanted = tuple(Duty(*(needed_text(row, name).strip() for name in ("code", "zh", "en"))) for row in rows)
    rules = DutyRules(wanted, number(body, "max_age_days") or 0.0)
    try:
        by = caller.acts_as(text(body, "by"))
        frontage_duties.put_duty_rules(store, rules, now=now, by=by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, _sheet(store, words)) from error
    return _duties(store, words)


@router.get("/analysis/frontages")
def analysis(
    store: StoreDep, words: WordsDep, now: NowDep, days: Annotated[int, Query(ge=1, le=3660)] = DUST_DAYS
) -> Response:
    """Frontages by state; rates by segment and village; pass rates of the dust samples of the last `days`."""
    with store.reading() as session:
        found = frontage_report.frontages(session, now=now)
        dust = frontage_report.dust(session, now=now, days=days)
        made = wire.report(found, dust, wire.names(session, words))
    return JsonResponse({"as_of": now, "parameters": {"days": days, "max_age_days": found.max_age_days}, **made})


def _told(session: Session, rows: list[FrontageCheck], words: Words) -> list[Json]:
    """Checks as JSON; problems are named to whom may see them."""
    ids = tuple(wire.opened_by(rows))
    seen = {row.id: row for row in session.features.read("problems", LayerQuery(ids=ids))} if ids else {}
    known = wire.names(session, words)
    return [wire.check(row, known, seen) for row in rows]


def _one(store: Store, id_: int, words: Words, now: datetime) -> Json:
    with store.reading() as session:
        return wire.frontage(session.features.get("frontages", id_), wire.names(session, words), now=now)


def _stale(store: Store, id_: int, error: Conflict, words: Words, now: datetime) -> Exception:
    return error if error.current is None else Stale(error.message, _one(store, id_, words, now))


def _duties(store: Store, words: Words) -> Response:
    sheet = _sheet(store, words)
    return JsonResponse(sheet, headers={"ETag": f'"{sheet["version"]}"'})


def _sheet(store: Store, words: Words) -> Mapping[str, Any]:
    with store.reading() as session:
        return wire.duties(*frontage_duties.duty_rules(session), words)
