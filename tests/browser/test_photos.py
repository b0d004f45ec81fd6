"""Photos in the browser: taken, seen side by side, doubted, redacted, removed."""

import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.browser.conftest import Visit
from tests.pictures import PLACE, exif, jpeg, scene

pytestmark = pytest.mark.browser

CARD = "article.problem"


def reported(api: httpx.Client) -> int:
    feature = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": PLACE},
        "properties": {"category": "0102", "description": "照片测试"},
    }  # fmt: skip
    return int(api.post("/problems", json=feature).raise_for_status().json()["id"])


def sent(api: httpx.Client, id_: int, data: bytes, role: str) -> dict[str, Any]:
    answer = api.post(f"/problems/{id_}/photos", files={"file": ("a.jpg", data)}, data={"role": role})
    made: dict[str, Any] = answer.raise_for_status().json()
    return made


def photos(api: httpx.Client, id_: int) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = api.get(f"/problems/{id_}/photos").json()
    return listed


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Photos on the device: one from here, one from elsewhere."""
    away = (PLACE[0] + 0.02, PLACE[1])
    made = {
        "here": jpeg(scene(201), exif=exif(PLACE, "2026:01:01 08:00:00")),
        "away": jpeg(scene(202), exif=exif(away, "2026:01:01 08:00:00")),
        "broken": jpeg(scene(203))[:4000],
    }
    for name, data in made.items():
        (tmp_path / f"{name}.jpg").write_bytes(data)
    return {name: str(tmp_path / f"{name}.jpg") for name in made}


def card(visit: Visit, id_: int) -> Visit:
    visit.go("/maps/open-problems", id=str(id_)).see(f"{CARD} .photo-adding button")
    return visit


def pick(visit: Visit, *paths: str) -> None:
    visit.see(".photo-adding > button").click()
    visit.page.locator(".photo-picker input[multiple]").set_input_files(list(paths))


def test_the_photos_of_a_duplicate_stand_below_it_in_the_case_that_stays(visit: Visit, api: httpx.Client) -> None:
    case, again = reported(api), reported(api)
    photo = sent(api, again, jpeg(scene(211)), "before")
    wish = {"to": "duplicate", "note": "同一处", "duplicate_of": case}
    api.post(f"/problems/{again}/moves", json=wish).raise_for_status()
    card(visit, case)
    visit.see(f".evidence [data-id='{again}'] [data-photo='{photo['id']}']").click()
    visit.see("dialog.viewer[open]")
    assert photos(api, case) == []
    assert [one["id"] for one in photos(api, again)] == [photo["id"]]
    assert visit.faults == []


def test_photos_are_added_from_the_card_with_their_roles(
    visit: Visit, api: httpx.Client, files: dict[str, str]
) -> None:
    id_ = reported(api)
    card(visit, id_)
    pick(visit, files["here"], files["away"])
    visit.page.locator(".photo-queue select").nth(1).select_option("far")
    visit.see(".photo-adding .btn.primary").click()
    visit.see(".photo-grid .thumb >> nth=1")
    assert [one["role"] for one in photos(api, id_)] == ["before", "far"]
    assert "2057 米" in visit.text(".photo-doubts")  # metres from the problem
    assert visit.page.locator(".thumb .photo-doubt").count() == 2  # both are older than the report
    assert visit.faults == visit.foreign == []


def test_what_cannot_be_sent_stays_with_its_reason(visit: Visit, api: httpx.Client, files: dict[str, str]) -> None:
    id_ = reported(api)
    card(visit, id_)
    pick(visit, files["broken"], files["here"])
    visit.see(".photo-adding .btn.primary").click()
    visit.until("document.querySelectorAll('.photo-queue li').length === 1")
    assert "损坏" in visit.text(".photo-queue .failed .field-error")
    assert len(photos(api, id_)) == 1


def test_before_and_after_are_compared_by_keyboard(visit: Visit, api: httpx.Client) -> None:
    id_ = reported(api)
    sent(api, id_, jpeg(scene(204)), "before")
    sent(api, id_, jpeg(scene(205)), "after")
    card(visit, id_).see(".compare input").focus()
    for _ in range(10):
        visit.page.keyboard.press("ArrowRight")
    visit.until("getComputedStyle(document.querySelector('.compare .edge')).left !== '0px'")
    assert visit.page.locator(".compare").first.evaluate("e => e.style.getPropertyValue('--edge-at')") == "60%"
    assert visit.texts(".compare .photo-tag") == ["整改前", "整改后"]
    visit.see(".side-by-side .expand").click()
    visit.see("dialog.viewer .compare")
    visit.page.keyboard.press("Escape")
    visit.gone("dialog.viewer")
    visit.see(CARD)  # Escape has closed the window only


def test_photos_are_leafed_through_full_screen(visit: Visit, api: httpx.Client) -> None:
    id_ = reported(api)
    for seed, role in ((206, "before"), (207, "near")):
        sent(api, id_, jpeg(scene(seed)), role)
    card(visit, id_).see(".thumb").click()
    assert visit.text("dialog.viewer h2") == "整改前"
    visit.page.keyboard.press("ArrowRight")
    assert visit.text("dialog.viewer h2") == "近景"
    visit.see("dialog.viewer .next").click()
    assert visit.text("dialog.viewer h2") == "整改前"
    visit.see("dialog.viewer .close").click()
    visit.gone("dialog.viewer")


def test_a_drawn_rectangle_is_hidden_for_good(visit: Visit, api: httpx.Client) -> None:
    id_ = reported(api)
    old = sent(api, id_, jpeg(scene(208)), "before")
    card(visit, id_).see(".thumb").click()
    visit.page.get_by_role("button", name="遮挡人脸或车牌").click()
    board = visit.see(".board")
    visit.until("document.querySelector('.board img').complete")
    box = board.bounding_box()
    assert box is not None
    for left, right in ((0.25, 0.75), (0.8, 0.9)):
        visit.page.mouse.move(box["x"] + left * box["width"], box["y"] + 0.25 * box["height"])
        visit.page.mouse.down()
        visit.page.mouse.move(box["x"] + right * box["width"], box["y"] + 0.75 * box["height"], steps=4)
        visit.page.mouse.up()
    assert visit.page.locator(".mark-box").count() == 2
    visit.see(".viewer .undo").click()
    assert visit.page.locator(".mark-box").count() == 1
    visit.page.get_by_role("button", name="永久遮挡").click()
    visit.see("dialog.viewer .facts")
    (new,) = photos(api, id_)
    assert new["redacted"]
    base = str(api.base_url).removesuffix("/api/v1/")
    assert httpx.get(base + old["url"]).status_code == 410
    with Image.open(io.BytesIO(httpx.get(base + new["url"]).content)) as image:
        inside = image.crop((180, 140, 460, 340)).getextrema()
        beside = image.crop((490, 140, 630, 340)).getextrema()
    assert max(high - low for low, high in inside) <= 2
    assert max(high - low for low, high in beside) > 20


def test_a_rectangle_is_placed_by_keyboard(visit: Visit, api: httpx.Client) -> None:
    id_ = reported(api)
    sent(api, id_, jpeg(scene(209)), "before")
    card(visit, id_).see(".thumb").click()
    visit.page.get_by_role("button", name="遮挡人脸或车牌").click()
    visit.see(".viewer .put").click()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowDown"):
        visit.page.keyboard.press(key)
    style = visit.see(".mark-box").evaluate("e => [e.style.left, e.style.height].map(parseFloat)")
    assert style == pytest.approx([38, 21])


def test_a_photo_is_removed_with_a_reason(visit: Visit, api: httpx.Client) -> None:
    id_ = reported(api)
    sent(api, id_, jpeg(scene(210)), "before")
    card(visit, id_).see(".thumb").click()
    visit.page.get_by_role("button", name="删除照片").click()
    window = visit.page.locator("dialog.dialog")
    window.locator("button[type=submit]").click()
    window.locator(".field-error:visible").first.wait_for()
    window.locator("textarea").fill("拍错了")
    window.locator("button[type=submit]").click()
    visit.gone("dialog.viewer")
    visit.see(".photo-adding .hint")
    assert photos(api, id_) == []


def test_a_phone_takes_a_photo_with_its_place(phone: Visit, api: httpx.Client, tmp_path: Path) -> None:
    """The file itself says nothing: the device does, as it was taken just now."""
    id_ = reported(api)
    plain = tmp_path / "plain.jpg"
    plain.write_bytes(jpeg(scene(211)))
    card(phone, id_).see(".photo-adding > button").click()
    phone.see(".from-camera")
    phone.page.locator(".photo-picker input[capture=environment]").set_input_files(str(plain))
    phone.see(".photo-adding .btn.primary").click()
    phone.see(".photo-grid .thumb")
    (made,) = photos(api, id_)
    assert (made["place_source"], made["lon"], made["lat"]) == ("device", 114.02, 22.53)
    assert made["taken_at"]
