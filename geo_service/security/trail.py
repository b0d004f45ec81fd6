"""Who was refused goes into the audit: never a secret, and never so much that it fills a disk."""

import time
from datetime import UTC, datetime

from starlette.requests import Request

from geo_service.security.callers import Caller, client_of
from geo_service.security.rates import Buckets
from layers.accounts_model import ANYBODY
from layers.audit import By, note
from layers.errors import Denied, LayersError, NotSignedIn
from layers.rules.passwords import client_key
from layers.store import Store

# Lines a minute, by each worker process: of one account; of one client for each kind of anonymous refusal; of all.
_EACH = {"account": 30, "token": 6, "other_site": 6, "nobody": 1}
_MOST = 120
_LONGEST_OBJECT = 200


class Trail:
    """Enters lines for requests; safe to be used from many threads at once."""

    def __init__(self, store: Store):
        self._store = store
        self._each = {kind: Buckets(most) for kind, most in _EACH.items()}
        self._all = Buckets(_MOST)

    def refused(self, request: Request, error: LayersError, path: str = "") -> None:
        """Somebody was refused: who, from where, what they wanted, and why; `path` where no route tells it."""
        if not isinstance(error, Denied | NotSignedIn):
            return
        who = _who(request)
        kind, key = _kind(request, error, who)
        if not self._wait_s(kind, key):
            why = error.message.template  # a store that cannot be written now does not change the answer
            note(self._store, "refused", _object(request, path), by=who, now=datetime.now(UTC), why=why)

    def _wait_s(self, kind: str, key: str) -> float:
        at_s = time.monotonic()
        return self._each[kind].wait_s(key, at_s=at_s) or self._all.wait_s("", at_s=at_s)


def note_refusal(request: Request, error: LayersError, path: str = "") -> None:
    """Enter a refusal; not while the store is not open."""
    trail: Trail | None = getattr(request.app.state, "trail", None)
    if trail is not None:
        trail.refused(request, error, path)


def _who(request: Request) -> By:
    caller: Caller | None = getattr(request.state, "caller", None)
    return caller.by if caller else By(ANYBODY, client_of(request))


def _kind(request: Request, error: LayersError, who: By) -> tuple[str, str]:
    """Which bucket the line is taken from: that of the account, or of the client for what was tried."""
    if who.identity.account:
        return "account", who.identity.account
    if isinstance(error, Denied):
        return "other_site", client_key(who.client.address)
    return "token" if "authorization" in request.headers else "nobody", client_key(who.client.address)


def _object(request: Request, path: str) -> str:
    """The method and the address as the route names it; only numbers are filled in, for other parts may be secrets."""
    route = request.scope.get("route")
    template = path or str(getattr(route, "path", ""))
    for name, value in request.path_params.items():
        if str(value).isdecimal():
            template = template.replace(f"{{{name}}}", str(value))
    return f"{request.method} {template}"[:_LONGEST_OBJECT]
