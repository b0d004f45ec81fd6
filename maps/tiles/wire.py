"""Writing a vector tile: protocol buffers as the Mapbox Vector Tile Specification 2.1 lays them down, section 4.

Every message is preceded by its length, which is counted first.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from layers.columns.compiled import Bytes, Codes, Ints, World, kernel
from layers.columns.values import INTEGER, REAL, TEXT
from maps.tiles.grid import EXTENT

Codes2D = NDArray[np.int64]
POINT, LINE, POLYGON = 1, 2, 3
# Fields of the messages: number << 3 | wire type (0 = varint, 1 = 8 bytes, 2 = bytes with their length).
LAYER = 3 << 3 | 2
NAME, FEATURE, KEY, VALUE = 1 << 3 | 2, 2 << 3 | 2, 3 << 3 | 2, 4 << 3 | 2
LAYER_EXTENT, LAYER_VERSION = 5 << 3, 15 << 3
ID, TAGS, TYPE, GEOMETRY = 1 << 3, 2 << 3 | 2, 3 << 3, 4 << 3 | 2
TEXT_VALUE, REAL_VALUE, UNSIGNED_VALUE, SIGNED_VALUE, BOOLEAN_VALUE = 1 << 3 | 2, 3 << 3 | 1, 5 << 3, 6 << 3, 7 << 3


def layer_message(name: str, keys: tuple[str, ...], features: list[memoryview], values: list[memoryview]) -> bytes:
    """A tile of one layer; `features` and `values` are messages already, end to end."""
    named, keyed = _constant(name, keys)
    size = len(named) + sum(map(len, features)) + sum(map(len, values)) + len(keyed)
    return b"".join([bytes([LAYER]), _varint(size), named, *features, *values, keyed])


@lru_cache(maxsize=256)
def _constant(name: str, keys: tuple[str, ...]) -> tuple[bytes, bytes]:
    """What is the same in all tiles with these keys: before the features, and at the end."""
    keyed = b"".join(_message(KEY, key.encode()) for key in keys)
    return _message(NAME, name.encode()), keyed + bytes([LAYER_EXTENT]) + _varint(EXTENT) + bytes([LAYER_VERSION, 2])


def _message(field: int, body: bytes) -> bytes:
    return bytes([field]) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; all bytes but the last have the high bit set.

    >>> _varint(300)
    b'\\xac\\x02'
    """
    octets = bytearray()
    while number > 127:
        octets.append(number & 127 | 128)
        number >>= 7
    return bytes(octets) + bytes([number])


@kernel
def _size(number: np.uint64) -> int:
    """How many bytes a varint takes."""
    size = 1
    while number > np.uint64(127):
        number >>= np.uint64(7)
        size += 1
    return size


@kernel
def _command_size(number: np.uint32) -> int:
    """The same of 32 bits, without a branch: several are counted at once."""
    return int(1 + (number >= 1 << 7) + (number >= 1 << 14) + (number >= 1 << 21) + (number >= 1 << 28))


@kernel
def _put(out: Bytes, place: int, number: np.uint64) -> int:
    """Write a varint; returns the place after it."""
    while number > np.uint64(127):
        out[place] = (number & np.uint64(127)) | np.uint64(128)
        number >>= np.uint64(7)
        place += 1
    out[place] = number
    return place + 1


@kernel
def _put_head(out: Bytes, place: int, field: int, size: int) -> int:
    out[place] = field
    return _put(out, place + 1, np.uint64(size))


@kernel
def _tag_size(keys: Ints, tags: Codes2D, i: int) -> int:
    """The bytes of the tags of feature i."""
    size = 0
    for j in range(len(keys)):
        if tags[j, i] >= 0:
            size += _size(np.uint64(keys[j])) + _size(np.uint64(tags[j, i]))
    return size


