"""The counts of indicators by unit: what a department leads, and what it helps with."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from layers.rules import co_departments
from layers.rules import indicators as rule
from layers.units import Columns

HELPING = ("department", "co_handled")  # by department, this count is told of those that help and not of the lead


def counts_by(by: str, unit: NDArray[np.object_], counted: Mapping[str, rule.Flags], rows: Columns) -> rule.Table:
    """The counts of each unit. A department counts what it leads, but for `co_handled` what it helps with."""
    made = rule.table(counted, unit)
    if by == HELPING[0]:
        for counts in made.values():
            counts[HELPING[1]] = 0
        for i in np.flatnonzero(counted[HELPING[1]]).tolist():
            for name in co_departments.names(rows["co_departments"][i]):
                made.setdefault(name, dict.fromkeys(counted, 0))[HELPING[1]] += 1
    return made


def belongs(by: str, count: str, unit: NDArray[np.object_], rows: Columns, key: str) -> rule.Flags:
    """Which cases belong to the unit `key` for that count."""
    if (by, count) == HELPING:
        return np.array([key in co_departments.names(one) for one in rows["co_departments"]], dtype=bool)
    return np.asarray(unit.astype(str) == key)
