"""What the service promises of what it has taken: tested from outside, by killing, starving and damaging it."""

import os
import random
import re
import shutil
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests import demo_copies, postgis_servers
from tests.conftest import Service, missing, run, store_address
from tests.faulty_disks import SmallDisk, refusing, traced
from tests.pictures import jpeg, scene
from tests.postgis_servers import as_postgres
from tests.problems_http import feature
from tests.writers import Case, Writer, work

KILLS = 2


class Undemanding(Service):
    """A service that need not become ready: it only has to answer."""

    def _wait(self) -> None:
        wait_for(f"{self.url}/healthz", 200)


def wait_for(url: str, status: int) -> httpx.Response:
    answer: httpx.Response | None = None
    until = time.monotonic() + 45
    while time.monotonic() < until:
        try:
            answer = httpx.get(url, headers={"accept-language": "en"})
            if answer.status_code == status:
                return answer
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url}: {answer.text if answer else 'no answer'}")


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo town in a file that nobody has open."""
    folder = tmp_path_factory.mktemp("demo")
    demo_copies.plant(folder, f"gpkg://{folder}/town.gpkg")
    assert not (folder / "town.gpkg-wal").exists()
    return folder / "town.gpkg"


@pytest.fixture(params=["geopackage", "postgis"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The demo town in each kind of store."""
    url = store_address(request.param, tmp_path, request)
    if request.param == "geopackage":
        shutil.copytree(request.getfixturevalue("demo_file").parent, tmp_path, dirs_exist_ok=True)
    return url


def api(service: Service) -> httpx.Client:
    return httpx.Client(base_url=service.url, timeout=30, headers={"accept-language": "en"})


def history(client: httpx.Client, case: Case) -> Counter[str]:
    events = client.get(f"/api/v1/problems/{case.id}/history").json()
    return Counter(event["kind"] for event in events if event["kind"] in ("reported", "moved", "act", "photo"))


def is_kept(client: httpx.Client, case: Case) -> bool:
    """What was told is there, whole: the row, its places, its clocks, its history, its photo."""
    problem = client.get(f"/api/v1/problems/{case.id}")
    said = problem.json()["properties"]
    photos = client.get(f"/api/v1/problems/{case.id}/photos").json()
    whole = said["code"] == case.code and said["places"] and said["due_at"] and said["stage"]
    pictures = all(client.get(photo["url"]).status_code == 200 for photo in photos)
    done = history(client, case)
    return bool(whole and pictures and all(done[step] == 1 for step in case.told) and max(done.values()) == 1)


def until_told(writers: list[Writer], least: int = 3) -> None:
    """Until some cases have been answered: a kill before that would prove nothing."""
    until = time.monotonic() + 60
    while sum(bool(case.told) for writer in writers for case in list(writer.cases)) < least:
        assert time.monotonic() < until, "nothing is answered"
        time.sleep(0.05)


def test_whatever_was_answered_survives_a_kill(address: str, tmp_path: Path) -> None:
    chance = random.Random()
    is_new = address.startswith("postgresql")
    cases: list[Case] = []
    for kill in range(KILLS):
        service = Service(tmp_path, address, demo=is_new and kill == 0)
        if kill == 0:
            with api(service) as client:
                demo_problems = counts(client)["problems"]
        writers = [Writer(service.url) for _ in range(3)]
        until_told(writers)
        time.sleep(chance.uniform(0, 0.5))
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
        cases += [case for writer in writers for case in writer.end()]
    service = Service(tmp_path, address, demo=False, fresh=True)
    with api(service) as client:
        told = [case for case in cases if case.told]
        assert [case for case in told if not is_kept(client, case)] == []
        unsure = [case for case in cases if len(case.told) < 4]
        for case in [*unsure, *told[-5:]]:  # who got no answer asks again; who got one may as well
            assert work(client, case) == []
            assert history(client, case) == {"reported": 1, "moved": 1, "act": 1, "photo": 1}
        assert counts(client)["problems"] == demo_problems + len({case.id for case in cases})
    assert service.run("check", "--deep").returncode == 0
    service.stop()


def test_a_key_belongs_to_one_request(demo_file: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_file.parent, tmp_path, dirs_exist_ok=True)
    service = Service(tmp_path, f"gpkg://{tmp_path}/town.gpkg", demo=False, fresh=True)
    with api(service) as client:
        one, other = (client.post("/api/v1/problems", json=feature()).json()["id"] for _ in range(2))
        key = {"Idempotency-Key": "the same"}
        remark = {"act": "remark", "note": "n"}
        assert client.post(f"/api/v1/problems/{one}/acts", json=remark, headers=key).status_code == 200
        assert client.post(f"/api/v1/problems/{other}/acts", json=remark, headers=key).status_code == 409
        assert client.post(f"/api/v1/problems/{one}/moves", json={"to": "filed"}, headers=key).status_code == 409
        assert client.post("/api/v1/problems", json=feature(), headers=key).status_code == 409
    service.stop()


