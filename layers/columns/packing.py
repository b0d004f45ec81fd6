"""The columns of a layer as one run of bytes, and back: every array begins at a multiple of 64 bytes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.columns.compiled import Words, frozen, kernel
from layers.columns.layer import LayerColumns
from layers.columns.parts import POINT_ARRAYS, SHAPE_ARRAYS, Points, Shapes
from layers.columns.values import Dictionary

ALIGNED_BYTES = 64
_DICTIONARY = ("kinds", "bits", "starts", "text")
_PARTS = {"points": POINT_ARRAYS, "lines": SHAPE_ARRAYS, "polygons": SHAPE_ARRAYS}
Key = tuple[str, ...]
"""("shapeless",), ("dictionary", field, kinds | bits | starts | text), (part, array) or (part, "codes", field)."""
Arrays = Mapping[Key, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an array lies among the bytes, and what it is."""

    key: Key
    dtype: str
    shape: tuple[int, ...]
    start: int

    @property
    def size(self) -> int:
        """In bytes."""
        return int(np.dtype(self.dtype).itemsize * np.prod(self.shape, dtype=np.int64))


def arrays_of(columns: LayerColumns) -> dict[Key, NDArray[Any]]:
    """Every array of the layer by its key."""
    found: dict[Key, NDArray[Any]] = {("shapeless",): columns.shapeless}
    for field, dictionary in columns.dictionaries.items():
        found |= {("dictionary", field, name): getattr(dictionary, name) for name in _DICTIONARY}
    for part, names in _PARTS.items():
        whole = getattr(columns, part)
        found |= {(part, name): getattr(whole, name) for name in names}
        found |= {(part, "codes", field): codes for field, codes in whole.codes.items()}
    return found


def placed(arrays: Arrays) -> tuple[list[Place], int]:
    """Where each array goes, and how many bytes they take together."""
    places, end = [], 0
    for key, array in arrays.items():
        places.append(Place(key, array.dtype.str, array.shape, end))
        end += aligned(array.nbytes)
    return places, end


def aligned(size: int) -> int:
    """The size rounded up."""
    return -(-size // ALIGNED_BYTES) * ALIGNED_BYTES


def padded(array: NDArray[Any]) -> Iterator[memoryview]:
    """The bytes of an array, and zeros up to where the next one begins; each piece a multiple of eight bytes."""
    octets = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = len(octets) // 8 * 8
    yield octets[:whole].data
    rest = np.zeros(aligned(len(octets)) - whole, np.uint8)
    rest[: len(octets) - whole] = octets[whole:]
    yield rest.data


def columns_of(
    name: str, fields: Sequence[str], arrays: Arrays, *, fingerprint: int, changed_rows: int
) -> LayerColumns:
    """The layer that `arrays_of` has taken apart."""
    return LayerColumns(
        name=name,
        dictionaries={field: Dictionary(*(arrays["dictionary", field, n] for n in _DICTIONARY)) for field in fields},
        points=Points(**_part("points", fields, arrays)),
        lines=Shapes(**_part("lines", fields, arrays)),
        polygons=Shapes(**_part("polygons", fields, arrays)),
        shapeless=arrays["shapeless",],
        fingerprint=fingerprint,
        changed_rows=changed_rows,
    )


def _part(part: str, fields: Sequence[str], arrays: Arrays) -> dict[str, Any]:
    codes = {field: arrays[part, "codes", field] for field in fields}
    return {"codes": codes} | {name: arrays[part, name] for name in _PARTS[part]}


def taken_from(body: NDArray[np.uint8], places: Sequence[Place]) -> dict[Key, NDArray[Any]]:
    """The arrays that lie in the bytes: views of them, nothing is copied."""
    return {
        place.key: frozen(body[place.start : place.start + place.size].view(place.dtype).reshape(place.shape))
        for place in places
    }


@kernel
def add_up(words: Words, sums: Words) -> None:
    """Go on with Fletcher's two sums over 64-bit words: any changed, missing or moved word is noticed."""
    low, high = sums[0], sums[1]
    for word in words:
        low += word
        high += low
    sums[0], sums[1] = low, high
