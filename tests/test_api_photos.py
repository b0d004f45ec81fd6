"""Photos over HTTP, from both stores: what is taken, what is served, what every attack is answered."""

import io
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.conftest import Service
from tests.pictures import PLACE, exif, jpeg, png_bomb, saved, scene
from tests.problems_http import report

SECRETS = (b"SECRETPHONE", b"Exif", b"GPS", b"<script>")


@pytest.fixture
def problem(api: httpx.Client) -> int:
    return int(report(api)["id"])


def send(api: httpx.Client, id_: int, data: bytes, *, mime: str = "image/jpeg", **said: Any) -> httpx.Response:
    files = {"file": ("photo.jpg", data, mime)}
    return api.post(f"/api/v1/problems/{id_}/photos", files=files, data={"role": "before", **said})


def sent(api: httpx.Client, id_: int, data: bytes, **said: Any) -> dict[str, Any]:
    answer = send(api, id_, data, **said)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def fresh(seed: int) -> bytes:
    """A photo that no other test has sent, taken at the place of the reported problems."""
    return jpeg(scene(seed), exif=exif(PLACE, "2026:01:01 08:00:00", "+08:00"))


def refused(answer: httpx.Response, status: int, field: str = "file") -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status and told["detail"]
    assert [error["field"] for error in told["errors"]] == [field]


def test_the_photos_of_duplicates_are_shown_with_the_case_that_stays(api: httpx.Client, problem: int) -> None:
    last, middle = int(report(api)["id"]), int(report(api)["id"])
    photos = {id_: sent(api, id_, fresh(seed)) for id_, seed in ((problem, 301), (middle, 302), (last, 303))}
    for id_, into in ((last, middle), (middle, problem)):
        wish = {"to": "duplicate", "note": "same heap", "duplicate_of": into}
        api.post(f"/api/v1/problems/{id_}/moves", json=wish).raise_for_status()
    listed = lambda id_, **asked: api.get(f"/api/v1/problems/{id_}/photos", params=asked).json()  # noqa: E731
    merged = listed(problem, merged="1")
    assert [(one["id"], one["problem_id"]) for one in merged] == [
        (photos[middle]["id"], middle), (photos[last]["id"], last),
    ]  # fmt: skip
    assert merged[0]["code"] == api.get(f"/api/v1/problems/{middle}").json()["properties"]["code"]
    assert [one["id"] for one in listed(problem)] == [photos[problem]["id"]]
    assert [one["id"] for one in listed(last)] == [photos[last]["id"]]
    assert listed(last, merged="1") == []


# -- the plain way -------------------------------------------------------------------------------
def test_a_photo_is_taken_and_listed(api: httpx.Client, problem: int) -> None:
    answer = send(api, problem, fresh(101), note="at the gate")
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == made["url"]
    assert (made["role"], made["role_name"], made["note"], made["place_source"]) == (
        "before", "Before", "at the gate", "exif",
    )  # fmt: skip
    assert (made["lon"], made["lat"]) == pytest.approx(PLACE, abs=1e-6)
    assert made["taken_at"] == "2026-01-01T00:00:00Z"
    shown = api.get(f"/api/v1/problems/{problem}").json()["properties"]
    assert api.get(f"/api/v1/problems/{problem}/photos").json() == [{**made, "code": shown["code"]}]
    assert shown["photo_count"] == 1


def test_the_bare_picture_is_taken_too(api: httpx.Client, problem: int) -> None:
    query = {"role": "after", "lon": PLACE[0], "lat": PLACE[1], "taken_at": "2026-01-02T10:00:00+08:00"}
    answer = api.post(
        f"/api/v1/problems/{problem}/photos", content=saved(scene(102), "PNG"), params=query,
        headers={"content-type": "image/png"},
    )  # fmt: skip
    made = answer.json()
    assert answer.status_code == 201, answer.text
    assert (made["role"], made["place_source"], made["taken_at"]) == ("after", "device", "2026-01-02T02:00:00Z")


def test_what_is_served_is_a_bare_jpeg_that_nobody_may_keep(api: httpx.Client, problem: int) -> None:
    made = sent(api, problem, fresh(103))
    for name in ("url", "preview_url"):
        answer = api.get(made[name])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-store"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["content-disposition"].startswith("inline")
        assert not [secret for secret in SECRETS if secret in answer.content]
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.format == "JPEG"
            assert not image.getexif()


