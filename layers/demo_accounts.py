"""The accounts of the demo town: one for each role, with passwords that everybody may know.

They are made with the demo town only (`layers.planting_accounts`), and open no other town: their names and passwords
are refused everywhere else, even where a demo town was turned into a real one.
"""

from dataclasses import dataclass

from layers.rules.passwords import canonical

_PREFIX = "demo-"
_ROLES = ("administrator", "supervisor", "dispatcher", "inspector", "planner", "road_chief", "grid_worker",
          "village_head", "zone_head", "contractor", "sponsor")  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A role of the demo town, with the name and the password to sign in with."""

    role: str
    name: str
    password: str


DEMO_ACCOUNTS = tuple(
    DemoAccount(role, _PREFIX + role.replace("_", "-"), f"{role.replace('_', '-')}@demo") for role in _ROLES
)
_PASSWORDS = frozenset(account.password for account in DEMO_ACCOUNTS)


def is_demo_name(name: str) -> bool:
    """Whether the name belongs to the demo town.

    >>> is_demo_name("Demo-Planner"), is_demo_name("planner")
    (True, False)
    """
    return canonical(name).startswith(_PREFIX)


def is_demo_password(password: str) -> bool:
    """Whether the sign-in page of every demo town shows it.

    >>> is_demo_password("planner@demo"), is_demo_password("planner@town")
    (True, False)
    """
    return canonical(password) in _PASSWORDS
