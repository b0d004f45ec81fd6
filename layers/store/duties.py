"""People, and who answers for which place from when to when."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from layers.errors import NotFound
from layers.model import Person, Responsibility
from layers.store.registry import Shelf
from layers.store.tables import PEOPLE, RESPONSIBILITIES

_PERSON = ("code", "name", "organisation", "phone")
_DUTY = ("id", "layer", "place", "person", "role", "valid_from", "valid_to", "source")


class Duties(Shelf):
    """People and responsibilities of the town; telephone numbers are one's own and for those who work for all of it."""

    def people(self, search: str = "") -> list[Person]:
        """Everybody, or those whose code, name or organisation contains the text."""
        statement = select(PEOPLE).where(PEOPLE.c.town == self.town_code).order_by(PEOPLE.c.code)
        if search:
            texts = (PEOPLE.c.code, PEOPLE.c.name, PEOPLE.c.organisation)
            statement = statement.where(or_(*(t.contains(search, autoescape=True) for t in texts)))
        return [self._person(dict(row)) for row in self.connection.execute(statement).mappings()]

    def person(self, code: str) -> Person:
        """One person, or NotFound."""
        statement = select(PEOPLE).where(PEOPLE.c.town == self.town_code, PEOPLE.c.code == code)
        row = self.connection.execute(statement).mappings().first()
        if row is None:
            raise NotFound("person", code)
        return self._person(dict(row))

    def posts(self, code: str) -> tuple[str, ...]:
        """The posts without a place that a person has; none for somebody unknown."""
        statement = select(PEOPLE.c.roles).where(PEOPLE.c.town == self.town_code, PEOPLE.c.code == code)
        return tuple(self.connection.scalar(statement) or ())

    def organisation(self, code: str) -> str:
        """Where a person works; "" for somebody unknown."""
        statement = select(PEOPLE.c.organisation).where(PEOPLE.c.town == self.town_code, PEOPLE.c.code == code)
        return self.connection.scalar(statement) or ""

    def _person(self, row: dict[str, object]) -> Person:
        roles = row["roles"] or ()
        assert isinstance(roles, list | tuple)  # noqa: S101 (our own writing)
        person = Person(**{name: str(row[name] or "") for name in _PERSON}, roles=tuple(roles))
        return person if self.scope.may_ring_up(person.code) else replace(person, phone="")

    def put_people(self, people: Sequence[Person]) -> None:
        """Add people; those whose code is known are replaced."""
        known = set(self.connection.scalars(select(PEOPLE.c.code).where(PEOPLE.c.town == self.town_code)))
        new = [{**_person_row(p), "town": self.town_code} for p in people if p.code not in known]
        if new:
            self.connection.execute(insert(PEOPLE), new)
        for person in people:
            if person.code in known:
                match = and_(PEOPLE.c.town == self.town_code, PEOPLE.c.code == person.code)
                self.connection.execute(update(PEOPLE).where(match).values(**_person_row(person)))

    def responsibilities(
        self, *, on: date | None = None, person: str = "", place: tuple[str, str] | None = None
    ) -> list[Responsibility]:
        """Rows in force on a day (all days where None), of one person, of one place (layer, code)."""
        table = RESPONSIBILITIES
        match: list[ColumnElement[bool]] = [table.c.town == self.town_code]
        if on is not None:
            match += [table.c.valid_from <= on, or_(table.c.valid_to.is_(None), table.c.valid_to > on)]
        if person:
            match.append(table.c.person == person)
        if place is not None:
            match += [table.c.layer == place[0], table.c.place == place[1]]
        rows = self.connection.execute(select(table).where(*match).order_by(table.c.id)).mappings()
        return [_duty(dict(row)) for row in rows]

    def put_responsibilities(self, duties: Sequence[Responsibility]) -> None:
        """Add rows."""
        rows = [{**_without_id(duty), "town": self.town_code} for duty in duties]
        if rows:
            self.connection.execute(insert(RESPONSIBILITIES), rows)

    def end_responsibility(self, id_: int, *, on: date) -> None:
        """The row holds no longer from that day on."""
        table = RESPONSIBILITIES
        match = and_(table.c.town == self.town_code, table.c.id == id_)
        if not self.connection.execute(update(table).where(match).values(valid_to=on)).rowcount:
            raise NotFound("responsibility", id_)


def _person_row(person: Person) -> dict[str, object]:
    return {**asdict(person), "roles": list(person.roles)}


def _duty(row: dict[str, object]) -> Responsibility:
    return Responsibility(**{name: row[name] for name in _DUTY})  # type: ignore[arg-type]


def _without_id(duty: Responsibility) -> dict[str, object]:
    return {name: value for name, value in asdict(duty).items() if name != "id"}
