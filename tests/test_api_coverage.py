"""Clean zones, coverage, patrols and their rules over HTTP, from both stores."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from shapely.geometry import shape
from shapely.ops import unary_union

from tests.conftest import Service


@pytest.fixture
def api(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{service.url}/api/v1", headers={"accept-language": "en"}, timeout=60) as client:
        yield client


def got(api: httpx.Client, path: str, **query: object) -> dict[str, Any]:
    answer = api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


# ------------------------------------------------------------ clean zones


def test_the_rows_of_the_villages_add_up_to_the_summary(api: httpx.Client) -> None:
    found = got(api, "/analysis/clean-zones")
    names = ("units", "clean", "problem", "unknown", "verified")
    assert {n: sum(row[n] for row in found["by_area"]) for n in names} == {n: found["summary"][n] for n in names}
    assert all(row["people"][0]["name"] for row in found["by_area"])


def test_each_cell_says_whether_somebody_else_verified_it_and_how_sure_that_is(api: httpx.Client) -> None:
    cells = [one["properties"] for one in got(api, "/analysis/clean-zones")["features"]]
    assert {cell["state"] for cell in cells if cell["verified"]} == {"clean"}
    assert all(cell["p_missed"] == pytest.approx(0.5 ** cell["passes"], abs=1e-4) for cell in cells)


def test_labelled_zones_are_clean_ground_of_4_ha(api: httpx.Client) -> None:
    found = got(api, "/analysis/clean-zones")
    problems = unary_union([shape(f["geometry"]) for f in found["features"] if f["properties"]["state"] == "problem"])
    assert found["zones"]["features"]
    for zone in found["zones"]["features"]:
        ground, said = shape(zone["geometry"]), zone["properties"]
        assert said["area_m2"] >= 40_000
        assert said["unknown_share"] <= 0.05
        assert ground.intersection(problems).area < 1e-9  # square degrees: less than 10 m²


def test_the_roads_come_on_request_both_sides_in_hundreds_of_metres(api: httpx.Client) -> None:
    assert "roads" not in got(api, "/analysis/clean-zones")
    roads = got(api, "/analysis/clean-zones", roads=1)["roads"]
    sides: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in (feature["properties"] for feature in roads["features"]):
        sides[one["code"], one["side"]].append((one["from_m"], one["to_m"]))
    assert {side for _, side in sides} == {"left", "right"}
    for spans in sides.values():
        assert all(start // 100 == (end - 1e-6) // 100 for start, end in spans)
        assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]


# ------------------------------------------------------------ coverage


def cells_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["properties"] for one in found["features"] if one["properties"]["kind"] == "cell"]


def test_the_stretches_of_each_side_add_up_to_its_segment(api: httpx.Client) -> None:
    found = got(api, "/analysis/coverage")
    length_m: dict[tuple[str, str], float] = defaultdict(float)
    for one in (feature["properties"] for feature in found["features"]):
        if one["kind"] == "stretch":
            length_m[one["code"], one["side"]] += one["length_m"]
    assert len(length_m) == 2 * found["summary"]["segments"]
    assert sum(length_m.values()) == pytest.approx(2 * found["summary"]["length_m"], rel=1e-3)


def test_the_overdue_come_first_and_name_somebody(api: httpx.Client) -> None:
    rows = got(api, "/analysis/coverage")["overdue"]
    late = [float("inf") if row["late_days"] is None else row["late_days"] for row in rows]
    assert late == sorted(late, reverse=True)
    assert all(person["name"] for row in rows for person in row["people"])


def test_blind_spots_shrink_when_older_patrols_count(api: httpx.Client) -> None:
    week, month = (got(api, "/analysis/coverage", days=days) for days in (7, 30))
    assert week["summary"]["blind_m2"] > month["summary"]["blind_m2"]
    total = sum(spot["properties"]["area_m2"] for spot in week["blind_spots"]["features"])
    assert total == pytest.approx(week["summary"]["blind_m2"], abs=1)
    assert sum(cell["blind"] for cell in cells_of(week)) == week["summary"]["blind_cells"]


def test_what_is_blind_is_judged_by_the_moment_and_not_by_rounded_days(api: httpx.Client) -> None:
    cells = cells_of(got(api, "/analysis/coverage"))
    seen_at = datetime.fromisoformat(next(cell["seen_at"] for cell in cells if (cell["age_days"] or 0) > 7.1))
    found = got(api, "/analysis/coverage", days=7, as_of=(seen_at + timedelta(days=7, minutes=20)).isoformat())
    cells = cells_of(found)
    assert any(cell["blind"] and cell["age_days"] == 7.0 for cell in cells)
    assert sum(cell["blind"] for cell in cells) == found["summary"]["blind_cells"]


def test_a_person_gets_what_they_answer_for(api: httpx.Client) -> None:
    chief = api.get("/my-road").json()["people"][0]
    found = got(api, "/analysis/coverage", person=chief["code"])
    assert found["summary"]["segments"] == chief["segments"]
    assert {chief["code"]} <= {person["code"] for row in found["overdue"] for person in row["people"]} | {chief["code"]}


def test_an_area_has_its_villages_only(api: httpx.Client) -> None:
    areas = api.get("/areas").json()
    zone = next(area["code"] for area in areas if area["level"] == "zone")
    inside = {area["code"] for area in areas if area["parent"] == zone}
    found = got(api, "/analysis/coverage", area=zone)
    cells = {one["properties"]["area"] for one in found["features"] if one["properties"]["kind"] == "cell"}
    assert cells <= inside | {""}
    assert {head["area"]["code"] for head in found["field_days"]} == inside | {zone}


def test_a_wrong_number_of_days_is_named(api: httpx.Client) -> None:
    answer = api.get("/analysis/coverage", params={"days": 0})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "days")


# ------------------------------------------------------------ rules and patrols


def test_rules_are_changed_as_a_whole_and_never_by_two_at_once(api: httpx.Client) -> None:
    sheet = api.get("/patrol-rules")
    rules = sheet.json()["rules"]
    mine = api.put("/patrol-rules", json={"rules": rules[:-1]}, headers={"If-Match": sheet.headers["etag"]})
    theirs = api.put("/patrol-rules", json={"rules": rules}, headers={"If-Match": sheet.headers["etag"]})
    assert (mine.status_code, mine.json()["version"], len(mine.json()["rules"])) == (200, 1, len(rules) - 1)
    assert theirs.status_code == 412
    assert theirs.json()["current"]["version"] == 1
    api.put("/patrol-rules", json={"rules": rules}).raise_for_status()


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ("none", "rules"),
        ([{"layer": "areas"}], "rules.1"),
        ([{"layer": "parks", "class": "", "max_age_days": 1, "min_share": 1}], "rules.1"),
        ([{"layer": "areas", "class": "grid", "max_age_days": 0, "min_share": 1}], "rules.1"),
    ],
)
def test_a_wrong_rule_is_named(api: httpx.Client, rules: object, field: str) -> None:
    answer = api.put("/patrol-rules", json={"rules": rules})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


SPOT = [114.0232, 22.5291]


def patrol(**said: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": SPOT}, "properties": said}


def test_a_patrol_knows_what_was_found_on_it(api: httpx.Client) -> None:
    made = api.post("/patrols", json=patrol(note="nothing"))
    assert (made.status_code, made.json()["properties"]["result"]) == (201, "nothing_found")
    code = made.json()["properties"]["code"]
    extra = {"category": "0102", "extra": {"patrol": code}}
    problem = api.post("/problems", json={**patrol(), "properties": extra}).json()
    found = api.get(made.headers["location"].removeprefix("/api/v1")).json()["properties"]
    assert (found["result"], [one["id"] for one in found["problems"]]) == ("found", [problem["id"]])


def test_a_problem_is_linked_with_its_patrol_afterwards(api: httpx.Client) -> None:
    made = api.post("/patrols", json=patrol()).json()
    problem = api.post("/problems", json={**patrol(), "properties": {"category": "0102"}}).json()
    linked = api.post(f"/patrols/{made['id']}/problems", json={"problem": problem["id"]})
    assert [one["code"] for one in linked.json()["properties"]["problems"]] == [problem["properties"]["code"]]
    assert api.post(f"/patrols/{made['id']}/problems", json={}).status_code == 422
    assert api.post(f"/patrols/{made['id']}/problems", json={"problem": 10**9}).status_code == 404
    assert api.get("/patrols/999999999").status_code == 404
