"""The cases of a town as the rule of rebounds wants them: in metres and seconds, with their places on roads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from layers.assignment import category_of
from layers.geometry import Metres
from layers.ground import objects, seconds
from layers.model import Category
from layers.query import Query, Where
from layers.rules.rebound import ALONG_M, DAYS, RADIUS_M, Cases, OnRoads, Reach
from layers.rules.road_spots import on_roads
from layers.store import Session
from layers.town import metres_of

NEVER_ONE = ("declined", "void")  # found not to be a problem: neither comes back nor can it have been put right
_COLUMNS = (
    "id", "geom", "code", "category", "state", "found_at", "closed_at", "verified_at",
    "lead_layer", "lead_code", "rebound_of", "rebound_kind", "rebound_days", "rebound_order",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class TownCases:
    """The cases with the columns of their rows beside them (see _COLUMNS), in the same order; how near is near."""

    cases: Cases
    columns: Mapping[str, Sequence[Any]]
    reach: Reach
    categories: Mapping[str, Category]
    metres: Metres


@dataclass(frozen=True, slots=True)
class Wanted:
    """Another reach than that of the categories; None = theirs."""

    radius_m: float | None = None
    days: float | None = None


CATEGORIES_OWN = Wanted()


def town_cases(
    session: Session, query: Query | None = None, *, as_of: datetime | None = None, wanted: Wanted = CATEGORIES_OWN
) -> TownCases:
    """The problems that the query asks for (all by default) with a place, as they were known at `as_of`."""
    asked = query or Query()
    query = Query(bbox=asked.bbox, ids=asked.ids, where=(*asked.where, Where("geom", "not null"), *_by(as_of)))
    rows = [row for row in session.features.columns("problems", _COLUMNS, query) if row[4] not in NEVER_ONE]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(_COLUMNS)}
    metres, categories = metres_of(session), category_of(session.town.categories())
    geometry = metres.to(objects(columns["geom"]))
    closed_at, verified_at = (_before(seconds(columns[name]), as_of) for name in ("closed_at", "verified_at"))
    cases = Cases(
        id=np.array(columns["id"], dtype=np.int64), category=objects(columns["category"]), geometry=geometry,
        found_at=seconds(columns["found_at"]), closed_at=np.where(np.isfinite(closed_at), closed_at, verified_at),
        verified_at=verified_at, duplicate=np.array([state == "duplicate" for state in columns["state"]], dtype=bool),
        roads=_roads(session, geometry, columns, metres),
    )  # fmt: skip
    return TownCases(cases, columns, _reach(columns["category"], categories, wanted), categories, metres)


def _by(as_of: datetime | None) -> tuple[Where, ...]:
    return () if as_of is None else (Where("found_at", "<=", as_of),)


def _before(moments: np.ndarray[Any, Any], as_of: datetime | None) -> Any:
    """The moments without those that had not come by then."""
    return moments if as_of is None else np.where(moments <= as_of.timestamp(), moments, np.nan)


def _reach(codes: Sequence[str], categories: Mapping[str, Category], wanted: Wanted) -> Reach:
    near = {
        code: (one.rebound_radius_m, float(one.rebound_days)) for code in set(codes) if (one := categories.get(code))
    }
    values = np.array([near.get(code, (RADIUS_M, DAYS)) for code in codes], dtype=float).reshape(-1, 2)
    radius_m = values[:, 0] if wanted.radius_m is None else np.full(len(codes), wanted.radius_m)
    days = values[:, 1] if wanted.days is None else np.full(len(codes), wanted.days)
    return Reach(radius_m, days, ALONG_M)


def _roads(session: Session, geometry: Any, columns: Mapping[str, Sequence[Any]], metres: Metres) -> OnRoads | None:
    """Where the cases lie whose responsible place is a road segment; None where none does."""
    codes = [
        code if layer == "road_segments" else None
        for layer, code in zip(columns["lead_layer"], columns["lead_code"], strict=True)
    ]
    wanted = tuple(sorted({code for code in codes if code}))
    if not wanted:
        return None
    rows = [row for row in session.features.columns("road_segments", ("code", "geom"), _of(wanted)) if row[1]]
    number = {code: i for i, (code, _) in enumerate(rows)}
    lines = metres.to(objects([line for _, line in rows]))
    segment = np.array([number.get(code, -1) for code in codes], dtype=np.int64)
    return on_roads(geometry, lines, segment) if len(lines) else None


def _of(codes: tuple[str, ...]) -> Query:
    """The segments by code; with very many codes it is cheaper to read all of them."""
    return Query(where=(Where("code", "in", codes),)) if len(codes) <= _MOST_CODES else Query()


_MOST_CODES = 500


def middles(geometry: Any) -> Any:
    """A point within each geometry, as an (n, 2) array."""
    return shapely.get_coordinates(shapely.point_on_surface(geometry))
