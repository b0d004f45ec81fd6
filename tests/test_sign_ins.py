"""Signing in and passwords without HTTP, on both stores."""

from datetime import timedelta
from threading import BoundedSemaphore

import pytest

from layers import accounts, passwords, sign_ins
from layers.accounts import AccountChange, NewAccount
from layers.accounts_model import ANYBODY, Client
from layers.audit import By
from layers.errors import BadInput, NotFound, NotSignedIn, TooMany
from layers.rules.passwords import MOST_FAILURES, WINDOW
from layers.store import Store
from tests.signing_in import DAY, HERE, HOUR, NOW, OTHER, PASSWORD, as_, audit, begin_with_two, enter, who


@pytest.fixture
def town(module_store: Store) -> Store:
    begin_with_two(module_store)
    return module_store


# ---------------------------------------------------------------- signing in


def test_every_sign_in_has_a_secret_of_its_own_and_the_store_keeps_none(town: Store) -> None:
    first, second = enter(town), enter(town)
    assert first.secret != second.secret
    assert who(town, first.secret).account == who(town, second.secret).account == "zhang"
    with town.reading() as session:
        kept = session.sign_ins.of("zhang")
    assert {first.secret, second.secret}.isdisjoint(row.digest for row in kept)
    assert who(town, kept[0].digest) is ANYBODY
    assert (kept[0].device, kept[0].address) == ("Firefox", "10.0.0.1")


def test_signing_in_again_ends_the_session_that_is_shown(town: Store) -> None:
    first = enter(town)
    second = enter(town, replaces=first.secret)
    assert who(town, first.secret) is ANYBODY
    assert who(town, second.secret).account == "zhang"


def test_a_wrong_password_an_unknown_name_and_a_switched_off_account_look_alike(town: Store) -> None:
    accounts.create(town, NewAccount(name="gone", role="planner", password=PASSWORD), now=NOW)
    accounts.change(town, "gone", AccountChange(active=False), now=NOW)
    said = set()
    for name, password in (("zhang", OTHER), ("nobody", PASSWORD), ("gone", PASSWORD), ("zhang", ""), ("", "")):
        with pytest.raises(NotSignedIn) as caught:
            enter(town, name, password)
        said.add((type(caught.value), str(caught.value), caught.value.field))
    assert len(said) == 1


