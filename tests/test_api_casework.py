"""What is done with a case beside the plain way: merging, requests, supervision, findings from above; over HTTP."""

from typing import Any

import httpx
import pytest

from tests.problems_http import ON_THE_ROAD, feature, move, report

DISPATCHER, INSPECTOR = "R001", "R003"
FAR_AWAY = {"type": "Point", "coordinates": [ON_THE_ROAD[0] + 0.02, ON_THE_ROAD[1] + 0.005]}


def act(api: httpx.Client, id_: int, name: str, **more: Any) -> httpx.Response:
    return api.post(f"/api/v1/problems/{id_}/acts", json={"act": name, **more})


def get(api: httpx.Client, id_: int) -> dict[str, Any]:
    properties: dict[str, Any] = api.get(f"/api/v1/problems/{id_}").raise_for_status().json()["properties"]
    return properties


def in_hand(api: httpx.Client, **properties: Any) -> int:
    id_ = int(report(api, **properties)["id"])
    for to, by in (("filed", DISPATCHER), ("assigned", DISPATCHER), ("in_hand", DISPATCHER)):
        assert move(api, id_, to, by=by).status_code == 200
    return id_


def test_a_move_of_another_role_is_refused_with_the_roles(api: httpx.Client) -> None:
    id_ = report(api)["id"]
    answer = move(api, id_, "filed", by=INSPECTOR)
    assert answer.status_code == 403
    assert "Dispatcher" in answer.json()["detail"]
    answer = move(api, id_, "filed", by="nobody")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "by")
    assert get(api, id_)["state"] == "reported"


def test_a_known_problem_is_shown_before_saving(api: httpx.Client) -> None:
    first = api.post("/api/v1/problems", json=feature(FAR_AWAY, category="0208")).json()
    preview = {"geometry": FAR_AWAY, "category": "0208"}
    found = api.post("/api/v1/problems/preview", json=preview).json()["duplicates"]
    assert first["id"] in [one["id"] for one in found]
    mine = next(one for one in found if one["id"] == first["id"])
    assert mine["properties"]["distance_m"] == 0
    assert mine["geometry"] == FAR_AWAY
    other = api.post("/api/v1/problems/preview", json={**preview, "category": "0105"}).json()
    assert first["id"] not in [one["id"] for one in other["duplicates"]]


def test_what_is_the_same_becomes_further_evidence_and_nothing_is_lost(api: httpx.Client) -> None:
    first, second = report(api)["id"], report(api)["id"]
    answer = move(api, second, "duplicate", note="same heap", duplicate_of=first)
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["duplicate_of"] == first
    third = report(api, duplicate_of=first)["properties"]
    assert (third["state"], third["duplicate_of"]) == ("duplicate", first)
    evidence = [line for line in api.get(f"/api/v1/problems/{first}/history").json() if line["kind"] == "evidence"]
    assert [line["payload"]["problem_id"] for line in evidence] == [second, third["id"]]
    assert get(api, second)["description"] == "test"


@pytest.mark.parametrize("wrong", ["itself", "a duplicate", "nothing", "text"])
def test_merging_into_the_wrong_one_is_refused(api: httpx.Client, wrong: str) -> None:
    first, id_ = report(api)["id"], report(api)["id"]
    duplicate = report(api, duplicate_of=first)["id"]
    into: Any = {"itself": id_, "a duplicate": duplicate, "nothing": 10**9, "text": "x"}[wrong]
    answer = move(api, id_, "duplicate", note="same", duplicate_of=into)
    assert answer.status_code in (404, 422)
    assert get(api, id_)["state"] == "reported"


def test_more_time_is_asked_for_and_granted_by_another(api: httpx.Client) -> None:
    id_ = in_hand(api)
    until = "2099-01-05T10:00:00+08:00"
    assert act(api, id_, "ask_extension", by=DISPATCHER, note="rain", until="2001-01-01").status_code == 422
    assert act(api, id_, "ask_extension", by=DISPATCHER, note="rain", until=until).status_code == 200
    waiting = [one for one in api.get("/api/v1/requests").json() if one["problem_id"] == id_]
    assert [(one["kind"], one["code"], one["category_name"]) for one in waiting] == [
        ("extension", get(api, id_)["code"], get(api, id_)["category_name"])
    ]
    assert [(one["act"], one["needs"]) for one in waiting[0]["decisions"]] == [
        ("grant_extension", []), ("refuse_extension", ["note"]),
    ]  # fmt: skip
    assert act(api, id_, "ask_extension", by=DISPATCHER, note="again", until=until).status_code == 422
    own = act(api, id_, "grant_extension", by=DISPATCHER)
    assert (own.status_code, own.json()["errors"][0]["field"]) == (422, "by")
    answer = act(api, id_, "grant_extension", by="R002", note="fine")
    assert answer.status_code == 200, answer.text
    (request,) = answer.json()["properties"]["requests"]
    assert (request["verdict"], request["decided_by"], request["decision"]) == ("granted", "R002", "fine")
    assert id_ not in [one["problem_id"] for one in api.get("/api/v1/requests").json()]


