"""The words that say why somebody answers for a problem."""

from collections.abc import Sequence
from math import isnan

from layers.words import Message, msg

LEVEL_WORDS = {"grid": msg("grid"), "village": msg("village"), "zone": msg("zone")}
ROLE_WORDS = {
    "road_chief": msg("road chief"),
    "grid_worker": msg("grid worker"),
    "village_head": msg("village head"),
    "zone_head": msg("zone head"),
    "fallback_owner": msg("fallback owner"),
}

# By dimension of the problem: points, lines, polygons.
_IN_CORRIDOR = (
    msg(
        "On {where}, {distance} m from the centre line, inside the {corridor} m corridor of {name}: "
        "its {role} is {person}."
    ),
    msg(
        "{percent} % of its length lies along {where}, inside the {corridor} m corridor of {name}: "
        "its {role} is {person}."
    ),
    msg(
        "{percent} % of its area lies along {where}, inside the {corridor} m corridor of {name}: "
        "its {role} is {person}."
    ),
)
_IN_AREA = (
    msg("Inside the {level} {name}: its {role} is {person}."),
    msg("{percent} % of its length lies in the {level} {name}: its {role} is {person}."),
    msg("{percent} % of its area lies in the {level} {name}: its {role} is {person}."),
)


def chainage(metres: float) -> str:
    """Metres along a road in the notation of road signs.

    >>> chainage(1200.4), chainage(35.0), chainage(999.9)
    ('K1+200', 'K0+035', 'K1+000')
    """
    kilometres, rest = divmod(round(metres), 1000)
    return f"K{kilometres}+{rest:03d}"


def where_on_road(road: str, from_m: float, to_m: float) -> str:
    """A road with the stretch that is meant; NaN = the road has no chainage.

    >>> where_on_road("S234", 1200.0, 1200.0), where_on_road("S234", 1200.0, 1350.0)
    ('S234 K1+200', 'S234 K1+200–K1+350')
    """
    if isnan(from_m):
        return road
    ends = dict.fromkeys((chainage(from_m), chainage(to_m)))
    return f"{road} {'–'.join(ends)}"


def in_corridor(dimension: int, share: float, **values: object) -> Message:
    """The road segment decides; values: where, distance, corridor, name, role, person."""
    return _said(_IN_CORRIDOR[dimension], share, values)


def in_area(dimension: int, share: float, **values: object) -> Message:
    """An area decides; values: level, name, role, person."""
    return _said(_IN_AREA[dimension], share, {**values, "level": LEVEL_WORDS[str(values["level"])]})


def passed_over(names: Sequence[str], reason: Message) -> Message:
    """Before the reason of a place that comes after places without anybody."""
    return msg("Nobody is responsible on that day for {places}. {reason}", places=" / ".join(names), reason=reason)


def fallback(person: str, *, nowhere: bool) -> Message:
    """The fallback owner decides; `nowhere`: no place at all holds the problem."""
    owner = (
        msg("It goes to the fallback owner, {person}.", person=person)
        if person
        else msg("No fallback owner is named: somebody must be chosen by hand.")
    )
    if nowhere:
        return msg("No road corridor and no area of responsibility holds it. {reason}", reason=owner)
    return owner


def _said(template: Message, share: float, values: dict[str, object]) -> Message:
    role = str(values["role"])
    return Message(
        template.template,
        {**values, "percent": round(100 * share, 1), "role": ROLE_WORDS.get(role, role)},
    )
