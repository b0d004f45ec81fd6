"""Coordinate reference systems: names, detection, and the way to longitude/latitude and back.

Inside the house coordinates are EPSG:4326 with x = longitude; here is the only door.
CGCS2000 (EPSG:4490) is taken as equal to WGS-84: the two differ by less than a metre.
GCJ-02 (Amap, Tencent) and BD-09 (Baidu) are disguises of WGS-84 inside China; neither has an EPSG code.
"""

import re
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from layers.disguise import bd09_from_wgs84, gcj02_from_wgs84, undisguise
from layers.errors import BadInput
from layers.words import msg

Bounds = tuple[float, float, float, float]
Geometries = NDArray[np.object_]
Points = NDArray[np.float64]

WGS84 = "EPSG:4326"
CGCS2000 = "EPSG:4490"
GCJ02 = "GCJ-02"
BD09 = "BD-09"

DEGREES_OF_WGS84 = frozenset({WGS84, CGCS2000})
DISGUISES = {GCJ02: gcj02_from_wgs84, BD09: bd09_from_wgs84}

_NAMES = {
    "wgs84": WGS84, "wgs1984": WGS84, "gcswgs1984": WGS84, "crs84": WGS84, "ogccrs84": WGS84,
    "urnogcdefcrsogc1.3crs84": WGS84, "cgcs2000": CGCS2000, "国家2000": CGCS2000, "2000国家大地坐标系": CGCS2000,
    "gcj02": GCJ02, "gcj": GCJ02, "火星坐标": GCJ02, "火星坐标系": GCJ02, "高德": GCJ02, "amap": GCJ02,
    "bd09": BD09, "bd09ll": BD09, "百度": BD09, "baidu": BD09,
}  # fmt: skip
_EPSG = re.compile(
    r"(?:(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?EPSG[:/](?:[\d.]*[:/])?)?(\d{4,6})",
    re.IGNORECASE,
)
_WKT = re.compile(r"\s*(?:GEOG|PROJ|COMPD|BOUND|COMPOUND|GEODETIC)\w*\s*\[", re.IGNORECASE)
_READS_FILES = re.compile(r"EXTENSION\s*\[|PARAMETERFILE\s*\[|nadgrids|geoidgrids", re.IGNORECASE)
_ZONES_3_DEGREE = tuple(f"EPSG:{code}" for code in range(4534, 4555))  # without prefix in the easting
_LONGEST_TEXT = 20_000
_CHINA: Bounds = (73.0, 3.0, 136.0, 54.0)


@lru_cache(maxsize=256)
def parse_crs(text: str) -> str:
    """The one name of a CRS: "EPSG:4548", "GCJ-02", "BD-09", or one-line WKT where EPSG has no code.

    Takes a code with or without "EPSG:", an OGC URN or address, a common name, WKT, or PROJJSON.
    Raises BadInput where the text names no horizontal CRS.

    >>> parse_crs("4548"), parse_crs("gcj02"), parse_crs("urn:ogc:def:crs:EPSG::4490")
    ('EPSG:4548', 'GCJ-02', 'EPSG:4490')
    """
    text = text.strip()
    known = _NAMES.get(re.sub(r"[-_\s:]", "", text.lower()))
    return known or _canonical(_crs(text), text)


def town_crs(lon: float) -> str:
    """The CRS in which metres are measured at that longitude (degrees).

    In China the CGCS2000 3-degree Gauss-Krüger zone without prefix in the easting
    (EPSG:4534 … 4554); elsewhere the northern UTM zone, for demonstration data.

    >>> town_crs(118.2), town_crs(114.0)
    ('EPSG:4548', 'EPSG:4547')
    """
    zone = round(lon / 3)
    if 25 <= zone <= 45:
        return f"EPSG:{4509 + zone}"
    return f"EPSG:{32601 + int((lon + 180) % 360 // 6)}"


def to_wgs84(geometries: Geometries, crs: str) -> Geometries:
    """The geometries in EPSG:4326 (x = longitude), Z and M dropped; what cannot be transformed becomes inf."""
    return _moved(geometries, crs, inverse=True)


def from_wgs84(geometries: Geometries, crs: str) -> Geometries:
    """Geometries in EPSG:4326 expressed in `crs`, x = easting or longitude always; Z and M dropped."""
    return _moved(geometries, crs, inverse=False)


def points_to_wgs84(points: Points, crs: str) -> Points:
    """The same for an (n, 2) array of x, y."""
    return _convert(points, parse_crs(crs), inverse=True)


