"""Rebounds and look-backs over HTTP, from both stores."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import httpx
import pytest

from tests.problems_http import ON_THE_ROAD, feature, move

DAY = timedelta(days=1)
START = datetime(2020, 3, 2, 1, tzinfo=UTC)  # long before the demo town's own problems
EAST = 0.0151  # degrees from the road of the other tests: nothing lies there


@pytest.fixture
def spot(request: pytest.FixtureRequest) -> list[float]:
    """A place of its own for each test."""
    number = crc32(request.node.name.encode()) % 2500
    return [ON_THE_ROAD[0] + EAST + 0.004 * (number // 50), ON_THE_ROAD[1] + 0.004 * (number % 50)]


def found(api: httpx.Client, place: list[float], at: datetime, **said: Any) -> int:
    point = {"type": "Point", "coordinates": place}
    answer = api.post("/api/v1/problems", json=feature(point, category="0103", at=at.isoformat(), **said))
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def closed(api: httpx.Client, id_: int, at: datetime) -> None:
    for n, to in enumerate(("filed", "assigned", "in_hand", "fixed", "closed")):
        answer = move(api, id_, to, at=(at - timedelta(minutes=4 - n)).isoformat())
        assert answer.status_code == 200, answer.text


def rebounds(api: httpx.Client, **query: Any) -> dict[str, Any]:
    answer = api.get("/api/v1/analysis/rebounds", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def box(place: list[float]) -> str:
    return ",".join(f"{place[i % 2] + (-1 if i < 2 else 1) * 0.0009:.6f}" for i in range(4))


def twice(api: httpx.Client, place: list[float], *, north_m: float = 0.0, after: float = 12) -> tuple[int, int]:
    """Closed on the second day, and found again so many days after the start, a little to the north."""
    first = found(api, place, START)
    closed(api, first, START + 2 * DAY)
    return first, found(api, [place[0], place[1] + north_m / 110_852], START + after * DAY)


def test_a_rebound_is_a_feature_with_both_problems_days_and_distance(api: httpx.Client, spot: list[float]) -> None:
    first, second = twice(api, spot, north_m=20)
    [one] = rebounds(api, bbox=box(spot))["features"]
    said = one["properties"]
    assert (said["problem_id"], said["previous_id"], said["kind"], said["order"]) == (second, first, "rebound", 1)
    assert said["days"] == pytest.approx(10, abs=0.001)
    assert said["distance_m"] == pytest.approx(20, abs=0.1)
    assert (one["id"], one["geometry"]["type"]) == (second, "LineString")
    assert one["geometry"]["coordinates"][0] == pytest.approx(spot)


def test_the_problem_itself_knows_it_too(api: httpx.Client, spot: list[float]) -> None:
    first, second = twice(api, spot)
    said = api.get(f"/api/v1/problems/{second}").json()["properties"]
    assert (said["rebound_of"], said["rebound_kind"], said["rebound_order"]) == (first, "rebound", 1)
    assert "rebound" in [event["kind"] for event in api.get(f"/api/v1/problems/{second}/history").json()]


def test_the_answer_says_when_and_with_what_it_was_made(api: httpx.Client, spot: list[float]) -> None:
    twice(api, spot)
    told = rebounds(api, bbox=box(spot), as_of="2020-04-01T00:00:00Z", radius_m=25, days=14)
    assert told["as_of"] == "2020-04-01T00:00:00Z"
    assert {name: told["parameters"][name] for name in ("radius_m", "days", "never_fixed_days", "risk_days")} == {
        "radius_m": 25, "days": 14, "never_fixed_days": 2, "risk_days": 30,
    }  # fmt: skip
    summary = told["summary"]
    assert (summary["closed"], summary["rebounds"], summary["never_fixed"], summary["naive_share"]) == (1, 1, 0, 1.0)
    assert not summary["risk_30_days"]["enough"]
    assert [row["key"] for row in told["risk"]["category"]] == ["0103"]


def test_radius_days_moment_and_category_choose(api: httpx.Client, spot: list[float]) -> None:
    twice(api, spot, north_m=20)

    def count(**query: Any) -> int:
        return len(rebounds(api, bbox=box(spot), **query)["features"])

    assert [count(radius_m=r) for r in (19, 21)] == [0, 1]
    assert [count(days=n) for n in (9, 11)] == [0, 1]
    assert [count(as_of=t) for t in ("2020-03-13T00:00:00Z", "2020-03-15T00:00:00Z")] == [0, 1]
    assert [count(as_of=day) for day in ("2020-03-13", "2020-03-14")] == [0, 1]  # a day means its end, in the town
    assert [count(category=code) for code in ("0102", "0103", "01")] == [0, 1, 1]
    assert [count(since=day) for day in ("2020-03-03", "2020-03-10")] == [1, 0]


def test_within_two_days_it_is_counted_apart(api: httpx.Client, spot: list[float]) -> None:
    twice(api, spot, after=3.5)
    told = rebounds(api, bbox=box(spot))
    assert [one["properties"]["kind"] for one in told["features"]] == ["never_fixed"]
    assert (told["summary"]["rebounds"], told["summary"]["never_fixed"]) == (0, 1)


def test_a_place_that_comes_back_twice_is_chronic(api: httpx.Client, spot: list[float]) -> None:
    first, second = twice(api, spot)
    closed(api, second, START + 13 * DAY)
    third = found(api, spot, START + 20 * DAY)
    told = rebounds(api, bbox=box(spot))
    assert [one["problem_ids"] for one in told["chronic"]] == [[first, second, third]]
    assert told["chains"] == [{"problem_ids": [first, second, third], "longest": 2}]


def test_the_whole_town_has_a_risk_with_its_interval(api: httpx.Client) -> None:
    told = rebounds(api)
    risk = told["summary"]["risk_30_days"]
    assert risk["enough"] and 0 < risk["lower"] < risk["risk"] < risk["upper"] < 1
    at_30 = [step for step in told["curve"] if step["days"] <= 30][-1]
    assert 1 - at_30["survival"] == pytest.approx(risk["risk"], abs=1e-4)
    survival = [step["survival"] for step in told["curve"]]
    assert survival == sorted(survival, reverse=True)
    assert sum(row["closed"] for row in told["risk"]["category"]) == told["summary"]["closed"]
    assert sum(told["summary"]["hold"].values()) == told["summary"]["closed"]


def test_the_choice_of_radius_and_days_is_reproducible(api: httpx.Client) -> None:
    asked = {"shuffles": 19, "seed": 5, "as_of": "2030-01-01T00:00:00Z"}
    one, again = (api.get("/api/v1/analysis/rebounds/choice", params=asked).json() for _ in range(2))
    assert one == again
    assert len(one["bands"]) == 42
    assert one["chosen"].keys() == {"radius_m", "days", "from_data"}
    assert one["parameters"]["seed"] == 5


@pytest.mark.parametrize("query", ["radius_m=-1", "days=x", "bbox=1,2", "as_of=yesterday"])
def test_what_cannot_be_asked_is_refused(api: httpx.Client, query: str) -> None:
    assert api.get(f"/api/v1/analysis/rebounds?{query}").status_code in (400, 422)


def test_an_unknown_place_has_no_rebounds(api: httpx.Client) -> None:
    assert rebounds(api, area="nowhere")["features"] == []


# ---------------------------------------------------------------- look-backs


def look_backs(api: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.get("/api/v1/look-backs", params=query).raise_for_status().json()
    return rows


def closed_now(api: httpx.Client, place: list[float], *, days_ago: float) -> int:
    now = datetime.now(UTC)
    id_ = found(api, place, now - (days_ago + 1) * DAY)
    closed(api, id_, now - days_ago * DAY)
    return id_


def test_a_closing_schedules_look_backs_that_come_due(api: httpx.Client, spot: list[float]) -> None:
    id_ = closed_now(api, spot, days_ago=9)
    first, second = look_backs(api, problem=id_)
    assert (first["overdue"], second["overdue"], first["code"]) == (True, False, second["code"])
    assert first["id"] in [row["id"] for row in look_backs(api, due="overdue")]
    assert second["id"] not in [row["id"] for row in look_backs(api, due="week")]
    assert api.get("/api/v1/look-backs?due=never").status_code == 422


def test_what_holds_is_recorded_once(api: httpx.Client, spot: list[float]) -> None:
    id_ = closed_now(api, spot, days_ago=9)
    row = look_backs(api, problem=id_)[0]
    answer = api.post(f"/api/v1/look-backs/{row['id']}", json={"result": "held", "by": "R003", "note": "clean"})
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in ("result", "by", "note", "overdue", "reported")} == {
        "result": "held", "by": "R003", "note": "clean", "overdue": False, "reported": None,
    }  # fmt: skip
    assert api.post(f"/api/v1/look-backs/{row['id']}", json={"result": "held"}).status_code == 422


def test_what_is_back_is_reported_anew(api: httpx.Client, spot: list[float]) -> None:
    id_ = closed_now(api, spot, days_ago=9)
    row = look_backs(api, problem=id_)[0]
    answer = api.post(f"/api/v1/look-backs/{row['id']}", json={"result": "rebound", "by": "R003"}).json()
    reported = answer["reported"]["properties"]
    assert (reported["rebound_of"], reported["rebound_kind"], reported["state"]) == (id_, "rebound", "reported")
    assert [one["result"] for one in look_backs(api, problem=id_)] == ["rebound", "cancelled"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"result": "maybe"}, 422), ({}, 422), ({"result": "unable"}, 422), ({"result": "held", "by": "R007"}, 403)],
)
def test_a_result_that_cannot_be_taken_is_refused(
    api: httpx.Client, spot: list[float], body: dict[str, Any], status: int
) -> None:
    id_ = closed_now(api, spot, days_ago=9)
    row = look_backs(api, problem=id_)[0]
    assert api.post(f"/api/v1/look-backs/{row['id']}", json=body).status_code == status
    assert look_backs(api, problem=id_)[0]["result"] == ""
    assert api.post("/api/v1/look-backs/99999999", json={"result": "held"}).status_code == 404
