"""The moves of each problem of the demo town: who did what when, in the order that the lifecycle allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from layers.demo.chains import Episode
from layers.demo.land import draw
from layers.demo.people import Roster
from layers.demo.rhythm import SHANGHAI, Rhythm
from layers.rules.roles import UPPER_LEVELS


class Move(NamedTuple):
    """One move: to which state, when (UTC), by whom (a person's code), with which words, and what else is given."""

    to: str
    at: datetime
    by: str
    note: str
    given: Mapping[str, str]


@dataclass(frozen=True)
class DemoHistory:
    """The moves of one problem after it was reported, oldest first; `original` is the code of the one it repeats."""

    code: str
    moves: Sequence[Move]
    original: str = ""


@dataclass(frozen=True)
class Finding:
    """A problem as it was found: its life, from where it came, who reported it, and the one that it repeats."""

    episode: Episode
    source: str
    reporter: str
    original: str = ""


Way = tuple[str, ...]
_OPENED = ("confirmed", "filed", "assigned")
_FIXED = (*_OPENED, "in_hand", "fixed")
_REDONE = ("returned", "in_hand", "fixed")
_HANDED_BACK = (*_OPENED, "filed", "assigned")
WAYS: Mapping[str, Mapping[Way, float]] = {
    "reported": {(): 1},
    "confirmed": {_OPENED[:1]: 1},
    "filed": {_OPENED[:2]: 4, (*_OPENED, "filed"): 1},
    "assigned": {_OPENED: 5, _HANDED_BACK: 1},
    "in_hand": {_FIXED[:4]: 6, (*_FIXED, "returned", "in_hand"): 2, (*_HANDED_BACK, "in_hand"): 1},
    "fixed": {_FIXED: 2, (*_FIXED, *_REDONE): 1},
    "returned": {(*_FIXED, "returned"): 2, (*_FIXED, *_REDONE, "returned"): 1},
    "closed": {
        (*_FIXED, "closed"): 80, (*_FIXED, *_REDONE, "closed"): 10, (*_HANDED_BACK, "in_hand", "fixed", "closed"): 4,
    },
    "deferred": {(*_OPENED[:2], "deferred"): 1, (*_OPENED, "deferred"): 1},
    "declined": {("declined",): 1},
    "void": {("void",): 1},
    "duplicate": {("duplicate",): 1},
}  # fmt: skip
ON_THE_SPOT: Mapping[Way, float] = {("fixed", "closed"): 9}  # by whoever found it on their own patrol
BY_DECISION: Mapping[Way, float] = {(*_OPENED, "deferred", "closed"): 1, (*_FIXED[:4], "closed"): 1}
# How long each move takes, against the others.
EFFORT = {
    "confirmed": 2.0, "filed": 0.8, "assigned": 0.8, "in_hand": 2.5, "fixed": 9.0, "closed": 2.5, "returned": 2.5,
    "spot": 0.1, "deferred": 1.5,
}  # fmt: skip
# Who makes a move and how it is worded, where that hangs on the state before it.
KINDS = {
    ("reported", "fixed"): "spot", ("assigned", "filed"): "handed_back", ("in_hand", "filed"): "handed_back",
    ("deferred", "closed"): "decided", ("in_hand", "closed"): "decided",
}  # fmt: skip
ACTORS = {
    "confirmed": "grid_worker", "filed": "dispatcher", "assigned": "dispatcher", "in_hand": "handler",
    "fixed": "handler", "closed": "inspector", "returned": "inspector", "declined": "dispatcher",
    "void": "dispatcher", "duplicate": "dispatcher", "deferred": "dispatcher", "spot": "reporter",
    "handed_back": "handler", "decided": "supervisor",
}  # fmt: skip
DEFERRED_DAYS = (10, 45)


class Scribe:
    """Writes the histories."""

    def __init__(self, roster: Roster, rhythm: Rhythm, notes: Mapping[str, Sequence[str]], rng: Generator):
        self.roster = roster
        self.rhythm = rhythm
        self.notes = notes
        self.rng = rng

    def moves(self, finding: Finding) -> list[Move]:
        """The moves of one problem."""
        way = self._way(finding)
        team = {role: str(self.rng.choice(people)) for role, people in self.roster.staff.items()}
        found, hands = [], 0
        kinds = [KINDS.get(step, step[1]) for step in pairwise(("reported", *way))]
        for to, kind, at in zip(way, kinds, self._times(finding.episode, kinds), strict=True):
            note = str(self.rng.choice(self.notes[kind])).format(original=finding.original)
            by = self._actor(ACTORS[kind], finding, at, {**team, "handler": self._handler(finding.episode, at, hands)})
            found.append(Move(to, at, by, note, self._given(kind, finding, at)))
            hands += kind == "handed_back"
        return found

    def _way(self, finding: Finding) -> Way:
        state, upper = finding.episode.state, finding.source in UPPER_LEVELS
        ways = dict(WAYS[state])
        if state == "closed" and finding.source in ("self", "village"):
            ways |= ON_THE_SPOT
        if state == "closed" and not upper:
            ways |= BY_DECISION
        names = {str(number): way for number, way in enumerate(ways)}
        return names[draw(dict(zip(names, ways.values(), strict=True)), self.rng)]

    def _given(self, kind: str, finding: Finding, at: datetime) -> dict[str, str]:
        """What a move of that kind cannot do without, beside its note."""
        number = int(self.rng.integers(1, 60))
        if kind == "deferred":
            days = int(self.rng.integers(*DEFERRED_DAYS))
            return {"until": (at.astimezone(SHANGHAI) + timedelta(days=days)).date().isoformat()}
        if kind == "decided":
            return {"document": f"福街演示办〔{at.year}〕{number}号"}
        if kind == "closed" and finding.source in ("county", "city"):
            return {"recheck_level": finding.source, "document": f"复核单（演示）{at.year}-{number:03d}"}
        return {}

    def _times(self, episode: Episode, kinds: Sequence[str]) -> list[datetime]:
        """The moves spread over the problem's life, the last at its end, each later than the one before."""
        effort = np.array([EFFORT.get(kind, 1.0) for kind in kinds]) * self.rng.lognormal(0, 0.5, len(kinds))
        share = np.cumsum(effort) / max(effort.sum(), 1e-9)
        busy = episode.found + (episode.end - episode.found) * share
        return [self.rhythm.at(float(hours)) for hours in busy]

    def _actor(self, role: str, finding: Finding, at: datetime, team: Mapping[str, str]) -> str:
        if role == "reporter":
            return finding.reporter
        return team[role] if role in team else self._of_grid(finding.episode, at)[0]

    def _handler(self, episode: Episode, at: datetime, hands: int) -> str:
        """The chief of the segment, else who answers for the ground; after a handing back the next of them."""
        segment, day = episode.site.segment, at.astimezone(SHANGHAI).date()
        chief = self.roster.holder("road_segments", segment.code, day) if segment else ""
        hands_on = [person for person in (chief, *self._of_grid(episode, at)) if person]
        return hands_on[min(hands, len(hands_on) - 1)]

    def _of_grid(self, episode: Episode, at: datetime) -> tuple[str, str]:
        """The grid worker and the head of the village."""
        day, grid = at.astimezone(SHANGHAI).date(), episode.site.grid
        return self.roster.holder("areas", grid.code, day), self.roster.holder("areas", grid.parent, day)
