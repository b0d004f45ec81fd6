"""The indicators of a period by area, department, person, category or source. Load → rule → values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInput
from layers.ground import objects
from layers.query import Query, Where
from layers.rules import indicators as rule
from layers.store import Session
from layers.units import UNITS, Columns
from layers.words import msg

WEIGHTS_KEY = "score_weights"
SUPERVISED = ("supervise", "notice", "talk")
_FIELDS = (
    "id", "found_at", "state", "source_level", "rework_count", "handback_count", "dispatch_count", "self_handled",
    "forced", "rebound_kind", "escalation", "lead_person", "department", "category",
    "code", "reported_by",
)  # fmt: skip
Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Line:
    """One unit: its key, name, counts, rates and score."""

    key: str
    name: str
    counts: Mapping[str, int]
    rates: Mapping[str, float | None]
    score: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The whole town, and each unit, the best score first; `weights` and their version are told with it."""

    total: Line
    lines: list[Line]
    weights: Mapping[str, float]
    weights_version: int


def report(session: Session, *, start: datetime, end: datetime, by: str = "area") -> Report:
    """The indicators of a period (half-open). BadInput for an unknown unit or an empty period."""
    if by not in UNITS:
        raise BadInput(msg("“{value}” is none of: {choices}.", value=by[:40], choices=", ".join(UNITS)), field="by")
    if end <= start:
        raise BadInput(msg("The period ends before it begins."), field="to")
    rows = _rows(session, end)
    columns = _by_name(rows)
    counted = rule.counts(*_cases(session, columns), rule.Period(start.timestamp(), end.timestamp()))
    weights = session.rulesets.current(WEIGHTS_KEY, shipped=dict(rule.WEIGHTS))
    names, unit = UNITS[by](session, columns)
    lines = [_line(key, names.get(key, key), count, weights.body) for key, count in rule.table(counted, unit).items()]
    whole = {name: int(flags.sum()) for name, flags in counted.items()}
    return Report(_line("", "", whole, weights.body), sorted(lines, key=_turn), weights.body, weights.version)


def cases_of(session: Session, *, count: str, start: datetime, end: datetime, by: str, unit: str) -> list[int]:
    """The keys of the cases behind one number of the report."""
    if count not in rule.COUNT_TITLES or by not in UNITS:
        raise BadInput(msg("There is no indicator “{name}”.", name=count[:40]), field="count")
    rows = _rows(session, end)
    columns = _by_name(rows)
    counted = rule.counts(*_cases(session, columns), rule.Period(start.timestamp(), end.timestamp()))[count]
    if unit:
        counted = counted & (UNITS[by](session, columns)[1].astype(str) == unit)
    return [id_ for id_, counts in zip(columns["id"], counted.tolist(), strict=True) if counts]


def _rows(session: Session, end: datetime) -> Rows:
    return session.features.columns("problems", _FIELDS, Query(where=(Where("found_at", "<", end),)))


def _line(key: str, name: str, count: Mapping[str, int], weights: Mapping[str, float]) -> Line:
    return Line(key, name, count, rule.rates(count), rule.score(count, weights))


def _turn(line: Line) -> tuple[bool, float, str]:
    return line.score is None, -(line.score or 0.0), line.key


def _by_name(rows: Rows) -> Columns:
    return {name: [row[i] for row in rows] for i, name in enumerate(_FIELDS)}


def _cases(session: Session, by_name: Columns) -> tuple[rule.Cases, rule.Stages]:
    ids = by_name["id"]
    filed = session.history.first_reached(("filed", "assigned"))
    exposed = _exposed(session)
    supervised = session.escalations.counts(SUPERVISED)
    for id_ in session.history.acts("supervise"):
        supervised[id_] = supervised.get(id_, 0) + 1
    cases = rule.Cases(
        id=np.array(ids, dtype=np.int64), found_at=_seconds(by_name["found_at"]),
        filed_at=_seconds([filed.get(id_) for id_ in ids]), state=objects(by_name["state"]),
        source_level=objects(by_name["source_level"]), rework=_numbers(by_name["rework_count"]),
        handed_back=_numbers(by_name["handback_count"]), dispatched=_numbers(by_name["dispatch_count"]),
        on_the_spot=_flags(by_name["self_handled"]), by_decision=_flags(by_name["forced"]),
        rebound=_flags(by_name["rebound_kind"]), supervised=_numbers([supervised.get(id_, 0) for id_ in ids]),
        unanswered=_flags([level in SUPERVISED for level in by_name["escalation"]]),
        exposed=_flags([code in exposed for code in by_name["code"]]),
    )  # fmt: skip
    return cases, _stages(session, ids)


def _exposed(session: Session) -> set[str]:
    """The codes of the problems that were exposed."""
    measures = session.features.columns("measures", ("problem",), Query(where=(Where("kind", "=", "exposure"),)))
    return {code for (code,) in measures if code}


def _stages(session: Session, ids: Sequence[int]) -> rule.Stages:
    position = {id_: i for i, id_ in enumerate(ids)}
    rows = [row for row in session.deadlines.spans() if row.problem_id in position]
    return rule.Stages(
        case=np.array([position[row.problem_id] for row in rows], dtype=np.int64),
        stage=objects([row.stage for row in rows]),
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
