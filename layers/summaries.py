"""Counts that the pages show: by state, category, place and flag."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from layers.query import Query, Where
from layers.rules.lifecycle import FINAL_STATES, OPEN_STATES
from layers.store import Session

FLAGS = ("overlap", "gap", "nobody")
_TOP_PLACES = 10


def open_now() -> Where:
    """The problems that are not over."""
    return Where("state", "in", OPEN_STATES)


def overdue_at(now: datetime) -> tuple[Where, ...]:
    """The problems that are not over and past their time."""
    return open_now(), Where("due_at", "<", now)


def problems(session: Session, query: Query, *, now: datetime) -> dict[str, Any]:
    """How many problems match, how many of them are open and overdue, by what."""
    features = session.features
    late = replace(query, where=(*query.where, *overdue_at(now)))
    alive = replace(query, where=(*query.where, open_now()))
    by_state = {str(key[0]): n for key, n in features.count_by("problems", ["state"], query).items()}
    return {
        "total": sum(by_state.values()),
        "open": sum(n for state, n in by_state.items() if state not in FINAL_STATES),
        "overdue": features.count("problems", late),
        "by_state": by_state,
        "by_category": _both(session, ["category"], ("code",), alive, late),
        "by_place": _both(session, ["lead_layer", "lead_code", "lead_name"], ("layer", "code", "name"), alive, late)[
            :_TOP_PLACES
        ],
        "flags": {flag: features.count("problems", _flagged(alive, flag)) for flag in FLAGS},
    }


def _flagged(query: Query, flag: str) -> Query:
    return replace(query, where=(*query.where, Where("flags", "has", flag)))


def _both(
    session: Session, fields: list[str], names: tuple[str, ...], alive: Query, late: Query
) -> list[dict[str, Any]]:
    """Open and overdue counts by the same key, the most open first."""
    opened = Counter(session.features.count_by("problems", fields, alive))
    overdue = session.features.count_by("problems", fields, late)
    ranked = sorted(opened.items(), key=lambda item: (-item[1], str(item[0])))
    return [{**dict(zip(names, key, strict=True)), "open": n, "overdue": overdue.get(key, 0)} for key, n in ranked]
