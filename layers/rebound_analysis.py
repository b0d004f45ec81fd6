"""The rebounds of a town at a moment: links, chains, chronic places, and how long closures hold, by place and kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.ground import Floats, town_of
from layers.inspection import walks_of
from layers.query import Query, Where
from layers.rebound_cases import CATEGORIES_OWN, TownCases, Wanted, middles, town_cases
from layers.rules.chains import Chains, ChronicPlace, chains, chronic
from layers.rules.grid import CELL_M
from layers.rules.knox import KnoxTable, knox
from layers.rules.look_backs import hold_state
from layers.rules.rebound import DAY_S, Cases, Rebounds, rebounds
from layers.rules.survival import Curve, Risk, kaplan_meier, mean_cumulative, risk_at, risks_by
from layers.store import Session
from layers.values import town_day

Marks = NDArray[np.bool_]
MOST_ACCURACY_M = 30.0  # a fix that is less accurate does not tell which cell somebody was in
GROUPS = ("village", "road", "category")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which closures are asked about: by where and what they are, verified at or after `since`; None = all."""

    query: Query | None = None
    since: datetime | None = None
    wanted: Wanted = CATEGORIES_OWN


@dataclass(frozen=True, slots=True)
class Group:
    """One village, road or category: its closures, what came back, and the risk. `naive`: share that came back."""

    key: str
    name: str
    closed: int
    rebounds: int
    never_fixed: int
    naive: float
    risk: Risk


@dataclass(frozen=True, eq=False)
class ReboundMap:
    """Everything that the page and the address tell. `links`: numbers of the rebounds in scope."""

    town: TownCases
    found: Rebounds
    chains: Chains
    links: Sequence[int]
    chronic: Sequence[ChronicPlace]
    closed: int
    came_back: int  # closures with a rebound
    never_fixed: int  # closures that were found not to be one
    held: Mapping[str, int]
    curve: Curve
    risk: Risk
    recurrence: tuple[Floats, Floats]
    groups: Mapping[str, Sequence[Group]]
    villages: Sequence[tuple[str, str]]  # (code, name) of each case's village, "" = none
    roads: Sequence[tuple[str, str]]
    inspected: bool  # closures were followed only as long as somebody looked
    as_of: datetime


def analysis(session: Session, *, as_of: datetime, scope: Scope | None = None) -> ReboundMap:
    """The rebounds of the closures in scope, among all cases known at `as_of`."""
    scope = scope or Scope()
    town = town_cases(session, as_of=as_of, wanted=scope.wanted)
    cases = town.cases
    found = rebounds(cases, town.reach)
    made = chains(found)
    asked = np.isfinite(cases.verified_at) & _in_scope(session, cases, scope)
    links = np.flatnonzero(asked[found.previous])
    watched, inspected = _watched(session, town, as_of)
    days, event, followed = _followed(cases, found, watched, asked)
    villages, roads = _villages(session, town, as_of), _roads(session, town)
    back, never = (_came_back(cases, found, mark) & asked for mark in (~found.never_fixed, found.never_fixed))
    names = {"village": villages, "road": roads, "category": _categories(town)}
    curve = kaplan_meier(days, event)
    kept = set(links.tolist())
    return ReboundMap(
        town=town, found=found, chains=made, links=links.tolist(),
        chronic=[place for place in chronic(found, made, cases.found_at) if kept & set(place.links)],
        closed=int(asked.sum()), came_back=int(back.sum()), never_fixed=int(never.sum()),
        held=_held(town, asked, back | never, as_of), curve=curve, risk=risk_at(curve),
        recurrence=_recurrence(cases, found, made, asked, as_of.timestamp()),
        groups={
            name: _groups(labels, _Told(asked, back, never), (days, event, followed)) for name, labels in names.items()
        },
        villages=villages, roads=roads, inspected=inspected, as_of=as_of,
    )  # fmt: skip


def choice(session: Session, *, as_of: datetime, seed: int, shuffles: int, category: str = "") -> KnoxTable:
    """Knox's table of all cases known at `as_of` (or of one category): what R and N the data speak for."""
    where = (Where("category", "=", category),) if category else ()
    return knox(town_cases(session, Query(where=where), as_of=as_of).cases, seed=seed, shuffles=shuffles)


def _in_scope(session: Session, cases: Cases, scope: Scope) -> Marks:
    chosen = np.ones(len(cases), dtype=bool)
    if scope.query is not None:
        ids = [id_ for (id_,) in session.features.columns("problems", ("id",), scope.query)]
        chosen &= np.isin(cases.id, np.array(ids, dtype=np.int64))
    if scope.since is not None:
        chosen &= cases.verified_at >= scope.since.timestamp()
    return chosen


def _came_back(cases: Cases, found: Rebounds, of: Marks) -> Marks:
    """Which closures have such a rebound."""
    marks = np.zeros(len(cases), dtype=bool)
    marks[found.previous[of]] = True
    return marks


# -- how long a closure was followed ------------------------------------------------------------
def _followed(cases: Cases, found: Rebounds, watched: Floats, asked: Marks) -> tuple[Floats, Marks, Marks]:
    """Days until the first rebound of each closure, or until nobody watched; whether it is a rebound; which closures.

    What was never fixed ends the watching: the place is known to be dirty, and it counts apart.
    """
    back, never = np.full(len(cases), np.inf), np.full(len(cases), np.inf)
    np.minimum.at(back, found.previous[~found.never_fixed], found.days[~found.never_fixed])
    np.minimum.at(never, found.previous[found.never_fixed], found.days[found.never_fixed])
    end = np.minimum((watched - cases.verified_at) / DAY_S, never)
    event = back < never  # what was found was seen, whether or not a patrol came by later
    days = np.where(event, back, end)
    followed = asked & (days > 0)
    return days[followed], event[followed], followed


