"""Colours by a program: contrast, and the states in the eyes of colour-blind people, always with a second sign."""

import re
from itertools import combinations
from pathlib import Path

import pytest

import maps.frontend
from maps import styles
from maps.looks import THEMES, Group, Look, Theme
from tests.colours import (
    AA_MARK,
    AA_TEXT,
    BLINDNESS,
    DATA_GROUPS,
    LEAST_DIFFERENCE,
    contrast,
    difference,
    faults,
    least_difference,
    second_sign,
)

# Of these a map shows several at once, and far away some of them as plain dots.
STATE_GROUPS = (
    styles.PROBLEMS,
    styles.ZONES,
    styles.PARCELS,
    styles.ROAD_LOAD,
    styles.HOTSPOTS,
    styles.GROUPS["coverage"],
)
SHEETS = Path(maps.frontend.__file__).parent / "src" / "styles"
TOKENS = {"shell/tokens.css": "--", "map.css": "--geo-"}
TEXTS = {  # what is written → on what
    "shell/tokens.css": [
        ("text", "surface"), ("text", "bg"), ("text", "raised"), ("text", "hover"), ("muted", "surface"),
        ("muted", "bg"), ("muted", "raised"), ("link", "surface"), ("accent", "surface"), ("on-accent", "accent"),
        ("danger", "surface"), ("danger", "danger-soft"), ("warn", "warn-soft"), ("info", "info-soft"),
        ("text", "accent-soft"), ("text", "ok-soft"),
    ],
    "map.css": [
        ("text", "paper"), ("text", "ground"), ("quiet", "paper"), ("quiet", "ground"), ("main-text", "main"),
        ("paper", "text"), ("accent", "paper"),
    ],
}  # fmt: skip


def kind(look: Look) -> str:
    """Lines are taken for lines, areas for areas, marks for any other mark."""
    return look.shape if look.shape in ("line", "area") else "mark"


def pairs(group: Group) -> list[tuple[Look, Look]]:
    """Looks that could be taken for one another."""
    return [(a, b) for a, b in combinations(group.looks, 2) if kind(a) == kind(b)]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("group", STATE_GROUPS, ids=lambda group: group.key)
def test_states_differ_in_all_eyes(group: Group, theme: Theme) -> None:
    found = pairs(group)
    assert found
    weak = [(a.key, b.key) for a, b in found if least_difference(a, b, theme) < LEAST_DIFFERENCE]
    assert weak == []


@pytest.mark.parametrize("group", DATA_GROUPS, ids=lambda group: group.key)
def test_no_two_looks_differ_by_colour_alone(group: Group) -> None:
    assert [(a.key, b.key) for a, b in combinations(group.looks, 2) if second_sign(a) == second_sign(b)] == []


def test_the_program_finds_nothing() -> None:
    assert list(faults()) == []


def test_the_program_finds_what_is_weak() -> None:
    pale = Look(key="pale", title="Pale", light="#e8e8e8", dark="#202020", shape="area")
    again = Look(key="again", title="Again", light="#0072b2", dark="#4aa8e8", shape="area")
    told = list(faults([Group(key="made", title="Made", layer="made", looks=(pale, again))]))
    assert len(told) == 3
    assert told[-1] == "made: pale and again differ by colour alone"


def test_black_on_white_is_the_strongest_contrast() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the known greatest grey that fails AA


@pytest.mark.parametrize("name", BLINDNESS)
def test_grey_is_grey_in_all_eyes(name: str) -> None:
    assert difference("#808080", "#ffffff", name) == pytest.approx(difference("#808080", "#ffffff"), abs=0.5)


def test_red_and_green_of_one_lightness_are_one_colour_to_the_red_green_blind() -> None:
    assert difference("#c43c00", "#6e7000") > 40 > 15 > difference("#c43c00", "#6e7000", "deuteranopia")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["text", "accent"])
def test_what_is_written_on_the_ground_can_be_read(theme: Theme, name: str) -> None:
    ground = styles.GROUND[theme]
    least = AA_TEXT if name == "text" else AA_MARK
    assert min(contrast(ground[name], ground[on]) for on in ("background", "area", "halo")) >= least


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("look", styles.ROAD_LOAD.looks[1:], ids=lambda look: look.key)
def test_a_count_beside_a_segment_can_be_read(look: Look, theme: Theme) -> None:
    assert contrast(look.color(theme), styles.GROUND[theme]["halo"]) >= AA_MARK  # large and with a halo


def tokens(sheet: str, theme: str) -> dict[str, str]:
    """The colours of a sheet's variables in a theme."""
    text = (SHEETS / sheet).read_text()
    block = text.split(":root[data-theme='dark'] {")[1 if theme == "dark" else 0].split("}")[0]
    return dict(re.findall(rf"{TOKENS[sheet]}([\w-]+): (#[0-9a-f]{{6}});", block))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("sheet", "text", "on"), [(sheet, *pair) for sheet, some in TEXTS.items() for pair in some])
def test_texts_of_the_pages_can_be_read(sheet: str, text: str, on: str, theme: str) -> None:
    colours = tokens(sheet, theme)
    assert contrast(colours[text], colours[on]) >= AA_TEXT
