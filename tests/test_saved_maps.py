"""Saved maps: the size is told before, what is left out follows one rule, and the filters of the page hold."""

import json
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest

from geo_service import thinning
from geo_service.thinning import small_enough, thinned
from geo_service.words import words_of
from layers.rules.lifecycle import FINAL_STATES
from maps.element import dumps_for_html
from tests.conftest import Service, served

LIMIT = 1_000_000
EVERYTHING = {
    "problems": "/api/v1/problems?limit=1000",
    "parcels": "/api/v1/parcels",
    "work_faces": "/api/v1/analysis/work-faces",
    "frontages": "/api/v1/frontages",
}


@pytest.fixture
def client(service: Service):
    with httpx.Client(base_url=service.url, timeout=60) as one:
        yield one


def page_of(html: str) -> dict:
    """What the scripts of the file read."""
    found = re.search(r'<script type="application/json" id="geo-page">(.*?)</script>', html, re.S)
    assert found
    return json.loads(found[1])


def is_open(one: dict) -> bool:
    return one["state"] not in FINAL_STATES


def codes(rows: list[dict]) -> Counter[str]:
    """Of what has no code, such as a gap, how many there are."""
    return Counter(str(one.get("code")) for one in rows)


def problems(n: int) -> dict:
    rows = [{"id": i, "geometry": None, "properties": {"due_at": f"2026-01-{(i * 7) % 28 + 1:02d}", "text": "字" * 50}}
            for i in range(n)]  # fmt: skip
    return {"type": "FeatureCollection", "features": rows, "total": n}


@pytest.mark.parametrize("name", ["open-problems", "clean-zones", "parcels"])
def test_the_size_is_told_before_it_is_saved(client: httpx.Client, name: str) -> None:
    told = client.get(f"/api/v1/maps/{name}/saving", params={"lang": "zh"}).json()
    saved = client.get(f"/maps/{name}.html", params={"lang": "zh"}).content
    assert told["bytes"] == pytest.approx(len(saved), abs=200)  # the moment is written in it
    assert told["limit_bytes"] == 20 << 20
    assert all(row["kept"] == row["total"] for row in told["rows"])


def everything(client: httpx.Client, address: str) -> list[dict]:
    """The properties of all features of a list, page after page."""
    there = client.get(address).json()
    found = [one["properties"] for one in there["features"]]
    if "next" not in there:
        return found
    return found + everything(client, httpx.URL(there["next"]).raw_path.decode())  # with the client's own token


@pytest.mark.parametrize(
    ("name", "element", "query", "matches"),
    [
        ("open-problems", "problems", {"category": "0102"}, lambda one: one["category"] == "0102" and is_open(one)),
        ("open-problems", "problems", {"overdue": "1"}, lambda one: one["overdue"]),
        ("open-problems", "problems", {"state": "closed"}, lambda one: one["state"] == "closed"),
        ("parcels", "parcels", {"state": "bare"}, lambda one: one["state"] == "bare"),
        ("work-faces", "work_faces", {"kind": "gap"}, lambda one: one["kind"] == "gap"),
        ("frontages", "frontages", {"state": "overdue"}, lambda one: one["state"] == "overdue"),
    ],
)
def test_the_file_holds_what_the_page_shows(
    client: httpx.Client, name: str, element: str, query: dict, matches
) -> None:
    every = everything(client, EVERYTHING[element])
    page = page_of(client.get(f"/maps/{name}.html", params=query).text)
    held = [one["properties"] for one in page["data"][element]["features"]]
    assert 0 < len(held) < len(every)
    assert codes(held) == codes([one for one in every if matches(one)])
    assert len(page["filters"]) == 1


@pytest.mark.parametrize("query", ["overdue=perhaps", "merged_into=x", "state=nonsense", "as_of=yesterday"])
def test_a_filter_that_means_nothing_is_refused(client: httpx.Client, query: str) -> None:
    for path in ("/maps/open-problems.html", "/maps/open-problems.png", "/api/v1/maps/open-problems/saving"):
        assert client.get(f"{path}?{query}").status_code in (400, 422)


@pytest.mark.parametrize("room", [0, 10_000, 100_000, 10_000_000])
def test_the_most_urgent_stay_and_the_file_fits(room: int) -> None:
    data = {"problems": problems(500), "stations": {"features": [{"properties": {}}]}}
    small, kept = thinned(data, room)
    held = small["problems"]["features"]
    assert len(held) == kept[0].kept
    assert kept[0].total == 500
    late = [one["properties"]["due_at"] for one in held]
    gone = [one["properties"]["due_at"] for one in data["problems"]["features"] if one not in held]
    assert not late or not gone or max(late) <= min(gone)
    assert len(dumps_for_html(small).encode()) <= max(room, 400)
    assert small["stations"] == data["stations"]
    assert len(data["problems"]["features"]) == 500  # the given data are as they were


def test_what_fits_is_not_touched() -> None:
    data = {"problems": problems(50)}
    made, kept = small_enough(data, lambda some, _: json.dumps(some), 10_000_000)
    assert json.loads(made) == data
    assert [(one.kept, one.total) for one in kept] == [(50, 50)]


def test_what_has_room_is_not_measured_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[object] = []
    monkeypatch.setattr(thinning, "_size", measured.append)
    small_enough({"problems": problems(50)}, lambda some, _: json.dumps(some), 10_000_000)
    assert measured == []


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory):
    """A service that saves small maps only."""
    with served(tmp_path_factory.mktemp("narrow"), demo=True, largest_saved_map_bytes=str(LIMIT)) as running:
        yield running


def test_a_file_that_would_be_too_large_is_thinned_and_says_so(narrow: Service, tmp_path: Path) -> None:
    told = httpx.get(f"{narrow.url}/api/v1/maps/open-problems/saving", params={"lang": "zh"}, timeout=60).json()
    answer = httpx.get(f"{narrow.url}/maps/open-problems.html", params={"lang": "zh"}, timeout=60)
    assert len(answer.content) <= LIMIT
    page = page_of(answer.text)
    row = next(row for row in page["kept"] if row["title"] == words_of("zh")("Problems"))
    assert row in told["rows"]
    assert 0 < row["kept"] < row["total"]
    held = page["data"]["problems"]["features"]
    assert len(held) == row["kept"]
    every = httpx.get(f"{narrow.url}/api/v1/problems", params={"state": "open", "limit": 1000}, timeout=60).json()
    urgent = sorted(one["properties"]["due_at"] or "9" for one in every["features"])
    assert sorted(one["properties"]["due_at"] for one in held) == urgent[: len(held)]
