"""The size of a picture or of a sheet of paper, as it stands in an address."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from geo_service.security.parameters import BadParameter
from layers.query import BBox
from layers.words import msg
from maps.pictures.view import LIMIT

LEAST_PX, MOST_PX = 200, 4000
USUAL_PX = {"width": 1280, "height": 800}
PAPERS_MM = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
ORIENTATIONS = ("landscape", "portrait")
PAPER_PPI = 200  # of a picture that will be printed
_UNITS_PER_MM = 96 / 25.4
_MARGIN_MM = 10.0
_USUAL_UNITS = math.sqrt(USUAL_PX["width"] * USUAL_PX["height"])
_NUMBER = re.compile(r"\d(\.\d{1,3})?", re.ASCII)
_SCALES = (0.85, 4.0)  # a large picture has larger letters, not more of them


@dataclass(frozen=True, slots=True)
class SheetSize:
    """Width, height and margin in units (a 96th of an inch at scale 1), pixels of an inch; the paper's name, if any."""

    width: float
    height: float
    margin: float
    ppi: float
    paper: str = ""

    @property
    def units(self) -> tuple[float, float]:
        """Width and height."""
        return self.width, self.height


def size_of(params: Mapping[str, str], *, paper: bool) -> SheetSize:
    """Of `size` and `orientation`, or of `width` and `height` in pixels; BadParameter names what cannot be."""
    if paper or "size" in params:
        return _paper(_one_of(params, "size", tuple(PAPERS_MM)), _one_of(params, "orientation", ORIENTATIONS))
    width, height = (_pixels(params, name) for name in ("width", "height"))
    scale = _scale(params.get("scale"), math.sqrt(width * height) / _USUAL_UNITS)
    return SheetSize(width / scale, height / scale, 18.0, 96 * scale)


def _scale(text: str | None, usual: float) -> float:
    """How large letters and marks are drawn; `scale` says it, else the size of the picture."""
    if not text:
        return min(max(usual, _SCALES[0]), _SCALES[1])
    least, most = _SCALES
    if not (_NUMBER.fullmatch(text) and least <= float(text) <= most):
        why = msg("“{field}” is a number from {least} to {most}.", field="scale", least=least, most=most)
        raise BadParameter("scale", why)
    return float(text)


def _paper(name: str, orientation: str) -> SheetSize:
    sides = sorted(PAPERS_MM[name], reverse=orientation == "landscape")
    width, height = (side * _UNITS_PER_MM for side in sides)
    return SheetSize(width, height, _MARGIN_MM * _UNITS_PER_MM, PAPER_PPI, name)


def _one_of(params: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The value; the first choice where the address names none."""
    value = params.get(name) or choices[0]
    if value not in choices:
        raise BadParameter(name, msg("“{value}” is none of: {choices}.", value=value[:40], choices=", ".join(choices)))
    return value


def _pixels(params: Mapping[str, str], name: str) -> int:
    text = params.get(name) or str(USUAL_PX[name])
    if not (text.isascii() and text.isdigit() and len(text) < 6 and LEAST_PX <= int(text) <= MOST_PX):
        why = msg("“{field}” is a number of pixels from {least} to {most}.", field=name, least=LEAST_PX, most=MOST_PX)
        raise BadParameter(name, why)
    return int(text)


def box_asked(params: Mapping[str, str]) -> BBox | None:
    """The box of `bbox` (west,south,east,north in EPSG:4326); BadParameter where it is none."""
    text = params.get("bbox")
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BadParameter("bbox", msg("A box is four numbers: west,south,east,north.")) from error
    if not (-180 <= west <= east <= 180 and -LIMIT <= south <= north <= LIMIT):
        raise BadParameter("bbox", msg("A box lies within ±180 and ±85 degrees, west before east, south before north."))
    return west, south, east, north