def test_an_unknown_name_costs_a_hash_too(town: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: argon2 is called once for either, with the same costs."""
    seen: list[str] = []
    real = passwords._HASHER

    class Counting:
        def verify(self, hash_: str, password: bytes) -> bool:
            seen.append(hash_.rsplit("$", 2)[0])
            return real.verify(hash_, password)

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    for name in ("zhang", "nobody"):
        with pytest.raises(NotSignedIn):
            enter(town, name, OTHER)
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_the_audit_keeps_no_name_that_is_nobodys(town: Store) -> None:
    """People type their password there."""
    with pytest.raises(NotSignedIn):
        enter(town, OTHER, "x")
    with town.reading() as session:
        (line,) = session.audit.read(act="sign_in_failed")
    assert OTHER not in repr(line)
    assert (line.account, line.address) == ("", "10.0.0.1")


@pytest.mark.parametrize("name", ["zhang", "nobody"])
def test_after_too_many_wrong_passwords_of_a_name_none_is_looked_at(town: Store, name: str) -> None:
    guess = lambda i, at: enter(town, name, f"wrong {i}", at=at, client=Client(f"10.9.0.{i}"))  # noqa: E731
    for i in range(MOST_FAILURES):
        with pytest.raises(NotSignedIn):
            guess(i, NOW + timedelta(seconds=i))
    late = NOW + timedelta(minutes=5)
    with pytest.raises(TooMany) as caught:
        enter(town, name, PASSWORD, at=late, client=Client("10.9.9.9"))
    assert caught.value.seconds == 600
    assert who(town, enter(town, "root", at=late).secret, late).account == "root"
    later = NOW + timedelta(minutes=5, seconds=caught.value.seconds)
    assert name == "nobody" or enter(town, name, at=later).account.name == name


def test_after_too_many_wrong_passwords_of_one_address_it_must_wait(town: Store) -> None:
    for i in range(MOST_FAILURES):
        with pytest.raises(NotSignedIn):
            enter(town, f"name{i}", "wrong", client=Client(f"2001:db8:1:2::{i}"))
    with pytest.raises(TooMany):
        enter(town, client=Client("2001:db8:1:2:ffff::1"))
    assert enter(town, client=Client("2001:db8:1:3::1")).account.name == "zhang"
    assert enter(town, at=NOW + WINDOW, client=Client("2001:db8:1:2::1")).account.name == "zhang"


def test_a_session_ends_by_its_age_or_by_idleness(town: Store) -> None:
    secret = enter(town).secret
    assert who(town, secret, NOW + 8 * HOUR - timedelta(seconds=1)).account == "zhang"
    assert who(town, secret, NOW + 8 * HOUR) is ANYBODY
    assert sign_ins.note_use(town, who(town, secret, NOW + 7 * HOUR), now=NOW + 7 * HOUR)
    assert who(town, secret, NOW + 12 * HOUR - timedelta(seconds=1)).account == "zhang"
    assert who(town, secret, NOW + 12 * HOUR) is ANYBODY


def test_a_remembered_device_stays_for_thirty_days(town: Store) -> None:
    secret = enter(town, remember=True).secret
    assert who(town, secret, NOW + 30 * DAY - timedelta(seconds=1)).account == "zhang"
    assert who(town, secret, NOW + 30 * DAY) is ANYBODY


def test_the_last_use_is_written_once_an_hour(town: Store) -> None:
    secret = enter(town).secret
    soon, late = NOW + timedelta(minutes=59), NOW + HOUR
    assert not sign_ins.note_use(town, who(town, secret, soon), now=soon)
    assert sign_ins.note_use(town, who(town, secret, late), now=late)
    assert not sign_ins.note_use(town, who(town, secret, late), now=late + timedelta(minutes=1))
    assert not sign_ins.note_use(town, ANYBODY, now=late)


def test_what_is_known_of_a_session_is_looked_at_anew_when_its_use_is_to_be_written(town: Store) -> None:
    """Else a session that is in use all day, in a town where nothing changes, would end by idleness."""
    found = who(town, enter(town).secret)
    assert not sign_ins.use_is_due(found, now=NOW + timedelta(minutes=59))
    assert sign_ins.use_is_due(found, now=NOW + HOUR)
    assert not sign_ins.use_is_due(ANYBODY, now=NOW + DAY)


def test_very_many_hashes_at_once_are_refused_and_not_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_WAITING", BoundedSemaphore(1))
    with passwords._turn(), pytest.raises(TooMany):
        passwords.matches("", "x")
    assert not passwords.matches("", "x")


def test_signing_out_ends_the_session_on_the_server(town: Store) -> None:
    secret, other = enter(town).secret, enter(town).secret
    sign_ins.sign_out(town, secret, client=HERE, now=NOW)
    sign_ins.sign_out(town, "nobody's", client=HERE, now=NOW)
    assert who(town, secret) is ANYBODY
    assert who(town, other).account == "zhang"
    assert audit(town, "sign_out") == [("sign_out", "zhang", "")]


def test_sessions_whose_time_is_over_are_removed(town: Store) -> None:
    enter(town)
    kept = enter(town, remember=True)
    assert sign_ins.forget_ended(town, NOW + 13 * HOUR) == 1
    assert who(town, kept.secret, NOW + 13 * HOUR).account == "zhang"


# ---------------------------------------------------------------- passwords


def test_a_new_password_ends_all_other_sessions(town: Store) -> None:
    mine, other = enter(town), enter(town)
    by = By(who(town, mine.secret), HERE)
    accounts.change_password(town, PASSWORD, OTHER, now=NOW, by=by)
    assert who(town, mine.secret).account == "zhang"
    assert who(town, other.secret) is ANYBODY
    with pytest.raises(NotSignedIn):
        enter(town)
    assert enter(town, password=OTHER).account.name == "zhang"
    assert ("password", "zhang", "changed") in audit(town)


def test_the_present_password_is_asked_for_and_wrong_ones_are_counted(town: Store) -> None:
    by = By(who(town, enter(town).secret), HERE)
    for _ in range(MOST_FAILURES):
        with pytest.raises(BadInput) as caught:
            accounts.change_password(town, "guess", OTHER, now=NOW, by=by)
        assert caught.value.field == "old"
    with pytest.raises(TooMany):
        accounts.change_password(town, PASSWORD, OTHER, now=NOW, by=by)


@pytest.mark.parametrize("new", ["short", PASSWORD, "zhang", "dispatcher@demo"])
def test_a_new_password_obeys_the_same_rules(town: Store, new: str) -> None:
    by = By(who(town, enter(town).secret), HERE)
    with pytest.raises(BadInput) as caught:
        accounts.change_password(town, PASSWORD, new, now=NOW, by=by)
    assert caught.value.field == "password"


def test_a_reset_gives_a_password_for_one_time_and_ends_sessions(town: Store) -> None:
    old = enter(town)
    made = accounts.reset(town, "zhang", now=NOW, by=as_("root"))
    assert who(town, old.secret) is ANYBODY
    begun = enter(town, password=made.one_time)
    assert who(town, begun.secret).must_change
    accounts.change_password(town, made.one_time, OTHER, now=NOW, by=By(who(town, begun.secret), HERE))
    assert not who(town, begun.secret).must_change
    assert audit(town, "password") == [("password", "zhang", "changed"), ("password", "root", "reset")]
    with pytest.raises(NotFound):
        accounts.reset(town, "nobody", now=NOW)


def test_a_hash_of_older_costs_is_renewed_at_sign_in(town: Store) -> None:
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with town.writing() as session:
        session.accounts.change("zhang", {"password": cheap})
    enter(town)
    with town.reading() as session:
        renewed = session.accounts.get("zhang").password
    assert renewed != cheap
    assert not passwords.is_outdated(renewed)
