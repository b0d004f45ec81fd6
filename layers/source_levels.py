"""What a finding brings with it because of where it comes from: who must re-check it, and what it costs.

The costs are the town's own rules (each problem found by the city −1, by the county −0.5, as one deployed system
has it); an administrator changes them under the key `source_levels`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from layers.errors import BadInput
from layers.rules.roles import UPPER_LEVELS
from layers.schema import SOURCE_LEVELS
from layers.store import Session, Store
from layers.store.rulesets import Ruleset
from layers.words import msg

KEY = "source_levels"
SHIPPED: dict[str, float] = {"city": -1.0, "county": -0.5}
_MOST = 100.0


@dataclass(frozen=True, slots=True)
class Costs:
    """What a finding does to the score (points ≤ 0) by its source level; `version` 0 = as shipped."""

    points: Mapping[str, float]
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


def costs(session: Session) -> Costs:
    """The costs that hold now, for every source level."""
    return _costs(session.rulesets.current(KEY, shipped=SHIPPED))


def put_costs(
    store: Store, wish: Mapping[str, object], *, now: datetime, by: str = "", expected: int | None = None
) -> Costs:
    """Set the costs of some levels, for what is found from now on; BadInput names the level, Conflict a version."""
    given = {level: _points(level, value) for level, value in wish.items()}
    with store.writing() as session:
        body = {**costs(session).points, **given}
        return _costs(session.rulesets.put(KEY, body, now=now, by=by, expected=expected))


def _costs(rules: Ruleset) -> Costs:
    points = {level: float(rules.body.get(level, 0.0)) for level in SOURCE_LEVELS}
    return Costs(points, rules.version, rules.changed_at, rules.changed_by)


def _points(level: str, value: object) -> float:
    if level not in SOURCE_LEVELS:
        said = msg("“{value}” is none of: {choices}.", value=level[:40], choices=", ".join(SOURCE_LEVELS))
        raise BadInput(said, field=level[:40])
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST <= value <= 0:
        raise BadInput(msg("A number from {low} to {high} was expected.", low=-_MOST, high=0), field=level)
    return float(value)


def effects(session: Session, level: str) -> dict[str, object]:
    """The fields of a problem that follow from its source level."""
    return {
        "score_effect": costs(session).points.get(level, 0.0),
        "recheck_level": level if level in UPPER_LEVELS else "",
    }
