"""A category, and the costs of findings, as JSON."""

from geo_service.schemas.features import Json, plain
from geo_service.words import Words
from layers.category_json import category_json
from layers.model import Category, Stage
from layers.source_levels import Costs

_TOLD_TWICE = ("name", "open_when", "close_when")  # in both languages, and in the reader's


def category(row: Category, words: Words) -> Json:
    """All its fields, and its words in the reader's language."""
    said = category_json(row)
    own = {name: said[f"{name}_{words.language}"] for name in _TOLD_TWICE}
    stages = [stage(one, words) for one in row.stages]
    return {**said, **own, "case_limit": stage(row.case_limit, words), "stages": stages}


def stage(one: Stage, words: Words) -> Json:
    """A stage; `label_name` is its label in the reader's language."""
    return {
        "name": one.name, "clock": one.clock, "limit": one.limit, "label": one.label,
        "label_name": words(one.label) if one.label else "",
    }  # fmt: skip


def costs(row: Costs) -> Json:
    """What findings cost by source level."""
    return {
        "points": dict(row.points), "version": row.version, "changed_at": plain(row.changed_at),
        "changed_by": row.changed_by,
    }  # fmt: skip
