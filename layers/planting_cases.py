"""The demo town's problems put into a store, as if its people had reported and moved each of them.

Responsibility, clocks and the effects of every move come from the rules of real use; here they are computed for all
problems at once, and everything is written as columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from layers import duplicates
from layers.assignment import category_of, decide
from layers.births import Births, report_events
from layers.clock_rules import calendar_sheet
from layers.deadline_columns import History, Reckoned, replay_many
from layers.demo import DemoHistory, DemoTown
from layers.demo.histories import Move
from layers.model import Category, Feature
from layers.placing import put_links
from layers.problems import by_category, lead_columns
from layers.rules.effects import Step, effects
from layers.rules.lifecycle import moves_from
from layers.rules.replay import SET, jsonable
from layers.rules.responsibility import Assignments
from layers.rules.roles import UPPER_LEVELS
from layers.source_levels import SHIPPED
from layers.store import Session
from layers.values import town_day

_COLUMNS = ("problem_id", "kind", "at", "recorded_at", "by", "note", "from_state", "to_state", "payload")


@dataclass(frozen=True, slots=True)
class _Case:
    """A problem as it was reported, its moves, and what each of them changes."""

    reported: Feature
    history: DemoHistory
    changes: Sequence[Mapping[str, object]]

    @property
    def now(self) -> Feature:
        """The problem after all its moves."""
        values = dict(self.reported.values)
        for changed in self.changes:
            values |= changed
        return replace(self.reported, values=values)


def plant_problems(session: Session, demo: DemoTown, *, now: datetime) -> dict[str, int]:
    """Store all problems with histories, places and deadlines; the key of each by its code."""
    problems = demo.layers["problems"]
    assignments = decide(session, _shapes(problems), on=town_day(now))
    reported = _reported(problems, assignments, category_of(demo.categories))
    clocks = _clocks(session, reported, demo)
    cases = [
        _case(problem, history, shown)
        for problem, history, shown in zip(reported, demo.histories, clocks.by_case(), strict=True)
    ]
    first = session.features.insert_many("problems", [case.now for case in cases], now=now)
    ids = {case.reported.code: first + n for n, case in enumerate(cases)}
    cases = _merged(session, cases, ids)
    session.history.append_columns(_events(cases, ids, now))
    session.deadlines.append_columns(clocks.rows(list(ids.values())))
    put_links(session, assignments.links, list(ids.values()))
    return ids


def _reported(
    problems: Sequence[Feature], assignments: Assignments, categories: Mapping[str, Category]
) -> list[Feature]:
    """The problems as they were when they came in."""
    leads = lead_columns(assignments)
    return [
        replace(problem, values={
            **problem.values, "state": "reported", **{name: column[n] for name, column in leads.items()},
            **_rules(problem, categories[str(problem.values["category"])]),
        })
        for n, problem in enumerate(problems)
    ]  # fmt: skip


def _rules(problem: Feature, category: Category) -> dict[str, object]:
    """What a problem has from its category and its source."""
    level = str(problem.values["source_level"])
    return {
        **by_category(category),
        "score_effect": SHIPPED.get(level, 0.0),
        "recheck_level": level if level in UPPER_LEVELS else "",
    }  # fmt: skip


def _clocks(session: Session, reported: Sequence[Feature], demo: DemoTown) -> Reckoned:
    """Stages and due times, as the moves of each problem have set them."""
    categories = category_of(demo.categories)
    histories = [
        History(categories[str(problem.values["category"])], [
            ("reported", _found_at(problem)), *((move.to, move.at) for move in history.moves)
        ])
        for problem, history in zip(reported, demo.histories, strict=True)
    ]  # fmt: skip
    return replay_many(histories, calendar_sheet(session).calendar())


def _case(problem: Feature, history: DemoHistory, clocks: Mapping[str, object]) -> _Case:
    """The clocks as they stand come with the last move, or with the report."""
    if not history.moves:
        return _Case(replace(problem, values={**problem.values, **clocks}), history, ())
    values: dict[str, object] = dict(problem.values)
    changes = []
    for move in history.moves:
        changed = {**effects(values, _step(str(values["state"]), move)), "state": move.to}
        values |= changed
        changes.append(changed)
    return _Case(problem, history, [*changes[:-1], {**changes[-1], **clocks}])


def _step(state: str, move: Move) -> Step:
    allowed = next(one for one in moves_from(state) if one.to_state == move.to)
    return Step(move=allowed, at=move.at, by=move.by, until=move.given.get("until"))


def _merged(session: Session, cases: Sequence[_Case], ids: Mapping[str, int]) -> list[_Case]:
    """The cases with the key of the problem into which each duplicate was merged."""
    twice = {ids[case.history.code]: ids[case.history.original] for case in cases if case.history.original}
    session.features.update_columns("problems", list(twice), {"duplicate_of": list(twice.values())})
    return [
        replace(case, changes=[*case.changes[:-1], {**case.changes[-1], "duplicate_of": ids[case.history.original]}])
        if case.history.original
        else case
        for case in cases
    ]


def _events(cases: Sequence[_Case], ids: Mapping[str, int], now: datetime) -> dict[str, list[Any]]:
    """Every event of the town, in the order in which they happened."""
    born = report_events(_births([case.reported for case in cases]), list(ids.values()), now=now)
    rows = list(zip(*(born[name] for name in _COLUMNS), strict=True))
    for case in cases:
        rows += _moves(case, ids[case.history.code], now)
        if case.history.original:
            rows.append(_evidence(case, ids, now))
    rows.sort(key=lambda row: (row[2], row[0]))
    return {name: list(column) for name, column in zip(_COLUMNS, zip(*rows, strict=True), strict=True)}


def _moves(case: _Case, id_: int, now: datetime) -> list[tuple[Any, ...]]:
    states = ["reported", *(move.to for move in case.history.moves)]
    return [
        (id_, "moved", move.at, now, move.by, move.note, state, move.to, {SET: jsonable(changed), **_told(move)})
        for move, state, changed in zip(case.history.moves, states[:-1], case.changes, strict=True)
    ]


def _told(move: Move) -> dict[str, str]:
    return {name: text for name, text in move.given.items() if name != "until"}


def _evidence(case: _Case, ids: Mapping[str, int], now: datetime) -> tuple[Any, ...]:
    """What the problem that stays is told of the one merged into it."""
    merged = case.history.moves[-1]
    said = duplicates.evidence(replace(case.reported, id=ids[case.history.code]))
    return (ids[case.history.original], "evidence", merged.at, now, merged.by, "", "", "", dict(said))


def _births(problems: Sequence[Feature]) -> Births:
    names = {name: None for problem in problems for name in problem.values}
    return Births(
        codes=[p.code for p in problems], geometries=_shapes(problems), extra=[p.extra for p in problems],
        values={name: [p.values.get(name) for p in problems] for name in names},
        source_crs="EPSG:4326", mark={"demo": True},
    )  # fmt: skip


def _found_at(problem: Feature) -> datetime:
    found_at = problem.values["found_at"]
    assert isinstance(found_at, datetime)  # noqa: S101 (our own data)
    return found_at


def _shapes(features: Sequence[Feature]) -> Any:
    array = np.empty(len(features), dtype=object)
    array[:] = [feature.geometry for feature in features]
    return array
