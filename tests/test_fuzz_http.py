"""Thousands of requests that nobody thought of: never a fault of ours, never an answer that is not documented."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Service, served, store_address

ROOT = Path(__file__).parent
QUICK = settings(
    max_examples=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
FILTERS = (
    "bbox", "state", "category", "area", "assignee", "source", "since", "flag", "q", "overdue", "escalation", "stage",
    "rebound", "recheck", "merged_into", "tag", "limit", "after",
)  # fmt: skip
SAID = (
    "open",
    "reported,open",
    "0102",
    "01",
    "V09-05",
    "areas:V09",
    "parcels:",
    ":",
    ",",
    "any",
    "county",
    "2026-11-01",
    "1",
)
KINDS = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection", "")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
numbers = st.one_of(st.integers(-(2**63), 2**64), st.floats(allow_nan=False, allow_infinity=False))
near = st.floats(113.9, 114.1) | st.floats(22.4, 22.6)
positions = st.lists(near | numbers | st.none() | texts, max_size=5)
coordinates = st.recursive(positions, lambda inside: st.lists(inside, max_size=5), max_leaves=20)
geometries = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)},
    optional={"coordinates": coordinates, "geometries": st.lists(coordinates, max_size=2)},
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.sampled_from(SAID),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(texts, inside, max_size=3), max_leaves=8,
)  # fmt: skip
FIELDS = (
    "category", "description", "severity", "source_level", "score_effect", "duplicate_of", "at", "crs", "extra", "code",
    "name", "state", "kind", "parcel", "problem", "quantity", "unit", "done_at", "valid_from", "valid_to",
    "ring_radii_m", "started_at", "ended_at", "person", "to", "act", "by", "until", "stage", "result", "note", "level",
    "gap_width_m", "rules", "days", "hours", "ladders", "points", "channel", "target", "kinds", "ids", "place", "layer",
    "role", "problems", "basemaps", "campaigns", "tags", "department", "outcome", "amount_cny",
)  # fmt: skip
REPORTED = ("category", "description", "contact", "duplicate_of", "opened_at", "website", "content", "text")
properties = st.dictionaries(st.sampled_from(FIELDS), values, max_size=6)
WRITES = (
    ("POST", "/problems"), ("POST", "/problems/preview"), ("PATCH", "/problems/1"), ("POST", "/problems/1/moves"),
    ("POST", "/problems/1/acts"), ("POST", "/parcels"), ("PATCH", "/parcels/1"), ("POST", "/measures"),
    ("POST", "/measures/preview"), ("POST", "/stations"), ("PATCH", "/stations/YS01"), ("POST", "/patrols"),
    ("POST", "/patrols/1/problems"), ("POST", "/categories"), ("PATCH", "/categories/0102"), ("PUT", "/calendar"),
    ("PUT", "/ladders"), ("PUT", "/patrol-rules"), ("PUT", "/source-levels"), ("POST", "/responsibilities"),
    ("PUT", "/tags"), ("POST", "/look-backs/1"), ("POST", "/analysis/work-faces/repair"), ("POST", "/inbox/read"),
    ("POST", "/subscriptions"), ("POST", "/photos/1/redact"), ("POST", "/photos/1/release"), ("POST", "/accounts"),
    ("PATCH", "/accounts/demo-planner"), ("POST", "/tokens"), ("POST", "/password"), ("PUT", "/public"),
    ("PUT", "/retention"), ("PUT", "/basemaps"), ("PUT", "/campaigns"), ("POST", "/people/nobody/erase"),
)  # fmt: skip


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A demo town of its own, for nothing in it will be as it was."""
    folder = tmp_path_factory.mktemp(f"fuzz-{request.param}")
    with served(folder, store_address(request.param, folder, request), demo=True, reports_per_hour="0") as running:
        yield running
    assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="module")
def api(town) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{town.url}/api/v1", timeout=60) as client:
        yield client