def test_a_write_is_on_the_disk_before_it_is_answered(demo_file: Path, tmp_path: Path) -> None:
    """Seen by the kernel: between two answers 201 the log was flushed; and the connections say so themselves."""
    shutil.copytree(demo_file.parent, tmp_path, dirs_exist_ok=True)
    service = Service(tmp_path, f"gpkg://{tmp_path}/town.gpkg", demo=False, fresh=True)
    trace = tmp_path / "trace"
    calls = "trace=fsync,fdatasync,write,writev,sendto,sendmsg"
    with api(service) as client:
        ready = client.get("/readyz").json()
        with traced(service.process.pid, "-y", "-s", "16", "-e", calls, "-o", str(trace)):
            for _ in range(5):
                assert client.post("/api/v1/problems", json=feature()).status_code == 201
    service.stop()
    seen = re.findall(r"sync\(\d+<[^>]*(town\.gpkg-wal)>|\"(HTTP/1\.1 201)", trace.read_text())
    order = "".join("s" if wal else "A" for wal, _ in seen)
    assert re.fullmatch(r"(s+A){5}s*", order)
    assert ready["durability"] == {"journal_mode": "wal", "synchronous": "2"}


def until_refused(client: httpx.Client, most: int = 400) -> httpx.Response:
    """Some room may be left inside the files."""
    for _ in range(most):
        answer = client.post("/api/v1/problems", json=feature(description="x" * 1500))
        if answer.status_code != 201:
            return answer
    raise AssertionError("nothing was refused")


def send_photo(client: httpx.Client, id_: int) -> httpx.Response:
    picture = jpeg(scene(3, (1600, 1200)), quality=95)
    return client.post(
        f"/api/v1/problems/{id_}/photos?role=before", content=picture, headers={"content-type": "image/jpeg"}
    )


def counts(client: httpx.Client) -> dict[str, int]:
    return {layer["name"]: layer["count"] for layer in client.get("/api/v1/layers").json()}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    disk = SmallDisk(tmp_path / "disk", megabytes=96)
    yield disk
    disk.remove()


@pytest.fixture
def own_server() -> Iterator[str]:
    """A server that may run out of room, or be told something: no other test is at work there."""
    if not postgis_servers.is_installed():
        missing("PostgreSQL 15 with PostGIS")
    with postgis_servers.server() as address:
        yield address


def on_disk(request: pytest.FixtureRequest, kind: str, disk: SmallDisk) -> str:
    """An empty store whose rows lie on the small disk."""
    if kind == "geopackage" or not disk.is_real:
        return f"gpkg://{disk.folder}/town.gpkg"
    server: str = request.getfixturevalue("own_server")
    if as_postgres("x") != ["x"]:
        shutil.chown(disk.folder, "postgres")
        for folder in list(disk.folder.parents)[:-2]:
            folder.chmod(folder.stat().st_mode | 0o011)
    space = disk.folder / "space"
    space.mkdir()
    if as_postgres("x") != ["x"]:
        shutil.chown(space, "postgres")
    name = "small"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE {name} LOCATION '{space}'")
        connection.execute(f"CREATE DATABASE {name} TABLESPACE {name}")
    return f"{server}/{name}"


@pytest.mark.parametrize("kind", ["geopackage", "postgis"])
def test_a_full_disk_refuses_writes_and_nothing_else(
    kind: str, small_disk: SmallDisk, request: pytest.FixtureRequest
) -> None:
    address = on_disk(request, kind, small_disk)
    (small_disk.folder / "data").mkdir()
    service = Service(small_disk.folder / "data", address, demo=False, fresh=True)
    with api(service) as client:
        id_ = client.post("/api/v1/problems", json=feature()).json()["id"]
        with small_disk.full(service.process.pid):
            refused, photo = until_refused(client), send_photo(client, id_)
            assert (refused.status_code, photo.status_code) == (507, 507), (refused.text, photo.text)
            assert refused.headers["content-type"] == "application/problem+json"
            assert client.get(f"/api/v1/problems/{id_}").status_code == 200
            assert client.get(f"/api/v1/problems/{id_}/photos").json() == []
            before = counts(client)["problems"]
        assert client.post("/api/v1/problems", json=feature()).status_code == 201
        assert send_photo(client, id_).status_code == 201
        assert counts(client)["problems"] == before + 1
    assert service.run("check", "--deep").returncode == 0
    service.stop()
    if not address.startswith("gpkg"):
        with psycopg.connect(address.rsplit("/", 1)[0] + "/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {urlsplit(address).path[1:]} WITH (FORCE)")
            connection.execute(f"DROP TABLESPACE {urlsplit(address).path[1:]}")


def test_a_disk_that_turns_read_only_refuses_writes_and_nothing_else(tmp_path: Path) -> None:
    """As a file system does that has met a fault: it keeps what is open, and takes no more writes."""
    service = Service(tmp_path, f"gpkg://{tmp_path}/town.gpkg", demo=False, fresh=True)
    with api(service) as client:
        id_ = client.post("/api/v1/problems", json=feature()).json()["id"]
        with refusing(service.process.pid, "EROFS"):
            assert client.post("/api/v1/problems", json=feature()).status_code == 503
            assert send_photo(client, id_).status_code == 503
            assert client.get("/api/v1/problems").json()["features"][0]["id"] == id_
            assert client.get(f"/api/v1/problems/{id_}/photos").json() == []
        assert client.post("/api/v1/problems", json=feature()).status_code == 201
        assert send_photo(client, id_).status_code == 201
        assert counts(client)["problems"] == 2
    assert service.run("check", "--deep").returncode == 0
    service.stop()


