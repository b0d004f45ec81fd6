"""Where one is signed in: one's own sessions are listed and ended, nobody else's; without HTTP and over it."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from layers import sign_ins, tokens
from layers.accounts_model import ANYBODY, Client
from layers.audit import By
from layers.errors import NotFound
from layers.rules.passwords import SESSION
from layers.store import Store, open_store
from layers.tokens import NewToken
from tests.conftest import Service
from tests.sights import account
from tests.signing_in import HERE, NOW, audit, begin_with_two, enter, who
from tests.signing_in_http import Browser, browsers
from tests.signing_in_http import enter as sign_in_at

MOMENT = timedelta(seconds=1)


@pytest.fixture
def town(module_store: Store) -> Store:
    begin_with_two(module_store)
    return module_store


def test_of_ones_own_the_open_ones_are_told_and_any_of_them_is_ended(town: Store) -> None:
    here, there = enter(town), enter(town, client=Client("10.0.0.2", "QGIS"))
    enter(town, "root")
    me = who(town, here.secret)
    known = sign_ins.sessions_of(town, me, now=NOW)
    assert [(one.device, one.address, sign_ins.is_of(one, me)) for one in known] == [
        ("QGIS", "10.0.0.2", False), ("Firefox", "10.0.0.1", True),
    ]  # fmt: skip
    sign_ins.end_session(town, known[0].id, now=NOW, by=By(me, HERE))
    assert who(town, there.secret) is ANYBODY
    assert [one.id for one in sign_ins.sessions_of(town, me, now=NOW)] == [me.session_id]
    assert audit(town, "sign_out") == [("sign_out", "zhang", "")]


def test_another_account_s_session_is_not_there(town: Store) -> None:
    mine, other = who(town, enter(town).secret), enter(town, "root")
    theirs = sign_ins.sessions_of(town, who(town, other.secret), now=NOW)[0].id
    with pytest.raises(NotFound):
        sign_ins.end_session(town, theirs, now=NOW, by=By(mine, HERE))
    assert who(town, other.secret).account == "root"


def test_what_has_ended_is_not_told(town: Store) -> None:
    me = who(town, enter(town, remember=True).secret)
    late = enter(town)
    with town.writing() as session:
        session.sign_ins.touch(who(town, late.secret).session_id, at=NOW + SESSION - MOMENT)
    assert len(sign_ins.sessions_of(town, me, now=NOW + SESSION - MOMENT)) == 2
    assert [one.id for one in sign_ins.sessions_of(town, me, now=NOW + SESSION)] == [me.session_id]


def test_a_token_is_none_of_them(town: Store) -> None:
    """Though its key may be that of a session."""
    session_ = who(town, enter(town).secret)
    token = tokens.create(town, NewToken(account="zhang"), now=NOW)
    asking = who(town, token.secret, way="token")
    assert [sign_ins.is_of(one, asking) for one in sign_ins.sessions_of(town, asking, now=NOW)] == [False]
    assert sign_ins.is_of(sign_ins.sessions_of(town, session_, now=NOW)[0], session_)


# ---------------------------------------------------------------- over HTTP


@pytest.fixture
def browser(module_service: Service) -> Iterator[Browser]:
    store = open_store(module_service.store_url)
    begin_with_two(store)
    store.close()
    with browsers(module_service.web) as made:
        yield made


def test_a_browser_ends_another_one(browser: Browser) -> None:
    here, there, other = browser("zhang"), browser("zhang"), browser("root")
    known = here.get("/api/v1/sessions").json()
    assert [one["current"] for one in known] == [False, True]
    assert (known[0]["device"], known[0]["address"]) == ("Firefox", "127.0.0.1")
    path = f"/api/v1/sessions/{known[0]['id']}"
    assert other.delete(path).status_code == 404
    assert there.get("/api/v1/session").status_code == 200
    assert here.delete(path).status_code == 204
    assert there.get("/api/v1/session").status_code == 401
    assert len(here.get("/api/v1/sessions").json()) == 1


def test_whoever_looks_at_the_demo_sees_nobody_else_s_session(service: Service) -> None:
    """Its accounts are everybody's: where the others are is not told, and nobody puts them out."""
    name = account("planner")
    with httpx.Client(base_url=service.web) as one, httpx.Client(base_url=service.web) as two:
        for client in (one, two):
            sign_in_at(client, name, "planner@demo").raise_for_status()
        (mine,) = one.get("/api/v1/sessions").json()
        assert mine["current"]
        assert two.delete(f"/api/v1/sessions/{mine['id']}").status_code == 404
        assert one.get("/api/v1/session").status_code == 200
