"""The layers as data: which layers there are, what each row carries.

Every layer has, besides the fields named here, the columns
`id` (integer key), `town`, `code` (unique within the town), `geom` (EPSG:4326),
`extra` (all fields of the source that have no name here), `source_crs`,
`version` (counts up with each change) and `updated_at`.
"""

from dataclasses import dataclass, field
from typing import Literal

from layers.model import STAGES

Kind = Literal["text", "integer", "real", "boolean", "date", "time", "json"]
Shape = Literal["POINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRY"]

GEOMETRY_TYPES: dict[Shape, frozenset[str]] = {
    "POINT": frozenset({"Point"}),
    "MULTILINESTRING": frozenset({"LineString", "MultiLineString"}),
    "MULTIPOLYGON": frozenset({"Polygon", "MultiPolygon"}),
    "GEOMETRY": frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `title` is the English word, and the key of its translation."""

    name: str
    kind: Kind
    title: str
    choices: tuple[str, ...] = ()
    default: object = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LayerSchema:
    """One layer; `own` marks a layer that a user added by import."""

    name: str
    title: str
    shape: Shape
    fields: tuple[Field, ...] = ()
    own: bool = False
    style: dict[str, object] = field(default_factory=dict)

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(f.name for f in self.fields)


AREA_LEVELS = ("zone", "village", "grid")
ROAD_CLASSES = ("national", "provincial", "county", "township", "urban", "street")
PARCEL_ORIGINS = ("new_found", "idle_cleared", "other")
TREATMENTS = ("green", "harden", "clear", "cover")
PARCEL_STATES = ("bare", "in_treatment", "treated")
STATION_GRADES = ("national", "province", "county", "town")
DUST_KINDS = ("construction", "bare_soil", "mine", "yard", "road", "other")
SOURCE_LEVELS = ("self", "village", "subdistrict", "county", "city", "public", "sensor")
ESCALATIONS = ("reminder", "supervise", "notice", "talk")  # 提醒 督办 通报 约谈, the gentlest first
REBOUND_KINDS = ("rebound", "never_fixed")  # 反弹, 整改不实
MEASURE_KINDS = (
    "clear", "green", "harden", "cover", "sprinkle", "mist", "wet_work", "haul_control", "clean", "deep_clean",
    "dry_toilet", "sewage", "upkeep", "survey", "sweep", "patrol_control", "inspection", "joint_enforcement",
    "exposure", "notice", "talk", "accountability", "praise", "sweeping_day", "publicity",
)  # fmt: skip
MEASURE_UNITS = ("m²", "m³", "m", "L", "kg", "trips", "sites", "times", "people")
PATROL_KINDS = ("track", "visit")
PATROL_RESULTS = ("nothing_found", "found")
PROBLEM_STATES = (
    "reported", "confirmed", "filed", "declined", "assigned", "in_hand",
    "fixed", "closed", "returned", "deferred", "void", "duplicate",
)  # fmt: skip
FRONTAGE_TRADES = ("catering", "retail", "services", "repair", "other")
ROAD_PARTS = ("carriageway", "footway")
RADII_M = (300, 500, 1000, 1500, 2000, 3000)

# Where along a road, and in which areas, something stands: derived from its geometry, never given.
_ROADSIDE = (
    Field("segment", "text", "Road segment"),
    Field("side", "text", "Side"),
    Field("from_m", "real", "Chainage from", unit="m"),
    Field("to_m", "real", "Chainage to", unit="m"),
    Field("grid", "text", "Grid"),
    Field("village", "text", "Village"),
    Field("zone", "text", "Zone"),
)

_LAYERS = (
    LayerSchema(
        "areas",
        "Areas of responsibility",
        "MULTIPOLYGON",
        (
            Field("name", "text", "Name"),
            Field("level", "text", "Level", AREA_LEVELS, "village"),
            Field("parent", "text", "Parent area"),
        ),
    ),
    LayerSchema(
        "road_segments",
        "Road segments",
        "MULTILINESTRING",
        (
            Field("name", "text", "Segment name"),
            Field("road_name", "text", "Road name"),
            Field("road_class", "text", "Road class", ROAD_CLASSES, "urban"),
            Field("from_m", "real", "Chainage from", unit="m"),
            Field("to_m", "real", "Chainage to", unit="m"),
            Field("corridor_m", "real", "Visible corridor each side", default=30.0, unit="m"),
        ),
    ),
    LayerSchema(
        "parcels",
        "Bare-land parcels",
        "MULTIPOLYGON",
        (
            Field("name", "text", "Name"),
            Field("origin", "text", "Origin", PARCEL_ORIGINS, "new_found"),
            Field("found_on", "date", "Found on"),
            Field("owner", "text", "Owner"),
            Field("treatment", "text", "Planned treatment", TREATMENTS),
            Field("state", "text", "State", PARCEL_STATES, "bare"),
            Field("area_m2", "real", "Area", unit="m²"),
        ),
    ),
    LayerSchema(
        "stations",
        "Air-monitoring stations",
        "POINT",
        (
            Field("name", "text", "Name"),
            Field("grade", "text", "Grade", STATION_GRADES, "town"),
            Field("invented", "boolean", "Invented for the demo", default=False),
            Field("radii_m", "json", "Ring radii", default=RADII_M, unit="m"),
            Field("no_interference_m", "real", "No-interference radius", default=50.0, unit="m"),
        ),
    ),
    LayerSchema(
        "station_buffers",
        "Station rings",
        "MULTIPOLYGON",
        (
            Field("station", "text", "Station"),
            Field("inner_m", "real", "Inner radius", unit="m"),
            Field("outer_m", "real", "Outer radius", unit="m"),
        ),
    ),
    LayerSchema(
        "dust_sources",
        "Dust sources",
        "GEOMETRY",
        (
            Field("name", "text", "Name"),
            Field("kind", "text", "Kind", DUST_KINDS, "other"),
            Field("owner", "text", "Owner"),
        ),
    ),
    LayerSchema(
        "problems",
        "Problems",
        "GEOMETRY",
        (
            Field("category", "text", "Category"),
            Field("description", "text", "Description", default=""),
            Field("state", "text", "State", PROBLEM_STATES, "reported"),
            Field("source_level", "text", "Source", SOURCE_LEVELS, "self"),
            Field("reported_by", "text", "Reported by"),
            Field("severity", "integer", "Severity", default=1),
            Field("found_at", "time", "Found at"),
            Field("due_at", "time", "Due at"),
            Field("closed_at", "time", "Closed at"),
            Field("handled_by", "text", "Handled by"),
            Field("verified_at", "time", "Verified at"),
            Field("verified_by", "text", "Verified by"),
            Field("rework_count", "integer", "Times returned", default=0),
            Field("handback_count", "integer", "Times handed back", default=0),
            Field("dispatch_count", "integer", "Times assigned", default=0),
            Field("photo_count", "integer", "Photos", default=0),
            Field("self_handled", "boolean", "Fixed on the spot", default=False),
            Field("forced", "boolean", "Closed by decision", default=False),
            Field("stage", "text", "Stage", ("", *STAGES), ""),
            Field("stage_started_at", "time", "Stage began at"),
            Field("stage_due_at", "time", "Stage due at"),
            Field("paused_at", "time", "Clocks stopped at"),
            Field("deferred_until", "date", "Deferred until"),
            Field("escalation", "text", "Escalation", ("", *ESCALATIONS), ""),
            Field("duplicate_of", "integer", "Merged into"),
            Field("rebound_of", "integer", "Rebound of"),
            Field("rebound_kind", "text", "Kind of rebound", ("", *REBOUND_KINDS), ""),
            Field("rebound_days", "real", "Days after the closing", unit="d"),
            Field("rebound_order", "integer", "Rebounds in a row"),
            Field("score_effect", "real", "Effect on the score", default=0.0),
            Field("recheck_level", "text", "Level that must re-check", ("", *SOURCE_LEVELS), ""),
            Field("department", "text", "Lead department", default=""),
            Field("co_departments", "json", "Co-departments"),
            Field("outcomes", "json", "Outcomes of enforcement"),
            Field("tags", "json", "Tags"),
            Field("category_version", "integer", "Version of the category"),
            Field("lead_layer", "text", "Responsible layer"),
            Field("lead_code", "text", "Responsible place"),
            Field("lead_name", "text", "Name of the responsible place"),
            Field("lead_person", "text", "Responsible person"),
            Field("lead_role", "text", "Role"),
            Field("why", "json", "Why this person"),
            Field("flags", "json", "Flags", default=()),
            Field("rings", "json", "Station rings", default=()),
        ),
    ),
    LayerSchema(
        "measures",
        "Measures",
        "GEOMETRY",
        (
            Field("kind", "text", "Kind of measure", MEASURE_KINDS),
            Field("problem", "text", "Code of the problem"),
            Field("parcel", "text", "Code of the parcel"),
            Field("organisation", "text", "Organisation"),
            Field("quantity", "real", "Quantity"),
            Field("unit", "text", "Unit", MEASURE_UNITS),
            Field("cost", "real", "Cost", unit="CNY"),
            Field("done_at", "time", "Done at"),
            Field("valid_to", "time", "Removed at"),
            Field("by", "text", "Done by"),
            Field("note", "text", "Note", default=""),
            Field("warnings", "json", "Legal warnings", default=()),
        ),
    ),
    LayerSchema(
        "patrols",
        "Patrol observations",
        "GEOMETRY",
        (
            Field("inspector", "text", "Inspector"),
            Field("kind", "text", "Kind", PATROL_KINDS, "track"),
            Field("result", "text", "Result", PATROL_RESULTS, "nothing_found"),
            Field("started_at", "time", "Started at"),
            Field("ended_at", "time", "Ended at"),
            Field("fixes", "json", "Fixes (seconds from start, accuracy in metres) of each vertex"),
            Field("note", "text", "Note", default=""),
        ),
    ),
    LayerSchema(
        "frontages",
        "Frontages",
        "GEOMETRY",
        (
            Field("name", "text", "Shop name"),
            Field("trade", "text", "Kind of trade", FRONTAGE_TRADES, "other"),
            Field("address", "text", "Address"),
            Field("keeper", "text", "Keeper"),
            Field("pledged_on", "date", "Pledge signed on"),
            *_ROADSIDE,
            Field("checked_at", "time", "Last checked at"),
            Field("passed", "integer", "Duties passed"),
            Field("failed", "integer", "Duties failed"),
        ),
    ),
    LayerSchema(
        "dust_samples",
        "Dust samples",
        "POINT",
        (
            Field("part", "text", "Part of the road", ROAD_PARTS, "carriageway"),
            Field("grams_m2", "real", "Dust", unit="g/m²"),
            Field("litter_minutes", "real", "Litter stayed", unit="min"),
            Field("sampled_at", "time", "Sampled at"),
            Field("by", "text", "Sampled by"),
            Field("contractor", "text", "Cleaning contractor"),
            Field("fine", "real", "Fine", unit="CNY"),
            Field("note", "text", "Note", default=""),
            Field("road_class", "text", "Road class"),
            Field("limit_g_m2", "real", "Dust limit", unit="g/m²"),
            Field("passed", "boolean", "Passed"),
            Field("problem", "text", "Code of the problem"),
            *_ROADSIDE,
        ),
    ),
)

LAYERS: dict[str, LayerSchema] = {layer.name: layer for layer in _LAYERS}
