"""Measures as GeoJSON: what was done, in words, with its warnings and with how far the place is treated."""

from collections.abc import Mapping, Sequence

from geo_service.schemas.features import Json, feature
from geo_service.words import Words
from layers.measures import Outlook
from layers.model import Feature
from layers.rules.measures import KINDS, TREATED_SHARE, UNIT_TITLES, Completion, parcel_state
from layers.words import Message


def measure(row: Feature, words: Words, people: Mapping[str, str]) -> Json:
    """One measure; `people` are names by code."""
    made = feature(row, digits=8)
    said = made["properties"]
    kind = KINDS.get(str(row.values["kind"]))
    said["kind_name"] = words(kind.title) if kind else ""
    said["unit_name"] = words(UNIT_TITLES[str(row.values["unit"])]) if row.values["unit"] else ""
    said["by_name"] = people.get(str(row.values["by"]), row.values["by"])
    said["covers"] = bool(kind and kind.covers)
    said["warnings"] = warnings(row, words)
    return made


def with_outlook(it: Outlook, words: Words, people: Mapping[str, str]) -> Json:
    """A measure with the completion of its parcel and of its problem."""
    made = measure(it.measure, words, people)
    made["properties"]["completion"] = {
        name: completion(found, words)
        for name, found in (("parcel", it.parcel), ("problem", it.problem))
        if found is not None
    }
    return made


def completion(found: Completion, words: Words) -> Json:
    """How far a place is treated: of each kind, and together."""
    return {
        "area_m2": round(found.area_m2, 2),
        "treated_m2": round(found.treated_m2, 2),
        "share": round(found.share, 4),
        "state": parcel_state(found.share),
        "treated_from": TREATED_SHARE,
        "by_kind": [
            {
                "kind": kind, "kind_name": words(KINDS[kind].title), "area_m2": round(area_m2, 2),
                "share": round(area_m2 / found.area_m2, 4) if found.area_m2 else 0.0,
            }
            for kind, area_m2 in sorted(found.by_kind.items())
        ],
    }  # fmt: skip


def kinds(words: Words) -> list[Json]:
    """The table of kinds, for the forms."""
    return [
        {
            "kind": code, "name": words(kind.title), "unit": kind.unit, "unit_name": words(UNIT_TITLES[kind.unit]),
            "geometry_types": sorted(kind.geometry_types), "covers": kind.covers, "wets": kind.wets,
            "on_organisation": not kind.geometry_types,
        }
        for code, kind in KINDS.items()
    ]  # fmt: skip


def warnings(row: Feature, words: Words) -> list[str]:
    """The legal warnings in the reader's language."""
    said = row.values["warnings"]
    assert isinstance(said, Sequence | None)  # noqa: S101 (our own writing)
    return [Message.from_json(one).in_(words) for one in said or ()]
