"""Photos as untrusted bytes: what is read from them, what is left of them, what is refused."""

import contextlib
import io
import zipfile
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from layers.errors import BadFile, BadInput, NotFound, StoreReadOnly, StoreUnavailable, UnknownFormat
from layers.photos import exif as exif_reading
from layers.photos.files import PhotoFiles
from layers.photos.likeness import NEAR_BITS, bands, bits_apart, fingerprint, near_bands
from layers.photos.reading import LONGEST_SIDE_PX, PREVIEW_SIDE_PX, read
from layers.photos.redaction import rectangles_in, redacted
from tests.pictures import exif, gps, jpeg, png_bomb, saved, scene

RED, BLUE = (220, 30, 30), (20, 40, 210)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 24 for one, other in zip(pixel, colour, strict=True))


def red_corner(size: tuple[int, int] = (120, 80), mode: str = "RGB") -> Image.Image:
    """Blue with a red upper left quarter."""
    picture = Image.new("RGB", size, BLUE)
    picture.paste(RED, (0, 0, size[0] // 2, size[1] // 2))
    return picture.convert(mode)


# -- what comes out ------------------------------------------------------------------------------
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_every_format_becomes_a_jpeg_with_a_preview(format_: str) -> None:
    picture = read(saved(scene(), format_))
    assert [opened(part).format for part in (picture.jpeg, picture.preview)] == ["JPEG", "JPEG"]
    assert (picture.width, picture.height) == opened(picture.jpeg).size == (640, 480)
    assert max(opened(picture.preview).size) == PREVIEW_SIDE_PX


def test_a_large_photo_is_made_smaller_and_a_small_one_left() -> None:
    picture = read(jpeg(scene(size=(4000, 3000))))
    assert (picture.width, picture.height) == (LONGEST_SIDE_PX, 1920)
    assert read(jpeg(scene(size=(60, 40)))).width == 60


def test_nothing_but_pixels_is_left() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    upload = jpeg(
        exif=exif((114.0, 22.5), "2021:11:22 08:30:00"), comment=b"SECRETCOMMENT", icc_profile=profile,
        xmp=b"<x:xmpmeta>SECRETXMP</x:xmpmeta>", dpi=(300, 300),
    )  # fmt: skip
    assert all(mark in upload for mark in (b"SECRETPHONE", b"SECRETCOMMENT", b"SECRETXMP", b"ICC_PROFILE"))
    picture = read(upload)
    for part in (picture.jpeg, picture.preview):
        assert not [mark for mark in (b"SECRET", b"Exif", b"ICC_PROFILE", b"http") if mark in part]
        assert set(opened(part).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_texts_of_a_png_are_left_behind() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET")
    assert b"SECRET" not in read(saved(scene(), "PNG", pnginfo=text)).jpeg


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(orientation: int) -> None:
    """The stored pixels are the upright picture turned away; read() must turn them back."""
    transpose = Image.Transpose
    away = {
        2: transpose.FLIP_LEFT_RIGHT, 3: transpose.ROTATE_180, 4: transpose.FLIP_TOP_BOTTOM, 5: transpose.TRANSPOSE,
        6: transpose.ROTATE_90, 7: transpose.TRANSVERSE, 8: transpose.ROTATE_270,
    }  # fmt: skip
    upright = red_corner()
    stored = upright.transpose(away[orientation]) if orientation > 1 else upright
    picture = read(jpeg(stored, exif=exif(orientation=orientation)))
    shown = opened(picture.jpeg)
    assert shown.size == upright.size
    assert near(shown.getpixel((10, 10)), RED)
    assert near(shown.getpixel((110, 10)), BLUE)
    assert near(shown.getpixel((10, 70)), BLUE)


@pytest.mark.parametrize("mode", ["CMYK", "L", "P", "RGB"])
def test_every_way_to_write_colours_is_taken(mode: str) -> None:
    format_ = "PNG" if mode == "P" else "JPEG"
    shown = opened(read(saved(red_corner(mode=mode), format_)).jpeg)
    assert shown.mode == "RGB"
    assert mode == "L" or near(shown.getpixel((10, 10)), RED)


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    picture = Image.new("I;16", (64, 64), 40_000)
    assert opened(read(saved(picture, "PNG")).jpeg).getpixel((5, 5)) == (156, 156, 156)


def test_transparent_parts_become_white() -> None:
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    picture.paste((*RED, 255), (0, 0, 32, 64))
    shown = opened(read(saved(picture, "PNG")).jpeg)
    assert near(shown.getpixel((5, 5)), RED)
    assert near(shown.getpixel((60, 60)), (255, 255, 255))


# -- place and time ------------------------------------------------------------------------------
def test_place_and_time_are_read_before_they_are_stripped() -> None:
    picture = read(jpeg(exif=exif((118.170001, 36.185), "2021:11:22 08:30:00", "+09:00")))
    assert picture.place == pytest.approx((118.170001, 36.185), abs=1e-6)
    assert picture.taken_at == datetime(2021, 11, 21, 23, 30, tzinfo=UTC)


def test_the_southern_and_western_halves_are_told_apart() -> None:
    assert exif_reading.place(gps(-58.5, -34.5)) == pytest.approx((-58.5, -34.5))


def test_a_time_without_an_offset_is_the_towns_time() -> None:
    assert read(jpeg(exif=exif(taken_at="2021:11:22 08:30:00"))).taken_at == datetime(2021, 11, 22, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {1: "X"}, {1: None}, {3: "N"}, {2: (91.0, 0.0, 0.0)}, {2: (22.0, 61.0, 0.0)}, {2: (22.0, 30.0)}, {2: "22"},
        {2: (float("nan"), 0.0, 0.0)}, {2: (float("inf"), 0.0, 0.0)}, {4: (181.0, 0.0, 0.0)}, {2: (-5.0, 0.0, 0.0)},
        {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
    ],
)  # fmt: skip
def test_a_bad_place_counts_as_none(change: dict[int, object]) -> None:
    assert exif_reading.place({**gps(114.0, 22.5), **change}) is None


def test_rationals_and_bytes_are_understood() -> None:
    parts = (Fraction(22), Fraction(30), Fraction(3599, 100))
    told = {1: b"n\0", 2: parts, 3: "E\0", 4: (Fraction(114), Fraction(0), Fraction(0))}
    assert exif_reading.place(told) == pytest.approx((114.0, 22.5099972))


@pytest.mark.parametrize("text", ["", "    :  :  ", "0000:00:00 00:00:00", "2021-11-22", "2021:13:40 09:00:00"])
def test_a_bad_time_counts_as_none(text: str) -> None:
    assert exif_reading.taken_at({ExifTags.Base.DateTimeOriginal: text}) is None


def test_broken_exif_does_not_break_the_photo() -> None:
    upload = jpeg(exif=exif((114.0, 22.5), "2021:11:22 08:30:00"))
    start = upload.index(b"Exif\0\0") + 6
    broken = upload[: start + 2] + b"\xff" * 40 + upload[start + 42 :]
    assert (read(broken).place, read(broken).taken_at) == (None, None)


# -- what is refused -----------------------------------------------------------------------------
def test_a_bomb_is_refused_by_its_header() -> None:
    bomb = png_bomb()
    assert len(bomb) < 200_000
    with pytest.raises(BadFile, match="million pixels"):
        read(bomb)


def test_fifty_one_million_pixels_are_too_many() -> None:
    with pytest.raises(BadFile, match="million pixels"):
        read(png_bomb(7200))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
OTHERS = {
    "svg": SVG, "empty": b"", "html": b"<!doctype html><script>1</script>", "pdf": b"%PDF-1.7\n", "text": b"hello",
    "gif": saved(scene(), "GIF", save_all=True, append_images=[scene(2)]), "bmp": saved(scene(), "BMP"),
    "tiff": saved(scene(), "TIFF"), "ico": saved(scene(), "ICO"), "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "zip": b"PK\x03\x04" + bytes(60), "avif": b"\0\0\0\x20ftypavif" + bytes(60), "one byte": b"\xff",
    "heic": b"\0\0\0\x1cftypheic" + bytes(60),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_photo_is_refused(kind: str) -> None:
    with pytest.raises(UnknownFormat):
        read(OTHERS[kind])


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.97])
def test_a_truncated_photo_is_refused(format_: str, share: float) -> None:
    whole = saved(scene(), format_)
    with pytest.raises(BadFile):
        read(whole[: max(16, int(len(whole) * share))])


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_random_damage_is_refused_or_shown_and_never_anything_else(format_: str) -> None:
    import random

    chance = random.Random(7)
    whole = saved(scene(size=(96, 64)), format_)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 4, 30))):
            damaged[chance.randrange(12, len(damaged))] = chance.randrange(256)
        with contextlib.suppress(BadFile):
            assert opened(read(bytes(damaged)).jpeg).format == "JPEG"


