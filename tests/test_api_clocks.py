"""Calendar, ladders and deadlines over HTTP; the ticker; on both stores."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from geo_service.settings import Settings
from geo_service.workers import ticker
from layers.errors import StoreUnavailable
from layers.store import Store
from layers.words import msg
from tests.conftest import Service

ON_THE_ROAD = [114.0231918, 22.529098]


@pytest.fixture
def api(service: Service) -> Iterator[httpx.Client]:
    headers = {"accept-language": "en"}
    with httpx.Client(base_url=f"{service.url}/api/v1", headers=headers, timeout=30) as client:
        yield client


def report(api: httpx.Client, **said: Any) -> int:
    body = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": ON_THE_ROAD},
        "properties": {"category": "0102", "description": "test", **said},
    }  # fmt: skip
    answer = api.post("/problems", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def clocks(api: httpx.Client, id_: int, **query: str) -> dict[str, Any]:
    answer = api.get(f"/problems/{id_}/deadlines", params=query)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_year_of_the_calendar_is_told_in_the_readers_language(api: httpx.Client) -> None:
    year = api.get("/calendar", params={"year": 2021}).json()
    days = {one["day"]: one for one in year["days"]}
    assert days["2021-10-09"]["kind"] == "workday"
    assert days["2021-10-01"]["title"] == "National Day"
    assert year["hours"] == [["08:30", "12:00"], ["14:00", "17:30"]]
    assert year["announced"] is True
    chinese = api.get("/calendar", params={"year": 2021, "lang": "zh"}).json()
    assert {one["title"] for one in chinese["days"] if one["day"] == "2021-10-01"} == {"国庆节"}


def test_a_year_that_is_not_announced_says_so(api: httpx.Client) -> None:
    year = api.get("/calendar", params={"year": 2027}).json()
    assert year["announced"] is False
    assert {one["provisional"] for one in year["days"]} == {True}


def test_a_day_is_entered_and_taken_away_again(api: httpx.Client) -> None:
    day = {"day": "2024-03-12", "kind": "holiday", "name": "植树节"}
    made = api.put("/calendar", params={"year": 2024}, json={"days": [day]})
    assert made.status_code == 200, made.text
    assert [one["title"] for one in made.json()["days"] if one["day"] == "2024-03-12"] == ["植树节"]
    gone = api.put("/calendar", params={"year": 2024}, json={"days": [{**day, "kind": ""}]},
                   headers={"If-Match": made.headers["etag"]})  # fmt: skip
    assert gone.json()["version"] == made.json()["version"] + 1
    assert not [one for one in gone.json()["days"] if one["day"] == "2024-03-12"]


@pytest.mark.parametrize(
    ("address", "body", "field"),
    [
        ("/calendar", {"days": [{"day": "soon", "kind": "holiday"}]}, "days.0.day"),
        ("/calendar", {"hours": [["17:00", "08:00"]]}, "hours"),
        ("/ladders", {"ladders": []}, "ladders"),
        ("/ladders", {"ladders": {"ordinary": [{"of": "case", "step": "talk", "clock": "x", "offset": 1}]}},
         "ordinary.0.clock"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(api: httpx.Client, address: str, body: Any, field: str) -> None:
    answer = api.put(address, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_stale_version_is_refused_with_what_stands_now(api: httpx.Client) -> None:
    for address in ("/calendar", "/ladders"):
        now = api.get(address).json()
        body = {"weekdays": now["weekdays"]} if "weekdays" in now else {"ladders": now["ladders"]}
        assert api.put(address, json=body, headers={"If-Match": f'"{now["version"]}"'}).status_code == 200
        answer = api.put(address, json=body, headers={"If-Match": f'"{now["version"]}"'})
        assert answer.status_code == 412
        assert answer.json()["current"]["version"] == now["version"] + 1


def test_ladders_come_with_the_choices_for_their_fields(api: httpx.Client) -> None:
    said = api.get("/ladders").json()
    assert [step["step"] for step in said["ladders"]["ordinary"]] == ["reminder", "supervise", "notice", "talk"]
    assert {"value": "working_days", "title": "Working days"} in said["choices"]["clock"]


def test_a_new_problem_has_two_clocks_with_what_is_left(api: httpx.Client) -> None:
    said = clocks(api, report(api))
    case, stage = said["deadlines"]
    assert (case["stage"], stage["stage_name"]) == ("case", "Confirmation")
    assert stage["left"] == pytest.approx(24, abs=0.1)
    assert 0 <= stage["share"] < 0.01
    assert not stage["late"]
    assert said["escalations"] == []
    assert said["next"]["at"] > said["as_of"]


def test_a_problem_that_is_paused_and_extended_shows_it(api: httpx.Client) -> None:
    id_ = report(api)
    later = (datetime.now(UTC) + timedelta(days=40)).isoformat()
    api.post(f"/problems/{id_}/moves", json={"to": "assigned"})
    for act in ({"act": "ask_extension", "note": "rain", "until": later}, {"act": "grant_extension"},
                {"act": "pause", "note": "waiting"}):  # fmt: skip
        answer = api.post(f"/problems/{id_}/acts", json=act)
        assert answer.status_code == 200, answer.text
    said = clocks(api, id_)
    handle = said["deadlines"][-1]
    assert (handle["stage"], handle["extensions"][0]["note"]) == ("handle", "rain")
    assert handle["paused_at"] == said["paused_at"] is not None
    assert said["next"] is None
    assert [one["stage"] for one in said["deadlines"] if one["met"]] == ["confirm"]


def test_an_overdue_problem_is_escalated_by_one_tick_and_by_no_second(api: httpx.Client, service: Service) -> None:
    id_ = report(api, at="2021-11-22T09:00:00+08:00")
    service.run("tick")
    said = clocks(api, id_)
    steps = [one["step"] for one in said["escalations"]]
    assert sorted(steps) == ["notice", "reminder", "supervise", "talk"]
    assert all(one["person_name"] for one in said["escalations"])
    assert "escalate: 0" in service.run("tick").stdout
    kinds = [event["kind"] for event in api.get(f"/problems/{id_}/history").json()]
    assert kinds.count("escalated") == 4
    assert api.get(f"/problems/{id_}").json()["properties"]["escalation"] == "talk"


def test_the_deadlines_of_no_problem_are_not_found(api: httpx.Client) -> None:
    assert api.get("/problems/999999/deadlines").status_code == 404


def test_the_demo_town_shows_clocks_of_every_kind(api: httpx.Client) -> None:
    rows = api.get("/problems", params={"limit": 200, "state": "in_hand,assigned,deferred,fixed"}).json()["features"]
    shown = [row["properties"] for row in rows]
    assert all(one["stage"] and bool(one["stage_due_at"]) != bool(one["paused_at"]) for one in shown)
    assert not [one for one in shown if one["paused_at"] and one["overdue"]]
    assert {bool(one["paused_at"]) for one in shown} == {True, False}
    assert {one["paused_at"] is not None for one in shown if one["state"] == "deferred"} == {True}


def test_the_ticker_ticks_until_it_is_stopped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ticked = threading.Event()

    def note(_store: Store, _settings: Settings, _now: datetime) -> int:
        ticked.set()
        return 1

    monkeypatch.setattr(ticker, "TASKS", (note,))
    with ticker.ticking(store, Settings(tick_seconds=0.01)):
        assert ticked.wait(10)
    assert not [thread for thread in threading.enumerate() if thread.name == "ticker"]


def test_a_task_that_fails_stops_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_store: Store, _settings: Settings, _now: datetime) -> int:
        raise StoreUnavailable(msg("The store does not answer. Please try again."))

    def work(_store: Store, _settings: Settings, _now: datetime) -> int:
        return 3

    monkeypatch.setattr(ticker, "TASKS", (fail, work))
    assert ticker.tick(store, Settings(), datetime.now(UTC)) == {"fail": "failed", "work": 3}


def test_nothing_ticks_where_it_is_switched_off(store: Store) -> None:
    with ticker.ticking(store, Settings(tick_seconds=0)):
        assert not [thread for thread in threading.enumerate() if thread.name == "ticker"]
