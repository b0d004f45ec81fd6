"""The demo town's frontages with their checks, and its samples of dust: placed and judged by the rules of real use."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from layers.demo import DemoTown
from layers.dust_samples import judged_columns
from layers.frontage_checks import summary_of
from layers.ground import objects
from layers.model import Feature
from layers.roadside import place
from layers.store import Session
from layers.store.frontage_checks import FrontageCheck


def plant_roadside(session: Session, demo: DemoTown, *, now: datetime) -> None:
    """Frontages, their checks, samples of dust; roads and areas stand already."""
    shops, samples = demo.layers["frontages"], demo.layers["dust_samples"]
    beside = place(session, objects([shop.geometry for shop in shops])).columns
    first = session.features.insert_many("frontages", _with(shops, beside), now=now)
    _plant_checks(session, demo, {shop.code: first + i for i, shop in enumerate(shops)}, now=now)
    spots = place(session, objects([sample.geometry for sample in samples]))
    given = {name: [one.values[name] for one in samples] for name in ("part", "grams_m2", "litter_minutes")}
    session.features.insert_many("dust_samples", _with(samples, judged_columns(session, spots, given)), now=now)


def _plant_checks(session: Session, demo: DemoTown, ids: Mapping[str, int], *, now: datetime) -> None:
    session.frontage_checks.add_many(
        [
            FrontageCheck(
                frontage_id=ids[one.frontage], frontage=one.frontage, at=one.at, recorded_at=now, by=one.by,
                results=one.results, duties_version=0, note=one.note,
            )
            for one in demo.checks
        ]
    )  # fmt: skip
    latest = session.frontage_checks.latest()
    said = [summary_of(one) for one in latest.values()]
    columns = {name: [one[name] for one in said] for name in ("checked_at", "passed", "failed")}
    session.features.update_columns("frontages", list(latest), columns)


def _with(rows: Sequence[Feature], columns: Mapping[str, Sequence[Any]]) -> list[Feature]:
    return [
        replace(row, values={**row.values, **{name: column[i] for name, column in columns.items()}})
        for i, row in enumerate(rows)
    ]