def test_an_upheld_appeal_takes_the_cost_away(api: httpx.Client) -> None:
    id_ = in_hand(api, source_level="county")
    assert get(api, id_)["score_effect"] == -0.5
    assert act(api, id_, "appeal", by=DISPATCHER, note="not our ground").status_code == 200
    assert act(api, id_, "admit_appeal", by="R002").status_code == 200
    assert act(api, id_, "uphold_appeal", by=INSPECTOR, note="right").status_code == 200
    after = get(api, id_)
    assert (after["score_effect"], [one["verdict"] for one in after["requests"]]) == (0, ["admitted", "upheld"])


def test_a_finding_from_above_cannot_be_closed_below(api: httpx.Client) -> None:
    id_ = in_hand(api, source_level="city")
    assert move(api, id_, "fixed").status_code == 200
    answer = move(api, id_, "closed", by=INSPECTOR)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "recheck_level")
    answer = move(api, id_, "closed", by=INSPECTOR, recheck_level="city", document="letter 7")
    assert answer.status_code == 200, answer.text
    closed = answer.json()["properties"]
    assert (closed["state"], closed["verified_by"], closed["forced"]) == ("closed", INSPECTOR, False)
    last = api.get(f"/api/v1/problems/{id_}/history").json()
    assert next(line for line in last if line["to"] == "closed")["payload"]["document"] == "letter 7"


def test_closing_by_decision_is_no_verification(api: httpx.Client) -> None:
    id_ = in_hand(api)
    answer = move(api, id_, "closed", by="R009", note="demolished anyway", document="minutes 3")
    assert answer.status_code == 200, answer.text
    closed = answer.json()["properties"]
    assert (closed["forced"], closed["verified_at"]) == (True, None)
    assert closed["closed_at"]


def test_fixed_on_the_spot_is_counted_and_still_checked(api: httpx.Client) -> None:
    id_ = report(api)["id"]
    assert move(api, id_, "fixed").json()["properties"]["self_handled"] is True
    assert move(api, id_, "closed", by=INSPECTOR).status_code == 200


def test_handing_back_assigning_again_and_deferring_are_counted_and_dated(api: httpx.Client) -> None:
    id_ = in_hand(api)
    for to, more in (
        ("filed", {"note": "not mine"}),
        ("assigned", {}),
        ("deferred", {"note": "winter", "until": "2027-03-01"}),
    ):
        assert move(api, id_, to, **more).status_code == 200
    said = get(api, id_)
    assert (said["handback_count"], said["dispatch_count"], said["deferred_until"]) == (1, 2, "2027-03-01")


def test_supervision_is_put_on_and_answered(api: httpx.Client) -> None:
    id_ = in_hand(api)
    assert act(api, id_, "supervise", by=INSPECTOR, note="too slow").json()["properties"]["escalation"] == "supervise"
    assert act(api, id_, "answer_supervision", by=DISPATCHER, note="tomorrow").json()["properties"]["escalation"] == ""


def test_a_correction_of_the_category_brings_its_rules(api: httpx.Client) -> None:
    made = report(api)
    changed = api.patch(f"/api/v1/problems/{made['id']}", json={"properties": {"category": "0208"}}).json()[
        "properties"
    ]
    assert changed["category"] == "0208"
    assert changed["due_at"] != made["properties"]["due_at"]
    assert changed["department"]


def test_a_category_is_changed_by_version_and_its_history_is_kept(api: httpx.Client) -> None:
    before = api.get("/api/v1/categories/0610")
    version = before.json()["version"]
    values = {"hold_days": 45, "stages": [{"name": "handle", "clock": "working_hours", "limit": 6}]}
    headers = {"If-Match": before.headers["etag"]}
    changed = api.patch("/api/v1/categories/0610", json={**values, "by": DISPATCHER}, headers=headers)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["hold_days"], changed.json()["version"]) == (45, version + 1)
    stale = api.patch("/api/v1/categories/0610", json=values, headers=headers)
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, version + 1)
    kept = api.get("/api/v1/categories/0610/versions").json()
    assert [one["version"] for one in kept][-2:] == [version, version + 1]
    assert kept[-2]["hold_days"] != 45


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hold_days", -1), ("hold_days", "x"), ("weight", True), ("close_photos", ["selfie"]),
        ("stages", [{"name": "x"}]),
        ("stages", [{"name": "handle", "clock": "sundial", "limit": 3}]), ("case_limit", {"name": "case"}),
        ("look_back_days", [7, 1]), ("geometry_types", []), ("face", "pretty"), ("name_zh", " "), ("nonsense", 1),
    ],
)  # fmt: skip
def test_a_bad_rule_is_refused_and_its_field_named(api: httpx.Client, field: str, value: object) -> None:
    answer = api.patch("/api/v1/categories/0607", json={field: value})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert api.get("/api/v1/categories/0607").json()["version"] == 1


def test_a_retired_category_takes_no_new_problems(api: httpx.Client) -> None:
    made = api.post("/api/v1/categories", json={"code": "0699", "parent": "06", "name_zh": "试用", "name_en": "Trial"})
    assert made.status_code == 201, made.text
    again = {"code": "0699", "parent": "06", "name_zh": "又", "name_en": "Two"}
    assert api.post("/api/v1/categories", json=again).status_code == 409
    assert api.post("/api/v1/problems", json=feature(category="0699")).status_code == 201
    assert api.patch("/api/v1/categories/0699", json={"retired": True}).status_code == 200
    answer = api.post("/api/v1/problems", json=feature(category="0699"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "category")
    assert "0699" not in [one["code"] for one in api.get("/api/v1/categories").json()]
