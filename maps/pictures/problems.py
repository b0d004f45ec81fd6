"""Problems on a picture: a dot for each cell where there are very many, dots where there are many, marks else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from maps import styles
from maps.pictures.drawing import SLOTS, Drawing, Label, Pen
from maps.pictures.shapes import Geometry, seen
from maps.pictures.view import Floats, View, by_zoom

MARKS = 1200  # in the picture at most: more of them would hide one another
DOTS = 8000
CELL = 8.0  # units; a dot for each cell where even dots would be too many
RANKED = ("dropped", "closed", "paused", "check", "doing", "open", "overdue")  # the last lies on top
_NONE = np.empty((0, 2))


@dataclass(frozen=True)
class Problems:
    """Problems by the key of their look: points as longitude and latitude (n × 2), lines and areas as GeoJSON."""

    points: Mapping[str, Floats]
    shapes: Mapping[str, list[Geometry]] = field(default_factory=dict)

    def within(self, view: View) -> "Problems":
        """Those that the view shows."""
        west, south, east, north = view.bounds
        inside = {
            key: at[(at[:, 0] >= west) & (at[:, 0] <= east) & (at[:, 1] >= south) & (at[:, 1] <= north)]
            for key, at in self.points.items()
        }
        shapes = {
            key: [one for one in held if any(True for _ in seen([one], view))] for key, held in self.shapes.items()
        }
        return Problems(inside, shapes)

    def counts(self) -> dict[str, int]:
        """How many of each look."""
        keys = {*self.points, *self.shapes}
        return {key: len(self.points.get(key, ())) + len(self.shapes.get(key, ())) for key in keys}


def of_features(features: Iterable[Mapping[str, Any]]) -> Problems:
    """From GeoJSON features with `state` and `overdue`."""
    points: dict[str, list[list[float]]] = {}
    shapes: dict[str, list[Geometry]] = {}
    for one in features:
        said, geometry = one["properties"], one["geometry"]
        key = styles.group_of(said["state"], overdue=bool(said.get("overdue")))
        if geometry and geometry["type"] == "Point":
            points.setdefault(key, []).append(geometry["coordinates"][:2])
        elif geometry:
            shapes.setdefault(key, []).append(geometry)
    return Problems({key: np.array(at, dtype=float) for key, at in points.items()}, shapes)


def paint(drawing: Drawing, found: Problems, *, min_zoom: float = 0.0) -> None:
    """Draw them; from further out than `min_zoom` they are left out, for something else tells of them there."""
    zoom = drawing.view.zoom
    if zoom < min_zoom:
        return
    for look in styles.PROBLEMS.looks:
        color, shapes = look.color(drawing.theme), found.shapes.get(look.key, [])
        drawing.fill(SLOTS["area"] + 5, shapes, color, 0.25)
        drawing.stroke(SLOTS["line"], shapes, Pen(color, by_zoom(zoom, 11, 2, 16, 5)))
    seen = found.within(drawing.view).points
    points = {key: drawing.view.at(seen[key]) for key in RANKED if len(seen.get(key, ()))}
    many = sum(map(len, points.values()))
    (_marks if many <= MARKS else _dots if many <= DOTS else _cells)(drawing, points)


def _marks(drawing: Drawing, points: Mapping[str, Floats]) -> None:
    zoom = max(drawing.view.zoom, 11.5)  # paper is looked at from near
    for key, at in points.items():
        late = key == "overdue"
        size = by_zoom(zoom, 10, 0.52, 12.5, 0.78, 17, 1.3) if late else by_zoom(zoom, 10, 0.42, 12.5, 0.66, 17, 1.1)
        drawing.marks(SLOTS["mark"], at, "problems", key, size)


def _dots(drawing: Drawing, points: Mapping[str, Floats]) -> None:
    zoom = drawing.view.zoom
    for key, at in points.items():
        late = key == "overdue"
        radius = by_zoom(zoom, 8, 3, 11, 4.2, 14, 8) if late else by_zoom(zoom, 8, 2, 11, 3, 14, 6)
        color = styles.PROBLEMS.look(key).color(drawing.theme)
        drawing.dots(SLOTS["point"], at, np.full(len(at), radius), color, rim=by_zoom(zoom, 9, 0.4, 13, 1.2))


def _cells(drawing: Drawing, points: Mapping[str, Floats]) -> None:
    """A dot for each cell and look, larger where more lie in it; the count where it is large."""
    for key, at in points.items():
        cells, n = np.unique(np.floor(at / CELL).astype(int), axis=0, return_counts=True)
        radii = np.minimum(12.0, 1.8 + 0.8 * np.sqrt(n))
        places = (cells + 0.5) * CELL
        color = styles.PROBLEMS.look(key).color(drawing.theme)
        drawing.dots(SLOTS["point"], places, radii, color, opacity=0.85)
        for (x, y), count in zip(places[n >= 100].tolist(), n[n >= 100].tolist(), strict=True):
            drawing.label(Label(str(count), x, y, 9.5, drawing.ground["text"], rank=count))
