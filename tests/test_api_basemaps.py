"""Basemaps over HTTP: who reads and sets them, what pages may load then, and the tiles of files."""

import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import mapbox_vector_tile
import pytest

from maps.tiles.grid import tile_at
from tests.archives import PLACE, town_archive, write_archive
from tests.conftest import Service

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(3000)
STREETS = {"key": "streets", "name": "街道图", "name_en": "Streets", "kind": "tiles", "attribution": "© 示例",
           "addresses": ["https://t{s}.maps.example/{z}/{x}/{y}.png", "http://10.1.2.3:8080/names/{z}/{x}/{y}"],
           "subdomains": ["0", "1"], "datum": "gcj02", "max_zoom": 17}  # fmt: skip
TOWN = {"key": "town", "name": "全镇", "kind": "file", "file": "town.pmtiles"}
AERIAL = {"key": "aerial", "name": "航拍", "kind": "file", "file": "aerial.pmtiles", "datum": "gcj02", "quiet": False}
HERE = tile_at(*PLACE, 12)


@pytest.fixture(scope="module")
def folder(module_service: Service) -> Path:
    """Where the service looks for files."""
    made = Path(module_service.environment["GEO_SERVICE_DATA_DIR"]) / "basemaps"
    made.mkdir(exist_ok=True)
    town_archive(made / "town.pmtiles")
    write_archive(made / "aerial.pmtiles", {tuple(HERE): PICTURE})
    return made


@pytest.fixture
def admin(module_service: Service, folder: Path) -> Iterator[httpx.Client]:
    """An administrator; before each test there is no basemap."""
    with httpx.Client(base_url=module_service.url, timeout=30) as client:
        client.put("/api/v1/basemaps", json={"basemaps": []}).raise_for_status()
        yield client


@pytest.fixture
def nobody(module_service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=module_service.web, timeout=30) as client:
        yield client


def put(admin: httpx.Client, *rows: dict[str, Any], **headers: str) -> httpx.Response:
    return admin.put("/api/v1/basemaps", json={"basemaps": list(rows)}, headers=headers)


def pictures_of(answer: httpx.Response) -> set[str]:
    """Whose pictures the page may load."""
    found = re.search(r"img-src ([^;]*)", answer.headers["content-security-policy"])
    return set(found[1].split()) if found else set()


# ---------------------------------------------------------------- the list


def test_what_was_set_is_read_again(admin: httpx.Client) -> None:
    answer = put(admin, STREETS, TOWN, AERIAL)
    assert answer.status_code == 200, answer.text
    said = admin.get("/api/v1/basemaps").json()
    assert [one["key"] for one in said["basemaps"]] == ["streets", "town", "aerial"]
    assert {**said["basemaps"][0], **STREETS} == said["basemaps"][0]
    assert said["faults"] == {}
    facts = {one["name"]: (one["kind"], one["min_zoom"], one["max_zoom"], one["fault"]) for one in said["files"]}
    assert facts == {"aerial.pmtiles": ("raster", 12, 12, ""), "town.pmtiles": ("vector", 9, 14, "")}


def test_everybody_reads_what_is_shown_and_nothing_else(admin: httpx.Client, nobody: httpx.Client) -> None:
    put(admin, STREETS, TOWN, AERIAL)
    said = nobody.get("/api/v1/basemaps", params={"lang": "en"}).json()
    assert said.keys() == {"version", "shown"}
    streets, town, aerial = said["shown"]
    assert (streets["name"], streets["kind"], streets["datum"]) == ("Streets", "raster", "gcj02")
    assert (town["kind"], town["min_zoom"], town["max_zoom"]) == ("vector", 9, 14)
    assert "pmtiles" not in json.dumps(said)
    assert aerial["tiles"][0].startswith("/basemaps/aerial/{z}/{x}/{y}?v=")


