"""What follows from an act, in the same transaction: clocks, rebounds, notices … each a function of one table.

A use case records its own event and then calls `follow`. Followers are told of those events only (reported, moved,
edited, act), not of one another's.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from layers.deadlines import keep_clocks
from layers.inbox import tell
from layers.look_backs import keep_look_backs
from layers.model import Feature
from layers.patrols import note_patrol
from layers.rebounds import link_rebound
from layers.store import Session


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened: the problem before (None = it is new) and after, the kind of event, and for an act its name."""

    before: Feature | None
    after: Feature
    kind: str
    by: str = ""
    act: str = ""
    at: datetime | None = None

    @property
    def state_change(self) -> tuple[str, str] | None:
        """(from, to) where the state changed; a new problem comes from ""."""
        old = "" if self.before is None else str(self.before.values["state"])
        new = str(self.after.values["state"])
        return None if old == new else (old, new)


Follower = Callable[..., Feature]
"""(session, happening, *, now) → the problem as it then stands."""

FOLLOWERS: tuple[Follower, ...] = (keep_clocks, note_patrol, link_rebound, keep_look_backs, tell)


def follow(session: Session, it: Happening, *, now: datetime) -> Feature:
    """Let every follower do its part, in order; each sees what those before it have changed."""
    for follower in FOLLOWERS:
        it = replace(it, after=follower(session, it, now=now))
    return it.after
