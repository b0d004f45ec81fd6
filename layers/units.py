"""Whom problems are counted for: the village, the person, the department, the kind of each one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.ground import objects
from layers.store import Session

_FEW_CODES, _FEW_IDS = 5_000, 50_000  # that are named one by one; with more all links are read
Columns = Mapping[str, Sequence[Any]]  # of the problems; with "id" and the field that the unit stands in
Unit = tuple[dict[str, str], NDArray[np.object_]]  # code → name, and the code of each problem ("" = of none)


def _by_area(session: Session, columns: Columns) -> Unit:
    """The village that holds most of a problem (where the town has no villages, its lowest-coded area)."""
    areas = session.features.columns("areas", ("code", "name", "level"))
    level = "village" if any(area[2] == "village" for area in areas) else None
    names = {code: name or code for code, name, of in areas if level in (None, of)}
    ids = columns["id"] if len(columns["id"]) <= _FEW_IDS else None
    codes = sorted(names) if len(names) <= _FEW_CODES else None
    best: dict[int, tuple[float, str]] = {}
    for id_, code, share in session.history.links("areas", codes=codes, ids=ids):
        mine = (-(1.0 if share is None else share), code)
        if code in names and ((known := best.get(id_)) is None or mine < known):
            best[id_] = mine
    return names, objects([best[id_][1] if id_ in best else "" for id_ in columns["id"]])


def _by_person_in(field: str) -> Callable[[Session, Columns], Unit]:
    def unit(session: Session, columns: Columns) -> Unit:
        names = {person.code: person.name for person in session.duties.people()}
        return names, objects([code or "" for code in columns[field]])

    return unit


def _by_category(session: Session, columns: Columns) -> Unit:
    names = {category.code: category.name_zh for category in session.town.categories()}
    return names, objects([code or "" for code in columns["category"]])


def _by_field(field: str) -> Callable[[Session, Columns], Unit]:
    def unit(_session: Session, columns: Columns) -> Unit:
        return {}, objects([value or "" for value in columns[field]])

    return unit


UNITS: dict[str, Callable[[Session, Columns], Unit]] = {
    "area": _by_area,
    "person": _by_person_in("lead_person"),
    "finder": _by_person_in("reported_by"),
    "department": _by_field("department"),
    "category": _by_category,
    "source": _by_field("source_level"),
}
