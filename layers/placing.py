"""Who answers for every open problem, derived anew when places or people have changed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from layers.assignment import decide
from layers.problems import lead_columns
from layers.query import Query
from layers.roadside import place_again
from layers.rules.lifecycle import FINAL_STATES
from layers.rules.replay import SET, jsonable
from layers.rules.responsibility import Links
from layers.store import Session, Store
from layers.values import town_day

Progress = Callable[[str, int, int], None]  # phase, rows done, rows in all


def silent(phase: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def assign_all(store: Store, *, now: datetime, progress: Progress = silent) -> int:
    """Derive who answers for every open problem, and every problem's places, anew; how many problems there were."""
    with store.writing() as session:
        return place_anew(session, now=now, progress=progress)


def place_anew(session: Session, *, now: datetime, progress: Progress = silent) -> int:
    """The same inside a transaction that is open already. What is closed keeps who answered then."""
    place_again(session)
    rows = session.features.columns("problems", ("id", "geom", "state", *_LEAD), Query())
    placed = [row for row in rows if row[1] is not None]
    if not placed:
        return 0
    progress("placing", 0, len(placed))
    result = decide(session, _objects([row[1] for row in placed]), on=town_day(now))
    _change_leads(session, placed, lead_columns(result), now)
    session.history.forget_places()
    put_links(session, result.links, [row[0] for row in placed])
    progress("placing", len(placed), len(placed))
    return len(placed)


def put_links(session: Session, links: Links, ids: Sequence[int]) -> None:
    """Store the place links of problems; `ids` are the keys of the geometries that the rule was asked about."""
    columns: dict[str, Any] = dict(links.columns())
    columns["problem_id"] = [ids[position] for position in columns.pop("problem")]
    if columns["problem_id"]:
        session.history.put_place_columns(columns)


_LEAD = ("lead_layer", "lead_code", "lead_name", "lead_person", "lead_role", "why", "flags", "rings")


def _change_leads(
    session: Session, placed: Sequence[tuple[Any, ...]], leads: dict[str, list[Any]], now: datetime
) -> None:
    """Write the leads that differ from what the open problems have, with an event for each of them."""
    new = list(zip(*(leads[name] for name in _LEAD), strict=True))
    changed = [i for i, row in enumerate(placed) if row[2] not in FINAL_STATES and row[3:] != new[i]]
    ids = [placed[i][0] for i in changed]
    session.features.update_columns("problems", ids, {name: [leads[name][i] for i in changed] for name in _LEAD})
    if not ids:
        return
    payloads = [{SET: jsonable(dict(zip(_LEAD, new[i], strict=True)))} for i in changed]
    count = len(ids)
    session.history.append_columns(
        {"problem_id": ids, "kind": ["assigned"] * count, "at": [now] * count, "recorded_at": [now] * count,
         "payload": payloads}
    )  # fmt: skip


def _objects(values: Sequence[object]) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
