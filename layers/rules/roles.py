"""Who may do what: posts, the duties that come with a place, and the level at which somebody stands."""

from collections.abc import Iterable
from dataclasses import dataclass

from layers.model import Responsibility
from layers.schema import SOURCE_LEVELS

ROLE_TITLES = {
    "administrator": "Administrator",
    "supervisor": "Supervisor",
    "dispatcher": "Dispatcher",
    "inspector": "Inspector",
    "planner": "Planner",
    "road_chief": "Road chief",
    "grid_worker": "Grid worker",
    "sponsor": "Sponsor",
    "village_head": "Village head",
    "zone_head": "Zone head",
    "contractor": "Contractor",
    "public": "Citizen",
}
ROLES = tuple(ROLE_TITLES)
FINDERS = frozenset(ROLES)
SPONSOR = "sponsor"  # 包保干部: answers beside whoever answers for a place, and never puts anything right there
FIXERS = FINDERS - {SPONSOR}
HANDLERS = frozenset({"road_chief", "grid_worker", "village_head", "zone_head", "contractor", "dispatcher"})
CONFIRMERS = frozenset({"grid_worker", "road_chief", "sponsor", "village_head", "inspector", "dispatcher"})
DISPATCHERS = frozenset({"dispatcher", "supervisor"})
CHECKERS = frozenset({"inspector", "supervisor", "dispatcher", "grid_worker", "village_head", "zone_head"})
LEADERS = frozenset({"supervisor"})
REFEREES = frozenset({"inspector", "supervisor"})
KEEPERS = frozenset({"dispatcher", "supervisor", "planner"})  # of what is entered of measures

# How high a finding comes from; what is not named here binds nobody (the public, a sensor).
LEVEL_TITLES = {
    "self": "Own patrol",
    "village": "Village",
    "subdistrict": "Subdistrict inspection",
    "county": "County inspection",
    "city": "City inspection",
}
LEVELS = tuple(LEVEL_TITLES)
SOURCE_TITLES = {**LEVEL_TITLES, "public": "The public", "sensor": "Sensor"}
UPPER_LEVELS = ("subdistrict", "county", "city")  # 督查反馈: who finds there also re-checks there
OWN_INSPECTION = "subdistrict"  # the level of our own inspectors
_OFFICE = frozenset({"administrator", "supervisor", "inspector", "dispatcher"})  # the subdistrict's
assert tuple(SOURCE_TITLES) == SOURCE_LEVELS  # noqa: S101 (every source has its words)


def answers(duty: Responsibility) -> bool:
    """Whether a duty makes its person answer for the place; a sponsor only stands beside who does."""
    return duty.role != SPONSOR


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, with all their roles on the day.

    An actor without a name is the operator: somebody on the machine itself, or an administrator who acts in nobody's
    name. Checks of roles let them pass, all other rules hold.
    """

    person: str = ""
    roles: frozenset[str] = frozenset()
    organisation: str = ""

    def may(self, roles: Iterable[str]) -> bool:
        """Whether one of the roles is theirs.

        >>> Actor("R1", frozenset({"inspector"})).may({"inspector", "supervisor"}), Actor("R2").may({"inspector"})
        (True, False)
        """
        return not self.person or "administrator" in self.roles or not self.roles.isdisjoint(roles)

    @property
    def level(self) -> str:
        """The highest level at which they stand; an operator's is the service's own."""
        office = not self.person or not self.roles.isdisjoint(_OFFICE)
        return OWN_INSPECTION if office else "village"


OPERATOR = Actor()


def reaches(level: str, needed: str) -> bool:
    """Whether a re-check at `level` is high enough for a finding of the level `needed` ("" = any).

    >>> reaches("subdistrict", "county"), reaches("city", "county"), reaches("village", "public")
    (False, True, True)
    """
    return needed not in LEVELS or (level in LEVELS and LEVELS.index(level) >= LEVELS.index(needed))
