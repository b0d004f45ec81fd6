"""Areas on a picture: parcels and measures, clean zones, hotspots with stations and dust."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maps import styles
from maps.coverage_looks import ZONE_PROOF
from maps.looks import Group, Look
from maps.pictures.drawing import SLOTS, Drawing, Label, Pen, middle_of
from maps.pictures.ground import by_value, shapes
from maps.pictures.shapes import Geometry, positions, seen
from maps.pictures.view import Floats, by_zoom
from maps.pictures.wish import Wish

M2_PER_HA = 10_000
NAMES_FROM = 14.5
NONE: Mapping[str, Any] = {"features": ()}
Found = Mapping[str, Any]


def by_look(features: Sequence[Mapping[str, Any]], name: str, group: Group) -> dict[str, list[Mapping[str, Any]]]:
    """Features by the key of their look; a value that has none gets the last one."""
    keys = {look.key for look in group.looks}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for value, rows in by_value(features, name).items():
        found.setdefault(value if value in keys else group.looks[-1].key, []).extend(rows)
    return found


def areas(
    drawing: Drawing, slot: int, held: Sequence[Geometry], look: Look, hatch: float, width: float = 0.0
) -> None:  # fmt: skip
    """Areas as their look says: colour, hatch, border (dashed where the look is)."""
    color = look.color(drawing.theme)
    drawing.fill(slot, held, color, look.opacity)
    drawing.hatch(slot, held, look, hatch)
    if width:
        drawing.stroke(slot + 1, held, Pen(color, width, tuple(part * width for part in look.dash)))


def spots(features: Sequence[Mapping[str, Any]], drawing: Drawing) -> Floats:
    """Where a mark stands for each feature: at its point, or in the middle of its box."""
    boxes = [np.array(list(positions(one["geometry"])), dtype=float) for one in features if one["geometry"]]
    middles = [middle_of(at) for at in boxes if len(at)]
    return drawing.view.at(np.array(middles)) if middles else np.empty((0, 2))


def names(drawing: Drawing, features: Sequence[Mapping[str, Any]], size: float, *, below: float = 0.0) -> None:
    """The names of features at their spots."""
    said = [one for one in features if one["geometry"]]
    for one, (x, y) in zip(said, spots(said, drawing).tolist(), strict=True):
        drawing.label(Label(str(one["properties"].get("name") or ""), x, y + below, size, drawing.ground["text"], 50))


def parcels(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Bare land by state."""
    del wish
    zoom = drawing.view.zoom
    for key, rows in by_look(found["features"], "state", styles.PARCELS).items():
        look = styles.PARCELS.look(key)
        areas(drawing, SLOTS["area"], shapes(rows), look, 0.7, by_zoom(zoom, 9, 1, 13, 1.6, 17, 3))
    if zoom >= NAMES_FROM:
        names(drawing, found["features"], by_zoom(zoom, 13, 10, 17, 13))


def measures(drawing: Drawing, found: Found, wish: Wish) -> None:
    """What was done, in the hatch of its kind."""
    del wish
    zoom = drawing.view.zoom
    for key, rows in by_look(found["features"], "kind", styles.MEASURES).items():
        look = styles.MEASURES.look(key)
        areas(drawing, SLOTS["area"] + 2, shapes(rows), look, 0.85 if zoom >= 12 else 0)
        color = look.color(drawing.theme)
        drawing.stroke(SLOTS["area"] + 3, shapes(rows), Pen(color, by_zoom(zoom, 11, 0.8, 16, 1.8), (4, 2)))
        at = spots([one for one in rows if one["geometry"]["type"] == "Point"], drawing)
        drawing.dots(SLOTS["point"], at, np.full(len(at), by_zoom(zoom, 12, 3, 16, 6)), color)


