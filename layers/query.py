"""What to read from one layer. Holds no SQL and knows no back end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shapely.geometry.base import BaseGeometry

BBox = tuple[float, float, float, float]
Comparison = Literal["=", "!=", "<", "<=", ">", ">=", "in", "is null", "not null", "null or >=", "has", "contains"]


def halves(box: BBox) -> list[BBox]:
    """The box itself; one that crosses the antimeridian as the two that it is made of (west ≤ east).

    >>> halves((179.0, -1.0, -178.0, 1.0))
    [(179.0, -1.0, 180.0, 1.0), (-180.0, -1.0, -178.0, 1.0)]
    """
    west, south, east, north = box
    return [box] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]


@dataclass(frozen=True, slots=True)
class Where:
    """One condition on a field; the value is always bound, never written into SQL.

    "in" takes a tuple; "has" asks whether a JSON list holds the value, "contains" whether a text does.
    """

    field: str
    is_: Comparison
    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which rows of a layer, in key order (or by `order`, rows without a value last).

    `bbox` is (west, south, east, north) in EPSG:4326; where west > east it crosses the antimeridian.
    `search` is a text that the code or any text field contains.
    `place` (layer, code) keeps the problems that are linked with that place.
    `after` is the key of the last row of the page before; `limit` None reads all.
    """

    bbox: BBox | None = None
    intersects: BaseGeometry | None = None
    where: tuple[Where, ...] = ()
    search: str = ""
    place: tuple[str, str] | None = None
    ids: tuple[int, ...] | None = None
    order: str = "id"
    after: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TileQuestion:
    """What a vector tile shows that the store writes itself.

    `box` is the tile z/x/y in degrees (west and north edges belong to it), `fields` maps attributes to fields. What
    lies up to the margins (in units) beyond its edges is drawn, too. With
    more than `most_points` points in it, these are summed to 2^`cell_bits` cells a side, with their numbers by the
    attribute `state`, and the earliest `due` of those in `open_states`. With more than `most_shapes` lines or polygons
    those smaller than a cell of `look_cell_units` (the tile has 4096 a side) have one stand for all that have the same
    values of the attributes `looks`, which are all that is carried then.
    """

    z: int
    x: int
    y: int
    box: BBox
    fields: Mapping[str, str]
    where: tuple[Where, ...] = ()
    point_margin: int
    shape_margin: int
    most_points: int
    cell_bits: int
    open_states: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    most_shapes: int = 0
    look_cell_units: int = 1
