"""What was reported without signing in: the reports, the digests of their receipts, and apart from them contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Index, Integer, Text, UniqueConstraint, delete, insert, select, update

from layers.errors import NotFound
from layers.store.registry import Shelf
from layers.store.tables import plain_table
from layers.store.types import Flag, UtcTime

REPORTS = plain_table(
    "public_reports",
    Column("problem_id", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("content", Flag),
    Column("judged_at", UtcTime),
    Index("ix_public_reports_problem", "town", "problem_id"),
)
DIGESTS = plain_table(
    "public_receipts",
    Column("report_id", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    UniqueConstraint("town", "digest"),
)
CONTACTS = plain_table(
    "public_contacts",
    Column("report_id", Integer, nullable=False),
    Column("contact", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_public_contacts_report", "town", "report_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReport:
    """One report of somebody who had not signed in; `content` None = they have not said."""

    problem_id: int
    at: datetime
    content: bool | None = None
    judged_at: datetime | None = None
    id: int = 0


class PublicReports(Shelf):
    """Reports of the public; reached by a receipt, or by the office."""

    def add(self, report: PublicReport) -> PublicReport:
        """A new one, as it is stored."""
        row = {"problem_id": report.problem_id, "at": report.at, "town": self.town_code}
        key = self.connection.execute(insert(REPORTS).values(row)).inserted_primary_key
        assert key is not None  # noqa: S101 (an insert gives its key)
        return self._of(REPORTS.c.id == key[0])[0]

    def add_receipt(self, report_id: int, digest: str) -> None:
        """One more secret that opens the report: only its digest is kept."""
        self.connection.execute(insert(DIGESTS).values(report_id=report_id, digest=digest, town=self.town_code))

    def by_digest(self, digest: str) -> PublicReport:
        """The report that a receipt opens, or NotFound, which does not repeat the receipt."""
        match = (DIGESTS.c.town == self.town_code, DIGESTS.c.digest == digest)
        found = self._of(REPORTS.c.id.in_(select(DIGESTS.c.report_id).where(*match)))
        if not found:
            raise NotFound("report", "…")
        return found[0]

    def of(self, problem_id: int) -> list[PublicReport]:
        """The reports of a problem."""
        return self._of(REPORTS.c.problem_id == problem_id)

    def judge(self, id_: int, content: bool, *, at: datetime) -> None:
        """Keep whether the reporter is content."""
        match = (REPORTS.c.town == self.town_code, REPORTS.c.id == id_)
        self.connection.execute(update(REPORTS).where(*match).values(content=content, judged_at=at))

    def add_contact(self, report_id: int, contact: str, *, at: datetime) -> None:
        """How the reporter may be reached."""
        row = {"report_id": report_id, "contact": contact, "at": at, "town": self.town_code}
        self.connection.execute(insert(CONTACTS).values(row))

    def contacts(self, problem_ids: Sequence[int]) -> list[tuple[int, str, datetime]]:
        """How the reporters of some problems may be reached: (problem, contact, since when it is kept)."""
        statement = (
            select(REPORTS.c.problem_id, CONTACTS.c.contact, CONTACTS.c.at)
            .join(REPORTS, REPORTS.c.id == CONTACTS.c.report_id)
            .where(CONTACTS.c.town == self.town_code, REPORTS.c.problem_id.in_(problem_ids))
            .order_by(CONTACTS.c.id)
        )
        return [(row[0], row[1], row[2]) for row in self.connection.execute(statement)]

    def forget_contacts(self, *, before: datetime) -> int:
        """Erase the contacts that were given before that moment; how many."""
        match = (CONTACTS.c.town == self.town_code, CONTACTS.c.at < before)
        return self.connection.execute(delete(CONTACTS).where(*match)).rowcount

    def _of(self, match: object) -> list[PublicReport]:
        statement = select(REPORTS).where(REPORTS.c.town == self.town_code, match).order_by(REPORTS.c.id)  # type: ignore[arg-type]
        names = ("id", "problem_id", "at", "content", "judged_at")
        rows = self.connection.execute(statement).mappings()
        return [PublicReport(**{name: row[name] for name in names}) for row in rows]
