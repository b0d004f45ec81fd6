"""What every answer carries, whom the service answers to, how much it takes: seen from outside."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from tests.answers import is_problem, raw
from tests.conftest import Service, served

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
CLOSED = "default-src 'none'; frame-ancestors 'none'"
ANSWERS = {
    "/": 200,
    "/maps/open-problems": 200,
    "/maps/open-problems.html": 200,
    "/admin/import": 200,
    "/api/v1/town": 200,
    "/api/v1/problems?limit=1": 200,
    "/api/v1/problems/999999": 404,
    "/api/v1/problems?limit=x": 400,
    "/tiles/problems.json": 200,
    "/tiles/problems/0/0/0.mvt": 200,
    "/tiles/nothing/0/0/0.mvt": 404,
    "/static/nothing.js": 404,
    "/nothing": 404,
    "/healthz": 200,
    "/openapi.json": 200,
}


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory) -> Iterator[Service]:
    """A service that a front server on this machine hands requests to."""
    folder = tmp_path_factory.mktemp("behind-proxy")
    with served(folder, hosts="town.example", trusted_proxies="127.0.0.1", writes_per_minute="5") as running:
        yield running


@pytest.fixture(scope="module")
def named(tmp_path_factory) -> Iterator[Service]:
    """A service that knows its own address, small in what it takes."""
    folder = tmp_path_factory.mktemp("named")
    with served(folder, base_url="https://map.example/town", largest_body_bytes="2097152",
                 largest_upload_bytes="3145728", largest_photo_bytes="1048576") as running:  # fmt: skip
        yield running


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_guards_the_browser(service_url, path):
    answer = httpx.get(service_url + path)
    assert answer.status_code == ANSWERS[path]
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "geolocation=(self)" in answer.headers["permissions-policy"]
    assert "server" not in answer.headers and "strict-transport-security" not in answer.headers
    policy = answer.headers["content-security-policy"]
    is_page = answer.headers["content-type"].startswith("text/html") and not path.endswith(".html")
    assert ("'nonce-" in policy) if is_page else ("'self'" in policy or policy == CLOSED)


def test_an_answer_to_an_own_fault_is_guarded_too(service_url):
    """The body is answered by the outermost layer of the framework."""
    for method in ("TRACE", "PUT", "DELETE", "PROPFIND"):
        answer = httpx.request(method, f"{service_url}/api/v1/town")
        is_problem(answer, 405)
        assert answer.headers["allow"] == "GET"
        assert answer.headers["content-security-policy"] == CLOSED


def test_a_method_that_does_not_exist(service_url):
    answer = raw(service_url, b"BREW /api/v1/town HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ") and b"application/problem+json" in answer


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", socket.gethostname()])
def test_own_names_are_answered(service_url, host):
    assert httpx.get(f"{service_url}/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1@evil", "", "a b"]
)
@pytest.mark.parametrize("path", ["/", "/api/v1/problems?limit=1", "/tiles/problems.json", "/static/x"])
def test_a_forged_host_is_refused(service_url, host, path):
    is_problem(httpx.get(service_url + path, headers={"host": host}), 400)


def test_two_hosts_or_none_are_refused(service_url):
    two = raw(service_url, b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n")
    none = raw(service_url, b"GET / HTTP/1.0\r\n\r\n")
    assert two.startswith(b"HTTP/1.1 400 ") and none.startswith(b"HTTP/1.1 400 ")


def test_given_hosts_stand_instead_of_the_own_names(behind_proxy):
    said = lambda host: httpx.get(f"{behind_proxy.url}/healthz", headers={"host": host}).status_code  # noqa: E731
    assert [said("town.example"), said("localhost"), said("evil.example")] == [200, 400, 400]


def test_any_host_where_somebody_wants_it(tmp_path):
    with served(tmp_path, hosts="*") as running:
        assert httpx.get(f"{running.url}/healthz", headers={"host": "any.example"}).status_code == 200


def test_tls_is_kept_to_behind_a_trusted_proxy_only(behind_proxy, service_url):
    forwarded = {"x-forwarded-proto": "https"}
    assert "max-age" in httpx.get(f"{behind_proxy.url}/", headers=forwarded).headers["strict-transport-security"]
    assert "strict-transport-security" not in httpx.get(f"{service_url}/", headers=forwarded).headers


def test_links_begin_with_the_base_address(named):
    tiles = httpx.get(f"{named.url}/tiles/problems.json", headers={"host": "map.example"}).json()["tiles"]
    assert tiles == ["https://map.example/town/tiles/problems/{z}/{x}/{y}.mvt"]
    assert "strict-transport-security" in httpx.get(f"{named.url}/healthz").headers


def test_pages_of_a_list_begin_with_the_base_address(named):
    for number in range(2):
        made = httpx.post(f"{named.url}/api/v1/parcels", json=square(number))
        assert made.status_code == 201, made.text
        assert made.headers["location"].startswith("/api/v1/parcels/")


def square(number: int) -> dict[str, object]:
    west = 114.0 + number / 100
    ring = [[west, 22.5], [west + 0.001, 22.5], [west + 0.001, 22.501], [west, 22.501], [west, 22.5]]
    return {"type": "Feature", "properties": {"name": "x"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def test_an_address_of_any_length_is_not_read(service_url):
    is_problem(httpx.get(f"{service_url}/api/v1/problems?q={'a' * 20_000}"), 414)


def test_a_head_without_end_is_refused(service_url):
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"".join(
        b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(80)
    )
    answer = raw(service_url, head)
    assert answer.startswith(b"HTTP/1.1 431 ") and b"application/problem+json" in answer


@pytest.mark.parametrize(("path", "limit_bytes"), [
    ("/api/v1/problems", 2 << 20), ("/api/v1/layers/areas/import", 3 << 20), ("/api/v1/problems/1/photos", 1 << 20),
    ("/api/v1/photos/1/redact", 2 << 20),
])  # fmt: skip
def test_a_body_without_end_is_refused_while_it_streams(named, path, limit_bytes):
    """Chunked, so that no length is declared; what was sent until the answer came is counted."""
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        while sent < 50 << 20:
            sent += 65536
            time.sleep(0.002)  # whoever floods a socket makes the kernel give it ever more room
            yield b"1" * 65536

    kind = "multipart/form-data; boundary=x" if path.endswith(("import", "photos")) else "application/json"
    narrow = httpx.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)])
    with (
        suppress(httpx.TransportError),
        httpx.Client(transport=narrow) as client,
    ):  # hung up on before it read the answer
        is_problem(client.post(named.url + path, content=endless(), headers={"content-type": kind}), 413)
    assert sent < limit_bytes + (12 << 20)  # thrown away in parting, and in buffers
    assert httpx.get(f"{named.url}/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/problems", "/api/v1/layers/areas/import", "/api/v1/problems/1/photos"])
def test_a_body_that_says_it_is_too_large_is_not_read(named, path):
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    assert raw(named, head.encode()).startswith(b"HTTP/1.1 413 ")


def test_one_customers_addresses_are_one_client(behind_proxy):
    """An IPv6 customer has a whole /64 of them."""
    statuses = [
        httpx.post(f"{behind_proxy.url}/api/v1/problems/preview", json={},
                   headers={"host": "town.example", "x-forwarded-for": f"2001:db8:7:7::{number}"}).status_code
        for number in range(6)
    ]  # fmt: skip
    assert statuses == [422] * 5 + [429]


@pytest.mark.parametrize("path", ["/api/v1/problems", "/api/v1/people", "/api/v1/layers/areas/export?format=csv"])
def test_what_depends_on_who_asks_is_kept_by_no_shared_cache(service, path):
    assert "private" in httpx.get(service.url + path).raise_for_status().headers["cache-control"]


def test_writes_of_one_client_are_limited(behind_proxy):
    def send(client: str) -> httpx.Response:
        address = f"{behind_proxy.url}/api/v1/problems/preview"
        return httpx.post(address, json={}, headers={"host": "town.example", "x-forwarded-for": client})

    statuses = [send("10.0.0.1").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    refused = send("10.0.0.1")
    is_problem(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 12
    assert send("10.0.0.2").status_code == 422
    assert httpx.get(f"{behind_proxy.url}/api/v1/town", headers={"x-forwarded-for": "10.0.0.1"}).status_code == 200


@pytest.mark.parametrize(
    "name", ["X-Role", "X-Forwarded-User", "X-Remote-User", "X-Original-Url", "X-Rewrite-Url", "X-Http-Method-Override"]
)
def test_forged_headers_change_nothing(service_url, name):
    plain = httpx.get(f"{service_url}/api/v1/areas")
    forged = httpx.get(
        f"{service_url}/api/v1/areas", headers={name: "administrator", "x-forwarded-host": "evil.example"}
    )
    assert forged.content == plain.content
    tiles = httpx.get(f"{service_url}/tiles/problems.json", headers={"x-forwarded-host": "evil.example"}).text
    assert "evil" not in tiles


@pytest.mark.parametrize("path", [
    "/static/../app.py", "/static/..%2f..%2fapp.py", "/static/%2e%2e/%2e%2e/settings.py", "/static/....//app.py",
    "/static/%5c..%5capp.py", "/maps/..%2f..%2fetc%2fpasswd", "/maps/../../etc/passwd.html",
    "/tiles/..%2f..%2fx.json",
    "/api/v1/imports/..%2f..%2f..%2fetc", "/api/v1/photos/..%2f..%2ftown.gpkg", "/static//etc/passwd",
    "//evil.example/",
])  # fmt: skip
def test_no_path_leads_out(service_url, path):
    answer = raw(service_url, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert answer.split()[1] in (b"400", b"404")
    assert b"root:" not in answer and b"import " not in answer and b"SQLite" not in answer


@pytest.mark.parametrize("path", [
    "/%0d%0aX-Evil:1", "/?lang=en%0d%0aX-Evil:1&theme=dark%0d%0aX-Evil:1", "/maps/my-road%0d%0aX-Evil:1.html",
    "/api/v1/layers/a%0d%0aX-Evil:1/export",
])  # fmt: skip
def test_no_line_is_put_into_a_head(service_url, path):
    answer = raw(service_url, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head = answer.split(b"\r\n\r\n")[0].lower()
    assert b"\r\nx-evil" not in head and b" 500 " not in head


@pytest.mark.parametrize("path", [
    "/api/v1/problems?stat=open", "/api/v1/parcels?colour=red", "/api/v1/town?x=1",
    "/api/v1/analysis/clean-zones?aera=V1", "/tiles/problems/0/0/0.mvt?stat=open",
])  # fmt: skip
def test_an_unknown_parameter_is_named(service_url, path):
    said = is_problem(httpx.get(service_url + path), 400)
    assert said["errors"][0]["field"] == path.split("?")[1].split("=")[0]


def test_the_answer_to_a_fault_speaks_the_readers_language(service_url):
    chinese = httpx.get(f"{service_url}/nothing", params={"lang": "zh"}).json()
    assert not chinese["title"].isascii() and not chinese["detail"].isascii()
    assert json.dumps(httpx.get(f"{service_url}/nothing", params={"lang": "en"}).json()).isascii()
