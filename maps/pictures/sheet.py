"""A whole sheet: title, map, legend, north arrow, scale bar, moment, attribution, as one SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from layers.words import msg
from maps.pictures import legend
from maps.pictures.drawing import Drawing, Label, Pen, width_of, write
from maps.pictures.legend import Ink, Row, fitted
from maps.pictures.view import BBox, View, fit
from maps.pictures.wish import Wish

FONT = "Noto Sans S Chinese"  # the family that the package's own font files bear
INKS = {
    "light": {"paper": "#ffffff", "text": "#17232e", "muted": "#55636f", "line": "#c3ccd2"},
    "dark": {"paper": "#0d1319", "text": "#e8eef4", "muted": "#a3b2c0", "line": "#37444f"},
}
_TITLE, _LINE, _FOOT = 34.0, 19.0, 22.0  # heights in units
_WIDE = 1.15  # from this ratio of width to height on the legend stands beside the map
_MOST = 0.4  # of the height that the legend below may take; a sheet with less room has none
_BAR = 110.0  # units at most, of the scale bar
_INCH_M, _PER_INCH = 0.0254, 96  # a unit is a 96th of an inch on paper
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Place:
    """A box on the sheet, in units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie: the map, and the legend's columns from a corner on."""

    width: float
    height: float
    edge: float
    map: Place
    legend: tuple[float, float]
    columns: tuple[tuple[Row, ...], ...]


def lay_out(size: tuple[float, float], edge: float, rows: Sequence[Row], wish: Wish) -> Layout:
    """The sheet of that size: the legend beside the map where it is wide, else below it."""
    width, height = size
    top = edge + _TITLE + _LINE * len(wish.lines)
    room = Place(edge, top, width - 2 * edge, height - top - _FOOT - edge / 2)
    if width >= max(height * _WIDE, 3 * legend.COLUMN) and sum(row.height for row in rows) <= room.height:
        narrow = Place(room.x, room.y, room.width - legend.COLUMN, room.height)
        return Layout(width, height, edge, narrow, (width - edge - legend.COLUMN + 16, top), (tuple(rows),))
    columns = legend.columns_of(rows, max(1, int(room.width / legend.COLUMN)))
    below = max(map(legend.height_of, columns), default=height) + 4
    if below > room.height * _MOST or room.width < 2 * legend.COLUMN:
        return Layout(width, height, edge, room, (0, 0), ())
    lower = Place(room.x, room.y, room.width, room.height - below)
    return Layout(width, height, edge, lower, (room.x, room.y + lower.height + 2), tuple(map(tuple, columns)))


def view_of(layout: Layout, bbox: BBox, *, edge: float) -> View:
    """The view that the map's box gives of the world."""
    return fit(bbox, layout.map.width, layout.map.height, edge=edge)


def document(layout: Layout, drawing: Drawing, wish: Wish) -> str:
    """The sheet as SVG."""
    colors, place = INKS[wish.theme], layout.map
    ink = Ink(colors["text"], colors["muted"])
    x, y = layout.legend
    columns = [
        legend.draw(drawing, column, (x + i * legend.COLUMN, y), ink, wish) for i, column in enumerate(layout.columns)
    ]  # fmt: skip
    inner = f'width="{place.width:g}" height="{place.height:g}"'
    body = [
        f'<rect width="100%" height="100%" fill="{colors["paper"]}"/>',
        _head(layout, ink, wish),
        f'<svg x="{place.x:g}" y="{place.y:g}" {inner} viewBox="0 0 {place.width:g} {place.height:g}">',
        f'<rect width="100%" height="100%" fill="{drawing.ground["background"]}"/>',
        drawing.svg(), _north(layout, drawing, wish), _scale(layout, drawing, wish), "</svg>",
        f'<rect x="{place.x:g}" y="{place.y:g}" {inner} fill="none" stroke="{colors["line"]}"/>',
        *columns,
        _foot(layout, ink, wish),
    ]  # fmt: skip
    size = f'width="{layout.width:g}" height="{layout.height:g}" viewBox="0 0 {layout.width:g} {layout.height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}"><defs>{drawing.defs()}</defs>'
    return f"{head}{''.join(body)}</svg>"


def _head(layout: Layout, ink: Ink, wish: Wish) -> str:
    room = layout.width - 2 * layout.edge
    title = Label(wish.title, layout.edge, layout.edge + 22, 23, ink.text, anchor="start", bold=True)
    lines = [
        Label(text, layout.edge, layout.edge + _TITLE + _LINE * (i + 1) - 7, 12, ink.muted, anchor="start")
        for i, text in enumerate(wish.lines)
    ]
    return "".join(write(fitted(one, room)) for one in (title, *lines))


def _foot(layout: Layout, ink: Ink, wish: Wish) -> str:
    label = Label(wish.foot, layout.edge, layout.height - layout.edge / 2 - 6, 9.5, ink.muted, anchor="start")
    return write(fitted(label, layout.width - 2 * layout.edge))


def _plate(x: float, y: float, width: float, height: float, drawing: Drawing) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5" '
        f'fill="{drawing.ground["halo"]}" fill-opacity="0.86"/>'
    )


def _north(layout: Layout, drawing: Drawing, wish: Wish) -> str:
    """Up is north on every page and picture."""
    x, color = layout.map.width - 26, drawing.ground["text"]
    arrow = f"M{x:g} 14l8 24-8-6-8 6z"
    word = write(Label(msg("N").in_(wish.translate), x, 53, 12, color, bold=True))
    return f'{_plate(x - 16, 8, 32, 50, drawing)}<path d="{arrow}" fill="{color}"/>{word}'


def _scale(layout: Layout, drawing: Drawing, wish: Wish) -> str:
    """A bar of a round length; on paper also 1 : n."""
    metres = round_metres(_BAR * drawing.view.metres_per_unit)
    length = metres / drawing.view.metres_per_unit
    said = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    ratio = f"1 : {wish.number(ratio_of(drawing.view))}  ({wish.paper})" if wish.paper else ""
    x, y, color = 18.0, layout.map.height - 20, drawing.ground["text"]
    width = max(length, width_of(ratio, 10), width_of(said, 11)) + 20
    top = y - 34 if ratio else y - 18
    bar = f'<path d="M{x:g} {y - 5:g}v5h{length:.1f}v-5" {Pen(color, 1.6, round=False).attributes()}/>'
    word = Label(said, x + length / 2, y - 6, 11, color)
    words = [word, *([Label(ratio, x, y - 21, 10, color, anchor="start")] if ratio else [])]
    return _plate(x - 10, top, width, y - top + 9, drawing) + bar + "".join(map(write, words))


def round_metres(most: float) -> float:
    """The greatest of 1, 2, 5, 10, 20, … that is not above `most`.

    >>> round_metres(730), round_metres(1000), round_metres(0.3)
    (500.0, 1000.0, 0.2)
    """
    power = 10.0 ** math.floor(math.log10(most))
    return float(f"{max(step for step in _STEPS if step * power <= most * 1.000001) * power:.3g}")


def ratio_of(view: View) -> int:
    """How many metres of ground a metre of paper shows, to three digits."""
    return int(float(f"{view.metres_per_unit * _PER_INCH / _INCH_M:.3g}"))