def test_what_is_hidden_behind_a_photo_vanishes() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("evil.html", "<script>SECRET</script>")
    picture = read(jpeg() + archive.getvalue() + b"<script>SECRET</script>")
    assert not zipfile.is_zipfile(io.BytesIO(picture.jpeg))
    assert b"SECRET" not in picture.jpeg + picture.preview


# -- likeness ------------------------------------------------------------------------------------
def test_a_photo_sent_through_a_messenger_is_known_again() -> None:
    first = scene(5, (1600, 1200))
    again = opened(saved(first.resize((800, 600)), "JPEG", quality=40))
    assert bits_apart(fingerprint(first), fingerprint(again)) <= NEAR_BITS


def test_different_scenes_are_told_apart() -> None:
    prints = [fingerprint(scene(seed)) for seed in range(60)]
    closest = min(bits_apart(a, b) for i, a in enumerate(prints) for b in prints[:i])
    assert closest > NEAR_BITS + 40


def test_pictures_without_contrast_are_like_nothing() -> None:
    black = fingerprint(Image.new("RGB", (64, 64)))
    assert black == ""
    assert bits_apart(black, black) == 256


def test_two_prints_seven_bits_apart_share_a_near_band() -> None:
    import random

    chance = random.Random(3)
    for _ in range(300):
        one = chance.getrandbits(64)
        other = one
        for bit in chance.sample(range(64), 7):
            other ^= 1 << bit
        mine, theirs = bands(f"{one:016x}{0:064x}"), bands(f"{other:016x}{0:064x}")
        assert any(b in near_bands(a) for a, b in zip(mine, theirs, strict=True) if a is not None)


