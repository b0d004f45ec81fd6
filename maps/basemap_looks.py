"""How a basemap of vector tiles looks: quiet, so that what is ours stands out; part of the style table.

`SHEETS` says what is drawn of whose tiles, from below: those of Protomaps (version 4 of its tiles) and those of the
OpenMapTiles schema, told apart by the names of their layers alone. A sheet whose layer a file does not have is left
out, so that a further schema needs rows here and nothing else.
"""

from dataclasses import asdict, dataclass
from typing import Literal

Paint = Literal["fill", "line", "name"]
Value = str | int

# What a thing looks like, by theme; a name has its own colour and the one of its halo.
LOOKS: dict[str, dict[str, str]] = {
    "land": {"light": "#f1f2ee", "dark": "#161d25"},
    "green": {"light": "#e2e9db", "dark": "#17231f"},
    "water": {"light": "#cdd9df", "dark": "#11273a"},
    "building": {"light": "#e2e3de", "dark": "#1f2831"},
    "case": {"light": "#d3d7d3", "dark": "#0d1319"},
    "road": {"light": "#ffffff", "dark": "#2c3743"},
    "path": {"light": "#cfd4d0", "dark": "#28323c"},
    "rail": {"light": "#c4cac8", "dark": "#303b46"},
    "border": {"light": "#98a4ab", "dark": "#556472"},
    "name": {"light": "#5a666e", "dark": "#93a1ae"},
    "halo": {"light": "#f7f8f5", "dark": "#11171d"},
}

