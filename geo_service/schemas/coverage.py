"""Coverage of the patrols as GeoJSON."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np

from geo_service.schemas.analysis import shapes
from geo_service.schemas.features import Json, collection, plain
from geo_service.schemas.people import Names, people
from layers.coverage import AGE_STEPS_DAYS, Coverage, Ground, Overdue, Spot
from layers.field_days import Head
from layers.geometry import to_geojson
from layers.ground import Area
from layers.patrol_rules import as_row
from layers.rules.coverage import DAY_S, TIMES_OF_DAY, SideStretches, merged_by_age
from layers.rules.road_axis import SIDES
from layers.rules.road_units import substrings

_DIGITS = 6


def coverage(found: Coverage, names: Names) -> Json:
    """Stretches of both sides of the roads and cells, each with when it was last inspected, and what follows."""
    return collection(
        [*_stretches(found, names), *_cells(found)],
        summary=_summary(found), by_area=[_area(found, i, names) for i in _villages(found)],
        overdue=[_overdue(row, names) for row in found.overdue],
        blind_spots=collection(_spot(spot, found, names) for spot in found.blind),
        field_days=[_head(head, names) for head in found.heads], as_of=plain(found.as_of),
        parameters={
            "days": found.wish.days, "area": found.wish.area, "person": found.wish.person,
            "rules_version": found.rules_version, "times_of_day": TIMES_OF_DAY, **_trust(found),
        },
    )  # fmt: skip


def _trust(found: Coverage) -> Json:
    known = asdict(found.parameters)
    return {name: known[name] for name in ("max_age_days", "min_share", "accuracy_m", "max_gap_s", "max_speed_km_h")}


# ---------------------------------------------------------------- the map


def _stretches(found: Coverage, names: Names) -> list[Json]:
    roads, table = found.roads, found.roads.table
    limits = np.array([found.wish.days if rule is None else rule.max_age_days for rule in roads.rules], dtype=float)
    merged = _merged(found, limits)
    axis = table.roads
    lines = shapes(substrings(axis.geometry[merged.segment], merged.start, merged.end), found.metres)
    from_m, to_m = (axis.chainage(merged.segment, measure) for measure in (merged.start, merged.end))
    who = [" · ".join(one["name"] for one in people(codes, names)) for codes in roads.people]
    columns = zip(
        lines, merged.segment.tolist(), merged.side.tolist(), from_m.tolist(), to_m.tolist(),
        merged.length_m.tolist(), merged.at.tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "type": "Feature", "geometry": line,
            "properties": {
                "kind": "stretch", "code": table.code[i], "name": table.name[i], "road_class": table.road_class[i],
                "side": SIDES[side], "from_m": round(start, 1), "to_m": round(end, 1), "length_m": round(length, 1),
                **_seen(at, found), "state": _state(_age_days(at, found), limits[i]), "max_age_days": limits[i],
                "blind": _age_days(at, found) > found.wish.days, "owner": who[i],
            },
        }
        for line, i, side, start, end, length, at in columns
    ]  # fmt: skip


def _merged(found: Coverage, limits: np.ndarray) -> SideStretches:
    """Stretches whose ages mean the same on the map are one."""
    steps = sorted({*AGE_STEPS_DAYS, float(found.wish.days), *limits.tolist()})
    return merged_by_age(found.roads.found, found.as_of.timestamp(), tuple(steps))


def _age_days(at: float, found: Coverage) -> float:
    """How long ago; infinite for never. What it means is judged by this, never by what is rounded for people."""
    return (found.as_of.timestamp() - at) / DAY_S


def _seen(at: float, found: Coverage) -> Json:
    days = _age_days(at, found)
    return {"seen_at": _moment(at), "age_days": round(days, 1) if np.isfinite(days) else None}


def _moment(at: float) -> str | None:
    return str(plain(datetime.fromtimestamp(round(at), UTC))) if np.isfinite(at) else None


def _state(age_days: float, limit_days: float) -> str:
    return "never" if np.isinf(age_days) else "late" if age_days > limit_days else "fresh"


def _cells(found: Coverage) -> list[Json]:
    ground = found.ground
    codes = _codes(found)
    columns = zip(
        ground.cells.id, shapes(ground.cells.geometry, found.metres), ground.seen.share.tolist(),
        ground.fresh.tolist(), codes, ground.seen.last_at.tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "type": "Feature", "id": id_, "geometry": shape,
            "properties": {
                "kind": "cell", "id": id_, "share": round(share, 2), "area": code, **_seen(at, found),
                "state": "fresh" if fresh else "late" if np.isfinite(at) else "never",
                "blind": _age_days(at, found) > found.wish.days,
            },
        }
        for id_, shape, share, fresh, code, at in columns
    ]  # fmt: skip


def _codes(found: Coverage) -> list[str]:
    """The code of each cell's village."""
    return [found.town.areas[i].code if i >= 0 else "" for i in found.ground.village.tolist()]