def test_a_server_that_turns_read_only_refuses_writes_and_nothing_else(own_server: str, tmp_path: Path) -> None:
    address = postgis_servers.database(own_server)
    service = Service(tmp_path, address, demo=False, fresh=True)
    with api(service) as client, psycopg.connect(address, autocommit=True) as server:
        id_ = client.post("/api/v1/problems", json=feature()).json()["id"]
        server.execute("SET default_transaction_read_only = off")
        server.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        try:
            server.execute("SELECT pg_reload_conf()")
            time.sleep(0.3)
            refused = client.post("/api/v1/problems", json=feature())
            assert (refused.status_code, "read-only" in refused.json()["detail"]) == (503, True)
            assert client.get("/api/v1/problems").json()["features"][0]["id"] == id_
        finally:
            server.execute("ALTER SYSTEM RESET default_transaction_read_only")
            server.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)
        assert client.post("/api/v1/problems", json=feature()).status_code == 201
    service.stop()


def damage(path: Path) -> None:
    """Some pages in the middle become rubbish."""
    page = 4096
    with path.open("r+b") as file:
        for number in range(path.stat().st_size // page // 2, path.stat().st_size // page // 2 + 40):
            file.seek(number * page)
            file.write(os.urandom(page))


def test_a_damaged_store_answers_503_with_the_reason_and_is_mended_by_a_restore(
    demo_file: Path, tmp_path: Path
) -> None:
    shutil.copytree(demo_file.parent, tmp_path, dirs_exist_ok=True)
    damage(tmp_path / "town.gpkg")
    service = Undemanding(tmp_path, f"gpkg://{tmp_path}/town.gpkg", demo=False)
    for path in ("/readyz", "/api/v1/problems", "/tiles/problems/12/3344/1784.mvt", "/maps/open-problems"):
        answer = httpx.get(f"{service.url}{path}", headers={"accept-language": "en"})
        assert (answer.status_code, "damaged" in answer.json()["detail"]) == (503, True), answer.text
    found = service.run("check", check=False)
    assert (found.returncode, "Traceback" in found.stderr) == (1, False)
    assert "损坏" in found.stderr
    run(demo_file.parent, f"gpkg://{demo_file}", "backup", str(tmp_path / "saved.zip"))
    service.run("restore", str(tmp_path / "saved.zip"), "--force")
    wait_for(f"{service.url}/readyz", 200)
    assert httpx.get(f"{service.url}/api/v1/problems").json()["features"]
    service.stop()


def test_a_server_that_comes_late_is_waited_for(postgis_server: str, tmp_path: Path) -> None:
    name = f"late{uuid4().hex[:16]}"
    service = Undemanding(tmp_path, f"{postgis_server}/{name}", demo=False)
    assert httpx.get(f"{service.url}/readyz").status_code == 503
    with psycopg.connect(f"{postgis_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        wait_for(f"{service.url}/readyz", 200)
        service.url = service.address_of("tests", "administrator")
        with api(service) as client:
            assert client.post("/api/v1/problems", json=feature()).status_code == 201
        service.stop()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


NASTY = {
    "no http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
    "lying length": b"POST /api/v1/problems HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -1\r\n\r\n",
    "two lengths": b"POST /x HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 3\r\ncontent-length: 9\r\n\r\nabc",
    "bad chunk": b"POST /api/v1/problems HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n\r\n",
    "deep": b"POST /api/v1/problems HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 400000\r\n\r\n" + b"[" * 400_000,
    "long head": b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: " + b"y" * 200_000,
    "cut off": b"POST /api/v1/problems HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 999\r\n\r\n{",
    "not utf-8": b"GET /api/v1/problems?category=%ff%fe&bbox=nan,inf,1e999,-0 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
    "huge tile": b"GET /tiles/problems/99/99999999/99999999.mvt HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
}


def test_no_request_ends_the_process(empty_service: Service) -> None:
    shape = {"type": "GeometryCollection", "geometries": []}
    for _ in range(100):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    with api(empty_service) as client:
        assert client.post("/api/v1/problems", json=feature(shape)).status_code in (400, 422)
    signed_in = b"host: 127.0.0.1\r\nauthorization: Bearer " + empty_service.token.encode()
    for said in NASTY.values():
        with socket.create_connection(("127.0.0.1", empty_service.port), timeout=10) as connection:
            connection.sendall(said.replace(b"host: 127.0.0.1", signed_in, 1))
            connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):
                connection.recv(1000)
    assert httpx.get(f"{empty_service.url}/healthz", timeout=2).status_code == 200
    assert empty_service.process.poll() is None
