"""Columns in side files, one a layer, mapped into memory: all workers share the pages, and a restart reads no row.

A file is a cache and nothing more. It is believed only when it is whole (size and sums) and the store itself says
that it is the layer's (see `ChangeFeed.mark`); it then gives the layer as of a sequence number of the change feed.

Written is: magic word, length and CRC of the head (JSON), head, zeros up to a multiple of 64 bytes, arrays.
"""

import json
import mmap
import secrets
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from layers.columns.compiled import frozen
from layers.columns.layer import LayerColumns
from layers.columns.packing import Place, add_up, aligned, arrays_of, columns_of, padded, placed, taken_from
from layers.model import ChangeFeed

FORMAT = 4  # to be counted up when the same rows come to other arrays
_MAGIC = b"geocols\n"
_START = struct.Struct("<8sII")  # magic word, length of the head, its CRC
_SUFFIX = f".v{FORMAT}.columns"
_LEFT_AFTER_S = 3600.0  # a half-written file is nobody's after so long


@dataclass(frozen=True, slots=True)
class Saved:
    """A layer as it was at a sequence number of the feed."""

    columns: LayerColumns
    sequence: int


class ColumnFiles:
    """The side files in a folder; they serve the store that marks them. Safe in many threads and processes."""

    def __init__(self, folder: Path, feed: ChangeFeed):
        self._folder = folder
        self._feed = feed

    def open(self, layer: str, fields: Sequence[str]) -> Saved | None:
        """The layer from its file; None where there is none that may be believed. Nothing is read but the head."""
        try:
            with self._path(layer).open("rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # there is none; or it is empty
            return None
        octets = np.frombuffer(mapped, np.uint8)
        head = _head_of(octets)
        wanted = head and (head["format"], head["layer"], head["fields"]) == (FORMAT, layer, list(fields))
        if not head or not wanted or head["mark"] != self._feed.mark(layer):
            return None
        body = octets[head["begins"] :]
        if len(body) != head["size"] or _sums(body) != head["sums"]:
            return None
        arrays = taken_from(body, [Place(tuple(key), *rest) for key, *rest in head["places"]])
        counted = {name: int(head[name]) for name in ("fingerprint", "changed_rows")}
        return Saved(columns_of(layer, fields, arrays, **counted), head["sequence"])

    def save(self, columns: LayerColumns, sequence: int) -> None:
        """Put the layer into its file and have the store mark it.

        Raises OSError where the folder cannot be written, StoreUnavailable where the store cannot.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        mark = secrets.token_hex(16)
        part = self._folder / f"{mark}.part"
        try:
            with part.open("xb") as file:
                _write(file, columns, mark, sequence)
            part.replace(self._path(columns.name))
        finally:
            part.unlink(missing_ok=True)
        self._feed.set_mark(columns.name, mark)

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """True for the one process that may save now."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "turn.lock").open("wb") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True  # closing the file gives the lock back

    def sweep(self, *, now_s: float) -> None:
        """Remove what no store of this release will open: files of other formats, and half-written ones."""
        with suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                other = path.suffix == ".columns" and not path.name.endswith(_SUFFIX)
                if other or (path.suffix == ".part" and now_s - path.stat().st_mtime > _LEFT_AFTER_S):
                    path.unlink(missing_ok=True)

    def _path(self, layer: str) -> Path:
        return self._folder / (blake2b(layer.encode(), digest_size=8).hexdigest() + _SUFFIX)


def _write(file: BinaryIO, columns: LayerColumns, mark: str, sequence: int) -> None:
    arrays = arrays_of(columns)
    places, size = placed(arrays)
    sums = np.zeros(2, np.uint64)
    for array in arrays.values():
        for piece in padded(array):
            add_up(frozen(np.frombuffer(piece, np.uint64)), sums)
    head = {
        "format": FORMAT, "layer": columns.name, "fields": columns.field_names, "mark": mark, "sequence": sequence,
        "fingerprint": columns.fingerprint, "changed_rows": columns.changed_rows, "size": size,
        "sums": sums.tolist(), "places": [list(asdict(place).values()) for place in places],
    }  # fmt: skip
    text = json.dumps(head).encode()
    file.write(_START.pack(_MAGIC, len(text), crc32(text)))
    file.write(text.ljust(aligned(_START.size + len(text)) - _START.size))
    for array in arrays.values():
        file.writelines(padded(array))


def _head_of(octets: NDArray[np.uint8]) -> dict[str, Any] | None:
    """What a file says of itself, with where its arrays begin; None where it is not one of ours, or torn."""
    if len(octets) < _START.size:
        return None
    magic, length, crc = _START.unpack(octets[: _START.size].tobytes())
    text = octets[_START.size : _START.size + length].tobytes()
    if magic != _MAGIC or len(text) != length or crc32(text) != crc:
        return None
    return {**json.loads(text), "begins": aligned(_START.size + length)}


def _sums(body: NDArray[np.uint8]) -> list[int]:
    sums = np.zeros(2, np.uint64)
    add_up(frozen(body.view(np.uint64)), sums)
    found: list[int] = sums.tolist()
    return found