def _spot(spot: Spot, found: Coverage, names: Names) -> Json:
    days = None if spot.last_at == -np.inf else round((found.as_of.timestamp() - spot.last_at) / DAY_S, 1)
    return {
        "type": "Feature", "geometry": to_geojson(found.metres.back(spot.geometry), _DIGITS),
        "properties": {
            "area_m2": round(spot.area_m2, 1), "seen_at": _moment(spot.last_at), "age_days": days,
            "people": people(spot.people, names), **_place(spot.area),
        },
    }  # fmt: skip


def _place(area: Area | None) -> Json:
    return {"code": area.code if area else "", "name": area.name if area else ""}


# ---------------------------------------------------------------- the numbers


def _summary(found: Coverage) -> Json:
    roads, ground = found.roads, found.ground
    length_m = roads.table.roads.length_m
    whole = float(length_m.sum())
    never = roads.found.length_m[np.isneginf(roads.found.at)].sum() / (2 * whole) if whole else None
    cells = len(ground.fresh)
    return {
        "segments": len(length_m), "length_m": round(whole, 1),
        "road_share": _weighted(roads.share, length_m),
        "road_never_share": None if never is None else float(never),
        "cells": cells, "cell_share": float(ground.fresh.mean()) if cells else None,
        "blind_cells": int((ground.seen.last_at < found.as_of.timestamp() - DAY_S * found.wish.days).sum()),
        "blind_m2": round(sum(spot.area_m2 for spot in found.blind), 1), "blind_spots": len(found.blind),
        "overdue": {layer: sum(row.layer == layer for row in found.overdue) for layer in ("road_segments", "areas")},
        "by_time_of_day": found.by_time,
    }  # fmt: skip


def _villages(found: Coverage) -> list[int]:
    """The numbers of the villages that have a cell or a segment here."""
    known = {*np.unique(found.ground.village).tolist(), *np.unique(found.roads.village).tolist()}
    return sorted(number for number in known if number >= 0)


def _area(found: Coverage, number: int, names: Names) -> Json:
    area = found.town.areas[number]
    cells, segments = found.ground.village == number, found.roads.village == number
    length_m = found.roads.table.roads.length_m[segments]
    codes = {str(code) for code in found.roads.table.code[segments]}
    late = [row for row in found.overdue if row.layer == "road_segments" and row.code in codes]
    blind = [spot for spot in found.blind if spot.area is area]
    return {
        **_place(area), "people": people(found.town.people.get(("areas", area.code), ()), names),
        "cells": int(cells.sum()), "cell_share": _mean(found.ground, cells),
        "length_m": round(float(length_m.sum()), 1),
        "road_share": _weighted(found.roads.share[segments], length_m),
        "overdue_segments": len(late), "blind_m2": round(sum(spot.area_m2 for spot in blind), 1),
    }  # fmt: skip


def _weighted(share: np.ndarray, length_m: np.ndarray) -> float | None:
    return float((share * length_m).sum() / length_m.sum()) if length_m.sum() else None


def _mean(ground: Ground, cells: np.ndarray) -> float | None:
    return float(ground.fresh[cells].mean()) if cells.any() else None


def _overdue(row: Overdue, names: Names) -> Json:
    return {
        "layer": row.layer, "code": row.code, "name": row.name, "people": people(row.people, names),
        "last_full_at": _moment(row.full_at), "late_days": None if row.late_days == np.inf else round(row.late_days, 1),
        "share": round(row.share, 3), "size": round(row.size, 1), **as_row(row.rule),
    }  # fmt: skip


def _head(head: Head, names: Names) -> Json:
    weeks: Sequence[Json] = [
        {"week": one.week, "begins": one.begins.isoformat(), "days": one.days, "passed": one.passed}
        for one in head.weeks
    ]
    return {"area": {**_place(head.area), "level": head.area.level}, "person": people((head.person,), names)[0],
            "weeks": weeks}  # fmt: skip
