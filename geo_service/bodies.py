"""Pieces of a JSON body, checked."""

from collections.abc import Mapping
from typing import Any

from geo_service.security.parameters import LARGEST_NUMBER
from layers.errors import BadInput
from layers.words import msg


def text(body: Mapping[str, Any], name: str) -> str:
    """A text, "" where it is not given; BadInput for anything else."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(msg("“{field}” must be a text.", field=name), field=name)
    return value


def needed_text(body: Mapping[str, Any], name: str) -> str:
    """A text that must be given."""
    value = text(body, name)
    if not value:
        raise BadInput(msg("“{field}” must be a text.", field=name), field=name)
    return value


def flag(body: Mapping[str, Any], name: str) -> bool:
    """True or false, which must be given."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise BadInput(msg("“{field}” is true or false.", field=name), field=name)
    return value


def properties(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of a GeoJSON Feature."""
    said = body.get("properties")
    if not isinstance(said, dict):
        raise BadInput(msg("A GeoJSON Feature needs its properties."), field="properties")
    return said


def whole_number(body: Mapping[str, Any], name: str) -> int | None:
    """A whole number, None where it is not given."""
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_NUMBER):
        raise BadInput(msg("“{field}” must be a whole number.", field=name), field=name)
    return value


def number(body: Mapping[str, Any], name: str) -> float | None:
    """A finite number, None where it is not given."""
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9):
        raise BadInput(msg("“{field}” must be a number.", field=name), field=name)
    return value


def texts(body: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts; none where it is not given."""
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadInput(msg("“{field}” must be a list of texts.", field=name), field=name)
    return value
