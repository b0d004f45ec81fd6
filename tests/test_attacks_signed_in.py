"""Pretending to be somebody, and making use of somebody: what is said in headers alone opens nothing.

The attack table of the service's promises, row by row, with the tests that drive it (`docs/decisions/0012-attacks.md`
has the same list).
"""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest

from layers.accounts_model import AuditEntry
from layers.store import Store, open_store
from tests.answers import is_problem
from tests.conftest import Service

CLOSED = "/api/v1/people"  # for whoever has signed in
FORGED = (
    "X-Remote-User", "X-Forwarded-User", "Remote-User", "X-User", "X-Role", "X-Roles", "X-Auth-Request-User",
    "X-Forwarded-Preferred-Username", "X-WEBAUTH-USER", "X-SSL-Client-S-DN", "X-Original-URL", "X-Forwarded-Email",
)  # fmt: skip


def part(said: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


CLAIMS = {"sub": "admin", "name": "admin", "role": "administrator", "roles": ["administrator"], "exp": 4102444800}
PRETENDED = {
    "alg none": f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(CLAIMS)}.",
    "alg None": f"{part({'alg': 'None', 'typ': 'JWT'})}.{part(CLAIMS)}.x",
    "signed by nobody": f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(CLAIMS)}.AAAA",
    "key of their own": f"{part({'alg': 'RS256', 'jwk': {'kty': 'oct', 'k': ''}})}.{part(CLAIMS)}.AAAA",
    "a name": "administrator",
    "an injection": "' OR '1'='1",
    "very long": "a" * 8000,
}


