"""Real files through the upload and through the command line, into both stores."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.answers import outcome
from tests.conftest import Service, served

DATA = Path(__file__).parent / "data"
AMAP = DATA / "zibo_counties_amap_gcj02.geojson"
TIANDITU = DATA / "yiyuan_county_tianditu_cgcs2000.geojson"


@pytest.fixture
def town(module_service: Service) -> Service:
    return module_service


@pytest.fixture
def api(town: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=town.url, headers={"accept-language": "en"}, timeout=60) as client:
        yield client


def upload(api: httpx.Client, layer: str, *paths: Path, **form: Any) -> dict[str, Any]:
    """Upload, and wait for what becomes of it."""
    files = [("file", (path.name, path.read_bytes())) for path in paths]
    answer = api.post(f"/api/v1/layers/{layer}/import", files=files, data=form)
    assert answer.status_code == 202, answer.text
    return outcome(api, answer.json()["job"])


def count(api: httpx.Client, layer: str) -> int:
    return next(row["count"] for row in api.get("/api/v1/layers").json() if row["name"] == layer)


def test_a_file_is_looked_at_first_and_stored_when_it_is_agreed(api: httpx.Client) -> None:
    looked = upload(api, "road_segments", DATA / "wuhan_roads.parquet", dry_run="true")
    assert (looked["state"], looked["stored"], count(api, "road_segments")) == ("done", 0, 0)
    assert looked["report"]["total"] == 63
    assert len(looked["preview"]["features"]) == 63
    assert "highway" in looked["fields"]
    job = api.post(f"/api/v1/imports/{looked['job']}/commit", json={}).json()["job"]
    done = outcome(api, job)
    assert (done["state"], done["stored"], count(api, "road_segments")) == ("done", 63, 63)
    rows = api.get("/api/v1/layers/road_segments/export").json()["features"]
    assert rows[0]["properties"]["highway"]  # a field without a name of ours is kept as it is


def test_the_same_file_again_gets_codes_of_its_own(api: httpx.Client) -> None:
    before = count(api, "road_segments")
    assert upload(api, "road_segments", DATA / "wuhan_roads.parquet")["stored"] == 63
    assert count(api, "road_segments") == before + 63


def test_feet_and_a_crossed_ring_are_no_obstacle(api: httpx.Client) -> None:
    done = upload(api, "parcels", DATA / "philadelphia_parcels.parquet")
    assert (done["state"], done["stored"]) == ("done", 41)
    assert [note["row"] for note in done["report"]["repaired"]].count(21) == 1
    rows = api.get("/api/v1/parcels").json()["features"]
    assert all(row["properties"]["area_m2"] > 0 for row in rows)
    x, y = rows[0]["geometry"]["coordinates"][0][0]
    assert (round(x), round(y)) == (-75, 40)


def test_a_gbk_shapefile_in_parts_keeps_its_names(api: httpx.Client) -> None:
    parts = sorted((DATA / "zibo_counties_epsg4527_gbk").iterdir())
    done = upload(api, "areas", *parts)
    assert (done["state"], done["report"]["crs"]) == ("done", "EPSG:4527")
    rows = api.get("/api/v1/layers/areas/export").json()["features"]
    assert {"沂源县", "桓台县"} <= {row["properties"]["name"] for row in rows}


def test_reports_become_problems_with_their_end_and_their_history(api: httpx.Client) -> None:
    mapping = json.dumps({"Creation_Date": "found_at", "Completion_Date": "closed_at"})
    refused = upload(api, "problems", DATA / "chicago_reports.parquet", map=mapping)
    assert refused["state"] == "refused"
    assert len(refused["report"]["refused"]) == 3
    assert count(api, "problems") == 0
    done = upload(api, "problems", DATA / "chicago_reports.parquet", map=mapping, skip_bad="true")
    assert (done["state"], done["stored"], count(api, "problems")) == ("done", 52, 52)
    closed = api.get("/api/v1/problems?state=closed&limit=1").json()["features"][0]
    history = api.get(f"/api/v1/problems/{closed['id']}/history").json()
    assert [line["to"] for line in history] == ["reported", "closed"]
    assert history[1]["at"] == closed["properties"]["closed_at"]
    assert closed["properties"]["responsible"]["why"]


def test_a_layer_of_ones_own_is_shown_on_the_maps(api: httpx.Client) -> None:
    townships = DATA / "beijing_townships.gpkg"
    done = upload(api, "townships", townships, title="北京乡镇")
    assert (done["new_layer"], done["stored"]) == (True, 12)
    assert next(row for row in api.get("/api/v1/layers").json() if row["name"] == "townships")["own"] is True
    assert api.get("/tiles/townships/5/26/12.mvt").status_code == 200
    assert "townships" in api.get("/maps/open-problems").text


def test_a_file_in_a_disguised_system_is_warned_of_with_the_shift(api: httpx.Client) -> None:
    upload(api, "areas", TIANDITU)
    looked = upload(api, "areas", AMAP, dry_run="true")
    assert any("GCJ-02" in warning and "524" in warning for warning in looked["report"]["warnings"]), looked["report"]
    honest = upload(api, "areas", TIANDITU, dry_run="true")
    assert not any("GCJ-02" in warning for warning in honest["report"]["warnings"])
    told = api.get(f"/api/v1/imports/{looked['job']}?lang=zh").json()["report"]["warnings"]
    assert told != looked["report"]["warnings"]


@pytest.mark.parametrize(
    ("layer", "name", "content", "form"),
    [
        ("areas", "x.geojson", b'{"type":"FeatureCollection","features":[{]}', {}),
        ("areas", "x.geojson", b'<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>', {}),
        ("areas", "x.zip", b"PK\x03\x04 not a zip", {}),
        ("areas", "x.csv", b"a,b\n1,2\n", {}),
        ("station_buffers", "x.geojson", b"{}", {}),
        ("parcel", "x.geojson", TIANDITU.read_bytes(), {}),
        ("areas", "x.geojson", TIANDITU.read_bytes(), {"crs": "EPSG:0"}),
    ],
)
def test_what_cannot_be_a_layer_is_refused_in_words(
    api: httpx.Client, layer: str, name: str, content: bytes, form: dict[str, str]
) -> None:
    files = [("file", (name, content))]
    answer = api.post(f"/api/v1/layers/{layer}/import", files=files, data=form)
    failed = outcome(api, answer.json()["job"])
    assert failed["state"] == "failed"
    assert failed["error"]


def test_file_names_lead_nowhere(api: httpx.Client, tmp_path: Path) -> None:
    evil = tmp_path / "evil.geojson"
    evil.write_bytes(TIANDITU.read_bytes())
    files = [("file", ("../../../../tmp/geo-service-escaped.geojson", evil.read_bytes()))]
    job = api.post("/api/v1/layers/areas/import", files=files, data={"dry_run": "true"}).json()["job"]
    assert outcome(api, job)["state"] == "done"
    assert not Path("/tmp/geo-service-escaped.geojson").exists()
    for id_ in ("..%2Fareas", "x" * 22, "%2e%2e"):
        assert api.get(f"/api/v1/imports/{id_}").status_code == 404


def test_the_command_line_does_the_same(town: Service) -> None:
    dry = town.run("import", "stations", str(DATA / "stations_gbk.csv"), "--dry-run", check=False)
    assert dry.returncode == 3
    assert "31" in dry.stdout
    refused = town.run("import", "stations", str(DATA / "stations_gbk.csv"), check=False)
    assert refused.returncode == 3
    stored = town.run("import", "stations", str(DATA / "stations_gbk.csv"), "--skip-bad", check=False)
    assert stored.returncode == 3
    with httpx.Client(base_url=town.url) as api:
        assert count(api, "stations") == 34
        assert count(api, "station_buffers") == 34 * 6
    wrong = town.run("import", "parcel", str(TIANDITU), check=False)
    assert (wrong.returncode, "parcels" in wrong.stderr, "Traceback" in wrong.stderr) == (1, True, False)


def test_what_goes_out_comes_in_again(town: Service, tmp_path: Path) -> None:
    town.run("import", "lots", str(DATA / "philadelphia_parcels.parquet"), "--title", "空地")
    for name in ("a.gpkg", "a.zip", "a.csv"):  # every format by itself is tested in test_formats_write.py
        out = town.run("export", "lots", str(tmp_path / name), "--crs", "EPSG:4490")
        assert "41" in out.stdout
        back = town.run("import", "lots", str(tmp_path / name), "--dry-run", check=False)
        assert "41" in back.stdout, back.stdout + back.stderr


def forkers(town: Service) -> list[int]:
    """The processes of the service that fork importers, each with a whole command line of its own."""
    tasks = Path(f"/proc/{town.process.pid}/task").iterdir()
    children = [pid for task in tasks for pid in (task / "children").read_text().split()]
    return [
        int(pid) for pid in children if b"geo_service.workers.importer" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def test_importers_are_forked_by_one_process_which_is_begun_anew_where_it_has_ended(
    town: Service, api: httpx.Client
) -> None:
    upload(api, "areas", TIANDITU, dry_run="true")
    (forker,) = forkers(town)
    upload(api, "areas", TIANDITU, dry_run="true")
    assert forkers(town) == [forker]
    os.kill(forker, signal.SIGKILL)
    assert upload(api, "areas", TIANDITU, dry_run="true")["state"] == "done"
    assert len(forkers(town)) == 1 and forkers(town) != [forker]


def test_an_importer_that_is_killed_is_told_and_one_of_a_service_that_ends_goes_on(
    store_url: str, tmp_path: Path
) -> None:
    rows = "\n".join(f"K{i},{110 + i % 1000 / 1000},{30 + i / 1e6}" for i in range(30_000))
    (tmp_path / "many.csv").write_text("code,lon,lat\n" + rows)
    with served(tmp_path, store_url) as town, httpx.Client(base_url=town.url, timeout=60) as api:
        killed, left = (_begun(api, "dust_sources", tmp_path / "many.csv") for _ in range(2))
        worker = _worker_of(tmp_path / "work" / killed)
        assert os.getsid(worker) == worker  # what a terminal tells the service is not told to it
        os.kill(worker, signal.SIGKILL)
        told = outcome(api, killed)
        assert (told["state"], told["error"]) == ("failed", "The import was interrupted.")
    ended = tmp_path / "work" / left / "status.json"
    deadline = time.monotonic() + 60
    while json.loads(ended.read_bytes())["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert json.loads(ended.read_bytes())["stored"] == 30_000


def _worker_of(job: Path) -> int:
    """The process that works on a job, once it has a number."""
    while not (job / "pid").exists():
        time.sleep(0.01)
    return int((job / "pid").read_text())


def _begun(api: httpx.Client, layer: str, path: Path) -> str:
    """The job of an upload that nobody waits for."""
    files = [("file", (path.name, path.read_bytes()))]
    headers = {"accept-language": "en"}
    answer = api.post(f"/api/v1/layers/{layer}/import", files=files, headers=headers)
    return str(answer.raise_for_status().json()["job"])


def test_an_import_killed_in_the_middle_leaves_nothing(town: Service, tmp_path: Path) -> None:
    rows = "\n".join(f"K{i},{110 + i % 1000 / 1000},{30 + i / 1e6}" for i in range(60_000))
    (tmp_path / "many.csv").write_text("code,lon,lat\n" + rows)
    command = town.command("import", "dust_sources", str(tmp_path / "many.csv"))
    process = subprocess.Popen(command, env=town.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with httpx.Client(base_url=town.url, timeout=60) as api:
        time.sleep(4)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert count(api, "dust_sources") in (0, 60_000)
        ring = [[1, 1], [1.01, 1], [1.01, 1.01], [1, 1]]
        written = api.post("/api/v1/parcels", json={"geometry": {"type": "Polygon", "coordinates": [ring]}})
        assert written.status_code == 201
    town.run("check")
