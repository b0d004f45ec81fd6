"""The duties of a frontage and how often it is checked: data/frontage_duties.csv, or what the town has put there."""

from csv import DictReader
from datetime import datetime
from importlib.resources import files
from io import StringIO
from typing import Any

from layers.rules.frontages import Duty, DutyRules, checked_rules
from layers.store import Session, Store
from layers.store.rulesets import Ruleset

KEY = "frontage_duties"
SHIPPED_DAYS = 30.0


def shipped_rules() -> DutyRules:
    """What holds where the town has changed nothing.

    >>> shipped_rules().duties[0]
    Duty(code='cleanliness', zh='包卫生', en='Cleanliness')
    """
    text = files("layers").joinpath("data/frontage_duties.csv").read_text(encoding="utf-8")
    return DutyRules(tuple(Duty(**row) for row in DictReader(StringIO(text))), SHIPPED_DAYS)


def duty_rules(session: Session) -> tuple[Ruleset, DutyRules]:
    """The newest version and its rules."""
    current = session.rulesets.current(KEY, shipped=as_json(shipped_rules()))
    body = current.body
    return current, DutyRules(tuple(Duty(**row) for row in body["duties"]), float(body["max_age_days"]))


def put_duty_rules(
    store: Store, rules: DutyRules, *, now: datetime, by: str = "", expected: int | None = None
) -> Ruleset:
    """Put new rules in force; BadInput for wrong ones, Conflict where `expected` is not the newest version."""
    body = as_json(checked_rules(rules))
    with store.writing() as session:
        return session.rulesets.put(KEY, body, now=now, by=by, expected=expected)


def as_json(rules: DutyRules) -> dict[str, Any]:
    """The rules as plain JSON."""
    return {
        "max_age_days": rules.max_age_days,
        "duties": [{"code": one.code, "zh": one.zh, "en": one.en} for one in rules.duties],
    }
