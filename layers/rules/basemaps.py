"""Basemaps: maps of others that may lie under the town's own layers; which addresses and files are taken."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from layers.errors import BadInput
from layers.words import Message, msg

TILES, FILE = "tiles", "file"
KINDS = (TILES, FILE)
WGS84, GCJ02 = "wgs84", "gcj02"
DATUMS = (WGS84, GCJ02)
OWN = "own"  # a key that no basemap has: the town's own layers alone
MOST = 20
DEEPEST_ZOOM = 22
_MOST_ADDRESSES, _MOST_SUBDOMAINS = 4, 10
_LONGEST = {"name": 60, "name_en": 60, "attribution": 300, "address": 600}
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
_FILE = re.compile(r"\w[\w.-]{0,99}\.pmtiles")
_SUBDOMAIN = re.compile(r"[a-z0-9-]{1,20}", re.ASCII)
# An origin goes into a page's content security policy: nothing but a plain name may stand there.
_ADDRESS = re.compile(
    r"(?P<origin>https?://(?:[a-z0-9-]|\{s\})+(?:\.(?:[a-z0-9-]|\{s\})+)*(?::\d{1,5})?)?"
    r"/(?!/)[A-Za-z0-9._~:/?@!$&()*+,;=%|{}-]*",
    re.ASCII | re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_WMTS = {"{TileMatrix}": "{z}", "{TileCol}": "{x}", "{TileRow}": "{y}"}
_PLACES = ({"{z}", "{x}", "{y}"}, {"{z}", "{x}", "{-y}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Basemap:
    """One basemap: tiles from `addresses`, drawn one over another, or the tiles of a PMTiles `file`.

    `datum` is the one of its places; `quiet` takes its colours back, so that our marks stand out; `dark` turns it dark
    where the page is. Of a file, the zooms are at most those that it has.
    """

    key: str
    name: str
    kind: str
    name_en: str = ""
    addresses: tuple[str, ...] = ()
    subdomains: tuple[str, ...] = ()
    file: str = ""
    datum: str = WGS84
    attribution: str = ""
    min_zoom: int = 0
    max_zoom: int = 18
    quiet: bool = True
    dark: bool = False

    @property
    def templates(self) -> tuple[str, ...]:
        """The addresses with {z}, {x}, {y}, {-y} and {s} in them, whatever they were written with."""
        return tuple(tile_template(address) for address in self.addresses)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where its tiles come from, if not from the service itself: scheme, name and port."""
        found = (_ADDRESS.fullmatch(address) for address in self.addresses)
        origins = [one["origin"] for one in found if one and one["origin"]]
        names = self.subdomains or ("",)
        return tuple(dict.fromkeys(origin.replace("{s}", name) for origin in origins for name in names))

    def name_in(self, language: str) -> str:
        """What it is called in "zh" or "en"."""
        return self.name_en if language == "en" and self.name_en else self.name


def tile_template(address: str) -> str:
    """An address with the names of WMTS replaced by {z}, {x} and {y}.

    >>> tile_template("/wmts?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}")
    '/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}'
    """
    for name, ours in _WMTS.items():
        address = address.replace(name, ours)
    return address


def basemaps_of(rows: object) -> tuple[Basemap, ...]:
    """The basemaps of a list of plain rows; BadInput names the row, from 1 on, and its field."""
    if not isinstance(rows, list):
        raise BadInput(msg("“{field}” must be a list.", field="basemaps"), field="basemaps")
    if len(rows) > MOST:
        raise BadInput(msg("At most {limit} basemaps.", limit=MOST), field="basemaps")
    made = tuple(basemap_of(row, field=field_of(number)) for number, row in enumerate(rows, start=1))
    keys = [one.key for one in made]
    for number, key in enumerate(keys, start=1):
        if key in keys[: number - 1]:
            raise BadInput(
                msg("There are two basemaps with the key “{key}”.", key=key), field=f"{field_of(number)}.key"
            )
    return made


def field_of(number: int) -> str:
    """What errors call a row."""
    return f"basemaps.{number}"


def basemap_of(row: object, *, field: str = "basemap") -> Basemap:
    """The basemap of a plain row; BadInput names the field."""
    if not isinstance(row, Mapping):
        raise BadInput(msg("A basemap has a key, a name, a kind, and addresses or a file."), field=field)
    unknown = sorted(str(name)[:40] for name in row.keys() - _READ.keys())
    if unknown:
        raise BadInput(msg("A basemap has no field “{name}”.", name=unknown[0]), field=f"{field}.{unknown[0]}")
    given = [name for name in _READ if name in row or name in _NEEDED]
    made = Basemap(**{name: _taken(name, row.get(name), field) for name in given})
    for name, is_wrong, why in _TOGETHER:
        if is_wrong(made):
            raise BadInput(why, field=f"{field}.{name}")
    return made


