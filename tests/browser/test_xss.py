"""Everything that people can write is filled with scripts, and every page is opened: none of them runs."""

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext

from geo_service.pages import PAGES
from layers.query import Query
from layers.store import Session, open_store
from tests import demo_copies
from tests.browser.conftest import Visit, profile
from tests.conftest import Service

pytestmark = pytest.mark.browser
PAYLOADS = (
    "<script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=1>",
    "<svg onload=window.__xss=1>",
    '"><svg/onload=window.__xss=1>',
    "'><img src=x onerror='window.__xss=1'>",
    "</script><script>window.__xss=1</script>",
    "<!--<script>window.__xss=1//-->",
    "${window.__xss=1}",
    "`${window.__xss=1}`",
    "`+(window.__xss=1)+`",
    "';window.__xss=1;//",
    "\\u003cimg src=x onerror=window.__xss=1\\u003e",
    "{{7*7}}{{constructor.constructor('window.__xss=1')()}}",
    "{% raw %}<b onmouseover=window.__xss=1>x</b>",
    "javascript:window.__xss=1",
    "<a href='javascript:window.__xss=1'>x</a>",
    "<iframe srcdoc='<script>parent.__xss=1</script>'>",
    "<style>@import 'javascript:window.__xss=1';</style>\u2028window.__xss=1",
    "&lt;img src=x onerror=window.__xss=1&gt;",
)
TEXTS = {
    "areas": ("name",),
    "road_segments": ("name", "road_name"),
    "parcels": ("name", "owner"),
    "stations": ("name",),
    "dust_sources": ("name", "owner"),
    "problems": ("description", "lead_name", "department"),
    "measures": ("organisation", "by", "note"),
    "patrols": ("note",),
    "frontages": ("name", "address", "keeper"),
    "dust_samples": ("contractor", "note"),
}
MAPS = [name for name, page in PAGES.items() if page.path.startswith("/maps/")]
SIGNS = """() => ({
  ran: window.__xss ?? null,
  links: [...document.querySelectorAll("a[href], form[action], iframe")]
    .filter((one) => /^\\s*javascript:/i.test(one.getAttribute("href") ?? one.getAttribute("action") ?? "javascript:"))
    .map((one) => one.outerHTML),
  made: document.querySelectorAll("img[src=x], svg[onload], [onerror], [onmouseover], iframe[srcdoc]").length,
  said: document.body.innerText.includes("__xss"),
})"""
QUIET = {"ran": None, "links": [], "made": 0}


def spoil(session: Session) -> None:
    """Every name and note of the demo town becomes a script."""
    texts = cycle(PAYLOADS)
    for layer, fields in TEXTS.items():
        ids = [row.id for row in session.features.read(layer, Query())]
        session.features.update_columns(layer, ids, {name: [next(texts) for _ in ids] for name in fields})
    people = [replace(one, name=next(texts), organisation=next(texts), phone=next(texts))
              for one in session.duties.people()]  # fmt: skip
    session.duties.put_people(people)
    categories = [replace(one, name_zh=next(texts), name_en=next(texts), department=next(texts),
                          open_when_zh=next(texts), open_when_en=next(texts))
                  for one in session.town.categories()]  # fmt: skip
    session.town.put_categories(categories)
    session.town.put(replace(session.town.get(), name=PAYLOADS[0], attribution=(PAYLOADS[1], PAYLOADS[5])))


def write(api: httpx.Client, table: Path) -> int:
    """What comes in over HTTP; the problem that carries most of it."""
    id_ = int(api.get("/problems", params={"state": "open", "limit": 1}).json()["features"][0]["id"])
    for text in PAYLOADS:
        api.post(f"/problems/{id_}/acts", json={"act": "remark", "note": text}).raise_for_status()
        api.post("/subscriptions", json={"channel": "webhook", "target": f"https://x.example/{text}", "by": text})
    for text in PAYLOADS[:3]:
        picture = Image.new("RGB", (64, 48), (len(text), 90, 40))
        with io.BytesIO() as out:
            picture.save(out, "JPEG")
            file = {"file": (f"{text}.jpg", out.getvalue(), "image/jpeg")}
        api.post(f"/problems/{id_}/photos", files=file, data={"role": "before", "note": text}).raise_for_status()
    basemaps = [{"key": f"x{n}", "name": text[:60], "name_en": text[:60], "attribution": text, "kind": "tiles",
                 "addresses": ["/never/{z}/{x}/{y}"]} for n, text in enumerate(PAYLOADS)]  # fmt: skip
    api.put("/basemaps", json={"basemaps": basemaps}).raise_for_status()
    day = {"day": "2031-03-03", "kind": "holiday", "name": PAYLOADS[1]}
    api.put("/calendar", json={"days": [day], "by": PAYLOADS[0]}).raise_for_status()
    with table.open("rb") as file:
        api.post("/layers/own_layer/import", files={"file": (f"{PAYLOADS[1]}.csv", file)},
                 data={"title": PAYLOADS[5]}).raise_for_status()  # fmt: skip
    return id_


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, int]]:
    """The spoilt town served, and the number of a problem in it."""
    folder = tmp_path_factory.mktemp("xss")
    url = f"gpkg://{folder}/town.gpkg"
    demo_copies.plant(folder, url)
    store = open_store(url)
    with store.writing() as session:
        spoil(session)
    store.close()
    table = folder / "own.csv"
    table.write_text("lon,lat," + '"<img src=x onerror=window.__xss=1>",note\n' + "".join(
        f'114.02,22.53,a,"{text.replace(chr(34), chr(34) * 2)}"\n' for text in PAYLOADS))  # fmt: skip
    running = Service(folder, url, demo=False)
    try:
        with httpx.Client(base_url=f"{running.url}/api/v1", timeout=30) as api:
            id_ = write(api, table)
        yield running, id_
    finally:
        running.stop()


