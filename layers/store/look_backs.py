"""Look-backs (回头看): when to look again whether a closed case has stayed right, and what was seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, Text, or_, select, update

from layers.errors import NotFound
from layers.store.registry import Shelf
from layers.store.tables import plain_table
from layers.store.types import UtcTime

SEEN = ("held", "rebound")
LOOK_BACKS = plain_table(
    "look_backs",
    Column("problem_id", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("person", Text),
    Column("done_at", UtcTime),
    Column("by", Text),
    Column("result", Text),
    Column("note", Text),
    Column("told_at", UtcTime),
    Index("ix_look_backs_problem", "town", "problem_id"),
    Index("ix_look_backs_due", "town", "result", "due_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """One look-back: `person` is who should do it ("" = anybody who may), `result` "" while it is still to be done,
    `told_at` when it was told that it is due."""

    problem_id: int
    due_at: datetime
    person: str = ""
    done_at: datetime | None = None
    by: str = ""
    result: str = ""
    note: str = ""
    told_at: datetime | None = None
    id: int = 0


_COLUMNS = tuple(one.name for one in fields(LookBack) if one.name != "id")


class LookBacks(Shelf):
    """The look-backs of all problems; none is ever removed."""

    def add(self, rows: Sequence[LookBack]) -> None:
        """Schedule some; many at once after an import."""
        if not rows:
            return
        count = len(rows)
        first = self.store.reserve(self.connection, LOOK_BACKS, count)
        fixed = {"id": range(first, first + count), "town": [self.town_code] * count}
        columns = {name: [getattr(row, name) for row in rows] for name in _COLUMNS}
        self.store.bulk(self.connection, LOOK_BACKS, {**fixed, **columns})

    def get(self, id_: int) -> LookBack:
        """One by key, or NotFound."""
        found = self._read(LOOK_BACKS.c.id == id_)
        if not found:
            raise NotFound("look-back", id_)
        return found[0]

    def of(self, problem_id: int) -> list[LookBack]:
        """All look-backs of one problem, the earliest first."""
        return self._read(LOOK_BACKS.c.problem_id == problem_id)

    def open(self, *, until: datetime | None = None, since: datetime | None = None, person: str = "") -> list[LookBack]:
        """Those still to be done that are due in [since, until), of one person (and of anybody), the earliest first."""
        asked = [LOOK_BACKS.c.result == ""]
        if until is not None:
            asked.append(LOOK_BACKS.c.due_at < until)
        if since is not None:
            asked.append(LOOK_BACKS.c.due_at >= since)
        if person:
            asked.append(or_(LOOK_BACKS.c.person == person, LOOK_BACKS.c.person == ""))
        return self._read(*asked)

    def to_tell(self, now: datetime, limit: int) -> list[LookBack]:
        """Those due by now of which nobody has been told, the earliest first, at most so many."""
        asked = (LOOK_BACKS.c.result == "", LOOK_BACKS.c.due_at <= now, LOOK_BACKS.c.told_at.is_(None))
        return self._read(*asked, limit=limit)

    def seen(self) -> list[LookBack]:
        """Those at which somebody saw the place."""
        return self._read(LOOK_BACKS.c.result.in_(SEEN))

    def finish(self, id_: int, values: Mapping[str, object]) -> None:
        """Write what became of one: done_at, by, result, note; or told_at."""
        match = (LOOK_BACKS.c.town == self.town_code, LOOK_BACKS.c.id == id_)
        self.connection.execute(update(LOOK_BACKS).where(*match).values(**values))

    def scheduled_problems(self) -> set[int]:
        """The problems for which there are look-backs already."""
        statement = select(LOOK_BACKS.c.problem_id).where(LOOK_BACKS.c.town == self.town_code).distinct()
        return set(self.connection.scalars(statement))

    def _read(self, *asked: Any, limit: int | None = None) -> list[LookBack]:
        statement = select(LOOK_BACKS).where(*self.shown(LOOK_BACKS), *asked)
        ordered = statement.order_by(LOOK_BACKS.c.due_at, LOOK_BACKS.c.id).limit(limit)
        rows = self.connection.execute(ordered).mappings()
        return [LookBack(**{k: v for k, v in row.items() if k != "town"}) for row in rows]
