"""Does one photo show what another one shows? Bits that stay nearly the same when a picture is scaled or compressed.

The sign pattern of the lowest frequencies of the cosine transform of the picture in grey (the "pHash" of Zauner 2010):
the 8 × 8 lowest for searching, the 16 × 16 lowest for judging. Written here because scipy's transform is in the house
already; the package imagehash would bring a wavelet library that nothing else needs.

Measured on drawn street scenes, of 256 bits: a copy sent through a messenger (480–720 px, quality 30–40) differs in at
most 6, a copy cut by 2 % in 10–20, the same street photographed anew in 18 or more, after the clearing in 26 or more,
another street in about 128.

Search: of two patterns of 64 bits that differ in at most 7, one of their four 16-bit bands differs in at most one bit
(pigeonhole; multi-index hashing, Norouzi et al. 2012), so that an index finds them among millions.
"""

import numpy as np
import scipy
from numpy.typing import NDArray
from PIL import Image

NEAR_BITS = 16
BANDS = 4
_BAND_BITS = 16
_SEARCH_DIGITS = 16  # of a fingerprint: the 64 bits for searching; the other 64 digits are for judging
_SIDE_PX = 64
_FLATTEST = 3.0  # standard deviation in grey levels below which a picture shows nothing to compare


def fingerprint(pixels: Image.Image) -> str:
    """Eighty hexadecimal digits, or "" for a picture without contrast (a black night, a white wall)."""
    small = pixels.convert("L").resize((_SIDE_PX, _SIDE_PX), Image.Resampling.LANCZOS)
    grey = np.asarray(small, dtype=np.float64)
    if grey.std() < _FLATTEST:
        return ""
    waves = scipy.fft.dctn(grey, norm="ortho")
    return _signs(waves[:8, :8]) + _signs(waves[:16, :16])


def bits_apart(one: str, other: str) -> int:
    """In how many of 256 bits two fingerprints differ; 256 where one of them is blank.

    >>> bits_apart("0" * 80, "0" * 79 + "7"), bits_apart("", "")
    (3, 256)
    """
    if not (one and other):
        return 256
    return (int(one[_SEARCH_DIGITS:], 16) ^ int(other[_SEARCH_DIGITS:], 16)).bit_count()


def bands(phash: str) -> tuple[int | None, ...]:
    """The four bands of a fingerprint; None for a blank one.

    >>> bands("0001000200030004" + "f" * 64)
    (1, 2, 3, 4)
    """
    if not phash:
        return (None,) * BANDS
    return tuple(int(phash[at : at + 4], 16) for at in range(0, _SEARCH_DIGITS, 4))


def near_bands(band: int) -> list[int]:
    """A band and the sixteen that differ from it in one bit."""
    return [band, *(band ^ (1 << bit) for bit in range(_BAND_BITS))]


def _signs(waves: NDArray[np.float64]) -> str:
    """One bit a frequency: above the median or not; the mean brightness (the first) does not count for it."""
    flat = waves.ravel()
    return np.packbits(flat > np.median(flat[1:])).tobytes().hex()
