"""Campaigns and progress over HTTP, of the demo town on both stores."""

import httpx
import pytest

PATH = "/api/v1/analysis/progress"


@pytest.mark.parametrize("by", ["area", "person", "department", "category"])
def test_the_numbers_add_up(api: httpx.Client, by: str) -> None:
    found = api.get(PATH, params={"by": by}).raise_for_status().json()
    total = found["total"]
    assert total["open"] == total["baseline"] + total["net"] - total["struck_off"]
    assert total["net"] == total["new"] - total["closed"] + total["rebounds"]
    for line in [total, *found["lines"]]:
        assert sum(line["quota"]) == line["open"]
        assert len(line["quota"]) == found["days_left"] == len(found["ahead"])
    for name in ("baseline", "new", "closed", "rebounds", "open"):
        assert sum(line[name] for line in found["lines"]) == total[name], name
    assert found["course"]["days"][-1]["open"] == total["open"]
    assert found["day"] + found["calendar_days_left"] == found["days"]


def test_the_answer_tells_what_it_was_made_with(api: httpx.Client) -> None:
    asked = {"as_of": "2026-01-01T00:00:00Z", "by": "person"}
    found = api.get(PATH, params=asked).raise_for_status().json()
    assert (found["as_of"], found["by"], found["state"]) == ("2026-01-01T00:00:00Z", "person", "coming")
    assert found["parameters"]["paths"] == 10_000
    assert found["parameters"]["units"] == ["area", "person", "department", "category"]


def test_what_is_open_is_what_the_counts_of_problems_say(api: httpx.Client) -> None:
    found = api.get(PATH, params={"by": "category"}).raise_for_status().json()
    wanted = set(found["campaign"]["categories"])
    counts = api.get("/api/v1/problems/summary").json()["by_category"]
    there = {one["code"]: one["open"] for one in counts if {one["code"], one["code"][:2]} & wanted and one["open"]}
    assert {line["key"]: line["open"] for line in found["lines"] if line["open"]} == there


def test_a_unit_tells_its_next_cases(api: httpx.Client) -> None:
    lines = api.get(PATH).json()["lines"]
    busiest = max(lines, key=lambda line: line["open"])
    course = api.get(PATH, params={"unit": busiest["key"]}).json()["course"]
    cases = [case["properties"] for case in course["next_day"]["cases"]]
    assert len(cases) == busiest["quota"][0]
    turns = [(-case["severity"], case["due_at"] is None, case["due_at"]) for case in cases]
    assert turns == sorted(turns)
    assert course["line"]["open"] == busiest["open"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("by=moon", 422), ("phase=9", 422), ("campaign=never", 404), ("unit=never", 404), ("as_of=soon", 422)],
)
def test_a_bad_question_is_refused(api: httpx.Client, query: str, status: int) -> None:
    assert api.get(f"{PATH}?{query}").status_code == status


def test_campaigns_are_edited_against_their_version(api: httpx.Client) -> None:
    sheet = api.get("/api/v1/campaigns").raise_for_status()
    body, tag = sheet.json(), sheet.headers["etag"]
    rows = body["campaigns"]
    second = {"code": "second", "name_zh": "第二轮", "begin": rows[0]["end"], "end": rows[0]["end"],
              "baseline_of": rows[0]["code"]}  # fmt: skip
    made = api.put("/api/v1/campaigns", json={"campaigns": [*rows, second]}, headers={"if-match": tag})
    assert made.raise_for_status().json()["version"] == body["version"] + 1
    stale = api.put("/api/v1/campaigns", json={"campaigns": []}, headers={"if-match": tag})
    assert stale.status_code == 412
    wrong = [rows[0] | {"phases": [{"name_zh": "一", "begin": rows[0]["begin"], "end": "1999-01-01"}]}]
    refused = api.put("/api/v1/campaigns", json={"campaigns": wrong})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "campaigns.0.phases.0.end"
    assert rows[0]["name_zh"] in refused.json()["detail"]
    api.put("/api/v1/campaigns", json={"campaigns": rows}).raise_for_status()
