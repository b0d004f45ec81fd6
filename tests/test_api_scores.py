"""Indicators over HTTP: numbers that lead to their cases, on both stores."""

import csv
import io
from datetime import date, timedelta

import httpx
import pytest

from tests.problems_http import report

PATH = "/api/v1/analysis/scores"


@pytest.mark.parametrize("by", ["area", "person", "finder", "department", "category", "source"])
def test_the_lines_sum_to_the_whole_town(api: httpx.Client, by: str) -> None:
    found = api.get(PATH, params={"by": by}).raise_for_status().json()
    assert found["lines"]
    helped = {"co_handled"} if by == "department" else set()  # told of all that help, and they may be several
    for name, n in found["total"]["counts"].items():
        if name in helped:
            continue
        assert sum(line["counts"][name] for line in found["lines"]) == n, name
    assert found["total"]["counts"]["reported"] > 50
    assert found["total"]["counts"]["should_close"] > 50


def test_every_rate_is_its_numerator_over_its_denominator(api: httpx.Client) -> None:
    found = api.get(PATH).json()
    for line in found["lines"]:
        for rate in found["rates"]:
            over, of = line["counts"][rate["over"]], line["counts"][rate["of"]]
            expected = None if of == 0 else pytest.approx(over / of, abs=1e-6)
            assert line["rates"][rate["key"]] == expected


@pytest.mark.parametrize("count", ["reported", "closed_on_time", "overdue_unhandled", "reworked"])
def test_a_number_leads_to_its_cases(api: httpx.Client, count: str) -> None:
    report = api.get(PATH, params={"by": "area"}).json()
    line = max(report["lines"], key=lambda one: one["counts"][count])
    asked = {"count": count, "by": "area", "unit": line["key"], "from": report["from"], "to": report["to"]}
    cases = api.get(f"{PATH}/cases", params=asked).raise_for_status().json()
    assert cases["numberMatched"] == line["counts"][count] == len({case["id"] for case in cases["features"]})


def test_a_case_that_was_exposed_counts_as_such(api: httpx.Client) -> None:
    asked = {"count": "exposed", "by": "category"}
    counted = lambda: api.get(f"{PATH}/cases", params=asked).raise_for_status().json()["numberMatched"]  # noqa: E731
    before = counted()
    closed = api.get(f"{PATH}/cases", params={**asked, "count": "closed"}).json()["features"][0]
    measure = {"type": "Feature", "geometry": closed["geometry"],
               "properties": {"kind": "exposure", "problem": closed["properties"]["code"], "quantity": 1}}  # fmt: skip
    api.post("/api/v1/measures", json=measure).raise_for_status()
    assert counted() == before + 1


def test_an_earlier_period_knows_nothing_of_later_cases(api: httpx.Client) -> None:
    found = api.get(PATH, params={"from": "2001-01-01", "to": "2001-02-01"}).json()
    assert set(found["total"]["counts"].values()) == {0}
    assert found["total"]["score"] is None
    assert (found["previous"], found["last_year"]) == (None, None), "nothing is known of what was before"


def test_the_period_before_is_told_as_if_it_were_asked_for(api: httpx.Client) -> None:
    today = api.get(PATH).json()["to"][:10]
    end = date.fromisoformat(today)
    week = {"from": str(end - timedelta(days=7)), "to": str(end)}
    before = {"from": str(end - timedelta(days=14)), "to": str(end - timedelta(days=7))}
    found, alone = (api.get(PATH, params=asked).raise_for_status().json() for asked in (week, before))
    assert found["previous"]["counts"] == alone["total"]["counts"]
    assert found["previous"]["score"] == alone["total"]["score"] == found["total"]["previous_score"]
    changes = {line["key"]: line["previous_score"] for line in found["lines"]}
    assert any(score is not None for score in changes.values())
    for line in alone["lines"]:
        if line["key"] in changes:
            assert changes[line["key"]] == line["score"]
    assert found["last_year"] is None


def test_a_department_counts_what_it_helps_with_apart(api: httpx.Client) -> None:
    found = api.get(PATH, params={"by": "department"}).json()
    line = max(found["lines"], key=lambda one: one["counts"]["co_handled"])
    asked = {"count": "co_handled", "by": "department", "unit": line["key"], "from": found["from"], "to": found["to"]}
    cases = api.get(f"{PATH}/cases", params=asked).raise_for_status().json()
    assert cases["numberMatched"] == line["counts"]["co_handled"] > 0
    for case in cases["features"]:
        said = case["properties"]
        assert line["key"] in [one["name"] for one in said["co_departments"]]
        assert said["department"] != line["key"]


def test_a_place_that_the_public_reports_again_and_again_counts_once_and_shows_every_report(api: httpx.Client) -> None:
    asked = {"count": "repeated_3", "by": "category"}
    before = api.get(PATH, params={"by": "category"}).json()["total"]["counts"]
    here = {"type": "Point", "coordinates": [114.0411, 22.5277]}
    made = {report(api, geometry=here, category="0607", source_level="public")["id"] for _ in range(3)}
    after = api.get(PATH, params={"by": "category"}).json()["total"]["counts"]
    assert (after["repeated_3"], after["repeated_5"]) == (before["repeated_3"] + 1, before["repeated_5"])
    shown = api.get(f"{PATH}/cases", params={**asked, "unit": "0607"}).raise_for_status().json()
    assert made <= {case["id"] for case in shown["features"]}


@pytest.mark.parametrize("query", ["by=moon", "from=2026-01-02&to=2026-01-01", "from=yesterday"])
def test_a_bad_question_is_refused(api: httpx.Client, query: str) -> None:
    assert api.get(f"{PATH}?{query}").status_code == 422


def test_an_unknown_count_is_refused(api: httpx.Client) -> None:
    assert api.get(f"{PATH}/cases", params={"count": "happiness"}).status_code == 422


def test_the_table_opens_in_a_spreadsheet(api: httpx.Client) -> None:
    report = api.get(PATH).json()
    text = api.get(f"{PATH}.csv").raise_for_status().content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    whole = ["The whole town", "The whole town, period before"]
    assert [row[0] for row in rows[1:]] == [*whole, *(line["name"] for line in report["lines"])]
    assert len({len(row) for row in rows}) == 1
    assert rows[1][1] == str(report["total"]["counts"]["reported"])
