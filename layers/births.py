"""The first events of many problems at once, as columns: imports and the demo town begin histories with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import shapely

from layers.rules.replay import SET, jsonable


@dataclass(frozen=True, slots=True, kw_only=True)
class Births:
    """Problems about to be stored, as columns: everything that their rows hold when they are reported."""

    codes: Sequence[str]
    geometries: Any  # array of shapely geometries, EPSG:4326
    values: Mapping[str, Sequence[Any]]
    extra: Sequence[Mapping[str, object]]
    source_crs: str
    mark: Mapping[str, object]  # what else each event is to remember


def report_events(born: Births, ids: Sequence[int], *, now: datetime) -> dict[str, list[Any]]:
    """The columns of one "reported" event each."""
    count = len(ids)
    return {
        "problem_id": list(ids),
        "kind": ["reported"] * count,
        "at": list(born.values["found_at"]),
        "recorded_at": [now] * count,
        "by": list(born.values.get("reported_by") or [None] * count),
        "note": [None] * count,
        "from_state": [None] * count,
        "to_state": ["reported"] * count,
        "payload": [{SET: said, **born.mark} for said in _sets(born)],
    }


def _sets(born: Births) -> list[dict[str, object]]:
    values = {**born.values, "state": ["reported"] * len(born.codes)}
    names = list(values)
    shapes = shapely.to_wkb(born.geometries, hex=True)
    made = []
    for code, shape, extra, *row in zip(born.codes, shapes, born.extra, *map(_texts, values.values()), strict=True):
        said = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        made.append({**said, "code": code, "geom": shape, "extra": dict(extra), "source_crs": born.source_crs})
    return made


def _texts(column: Sequence[Any]) -> Sequence[object]:
    """The column as an event keeps it; moments, which most columns of times repeat, are written once each."""
    kinds = {type(value) for value in column}
    if datetime not in kinds:
        return list(jsonable({str(i): value for i, value in enumerate(column)}).values())
    moments = {value: None if value is None else value.astimezone(UTC).isoformat() for value in set(column)}
    return [moments[value] for value in column]
