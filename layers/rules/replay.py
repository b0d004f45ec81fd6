"""The present from the past: what a problem is now is the sum of what its events set."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import shapely
from shapely.geometry.base import BaseGeometry

from layers.model import Event, Feature
from layers.schema import LAYERS, Field
from layers.values import checked_value, to_millisecond

_BESIDE = ("id", "code", "extra", "source_crs")
SET = "set"  # the part of an event's payload that changes the problem


def replay(events: Iterable[Event]) -> Feature:
    """The problem as it stands after its events, oldest first; its version and key are those of the store."""
    state: dict[str, object] = {}
    id_ = 0
    for event in events:
        id_ = event.problem_id
        said = event.payload.get(SET) or {}
        assert isinstance(said, Mapping)  # noqa: S101 (our own writing)
        state |= said
    schema = LAYERS["problems"]
    return Feature(
        id=id_, code=str(state.get("code", "")), geometry=_geometry(state.get("geom")),
        values={field.name: _value(field, state.get(field.name, field.default)) for field in schema.fields},
        extra=state.get("extra") or {},  # type: ignore[arg-type]
        source_crs=str(state.get("source_crs") or "EPSG:4326"),
    )  # fmt: skip


def differences(problem: Feature, events: Iterable[Event]) -> list[str]:
    """The names of what in a problem's row is not what its events say; empty when the row is their sum.

    Moments are the same when their milliseconds are: a GeoPackage keeps no more of them.
    """
    again = replay(events)
    names = [name for name in problem.values if _kept(problem.values[name]) != _kept(again.values[name])]
    if problem.geometry is None or again.geometry is None or not problem.geometry.equals_exact(again.geometry):
        names.append("geom")
    return names + [name for name in _BESIDE if getattr(problem, name) != getattr(again, name)]


def jsonable(changes: Mapping[str, object]) -> dict[str, object]:
    """Changes as an event keeps them: moments and days as text, a geometry as hexadecimal WKB (every bit of it).

    >>> jsonable({"found_at": datetime(2021, 11, 22, tzinfo=UTC), "rings": ()})
    {'found_at': '2021-11-22T00:00:00+00:00', 'rings': []}
    """
    return {name: _plain(value) for name, value in changes.items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(value, hex=True)
    return list(value) if isinstance(value, tuple) else value


def _kept(value: object) -> object:
    return to_millisecond(value) if isinstance(value, datetime) else value


def _value(field: Field, value: object) -> object:
    if field.kind == "json":
        return list(value) if isinstance(value, tuple) else value
    return None if value is None else checked_value(field, value)


def _geometry(wkb: object) -> BaseGeometry | None:
    return None if wkb is None else shapely.from_wkb(str(wkb))