# -- redaction -----------------------------------------------------------------------------------
def test_a_rectangle_becomes_one_colour_and_the_rest_stays() -> None:
    before = opened(read(jpeg(scene(3))).jpeg)
    after = redacted(jpeg(scene(3)), rectangles_in([[0.25, 0.25, 0.5, 0.5]]))
    shown = opened(after.jpeg)
    inside = shown.crop((168, 136, 472, 344))
    assert max(high - low for low, high in inside.getextrema()) <= 2
    assert near(shown.getpixel((20, 20)), before.getpixel((20, 20)))
    small = opened(after.preview).crop((136, 104, 344, 250))
    assert max(high - low for low, high in small.getextrema()) <= 2


def test_a_rectangle_over_the_edge_is_cut_to_the_picture() -> None:
    assert rectangles_in([[-0.5, 0.5, 1.0, 9.0]]) == [(0.0, 0.5, 0.5, 0.5)]


@pytest.mark.parametrize(
    "given",
    [None, [], {}, [[0, 0, 1]], [[0, 0, 0, 1]], [[0, 0, "1", 1]], [[2, 0, 1, 1]], [[float("nan"), 0, 1, 1]],
     [[0, 0, True, 1]], [[0, 0, 1, 1]] * 101],
)  # fmt: skip
def test_bad_rectangles_are_refused(given: object) -> None:
    with pytest.raises(BadInput):
        rectangles_in(given)


# -- files ---------------------------------------------------------------------------------------
def test_a_photo_is_kept_under_a_key_that_tells_nothing(tmp_path: Path) -> None:
    files = PhotoFiles(tmp_path / "photos")
    keys = {files.put(b"large", b"small") for _ in range(20)}
    assert len(keys) == 20
    assert all(len(key) == 32 and files.has(key) for key in keys)
    assert files.keys() == keys
    key = min(keys)
    assert (files.read(key), files.read(key, preview=True)) == (b"large", b"small")


def test_a_removed_photo_leaves_no_file(tmp_path: Path) -> None:
    files = PhotoFiles(tmp_path / "photos")
    key = files.put(b"large", b"small")
    files.remove(key)
    files.remove(key)
    assert [path for path in files.folder.rglob("*") if path.is_file()] == []
    with pytest.raises(NotFound):
        files.read(key)


@pytest.mark.parametrize("key", ["../../etc/passwd", "..", "", "a" * 31, "A" * 32, "/etc/passwd", "a" * 32 + "\n"])
def test_a_key_from_outside_reaches_no_other_file(tmp_path: Path, key: str) -> None:
    with pytest.raises(NotFound):
        PhotoFiles(tmp_path).read(key)


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("a file in the way")
    with pytest.raises(StoreUnavailable):
        PhotoFiles(tmp_path / "photos").put(b"large", b"small")


def test_a_read_only_folder_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import os

    def refused(*_: object, **__: object) -> int:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "fsync", refused)  # the suite may run as root, who can write anywhere
    with pytest.raises(StoreReadOnly):
        PhotoFiles(tmp_path / "photos").put(b"large", b"small")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_unfinished_files_are_swept_after_a_while(tmp_path: Path) -> None:
    files = PhotoFiles(tmp_path)
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / ("ab" * 16 + ".jpg.part")).write_bytes(b"half")
    assert files.drop_unfinished(min_age_s=3600) == 0
    assert files.drop_unfinished(min_age_s=0) == 1


def test_a_heic_photo_is_refused_with_a_way_out() -> None:
    with pytest.raises(UnknownFormat, match="JPEG"):
        read(b"\0\0\0\x1cftypmif1" + bytes(60))
