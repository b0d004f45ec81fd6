"""An appeal (申诉) goes through levels, as a table: 预审核 → 部门 → 领导.

Each level is a request of its own, decided within its days. A pre-review looks only at whether there is something to
decide; the inspection decides; whoever is rejected there may take it to the leader. Nobody decides on their own appeal,
and nobody twice on the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from layers.model import Request
from layers.rules.roles import DISPATCHERS, LEADERS, REFEREES

KIND = "appeal"
FURTHER_WITHIN_DAYS = 5.0  # calendar days after a rejection, for taking the appeal further


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its key, English title, who decides there, within how many calendar days."""

    key: str
    title: str
    roles: frozenset[str]
    decide_within_days: float


LEVELS = (
    Level("review", "Pre-review", DISPATCHERS, 2.0),
    Level("inspection", "Inspection", REFEREES, 5.0),
    Level("leader", "Leader", LEADERS, 5.0),
)
FIRST = LEVELS[0].key
HIGHEST = LEVELS[-1].key
LEVEL_TITLES = {level.key: level.title for level in LEVELS}
_BY_KEY = {level.key: level for level in LEVELS}
_ONE_STEP = "inspection"  # an appeal of release 0.2.0 names no level: the inspection decided it


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """The last appeal of a case: its open level ("" = none), who asked, who has decided on it so far.

    `further`: it was rejected, and whoever asked may still take it to the next level.
    """

    level: str = ""
    asked_by: str = ""
    decided_by: frozenset[str] = frozenset()
    further: bool = False


def level_of(request: Request) -> str:
    """The level at which an appeal is decided; "" for a request of another kind."""
    return (request.level or _ONE_STEP) if request.kind == KIND else ""


def roles_at(level: str) -> frozenset[str]:
    """Who decides at a level."""
    return _BY_KEY[level].roles


def due_at(level: str, asked_at: datetime) -> datetime:
    """By when a level decides.

    >>> due_at("review", datetime(2021, 11, 22, 9)).isoformat()
    '2021-11-24T09:00:00'
    """
    return asked_at + timedelta(days=_BY_KEY[level].decide_within_days)


def after(level: str) -> str:
    """The level above.

    >>> after("review"), after("inspection")
    ('inspection', 'leader')
    """
    return LEVELS[[one.key for one in LEVELS].index(level) + 1].key


def chain(requests: Sequence[Request]) -> tuple[Request, ...]:
    """The levels that the last appeal among a case's requests has come to, the first one first."""
    appeals = [one for one in requests if one.kind == KIND]
    if not appeals:
        return ()
    first = appeals[-1].first_id or appeals[-1].id
    return tuple(one for one in appeals if first in (one.id, one.first_id))


def deciders(request: Request, requests: Sequence[Request]) -> frozenset[str]:
    """Who has decided at the levels of the same appeal before; `requests` are those of its case."""
    first = request.first_id
    return frozenset(one.decided_by for one in requests if first and first in (one.id, one.first_id) and one.decided_by)


def last_appeal(requests: Sequence[Request], *, now: datetime) -> Appeal:
    """How the last appeal of a case stands.

    >>> from datetime import UTC
    >>> monday = datetime(2021, 11, 22, tzinfo=UTC)
    >>> row = Request(problem_id=1, kind="appeal", asked_at=monday, asked_by="R1", id=1, decided_at=monday,
    ...               decided_by="R2", verdict="rejected", level="inspection")
    >>> last_appeal([row], now=monday).further, last_appeal([row], now=monday + timedelta(days=6)).further
    (True, False)
    """
    levels = chain(requests)
    if not levels:
        return Appeal()
    last = levels[-1]
    return Appeal(
        level="" if last.verdict else level_of(last), asked_by=levels[0].asked_by,
        decided_by=frozenset(one.decided_by for one in levels if one.decided_by), further=_may_go_further(last, now),
    )  # fmt: skip


def further_until(request: Request) -> datetime | None:
    """Until when a rejection may be taken further; None where it cannot be."""
    if request.verdict != "rejected" or request.decided_at is None or level_of(request) in ("", HIGHEST):
        return None
    return request.decided_at + timedelta(days=FURTHER_WITHIN_DAYS)


def _may_go_further(request: Request, now: datetime) -> bool:
    until = further_until(request)
    return until is not None and now < until