# Pixels by zoom (of 512-pixel tiles, one less than Leaflet's): zoom, size, zoom, size …
WIDTHS: dict[str, tuple[float, ...]] = {
    "highway": (5, 0.7, 9, 1.8, 13, 4.5, 17, 18),
    "major": (7, 0.5, 11, 1.5, 13, 3.2, 17, 14),
    "minor": (11, 0.4, 13, 1.4, 15, 4, 17, 10),
    "path": (13, 0.5, 17, 2.4),
    "rail": (9, 0.5, 15, 1.6),
    "stream": (9, 0.5, 13, 1.4, 17, 5),
    "border": (4, 0.7, 12, 1.6),
}
SIZES: dict[str, tuple[float, ...]] = {
    "city": (5, 12, 11, 18),
    "town": (8, 11, 13, 15),
    "village": (10, 10.5, 15, 13.5),
    "quarter": (12, 10.5, 16, 13),
    "street": (13, 10, 17, 12.5),
}
# In which field a thing's name stands, by the page's language; the first that is there.
NAMES: dict[str, tuple[str, ...]] = {
    "zh": ("name:zh", "name:zh-Hans", "name"),
    "en": ("name:en", "name:latin", "name"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is drawn of one layer of the tiles: the features whose `field` has one of the `values`; without, all.

    `size` names a row of WIDTHS or SIZES. `case` puts a margin under lines.
    """

    key: str
    paint: Paint
    look: str
    layer: str
    field: str = ""
    values: tuple[Value, ...] = ()
    size: str = ""
    min_zoom: float = 0
    dash: tuple[float, ...] = ()
    case: bool = False


@dataclass(frozen=True, slots=True)
class _Schema:
    """Where a schema keeps roads, places and the rest."""

    roads: str
    road_names: str
    road_kind: str
    kinds: dict[str, tuple[str, ...]]
    places: str
    place_kind: str
    place_kinds: dict[str, tuple[str, ...]]


_PROTOMAPS = _Schema(
    roads="roads", road_names="roads", road_kind="kind",
    kinds={"highway": ("highway",), "major": ("major_road",), "minor": ("minor_road", "other"), "path": ("path",),
           "rail": ("rail",)},
    places="places", place_kind="kind_detail",
    place_kinds={"city": ("city",), "town": ("town",), "village": ("village", "hamlet", "isolated_dwelling"),
                 "quarter": ("suburb", "quarter", "neighbourhood")},
)  # fmt: skip
_OPENMAPTILES = _Schema(
    roads="transportation", road_names="transportation_name", road_kind="class",
    kinds={"highway": ("motorway", "trunk"), "major": ("primary", "secondary", "tertiary"),
           "minor": ("minor", "service", "busway", "raceway"), "path": ("path", "track"), "rail": ("rail", "transit")},
    places="place", place_kind="class",
    place_kinds={"city": ("city",), "town": ("town",), "village": ("village", "hamlet", "isolated_dwelling"),
                 "quarter": ("suburb", "quarter", "neighbourhood")},
)  # fmt: skip
_SCHEMAS = (_PROTOMAPS, _OPENMAPTILES)
_FIRST_ZOOM = {"highway": 5, "major": 7, "minor": 11, "path": 13, "rail": 9, "city": 4, "town": 7, "village": 10,
               "quarter": 12}  # fmt: skip
# The greater ones over the others: kind, look, dash.
_ROADS: tuple[tuple[str, str, tuple[float, ...]], ...] = (
    ("path", "path", ()), ("minor", "road", ()), ("major", "road", ()), ("highway", "road", ()),
    ("rail", "rail", (5, 3)),
)  # fmt: skip


def _roads(schema: _Schema) -> tuple[Sheet, ...]:
    return tuple(
        Sheet(key=f"{schema.roads}-{kind}", paint="line", look=look, layer=schema.roads, field=schema.road_kind,
              values=schema.kinds[kind], size=kind, min_zoom=_FIRST_ZOOM[kind], case=look == "road", dash=dash)
        for kind, look, dash in _ROADS
    )  # fmt: skip


def _names(schema: _Schema) -> tuple[Sheet, ...]:
    streets = [
        Sheet(key=f"{schema.road_names}-name-{kind}", paint="name", look="name", layer=schema.road_names,
              field=schema.road_kind, values=schema.kinds[kind], size="street", min_zoom=_FIRST_ZOOM[kind] + 3)
        for kind in ("minor", "major", "highway")
    ]  # fmt: skip
    places = [
        Sheet(key=f"{schema.places}-{kind}", paint="name", look="name", layer=schema.places, field=schema.place_kind,
              values=values, size=kind, min_zoom=_FIRST_ZOOM[kind])
        for kind, values in reversed(schema.place_kinds.items())
    ]  # fmt: skip
    return (*streets, *places)


_WOODS = ("forest", "wood", "grass", "grassland", "scrub", "park", "nature_reserve", "meadow", "orchard", "cemetery",
          "golf_course", "national_park", "protected_area", "recreation_ground", "village_green")  # fmt: skip
SHEETS: tuple[Sheet, ...] = (
    Sheet(key="landcover-kind", paint="fill", look="green", layer="landcover", field="kind", values=_WOODS),
    Sheet(key="landcover-class", paint="fill", look="green", layer="landcover", field="class", values=_WOODS),
    Sheet(key="landuse", paint="fill", look="green", layer="landuse", field="kind", values=_WOODS),
    Sheet(key="park", paint="fill", look="green", layer="park"),
    Sheet(key="water", paint="fill", look="water", layer="water"),
    Sheet(key="stream", paint="line", look="water", layer="water", size="stream", min_zoom=9),
    Sheet(key="waterway", paint="line", look="water", layer="waterway", size="stream", min_zoom=9),
    Sheet(key="buildings", paint="fill", look="building", layer="buildings", min_zoom=13),
    Sheet(key="building", paint="fill", look="building", layer="building", min_zoom=13),
    *(sheet for schema in _SCHEMAS for sheet in _roads(schema)),
    Sheet(key="boundaries", paint="line", look="border", layer="boundaries", field="kind",
          values=("country", "region", "county"), size="border", dash=(6, 3)),
    Sheet(key="boundary", paint="line", look="border", layer="boundary", field="admin_level", values=(2, 4, 5, 6),
          size="border", dash=(6, 3)),
    *(sheet for schema in _SCHEMAS for sheet in _names(schema)),
)  # fmt: skip


def table() -> dict[str, object]:
    """All of it as plain JSON, for the page."""
    return {
        "looks": LOOKS, "widths": WIDTHS, "sizes": SIZES, "names": NAMES,
        "sheets": [{name: value for name, value in asdict(one).items() if value} for one in SHEETS],
    }  # fmt: skip
