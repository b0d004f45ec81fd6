"""Samples of dust (以克论净): judged when they are entered, by the limit of their road and part, and never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers import repeats
from layers.dust_limits import dust_rules
from layers.errors import BadInput
from layers.model import Feature
from layers.people import actor
from layers.problems import Draft, report_in
from layers.roadside import FIELDS, Beside, place_one
from layers.rules.dust import DustRules, limit_for, passes
from layers.schema import LAYERS
from layers.store import Session, Store
from layers.values import checked, town_day
from layers.words import msg

LAYER = "dust_samples"
CATEGORY = "0605"  # 以克论净超标
SAMPLE = "dust_sample"  # the extra field of a problem that names its sample
DERIVED = frozenset({*FIELDS, "road_class", "limit_g_m2", "passed", "problem"})
_SLACK = timedelta(minutes=5)  # between the clock of a phone and ours
_NEVER_BELOW_0 = ("grams_m2", "litter_minutes", "fine")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWish:
    """What was measured. `opens`: a problem is opened, merged into `duplicate_of` where given."""

    geometry: BaseGeometry
    values: Mapping[str, object]
    opens: bool = False
    duplicate_of: int | None = None


def add(store: Store, wish: SampleWish, *, now: datetime, key: str | None = None) -> Feature:
    """A new sample; the same `key` gives the same one again.

    Raises BadInput for what cannot be, and where a problem is to be opened of a sample that passed.
    """
    with store.writing() as scoped:
        session = scoped.whole
        if made := repeats.done_before(session, key, LAYER):
            return scoped.features.get(LAYER, made)
        if wish.duplicate_of is not None:
            scoped.features.get("problems", wish.duplicate_of)  # what may not be seen is not there
        sample = _judged(session, wish, now=now)
        if wish.opens:
            sample = _with_problem(session, sample, wish, now=now)
        stored = session.features.insert(LAYER, sample, now=now)
        repeats.keep(session, key, LAYER, stored.id, now=now)
        return stored


def judged_columns(session: Session, found: Beside, values: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """For samples out of a file: the class of the road, its limit, and whether it holds (None = no grams given)."""
    _, rules = dust_rules(session)
    count = len(found.road_class)
    parts, grams, minutes = (
        list(values.get(name) or [None] * count) for name in ("part", "grams_m2", "litter_minutes")
    )
    limits = [
        limit_for(rules.limits, class_, part or "carriageway")
        for class_, part in zip(found.road_class, parts, strict=True)
    ]
    passed = [
        None if grams_m2 is None else passes(grams_m2, limit, stayed, rules.litter_minutes)
        for grams_m2, limit, stayed in zip(grams, limits, minutes, strict=True)
    ]
    return {**found.columns, "road_class": found.road_class, "limit_g_m2": limits, "passed": passed,
            "problem": [None] * count}  # fmt: skip


def _judged(session: Session, wish: SampleWish, *, now: datetime) -> Feature:
    given = checked(LAYERS[LAYER], {name: value for name, value in wish.values.items() if name not in DERIVED})
    known = {"part": "carriageway", "sampled_at": now, **{n: v for n, v in given.items() if v is not None}}
    _check(session, known, now=now)
    _, rules = dust_rules(session)
    beside, road_class = place_one(session, wish.geometry)
    verdict = _verdict(rules, known, road_class)
    number = session.features.next_id(LAYER)
    code = str(wish.values.get("code") or "") or f"KZ-{number:05d}"
    values = {**known, **beside, **verdict, "road_class": road_class or None}
    return Feature(id=number, code=code, geometry=wish.geometry, values=values)


def _check(session: Session, known: Mapping[str, Any], *, now: datetime) -> None:
    if known.get("grams_m2") is None:
        raise BadInput(msg("A sample has its grams per square metre."), field="grams_m2")
    for name in _NEVER_BELOW_0:
        if float(known.get(name) or 0) < 0:
            raise BadInput(msg("A quantity or a cost is not below zero."), field=name)
    if known["sampled_at"] > now + _SLACK:
        raise BadInput(msg("The time of a sample lies in the future."), field="sampled_at")
    actor(session, str(known.get("by") or ""), on=town_day(now))


def _verdict(rules: DustRules, known: Mapping[str, Any], road_class: str) -> dict[str, object]:
    limit = limit_for(rules.limits, road_class, known["part"])
    clean = passes(known["grams_m2"], limit, known.get("litter_minutes"), rules.litter_minutes)
    return {"limit_g_m2": limit, "passed": clean}


def _with_problem(session: Session, sample: Feature, wish: SampleWish, *, now: datetime) -> Feature:
    values: Mapping[str, Any] = sample.values
    if values["passed"]:
        raise BadInput(msg("The sample passed: there is no problem to open."), field="problem")
    draft = Draft(
        geometry=wish.geometry, category=CATEGORY, description=_said(session, values),
        reported_by=str(values.get("by") or ""), found_at=values["sampled_at"], duplicate_of=wish.duplicate_of,
        extra={SAMPLE: sample.code},
    )  # fmt: skip
    problem = report_in(session, draft, now=now)
    return Feature(
        id=sample.id, code=sample.code, geometry=sample.geometry, values={**values, "problem": problem.code}
    )  # fmt: skip


def _said(session: Session, values: Mapping[str, Any]) -> str:
    """Numbers that need no translation: the road, the grams beside their limit, the minutes."""
    road = ""
    if values["segment"]:
        row = session.features.by_code("road_segments", values["segment"])
        road = f"{row.values['name'] or row.values['road_name'] or row.code}："
    dust = f"{road}{values['grams_m2']:g} g/m² (≤ {values['limit_g_m2']:g})"
    minutes = values.get("litter_minutes")
    stayed = "" if minutes is None else f", {minutes:g} min"
    note = f"。{values['note']}" if values.get("note") else ""
    return dust + stayed + note
