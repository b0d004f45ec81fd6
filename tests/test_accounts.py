"""Accounts and their tokens without HTTP, on both stores; and the accounts that a town or the demo begins with."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from layers import accounts, tokens
from layers.accounts import AccountChange, NewAccount
from layers.accounts_model import ANYBODY
from layers.demo_accounts import DEMO_ACCOUNTS
from layers.errors import AlreadyThere, BadInput, Denied, LayersError, NotFound, NotSignedIn
from layers.model import Person, Town
from layers.planting_accounts import plant_accounts
from layers.rules.roles import ROLES
from layers.store import Store
from layers.tokens import NewToken
from tests.signing_in import DAY, NOW, OTHER, PASSWORD, as_, begin_with_two, enter, who


@pytest.fixture
def town(module_store: Store) -> Store:
    begin_with_two(module_store)
    return module_store


# ---------------------------------------------------------------- made


def test_an_account_brings_its_person_with_the_post(town: Store) -> None:
    accounts.create(town, NewAccount(name="wu", role="dispatcher", title="吴五", password=PASSWORD), now=NOW)
    with town.reading() as session:
        person = session.duties.person("wu")
        account = session.accounts.get("wu")
    assert (person.name, person.roles, account.person, account.must_change) == ("吴五", ("dispatcher",), "wu", False)
    assert PASSWORD not in account.password
    assert account.password.startswith("$argon2id$")


def test_a_person_who_is_there_gets_the_post_beside_the_others(town: Store) -> None:
    with town.writing() as session:
        session.duties.put_people([Person(code="R7", name="李四", phone="1", roles=("planner",))])
    wish = NewAccount(name="Li.Si", role="inspector", person="R7", title="someone else")
    made = accounts.create(town, wish, now=NOW)
    with town.reading() as session:
        assert session.duties.person("R7") == Person(code="R7", name="李四", phone="1", roles=("inspector", "planner"))
    assert (made.account.name, made.account.must_change) == ("li.si", True)
    assert enter(town, "LI.SI", made.one_time).account.name == "li.si"


@pytest.mark.parametrize(
    ("wish", "error", "field"),
    [
        ({"name": "zhang"}, AlreadyThere, None),
        ({"name": "Zhang"}, AlreadyThere, None),
        ({"name": "x"}, BadInput, "name"),
        ({"name": "a b"}, BadInput, "name"),
        ({"name": "<b>bold</b>"}, BadInput, "name"),
        ({"name": "demo-planner"}, BadInput, "name"),
        ({"name": "Ｄemo-new"}, BadInput, "name"),
        ({"role": "king"}, BadInput, "role"),
        ({"password": "short"}, BadInput, "password"),
        ({"password": "wang.wu"}, BadInput, "password"),
        ({"password": "ADMIN123456"}, BadInput, "password"),
        ({"password": "1111111111"}, BadInput, "password"),
        ({"password": "planner@demo"}, BadInput, "password"),
        ({"password": "Ｐlanner@demo"}, BadInput, "password"),
        ({"password": "好" * 300}, BadInput, "password"),
        ({"name": "wang.wu.wang", "password": "WANG.wu.wang"}, BadInput, "password"),
    ],
)
def test_what_is_not_taken_makes_nothing(
    town: Store, wish: dict[str, str], error: type[LayersError], field: str | None
) -> None:
    with pytest.raises(error) as caught:
        accounts.create(
            town, NewAccount(**{"name": "wang.wu", "role": "planner", "password": PASSWORD, **wish}), now=NOW
        )
    assert caught.value.field == field
    with town.reading() as session:
        assert {one.name for one in session.accounts.all()} == {"root", "zhang"}
        assert {one.code for one in session.duties.people()} == {"root", "zhang"}


# ---------------------------------------------------------------- switched off, roles


def test_switching_off_ends_everything(town: Store) -> None:
    begun = enter(town)
    issued = tokens.create(town, NewToken(account="zhang"), now=NOW)
    accounts.change(town, "zhang", AccountChange(active=False), now=NOW, by=as_("root"))
    assert who(town, begun.secret) is who(town, issued.secret, way="token") is ANYBODY
    with pytest.raises(NotSignedIn):
        enter(town)
    with pytest.raises(Denied):
        tokens.create(town, NewToken(account="zhang"), now=NOW)
    accounts.change(town, "zhang", AccountChange(active=True), now=NOW)
    assert enter(town).account.name == "zhang"
    assert who(town, issued.secret, way="token") is ANYBODY


def test_a_town_keeps_an_administrator(town: Store) -> None:
    for last in (
        lambda: accounts.change(town, "root", AccountChange(active=False), now=NOW),
        lambda: accounts.change(town, "root", AccountChange(roles=["planner"]), now=NOW),
    ):
        with pytest.raises(Denied):
            last()
    assert enter(town, "root").account.active
    accounts.change(town, "zhang", AccountChange(roles=["administrator", "planner"]), now=NOW)
    with pytest.raises(Denied):
        accounts.change(town, "zhang", AccountChange(active=False), now=NOW, by=as_("zhang"))
    accounts.change(town, "root", AccountChange(active=False), now=NOW)
    with town.reading() as session:
        assert session.duties.person("zhang") == Person(code="zhang", name="张三", roles=("administrator", "planner"))


def test_one_subject_is_one_account(town: Store) -> None:
    accounts.change(town, "zhang", AccountChange(subject="sub-1"), now=NOW)
    with pytest.raises(AlreadyThere):
        accounts.change(town, "root", AccountChange(subject="sub-1"), now=NOW)
    with town.reading() as session:
        assert session.accounts.by_subject("sub-1") == session.accounts.get("zhang")
        assert session.accounts.by_subject("") is None


# ---------------------------------------------------------------- tokens


def test_a_token_tells_who_may_what_until_it_expires_or_is_revoked(town: Store) -> None:
    reading = tokens.create(town, NewToken(account="zhang", days=1), now=NOW)
    writing = tokens.create(town, NewToken(account="zhang", scope="write", label="QGIS"), now=NOW)
    assert (who(town, reading.secret, way="token").may_write, who(town, writing.secret, way="token").may_write) == (
        False,
        True,
    )
    assert who(town, reading.secret, NOW + DAY, way="token") is ANYBODY
    assert who(town, writing.secret) is ANYBODY  # a token is no cookie
    assert who(town, enter(town).secret, way="token") is ANYBODY
    with pytest.raises(NotFound):
        tokens.revoke(town, writing.token.id, now=NOW, only_of="root")
    tokens.revoke(town, writing.token.id, now=NOW, only_of="zhang")
    assert who(town, writing.secret, way="token") is ANYBODY
    assert [one.revoked_at for one in tokens.tokens_of(town, "zhang")] == [NOW, None]
    assert tokens.tokens_of(town, "root") == []
    assert writing.secret not in repr(tokens.tokens_of(town)) + repr(writing)


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"days": 0}, BadInput),
        ({"days": 367}, BadInput),
        ({"scope": "all"}, BadInput),
        ({"label": "x" * 101}, BadInput),
        ({"account": "nobody"}, NotFound),
    ],
)
def test_a_token_has_limits(town: Store, wish: dict[str, object], error: type[LayersError]) -> None:
    with pytest.raises(error):
        tokens.create(town, NewToken(**{"account": "zhang", **wish}), now=NOW)  # type: ignore[arg-type]
    assert tokens.tokens_of(town) == []


# ---------------------------------------------------------------- the first administrator


def test_of_many_that_start_at_once_one_makes_the_first_administrator(town: Store) -> None:
    with town.writing() as session:
        session.town.clear_records()
    with ThreadPoolExecutor(4) as pool:
        made = [one for one in pool.map(lambda _: accounts.first_administrator(town, now=NOW), range(4)) if one]
    assert len(made) == 1
    begun = enter(town, "admin", made[0].one_time)
    assert who(town, begun.secret).must_change
    with town.reading() as session:
        assert session.duties.person("admin").roles == ("administrator",)
    assert accounts.first_administrator(town, now=NOW) is None


# ---------------------------------------------------------------- the demo's accounts


@pytest.fixture
def demo(town: Store) -> Store:
    """A demo town with a person for every role."""
    with town.writing() as session:
        session.town.clear_records()
        session.town.put(replace(session.town.get(), demo=True))
        session.duties.put_people([Person(code=f"R-{role}", name=role, roles=(role,)) for role in ROLES])
    plant_accounts(town, now=NOW)
    return town


def test_the_demo_has_an_account_for_every_role_that_works(demo: Store) -> None:
    for one in DEMO_ACCOUNTS:
        begun = enter(demo, one.name, one.password)
        assert begun.account.person == f"R-{one.role}"
    assert {one.role for one in DEMO_ACCOUNTS} == set(ROLES) - {"public"}
    plant_accounts(demo, now=NOW)
    with demo.reading() as session:
        assert len(session.accounts.all()) == len(DEMO_ACCOUNTS)


def test_a_demo_begun_anew_keeps_no_account(demo: Store) -> None:
    secret = enter(demo, "demo-planner", "planner@demo").secret
    with demo.writing() as session:
        session.town.clear_records()
        for shelf in (session.accounts.all(), session.tokens.of(), session.audit.read(), session.sign_ins.of("x")):
            assert list(shelf) == []
    assert who(demo, secret) is ANYBODY


def test_the_demo_s_accounts_cannot_be_changed(demo: Store) -> None:
    for act in (
        lambda: accounts.change(demo, "demo-planner", AccountChange(active=False), now=NOW),
        lambda: accounts.reset(demo, "demo-planner", now=NOW),
        lambda: accounts.change(demo, "demo-planner", AccountChange(roles=["public"]), now=NOW),
        lambda: accounts.change_password(demo, "planner@demo", OTHER, now=NOW, by=as_("demo-planner")),
    ):
        with pytest.raises(Denied):
            act()
    assert enter(demo, "demo-planner", "planner@demo").account.active


def test_a_real_town_has_none_of_the_demo_s_accounts(town: Store) -> None:
    plant_accounts(town, now=NOW)
    with town.reading() as session:
        assert {one.name for one in session.accounts.all()} == {"root", "zhang"}


def test_what_was_a_demo_town_opens_to_none_of_them(demo: Store) -> None:
    """Not by password, not by a session or token of before, not by their password under another name."""
    begun = enter(demo, "demo-planner", "planner@demo")
    issued = tokens.create(demo, NewToken(account="demo-planner"), now=NOW)
    with demo.writing() as session:
        taken = replace(session.accounts.get("demo-planner"), name="wang")
        session.accounts.add(taken)
        town: Town = session.town.get()
        session.town.put(replace(town, demo=False))
    assert who(demo, begun.secret) is who(demo, issued.secret, way="token") is ANYBODY
    for name in ("demo-planner", "wang"):
        with pytest.raises(NotSignedIn):
            enter(demo, name, "planner@demo")
