"""The style table: whole, legible, and never by colour alone."""

import json
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from layers.schema import AREA_LEVELS, DUST_KINDS, PARCEL_STATES, PROBLEM_STATES, ROAD_CLASSES, TREATMENTS
from maps import styles
from maps.looks import GLYPHS, SHAPES, THEMES, Group, Look, Theme

# Machado, Oliveira and Fernandes 2009, severity 1.0; on linear RGB.
COLOUR_BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)

# The ground is the grey sheet below; everything else carries meaning.
DATA_GROUPS = [group for key, group in styles.GROUPS.items() if key not in ("areas", "roads")]
CASES = [
    pytest.param(group, look, theme, id=f"{group.key}-{look.key}-{theme}")
    for group in DATA_GROUPS
    for look in group.looks
    for theme in THEMES
]


def linear(colour: str) -> NDArray[np.float64]:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2: 1 (none) to 21."""
    low, high = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = np.clip(TO_XYZ @ rgb / WHITE, 0, None)
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def without_colour(look: Look) -> tuple[object, ...]:
    return (look.shape, look.glyph, look.hatch, look.width, look.dash)


@pytest.mark.parametrize("state", PROBLEM_STATES)
def test_every_problem_state_has_one_look_and_a_title(state: str) -> None:
    assert sum(state in look.states for look in styles.PROBLEMS.looks) == 1
    assert styles.STATE_TITLES[state]


def test_an_open_problem_past_its_time_is_overdue_and_a_closed_one_is_not() -> None:
    late = {state: styles.group_of(state, overdue=True) for state in PROBLEM_STATES}
    over = {state for state, key in late.items() if key != "overdue"}
    assert over == {"closed", "declined", "void", "duplicate"}


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("parcels", PARCEL_STATES),
        ("areas", AREA_LEVELS),
        ("roads", ROAD_CLASSES),
        ("dust_sources", DUST_KINDS),
        ("zones", ("clean", "problem", "unknown")),
    ],
)
def test_every_value_of_a_field_has_a_look(group: str, values: tuple[str, ...]) -> None:
    assert {look.key for look in styles.GROUPS[group].looks} == set(values)


def test_every_treatment_has_a_title() -> None:
    assert set(styles.TREATMENTS) == set(TREATMENTS)


@pytest.mark.parametrize(("group", "look", "theme"), CASES)
def test_a_mark_stands_out_from_the_ground(group: Group, look: Look, theme: Theme) -> None:
    ground = styles.GROUND[theme]["background"]
    assert max(contrast(look.color(theme), ground), contrast(look.ink(theme), ground)) >= 3


@pytest.mark.parametrize(("group", "look", "theme"), CASES)
def test_a_line_or_an_area_stands_out_by_its_own_colour(group: Group, look: Look, theme: Theme) -> None:
    if look.shape in ("line", "area"):
        assert contrast(look.color(theme), styles.GROUND[theme]["background"]) >= 3


@pytest.mark.parametrize(("group", "look", "theme"), CASES)
def test_a_glyph_can_be_read_on_its_mark(group: Group, look: Look, theme: Theme) -> None:
    assert contrast(look.ink(theme), look.color(theme)) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_names_can_be_read_on_the_ground(theme: Theme) -> None:
    ground = styles.GROUND[theme]
    assert min(contrast(ground["text"], ground[name]) for name in ("background", "area", "halo")) >= 4.5


@pytest.mark.parametrize("group", DATA_GROUPS, ids=lambda group: group.key)
def test_looks_differ_without_their_colours(group: Group) -> None:
    told = [without_colour(look) for look in group.looks]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("name", COLOUR_BLINDNESS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("group", [styles.ZONES, styles.ROAD_LOAD, styles.HOTSPOTS], ids=lambda group: group.key)
def test_colour_blind_people_see_different_areas_and_lines(group: Group, theme: Theme, name: str) -> None:
    seen = [lab(np.array(COLOUR_BLINDNESS[name]) @ linear(look.color(theme))) for look in group.looks]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) >= 10


def test_shapes_and_glyphs_that_are_named_exist() -> None:
    looks = [look for group in styles.GROUPS.values() for look in group.looks]
    assert {look.glyph for look in looks} - {""} <= set(GLYPHS)
    assert {look.shape for look in looks} - {"line", "area"} <= set(SHAPES)


def test_the_table_is_plain_json_with_every_look() -> None:
    table = json.loads(json.dumps(styles.table()))
    for key, group in styles.GROUPS.items():
        assert [look["key"] for look in table["groups"][key]["looks"]] == [look.key for look in group.looks]


def test_every_look_has_a_css_variable() -> None:
    variables = dict(line.split(":") for line in styles.css_variables("dark").split(";"))
    assert variables["--road-load-many"] == styles.ROAD_LOAD.look("many").dark
    assert len(variables) == sum(len(group.looks) for group in styles.GROUPS.values())
