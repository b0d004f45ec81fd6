"""The photos' files against their rows: what a fault has left between the two is found, and mended where it can be."""

from dataclasses import dataclass

from layers.photos.files import PhotoFiles
from layers.store import Store
from layers.words import Message, msg

_UNFINISHED_AFTER_S = 3600.0
_DAY_S = 86_400.0
_ORPHANED_AFTER_S = 7 * _DAY_S  # time enough to notice that the folder of another store was mounted


@dataclass(frozen=True, slots=True)
class Swept:
    """Keys: `missing` have a row but no file, `left` a file that their row says is gone, `orphans` no row."""

    missing: frozenset[str]
    left: frozenset[str]
    orphans: frozenset[str]


def compare(store: Store, files: PhotoFiles, *, min_age_s: float = 0.0) -> Swept:
    """What does not fit; files younger than `min_age_s` are no orphans yet."""
    kept = files.keys()
    aged = files.keys(min_age_s=min_age_s)
    with store.reading() as session:
        live, closed = session.photos.keys()
    missing = frozenset(key for key in live if not files.has(key))
    return Swept(missing, frozenset(kept & closed), frozenset(aged - live - closed))


def sweep(store: Store, files: PhotoFiles) -> int:
    """Unlink what must be gone, and what never got a row (after a week); how many photos that were.

    Where the store knows none of the files, they are another store's: then nothing without a row is touched.
    """
    files.drop_unfinished(min_age_s=_UNFINISHED_AFTER_S)
    found = compare(store, files, min_age_s=_ORPHANED_AFTER_S)
    with store.reading() as session:
        live, _ = session.photos.keys()
    orphans = found.orphans if live & files.keys() else frozenset[str]()
    for key in found.left | orphans:
        files.remove(key)
    return len(found.left | orphans)


def faults(store: Store, files: PhotoFiles) -> list[Message]:
    """What `geo-service check` says of the photos; empty when all is well."""
    found = compare(store, files, min_age_s=_ORPHANED_AFTER_S + _DAY_S)  # what the sweep should have taken
    missing, left, orphans = len(found.missing), len(found.left), len(found.orphans)
    said = (
        (missing, msg("{count} photos are missing in their folder: restore it from a backup.", count=missing)),
        (left, msg("{count} removed photos are still on the disk: the next sweep removes them.", count=left)),
        (orphans, msg("{count} files in the folder of the photos belong to no photo of this store.", count=orphans)),
    )
    return [message for count, message in said if count]
