"""Clean zones as GeoJSON."""

from collections.abc import Mapping
from dataclasses import asdict

from geo_service.schemas.analysis import shapes
from geo_service.schemas.features import Json, collection, plain
from geo_service.schemas.people import Names, people
from layers.clean_map import AreaRow, CleanMap, RoadMap, lengths
from layers.geometry import Metres, to_geojson
from layers.rules.clean_zones import REASONS, STATES, Parameters, chance_missed
from layers.rules.patches import Zone

_DIGITS = 6  # a corner to a decimetre


def clean_map(found: CleanMap, names: Names) -> Json:
    """The cells with their state, and the summary, which always tells the unknown share.

    Beside the cells: `zones` (the labelled clean zones), `by_area` (each village with its rate, unknown share and
    people) and, where they were asked for, `roads` (both sides in units of 100 m).
    """
    made = collection(
        _cells(found), summary={**asdict(found.summary), "unplaced": found.unplaced},
        zones=collection(_zone(zone, found.metres) for zone in found.labelled),
        by_area=[_area(row, names) for row in found.rows], as_of=plain(found.as_of),
        parameters=asdict(found.parameters),
    )  # fmt: skip
    return made if found.roads is None else {**made, "roads": _roads(found.roads, found.parameters, found.metres)}


def _cells(found: CleanMap) -> list[Json]:
    zones = found.zones
    areas = [row.area.code if row.area else "" for row in found.rows]
    columns = zip(
        found.cells.id, shapes(found.cells.geometry, found.metres), found.classes, found.village.tolist(),
        *_state_columns(zones), strict=True,
    )  # fmt: skip
    return [
        {
            "type": "Feature", "id": id_, "geometry": shape,
            "properties": {"id": id_, "unit_class": class_, "area": areas[village], **_state(state, found.parameters)},
        }
        for id_, shape, class_, village, *state in columns
    ]  # fmt: skip


def _state_columns(zones: object) -> tuple[list[object], ...]:
    names = ("state", "reason", "age_days", "share", "passes", "verified")
    return tuple(getattr(zones, name).tolist() for name in names)


def _state(columns: list[object], parameters: Parameters) -> Mapping[str, object]:
    state, reason, age, share, passes, verified = columns
    k = max(int(str(passes)), 0)
    return {
        "state": STATES[int(str(state))], "reason": REASONS[int(str(reason))],
        "age_days": None if age != age else round(float(str(age)), 1), "share": round(float(str(share)), 2),
        "passes": k, "verified": verified, "p_missed": round(chance_missed(k, parameters.detection_rate), 4),
    }  # fmt: skip


def _zone(zone: Zone, metres: Metres) -> Json:
    return {
        "type": "Feature", "geometry": to_geojson(metres.back(zone.geometry), _DIGITS),
        "properties": {
            "area_m2": round(zone.area_m2, 1), "cells": len(zone.cells), "passes": zone.passes,
            "unknown_share": round(zone.unknown_share, 4), "verified_share": round(zone.verified_share, 4),
        },
    }  # fmt: skip


def _area(row: AreaRow, names: Names) -> Json:
    area = row.area
    return {
        "code": area.code if area else "", "name": area.name if area else "", "level": area.level if area else "",
        "has_shape": area is None or area.polygon is not None, "people": people(row.people, names),
        "clean_zone": row.clean_zone, **asdict(row.summary),
    }  # fmt: skip


def _roads(road_map: RoadMap, parameters: Parameters, metres: Metres) -> Json:
    units, table = road_map.units, road_map.table
    columns = zip(
        shapes(units.geometry, metres), units.segment.tolist(), units.side.tolist(), units.from_m.tolist(),
        units.to_m.tolist(), *_state_columns(road_map.states), strict=True,
    )  # fmt: skip
    features = [
        {
            "type": "Feature", "geometry": shape,
            "properties": {
                "code": table.code[segment], "name": table.name[segment], "side": ("left", "right")[side],
                "from_m": round(from_m, 1), "to_m": round(to_m, 1), **_state(state, parameters),
            },
        }
        for shape, segment, side, from_m, to_m, *state in columns
    ]  # fmt: skip
    length_m = {state: round(size, 1) for state, size in lengths(road_map).items()}
    summary = {**asdict(road_map.summary), "length_m": length_m, "without_shape": road_map.without_shape}
    return collection(features, summary=summary)
