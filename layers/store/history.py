"""What happened to a problem (append-only) and which places it touches (derived)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from sqlalchemy import delete, func, insert, select

from layers.model import Event, PlaceLink
from layers.store.registry import Shelf
from layers.store.tables import EVENTS, PLACES

_EVENT = tuple(f.name for f in fields(Event))
_LINK = tuple(f.name for f in fields(PlaceLink))


class History(Shelf):
    """Events and place links."""

    def append(self, event: Event) -> None:
        """Add one event; events are never changed or removed."""
        values = {**asdict(event), "payload": dict(event.payload), "town": self.town_code}
        self.connection.execute(insert(EVENTS).values({k: v for k, v in values.items() if k != "id"}))

    def append_columns(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Add many events given as columns."""
        count = len(columns["problem_id"])
        first = self.store.reserve(self.connection, EVENTS, count)
        fixed = {"id": range(first, first + count), "town": [self.town_code] * count}
        self.store.bulk(self.connection, EVENTS, {**fixed, **columns})

    def events(self, problem_id: int) -> list[Event]:
        """The history of one problem, oldest first."""
        statement = select(EVENTS).where(EVENTS.c.town == self.town_code, EVENTS.c.problem_id == problem_id)
        rows = self.connection.execute(statement.order_by(EVENTS.c.id)).mappings()
        return [Event(**{name: row[name] for name in _EVENT}) for row in rows]

    def put_places(self, problem_id: int, links: Sequence[PlaceLink]) -> None:
        """Replace the place links of one problem."""
        self.connection.execute(
            delete(PLACES).where(PLACES.c.town == self.town_code, PLACES.c.problem_id == problem_id)
        )
        rows = [{**asdict(link), "problem_id": problem_id, "town": self.town_code} for link in links]
        if rows:
            self.connection.execute(insert(PLACES), rows)

    def put_place_columns(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Add many place links given as columns (`problem_id` and the fields of PlaceLink)."""
        count = len(columns["problem_id"])
        first = self.store.reserve(self.connection, PLACES, count)
        fixed = {"id": range(first, first + count), "town": [self.town_code] * count}
        self.store.bulk(self.connection, PLACES, {**fixed, **columns})

    def places(self, problem_ids: Sequence[int]) -> dict[int, list[PlaceLink]]:
        """The place links of some problems, lead first."""
        statement = (
            select(PLACES)
            .where(PLACES.c.town == self.town_code, PLACES.c.problem_id.in_(problem_ids))
            .order_by(PLACES.c.problem_id, PLACES.c.lead.desc(), PLACES.c.id)
        )
        links: dict[int, list[PlaceLink]] = {}
        for row in self.connection.execute(statement).mappings():
            links.setdefault(row["problem_id"], []).append(PlaceLink(**{name: row[name] for name in _LINK}))
        return links

    def problems_at(self, layer: str, codes: Sequence[str]) -> dict[str, list[int]]:
        """The problems linked with each of some places."""
        statement = select(PLACES.c.code, PLACES.c.problem_id).where(
            PLACES.c.town == self.town_code, PLACES.c.layer == layer, PLACES.c.code.in_(codes)
        )
        found: dict[str, list[int]] = {}
        for code, problem_id in self.connection.execute(statement):
            found.setdefault(code, []).append(problem_id)
        return found

    def forget_places(self) -> None:
        """Remove every place link of the town, before they are all derived anew."""
        self.connection.execute(delete(PLACES).where(PLACES.c.town == self.town_code))

    def clear(self) -> None:
        """Remove all events and place links: only for a demo town that begins anew."""
        for table in (EVENTS, PLACES):
            self.connection.execute(delete(table).where(table.c.town == self.town_code))

    def count(self) -> int:
        """How many events there are."""
        statement = select(func.count()).select_from(EVENTS).where(EVENTS.c.town == self.town_code)
        return self.connection.scalar(statement) or 0
