"""Cases and their stages as the columns that the indicators count."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.ground import objects
from layers.query import Query, Where
from layers.rules import co_departments
from layers.rules import indicators as rule
from layers.rules.rebound import RADIUS_M
from layers.store import Session
from layers.town import metres_of
from layers.units import Columns

SUPERVISED = ("supervise", "notice", "talk")
FIELDS = (
    "id", "found_at", "state", "source_level", "rework_count", "handback_count", "dispatch_count", "self_handled",
    "forced", "rebound_kind", "escalation", "lead_person", "department", "category",
    "code", "reported_by", "co_departments", "outcomes",
)  # fmt: skip


def rows_of(session: Session, end: datetime) -> Columns:
    """FIELDS of the cases found before the end."""
    rows = session.features.columns("problems", FIELDS, Query(where=(Where("found_at", "<", end),)))
    return {name: [row[i] for row in rows] for i, name in enumerate(FIELDS)}


def columns(session: Session, by_name: Columns, *, since: datetime) -> tuple[rule.Cases, rule.Stages]:
    """The columns of these cases; where the public's reports lie is read of those found since then."""
    ids = by_name["id"]
    filed = session.history.first_reached(("filed", "assigned"))
    exposed = _exposed(session)
    supervised = session.escalations.counts(SUPERVISED)
    for id_ in session.history.acts("supervise"):
        supervised[id_] = supervised.get(id_, 0) + 1
    east_m, north_m = _public_places(session, ids, since)
    radii = {category.code: category.rebound_radius_m for category in session.town.categories()}
    cases = rule.Cases(
        id=np.array(ids, dtype=np.int64), found_at=_seconds(by_name["found_at"]),
        filed_at=_seconds([filed.get(id_) for id_ in ids]), state=objects(by_name["state"]),
        source_level=objects(by_name["source_level"]), rework=_numbers(by_name["rework_count"]),
        handed_back=_numbers(by_name["handback_count"]), dispatched=_numbers(by_name["dispatch_count"]),
        on_the_spot=_flags(by_name["self_handled"]), by_decision=_flags(by_name["forced"]),
        rebound=_flags(by_name["rebound_kind"]), supervised=_numbers([supervised.get(id_, 0) for id_ in ids]),
        unanswered=_flags([level in SUPERVISED for level in by_name["escalation"]]),
        exposed=_flags([code in exposed for code in by_name["code"]]),
        co_handled=_flags([co_departments.names(one) for one in by_name["co_departments"]]),
        enforced=_flags(by_name["outcomes"]), category=objects(by_name["category"]), east_m=east_m, north_m=north_m,
        radius_m=np.array([radii.get(code, RADIUS_M) for code in by_name["category"]], dtype=float),
    )  # fmt: skip
    return cases, _stages(session, ids)


def _exposed(session: Session) -> set[str]:
    """The codes of the problems that were exposed."""
    measures = session.features.columns("measures", ("problem",), Query(where=(Where("kind", "=", "exposure"),)))
    return {code for (code,) in measures if code}


def _public_places(
    session: Session, ids: Sequence[int], since: datetime
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the reports of the public lie, in metres; NaN for all others."""
    where = (Where("source_level", "=", "public"), Where("found_at", ">=", since), Where("geom", "not null"))
    found = session.features.columns("problems", ("id", "geom"), Query(where=where))
    points = shapely.centroid(metres_of(session).to(objects([geometry for _, geometry in found])))
    at = {id_: place for (id_, _), place in zip(found, shapely.get_coordinates(points).tolist(), strict=True)}
    nowhere = (np.nan, np.nan)
    places = np.array([at.get(id_, nowhere) for id_ in ids], dtype=float).reshape(-1, 2)
    return places[:, 0], places[:, 1]


def _stages(session: Session, ids: Sequence[int]) -> rule.Stages:
    position = {id_: i for i, id_ in enumerate(ids)}
    rows = [row for row in session.deadlines.spans() if row.problem_id in position]
    return rule.Stages(
        case=np.array([position[row.problem_id] for row in rows], dtype=np.int64),
        stage=objects([row.stage for row in rows]), started_at=_seconds([row.started_at for row in rows]),
        due_at=_seconds([row.due_at for row in rows]), ended_at=_seconds([row.ended_at for row in rows]),
        judged=_flags([row.ended_at is None or row.met is not None for row in rows]),
        extended=_flags([row.extended for row in rows]),
    )  # fmt: skip


def _seconds(moments: Sequence[datetime | None]) -> NDArray[np.float64]:
    return np.array([np.nan if moment is None else moment.timestamp() for moment in moments], dtype=float)


def _numbers(values: Sequence[Any]) -> NDArray[np.int64]:
    return np.array([value or 0 for value in values], dtype=np.int64)


def _flags(values: Sequence[Any]) -> NDArray[np.bool_]:
    return np.array([bool(value) for value in values], dtype=bool)
