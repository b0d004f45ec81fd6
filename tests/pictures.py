"""Photos for tests, drawn and written on the spot: scenes that look different, with whatever Exif is wanted."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageDraw, ImageFilter

PLACE = (114.0231918, 22.529098)  # on a road of the demo town


def scene(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with sky, ground and things in it; another seed is another place."""
    draw_from = np.random.default_rng(seed)
    coarse = draw_from.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = draw_from.random(2) * size
        r = draw_from.random() * min(size) / 6
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(int(v) for v in draw_from.integers(0, 255, 3)))
    return picture.filter(ImageFilter.GaussianBlur(1))


def jpeg(picture: Image.Image | None = None, *, exif: Image.Exif | None = None, **options: Any) -> bytes:
    return saved(picture or scene(), "JPEG", **({} if exif is None else {"exif": exif}), **options)


def saved(picture: Image.Image, format_: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, format_, **options)
    return out.getvalue()


def exif(
    place: tuple[float, float] | None = None, taken_at: str = "", offset: str = "", orientation: int = 1
) -> Image.Exif:
    """`place` (longitude, latitude); `taken_at` like "2021:11:22 08:30:00"."""
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = orientation
    made[ExifTags.Base.Make] = "SECRETPHONE"
    shot = {ExifTags.Base.DateTimeOriginal: taken_at, ExifTags.Base.OffsetTimeOriginal: offset}
    made.get_ifd(ExifTags.IFD.Exif).update({tag: text for tag, text in shot.items() if text})
    if place is not None:
        made.get_ifd(ExifTags.IFD.GPSInfo).update(gps(*place))
    return made


def gps(lon: float, lat: float) -> dict[int, Any]:
    tags = ExifTags.GPS
    return {
        tags.GPSLatitudeRef: "N" if lat >= 0 else "S", tags.GPSLatitude: _sexagesimal(abs(lat)),
        tags.GPSLongitudeRef: "E" if lon >= 0 else "W", tags.GPSLongitude: _sexagesimal(abs(lon)),
    }  # fmt: skip


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), minutes % 1 * 60


def png_bomb(side: int = 30_000) -> bytes:
    """A PNG of side × side pixels in about a hundred kilobytes, written without ever holding its pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
