"""Patrol observations: who went where when, and found something or nothing. An observation is not a problem."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import BadInput
from layers.model import Feature
from layers.schema import LAYERS
from layers.store import Store
from layers.values import checked
from layers.words import msg

_TRACK_TYPES = ("LineString", "MultiLineString")


def add_patrol(store: Store, geometry: BaseGeometry, values: Mapping[str, object], *, now: datetime) -> Feature:
    """Store a track (a line with a fix [seconds from start, accuracy in metres] for each vertex) or a signed visit."""
    known = {"started_at": now, **checked(LAYERS["patrols"], values)}
    kind = known.setdefault("kind", "track" if geometry.geom_type in _TRACK_TYPES else "visit")
    _check_times(known, now)
    if kind == "track":
        _check_fixes(geometry, known.get("fixes"))
    with store.writing() as session:
        number = session.features.next_id("patrols")
        code = str(values.get("code") or f"XC-{number:06d}")
        return session.features.insert(
            "patrols", Feature(id=number, code=code, geometry=geometry, values=known), now=now
        )


def _check_times(known: Mapping[str, object], now: datetime) -> None:
    started_at, ended_at = known["started_at"], known.get("ended_at")
    if not isinstance(started_at, datetime) or started_at > now + timedelta(minutes=5):
        raise BadInput(msg("The patrol begins in the future."), field="started_at")
    if isinstance(ended_at, datetime) and ended_at < started_at:
        raise BadInput(msg("The patrol ends before it begins."), field="ended_at")


def _check_fixes(geometry: BaseGeometry, fixes: object) -> None:
    """One pair of finite, growing seconds and positive accuracy for each vertex."""
    if geometry.geom_type not in _TRACK_TYPES:
        raise BadInput(msg("A track is a line."), field="geometry")
    rows = fixes if isinstance(fixes, list) else []
    good = all(isinstance(fix, list) and len(fix) == 2 and all(_is_number(n) for n in fix) for fix in rows)
    if not good or len(rows) != shapely.get_num_coordinates(geometry):
        raise BadInput(
            msg("A track needs a fix [seconds, accuracy in metres] for each of its vertices."), field="fixes"
        )
    if any(later[0] < earlier[0] for earlier, later in pairwise(rows)):
        raise BadInput(msg("The seconds of a track's fixes must grow."), field="fixes")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