def test_a_version_that_is_gone_changes_nothing(admin: httpx.Client) -> None:
    etag = put(admin, STREETS).headers["etag"]
    assert put(admin, TOWN, **{"if-match": etag}).status_code == 200
    late = put(admin, **{"if-match": etag})
    assert late.status_code == 412
    assert [one["key"] for one in late.json()["current"]["basemaps"]] == ["town"]
    assert [one["key"] for one in admin.get("/api/v1/basemaps").json()["basemaps"]] == ["town"]


@pytest.mark.parametrize("role", ["planner", "dispatcher", "supervisor", "road_chief"])
def test_only_an_administrator_sets_them(module_service: Service, admin: httpx.Client, role: str) -> None:
    url = module_service.address_of(f"no-{role}", role)
    assert httpx.put(f"{url}/api/v1/basemaps", json={"basemaps": []}).status_code == 403
    for path in ("/admin/basemaps", "/admin/basemaps/preview?address=/a/{z}/{x}/{y}"):
        assert httpx.get(url + path).status_code == 403
    assert httpx.get(f"{url}/api/v1/basemaps").json().keys() == {"version", "shown"}


def test_nobody_sets_them_without_signing_in(nobody: httpx.Client) -> None:
    assert nobody.put("/api/v1/basemaps", json={"basemaps": []}).status_code == 401


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({**STREETS, "addresses": ["https://a b/{z}/{x}/{y}"]}, "addresses"),
        ({**TOWN, "file": "gone.pmtiles"}, "file"),
        ({**TOWN, "file": "../town.pmtiles"}, "file"), ({**TOWN, "datum": "gcj02"}, "datum"), ({}, "key"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_nothing_is_set(admin: httpx.Client, row: dict[str, Any], field: str) -> None:
    answer = put(admin, {**STREETS, "key": "first"}, row)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == f"basemaps.2.{field}"
    assert admin.get("/api/v1/basemaps").json()["basemaps"] == []


@pytest.mark.parametrize("body", [{}, {"basemaps": None}, {"basemaps": {"a": 1}}, {"basemaps": [7]}])
def test_what_is_no_list_is_refused(admin: httpx.Client, body: object) -> None:
    assert admin.put("/api/v1/basemaps", json=body).status_code == 422


def test_a_change_is_in_the_audit_with_whom_it_lets_in(admin: httpx.Client) -> None:
    put(admin, STREETS)
    line = admin.get("/api/v1/audit", params={"act": "basemaps", "limit": 1}).json()["entries"][0]
    assert line["account"] == "tests"
    assert "https://t1.maps.example" in line["detail"]["origins"]


# ---------------------------------------------------------------- what a page may load


def test_a_map_loads_pictures_from_where_basemaps_are_and_from_nowhere_else(
    admin: httpx.Client, nobody: httpx.Client
) -> None:
    own = {"'self'", "data:", "blob:"}
    assert pictures_of(nobody.get("/maps/open-problems")) == own
    put(admin, STREETS, TOWN)
    others = {"https://t0.maps.example", "https://t1.maps.example", "http://10.1.2.3:8080"}
    for path in ("/maps/open-problems", "/maps/clean-zones", "/report"):
        answer = nobody.get(path)
        assert pictures_of(answer) == own | others
        assert answer.headers["content-security-policy"].count("maps.example") == 2  # in img-src alone
    for path in ("/", "/help", "/login"):
        assert pictures_of(nobody.get(path)) == own
    assert pictures_of(admin.get("/admin/basemaps")) == own


def test_a_map_without_basemaps_has_no_choice(admin: httpx.Client, nobody: httpx.Client) -> None:
    assert 'geo.mount("basemap"' not in nobody.get("/maps/open-problems").text
    put(admin, TOWN)
    assert 'geo.mount("basemap"' in nobody.get("/maps/open-problems").text


def test_saved_maps_and_pictures_keep_the_own_ground(admin: httpx.Client) -> None:
    put(admin, STREETS)
    saved = admin.get("/maps/open-problems.html")
    assert saved.status_code == 200 and "maps.example" not in saved.text and 'geo.mount("basemap"' not in saved.text
    assert admin.get("/maps/open-problems.png", params={"width": "300", "height": "200"}).status_code == 200


def test_one_tile_is_shown_before_anything_is_set(admin: httpx.Client) -> None:
    asked = {"address": ["https://t{s}.maps.example/{z}/{x}/{-y}", "/own/{TileMatrix}/{TileCol}/{TileRow}"],
             "subdomains": ["5"], "max_zoom": "11"}  # fmt: skip
    answer = admin.get("/admin/basemaps/preview", params=asked)
    assert pictures_of(answer) == {"'self'", "https://t5.maps.example"}
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    first, second = re.findall(r'src="([^"]+)"', answer.text)
    z, x, y = map(int, second.split("/")[2:])
    assert (z, first) == (11, f"https://t5.maps.example/11/{x}/{2**11 - 1 - y}")


def test_an_address_that_cannot_be_used_shows_no_tile(admin: httpx.Client) -> None:
    asked = {"address": 'https://maps.example/{z}/{x}/{y}"onload="x', "lang": "en"}
    answer = admin.get("/admin/basemaps/preview", params=asked)
    assert answer.status_code == 422 and "<img" not in answer.text
    assert pictures_of(answer) == {"'self'"}
    assert "is no address of tiles" in answer.text and 'onload="x' not in answer.text


# ---------------------------------------------------------------- tiles of files


def tile_path(key: str, version: str = "") -> str:
    return f"/basemaps/{key}/{HERE.z}/{HERE.x}/{HERE.y}{version and f'?v={version}'}"


def version_of(client: httpx.Client, key: str) -> str:
    shown = client.get("/api/v1/basemaps").json()["shown"]
    return str(next(one["tiles"][0] for one in shown if one["key"] == key).partition("?v=")[2])


def test_a_tile_as_it_stands_in_the_file(admin: httpx.Client, nobody: httpx.Client) -> None:
    put(admin, TOWN, AERIAL)
    picture = nobody.get(tile_path("aerial"))
    assert (picture.status_code, picture.headers["content-type"], picture.content) == (200, "image/png", PICTURE)
    vector = nobody.get(tile_path("town"), headers={"accept-encoding": "gzip"})
    assert vector.headers["content-encoding"] == "gzip"
    assert vector.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert {"roads", "water", "places"} <= mapbox_vector_tile.decode(vector.content).keys()


def test_who_takes_no_packed_tile_gets_it_plain(admin: httpx.Client) -> None:
    put(admin, TOWN)
    plain = admin.get(tile_path("town"), headers={"accept-encoding": "identity"})
    packed = admin.get(tile_path("town"), headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content and "roads" in mapbox_vector_tile.decode(plain.content)
    assert plain.headers["etag"] != packed.headers["etag"]
    assert "accept-encoding" in packed.headers["vary"].lower()


def test_a_tile_is_kept_as_long_as_the_file_is_the_same(admin: httpx.Client, folder: Path) -> None:
    put(admin, AERIAL)
    version = version_of(admin, "aerial")
    answer = admin.get(tile_path("aerial", version))
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert admin.get(tile_path("aerial")).headers["cache-control"] == "private, no-cache"
    again = admin.get(tile_path("aerial", version), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    try:
        write_archive(folder / "aerial.pmtiles", {tuple(HERE): PICTURE + b"newer"})
        newer = admin.get(tile_path("aerial", version), headers={"if-none-match": answer.headers["etag"]})
        assert (newer.status_code, newer.content) == (200, PICTURE + b"newer")
        assert newer.headers["cache-control"] == "private, no-cache"  # asked for with the version of the old one
        assert version_of(admin, "aerial") != version
    finally:
        write_archive(folder / "aerial.pmtiles", {tuple(HERE): PICTURE})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/basemaps/aerial/{HERE.z}/{HERE.x + 1}/{HERE.y}", 204), ("/basemaps/aerial/3/1/1", 204),
        ("/basemaps/aerial/3/8/0", 404), ("/basemaps/aerial/40/1/1", 404), ("/basemaps/aerial/-1/0/0", 404),
        ("/basemaps/never/3/1/1", 404), ("/basemaps/streets/3/1/1", 404), ("/basemaps/aerial.pmtiles/3/1/1", 404),
        ("/basemaps/..%2f..%2ftown.gpkg/3/1/1", 404), ("/basemaps/aerial/a/1/1", 400),
        ("/basemaps/aerial/3/1/1?q=1", 400), ("/basemaps/aerial/3/99999999999999999999/1", 404),
    ],
)  # fmt: skip
def test_tiles_that_are_not_there(admin: httpx.Client, path: str, status: int) -> None:
    put(admin, STREETS, AERIAL)
    assert admin.get(path).status_code == status


def test_a_file_that_is_damaged_later_is_said_and_hurts_nobody(
    admin: httpx.Client, nobody: httpx.Client, folder: Path
) -> None:
    shutil.copy(folder / "town.pmtiles", folder / "second.pmtiles")
    put(admin, {**TOWN, "key": "second", "file": "second.pmtiles"}, TOWN)
    try:
        for content in (b"", b"PMTiles\x03" + bytes(200), (folder / "town.pmtiles").read_bytes()[:-40]):
            (folder / "second.pmtiles").write_bytes(content)
            answer = nobody.get(tile_path("second"))
            assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
            assert "second.pmtiles" in answer.json()["detail"] and str(folder) not in answer.text
            assert [one["key"] for one in nobody.get("/api/v1/basemaps").json()["shown"]] == ["town"]
            assert "second.pmtiles" in admin.get("/api/v1/basemaps").json()["faults"]["second"]
            assert nobody.get("/maps/open-problems").status_code == 200
            assert nobody.get(tile_path("town")).status_code == 200
    finally:
        (folder / "second.pmtiles").unlink()
    assert nobody.get(tile_path("second")).status_code == 503


def test_many_who_pan_at_once_are_all_answered(
    admin: httpx.Client, nobody: httpx.Client, module_service: Service
) -> None:
    put(admin, TOWN)
    middles = [tile_at(*PLACE, z) for z in (13, 14)]
    tiles = [(at.z, at.x + x, at.y + y) for at in middles for x in range(-6, 7) for y in range(-6, 7)]
    ask = lambda at: nobody.get(f"/basemaps/town/{'/'.join(map(str, at))}").status_code  # noqa: E731
    with ThreadPoolExecutor(32) as crowd:
        answers = list(crowd.map(ask, tiles * 2))
    assert set(answers) == {200, 204}
    files = [path for path in Path(f"/proc/{module_service.process.pid}/fd").iterdir()
             if "pmtiles" in str(path.resolve())]  # fmt: skip
    assert len(files) <= 3


# ---------------------------------------------------------------- the command line


def test_basemaps_are_added_listed_and_removed_on_the_command_line(
    module_service: Service, admin: httpx.Client, tmp_path: Path
) -> None:
    path = town_archive(tmp_path / "copied.pmtiles")
    module_service.run("basemap", "add", "copied", "拷贝", "--file", str(path))
    module_service.run("basemap", "add", "amap", "高德", "--address", "https://w{s}.maps.example/{x}/{y}/{z}",
                       "--subdomains", "1,2", "--gcj02", "--max-zoom", "17")  # fmt: skip
    rows = admin.get("/api/v1/basemaps").json()["basemaps"]
    assert [(one["key"], one["datum"], one["max_zoom"]) for one in rows] == [
        ("copied", "wgs84", 22),
        ("amap", "gcj02", 17),
    ]
    assert admin.get(tile_path("copied")).status_code == 200
    listed = module_service.run("basemap", "list").stdout
    assert "copied.pmtiles" in listed and "高德" in listed
    module_service.run("basemap", "remove", "copied")
    assert [one["key"] for one in admin.get("/api/v1/basemaps").json()["basemaps"]] == ["amap"]
    assert module_service.run("basemap", "remove", "copied", check=False).returncode == 1
