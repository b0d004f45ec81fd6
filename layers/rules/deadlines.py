"""The deadlines of a case: one for the whole of it, one for the stage in which it is.

A stage's clock starts when the case comes into the stage and ends when it leaves it; coming back (返工, 回退)
starts a new one. A deferred case (缓办) stands still; every other move lets its clocks run again. A case that is
over has no clock left: a deadline ended by the time it was due was met, one that was voided or merged is not judged.
Several deadlines of one stage are its milestones and run side by side. A due time is stored; only a pause, an
extension and a recomputation on purpose change it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from layers.errors import BadInput
from layers.model import Category, Stage
from layers.rules.calendars import Calendar
from layers.rules.clocks import after_pause, due
from layers.rules.lifecycle import FINAL_STATES
from layers.words import msg

CASE = "case"
STAGE_TITLES = {
    "confirm": "Confirmation",
    "file": "Filing",
    "assign": "Dispatch",
    "handle": "Handling",
    "check": "Verification",
    CASE: "Whole case",
}
STAGE_OF = {
    "reported": "confirm",
    "confirmed": "file",
    "filed": "assign",
    "assigned": "handle",
    "in_hand": "handle",
    "returned": "handle",
    "fixed": "check",
}
NOT_JUDGED = frozenset({"void", "duplicate"})  # whose deadlines were neither met nor missed
UNJUDGED_CASES = NOT_JUDGED | {"declined"}

Span = tuple[datetime, datetime | None]  # a pause; None = it lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More time: the new due time, the one before, by whom, when, why."""

    until: datetime
    before: datetime
    at: datetime
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One running or ended deadline; `look_at` is when its ladder must be looked at again (None = never)."""

    problem_id: int
    stage: str
    clock: str
    limit: float
    started_at: datetime
    due_at: datetime
    label: str = ""
    calendar_version: int = 0
    ended_at: datetime | None = None
    met: bool | None = None
    pauses: tuple[Span, ...] = ()
    extensions: tuple[Extension, ...] = ()
    look_at: datetime | None = None
    id: int = 0

    @property
    def runs(self) -> bool:
        """Whether it has not ended; it may stand still."""
        return self.ended_at is None

    @property
    def paused_at(self) -> datetime | None:
        """Since when it stands still, or None."""
        last = self.pauses[-1] if self.pauses else (None, self.started_at)
        return last[0] if last[1] is None else None


Deadlines = Sequence[Deadline]


def opened(problem_id: int, stages: Iterable[Stage], *, at: datetime, calendar: Calendar) -> list[Deadline]:
    """A deadline for each of the stages, begun at that moment."""
    return [
        Deadline(
            problem_id=problem_id, stage=stage.name, clock=stage.clock, limit=stage.limit, label=stage.label,
            started_at=at, due_at=due(at, stage.limit, clock=stage.clock, calendar=calendar),
            calendar_version=calendar.version, look_at=at,
        )
        for stage in stages
    ]  # fmt: skip


def begun(problem_id: int, state: str, category: Category, *, at: datetime, calendar: Calendar) -> list[Deadline]:
    """The deadlines of a new case: the whole, and the stage of its state; none for a case that is over."""
    if state in FINAL_STATES:
        return []
    stages = [stage for stage in category.stages if stage.name == STAGE_OF.get(state)]
    return opened(problem_id, [category.case_limit, *stages], at=at, calendar=calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A change of state: from which stage to which state, when, under which category and calendar."""

    problem_id: int
    stage: str
    state: str
    at: datetime
    category: Category
    calendar: Calendar


def turned(deadlines: Deadlines, turn: Turn) -> list[Deadline]:
    """The deadlines after a change of state; those that have ended stay as they are."""
    if turn.state == "deferred":
        return [paused(one, at=turn.at) for one in deadlines]
    running = [resumed(one, at=turn.at, calendar=turn.calendar) for one in deadlines]
    if turn.state in FINAL_STATES:
        return [_over(one, turn) for one in running]
    stage = STAGE_OF[turn.state]
    if stage == turn.stage:
        return running
    left = [one if one.stage == CASE else ended(one, at=turn.at) for one in running]
    coming = [one for one in turn.category.stages if one.name == stage]
    return left + opened(turn.problem_id, coming, at=turn.at, calendar=turn.calendar)


def ended(one: Deadline, *, at: datetime, judged: bool = True) -> Deadline:
    """It ends; met where it was not yet late (due at that very moment is in time)."""
    if not one.runs:
        return one
    return replace(one, ended_at=at, met=at <= one.due_at if judged else None, look_at=None)


