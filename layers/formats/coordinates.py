"""Coordinate columns of a table: finding them by name and content, and making points of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from layers.errors import BadFile
from layers.formats.table import Geometries
from layers.model import RowNote
from layers.words import msg

Numbers = NDArray[np.float64]

# In the order in which they are preferred; x is always longitude or easting.
_WKT = (("wkt",), ("geometrywkt",), ("wktgeometry",), ("geometry",), ("geom",), ("thegeom",), ("shape",), ("几何",))
_DEGREES = (
    ("lon", "lat"), ("lng", "lat"), ("long", "lat"), ("longitude", "latitude"), ("经度", "纬度"),
    ("东经", "北纬"), ("经度e", "纬度n"), ("东经e", "北纬n"), ("gps经度", "gps纬度"), ("中心经度", "中心纬度"),
    ("中心点经度", "中心点纬度"), ("gpslon", "gpslat"), ("gpslng", "gpslat"), ("lonwgs84", "latwgs84"),
    ("pointlon", "pointlat"), ("坐标经度", "坐标纬度"), ("decimallongitude", "decimallatitude"),
)  # fmt: skip
_PAIRS = (
    ("经纬度",),
    ("坐标",),
    ("经纬度坐标",),
    ("坐标经纬度",),
    ("lnglat",),
    ("lonlat",),
    ("location",),
    ("coordinates",),
)
_PLANE = (
    ("x", "y"), ("x坐标", "y坐标"), ("坐标x", "坐标y"), ("xcoord", "ycoord"), ("xcoordinate", "ycoordinate"),
    ("横坐标", "纵坐标"), ("easting", "northing"), ("e", "n"), ("东坐标", "北坐标"), ("pointx", "pointy"),
    ("中心点x", "中心点y"), ("中心x", "中心y"), ("横坐标y", "纵坐标x"), ("gpsx", "gpsy"), ("x轴", "y轴"),
)  # fmt: skip
_TABLE = (("wkt", _WKT), ("degrees", _DEGREES), ("pair", _PAIRS), ("plane", _PLANE))
_NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"
_ANGLE = re.compile(
    r"(?P<front>[NSEW]|东经|西经|北纬|南纬)?(?P<d>\d{1,3}(?:\.\d+)?)(?:[°º度d]"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)(?:['′’分m](?:(?P<s>\d{1,2}(?:\.\d+)?)(?:[\"″”秒s]|''|′′)?)?)?)?)?"
    r"(?P<back>[NSEW])?",
    re.IGNORECASE,
)
_NORTHING = (1e6, 7.5e6)


@dataclass(frozen=True, slots=True)
class CoordinateColumns:
    """Which columns hold the place: `kind` is "wkt", "degrees", "pair" or "plane" (any system, told by size)."""

    kind: str
    fields: Mapping[str, str]  # source field → lon, lat, x, y, wkt, lonlat


@dataclass(frozen=True, slots=True)
class Placed:
    """Geometries in the coordinates of the file, the rows whose coordinates cannot be read, and a remark."""

    geometries: Geometries
    refused: tuple[RowNote, ...] = ()
    exchanged: bool = False


_MAPPED = {"lon": "degrees", "lat": "degrees", "x": "plane", "y": "plane", "wkt": "wkt", "lonlat": "pair"}
COORDINATE_TARGETS = frozenset(_MAPPED)
_PARTS = {"degrees": ("lon", "lat"), "plane": ("x", "y"), "wkt": ("wkt",), "pair": ("lonlat",)}


def locate(table: Any, mapping: Mapping[str, str]) -> CoordinateColumns:
    """The coordinate columns of a table: those of the mapping, else the first by name that can be read.

    Raises BadFile where there are none.
    """
    candidates = named_columns(table.column_names, mapping)
    given = any(target in COORDINATE_TARGETS for target in mapping.values())
    found = next((columns for columns in candidates if given or _usable(table, columns)), None)
    if found is None:
        raise BadFile(
            msg(
                "The file has no geometry, and no columns with coordinates among: {names}."
                " Map two of them to lon and lat, or to x and y.",
                names=", ".join(table.column_names[:30]),
            ),
            field="map",
        )
    return found


def named_columns(names: Sequence[str], mapping: Mapping[str, str]) -> list[CoordinateColumns]:
    """The candidates in order of preference: the mapping's (field → lon, lat, …), else by our table of names."""
    given = {source: target for source, target in mapping.items() if target in _MAPPED}
    if given:
        return [_given(given)]
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(_plain(name), name)
    return [
        CoordinateColumns(kind, {plain[name]: part for name, part in zip(wanted, _PARTS[kind], strict=True)})
        for kind, table in _TABLE
        for wanted in table
        if set(wanted) <= plain.keys()
    ]


def _given(given: dict[str, str]) -> CoordinateColumns:
    kind = _MAPPED[next(iter(given.values()))]
    if sorted(given.values()) != sorted(_PARTS[kind]):
        raise BadFile(msg("Map one field each to {parts}.", parts=", ".join(_PARTS[kind])), field="map")
    return CoordinateColumns(kind, given)


def _plain(name: str) -> str:
    """A column's name without case, blanks, signs and what stands in brackets.

    >>> _plain("经度（°）"), _plain("X_Coordinate")
    ('经度', 'xcoordinate')
    """
    return re.sub(r"[\s_\-:/°.]|[(（\[【].*?[)）\]】]", "", name.lower())


