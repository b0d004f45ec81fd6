"""The filters of rebounds, as they stand in an address."""

from geo_service.problem_filters import place_of
from layers.query import BBox, Query, Where
from layers.store import Session


def closures_asked(session: Session, bbox: BBox | None, category: str, area: str) -> Query | None:
    """The query that these filters mean; None where they ask for all."""
    if not (bbox or category or area):
        return None
    where = (Where("category", "in", _codes(session, category)),) if category else ()
    return Query(bbox=bbox, where=where, place=place_of(area))


def _codes(session: Session, category: str) -> tuple[str, ...]:
    """The codes, those of a class with all its kinds."""
    asked = tuple(category.split(","))
    return (*asked, *(one.code for one in session.town.categories() if one.parent in asked))
