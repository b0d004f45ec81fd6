"""Throw-away PostGIS servers. One run of the tests has one, whichever way it is run, and a database for each test."""

import getpass
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

MEMORY, ROOM_BYTES = Path("/dev/shm"), 4 << 30
BIN = Path("/usr/lib/postgresql/15/bin")
SETTINGS = {
    "listen_addresses": "127.0.0.1", "max_connections": "400",
    # Nothing outlives the run, and hundreds of databases of a few rows want no housekeeping.
    "fsync": "off", "autovacuum": "off", "wal_level": "minimal", "max_wal_senders": "0", "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
}  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_installed() -> bool:
    return (BIN / "initdb").exists()


def as_postgres(*command: str) -> list[str]:
    """initdb refuses root."""
    return ["runuser", "-u", "postgres", "--", *command] if getpass.getuser() == "root" else list(command)


def _run(*command: str) -> None:
    subprocess.run(as_postgres(*command), check=True, capture_output=True, cwd="/")


@contextmanager
def server() -> Iterator[str]:
    """The address of a fresh server, without a database name."""
    folder = Path(tempfile.mkdtemp(prefix="geo-service-pg-", dir=_place()))
    if getpass.getuser() == "root":
        shutil.chown(folder, "postgres")
    port, data, control = free_port(), str(folder / "db"), str(BIN / "pg_ctl")
    _run(str(BIN / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    given = {**SETTINGS, "port": str(port), "unix_socket_directories": str(folder)}
    options = " ".join(f"-c {name}={value}" for name, value in given.items())
    _run(control, "-D", data, "-o", options, "-w", "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        _run(control, "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def database(address: str, template: str = "template1") -> str:
    """The address of a new database, which is as the template is; it lives as long as its server."""
    name = f"t{uuid4().hex[:16]}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(copy_of(template, name))
    return f"{address}/{name}"


def _place() -> Path | None:
    """In memory where there is room: a new database is hundreds of files, which a disk takes half a second for."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    return MEMORY if has_room else None


def copy_of(template: str, name: str) -> str:
    """The statement for a database that is as another one is; to copy its files is the quickest way."""
    return f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"


def drop(database_address: str) -> None:
    """Take a database away, whoever is connected to it."""
    address, _, name = database_address.rpartition("/")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
