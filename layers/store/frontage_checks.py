"""Checks of frontages: appended, never changed. The code of the frontage is kept as text, whatever becomes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Column, Index, Integer, Text, insert, select

from layers.errors import NotFound
from layers.store.registry import Shelf
from layers.store.tables import plain_table
from layers.store.types import Json, UtcTime

FRONTAGE_CHECKS = plain_table(
    "frontage_checks",
    Column("frontage_id", Integer, nullable=False),
    Column("frontage", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("by", Text),
    Column("results", Json, nullable=False),
    Column("duties_version", Integer, nullable=False),
    Column("note", Text),
    Column("problem_id", Integer),
    Index("ix_frontage_checks_frontage", "town", "frontage_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontageCheck:
    """One check: `results` is pass, fail or na by the code of each duty; `problem_id` the problem that it opened."""

    frontage_id: int
    frontage: str
    at: datetime
    recorded_at: datetime
    by: str = ""
    results: Mapping[str, str]
    duties_version: int
    note: str = ""
    problem_id: int | None = None
    id: int = 0


_COLUMNS = tuple(one.name for one in fields(FrontageCheck) if one.name != "id")


class FrontageChecks(Shelf):
    """The checks of all frontages. Whose frontages may be seen is asked for before."""

    def add(self, check: FrontageCheck) -> FrontageCheck:
        """Append one; as it is stored."""
        row = {name: getattr(check, name) for name in _COLUMNS}
        statement = insert(FRONTAGE_CHECKS).values(**row, town=self.town_code)
        key = self.connection.execute(statement).inserted_primary_key
        assert key is not None  # noqa: S101 (an insert gives its key)
        return self.get(int(key[0]))

    def add_many(self, checks: Sequence[FrontageCheck]) -> None:
        """Append many at once."""
        if not checks:
            return
        count = len(checks)
        first = self.store.reserve(self.connection, FRONTAGE_CHECKS, count)
        fixed = {"id": range(first, first + count), "town": [self.town_code] * count}
        columns = {name: [getattr(one, name) for one in checks] for name in _COLUMNS}
        self.store.bulk(self.connection, FRONTAGE_CHECKS, {**fixed, **columns})

    def get(self, id_: int) -> FrontageCheck:
        """One by key, or NotFound."""
        found = self._read(FRONTAGE_CHECKS.c.id == id_)
        if not found:
            raise NotFound("check", id_)
        return found[0]

    def of(self, frontage_id: int) -> list[FrontageCheck]:
        """The checks of one frontage, the latest first."""
        return self._read(FRONTAGE_CHECKS.c.frontage_id == frontage_id)

    def latest(self) -> dict[int, FrontageCheck]:
        """The latest check of every frontage that has any, by the frontage's key."""
        return {one.frontage_id: one for one in reversed(self._read())}

    def _read(self, *asked: object) -> list[FrontageCheck]:
        match: Iterable[object] = (FRONTAGE_CHECKS.c.town == self.town_code, *asked)
        statement = select(FRONTAGE_CHECKS).where(*match)  # type: ignore[arg-type]
        ordered = statement.order_by(FRONTAGE_CHECKS.c.at.desc(), FRONTAGE_CHECKS.c.id.desc())
        rows = self.connection.execute(ordered).mappings()
        return [FrontageCheck(**{k: v for k, v in row.items() if k != "town"}) for row in rows]
