"""Problems: list, report, preview, correct, history."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from geo_service.bodies import number, properties, text, whole_number
from geo_service.column_summary import filter_of, summary_of
from geo_service.dependencies import BBoxQuery, CallerDep, IdempotencyKey, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.problem_answers import kinds_of, names_of, one, one_in, stale, wire
from geo_service.problem_filters import FiltersDep, ProblemFilters
from geo_service.schemas import public
from geo_service.schemas.features import GeoJsonResponse, JsonResponse, collection, etag, plain
from geo_service.schemas.problems import event, likeness, place, responsible
from geo_service.schemas.unseen import mentioned
from geo_service.security.callers import Caller
from geo_service.security.hosts import next_page
from geo_service.turns import LONG_WORK, LONG_WORK_OF_THE_PAST
from layers import duplicates, past, problems, summaries
from layers.columns import TooManyRows
from layers.crs import parse_crs
from layers.errors import BadInput, Conflict
from layers.geometry import from_geojson
from layers.incoming import geometry_in
from layers.schema import GEOMETRY_TYPES
from layers.values import as_time, town_day
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
    """Problems, the most urgent first, page by page; with `as_of` as they stood then."""
    page = min(limit, LARGEST_PAGE)
    query = filters.query(now=now, bbox=bbox, limit=page, after=after)
    with store.reading() as session:
        rows = session.features.read("problems", query)
        if filters.as_of:
            rows = past.as_it_stood(session, rows, filters.as_of)
        features = wire(session, rows, names_of(session, words), filters.as_of or now)
    more = {"next": next_page(request, rows[-1].id)} if len(rows) == page else {}
    return GeoJsonResponse(collection(features, **more))


@router.get("/summary", dependencies=[LONG_WORK_OF_THE_PAST])
def summary(
    request: Request, caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, bbox: BBoxQuery,
    filters: FiltersDep,
) -> Response:  # fmt: skip
    """Counts by state, category, place and flag; with `as_of` as they stood then."""
    query, then = filters.query(now=now, bbox=bbox), filters.as_of
    counted = None if bbox else _by_columns(request, caller, filters, now)
    with store.reading() as session:
        if counted is None:
            counted = (
                summaries.of_the_past(session, query, then) if then else summaries.problems(session, query, now=now)
            )
        names, is_public = kinds_of(session, words), session.scope.sees == "public"
    for row in counted["by_category"]:
        row["name"] = names.category(row["code"])
    return JsonResponse(public.summary(counted) if is_public else counted)


def _by_columns(request: Request, caller: Caller, filters: ProblemFilters, now: datetime) -> dict[str, Any] | None:
    """The summary out of the columns; None where they do not hold what is asked for."""
    wanted, state = filter_of(filters), request.app.state
    if wanted is None:
        return None
    stamp = state.store.change_stamp()
    try:
        columns = state.columns.get("problems", stamp)
    except TooManyRows:
        return None
    if len(columns.shapeless):
        return None
    return summary_of(columns, state.tile_scopes.narrowed(wanted, caller, "problems", stamp=stamp), now=now)


@router.get("/days", dependencies=[LONG_WORK])
def days(store: StoreDep, now: NowDep, filters: FiltersDep) -> Response:
    """How many problems were found and closed on each day, and how many were open at its end."""
    with store.reading() as session:
        told = past.days(session, filters.query(now=now), until=town_day(now))
    return JsonResponse({"as_of": plain(now), "days": [asdict(day) for day in told]})


@router.post("", status_code=201)
def report(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody,
    idempotency_key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """A new problem; it is given to whom geometry makes responsible."""
    made = problems.report(store, _draft(body, caller), now=now, key=idempotency_key)
    headers = {**etag(made), "Location": f"/api/v1/problems/{made.id}"}
    return GeoJsonResponse(one(store, made, words, now), 201, headers)


@router.post("/preview")
def preview(store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody) -> Response:
    """Who would answer for a problem there, and, given its category, which known problems may be the same.

    Of those that the reader may not see it is only told how many there are.
    """
    geometry = geometry_in(body.get("geometry"), ANY_GEOMETRY, parse_crs(text(body, "crs") or "EPSG:4326"))
    category = text(body, "category")
    with store.reading() as session:
        given = problems.give(session, geometry, at=now)
        alike, hidden = duplicates.near_of(session, category, geometry, at=now) if category else ([], 0)
        names = names_of(session, words)
        known = wire(session, [row for row, _ in alike], names, now)
        return JsonResponse(
            {
                "responsible": responsible(given.values, names),
                "places": [place(link) for link in given.places],
                "rings": given.values["rings"],
                "flags": given.values["flags"],
                "duplicates": [likeness(row, how) for row, (_, how) in zip(known, alike, strict=True)],
                "hidden_duplicates": hidden,
            }
        )


@router.get("/{id_}")
def single(caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, id_: int) -> Response:
    """One problem, with what can be done with it now."""
    with store.reading() as session:
        row = session.features.get("problems", id_)
        headers = {} if caller.is_public else etag(row)  # how often it was changed is not for everybody
        return GeoJsonResponse(one_in(session, row, words, now), headers=headers)


@router.patch("/{id_}")
def edit(
    caller: CallerDep, store: StoreDep, words: WordsDep, now: NowDep, body: JsonBody, if_match: IfMatch, id_: int
) -> Response:
    """Correct a problem; If-Match guards against a lost update."""
    given = body.get("geometry")
    geometry = None if given is None else from_geojson(given, ANY_GEOMETRY)
    values = properties(body)
    by = caller.acts_as(text(values, "by"))
    try:
        changed = problems.edit(store, id_, now=now, values=values, geometry=geometry, by=by, expected=if_match)
    except Conflict as error:
        raise stale(store, id_, error, words, now) from error
    return GeoJsonResponse(one(store, changed, words, now), headers=etag(changed))


@router.get("/{id_}/history")
def history(store: StoreDep, words: WordsDep, id_: int) -> Response:
    """What happened to a problem, oldest first."""
    with store.reading() as session:
        session.features.get("problems", id_)
        names = names_of(session, words)
        events = session.history.events(id_)
        known = session.features.visible([key for line in events for key in mentioned(line)])
        return JsonResponse([event(line, names, known) for line in events])


def _draft(body: Mapping[str, Any], caller: Caller) -> problems.Draft:
    if body.get("type") != "Feature":
        raise BadInput(msg("The body must be a GeoJSON Feature."), field="type")
    said = properties(body)
    crs = parse_crs(text(said, "crs") or "EPSG:4326")
    geometry = geometry_in(body.get("geometry"), ANY_GEOMETRY, crs)
    return problems.Draft(
        geometry=geometry,
        category=text(said, "category"),
        description=text(said, "description"),
        reported_by=caller.acts_as(text(said, "reported_by")),
        source_level=text(said, "source_level") or "self",
        severity=said.get("severity", 1),
        found_at=as_time(said.get("at"), "at"),
        score_effect=number(said, "score_effect"),
        duplicate_of=whole_number(said, "duplicate_of"),
        source_crs=crs,
        extra=said["extra"] if isinstance(said.get("extra"), dict) else {},
    )
