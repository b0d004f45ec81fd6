"""Walks, visits and problems in metres and days: what the tests of coverage and of clean zones share."""

import numpy as np
import shapely

from layers.rules.clean_zones import DAY_S, Problems, Tracks, Visits

Walk = tuple[float, float, float, float, float]  # x from, y from, x to, y to, day
Found = tuple[float, float, float, float, float]  # x, y, found, closed, verified


def tracks(*walks: Walk, accuracy_m: float = 5.0, step_s: float = 10.0, speed_m_s: float = 1.0) -> Tracks:
    columns: list[list[float]] = []
    for patrol, (x, y, to_x, to_y, day) in enumerate(walks):
        seconds = np.hypot(to_x - x, to_y - y) / speed_m_s
        steps = max(int(seconds // step_s), 1)
        for k in range(steps + 1):
            along = k / steps
            at = day * DAY_S + along * seconds
            columns.append([patrol, x + along * (to_x - x), y + along * (to_y - y), at, accuracy_m])
    patrol, x, y, at, accuracy = np.array(columns).reshape(-1, 5).T
    return Tracks(patrol.astype(int), x, y, at, accuracy)


def problems(*found: Found) -> Problems:
    x, y, *days = np.array(found, dtype=float).reshape(-1, 5).T
    found_at, closed_at, verified_at = (day * DAY_S for day in days)
    return Problems(shapely.points(x, y), found_at, closed_at, verified_at)


def visits(*signed: tuple[float, float, float]) -> Visits:
    x, y, day = np.array(signed, dtype=float).reshape(-1, 3).T
    return Visits(x, y, day * DAY_S)
