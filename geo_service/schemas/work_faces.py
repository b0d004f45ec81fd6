"""The report on work faces, and the proposal to mend them, as GeoJSON."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo_service.schemas.features import Json, collection, plain
from layers.area_repair import Change, Proposal
from layers.geometry import Metres, to_geojson
from layers.rules import stretches, work_faces
from layers.work_faces import KINDS, Fault, Part, Report

_DIGITS = 8  # a millimetre: the faults can be that narrow


def report(found: Report, *, now: datetime, level: str) -> Json:
    """Every fault as a feature, the largest of each kind first; what was looked at and how."""
    order = sorted(found.faults, key=lambda fault: (KINDS.index(fault.kind), -fault.size))
    return collection(
        [_fault(number, fault, found.metres) for number, fault in enumerate(order, start=1)],
        edges=[
            {"type": "Feature", "geometry": _shape(lines, found.metres), "properties": {"level": name}}
            for name, lines in found.loose.items()
            if not lines.is_empty
        ],
        summary={
            "faults": len(found.faults),
            "kinds": {kind: _sum(kind, found.faults) for kind in KINDS},
            "levels": {
                name: {"areas": count, "seamless": found.seamless[name]} for name, count in found.areas.items()
            },
            "segments": found.segments,
            "district_m2": round(found.district_m2, 1),
        },
        as_of=plain(now),
        parameters={
            "on": plain(found.on), "level": level, "gap_width_m": work_faces.GAP_WIDTH_M, "snap_m": work_faces.SNAP_M,
            "smallest_m2": work_faces.SMALLEST_M2, "sliver_m": work_faces.SLIVER_M, "smallest_m": stretches.SMALLEST_M,
        },
    )  # fmt: skip


def proposal(found: Proposal, *, now: datetime, applied: bool) -> Json:
    """What a repair changes: each area with its shape before and after."""
    return collection(
        (_change(change, found.metres) for change in found.changes),
        summary={
            "changes": len(found.changes),
            "moved_m2": round(sum(change.moved_m2 for change in found.changes), 1),
            "kept": list(found.kept),
            "seamless_after": found.seamless_after,
        },
        applied=applied,
        as_of=plain(now),
        parameters={"level": found.level, "gap_width_m": found.gap_width_m, "merge_strategy": "longest_border"},
    )


def _fault(number: int, fault: Fault, metres: Metres) -> Json:
    along = fault.kind in stretches.STRETCH_KINDS
    return {
        "type": "Feature", "id": number, "geometry": _shape(fault.geometry, metres),
        "properties": {
            "id": number, "kind": fault.kind, "level": fault.level, "road": fault.road,
            "area_m2": None if along else round(fault.size, 1), "length_m": round(fault.size, 1) if along else None,
            "from_m": fault.from_m, "to_m": fault.to_m,
            "at": _spot(fault.geometry, metres),
            "codes": [part.code for part in fault.who], "who": [_part(part) for part in fault.who],
        },
    }  # fmt: skip


def _part(part: Part) -> Json:
    return {"code": part.code, "name": part.name, "people": list(part.people)}


def _sum(kind: str, faults: Iterable[Fault]) -> dict[str, Any]:
    sizes = [fault.size for fault in faults if fault.kind == kind]
    unit = "length_m" if kind in stretches.STRETCH_KINDS else "area_m2"
    return {"count": len(sizes), unit: round(sum(sizes), 1)}


def _change(change: Change, metres: Metres) -> Json:
    area = change.area
    return {
        "type": "Feature", "id": area.code, "geometry": _shape(change.after, metres),
        "properties": {
            "code": area.code, "name": area.name, "version": area.version,
            "before": _shape(area.polygon, metres), "moved": _moved(change, metres),
            "moved_m2": round(change.moved_m2, 1),
            "before_m2": round(float(shapely.area(area.polygon)), 1),
            "after_m2": round(float(shapely.area(change.after)), 1),
        },
    }  # fmt: skip


def _moved(change: Change, metres: Metres) -> Json | None:
    """The land that the area wins or loses."""
    return _shape(shapely.symmetric_difference(change.area.polygon, change.after), metres)


def _spot(geometry: BaseGeometry | None, metres: Metres) -> tuple[float, ...] | None:
    """A place on the fault, where a mark of it stands."""
    spot = _shape(None if geometry is None else shapely.point_on_surface(geometry), metres)
    return None if spot is None else spot["coordinates"]


def _shape(geometry: BaseGeometry | None, metres: Metres) -> Json | None:
    if geometry is None or geometry.is_empty:
        return None
    return to_geojson(metres.back(geometry), _DIGITS)
