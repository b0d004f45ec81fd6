"""A problem as GeoJSON: who answers and why, which places, what can be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from geo_service.schemas.features import Json, plain, wrap
from geo_service.words import Words
from layers.model import Category, Event, Feature, Person, PlaceLink
from layers.rules.lifecycle import FINAL_STATES, STATE_TITLES, moves_from
from layers.words import Message


@dataclass(frozen=True, slots=True)
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
        person = self.people.get(str(code))
        return person.name if person else str(code or "")


_SAID = (
    "category", "description", "state", "source_level", "reported_by", "severity", "found_at", "due_at",
    "closed_at", "handled_by", "rework_count", "flags", "rings",
)  # fmt: skip


def problem(row: Feature, links: Sequence[PlaceLink], names: Names, *, now: datetime) -> Json:
    """One problem as a GeoJSON Feature."""
    values = row.values
    properties = {name: plain(values[name]) for name in _SAID}
    properties |= {
        "category_name": names.category(values["category"]),
        "state_name": names.words(STATE_TITLES[str(values["state"])]),
        "reported_by_name": names.person(values["reported_by"]),
        "overdue": is_overdue(row, now),
        "responsible": responsible(values, names),
        "places": [place(link) for link in links],
        "moves": [
            {"to": move.to_state, "title": names.words(move.title), "needs": list(move.needs)}
            for move in moves_from(str(values["state"]))
        ],
        "extra": dict(row.extra),
    }
    return wrap(row, properties)


def responsible(values: Mapping[str, object], names: Names) -> Json:
    """Who answers, for which place, and why, in words."""
    why = values["why"]
    person = names.people.get(str(values["lead_person"]))
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


def place(link: PlaceLink) -> Json:
    """One place that a problem touches."""
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(link).items()}


def event(one: Event, names: Names) -> Json:
    """One line of the history."""
    return {
        "id": one.id,
        "at": plain(one.at),
        "recorded_at": plain(one.recorded_at),
        "kind": one.kind,
        "from": one.from_state or None,
        "to": one.to_state or None,
        "to_name": names.words(STATE_TITLES[one.to_state]) if one.to_state else "",
        "by": one.by or None,
        "by_name": names.person(one.by),
        "note": one.note or "",
        "payload": dict(one.payload or {}),
    }


def is_overdue(row: Feature, now: datetime) -> bool:
    """Open, and past its time."""
    due_at = row.values["due_at"]
    return row.values["state"] not in FINAL_STATES and isinstance(due_at, datetime) and due_at < now
