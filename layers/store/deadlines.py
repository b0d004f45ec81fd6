"""The deadlines of problems, and the steps of escalation that were taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Float, Index, Integer, Text, UniqueConstraint, and_, func, insert, select, update

from layers.rules.deadlines import Deadline, Extension
from layers.store.registry import Shelf
from layers.store.tables import plain_table
from layers.store.types import Flag, Json, UtcTime

DEADLINES = plain_table(
    "deadlines",
    Column("problem_id", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("label", Text),
    Column("clock", Text, nullable=False),
    Column("limit", Float(53), nullable=False),
    Column("calendar_version", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("met", Flag),
    Column("pauses", Json),
    Column("extensions", Json),
    Column("look_at", UtcTime),
    Index("ix_deadlines_problem", "town", "problem_id"),
    Index("ix_deadlines_look_at", "town", "look_at"),
)
ESCALATIONS = plain_table(
    "escalations",
    Column("problem_id", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("addressed_to", Text, nullable=False),
    Column("person", Text),
    Column("note", Text),
    UniqueConstraint("town", "problem_id", "stage", "step", "due_at"),
)
COLUMNS = tuple(f.name for f in fields(Deadline) if f.name != "id")
_MOMENTS = ("until", "before", "at")  # of an extension


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """A step that was taken: for which stage and due time, when, addressed to which role and person."""

    problem_id: int
    stage: str
    step: str
    due_at: datetime
    at: datetime
    addressed_to: str
    person: str = ""
    note: str = ""
    id: int = 0

    @property
    def key(self) -> tuple[str, str, datetime]:
        """What may happen once only for a problem."""
        return self.stage, self.step, self.due_at


@dataclass(frozen=True, slots=True)
class Span:
    """A deadline without its particulars: when it began, was due and ended, and whether more time was given."""

    problem_id: int
    stage: str
    due_at: datetime
    ended_at: datetime | None
    met: bool | None
    extended: bool
    started_at: datetime


class Deadlines(Shelf):
    """The deadlines of all problems; none is ever removed."""

    def of(self, problem_id: int) -> list[Deadline]:
        """All deadlines of one problem, the oldest first."""
        return self.of_many([problem_id])[problem_id]

    def of_many(self, problem_ids: Sequence[int]) -> dict[int, list[Deadline]]:
        """All deadlines of some problems, the oldest first."""
        match = (*self.shown(DEADLINES), DEADLINES.c.problem_id.in_(problem_ids))
        found: dict[int, list[Deadline]] = {id_: [] for id_ in problem_ids}
        for row in self.connection.execute(select(DEADLINES).where(*match).order_by(DEADLINES.c.id)).mappings():
            found[row["problem_id"]].append(_deadline(dict(row)))
        return found

    def save(self, deadlines: Iterable[Deadline]) -> None:
        """Write deadlines: new ones (key 0) are added, known ones replaced."""
        for one in deadlines:
            values = row_of(one)
            if one.id:
                match = (DEADLINES.c.town == self.town_code, DEADLINES.c.id == one.id)
                self.connection.execute(update(DEADLINES).where(*match).values(**values))
            else:
                self.connection.execute(insert(DEADLINES).values(**values, town=self.town_code))

    def append_columns(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add many deadlines given as columns (see COLUMNS)."""
        count = len(columns["problem_id"])
        if count:
            first = self.store.reserve(self.connection, DEADLINES, count)
            fixed = {"id": range(first, first + count), "town": [self.town_code] * count}
            self.store.bulk(self.connection, DEADLINES, {**fixed, **columns})

    def spans(self) -> list[Span]:
        """Every deadline as the indicators need it."""
        names = ("problem_id", "stage", "due_at", "ended_at", "met", "extensions", "started_at")
        statement = select(*(DEADLINES.c[name] for name in names)).where(*self.shown(DEADLINES))
        rows = self.connection.execute(statement)
        return [
            Span(id_, stage, due, ended, met, bool(more), start) for id_, stage, due, ended, met, more, start in rows
        ]

    def to_look_at(self, now: datetime, limit: int) -> list[int]:
        """Problems with a deadline whose ladder must be looked at by now, at most so many."""
        match = (DEADLINES.c.town == self.town_code, DEADLINES.c.look_at <= now)
        statement = select(DEADLINES.c.problem_id).where(*match).distinct().order_by(DEADLINES.c.problem_id)
        return list(self.connection.scalars(statement.limit(limit)))

    def look_again(self, now: datetime) -> None:
        """Every ladder is looked at anew, for the rules have changed."""
        runs = and_(DEADLINES.c.town == self.town_code, DEADLINES.c.ended_at.is_(None))
        self.connection.execute(update(DEADLINES).where(runs).values(look_at=now))

    def looked(self, next_looks: Mapping[int, datetime | None]) -> None:
        """When each of these deadlines is to be looked at again."""
        if next_looks:
            columns = {"look_at": list(next_looks.values())}
            self.store.bulk_update(self.connection, DEADLINES, list(next_looks), columns)


