"""Maps in a real browser: files that are saved and opened without a network."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser
from shapely.geometry import Point, mapping

from maps import styles
from maps.compose import compose
from tests.map_pages import (
    EVIL,
    GROUND,
    PHONE,
    PROBLEMS,
    SQUARE,
    Watch,
    collection,
    feature,
    map_browser,
    page,
    watched_pages,
)

pytestmark = pytest.mark.browser
ZONES = collection(
    *(
        feature(i, shapely.box(118.15 + i * 0.002, 36.18, 118.152 + i * 0.002, 36.182), state=state)
        for i, state in enumerate(["clean", "problem", "unknown", "unknown"])
    )
)
OWN = {"name": "own_trees", "title": EVIL, "own": True, "fields": [{"name": "kind", "title": EVIL}]}
TREES = {"own_trees": collection(feature(1, Point(118.17, 36.2), code=EVIL, kind=EVIL))}
SAVED = {
    "open-problems": {"ground": GROUND, "problems": PROBLEMS, "added": TREES},
    "clean-zones": {"ground": GROUND, "zones": ZONES, "problems": PROBLEMS},
    "parcels": {"ground": GROUND, "parcels": collection(feature(1, SQUARE, name=EVIL, state="bare", area_m2=1.5))},
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with map_browser() as browser:
        yield browser


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Watch]]:
    with watched_pages(chromium) as make:
        yield make


@pytest.fixture
def saved(open_page: Callable[..., Watch], tmp_path: Path) -> Callable[..., Watch]:
    def make(name: str, **options: Any) -> Watch:
        path = tmp_path / f"{name}.html"
        path.write_text(compose(name, page=page(layers=[OWN]), standalone_data=SAVED[name]), encoding="utf-8")
        return open_page(offline=True, **options).go(path.as_uri())

    return make


@pytest.mark.parametrize(
    ("name", "layers", "counts"),
    [
        (
            "open-problems",
            ["problems/mark", "problems/line", "problems/area", "ground/minor", "added-own_trees/point"],
            [5, 2, 1, 1, 1],
        ),
        ("clean-zones", ["zones/cell", "zones/hatch-unknown", "zones/hatch-problem"], [4, 2, 1]),
        ("parcels", ["parcels/parcel", "parcels/hatch-bare", "parcels/hatch-in_treatment"], [1, 1, 0]),
    ],
)
def test_a_saved_file_draws_everything_without_a_network(
    saved: Callable[..., Watch], name: str, layers: list[str], counts: list[int]
) -> None:
    watch = saved(name)
    assert watch.drawn(*layers) == counts
    assert watch.faults == []
    assert [url for url in watch.asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("name", SAVED)
def test_a_saved_file_runs_no_text_of_users(saved: Callable[..., Watch], name: str) -> None:
    watch = saved(name, bypass_csp=True)  # the policy would stop it as well
    for lng, lat in ((118.16, 36.19), (118.152, 36.182), (118.17, 36.2)):
        x, y = watch.spot(lng, lat)
        watch.page.mouse.move(x, y)
        watch.page.wait_for_timeout(120)
        watch.click(lng, lat)
    assert watch.run("() => window.hacked") is None


def test_a_saved_file_tells_of_what_is_chosen(saved: Callable[..., Watch]) -> None:
    watch = saved("open-problems")
    watch.click(118.16, 36.19)
    assert watch.page.locator(".geo-popup h4").inner_text() == EVIL
    assert styles.STATE_TITLES["filed"] in watch.page.locator(".geo-popup table").inner_text()


def test_a_saved_file_says_whose_data_as_of_when(saved: Callable[..., Watch]) -> None:
    line = saved("parcels").page.locator(".geo-source").text_content()
    assert line is not None
    assert "Demonstration with invented data · As of 2021-12-20 10:00" in line
    assert EVIL in line


def test_the_legend_shows_the_groups_of_its_page_only(saved: Callable[..., Watch]) -> None:
    said = saved("parcels").page.locator(".geo-legend li").all_inner_texts()
    own = [look.title for group in ("parcels", "measures") for look in styles.GROUPS[group].looks]
    assert said == [*own, EVIL]


def test_the_legend_is_folded_on_a_phone(saved: Callable[..., Watch]) -> None:
    assert not saved("parcels", viewport=PHONE).page.locator(".geo-legend-body").is_visible()


def test_late_listeners_hear_the_last_view_once(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    heard = watch.run("() => { const heard = []; geo.on('view', (view) => heard.push(view)); return heard; }")
    assert len(heard) == 1
    assert heard[0]["bbox"][0] < 118.16 < heard[0]["bbox"][2]


def test_a_listener_that_fails_does_not_silence_the_others(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    heard = watch.run(
        """() => {
            const heard = [];
            geo.on('change', () => { throw new Error('mine'); });
            geo.on('change', ({ id }) => heard.push(id));
            geo.emit('change', { layer: 'x', id: 7 });
            return heard;
        }"""
    )
    assert heard == [7]


@pytest.mark.parametrize(("type_", "taps", "count"), [("Point", 2, 1), ("LineString", 3, 3), ("Polygon", 3, 4)])
def test_a_place_is_picked_by_tapping(saved: Callable[..., Watch], type_: str, taps: int, count: int) -> None:
    watch = saved("parcels")
    watch.run("(type) => { window.picked = geo.pick({ type }); }", type_)
    watch.page.locator(".geo-bar").wait_for()
    for x, y in [(300, 300), (500, 320), (420, 480)][:taps]:
        watch.page.mouse.click(x, y)
    watch.page.get_by_role("button", name="Use this").click()
    shape = watch.run("() => window.picked")
    positions = np.array(shape["coordinates"]).reshape(-1, 2)
    assert (shape["type"], len(positions)) == (type_, count)
    assert np.all(np.abs(positions - [118.16, 36.19]) < 0.05)


def test_giving_up_a_pick_gives_nothing(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    watch.run("() => { window.picked = geo.pick({ type: 'Point' }); }")
    watch.page.locator(".geo-bar").wait_for()
    watch.page.keyboard.press("Escape")
    assert watch.run("() => window.picked") is None


def test_the_theme_changes_the_picture_at_once(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    watch.run("() => { document.documentElement.dataset.theme = 'dark'; }")
    watch.page.wait_for_timeout(100)
    colour = "async () => (await geo.surface()).renderer.style.layers.find(({ id }) => id === 'ground/backdrop').paint"
    assert watch.run(colour) == {"background-color": "#11171d"}


def test_a_highlight_is_one_at_a_time(saved: Callable[..., Watch]) -> None:
    watch = saved("parcels")
    for shape in (mapping(SQUARE), mapping(Point(118.16, 36.19))):
        watch.run("(shape) => geo.highlight(shape)", shape)
    assert watch.page.locator(".geo-highlight-line").count() == 1
    watch.run("() => geo.highlight(null)")
    assert watch.page.locator(".geo-highlight-line").count() == 0
