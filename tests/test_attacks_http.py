"""The attack table driven against the running service, on both stores: refused in words, and nothing is harmed."""

import csv
import io
import json
import stat
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.answers import is_problem, outcome
from tests.conftest import Service, served

POINT = {"type": "Point", "coordinates": [114.02, 22.53]}
INJECTIONS = (
    "'",
    "1; DROP TABLE problems; --",
    "' OR '1'='1",
    "') OR ('1'='1",
    "' UNION SELECT 1,2,3 --",
    "';SELECT pg_sleep(5)--",
    "'||pg_sleep(5)||'",
    "' AND randomblob(900000000) --",
    "%' AND 1=1 --",
    '"',
    "\\'; --",
)
HOSTILE = (*INJECTIONS, "/*", "${jndi:ldap://127.0.0.1/a}", "{{7*7}}", "$(sleep 5)", "`sleep 5`", "\u02bc; --", "%s%n")
TEXT_FILTERS = (
    ("/problems", "category"), ("/problems", "assignee"), ("/problems", "area"), ("/problems", "q"),
    ("/problems", "bbox"), ("/problems", "state"), ("/problems", "source"), ("/problems", "since"),
    ("/problems", "flag"), ("/problems", "escalation"), ("/problems", "stage"), ("/problems/summary", "area"),
    ("/people", "q"), ("/responsibilities", "person"), ("/responsibilities", "layer"), ("/responsibilities", "place"),
    ("/measures", "parcel"), ("/measures", "problem"), ("/measures", "kind"), ("/look-backs", "person"),
    ("/inbox", "person"), ("/inbox", "kind"), ("/my-road", "person"), ("/analysis/clean-zones", "area"),
    ("/analysis/coverage", "area"), ("/analysis/coverage", "person"), ("/analysis/hotspots", "station"),
    ("/analysis/rebounds", "category"), ("/analysis/rebounds", "area"), ("/analysis/work-faces", "level"),
    ("/analysis/scores", "by"), ("/analysis/scores/cases", "unit"), ("/layers/parcels/export", "format"),
    ("/layers/parcels/export", "crs"),
)  # fmt: skip
NEEDED = {"/analysis/scores/cases": {"count": "reported"}}


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{service.url}/api/v1", headers={"accept-language": "en"}, timeout=30) as opened:
        yield opened


@pytest.fixture
def api(client: httpx.Client) -> Iterator[httpx.Client]:
    """The API; after every attack it still answers in the time that is promised."""
    yield client
    begun = time.monotonic()
    assert client.get("/town").status_code == 200
    assert time.monotonic() - begun < 2