def plain_row(basemap: Basemap) -> dict[str, Any]:
    """The basemap as plain JSON."""
    values = {one.name: getattr(basemap, one.name) for one in fields(basemap)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _taken(name: str, value: Any, field: str) -> Any:
    try:
        return _READ[name](value)
    except BadInput as error:
        raise BadInput(error.message, field=f"{field}.{name}") from error


def is_file_name(name: str) -> bool:
    """Whether a basemap's file may be called that: a plain name, so that nothing outside of its folder is read."""
    return _FILE.fullmatch(name) is not None


def _key(value: Any) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value) or value == OWN:
        raise BadInput(msg("A key is made of a–z, 0–9, “-” and “_”, begins with a letter and is not “own”."))
    return value


def _text(name: str, *, needed: bool = False) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = value.strip() if isinstance(value, str) else value
        if not isinstance(text, str) or (needed and not text):
            raise BadInput(msg("“{field}” must be a text.", field=name))
        if len(text) > _LONGEST[name]:
            raise BadInput(msg("At most {limit} characters.", limit=_LONGEST[name]))
        return text

    return read


def _one_of(choices: Sequence[str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise BadInput(msg("“{value}” is none of: {choices}.", value=str(value)[:40], choices=", ".join(choices)))
        return str(value)

    return read


def _addresses(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise BadInput(msg("“{field}” must be a list of texts.", field="addresses"))
    if len(value) > _MOST_ADDRESSES:
        raise BadInput(msg("At most {limit} addresses, drawn one over another.", limit=_MOST_ADDRESSES))
    return tuple(_address(one.strip()) for one in value)


def _address(address: str) -> str:
    named = _PLACEHOLDER.findall(tile_template(address))
    rest = _PLACEHOLDER.sub("", address)
    if len(address) > _LONGEST["address"] or not _ADDRESS.fullmatch(address) or {"{", "}"} & set(rest):
        raise BadInput(
            msg("“{address}” is no address of tiles: http://, https:// or /, and no spaces or quotes.",
                address=address[:200])
        )  # fmt: skip
    if set(named) - {"{s}"} not in _PLACES:
        raise BadInput(
            msg("“{address}” must hold {{z}}, {{x}} and {{y}} (or {{-y}}), or {{TileMatrix}}, {{TileCol}} and"
                " {{TileRow}}, and nothing else in braces but {{s}}.", address=address[:200])
        )  # fmt: skip
    return address


def _subdomains(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(
        isinstance(one, str) and _SUBDOMAIN.fullmatch(one) for one in value
    ):
        raise BadInput(msg("Subdomains are a list such as 0, 1, 2 or a, b, c."))
    if len(value) > _MOST_SUBDOMAINS:
        raise BadInput(msg("At most {limit} subdomains.", limit=_MOST_SUBDOMAINS))
    return tuple(dict.fromkeys(value))


def _file(value: Any) -> str:
    if not isinstance(value, str) or (value and not is_file_name(value)):
        raise BadInput(msg("A file is named without its folder and ends with .pmtiles."))
    return value


def _zoom(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= DEEPEST_ZOOM:
        raise BadInput(msg("A number from {low} to {high} was expected.", low=0, high=DEEPEST_ZOOM))
    return value


def _flag(name: str) -> Callable[[Any], bool]:
    def read(value: Any) -> bool:
        if not isinstance(value, bool):
            raise BadInput(msg("“{field}” is true or false.", field=name))
        return value

    return read


_NEEDED = frozenset({"key", "name", "kind"})
_READ: Mapping[str, Callable[[Any], Any]] = {
    "key": _key, "name": _text("name", needed=True), "kind": _one_of(KINDS), "name_en": _text("name_en"),
    "addresses": _addresses, "subdomains": _subdomains, "file": _file, "datum": _one_of(DATUMS),
    "attribution": _text("attribution"), "min_zoom": _zoom, "max_zoom": _zoom, "quiet": _flag("quiet"),
    "dark": _flag("dark"),
}  # fmt: skip


def _has_subdomain(basemap: Basemap) -> bool:
    return any("{s}" in address for address in basemap.addresses)


# Which field is wrong when values do not go together, and why.
_TOGETHER: tuple[tuple[str, Callable[[Basemap], bool], Message], ...] = (
    ("addresses", lambda one: one.kind == TILES and not one.addresses, msg("Tiles need at least one address.")),
    ("addresses", lambda one: one.kind == FILE and bool(one.addresses), msg("A file has no addresses.")),
    ("file", lambda one: one.kind == FILE and not one.file, msg("Choose a file.")),
    ("file", lambda one: one.kind == TILES and bool(one.file), msg("Tiles by address have no file.")),
    ("subdomains", lambda one: _has_subdomain(one) != bool(one.subdomains),
     msg("An address with {{s}} needs subdomains, and subdomains need {{s}} in an address.")),
    ("max_zoom", lambda one: one.max_zoom < one.min_zoom, msg("The deepest zoom is below the first one.")),
)  # fmt: skip
