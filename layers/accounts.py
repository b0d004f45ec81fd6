"""Accounts: made, given a new password, switched off and on. Each act is entered in the audit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from layers import passwords
from layers.accounts_model import Account
from layers.audit import OPERATOR_HERE, By, enter
from layers.demo_accounts import is_demo_name, is_demo_password
from layers.errors import AlreadyThere, BadInput, Denied, NotFound
from layers.model import Person
from layers.rules.passwords import ONE_TIME_DAYS, account_name, check_password, one_time_ends_at
from layers.rules.roles import ROLES
from layers.sign_ins import note_failure, refuse_when_locked
from layers.store import Session, Store
from layers.words import msg

FIRST_NAME = "admin"
_LONGEST_SUBJECT = 255
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What an account is made of; `person` is a code ("" = the name), made with the name `title` if there is none.

    Without a password one is drawn, to be changed at the first sign-in.
    """

    name: str
    role: str
    person: str = ""
    title: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """An account, and the password that was drawn for it ("" = none was)."""

    account: Account
    one_time: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What is to be another way with an account; None = it stays.

    Switched off, it signs nobody in, its sessions end and its tokens are revoked; switched on, it can be used again,
    with the password it had. `roles` are all posts of its person; duties for places are not touched. `subject` names
    it at the OpenID provider, "" takes that away.
    """

    active: bool | None = None
    roles: Sequence[str] | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class _Doing:
    """A change of an account that is under way."""

    session: Session
    name: str
    now: datetime
    by: By

    def enter(self, done: str, **detail: object) -> None:
        enter(self.session, "account", self.name, by=self.by, now=self.now, done=done, **detail)


def create(
    store: Store, wish: NewAccount, *, now: datetime, by: By = OPERATOR_HERE, one_time_days: int = ONE_TIME_DAYS
) -> Made:
    """Make an account, and its person where there is none; the person gets the role as a post.

    A password that is drawn is good for `one_time_days` (0 = without an end). BadInput for a name, a role or a password
    that is not taken; AlreadyThere where the name is in use.
    """
    name = account_name(wish.name)
    if is_demo_name(name):
        raise BadInput(msg("Names that begin with “demo-” belong to the demo town."), field="name")
    check_roles([wish.role])
    one_time = "" if wish.password else passwords.one_time_password()
    if wish.password:
        check_new_password(wish.password, name)
    hash_ = passwords.hashed(wish.password or one_time)
    with store.writing() as session:
        person = _employed(session, wish.person or name, wish)
        account = Account(
            name=name, person=person.code, password=hash_, must_change=bool(one_time), created_at=now, changed_at=now,
            password_ends_at=one_time_ends_at(now, one_time_days) if one_time else None,
        )  # fmt: skip
        session.accounts.add(account)
        enter(session, "account", name, by=by, now=now, done="made", roles=list(person.roles))
    return Made(account, one_time)


def first_administrator(store: Store, *, now: datetime, title: str = FIRST_NAME) -> Made | None:
    """An administrator's account for a town that has no account at all; None where there is one.

    Of several processes that start at once, only one makes it. Its password has no end: nobody could draw another.
    """
    with store.reading() as session:
        if not session.accounts.is_empty():
            return None
    one_time = passwords.one_time_password()
    hash_ = passwords.hashed(one_time)
    with store.writing() as session:
        if not session.accounts.is_empty():
            return None
        person = _employed(session, FIRST_NAME, NewAccount(name=FIRST_NAME, role="administrator", title=title))
        account = Account(
            name=FIRST_NAME, person=person.code, password=hash_, must_change=True, created_at=now, changed_at=now
        )
        session.accounts.add(account)
        enter(session, "account", FIRST_NAME, by=OPERATOR_HERE, now=now, done="made", roles=list(person.roles))
    return Made(account, one_time)


def change_password(store: Store, old: str, new: str, *, now: datetime, by: By) -> None:
    """Give oneself a new password; every other session of the account ends.

    BadInput where the old one is wrong (counted like a wrong sign-in) or the new one is not taken.
    """
    name = by.identity.account
    with store.reading() as session:
        refuse_demo(session, [name])
        refuse_when_locked(session, name, by.client, now)
        account = session.accounts.get(name)
    if not passwords.matches(account.password, old):
        with store.writing() as session:
            note_failure(session, name, by.client, now)
        raise BadInput(msg("The present password is not right."), field="old")
    check_new_password(new, name)
    if old == new:
        raise BadInput(msg("The new password is the old one."), field="password")
    hash_ = passwords.hashed(new)
    with store.writing() as session:
        if session.accounts.get(name) != account:  # an administrator was faster: what they have drawn holds
            raise BadInput(msg("The present password is not right."), field="old")
        own = {"password": hash_, "must_change": False, "password_ends_at": None, "changed_at": now}
        session.accounts.change(name, own)
        session.sign_ins.end_all(name, but=by.identity.session_id if by.identity.way == "session" else 0)
        enter(session, "password", name, by=by, now=now, done="changed")


def reset(
    store: Store, name: str, *, now: datetime, by: By = OPERATOR_HERE, one_time_days: int = ONE_TIME_DAYS
) -> Made:
    """Draw a password for somebody who lost theirs: until they take one of their own, and so many days at most.

    Their sessions end and their tokens are revoked: nobody knows who found what was lost.
    """
    one_time = passwords.one_time_password()
    hash_ = passwords.hashed(one_time)
    with store.writing() as session:
        refuse_demo(session, [name])
        ends_at = one_time_ends_at(now, one_time_days)
        drawn = {"password": hash_, "must_change": True, "password_ends_at": ends_at, "changed_at": now}
        session.accounts.change(name, drawn)
        session.sign_ins.end_all(name)
        session.tokens.revoke_all(name, at=now)
        enter(session, "password", name, by=by, now=now, done="reset")
        return Made(session.accounts.get(name), one_time)


def change(store: Store, name: str, wish: AccountChange, *, now: datetime, by: By = OPERATOR_HERE) -> Account:
    """Change it: all that is wished for, or nothing.

    BadInput for a role or a subject that is not taken, AlreadyThere where another account has the subject; Denied
    for switching off one's own account, for the last administrator's, and for those of the demo town.
    """
    with store.writing() as session:
        doing = _Doing(session, name, now, by)
        for part, do in _PARTS.items():
            value = getattr(wish, part)
            if value is not None:
                do(doing, value)
        return session.accounts.get(name)


def refuse_demo(session: Session, names: Iterable[str]) -> None:
    """Denied for accounts of the demo town: they stay as its sign-in page shows them."""
    if any(map(is_demo_name, names)) and session.town.get().demo:
        raise Denied(msg("The accounts of the demo town stay as they are."))


def check_administrator_stays(session: Session, name: str, leaves: Callable[[Account], bool]) -> None:
    """Denied where those that leave are all the accounts that can make others; `name` is what is said of them."""
    people = {person.code for person in session.duties.people() if "administrator" in person.roles}
    able = [account for account in session.accounts.all() if account.active and account.person in people]
    if able and all(map(leaves, able)):
        raise Denied(msg("“{name}” is the last administrator.", name=name))


def check_new_password(password: str, name: str) -> None:
    """BadInput for a password that is not taken, among them those that every demo town shows."""
    check_password(password, name)
    if is_demo_password(password):
        raise BadInput(msg("This password would be guessed first. Take another one."), field="password")


def check_roles(roles: Sequence[str]) -> tuple[str, ...]:
    """The roles in the order of the table, each once; BadInput for one that does not exist."""
    for role in roles:
        if role not in ROLES:
            choices = ", ".join(ROLES)
            raise BadInput(msg("“{value}” is none of: {choices}.", value=str(role)[:40], choices=choices), field="role")
    return tuple(role for role in ROLES if role in roles)


def _employed(session: Session, code: str, wish: NewAccount) -> Person:
    """The person of that code, with the role among their posts; made where there is none."""
    for text, field_ in ((code, "person"), (wish.title, "title")):
        if len(text) > _LONGEST_NAME:
            raise BadInput(msg("That is longer than {count} characters.", count=_LONGEST_NAME), field=field_)
    try:
        known = session.duties.person(code)
    except NotFound:
        known = Person(code=code, name=wish.title.strip() or code)
    person = replace(known, roles=check_roles([*known.roles, wish.role]))
    session.duties.put_people([person])
    return person


def _switch(doing: _Doing, active: bool) -> None:
    (_switch_on if active else _switch_off)(doing)


def _switch_on(doing: _Doing) -> None:
    doing.session.accounts.change(doing.name, {"active": True, "changed_at": doing.now})
    doing.enter("activated")


def _switch_off(doing: _Doing) -> None:
    session, name, now = doing.session, doing.name, doing.now
    if name == doing.by.identity.account:
        raise Denied(msg("Nobody switches off their own account."))
    refuse_demo(session, [name])
    check_administrator_stays(session, name, lambda account: account.name == name)
    session.accounts.change(name, {"active": False, "changed_at": now})
    session.sign_ins.end_all(name)
    session.tokens.revoke_all(name, at=now)
    doing.enter("deactivated")


def _give_roles(doing: _Doing, roles: Sequence[str]) -> None:
    session, posts = doing.session, check_roles(roles)
    refuse_demo(session, [doing.name])
    person = session.duties.person(session.accounts.get(doing.name).person)
    if "administrator" not in posts:
        check_administrator_stays(session, doing.name, lambda account: account.person == person.code)
    session.duties.put_people([replace(person, roles=posts)])
    doing.enter("roles", roles=list(posts))


def _name_subject(doing: _Doing, subject: str) -> None:
    if len(subject) > _LONGEST_SUBJECT:
        raise BadInput(msg("That is longer than {count} characters.", count=_LONGEST_SUBJECT), field="subject")
    refuse_demo(doing.session, [doing.name])
    other = doing.session.accounts.by_subject(subject)
    if other is not None and other.name != doing.name:
        raise AlreadyThere(msg("The account “{name}” has this subject already.", name=other.name))
    doing.session.accounts.change(doing.name, {"subject": subject, "changed_at": doing.now})
    doing.enter("subject", named=bool(subject))


_PARTS: Mapping[str, Callable[..., None]] = {"active": _switch, "roles": _give_roles, "subject": _name_subject}
"""How each part of an AccountChange is brought about."""
