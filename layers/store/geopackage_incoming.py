"""A GeoPackage brought back: unpacked in a folder beside it, and put in its place by one rename."""

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote

from layers.disk import flush
from layers.errors import StoreInUse
from layers.store.driver import DRIVER
from layers.store.incoming import Incoming
from layers.words import msg

# Every connection to a file in write-ahead mode holds SQLite's shared lock on these bytes for as long as it lives:
# https://www.sqlite.org/fileformat2.html#the_lock_byte_page
_SHARED_FIRST, _SHARED_BYTES = 0x4000_0002, 510
_BESIDE = ("-wal", "-shm")
_PATIENCE_S = 3.0  # a service that waits for its damaged store to be mended looks at it now and then


class GeoPackageIncoming(Incoming):
    """The place of a GeoPackage."""

    suffix = ".gpkg"

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_if_in_use(self.path)
        self.folder = Path(tempfile.mkdtemp(prefix=".restore-", dir=self.path.parent))
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder)

    def is_there(self) -> bool:
        """Whether the file is there."""
        return self.path.exists()

    def unpacked(self, file: Path) -> str:
        """It is a store as it is."""
        self._file = file
        return f"gpkg://{quote(str(file))}"

    def put_in_place(self, stamp: str) -> str:
        """At every moment there is either the former store or the new one; the former keeps its log, if it has one."""
        _refuse_if_in_use(self.path)
        kept = self.path.with_name(f"{self.path.stem}.before-restore-{stamp}{self.suffix}")
        is_there = self.path.exists()
        if is_there:
            _take_log_home(self.path)
            os.link(self.path, kept)
            for end in _BESIDE:
                with suppress(FileNotFoundError):
                    os.rename(f"{self.path}{end}", f"{kept}{end}")
        self._file.replace(self.path)
        flush(self.path.parent)
        return kept.name if is_there else ""


def _refuse_if_in_use(path: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while path.exists() and _is_in_use(path):
        if time.monotonic() > until:
            raise StoreInUse(msg("The store is in use: stop the service, and close it in other programs."))
        time.sleep(0.1)


def _is_in_use(path: Path) -> bool:
    """This process itself must not have the file open: closing it here would end SQLite's locks."""
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_FIRST)
        except (BlockingIOError, PermissionError):
            return True
    return False


def _take_log_home(path: Path) -> None:
    """Write the log into the file, which then stands alone; a damaged file keeps its log beside it."""
    with suppress(DRIVER.DatabaseError), closing(DRIVER.connect(str(path))) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
