"""A PMTiles file (version 3) of vector or raster tiles, read piece by piece; nothing of it is kept but directories.

The library `pmtiles` knows the form of header and directories. The file is read with `pread`, not mapped: where
somebody shortens a mapped file, as copying a newer one over it does, the system would end the whole process.
"""

import gzip
import html
import json
import os
import re
import stat
import weakref
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pmtiles.tile import (
    Compression,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    zxy_to_tileid,
)

from layers.errors import FileUnreadable
from layers.words import msg

VECTOR, RASTER = "vector", "raster"
MEDIA_TYPES = {
    TileType.MVT: "application/vnd.mapbox-vector-tile", TileType.PNG: "image/png", TileType.JPEG: "image/jpeg",
    TileType.WEBP: "image/webp", TileType.AVIF: "image/avif",
}  # fmt: skip
_HEADER_BYTES = 127
_DEEPEST = 4  # directories, one within another
_MOST_KEPT = 24  # directories
_LARGEST_DIRECTORY, _LARGEST_METADATA, _LARGEST_TILE, _LARGEST_UNPACKED = 4 << 20, 16 << 20, 8 << 20, 32 << 20
_DAMAGE = (
    EOFError, IndexError, KeyError, OSError, OverflowError, TypeError, ValueError, zlib.error, MagicNumberNotFound,
    SpecVersionUnsupported,
)  # fmt: skip
_TAG = re.compile(r"<[^>]*>")

Numbers = NDArray[np.int64]
Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What a file says of itself. `bounds`: west, south, east, north; `layers`: the names of a vector file's layers."""

    kind: str
    media_type: str
    is_zipped: bool
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]
    layers: tuple[str, ...] = ()
    attribution: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class _Directory:
    """Entries in the order of their tile ids; a run of 0 stands for a further directory."""

    ids: Numbers
    offsets: Numbers
    lengths: Numbers
    runs: Numbers


class TileArchive:
    """An open file; safe to be used from many threads at once. FileUnreadable where it is none, or is damaged."""

    def __init__(self, path: Path):
        self.name = path.name
        self._file = _opened(path)
        weakref.finalize(self, os.close, self._file)  # when nobody reads it any more
        self._kept: OrderedDict[tuple[int, int], _Directory] = OrderedDict()
        self._lock = Lock()
        self.stamp = stamp_of(os.fstat(self._file))
        try:
            self._header: Any = deserialize_header(self._read(0, _HEADER_BYTES))
            self.facts = self._facts()
            self._directory(self._header["root_offset"], self._header["root_length"])
        except _DAMAGE as error:
            raise self._damaged() from error

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The tile as it stands in the file, None where it holds none. ValueError for a tile that cannot be."""
        if not self.facts.min_zoom <= z <= self.facts.max_zoom:
            return None
        wanted = zxy_to_tileid(z, x, y)
        try:
            return self._found(wanted)
        except _DAMAGE as error:
            raise self._damaged() from error

    def unpacked(self, tile: bytes) -> bytes:
        """A tile of a file whose tiles are zipped, for who does not take them so."""
        unpacking = zlib.decompressobj(wbits=31)
        try:
            plain = unpacking.decompress(tile, _LARGEST_UNPACKED)
        except zlib.error as error:
            raise self._damaged() from error
        if unpacking.unconsumed_tail or not unpacking.eof:
            raise self._damaged()
        return plain

    def _found(self, wanted: int) -> bytes | None:
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(_DEEPEST):
            directory = self._directory(offset, length)
            at = int(np.searchsorted(directory.ids, wanted, side="right")) - 1
            if at < 0:
                return None
            run, length = int(directory.runs[at]), int(directory.lengths[at])
            if run:
                is_there = wanted < int(directory.ids[at]) + run
                return self._tile(int(directory.offsets[at]), length) if is_there else None
            offset = self._header["leaf_directory_offset"] + int(directory.offsets[at])
        raise ValueError("directories without end")

    def _tile(self, offset: int, length: int) -> bytes:
        _check_size(length, _LARGEST_TILE)
        return self._read(self._header["tile_data_offset"] + offset, length)

    def _directory(self, offset: int, length: int) -> _Directory:
        key = (offset, length)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = self._read_directory(offset, length)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def _read_directory(self, offset: int, length: int) -> _Directory:
        _check_size(length, _LARGEST_DIRECTORY)
        entries = deserialize_directory(self._read(offset, length))
        rows = [(one.tile_id, one.offset, one.length, one.run_length) for one in entries]
        return _Directory(*np.array(rows, np.int64).reshape(-1, 4).T.copy())

    def _facts(self) -> ArchiveFacts:
        header = self._header
        size_bytes = os.fstat(self._file).st_size
        if header["tile_data_offset"] + header["tile_data_length"] > size_bytes:
            raise FileUnreadable(msg("“{name}” is cut off: it was not copied to its end.", name=self.name))
        if header["tile_type"] not in MEDIA_TYPES or header["internal_compression"] is not Compression.GZIP:
            raise self._not_taken()
        if header["tile_compression"] not in (Compression.NONE, Compression.GZIP):
            raise self._not_taken()
        metadata = self._metadata()
        layers = metadata.get("vector_layers") or []
        west, south, east, north = (header[f"{end}_e7"] / 1e7 for end in ("min_lon", "min_lat", "max_lon", "max_lat"))
        return ArchiveFacts(
            kind=VECTOR if header["tile_type"] is TileType.MVT else RASTER,
            media_type=MEDIA_TYPES[header["tile_type"]], is_zipped=header["tile_compression"] is Compression.GZIP,
            min_zoom=header["min_zoom"], max_zoom=header["max_zoom"], bounds=(west, south, east, north),
            layers=tuple(str(one["id"]) for one in layers), attribution=_plain(metadata.get("attribution")),
            size_bytes=size_bytes,
        )  # fmt: skip

    def _metadata(self) -> dict[str, Any]:
        length = self._header["metadata_length"]
        if not length:
            return {}
        _check_size(length, _LARGEST_METADATA)
        said = json.loads(gzip.decompress(self._read(self._header["metadata_offset"], length)))
        if not isinstance(said, dict):
            raise TypeError("the metadata are no object")
        return said

    def _read(self, offset: int, length: int) -> bytes:
        found = os.pread(self._file, length, offset)
        if len(found) != length:
            raise EOFError(f"{length} bytes at {offset}")
        return found

    def _damaged(self) -> FileUnreadable:
        return FileUnreadable(msg("“{name}” is damaged, or no PMTiles file of version 3.", name=self.name))

    def _not_taken(self) -> FileUnreadable:
        return FileUnreadable(
            msg("“{name}” holds tiles of a kind that is not taken: vector tiles (MVT), PNG, JPEG, WebP or AVIF, plain"
                " or zipped by gzip.", name=self.name)
        )  # fmt: skip


def stamp_of(status: os.stat_result) -> Stamp:
    """What changes with the content of a file."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def _opened(path: Path) -> int:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
            raise FileNotFoundError(path.name)
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise FileUnreadable(msg("There is no file “{name}” in the folder of basemaps.", name=path.name)) from error


def _check_size(length: int, limit: int) -> None:
    if not 0 < length <= limit:
        raise ValueError(f"{length} bytes")


def _plain(text: object) -> str:
    """A text of others without the tags of HTML, of which nothing here makes use."""
    return html.unescape(_TAG.sub("", text)).strip()[:300] if isinstance(text, str) else ""
