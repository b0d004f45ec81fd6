"""How one value can look: colour by theme, shape, glyph, hatch, line; and the shapes as paths."""

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]
Shape = Literal["circle", "triangle", "square", "diamond", "line", "area"]
Hatch = Literal["", "diagonal", "back", "cross", "dots"]
THEMES: tuple[Theme, Theme] = ("light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one value looks; `glyph` names a path of GLYPHS, `width` and `dash` are pixels."""

    key: str
    title: str
    light: str
    dark: str
    ink_light: str = "#ffffff"
    ink_dark: str = "#0e1318"
    shape: Shape = "circle"
    glyph: str = ""
    hatch: Hatch = ""
    width: float = 1.5
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    states: tuple[str, ...] = ()
    at_least: float | None = None

    def color(self, theme: Theme) -> str:
        """The colour in that theme."""
        return self.light if theme == "light" else self.dark

    def ink(self, theme: Theme) -> str:
        """The colour of what is written on it in that theme."""
        return self.ink_light if theme == "light" else self.ink_dark


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The looks that one legend box shows together; `layer` is the data they belong to."""

    key: str
    title: str
    layer: str
    looks: tuple[Look, ...]

    def look(self, key: str) -> Look:
        """The look of that key; KeyError when the group has none."""
        for look in self.looks:
            if look.key == key:
                return look
        raise KeyError(key)


# SVG path data in a box of 24 × 24.
SHAPES: dict[str, str] = {
    "circle": "M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 1 1 0-19z",
    "triangle": (
        "M12 1.2c.9 0 1.7.5 2.1 1.2l9 16.4c.9 1.6-.3 3.6-2.1 3.6H3c-1.8 0-3-2-2.1-3.6l9-16.4c.4-.7 1.2-1.2 2.1-1.2z"
    ),
    "square": "M6 3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3z",
    "diamond": "M12 1l11 11-11 11L1 12z",
}  # fmt: skip
# Strokes of 2.4 in a box of 24 × 24.
GLYPHS: dict[str, str] = {
    "exclamation": "M12 8.5v5.6M12 18v.1",
    "dot": "M12 11.2v1.6M11.2 12h1.6",
    "dots": "M7.6 12v.1M12 12v.1M16.4 12v.1",
    "magnifier": "M10.8 6.9a3.9 3.9 0 1 1 0 7.8a3.9 3.9 0 1 1 0-7.8zM13.8 13.8l3.4 3.4",
    "pause": "M9.4 8v8M14.6 8v8",
    "check": "M7.4 12.4l3.2 3.2 6-6.6",
    "cross": "M8.4 8.4l7.2 7.2M15.6 8.4l-7.2 7.2",
    "question": "M9.2 9.6c0-3.6 5.8-3.4 5.8-.3 0 2.2-2.9 2.3-2.9 4.6M12.1 17.3v.1",
    "plus": "M12 7.5v9M7.5 12h9",
    "minus": "M7.5 12h9",
    "station": "M12 8v8.5M8.6 7.2c1.8-2.2 5-2.2 6.8 0",
    "crane": "M9 18V6h8M9 9.5L6 6h3M15 6v4.5",
    "mine": "M7 17l5-9 5 9M9.5 13h5",
    "heap": "M6 16.5h12L12 8z",
    "overlap": "M7.2 7.2h6.4v6.4h-6.4zM10.4 10.4h6.4v6.4h-6.4z",
    "outward": "M8 16l8-8M10.2 8H16v5.8",
    "again": "M16.6 12.6a4.7 4.7 0 1 1-1.6-4.1M16.4 5.6v3.3h-3.3",
    "gap": "M5.6 12h3.6M14.8 12h3.6",
    "double": "M7 9.6h10M7 14.4h10",
}
