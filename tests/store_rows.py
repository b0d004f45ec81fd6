"""Rows to put into a store, and what it then tells: what the tests of the store's contract share."""

from datetime import UTC, datetime, timedelta

import numpy as np
from shapely.geometry import Point, Polygon

from layers.model import Feature
from layers.query import Query
from layers.store import Store

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TRIANGLE = Polygon([(0, 0), (5, 0), (0, 5)])


def problem(code: str, x: float = 1.0, y: float = 1.0, **values: object) -> Feature:
    return Feature(code=code, geometry=Point(x, y), values=values)


def fill(store: Store, count: int = 2000) -> np.ndarray:
    points = np.random.default_rng(1).uniform(0, 10, (count, 2))
    features = [
        problem(f"P{i:05d}", x, y, category="abc"[i % 3], severity=i % 5, found_at=NOW + timedelta(minutes=i))
        for i, (x, y) in enumerate(points)
    ]
    with store.writing() as session:
        session.features.insert_many("problems", features, now=NOW)
    return points


def codes(store: Store, layer: str = "problems", **query: object) -> list[str]:
    with store.reading() as session:
        return [f.code for f in session.features.read(layer, Query(**query))]  # type: ignore[arg-type]
