"""Signs that a file's coordinate system is not the one it was read with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import chain

import numpy as np
import orjson
import scipy
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.crs import (
    BD09,
    CGCS2000,
    DISGUISES,
    GCJ02,
    WGS84,
    Bounds,
    metres_per_degree,
    points_from_wgs84,
    points_to_wgs84,
    shift_m,
    town_crs,
)
from layers.formats.table import Geometries
from layers.words import Message, msg

Reference = tuple[str, str, BaseGeometry]  # code, name, polygon in EPSG:4326
_AGREES_M = 60.0  # a fitted shift and a known one are taken for the same up to this
_SAMPLES = 400  # points along an outline
_GAUSS_KRUGER = range(4534, 4555)  # the EPSG codes of the 3-degree zones without prefix
_FARTHEST_M = 2000.0  # a point of an outline farther off than this says nothing about the shift
_BETTER = 0.7  # the outlines must come this much closer by the shift
_LOOKED_AT = 5  # matched areas that are fitted, the largest first
_DIRECTIONS = (
    msg("east"), msg("north-east"), msg("north"), msg("north-west"),
    msg("west"), msg("south-west"), msg("south"), msg("south-east"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shift:
    """How far (metres) an outline lies from its reference, and the mean gap between them before and after."""

    east_m: float
    north_m: float
    gap_m: float
    gap_before_m: float


def outside_town(geometries: Geometries, town: Bounds, crs: str) -> list[Message]:
    """A warning where rows lie outside the town's bounds: how many, how far, and which CRS would bring them in."""
    west, south, east, north = shapely.bounds(geometries).T if len(geometries) else np.empty((4, 0))
    gap = np.column_stack([
        np.maximum(town[0] - east, 0) - np.maximum(west - town[2], 0),
        np.maximum(town[1] - north, 0) - np.maximum(south - town[3], 0),
    ])  # fmt: skip
    gap_m = gap * metres_per_degree((town[1] + town[3]) / 2)
    distance = np.hypot(*gap_m.T)
    count = int((distance > 0).sum())
    if not count:
        return []
    farthest = int(distance.argmax())
    warning = msg(
        "{count} of {total} rows lie outside the town, the farthest {distance_km} km {direction} of it.",
        count=count, total=len(geometries), distance_km=round(float(distance[farthest]) / 1000, 1),
        direction=direction(*-gap_m[farthest]),
    )  # fmt: skip
    middle = np.column_stack([(west + east) / 2, (south + north) / 2])[distance > 0]
    better = _crs_that_fits(np.median(middle, axis=0), town, crs)
    return [warning, better] if better else [warning]


def direction(east: float, north: float) -> Message:
    """The compass word for a way.

    >>> str(direction(500, 20)), str(direction(-1, -1))
    ('east', 'south-west')
    """
    return _DIRECTIONS[round(np.degrees(np.arctan2(north, east)) / 45) % 8]


def disguised(
    names: Sequence[tuple[str, str]], geometries: Geometries, crs: str, references: Iterable[Reference]
) -> list[Message]:
    """A warning where areas lie beside the known areas of the same code or name as another CRS would put them.

    `names` are code and name of every row. Only CRS of degrees can be mistaken for each other here.
    """
    if crs not in {WGS84, CGCS2000, *DISGUISES}:
        return []
    matched = _matched(names, geometries, chain(references, _county_outlines()))
    for name, geometry, outline in matched:
        shift = fit_shift(geometry, outline)
        found = _explained(shift, outline, crs)
        if found:
            return [_warning(name, shift, found, crs)]
    return []


def fit_shift(geometry: BaseGeometry, outline: BaseGeometry) -> Shift:
    """The pure shift that carries the outline onto the geometry best: least mean distance of the borders."""
    origin = shapely.get_coordinates(outline.centroid)[0]
    border = _metres(outline, origin).boundary
    shapely.prepare(border)
    points = _along(_metres(geometry, origin).boundary)

    def gap(shift: NDArray[np.float64]) -> float:
        return float(np.minimum(shapely.distance(shapely.points(points - shift), border), _FARTHEST_M).mean())

    before = gap(np.zeros(2))
    if before < _AGREES_M / 2:
        return Shift(0.0, 0.0, before, before)
    starts = [np.zeros(2), np.array([500.0, 0.0]), np.array([-500.0, 0.0]), np.array([1100.0, 600.0])]
    tries = [scipy.optimize.minimize(gap, start, method="Nelder-Mead", options=_simplex(start)) for start in starts]
    best = min(tries, key=lambda found: float(found.fun))
    return Shift(float(best.x[0]), float(best.x[1]), float(best.fun), before)