def test_the_declared_type_is_not_believed(api: httpx.Client, problem: int) -> None:
    assert send(api, problem, saved(scene(104), "WEBP"), mime="text/plain").status_code == 201
    refused(send(api, problem, b"<svg/>", mime="image/jpeg"), 415)


def test_doubts_are_told_in_the_readers_language(api: httpx.Client, problem: int) -> None:
    other = int(report(api)["id"])
    sent(api, problem, fresh(105))
    answer = send(api, other, fresh(105), role="after")
    code = api.get(f"/api/v1/problems/{problem}").json()["properties"]["code"]
    texts = {warning["kind"]: warning["text"] for warning in answer.json()["warnings"]}
    assert code in texts["reused"] and "(Before)" in texts["reused"]
    assert "2026-01-01 08:00" in texts["before_finding"]
    chinese = api.get(f"/api/v1/problems/{other}/photos", params={"lang": "zh"}).json()[0]["warnings"]
    assert code in chinese[0]["text"] and "照片" in chinese[0]["text"]


def test_a_photo_from_elsewhere_is_told_in_metres(api: httpx.Client, problem: int) -> None:
    away = jpeg(scene(106), exif=exif((PLACE[0], PLACE[1] + 0.01), "2026:01:01 08:00:00"))
    warning = next(one for one in sent(api, problem, away)["warnings"] if one["kind"] == "elsewhere")
    assert warning["distance_m"] == pytest.approx(1108, abs=15)
    assert str(warning["distance_m"]) in warning["text"]


