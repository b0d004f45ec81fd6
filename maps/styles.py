"""The one table of looks: state, class or severity → colour, shape, hatch and words.

Pages, legends, vector-tile styles, standalone files and prints all read it. Colours are of
the Okabe-Ito family, and nothing is told by colour alone: each look of a group differs from
the others in its shape, glyph, hatch, width or dash as well. `light` and `dark` are the
colours of the two themes, `ink` what is written on them. Words are English templates, the
keys of the translation catalogues.
"""

from dataclasses import asdict

from layers.rules.lifecycle import STATE_TITLES
from maps import basemap_looks
from maps.coverage_looks import COVERAGE, ZONE_PROOF
from maps.frontage_looks import DUST_SAMPLES, FRONTAGES, ROAD_PARTS, TRADES
from maps.looks import GLYPHS, SHAPES, Group, Hatch, Look, Shape, Theme

DARK_INK = "#1c1300"

PROBLEMS = Group(
    key="problems",
    title="Problem state",
    layer="problems",
    looks=(
        Look(
            key="overdue",
            title="Overdue",
            light="#d55e00",
            dark="#ff7a33",
            shape="triangle",
            glyph="exclamation",
        ),
        Look(
            key="open",
            title="Waiting",
            light="#0072b2",
            dark="#4aa8e8",
            glyph="dot",
            states=("reported", "confirmed", "filed"),
        ),
        Look(
            key="doing",
            title="Being handled",
            light="#e69f00",
            dark="#f2b632",
            ink_light=DARK_INK,
            glyph="dots",
            states=("assigned", "in_hand", "returned"),
        ),
        Look(
            key="check",
            title="To be checked",
            light="#a8487f",
            dark="#e39ac4",
            shape="square",
            glyph="magnifier",
            states=("fixed",),
        ),
        Look(
            key="paused",
            title="Put off",
            light="#56b4e9",
            dark="#8fd0f5",
            ink_light=DARK_INK,
            shape="square",
            glyph="pause",
            states=("deferred",),
        ),
        Look(key="closed", title="Closed", light="#008560", dark="#2fbf93", glyph="check", states=("closed",)),
        Look(
            key="dropped",
            title="Not pursued",
            light="#434b51",
            dark="#76808a",
            glyph="cross",
            states=("declined", "void", "duplicate"),
        ),
    ),
)

ZONES = Group(
    key="zones",
    title="Clean zones",
    layer="zones",
    looks=(
        Look(key="clean", title="Clean", light="#008560", dark="#2fbf93", shape="area", glyph="check", opacity=0.42),
        Look(
            key="problem",
            title="Problem",
            light="#d55e00",
            dark="#ff7a33",
            shape="area",
            glyph="exclamation",
            hatch="dots",
            opacity=0.55,
        ),
        Look(
            key="unknown",
            title="Not known",
            light="#69757c",
            dark="#9aa7ad",
            shape="area",
            glyph="question",
            hatch="diagonal",
            opacity=0.14,
        ),
    ),
)
ZONE_REASONS: dict[str, str] = {
    "never": "Never inspected",
    "stale": "Inspected too long ago",
    "partial": "Inspected only in part",
    "recent": "Problem only just closed",
    "open": "Open problem",
}

ROAD_LOAD = Group(
    key="road_load",
    title="Open problems on the segment",
    layer="roads",
    looks=(
        Look(key="none", title="none", light="#5f7f79", dark="#5d8f88", shape="line", width=3, at_least=0),
        Look(key="few", title="1–2", light="#b87a00", dark="#ffdd75", shape="line", width=5, at_least=1),
        Look(key="some", title="3–5", light="#bf4512", dark="#ff9447", shape="line", width=7, at_least=3),
        Look(key="many", title="6 or more", light="#8a0f3c", dark="#ff5590", shape="line", width=10, at_least=6),
    ),
)
CORRIDOR = Group(
    key="corridor",
    title="Corridor",
    layer="roads",
    looks=(
        Look(
            key="corridor",
            title="Land seen from the road",
            light="#0072b2",
            dark="#6fb7f0",
            shape="area",
            width=1,
            dash=(5, 4),
            opacity=0.07,
        ),
    ),
)

PARCELS = Group(
    key="parcels",
    title="Bare-land parcels",
    layer="parcels",
    looks=(
        Look(
            key="bare", title="Bare", light="#7b4fa3", dark="#c79bf2", shape="area", hatch="diagonal",
            width=2, opacity=0.3,
        ),
        Look(
            key="in_treatment", title="In treatment", light="#a86b00", dark="#f2b632", shape="area", hatch="dots",
            width=2, opacity=0.28,
        ),
        Look(key="treated", title="Treated", light="#008560", dark="#2fbf93", shape="area", width=2, opacity=0.25),
    ),
)  # fmt: skip
TREATMENTS: dict[str, str] = {
    "green": "Greening",
    "harden": "Hardening",
    "clear": "Clearing away",
    "cover": "Covering",
}

