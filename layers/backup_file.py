"""The one file that a backup is: a zip with the store, the photos, and a manifest that can prove both.

The store's part is compressed where its format is not, the photos are stored as they are; all of it streams. The
manifest comes last, for only then are the sums known. `photos.sha256` is the SHA-256 of the lines
“<SHA-256> <name>” of all photos in the order of the archive.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from layers.errors import BadFile
from layers.words import msg

FORMAT = 1
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST_BYTES = 16 << 20
_PART_BYTES = 1 << 20
_STORE = re.compile(r"store\.[a-z]{1,10}")
_PHOTO = re.compile(r"photos/([0-9a-f]{2}/[0-9a-f]{32}(\.preview)?\.jpg)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a part of a backup must be again."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds; `counts`: rows of layers, events, photos; `absent`: photos whose files were not there."""

    made_at: str
    release: str
    store: Part
    counts: Mapping[str, int]
    photos: Part
    absent: tuple[str, ...] = ()
    format: int = FORMAT


@dataclass(slots=True)
class _Sum:
    """The running sum over several files."""

    bytes: int = 0
    lines: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def take(self, part: Part) -> None:
        """Count one file."""
        self.bytes += part.bytes
        self.lines.update(f"{part.sha256} {part.name}\n".encode())

    def part(self) -> Part:
        """All of them as one part."""
        return Part(name="photos", bytes=self.bytes, sha256=self.lines.hexdigest())


class BackupWriter:
    """Writes a backup: the store, then the photos, then `finish`."""

    def __init__(self, archive: zipfile.ZipFile):
        self._archive = archive
        self._photos = _Sum()

    def add_store(self, path: Path, *, compressed: bool) -> Part:
        """The store's file; `compressed` where it is so already."""
        return self._add(f"store{path.suffix}", path, zipfile.ZIP_STORED if compressed else zipfile.ZIP_DEFLATED)

    def add_photo(self, path: Path) -> None:
        """A photo's file; FileNotFoundError where it is not there."""
        self._photos.take(self._add(f"photos/{path.parent.name}/{path.name}", path, zipfile.ZIP_STORED))

    def photos(self) -> Part:
        """What the photos until now add up to."""
        return self._photos.part()

    def finish(self, manifest: Manifest) -> None:
        """Write what all parts must be again."""
        self._archive.writestr(_MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))

    def _add(self, name: str, path: Path, how: int) -> Part:
        with path.open("rb") as source:  # before the archive has an entry
            entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            entry.compress_type = how
            with self._archive.open(entry, "w", force_zip64=True) as out:
                return _copied(name, source, out)


class BackupReader:
    """Reads a backup; BadFile where it is none, or not whole."""

    def __init__(self, archive: zipfile.ZipFile):
        self._archive = archive
        self.manifest = _manifest(archive)

    def unpack_store(self, to: Path) -> None:
        """Write the store's file, and check it."""
        with self._archive.open(self.manifest.store.name) as source, to.open("xb") as out:
            _check(_copied(self.manifest.store.name, source, out), self.manifest.store)

    def unpack_photos(self, folder: Path) -> None:
        """Write the photos' files into a folder, and check them; other names in the archive are nobody's business."""
        taken = _Sum()
        for name in self._archive.namelist():
            if found := _PHOTO.fullmatch(name):
                to = folder / found[1]
                to.parent.mkdir(parents=True, exist_ok=True)
                with self._archive.open(name) as source, to.open("xb") as out:
                    taken.take(_copied(name, source, out))
        _check(taken.part(), self.manifest.photos)


@contextmanager
def writing(path: Path) -> Iterator[BackupWriter]:
    """A new backup at that path."""
    with zipfile.ZipFile(path, "x", compresslevel=1) as archive:
        yield BackupWriter(archive)


@contextmanager
def reading(path: Path) -> Iterator[BackupReader]:
    """The backup at that path."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield BackupReader(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadFile(msg("The backup is damaged: {reason}.", reason=str(error))) from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        entry = archive.getinfo(_MANIFEST)
        with archive.open(entry) as source:
            said = json.loads(source.read(_LARGEST_MANIFEST_BYTES))
        parts = {name: Part(**said[name]) for name in ("store", "photos")}
        said |= {**parts, "absent": tuple(said["absent"]), "counts": dict(said["counts"])}
        manifest = Manifest(**said)
        archive.getinfo(manifest.store.name)
    except (KeyError, TypeError, ValueError) as error:
        raise BadFile(msg("This is not a backup of this service.")) from error
    if manifest.format != FORMAT or not _STORE.fullmatch(manifest.store.name):
        raise BadFile(msg("This backup was made by a newer release ({release}).", release=str(manifest.release)[:40]))
    return manifest


def _copied(name: str, source: IO[bytes], out: IO[bytes]) -> Part:
    total, digest = 0, hashlib.sha256()
    while piece := source.read(_PART_BYTES):
        out.write(piece)
        total += len(piece)
        digest.update(piece)
    return Part(name=name, bytes=total, sha256=digest.hexdigest())


def _check(found: Part, said: Part) -> None:
    if found != said:
        raise BadFile(msg("The backup is damaged: {reason}.", reason=f"{said.name}: SHA-256"))
