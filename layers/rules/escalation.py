"""The ladder of escalation: 提醒 → 督办 → 通报 → 约谈, each step once for each due time.

A ladder is a list of steps. Each comes so long before or after the due time of the running stage, or of
the whole case, as its own clock counts, and is addressed to a role. An extension makes a new due time, and
so new steps; a stage that has ended or is paused gives none. The persons follow the chain of the grid
(总网格长 – 分网格长 – 网格员): who is missing is replaced by the next one up, at last by the fallback owner.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from layers.errors import BadInput
from layers.model import CLOCKS
from layers.rules.calendars import Calendar
from layers.rules.clocks import shift
from layers.rules.deadlines import CASE
from layers.schema import ESCALATIONS
from layers.words import msg

STEP_TITLES = {"reminder": "Reminder", "supervise": "Supervision", "notice": "Public notice", "talk": "Summons to talk"}
STEPS = ESCALATIONS
ADDRESSEE_TITLES = {
    "handler": "Who must act",
    "area_head": "Head of the village",
    "zone_head": "Head of the zone",
    "dispatcher": "Dispatcher",
    "supervisor": "Supervisor",
}
OBJECT_TITLES = {"stage": "Running stage", "case": "Whole case"}
OBJECTS = tuple(OBJECT_TITLES)
NO_LADDER = "none"
_REMINDER = "reminder"  # says no more than that the time is near
_LARGEST_OFFSET = 10_000

# Where to look for a role's person, in this order: who must act, the heads of areas by level, people by post.
_CHAIN: dict[str, tuple[str, ...]] = {
    "handler": ("handler", "grid", "village", "zone", "supervisor"),
    "area_head": ("village", "zone", "supervisor"),
    "zone_head": ("zone", "supervisor"),
    "dispatcher": ("dispatcher",),
    "supervisor": ("supervisor",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung: `offset` in the clock's unit after (negative: before) the due time of what it hangs `of`."""

    of: str
    step: str
    clock: str
    offset: float
    addressed_to: str


@dataclass(frozen=True, slots=True)
class Running:
    """A deadline that runs: its stage (`case` for the whole case) and when it is due."""

    stage: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder for one due time, with the moment at which it is taken."""

    stage: str
    step: str
    due_at: datetime
    at: datetime
    addressed_to: str

    @property
    def key(self) -> tuple[str, str, datetime]:
        """What may happen once only."""
        return self.stage, self.step, self.due_at


def rungs(ladder: Sequence[Step], running: Sequence[Running], *, calendar: Calendar) -> list[Rung]:
    """Every step of the deadlines that run, past and future, in the order in which they come.

    >>> from datetime import UTC
    >>> late = Step(of="case", step="talk", clock="natural_days", offset=1.0, addressed_to="supervisor")
    >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> [(rung.step, rung.at.day) for rung in rungs([late], [Running("case", noon)], calendar=Calendar())]
    [('talk', 26)]
    """
    found = [
        Rung(it.stage, step.step, it.due_at,
             shift(it.due_at, step.offset, clock=step.clock, calendar=calendar), step.addressed_to)
        for it in running
        for step in ladder
        if (step.of == "case") == (it.stage == CASE)
    ]  # fmt: skip
    return sorted(found, key=lambda rung: (rung.at, STEPS.index(rung.step)))


def due_steps(
    ladder: Sequence[Step],
    running: Sequence[Running],
    *,
    now: datetime,
    calendar: Calendar,
    done: Collection[tuple[str, str, datetime]] = (),
) -> list[Rung]:
    """The steps whose moment has come and that have not been taken; `done` holds the keys of those that have."""
    return [rung for rung in rungs(ladder, running, calendar=calendar) if rung.at <= now and rung.key not in done]


def to_tell(
    taken: Sequence[Rung], *, now: datetime, missed: Collection[tuple[str, datetime]] = ()
) -> list[tuple[Rung, str, str]]:
    """What is to be told of the steps that are taken now: (step, kind of notice, role of a ladder that is told).

    A missed due time is told once to whom it falls to act; `missed` holds the (stage, due time) told before.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> step = Rung("handle", "supervise", noon, noon, "area_head")
    >>> [(kind, role) for _, kind, role in to_tell([step], now=noon)]
    [('escalated', 'area_head'), ('deadline_missed', 'handler')]
    """
    told: list[tuple[Rung, str, str]] = []
    known = set(missed)
    for rung in taken:
        late = rung.due_at <= now
        if rung.step != _REMINDER:
            told.append((rung, "escalated", rung.addressed_to))
        elif not late:
            told.append((rung, "deadline_near", rung.addressed_to))
        if late and (rung.stage, rung.due_at) not in known:
            known.add((rung.stage, rung.due_at))
            told.append((rung, "deadline_missed", "handler"))
    return told


def highest(steps: Collection[str]) -> str:
    """The highest of some steps; "" for none.

    >>> highest(["notice", "reminder"])
    'notice'
    """
    return max(steps, key=STEPS.index, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Whom a step can be addressed to: who must act, the heads of areas by level, people by post."""

    handler: str = ""
    heads: Mapping[str, str] = field(default_factory=dict)
    posts: Mapping[str, str] = field(default_factory=dict)
    fallback: str = ""


def addressee(role: str, chain: Chain) -> str:
    """The person for a role of a ladder: who is missing is replaced by the next one up.

    >>> addressee("area_head", Chain(heads={"zone": "Z1"}, fallback="F"))
    'Z1'
    >>> addressee("supervisor", Chain(fallback="F"))
    'F'
    """
    known = {"handler": chain.handler, **chain.heads, **chain.posts}
    return next((known[place] for place in _CHAIN[role] if known.get(place)), chain.fallback)


def check_ladder(steps: Sequence[Step]) -> None:
    """BadInput that names the step and its field (`steps.0.clock`) where a ladder cannot be used."""
    for number, step in enumerate(steps):
        allowed = {"of": OBJECTS, "step": STEPS, "clock": CLOCKS, "addressed_to": tuple(ADDRESSEE_TITLES)}
        for name, choices in allowed.items():
            value = getattr(step, name)
            if value not in choices:
                said = msg("“{value}” is none of: {choices}.", value=str(value)[:80], choices=", ".join(choices))
                raise BadInput(said, field=f"steps.{number}.{name}")
        if not abs(step.offset) <= _LARGEST_OFFSET:
            said = msg("The offset must lie between −{limit} and {limit}.", limit=_LARGEST_OFFSET)
            raise BadInput(said, field=f"steps.{number}.offset")
    if len({(step.of, step.step) for step in steps}) < len(steps):
        raise BadInput(msg("Each step can stand once for the stage and once for the case."), field="steps")
