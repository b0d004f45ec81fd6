"""Tables, a feed and readings that the tests of columns and tiles share."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import mapbox_vector_tile
import numpy as np
import shapely
from hypothesis import settings
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox.vector_tile_pb2 import tile as TileMessage
from shapely.geometry.base import BaseGeometry

from layers.columns import LayerColumns, Points, build
from layers.columns.world import to_lonlat
from layers.model import Changes, FeatureTable
from maps.tiles import encode_tile
from maps.tiles.grid import EXTENT, Tile, world_box

patient = settings(deadline=None)  # the first example waits for the compiler
HOME = Tile(14, 13569, 6423)  # the middle of Nanma Subdistrict


def feature_table(
    geometries: Iterable[BaseGeometry | None], ids: Sequence[int] | None = None, **fields: Sequence[object]
) -> FeatureTable:
    wkb = np.array([None, *(None if g is None else shapely.to_wkb(g) for g in geometries)], dtype=object)[1:]
    return FeatureTable(np.array(ids if ids is not None else range(1, len(wkb) + 1), np.int64), wkb, fields)


def layer(geometries: Iterable[BaseGeometry | None], called: str = "layer", **fields: Sequence[object]) -> LayerColumns:
    return build(called, feature_table(geometries, **fields), tuple(fields))


def from_units(geometry: BaseGeometry, tile: Tile = HOME) -> BaseGeometry:
    """A geometry in the units of a tile (y southwards) as longitudes and latitudes."""
    west, north, east, _ = world_box(tile)
    scale = (east - west) / EXTENT
    return shapely.transform(geometry, lambda units: to_lonlat(units * scale + np.array([west, north])))


def content(columns: LayerColumns) -> list[object]:
    """Everything that the layer says, in an order that does not depend on how it was made."""
    said: list[object] = []
    for part in (columns.points, columns.lines, columns.polygons):
        values = {name: columns.dictionaries[name].values() for name in part.codes}
        for row in range(len(part)):
            own = {name: repr(values[name][part.codes[name][row]]) for name in values}
            said.append((type(part).__name__, int(part.ids[row]), places(part, row), own))
    return sorted(said, key=repr)


def places(part: object, row: int) -> object:
    """The coordinates of one row of a part, in world units."""
    if isinstance(part, Points):
        return int(part.x[row]), int(part.y[row]), bool(part.first[row])
    paths = [(p, slice(*part.paths[p : p + 2])) for p in range(part.shapes[row], part.shapes[row + 1])]
    return [(bool(part.outer[p]), part.x[along].tolist(), part.y[along].tolist()) for p, along in paths]


class MemoryFeed:
    """A change feed over plain dictionaries; `reads` notes which tables were asked for."""

    def __init__(self, layers: Mapping[str, Mapping[int, tuple[BaseGeometry | None, str]]]):
        self.rows = {name: dict(rows) for name, rows in layers.items()}
        self.log: list[tuple[str, int | None]] = [("", None)]
        self.reads: list[tuple[str, tuple[int, ...] | None]] = []
        self.marks: dict[str, str] = {}
        self.before_reading: Callable[[], None] = lambda: None

    def put(self, name: str, key: int, geometry: BaseGeometry | None, state: str) -> None:
        self.rows[name][key] = (geometry, state)
        self.log.append((name, key))

    def remove(self, name: str, key: int) -> None:
        del self.rows[name][key]
        self.log.append((name, key))

    def has_more(self, name: str, count: int) -> bool:
        return len(self.rows[name]) > count

    def mark(self, name: str) -> str:
        return self.marks.get(name, "")

    def set_mark(self, name: str, mark: str) -> None:
        self.marks[name] = mark

    def change_stamp(self) -> int:
        return len(self.log)

    def changes_since(self, sequence: int) -> Changes:
        if sequence == 0:
            return Changes(len(self.log), dict.fromkeys(self.rows))
        ids: dict[str, list[int] | None] = {}
        for name, key in self.log[sequence:]:
            if key is None:
                ids[name] = None
            elif ids.get(name, []) is not None:
                ids.setdefault(name, []).append(key)  # type: ignore[union-attr]
        return Changes(len(self.log), ids)

    def table(self, name: str, fields: Sequence[str], ids: Sequence[int] | None = None) -> FeatureTable:
        self.before_reading()
        self.reads.append((name, None if ids is None else tuple(ids)))
        rows = self.rows[name]
        keys = sorted(rows if ids is None else set(ids) & rows.keys())
        return feature_table(
            [rows[k][0] for k in keys], keys, **{field: [rows[k][1] for k in keys] for field in fields}
        )


def drawn(body: bytes) -> list[tuple[int, str, list[list[tuple[int, int]]], list[bool]]]:
    """A second reader of tiles, down to the commands: id, type, paths and which of them were closed."""
    message = TileMessage()
    message.ParseFromString(body)
    return [
        (feature.id, ("?", "Point", "Line", "Polygon")[feature.type], *_paths(list(feature.geometry)))
        for made in message.layers
        for feature in made.features
    ]


def _paths(commands: list[int]) -> tuple[list[list[tuple[int, int]]], list[bool]]:
    paths: list[list[tuple[int, int]]] = []
    closed: list[bool] = []
    x = y = place = 0
    while place < len(commands):
        what, count = commands[place] & 7, commands[place] >> 3
        place += 1
        if what == 7:
            closed[-1] = True
            continue
        for _ in range(count):
            dx, dy = ((n >> 1) ^ -(n & 1) for n in commands[place : place + 2])
            x, y, place = x + dx, y + dy, place + 2
            if what == 1:
                paths.append([])
                closed.append(False)
            paths[-1].append((x, y))
    return paths, closed


def twice_area(ring: Sequence[tuple[int, int]]) -> int:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))


units = st.integers(-3000 * 64, 7000 * 64).map(lambda n: n / 64)  # GEOS, the judge, errs on 1e-114
spots = st.tuples(units, units)
lines = st.lists(spots, min_size=2, max_size=12, unique=True).map(shapely.LineString)


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Polygon:
    """A star-shaped polygon, half of the time with a hole of the same shape in it."""
    count = draw(st.integers(3, 12))
    x, y = draw(spots)
    angles = (
        np.arange(count) + 0.5 * np.array(draw(st.lists(st.floats(-0.4, 0.4), min_size=count, max_size=count)))
    ) / count
    radii = np.array(draw(st.lists(st.floats(20, 4000), min_size=count, max_size=count)))
    ring = np.column_stack([np.cos(2 * np.pi * angles), np.sin(2 * np.pi * angles)]) * radii[:, None]
    middle = np.array([x, y])
    return shapely.Polygon(middle + ring, [middle + 0.4 * ring] if draw(st.booleans()) else [])


@st.composite
def convex_polygons(draw: st.DrawFn) -> shapely.Polygon:
    hull = shapely.MultiPoint(draw(st.lists(spots, min_size=3, max_size=10))).convex_hull
    return hull if hull.geom_type == "Polygon" and hull.area > 100 else shapely.box(0, 0, 50, 50)


with np.errstate(invalid="ignore"):  # GEOS computes with the NaN and numpy warns of it
    NOWHERE = shapely.LineString([(118, 36), (np.nan, np.nan)])

ZOO: dict[str, BaseGeometry | None] = {
    "null": None,
    "empty point": shapely.Point(),
    "empty multipolygon": shapely.MultiPolygon(),
    "empty collection": shapely.GeometryCollection(),
    "point": shapely.Point(118.15, 36.18),
    "point with height": shapely.Point(118.15, 36.18, 321.0),
    "not a number": NOWHERE,
    "infinite": shapely.Point(np.inf, 36),
    "multipoint": shapely.MultiPoint([(118.15, 36.18), (118.16, 36.19), (118.15, 36.18)]),
    "line with height": shapely.LineString([(118, 36, 1), (118.3, 36.3, 2)]),
    "line that goes back": shapely.LineString([(118, 36), (118.3, 36.3), (118, 36)]),
    "line without length": shapely.LineString([(118.15, 36.18), (118.15, 36.18)]),
    "multiline": shapely.MultiLineString([[(118, 36), (118.3, 36.3)], [(118.1, 36.3), (118.3, 36)]]),
    "polygon": shapely.box(118, 36, 118.3, 36.3),
    "hole touching the edge": shapely.Polygon(
        [(118, 36), (118.3, 36), (118.3, 36.3), (118, 36.3)], [[(118, 36.1), (118.2, 36.1), (118.2, 36.2)]]
    ),
    "bow tie": shapely.Polygon([(118, 36), (118.3, 36.3), (118.3, 36), (118, 36.3)]),
    "polygon without area": shapely.Polygon([(118, 36), (118.3, 36.3), (118, 36)]),
    "multipolygon": shapely.MultiPolygon([shapely.box(118, 36, 118.1, 36.1), shapely.box(118.2, 36, 118.3, 36.1)]),
    "collection in a collection": shapely.GeometryCollection(
        [
            shapely.Point(118, 36),
            shapely.GeometryCollection([shapely.MultiPoint([(118.1, 36)]), shapely.box(118, 36, 119, 37)]),
        ]
    ),
    "antimeridian": shapely.LineString([(179, 36), (180, 36), (181, 36)]),
    "pole": shapely.LineString([(0, -90), (0, 90)]),
    "world": shapely.box(-180, -90, 180, 90),
}  # fmt: skip


def states(columns: LayerColumns) -> dict[int, object]:
    values = columns.dictionaries["state"].values()
    return {int(i): values[c] for i, c in zip(columns.points.ids, columns.points.codes["state"], strict=True)}


def read(body: bytes, name: str = "layer") -> list[dict]:
    options = {"y_coord_down": True}
    return mapbox_vector_tile.decode(body, default_options=options)[name]["features"] if body else []


def values_of(columns: LayerColumns, tile: Tile = HOME, **how: object) -> dict[int, dict]:
    return {feature["id"]: feature["properties"] for feature in read(encode_tile(columns, tile, **how))}  # type: ignore[arg-type]


def scattered(count: int, seed: int = 1) -> list[shapely.Point]:
    places = np.random.default_rng(seed).uniform(0, EXTENT, (count, 2))
    return [from_units(shapely.Point(*place)) for place in places]
