"""Pictures for the demo town, drawn: a street with a heap on it, and the same street swept, each marked 演示."""

from io import BytesIO

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 800, 600
HORIZON = 250
WALLS = ("#c9b8a0", "#b7c0c4", "#d3c6b4", "#aeb7a6", "#c4aea2")
HEAP = ("#6b5a48", "#8a7a5e", "#4f5a4a", "#9c8f80", "#5d6f7d")
RED = "#c8102e"
# 演示 in strokes, on a square of 12 for each of the two.
STROKES = (
    (((1, 2), (2, 3.2)), ((0.4, 5), (1.6, 6.2)), ((0.4, 11.2), (2.6, 8))),
    (((7.5, 0.6), (7.5, 1.8)), ((3.6, 3.8), (3.6, 2.2), (11.4, 2.2), (11, 3.8))),
    (((5, 4.4), (10.2, 4.4)), ((4.6, 9.2), (4.6, 6), (10.4, 6), (10.4, 9.2), (4.6, 9.2)), ((4.6, 7.6), (10.4, 7.6))),
    (((7.5, 4.4), (7.5, 9.2)), ((6, 9.8), (4.2, 11.6)), ((9, 9.8), (10.9, 11.6))),
    (((15, 2), (21, 2)), ((13, 5), (23, 5)), ((18, 5), (18, 11.2), (16.4, 10.2))),
    (((15, 7), (13.4, 10)), ((21, 7), (22.6, 10))),
)


def photo_pair(rng: Generator) -> tuple[bytes, bytes]:
    """Before and after at one place, as JPEG files; another state of `rng` draws another place."""
    street = _street(rng)
    heaped = street.copy()
    _heap(ImageDraw.Draw(heaped), rng)
    return _saved(heaped), _saved(street)


def _street(rng: Generator) -> Image.Image:
    """Sky, a row of houses, a pavement and a road that runs to one side."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#cfdde6")
    draw = ImageDraw.Draw(picture)
    x = -int(rng.integers(0, 120))
    while x < WIDTH:
        width, top = int(rng.integers(90, 220)), int(rng.integers(30, 190))
        draw.rectangle((x, top, x + width - 6, HORIZON), fill=str(rng.choice(WALLS)))
        _windows(draw, (x, top, x + width), rng)
        x += width
    vanishing = int(rng.integers(150, WIDTH - 150))
    draw.rectangle((0, HORIZON, WIDTH, HEIGHT), fill="#a9aca8")
    draw.polygon([(vanishing, HORIZON), (vanishing + 40, HORIZON), (WIDTH, HEIGHT), (200, HEIGHT)], fill="#6f7377")
    draw.line([(vanishing + 20, HORIZON), (500, HEIGHT)], fill="#e8e6dc", width=5)
    return picture


def _windows(draw: ImageDraw.ImageDraw, house: tuple[int, int, int], rng: Generator) -> None:
    left, top, right = house
    shade = "#5f7480" if rng.random() < 0.5 else "#7d6d60"
    for y in range(top + 16, HORIZON - 20, 36):
        for x in range(left + 12, right - 28, 30):
            draw.rectangle((x, y, x + 14, y + 20), fill=shade)


def _heap(draw: ImageDraw.ImageDraw, rng: Generator) -> None:
    """Bags and rubble, larger in front."""
    middle = np.array([rng.uniform(180, 420), rng.uniform(380, 440)])
    for _ in range(60):
        x, y = middle + rng.normal(0, (80, 34))
        size = 10 + 0.09 * (y - HORIZON) * rng.uniform(0.6, 1.5)
        draw.ellipse((x - size * 1.3, y - size, x + size * 1.3, y + size), fill=str(rng.choice(HEAP)))


def _saved(picture: Image.Image) -> bytes:
    draw = ImageDraw.Draw(picture)
    scale, left, top = 4.0, WIDTH - 120, HEIGHT - 66
    draw.rectangle((left - 12, top - 10, WIDTH - 8, HEIGHT - 8), fill="#ffffff")
    for strokes in STROKES:
        for stroke in strokes:
            draw.line([(left + x * scale, top + y * scale) for x, y in stroke], fill=RED, width=4, joint="curve")
    file = BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()
