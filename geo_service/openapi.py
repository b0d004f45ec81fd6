"""What FastAPI cannot see of our routes: bodies that we read ourselves, kinds of content, refusals."""

from collections.abc import Iterable
from typing import Any

from fastapi.routing import APIRoute

from geo_service.dependencies import read_json, read_json_or_query, read_small_json
from geo_service.schemas.features import GeoJsonResponse
from geo_service.security.callers import COOKIE, SECURE_COOKIE
from geo_service.security.parameters import LARGEST_NUMBER
from geo_service.security.rules import RULES
from layers.formats.write import FORMATS
from layers.tile_archive import MEDIA_TYPES

Json = dict[str, Any]
_PROBLEM = "application/problem+json"
_JSON = "application/json"
_FILES = {
    "/api/v1/photos/{key}": ["image/jpeg"],
    "/api/v1/photos/{key}/preview": ["image/jpeg"],
    "/api/v1/layers/{layer}/export": [kind.media_type for kind in FORMATS.values()],
    "/api/v1/analysis/scores.csv": ["text/csv"],
    "/api/v1/people/{code}/data": ["application/zip"],
    "/basemaps/{key}/{z}/{x}/{y}": list(MEDIA_TYPES.values()),
}
_PICTURE: Json = {"schema": {"type": "string", "format": "binary"}}
_PHOTO_FORM: Json = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        **{name: {"type": "string"} for name in ("role", "by", "note", "lon", "lat", "taken_at")},
    },
}
_PHOTO: Json = {
    "required": True,
    "content": {"multipart/form-data": {"schema": _PHOTO_FORM}, "image/jpeg": _PICTURE, "image/png": _PICTURE},
}
_BODIES: dict[str, Json] = {
    "/api/v1/problems/{id_}/photos": _PHOTO,
    "/api/v1/reports/{receipt}/photos": _PHOTO,
}
_REFUSAL: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "current": {"type": "object", "description": "with 412: the thing as it stands now"},
    },
}
_REFUSALS: Json = {
    "4XX": {"description": "What was asked cannot be done, and why.", "content": {_PROBLEM: {"schema": _REFUSAL}}},
    "5XX": {"description": "The service cannot do it now.", "content": {_PROBLEM: {"schema": _REFUSAL}}},
}
_SECURITY: Json = {
    "token": {
        "type": "http", "scheme": "bearer", "description": "What POST /api/v1/tokens or `geo-service token create` "
        "tells once; programs that know only Basic give it as the password of any user name.",
    },
    "session": {
        "type": "apiKey", "in": "cookie", "name": COOKIE, "description": "What POST /api/v1/session gives to a "
        f"browser; behind TLS its name is {SECURE_COOKIE}.",
    },
}  # fmt: skip
_LANGUAGE: Json = {
    "name": "lang", "in": "query", "schema": {"type": "string"}, "description": "zh or en; the cookie or "
    "Accept-Language by default",
}  # fmt: skip


def documented(document: Json, routes: Iterable[APIRoute]) -> Json:
    """The document, completed for these routes."""
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path, {}).get(method.lower())
            if operation is not None:
                _complete(operation, route)
                operation["security"] = _security(method, route)
    for name in ("HTTPValidationError", "ValidationError"):  # we answer with a problem instead
        document.get("components", {}).get("schemas", {}).pop(name, None)
    document.setdefault("components", {})["securitySchemes"] = _SECURITY
    return document


def _complete(operation: Json, route: APIRoute) -> None:
    operation["parameters"] = [*operation.get("parameters", ()), _LANGUAGE]
    for one in operation["parameters"]:
        _bound(one["schema"])
    answers = operation["responses"]
    answers.pop("422", None)
    success = answers[str(route.status_code or 200)]
    if route.status_code != 204:
        success["content"] = {kind: {"schema": {}} for kind in _kinds(route)}
    answers.update(_REFUSALS)
    body = _body(route)
    if body is not None:
        operation["requestBody"] = body


def _security(method: str, route: APIRoute) -> list[Json]:
    """Any of these lets in; the empty one is nobody's, where the public may come."""
    return [*({name: []} for name in _SECURITY), *([{}] if RULES[method, route.path].public else [])]


def _bound(schema: Json) -> None:
    """Say of whole numbers how large they may be."""
    for one in (schema, *schema.get("anyOf", ())):
        if one.get("type") == "integer":
            one.setdefault("maximum", LARGEST_NUMBER)
            one.setdefault("minimum", -LARGEST_NUMBER)


def _kinds(route: APIRoute) -> list[str]:
    if route.path in _FILES:
        return _FILES[route.path]
    names = route.endpoint.__code__.co_names
    return ["application/geo+json"] if GeoJsonResponse.__name__ in names else [_JSON]


def _body(route: APIRoute) -> Json | None:
    if route.path in _BODIES and "POST" in (route.methods or ()):
        return _BODIES[route.path]
    calls = [one.call for one in route.dependant.dependencies]
    needed = read_json in calls or read_small_json in calls
    if not needed and read_json_or_query not in calls:
        return None
    return {"required": needed, "content": {_JSON: {"schema": {"type": "object"}}}}
