"""Stores of both kinds for the contract tests; a throw-away PostGIS is started when a test asks for one."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from geo_service.security.callers import COOKIE
from layers import accounts, sign_ins, tokens
from layers.accounts_model import NO_CLIENT
from layers.errors import LayersError
from layers.photos.files import PhotoFiles
from layers.store import Store, open_store
from tests import demo_copies, nursery, postgis_servers
from tests.postgis_servers import free_port

Process = subprocess.Popen[bytes] | nursery.Child
_SHARED: dict[str, str] = {}  # between the workers of one run
_UNTIL_THE_END = ExitStack()
CERTIFICATES = ssl.create_default_context()  # read once: most of what a client costs


@pytest.fixture(scope="session", autouse=True)
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The workers of one run share the demo town that is planted for it."""
    base = tmp_path_factory.getbasetemp()
    demo_copies.FOLDER = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def missing(what: str) -> None:
    """A missing server or browser may be skipped on a laptop and must fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI must have it")
    pytest.skip(f"{what} is missing")


# The files that take longest, to begin with: one that came last would keep a worker busy while the others wait.
LONGEST = (
    "test_api_imports", "test_fuzz_http", "test_scope_duties", "browser/test_pages", "test_matrix", "test_scope",
    "browser/test_basemaps", "test_formats_write", "test_attacks_http", "browser/test_xss", "test_cli_accounts",
    "browser/test_roles", "browser/test_other_maps", "test_public", "test_backups", "browser/test_public",
    "test_replay", "browser/test_live", "test_formats_attacks", "browser/test_looking_back", "test_durability",
    "browser/test_basemaps_gcj02", "test_frontend_pages", "test_rebounds", "test_work_faces", "test_slow_clients",
)  # fmt: skip
_TURNS = {f"tests/{name}.py": turn for turn, name in enumerate(LONGEST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first. And a real browser may be late on a busy machine: what fails twice is a fault."""
    items.sort(key=lambda item: _TURNS.get(item.nodeid.partition("::")[0], len(_TURNS)))
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The workers of one run share a server, which lives as long as they."""
    if postgis_servers.is_installed():
        if "postgis" not in _SHARED:
            _SHARED["postgis"] = _UNTIL_THE_END.enter_context(postgis_servers.server())
        node.workerinput.update(_SHARED)


def pytest_unconfigure() -> None:
    _UNTIL_THE_END.close()


@pytest.fixture(scope="session")
def postgis_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a PostGIS server, without a database name."""
    shared = getattr(request.config, "workerinput", {}).get("postgis")
    if shared:
        yield shared
        return
    if not postgis_servers.is_installed():
        missing("PostgreSQL 15 with PostGIS")
    with postgis_servers.server() as address:
        yield address


@pytest.fixture(scope="session")
def prepared_database(postgis_server: str) -> str:
    """The name of a database that a store has made ready, once: to make PostGIS ready takes a second each time."""
    return demo_copies.prepared(postgis_server)


@pytest.fixture
def postgis_url(postgis_server: str, prepared_database: str) -> Iterator[str]:
    """The address of a store without any row."""
    address = postgis_servers.database(postgis_server, prepared_database)
    yield address
    postgis_servers.drop(address)


