"""The legend of a picture: looks with their words and how many there are, in columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from maps import styles
from maps.looks import Look
from maps.pictures.drawing import Drawing, Label, Pen, mark, width_of, write
from maps.pictures.wish import Wish

ROW, HEAD = 20.0, 26.0  # units
COLUMN = 186.0
_SIZE, _SIGN = 12.0, 26.0
_SMALLEST = 0.72  # of a word's size, before it is cut


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the legend: the title of a group (without a look), or a look with its words and its number."""

    text: str
    group: str = ""
    look: Look | None = None
    count: int | None = None

    @property
    def height(self) -> float:
        """In units."""
        return ROW if self.look else HEAD


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours of the sheet's words."""

    text: str
    muted: str


def rows_of(groups: Mapping[str, Sequence[str]], counts: Mapping[str, Mapping[str, int]], wish: Wish) -> list[Row]:
    """The rows for these groups; none named means all looks."""
    rows: list[Row] = []
    for key, wanted in groups.items():
        there = counts.get(key, {})
        looks = [one for one in styles.GROUPS[key].looks if not wanted or one.key in wanted]
        rows.append(Row(wish.say(styles.GROUPS[key].title)))
        rows += [Row(wish.say(one.title), key, one, there.get(one.key, 0) if there else None) for one in looks]
    return rows


def columns_of(rows: Sequence[Row], n: int) -> list[list[Row]]:
    """The rows in at most `n` columns of about the same height; a title never stands alone at a foot."""
    limit = max(sum(row.height for row in rows) / n, HEAD + ROW)
    while len(made := list(_filled(rows, limit))) > n:
        limit += ROW / 2
    return made


def _filled(rows: Sequence[Row], limit: float) -> Iterator[list[Row]]:
    column: list[Row] = []
    for i, row in enumerate(rows):
        need = row.height + (ROW if row.look is None and i + 1 < len(rows) else 0)
        if column and height_of(column) + need > limit + 0.01:
            yield column
            column = [Row("")] if row.look else []  # its rows stand beside those under the title
        column.append(row)
    if column:
        yield column


def height_of(column: Sequence[Row]) -> float:
    """Of a column, in units."""
    return sum(row.height for row in column)


def draw(drawing: Drawing, column: Sequence[Row], at: tuple[float, float], ink: Ink, wish: Wish) -> str:
    """One column as SVG, from its upper left corner."""
    x, y = at
    made = []
    for row in column:
        base = y + row.height - 6
        if row.look is None:
            made.append(
                write(fitted(Label(row.text, x, base, 11.5, ink.muted, anchor="start", bold=True), COLUMN - 16))
            )
        else:
            made.append(_sign(drawing, row.look, x, base - 4.5))
            made += _words(row, x, base, ink, wish)
        y += row.height
    return "".join(made)


def _words(row: Row, x: float, base: float, ink: Ink, wish: Wish) -> list[str]:
    number = "" if row.count is None else wish.number(row.count)
    room = COLUMN - _SIGN - 16 - (width_of(number, _SIZE) + 8 if number else 0)
    said = write(fitted(Label(row.text, x + _SIGN, base, _SIZE, ink.text, anchor="start"), room))
    end = Label(number, x + COLUMN - 16, base, _SIZE, ink.text, anchor="end", bold=True)
    return [said, write(end)] if number else [said]


def _sign(drawing: Drawing, look: Look, x: float, middle: float) -> str:
    """A look as a sign of about 18 units: a line, a piece of land, or a mark."""
    color = look.color(drawing.theme)
    if look.shape == "line":
        pen = Pen(color, min(look.width, 9), tuple(part * 1.5 for part in look.dash))
        return f'<path d="M{x:g} {middle:g}h18" {pen.attributes()}/>'
    if look.shape != "area":
        size = 0.75
        return f'<g transform="translate({x + 9:g} {middle:g}) scale({size})">{mark(look, drawing.theme)}</g>'
    box = f'x="{x + 0.5:g}" y="{middle - 6.5:g}" width="17" height="13" rx="2"'
    pen = Pen(color, max(look.width, 1), look.dash)
    hatch = f'<rect {box} fill="url(#{drawing.hatch_of(look)})"/>' if look.hatch else ""
    return f'<rect {box} fill="{color}" fill-opacity="{look.opacity:g}"/>{hatch}<rect {box} {pen.attributes()}/>'


def fitted(label: Label, room: float) -> Label:
    """The label, smaller where it has no room, and cut where that is not enough."""
    share = room / max(width_of(label.text, label.size), 1)
    if share >= 1:
        return label
    smaller = replace(label, size=round(label.size * max(share, _SMALLEST), 2))
    text = label.text
    while text and width_of(text + "…", smaller.size) > room:
        text = text[:-1]
    return smaller if text == label.text or share >= _SMALLEST else replace(smaller, text=text + "…")
