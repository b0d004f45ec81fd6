"""`geo-service user …` and `token …`, and the first administrator, from outside."""

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from layers.accounts_model import NO_CLIENT
from layers.errors import NotFound
from layers.sign_ins import Credentials, identify, sign_in
from layers.store import open_store
from tests import nursery
from tests.conftest import Service

PASSWORD = "四面荷花三面柳，一城山色"


def command(folder: Path, url: str, *words: str, given: str = "", status: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GEO_SERVICE_STORE": url, "GEO_SERVICE_DATA_DIR": str(folder), "COLUMNS": "160"}
    done = nursery.run(words, {**environment, "GEO_SERVICE_LANGUAGE": "en"}, given)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def test_accounts_and_tokens_on_the_command_line(store_url: str, tmp_path: Path) -> None:
    on = lambda *words, **more: command(tmp_path, store_url, *words, **more)  # noqa: E731
    on("user", "add", "Zhang", "--role", "dispatcher", "--title", "张三", "--password-stdin", given=PASSWORD + "\n")
    one_time = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", on("user", "add", "li", "--role", "planner").stdout)
    assert one_time
    taken = on("user", "add", "zhang", "--role", "planner", status=1)
    assert "zhang" in taken.stderr
    assert "Traceback" not in taken.stderr
    on("user", "add", "wang", "--role", "planner", "--password-stdin", given="short\n", status=1)
    on("user", "add", "wang", "--role", "planner", "--password-stdin", given="", status=1)
    secret = on("token", "create", "ZHANG", "--scope", "read", "--days", "3", "--label", "QGIS").stdout
    assert re.fullmatch(r"[\w-]{43}\n", secret)
    listed = on("user", "list").stdout
    assert ("张三" in listed, "Dispatcher" in listed, PASSWORD in listed) == (True, True, False)
    assert "QGIS" in on("token", "list").stdout
    now = datetime.now(UTC)
    store = open_store(store_url)
    assert sign_in(store, Credentials(name="zhang", password=PASSWORD), client=NO_CLIENT, now=now)
    assert sign_in(store, Credentials(name="li", password=one_time[0]), client=NO_CLIENT, now=now).account.must_change
    with store.reading() as session:
        found = identify(session, secret.strip(), way="token", now=now)
    assert found is not None
    assert (found.account, found.may_write) == ("zhang", False)
    on("token", "revoke", "1")
    on("user", "deactivate", "li")
    on("user", "deactivate", "nobody", status=1)
    with store.reading() as session:
        assert identify(session, secret.strip(), way="token", now=now) is None
        assert not session.accounts.get("li").active
        assert {one.act for one in session.audit.read()} == {"account", "token", "sign_in"}
    store.close()


class Untouched(Service):
    """A service whose store nobody has made an account in."""

    def address_of(self, name: str, role: str = "") -> str:
        raise NotFound("account", name)


def test_the_first_administrator_is_said_once(tmp_path: Path) -> None:
    said = []
    for workers in (2, 1):
        service = Untouched(tmp_path, f"gpkg://{tmp_path}/town.gpkg", demo=False, workers=workers)
        service.stop()
        said += re.findall(r"admin.*?([a-z2-9]{4}(?:-[a-z2-9]{4}){3})", service.log.read_text())
    assert len(said) == 1
    store = open_store(f"gpkg://{tmp_path}/town.gpkg")
    given = Credentials(name="admin", password=said[0])
    assert sign_in(store, given, client=NO_CLIENT, now=datetime.now(UTC)).account.must_change
    store.close()


@pytest.mark.parametrize(
    "words", [("user", "add", "demo-new", "--role", "planner"), ("user", "add", "x", "--role", "king")]
)
def test_what_cannot_be_is_said_in_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = command(tmp_path, f"gpkg://{tmp_path}/town.gpkg", *words, status=1).stderr
    assert len(said.strip()) > 10
    assert "Traceback" not in said
