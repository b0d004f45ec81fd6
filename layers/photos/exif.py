"""What a photo says of itself: which way up, when and where it was taken. Nonsense counts as nothing said.

Source: Exif 2.32 (CIPA DC-008-2019), tags of the primary, Exif and GPS directories.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags, Image

from layers.values import TOWN_TIME

_UNREADABLE = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, OverflowError, KeyError, IndexError, TypeError,
    UserWarning,  # where warnings are errors
)  # fmt: skip
_NULL_ISLAND_DEGREES = 1e-6  # a receiver without a fix writes 0, 0


@dataclass(frozen=True, slots=True)
class Said:
    """`orientation` 1–8 as Exif counts; `place` (longitude, latitude) in EPSG:4326."""

    orientation: int = 1
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None


def said_by(image: Image.Image) -> Said:
    """What the Exif part of an open image says; all of it may be missing."""
    try:
        exif = image.getexif()
        shot, gps = (dict(exif.get_ifd(part)) for part in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo))
        orientation = exif.get(ExifTags.Base.Orientation, 1)
    except _UNREADABLE:
        return Said()
    return Said(orientation if isinstance(orientation, int) else 1, taken_at(shot), place(gps))


def taken_at(shot: Mapping[int, object]) -> datetime | None:
    """When: DateTimeOriginal with OffsetTimeOriginal, in the town's time where no offset is given.

    >>> taken_at({36867: "2021:11:22 08:30:00"}).isoformat()
    '2021-11-22T08:30:00+08:00'
    """
    text = _text(shot.get(ExifTags.Base.DateTimeOriginal))
    offset = _text(shot.get(ExifTags.Base.OffsetTimeOriginal))
    try:
        return datetime.strptime(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z")
    except ValueError:
        pass
    try:
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=TOWN_TIME)
    except ValueError:
        return None


def place(gps: Mapping[int, object]) -> tuple[float, float] | None:
    """Where: (longitude, latitude), or None unless both are there, finite, in range and not 0, 0.

    >>> place({1: "N", 2: (36.0, 11.0, 6.0), 3: "E", 4: (118.0, 10.0, 12.0)})
    (118.17, 36.185)
    """
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "N", "S")
    lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "E", "W")
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return None
    if abs(lat) < _NULL_ISLAND_DEGREES and abs(lon) < _NULL_ISLAND_DEGREES:
        return None
    return lon, lat


def _degrees(parts: object, ref: object, positive: str, negative: str) -> float | None:
    sign = {positive: 1, negative: -1}.get(_text(ref).upper())
    if sign is None or not isinstance(parts, tuple) or len(parts) != 3:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not all(map(math.isfinite, (degrees, minutes, seconds))) or min(degrees, minutes, seconds) < 0:
        return None
    if minutes >= 60 or seconds >= 60:
        return None
    return round(sign * (degrees + minutes / 60 + seconds / 3600), 7)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="ignore")
    return value.strip("\0 ") if isinstance(value, str) else ""
