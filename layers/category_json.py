"""A category as plain JSON, for the store and the interface, and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime

from layers.model import Category, Stage

_TUPLES = ("geometry_types", "co_departments", "open_photos", "close_photos", "look_back_days")


def category_json(category: Category) -> dict[str, object]:
    """The category with lists for tuples and text for its moment."""
    row = asdict(category)
    row |= {name: list(row[name]) for name in _TUPLES}
    row |= {"stages": [asdict(stage) for stage in category.stages], "case_limit": asdict(category.case_limit)}
    row["changed_at"] = None if category.changed_at is None else category.changed_at.isoformat()
    return row


def category_from(row: Mapping[str, object]) -> Category:
    """The category that `category_json` wrote; fields that an older release did not know keep their default."""
    known = {f.name for f in fields(Category)}
    values = {name: value for name, value in row.items() if name in known and value is not None}
    values |= {name: tuple(values[name]) for name in _TUPLES if name in values}  # type: ignore[arg-type]
    if "stages" in values:
        values["stages"] = tuple(Stage(**stage) for stage in values["stages"])  # type: ignore[attr-defined]
    if "case_limit" in values:
        values["case_limit"] = Stage(**values["case_limit"])  # type: ignore[arg-type]
    changed_at = values.get("changed_at")
    if isinstance(changed_at, str):
        values["changed_at"] = datetime.fromisoformat(changed_at)
    return Category(**values)  # type: ignore[arg-type]
