"""What is older than the days that a town keeps it is forgotten; on both stores."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from layers import retention
from layers.accounts_model import AuditEntry
from layers.audit import OPERATOR_HERE
from layers.errors import BadInput
from layers.personal_data import LIMITS
from layers.store import Store
from tests.leaver import LEAVER, NOW, everything, leaving

DAYS = ("patrol_days", "contact_days", "key_days")


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    with leaving(tmp_path, store_url) as opened:
        yield opened


def _aged(store: Store, days: int) -> None:
    """A patrol, a line of the audit, a token and a contact of so many days ago."""
    then = NOW - timedelta(days=days)
    with store.writing() as session:
        session.audit.append(AuditEntry(act="sign_in", at=then, account=f"of {days}", object="old"))
        row = session.features.read("patrols")[-1]
        session.features.update("patrols", row.id, {"started_at": then, "inspector": LEAVER}, now=NOW)
        session.public_reports.add_contact(1, "ring me up", at=then)
        token = session.tokens.of("leaver")[0]
        session.tokens.revoke(token.id, at=then)


def _left(store: Store) -> tuple[int, int, int, int]:
    with store.reading() as session:
        lines = [line for line in session.audit.read(limit=500) if line.object == "old"]
        walked = [row for row in session.features.read("patrols")[-1:] if row.values["inspector"]]
        contacts = everything(store).count("ring me up")
        return len(lines), len(walked), contacts, len(session.tokens.of("leaver"))


def test_what_is_older_than_the_days_is_forgotten_once_a_day(store):
    _aged(store, 100)
    retention.put_retention(store, dict.fromkeys(DAYS, 101), now=NOW, by=OPERATOR_HERE)
    assert retention.apply(store, NOW) == 0 and _left(store)[:2] == (1, 1)
    retention.put_retention(store, dict.fromkeys(DAYS, 99), now=NOW, by=OPERATOR_HERE)
    assert retention.apply(store, NOW) == 0  # today it was done
    tomorrow = NOW + timedelta(days=1)
    assert retention.apply(store, tomorrow) >= 3
    assert _left(store)[1:] == (0, 0, 0)
    with store.reading() as session:
        line = session.audit.read(act="retention", limit=1)[0]
    assert line.detail["done"] == "forgotten" and line.detail["contact_days"] == 1
    assert retention.apply(store, tomorrow + timedelta(days=100)) > 0  # the tracks that are a hundred days old then


def test_the_audit_is_kept_for_half_a_year_at_least(store):
    _aged(store, LIMITS["audit_days"][0] + 1)
    with pytest.raises(BadInput) as refused:
        retention.put_retention(store, {"audit_days": LIMITS["audit_days"][0] - 1}, now=NOW, by=OPERATOR_HERE)
    assert refused.value.field == "audit_days"
    retention.put_retention(store, {"audit_days": LIMITS["audit_days"][0]}, now=NOW, by=OPERATOR_HERE)
    retention.apply(store, NOW)
    assert _left(store)[0] == 0
