"""Inbox, subscriptions, daily reports and bulletin over HTTP, and by the command line, on both stores."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from geo_service.workers.delivery import signature
from layers.values import TOWN_TIME
from tests.conftest import Service

PLACE = {"type": "Point", "coordinates": [114.0232, 22.5291]}
DISPATCHER, INSPECTOR = "R001", "R003"


@pytest.fixture
def api(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{service.url}/api/v1", headers={"accept-language": "en"}, timeout=30) as client:
        yield client


def reported(api: httpx.Client) -> dict[str, Any]:
    body = {"type": "Feature", "geometry": PLACE, "properties": {"category": "0102", "description": "消息测试"}}
    made: dict[str, Any] = api.post("/problems", json=body).raise_for_status().json()["properties"]
    return made


def inbox(api: httpx.Client, person: str, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/inbox", params={"person": person, **asked}).raise_for_status().json()
    return found


def refused(answer: httpx.Response, status: int, field: str = "") -> None:
    assert answer.status_code == status, answer.text
    assert not field or answer.json()["errors"][0]["field"] == field


def test_who_answers_reads_it_in_their_language_and_marks_it_read(api: httpx.Client) -> None:
    one = reported(api)
    person = one["responsible"]["person"]
    page = inbox(api, person, unread=1, limit=1)
    (newest,) = page["notices"]
    assert newest["problem_id"] == one["id"] and newest["code"] == one["code"]
    assert newest["link"] == f"/maps/open-problems?id={one['id']}"
    assert newest["kind"] in ("given", "rebound") and newest["text"].isascii() is False  # a Chinese place name
    chinese = api.get("/inbox", params={"person": person, "limit": 1, "lang": "zh"}).json()["notices"][0]
    assert chinese["title"] != newest["title"]
    left = api.post("/inbox/read", json={"person": person, "ids": [newest["id"]]}).raise_for_status().json()
    assert left == {"person": person, "unread": page["unread"] - 1}
    assert newest["id"] not in [n["id"] for n in inbox(api, person, unread=1, limit=200)["notices"]]
    assert api.post("/inbox/read", json={"person": person, "all": True}).json()["unread"] == 0


def test_a_long_inbox_comes_in_pages(api: httpx.Client) -> None:
    for _ in range(3):
        reported(api)
    first = inbox(api, DISPATCHER, limit=2)
    second = inbox(api, DISPATCHER, limit=2, after=first["next"])
    ids = [one["id"] for one in first["notices"] + second["notices"]]
    assert len(ids) == len(set(ids)) >= 3
    assert ids == sorted(ids, reverse=True)
    only = inbox(api, DISPATCHER, kind="to_confirm,handed_back", limit=200)["notices"]
    assert {one["kind"] for one in only} <= {"to_confirm", "handed_back"} and only


def test_without_a_person_it_is_ones_own(api: httpx.Client) -> None:
    assert api.get("/inbox").json()["person"] == "tests"
    assert api.post("/inbox/read", json={"ids": [1]}).json()["person"] == "tests"


def test_what_cannot_be_asked_is_refused_by_name(api: httpx.Client) -> None:
    refused(api.get("/inbox", params={"person": "NOBODY"}), 404)
    refused(api.get("/inbox", params={"person": DISPATCHER, "kind": "gossip"}), 422, "kinds")
    refused(api.post("/inbox/read", json={"person": DISPATCHER}), 422, "ids")
    refused(api.post("/inbox/read", json={"person": DISPATCHER, "ids": ["1"]}), 422, "ids")
    refused(api.post("/inbox/read", json={"person": 7, "ids": [1]}), 422, "person")
    refused(api.get("/people/NOBODY/digest"), 404)
    refused(api.get("/bulletin", params={"on": "yesterday"}), 400, "on")
    refused(api.get("/bulletin", params={"days": 0}), 400, "days")


# ---------------------------------------------------------------- subscriptions


@pytest.fixture
def hook() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A web address that takes everything, and what it got."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    server.server_close()


def test_a_subscription_from_its_making_to_its_end(
    api: httpx.Client, service: Service, hook: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    url, got = hook
    wish = {"channel": "webhook", "target": url, "kinds": ["to_confirm"], "by": DISPATCHER}
    made = api.post("/subscriptions", json=wish)
    assert made.status_code == 201
    one, secret = made.json(), made.json()["secret"]
    listed = next(line for line in api.get("/subscriptions").json() if line["id"] == one["id"])
    assert "secret" not in listed and secret not in json.dumps(listed)
    path = f"/subscriptions/{one['id']}"
    assert api.post(f"{path}/test", json={}).json() == {"delivered": True, "error": ""}
    problem = reported(api)
    service.run("tick")
    (tested, _), (headers, body) = got[0], got[1]
    said = json.loads(body)
    assert (said["kind"], said["code"]) == ("to_confirm", problem["code"])
    assert headers["x-geo-service-signature"] == signature(secret, headers["x-geo-service-timestamp"], body)
    assert headers["x-geo-service-delivery"] != tested["x-geo-service-delivery"]
    assert [line["state"] for line in api.get(f"{path}/deliveries").json()] == ["sent", "sent"]
    changed = api.put(path, json={"active": False, "new_secret": True}).json()
    assert changed["active"] is False and changed["secret"] != secret
    reported(api)
    service.run("tick")
    assert len(got) == 2
    assert api.delete(path).status_code == 204
    refused(api.delete(path), 404)
    refused(api.post(f"{path}/test", json={}), 404)


def test_a_test_that_fails_says_why(api: httpx.Client) -> None:
    wish = {"channel": "mail", "target": "chief@town.example", "person": DISPATCHER}
    one = api.post("/subscriptions", json=wish).json()
    assert one["secret"] is None
    answer = api.post(f"/subscriptions/{one['id']}/test", json={}).json()
    assert answer["delivered"] is False and "GEO_SERVICE_SMTP_HOST" in answer["error"]
    last = api.get(f"/subscriptions/{one['id']}/deliveries").json()[0]
    assert (last["state"], last["attempts"]) == ("waiting", 1)
    api.delete(f"/subscriptions/{one['id']}")


def test_bad_subscriptions_are_refused_by_name(api: httpx.Client) -> None:
    good = {"channel": "webhook", "target": "http://town.example/"}
    for changes, field in (
        ({"channel": "pigeon"}, "channel"), ({"channel": "mail"}, "target"),
        ({"target": "ftp://town.example"}, "target"),
        ({"target": "http://a:b@town.example/"}, "target"), ({"target": ""}, "target"),
        ({"person": "NOBODY"}, "person"),
        ({"kinds": ["gossip"]}, "kinds"), ({"kinds": "closed"}, "kinds"), ({"active": "yes"}, "active"),
        ({"channel": "mail", "target": "a@town.example"}, "person"),
    ):  # fmt: skip
        refused(api.post("/subscriptions", json={**good, **changes}), 422, field)


def test_the_kinds_are_told_with_their_titles(api: httpx.Client) -> None:
    kinds = {one["kind"]: one for one in api.get("/notice-kinds").json()}
    assert kinds["returned"]["title"] == "Returned for rework"
    assert "test" not in kinds


# ---------------------------------------------------------------- reports


def test_a_persons_report_agrees_with_the_list_of_problems(api: httpx.Client) -> None:
    one = reported(api)
    person = one["responsible"]["person"]
    found = api.get(f"/people/{person}/digest").raise_for_status().json()
    counts = {line["key"]: line["value"] for line in found["counts"]}
    assert one["code"] in [case["code"] for case in found["sections"]["new"]]
    assert counts["overdue"] == len(found["sections"]["overdue"])
    mine = api.get("/problems", params={"assignee": person, "limit": 500}).json()["features"]
    open_now = [f for f in mine if f["properties"]["state"] not in ("closed", "declined", "void", "duplicate")]
    assert counts["open"] >= len(open_now) > 0
    assert one["code"] in found["text"] or "more" in found["text"]


def test_the_bulletin_agrees_with_the_summary(api: httpx.Client) -> None:
    reported(api)
    summary = api.get("/problems/summary").json()
    found = api.get("/bulletin").raise_for_status().json()
    values = {one["key"]: one["value"] for one in found["figures"]}
    assert (values["open"], values["overdue"]) == (summary["open"], summary["overdue"])
    assert values["reported"] >= 1
    assert found["overdue"] == sorted(found["overdue"], key=lambda case: case["due_at"])
    assert all(str(one["value"]) in found["text"] for one in found["figures"] if one["key"] in ("open", "overdue"))
    yesterday = datetime.now(UTC).astimezone(TOWN_TIME).date() - timedelta(days=1)
    before = api.get("/bulletin", params={"on": yesterday.isoformat()}).json()
    previous = {one["key"]: one["previous"] for one in found["figures"]}
    assert previous == {one["key"]: one["value"] for one in before["figures"]}
    assert "{" not in found["text"]


def test_the_command_line_prints_and_sends_reports(api: httpx.Client, service: Service) -> None:
    one = reported(api)
    person = one["responsible"]["person"]
    before = len(inbox(api, person, kind="digest", limit=200)["notices"])
    said = service.run("digest", "--person", person, "--send").stdout
    assert (said.startswith("【") and one["code"] in said) or "另有" in said
    notices = inbox(api, person, kind="digest", limit=200)["notices"]
    assert len(notices) == before + 1
    assert notices[0]["link"].startswith(f"/bulletin?person={person}&on=")
    assert service.run("digest", "--person", "NOBODY", check=False).returncode == 1
    assert service.run("bulletin", "--days", "7").stdout.startswith("【")
