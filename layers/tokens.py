"""Tokens: secrets with which programs ask in somebody's name, to read or also to write, for a limited time."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from layers import passwords
from layers.accounts_model import SCOPES, Token
from layers.audit import OPERATOR_HERE, By, enter
from layers.errors import BadInput, Denied, NotFound
from layers.rules.passwords import LONGEST_TOKEN_DAYS, TOKEN_DAYS
from layers.store import Store
from layers.words import msg

_LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What a token is made of; `days` until it expires."""

    account: str
    scope: str = "read"
    days: int = TOKEN_DAYS
    label: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """A token, with the secret that is shown this once."""

    token: Token
    secret: str = field(repr=False)


def create(store: Store, wish: NewToken, *, now: datetime, by: By = OPERATOR_HERE) -> Issued:
    """Issue a token for an account that is in use. BadInput names what is wrong with the wish."""
    if wish.scope not in SCOPES:
        choices = ", ".join(SCOPES)
        raise BadInput(msg("“{value}” is none of: {choices}.", value=wish.scope[:40], choices=choices), field="scope")
    if not 1 <= wish.days <= LONGEST_TOKEN_DAYS:
        raise BadInput(msg("A token lasts between 1 and {count} days.", count=LONGEST_TOKEN_DAYS), field="days")
    if len(wish.label) > _LONGEST_LABEL:
        raise BadInput(msg("That is longer than {count} characters.", count=_LONGEST_LABEL), field="label")
    secret = passwords.new_secret()
    token = Token(digest=passwords.digest(secret), account=wish.account, label=wish.label.strip(), scope=wish.scope,
                  created_at=now, expires_at=now + timedelta(days=wish.days))  # fmt: skip
    with store.writing() as session:
        if not session.accounts.get(wish.account).active:
            raise Denied(msg("The account “{name}” is switched off.", name=wish.account))
        made = replace(token, id=session.tokens.add(token))
        enter(session, "token", wish.account, by=by, now=now, done="made", token=made.id, scope=made.scope)
    return Issued(made, secret)


def revoke(store: Store, id_: int, *, now: datetime, by: By = OPERATOR_HERE, only_of: str = "") -> Token:
    """The token is taken no longer; with `only_of`, another account's is NotFound."""
    with store.writing() as session:
        token = session.tokens.get(id_)
        if only_of and token.account != only_of:
            raise NotFound("token", id_)
        if token.revoked_at is None:
            session.tokens.revoke(id_, at=now)
            enter(session, "token", token.account, by=by, now=now, done="revoked", token=id_)
        return session.tokens.get(id_)


def tokens_of(store: Store, account: str = "") -> list[Token]:
    """The tokens of an account, or of everybody, the latest first."""
    with store.reading() as session:
        return session.tokens.of(account)
