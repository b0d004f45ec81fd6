"""A demo town with basemaps of each kind, and what of its map is looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from tests.archives import PLACE, town_archive
from tests.browser.conftest import Visit
from tests.conftest import Service, served
from tests.tile_server import TileServer

AT = f"at={PLACE[1]},{PLACE[0]},15"
EVIL = "<img src=x onerror=window.__xss=1>"
# A dot on the edge of a tile that is still faint would seem to lie beside its place.
FADED_IN = "[...document.querySelectorAll('.leaflet-tile')].every(one => one.complete && one.style.opacity === '1')"
ONE_ZOOM = """[...document.querySelectorAll('.leaflet-layer')].every(
  (one) => [...one.querySelectorAll('.leaflet-tile-container')].filter((level) => level.children.length).length < 2)"""


@contextmanager
def town_with_basemaps(folder: Path, tiles: TileServer) -> Iterator[Service]:
    with served(folder, demo=True) as running:
        (folder / "basemaps").mkdir()
        town_archive(folder / "basemaps" / "town.pmtiles")
        set_basemaps(running, rows(tiles))
        yield running


def rows(tiles: TileServer) -> list[dict[str, Any]]:
    plain = {"kind": "tiles", "quiet": False, "max_zoom": 17}
    at = lambda *kinds: [f"{tiles.url}/{kind}/{{z}}/{{x}}/{{y}}" for kind in kinds]  # noqa: E731
    return [
        {"key": "red", "name": "影像", "attribution": "© 示例影像", "addresses": at("red", "glass"), **plain},
        {"key": "town", "name": "街道", "kind": "file", "file": "town.pmtiles", "attribution": "© 示例矢量"},
        {"key": "dots", "name": "点阵", "addresses": at("dots"), "datum": "gcj02", **plain},
        {"key": "evil", "name": EVIL, "attribution": EVIL, "addresses": at("blue"), **plain},
    ]  # fmt: skip


def set_basemaps(town: Service, basemaps: list[dict[str, Any]]) -> None:
    httpx.put(f"{town.url}/api/v1/basemaps", json={"basemaps": basemaps}, timeout=30).raise_for_status()


def settled(visit: Visit) -> None:
    """Everything asked for is drawn, pictures too."""
    visit.page.evaluate("geo.surface().then(s => s.idle())")
    visit.until(FADED_IN)
    visit.until(ONE_ZOOM)  # those of the zoom before are taken away
    visit.page.wait_for_timeout(100)


def picture(visit: Visit) -> np.ndarray:
    """What the map shows, as pixels."""
    shot = visit.page.locator(".folium-map").screenshot()
    return np.asarray(Image.open(BytesIO(shot)).convert("RGB")).astype(int)
