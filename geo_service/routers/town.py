"""The town, its categories, people, responsibilities and stations."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from geo_service.dependencies import BBoxQuery, IfMatch, JsonBody, NowDep, StoreDep, WordsDep
from geo_service.errors import Stale
from geo_service.schemas.features import GeoJsonResponse, JsonResponse, collection, etag, feature, plain
from layers import patrols, stations, town
from layers.errors import BadInput, Conflict
from layers.geometry import from_geojson
from layers.model import Responsibility
from layers.query import Query as LayerQuery
from layers.schema import GEOMETRY_TYPES, LAYERS
from layers.values import TOWN_TIME, checked
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["town"])


@router.get("/town")
def about(store: StoreDep) -> Response:
    """The town itself."""
    with store.reading() as session:
        it = session.town.get()
    return JsonResponse(
        {"code": it.code, "name": it.name, "demo": it.demo, "bounds": it.bounds, "crs": it.crs,
         "attribution": it.attribution, "as_of": plain(it.as_of)}
    )  # fmt: skip


@router.get("/categories")
def categories(store: StoreDep, words: WordsDep) -> Response:
    """The two-level table of categories, in the reader's language."""
    with store.reading() as session:
        rows = session.town.categories()
    return JsonResponse(
        [
            {"code": c.code, "parent": c.parent, "name": c.name_zh if words.language == "zh" else c.name_en,
             "name_zh": c.name_zh, "name_en": c.name_en, "limit_days": c.limit_days,
             "geometry_types": c.geometry_types, "weight": c.weight}
            for c in rows
        ]
    )  # fmt: skip


@router.get("/areas")
def areas(store: StoreDep) -> Response:
    """The areas of responsibility without their shapes: code, name, level and parent."""
    names = ("code", "name", "level", "parent")
    with store.reading() as session:
        rows = session.features.columns("areas", names)
    return JsonResponse([dict(zip(names, row, strict=True)) for row in rows])


@router.get("/people")
def people(store: StoreDep, now: NowDep, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """People with the roles that they have today."""
    with store.reading() as session:
        found = session.duties.people(q)
        duties = session.duties.responsibilities(on=now.astimezone(TOWN_TIME).date())
    roles: dict[str, set[str]] = {}
    for duty in duties:
        roles.setdefault(duty.person, set()).add(duty.role)
    return JsonResponse(
        [{"code": p.code, "name": p.name, "organisation": p.organisation, "phone": p.phone,
          "roles": sorted(roles.get(p.code, ()))} for p in found]
    )  # fmt: skip


@router.get("/responsibilities")
def responsibilities(
    store: StoreDep,
    person: str = "",
    layer: str = "",
    place: str = "",
    on: date | None = None,
) -> Response:
    """Who answers for which place, from when to when."""
    with store.reading() as session:
        rows = session.duties.responsibilities(on=on, person=person, place=(layer, place) if place else None)
    return JsonResponse([_duty(row) for row in rows if not layer or row.layer == layer])


@router.post("/responsibilities", status_code=201)
def add_responsibility(store: StoreDep, body: JsonBody) -> Response:
    """A dated responsibility: {layer, place, person, role, valid_from, valid_to?, source?}."""
    duty = Responsibility(
        layer=_needed(body, "layer"), place=_needed(body, "place"), person=_needed(body, "person"),
        role=_needed(body, "role"), valid_from=_day(body, "valid_from"),
        valid_to=_day(body, "valid_to") if body.get("valid_to") else None,
        source=str(body.get("source") or ""),
    )  # fmt: skip
    return JsonResponse(_duty(town.add_responsibility(store, duty)), 201)


@router.get("/stations")
def all_stations(store: StoreDep) -> Response:
    """The air-monitoring stations."""
    with store.reading() as session:
        return GeoJsonResponse(collection(map(feature, session.features.read("stations"))))


@router.post("/stations", status_code=201)
def add_station(store: StoreDep, now: NowDep, body: JsonBody) -> Response:
    """A new station; its rings are built with it."""
    geometry = from_geojson(body.get("geometry"), frozenset({"Point"}))
    made = stations.add_station(store, geometry, body.get("properties") or {}, now=now)
    return GeoJsonResponse(feature(made), 201, {**etag(made), "Location": f"/api/v1/stations/{made.code}"})


@router.get("/stations/{code}")
def station(store: StoreDep, code: str) -> Response:
    """One station."""
    with store.reading() as session:
        row = session.features.by_code("stations", code)
    return GeoJsonResponse(feature(row), headers=etag(row))


@router.delete("/stations/{code}", status_code=204)
def remove_station(store: StoreDep, now: NowDep, if_match: IfMatch, code: str) -> Response:
    """Remove a station and its rings."""
    try:
        stations.remove_station(store, code, now=now, expected=if_match)
    except Conflict as error:
        with store.reading() as session:
            raise Stale(error.message, feature(session.features.by_code("stations", code))) from error
    return Response(status_code=204)


@router.get("/patrols")
def all_patrols(
    store: StoreDep, bbox: BBoxQuery, limit: Annotated[int, Query(ge=1)] = 1000, after: int = 0
) -> Response:
    """Patrol observations in key order."""
    with store.reading() as session:
        rows = session.features.read("patrols", LayerQuery(bbox=bbox, limit=min(limit, 1000), after=after))
    return GeoJsonResponse(collection(map(feature, rows)))


@router.post("/patrols", status_code=201)
def add_patrol(store: StoreDep, now: NowDep, body: JsonBody) -> Response:
    """A track with its fixes, or a signed visit; also when nothing was found."""
    geometry = from_geojson(body.get("geometry"), GEOMETRY_TYPES["GEOMETRY"])
    made = patrols.add_patrol(store, geometry, body.get("properties") or {}, now=now)
    return GeoJsonResponse(feature(made), 201, etag(made))


@router.patch("/stations/{code}")
def change_station(store: StoreDep, now: NowDep, body: JsonBody, if_match: IfMatch, code: str) -> Response:
    """Move a station or change its ring radii; its rings are rebuilt."""
    changes: dict[str, object] = dict(checked(LAYERS["stations"], body.get("properties") or {}))
    if body.get("geometry") is not None:
        changes["geom"] = from_geojson(body["geometry"], frozenset({"Point"}))
    try:
        changed = stations.change_station(store, code, changes, now=now, expected=if_match)
    except Conflict as error:
        with store.reading() as session:
            raise Stale(error.message, feature(session.features.by_code("stations", code))) from error
    return GeoJsonResponse(feature(changed), headers=etag(changed))


def _duty(row: Responsibility) -> dict[str, Any]:
    names = ("id", "layer", "place", "person", "role", "valid_from", "valid_to", "source")
    return {name: plain(getattr(row, name)) for name in names}


def _needed(body: Any, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadInput(msg("“{field}” must be a text.", field=name), field=name)
    return value


def _day(body: Any, name: str) -> date:
    try:
        return date.fromisoformat(str(body.get(name)))
    except ValueError as error:
        raise BadInput(msg("“{field}” must be a day like 2026-11-23.", field=name), field=name) from error