def zones(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Cells in their state, the clean zones round, both sides of the roads from near."""
    zoom = drawing.view.zoom
    looks = {look.key: look for look in (*styles.ZONES.looks, ZONE_PROOF.look("own"))}
    cells = by_value(
        ({"properties": {"look": _proof(one)}, "geometry": one["geometry"]} for one in found["features"]), "look"
    )
    for key, rows in cells.items():
        areas(drawing, SLOTS["cell"], shapes(rows), looks[key], 0.8 if key == "problem" else 0.5)
    if zoom >= 12.5:
        drawing.stroke(SLOTS["cell"] + 2, shapes(found["features"]), Pen(drawing.ground["case"], 0.6, opacity=0.5))
    outline, named = ZONE_PROOF.look("zone"), (found.get("zones") or NONE)["features"]
    color = outline.color(drawing.theme)
    case = Pen(drawing.ground["case"], by_zoom(zoom, 10, 3.5, 16, 7))
    drawing.stroke(SLOTS["band"], shapes(named), case, Pen(color, by_zoom(zoom, 10, 1.8, 16, 3.6)))
    for one, (x, y) in zip(named, spots(named, drawing).tolist(), strict=True):
        size = wish.say("Clean zone {n} ha", n=wish.number(one["properties"]["area_m2"] / M2_PER_HA, 1))
        drawing.label(Label(size, x, y, by_zoom(zoom, 11, 11, 16, 15), color, rank=900, bold=True))
    if zoom >= 14:
        _sides(drawing, (found.get("roads") or NONE)["features"], looks)


def _proof(one: Mapping[str, Any]) -> str:
    """What only its own people have seen is told from what somebody else has."""
    said = one["properties"]
    return "own" if said["state"] == "clean" and not said.get("verified") else str(said["state"])


def _sides(drawing: Drawing, roads: Sequence[Mapping[str, Any]], looks: Mapping[str, Look]) -> None:
    zoom = drawing.view.zoom
    for one in roads:
        look = looks[_proof(one)]
        dash = (3.2, 1.6) if look.hatch else ()
        pen = Pen(look.color(drawing.theme), by_zoom(zoom, 14, 2, 17, 5), dash, round=False)
        side(drawing, one, pen, by_zoom(zoom, 14, 2, 17, 5))


def side(drawing: Drawing, one: Mapping[str, Any], pen: Pen, offset: float) -> None:
    """One side of a road beside its centre line: left or right of the way its chainage grows."""
    sign = {"left": -1.0, "right": 1.0}.get(str(one["properties"].get("side")), 0.0)
    for at, _ in seen([one["geometry"]], drawing.view):
        ahead = np.gradient(at, axis=0)
        lengths = np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
        moved = at + np.column_stack([-ahead[:, 1], ahead[:, 0]]) / lengths * offset * sign
        said = "L".join(f"{x:.1f} {y:.1f}" for x, y in moved.tolist())
        drawing.add(SLOTS["road"], f'<path d="M{said}" {pen.attributes()}/>')


def hotspots(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Cells round a station: those that chance does not explain are filled and outlined."""
    del wish
    zoom = drawing.view.zoom
    kinds: dict[str, list[Mapping[str, Any]]] = {look.key: [] for look in reversed(styles.HOTSPOTS.looks)}
    for one in found["features"]:
        said = one["properties"]
        kinds["hot" if said.get("hot") is True else "cold" if said.get("cold") is True else "chance"].append(one)
    for key, rows in kinds.items():
        look = styles.HOTSPOTS.look(key)
        areas(drawing, SLOTS["cell"], shapes(rows), look, 0.45)
        faint = key == "chance"
        if not faint or zoom >= 12:
            pen = Pen(look.color(drawing.theme), look.width, opacity=0.35 if faint else 1.0)
            drawing.stroke(SLOTS["cell"] + 1, shapes(rows), pen)
    for one, (x, y) in zip(kinds["hot"], spots(kinds["hot"], drawing).tolist(), strict=True):
        drawing.label(
            Label(str(one["properties"]["count"]), x, y, by_zoom(zoom, 12, 11, 15, 14), drawing.ground["text"], 80)
        )


def stations(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Stations with their names, and the rings round the chosen one."""
    ring, own = styles.STATIONS.look("ring"), styles.STATIONS.look("station")
    rings = [
        one
        for one in found["rings"]["features"]
        if one["properties"].get("station") == wish.station or not wish.station
    ]
    drawing.fill(SLOTS["band"], shapes(rings), ring.color(drawing.theme), ring.opacity)
    edges = [{"type": "MultiLineString", "coordinates": _outer(one["geometry"])} for one in rings]
    drawing.stroke(SLOTS["ring"], edges, Pen(ring.color(drawing.theme), ring.width, (5.5, 4.0), 0.85))
    for one in rings:
        tops = [at[at[:, 1].argmin()] for at, _ in seen([one["geometry"]], drawing.view)]
        said, color = f"{one['properties'].get('outer_m'):g} m", ring.color(drawing.theme)
        for x, y in (min(tops, key=lambda top: float(top[1])),) if tops else ():
            drawing.label(Label(said, float(x), float(y), 10, color, rank=120))
    rows = found["stations"]["features"]
    at = spots(rows, drawing)
    drawing.marks(SLOTS["mark"] + 1, at, "stations", "station", by_zoom(drawing.view.zoom, 9, 0.9, 15, 1.4))
    for one, (x, y) in zip(rows, at.tolist(), strict=True):
        name = str(one["properties"].get("name") or "")
        drawing.label(Label(name, x + 15, y, 13, own.color(drawing.theme), rank=1000, anchor="start", bold=True))


def _outer(geometry: Mapping[str, Any]) -> list[Any]:
    """The outer border alone: the inner one is the outer one of the next ring."""
    held = geometry["coordinates"]
    return [held[0]] if geometry["type"] == "Polygon" else [one[0] for one in held]


def dust(drawing: Drawing, found: Found, wish: Wish) -> None:
    """Dust sources, each kind with its own mark."""
    del wish
    zoom, rows = drawing.view.zoom, found["features"]
    other = styles.DUST.looks[-1].color(drawing.theme)
    drawing.fill(SLOTS["area"], shapes(rows), other, 0.18)
    drawing.stroke(SLOTS["area"] + 1, shapes(rows), Pen(other, 1.4))
    for key, some in by_look(rows, "kind", styles.DUST).items():
        drawing.marks(SLOTS["mark"] - 1, spots(some, drawing), "dust_sources", key, by_zoom(zoom, 11, 0.55, 16, 1))
    if zoom >= NAMES_FROM - 1:
        names(drawing, rows, 10.5, below=16)
