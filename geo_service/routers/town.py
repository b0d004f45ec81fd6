"""The town, its people, responsibilities and stations."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from geo_service.dependencies import IfMatch, JsonBody, NowDep, StoreDep
from geo_service.errors import Stale
from geo_service.schemas import public
from geo_service.schemas.features import GeoJsonResponse, Json, JsonResponse, collection, etag, feature, plain
from layers import stations, town
from layers.errors import BadInput, Conflict
from layers.geometry import from_geojson
from layers.model import Feature, Responsibility
from layers.people import roles_of_all
from layers.schema import LAYERS
from layers.store import Session
from layers.values import checked, town_day
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
        roles = roles_of_all(session, found, on=town_day(now))
    return JsonResponse(
        [{"code": p.code, "name": p.name, "organisation": p.organisation, "phone": p.phone,
          "roles": sorted(roles[p.code])} for p in found]
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
        form = _form(session)
        return GeoJsonResponse(collection(map(form, session.features.read("stations"))))


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
        row, form = session.features.by_code("stations", code), _form(session)
    return GeoJsonResponse(form(row), headers=etag(row))


@router.delete("/stations/{code}", status_code=204)
def remove_station(store: StoreDep, now: NowDep, if_match: IfMatch, code: str) -> Response:
    """Remove a station and its rings."""
    try:
        stations.remove_station(store, code, now=now, expected=if_match)
    except Conflict as error:
        with store.reading() as session:
            raise Stale(error.message, feature(session.features.by_code("stations", code))) from error
    return Response(status_code=204)


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


def _form(session: Session) -> Callable[[Feature], Json]:
    """What is told of a station; what a file brought is not for everybody."""
    return partial(public.place, "stations") if session.scope.sees == "public" else feature


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
