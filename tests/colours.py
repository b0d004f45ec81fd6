"""Whether colours can be told apart and read: contrast (WCAG 2), and how colour-blind people see them.

`python -m tests.colours` prints what of the style table is too weak; nothing when all is well.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from maps import styles
from maps.looks import THEMES, Group, Look, Theme

Rgb = NDArray[np.float64]
AA_TEXT = 4.5  # WCAG 2, success criterion 1.4.3
AA_MARK = 3.0  # 1.4.11, and large text
LEAST_DIFFERENCE = 10.0  # CIE 1976 ΔE: two colours that nobody takes for one when they do not touch

# Machado, Oliveira and Fernandes 2009, severity 1.0; on linear RGB.
BLINDNESS: dict[str, Rgb] = {
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_WHITE = _TO_XYZ.sum(axis=1)

# The ground is the grey sheet below; everything else carries meaning.
DATA_GROUPS: tuple[Group, ...] = tuple(g for key, g in styles.GROUPS.items() if key not in ("areas", "roads"))


def linear(colour: str) -> Rgb:
    """Linear RGB of a colour such as "#0072b2"."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2: 1 (none) to 21.

    >>> round(contrast("#000000", "#ffffff"), 1), contrast("#0072b2", "#0072b2")
    (21.0, 1.0)
    """
    low, high = sorted(float(_TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Rgb) -> Rgb:
    """CIE L*a*b* of a linear RGB colour."""
    ratio = np.clip(_TO_XYZ @ rgb / _WHITE, 0, None)
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, blindness: str = "") -> float:
    """CIE 1976 ΔE of two colours, as people with that colour-blindness see them; 100 is black to white.

    >>> difference("#c00000", "#006e00") > 80 > 25 > difference("#c00000", "#006e00", "deuteranopia")
    True
    """
    seen = BLINDNESS[blindness] if blindness else np.eye(3)
    return float(np.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other))))


def least_difference(one: Look, other: Look, theme: Theme) -> float:
    """The smallest difference of two looks in all eyes."""
    return min(difference(one.color(theme), other.color(theme), name) for name in ("", *BLINDNESS))


def second_sign(look: Look) -> tuple[object, ...]:
    """What tells a look beside its colour."""
    return look.shape, look.glyph, look.hatch, look.width, look.dash


def faults(groups: Sequence[Group] = DATA_GROUPS) -> Iterator[str]:
    """What is too weak, in words."""
    for group in groups:
        for theme in THEMES:
            for look in group.looks:
                yield from _weak(group, look, theme)
        for one, other in combinations(group.looks, 2):
            if second_sign(one) == second_sign(other):
                yield f"{group.key}: {one.key} and {other.key} differ by colour alone"


def _weak(group: Group, look: Look, theme: Theme) -> Iterator[str]:
    ground = styles.GROUND[theme]["background"]
    own = contrast(look.color(theme), ground)
    stands = own if look.shape in ("line", "area") else max(own, contrast(look.ink(theme), ground))
    if stands < AA_MARK:
        yield f"{group.key}.{look.key} ({theme}): contrast {stands:.2f} with the ground"
    if look.glyph and contrast(look.ink(theme), look.color(theme)) < AA_MARK:
        yield f"{group.key}.{look.key} ({theme}): its glyph cannot be read"


if __name__ == "__main__":
    for fault in faults():
        print(fault)
