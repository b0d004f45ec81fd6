"""Rebounds as GeoJSON with what they add up to; Knox's table; look-backs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from geo_service.schemas.features import Json, collection, plain
from geo_service.schemas.problems import Names
from layers.geometry import to_geojson
from layers.model import Feature
from layers.rebound_analysis import Group, ReboundMap, Scope
from layers.rebound_cases import TownCases, middles
from layers.rules import chains, knox, survival
from layers.rules.chains import ChronicPlace
from layers.rules.knox import KnoxTable
from layers.rules.look_backs import RESULT_TITLES
from layers.rules.rebound import ALONG_M, NEVER_FIXED_DAYS
from layers.rules.survival import Curve, Risk
from layers.store.look_backs import LookBack

_APART_M = 1.0  # two ends that are nearer are drawn as one point
_MOST_STEPS = 400  # of a curve: more than a screen can show
_CURVE_DAYS = 60.0


def rebound_map(found: ReboundMap, names: Names, scope: Scope) -> Json:
    """Everything about the rebounds in scope."""
    spots = _Spots(found.town)
    return collection(
        (_rebound(found, spots, names, link) for link in found.links),
        as_of=plain(found.as_of),
        parameters=_parameters(found, scope),
        summary={
            "closed": found.closed, "rebounds": _kind_count(found, never=False),
            "never_fixed": _kind_count(found, never=True), "came_back": found.came_back,
            "naive_share": _share(found.came_back, found.closed), "naive_is_biased": True,
            "risk_30_days": risk(found.risk), "hold": dict(found.held), "chronic": len(found.chronic),
        },
        risk={
            name: [_group(one, names if name == "category" else None) for one in groups]
            for name, groups in found.groups.items()
        },
        curve=_curve(found.curve),
        recurrence=_steps(*found.recurrence),
        chronic=[_chronic(found, spots, names, place) for place in found.chronic],
        chains=_chains(found),
    )  # fmt: skip


class _Spots:
    """A point in degrees within each case."""

    def __init__(self, town: TownCases):
        self.metres = middles(town.cases.geometry)
        self.degrees = shapely.get_coordinates(town.metres.back(shapely.points(self.metres))).round(7)

    def line(self, one: int, other: int) -> Json:
        """From one to the other, or a point where they are at one place."""
        if np.hypot(*(self.metres[one] - self.metres[other])) < _APART_M:
            return self.point(other)
        return to_geojson(shapely.LineString(self.degrees[[one, other]]))

    def point(self, row: int) -> Json:
        return to_geojson(shapely.Point(self.degrees[row]))


def _rebound(found: ReboundMap, spots: _Spots, names: Names, link: int) -> Json:
    new, previous = int(found.found.new[link]), int(found.found.previous[link])
    columns, ids = found.town.columns, found.town.cases.id
    return {
        "type": "Feature", "id": int(ids[new]), "geometry": spots.line(previous, new),
        "properties": {
            "problem_id": int(ids[new]), "previous_id": int(ids[previous]),
            "code": columns["code"][new], "previous_code": columns["code"][previous],
            "days": round(float(found.found.days[link]), 3),
            "distance_m": round(float(found.found.distance_m[link]), 2),
            "kind": "never_fixed" if found.found.never_fixed[link] else "rebound",
            "order": int(found.chains.order[link]), "state": columns["state"][new],
            "category": columns["category"][new], "category_name": names.category(columns["category"][new]),
            "found_at": plain(columns["found_at"][new]), "verified_at": plain(columns["verified_at"][previous]),
            "village": found.villages[new][1], "road": found.roads[new][1],
            "spot": spots.degrees[new].tolist(),
        },
    }  # fmt: skip


def _kind_count(found: ReboundMap, *, never: bool) -> int:
    return int((found.found.never_fixed[found.links] == never).sum()) if found.links else 0


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def risk(one: Risk) -> Json:
    """1 − S(30) with its interval; None where there are too few data to tell."""
    numbers = {"risk": one.risk, "lower": one.lower, "upper": one.upper}
    told = {name: round(value, 4) if one.followed else None for name, value in numbers.items()}
    return {**told, "followed": one.followed, "events": one.events, "enough": one.enough}


def _group(one: Group, names: Names | None) -> Json:
    return {
        "key": one.key, "name": names.category(one.key) if names else one.name, "closed": one.closed,
        "rebounds": one.rebounds, "never_fixed": one.never_fixed, "naive_share": round(one.naive, 4),
        **risk(one.risk),
    }  # fmt: skip


def _curve(curve: Curve) -> list[Json]:
    """The steps of the curve up to 60 days."""
    kept = np.flatnonzero((curve.events > 0) & (curve.days <= _CURVE_DAYS))
    kept = np.concatenate([[0], kept[:: max(1, len(kept) // _MOST_STEPS)]])
    last = curve.days[-1:].clip(max=_CURVE_DAYS)
    rows = [
        {"days": round(float(curve.days[i]), 3), "survival": round(float(curve.survival[i]), 4),
         "lower": round(float(curve.lower[i]), 4), "upper": round(float(curve.upper[i]), 4),
         "at_risk": int(curve.at_risk[i])}
        for i in kept.tolist()
    ]  # fmt: skip
    return [*rows, {**rows[-1], "days": round(float(last[0]), 3)}] if last[0] > rows[-1]["days"] else rows


def _steps(days: Any, mean: Any) -> list[list[float]]:
    every = max(1, len(days) // _MOST_STEPS)
    return [[round(d, 2), round(m, 4)] for d, m in zip(days[::every].tolist(), mean[::every].tolist(), strict=True)]


def _chronic(found: ReboundMap, spots: _Spots, names: Names, place: ChronicPlace) -> Json:
    columns, ids = found.town.columns, found.town.cases.id
    rows = [place.root, *(int(found.found.new[link]) for link in place.links)]
    last = rows[-1]
    return {
        "problem_ids": [int(ids[row]) for row in rows], "category": columns["category"][last],
        "category_name": names.category(columns["category"][last]), "rebounds": len(place.links),
        "in_90_days": place.worst, "last_id": int(ids[last]), "last_code": columns["code"][last],
        "last_found_at": plain(columns["found_at"][last]), "last_state": columns["state"][last],
        "village": found.villages[last][1], "road": found.roads[last][1], "spot": spots.degrees[last].tolist(),
    }  # fmt: skip


def _chains(found: ReboundMap) -> list[Json]:
    """Chains with more than one rebound, as the keys of their cases."""
    ids = found.town.cases.id
    by_root: dict[int, list[int]] = {}
    for link in found.links:
        by_root.setdefault(int(found.chains.root[link]), []).append(link)
    return [
        {"problem_ids": [int(ids[root]), *(int(ids[found.found.new[link]]) for link in links)],
         "longest": max(int(found.chains.order[link]) for link in links)}
        for root, links in by_root.items() if len(links) > 1
    ]  # fmt: skip


def _parameters(found: ReboundMap, scope: Scope) -> Json:
    reach = found.town.reach
    return {
        "radius_m": _one_or_own(reach.radius_m, scope.wanted.radius_m),
        "days": _one_or_own(reach.days, scope.wanted.days),
        "along_road_m": ALONG_M, "never_fixed_days": NEVER_FIXED_DAYS,
        "chronic_rebounds": chains.CHRONIC_REBOUNDS, "chronic_days": chains.CHRONIC_DAYS,
        "risk_days": survival.HORIZON_DAYS, "confidence": survival.CONFIDENCE,
        "censored_at_last_inspection": found.inspected, "since": plain(scope.since),
    }  # fmt: skip


def _one_or_own(values: Any, wanted: float | None) -> object:
    """The number that holds for all, or that each category has its own."""
    if wanted is not None:
        return wanted
    different = np.unique(values).tolist()
    return different[0] if len(different) == 1 else "by category"


# ---------------------------------------------------------------- Knox


def choice(table: KnoxTable, *, as_of: datetime, seed: int, shuffles: int) -> Json:
    """The table, band by band."""
    ratio = table.ratio
    return {
        "as_of": plain(as_of),
        "parameters": {
            "seed": seed, "shuffles": shuffles, "least_ratio": knox.LEAST_RATIO, "most_p": knox.MOST_P,
            "least_closed": knox.LEAST_CLOSED,
        },
        "closed": table.closed,
        "share_counted": round(table.share, 4),
        "chosen": {"radius_m": table.chosen[0], "days": table.chosen[1], "from_data": table.from_data},
        "bands": [
            {
                "radius_m": radius_m, "days": days, "observed": int(table.observed[i, j]),
                "expected": round(float(table.expected[i, j]), 2),
                "ratio": None if np.isnan(ratio[i, j]) else round(float(ratio[i, j]), 3),
                "p": round(float(table.p[i, j]), 4), "holds": bool(table.holds[i, j]),
            }
            for i, radius_m in enumerate(knox.RADII_M)
            for j, days in enumerate(knox.WINDOWS_DAYS)
        ],
    }  # fmt: skip


# ---------------------------------------------------------------- look-backs


def look_backs(rows: Sequence[LookBack], problems: Iterable[Feature], names: Names, now: datetime) -> list[Json]:
    """Look-backs with what their problems are."""
    by_id = {problem.id: problem for problem in problems}
    return [look_back(row, by_id[row.problem_id], names, now) for row in rows]


def look_back(row: LookBack, problem: Feature, names: Names, now: datetime) -> Json:
    """One look-back: when, by whom, at which problem, with which result."""
    values = problem.values
    return {
        "id": row.id, "problem_id": row.problem_id, "code": problem.code, "due_at": plain(row.due_at),
        "overdue": not row.result and row.due_at < now, "person": row.person, "person_name": names.person(row.person),
        "done_at": plain(row.done_at), "by": row.by, "by_name": names.person(row.by), "result": row.result,
        "result_name": names.words(RESULT_TITLES[row.result]) if row.result else "", "note": row.note,
        "category": values["category"], "category_name": names.category(values["category"]),
        "description": values["description"], "place_name": values["lead_name"],
        "handled_by": values["handled_by"], "closed_at": plain(values["closed_at"]),
        "geometry": None if problem.geometry is None else to_geojson(problem.geometry),
    }  # fmt: skip
