"""What findings cost by the level that found them: an administrator's rule, kept in versions; over HTTP."""

from typing import Any

import httpx
import pytest

from tests.problems_http import report

PATH = "/api/v1/source-levels"


def test_every_level_has_its_cost(api: httpx.Client) -> None:
    points = api.get(PATH).json()["points"]
    assert (points["city"], points["county"], points["self"]) == (-1, -0.5, 0)


def test_a_changed_cost_holds_for_what_is_found_from_now_on(api: httpx.Client) -> None:
    earlier = report(api, source_level="village")["id"]
    before = api.get(PATH)
    headers = {"If-Match": before.headers["etag"]}
    changed = api.put(PATH, json={"points": {"village": -0.2}, "by": "R001"}, headers=headers).raise_for_status()
    assert changed.json()["points"] == {**before.json()["points"], "village": -0.2}
    assert (changed.json()["version"], changed.json()["changed_by"]) == (before.json()["version"] + 1, "R001")
    assert report(api, source_level="village")["properties"]["score_effect"] == -0.2
    assert api.get(f"/api/v1/problems/{earlier}").json()["properties"]["score_effect"] == 0
    late = api.put(PATH, json={"points": {"village": -3}}, headers=headers)
    assert (late.status_code, late.json()["current"]["points"]["village"]) == (412, -0.2)
    api.put(PATH, json={"points": {"village": 0}}).raise_for_status()


@pytest.mark.parametrize(
    ("points", "field"),
    [({"moon": -1}, "moon"), *(({"city": wrong}, "city") for wrong in (1, -101, True, "x"))],
)
def test_a_cost_that_is_none_is_refused(api: httpx.Client, points: dict[str, Any], field: str) -> None:
    answer = api.put(PATH, json={"points": points})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_the_costs_must_be_given(api: httpx.Client) -> None:
    assert api.put(PATH, json={"city": -1}).status_code == 422
