"""Choosing on the map: clicks, names under the mouse, picking a place for something new."""

from collections.abc import Mapping, Sequence

from maps.element import MapElement

# Field → (English title, how its value is said, unit): what a pop-up shows where no panel does.
FIELDS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "problems": (
        ("state", "State", "state", ""),
        ("category_name", "Category", "", ""),
        ("description", "Description", "", ""),
        ("responsible", "Responsible", "", ""),
        ("place", "Place", "", ""),
        ("found_at", "Found at", "time", ""),
        ("due_at", "Due at", "time", ""),
        ("closed_at", "Closed at", "time", ""),
    ),
    "zones": (
        ("state", "State", "look:zones", ""),
        ("reason", "Reason", "table:reasons", ""),
        ("age_days", "Last inspected", "number", "days ago"),
        ("share", "Share inspected", "percent", ""),
        ("passes", "Passes", "number", ""),
        ("name", "Segment name", "", ""),
        ("side", "Side", "word", ""),
    ),
    "coverage": (
        ("state", "State", "look:coverage", ""),
        ("side", "Side", "word", ""),
        ("from_m", "Chainage from", "number", "m"),
        ("to_m", "Chainage to", "number", "m"),
        ("age_days", "Last inspected", "number", "days ago"),
        ("owner", "Responsible", "", ""),
    ),
    "coverage_cells": (
        ("state", "State", "look:coverage", ""),
        ("age_days", "Last inspected", "number", "days ago"),
        ("share", "Share inspected", "percent", ""),
    ),
    "blind_spots": (
        ("name", "Village", "", ""),
        ("age_days", "Last inspected", "number", "days ago"),
        ("area_m2", "Area", "number", "m²"),
    ),
    "roads": (
        ("name", "Segment name", "", ""),
        ("road_class", "Road class", "look:roads", ""),
        ("from_m", "Chainage from", "number", "m"),
        ("to_m", "Chainage to", "number", "m"),
        ("length_m", "Length", "number", "m"),
        ("open", "Open problems", "number", ""),
        ("overdue", "Overdue", "number", ""),
    ),
    "parcels": (
        ("code", "Code", "", ""),
        ("state", "State", "look:parcels", ""),
        ("treatment", "Planned treatment", "table:treatments", ""),
        ("owner", "Owner", "", ""),
        ("area_m2", "Area", "number", "m²"),
        ("area_mu", "Area", "number", "mu"),
    ),
    "frontages": (
        ("code", "Code", "", ""),
        ("state", "State", "look:frontages", ""),
        ("trade", "Kind of trade", "table:trades", ""),
        ("address", "Address", "", ""),
        ("road_name", "Road name", "", ""),
        ("side", "Side", "word", ""),
        ("from_m", "Chainage from", "number", "m"),
        ("to_m", "Chainage to", "number", "m"),
        ("pledged_on", "Pledge signed on", "day", ""),
        ("checked_at", "Last checked at", "time", ""),
        ("passed", "Duties passed", "number", ""),
        ("failed", "Duties failed", "number", ""),
    ),
    "dust_samples": (
        ("code", "Code", "", ""),
        ("road_name", "Road name", "", ""),
        ("from_m", "Chainage from", "number", "m"),
        ("part", "Part of the road", "table:road_parts", ""),
        ("grams_m2", "Dust", "number", "g/m²"),
        ("limit_g_m2", "Dust limit", "number", "g/m²"),
        ("litter_minutes", "Litter stayed", "number", "min"),
        ("sampled_at", "Sampled at", "time", ""),
        ("contractor", "Cleaning contractor", "", ""),
        ("fine", "Fine", "number", "CNY"),
    ),
    "stations": (("code", "Code", "", ""),),
    "rings": (
        ("inner_m", "Inner radius", "number", "m"),
        ("outer_m", "Outer radius", "number", "m"),
        ("count", "Problems", "number", ""),
    ),
    "rebounds": (
        ("kind", "Kind", "look:rebounds", ""),
        ("category_name", "Category", "", ""),
        ("days", "Days after the closing", "number", "d"),
        ("order", "Rebounds in a row", "number", ""),
        ("found_at", "Found at", "time", ""),
        ("code", "Code", "", ""),
        ("previous_code", "Rebound of", "", ""),
    ),
    "chronic": (
        ("category_name", "Category", "", ""),
        ("in_90_days", "Rebounds within 90 days", "number", ""),
        ("last_found_at", "Found at", "time", ""),
        ("last_code", "Code", "", ""),
    ),
    "work_faces": (
        ("kind", "Fault", "look:work_faces", ""),
        ("level", "Level", "look:areas", ""),
        ("road", "Road name", "", ""),
        ("area_m2", "Area", "number", "m²"),
        ("length_m", "Length", "number", "m"),
        ("from_m", "Chainage from", "number", "m"),
        ("to_m", "Chainage to", "number", "m"),
        ("names", "Whose", "", ""),
    ),
    "measures": (
        ("code", "Code", "", ""),
        ("kind_name", "Kind of measure", "", ""),
        ("parcel", "Parcel", "", ""),
        ("quantity", "Quantity", "number", ""),
        ("unit_name", "Unit", "", ""),
        ("done_at", "Done at", "time", ""),
    ),
    "hotspots": (
        ("count", "Problems", "number", ""),
        ("expected", "Expected by chance", "number", ""),
        ("q", "q-value", "precise", ""),
    ),
}


class Selection(MapElement):
    """What a click chooses; `layers` are the layers that this map has."""

    module = "selection"

    def __init__(self, layers: Sequence[str], own_fields: Mapping[str, Sequence[tuple[str, str]]] | None = None):
        fields = {layer: [_field(*field) for field in FIELDS.get(layer, ())] for layer in layers}
        for layer, named in (own_fields or {}).items():
            fields[layer] = [_field(name, title, "", "") for name, title in named]
        super().__init__(fields=fields)


def _field(name: str, title: str, kind: str, unit: str) -> dict[str, str]:
    said = {"name": name, "title": title, "kind": kind, "unit": unit}
    return {key: value for key, value in said.items() if value}
