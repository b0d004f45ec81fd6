"""Where messages may be sent: into the intranet, but never to the service itself, nor where only machines answer."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from geo_service.settings import Settings
from geo_service.workers.delivery import NotThere, _post
from layers.errors import BadInput
from layers.rules.sending import check_target
from tests.conftest import Service


class Hook:
    """An address of the intranet that keeps what came."""

    def __init__(self, host: str = "127.0.0.1", answer: int = 204, location: str = ""):
        self.got: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.got.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(answer)
                self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((host, 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.stop()


@pytest.fixture
def office(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{service.url}/api/v1", timeout=30) as client:
        yield client


@pytest.mark.parametrize("target", [
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/", "//10.0.0.1/",
    "http://", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
    "http://[fd00:ec2::254]/", "http://100.100.100.200/latest/", "http://0.0.0.0:8000/", "http://[::]/",
    "http://224.0.0.1/", "http://user:secret@10.0.0.1/", "http://10.0.0.1\r\nX: 1/",
])  # fmt: skip
def test_what_is_no_place_to_send_to_is_refused(office, target):
    with pytest.raises(BadInput) as refused:
        check_target("webhook", target)
    assert refused.value.field == "target"
    answer = office.post("/subscriptions", json={"channel": "webhook", "target": target})
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "target"


@pytest.mark.parametrize(
    "target", ["http://10.1.2.3:9000/hook", "https://hook.town.example/", "http://192.168.0.9/a?b=c"]
)
def test_the_intranet_may_be_told(target):
    assert check_target("webhook", target) == target


def tried(office: httpx.Client, target: str) -> dict[str, Any]:
    made = office.post("/subscriptions", json={"channel": "webhook", "target": target}).raise_for_status().json()
    said: dict[str, Any] = office.post(f"/subscriptions/{made['id']}/test").raise_for_status().json()
    office.delete(f"/subscriptions/{made['id']}").raise_for_status()
    return said


def test_a_neighbour_on_the_same_machine_may_be_told(office, hook):
    assert tried(office, f"http://127.0.0.1:{hook.port}/told") == {"delivered": True, "error": ""}
    assert hook.got == ["/told"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "127.0.0.2"])
def test_the_service_never_calls_itself(office, service, host):
    """However the address is written, and whatever the name leads to."""
    before = office.get("/categories").json()
    said = tried(office, f"http://{host}:{service.port}/api/v1/categories")
    assert not said["delivered"] and ("itself" in said["error"] or "refused" in said["error"])
    assert office.get("/categories").json() == before


def test_the_service_is_known_by_its_outer_name_too(hook):
    settings = Settings(base_url=f"http://127.0.0.1:{hook.port}", send_timeout_s=2)
    with pytest.raises(NotThere, match="itself"):
        _post(f"http://127.0.0.1:{hook.port}/api", b"{}", {}, settings)
    assert hook.got == []


def test_what_a_name_leads_to_is_looked_at_once_it_is_known(hook, monkeypatch):
    """A name that led to a good address when it was set, and to a closed one now."""
    monkeypatch.setattr("geo_service.workers.delivery.is_closed", lambda address: address == "127.0.0.1")
    with pytest.raises(NotThere, match="closed"):
        _post(f"http://localhost:{hook.port}/latest", b"{}", {}, Settings(send_timeout_s=2))
    assert hook.got == []


def test_no_redirect_leads_anywhere(office, hook):
    leading = Hook(answer=307, location=f"http://127.0.0.1:{hook.port}/elsewhere")
    try:
        assert tried(office, f"http://127.0.0.1:{leading.port}/") == {"delivered": False, "error": "HTTP 307"}
    finally:
        leading.stop()
    assert hook.got == []


def test_an_own_address_of_this_machine_is_itself_too(office, service):
    address = socket.gethostbyname(socket.gethostname())
    said = tried(office, f"http://{address}:{service.port}/")
    assert not said["delivered"] and ("itself" in said["error"] or "refused" in said["error"])