def test_a_repeated_upload_is_one_photo(api: httpx.Client, problem: int) -> None:
    files = {"file": ("a.jpg", fresh(107), "image/jpeg")}
    answers = [
        api.post(
            f"/api/v1/problems/{problem}/photos", files=files, data={"role": "before"},
            headers={"Idempotency-Key": "photo-107-" + str(problem)},
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(api.get(f"/api/v1/problems/{problem}/photos").json()) == 1


def test_a_redacted_photo_leaves_its_old_address(api: httpx.Client, problem: int) -> None:
    made = sent(api, problem, fresh(108))
    answer = api.post(f"/api/v1/photos/{made['id']}/redact", json={"rectangles": [[0.25, 0.25, 0.5, 0.5]]})
    new = answer.json()
    assert answer.status_code == 200
    assert new["redacted"] and new["url"] != made["url"]
    assert [api.get(made[name]).status_code for name in ("url", "preview_url")] == [410, 410]
    with Image.open(io.BytesIO(api.get(new["url"]).content)) as image:
        inside = image.crop((168, 136, 472, 344)).getextrema()
    assert max(high - low for low, high in inside) <= 2
    assert [one["id"] for one in api.get(f"/api/v1/problems/{problem}/photos").json()] == [new["id"]]


def test_a_photo_is_removed_with_a_reason(api: httpx.Client, problem: int) -> None:
    made = sent(api, problem, fresh(109))
    path = f"/api/v1/photos/{made['id']}"
    refused(api.delete(path), 422, "note")
    assert api.request("DELETE", path, json={"note": "blurred"}).status_code == 204
    assert [api.get(made[name]).status_code for name in ("url", "preview_url")] == [410, 410]
    assert api.delete(path, params={"note": "again"}).status_code == 410
    history = api.get(f"/api/v1/problems/{problem}/history").json()
    assert (history[-1]["kind"], history[-1]["note"]) == ("photo", "blurred")
    assert [one["title"] for one in history if one["kind"] == "photo"] == ["Photo added", "Photo removed"]


def test_unknown_photos_are_not_found(api: httpx.Client) -> None:
    key = "0" * 32
    for path in (
        f"/api/v1/photos/{key}",
        f"/api/v1/photos/{key}/preview",
        "/api/v1/photos/1",
        "/api/v1/photos/..%2f..%2f",
    ):
        assert api.get(path).status_code == 404
    assert api.delete("/api/v1/photos/999999", params={"note": "x"}).status_code == 404
    assert api.get("/api/v1/problems/999999/photos").status_code == 404
    assert send(api, 999_999, fresh(110)).status_code == 404


def test_the_command_line_tells_of_a_missing_file(service: Service, api: httpx.Client, problem: int) -> None:
    made = sent(api, problem, fresh(115))
    folder = Path(service.environment["GEO_SERVICE_DATA_DIR"]) / "photos"
    (path,) = folder.glob(f"*/{made['url'].rpartition('/')[2]}.jpg")
    aside = path.rename(folder / "aside")
    told = service.run("check", check=False)
    aside.rename(path)
    assert told.returncode == 1
    assert "照片文件夹中缺少 1 张照片" in told.stderr.replace("\n", "")
    assert service.run("check").returncode == 0


# -- attacks -------------------------------------------------------------------------------------
def test_a_bomb_is_refused_and_the_service_stays(api: httpx.Client, problem: int) -> None:
    refused(send(api, problem, png_bomb()), 422)
    assert api.get("/healthz").status_code == 200


NO_PHOTOS = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "empty": b"", "html": b"<!doctype html>",
    "gif": saved(scene(), "GIF", save_all=True, append_images=[scene(2)]), "zip": b"PK\x03\x04" + bytes(64),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_PHOTOS)
def test_what_is_no_photo_is_refused(api: httpx.Client, problem: int, kind: str) -> None:
    refused(send(api, problem, NO_PHOTOS[kind]), 415)
    path = f"/api/v1/problems/{problem}/photos"
    bare = api.post(path, content=NO_PHOTOS[kind], params={"role": "before"}, headers={"content-type": "image/png"})
    refused(bare, 415)
    assert api.get(path).json() == []


def test_a_cut_off_photo_is_refused_in_words(api: httpx.Client, problem: int) -> None:
    whole = fresh(111)
    refused(send(api, problem, whole[: len(whole) // 2]), 422)


def test_another_kind_of_body_is_refused(api: httpx.Client, problem: int) -> None:
    path = f"/api/v1/problems/{problem}/photos"
    refused(api.post(path, json={"file": "x"}), 415)
    refused(api.post(path, data={"role": "before"}), 415)
    refused(api.post(path, files={"other": ("x", b"y")}, data={"role": "before"}), 422)
    no_boundary = api.post(path, content=b"x", headers={"content-type": "multipart/form-data"})
    refused(no_boundary, 422, "body")


def test_what_is_appended_to_a_photo_is_not_served(api: httpx.Client, problem: int) -> None:
    made = sent(api, problem, fresh(112) + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in api.get(made["url"]).content


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"role": "selfie"}, "role"), ({"role": ""}, "role"), ({"by": "nobody"}, "by"), ({"lon": "114"}, "lat"),
        ({"lat": "nan", "lon": "1"}, "lat"), ({"lat": "91", "lon": "1"}, "lat"), ({"lat": "1", "lon": "1e999"}, "lon"),
        ({"taken_at": "yesterday"}, "taken_at"), ({"note": "x" * 2001}, "note"), ({"note": "\0"}, "note"),
    ],
)  # fmt: skip
def test_bad_fields_are_named(api: httpx.Client, problem: int, said: dict[str, str], field: str) -> None:
    refused(send(api, problem, fresh(113), **said), 422, field)


@pytest.mark.parametrize("body", [{}, {"rectangles": []}, {"rectangles": [[0, 0, 2]]}, {"rectangles": "all"}])
def test_bad_rectangles_are_refused(api: httpx.Client, problem: int, body: dict[str, Any]) -> None:
    made = sent(api, problem, fresh(114))
    refused(api.post(f"/api/v1/photos/{made['id']}/redact", json=body), 422, "rectangles")


def test_a_declared_giant_is_refused_before_its_body(service: Service, problem: int) -> None:
    assert answer_after(service, problem, b"Content-Length: 900000000\r\n\r\n", parts=0).startswith(b"HTTP/1.1 413")


def test_an_endless_body_is_refused_while_it_streams(service: Service, problem: int) -> None:
    assert answer_after(service, problem, b"Transfer-Encoding: chunked\r\n\r\n", parts=30).startswith(b"HTTP/1.1 413")


def answer_after(service: Service, problem: int, header: bytes, *, parts: int) -> bytes:
    """What is answered to a request that never ends: its head, then so many parts of 1 MB."""
    part = b"100000\r\n" + b"\xff" * (1 << 20) + b"\r\n"
    line_1 = f"POST /api/v1/problems/{problem}/photos?role=before HTTP/1.1\r\n"
    head = line_1 + f"Host: 127.0.0.1\r\nAuthorization: Bearer {service.token}\r\nContent-Type: image/jpeg\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as line:
        line.sendall(head.encode() + header)
        for _ in range(parts):
            line.sendall(part)
        return line.recv(64)
