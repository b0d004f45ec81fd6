"""The style table: whole and legible; its colours are compared in test_maps_colours.py."""

import json

import pytest

from layers.schema import AREA_LEVELS, DUST_KINDS, PARCEL_STATES, PROBLEM_STATES, ROAD_CLASSES, TREATMENTS
from maps import styles
from maps.looks import GLYPHS, SHAPES, THEMES, Group, Look, Theme
from tests.colours import DATA_GROUPS, contrast

CASES = [
    pytest.param(group, look, theme, id=f"{group.key}-{look.key}-{theme}")
    for group in DATA_GROUPS
    for look in group.looks
    for theme in THEMES
]


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