class Escalations(Shelf):
    """The steps of escalation that were taken; none is ever removed."""

    def add(self, taken: Sequence[Escalation]) -> None:
        """Enter steps; each is taken once for a problem, stage and due time."""
        rows = [{**asdict(one), "town": self.town_code} for one in taken]
        if rows:
            self.connection.execute(insert(ESCALATIONS), [{k: v for k, v in r.items() if k != "id"} for r in rows])

    def counts(self, steps: Sequence[str]) -> dict[int, int]:
        """How many of these steps each problem has seen."""
        match = (*self.shown(ESCALATIONS), ESCALATIONS.c.step.in_(steps))
        statement = select(ESCALATIONS.c.problem_id, func.count()).where(*match).group_by(ESCALATIONS.c.problem_id)
        return {row[0]: row[1] for row in self.connection.execute(statement)}

    def of(self, problem_id: int) -> list[Escalation]:
        """The steps of one problem, the oldest first."""
        return self.of_many([problem_id])[problem_id]

    def of_many(self, problem_ids: Sequence[int]) -> dict[int, list[Escalation]]:
        """The steps of some problems, the oldest first."""
        match = (*self.shown(ESCALATIONS), ESCALATIONS.c.problem_id.in_(problem_ids))
        found: dict[int, list[Escalation]] = {id_: [] for id_ in problem_ids}
        for row in self.connection.execute(select(ESCALATIONS).where(*match).order_by(ESCALATIONS.c.id)).mappings():
            values: dict[str, Any] = {name: value for name, value in row.items() if name != "town"}
            texts = {name: row[name] or "" for name in ("person", "note")}
            found[row["problem_id"]].append(Escalation(**{**values, **texts}))
        return found


def row_of(one: Deadline) -> dict[str, Any]:
    """A deadline as the values of its row, without its key."""
    row = {name: getattr(one, name) for name in COLUMNS}
    row["pauses"] = [[begin.isoformat(), end and end.isoformat()] for begin, end in one.pauses]
    row["extensions"] = [_extension(extension) for extension in one.extensions]
    return row


def _extension(one: Extension) -> dict[str, str]:
    moments = {name: getattr(one, name).isoformat() for name in _MOMENTS}
    return {**moments, "by": one.by, "note": one.note}


def _deadline(row: dict[str, Any]) -> Deadline:
    values = {name: row[name] for name in ("id", *COLUMNS)}
    values["label"] = row["label"] or ""
    values["pauses"] = tuple((_time(begin), end and _time(end)) for begin, end in row["pauses"] or ())
    values["extensions"] = tuple(
        Extension(**{**one, **{name: _time(one[name]) for name in _MOMENTS}}) for one in row["extensions"] or ()
    )
    return Deadline(**values)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
