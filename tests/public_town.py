"""What the tests of the public side share: the town's clients, and its problems as the office knows them."""

from typing import Any

import httpx

from tests.conftest import Service

PUBLIC_STATES = ("confirmed", "filed", "assigned", "in_hand", "fixed", "returned", "deferred", "closed")
KEYS_OF_A_PROBLEM = {
    "id", "code", "category", "category_name", "state", "state_name", "found_at", "due_at", "closed_at", "overdue",
    "places",
}  # fmt: skip
Problems = list[dict[str, Any]]


def office_of(town: Service) -> httpx.Client:
    """An administrator, at the API."""
    return httpx.Client(base_url=f"{town.url}/api/v1", params={"lang": "en"}, timeout=60)


def nobody_at(town: Service) -> httpx.Client:
    """Somebody who has not signed in."""
    return httpx.Client(base_url=town.web, timeout=60)


def all_problems(office: httpx.Client) -> Problems:
    """Every problem, as the office knows it."""
    found: Problems = []
    after = 0
    while page := office.get("/problems", params={"limit": 1000, "after": after}).json()["features"]:
        found += page
        after = page[-1]["id"]
    return found


def hidden_of(problems: Problems) -> Problems:
    """Those that the public does not see."""
    found = [one for one in problems if one["properties"]["state"] not in PUBLIC_STATES]
    assert len(found) > 20
    return found
