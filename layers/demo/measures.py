"""What has been done on the demo town's parcels: shapes that cover as much as the parcel's state says."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import shapely
from numpy.random import Generator
from shapely.geometry.base import BaseGeometry

from layers.demo.ground import degrees
from layers.demo.land import Thing
from layers.model import Feature

UNFINISHED = (0.3, 0.8)  # of the parcel's extent
HEAP_M = 0.3  # what lies on a parcel that is cleared, as a depth
COST_PER_M2 = {"green": 38.0, "cover": 3.5, "harden": 85.0, "clear": 12.0}
TALKS = (
    ("notice", "筑演建工有限公司（演示）", "工地裸土未覆盖，全街道通报"),
    ("talk", "宏演地产开发有限公司（演示）", "约谈项目负责人，限期整改"),
)
_FAR_M = 1e4


def measures(parcels: Sequence[Thing], as_of: datetime, rng: Generator) -> list[Feature]:
    """One measure for each parcel that is not bare, on a part of it or all of it; then two talks with firms."""
    made = [*_on_parcels(parcels, as_of, rng), *_with_firms(as_of)]
    return [
        Feature(code=f"CS{number:03d}", geometry=shape, values=values) for number, (shape, values) in enumerate(made, 1)
    ]


_Made = tuple[BaseGeometry | None, dict[str, object]]


def _on_parcels(parcels: Sequence[Thing], as_of: datetime, rng: Generator) -> Iterator[_Made]:
    for parcel in parcels:
        state, kind = parcel.values["state"], str(parcel.values["treatment"])
        done_at = as_of - timedelta(days=int(rng.integers(2, 40)), hours=int(rng.integers(0, 9)))
        share = float(rng.uniform(*UNFINISHED))
        if state == "bare":
            continue
        shape = parcel.geometry if state == "treated" else _western(parcel.geometry, share)
        quantity, unit = (shape.area * HEAP_M, "m³") if kind == "clear" else (shape.area, "m²")
        yield degrees(shape), {
            "kind": kind, "parcel": parcel.code, "organisation": parcel.values["owner"], "done_at": done_at,
            "quantity": round(quantity, 1), "unit": unit, "cost": round(shape.area * COST_PER_M2[kind], -1),
        }  # fmt: skip


def _with_firms(as_of: datetime) -> Iterator[_Made]:
    for days, (kind, organisation, note) in enumerate(TALKS, start=3):
        said = {"kind": kind, "organisation": organisation, "note": note, "quantity": 1.0, "unit": "times"}
        yield None, {**said, "done_at": as_of - timedelta(days=days)}


def _western(shape: BaseGeometry, share: float) -> BaseGeometry:
    """The part of a parcel that lies west of a share of its extent."""
    west, _, east, _ = shape.bounds
    x, y = west + share * (east - west), shape.centroid.y
    return shapely.intersection(shape, shapely.box(x - _FAR_M, y - _FAR_M, x, y + _FAR_M))
