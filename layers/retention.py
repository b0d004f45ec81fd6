"""How long what tells of persons is kept: settings of the town, applied once a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from layers.audit import OPERATOR_HERE, By, enter
from layers.errors import BadInput
from layers.personal_data import LIMITS, SHIPPED
from layers.store import Session, Store
from layers.store.rulesets import Ruleset
from layers.values import town_day
from layers.words import msg

KEY = "retention"


@dataclass(frozen=True, slots=True)
class Retention:
    """The days of each setting; `version` 0 = as shipped."""

    days: Mapping[str, int]
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


def retention(session: Session) -> Retention:
    """The settings that hold now."""
    return _retention(session.rulesets.current(KEY, shipped=SHIPPED))


def put_retention(
    store: Store, wish: Mapping[str, object], *, now: datetime, by: By, expected: int | None = None
) -> Retention:
    """Change some settings. BadInput names one that is none or out of its limits, Conflict a version."""
    given = {name: _days(name, value) for name, value in wish.items()}
    with store.writing() as session:
        days = {**retention(session).days, **given}
        made = session.rulesets.put(KEY, days, now=now, by=by.identity.person, expected=expected)
        enter(session, "retention", KEY, by=by, now=now, done="changed", **days)
        return _retention(made)


def apply(store: Store, now: datetime) -> int:
    """Forget what is kept no longer, once a day; how many rows."""
    today = town_day(now)
    with store.reading() as session:
        if session.notices.is_day_done(KEY, today):
            return 0
    with store.writing() as session:
        if not session.notices.begin_day(KEY, today, at=now):
            return 0
        return sum(forget(session, now).values())


def forget(session: Session, now: datetime) -> dict[str, int]:
    """Forget what is kept no longer; how many rows by setting."""
    before = {name: now - timedelta(days=days) for name, days in retention(session).days.items()}
    done = {
        "patrol_days": session.personal.forget_tracks(before=before["patrol_days"]),
        "audit_days": session.personal.forget_audit(before=before["audit_days"]),
        "contact_days": session.public_reports.forget_contacts(before=before["contact_days"]),
        "key_days": session.personal.forget_keys(before=before["key_days"]),
    }
    if any(done.values()):
        enter(session, "retention", KEY, by=OPERATOR_HERE, now=now, done="forgotten", **done)
    return done


def _retention(rules: Ruleset) -> Retention:
    days = {name: int(rules.body.get(name, shipped)) for name, shipped in SHIPPED.items()}
    return Retention(days, rules.version, rules.changed_at, rules.changed_by)


def _days(name: str, value: object) -> int:
    if name not in LIMITS:
        choices = ", ".join(LIMITS)
        raise BadInput(msg("“{value}” is none of: {choices}.", value=name[:40], choices=choices), field=name[:40])
    low, high = LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(msg("A number from {low} to {high} was expected.", low=low, high=high), field=name)
    return value
