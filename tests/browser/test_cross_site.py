"""Pages of other sites, in a real browser that is signed in here: whatever they send changes nothing and is entered.

A cookie knows no port, and a neighbour under the same domain is no stranger to it: the browser sends it along.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from geo_service.security.callers import COOKIE
from tests.browser.conftest import launched, profile
from tests.conftest import COOKIES, Service

pytestmark = pytest.mark.browser
ENCTYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
OURS, THEIRS = "map.town.test", "evil.town.test"
# (host of our pages, host of theirs): another port, another site, a neighbour under the same domain.
NEIGHBOURS = (("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "localhost"), (OURS, THEIRS))


class Evil:
    """A web server of somebody else, with an empty page at every address."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>win a prize</title>")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def evil() -> Iterator[Evil]:
    made = Evil()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("cross-site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEO_SERVICE_HOSTS", f"127.0.0.1,localhost,{OURS}")
        running = Service(folder, f"gpkg://{folder}/town.gpkg", demo=True)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    opened = launched(playwright, "--disable-3d-apis", "--host-resolver-rules=MAP *.town.test 127.0.0.1")
    yield opened
    opened.close()


@dataclass
class Victim:
    """Somebody who is signed in, and has opened a page of somebody else."""

    context: BrowserContext
    ours: str
    theirs: str
    api: httpx.Client

    def open(self) -> Any:
        page = self.context.new_page()
        page.goto(self.theirs)
        return page

    def posted(self, path: str, fields: dict[str, str], enctype: str) -> int:
        """The status that a form of theirs gets when it is sent to us by a click."""
        page = self.open()
        page.evaluate(FORM, [self.ours + path, fields, enctype])
        with page.expect_navigation() as got:  # to its end: Chromium may never close a page that is arriving
            page.evaluate(SUBMIT)
        page.close()
        assert got.value is not None and got.value.url == self.ours + path
        return int(got.value.status)

    def fetched(self, path: str, options: dict[str, Any]) -> str:
        """What a script of theirs learns of a request to us."""
        page = self.open()
        said = page.evaluate(FETCH, [self.ours + path, options])
        page.close()
        return str(said)

    def state(self) -> Any:
        """Whatever the attacks are after."""
        problem = self.api.get("/problems/1")
        history = self.api.get("/problems/1/history").json()
        return problem.headers["etag"], len(history), self.api.get("/calendar").json()["version"]

    def refused(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.api.get("/audit", params={"act": "refused", "limit": 50}).json()["entries"]
        return entries


FORM = """([action, fields, enctype]) => {
  const form = Object.assign(document.createElement('form'), { action, enctype, method: 'post' });
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  document.body.append(form);
}"""
# Not within the call: a page that leaves while the call is answered may never answer it.
SUBMIT = "() => { setTimeout(() => document.forms[0].submit()); }"
FETCH = """async ([address, options]) => {
  try {
    const answer = await fetch(address, { credentials: 'include', ...options });
    return `${answer.type} ${answer.status}`;
  } catch (error) { return 'blocked'; }
}"""


@pytest.fixture(params=NEIGHBOURS, ids=["other port", "other site", "same domain"])
def victim(request: pytest.FixtureRequest, town: Service, evil: Evil, browser: Browser) -> Iterator[Victim]:
    ours, theirs = request.param
    context = profile(browser)
    address = f"http://{ours}:{town.port}"
    context.add_cookies(
        [{"name": COOKIE, "value": COOKIES[town.url], "url": address, "httpOnly": True, "sameSite": "Lax"}]
    )
    with httpx.Client(base_url=f"{town.url}/api/v1", timeout=30) as api:
        yield Victim(context, address, f"http://{theirs}:{evil.port}/", api)
    context.close()


def test_the_cookie_is_good_on_our_own_pages(victim: Victim) -> None:
    """Else all the refusals would prove nothing."""
    page = victim.context.new_page()
    page.goto(f"{victim.ours}/help")
    body = {"method": "POST", "body": json.dumps({"geometry": None}), "headers": {"Content-Type": "application/json"}}
    assert page.evaluate(FETCH, [f"{victim.ours}/api/v1/problems/preview", body]) == "basic 422"
    assert page.evaluate(FETCH, [f"{victim.ours}/api/v1/audit", {}]) == "basic 200"
    page.close()


@pytest.mark.parametrize("enctype", ENCTYPES)
def test_no_form_of_another_site_does_anything(victim: Victim, enctype: str) -> None:
    """As text/plain a form can send JSON: a name and a value with “=” between them."""
    before = victim.state()
    trick = (
        {'{"to": "void", "note": "gone", "x": "': '"}'} if enctype == "text/plain" else {"to": "void", "note": "gone"}
    )
    assert victim.posted("/api/v1/problems/1/moves", trick, enctype) == 403
    assert victim.posted("/api/v1/problems/1/acts", trick, enctype) == 403
    assert victim.state() == before


def test_nobody_is_signed_in_as_somebody_else_by_another_site(victim: Victim) -> None:
    """Else they would go on writing into the attacker's account."""
    trick = {'{"username": "demo-inspector", "password": "inspector@demo", "x": "': '"}'}
    cookies = victim.context.cookies()
    assert victim.posted("/api/v1/session", trick, "text/plain") == 403
    assert victim.context.cookies() == cookies


def test_no_script_of_another_site_does_or_learns_anything(victim: Victim) -> None:
    before = victim.state()
    typed = {"Content-Type": "application/json"}
    for method, path in (
        ("PUT", "/api/v1/calendar"), ("PATCH", "/api/v1/problems/1"), ("DELETE", "/api/v1/session"),
        ("POST", "/api/v1/problems/1/moves"), ("DELETE", "/api/v1/stations/YS01"),
    ):  # fmt: skip
        assert victim.fetched(path, {"method": method, "body": "{}", "headers": typed}) == "blocked", (method, path)
    blind = {"method": "POST", "mode": "no-cors", "body": json.dumps({"to": "void", "note": "x"})}
    assert victim.fetched("/api/v1/problems/1/moves", blind) in ("opaque 0", "blocked")
    for path in ("/api/v1/problems", "/api/v1/audit", "/api/v1/session", "/api/v1/people"):
        assert victim.fetched(path, {}) == "blocked"
    assert victim.state() == before


def test_it_is_entered_who_was_made_use_of(victim: Victim) -> None:
    victim.posted("/api/v1/problems/1/moves", {"to": "void"}, ENCTYPES[0])
    line = victim.refused()[0]
    assert line["object"] == "POST /api/v1/problems/1/moves" and "another site" in line["detail"]["why"]
    is_sent = victim.theirs.startswith((f"http://{THEIRS}", "http://127.0.0.1"))  # a Lax cookie stays on its site
    assert line["account"] == ("tests" if is_sent else "")
    assert "Chrome" in line["device"]


def test_no_page_is_framed_by_another_site(victim: Victim) -> None:
    page = victim.open()
    page.evaluate(
        "address => { document.body.innerHTML = `<iframe src='${address}'></iframe>`; }", f"{victim.ours}/help"
    )
    page.wait_for_timeout(300)
    frame = next(one for one in page.frames if one != page.main_frame)
    assert frame.locator("header.bar").count() == 0  # in its place stands the browser's own page of errors
    page.close()
