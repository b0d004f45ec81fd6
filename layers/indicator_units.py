"""The units that indicators are told of: areas, departments, persons, categories, sources."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from layers.indicator_columns import FIELDS, Rows, objects
from layers.rules import co_departments
from layers.rules import indicators as rule
from layers.store import Session

Unit = tuple[dict[str, str], NDArray[np.object_]]
HELPING = ("department", "co_handled")  # by department, this count is told of those that help and not of the lead
_CO_DEPARTMENTS = FIELDS.index("co_departments")


def counts_by(by: str, unit: NDArray[np.object_], counted: Mapping[str, rule.Flags], rows: Rows) -> rule.Table:
    """The counts of each unit. A department counts what it leads, but for `co_handled` what it helps with."""
    made = rule.table(counted, unit)
    if by == HELPING[0]:
        for counts in made.values():
            counts[HELPING[1]] = 0
        for i in np.flatnonzero(counted[HELPING[1]]).tolist():
            for name in co_departments.names(rows[i][_CO_DEPARTMENTS]):
                made.setdefault(name, dict.fromkeys(counted, 0))[HELPING[1]] += 1
    return made


def belongs(by: str, count: str, unit: NDArray[np.object_], rows: Rows, key: str) -> rule.Flags:
    """Which cases belong to the unit `key` for that count."""
    if (by, count) == HELPING:
        return np.array([key in co_departments.names(row[_CO_DEPARTMENTS]) for row in rows], dtype=bool)
    return np.asarray(unit.astype(str) == key)


def _by_area(session: Session, rows: Rows) -> Unit:
    """The village that holds most of a problem (where the town has no villages, its lowest-coded area)."""
    areas = session.features.columns("areas", ("code", "name", "level"))
    level = "village" if any(area[2] == "village" for area in areas) else None
    names = {code: name or code for code, name, of in areas if level in (None, of)}
    best: dict[int, tuple[float, str]] = {}
    for id_, code, share in session.history.links("areas"):
        mine = (-(1.0 if share is None else share), code)
        if code in names and (id_ not in best or mine < best[id_]):
            best[id_] = mine
    return names, objects([best[row[0]][1] if row[0] in best else "" for row in rows])


def _by_person_in(field: str) -> Callable[[Session, Rows], Unit]:
    def unit(session: Session, rows: Rows) -> Unit:
        names = {person.code: person.name for person in session.duties.people()}
        return names, objects([row[FIELDS.index(field)] or "" for row in rows])

    return unit


def _by_category(session: Session, rows: Rows) -> Unit:
    table = {category.code: category for category in session.town.categories()}
    codes = [str(row[FIELDS.index("category")] or "") for row in rows]
    return {code: one.name_zh for code, one in table.items()}, objects(codes)


def _by_field(field: str) -> Callable[[Session, Rows], Unit]:
    def unit(_session: Session, rows: Rows) -> Unit:
        return {}, objects([row[FIELDS.index(field)] or "" for row in rows])

    return unit


UNITS: dict[str, Callable[[Session, Rows], Unit]] = {
    "area": _by_area,
    "person": _by_person_in("lead_person"),
    "finder": _by_person_in("reported_by"),
    "department": _by_field("department"),
    "category": _by_category,
    "source": _by_field("source_level"),
}
