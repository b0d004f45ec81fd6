"""Who calls: found once for each request, from its cookie or its Authorization header.

What was found is kept as long as the store has not changed: a commit of anybody, a change of rights among them, makes
every caller be looked at anew.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from geo_service.bodies import text
from geo_service.security.hosts import base_of
from layers import sign_ins
from layers.accounts_model import ANYBODY, NO_CLIENT, Client, Identity, Way
from layers.audit import By
from layers.errors import Denied, NotSignedIn
from layers.passwords import digest
from layers.people import roles_on
from layers.public_view import PARTS, parts
from layers.rules.permissions import TOWN_WIDE, Viewer
from layers.store import Store
from layers.values import town_day
from layers.words import msg

COOKIE = "geo_session"
SECURE_COOKIE = "__Host-geo_session"  # behind TLS: no other site and no other path can set it
_MOST_KEPT = 10_000
_LONGEST_DEVICE = 200
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FROM_HERE = ("same-origin", "none")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls: their identity, their roles on the day, and the device that they say they use."""

    identity: Identity = ANYBODY
    roles: frozenset[str] = frozenset()
    client: Client = NO_CLIENT
    on: date = date.min
    open_parts: frozenset[str] = frozenset(PARTS)  # of the service, to people who have not signed in

    @property
    def is_public(self) -> bool:
        """Whether nobody has signed in."""
        return not self.identity.account

    @property
    def is_administrator(self) -> bool:
        """Whether they may act in everybody's name."""
        return "administrator" in self.roles

    @property
    def sees_all(self) -> bool:
        """Whether they work for the whole town."""
        return not self.roles.isdisjoint(TOWN_WIDE)

    @property
    def viewer(self) -> Viewer:
        """Whose eyes and hands the store gets."""
        return Viewer(self.identity.account, self.identity.person, self.client.device, self.on)

    @property
    def by(self) -> By:
        """Who acts, for the audit."""
        return By(self.identity, self.client)

    def acts_as(self, given: str) -> str:
        """The person in whose name this is done: their own; an administrator's choice, "" = the operator.

        Raises Denied where somebody else names anybody but themself.
        """
        if self.is_administrator:
            return given
        if given not in ("", self.identity.person):
            raise Denied(msg("You act in your own name only."), field="by")
        return self.identity.person

    def signed(self, said: Mapping[str, Any], name: str = "by") -> Mapping[str, Any]:
        """What was said, with who says it under that name where it is somebody."""
        person = self.acts_as(text(said, name))
        return {**said, name: person} if person else said

    def may_see_of(self, person: str, *, office: bool) -> str:
        """The person whose own things are asked for: their own, or where `office` holds, anybody's; else Denied."""
        if office or person in ("", self.identity.person):
            return person or self.identity.person
        raise Denied(msg("You see what is your own here."), field="person")

    def whose_road(self, person: str) -> str:
        """Whose road segments are shown: who works for the whole town chooses, everybody else sees their own."""
        return person if self.sees_all else self.may_see_of(person, office=False)


