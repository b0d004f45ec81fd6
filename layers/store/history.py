"""What happened to a problem (append-only) and which places it touches (derived)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from layers.errors import Denied
from layers.model import Event, PlaceLink
from layers.store.registry import Shelf
from layers.store.tables import EVENTS, PLACES
from layers.words import msg

_EVENT = tuple(f.name for f in fields(Event))
_LINK = tuple(f.name for f in fields(PlaceLink))


class History(Shelf):
    """Events and place links."""

    def append(self, event: Event) -> None:
        """Add one event; events are never changed or removed."""
        if not self.scope.sees_all:
            raise Denied(msg("You may not do that."))
        viewer = self.store.viewer
        who = {"account": viewer.account, "device": viewer.device} if viewer else {}
        values = {**asdict(event), **who, "payload": dict(event.payload), "town": self.town_code}
        self.connection.execute(insert(EVENTS).values({k: v for k, v in values.items() if k != "id"}))

    def append_columns(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Add many events given as columns."""
        count = len(columns["problem_id"])
        first = self.store.reserve(self.connection, EVENTS, count)
        fixed = {"id": range(first, first + count), "town": [self.town_code] * count}
        self.store.bulk(self.connection, EVENTS, {**fixed, **columns})

    def events(self, problem_id: int) -> list[Event]:
        """The history of one problem, oldest first."""
        statement = select(EVENTS).where(*self.shown(EVENTS), EVENTS.c.problem_id == problem_id)
        rows = self.connection.execute(statement.order_by(EVENTS.c.id)).mappings()
        return [Event(**{name: row[name] for name in _EVENT}) for row in rows]

    def events_of(self, problem_ids: Sequence[int]) -> dict[int, list[Event]]:
        """The histories of some problems, each oldest first."""
        match = (*self.shown(EVENTS), EVENTS.c.problem_id.in_(problem_ids))
        events: dict[int, list[Event]] = {}
        for row in self.connection.execute(select(EVENTS).where(*match).order_by(EVENTS.c.id)).mappings():
            events.setdefault(row["problem_id"], []).append(Event(**{name: row[name] for name in _EVENT}))
        return events

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
            .where(*self.shown(PLACES), PLACES.c.problem_id.in_(problem_ids))
            .order_by(PLACES.c.problem_id, PLACES.c.lead.desc(), PLACES.c.id)
        )
        links: dict[int, list[PlaceLink]] = {}
        for row in self.connection.execute(statement).mappings():
            links.setdefault(row["problem_id"], []).append(PlaceLink(**{name: row[name] for name in _LINK}))
        return links

    def problems_at(self, layer: str, codes: Sequence[str]) -> dict[str, list[int]]:
        """The problems linked with each of some places."""
        statement = select(PLACES.c.code, PLACES.c.problem_id).where(
            *self.shown(PLACES), PLACES.c.layer == layer, PLACES.c.code.in_(codes)
        )
        found: dict[str, list[int]] = {}
        for code, problem_id in self.connection.execute(statement):
            found.setdefault(code, []).append(problem_id)
        return found

    def links(
        self, layer: str, *, codes: Sequence[str] | None = None, ids: Sequence[int] | None = None
    ) -> list[tuple[int, str, float | None]]:
        """The links of problems (all, or those of `ids`) with places of that layer (all, or those of `codes`):
        (problem, code, share)."""
        statement = select(PLACES.c.problem_id, PLACES.c.code, PLACES.c.share).where(
            *self.shown(PLACES), PLACES.c.layer == layer
        )
        if codes is not None:
            statement = statement.where(PLACES.c.code.in_(codes))
        if ids is not None:
            statement = statement.where(self.store.spatial.among(PLACES.c.problem_id, ids))
        return [(id_, code, share) for id_, code, share in self.connection.execute(statement)]

    def first_reached(self, states: Sequence[str]) -> dict[int, datetime]:
        """When each problem first came into one of the states."""
        match = (*self.shown(EVENTS), EVENTS.c.to_state.in_(states))
        statement = select(EVENTS.c.problem_id, func.min(EVENTS.c.at)).where(*match).group_by(EVENTS.c.problem_id)
        return {row[0]: row[1] for row in self.connection.execute(statement)}

    def states_at(self, at: datetime) -> dict[int, str]:
        """The state of each problem just before a moment, as its events tell it."""
        match = (*self.shown(EVENTS), EVENTS.c.at < at, EVENTS.c.to_state != "")
        last = select(func.max(EVENTS.c.id)).where(*match).group_by(EVENTS.c.problem_id)
        rows = self.connection.execute(select(EVENTS.c.problem_id, EVENTS.c.to_state).where(EVENTS.c.id.in_(last)))
        return {row[0]: row[1] for row in rows}

    def times_reached(self, state: str, start: datetime, end: datetime) -> int:
        """How often problems came into a state in a half-open period."""
        match = (*self.shown(EVENTS), EVENTS.c.to_state == state, EVENTS.c.at >= start, EVENTS.c.at < end)
        return self.connection.scalar(select(func.count()).select_from(EVENTS).where(*match)) or 0

    def acts(self, name: str) -> list[int]:
        """The problem of each time that the act was done."""
        match = (*self.shown(EVENTS), EVENTS.c.kind == "act")
        rows = self.connection.execute(select(EVENTS.c.problem_id, EVENTS.c.payload).where(*match))
        return [id_ for id_, payload in rows if payload.get("act") == name]

    def forget_places(self) -> None:
        """Remove every place link of the town, before they are all derived anew."""
        self.connection.execute(delete(PLACES).where(PLACES.c.town == self.town_code))

    def count(self) -> int:
        """How many events there are."""
        statement = select(func.count()).select_from(EVENTS).where(*self.shown(EVENTS))
        return self.connection.scalar(statement) or 0
