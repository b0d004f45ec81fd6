"""The map itself as SVG fragments, from the ground up: areas, lines, marks, labels."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape, quoteattr

from maps import styles
from maps.looks import GLYPHS, SHAPES, Look, Theme
from maps.pictures.shapes import Geometry, path_of
from maps.pictures.view import Floats, View

# How high things lie; the same order as on the pages (frontend/src/surface/scene.js).
SLOTS = {
    "ground": 0, "area": 10, "cell": 20, "band": 30, "road": 40, "roadLabel": 50, "line": 60, "ring": 65, "point": 70,
    "mark": 75,
}  # fmt: skip
_SHRUNK = 0.88  # so that a mark's rim fits into its box
_RIM, _STROKE = 2.4, 2.6
_GAP = 2.0  # units between two labels at least
_WIDE = 0x2E80  # from here on a character is as wide as it is high


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn; widths and dashes in units."""

    color: str
    width: float
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    round: bool = True

    def attributes(self) -> str:
        """As SVG attributes."""
        said = f'fill="none" stroke="{self.color}" stroke-width="{self.width:g}" stroke-linejoin="round"'
        if self.dash:
            said += f' stroke-dasharray="{" ".join(f"{part:g}" for part in self.dash)}"'
        elif self.round:
            said += ' stroke-linecap="round"'
        return said + (f' stroke-opacity="{self.opacity:g}"' if self.opacity < 1 else "")


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place; the one with the higher rank stays where two would overlap."""

    text: str
    x: float
    y: float
    size: float
    color: str
    rank: float = 0.0
    anchor: str = "middle"
    angle: float = 0.0
    bold: bool = False
    below: bool = False  # of the ground: marks lie on it


class Drawing:
    """A map that is being drawn; `svg` is what has been."""

    def __init__(self, view: View, theme: Theme):
        self.view, self.theme = view, theme
        self.ground = styles.GROUND[theme]
        self._layers: dict[int, list[str]] = defaultdict(list)
        self._defs: dict[str, str] = {}
        self._labels: list[Label] = []

    # -- what is drawn --------------------------------------------------------------------
    def fill(self, slot: int, shapes: Iterable[Geometry], color: str, opacity: float) -> None:
        """Areas in one colour."""
        path = path_of(shapes, self.view, areas=True)
        if path and opacity:
            self.add(slot, f'<path d="{path}" fill="{color}" fill-opacity="{opacity:g}" fill-rule="evenodd"/>')

    def hatch(self, slot: int, shapes: Iterable[Geometry], look: Look, opacity: float) -> None:
        """Areas in the hatch of a look."""
        path = path_of(shapes, self.view, areas=True)
        if path and look.hatch:
            name = self.hatch_of(look)
            self.add(slot, f'<path d="{path}" fill="url(#{name})" fill-opacity="{opacity:g}" fill-rule="evenodd"/>')

    def stroke(self, slot: int, shapes: Iterable[Geometry], *pens: Pen) -> None:
        """Lines, and the borders of areas, with one pen over the other."""
        path = path_of(shapes, self.view)
        if path:
            self.add(slot, *(f'<path d="{path}" {pen.attributes()}/>' for pen in pens))

    def dots(self, slot: int, at: Floats, radii: Floats, color: str, *, rim: float = 1.0, opacity: float = 1.0) -> None:
        """Round dots (n × 2 units)."""
        style = f'fill="{color}" fill-opacity="{opacity:g}" stroke="{self.ground["case"]}" stroke-width="{rim:g}"'
        circles = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"/>'
            for (x, y), r in zip(at.tolist(), radii.tolist(), strict=True)
        )
        self.add(slot, f"<g {style}>", *circles, "</g>")

    def marks(self, slot: int, at: Floats, group: str, key: str, size: float) -> None:
        """The mark of a look at each place; `size` 1 is 24 units."""
        name = self.mark_of(group, styles.GROUPS[group].look(key))
        place = f'<use href="#{name}" transform="translate({{:.1f}} {{:.1f}}) scale({size * _SHRUNK:.3f})"/>'
        self.add(slot, *(place.format(x, y) for x, y in at.tolist()))

    def label(self, label: Label) -> None:
        """Words, where there is room for them."""
        if label.text and 0 < label.x < self.view.width and 0 < label.y < self.view.height:
            self._labels.append(label)

    def add(self, slot: int, *fragments: str) -> None:
        """SVG as it is, at a height."""
        self._layers[slot].extend(fragments)

    # -- what comes of it -----------------------------------------------------------------
    def svg(self) -> str:
        """Everything in order, the labels on top."""
        labels = self.placed()
        layers = {**self._layers, SLOTS["roadLabel"]: [self._word(one) for one in labels if one.below]}
        made = [one for slot in sorted(layers) for one in layers[slot]]
        return "".join([*made, *(self._word(one) for one in labels if not one.below)])

    def defs(self) -> str:
        """Marks and hatches that were used."""
        return "".join(self._defs.values())

    def mark_of(self, group: str, look: Look) -> str:
        """The name of a mark, for `<use>`; its middle is at 0, 0."""
        name = f"mark-{group}-{look.key}"
        if name not in self._defs:
            self._defs[name] = f'<g id="{name}">{mark(look, self.theme)}</g>'
        return name

    def hatch_of(self, look: Look) -> str:
        """The name of a look's hatch, for `fill="url(#…)"`."""
        name = f"hatch-{look.hatch}-{look.color(self.theme)[1:]}"
        self._defs.setdefault(name, _pattern(name, look, self.theme))
        return name

    def placed(self) -> list[Label]:
        """The labels that have room, the important ones first."""
        kept: list[Label] = []
        boxes: list[tuple[float, float, float, float]] = []
        for label in sorted(self._labels, key=lambda one: -one.rank):
            left, top, right, bottom = box = box_of(label)
            if not any(left < r and right > x and top < b and bottom > y for x, y, r, b in boxes):
                kept.append(label)
                boxes.append(box)
        return kept

    def _word(self, label: Label) -> str:
        turn = f' transform="rotate({label.angle:.1f} {label.x:.1f} {label.y:.1f})"' if label.angle else ""
        halo = f'stroke="{self.ground["halo"]}" stroke-width="{label.size / 4.5:.1f}" paint-order="stroke"'
        return write(
            replace(label, y=label.y + label.size * 0.36), f'{halo} stroke-linejoin="round"{turn}'
        )  # fmt: skip


