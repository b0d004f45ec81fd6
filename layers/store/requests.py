"""What was asked for a problem and decided by somebody else: more time (延期), an appeal (申诉)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import insert, select, update

from layers.model import Request
from layers.store.registry import Shelf
from layers.store.tables import REQUESTS


class Requests(Shelf):
    """The requests of all problems; none is ever removed."""

    def ask(self, request: Request) -> int:
        """Add one; its key."""
        values = {name: value for name, value in asdict(request).items() if name != "id"}
        key = self.connection.execute(insert(REQUESTS).values(**values, town=self.town_code)).inserted_primary_key
        assert key is not None  # noqa: S101 (an insert gives its key)
        return int(key[0])

    def decide(self, id_: int, values: Mapping[str, object]) -> None:
        """Write the decision: decided_at, decided_by, verdict, decision."""
        match = (REQUESTS.c.town == self.town_code, REQUESTS.c.id == id_)
        self.connection.execute(update(REQUESTS).where(*match).values(**values))

    def of(self, problem_id: int) -> list[Request]:
        """All requests for one problem, the oldest first."""
        return self.of_many([problem_id]).get(problem_id, [])

    def of_many(self, problem_ids: Sequence[int]) -> dict[int, list[Request]]:
        """All requests for some problems, each the oldest first; a problem without any is left out."""
        match = (*self.shown(REQUESTS), REQUESTS.c.problem_id.in_(problem_ids))
        found: dict[int, list[Request]] = {}
        for row in self.connection.execute(select(REQUESTS).where(*match).order_by(REQUESTS.c.id)).mappings():
            found.setdefault(row["problem_id"], []).append(_request(dict(row)))
        return found

    def open(self, problem_id: int) -> dict[str, Request]:
        """The request of each kind that waits for its decision."""
        return {request.kind: request for request in self.of(problem_id) if not request.verdict}

    def waiting(self) -> list[Request]:
        """Every request that waits for its decision, the oldest first."""
        match = (*self.shown(REQUESTS), REQUESTS.c.decided_at.is_(None))
        rows = self.connection.execute(select(REQUESTS).where(*match).order_by(REQUESTS.c.id)).mappings()
        return [_request(dict(row)) for row in rows]


def _request(row: dict[str, object]) -> Request:
    texts = ("asked_by", "note", "decided_by", "verdict", "decision", "level")
    values = {name: value for name, value in row.items() if name != "town"}
    blanks = {**{name: values[name] or "" for name in texts}, "first_id": values["first_id"] or 0}
    return Request(**{**values, **blanks})  # type: ignore[arg-type]
