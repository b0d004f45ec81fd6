"""What a picture is to show, beside its data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from layers.words import Translate
from maps.looks import Theme


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The page, its filters and the words round the map.

    `lines` stand below the title: the moment, and the filters in words. `paper` names the sheet of paper, on which
    1 : n means something; "" where it is a picture. `station` is the code of the chosen station, where the page has
    one. `looks` names those that the legend tells of, by their group, where it is not the page's own choice.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    foot: str
    translate: Translate
    theme: Theme = "light"
    paper: str = ""
    station: str = ""
    looks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    def say(self, template: str, **values: object) -> str:
        """A template in the reader's language, filled."""
        return self.translate(template).format(**values)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with separators, as both languages write it."""
        return f"{value:,.{digits}f}"
