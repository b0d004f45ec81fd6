"""Frontages (门前责任区): the duties of whoever keeps one, what a check found, and the rates of many.

A check judges every duty: passed, failed, or not applicable here. A frontage is overdue when its last check is older
than `max_age_days`; then what that check found no longer counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from re import fullmatch

from layers.errors import BadInput
from layers.words import msg

RESULTS = ("pass", "fail", "na")
STATES = ("passed", "failed", "overdue", "never")
MOST_DUTIES = 12
LONGEST_DAYS = 366.0


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty: its code, which stays, and what it is called in both languages."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DutyRules:
    """The duties of a frontage, and how often it must be checked."""

    duties: tuple[Duty, ...]
    max_age_days: float


def checked_rules(rules: DutyRules) -> DutyRules:
    """The same rules; BadInput names what is wrong."""
    codes = [duty.code for duty in rules.duties]
    if not 1 <= len(codes) <= MOST_DUTIES:
        raise BadInput(msg("A frontage has between 1 and {most} duties.", most=MOST_DUTIES), field="duties")
    for number, duty in enumerate(rules.duties, start=1):
        if not fullmatch(r"[a-z][a-z0-9_]{0,39}", duty.code):
            raise BadInput(msg("A code is written in small letters, digits and _."), field=f"duties.{number}")
        if not (duty.zh.strip() and duty.en.strip()):
            raise BadInput(msg("A duty has a name in Chinese and in English."), field=f"duties.{number}")
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise BadInput(msg("There are two duties “{code}”.", code=twice), field="duties")
    if not 0 < rules.max_age_days <= LONGEST_DAYS:
        raise BadInput(msg("The days between two checks must be more than 0 and at most 366."), field="max_age_days")
    return rules


def checked_results(results: Mapping[str, object], duties: Sequence[Duty]) -> dict[str, str]:
    """What a check says of every duty, in the order of the duties; BadInput where one is missing or unknown.

    >>> five = (Duty("order", "包秩序", "Order"), Duty("greenery", "包绿化", "Greenery"))
    >>> checked_results({"greenery": "na", "order": "fail"}, five)
    {'order': 'fail', 'greenery': 'na'}
    """
    known = {duty.code: duty for duty in duties}
    for code, result in results.items():
        if code not in known:
            raise BadInput(msg("There is no duty “{code}”.", code=str(code)[:80]), field="results")
        if result not in RESULTS:
            raise BadInput(
                msg("“{value}” is none of: {choices}.", value=str(result)[:80], choices=", ".join(RESULTS)),
                field=f"results.{code}",
            )
    missing = next((duty for code, duty in known.items() if code not in results), None)
    if missing is not None:
        raise BadInput(msg("Every duty must be judged: “{name}” is not.", name=missing.zh), field="results")
    if set(results.values()) == {"na"}:
        raise BadInput(msg("Nothing was judged: at least one duty applies."), field="results")
    return {code: str(results[code]) for code in known}


def counts(results: Mapping[str, str]) -> tuple[int, int]:
    """How many duties passed, and how many failed.

    >>> counts({"order": "fail", "greenery": "na", "cleanliness": "pass"})
    (1, 1)
    """
    said = list(results.values())
    return said.count("pass"), said.count("fail")


def state_of(checked_at: datetime | None, failed: int, *, now: datetime, max_age_days: float) -> str:
    """One of STATES.

    >>> noon = datetime(2021, 12, 1, 12)
    >>> [state_of(at, 1, now=noon, max_age_days=30) for at in (None, noon, noon - timedelta(days=30, seconds=1))]
    ['never', 'failed', 'overdue']
    """
    if checked_at is None:
        return "never"
    if now - checked_at > timedelta(days=max_age_days):
        return "overdue"
    return "failed" if failed else "passed"


@dataclass(frozen=True, slots=True)
class Standing:
    """A frontage as the rates need it: the code of its unit (segment, village), its state, its last check."""

    unit: str
    state: str
    passed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Rate:
    """How the frontages of a unit stand; the duties are those of the checks that are in time."""

    unit: str
    frontages: int
    in_time: int
    duties_passed: int
    duties_judged: int

    @property
    def checked_share(self) -> float | None:
        """Of its frontages, those checked within the time; None where it has none."""
        return self.in_time / self.frontages if self.frontages else None

    @property
    def passed_share(self) -> float | None:
        """Of the duties judged, those that passed; None where none was judged."""
        return self.duties_passed / self.duties_judged if self.duties_judged else None


def rate(rows: Iterable[Standing], unit: str = "") -> Rate:
    """The rate of these frontages together."""
    held = list(rows)
    fresh = [row for row in held if row.state in ("passed", "failed")]
    passed = sum(row.passed for row in fresh)
    return Rate(unit, len(held), len(fresh), passed, passed + sum(row.failed for row in fresh))


def rates(rows: Iterable[Standing]) -> list[Rate]:
    """The rate of each unit, in the order of their codes; "" = stands in none.

    >>> made = rates([Standing("V1", "passed", 5, 0), Standing("V1", "never", 0, 0), Standing("V2", "failed", 3, 1)])
    >>> [(one.unit, one.checked_share, one.passed_share) for one in made]
    [('V1', 0.5, 1.0), ('V2', 1.0, 0.75)]
    """
    units: dict[str, list[Standing]] = {}
    for row in rows:
        units.setdefault(row.unit, []).append(row)
    return [rate(units[unit], unit) for unit in sorted(units)]
