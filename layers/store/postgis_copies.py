"""A PostGIS database saved by pg_dump and brought back by pg_restore."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from layers.errors import StoreInUse, StoreUnavailable
from layers.store import faults
from layers.store.incoming import Incoming
from layers.words import msg

_LONGEST_NAME = 63  # of a database
_IN_USE, _NOT_ALLOWED = "55006", "42501"


def dump(url: URL, file: Path, snapshot: str) -> None:
    """Save the database as one exported snapshot sees it."""
    _run("pg_dump", url, "--format=custom", "--compress=1", f"--snapshot={snapshot}", f"--file={file}")


class PostGISIncoming(Incoming):
    """The place of a database: restored beside it, and put in its place by renaming both in one transaction."""

    suffix = ".pgdump"

    def __init__(self, address: str):
        self.url = make_url(address).set(drivername="postgresql+psycopg")
        self.name = self.url.database or ""
        self._beside = f"{self.name[:40]}_restore_{secrets.token_hex(4)}"

    def __enter__(self) -> Self:
        with self._server() as connection:
            users = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (self.name,)
            ).scalar()
        if users:
            raise _in_use()
        self.folder = Path(tempfile.mkdtemp(prefix="geo-service-restore-"))
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder)
        with self._server() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(self._beside)}")

    def is_there(self) -> bool:
        """Whether the database is there."""
        with self._server() as connection:
            return self._is_there(connection)

    def unpacked(self, file: Path) -> str:
        """Restore the file into a new database."""
        with self._server() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {_quoted(self._beside)}")
        beside = self.url.set(database=self._beside)
        options = ("--exit-on-error", "--no-owner", "--no-privileges", "--no-comments")
        _run("pg_restore", beside, *options, str(file))
        return beside.set(drivername="postgresql").render_as_string(hide_password=False)

    def put_in_place(self, stamp: str) -> str:
        """Both are renamed, or neither."""
        kept = f"{self.name[: _LONGEST_NAME - 32]}_before_restore_{stamp.lower()}"
        with self._server() as connection, connection.execution_options(isolation_level="READ COMMITTED").begin():
            is_there = self._is_there(connection)
            if is_there:
                _rename(connection, self.name, kept)
            _rename(connection, self._beside, self.name)
        return kept if is_there else ""

    def _is_there(self, connection: Connection) -> bool:
        found = connection.exec_driver_sql("SELECT 1 FROM pg_database WHERE datname = %s", (self.name,))
        return found.first() is not None

    @contextmanager
    def _server(self) -> Iterator[Connection]:
        """A connection to another database of the server: nobody renames the one that they are in."""
        engine = create_engine(self.url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        try:
            with engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise _error(error) from error
        finally:
            engine.dispose()


def _rename(connection: Connection, old: str, new: str) -> None:
    connection.exec_driver_sql(f"ALTER DATABASE {_quoted(old)} RENAME TO {_quoted(new)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def _in_use() -> StoreInUse:
    return StoreInUse(msg("The store is in use: stop the service, and close it in other programs."))


def _error(error: DBAPIError) -> StoreUnavailable | DBAPIError:
    state = getattr(error.orig, "sqlstate", None)
    if state == _IN_USE:
        return _in_use()
    if state == _NOT_ALLOWED:
        return StoreUnavailable(msg("Restoring needs a database user who may create and rename databases."))
    kind = faults.kind_of(error.orig)
    return error if kind is None else faults.fault(kind)


def _run(program: str, url: URL, *arguments: str) -> None:
    """One of PostgreSQL's programs on a database; the password does not stand where others can read it."""
    if shutil.which(program) is None:
        raise StoreUnavailable(msg("“{program}” is missing: install PostgreSQL's client programs.", program=program))
    address = url.set(drivername="postgresql", password=None).render_as_string()
    secret = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    done = subprocess.run(  # noqa: S603 (a program of PostgreSQL, arguments of our own)
        [program, f"--dbname={address}", *arguments],
        env={**os.environ, **secret}, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode != 0:
        reason = next((line for line in done.stderr.splitlines() if "error" in line.lower()), done.stderr.strip())
        raise StoreUnavailable(msg("{program} failed: {reason}", program=program, reason=reason[:300]))
