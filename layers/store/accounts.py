"""Accounts, their sessions and tokens, and the audit. Secrets are never here: only digests and argon2 hashes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint, delete, exists, insert, select, update

from layers.accounts_model import Account, AuditEntry, SignIn, Token
from layers.errors import AlreadyThere, NotFound
from layers.store.registry import Shelf
from layers.store.tables import plain_table
from layers.store.types import Flag, Json, UtcTime
from layers.words import msg

ACCOUNTS = plain_table(
    "accounts",
    Column("name", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("active", Flag, nullable=False),
    Column("must_change", Flag, nullable=False),
    Column("password_ends_at", UtcTime),
    Column("subject", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    UniqueConstraint("town", "name"),
    Index("ix_accounts_subject", "town", "subject"),
    Index("ix_accounts_person", "town", "person"),
)
SIGN_INS = plain_table(
    "sessions",
    Column("digest", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime, nullable=False),
    Column("remembered", Flag, nullable=False),
    Column("device", Text, nullable=False),
    Column("address", Text, nullable=False),
    UniqueConstraint("town", "digest"),
    Index("ix_sessions_account", "town", "account"),
)
TOKENS = plain_table(
    "tokens",
    Column("digest", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    UniqueConstraint("town", "digest"),
    Index("ix_tokens_account", "town", "account"),
)
AUDIT = plain_table(
    "audit",
    Column("act", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("account", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Index("ix_audit_account", "town", "account"),
    Index("ix_audit_object", "town", "act", "object", "at"),
    Index("ix_audit_address", "town", "act", "address", "at"),
)
_MOST_COUNTED = 100


class Accounts(Shelf):
    """The logins of the town."""

    def add(self, account: Account) -> None:
        """A new one; AlreadyThere where the name is taken."""
        if self.find(account.name) is not None:
            raise AlreadyThere(msg("There is an account “{name}” already.", name=account.name))
        self.connection.execute(insert(ACCOUNTS).values(**asdict(account), town=self.town_code))

    def find(self, name: str) -> Account | None:
        """The account of that name, None where there is none."""
        return self._first(name=name)

    def get(self, name: str) -> Account:
        """The account of that name, or NotFound."""
        found = self.find(name)
        if found is None:
            raise NotFound("account", name)
        return found

    def by_subject(self, subject: str) -> Account | None:
        """The account of that subject of an OpenID provider."""
        return self._first(subject=subject) if subject else None

    def all(self) -> list[Account]:
        """Every account, by name."""
        statement = select(ACCOUNTS).where(ACCOUNTS.c.town == self.town_code).order_by(ACCOUNTS.c.name)
        return [_account(row) for row in self.connection.execute(statement).mappings()]

    def is_empty(self) -> bool:
        """Whether there is no account at all."""
        return not self.connection.scalar(select(exists().where(ACCOUNTS.c.town == self.town_code)))

    def change(self, name: str, values: Mapping[str, object]) -> None:
        """Write columns of an account, or NotFound."""
        match = (ACCOUNTS.c.town == self.town_code, ACCOUNTS.c.name == name)
        if not self.connection.execute(update(ACCOUNTS).where(*match).values(**values)).rowcount:
            raise NotFound("account", name)

    def _first(self, **columns: str) -> Account | None:
        match = [ACCOUNTS.c.town == self.town_code, *(ACCOUNTS.c[key] == value for key, value in columns.items())]
        row = self.connection.execute(select(ACCOUNTS).where(*match)).mappings().first()
        return None if row is None else _account(row)


class SignIns(Shelf):
    """Sessions of browsers."""

    def add(self, sign_in: SignIn) -> int:
        """A new one; its key."""
        return _inserted(self, SIGN_INS, asdict(sign_in))

    def find(self, digest: str) -> SignIn | None:
        """The session with that digest."""
        match = (SIGN_INS.c.town == self.town_code, SIGN_INS.c.digest == digest)
        row = self.connection.execute(select(SIGN_INS).where(*match)).mappings().first()
        return None if row is None else SignIn(**_own(row))

    def of(self, account: str) -> list[SignIn]:
        """All of an account, the latest first."""
        match = (SIGN_INS.c.town == self.town_code, SIGN_INS.c.account == account)
        rows = self.connection.execute(select(SIGN_INS).where(*match).order_by(SIGN_INS.c.id.desc())).mappings()
        return [SignIn(**_own(row)) for row in rows]

    def touch(self, id_: int, *, at: datetime) -> None:
        """It was used."""
        self.connection.execute(update(SIGN_INS).where(*self._one(id_)).values(last_used_at=at))

    def end(self, id_: int) -> None:
        """It is no longer; nothing happens where it was not."""
        self.connection.execute(delete(SIGN_INS).where(*self._one(id_)))

    def end_all(self, account: str, *, but: int = 0) -> None:
        """Every session of an account ends, but that one."""
        match = (SIGN_INS.c.town == self.town_code, SIGN_INS.c.account == account, SIGN_INS.c.id != but)
        self.connection.execute(delete(SIGN_INS).where(*match))

    def forget(self, *, before: datetime) -> int:
        """Remove those that expired before that time; how many."""
        match = (SIGN_INS.c.town == self.town_code, SIGN_INS.c.expires_at < before)
        return self.connection.execute(delete(SIGN_INS).where(*match)).rowcount

    def _one(self, id_: int) -> tuple[Any, Any]:
        return SIGN_INS.c.town == self.town_code, SIGN_INS.c.id == id_


class Tokens(Shelf):
    """Secrets for programs; a revoked one stays on record."""

    def add(self, token: Token) -> int:
        """A new one; its key."""
        return _inserted(self, TOKENS, asdict(token))

    def find(self, digest: str) -> Token | None:
        """The token with that digest."""
        match = (TOKENS.c.town == self.town_code, TOKENS.c.digest == digest)
        row = self.connection.execute(select(TOKENS).where(*match)).mappings().first()
        return None if row is None else Token(**_own(row))

    def get(self, id_: int) -> Token:
        """The token of that key, or NotFound."""
        row = self.connection.execute(select(TOKENS).where(*self._one(id_))).mappings().first()
        if row is None:
            raise NotFound("token", id_)
        return Token(**_own(row))

    def of(self, account: str = "") -> list[Token]:
        """All of an account, or of everybody, the latest first."""
        match = [TOKENS.c.town == self.town_code, *([TOKENS.c.account == account] if account else [])]
        rows = self.connection.execute(select(TOKENS).where(*match).order_by(TOKENS.c.id.desc())).mappings()
        return [Token(**_own(row)) for row in rows]

    def touch(self, id_: int, *, at: datetime) -> None:
        """It was used."""
        self.connection.execute(update(TOKENS).where(*self._one(id_)).values(last_used_at=at))

    def revoke(self, id_: int, *, at: datetime) -> None:
        """It is taken no longer."""
        self.connection.execute(update(TOKENS).where(*self._one(id_)).values(revoked_at=at))

    def revoke_all(self, account: str, *, at: datetime) -> None:
        """No token of the account is taken any longer."""
        match = (TOKENS.c.town == self.town_code, TOKENS.c.account == account, TOKENS.c.revoked_at.is_(None))
        self.connection.execute(update(TOKENS).where(*match).values(revoked_at=at))

    def _one(self, id_: int) -> tuple[Any, Any]:
        return TOKENS.c.town == self.town_code, TOKENS.c.id == id_


class Audit(Shelf):
    """Who signed in, was refused, took data out, changed accounts. Lines are only ever added."""

    def append(self, entry: AuditEntry) -> None:
        """Add a line."""
        _inserted(self, AUDIT, asdict(entry))

    def read(self, *, act: str = "", account: str = "", before: int = 0, limit: int = 50) -> list[AuditEntry]:
        """Lines of an act, of an account, older than the key `before` (0 = the latest), the latest first."""
        match = [AUDIT.c.town == self.town_code]
        match += [AUDIT.c[name] == value for name, value in (("act", act), ("account", account)) if value]
        if before:
            match.append(AUDIT.c.id < before)
        rows = self.connection.execute(select(AUDIT).where(*match).order_by(AUDIT.c.id.desc()).limit(limit)).mappings()
        return [AuditEntry(**_own(row)) for row in rows]

    def times(self, act: str, *, since: datetime, **columns: str) -> Sequence[datetime]:
        """When an act was last entered with those values (`object`, `address`), the latest first, 100 at most."""
        match = [AUDIT.c[name] == value for name, value in columns.items()]
        match += [AUDIT.c.town == self.town_code, AUDIT.c.act == act, AUDIT.c.at >= since]
        statement = select(AUDIT.c.at).where(*match).order_by(AUDIT.c.at.desc()).limit(_MOST_COUNTED)
        return self.connection.scalars(statement).all()


def _inserted(shelf: Shelf, table: Any, values: dict[str, Any]) -> int:
    known = {name: value for name, value in values.items() if name != "id"}
    key = shelf.connection.execute(insert(table).values(**known, town=shelf.town_code)).inserted_primary_key
    assert key is not None  # noqa: S101 (an insert gives its key)
    return int(key[0])


def _account(row: Mapping[Any, Any]) -> Account:
    return Account(**{name: value for name, value in _own(row).items() if name != "id"})


def _own(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name != "town"}
