"""How the frontages of a town stand, and how clean its roads are by the gram: the rates of units."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from layers.frontage_duties import duty_rules
from layers.query import Query, Where
from layers.rules import frontages as rules
from layers.rules.dust import Judged, PassRate, pass_rates
from layers.rules.frontages import Rate, Standing
from layers.store import Session

_UNITS = ("segment", "village")
_DUST_UNITS = ("segment", "road_class", "contractor")


@dataclass(frozen=True, slots=True)
class FrontageReport:
    """How many frontages stand how, and the rates: of all, and by "segment" and "village"."""

    states: Mapping[str, int]
    whole: Rate
    by: Mapping[str, Sequence[Rate]]
    max_age_days: float


def frontages(session: Session, *, now: datetime) -> FrontageReport:
    """The frontages that the session's viewer sees, as they stand now."""
    _, duties = duty_rules(session)
    rows = session.features.columns("frontages", (*_UNITS, "checked_at", "passed", "failed"))
    states = [rules.state_of(row[2], row[4] or 0, now=now, max_age_days=duties.max_age_days) for row in rows]
    by = {unit: rules.rates(_standing(rows, states, i)) for i, unit in enumerate(_UNITS)}
    counted = Counter(states)
    return FrontageReport(
        {state: counted[state] for state in rules.STATES}, rules.rate(_standing(rows, states, 0)), by,
        duties.max_age_days,
    )  # fmt: skip


def dust(session: Session, *, now: datetime, days: float) -> Mapping[str, Sequence[PassRate]]:
    """Pass rates of the samples of the last `days`: by "segment", "road_class" and "contractor"."""
    lately = (Where("sampled_at", ">", now - timedelta(days=days)), Where("passed", "not null"))
    fields = (*_DUST_UNITS, "grams_m2", "passed", "fine")
    rows = session.features.columns("dust_samples", fields, Query(where=lately))
    return {
        unit: pass_rates(Judged(row[i] or "", row[3], row[4], row[5] or 0.0) for row in rows)
        for i, unit in enumerate(_DUST_UNITS)
    }


def _standing(rows: Sequence[tuple[Any, ...]], states: Sequence[str], unit: int) -> list[Standing]:
    return [Standing(row[unit] or "", state, row[3] or 0, row[4] or 0) for row, state in zip(rows, states, strict=True)]