STATIONS = Group(
    key="stations",
    title="Air-monitoring stations",
    layer="stations",
    looks=(
        Look(key="station", title="Station", light="#1f5f99", dark="#6fb7f0", shape="diamond", glyph="station"),
        Look(
            key="ring", title="Ring", light="#1f5f99", dark="#6fb7f0", shape="area", width=1.4, dash=(4, 3),
            opacity=0.03,
        ),
    ),
)  # fmt: skip

HOTSPOTS = Group(
    key="hotspots",
    title="Where problems pile up",
    layer="hotspots",
    looks=(
        Look(key="hot", title="More than chance", light="#b8002e", dark="#ff6b81", shape="area", glyph="plus",
             width=2.4, opacity=0.5),
        Look(key="cold", title="Fewer than chance", light="#0072b2", dark="#4aa8e8", shape="area", glyph="minus",
             hatch="back", width=1, opacity=0.12),
        Look(key="chance", title="May be chance", light="#69757c", dark="#9aa7ad", shape="area", width=0.5,
             opacity=0.03),
    ),
)  # fmt: skip


def _dust(key: str, title: str, glyph: str) -> Look:
    return Look(key=key, title=title, light="#8a5a2b", dark="#d9a066", shape="square", glyph=glyph)


DUST = Group(
    key="dust_sources",
    title="Dust sources",
    layer="dust_sources",
    looks=(
        _dust("construction", "Construction site", "crane"),
        _dust("bare_soil", "Bare soil", "dots"),
        _dust("mine", "Mining site", "mine"),
        _dust("yard", "Storage yard", "heap"),
        _dust("road", "Dusty road", "minus"),
        _dust("other", "Other dust source", "question"),
    ),
)


def _land(key: str, title: str, *, light: str, dark: str, glyph: str, hatch: Hatch, shape: Shape = "square") -> Look:
    faint = 0.05 if key == "unassigned_area" else 0.18  # a whole area must not hide what lies in it
    return Look(key=key, title=title, light=light, dark=dark, shape=shape, glyph=glyph, hatch=hatch, opacity=faint)


def _stretch(key: str, title: str, *, light: str, dark: str, glyph: str, dash: tuple[float, ...] = ()) -> Look:
    return Look(key=key, title=title, light=light, dark=dark, glyph=glyph, width=8, dash=dash)


REBOUNDS = Group(
    key="rebounds",
    title="Rebounds",
    layer="rebounds",
    looks=(
        Look(key="chronic", title="Chronic place", light="#8a0f3c", dark="#ff5590", shape="diamond",
             glyph="exclamation"),
        Look(key="rebound", title="Rebound", light="#d55e00", dark="#ff7a33", ink_light=DARK_INK, glyph="again"),
        Look(key="never_fixed", title="Never fixed", light="#7b4fa3", dark="#c79bf2", shape="square", glyph="cross"),
        Look(key="link", title="From the closed case to the new one", light="#8a5a2b", dark="#d9a066", shape="line",
             width=2, dash=(4, 3)),
    ),
)  # fmt: skip

WORK_FACES = Group(
    key="work_faces",
    title="Faults of the seam",
    layer="work_faces",
    looks=(
        _land("gap", "Land without anybody", light="#b8002e", dark="#ff6b81", glyph="question", hatch="diagonal"),
        _land("sliver", "Narrow gap", light="#b8002e", dark="#ff6b81", glyph="minus", hatch=""),
        _land("overlap", "Overlap", light="#7b4fa3", dark="#c79bf2", glyph="overlap", hatch="back"),
        _land("outside", "Beyond the district", light="#8a5a2b", dark="#d9a066", glyph="outward", hatch="dots"),
        _land("outside_parent", "Beyond its parent area", light="#8a5a2b", dark="#d9a066", glyph="outward",
              hatch="dots", shape="diamond"),
        _land("unassigned_area", "Area without a responsible person", light="#0072b2", dark="#4aa8e8",
              glyph="question", hatch="dots", shape="diamond"),
        _stretch("unassigned_stretch", "Stretch without a chief", light="#0072b2", dark="#4aa8e8", glyph="question"),
        _stretch("double_stretch", "Stretch held twice", light="#7b4fa3", dark="#c79bf2", glyph="double"),
        _stretch("chainage_gap", "Chainage missing", light="#b8002e", dark="#ff6b81", glyph="gap", dash=(2, 2)),
    ),
)  # fmt: skip

MEASURES = Group(
    key="measures",
    title="Measures",
    layer="measures",
    looks=(
        Look(key="cover", title="Covering", light="#00697a", dark="#4fc3d4", shape="area", hatch="back", width=1.6,
             opacity=0.18),
        Look(key="green", title="Greening", light="#4d7a00", dark="#a6d157", shape="area", hatch="dots", width=1.6,
             opacity=0.18),
        Look(key="harden", title="Hardening", light="#5b6770", dark="#aab6bf", shape="area", hatch="cross", width=1.6,
             opacity=0.18),
        Look(key="clear", title="Clearing away", light="#a8487f", dark="#e39ac4", shape="area", hatch="diagonal",
             width=1.6, opacity=0.18),
        Look(key="other", title="Other measure", light="#1f5f99", dark="#6fb7f0", shape="area", width=1.6, dash=(4, 3),
             opacity=0.1),
    ),
)  # fmt: skip

