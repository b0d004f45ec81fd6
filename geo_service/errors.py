"""Exception → status → problem+json (RFC 9457), in the reader's language, in one table."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from geo_service.dependencies import TooLarge
from geo_service.language import words_for
from layers.errors import (
    BadFile,
    BadGeometry,
    BadInput,
    BadMove,
    Conflict,
    Denied,
    LayersError,
    NotFound,
    StoreDamaged,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)
from layers.words import Message, msg

STATUS: dict[type[LayersError], int] = {
    TooLarge: 413,
    BadGeometry: 422,
    BadMove: 422,
    BadFile: 422,
    BadInput: 422,
    NotFound: 404,
    Conflict: 409,
    Denied: 403,
    StoreFull: 507,
    StoreReadOnly: 503,
    StoreDamaged: 503,
    StoreUnavailable: 503,
}
TITLES: dict[int, Message] = {
    400: msg("The request cannot be understood"),
    403: msg("Not allowed"),
    404: msg("Not found"),
    405: msg("This address does not do that"),
    409: msg("Somebody was faster"),
    412: msg("Somebody was faster"),
    413: msg("Too large"),
    415: msg("A kind of content that is not taken here"),
    422: msg("What was sent cannot be used"),
    428: msg("The version is missing"),
    500: msg("Something went wrong on our side"),
    503: msg("The store cannot serve now"),
    507: msg("The disk is full"),
}


class Stale(LayersError):
    """An If-Match that is not the current version: 412, with the current feature where there is one."""

    def __init__(self, message: Message, current: Mapping[str, object]):
        super().__init__(message)
        self.current = current


def problem(request: Request, status: int, detail: str, **more: object) -> Response:
    """A problem+json answer."""
    title = TITLES.get(status, Message(HTTPStatus(status).phrase)).in_(words_for(request))
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(orjson.dumps(body), status, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Give every error its answer."""
    app.add_exception_handler(Stale, _stale)
    app.add_exception_handler(LayersError, _known)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, LayersError)  # noqa: S101 (registered for it)
    return answer_error(request, error)


def answer_error(request: Request, error: LayersError) -> Response:
    """The answer to one of our own errors."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    detail = error.message.in_(words_for(request))
    item: dict[str, object] = {"detail": detail}
    if error.field:
        item["field"] = error.field
    vertex = getattr(error, "vertex", None)
    if vertex is not None:
        item["vertex"] = vertex
    return problem(request, status, detail, errors=[item] if error.field else [])


def _stale(request: Request, error: Exception) -> Response:
    assert isinstance(error, Stale)  # noqa: S101 (registered for it)
    return problem(request, 412, error.message.in_(words_for(request)), current=error.current)


def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for it)
    errors = [{"field": ".".join(str(p) for p in e["loc"][1:]), "detail": str(e["msg"])} for e in error.errors()]
    in_body = any(e["loc"][0] == "body" for e in error.errors())
    words = words_for(request)
    named = ", ".join(str(e["field"]) for e in errors if e["field"])
    detail = msg("Please look at: {fields}.", fields=named or "body").in_(words)
    return problem(request, 422 if in_body else 400, detail, errors=errors)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for it)
    words = words_for(request)
    detail = words(str(error.detail)) if error.detail else ""
    return problem(request, error.status_code, detail)


def _unknown(request: Request, _error: Exception) -> Response:
    return problem(request, 500, msg("The fault was written to the log.").in_(words_for(request)))