class Callers:
    """Finds callers; safe to be used from many threads at once, and to be called from threads only."""

    def __init__(self, store: Store):
        self._store = store
        self._kept: dict[str, tuple[int, date, Identity, frozenset[str]]] = {}
        self._opened: tuple[int, frozenset[str]] = -1, frozenset()
        self._lock = Lock()

    def of(self, request: Request, *, stamp: int | None = None) -> Caller:
        """Who calls. NotSignedIn for a token that is none; a session that has ended is nobody's.

        `stamp` is the store's change stamp where it was asked for this request already.
        """
        now = datetime.now(UTC)
        on = town_day(now)
        way, secret = _shown(request)
        stamp = self._store.change_stamp() if stamp is None else stamp
        known = self._known(secret, way, (stamp, on), now) if secret else None
        if known is None and way == "token":
            raise NotSignedIn(msg("This token is not, or no longer, anybody's."))
        if known is None:
            return Caller(client=client_of(request), on=on, open_parts=self._open_parts(stamp))
        return Caller(*known, client_of(request), on)

    def kept(self, request: Request, *, stamp: int) -> Caller | None:
        """What `of` would answer, where that needs no look at the store; else None."""
        now = datetime.now(UTC)
        on = town_day(now)
        way, secret = _shown(request)
        if not secret:
            opened = self._opened
            return Caller(client=client_of(request), on=on, open_parts=opened[1]) if opened[0] == stamp else None
        found = self._kept_at(_key(secret, way), (stamp, on), now)
        return Caller(*found, client_of(request), on) if found else None

    def _open_parts(self, stamp: int) -> frozenset[str]:
        if self._opened[0] != stamp:
            with self._store.reading() as session:
                self._opened = stamp, parts(session).open
        return self._opened[1]

    def _known(
        self, secret: str, way: Way, at: tuple[int, date], now: datetime
    ) -> tuple[Identity, frozenset[str]] | None:
        """Whose secret it is, with their roles, at that stamp of the store and on that day."""
        key = _key(secret, way)
        kept = self._kept_at(key, at, now)
        if kept:
            return kept
        with self._store.reading() as session:
            identity = sign_ins.identify(session, secret, way=way, now=now)
            roles = roles_on(session, identity.person, on=at[1]) if identity else frozenset()
        if identity is None:
            self._kept.pop(key, None)
            return None
        sign_ins.note_use(self._store, identity, now=now)
        with self._lock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = *at, identity, roles
        return identity, roles

    def _kept_at(self, key: str, at: tuple[int, date], now: datetime) -> tuple[Identity, frozenset[str]] | None:
        kept = self._kept.get(key)
        return (kept[2], kept[3]) if kept and kept[:2] == at and _holds(kept[2], now) else None


def client_of(request: Request) -> Client:
    """The other end of the request."""
    return Client(
        request.client.host if request.client else "", request.headers.get("user-agent", "")[:_LONGEST_DEVICE]
    )


def cookie_name(request: Request) -> str:
    """The name of the session's cookie here."""
    return SECURE_COOKIE if is_behind_tls(request) else COOKIE


def is_behind_tls(request: Request) -> bool:
    """Whether people reach the service by https."""
    return base_of(request).startswith("https://")


def cookie_of(request: Request) -> str:
    """The secret of the session that the browser shows, "" where it shows none."""
    if "cookie" not in request.headers:
        return ""
    return request.cookies.get(cookie_name(request), "")


def check_safe(caller: Caller, method: str) -> None:
    """Denied for a write with a token that only reads."""
    if method not in _SAFE and not caller.is_public and not caller.identity.may_write:
        raise Denied(msg("This token may only read."))


def _holds(identity: Identity, now: datetime) -> bool:
    still = identity.valid_until is None or now < identity.valid_until
    return still and not sign_ins.use_is_due(identity, now=now)


def _key(secret: str, way: Way) -> str:
    return f"{way}:{digest(secret)}"


def _shown(request: Request) -> tuple[Way, str]:
    """The secret that a request shows, a token's before a session's; "" where it shows none."""
    token = _token(request)
    return ("token", token) if token else ("session", cookie_of(request))


def _token(request: Request) -> str:
    """The token of `Bearer TOKEN`, or of Basic with the token as the password (for GIS programs)."""
    kind, _, said = request.headers.get("authorization", "").partition(" ")
    if not kind:
        return ""
    if kind.lower() == "bearer" and said.strip():
        return said.strip()
    if kind.lower() != "basic":
        raise NotSignedIn(msg("Sign in with “Bearer” and a token."))
    try:
        return base64.b64decode(said, validate=True).decode().partition(":")[2] or "-"
    except (binascii.Error, UnicodeDecodeError) as error:
        raise NotSignedIn(msg("Sign in with “Bearer” and a token.")) from error


def check_origin(request: Request) -> None:
    """A browser says where a request comes from: what changes something must come from our own pages, else Denied.

    By Sec-Fetch-Site (Fetch Metadata, W3C), else by Origin (RFC 6454); who sends neither is no browser.
    """
    if request.method in _SAFE:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = (request.headers.get("host", "").lower(), (urlsplit(base_of(request)).netloc or "").lower())
    foreign = site not in _FROM_HERE if site else origin is not None and urlsplit(origin).netloc.lower() not in own
    if foreign:
        raise Denied(msg("This came from a page of another site."))
