"""Is it known already? Problems of the same category, near in place and time, that are not over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import shapely
from shapely.geometry.base import BaseGeometry

RADIUS_M = 50.0
MAX_AGE_DAYS = 15.0
MOST = 5


@dataclass(frozen=True, slots=True)
class Known:
    """A problem that is not over; geometry in metres."""

    id: int
    geometry: BaseGeometry
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Likeness:
    """A known problem that may be the same: how far away it lies, how long before it was found."""

    id: int
    distance_m: float
    age_days: float


def alike(geometry: BaseGeometry, found_at: datetime, known: Sequence[Known]) -> list[Likeness]:
    """Those of `known` (all of the same category) within RADIUS_M and MAX_AGE_DAYS, MOST at most.

    The nearest comes first, of equally near ones the newest.

    >>> here = shapely.Point(0, 0)
    >>> monday = datetime(2021, 11, 22)
    >>> near, far = Known(7, shapely.Point(3, 4), monday - timedelta(days=2)), Known(8, shapely.Point(60, 0), monday)
    >>> alike(here, monday, [near, far])
    [Likeness(id=7, distance_m=5.0, age_days=2.0)]
    """
    longest = timedelta(days=MAX_AGE_DAYS)
    found = []
    for one in known:
        distance_m = float(shapely.distance(geometry, one.geometry))
        if distance_m <= RADIUS_M and abs(found_at - one.found_at) <= longest:
            found.append(
                Likeness(one.id, round(distance_m, 1), round((found_at - one.found_at) / timedelta(days=1), 2))
            )
    return sorted(found, key=lambda one: (one.distance_m, -one.id))[:MOST]
