"""The folder of the files that basemaps are made of; an operator puts them there, the service only reads."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from layers.errors import BadInput, FileUnreadable
from layers.rules.basemaps import is_file_name
from layers.tile_archive import Stamp, TileArchive, stamp_of
from layers.words import Message, msg

_PATTERN = "*.pmtiles"
_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class _Kept:
    """What came of opening a file: the archive, or why not."""

    stamp: Stamp | None
    archive: TileArchive | None = None
    why: Message | None = None


class BasemapFiles:
    """The PMTiles files of one folder. A file is opened when it is asked for, and anew when it has changed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    def names(self) -> list[str]:
        """The files that are there, by name."""
        found = sorted(path.name for path in self.folder.glob(_PATTERN) if path.is_file() and is_file_name(path.name))
        return found[:_MOST_LISTED]

    def get(self, name: str) -> TileArchive:
        """The open file of that name; FileUnreadable says why there is none."""
        stamp = self._stamp(name)
        kept = self._kept.get(name)
        if kept is None or kept.stamp != stamp:
            with self._lock:
                kept = self._kept.get(name)
                if kept is None or kept.stamp != stamp:
                    kept = self._kept[name] = self._look(name, stamp)
        if kept.archive is None:
            raise FileUnreadable(kept.why or msg("There is no file “{name}” in the folder of basemaps.", name=name))
        return kept.archive

    def take(self, path: Path) -> str:
        """Copy a file into the folder, beside first and then in one step; its name."""
        name = path.name
        if not is_file_name(name):
            raise BadInput(msg("A file is named without its folder and ends with .pmtiles."), field="file")
        if path.resolve() != (self.folder / name).resolve():
            TileArchive(path)
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = self.folder / f".{name}.part"
            shutil.copyfile(path, beside)
            beside.replace(self.folder / name)
        return name

    def _look(self, name: str, stamp: Stamp | None) -> _Kept:
        if len(self._kept) > _MOST_LISTED:
            self._kept.clear()
        try:
            return _Kept(stamp, TileArchive(self.folder / name))
        except FileUnreadable as error:
            return _Kept(stamp, why=error.message)

    def _stamp(self, name: str) -> Stamp | None:
        try:
            return stamp_of(os.stat(self.folder / name))
        except OSError:
            return None
