"""What of the service is open to people who have not signed in: the administrators switch it, every change is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from layers.errors import BadInput
from layers.store import Session, Store
from layers.store.rulesets import Ruleset
from layers.words import msg

KEY = "public"
VIEW, REPORT = "view", "report"
PARTS = (VIEW, REPORT)
"""Seeing what is public; reporting."""


@dataclass(frozen=True, slots=True)
class PublicParts:
    """Which of PARTS are open; `version` 0 = as shipped: all of them."""

    open: frozenset[str] = frozenset(PARTS)
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


def parts(session: Session) -> PublicParts:
    """What is open now."""
    return _parts(session.rulesets.current(KEY, shipped=dict.fromkeys(PARTS, True)))


def put_parts(
    store: Store, wish: Mapping[str, object], *, now: datetime, by: str = "", expected: int | None = None
) -> PublicParts:
    """Open or close some parts; BadInput names the part, Conflict a version that is gone."""
    for name in PARTS:
        if not isinstance(wish.get(name, True), bool):
            raise BadInput(msg("“{field}” is true or false.", field=name), field=name)
    with store.writing() as session:
        was = parts(session).open
        body = {name: wish.get(name, name in was) for name in PARTS}
        return _parts(session.rulesets.put(KEY, body, now=now, by=by, expected=expected))


def _parts(rules: Ruleset) -> PublicParts:
    opened = frozenset(name for name in PARTS if rules.body.get(name, True))
    return PublicParts(opened, rules.version, rules.changed_at, rules.changed_by)
