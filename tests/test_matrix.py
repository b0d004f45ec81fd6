"""Every route × every role × in scope and out of it, from the application's own table of routes.

What is expected follows from RULES and from what the town says of each object (`tests/sights.py`), never from what the
service answered before. A new route fails here until it has a rule and a way to be called. Nothing is changed: what is
let in is shown by an answer that only comes after the gate (a version that never was, a body that says nothing, an
object that is not there).

| somebody | route | answer |
|---|---|---|
| not signed in | not for the public | 401, a page sends to /login |
| signed in, without the role | any | 403 |
| a token that only reads | anything but GET | 403 |
| with the role | an object out of scope | 404 |
| with the role | an object in scope, or none | neither 401 nor 403; 404 only where nothing is there |
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from geo_service.app import create_app
from geo_service.pages import PAGES
from geo_service.routers.tiles import ROUTE as TILE
from geo_service.security.rules import MAPS, RULES, Rule, rule_of, rule_of_layer
from geo_service.settings import Settings
from layers import tokens
from layers.rules.roles import ROLES
from layers.store import open_store
from layers.tokens import NewToken
from tests.conftest import Service
from tests.sights import Eyes, Town, account

READER = "read-only token"
NOBODY = "not signed in"
WHO = (*ROLES, READER, NOBODY)
WIDE = frozenset({"administrator", "supervisor", "dispatcher", "inspector", "planner"})
NOT_OURS = frozenset({"/openapi.json", "/static"})  # the same for everybody: the document of the API, the front end
SCOPED = {"problems": "/api/v1/problems/", "photos": "/api/v1/photos/", "measures": "/api/v1/measures/",
          "patrols": "/api/v1/patrols/", "look-backs": "/api/v1/look-backs/",
          "frontages": "/api/v1/frontages/"}  # fmt: skip
NEVER = 987_654_321
STALE = {"if-match": '"987654"'}
# What is asked for where no object is meant: the value of each parameter of a path.
PLAIN: Mapping[str, object] = {
    "/api/v1/parcels/{id_}": NEVER, "/api/v1/subscriptions/{id_}": NEVER, "/api/v1/tokens/{id_}": NEVER,
    "/api/v1/sessions/{id_}": NEVER, "/api/v1/dust-samples/{id_}": NEVER,
    "/api/v1/stations/{code}": "never-was", "/api/v1/categories/{code}": "never-was",
    "/api/v1/accounts/{name}": "never-was", "/api/v1/imports/{job_id}": "0" * 32, "/api/v1/layers/{layer}": "parcels",
    "/api/v1/reports/{receipt}": "A" * 22, "/report/{receipt}": "A" * 22,
    "/words/{language}": "zh", "/basemaps/{key}": "never-was",
}  # fmt: skip
# Work that takes long is not done: a parameter that is refused shows that somebody was let in. One address streams.
HEAVY: Mapping[str, Mapping[str, str]] = {
    "/api/v1/analysis/clean-zones": {"as_of": "never"}, "/api/v1/analysis/coverage": {"as_of": "never"},
    "/api/v1/analysis/rebounds": {"as_of": "never"}, "/api/v1/analysis/hotspots": {"cell_m": "none"},
    "/api/v1/analysis/progress": {"by": "never"},
    "/api/v1/analysis/scores": {"by": "never"}, "/api/v1/analysis/scores.csv": {"by": "never"},
    "/api/v1/analysis/work-faces": {"level": "never"}, "/maps/{name}.png": {"width": "none"},
    "/maps/{name}.pdf": {"size": "none"}, "/maps/{name}.html": {"as_of": "never"}, "/api/v1/events": {"after": "-1"},
    "/api/v1/maps/{name}/saving": {"as_of": "never"}, "/api/v1/analysis/rebounds/choice": {"category": "never"},
    "/api/v1/bulletin": {"days": "0"}, "/api/v1/layers/{layer}/export": {"format": "never"},
    "/api/v1/reports/known": {}, "/api/v1/analysis/frontages": {"days": "none"},
}  # fmt: skip
# Where the route itself decides, by the tables of moves and acts or by whose it is: 403 is an answer too.
DECIDES = frozenset({
    ("PATCH", "/api/v1/problems/{id_}"), ("POST", "/api/v1/problems/{id_}/moves"),
    ("POST", "/api/v1/problems/{id_}/acts"), ("POST", "/api/v1/problems/{id_}/photos"),
    ("POST", "/api/v1/photos/{id_}/redact"), ("DELETE", "/api/v1/photos/{key}"),
    ("PATCH", "/api/v1/measures/{id_}"), ("DELETE", "/api/v1/measures/{id_}"),
    ("POST", "/api/v1/patrols/{id_}/problems"), ("POST", "/api/v1/look-backs/{id_}"),
    ("POST", "/api/v1/tokens"),  # a token makes no tokens
})  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One request of the matrix."""

    method: str
    template: str
    path: str
    rule: Rule
    kind: str = ""  # of the object in the path, where its scope matters
    inside: bool = True  # whether the object is in the caller's scope
    query: Mapping[str, str] = field(default_factory=dict)
    is_page: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({'in' if self.inside else 'out of'} scope)"


