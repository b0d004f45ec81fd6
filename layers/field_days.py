"""Days on site of the heads of areas, from their own tracks and visits inside their own area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import shapely

from layers.ground import Area, Floats, Town
from layers.inspection import Walks
from layers.rules.field_days import FieldWeek, field_weeks
from layers.rules.tracks import Pieces
from layers.values import TOWN_AHEAD_S, town_day

LEVELS = ("zone", "village")  # whose heads must be on site every week
WEEKS = 5


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an area, and the last weeks."""

    person: str
    area: Area
    weeks: Sequence[FieldWeek]


def field_days(town: Town, walks: Walks, pieces: Pieces, as_of: datetime, *, scope: Sequence[Area]) -> list[Head]:
    """Everybody who answers for a zone or village in scope, with the days that they spent there in each ISO week."""
    today = town_day(as_of)
    heads = [
        (person, area)
        for level in LEVELS
        for area in scope
        if area.level == level
        for person in town.people.get(("areas", area.code), ())
    ]
    return [
        Head(person, area, field_weeks(_on_site(walks, pieces, person, area), today=today, weeks=WEEKS))
        for person, area in heads
    ]


def _on_site(walks: Walks, pieces: Pieces, person: str, area: Area) -> set[date]:
    """The days in the town's time on which the person was inside the area."""
    number = walks.numbers.get(person)
    if number is None or area.polygon is None:
        return set()
    people = walks.witnesses(())
    own, signed = people.of_patrol[pieces.patrol] == number, people.of_visit == number
    xy = np.concatenate([pieces.end[own], np.column_stack([walks.visits.x[signed], walks.visits.y[signed]])])
    at: Floats = np.concatenate([pieces.at[own], walks.visits.at[signed]])
    inside = shapely.contains_xy(area.polygon, xy[:, 0], xy[:, 1])
    days = np.unique(np.floor((at[inside] + TOWN_AHEAD_S) / 86_400.0)).astype(int)
    return {date(1970, 1, 1) + timedelta(days=day) for day in days.tolist()}
