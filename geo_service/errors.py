"""Exception → status → problem+json (RFC 9457), in the reader's language, in one table."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from geo_service.dependencies import TooLarge
from geo_service.language import words_for
from geo_service.security.entry import PasswordNeeded
from geo_service.security.parameters import BadParameter
from geo_service.security.trail import note_refusal
from layers.errors import (
    BadFile,
    BadGeometry,
    BadInput,
    BadMove,
    Conflict,
    Denied,
    FileUnreadable,
    Gone,
    LayersError,
    NotFound,
    NotSignedIn,
    StoreDamaged,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
    TooMany,
    UnknownFormat,
)
from layers.words import Message, msg

STATUS: dict[type[LayersError], int] = {
    BadParameter: 400,
    TooLarge: 413,
    UnknownFormat: 415,
    BadGeometry: 422,
    BadMove: 422,
    BadFile: 422,
    BadInput: 422,
    NotFound: 404,
    Gone: 410,
    Conflict: 409,
    NotSignedIn: 401,
    Denied: 403,
    TooMany: 429,
    FileUnreadable: 503,
    StoreFull: 507,
    StoreReadOnly: 503,
    StoreDamaged: 503,
    StoreUnavailable: 503,
}
TITLES: dict[int, Message] = {
    400: msg("The request cannot be understood"),
    401: msg("Please sign in"),
    403: msg("Not allowed"),
    404: msg("Not found"),
    405: msg("This address does not do that"),
    409: msg("Somebody was faster"),
    410: msg("No longer there"),
    412: msg("Somebody was faster"),
    413: msg("Too large"),
    414: msg("Too large"),
    415: msg("A kind of content that is not taken here"),
    422: msg("What was sent cannot be used"),
    428: msg("The version is missing"),
    429: msg("Too many requests"),
    500: msg("Something went wrong on our side"),
    503: msg("The store cannot serve now"),
    507: msg("The disk is full"),
}
_DETAILS = {
    404: msg("There is nothing at this address."),
    405: msg("This address does not take that method."),
}  # instead of the framework's own words


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
    app.add_exception_handler(ClientDisconnect, _gone_away)
    app.add_exception_handler(Exception, _unknown)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, LayersError)  # noqa: S101 (registered for it)
    if isinstance(error, NotSignedIn) and _is_page(request):
        there = f"{request.url.path}?{request.url.query}".rstrip("?")
        return RedirectResponse(f"/login?{urlencode({'next': there})}", 303)
    if isinstance(error, PasswordNeeded) and _is_page(request):
        return RedirectResponse("/account", 303)
    note_refusal(request, error)
    if isinstance(error, Denied) and _is_page(request):
        page: Response = request.app.state.refused_page(request, error)
        return page
    return answer_error(request, error)


def _is_page(request: Request) -> bool:
    """Whether a person's browser asks for a page, which is shown after signing in."""
    route = request.scope.get("route")
    return request.method == "GET" and route is not None and not route.include_in_schema


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
    answer = problem(request, status, detail, errors=[item] if error.field else [])
    if isinstance(error, NotSignedIn):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


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
    detail = _DETAILS[error.status_code].in_(words) if error.status_code in _DETAILS else words(str(error.detail))
    answer = problem(request, error.status_code, detail)
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        answer.headers["Allow"] = request.app.methods_at(request.url.path) or answer.headers.get("Allow", "GET")
    return answer


def _gone_away(_request: Request, _error: Exception) -> Response:
    """Nobody reads this answer; the log is not for them either."""
    return Response(status_code=400)


def _unknown(request: Request, _error: Exception) -> Response:
    return answer_fault(request)


def answer_fault(request: Request) -> Response:
    """The answer where we ourselves are at fault; the log says why."""
    return problem(request, 500, msg("The fault was written to the log.").in_(words_for(request)))
