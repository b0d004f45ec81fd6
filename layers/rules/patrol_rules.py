"""How often what must be patrolled: rows of data, by layer and class; the town may change them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from layers.errors import BadInput
from layers.schema import AREA_LEVELS, ROAD_CLASSES
from layers.words import msg

CLASSES: dict[str, tuple[str, ...]] = {"road_segments": ROAD_CLASSES, "areas": AREA_LEVELS}
LONGEST_DAYS = 366.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolRule:
    """Every place of that layer and class is fully inspected at least every `max_age_days`.

    Fully: `min_share` of its length on each side, or of its ground. The class "" is any other of the layer.
    """

    layer: str
    class_: str
    max_age_days: float
    min_share: float


def rule_for(rules: Iterable[PatrolRule], layer: str, class_: str) -> PatrolRule | None:
    """The rule of that class, else that of the class "", else None: nothing is required there."""
    own = {rule.class_: rule for rule in rules if rule.layer == layer}
    return own.get(class_) or own.get("")


def checked_rules(rules: Sequence[PatrolRule]) -> tuple[PatrolRule, ...]:
    """The same rules; BadInput names the row that is wrong."""
    for number, rule in enumerate(rules, start=1):
        _check(rule, f"rules.{number}")
    keys = [(rule.layer, rule.class_) for rule in rules]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise BadInput(msg("There are two rules for “{layer}” “{class}”.", layer=twice[0], **{"class": twice[1]}),
                       field="rules")  # fmt: skip
    return tuple(rules)


def _check(rule: PatrolRule, field: str) -> None:
    _check_choice(rule.layer, tuple(CLASSES), field)
    _check_choice(rule.class_, ("", *CLASSES[rule.layer]), field)
    if not 0 < rule.max_age_days <= LONGEST_DAYS:
        raise BadInput(msg("The days between two patrols must be more than 0 and at most 366."), field=field)
    if not 0 < rule.min_share <= 1:
        raise BadInput(msg("The share to inspect must be more than 0 and at most 1."), field=field)


def _check_choice(value: str, choices: tuple[str, ...], field: str) -> None:
    if value not in choices:
        raise BadInput(msg("“{value}” is none of: {choices}.", value=value, choices=", ".join(choices)), field=field)
