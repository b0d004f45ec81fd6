"""A PostGIS of our own, thrown away afterwards: on this machine only, on a free port."""

import getpass
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from benchmarks.service import free_port

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "2GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "8GB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    "fsync": "off",  # nothing of it outlives the run; what is measured only reads
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, and the process that began it."""

    port: int
    pid: int

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def make(self, database: str) -> str:
        """A new empty database; its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.url(database)


def programs() -> Path | None:
    """Where the newest server's programs are; None where none is installed."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def serving(bin_folder: Path) -> Iterator[Server]:
    """A server until the block ends."""
    folder = Path(mkdtemp(prefix="geo-service-peers-pg-"))
    data, port = folder / "db", free_port()
    if getpass.getuser() == "root":
        shutil.chown(folder, "postgres")
    _run(bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    given = {**SETTINGS, "port": str(port), "unix_socket_directories": str(folder)}
    options = " ".join(f"-c {name}={value}" for name, value in given.items())
    _run(bin_folder / "pg_ctl", "-D", data, "-o", options, "-w", "-l", folder / "log", "start")
    try:
        yield Server(port, int((data / "postmaster.pid").read_text().split()[0]))
    finally:
        _run(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: object) -> None:
    """As postgres where we are root, which a server refuses to run as."""
    words = [str(word) for word in command]
    as_postgres = ["runuser", "-u", "postgres", "--"] if getpass.getuser() == "root" else []
    subprocess.run([*as_postgres, *words], check=True, capture_output=True, cwd="/")
