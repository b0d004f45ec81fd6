"""Everything of a town in one file, taken while people work, and brought back from it.

The store is copied first and the photos after it: whatever photo a saved row names was on the disk before its row.
What is brought back is unpacked and checked beside its place; the photos go into their folder first, where their keys
are nobody else's, and the store follows by one rename. Before that rename the town is what it was, after it what was
saved.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from layers.audit import OPERATOR_HERE, note
from layers.backup_file import BackupReader, BackupWriter, Manifest, reading, writing
from layers.errors import BadFile, BadInput, Conflict, StoreUnavailable
from layers.photos.files import PhotoFiles
from layers.store import Incoming, Session, Store, incoming, open_store, system_fault
from layers.words import msg

_COMPRESSED = (".pgdump",)  # formats that are compressed in themselves


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back, and the name under which the former store is kept ("" = there was none)."""

    manifest: Manifest
    kept: str


def back_up(store: Store, files: PhotoFiles, file: Path, *, now: datetime, release: str) -> Manifest:
    """Save everything into a new file, which has its name only when it is whole; the audit tells of it.

    Raises BadInput (the file is there already), StoreDamaged, StoreFull, StoreReadOnly or StoreUnavailable.
    """
    if not file.absolute().parent.is_dir():
        raise BadInput(msg("There is no folder “{folder}”.", folder=str(file.parent)), field="file")
    if file.exists():
        raise BadInput(msg("“{file}” is there already: choose another name.", file=file.name), field="file")
    with _disk_errors(), tempfile.TemporaryDirectory(prefix=".backup-", dir=file.absolute().parent) as folder:
        copy, whole = Path(folder, f"store{store.copy_suffix}"), Path(folder, "whole")
        with store.copying(copy) as session:
            counts, keys = _counts(session), session.photos.keys()[0]
        with writing(whole) as archive:
            part = archive.add_store(copy, compressed=store.copy_suffix in _COMPRESSED)
            absent = tuple(_without_files(archive, files, sorted(keys)))
            manifest = Manifest(
                made_at=now.isoformat(), release=release, store=part, counts=counts, photos=archive.photos(),
                absent=absent,
            )  # fmt: skip
            archive.finish(manifest)
        os.sync()
        whole.rename(file)
    note(store, "backup", file.name, by=OPERATOR_HERE, now=now)
    return manifest


def restore(url: str, files: PhotoFiles, file: Path, *, now: datetime, force: bool = False) -> Restored:
    """Bring everything back to the store at that address.

    A store that holds data is replaced only by `force`, and kept beside; the audit of the one that came back tells of
    it. Raises BadFile (no backup, damaged, of another kind of store), Conflict (there are data), StoreInUse, StoreFull,
    StoreReadOnly or StoreUnavailable.
    """
    with _disk_errors(), reading(file) as archive, incoming(url) as place, _beside(files.folder) as folder:
        _check_kind(archive, place)
        if not force and place.is_there() and _holds_data(url):
            raise Conflict(msg("The store holds data already: with --force they are replaced."))
        photos = PhotoFiles(Path(folder, "photos"))
        saved = place.folder / archive.manifest.store.name
        archive.unpack_store(saved)
        archive.unpack_photos(photos.folder)
        _try_on(place.unpacked(saved), photos, archive.manifest)
        os.sync()
        files.adopt(photos)
        made = Restored(archive.manifest, place.put_in_place(f"{now:%Y%m%dT%H%M%S}"))
    with suppress(StoreUnavailable), _opened(url) as store:
        note(store, "restore", file.name, by=OPERATOR_HERE, now=now, saved_at=made.manifest.made_at)
    return made


def photos_lost(store: Store, manifest: Manifest) -> int:
    """How many photos are not in a backup though nobody removed them: their files were missing before."""
    with store.reading() as session:
        live, _ = session.photos.keys()
    return len(live.intersection(manifest.absent))


def _counts(session: Session) -> dict[str, int]:
    live, closed = session.photos.keys()
    return {**session.layers.counts(), "events": session.history.count(), "photos": len(live | closed)}


def _without_files(archive: BackupWriter, files: PhotoFiles, keys: Iterable[str]) -> Iterator[str]:
    """Add the photos; those that were removed since their rows were saved, or are missing, are told."""
    for key in keys:
        try:
            for path in files.paths(key):
                archive.add_photo(path)
        except FileNotFoundError:
            yield key


def _check_kind(archive: BackupReader, place: Incoming) -> None:
    if Path(archive.manifest.store.name).suffix != place.suffix:
        raise BadFile(msg("The backup was made of another kind of store than the one that is set here."))


def _holds_data(url: str) -> bool:
    """Whether anything would be lost; what cannot be opened may hold something."""
    try:
        with _opened(url) as store, store.reading() as session:
            return any(_counts(session).values()) or bool(session.duties.people())
    except StoreUnavailable:
        return True


def _try_on(url: str, photos: PhotoFiles, manifest: Manifest) -> None:
    """The store opens here as it will there, is sound, and holds what the manifest says; so do the photos."""
    with _opened(url) as store:
        wrong = store.check()
        with store.reading() as session:
            found, (live, _) = _counts(session), session.photos.keys()
    counted = {name: (found.get(name, 0), count) for name, count in manifest.counts.items()}
    wrong += [f"{name}: {have} ≠ {said}" for name, (have, said) in counted.items() if have != said]
    without = [key for key in live if not photos.has(key)]
    if set(without) - set(manifest.absent):
        wrong.append(f"photos: {len(without)}")
    if wrong:
        raise BadFile(msg("The backup is damaged: {reason}.", reason=wrong[0]))


@contextmanager
def _opened(url: str) -> Iterator[Store]:
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()


def _beside(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """On the same disk, so that a file moves by its name alone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=".restore-", dir=folder.parent)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise system_fault(error) from error
