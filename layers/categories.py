"""The table of categories, edited by an administrator: every change is a new version, none is ever lost.

A case keeps the deadlines of the version under which they were set; what is decided later follows the current one.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from layers.errors import AlreadyThere, BadInput, Conflict, NotFound
from layers.model import CLOCKS, FACES, STAGES, Category, Stage
from layers.rules.co_departments import MOST
from layers.rules.lifecycle import PHOTO_ROLES
from layers.store import Session, Store
from layers.words import msg

_KINDS = ("Point", "LineString", "Polygon")
_LONGEST_LIMIT = 10_000.0
_MOST_LOOK_BACKS = 12


def current(session: Session, code: str) -> Category:
    """The category as it stands, or NotFound."""
    found = {category.code: category for category in session.town.categories()}
    if code not in found:
        raise NotFound("category", code)
    return found[code]


def change(
    store: Store, code: str, values: Mapping[str, object], *, now: datetime, by: str = "", expected: int | None = None
) -> Category:
    """Change some fields of a category (`retired` too); BadInput names the field, Conflict a version that is gone."""
    with store.writing() as session:
        old = current(session, code)
        if expected is not None and expected != old.version:
            raise Conflict(
                msg("Somebody else has changed “{code}” in the meantime (now version {version}).",
                    code=code, version=old.version),
                current=old.version,
            )  # fmt: skip
        new = replace(old, **_checked(values), version=old.version + 1, changed_at=now, changed_by=by)
        session.town.put_category(new)
        return new


def add(store: Store, values: Mapping[str, object], *, now: datetime, by: str = "") -> Category:
    """A new category below a known 大类, or a new 大类."""
    code, parent = _text(values.get("code"), "code"), str(values.get("parent") or "")
    with store.writing() as session:
        known = {category.code: category for category in session.town.categories()}
        if code in known:
            raise AlreadyThere(msg("The code “{code}” is taken.", code=code))
        if parent and (parent not in known or known[parent].parent):
            raise BadInput(msg("There is no kind group “{code}”.", code=parent), field="parent")
        new = Category(
            code=code, parent=parent, name_zh=_text(values.get("name_zh"), "name_zh"),
            name_en=_text(values.get("name_en"), "name_en"), changed_at=now, changed_by=by,
        )  # fmt: skip
        made = replace(new, **_checked(values))
        session.town.put_category(made)
        return made


def _checked(values: Mapping[str, object]) -> dict[str, Any]:
    """The fields that may be changed, each of its kind."""
    unknown = set(values) - set(_FIELDS) - {"code", "parent"}
    if unknown:
        name = sorted(unknown)[0]
        raise BadInput(msg("A category has no field “{field}”.", field=name[:40]), field=name[:40])
    return {name: _FIELDS[name](values[name], name) for name in values if name in _FIELDS}


def _text(value: object, field: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise BadInput(msg("“{field}” must be a text.", field=field), field=field)
    return value.strip()


def _free_text(value: object, field: str) -> str:
    return "" if value in (None, "") else _text(value, field)


def _departments(value: object, field: str) -> tuple[str, ...]:
    given = value if isinstance(value, list | tuple) else [value]
    if len(given) > MOST:
        raise BadInput(msg("A case has at most {most} co-departments.", most=MOST), field=field)
    return tuple(dict.fromkeys(_text(one, field) for one in given))


def _flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput(msg("“{value}” is no {kind}.", value=str(value)[:40], kind=msg("boolean")), field=field)
    return value


def _within(low: float, high: float, kind: type = float) -> Callable[[object, str], object]:
    def check(value: object, field: str) -> object:
        good = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        if not good or kind(value) != value:
            raise BadInput(msg("A number from {low} to {high} was expected.", low=low, high=high), field=field)
        return kind(value)

    return check


def _some_of(choices: tuple[str, ...], *, least: int = 0) -> Callable[[object, str], tuple[str, ...]]:
    def check(value: object, field: str) -> tuple[str, ...]:
        given = value if isinstance(value, list | tuple) else [value]
        for one in given:
            _one_of(choices)(one, field)
        if len(given) < least:
            raise BadInput(msg("At least one of {choices} is needed.", choices=", ".join(choices)), field=field)
        return tuple(choice for choice in choices if choice in given)

    return check


def _one_of(choices: tuple[str, ...]) -> Callable[[object, str], str]:
    def check(value: object, field: str) -> str:
        if value not in choices:
            raise BadInput(
                msg("“{value}” is none of: {choices}.", value=str(value)[:40], choices=", ".join(choices)), field=field
            )
        return str(value)

    return check


def _stage(names: tuple[str, ...]) -> Callable[[object, str], Stage]:
    def check(value: object, field: str) -> Stage:
        row = value if isinstance(value, Mapping) else {}
        name, clock = _one_of(names)(row.get("name"), field), _one_of(CLOCKS)(row.get("clock"), field)
        limit = row.get("limit")
        if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 < limit <= _LONGEST_LIMIT:
            raise BadInput(msg("A limit is a number of hours or days above 0."), field=field)
        return Stage(name, clock, float(limit), _free_text(row.get("label"), field))

    return check


def _stages(value: object, field: str) -> tuple[Stage, ...]:
    if not isinstance(value, list):
        raise BadInput(msg("The stages are a list of {{name, clock, limit}}."), field=field)
    return tuple(_stage(STAGES)(one, field) for one in value)


def _days(value: object, field: str) -> tuple[int, ...]:
    days = value if isinstance(value, list) else [None]
    good = all(isinstance(day, int) and not isinstance(day, bool) and 0 < day <= 730 for day in days)
    if not good or sorted(set(days)) != days or len(days) > _MOST_LOOK_BACKS:
        raise BadInput(msg("The look-backs are a growing list of days after the closing."), field=field)
    return tuple(days)


_FIELDS: dict[str, Callable[[object, str], object]] = {
    "name_zh": _text,
    "name_en": _text,
    "geometry_types": _some_of(_KINDS, least=1),
    "department": _free_text,
    "co_departments": _departments,
    "case_limit": _stage(("case",)),
    "stages": _stages,
    "open_when_zh": _free_text,
    "open_when_en": _free_text,
    "close_when_zh": _free_text,
    "close_when_en": _free_text,
    "open_photos": _some_of(PHOTO_ROLES),
    "close_photos": _some_of(PHOTO_ROLES),
    "weight": _within(0, 100),
    "hold_days": _within(0, 730, int),
    "look_back_days": _days,
    "rebound_radius_m": _within(1, 1000),
    "rebound_days": _within(1, 365),
    "ladder": _free_text,
    "standard_code": _free_text,
    "face": _one_of(FACES),
    "public": _flag,
    "retired": _flag,
}
