"""A person's data and their erasure over HTTP, from both stores, and on the command line."""

import io
import zipfile
from collections.abc import Iterator

import httpx
import pytest

from layers.personal_data import PERSONAL_DATA
from tests.conftest import Service, run
from tests.leaver import HEIR, LEAVER, keep_no_demo_account, leaving


@pytest.fixture
def leaver(service: Service) -> Iterator[tuple[httpx.Client, httpx.Client, str]]:
    """An administrator, somebody who is about to leave, and their code."""
    keep_no_demo_account(service.store_url)
    theirs = service.address_of("going", "grid_worker")
    with (
        httpx.Client(base_url=f"{service.url}/api/v1", timeout=60) as office,
        httpx.Client(base_url=f"{theirs}/api/v1", timeout=60) as own,
    ):
        yield office, own, "going"


def test_oneself_and_administrators_get_the_data_and_nobody_else(leaver, service):
    office, own, code = leaver
    for client in (office, own):
        answer = client.get(f"/people/{code}/data")
        assert answer.status_code == 200 and answer.headers["cache-control"] == "private, no-store"
        assert "people.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert own.get(f"/people/{LEAVER}/data").status_code == 403
    assert own.post(f"/people/{code}/erase").status_code == 403
    assert httpx.get(f"{service.address_of('chef', 'supervisor')}/api/v1/people/{code}/data").status_code == 403
    assert office.get("/people/nobody/data").status_code == 404


def test_who_was_erased_is_let_in_nowhere(leaver):
    office, own, code = leaver
    assert own.get("/inbox").status_code == 200
    assert office.post(f"/people/{LEAVER}/erase").status_code == 409
    done = office.post(f"/people/{code}/erase", json={"to": ""})
    assert done.status_code == 200 and done.json()["pseudonym"].startswith("X-")
    assert own.get("/inbox").status_code == 401
    assert office.post(f"/people/{code}/erase").status_code == 404
    assert code not in {one["code"] for one in office.get("/people").json()}


def test_the_settings_are_changed_by_the_version_that_was_seen(leaver):
    office, own, _ = leaver
    assert own.get("/retention").status_code == 403
    seen = office.get("/retention")
    said = {"days": {"contact_days": 45}}
    changed = office.put("/retention", json=said, headers={"if-match": seen.headers["etag"]})
    assert changed.status_code == 200, changed.text
    assert {row["name"]: row["days"] for row in changed.json()["settings"]}["contact_days"] == 45
    assert office.put("/retention", json=said, headers={"if-match": seen.headers["etag"]}).status_code == 412
    for bad in ({"contact_days": 0}, {"contact_days": 1.5}, {"x": 1}, []):
        assert office.put("/retention", json={"days": bad}).status_code == 422
    assert len(own.get("/personal-data").json()) == len(PERSONAL_DATA)


def test_the_command_line(tmp_path):
    store_url = f"gpkg://{tmp_path}/town.gpkg"
    file = tmp_path / "data.zip"
    with leaving(tmp_path, store_url):
        run(tmp_path, store_url, "person", "export", LEAVER, str(file))
    assert "photos.json" in zipfile.ZipFile(file).namelist()
    assert run(tmp_path, store_url, "person", "erase", LEAVER, "--yes", check=False).returncode == 1
    run(tmp_path, store_url, "person", "erase", LEAVER, "--yes", "--to", HEIR)
    assert run(tmp_path, store_url, "person", "export", LEAVER, str(tmp_path / "b.zip"), check=False).returncode == 1
    run(tmp_path, store_url, "check", "--deep")
