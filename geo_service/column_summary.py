"""The counts of `layers.summaries` out of the columns of the problems: a million in some hundredths of a second."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from geo_service.problem_filters import ProblemFilters
from layers.columns.layer import LayerColumns
from layers.columns.tally import Values, tally
from layers.query import Where
from layers.rules.lifecycle import FINAL_STATES, OPEN_STATES
from layers.summaries import FLAGS, ranked
from maps.tiles.filters import NO_FILTER, TileFilter, sieve

_EQUALS = frozenset({"state", "category", "lead_person", "source_level"})
_OPEN = frozenset(OPEN_STATES)


def filter_of(filters: ProblemFilters) -> TileFilter | None:
    """What the filters mean for columns; None where columns do not hold what they ask for."""
    if filters.area or filters.search or filters.overdue or filters.as_of:
        return None
    wanted = NO_FILTER
    for where in filters.where:
        narrower = _narrower(wanted, where)
        if narrower is None:
            return None
        wanted = narrower
    return wanted


def _narrower(wanted: TileFilter, where: Where) -> TileFilter | None:
    value = where.value
    if where.field in _EQUALS and where.field not in wanted.equals and where.is_ in ("=", "in"):
        values = frozenset(value if isinstance(value, tuple) else (str(value),))
        return replace(wanted, equals={**wanted.equals, where.field: values})
    if where.field == "found_at" and where.is_ == ">=" and isinstance(value, datetime):
        return replace(wanted, since=("found_at", value.timestamp()))
    return None


def summary_of(columns: LayerColumns, wanted: TileFilter, *, now: datetime) -> dict[str, Any]:
    """As `layers.summaries.problems` tells it, of the problems that pass."""
    alive = _open_of(wanted)
    late = replace(alive, before=("due_at", now.timestamp()))
    by_state = {str(state): n for (state,), n in _tally(columns, ["state"], wanted).items()}
    return {
        "total": sum(by_state.values()),
        "open": sum(n for state, n in by_state.items() if state not in FINAL_STATES),
        "by_state": by_state,
        "overdue": _tally(columns, ["state"], late).total(),
        **ranked(lambda fields, are_late: _tally(columns, fields, late if are_late else alive)),
        "flags": _flags(_tally(columns, ["flags"], alive)),
    }


def _open_of(wanted: TileFilter) -> TileFilter:
    return replace(wanted, equals={**wanted.equals, "state": wanted.equals.get("state", _OPEN) & _OPEN})


def _tally(columns: LayerColumns, fields: Sequence[str], wanted: TileFilter) -> Counter[Values]:
    return tally(columns, fields, sieve(wanted, columns).mask)


def _flags(found: Counter[Values]) -> dict[str, int]:
    """How many problems bear each flag; the values are JSON lists of them."""
    bearing = Counter[str]()
    for (text,), count in found.items():
        for flag in json.loads(str(text)) if text else ():
            bearing[flag] += count
    return {flag: bearing[flag] for flag in FLAGS}
