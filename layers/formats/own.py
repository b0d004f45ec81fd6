"""The schema of a layer of a user's own, made from the file that fills it."""

import re

import pyarrow as pa
import shapely

from layers.errors import BadInput
from layers.formats.codes import choose_code
from layers.formats.mapping import code_candidates
from layers.formats.plain import is_json
from layers.formats.table import Geometries, SourceTable
from layers.schema import LAYERS, Field, Kind, LayerSchema, Shape
from layers.words import msg

_KEPT_BY_THE_STORE = frozenset(
    {"id", "fid", "town", "code", "geom", "geometry", "extra", "source_crs", "version", "updated_at"}
)
_LONGEST_BYTES = 54  # PostgreSQL cuts names at 63
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("boolean", "boolean"),
    ("integer", "integer"),
    ("floating", "real"),
    ("date", "date"),
    ("timestamp", "time"),
)
_SHAPES: tuple[tuple[frozenset[int], Shape], ...] = (
    (frozenset({0}), "POINT"),
    (frozenset({1, 5}), "MULTILINESTRING"),
    (frozenset({3, 6}), "MULTIPOLYGON"),
)


def schema_for(name: str, title: str, source: SourceTable) -> LayerSchema:
    """A layer with every field of the file under a safe name, its shape and kinds told from the content.

    The field that serves as code is left out. Raises BadInput for a name that cannot be a layer's.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or name in LAYERS:
        raise BadInput(msg("“{name}” cannot be the name of a new layer.", name=name[:60]), field="name")
    code = choose_code(source, code_candidates(source, {}))
    fields: dict[str, Field] = {}
    for arrow in source.columns.schema:
        if arrow.name != code:
            safe = _safe_name(arrow.name, fields)
            fields[safe] = Field(safe, _kind(arrow), arrow.name)
    return LayerSchema(name, title, _shape(source.geometries), tuple(fields.values()), own=True)


def _safe_name(name: str, taken: dict[str, Field]) -> str:
    """Letters (of any script), digits and underscores; not a name that every layer has; unique."""
    safe = re.sub(r"\W+", "_", name.lower()).strip("_") or "field"
    safe = f"f_{safe}" if safe[0].isdigit() or safe in _KEPT_BY_THE_STORE else safe
    safe = safe.encode()[:_LONGEST_BYTES].decode(errors="ignore")
    number, unique = 2, safe
    while unique in taken:
        number, unique = number + 1, f"{safe}_{number}"
    return unique


def _kind(field: "pa.Field") -> Kind:
    if is_json(field):
        return "json"
    return next((kind for name, kind in _KINDS if getattr(pa.types, f"is_{name}")(field.type)), "text")


def _shape(geometries: Geometries) -> Shape:
    found = frozenset(shapely.get_type_id(geometries).tolist()) - {-1}
    return next((shape for kinds, shape in _SHAPES if found and found <= kinds), "GEOMETRY")
