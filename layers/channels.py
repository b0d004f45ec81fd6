"""Where notices are sent beside the inbox: subscriptions to mail and web addresses, set by an administrator."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from layers import inbox
from layers.errors import BadInput, NotFound
from layers.rules.notices import KINDS
from layers.rules.sending import check_target
from layers.store import Session, Store
from layers.store.notices import Channel, Delivery, Notice
from layers.words import msg

_SECRET_BYTES = 32
_CHANGEABLE = ("target", "person", "kinds", "active")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What somebody wants to be sent where; `person` is whose notices ("" = everybody's, for a web address only)."""

    channel: str
    target: str
    person: str = ""
    kinds: tuple[str, ...] = ()
    active: bool = True


def subscribe(store: Store, wish: Subscription, *, now: datetime, by: str = "") -> Channel:
    """Add a subscription; a web address gets a secret, with which what is sent there is signed.

    BadInput for an address that does not fit, a stranger, an unknown kind.
    """
    secret = secrets.token_urlsafe(_SECRET_BYTES) if wish.channel == "webhook" else ""
    with store.writing() as session:
        fit = _checked(session, wish)
        made = Channel(**asdict(fit), secret=secret, created_at=now, created_by=by)
        return replace(made, id=session.channels.add(made))


def change(store: Store, id_: int, changes: Mapping[str, Any], *, new_secret: bool = False) -> Channel:
    """Change target, person, kinds or active; a `new_secret` replaces the old one. Switching on clears the note."""
    with store.writing() as session:
        old = session.channels.get(id_)
        known: dict[str, Any] = {name: getattr(old, name) for name in _CHANGEABLE}
        wish = Subscription(channel=old.channel, **{**known, **changes})
        fit = _checked(session, wish)
        secret = secrets.token_urlsafe(_SECRET_BYTES) if new_secret and old.channel == "webhook" else old.secret
        note = "" if fit.active else old.note
        session.channels.change(id_, {**asdict(fit), "kinds": list(fit.kinds), "secret": secret, "note": note})
        if not fit.active:
            session.deliveries.stop(id_, "")
        return session.channels.get(id_)


def unsubscribe(store: Store, id_: int) -> None:
    """Remove a subscription, or NotFound."""
    with store.writing() as session:
        session.channels.get(id_)
        session.channels.remove(id_)


def test(store: Store, id_: int, *, now: datetime, keep_until: datetime) -> Delivery:
    """Make a test message for a subscription, taken at once by the one who asks (kept from the workers until then)."""
    with store.writing() as session:
        channel = session.channels.get(id_)
        notice = Notice(person="", kind="test", urgency=KINDS["test"].urgency, at=now, read_at=now)
        made = Delivery(channel_id=id_, notice_id=session.notices.add(notice), payload={"people": [channel.person]},
                        attempts=1, next_at=keep_until)  # fmt: skip
        return replace(made, id=session.deliveries.add(made))


def _checked(session: Session, wish: Subscription) -> Subscription:
    """The wish with its address and kinds made fit, or BadInput."""
    target = check_target(wish.channel, wish.target)
    if wish.person:
        _known(session, wish.person)
    elif wish.channel == "mail":
        raise BadInput(msg("A mail address belongs to a person."), field="person")
    return replace(wish, target=target, kinds=inbox.check_kinds(wish.kinds))


def _known(session: Session, code: str) -> None:
    try:
        session.duties.person(code)
    except NotFound as error:
        raise BadInput(error.message, field="person") from error
