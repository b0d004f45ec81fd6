"""Which field of a file goes into which field of the layer."""

import re
from collections.abc import Mapping, Sequence

from layers.errors import BadInput
from layers.formats.coordinates import COORDINATE_TARGETS
from layers.formats.synonyms import CODE_ENDINGS, CODE_NAMES, FIELD_NAMES, UNIT_WORDS
from layers.formats.table import SourceTable
from layers.schema import Field, LayerSchema
from layers.words import msg

CODE = "code"


def match_fields(source: SourceTable, schema: LayerSchema, given: Mapping[str, str]) -> dict[str, str]:
    """Source field → field of the layer (or "code", where given): the given, then our names, then synonyms.

    A field given as "" stays without a match. Raises BadInput for unknown or doubled names.
    """
    _check(source, schema, given)
    matched = {name: field for name, field in given.items() if field not in COORDINATE_TARGETS | {""}}
    free = [name for name in source.names if name not in given]
    for find in (_exactly, _by_own_names, _by_synonyms):
        for field in schema.fields:
            if field.name not in matched.values():
                name = find([name for name in free if name not in matched], schema, field)
                matched |= {name: field.name} if name is not None else {}
    return matched


def code_candidates(source: SourceTable, given: Mapping[str, str]) -> list[str]:
    """The fields that may hold the code, the likeliest first: by name, then by the ending of the name."""
    free = [name for name in source.names if name not in given]
    plain = {plain_name(name): name for name in reversed(free)}
    named = [plain[name] for name in CODE_NAMES if name in plain]
    ending = [name for name in free if name.lower().endswith(CODE_ENDINGS) and name not in named]
    return named + ending


def plain_name(name: str) -> str:
    """A field's name without case, blanks and joining signs.

    >>> plain_name("Road_Name")
    'roadname'
    """
    return re.sub(r"[\s_\-:：]", "", name.lower())


def _exactly(free: Sequence[str], schema: LayerSchema, field: Field) -> str | None:
    """The field's very name, or its title: a layer of a user's own has the file's names as titles."""
    name = field.title if schema.own else field.name
    return name if name in free else None


def _by_own_names(free: Sequence[str], _schema: LayerSchema, field: Field) -> str | None:
    return _first(free, field, (plain_name(field.name), plain_name(field.title)))


def _by_synonyms(free: Sequence[str], schema: LayerSchema, field: Field) -> str | None:
    return _first(free, field, FIELD_NAMES.get((schema.name, field.name), ()))


def _first(free: Sequence[str], field: Field, wanted: Sequence[str]) -> str | None:
    """The source field with the first of the wanted names; a unit behind it must be the field's own."""
    plain = {_without_unit(plain_name(name), field): name for name in reversed(free)}
    return next((plain[name] for name in wanted if name in plain), None)


def _without_unit(name: str, field: Field) -> str:
    match = re.fullmatch(r"(.+?)[(（\[【](.+?)[)）\]】]", name)
    return match[1] if match and match[2] in UNIT_WORDS.get(field.unit, ()) else name


def _check(source: SourceTable, schema: LayerSchema, given: Mapping[str, str]) -> None:
    targets = {*schema.field_names, CODE, ""}
    for name, field in given.items():
        if name not in source.names and not (field in COORDINATE_TARGETS and name in source.coordinate_fields):
            raise BadInput(msg("The file has no field “{name}” that is free.", name=name), field="map")
        if field not in targets | COORDINATE_TARGETS:
            raise BadInput(msg("The layer has no field “{name}”.", name=field), field="map")
    wanted = [field for field in given.values() if field]
    doubled = next((field for field in wanted if wanted.count(field) > 1), None)
    if doubled:
        raise BadInput(msg("Two fields are mapped to “{name}”.", name=doubled), field="map")
