"""A server of map tiles for tests: pictures of one colour, and a lattice of dots as a map in GCJ-02 would show it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import numpy as np
from PIL import Image

from layers.crs import GCJ02, points_from_wgs84

SIZE = 256
STEP_TILES = 0.25  # between two dots of the lattice
DOT_PX = 2.0
COLOURS = {"red": (214, 64, 48, 255), "glass": (0, 0, 0, 0), "blue": (40, 90, 200, 255)}


def lattice_step(z: int) -> float:
    """Degrees between the dots of the tiles of a zoom."""
    return 360 / 2**z * STEP_TILES


def lattice(west: float, south: float, east: float, north: float, z: int) -> np.ndarray:
    """The dots of the lattice in a box, in WGS-84: longitude, latitude."""
    step = lattice_step(z)
    lons = np.arange(np.ceil(west / step), np.floor(east / step) + 1) * step
    lats = np.arange(np.ceil(south / step), np.floor(north / step) + 1) * step
    return np.stack(np.meshgrid(lons, lats), axis=-1).reshape(-1, 2)


def world_px(places: np.ndarray, z: int) -> np.ndarray:
    """Pixels of the whole world at a zoom."""
    lat = np.radians(places[:, 1])
    share = np.column_stack([places[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)])
    return share * SIZE * 2**z


def dotted(z: int, x: int, y: int) -> Image.Image:
    """A tile of a map in GCJ-02: white, with a soft black dot wherever GCJ-02 puts a place of the lattice."""
    n = 2**z
    edge = lambda row: float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * row / n)))))  # noqa: E731
    room = lattice_step(z) + 0.02  # GCJ-02 moves by less than that
    box = (x / n * 360 - 180 - room, edge(y + 1) - room, (x + 1) / n * 360 - 180 + room, edge(y) + room)
    there = world_px(points_from_wgs84(lattice(*box, z), GCJ02), z) - (x * SIZE, y * SIZE)
    middle = np.arange(SIZE) + 0.5
    dark = np.zeros((SIZE, SIZE))
    for left, top in there[((there > -12) & (there < SIZE + 12)).all(axis=1)]:
        row, column = (np.exp(-(((middle - at) / DOT_PX) ** 2) / 2) for at in (top, left))
        dark += np.outer(row, column)
    return Image.fromarray((255 * (1 - np.clip(dark, 0, 1))).astype(np.uint8))


class TileServer(ThreadingHTTPServer):
    """`/COLOUR/{z}/{x}/{y}` and `/dots/{z}/{x}/{y}`; notes what was asked for, waits or refuses when told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.referrers: set[str | None] = set()
        self.is_broken = False
        self.wait_s = 0.0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: TileServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.referrers.add(self.headers.get("referer"))
        time.sleep(self.server.wait_s)
        kind, z, x, y = self.path.strip("/").split("/")
        if self.server.is_broken:
            self.send_error(503)
            return
        picture = dotted(int(z), int(x), int(y)) if kind == "dots" else Image.new("RGBA", (SIZE, SIZE), COLOURS[kind])
        out = BytesIO()
        picture.save(out, "PNG")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(out.tell()))
        self.end_headers()
        self.wfile.write(out.getvalue())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def tile_server() -> Iterator[TileServer]:
    """A running server of tiles."""
    made = TileServer()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        thread.join()
        made.server_close()
