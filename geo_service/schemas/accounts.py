"""Accounts, tokens and lines of the audit as JSON; hashes and digests are never part of them."""

from collections.abc import Iterable, Mapping

from geo_service.schemas.features import Json, plain
from geo_service.schemas.me import me
from geo_service.security.callers import Caller
from geo_service.words import Words
from layers.accounts_model import Account, AuditEntry, SignIn, Token
from layers.demo_accounts import DEMO_ACCOUNTS, is_demo_name
from layers.model import Person
from layers.rules.roles import ROLE_TITLES, ROLES
from layers.sign_ins import over_at
from layers.store import Session
from layers.words import Message, msg

ACT_TITLES: Mapping[str, Message] = {
    "sign_in": msg("Signed in"),
    "sign_in_failed": msg("Wrong password or name"),
    "sign_out": msg("Signed out"),
    "password": msg("Password"),
    "account": msg("Account"),
    "token": msg("Token"),
    "refused": msg("Refused"),
    "export": msg("Export"),
    "erased": msg("Erased"),
    "retention": msg("Retention"),
    "basemaps": msg("Basemaps"),
    "backup": msg("Backup"),
    "restore": msg("Restored from a backup"),
}
"""What each act of the audit is called."""


def whoami(session: Session, caller: Caller, words: Words) -> Json:
    """Who has signed in, as programs are told."""
    titles = _roles(caller.roles, words)["role_names"]
    identity = caller.identity
    return {**(me(caller, session) or {}), "role_names": titles, "way": identity.way, "may_write": identity.may_write}


def account(one: Account, person: Person | None, roles: Iterable[str], words: Words) -> Json:
    """An account with its person, their posts, and all roles that they have today."""
    return {
        "name": one.name, "person": one.person, "person_name": person.name if person else one.person,
        "posts": list(person.roles) if person else [], **_roles(roles, words), "active": one.active,
        "must_change": one.must_change, "password_ends_at": plain(one.password_ends_at), "subject": one.subject,
        "demo": is_demo_name(one.name), "created_at": plain(one.created_at), "changed_at": plain(one.changed_at),
    }  # fmt: skip


def session(one: SignIn, *, current: bool) -> Json:
    """A browser that is signed in."""
    return {
        "id": one.id, "device": one.device, "address": one.address, "created_at": plain(one.created_at),
        "last_used_at": plain(one.last_used_at), "ends_at": plain(over_at(one)), "remembered": one.remembered,
        "current": current,
    }  # fmt: skip


def token(one: Token) -> Json:
    """A token; its secret is known to nobody any more."""
    return {
        "id": one.id, "account": one.account, "label": one.label, "scope": one.scope,
        "created_at": plain(one.created_at), "expires_at": plain(one.expires_at),
        "last_used_at": plain(one.last_used_at), "revoked_at": plain(one.revoked_at),
    }  # fmt: skip


def audit_entry(one: AuditEntry, names: Mapping[str, Person], words: Words) -> Json:
    """A line of the audit."""
    person = names.get(one.person)
    return {
        "id": one.id, "at": plain(one.at), "act": one.act, "act_name": words(ACT_TITLES[one.act].template),
        "account": one.account, "person": one.person, "person_name": person.name if person else one.person,
        "address": one.address, "device": one.device, "object": one.object, "detail": dict(one.detail),
    }  # fmt: skip


def demo_accounts(words: Words) -> list[Json]:
    """What the sign-in page of a demo town offers."""
    return [
        {"name": one.name, "password": one.password, "role": one.role, "title": words(ROLE_TITLES[one.role])}
        for one in DEMO_ACCOUNTS
    ]


def _roles(roles: Iterable[str], words: Words) -> Json:
    ordered = sorted(roles, key=ROLES.index)
    return {"roles": ordered, "role_names": [words(ROLE_TITLES[role]) for role in ordered]}