def points_from_wgs84(points: Points, crs: str) -> Points:
    """The same for an (n, 2) array of longitude, latitude."""
    return _convert(points, parse_crs(crs), inverse=False)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres per degree of longitude and of latitude on WGS-84 at that latitude (degrees).

    >>> [round(metres) for metres in metres_per_degree(36.18)]
    [89958, 110962]
    """
    phi = np.radians(lat)
    a, e2 = 6378137.0, 0.00669437999014
    root = np.sqrt(1 - e2 * np.sin(phi) ** 2)
    return float(np.radians(1) * a * np.cos(phi) / root), float(np.radians(1) * a * (1 - e2) / root**3)


def gcj02_offset_m(lon: float, lat: float) -> tuple[float, float]:
    """How far (metres east, metres north) GCJ-02 shows a WGS-84 place from where it is."""
    return shift_m(np.array([lon, lat]), points_from_wgs84(np.array([[lon, lat]]), GCJ02)[0])


def shift_m(start: Points, end: Points) -> tuple[float, float]:
    """Metres (east, north) from one longitude/latitude to another, near each other."""
    east, north = (np.asarray(end) - start) * metres_per_degree(float(start[1]))
    return float(east), float(north)


def is_geographic(crs: str) -> bool:
    """Whether the coordinates of that CRS are degrees."""
    return crs in DISGUISES or bool(_pyproj(crs).is_geographic)


def detect_crs(bounds: Bounds, declared: str | None = None, town_bounds: Bounds | None = None) -> str:
    """The CRS of a file with those coordinate bounds (x easting, y northing): declared, or told by size.

    Degrees are EPSG:4490 in China, else EPSG:4326; an easting of 25 … 45 million carries
    the 3-degree zone, 13 … 23 million the 6-degree zone of CGCS2000. Where several
    remain (no zone in the easting), the one that puts the file nearest to the town is taken.
    Raises BadInput where nothing fits, or where several do and no town is known.
    """
    if declared:
        return parse_crs(declared)
    fitting = _fitting(bounds)
    if not fitting:
        raise BadInput(
            msg("The coordinate system is not stated and the coordinates ({x}, {y}) fit none. Please give it.",
                x=round(bounds[0], 3), y=round(bounds[1], 3)),
            field="crs",
        )  # fmt: skip
    if len(fitting) == 1:
        return fitting[0]
    if town_bounds is None:
        raise BadInput(
            msg("The coordinate system is not stated and the coordinates fit several ({some}, …). Please give it.",
                some=", ".join(fitting[:3])),
            field="crs",
        )  # fmt: skip
    near = min(max(round((town_bounds[0] + town_bounds[2]) / 2 / 3), 25), 45) - 25
    close = _ZONES_3_DEGREE[max(near - 1, 0) : near + 2]
    possible = [crs for crs in fitting if crs in close or crs not in _ZONES_3_DEGREE]
    return min(possible, key=lambda crs: _distance_to_town(bounds, crs, town_bounds))


def _fitting(bounds: Bounds) -> list[str]:
    west, south, east, north = bounds
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:
        return [CGCS2000 if _within(bounds, _CHINA) else WGS84]
    if not 0 < south <= north < 7_500_000:
        return []
    zone = int(west // 1e6) if west // 1e6 == east // 1e6 else -1
    fitting = [f"EPSG:{4488 + zone}"] if 25 <= zone <= 45 else []
    fitting += [f"EPSG:{4478 + zone}"] if 13 <= zone <= 23 else []
    fitting += ["EPSG:3857"] if west > 8e6 and east < 15.2e6 else []
    fitting += _ZONES_3_DEGREE if west > 0 and east < 1e6 < south else []
    return fitting


def _within(inner: Bounds, outer: Bounds) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def _distance_to_town(bounds: Bounds, crs: str, town: Bounds) -> float:
    middle = np.array([[(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2]])
    lon, lat = points_to_wgs84(middle, crs)[0]
    return float(np.hypot(lon - (town[0] + town[2]) / 2, lat - (town[1] + town[3]) / 2))


def _crs(text: str) -> CRS:
    code = _EPSG.fullmatch(text)
    try:
        if code:
            return CRS.from_epsg(int(code[1]))
        if len(text) <= _LONGEST_TEXT and _WKT.match(text):
            return CRS.from_wkt(text)
        if len(text) <= _LONGEST_TEXT and text.startswith("{"):
            return CRS.from_json(text)
    except (CRSError, ValueError, RecursionError):
        pass
    raise _unknown(text)


def _canonical(crs: CRS, text: str) -> str:
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs:
        crs = crs.source_crs
    if not (crs.is_geographic or crs.is_projected):
        raise _unknown(text)
    code = crs.to_epsg()
    if code:
        return f"EPSG:{code}"
    if crs.to_authority() == ("OGC", "CRS84"):
        return WGS84
    if _READS_FILES.search(text):
        raise _unknown(text)
    return str(crs.to_wkt())


def _unknown(text: str) -> BadInput:
    return BadInput(msg("“{crs}” is not a coordinate system that we know.", crs=text[:60]), field="crs")


def _moved(geometries: Geometries, crs: str, *, inverse: bool) -> Geometries:
    name = parse_crs(crs)
    flat: Geometries = shapely.force_2d(geometries)
    if name in DEGREES_OF_WGS84:
        return flat
    moved: Geometries = shapely.transform(flat, lambda points: _convert(points, name, inverse=inverse))
    return moved


def _convert(points: Points, crs: str, *, inverse: bool) -> Points:
    if crs in DEGREES_OF_WGS84:
        return points
    if crs in DISGUISES:
        return undisguise(points, DISGUISES[crs]) if inverse else DISGUISES[crs](points)
    direction = "INVERSE" if inverse else "FORWARD"
    return np.column_stack(_transformer(crs).transform(points[:, 0], points[:, 1], direction=direction))


@lru_cache(maxsize=64)
def _pyproj(crs: str) -> CRS:
    return CRS.from_user_input(crs)


@lru_cache(maxsize=64)
def _transformer(crs: str) -> Transformer:
    """From EPSG:4326 to `crs`; always_xy, because 4326, 4490 and 4548 put north first by their definition."""
    return Transformer.from_crs(WGS84, _pyproj(crs), always_xy=True)
