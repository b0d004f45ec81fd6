"""GeoJSON geometries as lists of rings and lines, and those as SVG path data."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from maps.pictures.view import Floats, View

Geometry = Mapping[str, Any] | None
Ring = list[list[float]]
_BEYOND = 40.0  # units outside the sheet at which something may still be seen: the width of a line, a hatch


def parts(geometry: Geometry) -> Iterator[tuple[Ring, bool]]:
    """The lines and rings of a geometry, each with whether it is closed; points have none."""
    if geometry is None:
        return
    kind, held = geometry["type"], geometry.get("coordinates", ())
    if kind == "GeometryCollection":
        for one in geometry["geometries"]:
            yield from parts(one)
    elif kind == "LineString":
        yield held, False
    elif kind == "Polygon":
        yield from ((ring, True) for ring in held)
    elif kind in ("MultiLineString", "MultiPolygon"):
        for one in held:
            yield from parts({"type": kind.removeprefix("Multi"), "coordinates": one})


def positions(geometry: Geometry) -> Iterator[list[float]]:
    """Every position of a geometry, as longitude and latitude."""
    if geometry is None:
        return
    if geometry["type"] == "Point":
        yield geometry["coordinates"][:2]
    elif geometry["type"] == "MultiPoint":
        yield from (one[:2] for one in geometry["coordinates"])
    for ring, _ in parts(geometry):
        yield from (one[:2] for one in ring)


def path_of(geometries: Iterable[Geometry], view: View, *, areas: bool | None = None) -> str:
    """SVG path data of what of the geometries can be seen; of areas or lines only, where that is said."""
    return "".join(_drawn(at, closed) for at, closed in seen(geometries, view) if areas in (None, closed))


def seen(geometries: Iterable[Geometry], view: View) -> Iterator[tuple[Floats, bool]]:
    """The lines and rings on the sheet (n × 2 units), without those that lie wholly outside."""
    held = [part for geometry in geometries for part in parts(geometry) if len(part[0]) > 1]
    if not held:
        return
    ends = np.cumsum([len(ring) for ring, _ in held])
    at = view.at(np.array([position[:2] for ring, _ in held for position in ring], dtype=float))
    for ring, (_, closed) in zip(np.split(at, ends[:-1]), held, strict=True):
        (left, top), (right, bottom) = ring.min(axis=0), ring.max(axis=0)
        across = right > -_BEYOND and left < view.width + _BEYOND
        if across and bottom > -_BEYOND and top < view.height + _BEYOND:
            yield ring, closed


def _drawn(at: Floats, closed: bool) -> str:
    """
    >>> _drawn(np.array([(0.04, 1.0), (2.0, 3.0), (0.0, 3.0)]), True)
    'M0 1L2 3L0 3Z'
    """
    said = "L".join(f"{x:g} {y:g}" for x, y in np.round(at, 1).tolist())
    return f"M{said}Z" if closed else f"M{said}"