@pytest.fixture(scope="module")
def anybody(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.web, headers={"accept-language": "en"}, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def office(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, headers={"accept-language": "en"}, timeout=30) as client:
        yield client


@pytest.fixture
def store(service: Service) -> Iterator[Store]:
    opened = open_store(service.store_url)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", PRETENDED)
@pytest.mark.parametrize("path", [CLOSED, "/api/v1/problems", "/tiles/problems/8/208/111.mvt", "/tiles/problems.json"])
def test_a_token_that_nobody_issued_opens_nothing(anybody, path, name):
    """Not even what is open to everybody: whoever shows one means to be somebody."""
    answer = anybody.get(path, headers={"authorization": f"Bearer {PRETENDED[name]}"})
    is_problem(answer, 401, echo=PRETENDED[name])
    assert answer.headers["www-authenticate"] == "Bearer"
    basic = base64.b64encode(f"admin:{PRETENDED[name]}".encode()).decode()
    assert anybody.get(path, headers={"authorization": f"Basic {basic}"}).status_code == 401


@pytest.mark.parametrize(
    "said", ["Bearer", "Bearer  x", "Basic", "Basic !", "Digest x", "Negotiate x", "Basic Og==", "x"]
)
def test_a_header_that_says_nothing_opens_nothing(anybody, said):
    assert anybody.get(CLOSED, headers={"authorization": said}).status_code == 401


@pytest.mark.parametrize("name", FORGED)
def test_a_header_of_a_proxy_that_is_not_there_is_ignored(anybody, name):
    forged = {name: "admin", "x-roles": "administrator", "cookie": "geo_session=admin; role=administrator"}
    is_problem(anybody.get(CLOSED, headers=forged), 401)
    is_problem(anybody.post("/api/v1/categories", headers=forged, json={}), 401)
    assert anybody.get("/api/v1/areas", headers=forged).content == anybody.get("/api/v1/areas").content


def test_no_header_changes_whose_token_it_is(service):
    chief = service.address_of("demo-road-chief")
    with httpx.Client(base_url=f"{chief}/api/v1") as client:
        for name in FORGED:
            answer = client.get("/accounts", headers={name: "admin"})
            assert answer.status_code == 403, name


# ---------------------------------------------------------------- requests from pages of others


def own(service: Service) -> str:
    return f"http://127.0.0.1:{service.port}"


COMES = {
    "our page": ({"sec-fetch-site": "same-origin"}, True),
    "typed": ({"sec-fetch-site": "none"}, True),
    "a program": ({}, True),
    "an old browser on our page": ({"origin": "OWN"}, True),
    "another site": ({"sec-fetch-site": "cross-site"}, False),
    "a neighbour": ({"sec-fetch-site": "same-site"}, False),
    "a claim beside": ({"sec-fetch-site": "cross-site", "origin": "OWN"}, False),
    "an old browser elsewhere": ({"origin": "http://evil.example"}, False),
    "another port": ({"origin": "http://127.0.0.1:1"}, False),
    "a longer name": ({"origin": "OWN.evil.example"}, False),
    "a file or a sandbox": ({"origin": "null"}, False),
    "nothing in it": ({"origin": ""}, False),
}


@pytest.mark.parametrize("who", COMES)
@pytest.mark.parametrize("way", ["cookie", "token", "nobody"])
def test_what_changes_something_comes_from_our_own_pages(service, way, who):
    """A browser may hold a token too, as the password of an address that somebody typed once."""
    headers, is_ours = COMES[who]
    said = {name: value.replace("OWN", own(service)) for name, value in headers.items()}
    address = service.url if way == "token" else service.web
    cookie = {"cookie": f"geo_session={_cookie(service)}"} if way == "cookie" else {}
    path, status = ("/api/v1/session", 422) if way == "nobody" else ("/api/v1/problems", 422)
    answer = httpx.post(address + path, json={"x": 1}, headers={**said, **cookie})
    assert answer.status_code == (status if is_ours else 403), answer.text
    assert httpx.get(f"{address}/api/v1/town", headers={**said, **cookie}).status_code == 200


def _cookie(service: Service) -> str:
    from tests.conftest import COOKIES

    return COOKIES[service.url]


@pytest.mark.parametrize(
    "path", [CLOSED, "/api/v1/problems", "/tiles/problems/8/208/111.mvt", "/", "/openapi.json", "/static/x"]
)
def test_no_other_site_may_read_anything(office, path):
    asked = {"origin": "http://evil.example", "access-control-request-method": "PUT",
             "access-control-request-headers": "authorization"}  # fmt: skip
    for answer in (office.get(path, headers=asked), office.options(path, headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


# ---------------------------------------------------------------- the audit


def everything(store: Store) -> list[AuditEntry]:
    """The whole audit, the latest first."""
    with store.reading() as session:
        return session.audit.read(limit=1_000_000)


def lines(store: Store, act: str = "refused") -> list[tuple[str, str, str]]:
    with store.reading() as session:
        return [
            (one.account, one.object, str(one.detail.get("why", ""))) for one in session.audit.read(act=act, limit=200)
        ]


def test_a_refusal_of_somebody_is_entered(service, store):
    address = service.address_of("curious", "grid_worker")
    answer = httpx.post(f"{address}/api/v1/people/R001/erase", json={"to": "R002"}, headers={"user-agent": "plotter"})
    assert answer.status_code == 403
    with store.reading() as session:
        line = session.audit.read(act="refused", account="curious", limit=1)[0]
    assert (line.person, line.address, line.device) == ("curious", "127.0.0.1", "plotter")
    assert line.object == "POST /api/v1/people/{code}/erase"
    assert line.detail == {"why": "This is for others."}


def test_a_token_that_is_none_is_entered_without_the_token(anybody, store):
    before = len(lines(store))
    for _ in range(20):
        anybody.get("/tiles/problems/8/208/111.mvt", headers={"authorization": "Bearer my-secret-token"})
        anybody.get(CLOSED, headers={"authorization": "Bearer my-secret-token"})
    found = lines(store)
    assert len(found) - before <= 12  # some a minute, however many were tried
    with store.reading() as session:
        told = [repr(one) for one in session.audit.read(limit=200)]
    assert not [one for one in told if "my-secret-token" in one]


def test_who_was_not_signed_in_is_entered_once_a_minute_at_most(anybody, store):
    before = [one for one in lines(store) if not one[0] and one[2] == "Please sign in."]
    for number in range(30):
        anybody.get(f"/api/v1/measures/{number}", headers={"x-try": str(number)})
    after = [one for one in lines(store) if not one[0] and one[2] == "Please sign in."]
    assert len(after) - len(before) <= 2


def test_one_account_cannot_fill_the_audit(service, store):
    address = service.address_of("restless", "grid_worker")
    with httpx.Client(base_url=address) as client:
        assert {client.get("/api/v1/accounts").status_code for _ in range(60)} == {403}
    assert 1 <= len([one for one in lines(store) if one[0] == "restless"]) <= 32


@pytest.mark.parametrize("path", [
    "/api/v1/layers/parcels/export?format=csv", "/maps/parcels.html", "/api/v1/analysis/scores.csv",
])  # fmt: skip
def test_what_is_taken_out_is_entered(service, store, path):
    address = service.address_of("demo-planner")
    assert httpx.get(address + path, timeout=60, headers={"user-agent": "plotter"}).status_code == 200
    with store.reading() as session:
        line = session.audit.read(act="export", account="demo-planner", limit=1)[0]
    assert line.address == "127.0.0.1" and line.device == "plotter" and line.object
    assert line.object.split("/")[-1] in path


def test_the_audit_is_only_ever_added_to(office, store):
    """No address changes or removes a line, and there is no way to write one by hand."""
    before = everything(store)
    assert before
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert office.request(method, "/api/v1/audit", json={}).status_code == 405
    assert everything(store)[-len(before) :] == before


def test_nothing_secret_is_in_the_audit(service, store, anybody):
    password = "草木有本心何求美人折"
    anybody.post("/api/v1/session", json={"username": password, "password": password})
    with httpx.Client(base_url=service.web) as client:
        client.get("/report/AAAAAAAAAAAAAAAAAAAAAA")
        client.post("/api/v1/reports/SECRETRECEIPTSECRETREC/verdict", json={}, headers={"sec-fetch-site": "cross-site"})
    with store.reading() as session:
        told = "\n".join(repr(one) for one in session.audit.read(limit=200))
        hashes = [one.password for one in session.accounts.all()] + [one.digest for one in session.tokens.of()]
    assert password not in told and "SECRETRECEIPT" not in told
    assert not [one for one in hashes if one in told]
