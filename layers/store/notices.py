"""Notices, the channels by which they leave the house, and every delivery: an outbox.

A delivery is written in the same transaction as the act that it tells of, so nothing is told of what was rolled back
and nothing is lost. A worker takes one by writing how long it may keep it; one that dies gives it back by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from layers.errors import NotFound
from layers.store.registry import Shelf
from layers.store.tables import plain_table
from layers.store.types import Day, Flag, Json, UtcTime

NOTICES = plain_table(
    "notices",
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("problem_id", Integer),
    Column("facts", Json, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("read_at", UtcTime),
    Index("ix_notices_person", "town", "person", "read_at"),
)
CHANNELS = plain_table(
    "channels",
    Column("channel", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("person", Text),
    Column("kinds", Json),
    Column("secret", Text),
    Column("active", Flag, nullable=False),
    Column("note", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", Text),
    Index("ix_channels_person", "town", "person"),
)
DELIVERIES = plain_table(
    "deliveries",
    Column("channel_id", Integer, nullable=False),
    Column("notice_id", Integer, nullable=False),
    Column("payload", Json),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcTime),
    Column("done_at", UtcTime),
    Column("last_error", Text),
    Index("ix_deliveries_next_at", "town", "next_at"),
    Index("ix_deliveries_channel", "town", "channel_id"),
)
DAYS_DONE = plain_table(
    "days_done",
    Column("task", Text, nullable=False),
    Column("day", Day, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("town", "task", "day"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice to one person; `facts` fill its kind's text (codes and moments as plain JSON)."""

    person: str
    kind: str
    urgency: str
    at: datetime
    problem_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    read_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where notices are sent: a mail address of a person, or a web address; `person` "" = everybody's notices.

    `kinds` none = all; `note` says why it was switched off.
    """

    channel: str
    target: str
    person: str = ""
    kinds: tuple[str, ...] = ()
    secret: str = ""
    active: bool = True
    note: str = ""
    created_at: datetime | None = None
    created_by: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message on its way: `next_at` None = over, well where `done_at` is set."""

    channel_id: int
    notice_id: int
    payload: Mapping[str, Any] | None = None
    attempts: int = 0
    next_at: datetime | None = None
    done_at: datetime | None = None
    last_error: str = ""
    id: int = 0


