"""What a driver says when a disk, a file or a server fails, as errors of our own: by its codes, never by its words."""

import errno
import os
from pathlib import Path

from layers.errors import StoreDamaged, StoreFull, StoreReadOnly, StoreUnavailable
from layers.words import Message, msg

_TEXTS: dict[type[StoreUnavailable], Message] = {
    StoreFull: msg("The disk is full: nothing was changed. Free some space and try again."),
    StoreReadOnly: msg("The store cannot be written: its file or folder is read-only."),
    StoreDamaged: msg("The store is damaged: run “geo-service check”, then restore a backup."),
    StoreUnavailable: msg("The store does not answer. Please try again."),
}
_IO = 10  # SQLite's primary code for every fault of the disk
# https://www.sqlite.org/rescode.html: primary codes, and those faults of the disk that mean a damaged file.
_SQLITE: dict[int, type[StoreUnavailable]] = {
    5: StoreUnavailable,  # busy
    6: StoreUnavailable,  # locked
    8: StoreReadOnly,
    _IO: StoreUnavailable,
    11: StoreDamaged,  # corrupt
    13: StoreFull,
    14: StoreUnavailable,  # cannot open
    26: StoreDamaged,  # not a database
    266: StoreDamaged,  # a page cannot be read
    522: StoreDamaged,  # a page is shorter than it should be
    8202: StoreDamaged,  # a checksum is wrong
    8458: StoreDamaged,  # the file system itself is corrupt
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html: whole codes, and the classes they belong to.
_SQLSTATE: dict[str, type[StoreUnavailable]] = {
    "08": StoreUnavailable,  # connection
    "25006": StoreReadOnly,
    "28": StoreUnavailable,  # the server does not let us in
    "3D000": StoreUnavailable,  # no such database, yet
    "40": StoreUnavailable,  # two transactions in each other's way
    "53": StoreUnavailable,  # resources
    "53100": StoreFull,
    "55P03": StoreUnavailable,  # a lock is not to be had
    "57": StoreUnavailable,  # an operator stops the server, or it is starting
    "58": StoreUnavailable,  # the server's own disk
    "XX001": StoreDamaged,
    "XX002": StoreDamaged,
}
_ERRNO: dict[int, type[StoreUnavailable]] = {
    errno.ENOSPC: StoreFull,
    errno.EDQUOT: StoreFull,
    errno.EROFS: StoreReadOnly,
    errno.EACCES: StoreReadOnly,
    errno.EPERM: StoreReadOnly,
}
# Without a code: there is no server, or no connection was free in time.
_NO_ANSWER = {"OperationalError", "InterfaceError", "TimeoutError"}


def kind_of(said: object) -> type[StoreUnavailable] | None:
    """The kind of a driver's exception; None where our own statement is at fault."""
    state = getattr(said, "sqlstate", None)
    if isinstance(state, str):
        return _SQLSTATE.get(state) or _SQLSTATE.get(state[:2])
    code = getattr(said, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code) or _SQLITE.get(code & 0xFF)
    return StoreUnavailable if _NO_ANSWER & {kind.__name__ for kind in type(said).__mro__} else None


def is_of_disk(said: object) -> bool:
    """Whether SQLite says no more than that the disk did not do as it should."""
    code = getattr(said, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in (_IO, 14) and kind_of(said) is StoreUnavailable


def of_disk(path: Path) -> type[StoreUnavailable]:
    """Why the disk does not do as it should, as far as it says; the file is not opened, so that no lock is lost."""
    try:
        disk = os.statvfs(path)
    except OSError:
        return StoreUnavailable
    if disk.f_flag & os.ST_RDONLY or not os.access(path, os.W_OK):
        return StoreReadOnly
    return StoreFull if disk.f_bavail == 0 else StoreUnavailable


def of_system(error: OSError) -> type[StoreUnavailable]:
    """The kind of what the operating system says of a file or folder."""
    return _ERRNO.get(error.errno or 0, StoreUnavailable)


def fault(kind: type[StoreUnavailable]) -> StoreUnavailable:
    """The error of that kind, with the words for people."""
    return kind(_TEXTS[kind])
