"""The photos' files: two JPEGs under a key that nobody can guess, on the disk before their row is written.

A file is written beside its place, flushed to the disk, renamed, and its folder flushed: only then does `put` return
the key, and only then may a row name it. Removing unlinks at once. Files without a row are left by a fault between the
two; `layers.photo_sweep` finds them.
"""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.disk import flush
from layers.errors import NotFound, StoreReadOnly
from layers.store import system_fault
from layers.words import msg

_KEY = re.compile(r"[0-9a-f]{32}")
_PHOTO, _PREVIEW, _UNFINISHED = ".jpg", ".preview.jpg", ".part"


class PhotoFiles:
    """The photos in one folder, which is made when the first one comes."""

    def __init__(self, folder: Path):
        self.folder = folder

    def put(self, jpeg: bytes, preview: bytes) -> str:
        """Keep a photo; its key. StoreFull or StoreReadOnly where the disk does not take it."""
        key = secrets.token_hex(16)
        with _disk_errors():
            place = self._folder_of(key)
            if not place.is_dir():
                place.mkdir(parents=True, exist_ok=True)
                flush(self.folder.parent)
                flush(self.folder)
            self._write(place / f"{key}{_PREVIEW}", preview)
            self._write(place / f"{key}{_PHOTO}", jpeg)
            flush(place)
        return key

    def read(self, key: str, *, preview: bool = False) -> bytes:
        """The bytes of a photo or of its preview; NotFound where there is none."""
        try:
            return self._path(key, _PREVIEW if preview else _PHOTO).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("photo", key) from error

    def has(self, key: str) -> bool:
        """Whether both files are there."""
        return all(self._path(key, ending).is_file() for ending in (_PHOTO, _PREVIEW))

    def paths(self, key: str) -> tuple[Path, Path]:
        """Where the files of a photo are, or would be."""
        return self._path(key, _PHOTO), self._path(key, _PREVIEW)

    def adopt(self, other: "PhotoFiles") -> None:
        """Take over the files of another folder on the same disk; what is here under the same key is the same."""
        with _disk_errors():
            for theirs in other.folder.glob("??"):
                place = self.folder / theirs.name
                place.mkdir(parents=True, exist_ok=True)
                for file in theirs.iterdir():
                    file.replace(place / file.name)
                flush(place)
            if self.folder.is_dir():
                flush(self.folder)

    def remove(self, key: str) -> None:
        """Unlink a photo and its preview, if they are there."""
        with _disk_errors():
            for ending in (_PHOTO, _PREVIEW):
                self._path(key, ending).unlink(missing_ok=True)
            if self._folder_of(key).is_dir():
                flush(self._folder_of(key))

    def keys(self, *, min_age_s: float = 0.0) -> set[str]:
        """The keys of all files that are at least that old; names that are not ours are left out."""
        youngest = time.time() - min_age_s
        found = (path for path in self.folder.glob("??/*") if path.stat().st_mtime <= youngest)
        return {key for path in found if _KEY.fullmatch(key := path.name.split(".")[0])}

    def drop_unfinished(self, *, min_age_s: float) -> int:
        """Unlink what an interrupted `put` has left; how many."""
        youngest = time.time() - min_age_s
        left = [path for path in self.folder.glob(f"??/*{_UNFINISHED}") if path.stat().st_mtime <= youngest]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _write(self, path: Path, content: bytes) -> None:
        beside = path.with_name(path.name + _UNFINISHED)
        try:
            with beside.open("xb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    def _folder_of(self, key: str) -> Path:
        return self.folder / key[:2]

    def _path(self, key: str, ending: str) -> Path:
        if not _KEY.fullmatch(key):  # a key from outside never leads to another file
            raise NotFound("photo", key[:40])
        return self._folder_of(key) / f"{key}{ending}"


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        fault = system_fault(error)
        if isinstance(fault, StoreReadOnly):
            fault = StoreReadOnly(msg("The folder of the photos cannot be written."))
        raise fault from error
