"""Tags of problems: the town's list, what dispatchers add, and the filter; over HTTP on both stores."""

from typing import Any

import httpx
import pytest

from layers.errors import BadInput
from layers.rules.edits import check_edit
from layers.rules.roles import Actor
from layers.rules.tags import check_known, checked_tags
from tests.problems_http import report

PATH = "/api/v1/tags"
DISPATCHER, GRID_WORKER = "R001", "R024"


def tagged(api: httpx.Client, id_: int, *tags: Any, by: str = DISPATCHER) -> httpx.Response:
    return api.patch(f"/api/v1/problems/{id_}", json={"properties": {"tags": list(tags), "by": by}})


@pytest.mark.parametrize("wrong", ["", " ", "一" * 21, "a,b", 7, "a\x07"])
def test_a_tag_is_a_short_text(wrong: object) -> None:
    with pytest.raises(BadInput):
        checked_tags([wrong])


def test_only_so_many_tags_and_each_once() -> None:
    assert checked_tags(["a", " a", "b  c"]) == ["a", "b c"]
    with pytest.raises(BadInput, match="At most 10"):
        checked_tags([str(n) for n in range(11)])


def test_others_than_dispatchers_choose_from_the_list() -> None:
    check_known(["a"], ["a", "b"])
    with pytest.raises(BadInput, match="not in the town"):
        check_known(["a", "c"], ["a", "b"])


def test_a_dispatcher_tags_what_an_inspector_has_found_but_does_not_change_it() -> None:
    problem = {"reported_by": "I", "state": "in_hand", "source_level": "city"}
    dispatcher = Actor("D", frozenset({"dispatcher"}))
    check_edit(problem, dispatcher, finder=("inspector",), fields={"tags"})
    with pytest.raises(Exception, match="A report is corrected"):
        check_edit(problem, dispatcher, finder=("inspector",), fields={"tags", "severity"})


def test_a_problem_is_tagged_found_by_its_tag_and_keeps_its_history(api: httpx.Client) -> None:
    id_, other = report(api)["id"], report(api)["id"]
    assert tagged(api, id_, "双城同创", "夜间专项").json()["properties"]["tags"] == ["双城同创", "夜间专项"]
    tagged(api, other, "双城同创").raise_for_status()
    found = lambda tag: {  # noqa: E731
        one["id"] for one in api.get("/api/v1/problems", params={"tag": tag, "limit": 1000}).json()["features"]
    }
    assert found("夜间专项") == {id_}
    assert found("双城同创") >= {id_, other}
    assert found("双城") == set(), "a part of a tag is another one"
    assert api.get("/api/v1/problems/summary", params={"tag": "夜间专项"}).json()["total"] == 1
    assert api.get(f"/api/v1/problems/{id_}/history").json()[-1]["kind"] == "edited"
    assert tagged(api, id_).json()["properties"]["tags"] == []


def test_who_reported_it_chooses_from_the_list_only(api: httpx.Client) -> None:
    id_ = report(api, reported_by=GRID_WORKER)["id"]
    answer = tagged(api, id_, "自拟", by=GRID_WORKER)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "tags")
    assert tagged(api, id_, "双城同创", by=GRID_WORKER).status_code == 200


def test_the_list_is_changed_by_version(api: httpx.Client) -> None:
    before = api.get(PATH)
    headers = {"If-Match": before.headers["etag"]}
    wish = {"tags": [*before.json()["tags"], "秋季攻势"], "by": DISPATCHER}
    changed = api.put(PATH, json=wish, headers=headers).raise_for_status().json()
    assert (changed["tags"], changed["version"]) == (wish["tags"], before.json()["version"] + 1)
    late = api.put(PATH, json=wish, headers=headers)
    assert (late.status_code, late.json()["current"]["tags"]) == (412, wish["tags"])
    assert {api.put(PATH, json=wrong).status_code for wrong in ({}, {"tags": ["a,b"]}, {"tags": "a"})} == {422}
