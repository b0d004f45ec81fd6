"""Patrols and visits, what was found on them, and how often what must be patrolled."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from geo_service.bodies import properties, text, whole_number
from geo_service.dependencies import BBoxQuery, CallerDep, IfMatch, JsonBody, NowDep, StoreDep
from geo_service.errors import Stale
from geo_service.schemas.features import GeoJsonResponse, Json, JsonResponse, collection, etag, feature, plain
from layers import patrol_rules, patrols
from layers.errors import BadInput, Conflict
from layers.geometry import from_geojson
from layers.model import Feature
from layers.query import Query as LayerQuery
from layers.rules.patrol_rules import CLASSES, PatrolRule
from layers.schema import GEOMETRY_TYPES
from layers.store import Store
from layers.store.rulesets import Ruleset
from layers.words import msg

router = APIRouter(prefix="/api/v1", tags=["patrols"])


@router.get("/patrols")
def all_patrols(
    store: StoreDep, bbox: BBoxQuery, limit: Annotated[int, Query(ge=1)] = 1000, after: int = 0
) -> Response:
    """Patrol observations in key order."""
    with store.reading() as session:
        rows = session.features.read("patrols", LayerQuery(bbox=bbox, limit=min(limit, 1000), after=after))
    return GeoJsonResponse(collection(map(feature, rows)))


@router.post("/patrols", status_code=201)
def add_patrol(caller: CallerDep, store: StoreDep, now: NowDep, body: JsonBody) -> Response:
    """A track with its fixes, or a signed visit; also when nothing was found."""
    geometry = from_geojson(body.get("geometry"), GEOMETRY_TYPES["GEOMETRY"])
    said = caller.signed(properties(body) if body.get("properties") else {}, "inspector")
    made = patrols.add_patrol(store, geometry, said, now=now)
    return GeoJsonResponse(_patrol(store, made), 201, {**etag(made), "Location": f"/api/v1/patrols/{made.id}"})


@router.get("/patrols/{id_}")
def one_patrol(store: StoreDep, id_: int) -> Response:
    """One patrol with the problems that were found on it."""
    with store.reading() as session:
        row = session.features.get("patrols", id_)
    return GeoJsonResponse(_patrol(store, row), headers=etag(row))


@router.post("/patrols/{id_}/problems")
def link_problem(caller: CallerDep, store: StoreDep, now: NowDep, body: JsonBody, id_: int) -> Response:
    """Say afterwards that a problem was found on this patrol: {"problem": id, "by"?}."""
    problem = whole_number(body, "problem")
    if problem is None:
        raise BadInput(msg("“{field}” must be a whole number.", field="problem"), field="problem")
    row = patrols.link_problem(store, id_, problem, now=now, by=caller.acts_as(text(body, "by")))
    return GeoJsonResponse(_patrol(store, row), headers=etag(row))


def _patrol(store: Store, row: Feature) -> Json:
    with store.reading() as session:
        found = patrols.found_on(session, row)
    made = feature(row)
    made["properties"]["problems"] = [
        {"id": one.id, "code": one.code, "category": one.values["category"], "state": one.values["state"]}
        for one in found
    ]
    return made


@router.get("/patrol-rules")
def rules(store: StoreDep) -> Response:
    """How often every class of segment and area must be fully inspected; `version` 0 = as shipped."""
    return _rules(store)


@router.put("/patrol-rules")
def change_rules(caller: CallerDep, store: StoreDep, now: NowDep, body: JsonBody, if_match: IfMatch) -> Response:
    """Replace the rules: {"rules": [{"layer", "class", "max_age_days", "min_share"}], "by"}: a new version."""
    wish = body.get("rules")
    if not isinstance(wish, list):
        raise BadInput(msg("The rules of patrols are a list."), field="rules")
    made = [_rule(row, f"rules.{number}") for number, row in enumerate(wish, start=1)]
    try:
        by = caller.acts_as(text(body, "by"))
        patrol_rules.put_patrol_rules(store, made, now=now, by=by, expected=if_match)
    except Conflict as error:
        raise Stale(error.message, _sheet(store)[0]) from error
    return _rules(store)


def _rule(row: object, field: str) -> PatrolRule:
    said: Mapping[str, Any] = row if isinstance(row, dict) else {}
    try:
        return PatrolRule(
            layer=str(said["layer"]), class_=str(said["class"]), max_age_days=float(said["max_age_days"]),
            min_share=float(said["min_share"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            msg("A rule has a layer, a class, the days between two patrols and the share to inspect."), field=field
        ) from error


def _rules(store: Store) -> Response:
    sheet, current = _sheet(store)
    return JsonResponse(sheet, headers={"ETag": f'"{current.version}"'})


def _sheet(store: Store) -> tuple[Json, Ruleset]:
    with store.reading() as session:
        current, _ = patrol_rules.patrol_rules(session)
    return {
        "version": current.version, "changed_at": plain(current.changed_at), "changed_by": current.changed_by,
        "rules": current.body, "classes": CLASSES,
    }, current  # fmt: skip
