"""How much dust may lie on roads: data/dust_limits.csv, or what the town has put in its place.

Shipped is the practice of Chang'an district (Shijiazhuang): 5 g/m² on carriageways inside the town, 8 on others, 20 on
footways; litter stays for at most five minutes.
"""

from csv import DictReader
from datetime import datetime
from importlib.resources import files
from io import StringIO
from typing import Any

from layers.rules.dust import DustRules, Limit, checked_rules
from layers.store import Session, Store
from layers.store.rulesets import Ruleset

KEY = "dust_limits"
SHIPPED_MINUTES = 5.0


def shipped_rules() -> DustRules:
    """What holds where the town has changed nothing.

    >>> shipped_rules().limits[0]
    Limit(road_class='urban', part='carriageway', limit_g_m2=5.0)
    """
    text = files("layers").joinpath("data/dust_limits.csv").read_text(encoding="utf-8")
    return DustRules(tuple(_limit(row) for row in DictReader(StringIO(text))), SHIPPED_MINUTES)


def dust_rules(session: Session) -> tuple[Ruleset, DustRules]:
    """The newest version and its rules."""
    current = session.rulesets.current(KEY, shipped=as_json(shipped_rules()))
    body = current.body
    return current, DustRules(tuple(_limit(row) for row in body["limits"]), float(body["litter_minutes"]))


def put_dust_rules(
    store: Store, rules: DustRules, *, now: datetime, by: str = "", expected: int | None = None
) -> Ruleset:
    """Put new rules in force; BadInput for wrong ones, Conflict where `expected` is not the newest version."""
    body = as_json(checked_rules(rules))
    with store.writing() as session:
        return session.rulesets.put(KEY, body, now=now, by=by, expected=expected)


def as_json(rules: DustRules) -> dict[str, Any]:
    """The rules as plain JSON."""
    rows = [{"road_class": r.road_class, "part": r.part, "limit_g_m2": r.limit_g_m2} for r in rules.limits]
    return {"litter_minutes": rules.litter_minutes, "limits": rows}


def _limit(row: dict[str, Any]) -> Limit:
    return Limit(road_class=row["road_class"], part=row["part"], limit_g_m2=float(row["limit_g_m2"]))
