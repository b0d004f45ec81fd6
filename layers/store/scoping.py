"""What a scope means in SQL: which rows of a layer it shows, and which problems it may change."""

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, Select, Table, True_, and_, false, or_, select, true

from layers.model import Responsibility
from layers.rules.permissions import PUBLIC_LAYERS, PUBLIC_STATES, Scope
from layers.store.tables import METADATA, PLACES
from layers.values import midnight

Condition = ColumnElement[bool]
_TOWN_LAYER = "town"  # of a problem that is with the fallback owner (属地兜底)


def readable(table: Table, scope: Scope, town: str) -> Condition:
    """Which rows of a layer's table the scope shows."""
    if scope.sees == "all":
        return true()
    if scope.sees == "public":
        shown = true() if table.name in PUBLIC_LAYERS else false()
        return table.c.state.in_(PUBLIC_STATES) if table.name == "problems" else shown
    return _OWN[table.name](table, scope, town) if is_hidden(table.name) else true()


def changeable(table: Table, scope: Scope, town: str) -> Condition:
    """Which problems the scope may change."""
    if scope.sees == "all":
        return true()
    if scope.sees == "public":
        return false()
    person = scope.person
    mine = [
        _at(table, scope.held, town),
        and_(table.c.lead_layer == _TOWN_LAYER, table.c.lead_person == person),
        and_(table.c.reported_by == person, table.c.state == "reported"),
    ]
    return or_(*mine, table.c.handled_by == person) if scope.given_work else or_(*mine)


def is_hidden(layer: str) -> bool:
    """Whether rows of the layer may be hidden from somebody who has signed in."""
    return layer in _OWN


def may_hide(table: Table, scope: Scope) -> bool:
    """Whether rows of the table may be hidden from the scope."""
    return not isinstance(readable(table, scope, ""), True_)


def problems_seen(scope: Scope, town: str) -> Select[tuple[int]]:
    """The keys of the problems that the scope shows, as a subquery."""
    table = METADATA.tables["problems"]
    return select(table.c.id).where(table.c.town == town, readable(table, scope, town))


def of_seen(column: ColumnElement[int], scope: Scope, town: str) -> Condition:
    """Rows about a problem (its key in `column`) that the scope shows."""
    return true() if scope.sees == "all" else column.in_(problems_seen(scope, town))


def _problems(table: Table, scope: Scope, town: str) -> Condition:
    person = scope.person
    once = [_at_once(table, duty, town) for duty in scope.once]
    own = (table.c.reported_by == person, table.c.handled_by == person, table.c.lead_person == person)
    return or_(_at(table, scope.held, town), *own, *once)


def _measures(table: Table, scope: Scope, town: str) -> Condition:
    problems = METADATA.tables["problems"]
    codes = select(problems.c.code).where(problems.c.town == town, readable(problems, scope, town))
    return or_(table.c.problem.is_(None), table.c.problem == "", table.c.by == scope.person, table.c.problem.in_(codes))


def _patrols(table: Table, scope: Scope, _town: str) -> Condition:
    return table.c.inspector == scope.person


def _frontages(table: Table, scope: Scope, _town: str) -> Condition:
    """Those on the segments and in the areas that they answer for: what is told of them names a person."""
    held: dict[str, list[str]] = {"road_segments": [], "areas": []}
    for layer, code in sorted(scope.held):
        held.setdefault(layer, []).append(code)
    within = (table.c.grid.in_(held["areas"]), table.c.village.in_(held["areas"]), table.c.zone.in_(held["areas"]))
    return or_(table.c.segment.in_(held["road_segments"]), *within)


_OWN: dict[str, Callable[[Table, Scope, str], Condition]] = {
    "problems": _problems,
    "measures": _measures,
    "patrols": _patrols,
    "frontages": _frontages,
}


def _at(table: Table, places: Iterable[tuple[str, str]], town: str) -> Condition:
    """Problems that touch one of the places."""
    codes: dict[str, list[str]] = {}
    for layer, code in sorted(places):
        codes.setdefault(layer, []).append(code)
    if not codes:
        return false()
    there = or_(*(and_(PLACES.c.layer == layer, PLACES.c.code.in_(some)) for layer, some in codes.items()))
    return table.c.id.in_(select(PLACES.c.problem_id).where(PLACES.c.town == town, there))


def _at_once(table: Table, duty: Responsibility, town: str) -> Condition:
    """Problems that touch the place of a duty and stood open at some time while it held."""
    found = true() if duty.valid_to is None else table.c.found_at < midnight(duty.valid_to)
    left = or_(table.c.closed_at.is_(None), table.c.closed_at >= midnight(duty.valid_from))
    return and_(_at(table, [(duty.layer, duty.place)], town), left, found)