@pytest.fixture(params=["geopackage", "postgis"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store of each kind."""
    if request.param == "geopackage":
        return f"gpkg://{tmp_path}/town.gpkg"
    url: str = request.getfixturevalue("postgis_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty open store of each kind."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def files(tmp_path: Path) -> PhotoFiles:
    """The photos that belong to a store."""
    return PhotoFiles(tmp_path / "photos")


def run(folder: Path, store_url: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """A command of the command line on that store, with its data in that folder."""
    environment = {**os.environ, "GEO_SERVICE_STORE": store_url, "GEO_SERVICE_DATA_DIR": str(folder)}
    result = nursery.run(arguments, environment)
    assert not check or result.returncode == 0, result.stdout + result.stderr
    return result


@dataclass(frozen=True)
class Keys:
    """What an account shows: a program's token, a browser's cookie."""

    token: str
    cookie: str


def keys_of(store_url: str, name: str, role: str = "") -> Keys:
    """Keys of the account of that name, which is made with the role where it is not there yet."""
    now = datetime.now(UTC)
    store = open_store(store_url)
    try:
        with store.reading() as session:
            known = session.accounts.find(name)
        account = known or accounts.create(store, accounts.NewAccount(name=name, role=role), now=now).account
        token = tokens.create(store, tokens.NewToken(account=name, scope="write"), now=now).secret
        with store.writing() as session:
            session.accounts.change(name, {"must_change": False})
            return Keys(token, sign_ins.begin(session, account, client=NO_CLIENT, now=now).secret)
    finally:
        store.close()


COOKIES: dict[str, str] = {}  # address with a token → the cookie of the same account


def enter(context: Any, address: str) -> str:
    """The address without its token, after the browser got a session of the same account in exchange for it."""
    base = next((known for known in COOKIES if address.startswith(known)), "")
    if not base:
        return address
    web = f"http://{base.rpartition('@')[2]}"
    cookie = {"name": COOKIE, "value": COOKIES[base], "url": web, "httpOnly": True, "sameSite": "Lax"}
    context.add_cookies([cookie])
    return web + address.removeprefix(base)


class Service:
    """A running service: its address, and the settings that the command line needs to reach the same store.

    `url` bears an administrator's token, which every HTTP client understands; `web` is what people type.
    With `fresh`, and with several workers, it is started as people start it; else by the nursery.
    """

    def __init__(
        self, folder: Path, store_url: str, *, demo: bool, workers: int = 1, fresh: bool = False, **settings: str
    ):
        self.port = free_port()
        self.web = self.url = f"http://127.0.0.1:{self.port}"
        self.store_url = store_url
        self.environment = {**os.environ, "GEO_SERVICE_STORE": store_url, "GEO_SERVICE_DATA_DIR": str(folder)}
        self.environment["GEO_SERVICE_TICK_SECONDS"] = "0"  # a test that wants the ticker runs `tick`
        self.environment |= {f"GEO_SERVICE_{name.upper()}": value for name, value in settings.items()}
        self.log = folder / "service.log"
        self.log.unlink(missing_ok=True)
        if demo:
            demo_copies.plant(folder, store_url)
        with suppress(LayersError):  # some tests serve a store that cannot be opened
            self.url = self.address_of("tests", "administrator")
        serve = ["serve", "--port", str(self.port), "--workers", str(workers)]
        self.process = self._begun(serve, fresh=fresh or workers > 1)
        self._wait()

    def _begun(self, arguments: list[str], *, fresh: bool) -> Process:
        if not fresh:
            return nursery.nursery().begin(arguments, self.environment, self.log, self.log)
        with self.log.open("ab") as log:
            return subprocess.Popen(self.command(*arguments), env=self.environment, stdout=log, stderr=log)

    @property
    def token(self) -> str:
        """The token in `url`."""
        return str(httpx.URL(self.url).password)

    def address_of(self, name: str, role: str = "") -> str:
        """The service's address with a token of that account; it is made with the role where it is not there yet."""
        keys = keys_of(self.store_url, name, role)
        address = f"http://token:{keys.token}@127.0.0.1:{self.port}"
        COOKIES[address] = keys.cookie
        return address

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "geo_service", *arguments]

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command of the command line on the same store."""
        result = nursery.run(arguments, self.environment)
        assert not check or result.returncode == 0, result.stdout + result.stderr
        return result

    def _wait(self) -> None:
        deadline = time.monotonic() + 180
        with httpx.Client(base_url=self.url, verify=CERTIFICATES) as client:
            while time.monotonic() < deadline and self.process.poll() is None:
                with suppress(httpx.TransportError):
                    if client.get("/readyz").status_code == 200:
                        return
                time.sleep(0.05)
        self.process.kill()
        self.process.wait()
        raise AssertionError(self.log.read_text())

    def stop(self) -> int:
        """Ask it to end, as a terminal or a supervisor does; its exit status."""
        self.process.terminate()
        return self.process.wait(20)


def store_address(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """A fresh store of that kind for a whole session."""
    if kind == "geopackage":
        return f"gpkg://{folder}/town.gpkg"
    return postgis_servers.database(*map(request.getfixturevalue, ("postgis_server", "prepared_database")))


@contextmanager
def served(
    folder: Path, address: str = "", *, demo: bool = False, workers: int = 1, **settings: str
) -> Iterator[Service]:
    """A service with these settings until it is no longer needed; without an address its store is a file."""
    running = Service(folder, address or f"gpkg://{folder}/town.gpkg", demo=demo, workers=workers, **settings)
    try:
        yield running
    finally:
        status = running.stop()
    assert status in (0, -15), running.log.read_text()


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def module_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of each kind for all tests of a file, empty when the first one begins."""
    opened = open_store(store_address(request.param, tmp_path_factory.mktemp(f"store-{request.param}"), request))
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def module_service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on each kind of store for all tests of a file, empty when the first one begins."""
    folder = tmp_path_factory.mktemp(f"service-{request.param}")
    with served(folder, store_address(request.param, folder, request)) as running:
        yield running


@pytest.fixture(scope="session")
def geopackage_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo town served from one file."""
    with served(tmp_path_factory.mktemp("service-geopackage"), demo=True) as running:
        yield running


@pytest.fixture(scope="session")
def postgis_service(
    postgis_server: str, prepared_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The demo town served from PostGIS."""
    address = postgis_servers.database(postgis_server, prepared_database)
    with served(tmp_path_factory.mktemp("service-postgis"), address, demo=True) as running:
        yield running


@pytest.fixture(scope="session", params=["geopackage", "postgis"])
def service(request: pytest.FixtureRequest) -> Service:
    """The demo town served from each kind of store; each is started once, whatever order the tests have."""
    running: Service = request.getfixturevalue(f"{request.param}_service")
    return running


@pytest.fixture
def api(service: Service) -> Iterator[httpx.Client]:
    """Its API, in English, with an administrator's token."""
    headers = {"accept-language": "en"}
    with httpx.Client(base_url=service.url, headers=headers, timeout=60, verify=CERTIFICATES) as client:
        yield client


@pytest.fixture(scope="session")
def empty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A town without anything."""
    with served(tmp_path_factory.mktemp("service-empty")) as running:
        yield running


@pytest.fixture(scope="session")
def browser_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo town in the embedded store, for the browser."""
    with served(tmp_path_factory.mktemp("service-browser"), demo=True) as running:
        yield running


@pytest.fixture(scope="session")
def service_url(browser_service: Service) -> str:
    """Its address, with an administrator's token."""
    return browser_service.url