def _simplex(start: NDArray[np.float64]) -> dict[str, object]:
    corners = start + np.array([[0.0, 0.0], [300.0, 0.0], [0.0, 300.0]])
    return {"initial_simplex": corners, "xatol": 1.0, "fatol": 0.1}


def _along(border: BaseGeometry) -> NDArray[np.float64]:
    longest = max(shapely.get_parts(border), key=shapely.length)
    places = np.linspace(0, 1, _SAMPLES, endpoint=False)
    points: NDArray[np.float64] = shapely.get_coordinates(
        shapely.line_interpolate_point(longest, places, normalized=True)
    )
    return points


def _metres(geometry: BaseGeometry, origin: NDArray[np.float64]) -> BaseGeometry:
    scale = metres_per_degree(float(origin[1]))
    return shapely.transform(geometry, lambda xy: (xy - origin) * scale)


def _explained(shift: Shift, outline: BaseGeometry, crs: str) -> tuple[str, tuple[float, float]] | None:
    """The CRS that explains the shift, and the shift it would cause at the outline; None where none does."""
    if shift.gap_m > _BETTER * shift.gap_before_m:
        return None
    true = shapely.get_coordinates(outline.centroid)
    for other in (GCJ02, BD09, WGS84):
        written = points_from_wgs84(true, other)
        expected = shift_m(true[0], points_to_wgs84(written, crs)[0])
        left_m = np.hypot(shift.east_m - expected[0], shift.north_m - expected[1])
        if left_m <= _AGREES_M < np.hypot(*expected):
            return other, expected
    return None


def _warning(name: str, shift: Shift, found: tuple[str, tuple[float, float]], crs: str) -> Message:
    other, (east, north) = found
    return msg(
        "“{name}” was read as {crs} but lies {shift_m} m {direction} of its known outline"
        " ({east_m} m east, {north_m} m north; {other} would cause {expected_east_m} m east,"
        " {expected_north_m} m north). The file is probably {other}: choose {other}.",
        name=name, crs=crs, other=other, shift_m=round(float(np.hypot(shift.east_m, shift.north_m))),
        direction=direction(shift.east_m, shift.north_m), east_m=round(shift.east_m),
        north_m=round(shift.north_m), expected_east_m=round(east), expected_north_m=round(north),
    )  # fmt: skip


def _matched(
    names: Sequence[tuple[str, str]], geometries: Geometries, references: Iterable[Reference]
) -> list[tuple[str, BaseGeometry, BaseGeometry]]:
    """Name, geometry and reference of the polygons known by code or name, the largest first."""
    known: dict[str, BaseGeometry] = {}
    for code, name, outline in references:
        for key in filter(None, (code, name)):
            known.setdefault(key, outline)
    pairs = [
        (name or code, geometry, known.get(code, known.get(name)))
        for (code, name), geometry in zip(names, geometries, strict=True)
        if code in known or name in known
    ]
    areas = [(name, geometry, outline) for name, geometry, outline in pairs if _is_area(geometry) and _is_area(outline)]
    return sorted(areas, key=lambda area: -area[1].area)[:_LOOKED_AT]


def _is_area(geometry: BaseGeometry | None) -> bool:
    return geometry is not None and geometry.geom_type in ("Polygon", "MultiPolygon")


@lru_cache(maxsize=1)
def _county_outlines() -> tuple[Reference, ...]:
    """Outlines of counties shipped with the program (see reference/README.md)."""
    data = orjson.loads(files("layers.formats").joinpath("reference/counties.geojson").read_bytes())
    return tuple((f["properties"]["adcode"], f["properties"]["name"], shape(f["geometry"])) for f in data["features"])


def _crs_that_fits(place: NDArray[np.float64], town: Bounds, crs: str) -> Message | None:
    """The advice to choose a CRS (or to exchange the axes) with which the place would lie in the town."""
    written = points_from_wgs84(place.reshape(1, 2), crs)
    if not np.isfinite(written).all():
        return None
    if _inside(written[0, ::-1], town):
        return msg("Longitude and latitude seem to be exchanged.")
    near = town_crs((town[0] + town[2]) / 2)
    for other in (near, *_neighbours(near), WGS84):
        if other != crs and _inside(points_to_wgs84(written, other)[0], town):
            return msg("With {crs} they would lie in the town.", crs=other)
    return None


def _neighbours(zone: str) -> list[str]:
    """The same Gauss-Krüger zone with its number in the easting, and the zones beside it; of a UTM zone, none."""
    number = int(zone.removeprefix("EPSG:"))
    return [f"EPSG:{number + step}" for step in (-21, -1, 1)] if number in _GAUSS_KRUGER else []


def _inside(point: NDArray[np.float64], town: Bounds) -> bool:
    return bool(town[0] <= point[0] <= town[2] and town[1] <= point[1] <= town[3])
