"""What was seen of units: one form for cells and for pieces of road."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.rules.grid import Floats, Ints
from layers.rules.tracks import NOBODY, Visits, Witnesses


@dataclass(frozen=True, eq=False)
class Seen:
    """One row per unit; times are POSIX seconds, −inf = never.

    `inspected_at`: the latest moment since which the share C of the unit has been seen. `share`: of the unit, seen
    in its valid time V. `last_at`: when anything of it was last seen. `passes`: how often C of it was seen in V, by
    different patrols or visits. `trusted_at`: as `inspected_at`, by others than its owners alone.
    """

    inspected_at: Floats
    share: Floats
    last_at: Floats
    passes: Ints
    trusted_at: Floats


def with_visits(
    seen: Seen, pairs: tuple[Ints, Ints], visits: Visits, *, since: Floats, people: Witnesses | None
) -> Seen:
    """A signed visit inside a unit sees the whole of it; `pairs` are a unit and a visit."""
    unit, visit = pairs
    at = visits.at[visit]
    fresh = at >= since[unit]
    inspected_at, trusted_at, last_at = seen.inspected_at.copy(), seen.trusted_at.copy(), seen.last_at.copy()
    share = seen.share.copy()
    np.maximum.at(inspected_at, unit, at)
    np.maximum.at(last_at, unit, at)
    share[unit[fresh]] = 1.0
    trusted = by_others(unit, visit, people)
    np.maximum.at(trusted_at, unit[trusted], at[trusted])
    passes = seen.passes + np.bincount(unit[fresh], minlength=len(share))
    return Seen(inspected_at, share, last_at, passes, trusted_at)


def by_others(unit: Ints, visit: Ints, people: Witnesses | None) -> NDArray[np.bool_]:
    """Which visits of units were signed by a named person who answers for none of it."""
    if people is None:
        return np.zeros(len(unit), dtype=bool)
    who = people.of_visit[visit]
    return np.asarray((who != NOBODY) & (people.owners[unit] != who[:, None]).all(axis=1))
