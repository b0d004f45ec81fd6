"""Deliveries on their way: taken by one worker at a time, tried again, given up, or ended with their address."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from layers.inbox import put
from layers.rules.notices import KINDS
from layers.rules.sending import Outcome, next_try
from layers.store import Session, Store
from layers.store.notices import Channel, Delivery, Notice
from layers.words import msg

LEASE = timedelta(minutes=5)  # longer than any sending may take
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery that is ours to send now, with its channel and its notice."""

    delivery: Delivery
    channel: Channel
    notice: Notice


def take(store: Store, *, now: datetime, without: Collection[int] = ()) -> Parcel | None:
    """Take what is due the longest, unless it goes to one of these channels; None where nothing is due.

    The store is written only where there is something to take.
    """
    with store.reading() as session:
        if not session.deliveries.is_due(now):
            return None
    with store.writing() as session:
        taken = session.deliveries.claim(now, until=now + LEASE, without=without)
        return None if taken is None else parcel(session, taken)


def parcel(session: Session, delivery: Delivery) -> Parcel:
    """The delivery with all that it takes to send it."""
    channel = session.channels.get(delivery.channel_id)
    return Parcel(delivery, channel, session.notices.get(delivery.notice_id))


def settle(store: Store, sent: Parcel, outcome: Outcome, *, now: datetime, chance: float) -> None:
    """Write what came of a try; `chance` in [0, 1) spreads the next one. Where nobody will ever take it, the channel
    is switched off, and whoever set it up is told."""
    error = outcome.error[:_LONGEST_ERROR]
    over = not error or outcome.gone or outcome.final
    next_at = None if over else next_try(sent.delivery.attempts, now=now, chance=chance)
    done_at = None if error else now
    with store.writing() as session:
        result = {"next_at": next_at, "done_at": done_at, "last_error": error}
        session.deliveries.change(sent.delivery.id, result)
        if outcome.gone:
            _switch_off(session, sent.channel, error, now)


def _switch_off(session: Session, channel: Channel, error: str, now: datetime) -> None:
    """No further try, and a notice to those who can mend it."""
    session.channels.change(channel.id, {"active": False, "note": error})
    session.deliveries.stop(channel.id, error)
    people = session.duties.people()
    wanted = [channel.created_by, *(one.code for one in people if "administrator" in one.roles)]
    known = {one.code for one in people}
    facts = {"target": channel.target, "reason": msg("nobody takes it there any more ({error})", error=error).to_json()}
    kind = KINDS["channel_off"]
    put(session, [
        Notice(person=person, kind=kind.key, urgency=kind.urgency, at=now, facts=facts)
        for person in dict.fromkeys(wanted) if person in known
    ])  # fmt: skip
