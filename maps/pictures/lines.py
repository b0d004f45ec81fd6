"""Lines and signs on a picture: a chief's roads, coverage of patrols, rebounds, faults of the seam."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maps import styles
from maps.coverage_looks import COVERAGE
from maps.looks import Look
from maps.pictures import problems
from maps.pictures.drawing import SLOTS, Drawing, Label, Pen
from maps.pictures.ground import by_value, shapes
from maps.pictures.land import NONE, Found, areas, by_look, side
from maps.pictures.shapes import seen
from maps.pictures.view import Floats, by_zoom
from maps.pictures.wish import Wish


def roads(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Segments by their open problems, the land seen from them, and the problems."""
    del wish
    zoom, land = drawing.view.zoom, styles.CORRIDOR.looks[0]
    color = land.color(drawing.theme)
    corridor = shapes((found.get("corridor") or NONE)["features"])
    drawing.fill(SLOTS["band"], corridor, color, land.opacity)
    drawing.stroke(SLOTS["band"], corridor, Pen(color, land.width, land.dash, 0.7))
    segments = (found.get("segments") or NONE)["features"]
    for look in styles.ROAD_LOAD.looks:
        rows = [one for one in segments if load_of(one) is look]
        case = by_zoom(zoom, 9, look.width * 0.5 + 2, 14, look.width + 4, 18, look.width * 2 + 6)
        width = by_zoom(zoom, 9, look.width * 0.5, 14, look.width, 18, look.width * 2)
        drawing.stroke(
            SLOTS["road"], shapes(rows), Pen(drawing.ground["case"], case), Pen(look.color(drawing.theme), width)
        )
    for one in segments:
        _count(drawing, one)
    problems.paint(drawing, problems.of_features((found.get("problems") or NONE)["features"]))


def load_of(segment: Mapping[str, Any]) -> Look:
    """The look of a segment: that of its number of open problems."""
    n = float(segment["properties"].get("open") or 0)
    return next(look for look in reversed(styles.ROAD_LOAD.looks) if n >= (look.at_least or 0))


def _count(drawing: Drawing, one: Mapping[str, Any]) -> None:
    lines = [at for at, _ in seen([one["geometry"]], drawing.view)]
    n = int(one["properties"].get("open") or 0)
    if n and lines:
        x, y = lines[0][len(lines[0]) // 2]
        color = load_of(one).color(drawing.theme)
        drawing.label(Label(str(n), float(x) + 13, float(y) - 13, 14, color, rank=300 + n, bold=True))


def coverage(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Each side of a road by when it was last inspected; cells faint; blind spots hatched."""
    del wish
    zoom, kinds = drawing.view.zoom, by_value(found["features"], "kind")
    cells = [one for one in kinds.get("cell", ()) if not one["properties"].get("blind")]
    for key, rows in by_look(cells, "state", COVERAGE).items():
        color = COVERAGE.look(key).color(drawing.theme)
        drawing.fill(SLOTS["cell"], shapes(rows), color, 0.2 if key == "fresh" else 0.09)
    blind, spots = COVERAGE.look("blind"), shapes((found.get("blind_spots") or NONE)["features"])
    areas(drawing, SLOTS["cell"] + 1, spots, blind, 0.45, by_zoom(zoom, 10, 1, 16, 2.2))
    for one in kinds.get("stretch", ()):
        look = COVERAGE.look(str(one["properties"]["state"]))
        width = by_zoom(zoom, 10, 1.2, 13, 2.4, 16, 5)
        pen = Pen(look.color(drawing.theme), width, tuple(part / 3 * width for part in look.dash), round=False)
        side(drawing, one, pen, by_zoom(zoom, 10, 0.7, 13, 2, 16, 4.5))


def rebounds(drawing: Drawing, found: Found, wish: Wish) -> None:
    """A dashed line from each closed case to what came back, a sign there, a larger one on chronic places."""
    del wish
    zoom, link = drawing.view.zoom, styles.REBOUNDS.look("link")
    if zoom >= 13:
        drawing.stroke(SLOTS["line"], shapes(found["features"]), Pen(link.color(drawing.theme), 2, (4, 2.8)))
    kinds: dict[str, list[Any]] = {"rebound": [], "never_fixed": []}
    for one in found["features"]:
        kinds["never_fixed" if one["properties"]["kind"] == "never_fixed" else "rebound"].append(
            one["properties"]["spot"]
        )
    for key, places in kinds.items():
        drawing.marks(SLOTS["mark"], at(drawing, places), "rebounds", key, by_zoom(zoom, 11, 0.5, 14, 0.7, 17, 1))
    chronic = at(drawing, [one["spot"] for one in found["chronic"]])
    drawing.marks(SLOTS["mark"] + 1, chronic, "rebounds", "chronic", by_zoom(zoom, 11, 0.8, 15, 1.15))
    for one, (x, y) in zip(found["chronic"], chronic.tolist(), strict=True):
        drawing.label(Label(str(one["in_90_days"]), x, y + 17, 12, drawing.ground["text"], rank=300, bold=True))


def at(drawing: Drawing, places: Sequence[Sequence[float]]) -> Floats:
    """Positions → units."""
    return drawing.view.at(np.array([place[:2] for place in places], dtype=float)) if places else np.empty((0, 2))


def work_faces(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Land hatched by what is wrong with it, roads as wide lines, a sign on each fault."""
    zoom, wanted = drawing.view.zoom, wish.params.get("kind")
    faults = [one for one in found["features"] if not wanted or one["properties"]["kind"] == wanted]
    for key, rows in by_look(faults, "kind", styles.WORK_FACES).items():
        look = styles.WORK_FACES.look(key)
        color, held = look.color(drawing.theme), [shape for shape in shapes(rows) if shape]
        land = [shape for shape in held if shape["type"].endswith("Polygon")]
        areas(
            drawing,
            SLOTS["area"],
            land,
            look,
            0.3 if key == "unassigned_area" else 0.8,
            by_zoom(zoom, 10, 1.2, 16, 2.4),
        )
        dash = (8.0, 5.0) if look.dash else ()
        pen = Pen(color, by_zoom(zoom, 10, 3, 16, 9), dash, 1.0 if dash else 0.75)
        drawing.stroke(SLOTS["line"], [shape for shape in held if shape["type"].endswith("LineString")], pen)
        signs = at(drawing, [one["properties"]["at"] for one in rows if one["properties"].get("at")])
        drawing.marks(SLOTS["mark"], signs, "work_faces", key, by_zoom(zoom, 10, 0.7, 15, 1))
    edges = Pen(styles.WORK_FACES.looks[0].color(drawing.theme), 1, (2, 2), 0.7)
    drawing.stroke(SLOTS["line"], shapes(found.get("edges") or ()), edges)
