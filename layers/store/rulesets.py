"""Rules that a town sets for itself, by key, as versioned JSON: every version is kept, the newest one holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Text, UniqueConstraint, insert, select

from layers.errors import Conflict
from layers.store.registry import Shelf
from layers.store.tables import plain_table
from layers.store.types import Json, UtcTime
from layers.words import msg

RULESETS = plain_table(
    "rulesets",
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", Text),
    Column("body", Json, nullable=False),
    UniqueConstraint("town", "key", "version"),
)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One version of the rules under a key; `body` is plain JSON, `version` 0 = as shipped."""

    key: str
    version: int
    body: Any
    changed_at: datetime | None = None
    changed_by: str = ""


class Rulesets(Shelf):
    """The town's own rules."""

    def current(self, key: str, *, shipped: Any) -> Ruleset:
        """The newest version; where the town never changed anything, what ships."""
        versions = self.versions(key)
        return versions[-1] if versions else Ruleset(key, 0, shipped)

    def versions(self, key: str) -> list[Ruleset]:
        """Every version, the oldest first."""
        match = (RULESETS.c.town == self.town_code, RULESETS.c.key == key)
        rows = self.connection.execute(select(RULESETS).where(*match).order_by(RULESETS.c.version)).mappings()
        return [Ruleset(key, r["version"], r["body"], r["changed_at"], r["changed_by"] or "") for r in rows]

    def put(self, key: str, body: Any, *, now: datetime, by: str = "", expected: int | None = None) -> Ruleset:
        """Add a version; Conflict where `expected` is not the newest one."""
        newest = self.current(key, shipped=None).version
        if expected is not None and expected != newest:
            raise Conflict(
                msg("Somebody else has changed “{code}” in the meantime (now version {version}).",
                    code=key, version=newest),
                current=newest,
            )  # fmt: skip
        row = {"key": key, "version": newest + 1, "changed_at": now, "changed_by": by, "body": body}
        self.connection.execute(insert(RULESETS).values(**row, town=self.town_code))
        return Ruleset(key, newest + 1, body, now, by)