def routes() -> list[APIRoute | Route | Mount]:
    """Every route of the application, those of included routers too."""
    app = create_app(Settings(store="gpkg:///nowhere/town.gpkg"))
    found: list[Any] = list(app.routes)
    while any(hasattr(one, "original_router") for one in found):
        found = [
            part for one in found for part in (one.original_router.routes if hasattr(one, "original_router") else [one])
        ]
    return found


ROUTES = [route for route in routes() if isinstance(route, APIRoute)]
OPERATIONS = sorted({(m, route.path, not route.include_in_schema) for route in ROUTES for m in route.methods or ()} -
                    {("HEAD", "/", True)})  # fmt: skip


def test_every_route_has_a_rule_and_every_rule_a_route():
    there = {(method, path) for method, path, _ in OPERATIONS}
    assert there == set(RULES)
    others = {getattr(route, "path", "") for route in routes() if not isinstance(route, APIRoute)}
    assert others == NOT_OURS
    assert {name for name, page in PAGES.items() if page.path.startswith("/maps/")} == set(MAPS)


# ---------------------------------------------------------------- who asks, and for what


class Seen:
    """The objects of the town: which of them somebody sees."""

    def __init__(self, service: Service):
        self.town = Town(Eyes(service, "tests"))
        read = self.town.eyes.read
        self.measures = read("/measures")["features"]
        self.patrols = read("/patrols")["features"]
        self.look_backs = read("/look-backs")
        self.frontages = read("/frontages")["features"]
        with_photos = [id_ for id_, row in self.town.problems.items() if row["properties"]["photo_count"]]
        self.photos = [photo | {"problem": id_} for id_ in with_photos for photo in read(f"/problems/{id_}/photos")]
        self.town.eyes.close()

    def visible(self, kind: str, person: str, *, sees: str) -> dict[bool, object]:
        """An object of the kind in scope (True) and one out of it (False), where there are such."""
        problems = self._problems(person, sees)
        shown = {row["properties"]["code"] for id_, row in self.town.problems.items() if id_ in problems}
        rows: Mapping[str, list[tuple[object, bool]]] = {
            "problems": [(id_, id_ in problems) for id_ in self.town.problems],
            "photos": [(photo, photo["problem"] in problems and sees != "public") for photo in self.photos],
            "measures": [(row["id"], sees == "all" or self._sees_measure(row, person, shown)) for row in self.measures],
            "patrols": [(row["id"], sees == "all" or row["properties"]["inspector"] == person) for row in self.patrols],
            "look-backs": [(row["id"], row["problem_id"] in problems) for row in self.look_backs],
            "frontages": [(row["id"], sees == "all" or self._holds_frontage(row, person)) for row in self.frontages],
        }
        return {inside: one for one, inside in reversed(rows[kind])}

    def _problems(self, person: str, sees: str) -> set[int]:
        if sees == "all":
            return set(self.town.problems)
        if sees == "own":
            return self.town.seen_by(person)
        closed = {"reported", "declined", "void", "duplicate"}  # what the public does not see
        return {id_ for id_, row in self.town.problems.items() if row["properties"]["state"] not in closed}

    def _holds_frontage(self, row: Mapping[str, Any], person: str) -> bool:
        said = row["properties"]
        areas = {("areas", said[level]) for level in ("grid", "village", "zone")}
        return not self.town.held_by(person).isdisjoint({("road_segments", said["segment"]), *areas})

    def _sees_measure(self, row: Mapping[str, Any], person: str, shown: set[str]) -> bool:
        said = row["properties"]
        return not said["problem"] or said["by"] == person or said["problem"] in shown


