"""Accounts, tokens and the audit over HTTP, from both stores; and the accounts of the demo."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from layers.accounts_model import ACTS
from layers.demo_accounts import DEMO_ACCOUNTS
from layers.store import Store, open_store
from tests.conftest import Service
from tests.signing_in import PASSWORD, begin_with_two
from tests.signing_in_http import Browser, browsers, enter, who


@pytest.fixture(scope="module")
def beside(module_service: Service) -> Iterator[Store]:
    """The store of the service, opened beside it."""
    store = open_store(module_service.store_url)
    yield store
    store.close()


@pytest.fixture
def town(module_service: Service, beside: Store) -> Service:
    begin_with_two(beside)
    return module_service


@pytest.fixture
def browser(town: Service) -> Iterator[Browser]:
    with browsers(town.web) as made:
        yield made


# ---------------------------------------------------------------- administration


def test_an_administrator_makes_changes_and_switches_off(browser: Browser) -> None:
    root = browser("root")
    made = root.post("/api/v1/accounts", json={"name": "Li", "role": "planner", "title": "李四"})
    assert made.status_code == 201
    one_time = made.json()["one_time_password"]
    client = browser("li", one_time)
    changed = root.patch("/api/v1/accounts/li", json={"roles": ["inspector", "planner"], "subject": "s-1"})
    assert (changed.json()["posts"], changed.json()["subject"]) == (["inspector", "planner"], "s-1")
    assert client.get("/api/v1/session").json()["roles"] == ["inspector", "planner"]  # at once
    listed = {one["name"]: one for one in root.get("/api/v1/accounts").json()}
    assert (listed["li"]["person_name"], listed["li"]["must_change"], listed["li"]["active"]) == ("李四", True, True)
    assert not {"password", "digest"} & listed["li"].keys()
    assert root.patch("/api/v1/accounts/li", json={"active": False}).json()["active"] is False
    assert who(client) == ""
    assert enter(browser(), "li", one_time).status_code == 401
    assert root.patch("/api/v1/accounts/li", json={"active": True}).status_code == 200
    assert enter(browser(), "li", one_time).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/zhang", {}, 422),
        ("/zhang", {"roles": ["king"]}, 422),
        ("/zhang", {"roles": "planner"}, 422),
        ("/zhang", {"active": "no"}, 422),
        ("/nobody", {"active": False}, 404),
        ("/root", {"active": False}, 403),
        ("/root", {"roles": ["planner"]}, 403),
    ],
)
def test_what_cannot_be_changed_stays(browser: Browser, path: str, body: dict[str, Any], status: int) -> None:
    root = browser("root")
    before = root.get("/api/v1/accounts").json()
    assert root.patch(f"/api/v1/accounts{path}", json=body).status_code == status
    assert root.get("/api/v1/accounts").json() == before


@pytest.mark.parametrize(
    ("wrong", "status"), [({"roles": ["king"]}, 422), ({"subject": "root@provider"}, 409), ({"subject": 7}, 422)]
)
def test_a_change_is_made_whole_or_not_at_all(browser: Browser, wrong: dict[str, Any], status: int) -> None:
    """Whichever part is wrong, the ones before it have changed nothing: neither the account nor who has signed in."""
    root, other = browser("root"), browser("zhang")
    root.patch("/api/v1/accounts/root", json={"subject": "root@provider"}).raise_for_status()
    before = [root.get(f"/api/v1/{name}").json() for name in ("accounts", "audit")]
    body = {"active": False, "roles": ["planner"], "subject": "new", **wrong}
    assert root.patch("/api/v1/accounts/zhang", json=body).status_code == status
    assert [root.get(f"/api/v1/{name}").json() for name in ("accounts", "audit")] == before
    assert who(other) == "zhang"


def test_accounts_and_the_audit_are_for_administrators(browser: Browser) -> None:
    client = browser("zhang")
    for method, path in (
        ("GET", "/api/v1/accounts"),
        ("POST", "/api/v1/accounts"),
        ("PATCH", "/api/v1/accounts/root"),
        ("POST", "/api/v1/accounts/root/reset"),
        ("GET", "/api/v1/audit"),
        ("GET", "/api/v1/tokens?every=true"),
        ("GET", "/admin/accounts"),
        ("GET", "/admin/audit"),
    ):
        assert client.request(method, path, **({} if method == "GET" else {"json": {}})).status_code == 403, path
        answer = browser().request(method, path, **({} if method == "GET" else {"json": {}}))
        assert answer.status_code == (303 if path.startswith("/admin") else 401), path


def test_a_page_for_others_says_so_as_a_page(browser: Browser) -> None:
    answer = browser("zhang").get("/admin/accounts")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "This is for others." in answer.text


# ---------------------------------------------------------------- tokens


def test_a_token_is_shown_once_and_obeys_its_scope(browser: Browser, town: Service) -> None:
    client = browser("zhang")
    made = client.post("/api/v1/tokens", json={"label": "QGIS", "days": 7})
    secret, id_ = made.json()["token"], made.json()["id"]
    assert (made.status_code, made.json()["scope"]) == (201, "read")
    assert secret not in client.get("/api/v1/tokens").text
    bearer = {"authorization": f"Bearer {secret}"}
    assert browser().get("/api/v1/session", headers=bearer).json()["way"] == "token"
    assert httpx.get(f"{town.web}/api/v1/session", auth=("anybody", secret)).json()["account"] == "zhang"
    assert browser().post("/api/v1/password", json={}, headers=bearer).status_code == 403
    writing = client.post("/api/v1/tokens", json={"scope": "write"}).json()["token"]
    more = browser().post("/api/v1/tokens", json={}, headers={"authorization": f"Bearer {writing}"})
    assert more.status_code == 403  # a token makes no tokens
    assert client.delete(f"/api/v1/tokens/{id_}").status_code == 204
    refused = browser().get("/api/v1/problems", headers=bearer)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


def test_tokens_are_ones_own_and_an_administrators_to_revoke(browser: Browser) -> None:
    id_ = browser("zhang").post("/api/v1/tokens", json={}).json()["id"]
    root = browser("root")
    root.post("/api/v1/accounts", json={"name": "li", "role": "planner", "password": PASSWORD})
    other = browser("li")
    assert other.get("/api/v1/tokens").json() == []
    assert other.delete(f"/api/v1/tokens/{id_}").status_code == 404
    assert [one["account"] for one in root.get("/api/v1/tokens", params={"every": True}).json()] == ["zhang"]
    assert root.delete(f"/api/v1/tokens/{id_}").status_code == 204


@pytest.mark.parametrize("body", [{"days": 0}, {"days": 367}, {"days": "7"}, {"scope": "all"}, {"label": "x" * 101}])
def test_a_token_s_wish_has_limits(browser: Browser, body: dict[str, Any]) -> None:
    assert browser("zhang").post("/api/v1/tokens", json=body).status_code == 422


# ---------------------------------------------------------------- the audit


def test_the_audit_tells_what_happened_page_by_page(browser: Browser) -> None:
    enter(browser(), "zhang", "my other password is in here")
    client = browser("zhang")
    client.post("/api/v1/tokens", json={})
    client.delete("/api/v1/session")
    root = browser("root")
    root.post("/api/v1/accounts/zhang/reset")
    page = root.get("/api/v1/audit").json()
    acts = [(one["act"], one["account"]) for one in page["entries"]]
    assert acts[:6] == [
        ("password", "root"), ("sign_in", "root"), ("sign_out", "zhang"), ("token", "zhang"), ("sign_in", "zhang"),
        ("sign_in_failed", "zhang"),
    ]  # fmt: skip
    assert page["entries"][1]["device"] == "Firefox"
    assert page["entries"][1]["address"] == "127.0.0.1"
    assert "my other password" not in str(page)
    first = root.get("/api/v1/audit", params={"limit": 2}).json()
    second = root.get("/api/v1/audit", params={"limit": 2, "after": first["next"]}).json()
    assert [*first["entries"], *second["entries"]] == page["entries"][:4]
    only = root.get("/api/v1/audit", params={"act": "sign_in", "account": "zhang"}).json()
    assert [(one["act"], one["account"]) for one in only["entries"]] == [("sign_in", "zhang")]
    assert only["next"] is None
    assert root.get("/api/v1/audit", params={"act": "secrets"}).status_code == 422
    assert {one["act"] for one in page["acts"]} == set(ACTS)


# ---------------------------------------------------------------- the demo's accounts


def test_a_real_town_s_sign_in_page_names_no_account(browser: Browser, service: Service) -> None:
    page = browser().get("/login").text
    demo = httpx.get(f"{service.web}/login").text
    for one in DEMO_ACCOUNTS:
        assert one.name not in page
        assert one.password not in page
        assert one.name in demo
        assert one.password in demo


@pytest.mark.parametrize("one", DEMO_ACCOUNTS, ids=lambda one: one.role)
def test_every_account_of_the_demo_opens_it_and_no_real_town(one: Any, service: Service, browser: Browser) -> None:
    answer = httpx.post(f"{service.web}/api/v1/session", json={"username": one.name, "password": one.password})
    assert (answer.status_code, one.role in answer.json()["roles"]) == (200, True)
    assert enter(browser(), one.name, one.password).status_code == 401


def test_the_demo_s_people_have_something_to_do(service: Service) -> None:
    """A road chief, a grid worker, … whose account shows open problems of their own."""
    for role in ("road_chief", "grid_worker", "village_head", "zone_head", "contractor"):
        one = next(one for one in DEMO_ACCOUNTS if one.role == role)
        with httpx.Client(base_url=service.web, timeout=30) as client:
            person = enter(client, one.name, one.password).json()["person"]
            found = client.get("/api/v1/problems", params={"limit": 200}).json()["features"]
        mine = [row for row in found if person in str(row["properties"])]
        assert len(found) > 3, role
        assert mine or role == "zone_head", role  # what lies in a zone is given to those who are nearer