def place(table: Any, found: CoordinateColumns) -> Placed:
    """The geometry of every row of a pyarrow Table; None where the columns are empty or cannot be read."""
    columns = {target: (name, table.column(name)) for name, target in found.fields.items()}
    if found.kind == "wkt":
        return _from_wkt(*columns["wkt"])
    if found.kind == "pair":
        return _from_pairs(*columns["lonlat"])
    return _from_columns(columns, _PARTS[found.kind], may_exchange=found.kind == "plane")


def _usable(table: Any, found: CoordinateColumns) -> bool:
    """Whether at least half of the filled cells (of the first thousand rows) can be read as coordinates."""
    placed = place(table.slice(0, 1000), found)
    good = sum(geometry is not None for geometry in placed.geometries)
    return good >= len(placed.refused) and (good > 0 or table.num_rows == 0)


def _from_columns(columns: Mapping[str, tuple[str, Any]], parts: Sequence[str], *, may_exchange: bool) -> Placed:
    refused: dict[int, RowNote] = {}
    axes = []
    for part in parts:
        name, column = columns[part]
        numbers, wrong = numbers_of(column)
        refused |= {row: _not_a_coordinate(row, name, column) for row in np.flatnonzero(wrong).tolist()}
        axes.append(numbers)
    exchanged = may_exchange and _exchanged(*axes)
    x, y = reversed(axes) if exchanged else axes
    return Placed(_points(x, y), tuple(refused[row] for row in sorted(refused)), exchanged)


def _points(x: Numbers, y: Numbers) -> Geometries:
    geometries: Geometries = np.full(len(x), None, dtype=object)
    known = ~(np.isnan(x) | np.isnan(y))
    geometries[known] = shapely.points(x[known], y[known])
    return geometries


def _exchanged(x: Numbers, y: Numbers) -> bool:
    """Whether X holds the northing (the custom of Chinese surveyors) or the latitude."""
    if np.isnan(x).all() or np.isnan(y).all():
        return False
    east, north = np.nanmedian(x), np.nanmedian(y)
    eastings = 1e5 < north < 1e6 or 13e6 < north < 46e6
    return bool((_NORTHING[0] < east < _NORTHING[1] and eastings) or (3 < east < 54 and 73 < north < 136))


def _from_wkt(name: str, column: Any) -> Placed:
    texts = pc.utf8_trim_whitespace(column.cast(pa.string())).to_numpy(zero_copy_only=False)
    texts = np.where(texts == "", None, texts)
    with np.errstate(invalid="ignore"):
        geometries = shapely.from_wkt(texts, on_invalid="ignore")
    wrong = (geometries == None) & (texts != None)  # noqa: E711 (elementwise)
    return Placed(geometries, tuple(_not_a_coordinate(int(row), name, column) for row in np.flatnonzero(wrong)))


def _from_pairs(name: str, column: Any) -> Placed:
    cells = column.cast(pa.string()).to_pylist()
    pairs = [_pair(cell) if cell and cell.strip() else None for cell in cells]
    wrong = [row for row, pair in enumerate(pairs) if pair is None and (cells[row] or "").strip()]
    xy = np.array([pair or (np.nan, np.nan) for pair in pairs], dtype=float).reshape(-1, 2)
    return Placed(_points(xy[:, 0], xy[:, 1]), tuple(_not_a_coordinate(row, name, column) for row in wrong))


def _pair(cell: str) -> tuple[float, float] | None:
    numbers = [angle(part) for part in re.split(r"[,，;；\s]+", cell.strip(" \t()（）[]"))]
    if len(numbers) != 2 or None in numbers:
        return None
    first, second = float(numbers[0] or 0), float(numbers[1] or 0)
    return (second, first) if 3 < first < 54 and 73 < second < 136 else (first, second)


def numbers_of(column: Any, read: Callable[[str], float | None] | None = None) -> tuple[Numbers, NDArray[np.bool_]]:
    """The column as numbers (NaN where empty) and a mask of the filled cells that are none.

    `read` reads the texts that are not plain numbers; by default they are tried as angles.
    """
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        numbers = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        return numbers, np.isinf(numbers)
    column = pc.cast(column, pa.string())
    texts = pc.utf8_trim_whitespace(column)
    plain = pc.fill_null(pc.match_substring_regex(texts, _NUMBER), False)
    numbers = pc.cast(pc.if_else(plain, texts, None), pa.float64()).to_numpy(zero_copy_only=False).copy()
    other = pc.fill_null(pc.and_(pc.invert(plain), pc.not_equal(texts, "")), False)
    wrong = other.to_numpy(zero_copy_only=False).astype(bool)
    for row in np.flatnonzero(wrong).tolist():
        value = (read or angle)(texts[row].as_py())
        numbers[row], wrong[row] = (np.nan, True) if value is None else (value, False)
    return numbers, wrong | np.isinf(numbers)


def angle(text: str) -> float | None:
    """A plain number, or an angle in degrees, minutes and seconds; None where it is neither.

    >>> angle("118°9′18″"), angle("东经118.155°"), angle("36.2N"), angle("abc")
    (118.155, 118.155, 36.2, None)
    """
    text = re.sub(r"\s", "", text)
    if re.match(_NUMBER, text):
        return float(text)
    match = _ANGLE.fullmatch(text)
    if match is None:
        return None
    degrees = float(match["d"]) + float(match["m"] or 0) / 60 + float(match["s"] or 0) / 3600
    south_or_west = {match["front"], (match["back"] or "").upper()} & {"S", "W", "s", "w", "西经", "南纬"}
    return -degrees if south_or_west else round(degrees, 12)


def _not_a_coordinate(row: int, name: str, column: Any) -> RowNote:
    value = str(column[row].as_py())[:40]
    return RowNote(row + 1, msg("“{value}” is not a coordinate.", value=value), name)