@kernel
def feature_messages(kind: int, ids: Ints, rows: Ints, keys: Ints, tags: Codes2D, commands: World, ends: Ints) -> Bytes:
    """The features of the rows end to end.

    `tags` (number of keys, number of rows) number the values of the layer, -1 where a feature has none; `keys` number
    the keys of the layer; `commands` and `ends` are what `geometry` made of the same rows.
    """
    most = len(rows) * (34 + 20 * len(keys)) + 5 * len(commands)  # a varint of 64 bits takes ten bytes, a command five
    out = np.empty(most, np.uint8)
    place, start = 0, 0
    for i, row in enumerate(rows):
        tag_size, geometry_size = _tag_size(keys, tags, i), 0
        for command in commands[start : ends[i]]:
            geometry_size += _command_size(command)
        body = 1 + _size(np.uint64(ids[row])) + 2 + 1 + _size(np.uint64(geometry_size)) + geometry_size
        if tag_size:
            body += 1 + _size(np.uint64(tag_size)) + tag_size
        place = _put_head(out, place, FEATURE, body)
        out[place] = ID
        place = _put(out, place + 1, np.uint64(ids[row]))
        if tag_size:
            place = _put_head(out, place, TAGS, tag_size)
            for j in range(len(keys)):
                if tags[j, i] >= 0:
                    place = _put(out, place, np.uint64(keys[j]))
                    place = _put(out, place, np.uint64(tags[j, i]))
        out[place], out[place + 1] = TYPE, kind
        place = _put_head(out, place + 2, GEOMETRY, geometry_size)
        for command in commands[start : ends[i]]:
            place = _put(out, place, np.uint64(command))
        start = ends[i]
    return out[:place]


@kernel
def _zigzag(number: int) -> np.uint64:
    return np.uint64((number << 1) ^ (number >> 63))


@kernel
def _value_size(kind: int, bits: int, length: int) -> int:
    """The bytes of a value without the head of its message."""
    if kind == TEXT:
        return 1 + _size(np.uint64(length)) + length
    if kind == INTEGER:
        return 1 + _size(np.uint64(bits) if bits >= 0 else _zigzag(bits))
    return 9 if kind == REAL else 2


@kernel
def _put_bits(out: Bytes, place: int, bits: int) -> int:
    """Write the eight bytes of a real number, the lowest first."""
    rest = np.uint64(bits)
    for _ in range(8):
        out[place] = rest & np.uint64(255)
        rest >>= np.uint64(8)
        place += 1
    return place


@kernel
def _value_messages(codes: Ints, kinds: Bytes, bits: Ints, starts: Ints, text: Bytes) -> Bytes:
    """The values that the codes of a dictionary stand for, end to end."""
    total = 0
    for code in codes:
        size = _value_size(kinds[code - 1], bits[code - 1], starts[code] - starts[code - 1])
        total += 1 + _size(np.uint64(size)) + size
    out = np.empty(total, np.uint8)
    place = 0
    for code in codes:
        kind, number, length = kinds[code - 1], bits[code - 1], starts[code] - starts[code - 1]
        place = _put_head(out, place, VALUE, _value_size(kind, number, length))
        if kind == TEXT:
            place = _put_head(out, place, TEXT_VALUE, length)
            for i in range(starts[code - 1], starts[code]):
                out[place] = text[i]
                place += 1
        elif kind == REAL:
            out[place] = REAL_VALUE
            place = _put_bits(out, place + 1, number)
        elif kind == INTEGER and number >= 0:
            place = _put_head(out, place, UNSIGNED_VALUE, number)
        elif kind == INTEGER:
            out[place] = SIGNED_VALUE
            place = _put(out, place + 1, _zigzag(number))
        else:
            out[place] = BOOLEAN_VALUE
            place = _put(out, place + 1, np.uint64(number))
    return out


@kernel
def encode_values(
    column: Codes | Ints, rows: Ints, kinds: Bytes, bits: Ints, starts: Ints, text: Bytes, base: int, numbers: Ints
) -> tuple[Bytes, int]:
    """The different values of the rows of a column as messages end to end, and how many these are.

    `kinds` … `text` are the dictionary of the column. Fills `numbers`, one for each row: its value, numbered from
    `base` on as the values are first met; -1 for code 0.
    """
    size = 4
    while (1 << size) < 2 * len(rows):
        size += 1
    mask = (1 << size) - 1
    slots = np.full(1 << size, -1, np.int64)
    met = np.empty(len(rows), np.int64)
    used = 0
    for i, row in enumerate(rows):
        code = np.int64(column[row])
        if code == 0:
            numbers[i] = -1
            continue
        slot = (code * 0x9E3779B1 >> 7) & mask
        while slots[slot] >= 0 and met[slots[slot]] != code:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = used
            met[used] = code
            used += 1
        numbers[i] = base + slots[slot]
    return _value_messages(met[:used], kinds, bits, starts, text), used
