"""Signing in with an OpenID provider, against a real one in a process of its own, on both stores."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from geo_service.security.callers import COOKIE
from layers import accounts
from layers.accounts import AccountChange, NewAccount
from layers.store import open_store
from tests.conftest import CERTIFICATES, Service, served, store_address
from tests.openid_provider import CLIENT, SECRET
from tests.postgis_servers import free_port
from tests.signing_in import NOW

HOUR_S = 3600
Browser = Callable[[], httpx.Client]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.openid_provider", str(port)])
    base = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            if httpx.get(f"{base}/keys").status_code == 200:
                break
        time.sleep(0.1)
    yield base
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[Service]:
    """A service that knows an OpenID provider."""
    folder = tmp_path_factory.mktemp(f"openid-{request.param}")
    known = {"oidc_issuer": provider, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_name": "县统一认证"}
    with served(folder, store_address(request.param, folder, request), **known) as running:
        yield running


@pytest.fixture
def accounts_made(town: Service) -> Iterator[None]:
    """zhang may sign in; gone may not."""
    store = open_store(town.store_url)
    with store.writing() as session:
        session.town.clear_records()
    for name in ("zhang", "gone", "root"):
        role = "administrator" if name == "root" else "dispatcher"
        accounts.create(store, NewAccount(name=name, role=role), now=NOW)
    accounts.change(store, "gone", AccountChange(active=False), now=NOW)
    yield
    store.close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Makes clients that keep cookies; they are closed after the test."""
    with ExitStack() as held:
        yield lambda: held.enter_context(httpx.Client(timeout=30, verify=CERTIFICATES))


def behave(provider: str, **said: Any) -> None:
    httpx.post(f"{provider}/behave", json=said).raise_for_status()


def walk(
    client: httpx.Client, town: Service, there: str = "/inbox", *, steps: int = 3
) -> tuple[httpx.Client, httpx.Response]:
    """The way of a browser: to the provider, back, and where it is sent then (not followed)."""
    answer = client.get(f"{town.web}/login/oidc", params={"next": there})
    for _ in range(steps - 1):
        assert answer.status_code == 303, answer.text
        answer = client.get(answer.headers["location"])
    return client, answer


def signed_in(town: Service, client: httpx.Client) -> str:
    return str(client.get(f"{town.web}/api/v1/session").json().get("account", ""))


@pytest.mark.usefixtures("accounts_made")
def test_who_is_confirmed_signs_in_and_is_known_by_the_subject_from_then_on(
    town: Service, provider: str, browser: Browser
) -> None:
    behave(provider)
    client, answer = walk(browser(), town, "/maps/my-road?person=R1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/maps/my-road?person=R1")
    assert signed_in(town, client) == "zhang"
    assert COOKIE in client.cookies
    assert "geo_errand" not in client.cookies
    behave(provider, claims={"preferred_username": "root"})  # renamed there: still the same person
    assert signed_in(town, walk(browser(), town)[0]) == "zhang"
    behave(provider, claims={"sub": "s-2"})  # somebody else who took the name over
    other, refused = walk(browser(), town)
    assert refused.headers["location"] == "/login?fault=oidc"
    assert signed_in(town, other) == ""


@pytest.mark.parametrize(
    "said",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
        {"claims": {"iss": "http://another.example"}},
        {"claims": {"exp": int(time.time()) - HOUR_S, "iat": int(time.time()) - 2 * HOUR_S}},
        {"claims": {"exp": None}},
        {"claims": {"iat": int(time.time()) + HOUR_S}},
        {"claims": {"sub": None}},
        {"alg": "none"},
        {"alg": "HS256"},
        {"foreign_key": True},
        {"iss": "http://another.example"},
        {"issuer": "http://another.example"},
        {"claims": {"preferred_username": "gone", "sub": "s-9"}},
        {"claims": {"preferred_username": "nobody", "sub": "s-9"}},
        {"claims": {"preferred_username": None, "sub": "s-9"}},
        {"claims": {"preferred_username": "demo-planner", "sub": "s-9"}},
        {"answer": {"error": "access_denied"}},
    ],
    ids=lambda said: re.sub(r"\d{6,}", "T", str(said)),  # every process must call the case the same
)
@pytest.mark.usefixtures("accounts_made")
def test_what_is_not_in_order_signs_nobody_in(
    town: Service, provider: str, browser: Browser, said: dict[str, Any]
) -> None:
    behave(provider, **said)
    client, answer = walk(browser(), town, steps=1 if "issuer" in said else 3)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?fault=oidc")
    assert COOKIE not in client.cookies
    assert signed_in(town, client) == ""


@pytest.mark.usefixtures("accounts_made")
def test_an_answer_belongs_to_the_browser_that_asked(town: Service, provider: str, browser: Browser) -> None:
    """Nobody can be signed in with somebody else's answer, and no answer is good twice."""
    behave(provider)
    client, at_provider = walk(browser(), town, steps=2)
    back = at_provider.headers["location"]
    stranger = browser()
    assert stranger.get(back).headers["location"] == "/login?fault=oidc"
    own, _ = walk(browser(), town, steps=1)
    assert own.get(back).headers["location"] == "/login?fault=oidc"
    client.get(back)
    assert signed_in(town, client) == "zhang"
    assert client.get(back).headers["location"] == "/login?fault=oidc"


@pytest.mark.usefixtures("accounts_made")
def test_the_way_there_hides_what_only_the_browser_knows_and_leads_nowhere_else(
    town: Service, provider: str, browser: Browser
) -> None:
    behave(provider)
    client, answer = walk(browser(), town, "//evil.example/", steps=1)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["redirect_uri"] == [f"{town.web}/login/oidc/return"]
    assert SECRET not in answer.headers["location"]
    assert {"state", "nonce", "code_challenge"} <= query.keys()
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    last = client.get(client.get(answer.headers["location"]).headers["location"])
    assert last.headers["location"] == "/"
    page = httpx.get(f"{town.web}/login").text
    assert "县统一认证" in page


def test_without_a_provider_there_is_no_such_way(empty_service: Service) -> None:
    assert httpx.get(f"{empty_service.web}/login/oidc").status_code == 404
