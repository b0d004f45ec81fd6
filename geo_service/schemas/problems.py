"""A problem as GeoJSON: who answers and why, which places, what can be done next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from geo_service.schemas.features import Json, plain, wrap
from geo_service.schemas.unseen import seen_of
from geo_service.words import Words
from layers.casework import KIND_TITLES
from layers.model import Category, Event, Feature, Person, PlaceLink, Request, Responsibility
from layers.rules import appeals
from layers.rules.acts import ACTS, ActKind
from layers.rules.duplicates import Likeness
from layers.rules.lifecycle import FINAL_STATES, STATE_TITLES, Move
from layers.rules.photos import PHOTO_ACTS
from layers.rules.public_reports import WORD_TITLES
from layers.rules.replay import SET
from layers.words import Message


@dataclass(frozen=True)
class Names:
    """What a problem's codes are called."""

    categories: Mapping[str, Category]
    people: Mapping[str, Person]
    words: Words

    def category(self, code: object) -> str:
        """The category's name in the reader's language."""
        category = self.categories.get(str(code))
        if category is None:
            return str(code or "")
        return category.name_zh if self.words.language == "zh" else category.name_en

    def person(self, code: object) -> str:
        """The person's name."""
        person = self.people.get(str(code)) if code else None
        return person.name if person else str(code or "")


_SAID = (
    "category", "description", "state", "source_level", "reported_by", "severity", "found_at", "due_at",
    "closed_at", "handled_by", "verified_at", "verified_by", "rework_count", "handback_count", "dispatch_count",
    "photo_count", "self_handled", "forced", "stage", "stage_started_at", "stage_due_at", "paused_at", "deferred_until",
    "escalation", "duplicate_of", "rebound_of", "rebound_kind", "rebound_days", "rebound_order", "score_effect",
    "recheck_level", "department", "co_departments", "outcomes", "tags", "flags", "rings",
)  # fmt: skip


def problem(
    row: Feature, links: Sequence[PlaceLink], names: Names, *, now: datetime, moves: Sequence[Move] = ()
) -> Json:
    """One problem as a GeoJSON Feature, with the moves that the reader can make."""
    values = row.values
    properties = {name: plain(values[name]) for name in _SAID}
    properties |= {
        "category_name": names.category(values["category"]),
        "state_name": names.words(STATE_TITLES[str(values["state"])]),
        "reported_by_name": names.person(values["reported_by"]),
        "overdue": is_overdue(row, now),
        "responsible": responsible(values, names),
        "places": [place(link) for link in links],
        "handled_by_name": names.person(values["handled_by"]),
        "verified_by_name": names.person(values["verified_by"]),
        "moves": [_move(one, names.words) for one in moves],
        "extra": dict(row.extra),
    }
    return wrap(row, properties)


def _move(one: Move, words: Words) -> Json:
    return {
        "to": one.to_state, "title": words(one.title), "needs": list(one.needs), "roles": sorted(one.roles),
        "guards": list(one.guards), "name": one.name,
    }  # fmt: skip


def acts(kinds: Sequence[ActKind], requests: Sequence[Request], names: Names) -> Json:
    """What can be done beside moving it, and what was asked for."""
    words = names.words
    return {
        "acts": [_act(one, words) for one in kinds],
        "requests": [request(one, names) for one in requests],
    }


def _act(one: ActKind, words: Words) -> Json:
    return {"act": one.name, "title": words(one.title), "needs": list(one.needs), "roles": sorted(one.roles)}


def waiting_request(one: Request, problem: Feature, names: Names, decisions: Sequence[ActKind]) -> Json:
    """A request that waits for its decision, with its case and the acts by which the reader can decide it."""
    values = problem.values
    return {
        **request(one, names), "problem_id": problem.id, "code": problem.code, "version": problem.version,
        "category_name": names.category(values["category"]),
        "place_name": values["lead_name"] or values["lead_code"] or "",
        "decisions": [_act(kind, names.words) for kind in decisions],
    }  # fmt: skip


def request(one: Request, names: Names) -> Json:
    """What was asked for, and how it was decided."""
    words, level = names.words, appeals.level_of(one)
    titles = {kind.asks: kind.title for kind in reversed(ACTS.values()) if kind.asks}
    decided = {kind.verdict: kind.title for kind in ACTS.values() if kind.verdict}
    return {
        "id": one.id, "kind": one.kind, "title": words(titles[one.kind]), "asked_at": plain(one.asked_at),
        "asked_by": one.asked_by, "asked_by_name": names.person(one.asked_by),
        "note": one.note, "until": plain(one.until), "due_at": plain(one.due_at),
        "decided_at": plain(one.decided_at), "decided_by": one.decided_by,
        "decided_by_name": names.person(one.decided_by), "verdict": one.verdict,
        "verdict_name": words(decided[one.verdict]) if one.verdict else "", "decision": one.decision,
        "level": level, "level_name": words(appeals.LEVEL_TITLES[level]) if level else "",
        "further_until": plain(appeals.further_until(one)),
    }  # fmt: skip


def likeness(problem: Json, how: Likeness) -> Json:
    """A known problem that may be the same, with how near it lies in place and time."""
    return {**problem, "properties": {**problem["properties"], "distance_m": how.distance_m, "age_days": how.age_days}}


def responsible(values: Mapping[str, object], names: Names) -> Json:
    """Who answers, for which place, and why, in words."""
    why = values["why"]
    person = names.people.get(str(values["lead_person"])) if values["lead_person"] else None
    return {
        "person": values["lead_person"],
        "person_name": names.person(values["lead_person"]),
        "organisation": person.organisation if person else "",
        "phone": person.phone if person else "",
        "place": values["lead_code"],
        "place_layer": values["lead_layer"],
        "place_name": values["lead_name"],
        "role": values["lead_role"],
        "why": Message.from_json(why).in_(names.words) if isinstance(why, dict) else "",
    }


def sponsor(duty: Responsibility, names: Names) -> Json:
    """Who stands beside whoever answers, at which place; their telephone number where the reader may ring them up."""
    person = names.people.get(duty.person)
    return {
        "person": duty.person, "person_name": names.person(duty.person), "layer": duty.layer, "place": duty.place,
        "phone": person.phone if person else "",
    }  # fmt: skip


def place(link: PlaceLink) -> Json:
    """One place that a problem touches."""
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(link).items()}


def event(one: Event, names: Names, known: Collection[int]) -> Json:
    """One line of the history; what it set stays in the store, and of problems that are not `known` nothing is told."""
    return {
        "id": one.id,
        "at": plain(one.at),
        "recorded_at": plain(one.recorded_at),
        "kind": one.kind,
        "title": names.words(_title_of(one)),
        "from": one.from_state or None,
        "to": one.to_state or None,
        "to_name": names.words(STATE_TITLES[one.to_state]) if one.to_state else "",
        "by": one.by or None,
        "by_name": names.person(one.by),
        "note": one.note or "",
        "payload": seen_of({name: value for name, value in (one.payload or {}).items() if name != SET}, known),
    }


def _title_of(one: Event) -> str:
    done = str(one.payload.get("act"))
    if done in ACTS:
        return ACTS[done].title
    if one.kind == "reporter" and done in WORD_TITLES:
        return WORD_TITLES[done].template
    return PHOTO_ACTS[done].template if done in PHOTO_ACTS else KIND_TITLES.get(one.kind, one.kind)


def is_overdue(row: Feature, now: datetime) -> bool:
    """Open, and past its time."""
    due_at = row.values["due_at"]
    return row.values["state"] not in FINAL_STATES and isinstance(due_at, datetime) and due_at < now
