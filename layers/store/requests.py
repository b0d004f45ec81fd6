"""What was asked for a problem and decided by somebody else: more time (延期), an appeal (申诉)."""

from collections.abc import Mapping
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
        match = (*self.shown(REQUESTS), REQUESTS.c.problem_id == problem_id)
        rows = self.connection.execute(select(REQUESTS).where(*match).order_by(REQUESTS.c.id)).mappings()
        return [_request(dict(row)) for row in rows]

    def open(self, problem_id: int) -> dict[str, Request]:
        """The request of each kind that waits for its decision."""
        return {request.kind: request for request in self.of(problem_id) if not request.verdict}

    def waiting(self) -> list[Request]:
        """Every request that waits for its decision, the oldest first."""
        match = (*self.shown(REQUESTS), REQUESTS.c.decided_at.is_(None))
        rows = self.connection.execute(select(REQUESTS).where(*match).order_by(REQUESTS.c.id)).mappings()
        return [_request(dict(row)) for row in rows]


def _request(row: dict[str, object]) -> Request:
    texts = ("asked_by", "note", "decided_by", "verdict", "decision")
    values = {name: value for name, value in row.items() if name != "town"}
    return Request(**{**values, **{name: values[name] or "" for name in texts}})  # type: ignore[arg-type]