OWN = Group(
    key="own",
    title="Added layers",
    layer="own",
    looks=(Look(key="own", title="Added layer", light="#00697a", dark="#4fc3d4", shape="area", width=2, opacity=0.18),),
)

AREAS = Group(
    key="areas",
    title="Areas of responsibility",
    layer="areas",
    looks=(
        Look(key="zone", title="Zone", light="#7d8b96", dark="#71828f", shape="area", width=1.8),
        Look(key="village", title="Village", light="#b4bec5", dark="#3c4a56", shape="area", width=1, dash=(5, 3)),
        Look(key="grid", title="Grid", light="#c6ced3", dark="#323e49", shape="area", width=0.8, dash=(2, 3)),
    ),
)

ROADS = Group(
    key="roads",
    title="Roads",
    layer="road_segments",
    looks=(
        Look(key="national", title="National road", light="#a3afb3", dark="#44525e", shape="line", width=7),
        Look(key="provincial", title="Provincial road", light="#a3afb3", dark="#44525e", shape="line", width=6),
        Look(key="county", title="County road", light="#b3bcbd", dark="#36424d", shape="line", width=5),
        Look(key="township", title="Township road", light="#bcc4c4", dark="#323d47", shape="line", width=4),
        Look(key="urban", title="Town road", light="#b3bcbd", dark="#36424d", shape="line", width=4.5),
        Look(key="street", title="Street", light="#c4cbca", dark="#2d3842", shape="line", width=3),
    ),
)

GROUPS: dict[str, Group] = {
    group.key: group
    for group in (
        PROBLEMS, ZONES, ZONE_PROOF, COVERAGE,
        ROAD_LOAD, CORRIDOR, PARCELS, STATIONS, HOTSPOTS, DUST, REBOUNDS, WORK_FACES, MEASURES,
        FRONTAGES, DUST_SAMPLES, OWN, AREAS,
        ROADS,
    )
}  # fmt: skip

# The sheet below everything: its own colours, by theme.
GROUND: dict[Theme, dict[str, str]] = {
    "light": {
        "background": "#eef0ec",
        "area": "#f6f6f2",
        "case": "#ffffff",
        "text": "#37424c",
        "halo": "#ffffff",
        "accent": "#0072b2",
    },
    "dark": {
        "background": "#11171d",
        "area": "#182029",
        "case": "#0c1116",
        "text": "#cbd5df",
        "halo": "#0f151b",
        "accent": "#4aa8e8",
    },
}


def table() -> dict[str, object]:
    """Everything as plain JSON, for the page: the JavaScript reads nothing else about looks."""
    return {
        "groups": {key: _group(group) for key, group in GROUPS.items()},
        "states": {state: {"title": title, "group": group_of(state)} for state, title in STATE_TITLES.items()},
        "reasons": ZONE_REASONS,
        "treatments": TREATMENTS,
        "road_parts": ROAD_PARTS,
        "trades": TRADES,
        "ground": GROUND,
        "shapes": SHAPES,
        "glyphs": GLYPHS,
        "basemap": basemap_looks.table(),
    }


def group_of(state: str, *, overdue: bool = False) -> str:
    """The key of the look that a problem in that state has; an open one past its time is overdue.

    >>> group_of("in_hand"), group_of("filed", overdue=True), group_of("closed", overdue=True)
    ('doing', 'overdue', 'closed')
    """
    key = next(look.key for look in PROBLEMS.looks if state in look.states)
    return "overdue" if overdue and key not in ("closed", "dropped") else key


def words() -> tuple[str, ...]:
    """Every template that the table shows, without repeats, in the table's order."""
    said = [text for group in GROUPS.values() for text in (group.title, *(look.title for look in group.looks))]
    for titles in (STATE_TITLES, ZONE_REASONS, TREATMENTS, ROAD_PARTS, TRADES):
        said += titles.values()
    return tuple(dict.fromkeys(said))


def css_variables(theme: Theme) -> str:
    """Declarations such as `--problems-open:#0072b2`, so that shells use the same colours."""
    looks = ((group, look) for group in GROUPS.values() for look in group.looks)
    lines = [f"--{g.key.replace('_', '-')}-{k.key.replace('_', '-')}:{k.color(theme)}" for g, k in looks]
    return ";".join(lines)


def _group(group: Group) -> dict[str, object]:
    data = asdict(group)
    data["looks"] = [_without_defaults(look) for look in data["looks"]]
    return data


def _without_defaults(look: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in look.items() if value not in ("", (), None)}
