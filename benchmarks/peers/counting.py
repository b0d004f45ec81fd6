"""What an answer holds: so that only like is compared with like."""

from collections import Counter
from dataclasses import dataclass

import mapbox_vector_tile
import numpy as np
import orjson

from layers.columns.compiled import Bytes, kernel
from maps.tiles.wire import FEATURE, LAYER

STANDING = ("point_count", "stands_for")  # the attributes of what stands for several features


@dataclass(frozen=True, slots=True)
class Content:
    """How many features an answer has; of those that stand for several (`cells`), how many they stand for."""

    features: int
    cells: int = 0
    stood_for: int = 0

    def __add__(self, other: "Content") -> "Content":
        return Content(self.features + other.features, self.cells + other.cells, self.stood_for + other.stood_for)

    @property
    def meant(self) -> int:
        """The features of the layer that the answer tells of."""
        return self.features - self.cells + self.stood_for


def in_tile(body: memoryview) -> Content:
    """What a vector tile holds."""
    octets = np.frombuffer(body, np.uint8)
    count = int(count_features(octets, LAYER, FEATURE))
    if not any(name.encode() in bytes(body) for name in STANDING):
        return Content(count)
    tile = mapbox_vector_tile.decode(bytes(body))
    counts = Counter(
        one["properties"][name]
        for layer in tile.values()
        for one in layer["features"]
        for name in STANDING
        if name in one["properties"]
    )
    return Content(count, counts.total(), sum(number * times for number, times in counts.items()))


def in_items(body: memoryview) -> Content:
    """What a GeoJSON FeatureCollection holds."""
    return Content(len(orjson.loads(body)["features"]))


@kernel
def _varint(octets: Bytes, place: int) -> tuple[int, int]:
    number, shift = 0, 0
    while octets[place] > 127:
        number |= (np.int64(octets[place]) & 127) << shift
        shift += 7
        place += 1
    return number | (np.int64(octets[place]) << shift), place + 1


@kernel
def count_features(octets: Bytes, layer: int, feature: int) -> int:
    """The features of all layers; `layer` and `feature` are the heads of their messages.

    >>> count_features(np.array([26, 4, 18, 0, 18, 0], np.uint8), 26, 18)
    2
    """
    count, place, ends = 0, 0, 0
    while place < len(octets):
        head, place = _varint(octets, place)
        if head & 7 == 0:
            _, place = _varint(octets, place)
            continue
        size, place = _varint(octets, place)
        if place >= ends and head == layer:
            ends = place + size  # go into it
            continue
        count += head == feature
        place += size
    return count
