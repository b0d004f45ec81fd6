"""How often what must be patrolled: data/patrol_rules.csv, or what the town has put in its place."""

from collections.abc import Sequence
from csv import DictReader
from datetime import datetime
from importlib.resources import files
from io import StringIO

from layers.rules.patrol_rules import PatrolRule, checked_rules
from layers.store import Session, Store
from layers.store.rulesets import Ruleset

KEY = "patrol_rules"


def shipped_rules() -> tuple[PatrolRule, ...]:
    """What holds where the town has changed nothing.

    >>> shipped_rules()[0]
    PatrolRule(layer='road_segments', class_='national', max_age_days=3.0, min_share=0.8)
    """
    text = files("layers").joinpath("data/patrol_rules.csv").read_text(encoding="utf-8")
    return tuple(_rule(row) for row in DictReader(StringIO(text)))


def patrol_rules(session: Session) -> tuple[Ruleset, tuple[PatrolRule, ...]]:
    """The newest version and its rules."""
    current = session.rulesets.current(KEY, shipped=[as_row(rule) for rule in shipped_rules()])
    return current, tuple(_rule(row) for row in current.body)


def put_patrol_rules(
    store: Store, rules: Sequence[PatrolRule], *, now: datetime, by: str = "", expected: int | None = None
) -> Ruleset:
    """Put new rules in force; BadInput names a wrong row, Conflict where `expected` is not the newest version."""
    body = [as_row(rule) for rule in checked_rules(rules)]
    with store.writing() as session:
        return session.rulesets.put(KEY, body, now=now, by=by, expected=expected)


def as_row(rule: PatrolRule) -> dict[str, object]:
    """The rule as plain JSON."""
    return {
        "layer": rule.layer, "class": rule.class_, "max_age_days": rule.max_age_days, "min_share": rule.min_share,
    }  # fmt: skip


def _rule(row: dict[str, str]) -> PatrolRule:
    return PatrolRule(
        layer=row["layer"], class_=row["class"], max_age_days=float(row["max_age_days"]),
        min_share=float(row["min_share"]),
    )  # fmt: skip