def problem_with(**properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": POINT, "properties": {"category": "0102", **properties}}


def shape(kind: str, coordinates: Any) -> dict[str, Any]:
    return {"type": kind, "coordinates": coordinates}


@pytest.mark.parametrize(("path", "name"), TEXT_FILTERS)
def test_no_filter_is_read_as_a_program(api, path, name):
    """Every injection finds nothing or is refused, at once, and the town is still there."""
    needed = NEEDED.get(path, {})
    nothing = api.get(path, params={**needed, name: "no-such-text"})
    for text in INJECTIONS:
        begun = time.monotonic()
        answer = api.get(path, params={**needed, name: text})
        assert time.monotonic() - begun < 4
        assert answer.status_code == nothing.status_code, text
        if answer.status_code == 200:
            assert found(answer) == found(nothing), text
        else:
            is_problem(answer, answer.status_code, echo=text.split(",")[0])


def found(answer: httpx.Response) -> int:
    said = answer.json()
    rows = said if isinstance(said, list) else said.get("features", said.get("notices", ()))
    return len(rows)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_that_is_stored_is_read_as_a_program(api, text):
    made = api.post("/problems", json=problem_with(description=text, reported_by=text)).raise_for_status().json()
    again = api.get(f"/problems/{made['id']}").json()["properties"]
    assert (again["description"], again["reported_by"]) == (text, text)
    rows = api.get("/problems", params={"q": text, "limit": 1000}).json()["features"]
    assert made["id"] in {one["id"] for one in rows}
    assert all(text in one["properties"]["description"] for one in rows)


@pytest.mark.parametrize("path", [
    "/problems/1'", "/problems/1 OR 1=1", "/stations/' OR '1'='1", "/categories/'; --", "/layers/problems'/export",
    "/layers/sqlite_master/export", "/layers/pg_user/export", "/layers/gpkg_contents/export", "/people/' OR 1=1/digest",
    "/photos/' OR 1=1", "/imports/' OR 1=1",
])  # fmt: skip
def test_no_name_in_a_path_is_read_as_a_program(api, path):
    answer = api.get(path)
    assert answer.status_code in (400, 404), answer.text
    is_problem(answer, answer.status_code, echo=path.split("/")[2])


@pytest.mark.parametrize("query", [
    "bbox=nan,0,1,1", "bbox=inf,0,1,1", "bbox=1,2,3", "bbox=0,1,1,0", "bbox=-181,0,0,1", "bbox=1e999,0,0,1", "bbox=",
    "limit=0", "limit=-1", "limit=1e3", "limit=99999999999999999999", "after=-1", "after=99999999999999999999",
    "since=yesterday", "since=2026-13-01", "since=2026-01-01T00:00:00", "since=0001-01-01T00:00:00Z",
    "since=9999-12-31T23:59:59Z", "merged_into=99999999999999999999", "q=%00", "area=%00", "overdue=perhaps",
    "state=open%00",
])  # fmt: skip
def test_a_bad_question_is_refused(api, query):
    answer = api.get(f"/problems?{query}")
    assert answer.status_code in (400, 422), (query, answer.text[:200])
    assert is_problem(answer, answer.status_code)["errors"][0]["field"] == query.split("=")[0]


def test_a_huge_limit_is_capped_and_a_box_may_cross_the_antimeridian(api):
    assert len(api.get("/problems", params={"limit": 10**15}).json()["features"]) <= 1000
    assert api.get("/problems", params={"bbox": "170,-10,-170,10"}).json()["features"] == []


@pytest.mark.parametrize("path", ["/analysis/clean-zones", "/analysis/coverage", "/analysis/rebounds"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "now", "1e9"])
def test_a_moment_of_another_age_is_refused(api, path, moment):
    is_problem(api.get(path, params={"as_of": moment}), 422)


@pytest.mark.parametrize(("text", "field"), [
    ('{"type": "Feature", "geometry": null, "properties": {"severity": NaN}}', "body"),
    ('{"type": "Feature", "geometry": null, "properties": {"severity": 1e999}}', "body"),
    ('{"type": "Feature", "geometry": null, "properties": {"severity": -Infinity}}', "body"),
    ('{"type": "Feature", "properties": {"description": "\\ud800"}}', "body"),
    ('{"type": "Feature", "properties": {"description": "a\\u0000b"}}', "description"),
    ('{"type": "Feature", "properties": {"a\\u0000": 1}}', "properties"),
    ('{"a": ' * 200 + "1" + "}" * 200, "body"),
    ("[" * 100_000, "body"),
    ('{"geometry": ' + '{"type":"GeometryCollection","geometries":[' * 20_000 + "]}" * 20_000 + "}", "body"),
    ("[1, 2]", "body"), ('"text"', "body"), ("", "body"), ("{", "body"), ("\ufeff{}", "body"), ("null", "body"),
])  # fmt: skip
def test_what_json_cannot_say_is_refused(api, text, field):
    answer = api.post("/problems", content=text.encode(), headers={"content-type": "application/json"})
    assert is_problem(answer, 422)["errors"][0]["field"] == field


@pytest.mark.parametrize(("change", "field"), [
    ({"severity": 10**18}, "severity"), ({"severity": "1e999"}, "severity"), ({"severity": True}, "severity"),
    ({"severity": [1]}, "severity"), ({"score_effect": 1e300}, "score_effect"),
    ({"duplicate_of": 2**63}, "duplicate_of"), ({"description": {"a": 1}}, "description"),
    ({"description": "x" * 100_000}, "description"), ({"category": 7}, "category"),
    ({"at": "0001-01-01"}, "at"), ({"at": 5}, "at"), ({"at": "2999-01-01T00:00:00Z"}, "at"), ({"crs": "EPSG:0"}, "crs"),
    ({"source_level": "x"}, "source_level"), ({"reported_by": 1}, "reported_by"),
])  # fmt: skip
def test_a_field_of_the_wrong_kind_is_named(api, change, field):
    assert is_problem(api.post("/problems", json=problem_with(**change)), 422)["errors"][0]["field"] == field


@pytest.mark.parametrize("geometry", [
    shape("Point", [200, 22]), shape("Point", [114, 91]), shape("Point", ["114", "22"]), shape("Point", [None, 1]),
    shape("Point", [True, 1]), shape("Point", []), shape("Point", [114]), shape("Point", [1, 2, 3, 4, 5]),
    shape("Point", [[114, 22]]), shape("LineString", []), shape("LineString", [[114, 22]]), shape("Polygon", [[]]),
    shape("Polygon", [[[114, 22], [114.1, 22], [114.1, 22.1], [114, 22.1]]]),
    shape("Polygon", [[[114, 22], [114.1, 22.1], [114.1, 22], [114, 22.1], [114, 22]]]),
    shape("MultiPolygon", [[[[114, 22]]]]), {"type": "GeometryCollection", "geometries": [POINT]},
    {"type": "Point"}, {"coordinates": [114, 22]}, {"type": ["Point"], "coordinates": [114, 22]}, [], "POINT(1 2)", 7,
    {"type": "Feature", "geometry": POINT}, shape("Circle", [114, 22]), shape("Point", {"0": 114}),
    shape("MultiPoint", [[114, 22], [[114, 22]]]), shape("MultiLineString", [[[114, 22], [114.1, 22]], []]),
])  # fmt: skip
def test_a_geometry_that_is_none_is_refused(api, geometry):
    body = {**problem_with(kind="cover", name="x"), "geometry": geometry}
    for path in ("/problems", "/parcels", "/measures", "/stations"):
        is_problem(api.post(path, json=body), 422)


def test_heights_are_dropped(api):
    made = api.post("/problems", json={**problem_with(), "geometry": shape("Point", [114.02, 22.53, 9, 9])})
    assert made.raise_for_status().json()["geometry"]["coordinates"] == [114.02, 22.53]


def test_many_vertices_are_refused_by_their_size_or_their_number(api):
    ring = [[round(114 + number / 1e7, 7), 22.5] for number in range(150_000)]
    is_problem(api.post("/parcels", json={**problem_with(), "geometry": shape("Polygon", [ring])}), 422)
    huge = b'{"geometry": {"type": "LineString", "coordinates": [' + b"[1,2]," * 10_000_000
    is_problem(api.post("/parcels", content=huge), 413)


def test_a_code_that_is_taken_is_refused(api):
    ring = [[114.5, 22.5], [114.501, 22.5], [114.501, 22.501], [114.5, 22.501], [114.5, 22.5]]
    body = {"type": "Feature", "properties": {"code": "TWICE"}, "geometry": shape("Polygon", [ring])}
    assert api.post("/parcels", json=body).status_code in (201, 409)
    is_problem(api.post("/parcels", json=body), 409)


@pytest.mark.parametrize("tag", ['"²"', '"9' + "9" * 5000 + '"', '"-1"', '"x"', '"1.0"'])
def test_a_version_that_never_was_never_matches(api, tag):
    made = api.post("/problems", json=problem_with()).raise_for_status().json()
    answer = api.patch(f"/problems/{made['id']}", json={"properties": {"description": "b"}},
                       headers={"if-match": tag.encode("latin-1")})  # fmt: skip
    is_problem(answer, 412)


VRT = '<OGRVRTDataSource><OGRVRTLayer name="s"><SrcDataSource>{path}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
KML = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY {entity}>]><kml><Placemark><name>&x;</name></Placemark></kml>'


