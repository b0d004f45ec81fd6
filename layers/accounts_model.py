"""Accounts and what belongs to them as plain values: logins, sessions, tokens, lines of the audit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Way = Literal["session", "token", "public"]
SCOPES = ("read", "write")  # of a token

ACTS = (
    "sign_in", "sign_in_failed", "sign_out", "password", "account", "token", "refused", "export", "erased",
    "retention", "basemaps", "backup", "restore",
)  # fmt: skip
"""What the audit tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A login of one person (their code in `people`), who alone has roles.

    `password` is its argon2 hash, "" where nobody signs in with one, and good until `password_ends_at` where it was
    drawn for them; `subject` names it at an OpenID provider.
    """

    name: str
    person: str
    password: str = field(default="", repr=False)
    active: bool = True
    must_change: bool = False
    password_ends_at: datetime | None = None
    subject: str = ""
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A session of a browser; only the digest of its secret is kept. A remembered one does not end by idleness."""

    digest: str = field(repr=False)
    account: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    remembered: bool = False
    device: str = ""
    address: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A secret for a program, of one account; only its digest is kept. `scope` is one of SCOPES."""

    digest: str = field(repr=False)
    account: str
    label: str = ""
    scope: str = "read"
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit: who did or tried what, from where. `act` is one of ACTS.

    Where a sign-in failed, `object` is the key of the name that was tried, never the name itself: people type
    passwords there.
    """

    act: str
    at: datetime
    account: str = ""
    person: str = ""
    address: str = ""
    device: str = ""
    object: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is asking, and how they showed it; `valid_until` is how long that may be taken for true without a look."""

    account: str = ""
    person: str = ""
    way: Way = "public"
    may_write: bool = False
    must_change: bool = False
    session_id: int = 0  # of the session or the token
    used_at: datetime | None = None  # when that was last written down
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """The other end of a request: its address, and what its browser or program calls itself."""

    address: str = ""
    device: str = ""


ANYBODY = Identity()
NO_CLIENT = Client()
