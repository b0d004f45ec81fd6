"""Pictures and prints of a real service, decoded: size, colours where things are, letters, pages."""

import re
import threading
from io import BytesIO

import httpx
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from maps import styles
from maps.assets import load_assets
from tests.conftest import Service
from tests.listing import all_problems

NAMES = ("open-problems", "clean-zones", "my-road", "parcels", "hotspots", "coverage", "rebounds", "work-faces",
         "frontages")  # fmt: skip
MM = 72 / 25.4
OPEN = ("overdue", "open", "doing", "check", "paused")


@pytest.fixture
def client(service: Service):
    with httpx.Client(base_url=service.url, timeout=60) as one:
        yield one


def image_of(answer: httpx.Response) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return np.asarray(Image.open(BytesIO(answer.content)).convert("RGB"))


def pages_of(answer: httpx.Response) -> pypdfium2.PdfDocument:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return pypdfium2.PdfDocument(answer.content)


def text_of(answer: httpx.Response) -> str:
    """The words of a sheet without the spaces between them, which a PDF does not hold."""
    return re.sub(r"\s+", "", pages_of(answer)[0].get_textpage().get_text_range())


def is_colour(image: np.ndarray, colour: str, near: int = 6) -> np.ndarray:
    """Which pixels have that colour, give or take what smooth edges do."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return (np.abs(image.astype(int) - wanted) <= near).all(axis=2)


def path_of(client: httpx.Client, name: str) -> dict[str, str]:
    """What the page needs in its address to show something."""
    if name != "my-road":
        return {}
    people = client.get("/api/v1/my-road").json()["people"]
    return {"person": max(people, key=lambda one: one["open"])["code"]}


@pytest.mark.parametrize("name", NAMES)
def test_every_map_is_a_picture_of_the_size_asked_for(client: httpx.Client, name: str) -> None:
    image = image_of(client.get(f"/maps/{name}.png", params={**path_of(client, name), "width": 700, "height": 523}))
    assert image.shape == (523, 700, 3)
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 200  # a map, not an empty sheet


def test_a_problem_stands_where_it_is_in_the_colour_of_its_state(client: httpx.Client) -> None:
    query = {"state": "open", "limit": 500}
    found = [one for one in client.get("/api/v1/problems", params=query).json()["features"]
             if one["geometry"]["type"] == "Point"]  # fmt: skip
    for late in (True, False):
        one = next(one for one in found if one["properties"]["overdue"] is late)
        said = one["properties"]
        colour = styles.PROBLEMS.look(styles.group_of(said["state"], overdue=late)).light
        lon, lat = one["geometry"]["coordinates"]
        around = {"bbox": f"{lon - 0.002},{lat - 0.002},{lon + 0.002},{lat + 0.002}", "width": 300, "height": 300}
        with_it = is_colour(
            image_of(client.get("/maps/open-problems.png", params={**around, "q": said["code"]})), colour
        )
        without = is_colour(image_of(client.get("/maps/open-problems.png", params={**around, "q": "nothing"})), colour)
        rows, columns = np.nonzero(with_it & ~without)
        assert len(rows) > 20
        assert abs(columns.mean() - 150) < 8  # the box was made round it
        assert not (without & ~with_it).any()


@pytest.mark.parametrize("query", [{}, {"category": "0102"}, {"overdue": "1"}, {"state": "fixed,closed"}])
def test_the_numbers_of_the_legend_are_those_of_the_store(client: httpx.Client, query: dict[str, str]) -> None:
    zone = {"bbox": "113.9,22.4,114.2,22.7", "area": "Z1"}  # a sheet shows more than the box; the zone lies within it
    text = text_of(client.get("/maps/open-problems.pdf", params={"lang": "en", **zone, **query}))
    titles = {look.key: look.title for look in styles.PROBLEMS.looks}
    said = {key: re.search(rf"{title.replace(' ', '')}([\d,]+)", text) for key, title in titles.items()}
    counts = dict.fromkeys(titles, 0)
    for one in all_problems(client, {"state": "open", **zone, **query}):
        counts[styles.group_of(one["properties"]["state"], overdue=one["properties"]["overdue"])] += 1
    shown = {key: int(found[1].replace(",", "")) for key, found in said.items() if found}
    assert sum(shown.values()) > 0
    assert shown == {key: counts[key] for key in shown}
    assert sum(counts.values()) == sum(shown.values())


def test_what_has_never_been_seen_is_hatched_and_clean_is_green(client: httpx.Client) -> None:
    image = image_of(client.get("/maps/clean-zones.png", params={"width": 1000, "height": 700}))
    found = client.get("/api/v1/analysis/clean-zones").json()
    share = {state: sum(1 for one in found["features"] if one["properties"]["state"] == state)
             for state in ("clean", "problem")}  # fmt: skip
    area = styles.GROUND["light"]["area"]
    ground = np.array([int(area[i : i + 2], 16) for i in (1, 3, 5)])
    pixels = {}
    for state in share:
        look = styles.ZONES.look(state)
        ink = np.array([int(look.light[i : i + 2], 16) for i in (1, 3, 5)])
        mixed = np.round(ink * look.opacity + ground * (1 - look.opacity)).astype(int)
        pixels[state] = int(is_colour(image, "#" + "".join(f"{part:02x}" for part in mixed), 8).sum())
    assert share["clean"] > share["problem"] > 0
    assert pixels["clean"] > pixels["problem"] > 500


@pytest.mark.parametrize(("lang", "title"), [("zh", "问题 · 福田演示街道"), ("en", "Problems · 福田演示街道")])
def test_letters_are_drawn_with_the_fonts_of_the_package(client: httpx.Client, lang: str, title: str) -> None:
    """The ink of the title is that of the same words drawn with our font: boxes for missing letters have another."""
    image = image_of(client.get("/maps/open-problems.png", params={"lang": lang, "width": 1280, "height": 800}))
    drawn = (255 - image[14:50, 14:700].mean(axis=2)) / 255
    font = ImageFont.truetype(load_assets().fonts / "NotoSansHans-Bold.otf", 23)
    sheet = Image.new("L", (686, 36), 255)
    ImageDraw.Draw(sheet).text((4, 4), title, font=font, fill=0x20)
    wanted = (255 - np.asarray(sheet)) / 255
    assert drawn.sum() == pytest.approx(wanted.sum(), rel=0.1)
    assert np.nonzero(drawn.max(axis=0) > 0.3)[0].max() == pytest.approx(
        np.nonzero(wanted.max(axis=0) > 0.3)[0].max(), abs=6
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "size_mm"),
    [
        ({}, (297, 210)),
        ({"size": "A4", "orientation": "portrait"}, (210, 297)),
        ({"size": "A3"}, (420, 297)),
        ({"size": "A3", "orientation": "portrait"}, (297, 420)),
    ],
)
def test_a_sheet_of_paper_says_what_it_shows(client: httpx.Client, query: dict[str, str], size_mm) -> None:
    answer = client.get("/maps/open-problems.pdf", params={"lang": "zh", "category": "0102", **query})
    document = pages_of(answer)
    assert len(document) == 1
    assert document[0].get_size() == pytest.approx([side * MM for side in size_mm], abs=0.5)
    text = text_of(answer)
    paper = f"({query.get('size', 'A4')})"
    for said in ("问题·福田演示街道", "截至20", "类别：生活垃圾", "问题状态", "已逾期", "北", paper, "OpenStreetMap"):
        assert said in text
    assert re.search(r"1:\d", text)
    assert re.search(r"\dk?m", text)


def test_a_sheet_of_paper_as_a_picture(client: httpx.Client) -> None:
    image = image_of(client.get("/maps/parcels.png", params={"size": "A4", "orientation": "portrait"}))
    assert image.shape[:2] == (2339, 1654)


def test_the_dark_picture_is_dark(client: httpx.Client) -> None:
    light, dark = (image_of(client.get("/maps/open-problems.png", params={"theme": theme, "width": 400, "height": 300}))
                   for theme in ("light", "dark"))  # fmt: skip
    assert light.mean() > 200
    assert dark.mean() < 60


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("width=100", "width"),
        ("width=4001", "width"),
        ("height=9999999999", "height"),
        ("height=-300", "height"),
        ("width=30e2", "width"),
        ("scale=0", "scale"),
        ("scale=nan", "scale"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,x", "bbox"),
        ("bbox=nan,2,3,4", "bbox"),
        ("bbox=114,22,113,23", "bbox"),
        ("bbox=0,-89,1,89", "bbox"),
        ("size=A5", "size"),
        ("size=A4&orientation=upright", "orientation"),
    ],
)
def test_what_cannot_be_is_refused_by_name(client: httpx.Client, query: str, field: str) -> None:
    answer = client.get(f"/maps/open-problems.png?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("path", ["/maps/nothing.png", "/maps/import.pdf", "/maps/home.png", "/maps/.png"])
def test_there_is_no_picture_of_what_is_no_map(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("bbox", ["0,0,0,0", "114.02,22.53,114.02,22.53", "-180,-85,180,85", "-30,-60,-29,-59"])
def test_any_box_can_be_drawn(client: httpx.Client, bbox: str) -> None:
    assert image_of(client.get("/maps/open-problems.png", params={"bbox": bbox, "width": 300, "height": 300})).any()


def test_an_empty_town_has_a_picture_too(empty_service: Service) -> None:
    for name in NAMES:
        assert image_of(httpx.get(f"{empty_service.url}/maps/{name}.png?width=300&height=300", timeout=60)).any()


def test_everybody_else_is_served_while_a_picture_is_drawn(client: httpx.Client) -> None:
    """In their order: many answers come between the question for a large picture and the picture."""
    done: list[str] = []

    def draw() -> None:
        client.get("/maps/open-problems.png", params={"width": 4000, "height": 4000})
        done.append("picture")

    thread = threading.Thread(target=draw)
    thread.start()
    while len(done) < 30 and thread.is_alive():
        assert httpx.get(client.base_url.join("/healthz")).status_code == 200
        done.append("health")
    thread.join()
    assert done.index("picture") >= 5


def test_the_public_gets_pictures_of_public_maps_only(service: Service) -> None:
    assert image_of(httpx.get(f"{service.web}/maps/open-problems.png?width=300&height=300", timeout=60)).any()
    for name in ("coverage.png", "rebounds.pdf", "my-road.png"):
        assert httpx.get(f"{service.web}/maps/{name}").status_code in (303, 401)
    assert httpx.get(f"{service.web}/maps/open-problems.png?assignee=R001").status_code in (303, 401)