class Notices(Shelf):
    """What people are told; of problems that may no longer be seen, nothing."""

    def add(self, notice: Notice) -> int:
        """Add one; its key."""
        return _insert(self, NOTICES, asdict(notice))

    def get(self, id_: int) -> Notice:
        """One by key, or NotFound."""
        found = self._read(NOTICES.c.id == id_)
        if not found:
            raise NotFound("notice", id_)
        return found[0]

    def of(
        self, person: str, *, unread: bool = False, kinds: Collection[str] = (), after: int = 0, limit: int = 50
    ) -> list[Notice]:
        """A person's notices, the newest first; `after` is the key of the last one of the page before."""
        asked: list[ColumnElement[bool]] = [NOTICES.c.person == person]
        if unread:
            asked.append(NOTICES.c.read_at.is_(None))
        if kinds:
            asked.append(NOTICES.c.kind.in_(tuple(kinds)))
        if after:
            asked.append(NOTICES.c.id < after)
        return self._read(*asked, limit=limit)

    def unread(self, person: str) -> int:
        """How many a person has not read."""
        match = (*self.shown(NOTICES), NOTICES.c.person == person, NOTICES.c.read_at.is_(None))
        return self.connection.scalar(select(func.count()).select_from(NOTICES).where(*match)) or 0

    def read(self, person: str, ids: Collection[int] | None, *, at: datetime) -> int:
        """Mark a person's notices (those of `ids`, or all) as read; how many were unread."""
        match = [NOTICES.c.town == self.town_code, NOTICES.c.person == person, NOTICES.c.read_at.is_(None)]
        if ids is not None:
            match.append(NOTICES.c.id.in_(tuple(ids)))
        return self.connection.execute(update(NOTICES).where(*match).values(read_at=at)).rowcount

    def shown(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        """Of this town, about no problem or one that may be seen."""
        town, seen = super().shown(table)
        return town, or_(table.c.problem_id.is_(None), seen)

    def begin_day(self, task: str, day: date, *, at: datetime) -> bool:
        """Enter that a daily task is done for that day; False where it was before."""
        if self.is_day_done(task, day):
            return False
        _insert(self, DAYS_DONE, {"task": task, "day": day, "at": at})
        return True

    def is_day_done(self, task: str, day: date) -> bool:
        """Whether a daily task was done for that day."""
        match = (DAYS_DONE.c.town == self.town_code, DAYS_DONE.c.task == task, DAYS_DONE.c.day == day)
        return self.connection.scalar(select(DAYS_DONE.c.id).where(*match)) is not None

    def _read(self, *asked: ColumnElement[bool], limit: int | None = None) -> list[Notice]:
        statement = select(NOTICES).where(*self.shown(NOTICES), *asked).order_by(NOTICES.c.id.desc())
        rows = self.connection.execute(statement.limit(limit)).mappings()
        return [Notice(**_without_town(row)) for row in rows]


class Channels(Shelf):
    """Where notices are sent beside the inbox."""

    def add(self, channel: Channel) -> int:
        """Add one; its key."""
        return _insert(self, CHANNELS, {**asdict(channel), "kinds": list(channel.kinds)})

    def all(self) -> list[Channel]:
        """Every channel, in the order in which they were made."""
        statement = select(CHANNELS).where(CHANNELS.c.town == self.town_code).order_by(CHANNELS.c.id)
        return [_channel(row) for row in self.connection.execute(statement).mappings()]

    def for_people(self, people: Sequence[str]) -> list[Channel]:
        """The active channels of these persons, and those that take everybody's notices."""
        match = (
            CHANNELS.c.town == self.town_code, CHANNELS.c.active == True,  # noqa: E712 (SQL)
            CHANNELS.c.person.in_((*people, "")),
        )  # fmt: skip
        rows = self.connection.execute(select(CHANNELS).where(*match).order_by(CHANNELS.c.id)).mappings()
        return [_channel(row) for row in rows]

    def get(self, id_: int) -> Channel:
        """One by key, or NotFound."""
        match = (CHANNELS.c.town == self.town_code, CHANNELS.c.id == id_)
        row = self.connection.execute(select(CHANNELS).where(*match)).mappings().first()
        if row is None:
            raise NotFound("subscription", id_)
        return _channel(row)

    def change(self, id_: int, values: Mapping[str, object]) -> None:
        """Write some of its columns."""
        match = (CHANNELS.c.town == self.town_code, CHANNELS.c.id == id_)
        self.connection.execute(update(CHANNELS).where(*match).values(**values))

    def remove(self, id_: int) -> None:
        """Remove one, with the deliveries that are still to go there."""
        of_it = and_(DELIVERIES.c.town == self.town_code, DELIVERIES.c.channel_id == id_)
        self.connection.execute(delete(DELIVERIES).where(of_it))
        self.connection.execute(delete(CHANNELS).where(CHANNELS.c.town == self.town_code, CHANNELS.c.id == id_))


class Deliveries(Shelf):
    """Every message that leaves the house."""

    def add(self, delivery: Delivery) -> int:
        """Add one; its key."""
        return _insert(self, DELIVERIES, asdict(delivery))

    def claim(self, now: datetime, *, until: datetime, without: Collection[int] = ()) -> Delivery | None:
        """Take the delivery that is due the longest, and keep it from others until then; None where none is due.

        The try counts from here, so that one which kills its worker does not come back for ever.

        Asked inside a writing session only: writers take turns, so two never take the same. `without`: channels.
        """
        match = [DELIVERIES.c.town == self.town_code, DELIVERIES.c.next_at <= now]
        if without:
            match.append(DELIVERIES.c.channel_id.not_in(tuple(without)))
        order = (DELIVERIES.c.next_at, DELIVERIES.c.id)
        row = self.connection.execute(select(DELIVERIES).where(*match).order_by(*order).limit(1)).mappings().first()
        if row is None:
            return None
        taken = {"next_at": until, "attempts": row["attempts"] + 1}
        self.change(row["id"], taken)
        return _delivery({**row, **taken})

    def is_due(self, now: datetime) -> bool:
        """Whether there is anything to send."""
        match = (DELIVERIES.c.town == self.town_code, DELIVERIES.c.next_at <= now)
        return self.connection.scalar(select(DELIVERIES.c.id).where(*match).limit(1)) is not None

    def get(self, id_: int) -> Delivery:
        """One by key, or NotFound."""
        match = (DELIVERIES.c.town == self.town_code, DELIVERIES.c.id == id_)
        row = self.connection.execute(select(DELIVERIES).where(*match)).mappings().first()
        if row is None:
            raise NotFound("delivery", id_)
        return _delivery(row)

    def change(self, id_: int, values: Mapping[str, object]) -> None:
        """Write what became of one."""
        match = (DELIVERIES.c.town == self.town_code, DELIVERIES.c.id == id_)
        self.connection.execute(update(DELIVERIES).where(*match).values(**values))

    def stop(self, channel_id: int, reason: str) -> None:
        """Nothing more is sent there; what was waiting is over."""
        match = (
            DELIVERIES.c.town == self.town_code, DELIVERIES.c.channel_id == channel_id,
            DELIVERIES.c.next_at.is_not(None),
        )  # fmt: skip
        self.connection.execute(update(DELIVERIES).where(*match).values(next_at=None, last_error=reason))

    def of(self, channel_id: int, limit: int) -> list[Delivery]:
        """The last deliveries of a channel, the newest first."""
        match = (DELIVERIES.c.town == self.town_code, DELIVERIES.c.channel_id == channel_id)
        statement = select(DELIVERIES).where(*match).order_by(DELIVERIES.c.id.desc()).limit(limit)
        return [_delivery(row) for row in self.connection.execute(statement).mappings()]


def _insert(shelf: Shelf, table: Any, values: Mapping[str, object]) -> int:
    row = {name: value for name, value in values.items() if name != "id"}
    key = shelf.connection.execute(insert(table).values(**row, town=shelf.town_code)).inserted_primary_key
    assert key is not None  # noqa: S101 (an insert gives its key)
    return int(key[0])


def _without_town(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "town"}


def _channel(row: Mapping[Any, Any]) -> Channel:
    texts = {name: row[name] or "" for name in ("person", "secret", "note", "created_by")}
    return Channel(**{**_without_town(row), **texts, "kinds": tuple(row["kinds"] or ())})


def _delivery(row: Mapping[Any, Any]) -> Delivery:
    return Delivery(**{**_without_town(row), "last_error": row["last_error"] or ""})