def _watched(session: Session, town: TownCases, as_of: datetime) -> tuple[Floats, bool]:
    """Until when each case was watched (seconds): as_of, or the end of its category, or the last look at its cell."""
    until = np.full(len(town.cases), as_of.timestamp())
    ended = {code: one.changed_at for code, one in town.categories.items() if one.retired and one.changed_at}
    until = np.minimum(until, [_retired(ended, code, as_of) for code in town.columns["category"]])
    seen = _last_seen(session, town, as_of)
    return (until, False) if seen is None else (np.minimum(until, seen), True)


def _retired(ended: Mapping[str, datetime], code: object, as_of: datetime) -> float:
    return ended.get(str(code), as_of).timestamp()


def _last_seen(session: Session, town: TownCases, as_of: datetime) -> Floats | None:
    """When somebody was last in the 100 m cell of each case, or looked back at it; None where nobody patrols."""
    walks = walks_of(session, town.metres, as_of)
    tracks, visits = walks.tracks, walks.visits
    exact = tracks.accuracy_m <= MOST_ACCURACY_M
    xy = np.concatenate([np.column_stack([tracks.x, tracks.y])[exact], np.column_stack([visits.x, visits.y])])
    at = np.concatenate([tracks.at[exact], visits.at])
    if not len(at):
        return None
    spots = np.floor(np.concatenate([xy, middles(town.cases.geometry)]) / CELL_M)
    _, cell = np.unique(spots, axis=0, return_inverse=True)
    last = np.full(int(cell.max()) + 1, -np.inf)
    timely = at <= as_of.timestamp()
    np.maximum.at(last, cell[: len(at)][timely], at[timely])
    return np.asarray(np.maximum(last[cell[len(at) :]], _looked_back(session, town.cases, as_of)))


def _looked_back(session: Session, cases: Cases, as_of: datetime) -> Floats:
    seen: dict[int, float] = {}
    for row in session.look_backs.seen():
        if row.done_at is not None and row.done_at <= as_of:
            seen[row.problem_id] = max(row.done_at.timestamp(), seen.get(row.problem_id, -np.inf))
    return np.array([seen.get(id_, -np.inf) for id_ in cases.id.tolist()], dtype=float)


def _recurrence(cases: Cases, found: Rebounds, made: Chains, asked: Marks, as_of: float) -> tuple[Floats, Floats]:
    """How often a place has come back on average, by the days since it was first put right."""
    first = asked.copy()
    first[found.new] = False  # a place is counted from the closure with which its chain begins
    told = first[made.root] & ~found.never_fixed
    since = (cases.found_at[found.new[told]] - cases.verified_at[made.root[told]]) / DAY_S
    return mean_cumulative((as_of - cases.verified_at[first]) / DAY_S, since)


def _held(town: TownCases, asked: Marks, back: Marks, as_of: datetime) -> dict[str, int]:
    """How many closures still count as held, are in their hold period, or came back."""
    counts = {"held": 0, "holding": 0, "rebound": 0}
    verified, codes = town.columns["verified_at"], town.columns["category"]
    for row in np.flatnonzero(asked).tolist():
        category = town.categories.get(str(codes[row]))
        hold_days = 0 if category is None else category.hold_days
        counts[hold_state(verified[row], hold_days, came_back=bool(back[row]), as_of=as_of)] += 1
    return counts


# -- by village, road, category -----------------------------------------------------------------
def _villages(session: Session, town: TownCases, as_of: datetime) -> list[tuple[str, str]]:
    areas = town_of(session, town.metres, on=town_day(as_of))
    names = [*((area.code, area.name) for area in areas.areas), ("", "")]
    return [names[i] for i in areas.at(town.cases.geometry, "village").tolist()]


def _roads(session: Session, town: TownCases) -> list[tuple[str, str]]:
    """The road on whose segment each case lies, by its name."""
    rows = session.features.columns("road_segments", ("code", "road_name", "name"))
    names = {code: str(road or name or code) for code, road, name in rows}
    layers, codes = town.columns["lead_layer"], town.columns["lead_code"]
    roads = [names.get(code, "") if layer == "road_segments" else "" for layer, code in zip(layers, codes, strict=True)]
    return [(road, road) for road in roads]


def _categories(town: TownCases) -> list[tuple[str, str]]:
    return [(str(code), "") for code in town.columns["category"]]


@dataclass(frozen=True, eq=False)
class _Told:
    """Of each case: is it a closure in scope, did it come back, was it never fixed."""

    closed: Marks
    back: Marks
    never: Marks


def _groups(labels: Sequence[tuple[str, str]], told: _Told, followed: tuple[Floats, Marks, Marks]) -> list[Group]:
    """The groups with a closure, those with enough data first, the riskiest first."""
    days, event, rows = followed
    keys = np.array([key for key, _ in labels], dtype=object)
    risks = risks_by([(key,) for key in keys[rows]], days, event)
    nothing = risk_at(kaplan_meier(days[:0], event[:0]))
    names = dict(labels)
    counts = [_counts(keys, marks) for marks in (told.closed, told.back, told.never)]
    made = [
        Group(key, names[key], closed, counts[1].get(key, 0), counts[2].get(key, 0),
              counts[1].get(key, 0) / closed, risks.get(key, nothing))
        for key, closed in counts[0].items() if key
    ]  # fmt: skip
    return sorted(
        made, key=lambda group: (not group.risk.enough, -group.risk.risk * group.risk.enough, -group.closed, group.key)
    )


def _counts(keys: Any, marks: Marks) -> dict[str, int]:
    counted: dict[str, int] = {}
    for key in keys[marks]:
        counted[key] = counted.get(key, 0) + 1
    return counted
