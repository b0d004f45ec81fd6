"""What stands in a tile before it is written: commands and attributes of features of one kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from layers.columns.compiled import Codes, Ints, World
from layers.columns.values import Dictionary
from maps.tiles.wire import feature_messages, layer_message, number_codes, value_messages


@dataclass(frozen=True, slots=True)
class Attribute:
    """A code for each feature, and what the codes mean."""

    codes: Codes | Ints
    dictionary: Dictionary


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Features of one kind (wire.POINT, LINE or POLYGON), none of them without commands."""

    kind: int
    ids: Ints
    commands: World
    ends: Ints
    attributes: Mapping[str, Attribute]


def write_layer(name: str, drawings: Sequence[Drawing]) -> bytes:
    """The vector tile with all drawings in one layer; b"" if there is no feature at all."""
    drawings = [drawing for drawing in drawings if len(drawing.ids)]
    keys = list(dict.fromkeys(key for drawing in drawings for key in drawing.attributes))
    features: list[bytes] = []
    values: list[bytes] = []
    value_count = 0
    for drawing in drawings:
        tags = np.empty((len(drawing.ids), len(drawing.attributes)), np.int64)
        for j, attribute in enumerate(drawing.attributes.values()):
            tags[:, j], met = number_codes(attribute.codes.astype(np.int64), value_count)
            values.append(value_messages(attribute.dictionary.arrays, met).tobytes())
            value_count += len(met)
        key_numbers = np.array([keys.index(key) for key in drawing.attributes], np.int64)
        drawn = (drawing.commands, drawing.ends)
        features.append(feature_messages(drawing.kind, drawing.ids, key_numbers, tags, drawn).tobytes())
    return layer_message(name, keys, features, values) if drawings else b""
