"""A request that is repeated under the same key finds what it did the first time, and does nothing again."""

from datetime import datetime

from layers.errors import Conflict
from layers.store import Session
from layers.words import msg


def done_before(session: Session, key: str | None, kind: str, id_: int | None = None) -> int | None:
    """The id of what the first request with this key made or changed; None where there was none, or no key.

    Raises Conflict where the key was used for something of another kind, or for another thing than `id_`.
    """
    receipt = None if key is None else session.features.receipt(key)
    if receipt is None:
        return None
    if receipt[0] != kind or id_ not in (None, receipt[1]):
        raise Conflict(msg("This key was used for another request."))
    return receipt[1]


def keep(session: Session, key: str | None, kind: str, id_: int, *, now: datetime) -> None:
    """Remember what the request with this key made or changed, if it has one."""
    if key is not None:
        session.features.put_receipt(key, kind, id_, now=now)
