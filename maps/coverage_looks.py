"""Looks of the maps that tell what patrols have seen: proof of clean zones, coverage of roads and land."""

from maps.looks import Group, Look

ZONE_PROOF = Group(
    key="zone_proof",
    title="How far clean is proven",
    layer="zones",
    looks=(
        Look(key="own", title="Clean, but seen only by its own people", light="#008560", dark="#2fbf93", shape="area",
             hatch="back", opacity=0.26),
        Look(key="zone", title="Clean zone of 4 ha and more", light="#00563e", dark="#8ff0cd", shape="area", width=3,
             opacity=0.0),
    ),
)  # fmt: skip

COVERAGE = Group(
    key="coverage",
    title="Patrol coverage",
    layer="coverage",
    looks=(
        Look(key="fresh", title="Inspected in time", light="#008560", dark="#2fbf93", shape="line", width=5),
        Look(key="late", title="Inspected too long ago", light="#b86e00", dark="#f2b632", shape="line", width=5,
             dash=(6, 2)),
        Look(key="never", title="Never inspected", light="#a8176b", dark="#ff7ec0", shape="line", width=5,
             dash=(2.4, 2.4)),
        Look(key="blind", title="Blind spot", light="#a8176b", dark="#ff7ec0", shape="area", hatch="diagonal", width=2,
             opacity=0.12),
    ),
)  # fmt: skip
