"""Pieces of pictures: projection, labels, legend, hatches, and the press on its own."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.geometry import to_geojson
from maps import styles
from maps.assets import load_assets
from maps.compose import PAGES
from maps.pictures import legend, press, problems
from maps.pictures.drawing import Drawing, Label, box_of, write
from maps.pictures.painting import PAINTERS, Sheet
from maps.pictures.sheet import ratio_of, round_metres
from maps.pictures.view import View, bounds_of, fit
from maps.pictures.wish import Wish

LON = st.floats(-179, 179)
LAT = st.floats(-84, 84)
BOX = (114.0, 22.5, 114.1, 22.6)


def wish(**more: object) -> Wish:
    usual = {"name": "open-problems", "title": "A", "lines": ("B",), "foot": "C", "translate": lambda text: text}
    return Wish(**{**usual, **more})  # type: ignore[arg-type]


def points(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(BOX[:2], BOX[2:], (n, 2))


@given(
    west=LON,
    south=LAT,
    width=st.floats(0, 1),
    height=st.floats(0, 1),
    sheet=st.tuples(st.integers(50, 4000), st.integers(50, 4000)),
)
def test_a_view_holds_its_whole_box_and_north_is_up(west, south, width, height, sheet) -> None:  # fmt: skip
    box = (west, south, west + width, min(85.0, south + height))
    view = fit(box, *sheet)
    (x0, y0), (x1, y1) = view.at(np.array([box[:2], box[2:]]))
    assert -0.01 <= x0 <= x1 <= sheet[0] + 0.01
    assert -0.01 <= y1 <= y0 <= sheet[1] + 0.01
    seen = view.bounds
    assert seen[0] <= box[0] + 1e-9 and seen[1] <= box[1] + 1e-9
    assert seen[2] >= box[2] - 1e-9 and seen[3] >= box[3] - 1e-9


def test_lengths_on_the_sheet_are_those_on_the_ground() -> None:
    view = fit(BOX, 1000, 1000)
    west, _, east, _ = view.bounds
    on_ground_m = (east - west) * 111_320 * np.cos(np.radians(22.55))
    assert view.metres_per_unit * 1000 == pytest.approx(on_ground_m, rel=0.003)
    assert ratio_of(view) == pytest.approx(view.metres_per_unit / (0.0254 / 96), rel=0.01)


@given(st.floats(0.01, 1e7))
def test_the_scale_bar_is_round_and_not_too_long(most: float) -> None:
    made = round_metres(most)
    assert most / 2.51 <= made <= most * 1.00001
    assert re.fullmatch(r"[125]0*|0\.0*[125]", f"{made:.10g}")


WRITTEN = ["<script>alert(1)</script>", '"/><image href="x"/>', "&amp;", "福田", "a b"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [*((text, text) for text in WRITTEN), ("a\x00b\x1f\ud800c", "abc")],  # no document may hold these
)
def test_what_people_wrote_stays_text(text: str, shown: str) -> None:
    made = ElementTree.fromstring(f"<svg>{write(Label(text, 1, 1, 10, '#000'))}</svg>")
    assert len(list(made.iter())) == 2
    assert made[0].text == shown


def test_labels_never_overlap_and_the_important_one_stays() -> None:
    drawing = Drawing(View(0, 0, 1, 400, 400), "light")
    at = np.random.default_rng(2).uniform(0, 400, (300, 2))
    labels = [Label(f"{i} 街", float(x), float(y), 12, "#000", rank=i) for i, (x, y) in enumerate(at)]
    for one in labels:
        drawing.label(one)
    kept = drawing.placed()
    boxes = [box_of(one) for one in kept]
    assert labels[-1] in kept
    assert 10 < len(kept) < 300
    for i, (x0, y0, x1, y1) in enumerate(boxes):
        assert not any(x0 < c and x1 > a and y0 < d and y1 > b for a, b, c, d in boxes[i + 1 :])


@pytest.mark.parametrize(("n", "tag"), [(50, "use"), (3000, "circle"), (20_000, "circle")])
def test_as_many_problems_as_can_be_told_apart(n: int, tag: str) -> None:
    drawing = Drawing(fit(BOX, 800, 800), "light")
    problems.paint(drawing, problems.Problems({"overdue": points(n // 2), "open": points(n - n // 2, 2)}))
    drawn = drawing.svg().count(f"<{tag} ")
    assert drawn == n if n < 20_000 else 1000 < drawn < n


def test_the_sum_of_the_cells_is_the_number_of_problems() -> None:
    """Every point lies in exactly one cell: with all points in one, the count says all of them."""
    drawing = Drawing(fit(BOX, 800, 800), "light")
    problems.paint(drawing, problems.Problems({"open": np.full((9000, 2), 114.05) - (0, 91.5)}))
    assert re.findall(r"<text[^>]*>(\d+)</text>", drawing.svg()) == ["9000"]


def test_only_what_the_view_shows_is_counted() -> None:
    outside = {"type": "LineString", "coordinates": [[100, 10], [101, 10]]}
    inside = {"type": "LineString", "coordinates": [[114.02, 22.52], [114.03, 22.52]]}
    held = problems.Problems({"open": np.array([(114.05, 22.55), (100.0, 22.55)])}, {"open": [outside, inside]})
    assert held.within(fit(BOX, 800, 800)).counts() == {"open": 2}


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_columns_of_the_legend_keep_order_and_titles_with_their_rows(n: int) -> None:
    rows = legend.rows_of(PAGES["hotspots"].legend, {"problems": {"open": 3}}, wish())
    columns = legend.columns_of(rows, n)
    assert 1 <= len(columns) <= n
    assert [row for column in columns for row in column if row.text] == rows
    for column in columns:
        assert column[0].look is None  # a title, or the room of one
        assert column[-1].look is not None


def test_every_look_of_every_legend_can_be_drawn() -> None:
    """The whole style table as one sheet: the press takes it, and each hatch is there once."""
    drawing = Drawing(fit(BOX, 100, 100), "light")
    rows = legend.rows_of(dict.fromkeys(styles.GROUPS, ()), {}, wish())
    svg = legend.draw(drawing, rows, (0, 0), legend.Ink("#000000", "#444444"), wish())
    sheet = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="3000"><defs>{drawing.defs()}</defs>{svg}</svg>'
    )
    names = re.findall(r'id="([^"]+)"', sheet)
    assert len(names) == len(set(names)) > 8
    assert set(re.findall(r"url\(#([^)]+)\)", sheet)) <= set(names)
    request = {"format": "png", "svg": sheet, "title": "", "author": "", "size": [200, 3000], "ppi": 96}
    assert press.printed({**request, "fonts": str(load_assets().fonts)})[:4] == b"\x89PNG"


def test_every_element_of_a_map_has_a_painter() -> None:
    from geo_service.standalone import elements_of

    asked = {element for name in ("clean-zones", "coverage", "my-road", "parcels", "rebounds", "work-faces", "hotspots",
                                 "frontages")
             for element in elements_of(name)}  # fmt: skip
    assert asked - {"problems"} == set(PAINTERS)


@pytest.mark.parametrize("size", [(300, 300), (1200, 700), (700, 1200), (401, 381)])
def test_map_and_legend_share_the_sheet(size: tuple[float, float]) -> None:
    made = Sheet(wish(), size)
    view = made.view(BOX, exact=True)
    svg = ElementTree.fromstring(made.svg(view, {"problems": problems.Problems({"open": points(3)})}, ([], [])))
    inner = next(one for one in svg if one.tag.endswith("svg"))
    x, y, width, height = (float(inner.get(name, 0)) for name in ("x", "y", "width", "height"))
    assert width > size[0] * 0.4 and height > size[1] * 0.4
    assert x + width <= size[0] and y + height <= size[1]
    assert (view.width, view.height) == pytest.approx((width, height), abs=0.1)


def test_a_shape_of_any_kind_has_its_box() -> None:
    from shapely.geometry import MultiPoint, Point, box

    from maps.pictures.shapes import positions

    for shape in (Point(1, 2), box(1, 2, 3, 4), MultiPoint([(1, 2), (3, 4)])):
        assert bounds_of(list(positions(to_geojson(shape, 7)))) == shape.bounds
    assert bounds_of(list(positions(None))) is None


def test_no_more_draw_at_once_than_there_are_places() -> None:
    """While this process holds the only place, another one waits for it; it goes on when the place is free."""
    program = "from maps.pictures.press import turn; print('begun', flush=True); turn(1); print('drawn', flush=True)"
    place = press.turn(1)
    other = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert other.stdout is not None
    assert other.stdout.readline() == "begun\n"
    with pytest.raises(subprocess.TimeoutExpired):
        other.wait(0.5)
    place.close()
    assert other.communicate(timeout=30)[0] == "drawn\n"
