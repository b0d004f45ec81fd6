"""Dust by the gram (以克论净): how much may lie on a square metre of road, and how often that holds.

“Five grams, five minutes” (五克五分钟): beside the dust, litter may stay for so many minutes only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from layers.errors import BadInput
from layers.schema import ROAD_CLASSES, ROAD_PARTS
from layers.words import msg

LARGEST_G_M2 = 1000.0
LONGEST_MINUTES = 1440.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What may lie on that part of roads of that class; the class "" is any other."""

    road_class: str
    part: str
    limit_g_m2: float


@dataclass(frozen=True, slots=True)
class DustRules:
    """The limits, and how many minutes litter may stay."""

    limits: tuple[Limit, ...]
    litter_minutes: float


def checked_rules(rules: DustRules) -> DustRules:
    """The same rules; BadInput names the row that is wrong."""
    for number, row in enumerate(rules.limits, start=1):
        _check(row, f"limits.{number}")
    keys = [(row.road_class, row.part) for row in rules.limits]
    if len(set(keys)) < len(keys):
        raise BadInput(msg("There are two limits for the same class and part."), field="limits")
    if any(("", part) not in keys for part in ROAD_PARTS):
        raise BadInput(msg("Every part of the road needs a limit for all other classes."), field="limits")
    if not 0 < rules.litter_minutes <= LONGEST_MINUTES:
        raise BadInput(msg("Litter may stay for more than 0 and at most 1440 minutes."), field="litter_minutes")
    return rules


def limit_for(limits: Iterable[Limit], road_class: str, part: str) -> float:
    """The limit of that class, else that of all others, in g/m².

    >>> limits = (Limit(road_class="urban", part="carriageway", limit_g_m2=5.0),
    ...           Limit(road_class="", part="carriageway", limit_g_m2=8.0))
    >>> limit_for(limits, "urban", "carriageway"), limit_for(limits, "county", "carriageway")
    (5.0, 8.0)
    """
    of_part = {row.road_class: row.limit_g_m2 for row in limits if row.part == part}
    return of_part.get(road_class, of_part[""])


def passes(grams_m2: float, limit_g_m2: float, minutes: float | None, most_minutes: float) -> bool:
    """Whether a sample is clean: neither more dust than the limit, nor litter that stayed longer.

    >>> passes(5.0, 5.0, None, 5.0), passes(5.1, 5.0, None, 5.0), passes(4.0, 5.0, 6.0, 5.0)
    (True, False, False)
    """
    return grams_m2 <= limit_g_m2 and (minutes is None or minutes <= most_minutes)


@dataclass(frozen=True, slots=True)
class PassRate:
    """How many samples of a unit (a segment, a class, a contractor) passed; `fines` in CNY."""

    unit: str
    samples: int
    passed: int
    mean_g_m2: float
    fines: float

    @property
    def share(self) -> float:
        """The part that passed; a unit has at least one sample."""
        return self.passed / self.samples


@dataclass(frozen=True, slots=True)
class Judged:
    """A sample as the rates need it."""

    unit: str
    grams_m2: float
    passed: bool
    fine: float = 0.0


def pass_rates(rows: Iterable[Judged]) -> list[PassRate]:
    """The pass rate of each unit, in the order of their codes.

    >>> made = pass_rates([Judged("A", 4.0, True), Judged("A", 8.0, False, 200.0), Judged("B", 3.0, True)])
    >>> [(one.unit, one.share, one.mean_g_m2, one.fines) for one in made]
    [('A', 0.5, 6.0, 200.0), ('B', 1.0, 3.0, 0.0)]
    """
    units: dict[str, list[Judged]] = {}
    for row in rows:
        units.setdefault(row.unit, []).append(row)
    return [_pass_rate(unit, units[unit]) for unit in sorted(units)]


def _pass_rate(unit: str, rows: Sequence[Judged]) -> PassRate:
    mean = round(sum(row.grams_m2 for row in rows) / len(rows), 2)
    return PassRate(unit, len(rows), sum(row.passed for row in rows), mean, sum(row.fine for row in rows))


def _check(row: Limit, field: str) -> None:
    for value, choices in ((row.road_class, ("", *ROAD_CLASSES)), (row.part, ROAD_PARTS)):
        if value not in choices:
            raise BadInput(
                msg("“{value}” is none of: {choices}.", value=value, choices=", ".join(choices)), field=field
            )
    if not 0 < row.limit_g_m2 <= LARGEST_G_M2:
        raise BadInput(msg("A limit is more than 0 and at most 1000 g/m²."), field=field)
