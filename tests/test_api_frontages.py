"""Frontages, checks and dust samples over HTTP in the demo town, from both stores."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.answers import outcome
from tests.conftest import Service
from tests.sights import Eyes, account

FIVE = ("cleanliness", "order", "greenery", "fittings", "lighting")
GOOD = dict.fromkeys(FIVE, "pass")
BAD = {**GOOD, "lighting": "fail"}


@pytest.fixture
def api(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{service.url}/api/v1", headers={"accept-language": "en"}, timeout=30) as client:
        yield client


@pytest.fixture
def shop(api: httpx.Client) -> dict[str, Any]:
    """A new frontage beside one that is there already."""
    near = api.get("/frontages").json()["features"][0]
    said = {"name": "新开便利店", "keeper": "赵某某", "trade": "retail"}
    answer = api.post("/frontages", json={"type": "Feature", "geometry": near["geometry"], "properties": said})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_the_demo_town_has_frontages_in_every_state(api: httpx.Client) -> None:
    found = api.get("/analysis/frontages").json()
    assert all(found["states"].values()) and sum(found["states"].values()) >= 60
    for state, count in found["states"].items():
        assert len(api.get("/frontages", params={"state": state}).json()["features"]) == count
    rows = found["by"]["segment"]
    assert sum(row["frontages"] for row in rows) == found["whole"]["frontages"]
    assert {row["unit"] for row in found["dust"]["road_class"]} >= {"urban", "street"}
    codes = [row["properties"]["code"] for row in api.get("/frontages").json()["features"]]
    assert len(codes) == len(set(codes))


def test_a_check_with_a_problem_in_one_request(api: httpx.Client, shop: dict[str, Any]) -> None:
    path, key = f"/frontages/{shop['id']}/checks", {"idempotency-key": f"check-{shop['id']}"}
    body = {"results": BAD, "note": "招牌不亮", "by": "R003", "problem": True}
    answer = api.post(path, json=body, headers=key)
    assert answer.status_code == 201, answer.text
    done = answer.json()
    assert api.post(path, json=body, headers=key).json()["id"] == done["id"]
    assert [row["result"] for row in done["results"]] == list(BAD.values())
    problem = api.get(f"/problems/{done['problem']['id']}").json()["properties"]
    assert (problem["category"], problem["extra"]["frontage"]) == ("0604", shop["properties"]["code"])
    assert shop["properties"]["segment"] in {place["code"] for place in problem["places"]}
    again = api.post(path, json={"results": BAD, "problem": True}).json()
    assert done["problem"]["code"] in {one["code"] for one in again["duplicates"]}
    merged = api.post(path, json={"results": BAD, "problem": {"duplicate_of": done["problem"]["id"]}}).json()
    assert merged["problem"]["state"] == "duplicate"
    now = api.get(f"/frontages/{shop['id']}").json()["properties"]
    assert (now["state"], now["failed"], now["version"]) == ("failed", 1, shop["properties"]["version"])
    assert len(api.get(path).json()) == 3


def test_a_stale_change_is_told_and_a_removed_shop_is_gone(api: httpx.Client, shop: dict[str, Any]) -> None:
    path, body = f"/frontages/{shop['id']}", {"type": "Feature", "properties": {"name": "改名"}}
    stale = api.patch(path, json=body, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["current"]["properties"]["name"]) == (412, "新开便利店")
    assert api.patch(path, json=body, headers={"If-Match": '"1"'}).headers["etag"] == '"2"'
    assert api.delete(path, headers={"If-Match": '"2"'}).status_code == 204
    assert api.get(path).status_code == 404


def test_a_sample_of_dust_is_judged_when_it_comes_in(api: httpx.Client) -> None:
    place = api.get("/dust-samples").json()["features"][0]["geometry"]
    said = {"part": "footway", "grams_m2": 25.0, "contractor": "保洁公司", "fine": 200, "problem": True, "passed": True}
    made = api.post("/dust-samples", json={"type": "Feature", "geometry": place, "properties": said})
    assert made.status_code == 201, made.text
    one = made.json()["properties"]
    assert (one["limit_g_m2"], one["passed"], one["segment"] is not None) == (20, False, True)
    rates = {row["unit"]: row for row in api.get("/analysis/frontages").json()["dust"]["contractor"]}
    assert (rates["保洁公司"]["share"], rates["保洁公司"]["fines"]) == (0, 200)


def test_duties_and_limits_are_data_with_versions(api: httpx.Client) -> None:
    for path, field in (("/frontage-duties", "duties"), ("/dust-limits", "limits")):
        sheet = api.get(path)
        stale = api.put(path, json=sheet.json(), headers={"If-Match": '"77"'})
        assert (stale.status_code, stale.json()["current"]["version"]) == (412, sheet.json()["version"])
        wrong = api.put(path, json={**sheet.json(), field: []}, headers={"If-Match": sheet.headers["etag"]})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field)


def test_the_keepers_name_is_for_who_answers_there(service: Service, api: httpx.Client, shop: dict[str, Any]) -> None:
    hits = api.get("/search", params={"q": "新开便利店"}).json()["features"]
    assert shop["properties"]["code"] in {hit["properties"]["code"] for hit in hits}
    with Eyes(service, account("contractor")) as eyes:
        assert eyes.read("/frontages")["features"] == []
        assert "赵某某" not in eyes.get("/ogc/collections/frontages/items").text
        assert "赵某某" not in eyes.get("/api/v1/layers/frontages/export?format=geojson").text
        assert eyes.tile_ids(layer="frontages") == set()
        assert eyes.read("/search", q="新开便利店")["features"] == []
        assert eyes.get("/api/v1/dust-samples").status_code == 200
        assert eyes.post("/api/v1/dust-samples", json={}).status_code == 403
    with httpx.Client(base_url=service.web) as nobody:
        for path in ("/api/v1/frontages", "/tiles/frontages.json", "/api/v1/dust-samples", "/maps/frontages"):
            assert nobody.get(path).status_code in (303, 401)


def test_files_in_and_out_derive_where_shops_stand(service: Service, api: httpx.Client) -> None:
    out = api.get("/layers/frontages/export").json()["features"]
    assert len({one["properties"]["segment"] for one in out}) > 3
    said = {"经营者": "钱某", "业态": "餐饮"}
    rows = [
        {"type": "Feature", "geometry": one["geometry"], "properties": {**said, "店铺名称": f"店{n}"}}
        for n, one in enumerate(out[:2])
    ]
    text = json.dumps({"type": "FeatureCollection", "features": rows})
    job = api.post("/layers/frontages/import", files={"file": ("shops.geojson", text.encode())}).json()["job"]
    with httpx.Client(base_url=service.url) as client:
        done = outcome(client, job)
    assert (done["state"], done["stored"]) == ("done", 2)
    made = [one["properties"] for one in api.get("/frontages").json()["features"]]
    mine = [one for one in made if one["keeper"] == "钱某"]
    assert [(one["trade"], bool(one["segment"]), one["state"]) for one in mine] == [("catering", True, "never")] * 2
