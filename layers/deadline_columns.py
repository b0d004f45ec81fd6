"""The deadlines of many cases at once: files that come in, and the demo's histories.

`stage_columns` reckons for cases that stand in one state since one moment, a whole column at a time; `replay_many`
lets each move of a history turn its clocks by the same rule as a move made by hand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from layers.model import Category, Stage
from layers.rules import deadlines as rule
from layers.rules.calendars import Calendar
from layers.rules.clocks import due_many
from layers.rules.deadlines import STAGE_OF, Deadline, Turn
from layers.rules.lifecycle import FINAL_STATES
from layers.store.deadlines import COLUMNS, row_of

_OF_STAGE = {"stage": "name", "label": "label", "clock": "clock", "limit": "limit"}  # column → field of a Stage
FIELDS = ("stage", "stage_started_at", "stage_due_at", "due_at", "paused_at")


@dataclass(frozen=True, slots=True)
class Standing:
    """Cases as they come in: the category of each, its state, since when, when it was found, and the due time of
    the whole case where it is given already."""

    categories: Sequence[Category]
    states: Sequence[str]
    since: Sequence[datetime]
    found_at: Sequence[datetime]
    due_at: Sequence[datetime | None]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """`fields`: columns of the problems (see FIELDS), one value each; `deadlines`: the rows of those still open,
    with the position of their problem in `problem_id` until `rows` puts the key there."""

    fields: Mapping[str, list[Any]]
    deadlines: Mapping[str, list[Any]]

    def by_case(self) -> list[dict[str, Any]]:
        """The fields of each problem."""
        return [dict(zip(self.fields, row, strict=True)) for row in zip(*self.fields.values(), strict=True)]

    def rows(self, ids: Sequence[int]) -> dict[str, list[Any]]:
        """The columns for `session.deadlines.append_columns`, with the keys of the problems."""
        return {**self.deadlines, "problem_id": [ids[position] for position in self.deadlines["problem_id"]]}


def stage_columns(cases: Standing, calendar: Calendar) -> Reckoned:
    """Stage, due times and deadlines of cases in one state each; a deferred case counts as paused since it came in.

    A case that is over gets its whole-case due time for comparison, and no running deadline. What was late before
    it came in is not escalated: its ladder would be climbed in one go.
    """
    spans = _spans(cases)
    ends = _given(cases, spans, _due(spans, calendar))
    fields = _fields(cases, spans, ends)
    return Reckoned(fields, _running(cases, spans, ends, calendar.version))


@dataclass(frozen=True, slots=True)
class History:
    """One case: its category, and the states it came into, in order, the first one when it was found."""

    category: Category
    steps: Sequence[tuple[str, datetime]]


def replay_many(histories: Sequence[History], calendar: Calendar) -> Reckoned:
    """The same from whole histories, with every deadline that was met or missed on the way."""
    replayed = [_replay(position, history, calendar) for position, history in enumerate(histories)]
    fields = {name: [made.get(name) for made, _ in replayed] for name in FIELDS}
    fields["stage"] = [stage or "" for stage in fields["stage"]]
    return Reckoned(fields, _columns(row_of(one) for _, deadlines in replayed for one in deadlines))


def _replay(position: int, history: History, calendar: Calendar) -> tuple[dict[str, object], list[Deadline]]:
    deadlines: list[Deadline] = []
    shown: dict[str, object] = {}
    for state, at in history.steps:
        turn = Turn(problem_id=position, stage=str(shown.get("stage") or ""), state=state, at=at,
                    category=history.category, calendar=calendar)  # fmt: skip
        if shown:
            deadlines = rule.turned(deadlines, turn)
        else:
            deadlines = rule.begun(position, state, history.category, at=at, calendar=calendar)
        shown |= rule.fields(deadlines, turn)
    return shown, deadlines


class _Span(NamedTuple):
    """One limit of one case, and when it began."""

    position: int
    stage: Stage
    start: datetime


def _spans(cases: Standing) -> list[_Span]:
    spans = []
    for position, (category, state) in enumerate(zip(cases.categories, cases.states, strict=True)):
        spans.append(_Span(position, category.case_limit, cases.found_at[position]))
        stage = STAGE_OF.get(state)
        spans += [_Span(position, one, cases.since[position]) for one in category.stages if one.name == stage]
    return spans


def _due(spans: Sequence[_Span], calendar: Calendar) -> list[datetime]:
    ends: dict[int, datetime] = {}
    for clock in {span.stage.clock for span in spans}:
        chosen = [n for n, span in enumerate(spans) if span.stage.clock == clock]
        starts, limits = [spans[n].start for n in chosen], [spans[n].stage.limit for n in chosen]
        ends |= zip(chosen, due_many(starts, limits, clock=clock, calendar=calendar), strict=True)
    return [ends[n] for n in range(len(spans))]


def _given(cases: Standing, spans: Sequence[_Span], ends: Sequence[datetime]) -> list[datetime]:
    """The due times, where the case's own is known already that one."""
    return [
        cases.due_at[span.position] or end if span.stage.name == rule.CASE else end
        for span, end in zip(spans, ends, strict=True)
    ]


def _fields(cases: Standing, spans: Sequence[_Span], ends: Sequence[datetime]) -> dict[str, list[Any]]:
    stages = [STAGE_OF.get(state, "") for state in cases.states]
    case_due: list[Any] = [None] * len(stages)
    stage_due: list[Any] = [None] * len(stages)
    for span, end in zip(spans, ends, strict=True):
        if cases.states[span.position] == "deferred":
            continue
        if span.stage.name == rule.CASE:
            case_due[span.position] = end
        else:
            stage_due[span.position] = min(end, stage_due[span.position] or end)
    return {
        "stage": stages,
        "stage_started_at": [at if stage else None for stage, at in zip(stages, cases.since, strict=True)],
        "stage_due_at": stage_due,
        "due_at": case_due,
        "paused_at": [at if state == "deferred" else None for state, at in zip(cases.states, cases.since, strict=True)],
    }


def _running(cases: Standing, spans: Sequence[_Span], ends: Sequence[datetime], version: int) -> dict[str, list[Any]]:
    """The rows of those still open, in the order of the spans."""
    kept = [
        (span, end) for span, end in zip(spans, ends, strict=True) if cases.states[span.position] not in FINAL_STATES
    ]
    count = len(kept)
    still = [cases.states[span.position] == "deferred" for span, _ in kept]
    since = [cases.since[span.position] for span, _ in kept]
    return {
        "problem_id": [span.position for span, _ in kept],
        **{column: [getattr(span.stage, name) for span, _ in kept] for column, name in _OF_STAGE.items()},
        "started_at": [span.start for span, _ in kept],
        "due_at": [end for _, end in kept],
        "calendar_version": [version] * count,
        "ended_at": [None] * count,
        "met": [None] * count,
        "pauses": [[[at.isoformat(), None]] if paused else [] for paused, at in zip(still, since, strict=True)],
        "extensions": [[]] * count,
        "look_at": [
            span.start if end > at and not paused else None
            for (span, end), at, paused in zip(kept, since, still, strict=True)
        ],
    }


def _columns(rows: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    made = list(rows)
    return {name: [row[name] for row in made] for name in COLUMNS}
