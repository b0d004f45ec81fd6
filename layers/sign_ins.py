"""Signing in and out, and who is asking: every request shows the secret of a session or a token."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from layers import passwords
from layers.accounts_model import ANYBODY, Account, Client, Identity, SignIn, Way
from layers.audit import By, enter
from layers.demo_accounts import is_demo_name, is_demo_password
from layers.errors import NotFound, NotSignedIn, StoreUnavailable, TooMany
from layers.rules.passwords import (
    NOTED_EACH,
    REMEMBERED,
    SESSION,
    WINDOW,
    canonical,
    client_key,
    ends_at,
    locked_s,
    name_key,
)
from layers.store import Session, Store
from layers.words import msg


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What somebody signs in with; `remember` asks for a session of thirty days."""

    name: str
    password: str = field(repr=False)
    remember: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has begun, with the secret that only the browser keeps."""

    secret: str = field(repr=False)
    sign_in: SignIn
    account: Account


def sign_in(store: Store, given: Credentials, *, client: Client, now: datetime, replaces: str = "") -> Begun:
    """Begin a session; the one with the secret `replaces` ends.

    NotSignedIn, with one answer and at one cost for a wrong password, an unknown name, and an account that may not be
    used, with another one for a one-time password that has expired; TooMany after too many wrong ones. What goes wrong
    is counted in the audit, which all workers share.
    """
    name = canonical(given.name)
    with store.reading() as session:
        refuse_when_locked(session, name, client, now)
        account = _usable(session, name)
        demo = session.town.get().demo
    right = passwords.matches(account.password if account else "", given.password)
    if account is None or not right or (is_demo_password(given.password) and not demo):
        with store.writing() as session:
            note_failure(session, name, client, now)
        raise NotSignedIn(msg("The name or the password is not right."))
    _refuse_expired(account, now)
    fresh = passwords.hashed(given.password) if passwords.is_outdated(account.password) else account.password
    with store.writing() as session:
        refuse_when_locked(session, name, client, now)  # others may have guessed at the same moment
        if session.accounts.get(name) != account:
            raise NotSignedIn(msg("The name or the password is not right."))
        session.accounts.change(name, {"password": fresh})
        return begin(session, account, client=client, now=now, remember=given.remember, replaces=replaces)


def sign_in_confirmed(
    store: Store, subject: str, username: str, *, client: Client, now: datetime, replaces: str = ""
) -> Begun:  # fmt: skip
    """Begin a session for somebody whom the OpenID provider has confirmed.

    Theirs is the account that bears the subject; else the one of that name without a subject, which it bears from
    then on. A one-time password that was waiting for them is void. NotSignedIn where there is no such account.
    """
    with store.writing() as session:
        named = _usable(session, canonical(username)) if username else None
        bearer = session.accounts.by_subject(subject)
        account = _usable(session, bearer.name) if bearer else named
        if account is not None and account.subject in ("", subject):
            void = {"password": "", "must_change": False, "password_ends_at": None} if account.must_change else {}
            session.accounts.change(account.name, {"subject": subject, **void})
            return begin(session, account, client=client, now=now, replaces=replaces, way="openid")
    with store.writing() as session:
        note_failure(session, username or subject, client, now)
    raise NotSignedIn(msg("There is no account here for the one that was confirmed."))


def begin(
    session: Session, account: Account, *, client: Client, now: datetime, remember: bool = False, replaces: str = "",
    way: str = "password",
) -> Begun:  # fmt: skip
    """A session for somebody who has shown who they are, by `way`; always with a secret of its own."""
    secret = passwords.new_secret()
    sign_in = SignIn(
        digest=passwords.digest(secret), account=account.name, created_at=now, last_used_at=now,
        expires_at=now + (REMEMBERED if remember else SESSION), remembered=remember,
        device=client.device, address=client.address,
    )  # fmt: skip
    session.sign_ins.add(sign_in)
    old = session.sign_ins.find(passwords.digest(replaces)) if replaces else None
    if old is not None:
        session.sign_ins.end(old.id)
    enter(session, "sign_in", "", by=By.holder(account, client), now=now, way=way, remembered=remember)
    return Begun(secret, sign_in, account)


def sign_out(store: Store, secret: str, *, client: Client, now: datetime) -> None:
    """End the session with that secret, wherever else it may be open; nothing happens where there is none."""
    with store.writing() as session:
        found = session.sign_ins.find(passwords.digest(secret))
        if found is None:
            return
        session.sign_ins.end(found.id)
        enter(session, "sign_out", "", by=By.holder(session.accounts.find(found.account), client), now=now)


def sessions_of(store: Store, who: Identity, *, now: datetime) -> list[SignIn]:
    """The sessions of one's account that have not ended, the latest first.

    An account of the demo is everybody's: there, only the session that asks is shown.
    """
    with store.reading() as session:
        return _open(session, who, now)


def end_session(store: Store, id_: int, *, now: datetime, by: By) -> None:
    """End one of those; NotFound for any other."""
    with store.writing() as session:
        if id_ not in {one.id for one in _open(session, by.identity, now)}:
            raise NotFound("session", id_)
        session.sign_ins.end(id_)
        enter(session, "sign_out", "", by=by, now=now)


def over_at(sign_in: SignIn) -> datetime:
    """When it ends if it is not used again."""
    return ends_at(sign_in.created_at, sign_in.last_used_at, remembered=sign_in.remembered)


def is_of(sign_in: SignIn, who: Identity) -> bool:
    """Whether it is the session by which somebody asks."""
    return who.way == "session" and sign_in.id == who.session_id


def identify(session: Session, secret: str, *, way: Way, now: datetime) -> Identity | None:
    """Who shows the secret of a session or a token; None where it is not, or no longer, anybody's."""
    return _of_session(session, secret, now) if way == "session" else _of_token(session, secret, now)


