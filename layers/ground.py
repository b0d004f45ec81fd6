"""What the analyses take from the store, in metres: the areas, their cells, the problems, who answers where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput, NotFound
from layers.geometry import Metres
from layers.query import Query, Where
from layers.rules.clean_zones import UNIT_CLASSES, Problems
from layers.rules.grid import Cells, unit_cells
from layers.rules.roles import answers
from layers.store import Session
from layers.words import msg

Objects = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_CELLS = 60_000
CELL_M2 = 10_000.0
NOT_A_PROBLEM = ("declined", "void", "duplicate")  # these were never found to be one
LEVELS = ("grid", "village", "zone")  # from the smallest to the largest
CLASS_FIELDS = ("unit_class", "kind", "地类", "类型")  # fields of a file that tell how an area is used
CLASS_WORDS: Mapping[str, str] = {
    **{name: name for name in UNIT_CLASSES},
    "建成区": "built_up", "城区": "built_up", "村庄": "village", "村居": "village", "农村": "village",
    "hill": "field", "农田": "field", "田野": "field", "山地": "field", "山林": "field", "林地": "field",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """An area of responsibility; `polygon` in metres, None where it has no shape; `use` one of UNIT_CLASSES or ""."""

    code: str
    name: str
    level: str
    parent: str
    polygon: BaseGeometry | None
    use: str = ""


@dataclass(frozen=True, eq=False)
class Found:
    """Problems as columns, with their categories; `unplaced`: how many open ones have no place on the map."""

    problems: Problems
    category: Objects
    unplaced: int = 0


@dataclass(frozen=True, eq=False)
class Town:
    """The areas of a town, and the people who answer for its places on a day."""

    areas: Sequence[Area]
    people: Mapping[tuple[str, str], tuple[str, ...]]  # (layer, code) → persons

    def at(self, cells: Objects, level: str) -> Ints:
        """The number (in `areas`) of the area of that level in which each cell lies; −1 = none."""
        numbers = [i for i, area in enumerate(self.areas) if area.level == level and area.polygon is not None]
        found = np.full(len(cells), -1)
        if numbers and len(cells):
            tree = shapely.STRtree([self.areas[i].polygon for i in numbers])
            cell, place = tree.query(shapely.point_on_surface(cells), predicate="intersects")
            order = np.argsort(-place, kind="stable")  # where two overlap, the first one counts
            found[cell[order]] = np.array(numbers)[place[order]]
        return found


def town_of(session: Session, metres: Metres, *, on: date) -> Town:
    """All areas in the order of their codes, and everybody who answers for a place on that day."""
    rows = session.features.columns("areas", ("geom", "code", "name", "level", "parent", "extra"))
    shapes = metres.to(objects([row[0] for row in rows]))
    areas = [
        Area(str(code), str(name or code), str(level), str(parent or ""), shape, _use(extra or {}))
        for shape, (_, code, name, level, parent, extra) in zip(shapes, rows, strict=True)
    ]
    people: dict[tuple[str, str], list[str]] = {}
    for duty in session.duties.responsibilities(on=on):
        if answers(duty):
            people.setdefault((duty.layer, duty.place), []).append(duty.person)
    return Town(sorted(areas, key=lambda area: area.code), {place: tuple(who) for place, who in people.items()})


def _use(extra: Mapping[str, object]) -> str:
    said = (str(extra.get(name) or "").strip() for name in CLASS_FIELDS)
    return next((CLASS_WORDS[word] for word in said if word in CLASS_WORDS), "")


def cells_of(town: Town, area: str = "") -> Cells:
    """The cells of all areas, or of one; NotFound for an unknown one, BadInput where they are too many."""
    if area and area not in {one.code for one in town.areas}:
        raise NotFound("area", area)
    return cells_in([one.polygon for one in town.areas if one.polygon is not None and area in ("", one.code)])


def cells_in(polygons: Sequence[BaseGeometry]) -> Cells:
    """The cells of some polygons in metres."""
    shapes = objects(polygons)
    if len(shapes) and shapely.area(shapely.union_all(shapes)) > MOST_CELLS * CELL_M2:
        raise BadInput(
            msg("The town is too large for one map of {most} cells: choose an area.", most=MOST_CELLS), field="area"
        )
    return unit_cells(shapes)


def found_problems(session: Session, metres: Metres, as_of: datetime) -> Found:
    """What had been found by then, with a place on the map."""
    names = ("geom", "category", "found_at", "closed_at", "verified_at", "state")
    rows = session.features.columns("problems", names, Query(where=(Where("found_at", "<=", as_of),)))
    real = [row for row in rows if row[5] not in NOT_A_PROBLEM]
    placed = [row for row in real if row[0] is not None]
    geometry, category, *times = ([row[i] for row in placed] for i in range(5))
    lost = sum(row[0] is None and (row[3] is None or row[3] > as_of) for row in real)
    return Found(Problems(metres.to(objects(geometry)), *map(seconds, times)), objects(category), lost)


def unit_classes(town: Town, cells: Cells) -> Objects:
    """The class of each cell: that of the smallest area around it which has one, else built-up land."""
    found = np.full(len(cells.east), UNIT_CLASSES[0], dtype=object)
    for level in reversed(LEVELS):
        uses = np.array([area.use for area in town.areas] + [""], dtype=object)[town.at(cells.geometry, level)]
        found[uses != ""] = uses[uses != ""]
    return found


def seconds(moments: Sequence[datetime | None]) -> Floats:
    """POSIX seconds; NaN for a moment that has not come."""
    return np.array([np.nan if moment is None else moment.timestamp() for moment in moments], dtype=float)


def objects(values: Sequence[object]) -> Objects:
    """An array of anything, one element each."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
