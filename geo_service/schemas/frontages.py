"""Frontages, their checks and samples of dust as JSON."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from geo_service.schemas.features import Json, feature, plain
from geo_service.schemas.people import names_of
from geo_service.words import Words
from layers.frontage_duties import as_json as duties_json
from layers.frontage_duties import duty_rules
from layers.frontage_report import FrontageReport
from layers.model import Feature
from layers.rules.dust import PassRate
from layers.rules.frontages import DutyRules, Rate, counts, state_of
from layers.store import Session
from layers.store.frontage_checks import FrontageCheck
from layers.store.rulesets import Ruleset


@dataclass(frozen=True)
class Names:
    """What places and people are called, and the duties in force."""

    segments: Mapping[str, str]
    areas: Mapping[str, str]
    people: Mapping[str, str]
    duties: DutyRules
    words: Words


def names(session: Session, words: Words) -> Names:
    """The names that answers about frontages and samples need."""
    segments, areas = (
        {str(code): str(name or code) for code, name in session.features.columns(layer, ("code", field))}
        for layer, field in (("road_segments", "road_name"), ("areas", "name"))
    )
    people = {code: person.name for code, person in names_of(session).items()}
    return Names(segments, areas, people, duty_rules(session)[1], words)


def frontage(row: Feature, known: Names, *, now: datetime) -> Json:
    """One frontage: with its state, and the names of its road and village."""
    made = feature(row, digits=8)
    said, failed = made["properties"], row.values["failed"]
    checked_at = row.values["checked_at"]
    assert checked_at is None or isinstance(checked_at, datetime)  # noqa: S101 (its kind)
    said["state"] = state_of(
        checked_at, int(str(failed or 0)), now=now, max_age_days=known.duties.max_age_days
    )  # fmt: skip
    return _with_places(made, known)


def sample(row: Feature, known: Names) -> Json:
    """One sample of dust, with the names of its road and of who took it."""
    made = feature(row, digits=8)
    made["properties"]["by_name"] = known.people.get(str(row.values["by"]), row.values["by"] or "")
    return _with_places(made, known)


def _with_places(made: Json, known: Names) -> Json:
    said = made["properties"]
    said["road_name"] = known.segments.get(said["segment"], said["segment"] or "")
    said["village_name"] = known.areas.get(said["village"], said["village"] or "")
    return made


def check(one: FrontageCheck, known: Names, problems: Mapping[int, Feature]) -> Json:
    """One check; the problem that it opened is told to whom may see it."""
    passed, failed = counts(one.results)
    opened = problems.get(one.problem_id or 0)
    titles = {duty.code: _title(duty.zh, duty.en, known.words) for duty in known.duties.duties}
    order = [*(code for code in titles if code in one.results), *sorted(one.results.keys() - titles.keys())]
    return {
        "id": one.id, "frontage_id": one.frontage_id, "frontage": one.frontage, "at": plain(one.at),
        "recorded_at": plain(one.recorded_at), "by": one.by or None, "by_name": known.people.get(one.by, one.by),
        "results": [{"duty": code, "name": titles.get(code, code), "result": one.results[code]} for code in order],
        "passed": passed, "failed": failed, "note": one.note, "duties_version": one.duties_version,
        "problem": None if opened is None else {"id": opened.id, "code": opened.code, "state": opened.values["state"]},
    }  # fmt: skip


def duties(current: Ruleset, rules: DutyRules, words: Words) -> Json:
    """The duties in force, each with its name in the reader's language."""
    body = duties_json(rules)
    named = [{**row, "name": _title(row["zh"], row["en"], words)} for row in body["duties"]]
    return {**sheet(current), "max_age_days": rules.max_age_days, "duties": named}


def sheet(current: Ruleset) -> Json:
    """Which version of a ruleset it is, and whose; 0 = as shipped."""
    return {"version": current.version, "changed_at": plain(current.changed_at), "changed_by": current.changed_by}


def report(found: FrontageReport, dust: Mapping[str, Sequence[PassRate]], known: Names) -> Json:
    """The rates of frontages and of samples, by unit."""
    called = {"segment": known.segments, "village": known.areas}
    return {
        "states": dict(found.states), "max_age_days": found.max_age_days, "whole": _rate(found.whole),
        "by": {unit: [{**_rate(one), "name": called[unit].get(one.unit, one.unit)} for one in rows]
               for unit, rows in found.by.items()},
        "dust": {unit: [{**_pass_rate(one), "name": called.get(unit, {}).get(one.unit, one.unit)} for one in rows]
                 for unit, rows in dust.items()},
    }  # fmt: skip


def _rate(one: Rate) -> Json:
    return {
        "unit": one.unit, "frontages": one.frontages, "in_time": one.in_time, "checked_share": one.checked_share,
        "duties_passed": one.duties_passed, "duties_judged": one.duties_judged, "passed_share": one.passed_share,
    }  # fmt: skip


def _pass_rate(one: PassRate) -> Json:
    return {"unit": one.unit, "samples": one.samples, "passed": one.passed, "share": one.share,
            "mean_g_m2": one.mean_g_m2, "fines": one.fines}  # fmt: skip


def _title(zh: str, en: str, words: Words) -> str:
    return zh if words.language == "zh" else en


def opened_by(checks: Sequence[FrontageCheck]) -> Collection[int]:
    """The keys of the problems that checks have opened."""
    return {one.problem_id for one in checks if one.problem_id is not None}
