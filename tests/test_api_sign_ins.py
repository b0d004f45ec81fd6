"""Signing in over HTTP, from both stores: sessions, passwords, cookies behind TLS."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from geo_service.security.callers import COOKIE
from layers import accounts
from layers.accounts import NewAccount
from layers.rules.passwords import MOST_FAILURES
from layers.store import Store, open_store
from tests.conftest import Service, served
from tests.signing_in import NOW, OTHER, PASSWORD, begin_with_two
from tests.signing_in_http import Browser, browsers, enter, who


@pytest.fixture(scope="module")
def beside(module_service: Service) -> Iterator[Store]:
    """The store of the service, opened beside it."""
    store = open_store(module_service.store_url)
    yield store
    store.close()


@pytest.fixture
def town(module_service: Service, beside: Store) -> Service:
    begin_with_two(beside)
    return module_service


@pytest.fixture
def browser(town: Service) -> Iterator[Browser]:
    with browsers(town.web) as made:
        yield made


# ---------------------------------------------------------------- the session


def test_signing_in_says_who_one_is_and_gives_a_cookie_that_no_script_reads(browser: Browser) -> None:
    client = browser()
    assert who(client) == ""
    answer = enter(client, "Zhang")
    assert answer.status_code == 200
    said = {name: answer.json()[name] for name in ("account", "person", "name", "roles", "must_change")}
    assert said == {
        "account": "zhang", "person": "zhang", "name": "张三", "roles": ["dispatcher"], "must_change": False,
    }  # fmt: skip
    cookie = answer.headers["set-cookie"]
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"httponly", "path=/", "samesite=lax"}
    assert client.get("/api/v1/session").json() == answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert PASSWORD not in answer.text


def test_a_remembered_device_keeps_its_cookie(browser: Browser) -> None:
    assert "Max-Age=2592000" in enter(browser(), "zhang", remember=True).headers["set-cookie"]


def test_signing_out_ends_the_session_on_the_server_too(browser: Browser) -> None:
    client = browser("zhang")
    secret = client.cookies[COOKIE]
    answer = client.delete("/api/v1/session")
    assert answer.status_code == 204
    assert COOKIE not in client.cookies
    assert client.delete("/api/v1/session").status_code == 204
    stolen = browser()
    stolen.cookies.set(COOKIE, secret)
    assert who(stolen) == ""


def test_a_session_that_was_planted_is_not_taken_over(browser: Browser) -> None:
    """Fixation: whatever cookie a browser shows when it signs in, it leaves with another one."""
    client = browser()
    client.cookies.set(COOKIE, "planted", domain="127.0.0.1")
    enter(client, "zhang")
    assert {value for name, value in client.cookies.items() if name == COOKIE} - {"planted"}
    old = browser("zhang")
    before = old.cookies[COOKIE]
    enter(old, "zhang")
    assert old.cookies[COOKIE] != before
    thief = browser()
    thief.cookies.set(COOKIE, before)
    assert who(thief) == ""


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "zhang"},
        {"username": "zhang", "password": 7},
        {"username": ["zhang"], "password": PASSWORD},
        {"username": "zhang", "password": PASSWORD, "remember": "yes"},
        {"username": "", "password": ""},
    ],
)
def test_what_is_no_sign_in_is_refused_as_such(browser: Browser, body: dict[str, Any]) -> None:
    answer = browser().post("/api/v1/session", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_twenty_five_wrong_passwords_are_too_many(browser: Browser) -> None:
    answers = [enter(browser(), "zhang", f"guess {i}") for i in range(25)]
    assert [answer.status_code for answer in answers] == [401] * MOST_FAILURES + [429] * (25 - MOST_FAILURES)
    unknown = enter(browser(), "nobody at all", "guess")
    last = enter(browser(), "zhang", PASSWORD)
    assert unknown.status_code == last.status_code == 429
    assert 0 < int(last.headers["retry-after"]) <= 900
    assert last.json() == unknown.json()


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(browser: Browser) -> None:
    wrong, unknown = enter(browser(), "zhang", OTHER), enter(browser(), "nobody", OTHER)
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content) == (401, wrong.content)
    assert {k: v for k, v in wrong.headers.items() if k != "date"} == {
        k: v for k, v in unknown.headers.items() if k != "date"
    }
    assert "set-cookie" not in wrong.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_another_site_signs_nobody_in_or_out(browser: Browser, headers: dict[str, str]) -> None:
    client = browser("zhang")
    body = {"username": "root", "password": PASSWORD}
    assert client.post("/api/v1/session", json=body, headers=headers).status_code == 403
    assert client.delete("/api/v1/session", headers=headers).status_code == 403
    assert who(client) == "zhang"


# ---------------------------------------------------------------- passwords


def test_a_new_password_ends_other_sessions_and_keeps_this_one(browser: Browser) -> None:
    here, there = browser("zhang"), browser("zhang")
    wrong = here.post("/api/v1/password", json={"old": OTHER, "password": OTHER})
    short = here.post("/api/v1/password", json={"old": PASSWORD, "password": "short"})
    assert [(one.status_code, one.json()["errors"][0]["field"]) for one in (wrong, short)] == [
        (422, "old"),
        (422, "password"),
    ]
    assert here.post("/api/v1/password", json={"old": PASSWORD, "password": OTHER}).status_code == 204
    assert (who(here), who(there)) == ("zhang", "")
    assert enter(browser(), "zhang").status_code == 401
    assert enter(browser(), "zhang", OTHER).status_code == 200


def test_a_one_time_password_opens_nothing_but_the_way_to_ones_own(browser: Browser) -> None:
    root = browser("root")
    made = root.post("/api/v1/accounts/zhang/reset")
    one_time = made.json()["one_time_password"]
    client = browser("zhang", one_time)
    assert client.get("/api/v1/session").json()["must_change"] is True
    assert client.get("/api/v1/problems").status_code == 403
    assert client.post("/api/v1/tokens", json={}).status_code == 403
    page = client.get("/maps/open-problems")
    assert (page.status_code, page.headers["location"]) == (303, "/account")
    assert client.get("/account").status_code == 200
    assert client.post("/api/v1/password", json={"old": one_time, "password": OTHER}).status_code == 204
    assert client.get("/api/v1/problems").status_code == 200


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("/inbox?unread=1", "/inbox?unread=1"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/login?next=/login", "/"),
    ],
)
def test_after_signing_in_one_goes_on_to_a_page_of_ours(browser: Browser, wanted: str, there: str) -> None:
    client = browser("zhang")
    answer = client.get("/login", params={"next": wanted})
    assert (answer.status_code, answer.headers["location"]) == (303, there)


# ---------------------------------------------------------------- behind TLS


def test_behind_tls_the_cookie_is_bound_to_this_host(tmp_path: Any) -> None:
    with served(tmp_path, base_url="https://geo.example") as running:
        store = open_store(running.store_url)
        accounts.create(store, NewAccount(name="zhang", role="dispatcher", password=PASSWORD), now=NOW)
        store.close()
        answer = httpx.post(f"{running.web}/api/v1/session", json={"username": "zhang", "password": PASSWORD})
    name, *flags = (part.strip() for part in answer.headers["set-cookie"].split(";"))
    assert name.startswith("__Host-")
    assert {flag.lower() for flag in flags} == {"httponly", "path=/", "samesite=lax", "secure"}
