"""A password that was drawn for somebody: good for some days, until they take one of their own; on both stores."""

from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from layers import accounts, sign_ins
from layers.accounts import NewAccount
from layers.errors import NotSignedIn
from layers.rules.passwords import ONE_TIME_DAYS
from layers.store import Store
from tests.conftest import served
from tests.signing_in import HERE, NOW, OTHER, as_, begin_with_two, enter

END = NOW + timedelta(days=ONE_TIME_DAYS)
MOMENT = timedelta(seconds=1)
EXPIRED = "one-time password has expired"


@pytest.fixture
def town(store: Store) -> Store:
    begin_with_two(store)
    return store


def drawn(town: Store, how: str, **more: int) -> tuple[str, str]:
    """(account, one-time password), of somebody new or of somebody who lost theirs."""
    if how == "made":
        made = accounts.create(town, NewAccount(name="wu", role="planner"), now=NOW, **more)
    else:
        made = accounts.reset(town, "zhang", now=NOW, **more)
    return made.account.name, made.one_time


@pytest.mark.parametrize("how", ["made", "reset"])
def test_it_is_good_for_a_week_and_then_says_that_it_is_not(town: Store, how: str) -> None:
    name, password = drawn(town, how)
    assert enter(town, name, password, at=END - MOMENT).account.must_change
    with pytest.raises(NotSignedIn, match=EXPIRED):
        enter(town, name, password, at=END)
    with pytest.raises(NotSignedIn) as wrong:  # only whoever has it is told
        enter(town, name, OTHER, at=END)
    assert EXPIRED not in str(wrong.value)


def test_what_one_takes_instead_has_no_end(town: Store) -> None:
    name, password = drawn(town, "reset")
    accounts.change_password(town, password, OTHER, now=NOW, by=as_(name))
    assert enter(town, name, OTHER, at=END).account.name == name


def test_whom_the_openid_provider_confirms_needs_none(town: Store) -> None:
    drawn(town, "reset")
    assert sign_ins.sign_in_confirmed(town, "sub", "zhang", client=HERE, now=END).account.name == "zhang"
    with town.reading() as session:
        assert session.accounts.get("zhang").password_ends_at is None


def test_the_town_says_for_how_many_days(town: Store) -> None:
    name, password = drawn(town, "made", one_time_days=0)
    assert enter(town, name, password, at=NOW + timedelta(days=3650)).account.name == name
    name, password = drawn(town, "reset", one_time_days=1)
    with pytest.raises(NotSignedIn, match=EXPIRED):
        enter(town, name, password, at=NOW + timedelta(days=1))


def test_the_first_administrator_may_come_late(store: Store) -> None:
    made = accounts.first_administrator(store, now=NOW)
    assert made is not None
    assert enter(store, made.account.name, made.one_time, at=END).account.must_change


def test_the_setting_holds_for_what_an_administrator_draws(tmp_path: Path) -> None:
    with served(tmp_path, one_time_password_days="2") as service:
        body = {"name": "wu", "role": "planner"}
        made = httpx.post(f"{service.url}/api/v1/accounts", json=body).raise_for_status().json()
        again = httpx.post(f"{service.url}/api/v1/accounts/wu/reset").raise_for_status().json()
        service.run("user", "add", "chen", "--role", "planner")
        listed = httpx.get(f"{service.url}/api/v1/accounts").raise_for_status().json()
    chen = next(one for one in listed if one["name"] == "chen")
    for one in (made, again, chen):
        drawn_at, ends_at = (datetime.fromisoformat(one[name]) for name in ("changed_at", "password_ends_at"))
        assert ends_at - drawn_at == timedelta(days=2)