def zipped(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
        return out.getvalue()


def link() -> zipfile.ZipInfo:
    made = zipfile.ZipInfo("a.geojson")
    made.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made


HARMFUL = {
    "vrt.geojson": lambda secret: VRT.format(path=secret).encode(),
    "vsi.csv": lambda secret: f"/vsizip/{secret}".encode(),
    "entity.kml": lambda secret: KML.format(entity=f'x SYSTEM "file://{secret}"').encode(),
    "slip.zip": lambda _: zipped(("../../slipped.geojson", b"{}"), ("/tmp/slipped.geojson", b"{}")),
    "link.zip": lambda _: zipped((link(), b"/etc/passwd")),
    "many.zip": lambda _: zipped(*((f"{number}.txt", b"") for number in range(60_000))),
    "bomb.zip": lambda _: zipped(("a.csv", bytes(100 << 20))),
    "deep.geojson": lambda _: b'{"type":"FeatureCollection","features":' + b"[" * 100_000,
}  # each by one of the ways in; tests/test_formats_attacks.py knows them all
BAD_NAMES = (
    "../../../evil.geojson", "..\\..\\evil.csv", "/etc/evil.kml", "a\x01evil.gpkg", ".evil", "evil" * 800,
    "$(touch evil).shp", "'; DROP TABLE problems; --evil.dbf", "<script>evil.zip", "%2e%2e%2fevil.prj",
)  # fmt: skip


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Iterator[Service]:
    """An empty town: what a file holds is judged before any store is asked."""
    with served(tmp_path_factory.mktemp("attacked")) as running:
        yield running


@pytest.fixture
def front(alone) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=alone.url, headers={"accept-language": "en"}, timeout=60) as client:
        yield client


