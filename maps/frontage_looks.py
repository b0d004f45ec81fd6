"""Looks of the map of frontages and of dust by the gram.

A frontage is a sign, and from near a line along its doors in `width` and `dash` too.
"""

from maps.looks import Group, Look

FRONTAGES = Group(
    key="frontages",
    title="Frontages",
    layer="frontages",
    looks=(
        Look(key="passed", title="All duties passed", light="#008560", dark="#2fbf93", shape="square", glyph="check",
             width=6),
        Look(key="failed", title="Some duties failed", light="#d55e00", dark="#ff7a33", shape="square", glyph="cross",
             width=8),
        Look(key="overdue", title="Check overdue", light="#9a6700", dark="#f2c037", shape="square", glyph="exclamation",
             width=6, dash=(5, 2)),
        Look(key="never", title="Never checked", light="#69757c", dark="#9aa7ad", shape="square", glyph="question",
             width=5, dash=(2, 2)),
    ),
)  # fmt: skip

DUST_SAMPLES = Group(
    key="dust_samples",
    title="Dust by the gram",
    layer="dust_samples",
    looks=(
        Look(key="clean", title="Within the limit", light="#00697a", dark="#4fc3d4", glyph="check"),
        Look(key="dusty", title="Above the limit", light="#a8176b", dark="#ff7ec0", shape="diamond", glyph="cross"),
        Look(key="open", title="Not measured", light="#69757c", dark="#9aa7ad", shape="square", glyph="question"),
    ),
)  # fmt: skip
ROAD_PARTS: dict[str, str] = {"carriageway": "Carriageway", "footway": "Footway"}
TRADES: dict[str, str] = {
    "catering": "Catering",
    "retail": "Retail",
    "services": "Services",
    "repair": "Repair and workshop",
    "other": "Other trade",
}
