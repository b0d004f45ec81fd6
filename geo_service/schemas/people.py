"""Persons as the pages name them."""

from collections.abc import Iterable, Mapping

from geo_service.schemas.features import Json
from layers.model import Person
from layers.store import Session

Names = Mapping[str, Person]


def names_of(session: Session) -> Names:
    """Everybody by code."""
    return {person.code: person for person in session.duties.people()}


def people(codes: Iterable[str], names: Names) -> list[Json]:
    """Code, name and telephone of each person; a code without a person stands for itself."""
    known = ((code, names.get(code)) for code in dict.fromkeys(codes))
    return [{"code": code, "name": one.name if one else code, "phone": one.phone if one else ""} for code, one in known]
