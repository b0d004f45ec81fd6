"""The past: lists, counts and tiles of a day, and the days one after the other; each agrees with the others."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import mapbox_vector_tile
import pytest

from layers.values import TOWN_TIME
from tests.conftest import Service
from tests.listing import all_problems
from tests.problems_http import move, report

TODAY = datetime.now(TOWN_TIME).date()
DAYS_AGO = (30, 12, 5, 1, 0)


def day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


def at(ago: int, hour: int = 12) -> str:
    return datetime.combine(TODAY - timedelta(days=ago), datetime.min.time(), TOWN_TIME).replace(hour=hour).isoformat()


def listed(api: httpx.Client, **query: Any) -> dict[int, dict[str, Any]]:
    return {one["id"]: one for one in all_problems(api, query)}


def told(api: httpx.Client, path: str, **query: Any) -> Any:
    return api.get(f"/api/v1/problems/{path}", params=query).raise_for_status().json()


def in_tile(api: httpx.Client, **query: Any) -> dict[int, dict[str, Any]]:
    answer = api.get("/tiles/problems/0/0/0.mvt", params=query).raise_for_status()
    [layer] = mapbox_vector_tile.decode(answer.content).values() if answer.content else [{"features": []}]
    return {one["id"]: one["properties"] for one in layer["features"]}


@pytest.fixture
def life(api: httpx.Client) -> int:
    """A problem found 9 days ago, taken in hand 8 days ago, closed 7 days ago at noon."""
    id_ = report(api, at=at(9))["id"]
    for ago, hour, to in (
        (9, 13, "filed"),
        (8, 12, "assigned"),
        (8, 13, "in_hand"),
        (7, 11, "fixed"),
        (7, 12, "closed"),
    ):
        assert move(api, id_, to, at=at(ago, hour)).status_code == 200
    return int(id_)


@pytest.mark.parametrize(("ago", "state"), [(10, None), (9, "filed"), (8, "in_hand"), (7, "closed"), (0, "closed")])
def test_a_problem_stands_on_each_day_as_its_events_made_it(
    api: httpx.Client, life: int, ago: int, state: str | None
) -> None:
    found = listed(api, as_of=day(ago))
    assert (found[life]["properties"]["state"] if life in found else None) == state


@pytest.mark.parametrize(("ago", "is_open", "is_closed"), [(10, 0, 0), (9, 1, 0), (8, 1, 0), (7, 0, 1)])
def test_it_is_open_from_its_finding_to_its_closing(
    api: httpx.Client, life: int, ago: int, is_open: int, is_closed: int
) -> None:
    assert [life in listed(api, as_of=day(ago), state=state) for state in ("open", "closed")] == [is_open, is_closed]


def test_a_moment_is_as_good_as_a_day_and_the_moment_of_closing_is_closed(api: httpx.Client, life: int) -> None:
    asked = [at(7), (datetime.fromisoformat(at(7)) + timedelta(seconds=1)).isoformat()]
    assert [life in listed(api, as_of=moment, state="open") for moment in asked] == [True, False]


@pytest.mark.parametrize("ago", DAYS_AGO)
def test_the_counts_are_those_of_the_list(api: httpx.Client, ago: int) -> None:
    counted, rows = told(api, "summary", as_of=day(ago)), listed(api, as_of=day(ago))
    alive = listed(api, as_of=day(ago), state="open")
    states = Counter(one["properties"]["state"] for one in rows.values())
    assert counted["by_state"] == states
    assert (counted["total"], counted["open"]) == (len(rows), len(alive))
    assert counted["overdue"] == sum(one["properties"]["overdue"] for one in alive.values())


@pytest.mark.parametrize("ago", DAYS_AGO)
@pytest.mark.parametrize("state", ["open", "closed", None])
def test_a_tile_of_the_past_holds_what_the_list_holds(api: httpx.Client, ago: int, state: str | None) -> None:
    query = {"as_of": day(ago), **({"state": state} if state else {})}
    points = {id_ for id_, one in listed(api, **query).items() if one["geometry"]["type"] == "Point"}
    assert points
    assert points <= in_tile(api, **query).keys() <= listed(api, **query).keys()


def test_a_tile_of_the_past_does_not_say_todays_state(api: httpx.Client) -> None:
    assert not any("state" in said for said in in_tile(api, as_of=day(3)).values())
    assert all("state" in said for said in in_tile(api).values())


def test_the_open_of_today_are_those_of_now(api: httpx.Client) -> None:
    assert listed(api, as_of=day(0), state="open").keys() == listed(api, state="open").keys()


def test_the_days_are_those_of_the_list(api: httpx.Client) -> None:
    days = told(api, "days")["days"]
    rows = [one["properties"] for one in listed(api, as_of=day(0)).values()]
    for name, field in (("found", "found_at"), ("closed", "closed_at")):
        times = (datetime.fromisoformat(row[field]) for row in rows if row[field])
        counted = Counter(time.astimezone(TOWN_TIME).date().isoformat() for time in times)
        assert {one["day"]: one[name] for one in days if one[name]} == counted


@pytest.mark.parametrize("ago", DAYS_AGO)
def test_a_days_open_are_those_of_its_summary(api: httpx.Client, ago: int) -> None:
    [one] = [one for one in told(api, "days")["days"] if one["day"] == day(ago)]
    assert one["open"] == told(api, "summary", as_of=day(ago))["open"]


def test_there_is_every_day_up_to_today(api: httpx.Client) -> None:
    days = [datetime.fromisoformat(one["day"]).date() for one in told(api, "days")["days"]]
    assert days[-1] == datetime.now(TOWN_TIME).date()
    assert {later - day for day, later in pairwise(days)} == {timedelta(days=1)}


def test_the_days_heed_the_filters(api: httpx.Client) -> None:
    some = told(api, "days", category="0103")["days"]
    assert sum(one["found"] for one in some) == len(listed(api, as_of=day(0), category="0103"))


@pytest.mark.parametrize(
    "query", [{"state": "filed"}, {"state": "open,closed"}, {"overdue": "1"}, {"as_of": "yesterday"}, {"as_of": "1"}]
)
def test_what_cannot_be_known_of_the_past_is_refused(api: httpx.Client, query: dict[str, str]) -> None:
    asked = {"as_of": day(3), **query}
    assert api.get("/api/v1/problems", params=asked).status_code == 422


@pytest.mark.parametrize("query", [{"state": "filed"}, {"as_of": "yesterday"}])
def test_nor_do_tiles_answer_it(api: httpx.Client, query: dict[str, str]) -> None:
    assert api.get("/tiles/problems/0/0/0.mvt", params={"as_of": day(3), **query}).status_code == 422


def test_clean_zones_of_a_day_are_those_of_its_last_moment(api: httpx.Client) -> None:
    summary = lambda moment: api.get("/api/v1/analysis/clean-zones", params={"as_of": moment}).json()["summary"]  # noqa: E731
    assert summary(day(4)) == summary(at(3, 0))
    assert summary(day(4)) != summary(at(4, 0))


def test_a_day_that_is_still_to_come_is_now(api: httpx.Client) -> None:
    told_at = datetime.fromisoformat(told(api, "summary", as_of="2199-01-01")["as_of"])
    assert abs(told_at - datetime.now(UTC)) < timedelta(minutes=2)


def test_the_public_sees_the_past_of_public_problems_only(api: httpx.Client, service: Service) -> None:
    hidden = report(api, at=at(6))["id"]  # only reported: not public yet
    with httpx.Client(base_url=service.web, timeout=30) as anybody:
        assert hidden not in listed(anybody, as_of=day(0))
        assert hidden not in in_tile(anybody, as_of=day(0), state="open")
        assert told(anybody, "summary", as_of=day(0))["total"] == len(listed(anybody, as_of=day(0)))
    assert hidden in listed(api, as_of=day(0))
