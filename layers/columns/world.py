"""World coordinates: Web Mercator as 32-bit integers, x eastwards and y southwards from the north-west corner.

One unit is 9.3 mm on the equator. Morton keys interleave the bits of x (even)
and y (odd), so that any tile of the usual pyramid is one run of sorted keys.
"""

import numpy as np
from numpy.typing import NDArray

from layers.columns.compiled import Floats, Ints, Words, World, kernel

BITS = 32
SIZE = 1 << BITS
MAX_LATITUDE = 85.0511287798066
SMALL_RUN = 32


def to_world(lonlat: Floats) -> NDArray[np.uint32]:
    """World coordinates (n, 2) of longitudes and latitudes (n, 2) in degrees, clamped to the Mercator square.

    >>> to_world(np.array([[-180.0, 90.0], [0.0, 0.0]])).tolist()
    [[0, 0], [2147483648, 2147483648]]
    """
    latitude = np.radians(np.clip(lonlat[:, 1], -MAX_LATITUDE, MAX_LATITUDE))
    share = np.column_stack([lonlat[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)])
    return np.clip(np.rint(share * SIZE), 0, SIZE - 1).astype(np.uint32)


def to_lonlat(world: NDArray[np.unsignedinteger] | Ints | Floats) -> Floats:
    """Longitudes and latitudes (n, 2) in degrees of world coordinates (n, 2)."""
    share = np.asarray(world, dtype=np.float64) / SIZE
    latitude = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * share[:, 1]))))
    return np.column_stack([share[:, 0] * 360 - 180, latitude])


@kernel
def _spread(word: np.uint64) -> np.uint64:
    """The low 32 bits with a zero bit before each."""
    word = (word | (word << np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    word = (word | (word << np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    word = (word | (word << np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    word = (word | (word << np.uint64(2))) & np.uint64(0x3333333333333333)
    return (word | (word << np.uint64(1))) & np.uint64(0x5555555555555555)


@kernel
def morton_keys(x: World, y: World) -> Words:
    """The Morton key of each world coordinate."""
    keys = np.empty(len(x), np.uint64)
    for i in range(len(x)):
        keys[i] = _spread(np.uint64(x[i])) | (_spread(np.uint64(y[i])) << np.uint64(1))
    return keys


@kernel
def _first_at_least(keys: Words, key: np.uint64, start: int, stop: int) -> int:
    while start < stop:
        middle = (start + stop) >> 1
        if keys[middle] < key:
            start = middle + 1
        else:
            stop = middle
    return start


@kernel
def _put(todo: Ints, waiting: int, cell: tuple[int, int, int, int, int]) -> int:
    for i in range(5):
        todo[waiting, i] = cell[i]
    return waiting + 1


@kernel
def rows_in_box(keys: Words, x: World, y: World, box: tuple[int, int, int, int]) -> Ints:
    """The rows, ascending, of the points with west ≤ x < east and north ≤ y < south (world units).

    `keys` are the sorted Morton keys of the points. Walks down the quadtree that
    the keys are, leaving out what is empty or outside.
    """
    west, north, east, south = box
    rows = np.empty(256, np.int64)
    used = 0
    todo = np.empty((4 * BITS, 5), np.int64)  # cells: west, north, level, first row, row after the last
    waiting = _put(todo, 0, (0, 0, 0, 0, len(keys)))
    while waiting:
        waiting -= 1
        left, top, level = todo[waiting, 0], todo[waiting, 1], todo[waiting, 2]
        start, stop = todo[waiting, 3], todo[waiting, 4]
        size = SIZE >> level
        if start == stop or left >= east or left + size <= west or top >= south or top + size <= north:
            continue
        inside = left >= west and left + size <= east and top >= north and top + size <= south
        if inside or stop - start <= SMALL_RUN or level == BITS:
            if used + stop - start > len(rows):
                wider = np.empty(2 * (used + stop - start), np.int64)
                wider[:used] = rows[:used]
                rows = wider
            for row in range(start, stop):
                if inside or (west <= x[row] < east and north <= y[row] < south):
                    rows[used] = row
                    used += 1
            continue
        shift = np.uint64(2 * (BITS - 1 - level))
        quarter = (keys[start] >> shift) >> np.uint64(2) << np.uint64(2)  # the key of the first quarter
        half = size >> 1
        for q in range(3, -1, -1):  # the last one is put down first, so that rows come out ascending
            first = start
            if q:
                first = _first_at_least(keys, (quarter | np.uint64(q)) << shift, start, stop)
            corner = (left + (q & 1) * half, top + (q >> 1) * half)
            waiting = _put(todo, waiting, (corner[0], corner[1], level + 1, first, stop))
            stop = first
    return rows[:used]
