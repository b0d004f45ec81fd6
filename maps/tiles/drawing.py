"""What stands in a tile before it is written: commands and attributes of features of one kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from layers.columns.compiled import Codes, Ints, World
from layers.columns.values import Dictionary
from maps.tiles.wire import encode_values, feature_messages, layer_message


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of codes, and what the codes mean."""

    column: Codes | Ints
    dictionary: Dictionary


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Features of one kind (wire.POINT, LINE or POLYGON), none of them without commands.

    `rows` are the rows of `ids` and of the columns of the attributes.
    """

    kind: int
    ids: Ints
    rows: Ints
    commands: World
    ends: Ints
    attributes: Mapping[str, Attribute]


def write_layer(name: str, drawings: Sequence[Drawing]) -> bytes:
    """The vector tile with all drawings in one layer; b"" if there is no feature at all."""
    drawings = [drawing for drawing in drawings if len(drawing.rows)]
    if not drawings:
        return b""
    keys = tuple(dict.fromkeys(key for drawing in drawings for key in drawing.attributes))
    numbers = {key: number for number, key in enumerate(keys)}
    features: list[memoryview] = []
    values: list[memoryview] = []
    value_count = 0
    for drawing in drawings:
        tags = np.empty((len(drawing.attributes), len(drawing.rows)), np.int64)
        for j, attribute in enumerate(drawing.attributes.values()):
            kinds, bits, starts, text = attribute.dictionary.arrays
            written, met = encode_values(
                attribute.column, drawing.rows, kinds, bits, starts, text, value_count, tags[j]
            )
            values.append(written.data)
            value_count += met
        key_numbers = np.array([numbers[key] for key in drawing.attributes], np.int64)
        written = feature_messages(
            drawing.kind, drawing.ids, drawing.rows, key_numbers, tags, drawing.commands, drawing.ends
        )
        features.append(written.data)
    return layer_message(name, keys, features, values)
