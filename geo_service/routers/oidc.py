"""The way to an OpenID provider and back; the session that begins is the same as with a password."""

import logging

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from geo_service.dependencies import CallerDep, NowDep, SettingsDep, WholeStoreDep
from geo_service.security import session_cookie
from geo_service.security.callers import cookie_of, is_behind_tls
from geo_service.security.hosts import base_of
from geo_service.security.oidc import Client, Errand, NotConfirmed, confirmed, way_there
from geo_service.settings import Settings
from layers import sign_ins
from layers.errors import NotFound, NotSignedIn

router = APIRouter(include_in_schema=False)
_log = logging.getLogger("geo_service.oidc")
_ERRAND = "geo_errand"
_ERRAND_S = 600
_PATH = "/login/oidc"


@router.get(_PATH)
def leave(request: Request, settings: SettingsDep) -> Response:
    """Send the browser to the provider."""
    client = _client(settings)
    errand = Errand.new(session_cookie.own_path(request.query_params.get("next", "")))
    try:
        answer = RedirectResponse(way_there(client, errand, _back(request)), 303)
    except NotConfirmed as error:
        return _refused(error)
    answer.set_cookie(
        _cookie(request), errand.packed(), max_age=_ERRAND_S, httponly=True, samesite="lax",
        secure=is_behind_tls(request),
    )  # fmt: skip
    return answer


@router.get(f"{_PATH}/return")
def come_back(
    request: Request, settings: SettingsDep, store: WholeStoreDep, caller: CallerDep, now: NowDep
) -> Response:
    """Begin a session for whom the provider has confirmed."""
    client = _client(settings)
    try:
        errand = Errand.unpacked(request.cookies.get(_cookie(request), ""))
        known = confirmed(client, errand, request.query_params, _back(request), now_s=now.timestamp())
        begun = sign_ins.sign_in_confirmed(
            store, known.subject, known.username, client=caller.client, now=now, replaces=cookie_of(request)
        )
    except NotSignedIn as error:
        return _refused(error)
    answer = RedirectResponse(session_cookie.own_path(errand.next), 303)
    session_cookie.give(request, answer, begun)
    answer.delete_cookie(_cookie(request), httponly=True, samesite="lax", secure=is_behind_tls(request))
    return answer


def _client(settings: Settings) -> Client:
    if not settings.has_oidc:
        raise NotFound("page", "oidc")
    secret = settings.oidc_client_secret.get_secret_value()
    return Client(settings.oidc_issuer, settings.oidc_client_id, secret, settings.send_timeout_s)


def _back(request: Request) -> str:
    return f"{base_of(request)}{_PATH}/return"


def _cookie(request: Request) -> str:
    return f"__Host-{_ERRAND}" if is_behind_tls(request) else _ERRAND


def _refused(error: NotSignedIn) -> Response:
    _log.warning("OpenID: %s", getattr(error, "why", error))
    return RedirectResponse("/login?fault=oidc", 303)