def use_is_due(identity: Identity, *, now: datetime) -> bool:
    """Whether it is time to write down that the session or token is in use."""
    return identity is not ANYBODY and (identity.used_at is None or now - identity.used_at >= NOTED_EACH)


def note_use(store: Store, identity: Identity, *, now: datetime) -> bool:
    """Write down, once an hour at most, that a session or token is in use; whether it was written.

    A store that cannot be written now does not keep anybody from reading.
    """
    if not use_is_due(identity, now=now):
        return False
    try:
        with store.writing() as session:
            (session.sign_ins if identity.way == "session" else session.tokens).touch(identity.session_id, at=now)
    except StoreUnavailable:
        return False
    return True


def forget_ended(store: Store, now: datetime) -> int:
    """Remove the sessions whose time is over; how many."""
    with store.writing() as session:
        return session.sign_ins.forget(before=now)


def refuse_when_locked(session: Session, name: str, client: Client, now: datetime) -> None:
    """TooMany where this name, or this client, has shown too many wrong passwords lately."""
    since = now - WINDOW
    of_name = session.audit.times("sign_in_failed", since=since, object=name_key(name))
    of_client = session.audit.times("sign_in_failed", since=since, address=client_key(client.address))
    seconds = max(locked_s(of_name, now), locked_s(of_client, now) if client.address else 0)
    if seconds:
        raise TooMany(
            msg("Too many wrong passwords. Try again in {minutes} minutes.", minutes=-(-seconds // 60)),
            seconds=seconds,
        )


def note_failure(session: Session, name: str, client: Client, now: datetime) -> None:
    """Count a wrong password of that name and that client."""
    who = By.holder(session.accounts.find(name), replace(client, address=client_key(client.address)))
    enter(session, "sign_in_failed", name_key(name), by=who, now=now)


def _refuse_expired(account: Account, now: datetime) -> None:
    """NotSignedIn where the password was drawn for them too long ago; only who has shown it is told."""
    if account.password_ends_at is not None and now >= account.password_ends_at:
        raise NotSignedIn(msg("This one-time password has expired. Please ask an administrator for another one."))


def _usable(session: Session, name: str) -> Account | None:
    """The account, if it may be used in this town."""
    account = session.accounts.find(name)
    if account is None or not account.active or (is_demo_name(name) and not session.town.get().demo):
        return None
    return account


def _open(session: Session, who: Identity, now: datetime) -> list[SignIn]:
    shared = is_demo_name(who.account)
    return [one for one in session.sign_ins.of(who.account) if now < over_at(one) and (is_of(one, who) or not shared)]


def _of_session(session: Session, secret: str, now: datetime) -> Identity | None:
    found = session.sign_ins.find(passwords.digest(secret))
    account = _usable(session, found.account) if found else None
    if found is None or account is None:
        return None
    return _identity(account, found.id, over_at(found), found.last_used_at, now, way="session", may_write=True)


def _of_token(session: Session, secret: str, now: datetime) -> Identity | None:
    found = session.tokens.find(passwords.digest(secret))
    account = _usable(session, found.account) if found else None
    if found is None or account is None or found.revoked_at is not None:
        return None
    may_write = found.scope == "write"
    return _identity(account, found.id, found.expires_at, found.last_used_at, now, way="token", may_write=may_write)


def _identity(
    account: Account, id_: int, until: datetime, used_at: datetime | None, now: datetime, *, way: Way, may_write: bool
) -> Identity | None:
    if now >= until:
        return None
    return Identity(
        account=account.name, person=account.person, way=way, may_write=may_write, must_change=account.must_change,
        session_id=id_, used_at=used_at, valid_until=until,
    )  # fmt: skip
