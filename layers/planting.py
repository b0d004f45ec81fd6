"""The demo town put into a store: one transaction, with everything derived by the same rules as in real use."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from layers.assignment import decide
from layers.demo import DemoHistory, DemoTown
from layers.errors import Conflict
from layers.geometry import Metres
from layers.model import Feature
from layers.problems import due_at, lead_columns
from layers.rules.lifecycle import is_path
from layers.stations import rebuild_rings
from layers.store import Session, Store
from layers.values import TOWN_TIME
from layers.words import msg

# Places first: what follows is given to them.
_GROUND = ("areas", "road_segments", "stations", "dust_sources", "patrols")


def plant(store: Store, demo: DemoTown, *, now: datetime, reset: bool) -> bool:
    """Fill an empty store with the demo town; True when it did, False when a demo town stands there already.

    `reset` clears a demo town first. Raises Conflict where the store holds a real town: that is never touched.
    """
    with store.writing() as session:
        town = session.town.get()
        full = any(session.layers.counts().values())
        if full and not town.demo:
            raise Conflict(
                msg("The store holds the town “{name}”: the demo never replaces a real one.", name=town.name)
            )
        if full and not reset:
            return False
        _clear(session)
        session.town.put(replace(demo.town, demo=True))
        session.town.put_categories(demo.categories)
        session.duties.put_people(demo.people)
        session.duties.put_responsibilities(demo.responsibilities)
        for layer in _GROUND:
            session.features.insert_many(layer, demo.layers[layer], now=now)
        rebuild_rings(session, now=now)
        _plant_parcels(session, demo, now)
        _plant_problems(session, demo, now)
        return True


def _clear(session: Session) -> None:
    for schema in session.layers.all():
        if schema.own:
            session.layers.drop(schema.name)
        else:
            session.features.clear(schema.name)
    session.duties.clear()
    session.history.clear()


def _plant_parcels(session: Session, demo: DemoTown, now: datetime) -> None:
    metres = Metres(demo.town.crs)
    parcels = demo.layers["parcels"]
    areas = shapely.area(metres.to(_shapes(parcels))).round(2).tolist()
    sized = [replace(p, values={**p.values, "area_m2": a}) for p, a in zip(parcels, areas, strict=True)]
    session.features.insert_many("parcels", sized, now=now)


def _plant_problems(session: Session, demo: DemoTown, now: datetime) -> None:
    problems = demo.layers["problems"]
    histories = {history.code: history for history in demo.histories}
    assignments = decide(session, _shapes(problems), on=now.astimezone(TOWN_TIME).date())
    leads = lead_columns(assignments)
    limits = {category.code: category for category in demo.categories}
    rows = [
        replace(problem, values={
            **problem.values, **_outcome(histories[problem.code]),
            **{name: column[i] for name, column in leads.items()},
            "due_at": due_at(_found_at(problem), limits[str(problem.values["category"])]),
        })
        for i, problem in enumerate(problems)
    ]  # fmt: skip
    first = session.features.insert_many("problems", rows, now=now)
    session.history.append_columns(_events(problems, histories, first, now))
    links: dict[str, Any] = dict(assignments.links.columns())
    links["problem_id"] = [first + position for position in links.pop("problem")]
    session.history.put_place_columns(links)


def _outcome(history: DemoHistory) -> dict[str, object]:
    """The fields that follow from the moves."""
    states = [move.to for move in history.moves]
    assert is_path(["reported", *states]), history.code  # noqa: S101 (our own data)
    ends = [move.at for move in history.moves if move.to == "closed"]
    handlers = [move.by for move in history.moves if move.to in ("in_hand", "fixed") and move.by]
    return {
        "state": states[-1] if states else "reported",
        "closed_at": ends[-1] if ends else None,
        "handled_by": handlers[-1] if handlers else None,
        "rework_count": states.count("returned"),
    }


def _events(
    problems: list[Feature], histories: dict[str, DemoHistory], first: int, now: datetime
) -> dict[str, list[Any]]:
    names = ("problem_id", "kind", "at", "by", "note", "from_state", "to_state")
    rows: list[tuple[Any, ...]] = []
    for id_, problem in enumerate(problems, first):
        state = "reported"
        rows.append((id_, "reported", _found_at(problem), problem.values.get("reported_by"), None, None, state))
        for move in histories[problem.code].moves:
            rows.append((id_, "moved", move.at, move.by, move.note, state, move.to))
            state = move.to
    columns = {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    return {**columns, "recorded_at": [now] * len(rows), "payload": [{}] * len(rows)}


def _found_at(problem: Feature) -> datetime:
    found_at = problem.values["found_at"]
    assert isinstance(found_at, datetime)  # noqa: S101 (our own data)
    return found_at


def _shapes(features: list[Feature]) -> Any:
    array = np.empty(len(features), dtype=object)
    array[:] = [feature.geometry for feature in features]
    return array
