"""The services that are compared: how each is started, and how it is asked for a tile or for features."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmarks.peers.region import EAST_NORTH, WEST_SOUTH
from benchmarks.peers.subjects import BUFFER, ITEM_FIELDS, ITEMS_LAYER, PAGE, TILE_ATTRIBUTES, in_words
from layers.query import BBox
from maps.tiles.grid import Tile

TEMPLATES = Path(__file__).parent / "templates"
MAPSERV, LIGHTTPD, SPATIALITE = "/usr/bin/mapserv", "/usr/sbin/lighttpd", "libsqlite3-mod-spatialite"
ROOT = Path(__file__).parents[2]
WORKERS = 2
FIELDS = ",".join(ITEM_FIELDS)

TilePath = Callable[[str, Tile], str | None]
ItemsPath = Callable[[BBox], str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is: the peers' interpreter, their database, our store, a folder, the port to listen at."""

    python: Path
    database: str
    store: str
    folder: Path
    port: int

    @property
    def file(self) -> str:
        """The GeoPackage of our store."""
        return self.store.removeprefix("gpkg://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service; `tile` gives None for a tile that is not asked of it, `needs` Debian packages.

    `in_python`: of the peers' environment.
    `reads`: the peers' database, the file of our store, or, ours alone, its store.
    """

    name: str
    begin: Callable[[Place], tuple[Sequence[str], Mapping[str, str]]]
    tile: TilePath | None = None
    items: ItemsPath | None = None
    needs: Mapping[str, Callable[[], bool]] = field(default_factory=dict)
    in_python: bool = False
    reads: Literal["database", "file", "store"] = "database"

    @property
    def is_peer(self) -> bool:
        """Whether it is not ours."""
        return self.reads != "store"

    @property
    def lacks(self) -> list[str]:
        """The Debian packages that it needs and that are not there."""
        return [package for package, is_there in self.needs.items() if not is_there()]


def _there(path: str) -> Callable[[], bool]:
    return lambda: Path(path).exists()


def _is_installed(package: str) -> Callable[[], bool]:
    def found() -> bool:
        return subprocess.run(["dpkg", "-s", package], capture_output=True, check=False).returncode == 0

    return found


_MAPSERVER = {"cgi-mapserver": _there(MAPSERV), "lighttpd": _there(LIGHTTPD)}


# ---------------------------------------------------------------- ours


def _begin_ours(place: Place) -> tuple[Sequence[str], Mapping[str, str]]:
    command = [sys.executable, "-m", "geo_service", "serve", "--port", str(place.port), "--workers", str(WORKERS)]
    return command, {"GEO_SERVICE_STORE": place.store, "GEO_SERVICE_DATA_DIR": str(place.folder)}


# ---------------------------------------------------------------- ST_AsMVT alone, tipg


def _uvicorn(app: str) -> Callable[[Place], list[str]]:
    return lambda place: [
        str(place.python), "-m", "uvicorn", app, "--port", str(place.port), "--workers", str(WORKERS),
        "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip


def _begin_st_asmvt(place: Place) -> tuple[Sequence[str], Mapping[str, str]]:
    settings = {"DATABASE_URL": place.database, "TILE_FIELDS": json.dumps(TILE_ATTRIBUTES), "PYTHONPATH": str(ROOT)}
    return _uvicorn("benchmarks.peers.st_asmvt:app")(place), settings


def _begin_tipg(place: Place) -> tuple[Sequence[str], Mapping[str, str]]:
    settings = {
        "DATABASE_URL": place.database, "TIPG_DB_SCHEMAS": '["public"]', "TIPG_MAX_FEATURES_PER_TILE": "1000000",
        "TIPG_MAX_FEATURES_PER_QUERY": "100000", "TIPG_DB_SPATIAL_EXTENT": "FALSE", "TIPG_DB_DATETIME_EXTENT": "FALSE",
        "TIPG_CATALOG_TTL": "100000", "TIPG_TILE_BUFFER": str(BUFFER),
    }  # fmt: skip
    return _uvicorn("tipg.main:app")(place), settings


def _tipg_tile(layer: str, tile: Tile) -> str:
    fields = ",".join(TILE_ATTRIBUTES[layer])
    return f"/collections/public.{layer}/tiles/WebMercatorQuad/{tile.z}/{tile.x}/{tile.y}?properties={fields}"


# ---------------------------------------------------------------- MapServer


def _begin_mapserver(place: Place) -> tuple[Sequence[str], Mapping[str, str]]:
    lines = _text("mapserver-layer.map")
    layers = [
        lines.format(
            layer=layer, kind=kind, fields=",".join(TILE_ATTRIBUTES[layer]), source=_postgis(place, layer), key="id"
        )
        for layer, kind in MAP_KINDS.items()
    ]
    layers += [
        lines.format(layer="items", kind="POINT", fields=FIELDS, source=_postgis(place, ITEMS_LAYER), key="id"),
        lines.format(layer="gpkg", kind="POINT", fields=",".join(ITEM_FIELDS[:3]), source=_geopackage(place), key="id"),
    ]
    files = {
        "bench.map": _text("mapserver.map").format(layers="\n".join(layers), extent=_extent(" "), buffer=BUFFER),
        "mapserver.conf": _text("mapserver.conf").format(folder=place.folder),
        "lighttpd.conf": _text("lighttpd.conf").format(
            folder=place.folder, port=place.port, mapserv=MAPSERV, workers=WORKERS
        ),
    }
    for name, text in files.items():
        (place.folder / name).write_text(text)
    return [LIGHTTPD, "-D", "-f", str(place.folder / "lighttpd.conf")], {}


MAP_KINDS = {"problems": "POINT", "road_segments": "LINE", "parcels": "POLYGON"}


def _postgis(place: Place, layer: str) -> str:
    address = place.database.removeprefix("postgresql://postgres@")
    server, _, database = address.partition("/")
    host, _, port = server.partition(":")
    connection = f"host={host} port={port} user=postgres dbname={database}"
    return f'CONNECTIONTYPE POSTGIS CONNECTION "{connection}" DATA "geom from {layer} using unique id using srid=4326"'


def _geopackage(place: Place) -> str:
    return f'CONNECTIONTYPE OGR CONNECTION "{place.file}" DATA "{ITEMS_LAYER}"'


def _mapserver_tile(layer: str, tile: Tile) -> str:
    return f"/ms?map=bench&mode=tile&tilemode=gmap&tile={tile.x}+{tile.y}+{tile.z}&layers={layer}&map.imagetype=mvt"


def _geopackage_tile(layer: str, tile: Tile) -> str | None:
    return _mapserver_tile("gpkg", tile) if layer == ITEMS_LAYER and tile.z == 12 else None


# ---------------------------------------------------------------- pygeoapi


def _begin_pygeoapi(place: Place) -> tuple[Sequence[str], Mapping[str, str]]:
    host, _, database = place.database.rpartition("@")[2].partition("/")
    name, _, port = host.partition(":")
    config, described = place.folder / "pygeoapi.yml", place.folder / "openapi.yml"
    config.write_text(
        _text("pygeoapi.yml").format(
            port=place.port, host=name, database_port=port, database=database, file=place.file, extent=_extent(", ")
        )
    )
    environment = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(described)}
    if shutil.which("dpkg") and _is_installed(SPATIALITE)():
        environment["SPATIALITE_LIBRARY_PATH"] = "mod_spatialite.so"
    describe = [place.python.with_name("pygeoapi"), "openapi", "generate", config, "--output-file", described]
    subprocess.run(describe, env={**os.environ, **environment}, check=True, capture_output=True)
    command = [str(place.python), "-m", "gunicorn", "-w", str(WORKERS), "-b", f"127.0.0.1:{place.port}", "--keep-alive",
               "60", "pygeoapi.flask_app:APP"]  # fmt: skip
    return command, environment


def _pygeoapi_items(collection: str, fields: Sequence[str]) -> ItemsPath:
    named = ",".join(fields)
    return lambda box: f"/collections/{collection}/items?bbox={in_words(box)}&limit={PAGE}&properties={named}&f=json"


# ----------------------------------------------------------------


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text()


def _extent(between: str) -> str:
    return between.join(str(edge) for edge in (*WEST_SOUTH, *EAST_NORTH))


OURS = Service(
    name="geo-service",
    begin=_begin_ours,
    tile=lambda layer, tile: f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt",
    items=lambda box: f"/ogc/collections/{ITEMS_LAYER}/items?bbox={in_words(box)}&limit={PAGE}&properties={FIELDS}",
    reads="store",
)
SERVICES = (
    OURS,
    Service(
        name="ST_AsMVT",
        begin=_begin_st_asmvt,
        in_python=True,
        tile=lambda layer, tile: f"/{layer}/{tile.z}/{tile.x}/{tile.y}",
    ),
    Service(
        name="tipg",
        begin=_begin_tipg,
        in_python=True,
        tile=_tipg_tile,
        items=lambda box: (
            f"/collections/public.{ITEMS_LAYER}/items?bbox={in_words(box)}&limit={PAGE}&properties={FIELDS}&f=geojson"
        ),
    ),
    Service(
        name="MapServer",
        begin=_begin_mapserver,
        tile=_mapserver_tile,
        items=lambda box: f"/ms/bench/ogcapi/collections/items/items?bbox={in_words(box)}&limit={PAGE}&f=json",
        needs=_MAPSERVER,
    ),
    Service(
        name="MapServer on our GeoPackage",
        begin=_begin_mapserver,
        tile=_geopackage_tile,
        needs=_MAPSERVER,
        reads="file",
    ),
    Service(name="pygeoapi", begin=_begin_pygeoapi, in_python=True, items=_pygeoapi_items("problems", ITEM_FIELDS)),
    Service(
        name="pygeoapi on our GeoPackage",
        begin=_begin_pygeoapi,
        items=_pygeoapi_items("gpkg", [name for name in ITEM_FIELDS if not name.endswith("_at")]),  # times are none
        in_python=True,
        needs={SPATIALITE: _is_installed(SPATIALITE)},
        reads="file",
    ),
)
