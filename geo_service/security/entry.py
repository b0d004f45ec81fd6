"""The entry of every route: who calls is found, the route's rule is asked, and only then the route itself."""

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from geo_service.security.callers import Caller, Callers, check_origin, check_safe
from geo_service.security.rules import Rule, rule_of, rule_of_page
from layers.errors import Denied, NotSignedIn
from layers.words import msg

# What somebody with a one-time password may do before they have taken one of their own.
BEFORE_OWN_PASSWORD = frozenset(
    {
        "/",
        "/help",
        "/login",
        "/account",
        "/api/v1/session",
        "/api/v1/password",
        "/api/v1/events",
        "/api/v1/changes",
        "/words/{language}-{key}.js",
    }
)

WITHOUT_STORE = frozenset({"/healthz"})  # answered while the store cannot be opened: nobody is looked up


EXPECTED = "geo-signed-in"
"""The header by which a page of somebody who had signed in asks for no answer to nobody."""


class PasswordNeeded(Denied):
    """A one-time password opens nothing but the way to a password of one's own."""


async def permitted(request: Request) -> None:
    """Find who calls and keep it in the request's state. Raises NotSignedIn or Denied."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)  # noqa: S101 (the app has no others that depend on this)
    if route.path in WITHOUT_STORE:
        return
    caller = _known_at_once(request)
    if caller is None:
        caller = await run_in_threadpool(_looked_up, request)
    request.state.caller = caller
    if caller.is_public and EXPECTED in request.headers:
        raise NotSignedIn(msg("Your session has ended. Please sign in again."))
    check_origin(request)
    check(caller, rule_of(request.method, route.path, request.path_params), request.method, route.path)


def _known_at_once(request: Request) -> Caller | None:
    """Who calls, where it is told without a look at the store; a thread is not worth its price then."""
    callers: Callers = request.app.state.callers
    stamp = request.app.state.store.change_stamp_at_once()
    return None if stamp is None else callers.kept(request, stamp=stamp)


def _looked_up(request: Request) -> Caller:
    callers: Callers = request.app.state.callers
    return callers.of(request)


def check(caller: Caller, rule: Rule, method: str, path: str) -> None:
    """Whether the rule lets the caller in. Raises NotSignedIn or Denied."""
    if caller.is_public:
        if not rule.lets_in_public(caller.open_parts):
            raise NotSignedIn(msg("Please sign in."))
        return
    if caller.identity.must_change and path not in BEFORE_OWN_PASSWORD:
        raise PasswordNeeded(msg("Please take a password of your own first."))
    check_safe(caller, method)
    if not rule.lets_in(caller.roles):
        raise Denied(msg("This is for others."))


def may_open(caller: Caller, path: str) -> bool:
    """Whether a page is for the caller, so that nobody is offered what is refused."""
    rule = rule_of_page(path)
    return rule.lets_in_public(caller.open_parts) if caller.is_public else rule.lets_in(caller.roles)
