"""The problems of a campaign as columns: what was open at its baseline, and what has been found since.

A problem that was open at the baseline and turned out later to be none (not filed, void, merged) stays in the
baseline, which is frozen, and is struck off when that was found; one that was found since then is left out, as in
`layers.past`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from layers.ground import NOT_A_PROBLEM, seconds
from layers.model import Category
from layers.query import Query, Where
from layers.rules.progress import Cases, Ints
from layers.store import Session
from layers.units import UNITS

_FIELDS = ("id", "found_at", "closed_at", "state", "category", "rebound_kind", "severity")
_OF_UNIT = {"person": ("lead_person",), "department": ("department",)}  # what else a unit needs


@dataclass(frozen=True, eq=False)
class TownCases:
    """The cases with their keys, categories, severities and units: `units` are codes, `names` what they are called."""

    id: Ints
    category: NDArray[np.object_]
    severity: Ints
    cases: Cases
    units: Sequence[str]
    names: dict[str, str]

    def of(self, chosen: NDArray[np.bool_]) -> Cases:
        """Some of the cases."""
        all_ = self.cases
        return Cases(all_.unit[chosen], all_.found_at[chosen], all_.ended_at[chosen], all_.struck[chosen],
                     all_.rebound[chosen])  # fmt: skip


def town_cases(session: Session, *, by: str, since: datetime, until: datetime) -> TownCases:
    """What was open at `since` or has been found since then, before `until`; one read of columns."""
    asked = Query(where=(Where("found_at", "<", until), Where("closed_at", "null or >=", since)))
    fields = (*_FIELDS, *_OF_UNIT.get(by, ()))
    rows = session.features.columns("problems", fields, asked)
    ended = _struck(session, since) if any(row[3] in NOT_A_PROBLEM for row in rows) else {}
    kept = [row for row in rows if row[3] not in NOT_A_PROBLEM or (row[1] < since and row[0] in ended)]
    columns = {name: [row[i] for row in kept] for i, name in enumerate(fields)}
    names, unit = UNITS[by](session, columns)
    units, position = np.unique(unit.astype(str), return_inverse=True)
    struck = np.array([state in NOT_A_PROBLEM for state in columns["state"]], dtype=bool)
    moments = [ended.get(id_, at) for id_, at in zip(columns["id"], columns["closed_at"], strict=True)]
    cases = Cases(
        position.astype(np.int64), seconds(columns["found_at"]), seconds(moments), struck,
        np.array([bool(kind) for kind in columns["rebound_kind"]], dtype=bool),
    )  # fmt: skip
    kinds = np.array([str(code or "") for code in columns["category"]], dtype=object)
    severity = np.array([value or 1 for value in columns["severity"]], dtype=np.int64)
    return TownCases(np.array(columns["id"], dtype=np.int64), kinds, severity, cases, units.tolist(), names)


def _struck(session: Session, since: datetime) -> dict[int, datetime]:
    """When problems turned out to be none, of those with which it was so from the baseline on."""
    return {id_: at for id_, at in session.history.first_reached(NOT_A_PROBLEM).items() if at >= since}


def within(cases: TownCases, codes: Iterable[str], categories: Sequence[Category]) -> NDArray[np.bool_]:
    """Which cases are of these categories, a major one with all its minor ones; all where none is named."""
    named = frozenset(codes)
    if not named:
        return np.ones(len(cases.id), dtype=bool)
    wanted = named | {category.code for category in categories if category.parent in named}
    return np.isin(cases.category.astype(str), sorted(wanted))
