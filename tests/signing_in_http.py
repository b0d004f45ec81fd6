"""Signing in over HTTP: what the tests of accounts share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx

from tests.conftest import CERTIFICATES
from tests.signing_in import PASSWORD

Browser = Callable[..., httpx.Client]


@contextmanager
def browsers(base_url: str) -> Iterator[Browser]:
    """Makes clients that keep cookies, each signed in under a name if one is given."""
    with ExitStack() as held:

        def made(name: str = "", password: str = PASSWORD, **more: Any) -> httpx.Client:
            headers = {"accept-language": "en", "user-agent": "Firefox"}
            client = held.enter_context(
                httpx.Client(base_url=base_url, headers=headers, timeout=30, verify=CERTIFICATES)
            )
            if name:
                enter(client, name, password, **more).raise_for_status()
            return client

        yield made


def enter(client: httpx.Client, name: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return client.post("/api/v1/session", json={"username": name, "password": password, **more})


def who(client: httpx.Client) -> str:
    answer = client.get("/api/v1/session")
    assert answer.status_code in (200, 401)
    return str(answer.json().get("account", ""))
