"""Stores of both kinds for the contract tests; a throw-away PostGIS is started when a test asks for one."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from layers.store import Store, open_store

PG_BIN = Path("/usr/lib/postgresql/15/bin")


def missing(what: str) -> None:
    """A missing server or browser may be skipped on a laptop and must fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI must have it")
    pytest.skip(f"{what} is missing")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_postgres(*command: str) -> list[str]:
    """initdb refuses root."""
    return ["runuser", "-u", "postgres", "--", *command] if getpass.getuser() == "root" else list(command)


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[str]:
    """The address of a fresh PostGIS server, without a database name."""
    if not (PG_BIN / "initdb").exists():
        missing("PostgreSQL 15 with PostGIS")
    folder = Path(tempfile.mkdtemp(prefix="geo-service-pg-"))
    port = free_port()
    if getpass.getuser() == "root":
        shutil.chown(folder, "postgres")
    run = lambda *command: subprocess.run(as_postgres(*command), check=True, capture_output=True, cwd="/")  # noqa: E731
    run(str(PG_BIN / "initdb"), "-D", str(folder / "db"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run(str(PG_BIN / "pg_ctl"), "-D", str(folder / "db"), "-o", options, "-w", "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        run(str(PG_BIN / "pg_ctl"), "-D", str(folder / "db"), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgis_url(postgis_server: str) -> Iterator[str]:
    """The address of an empty database."""
    import psycopg

    name = f"t{free_port()}"
    with psycopg.connect(f"{postgis_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{postgis_server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["geopackage", "postgis"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store of each kind."""
    if request.param == "geopackage":
        return f"gpkg://{tmp_path}/town.gpkg"
    url: str = request.getfixturevalue("postgis_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty open store of each kind."""
    opened = open_store(store_url)
    yield opened
    opened.close()


class Service:
    """A running service: its address, and the settings that the command line needs to reach the same store."""

    def __init__(self, folder: Path, store_url: str, *, demo: bool, workers: int = 1):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "GEO_SERVICE_STORE": store_url, "GEO_SERVICE_DATA_DIR": str(folder)}
        self.log = folder / "service.log"
        if demo:
            self.run("demo")
        serve = ["serve", "--port", str(self.port), "--workers", str(workers)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.command(*serve), env=self.environment, stdout=log, stderr=log)
        self._wait()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "geo_service", *arguments]

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command of the command line on the same store."""
        result = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, check=False
        )
        assert not check or result.returncode == 0, result.stdout + result.stderr
        return result

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def stop(self) -> int:
        """Ask it to end, as a terminal or a supervisor does; its exit status."""
        self.process.terminate()
        return self.process.wait(20)


def kept_database(server: str) -> str:
    """A new database that lives as long as its server."""
    import psycopg

    name = f"s{free_port()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


def store_address(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """A fresh store of that kind for a whole session."""
    if kind == "geopackage":
        return f"gpkg://{folder}/town.gpkg"
    return kept_database(request.getfixturevalue("postgis_server"))


@pytest.fixture(scope="session", params=["geopackage", "postgis"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo town served from each kind of store."""
    folder = tmp_path_factory.mktemp(f"service-{request.param}")
    running = Service(folder, store_address(request.param, folder, request), demo=True)
    yield running
    assert running.stop() in (0, -15), running.log.read_text()


@pytest.fixture(scope="session")
def empty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A town without anything."""
    folder = tmp_path_factory.mktemp("service-empty")
    running = Service(folder, f"gpkg://{folder}/town.gpkg", demo=False)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def service_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo town in the embedded store, for the browser."""
    folder = tmp_path_factory.mktemp("service-browser")
    running = Service(folder, f"gpkg://{folder}/town.gpkg", demo=True)
    yield running.url
    running.stop()
