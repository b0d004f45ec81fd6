"""GCJ-02 and BD-09: the two disguises of WGS-84 that Chinese web maps use.

The forward formulas are the ones published with the open-source "eviltransform" family; they reproduce
the services' own conversion to a few decimetres. The way back has no formula: it is found by iteration.
Points are arrays of shape (n, 2): longitude, latitude in degrees.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_AXIS_M = 6378245.0  # Krasovsky 1940, as the formula wants it
_ECCENTRICITY2 = 0.00669342162296594323
_BAIDU_PI = np.pi * 3000 / 180
_GOOD_DEGREES = 1e-11
_MOST_STEPS = 20


def gcj02_from_wgs84(points: Points) -> Points:
    """GCJ-02 of WGS-84 points; points outside China come back unchanged."""
    return _inside_china(points, lambda inside: inside + _gcj02_offset(inside))


def bd09_from_wgs84(points: Points) -> Points:
    """BD-09 of WGS-84 points; points outside China come back unchanged."""
    return _inside_china(points, lambda inside: _bd09_of_gcj02(inside + _gcj02_offset(inside)))


def undisguise(points: Points, disguise: Callable[[Points], Points]) -> Points:
    """The WGS-84 points that `disguise` maps to `points`, to better than 1e-9 degrees."""
    return _inside_china(points, lambda inside: _fixed_point(inside, disguise))


def _fixed_point(target: Points, disguise: Callable[[Points], Points]) -> Points:
    # The disguises move points by about 0.01° and change slowly, so each step gains two digits or more.
    guess = target
    for _ in range(_MOST_STEPS):
        step = disguise(guess) - target
        guess = guess - step
        if np.abs(step).max(initial=0) < _GOOD_DEGREES:
            break
    return guess


def _inside_china(points: Points, change: Callable[[Points], Points]) -> Points:
    west, south, east, north = _CHINA
    lon, lat = points[:, 0], points[:, 1]
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    changed = points.copy()
    changed[inside] = change(points[inside])
    return changed


def _gcj02_offset(points: Points) -> Points:
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    phi = np.radians(points[:, 1])
    w2 = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    east_m, north_m = _east_wave_m(x, y), _north_wave_m(x, y)
    lon = np.degrees(east_m * np.sqrt(w2) / (_AXIS_M * np.cos(phi)))
    lat = np.degrees(north_m * w2**1.5 / (_AXIS_M * (1 - _ECCENTRICITY2)))
    return np.column_stack([lon, lat])


def _east_wave_m(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    wave = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    return wave + _ripple(x) + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30))


def _north_wave_m(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    wave = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    return wave + _ripple(x) + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30))


def _ripple(x: NDArray[np.float64]) -> NDArray[np.float64]:
    ripple: NDArray[np.float64] = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    return ripple


def _waves(t: NDArray[np.float64], *terms: tuple[int, int]) -> NDArray[np.float64]:
    total = np.zeros_like(t)
    for amplitude, period in terms:
        total += amplitude * np.sin(np.pi * t / period)
    return total * 2 / 3


def _bd09_of_gcj02(points: Points) -> Points:
    x, y = points[:, 0], points[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_PI)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