@dataclass(frozen=True)
class Caller:
    """Somebody who asks, with an open client."""

    name: str
    client: httpx.Client
    roles: frozenset[str]
    person: str = ""
    may_write: bool = True

    @property
    def sees(self) -> str:
        if self.name == NOBODY:
            return "public"
        return "all" if self.roles & WIDE else "own"


@pytest.fixture(scope="module")
def seen(service: Service) -> Seen:
    return Seen(service)


@pytest.fixture(scope="module", params=WHO)
def caller(service: Service, request: pytest.FixtureRequest) -> Iterator[Caller]:
    name: str = request.param
    if name == NOBODY:
        with httpx.Client(base_url=service.web, timeout=60) as client:
            yield Caller(name, client, frozenset())
        return
    role = "inspector" if name == READER else name
    known = account(role) if role != "public" else "citizen"
    with Eyes(service, known, role) as eyes:
        people = {one["code"]: one for one in eyes.read("/people")}
        roles = frozenset(people[eyes.person]["roles"])
        assert role in roles
        if name == READER:
            eyes.auth = ("", _read_only(service, known))
        yield Caller(name, eyes, roles, eyes.person, may_write=name != READER)


def _read_only(service: Service, name: str) -> str:
    store = open_store(service.store_url)
    try:
        return tokens.create(store, NewToken(account=name, scope="read"), now=datetime.now(UTC)).secret
    finally:
        store.close()


def calls(caller: Caller, seen: Seen) -> Iterator[Call]:
    """The whole matrix of one caller."""
    for method, template, is_page in OPERATIONS:
        kind = next((name for name, start in SCOPED.items() if template.startswith(start + "{")), "")
        if kind:
            shown = seen.visible(kind, caller.person, sees=caller.sees)
            rule = RULES[method, template]
            yield from (Call(method, template, _filled(method, template, one), rule, kind, inside)
                        for inside, one in shown.items())  # fmt: skip
            continue
        for path, rule, inside in _ways(caller, method, template):
            whose = "people" if template.startswith(PEOPLE) else ""
            yield Call(method, template, path, rule, whose, inside, HEAVY.get(template, {}), is_page)
    yield from (Call("GET", TILE, f"/tiles/{name}/12/3343/1787.mvt", rule_of_layer(name)) for name in LAYERS)


def _ways(caller: Caller, method: str, template: str) -> Iterator[tuple[str, Rule, bool]]:
    """Addresses of a route that are no objects with a scope: every map, every layer, oneself and somebody else."""
    rule = RULES[method, template]
    if "/maps/{name}" in template:
        for name in MAPS:
            yield template.replace("{name}", name), rule_of(method, template, {"name": name}), True
    elif template in BY_LAYER:
        yield from ((template.replace("{layer}", name), rule_of_layer(name), True) for name in LAYERS)
    elif template.endswith("/erase"):  # for good: of somebody who never was
        yield template.replace("{code}", str(NEVER)), rule, True
    elif template.startswith(PEOPLE):
        yield template.replace("{code}", caller.person or OTHERS[0]), rule, True
        yield template.replace("{code}", next(code for code in OTHERS if code != caller.person)), rule, False
    else:
        yield _plain(template), rule, True


BY_LAYER = ("/tiles/{layer}.json", "/ogc/collections/{layer}/items")
PEOPLE = "/api/v1/people/{code}/"
OTHERS = ("R099", "R098")
LAYERS = ("problems", "areas", "road_segments", "parcels", "stations", "station_buffers", "dust_sources", "measures",
          "patrols", "frontages", "dust_samples")  # fmt: skip


def _filled(method: str, template: str, one: object) -> str:
    if isinstance(one, Mapping):  # a photo: it is shown by the key of its files, and changed by its number
        by_key = method == "GET"
        url = str(one["url"]).rpartition("/")[2]
        return re.sub(r"\{\w+\}", url if by_key else str(one["id"]), template)
    return re.sub(r"\{\w+\}", str(one), template)