def test_harmful_files_are_refused_in_words(front, tmp_path):
    """All at once, as an attacker would; the service goes on."""
    secret = tmp_path / "secret.geojson"
    secret.write_text(json.dumps({"type": "FeatureCollection", "features": [problem_with(name="the secret")]}))
    jobs = {}
    for name, made in HARMFUL.items():
        began = front.post("/api/v1/layers/parcels/import", files={"file": (name, made(secret))})
        assert began.status_code == 202, began.text
        jobs[name] = began.json()["job"]
    for name, job in jobs.items():
        done = outcome(front, job)
        assert done["state"] in ("failed", "refused") and done["error"], (name, done)
        assert "the secret" not in json.dumps(done)
    assert front.get("/api/v1/parcels").json()["features"] == []
    assert not Path("/tmp/slipped.geojson").exists()


def test_the_name_of_a_file_is_only_a_name(front, alone):
    """One upload of many parts, each with a name that means something to somebody."""
    folder = Path(alone.environment["GEO_SERVICE_DATA_DIR"])
    parts = [("file", (name, b"{}")) for name in BAD_NAMES]
    before = set(folder.parent.rglob("*evil*"))  # of other tests
    began = front.post("/api/v1/layers/parcels/import", files=parts, data={"dry_run": "true"})
    assert outcome(front, began.raise_for_status().json()["job"])["state"] == "failed"
    made = set(folder.parent.rglob("*evil*")) - before
    assert len(made) == len(BAD_NAMES)
    assert {path.parent for path in made} == {folder / "work" / began.json()["job"] / "files"}


def test_no_spreadsheet_runs_what_somebody_wrote(api):
    """By the first letter of every cell, whatever its column."""
    formulas = ("=1+1", "+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "=cmd|' /C calc'!A0", "＝1+1", "＠SUM(1)")
    for formula in formulas:
        api.post("/problems", json=problem_with(description=formula)).raise_for_status()
    text = api.get("/layers/problems/export", params={"format": "csv"}).text.removeprefix("\ufeff")
    told = {row["description"] for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert {f"'{formula}" for formula in formulas} <= told
    assert not [cell for cell in told if cell.startswith(tuple("=+-@\t\r＝＋－＠"))]


def test_a_form_may_be_sent_a_thousand_ways_wrong(api):
    for kind, body in (
        ("multipart/form-data", b"x"), ("multipart/form-data; boundary=" + "b" * 300, b"--b"),
        ("application/json", b"{}"), ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\na\r\n--x--'),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="map"\r\n\r\n[1]\r\n' * 1500),
    ):  # fmt: skip
        for path in ("/layers/parcels/import", "/problems/1/photos"):
            answer = api.post(path, content=body, headers={"content-type": kind})
            assert 400 <= answer.status_code < 500, (path, kind, answer.text)
            is_problem(answer, answer.status_code)
