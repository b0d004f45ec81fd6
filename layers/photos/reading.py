"""A photo from outside becomes a clean JPEG, a preview, and what it says of itself.

Nothing of the upload is served: the pixels are decoded, turned upright and encoded anew, so that whatever else was in
the file (position, serial numbers, comments, thumbnails, colour profiles, another file appended to it) stays behind.
"""

import hashlib
import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from layers.errors import BadFile, UnknownFormat
from layers.photos.exif import Said, said_by
from layers.photos.likeness import fingerprint
from layers.words import Message, msg

LARGEST_PIXELS = 50_000_000
LONGEST_SIDE_PX = 2560
PREVIEW_SIDE_PX = 480
_QUALITY = 85
_PREVIEW_QUALITY = 80
_PAPER = (255, 255, 255)  # what lies behind transparent parts

# The first bytes decide what a file is; neither its name nor its declared type does.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBPVP8", "WEBP"),
)
# HEIC is not taken: its decoder (libheif 1.23 with libde265) ended our process on files with a few changed bytes.
_HEIC = tuple(b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"))
# What the decoders raise on damaged files, beside their own errors.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, OverflowError, KeyError, IndexError, TypeError)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_SCALABLE = ("L", "RGB", "RGBA", "CMYK")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo made safe: two JPEGs, their size in pixels, what the upload said and what it looks like.

    `place` is (longitude, latitude) in EPSG:4326; `sha256` is that of the upload, `phash` "" for a blank picture.
    """

    jpeg: bytes
    preview: bytes
    width: int
    height: int
    sha256: str = ""
    phash: str = ""
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None


def read(data: bytes) -> Picture:
    """The upload made safe. UnknownFormat for anything but JPEG, PNG or WebP, BadFile for a damaged or
    too large one (more than LARGEST_PIXELS, told from its header before anything is decoded).
    """
    with _opened(data) as image:
        said = said_by(image)
        pixels = _upright(image, said)
    return _pictured(pixels, data, said)


def _pictured(pixels: Image.Image, data: bytes, said: Said) -> Picture:
    jpeg, preview = encoded(pixels)
    return Picture(
        jpeg=jpeg, preview=preview, width=pixels.width, height=pixels.height,
        sha256=hashlib.sha256(data).hexdigest(), phash=fingerprint(pixels), taken_at=said.taken_at, place=said.place,
    )  # fmt: skip


def encoded(pixels: Image.Image) -> tuple[bytes, bytes]:
    """The picture and its preview as JPEG, with nothing but pixels in them."""
    small = pixels.copy()
    small.thumbnail((PREVIEW_SIDE_PX, PREVIEW_SIDE_PX), Image.Resampling.LANCZOS)
    return _jpeg(pixels, _QUALITY), _jpeg(small, _PREVIEW_QUALITY)


def format_of(data: bytes) -> str:
    """JPEG, PNG or WEBP by its first bytes; UnknownFormat otherwise."""
    for at, mark, name in _SIGNATURES:
        if data[at : at + len(mark)] == mark:
            return name
    if data[4:12] in _HEIC:
        raise UnknownFormat(
            msg("HEIC photos are not taken. Set the camera to JPEG (on an iPhone: Most Compatible)."), field="file"
        )
    raise UnknownFormat(msg("This is no photo: JPEG, PNG and WebP are taken."), field="file")


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    name = format_of(data)
    try:
        with Image.open(io.BytesIO(data), formats=(name,)) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise BadFile(_too_large(), field="file")
            yield image
    except _BOMB as error:
        raise BadFile(_too_large(), field="file") from error
    except _DAMAGE as error:
        raise BadFile(msg("The photo is damaged or incomplete. Please take or send it again."), field="file") from error


def _too_large() -> Message:
    return msg("The photo has more than {limit} million pixels.", limit=LARGEST_PIXELS // 1_000_000)


def _upright(image: Image.Image, said: Said) -> Image.Image:
    """The pixels as they were seen, in RGB, no longer than LONGEST_SIDE_PX on either side."""
    if image.mode in _SCALABLE:  # before it is copied: a large JPEG is even decoded at half or a quarter of its size
        image.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=1.5)
    pixels = _rgb(image)
    pixels.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=1.5)
    turn = _TURNS.get(said.orientation)
    return pixels if turn is None else pixels.transpose(turn)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey: the upper eight are what a screen shows
        return image.convert("I").point(lambda grey: grey / 256).convert("L").convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    drawn = image.convert("RGBA")
    paper = Image.new("RGB", drawn.size, _PAPER)
    paper.paste(drawn, mask=drawn.getchannel("A"))
    return paper


def _jpeg(pixels: Image.Image, quality: int) -> bytes:
    bare = Image.frombytes("RGB", pixels.size, pixels.tobytes())  # without the comments that an image drags along
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
