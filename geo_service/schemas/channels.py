"""Subscriptions and their deliveries as JSON; a secret is never part of it."""

from collections.abc import Sequence

from geo_service.schemas.features import Json, plain
from geo_service.schemas.problems import Names
from geo_service.words import Words
from layers.rules.notices import KINDS, URGENCY_TITLES
from layers.rules.sending import CHANNEL_TITLES
from layers.store.notices import Channel, Delivery

_NOT_CHOSEN = ("test",)


def channel(one: Channel, names: Names, deliveries: Sequence[Delivery]) -> Json:
    """A subscription with its last deliveries."""
    return {
        "id": one.id, "channel": one.channel, "channel_name": names.words(CHANNEL_TITLES[one.channel]),
        "target": one.target, "person": one.person, "person_name": names.person(one.person),
        "kinds": list(one.kinds), "active": one.active, "note": one.note, "created_at": plain(one.created_at),
        "created_by": one.created_by, "deliveries": deliveries_of(deliveries),
    }  # fmt: skip


def deliveries_of(rows: Sequence[Delivery]) -> list[Json]:
    """What became of each message: `state` is sent, waiting or failed."""
    return [
        {"id": one.id, "notice_id": one.notice_id, "state": _state(one), "attempts": one.attempts,
         "next_at": plain(one.next_at), "done_at": plain(one.done_at), "last_error": one.last_error}
        for one in rows
    ]  # fmt: skip


def _state(one: Delivery) -> str:
    if one.done_at is not None:
        return "sent"
    return "failed" if one.next_at is None else "waiting"


def kinds_table(words: Words) -> list[Json]:
    """The kinds that can be chosen."""
    return [
        {"kind": kind.key, "title": kind.title.in_(words), "urgency": kind.urgency,
         "urgency_name": words(URGENCY_TITLES[kind.urgency])}
        for kind in KINDS.values() if kind.key not in _NOT_CHOSEN
    ]  # fmt: skip