@pytest.fixture(scope="module", params=["tests", "demo-road-chief", ""])
def anybody(town, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """An administrator, somebody with a scope of their own, and somebody who has not signed in."""
    address = town.address_of(request.param) if request.param else town.web
    with httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def nobody(town) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{town.web}/api/v1", timeout=60) as client:
        yield client


def understood(answer: httpx.Response) -> None:
    assert answer.status_code < 500, (answer.request.method, str(answer.request.url), answer.request.content[:2000])
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json" and answer.json()["detail"]


@QUICK
@given(query=st.dictionaries(st.sampled_from(FILTERS), texts | st.sampled_from(SAID) | numbers.map(str), max_size=5))
def test_filters(anybody, query: dict[str, str]):
    for path in ("/problems", "/problems/summary", "/problems/days"):
        understood(anybody.get(path, params=query))


@QUICK
@given(geometry=geometries, category=st.sampled_from(["0102", "0101", "01", "x"]))
def test_geometries(api, geometry: dict[str, Any], category: str):
    body = {"type": "Feature", "geometry": geometry, "properties": {"category": category, "kind": "net_cover"}}
    for path in ("/problems", "/parcels", "/measures/preview", "/problems/preview"):
        understood(api.post(path, json=body))


@pytest.mark.parametrize(("method", "path"), WRITES)
@settings(QUICK, max_examples=15)
@given(body=properties, said=properties)
def test_bodies(api, method: str, path: str, body: dict[str, Any], said: dict[str, Any]):
    """Some hold a place and a category that are there, so that they get past the first question."""
    good = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [114.02, 22.53]}}
    for sent in (body, {**good, "properties": said}, {**good, "properties": {"category": "0102", **said}, **body}):
        understood(api.request(method, path, json=sent))


@QUICK
@given(geometry=geometries, said=st.dictionaries(st.sampled_from(REPORTED), values, max_size=5), text=texts)
def test_reports_of_the_public(nobody, geometry: dict[str, Any], said: dict[str, Any], text: str):
    """What everybody may send without signing in."""
    point = {"type": "Point", "coordinates": [114.02, 22.53]}
    for shape in (geometry, point):
        understood(nobody.post("/reports", json={"type": "Feature", "geometry": shape, "properties": said}))
    understood(nobody.get("/search", params={"q": text}))
    for way in ("verdict", "remarks"):
        understood(nobody.post(f"/reports/{quote(text, safe='') or 'x'}/{way}", json=said))


@QUICK
@given(name=texts, password=texts, said=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40))
def test_ways_in(nobody, name: str, password: str, said: str):
    """Names, passwords, tokens and cookies of any letters."""
    understood(nobody.get("/people", headers={"authorization": said.strip().encode("latin-1")}))
    understood(nobody.get("/people", headers={"cookie": f"geo_session={said}".strip().encode("latin-1")}))
    answer = nobody.post("/session", json={"username": name, "password": password})
    understood(answer)
    assert answer.status_code in (401, 422, 429)


@settings(QUICK, max_examples=25)
@given(data=st.binary(max_size=300) | st.builds(lambda row: json.dumps(row).encode(), values), name=texts)
def test_uploads(api, data: bytes, name: str):
    """A photo is decoded on the spot; what a file for import holds is read in a process of its own."""
    understood(api.post("/problems/1/photos", files={"file": (name or "a", data)}, data={"role": "before"}))
    understood(
        api.post("/problems/1/photos", content=b"\xff\xd8\xff\xe0" + data, headers={"content-type": "image/jpeg"})
    )
    understood(
        api.post("/problems/1/photos", content=b"\x89PNG\r\n\x1a\n" + data, headers={"content-type": "image/png"})
    )


@settings(QUICK, max_examples=100)
@given(path=texts, query=texts)
def test_addresses(anybody, path: str, query: str):
    with httpx.Client(base_url=str(anybody.base_url).removesuffix("/api/v1/"), timeout=30) as client:
        understood(client.get(f"/{quote(path)}", params={"a": query}))
        understood(client.get("/maps/open-problems", params={"state": query, "lang": path}))
        understood(client.get("/tiles/problems/8/208/111.mvt", params={"state": query}))


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("schemathesis"), demo=True) as running:
        yield running
    assert "Traceback" not in running.log.read_text()


@pytest.mark.parametrize("who", ["administrator", "nobody"])
def test_the_document_of_the_api_holds_what_it_says(documented, tmp_path, who):
    """schemathesis with all its checks: what is documented is what is answered, and nothing fails."""
    token = documented.url.partition("token:")[2].partition("@")[0]
    signed = ["--header", f"Authorization: Bearer {token}"] if who == "administrator" else []
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(ROOT / "schemathesis.toml"), "run",
        f"{documented.web}/openapi.json", *signed, "--checks", "all", "--phases", "examples,coverage,fuzzing",
        "--max-examples", "3", "--seed", "1", "--no-shrink", "--max-time", "8",
        "--continue-on-failure", "--no-color",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
