"""What patrols leave behind: tracks of fixes and signed visits; which pieces of a track can be trusted.

Times are POSIX seconds; places are metres in one projected CRS.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.rules.grid import Floats, Ints

NOBODY = -1  # the number of a person who is not named


@dataclass(frozen=True, eq=False)
class Tracks:
    """Fixes of patrols, in the order of time within each patrol; `patrol` numbers them."""

    patrol: Ints
    x: Floats
    y: Floats
    at: Floats
    accuracy_m: Floats


@dataclass(frozen=True, eq=False)
class Visits:
    """Signed visits: a place and a moment each."""

    x: Floats
    y: Floats
    at: Floats


@dataclass(frozen=True, eq=False)
class Witnesses:
    """Who walked and who answers, as numbers of persons; NOBODY where no one is named.

    `of_patrol` is by the number of the patrol, `of_visit` by the position of the visit, `owners` has a row of
    one or more numbers for each unit. A pass is trusted where a named person walked who is none of the owners.
    """

    of_patrol: Ints
    of_visit: Ints
    owners: Ints  # (units, n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Which fixes and pieces of a track count."""

    accuracy_m: float = 30.0  # S, the worst fix that counts
    max_gap_s: float = 30.0  # between two fixes of one pass
    max_speed_km_h: float = 25.0


@dataclass(frozen=True, eq=False)
class Pieces:
    """Straight ways between two fixes of one pass, grouped by patrol, in the order of time in each."""

    patrol: Ints
    start: Floats  # (n, 2)
    end: Floats
    at: Floats  # of the later fix

    def at_index(self, chosen: NDArray[np.bool_] | Ints) -> "Pieces":
        """Some of them."""
        return Pieces(self.patrol[chosen], self.start[chosen], self.end[chosen], self.at[chosen])


def trusted_pieces(tracks: Tracks, as_of: float, trust: Trust) -> Pieces:
    """The pieces between two good fixes that follow one another soon and not too fast, up to `as_of`.

    >>> line = Tracks(*np.array([[0, 0, 0, 0, 5], [0, 9, 0, 10, 5], [0, 18, 0, 99, 5]]).T)
    >>> trusted_pieces(line, 100.0, Trust()).end.tolist()
    [[9, 0]]
    """
    if (np.diff(tracks.patrol) < 0).any() or _falls(tracks):
        order = np.lexsort((tracks.at, tracks.patrol))
        tracks = Tracks(*(getattr(tracks, name)[order] for name in Tracks.__dataclass_fields__))
    xy = np.column_stack([tracks.x, tracks.y])
    seconds, metres = np.diff(tracks.at), np.hypot(np.diff(tracks.x), np.diff(tracks.y))
    good = (tracks.accuracy_m <= trust.accuracy_m) & (tracks.at <= as_of)
    slow = metres < seconds * trust.max_speed_km_h / 3.6
    same = tracks.patrol[1:] == tracks.patrol[:-1]
    kept = good[1:] & good[:-1] & same & (seconds <= trust.max_gap_s) & slow
    return Pieces(tracks.patrol[1:][kept], xy[:-1][kept], xy[1:][kept], tracks.at[1:][kept])


def _falls(tracks: Tracks) -> bool:
    """Whether the time ever goes back within a patrol."""
    return bool(((np.diff(tracks.at) < 0) & (np.diff(tracks.patrol) == 0)).any())