def _plain(template: str) -> str:
    if "{" not in template:
        return template
    start = template.partition("}")[0] + "}"
    assert start in PLAIN, f"{template}: the matrix does not know how to call it"
    return template.replace(start[start.index("{") :], str(PLAIN[start]))


# ---------------------------------------------------------------- asking


BODY: Mapping[str, object] = {
    "to": "never", "act": "never", "result": "never", "released": "never", "problem": NEVER, "note": "x",
    "rectangles": [[0.1, 0.1, 0.2, 0.2]], "properties": {"never": 1}, "to_person": "",
}  # fmt: skip
NOTHING = frozenset({"/api/v1/reports", "/api/v1/session", "/api/v1/inbox/read"})  # a body that cannot be read


def ask(caller: Caller, call: Call) -> httpx.Response:
    """A request that changes nothing, whoever sends it."""
    client, path = caller.client, call.path
    if call.method == "GET":
        return client.get(path, params=dict(call.query))
    if path.endswith(("/import", "/photos")):
        part = "never" if path.endswith("/import") else "file"
        return client.request(call.method, path, files={part: ("a.jpg", b"no picture", "image/jpeg")}, headers=STALE)
    if call.method == "DELETE":
        note = {"note": "x"} if "/photos/" in path else {}
        return client.request("DELETE", _harmless(call), params=note, headers=STALE)
    if call.template in NOTHING:
        return client.request(call.method, path, content=b"{", headers={"content-type": "application/json"})
    return client.request(call.method, _harmless(call), json=dict(BODY), headers=STALE)


def _harmless(call: Call) -> str:
    """Where the method alone would do it, an object that is not there is asked for."""
    is_final = call.method == "DELETE" or call.template.endswith(("/erase", "/redact", "/reset"))
    return re.sub(r"\{\w+\}", str(NEVER), call.template) if is_final and call.inside else call.path


def expected(caller: Caller, call: Call) -> frozenset[int] | str:
    """The statuses that the call may get; a text where only some are ruled out."""
    if caller.name == NOBODY:
        if not call.rule.lets_in_public({"view", "report"}):
            return frozenset({303 if call.is_page else 401})
    elif not call.rule.lets_in(caller.roles) or (call.method != "GET" and not caller.may_write):
        return frozenset({403})
    if call.kind == "people":
        return "let in" if call.inside or _may_see_others(caller, call) else frozenset({403})
    if call.kind and not call.inside:
        return frozenset({404, 410})
    return "decides" if (call.method, call.template) in DECIDES else "let in"


def _may_see_others(caller: Caller, call: Call) -> bool:
    office = WIDE if call.template.endswith("/digest") else {"administrator"}
    return not caller.roles.isdisjoint(office)


RULED_OUT = {"let in": {401, 403}, "decides": {401}}


def is_as_expected(caller: Caller, call: Call, answer: httpx.Response) -> bool:
    wanted = expected(caller, call)
    if isinstance(wanted, frozenset):
        return answer.status_code in wanted
    status = answer.status_code
    if status in RULED_OUT[wanted] or status >= 500:
        return False
    if call.method == "GET" and call.kind and call.kind != "people":
        return status == 200  # it is there, and is shown
    if call.kind in SCOPED and _harmless(call) == call.path and call.template not in OF_ANOTHER and status == 404:
        return False  # it is there, even if it cannot be changed in that way
    return call.method == "GET" or status >= 400 or call.template in HARMLESS


OF_ANOTHER = frozenset({"/api/v1/patrols/{id_}/problems"})  # the body names a problem that never was
HARMLESS = frozenset({"/api/v1/session", "/api/v1/problems/preview", "/api/v1/measures/preview"})


def test_whoever_asks_for_whatever_gets_what_the_rules_say(caller, seen):
    wrong = []
    for call in calls(caller, seen):
        answer = ask(caller, call)
        if not is_as_expected(caller, call, answer):
            wrong.append((str(call), answer.status_code, expected(caller, call), answer.text[:160]))
    assert wrong == []
