"""The moves of each problem of the demo town: who did what when, in the order that the lifecycle allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from layers.demo.chains import Episode
from layers.demo.people import Roster
from layers.demo.rhythm import SHANGHAI, Rhythm


class Move(NamedTuple):
    """One move: to which state, when (UTC), by whom (a person's code), with which words."""

    to: str
    at: datetime
    by: str
    note: str


@dataclass(frozen=True)
class DemoHistory:
    """The moves of one problem after it was reported, oldest first; empty for one just reported."""

    code: str
    moves: Sequence[Move]


_OPENED = ("confirmed", "filed", "assigned")
_FIXED = (*_OPENED, "in_hand", "fixed")
_REDONE = ("returned", "in_hand", "fixed")
WAYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "reported": ((),),
    "confirmed": (_OPENED[:1],),
    "filed": (_OPENED[:2],),
    "assigned": (_OPENED,),
    "in_hand": (_FIXED[:4], _FIXED[:4], _FIXED[:4], (*_FIXED, "returned", "in_hand")),
    "fixed": (_FIXED, _FIXED, (*_FIXED, *_REDONE)),
    "returned": ((*_FIXED, "returned"), (*_FIXED, "returned"), (*_FIXED, *_REDONE, "returned")),
    "closed": (*[(*_FIXED, "closed")] * 8, (*_FIXED, *_REDONE, "closed")),
    "deferred": ((*_OPENED[:2], "deferred"), (*_OPENED, "deferred")),
    "declined": (("declined",),),
    "void": (("void",),),
    "duplicate": (("duplicate",),),
}
# How long each move takes, against the others.
EFFORT = {"confirmed": 2.0, "filed": 0.8, "assigned": 0.8, "in_hand": 2.5, "fixed": 9.0, "closed": 2.5, "returned": 2.5}
ACTORS = {
    "confirmed": "grid_worker", "filed": "dispatcher", "assigned": "dispatcher", "in_hand": "handler",
    "fixed": "handler", "closed": "inspector", "returned": "inspector", "declined": "dispatcher",
    "void": "dispatcher", "duplicate": "dispatcher", "deferred": "dispatcher",
}  # fmt: skip


class Scribe:
    """Writes the histories."""

    def __init__(self, roster: Roster, rhythm: Rhythm, notes: Mapping[str, Sequence[str]], rng: Generator):
        self.roster = roster
        self.rhythm = rhythm
        self.notes = notes
        self.rng = rng

    def moves(self, episode: Episode, original: str) -> list[Move]:
        """The moves of one problem; `original` is the code of the problem that it repeats, or ""."""
        ways = WAYS[episode.state]
        way = ways[int(self.rng.integers(len(ways)))]
        team = {role: str(self.rng.choice(people)) for role, people in self.roster.staff.items()}
        found = []
        for to, at in zip(way, self._times(episode, way), strict=True):
            note = str(self.rng.choice(self.notes[to])).format(original=original)
            found.append(Move(to, at, self._actor(ACTORS[to], episode, at, team), note))
        return found

    def _times(self, episode: Episode, way: Sequence[str]) -> list[datetime]:
        """The moves spread over the problem's life, the last at its end, each later than the one before."""
        effort = np.array([EFFORT.get(to, 1.0) for to in way]) * self.rng.lognormal(0, 0.5, len(way))
        share = np.cumsum(effort) / max(effort.sum(), 1e-9)
        busy = episode.found + (episode.end - episode.found) * share
        return [self.rhythm.at(float(hours)) for hours in busy]

    def _actor(self, role: str, episode: Episode, at: datetime, team: Mapping[str, str]) -> str:
        if role in team:
            return team[role]
        day = at.astimezone(SHANGHAI).date()
        grid, segment = episode.site.grid, episode.site.segment
        chief = self.roster.holder("road_segments", segment.code, day) if segment else ""
        if role == "handler" and chief:
            return chief
        worker = self.roster.holder("areas", grid.code, day)
        return worker or self.roster.holder("areas", grid.parent, day)
