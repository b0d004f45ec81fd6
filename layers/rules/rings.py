"""Station rings (环带): problems round an air station, as rates to compare with the rest.

Two rates are compared by the exact conditional test: of x problems in a ring and x0 in
the reference, x is binomial with n = x + x0; the limits of Clopper and Pearson (1934)
for its share c give the rate ratio c/(1 − c) · T0/T. R's poisson.test gives the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Objects = NDArray[np.object_]

EDGES_M = (0.0, 300.0, 500.0, 1000.0, 1500.0, 2000.0, 3000.0)
KM2 = 1e6
ARC_SEGMENTS = 64


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate over the reference rate, with its exact interval; None = not finite or not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring, clipped to the district: geometry and area (metres), problems and their rate.

    `rate_km2` is problems per square kilometre (and per day, where days were given);
    `ratio` compares it with the district beyond the last ring, or with the last ring
    where nothing lies beyond; it is None for the reference itself.
    """

    inner_m: float
    outer_m: float
    geometry: BaseGeometry
    area_m2: float
    count: int
    rate_km2: float | None
    ratio: Ratio | None


def ring_table(
    station: BaseGeometry,
    geoms: Objects,
    district: BaseGeometry,
    *,
    edges_m: Sequence[float] = EDGES_M,
    days: float = 1.0,
) -> list[Ring]:
    """The rings between successive edges; a problem belongs where inner ≤ distance < outer.

    All geometries are in metres. Problems outside the district are left out, as its rings
    are clipped to it; a line or polygon counts at its nearest point.
    """
    inside = geoms[shapely.intersects(district, geoms)]
    distance_m = shapely.distance(inside, station)
    edges = np.array([*edges_m, np.inf])
    counts = np.histogram(distance_m, edges)[0].tolist()
    shapes = [_annulus(station, a, b, district) for a, b in pairwise(edges_m)]
    beyond = shapely.difference(district, _disc(station, edges_m[-1]))
    areas = [float(shapely.area(shape)) for shape in (*shapes, beyond)]
    reference = len(shapes) if areas[-1] > 0 else len(shapes) - 1
    return [
        Ring(
            inner_m=float(edges_m[k]),
            outer_m=float(edges_m[k + 1]),
            geometry=shape,
            area_m2=areas[k],
            count=counts[k],
            rate_km2=counts[k] / (areas[k] / KM2 * days) if areas[k] else None,
            ratio=rate_ratio(counts[k], areas[k], counts[reference], areas[reference])
            if k != reference and areas[k]
            else None,
        )
        for k, shape in enumerate(shapes)
    ]


def rate_ratio(x: int, exposure: float, x0: int, exposure0: float, *, level: float = 0.95) -> Ratio:
    """(x / exposure) / (x0 / exposure0) with its exact interval; exposures > 0, in one unit.

    x = 0 has the lower limit 0; x0 = 0 has no finite value and no finite upper limit.

    >>> ratio = rate_ratio(11, 800, 21, 3011)
    >>> round(ratio.value, 4), round(ratio.low, 4), round(ratio.high, 4)
    (1.9715, 0.8584, 4.2773)
    """
    tail = (1 - level) / 2
    scale = exposure0 / exposure
    low = scipy.special.betaincinv(x, x0 + 1, tail) if x else 0.0
    high = scipy.special.betaincinv(x + 1, x0, 1 - tail) if x0 else None
    return Ratio(
        value=x / x0 * scale if x0 else None,
        low=float(low / (1 - low) * scale),
        high=None if high is None else float(high / (1 - high) * scale),
    )


def _disc(station: BaseGeometry, radius_m: float) -> BaseGeometry:
    return shapely.buffer(station, radius_m, quad_segs=ARC_SEGMENTS)


def _annulus(station: BaseGeometry, inner_m: float, outer_m: float, district: BaseGeometry) -> BaseGeometry:
    ring = shapely.difference(_disc(station, outer_m), _disc(station, inner_m))
    return shapely.intersection(ring, district)
