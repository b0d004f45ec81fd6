"""Stores of both kinds for the contract tests; a throw-away PostGIS is started when a test asks for one."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

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
