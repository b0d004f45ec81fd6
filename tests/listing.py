"""The list of problems as a client reads it to its end."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx


def all_problems(client: httpx.Client, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Every feature that the list has for the query, page after page; the client's base is the service."""
    after: dict[str, int] = {}
    while True:
        answer = client.get("/api/v1/problems", params={**query, "limit": 1000, **after}).raise_for_status()
        rows = answer.json()["features"]
        if not rows:
            return
        yield from rows
        after = {"after": rows[-1]["id"]}
