"""What is typed into the search box, and the ticks along a road."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.rules.reasons import chainage
from layers.rules.road_axis import roads
from layers.rules.road_ticks import REACH_M, ticks
from layers.rules.search_terms import Chainage, chainage_in, initials, rank


@given(st.integers(0, 99_999), st.sampled_from(["福强路", "S234", "沂河路 北段", "环城1号路"]))
def test_a_place_is_read_as_it_is_written(at_m: int, road: str) -> None:
    sign = chainage(at_m)
    expected = Chainage(road.casefold(), float(at_m))
    assert chainage_in(f"{road} {sign}") == chainage_in(f"{sign} {road}") == expected
    assert chainage_in(f"  {road}　{sign.lower()} ") == expected


@pytest.mark.parametrize(
    "text", ["", "K1+200", "福强路", "1200米", "K1+200K", "福强路 K", "福强路 K1+2000", "+200 福强路"]
)
def test_no_place_on_a_road(text: str) -> None:
    assert chainage_in(text) is None


@given(st.text(max_size=100))
def test_any_text_is_taken(text: str) -> None:
    chainage_in(text)
    assert rank(text.casefold(), "福强路") in (None, 0, 1, 2, 3)


@pytest.mark.parametrize(
    ("name", "letters"), [("沂源县", "yyx"), ("南麻街道", "nmjd"), ("安托山六路", "atsll"), ("A1路", "a1l")]
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_name_of_unknown_characters_is_not_found_by_any_letters() -> None:
    assert rank("ab", "鹭鹭") is None


@given(st.floats(0, 3000), st.floats(150, 3000))
def test_there_is_a_tick_at_every_hundred_metres_and_across_the_road(from_m: float, length_m: float) -> None:
    line = shapely.LineString([(0, 0), (length_m * 0.6, 0), (length_m * 0.6, length_m * 0.4)])
    made = ticks(roads(np.array([line]), np.array([from_m]), np.array([from_m + length_m])))
    assert [tick.at_m for tick in made] == [m for m in range(0, 6200, 100) if from_m <= m < from_m + length_m]
    for tick in made:
        assert tick.stroke.length == pytest.approx(2 * REACH_M)
        assert line.project(tick.stroke.interpolate(REACH_M)) == pytest.approx(tick.at_m - from_m, abs=0.01)
    assert all(tick.is_whole == (tick.at_m % 500 == 0) for tick in made)


def test_a_segment_without_a_shape_has_no_ticks() -> None:
    assert ticks(roads(np.array([None], dtype=object), np.array([0.0]), np.array([500.0]))) == []