def write(label: Label, more: str = "") -> str:
    """A `<text>` with its base line at the label's place."""
    weight = ' font-weight="700"' if label.bold else ""
    place = f'x="{label.x:.1f}" y="{label.y:.1f}" font-size="{label.size:g}" text-anchor="{label.anchor}"'
    return f"<text {place} fill={quoteattr(label.color)}{weight} {more}>{escape(clean(label.text))}</text>"


def clean(text: str) -> str:
    """Without the characters that no XML may hold.

    >>> clean("a\\x00b\\ud800\\n")
    'ab '
    """
    return "".join(" " if one in "\t\n\r" else one for one in text if one in "\t\n\r" or _is_plain(one))


def _is_plain(one: str) -> bool:
    return one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff"


def width_of(text: str, size: float) -> float:
    """About how wide a text becomes: a Chinese character is a square, a Latin one about half as wide.

    >>> width_of("福田", 10), width_of("ab", 10)
    (20.0, 11.6)
    """
    return round(sum(1.0 if ord(one) >= _WIDE else 0.3 if one in " .,:;'|il" else 0.58 for one in text) * size, 3)


def box_of(label: Label) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a label; of a turned one the square that it can lie in."""
    width, height = width_of(label.text, label.size) + _GAP, label.size * 1.25 + _GAP
    if label.angle:
        width = height = max(height, width * 0.8)
    left = label.x - {"middle": width / 2, "start": 0.0, "end": width}[label.anchor]
    return left, label.y - height / 2, left + width, label.y + height / 2


def mark(look: Look, theme: Theme) -> str:
    """A mark of the style table round 0, 0: its shape with a rim and its glyph."""
    ink = look.ink(theme)
    rim = f'stroke="{ink}" stroke-width="{_RIM}" paint-order="stroke"'
    shape = f'<path d="{SHAPES[look.shape]}" fill="{look.color(theme)}" {rim}/>'
    glyph = (
        f'<path d="{GLYPHS[look.glyph]}" fill="none" stroke="{ink}" stroke-width="{_STROKE}"/>' if look.glyph else ""
    )
    return f'<g transform="translate(-12 -12)" stroke-linejoin="round" stroke-linecap="round">{shape}{glyph}</g>'


_STRIPE = "M-2 2L2 -2M0 8L8 0M6 10L10 6"
_BACK = "M-2 6L2 10M0 0L8 8M6 -2L10 2"
_STRIPES = {"diagonal": _STRIPE, "back": _BACK, "cross": _STRIPE + _BACK}


def _pattern(name: str, look: Look, theme: Theme) -> str:
    """A tile of a hatch that repeats without seams."""
    color = look.color(theme)
    if look.hatch == "dots":
        drawn = "".join(f'<circle cx="{at}" cy="{at}" r="1" fill="{color}"/>' for at in (2, 6))
    else:
        drawn = f'<path d="{_STRIPES[look.hatch]}" stroke="{color}" stroke-width="1"/>'
    return f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse">{drawn}</pattern>'


def middle_of(at: Floats) -> tuple[float, float]:
    """The middle of the box round points."""
    (left, top), (right, bottom) = at.min(axis=0), at.max(axis=0)
    return float(left + right) / 2, float(top + bottom) / 2
