"""Which SQLite drives the embedded store.

Versions before 3.51.3 can corrupt a write-ahead log that two writers reset at the same moment.
pysqlite3 brings a newer one where it has a wheel; elsewhere the standard library's is taken
when it is new enough, and otherwise with a warning.
"""

import warnings
from types import ModuleType
from typing import cast

SAFE_VERSION = (3, 51, 3)


def _driver() -> ModuleType:
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        from sqlite3 import dbapi2
    return cast(ModuleType, dbapi2)


DRIVER = _driver()


def is_safe() -> bool:
    """Whether two processes may write the same file."""
    return tuple(DRIVER.sqlite_version_info) >= SAFE_VERSION


def warn_if_old() -> None:
    """Say so once, at the opening of a store."""
    if not is_safe():
        warnings.warn(
            f"SQLite {DRIVER.sqlite_version} is older than 3.51.3: run one worker only, or install pysqlite3",
            RuntimeWarning,
            stacklevel=2,
        )
