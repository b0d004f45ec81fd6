"""The filters of problem lists that follow a case: escalation, stage, rebound, re-check, what was merged into it."""

from typing import Any

import httpx
import pytest

from tests.problems_http import feature, move, report

SUPERVISOR = "R009"
AFAR = {"type": "Point", "coordinates": [114.21, 22.61]}  # outside every area of the town


def found(api: httpx.Client, **query: Any) -> dict[int, dict[str, Any]]:
    page = api.get("/api/v1/problems", params={"limit": 1000, **query}).raise_for_status().json()
    return {one["id"]: one["properties"] for one in page["features"]}


@pytest.mark.parametrize("asked", ["supervise", "reminder,supervise", "any"])
def test_by_escalation(api: httpx.Client, asked: str) -> None:
    watched, other = report(api)["id"], report(api)["id"]
    wish = {"act": "supervise", "note": "群众反映强烈", "by": SUPERVISOR}
    api.post(f"/api/v1/problems/{watched}/acts", json=wish).raise_for_status()
    rows = found(api, escalation=asked)
    assert watched in rows
    assert other not in rows
    assert all(row["escalation"] for row in rows.values())


def test_by_stage(api: httpx.Client) -> None:
    early, later = report(api)["id"], report(api)["id"]
    move(api, later, "filed")
    rows = found(api, stage="confirm")
    assert early in rows
    assert later not in rows
    assert {row["stage"] for row in found(api, stage="confirm,assign").values()} == {"confirm", "assign"}


def test_by_what_must_be_checked_again_above(api: httpx.Client) -> None:
    county, own = report(api, source_level="county")["id"], report(api)["id"]
    rows = found(api, recheck="1")
    assert county in rows
    assert own not in rows


def test_by_what_it_was_merged_into(api: httpx.Client) -> None:
    first = report(api)["id"]
    again = report(api, duplicate_of=first)["id"]
    report(api)
    assert set(found(api, merged_into=first)) == {again}


def test_by_rebound(api: httpx.Client) -> None:
    first = report_afar(api)
    for state in ("filed", "assigned", "in_hand", "fixed", "closed"):
        assert move(api, first, state).status_code == 200
    again = report_afar(api)
    rows = found(api, rebound="1")
    assert again in rows
    assert first not in rows
    assert all(row["rebound_kind"] for row in rows.values())
    assert set(found(api, rebound_of=first)) == {again}


def report_afar(api: httpx.Client) -> int:
    """A problem where nothing else was found: anywhere else, what the demo town closed lately may come back."""
    answer = api.post("/api/v1/problems", json=feature(AFAR, category="0704")).raise_for_status()
    return int(answer.json()["id"])


@pytest.mark.parametrize(
    "query",
    [{"escalation": "shout"}, {"stage": "sleep"}, {"merged_into": "x"}, {"rebound_of": "x"}, {"rebound": "maybe"}],
)
def test_what_no_filter_knows_is_refused(api: httpx.Client, query: dict[str, str]) -> None:
    assert api.get("/api/v1/problems", params=query).status_code in (400, 422)


@pytest.mark.parametrize("path", ["/api/v1/problems", "/api/v1/problems/summary", "/tiles/problems/12/3343/1787.mvt"])
@pytest.mark.parametrize("query", [{"state": "gone"}, {"state": "open,gone"}, {"source": "hearsay"}])
def test_a_state_or_source_that_there_is_not_is_refused_by_name(
    api: httpx.Client, path: str, query: dict[str, str]
) -> None:
    answer = api.get(path, params=query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, *query)


def test_the_summary_counts_by_the_same_filters(api: httpx.Client) -> None:
    report(api, source_level="city")
    answer = api.get("/api/v1/problems/summary", params={"recheck": "1"}).json()
    assert answer["open"] == len(found(api, recheck="1", state="open")) > 0
