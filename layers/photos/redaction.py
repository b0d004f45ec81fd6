"""Faces and number plates made unrecognisable: the rectangle becomes one colour, which no filter can turn back."""

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageStat

from layers.errors import BadInput
from layers.photos.reading import Picture, encoded
from layers.words import msg

MOST_RECTANGLES = 100
Rectangle = tuple[float, float, float, float]
"""left, top, width, height as fractions of the picture, 0..1, from its upper left corner."""


def rectangles_in(given: object) -> list[Rectangle]:
    """The rectangles of a request, cut to the picture; BadInput where they are none, or lie outside."""
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_RECTANGLES:
        raise _bad()
    return [_rectangle(one) for one in given]


def redacted(jpeg: bytes, rectangles: Sequence[Rectangle]) -> Picture:
    """One of our own JPEGs with the rectangles filled in their mean colour."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        pixels = image.convert("RGB")
    for rectangle in rectangles:
        _cover(pixels, rectangle)
    picture, preview = encoded(pixels)
    return Picture(jpeg=picture, preview=preview, width=pixels.width, height=pixels.height)


def _cover(pixels: Image.Image, rectangle: Rectangle) -> None:
    left, top, width, height = rectangle
    box = (
        math.floor(left * pixels.width),
        math.floor(top * pixels.height),
        min(pixels.width, math.ceil((left + width) * pixels.width)),
        min(pixels.height, math.ceil((top + height) * pixels.height)),
    )
    mean = ImageStat.Stat(pixels.crop(box)).mean
    pixels.paste(tuple(round(level) for level in mean), box)


def _rectangle(given: object) -> Rectangle:
    if not isinstance(given, list) or len(given) != 4 or not all(_is_number(part) for part in given):
        raise _bad()
    left, top, width, height = (float(part) for part in given)
    right, bottom = min(1.0, left + width), min(1.0, top + height)
    left, top = max(0.0, left), max(0.0, top)
    if not (right > left and bottom > top):  # NaN fails here too
        raise _bad()
    return left, top, right - left, bottom - top


def _is_number(part: object) -> bool:
    return isinstance(part, int | float) and not isinstance(part, bool) and math.isfinite(part)


def _bad() -> BadInput:
    return BadInput(
        msg("Rectangles are lists of four numbers: left, top, width and height as fractions of the picture."),
        field="rectangles",
    )