def paused(one: Deadline, *, at: datetime) -> Deadline:
    """It stands still from then on; one that has ended or stands still already stays as it is."""
    if not one.runs or one.paused_at is not None:
        return one
    return replace(one, pauses=(*one.pauses, (at, None)), look_at=None)


def resumed(one: Deadline, *, at: datetime, calendar: Calendar) -> Deadline:
    """It runs again, due so much later as its clock would have counted meanwhile."""
    since = one.paused_at
    if not one.runs or since is None:
        return one
    end = max(at, since)
    later = after_pause(one.due_at, (since, end), start=one.started_at, clock=one.clock, calendar=calendar)
    return replace(one, pauses=(*one.pauses[:-1], (since, end)), due_at=later, look_at=at)


def extended(deadlines: Deadlines, granted: Extension) -> list[Deadline]:
    """More time for the running stage; the whole case is then not due before it.

    `granted.before` is filled in. BadInput (`until`) where that gives no more time than there is.
    """
    running = [one for one in deadlines if one.runs]
    stage = [one for one in running if one.stage != CASE] or running
    if not stage or all(granted.until <= one.due_at for one in stage):
        raise BadInput(msg("The new time must be later than the present deadline."), field="until")
    return [_extend(one, granted) if one.runs and one.due_at < granted.until else one for one in deadlines]


def reached(deadlines: Deadlines, label: str, *, at: datetime) -> list[Deadline]:
    """A milestone of the running stage is reached; BadInput (`stage`) where there is none of that name."""
    if not any(one.runs and one.stage != CASE and one.label == label for one in deadlines):
        raise BadInput(msg("No milestone “{label}” is running.", label=label[:40]), field="stage")
    return [ended(one, at=at) if one.stage != CASE and one.label == label else one for one in deadlines]


def recomputed(deadlines: Deadlines, category: Category, *, at: datetime, calendar: Calendar) -> list[Deadline]:
    """Running deadlines by the limits and the calendar of today; time that was granted is not taken back."""
    limits = {(stage.name, stage.label): stage for stage in (*category.stages, category.case_limit)}
    return [_recompute(one, limits.get((one.stage, one.label)), at, calendar) if one.runs else one for one in deadlines]


def fields(deadlines: Deadlines, turn: Turn) -> dict[str, object]:
    """The fields of a problem that follow from its deadlines and its stage after a change of state."""
    over, stays = turn.state in FINAL_STATES, turn.state == "deferred"
    stage = "" if over else turn.stage if stays else STAGE_OF[turn.state]
    changed = {} if stage == turn.stage else {"stage": stage, "stage_started_at": None if over else turn.at}
    return {**changed, **times(deadlines)}


def times(deadlines: Deadlines) -> dict[str, object]:
    """The due times and the pause that a problem's row shows: the next milestone, and the whole case.

    A case that stands still is due at no time that anybody knows: it is not overdue, on no list and no map.
    """
    running = [one for one in deadlines if one.runs]
    still = [one.paused_at for one in running if one.paused_at is not None]
    if still:
        return {"stage_due_at": None, "due_at": None, "paused_at": min(still)}
    stage = [one.due_at for one in running if one.stage != CASE]
    case = [one.due_at for one in deadlines if one.stage == CASE]
    shown: Mapping[str, object] = {"stage_due_at": min(stage, default=None), "paused_at": None}
    return {**shown, **({"due_at": case[-1]} if case else {})}


def _over(one: Deadline, turn: Turn) -> Deadline:
    unjudged = UNJUDGED_CASES if one.stage == CASE else NOT_JUDGED
    return ended(one, at=turn.at, judged=turn.state not in unjudged)


def _extend(one: Deadline, granted: Extension) -> Deadline:
    more = replace(granted, before=one.due_at)
    look = None if one.paused_at else granted.at
    return replace(one, due_at=granted.until, extensions=(*one.extensions, more), look_at=look)


def _recompute(one: Deadline, limit: Stage | None, at: datetime, calendar: Calendar) -> Deadline:
    kept = limit or Stage(one.stage, one.clock, one.limit, one.label)
    spans = [(begin, end) for begin, end in one.pauses if end is not None]
    anew = due(one.started_at, kept.limit, clock=kept.clock, calendar=calendar, pauses=spans)
    granted = [extension.until for extension in one.extensions]
    return replace(
        one, clock=kept.clock, limit=kept.limit, due_at=max([anew, *granted]), calendar_version=calendar.version,
        look_at=None if one.paused_at else at,
    )  # fmt: skip