@pytest.fixture(scope="module")
def watched(light_chromium: Browser) -> Iterator[BrowserContext]:
    """A profile for this town alone."""
    context = profile(light_chromium)
    yield context
    context.close()


@pytest.fixture
def page(watched: BrowserContext, spoilt: tuple[Service, int]) -> Iterator[Visit]:
    one = Visit(watched.new_page(), spoilt[0].url)
    one.page.on("dialog", lambda dialog: (one.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    yield one
    one.page.close()


def quiet(page: Visit, *, said: bool = True) -> None:
    """Let it settle; then nothing has run, nothing was made of the texts, nothing was refused by the policy."""
    page.page.wait_for_load_state("networkidle")
    signs = page.page.evaluate(SIGNS)
    shown = signs.pop("said")
    assert signs == QUIET
    assert page.faults == [] and page.foreign == []
    assert shown or not said, "none of the texts is to be seen: the test looks at nothing"


@pytest.mark.parametrize(("name", "lang"), [*((name, "zh") for name in PAGES), ("home", "en")])
def test_no_page_runs_what_somebody_wrote(page: Visit, name: str, lang: str) -> None:
    page.go(PAGES[name].path, lang=lang)
    quiet(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_card_runs_what_somebody_wrote(page: Visit, spoilt: tuple[Service, int], lang: str) -> None:
    """A problem with its history, its people and its places; its tooltip and its mark on the map."""
    page.go("/maps/open-problems", lang=lang, id=str(spoilt[1]))
    page.see(".problem")
    for folded in page.page.locator("details:not([open]) > summary").all():
        if folded.is_visible():
            folded.click()
    for mark in page.page.locator(".leaflet-interactive").all()[:5]:
        mark.hover(force=True)
    quiet(page)


EVERYTHING = (
    "q",
    "area",
    "assignee",
    "category",
    "theme",
    "lang",
    "station",
    "person",
    "layer",
    "state",
    "year",
    "code",
)


@pytest.mark.parametrize("path", ["/", "/maps/open-problems", "/maps/my-road", "/admin/import", "/dashboard"])
def test_no_address_runs_what_it_says(page: Visit, path: str) -> None:
    page.go(path, **dict(zip(EVERYTHING, PAYLOADS[3:], strict=False)))
    page.page.wait_for_load_state("networkidle")
    signs = page.page.evaluate(SIGNS)
    assert (signs["ran"], signs["links"], signs["made"]) == (None, [], 0)
    assert not [fault for fault in page.faults if "Content Security" in fault or "dialog" in fault]


@pytest.mark.parametrize("name", MAPS)
def test_no_saved_map_runs_what_somebody_wrote(
    page: Visit, spoilt: tuple[Service, int], tmp_path: Path, name: str
) -> None:
    """Opened from the disk, where no policy of ours is sent with it."""
    saved = tmp_path / f"{name}.html"
    saved.write_bytes(httpx.get(f"{spoilt[0].url}/maps/{name}.html", timeout=30).raise_for_status().content)
    page.base = saved.as_uri()
    page.page.goto(saved.as_uri())
    for mark in page.page.locator(".leaflet-interactive").all()[:3]:
        mark.click(force=True)
    quiet(page, said=False)


def test_a_file_that_is_named_like_a_script(page: Visit, tmp_path: Path) -> None:
    file = tmp_path / "<img src=x onerror=window.__xss=1>.csv"
    file.write_text(f'lon,lat,"<svg onload=window.__xss=1>",name\n114.02,22.53,1,"{PAYLOADS[5]}"\n')
    page.go("/admin/import", layer="stations")
    page.see(".drop")
    page.page.set_input_files("#files", str(file))
    page.see("#check").click()
    page.see(".import-report")
    quiet(page)
