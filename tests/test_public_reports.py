"""What people do who have not signed in: report, follow it by a receipt, read what the town shows, and no more."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from layers.public_view import PARTS
from layers.store import open_store
from tests.conftest import Service, served, store_address
from tests.pictures import PLACE, jpeg, scene
from tests.public_town import KEYS_OF_A_PROBLEM, all_problems, hidden_of, nobody_at, office_of


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def town(request, tmp_path_factory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(f"public-{request.param}")
    address = store_address(request.param, folder, request)
    with served(folder, address, demo=True, reports_per_hour="1000") as running:
        yield running


@pytest.fixture(scope="module")
def office(town) -> Iterator[httpx.Client]:
    with office_of(town) as client:
        yield client


@pytest.fixture(scope="module")
def nobody(town) -> Iterator[httpx.Client]:
    with nobody_at(town) as client:
        yield client


def report(nobody: httpx.Client, **said: Any) -> httpx.Response:
    """A report at a place of the demo town; a value of None leaves a field out."""
    headers = {"Idempotency-Key": said.pop("key")} if "key" in said else {}
    opened_at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    point = {"type": "Point", "coordinates": said.pop("place", PLACE)}
    properties = {"category": "0201", "description": "满地纸屑", "opened_at": opened_at, **said}
    body = {"type": "Feature", "geometry": point, "properties": {k: v for k, v in properties.items() if v is not None}}
    return nobody.post("/api/v1/reports", json=body, headers=headers)


def receipt_of(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json()["receipt"])


# ---------------------------------------------------------------- reports


def test_a_report_becomes_a_problem_that_nobody_sees_yet(nobody, office) -> None:
    before = {one["id"] for one in all_problems(office)}
    receipt_of(report(nobody, description="路边一堆碎砖", category="0609"))
    (new,) = (one for one in all_problems(office) if one["id"] not in before)
    said = new["properties"]
    assert (said["state"], said["source_level"], said["reported_by"] or "") == ("reported", "public", "")
    assert said["description"] == "路边一堆碎砖"
    assert nobody.get(f"/api/v1/problems/{new['id']}").status_code == 404


def standing(nobody: httpx.Client, receipt: str) -> dict[str, Any]:
    answer = nobody.get(f"/api/v1/reports/{receipt}", params={"lang": "en"})
    assert answer.status_code == 200
    return dict(answer.json())


def problem_of(office: httpx.Client, nobody: httpx.Client, receipt: str) -> dict[str, Any]:
    code = standing(nobody, receipt)["code"]
    return dict(office.get("/problems", params={"q": code}).json()["features"][0])


def test_the_receipt_tells_how_it_stands_without_a_name(nobody, office) -> None:
    receipt = receipt_of(report(nobody, place=(PLACE[0] + 0.001, PLACE[1]), category="0602"))
    problem = problem_of(office, nobody, receipt)
    for to in ("filed", "assigned"):
        answer = office.post(f"/problems/{problem['id']}/moves", json={"to": to, "note": "请何志成速办", "by": ""})
        assert answer.status_code == 200, answer.text
    answer = nobody.get(f"/api/v1/reports/{receipt}")
    assert [step["state"] for step in answer.json()["steps"]] == ["reported", "filed", "assigned"]
    people = [one["name"] for one in office.get("/people").json()]
    assert [name for name in people if name in answer.text] == []
    for name, value in (("cache-control", "no-store"), ("x-robots-tag", "noindex"), ("referrer-policy", "no-referrer")):
        assert value in answer.headers[name]
        assert value in nobody.get(f"/report/{receipt}").headers[name]


TABLES = ("public_reports", "public_receipts", "public_contacts", "receipts", "problem_events", "problems")


def test_only_the_digest_of_a_receipt_is_kept(town, nobody) -> None:
    key = "k" * 32
    receipt = receipt_of(report(nobody, key=key, contact="0755-83210987"))
    assert len(receipt) == 22  # 128 bits in base64
    store = open_store(town.store_url)
    try:
        with store.engine.connect() as connection:
            for table in TABLES:
                rows = str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
                assert receipt not in rows
                assert key not in rows
                assert ("83210987" in rows) == (table == "public_contacts")
    finally:
        store.close()


@pytest.mark.parametrize("receipt", ["A" * 22, "short", "..%2Fproblems", "A" * 21 + "%00"])
def test_a_wrong_receipt_opens_nothing(nobody, receipt) -> None:
    assert nobody.get(f"/api/v1/reports/{receipt}").status_code in (400, 404)
    assert nobody.post(f"/api/v1/reports/{receipt}/remarks", json={"text": "x"}).status_code in (400, 404)


def test_the_same_request_again_is_one_report(nobody, office) -> None:
    before = len(all_problems(office))
    opened_at = "2026-01-01T00:00:00Z"
    first = receipt_of(report(nobody, key="same-request", description="一次", opened_at=opened_at))
    again = receipt_of(report(nobody, key="same-request", description="一次", opened_at=opened_at))
    assert standing(nobody, first)["code"] == standing(nobody, again)["code"]
    assert len(all_problems(office)) == before + 1


def test_the_key_of_somebody_else_opens_nothing_of_theirs(nobody) -> None:
    first = receipt_of(report(nobody, key="1", description="我家门口的垃圾"))
    other = receipt_of(report(nobody, key="1", description="别的事情"))
    assert standing(nobody, first)["code"] != standing(nobody, other)["code"]


def test_contacts_are_for_dispatchers(town, nobody, office) -> None:
    receipt = receipt_of(report(nobody, contact="lin@example.org", place=(PLACE[0], PLACE[1] + 0.002)))
    id_ = problem_of(office, nobody, receipt)["id"]
    told = {}
    for role in ("dispatcher", "supervisor", "inspector", "planner"):
        address = town.address_of(f"contact-{role}", role)
        told[role] = httpx.get(f"{address}/api/v1/problems/{id_}/contacts")
    assert [told[role].status_code for role in told] == [200, 200, 403, 403]
    assert [one["contact"] for one in told["dispatcher"].json()["contacts"]] == ["lin@example.org"]
    assert nobody.get(f"/api/v1/problems/{id_}/contacts").status_code == 401
    for address in (f"/problems/{id_}", f"/problems/{id_}/history"):
        assert "lin@example.org" not in office.get(address).text


def test_a_reporter_adds_a_remark_and_a_photo_which_is_not_released(nobody, office) -> None:
    receipt = receipt_of(report(nobody, place=(PLACE[0] + 0.002, PLACE[1])))
    assert nobody.post(f"/api/v1/reports/{receipt}/remarks", json={"text": "今天更多了"}).status_code == 201
    form = {"file": ("a.jpg", jpeg(scene(902)), "image/jpeg")}
    for _ in range(2):
        answer = nobody.post(f"/api/v1/reports/{receipt}/photos", files=form, headers={"Idempotency-Key": "photo-902"})
        assert answer.json()["photos"] == 1
    problem = problem_of(office, nobody, receipt)
    (photo,) = office.get(f"/problems/{problem['id']}/photos").json()
    assert photo["released_at"] is None
    assert nobody.get(photo["url"]).status_code == 404
    history = office.get(f"/problems/{problem['id']}/history").json()
    assert [event["note"] for event in history if event["kind"] == "reporter"] == ["今天更多了"]


def test_a_reporter_says_whether_they_are_content_once_it_is_over(nobody, office) -> None:
    receipt = receipt_of(report(nobody, place=(PLACE[0] + 0.003, PLACE[1])))
    verdict = lambda: nobody.post(f"/api/v1/reports/{receipt}/verdict", json={"content": False, "text": "还在"})  # noqa: E731
    assert verdict().status_code == 422
    id_ = problem_of(office, nobody, receipt)["id"]
    assert office.post(f"/problems/{id_}/moves", json={"to": "void", "note": "无此事"}).status_code == 200
    assert verdict().json()["content"] is False
    assert office.get(f"/problems/{id_}/contacts").json()["reports"][0]["content"] is False
    titles = [event["title"] for event in office.get(f"/problems/{id_}/history").json()]
    assert titles[-1] == "The reporter is not content"


def test_what_is_known_near_by_is_told_and_added_to(nobody, office) -> None:
    place = (PLACE[0] + 0.0042, PLACE[1])
    where = {"category": "0203", "lon": place[0], "lat": place[1]}
    first = receipt_of(report(nobody, place=place, category="0203"))
    known = lambda: nobody.get("/api/v1/reports/known", params=where).json()["features"]  # noqa: E731
    before = {one["id"] for one in known()}
    id_ = problem_of(office, nobody, first)["id"]
    assert id_ not in before  # nobody has looked at it yet: it is hidden
    assert office.post(f"/problems/{id_}/moves", json={"to": "filed"}).status_code == 200
    (new,) = (one for one in known() if one["id"] == id_)
    assert set(new["properties"]) == KEYS_OF_A_PROBLEM
    second = receipt_of(report(nobody, place=place, category="0203", duplicate_of=id_))
    assert standing(nobody, second)["state"] == "filed"
    kinds = [event["kind"] for event in office.get(f"/problems/{id_}/history").json()]
    assert "evidence" in kinds


def test_nobody_adds_to_what_they_cannot_see(nobody, office) -> None:
    assert report(nobody, duplicate_of=hidden_of(all_problems(office))[0]["id"]).status_code == 404


BAD = {
    "a robot that fills in every field": {"website": "http://spam.example"},
    "a robot that is too quick": {"opened_at": datetime.now(UTC).replace(year=2099).isoformat()},
    "no moment of opening": {"opened_at": None},
    "a kind that is the office's": {"category": "0703"},
    "a kind group": {"category": "02"},
    "an unknown kind": {"category": "9999"},
    "a place elsewhere": {"place": (116.4, 39.9)},
    "a contact that is none": {"contact": "<script>alert(1)</script>"},
    "a very long text": {"description": "长" * 1001},
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_report_is_refused(nobody, what) -> None:
    assert report(nobody, **BAD[what]).status_code == 422


def test_a_large_body_is_refused(nobody) -> None:
    assert report(nobody, description="x" * 20_000).status_code == 413


def test_another_sites_page_reports_nothing(nobody) -> None:
    assert nobody.post("/api/v1/reports", json={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_so_many_reports_in_an_hour_and_no_more(tmp_path) -> None:
    with served(tmp_path, demo=True, reports_per_hour="2") as running, httpx.Client(base_url=running.web) as client:
        answers = [report(client, description=f"第{n}件") for n in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 1800


def test_dispatchers_are_told_what_a_reporter_adds(nobody, office) -> None:
    receipt = receipt_of(report(nobody, place=(PLACE[0] + 0.005, PLACE[1])))
    nobody.post(f"/api/v1/reports/{receipt}/remarks", json={"text": "夜里又有人倒"})
    inbox = office.get("/inbox", params={"person": "R001"}).json()["notices"]
    assert [one["text"] for one in inbox if "夜里又有人倒" in one["text"]]


# ---------------------------------------------------------------- switched off


@pytest.fixture
def switch(office) -> Iterator[Callable[..., None]]:
    """Open and close parts; all are open again afterwards."""

    def put(**parts: bool) -> None:
        version = office.get("/public").headers["etag"]
        assert office.put("/public", json=parts, headers={"If-Match": version}).status_code == 200

    yield put
    put(**dict.fromkeys(PARTS, True))


VIEWS = ("/api/v1/problems", "/api/v1/problems/summary", "/api/v1/analysis/clean-zones", "/tiles/problems.json",
         "/tiles/problems/12/3344/1786.mvt", "/api/v1/stations", "/api/v1/search?q=a")  # fmt: skip
PAGES = ("/", "/help", "/maps/open-problems", "/maps/clean-zones")


def test_a_town_shows_nothing_where_it_does_not_want_to(nobody, office, switch) -> None:
    switch(view=False)
    assert [nobody.get(address).status_code for address in VIEWS] == [401] * len(VIEWS)
    for page in PAGES:
        answer = nobody.get(page)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")
    for still in ("/login", "/report", "/healthz", "/tiles/road_segments.json"):
        assert nobody.get(still).status_code == 200
    assert office.get("/problems?limit=1").status_code == 200


def test_what_is_known_is_not_told_where_nothing_is_shown(nobody, office, switch) -> None:
    assigned = [p for p in all_problems(office) if p["properties"]["state"] == "assigned"]
    one = next(p for p in assigned if p["geometry"]["type"] == "Point")
    lon, lat = one["geometry"]["coordinates"][:2]
    where = {"category": one["properties"]["category"], "lon": lon, "lat": lat}
    switch(view=False)
    assert nobody.get("/api/v1/reports/known", params=where).json()["features"] == []


def test_a_town_takes_no_reports_where_it_does_not_want_to(nobody, switch) -> None:
    switch(report=False)
    assert report(nobody).status_code == 401
    assert nobody.get("/report").status_code == 303
    assert "/report" not in nobody.get("/").text.replace("/api/v1/reports", "")
    switch(view=False)
    assert nobody.get("/tiles/road_segments.json").status_code == 401
    assert nobody.get("/login").status_code == 200


def test_only_administrators_open_and_close(town, nobody) -> None:
    address = town.address_of("switching-supervisor", "supervisor")
    assert httpx.put(f"{address}/api/v1/public", json={"view": False}).status_code == 403
    assert nobody.put("/api/v1/public", json={"view": False}).status_code == 401


def test_a_lost_switch_is_told(office) -> None:
    assert office.put("/public", json={"view": False}, headers={"If-Match": '"999"'}).status_code == 412
    assert office.put("/public", json={"view": "no"}).status_code == 422


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("role", ["administrator", "planner", "inspector", "road_chief", "contractor"])
def test_nobody_is_offered_a_page_that_is_refused(town, role) -> None:
    with httpx.Client(base_url=town.address_of(f"menu-{role}", role)) as client:
        menu = re.findall(r'<a [^>]*href="(/[^"?]*)', client.get("/").text)
        assert "/help" in menu
        answers = {path: client.get(path).status_code for path in {*menu} if not path.startswith("/static")}
    assert {path: status for path, status in answers.items() if status != 200} == {}


def test_the_menu_of_the_public_leads_to_its_pages(nobody) -> None:
    menu = {*re.findall(r'<a [^>]*href="(/[^"?]*)', nobody.get("/").text)}
    assert {*PAGES, "/report"} <= menu
    answers = {path: nobody.get(path).status_code for path in menu}
    assert {path: status for path, status in answers.items() if status != 200} == {}
