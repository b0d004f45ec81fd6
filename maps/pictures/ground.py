"""The sheet below everything: the town's own areas and roads in grey, with their names."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from maps import styles
from maps.looks import Look
from maps.pictures.drawing import SLOTS, Drawing, Label, Pen, middle_of, width_of
from maps.pictures.shapes import seen
from maps.pictures.view import Floats, by_zoom

MAJOR = ("national", "provincial", "county")
MINOR_FROM = 10.5  # further out, the smaller roads are only in the way
GRIDS_FROM, ROAD_NAMES_FROM, AREA_NAMES_FROM = 13.0, 12.0, 10.5
_FREE = 1.25  # a road's name needs that much of its length
Features = Sequence[Mapping[str, Any]]


def paint(drawing: Drawing, areas: Features, roads: Features) -> None:
    """Areas of every level, roads by their class, and names where there is room."""
    _areas(drawing, areas)
    _roads(drawing, roads)
    if drawing.view.zoom >= AREA_NAMES_FROM:
        _area_names(drawing, by_value(areas, "level").get("village", []))
    if drawing.view.zoom >= ROAD_NAMES_FROM:
        _road_names(drawing, roads)


def by_value(features: Iterable[Mapping[str, Any]], name: str) -> dict[str, list[Mapping[str, Any]]]:
    """Features by the text of one of their properties."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in features:
        found.setdefault(str(one["properties"].get(name)), []).append(one)
    return found


def shapes(features: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The geometries of features."""
    return [one["geometry"] for one in features]


def _areas(drawing: Drawing, areas: Features) -> None:
    zoom, levels = drawing.view.zoom, by_value(areas, "level")
    drawing.fill(SLOTS["ground"], shapes(levels.get("village", ())), drawing.ground["area"], 1.0)
    for look in reversed(styles.AREAS.looks):
        if look.key != "grid" or zoom >= GRIDS_FROM:
            width = by_zoom(zoom, 9, look.width * 0.7, 15, look.width * 1.5)
            pen = Pen(look.color(drawing.theme), width, tuple(part * width for part in look.dash))
            drawing.stroke(SLOTS["ground"] + 2, shapes(levels.get(look.key, ())), pen)


def _roads(drawing: Drawing, roads: Features) -> None:
    zoom, classes = drawing.view.zoom, by_value(roads, "road_class")
    shown = [look for look in reversed(styles.ROADS.looks) if zoom >= MINOR_FROM or look.key in MAJOR]
    for look in shown if zoom >= 11 else ():
        pen = Pen(drawing.ground["case"], _width(look, zoom, (11, 0.45, 1), (12, 0.6, 1.6), (16, 2, 3), (18, 4, 5)))
        drawing.stroke(SLOTS["ground"] + 1, shapes(classes.get(look.key, ())), pen)
    for look in shown:
        pen = Pen(look.color(drawing.theme), _width(look, zoom, (8, 0.15, 0), (12, 0.5, 0), (16, 1.7, 0), (18, 3.6, 0)))
        drawing.stroke(SLOTS["ground"] + 1, shapes(classes.get(look.key, ())), pen)


def _width(look: Look, zoom: float, *stops: tuple[float, float, float]) -> float:
    """The width at that zoom; a stop is a zoom, a share of the look's width, and what comes on top."""
    return by_zoom(zoom, *(value for at, share, more in stops for value in (at, look.width * share + more)))


def _area_names(drawing: Drawing, villages: Features) -> None:
    size = by_zoom(drawing.view.zoom, 10, 11, 15, 14)
    for one in villages:
        rings = [ring for ring, _ in seen([one["geometry"]], drawing.view)]
        if rings:
            x, y = middle_of(np.clip(np.vstack(rings), 0, (drawing.view.width, drawing.view.height)))
            drawing.label(
                Label(str(one["properties"]["name"]), x, y, size, drawing.ground["text"], rank=500, below=True)
            )


def _road_names(drawing: Drawing, roads: Features) -> None:
    """Each road once, along the longest straight piece that can be seen."""
    size = by_zoom(drawing.view.zoom, 12, 9, 16, 12)
    for name, segments in by_value(roads, "road_name").items():
        pieces = [ring for ring, _ in seen(shapes(segments), drawing.view)]
        if pieces and name not in ("", "None"):
            _along(drawing, name, pieces, size)


def _along(drawing: Drawing, name: str, pieces: list[Floats], size: float) -> None:
    starts, ends = np.vstack([one[:-1] for one in pieces]), np.vstack([one[1:] for one in pieces])
    corner = (drawing.view.width, drawing.view.height)
    inside = ((starts > 0) & (starts < corner) & (ends > 0) & (ends < corner)).all(axis=1)
    lengths = np.hypot(*(ends - starts).T) * inside
    longest = int(lengths.argmax())
    if lengths[longest] < width_of(name, size) * _FREE / 2:
        return
    (x, y), (dx, dy) = (starts[longest] + ends[longest]) / 2, ends[longest] - starts[longest]
    angle = (math.degrees(math.atan2(dy, dx)) + 90) % 180 - 90  # never upside down
    drawing.label(
        Label(name, float(x), float(y), size, drawing.ground["text"], rank=float(lengths[longest]), angle=angle or 0.01)
    )
