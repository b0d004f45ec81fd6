"""Analysis results as GeoJSON."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_service.schemas.features import Json, collection, feature, plain
from geo_service.schemas.problems import is_overdue
from layers.analysis import HotspotMap, corridor, segments_of, ticks_of
from layers.geometry import Metres, to_geojson
from layers.model import Feature
from layers.query import Query, Where
from layers.rules.hotspots import FALSE_DISCOVERY_RATE, RADIUS_M
from layers.rules.rings import Ring
from layers.rules.roles import answers
from layers.store import Session
from layers.summaries import open_now, overdue_at
from layers.town import metres_of

_DIGITS = 6  # a cell's corner to a decimetre


def hotspot_map(found: HotspotMap) -> Json:
    """The cells round the station, its rings, and what was tested."""
    result = found.result
    features = [
        {
            "type": "Feature", "id": id_, "geometry": shape,
            "properties": {
                "id": id_, "here": here, "count": count, "expected": round(expected, 2), "p": p, "q": q,
                "z": None if z != z else round(z, 2), "hot": hot, "cold": cold, "owners": list(owners),
            },
        }
        for id_, shape, here, count, expected, p, q, z, hot, cold, owners in zip(
            found.cells.id, shapes(found.cells.geometry, found.metres), *(column.tolist() for column in (
                result.here, result.count, result.expected, result.p, result.q, result.z, result.hot, result.cold,
            )), found.owners, strict=True,
        )
    ]  # fmt: skip
    hot = int(np.count_nonzero(result.hot))
    return collection(
        features,
        station=feature(found.station),
        rings=[_ring(ring, found.metres) for ring in found.rings],
        summary={"problems": found.problems, "cells": len(features), "hot": hot, "cold": int(result.cold.sum())},
        as_of=plain(found.as_of),
        parameters={"radius_m": RADIUS_M, "false_discovery_rate": FALSE_DISCOVERY_RATE, "exposure": "cells"},
    )


def road_of(session: Session, person: str, *, now: datetime) -> Json:
    """Everything that the page of a road chief shows; to the office, which sees all, also the chiefs to choose from.

    `now` in the town's time.
    """
    segments = segments_of(session, person, on=now) if person else []
    linked = session.history.problems_at("road_segments", [s.code for s in segments])
    ids = tuple(sorted({key for keys in linked.values() for key in keys}))
    alive = session.features.read("problems", Query(ids=ids, where=(open_now(),))) if ids else []
    late = {row.id for row in alive if is_overdue(row, now)}
    keys = {row.id for row in alive}
    metres = metres_of(session)
    counts = {code: (len(keys.intersection(on)), len(late.intersection(on))) for code, on in linked.items()}
    shops = _frontages(session, [s.code for s in segments])
    who = session.duties.person(person) if person else None
    return {
        "person": None if who is None else {"code": who.code, "name": who.name, "phone": who.phone},
        "people": _chiefs(session, on=now.date(), now=now) if session.scope.sees_all else [],
        "segments": collection(
            _segment(row, counts.get(row.code, (0, 0)), shops.get((row.code,), 0), metres) for row in segments
        ),
        "corridor": collection(_corridors(segments, metres)),
        "ticks": collection(_ticks(segments, metres)),
        "problems": collection(_problem(row, row.id in late) for row in alive),
    }


def _problem(row: Feature, overdue: bool) -> Json:
    made = feature(row)
    made["properties"]["overdue"] = overdue
    return made


def _chiefs(session: Session, *, on: date, now: datetime) -> list[Json]:
    """Everybody who answers for road segments today, with how many and what is open on them."""
    rows = [row for row in session.duties.responsibilities(on=on) if row.layer == "road_segments" and answers(row)]
    names = {person.code: person.name for person in session.duties.people()}
    alive = session.features.count_by("problems", ["lead_person"], Query(where=(open_now(),)))
    late = session.features.count_by("problems", ["lead_person"], Query(where=overdue_at(now)))
    counts = Counter(row.person for row in rows)
    return [
        {
            "code": code, "name": names.get(code, code), "segments": n,
            "open": alive.get((code,), 0), "overdue": late.get((code,), 0),
        }
        for code, n in sorted(counts.items())
    ]  # fmt: skip


def _frontages(session: Session, codes: Sequence[str]) -> dict[tuple[object, ...], int]:
    """How many frontages stand on each of these segments."""
    there = Query(where=(Where("segment", "in", tuple(codes)),))
    return session.features.count_by("frontages", ["segment"], there) if codes else {}


def _segment(row: Feature, counts: tuple[int, int], shops: int, metres: Metres) -> Json:
    made = feature(row)
    made["properties"] |= {
        "open": counts[0],
        "overdue": counts[1],
        "frontages": shops,
        "length_m": None if row.geometry is None else round(metres.length_m(row.geometry), 1),
    }
    return made


def _corridors(segments: Sequence[Feature], metres: Metres) -> list[Json]:
    seen = [(row.code, corridor(row, metres)) for row in segments]
    return [
        {"type": "Feature", "geometry": to_geojson(shape, _DIGITS), "properties": {"code": code}}
        for code, shape in seen
        if shape is not None
    ]


def _ticks(segments: Sequence[Feature], metres: Metres) -> list[Json]:
    return [
        {
            "type": "Feature", "geometry": to_geojson(metres.back(tick.stroke), _DIGITS),
            "properties": {"code": code, "label": tick.label, "at_m": tick.at_m, "whole": tick.is_whole},
        }
        for code, tick in ticks_of(segments, metres)
    ]  # fmt: skip


def _ring(ring: Ring, metres: Metres) -> Json:
    ratio = ring.ratio
    return {
        "inner_m": ring.inner_m,
        "outer_m": ring.outer_m,
        "count": ring.count,
        "area_m2": round(ring.area_m2, 1),
        "rate_km2": ring.rate_km2,
        "rr": ratio and ratio.value,
        "rr_low": ratio and ratio.low,
        "rr_high": ratio and ratio.high,
        "geometry": to_geojson(metres.back(ring.geometry), _DIGITS) if not ring.geometry.is_empty else None,
    }


def shapes(geometries: NDArray[np.object_], metres: Metres) -> list[dict[str, Any]]:
    """Geometries in metres as GeoJSON."""
    degrees = shapely.transform(metres.back(geometries), lambda xy: xy.round(_DIGITS))
    return [to_geojson(shape, _DIGITS) for shape in degrees]
