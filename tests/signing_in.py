"""Two accounts of a real town, their passwords, and signing in without HTTP: what the tests of accounts share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from layers import passwords, sign_ins
from layers.accounts_model import ANYBODY, Account, Client, Identity
from layers.audit import By
from layers.model import Person
from layers.sign_ins import Begun, Credentials
from layers.store import Store

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PASSWORD = "四面荷花三面柳，一城山色"
OTHER = "天下第一泉，再来一次"
HERE = Client("10.0.0.1", "Firefox")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@cache
def _hash() -> str:
    """Of the password; made once, for it is costly on purpose."""
    return passwords.hashed(PASSWORD)


def begin_with_two(store: Store) -> None:
    """A real town with an administrator (root) and a dispatcher (zhang), nothing else."""
    with store.writing() as session:
        session.town.clear_records()
        session.town.put(replace(session.town.get(), demo=False))
        for name, title, role in (("root", "root", "administrator"), ("zhang", "张三", "dispatcher")):
            session.duties.put_people([Person(code=name, name=title, roles=(role,))])
            session.accounts.add(Account(name=name, person=name, password=_hash(), created_at=NOW, changed_at=NOW))


def enter(store: Store, name: str = "zhang", password: str = PASSWORD, *, at: datetime = NOW, **more: object) -> Begun:
    given = Credentials(name=name, password=password, remember=bool(more.get("remember")))
    client = more.get("client", HERE)
    assert isinstance(client, Client)
    return sign_ins.sign_in(store, given, client=client, now=at, replaces=str(more.get("replaces", "")))


def who(store: Store, secret: str, at: datetime = NOW, way: str = "session") -> Identity:
    with store.reading() as session:
        return sign_ins.identify(session, secret, way=way, now=at) or ANYBODY  # type: ignore[arg-type]


def as_(name: str, session_id: int = 0) -> By:
    return By(Identity(account=name, person=name, way="session", session_id=session_id), HERE)


def audit(store: Store, act: str = "") -> list[tuple[str, str, str]]:
    with store.reading() as session:
        return [(one.act, one.account, str(one.detail.get("done", ""))) for one in session.audit.read(act=act)]
