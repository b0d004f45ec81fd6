"""What a person types into the search box: a place on a road, a name, or the first letters of its pinyin."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

# The first characters of GB/T 2312 level 1 with each initial: its 3,755 commonest characters lie in the order of
# their pinyin. A character with several readings has the one under which the standard files it.
_FIRST = (
    ("a", 0xB0A1), ("b", 0xB0C5), ("c", 0xB2C1), ("d", 0xB4EE), ("e", 0xB6EA), ("f", 0xB7A2), ("g", 0xB8C1),
    ("h", 0xB9FE), ("j", 0xBBF7), ("k", 0xBFA6), ("l", 0xC0AC), ("m", 0xC2E8), ("n", 0xC4C3), ("o", 0xC5B6),
    ("p", 0xC5BE), ("q", 0xC6DA), ("r", 0xC8BB), ("s", 0xC8F6), ("t", 0xCBFA), ("w", 0xCDDA), ("x", 0xCEF4),
    ("y", 0xD1B9), ("z", 0xD4D1),
)  # fmt: skip
_LETTERS = "".join(letter for letter, _ in _FIRST)
_CODES = tuple(code for _, code in _FIRST)
_LAST = 0xD7F9
ANY = "?"  # the initial of a character that the table does not know

_SIGN = r"[kK](?P<km>\d{1,4})(?:\s*\+\s*(?P<m>\d{1,3}))?"
_LENGTH = r"(?P<n>\d{1,6}(?:\.\d{1,3})?)\s*(?P<unit>公里|千米|km|KM|米|m|M)处?"
_CHAINAGES = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?P<road>.*\S)\s+{_SIGN}",
        rf"(?P<road>.*[^\sA-Za-z0-9])\s*{_SIGN}",
        rf"{_SIGN}\s+(?P<road>\S.*)",
        rf"{_SIGN}\s*(?P<road>[^\sA-Za-z0-9+].*)",
        rf"(?P<road>.*[^\s0-9.])\s*{_LENGTH}",
    )
)
_METRES = {"公里": 1000.0, "千米": 1000.0, "km": 1000.0}


@dataclass(frozen=True, slots=True)
class Chainage:
    """A place on a road: metres from its start."""

    road: str
    at_m: float


def plain(text: str) -> str:
    """The text without full-width forms, outer spaces and capitals.

    >>> plain("　ＦＱＬ　Ｋ１＋２００ ")
    'fql k1+200'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def chainage_in(text: str) -> Chainage | None:
    """The place on a road that the text names, None where it names none.

    >>> chainage_in("福强路 K1+200"), chainage_in("K1+200 福强路") == chainage_in("福强路1200米")
    (Chainage(road='福强路', at_m=1200.0), True)
    >>> chainage_in("福强路")
    """
    asked = plain(text)
    for form in _CHAINAGES:
        found = form.fullmatch(asked)
        if found:
            said = found.groupdict()
            return Chainage(said["road"].strip(), _metres(said))
    return None


def _metres(said: dict[str, str | None]) -> float:
    if "n" in said:
        return float(said["n"] or 0) * _METRES.get(said["unit"] or "", 1.0)
    return float(said["km"] or 0) * 1000 + float(said["m"] or 0)


def initials(text: str) -> str:
    """The first letters of the pinyin, one for each character; letters and digits stay what they are.

    >>> initials("福强路"), initials("S234省道"), initials("鹭鸣社区")
    ('fql', 's234sd', '?msq')
    """
    return "".join(_initial(letter) for letter in plain(text) if not letter.isspace())


def _initial(letter: str) -> str:
    if letter.isascii():
        return letter
    try:
        code = int.from_bytes(letter.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ANY
    return _LETTERS[bisect_right(_CODES, code) - 1] if _CODES[0] <= code <= _LAST else ANY


def rank(asked: str, *names: str) -> int | None:
    """How well one of the names answers what is asked (as `plain` gives it): 0 best, None not at all.

    0 it is the name, 1 the name begins with it, 2 holds it, 3 its initials (two letters or more) begin with it.

    >>> [rank(asked, "福强路") for asked in ("福强路", "福强", "强路", "fql", "x")]
    [0, 1, 2, 3, None]
    """
    found = [number for name in names if name and (number := _rank(asked, plain(name))) is not None]
    return min(found, default=None)


def _rank(asked: str, name: str) -> int | None:
    if not asked or asked == name:
        return 0 if asked else None
    if asked in name:
        return 1 if name.startswith(asked) else 2
    letters = asked.isascii() and asked.isalnum() and len(asked) > 1 and not name.isascii()
    return 3 if letters and _begins(initials(name), asked) else None


def _begins(letters: str, asked: str) -> bool:
    """Whether the initials begin with what is asked; one that nobody knows may be any, but not all of them."""
    head = letters[: len(asked)]
    same = len(head) == len(asked) and all(one in (ANY, two) for one, two in zip(head, asked, strict=True))
    return same and set(head) != {ANY}
