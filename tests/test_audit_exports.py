"""What leaves the service is in the audit, whichever way it goes; and what a reset of a password ends."""

from datetime import UTC, datetime

import httpx
import pytest

from layers import accounts, tokens
from layers.store import Store
from tests.conftest import Service

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def exports(service: Service) -> list[tuple[str, str]]:
    """(account, object) of each export, the newest first."""
    said = httpx.get(f"{service.url}/api/v1/audit", params={"act": "export", "limit": 200}).raise_for_status().json()
    return [(one["account"], one["object"]) for one in said["entries"]]


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a_picture_of_somebody_who_has_signed_in_is_an_export(service: Service, kind: str) -> None:
    before = len(exports(service))
    httpx.get(f"{service.url}/maps/parcels.{kind}", timeout=60).raise_for_status()
    httpx.get(f"{service.web}/maps/open-problems.{kind}", timeout=60).raise_for_status()  # public anyway
    after = exports(service)
    assert after[: len(after) - before] == [("tests", "maps/parcels")]


def test_an_export_on_the_command_line_is_in_the_audit_too(service: Service, tmp_path) -> None:
    before = len(exports(service))
    service.run("export", "areas", str(tmp_path / "areas.geojson"))
    after = exports(service)
    assert after[: len(after) - before] == [("", "layers/areas")]


def test_a_reset_revokes_the_tokens_of_the_account(store: Store) -> None:
    accounts.create(store, accounts.NewAccount(name="zhang", role="planner"), now=NOW)
    kept = tokens.create(store, tokens.NewToken(account="zhang"), now=NOW).token
    accounts.reset(store, "zhang", now=NOW)
    with store.reading() as session:
        assert session.tokens.get(kept.id).revoked_at == NOW
