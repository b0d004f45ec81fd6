"""Road units of clean zones: each side of 100 m by chainage; the road runs east, 250 m long, chainage 1050 to 1300."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.rules.clean_zones import (
    DAY_S,
    REASONS,
    STATES,
    CleanZones,
    Problems,
    Tracks,
    Visits,
    chance_missed,
    clean_roads,
    clean_zones,
    summarise,
)
from layers.rules.grid import unit_cells
from layers.rules.road_axis import roads
from layers.rules.road_units import road_units
from layers.rules.tracks import NOBODY, Witnesses
from tests.walks import Found, Walk, problems, tracks, visits

NOW = 100.0
NONE = np.nan
UNITS = road_units(roads(np.array([shapely.LineString([(0, 0), (250, 0)])]), np.array([1050.0]), np.array([1300.0])))
NAMES = [f"{'LR'[side]}{round(chainage)}" for side, chainage in zip(UNITS.side, UNITS.from_m, strict=True)]
MIDDLE: Walk = (0.0, 0.0, 250.0, 0.0, 99.0)


def states(
    problems_: Problems | None = None,
    tracks_: Tracks | None = None,
    visits_: Visits | None = None,
    *,
    day: float = NOW,
    people: Witnesses | None = None,
) -> CleanZones:
    some = (problems_ or problems(), tracks_ or tracks(), visits_ or visits())
    return clean_roads(UNITS, *some, as_of=day * DAY_S, people=people)


def named(found: CleanZones) -> dict[str, str]:
    return {name: REASONS[reason] or "clean" for name, reason in zip(NAMES, found.reason, strict=True)}


def test_units_begin_at_whole_hundreds_of_the_chainage() -> None:
    assert NAMES == ["L1050", "L1100", "L1200", "R1050", "R1100", "R1200"]
    assert UNITS.length_m.tolist() == [50, 100, 100, 50, 100, 100]


def test_a_walk_in_the_middle_makes_both_sides_clean() -> None:
    assert set(named(states(tracks_=tracks(MIDDLE))).values()) == {"clean"}


def test_a_walk_on_one_side_leaves_the_other_unknown() -> None:
    found = named(states(tracks_=tracks((0, 9, 250, 9, 99))))
    assert found == dict.fromkeys(NAMES[:3], "clean") | dict.fromkeys(NAMES[3:], "never")


@pytest.mark.parametrize(("to_x", "expected"), [(130, "clean"), (129, "partial"), (60, "partial"), (50, "never")])
def test_four_fifths_of_the_length_are_needed(to_x: float, expected: str) -> None:
    assert named(states(tracks_=tracks((0, 0, to_x, 0, 99))))["L1100"] == expected


def test_several_walks_add_up() -> None:
    some = tracks((40, 0, 110, 0, 99), (105, 0, 160, 0, 97))
    assert named(states(tracks_=some))["L1100"] == "clean"


@pytest.mark.parametrize(("day", "expected"), [(105.9, "clean"), (106.1, "stale")])
def test_an_inspection_of_a_road_holds_seven_days(day: float, expected: str) -> None:
    assert set(named(states(tracks_=tracks(MIDDLE), day=day)).values()) == {expected}


@pytest.mark.parametrize(
    ("spot", "touched"),
    [
        ((100, 2), {"L1100", "R1100"}),
        ((100, 12), {"L1100"}),
        ((100, 24), {"L1100"}),
        ((100, 26), set()),
        ((100, -12), {"R1100"}),
        ((48, 12), {"L1050", "L1100"}),
    ],
)
def test_a_problem_touches_the_units_within_10_m_of_their_ground(spot: tuple[float, float], touched: set[str]) -> None:
    found = named(states(problems((*spot, 90, NONE, NONE)), tracks(MIDDLE)))
    assert {name for name, reason in found.items() if reason == "open"} == touched


def test_a_signed_visit_inspects_its_unit_only() -> None:
    found = named(states(visits_=visits((100, 6, 99))))
    assert [name for name, reason in found.items() if reason == "clean"] == ["L1100"]


def test_passes_are_those_of_different_patrols() -> None:
    some = tracks(MIDDLE, (250, 0, 0, 0, 98), (0, 9, 250, 9, 97), (0, 0, 250, 0, 80))
    assert states(tracks_=some).passes.tolist() == [3, 3, 3, 2, 2, 2]


# ------------------------------------------------------------ verified


def people(*walker: int, owners: int = 1, visitor: int = NOBODY) -> Witnesses:
    return Witnesses(np.array(walker), np.array([visitor]), np.full((len(NAMES), 1), owners))


@pytest.mark.parametrize(
    ("who", "verified"), [(people(2), True), (people(1), False), (people(NOBODY), False), (None, False)]
)
def test_only_somebody_else_verifies(who: Witnesses | None, verified: bool) -> None:
    found = states(tracks_=tracks(MIDDLE), people=who)
    assert set(named(found).values()) == {"clean"}
    assert set(found.verified.tolist()) == {verified}


@pytest.mark.parametrize(("day", "verified"), [(86.5, True), (85.5, False)])
def test_somebody_else_must_have_passed_within_14_days(day: float, verified: bool) -> None:
    found = states(tracks_=tracks(MIDDLE, (0, 0, 250, 0, day)), people=people(1, 2))
    assert set(found.verified.tolist()) == {verified}


def test_a_visit_of_somebody_else_verifies() -> None:
    found = states(tracks_=tracks(MIDDLE), visits_=visits((100, 6, 90)), people=people(1, visitor=2))
    assert [name for name, yes in zip(NAMES, found.verified, strict=True) if yes] == ["L1100"]


def test_a_cell_is_verified_by_somebody_else_too() -> None:
    cells = unit_cells(np.array([shapely.box(0, 0, 100, 40)]))
    walk, now_s = tracks((0, 20, 100, 20, 99)), NOW * DAY_S
    for owner, verified in ((1, False), (2, True)):
        who = Witnesses(np.array([1]), np.empty(0, int), np.array([[NOBODY, owner]]))
        found = clean_zones(cells, problems(), walk, visits(), as_of=now_s, people=who)
        assert (STATES[found.state[0]], bool(found.verified[0])) == ("clean", verified)


def test_what_is_not_clean_is_not_verified() -> None:
    found = states(problems((100, 2, 90, NONE, NONE)), tracks(MIDDLE), people=people(2))
    assert [name for name, yes in zip(NAMES, found.verified, strict=True) if not yes] == ["L1100", "R1100"]


@pytest.mark.parametrize(("passes", "rate", "chance"), [(0, 0.5, 1.0), (2, 0.5, 0.25), (3, 0.9, 0.001)])
def test_more_passes_leave_less_of_a_chance(passes: int, rate: float, chance: float) -> None:
    assert chance_missed(passes, rate) == pytest.approx(chance)


# ------------------------------------------------------------ laws

x, y, day = st.integers(-20, 270).map(float), st.integers(-25, 25).map(float), st.floats(80, 100)
some_walks = st.lists(st.tuples(x, y, x, y, day), min_size=1, max_size=8)
some_visits = st.lists(st.tuples(x, y, day), max_size=4)
closing = st.one_of(st.just((NONE, NONE)), st.tuples(day, st.one_of(day, st.just(NONE))))
some_problems = st.lists(st.tuples(x, y, st.floats(70, 80), closing).map(lambda p: (*p[:3], *p[3])), max_size=4)
law = settings(derandomize=True, database=None, max_examples=50, deadline=None)
CLEAN, PROBLEM = STATES.index("clean"), STATES.index("problem")


@law
@given(some_walks, some_visits, some_problems, st.tuples(x, y))
def test_one_more_open_problem_never_makes_a_unit_clean(
    walks: list[Walk], signed: list, found: list[Found], spot: tuple[float, float]
) -> None:
    before = states(problems(*found), tracks(*walks), visits(*signed))
    after = states(problems(*found, (*spot, 90, NONE, NONE)), tracks(*walks), visits(*signed))
    assert not ((after.state == CLEAN) & (before.state != CLEAN)).any()


@law
@given(some_walks, some_visits, some_problems, st.data())
def test_one_track_less_never_makes_a_unit_clean(
    walks: list[Walk], signed: list, found: list[Found], data: st.DataObject
) -> None:
    lost = data.draw(st.integers(0, len(walks) - 1))
    who = data.draw(st.lists(st.integers(-1, 2), min_size=len(walks), max_size=len(walks)))
    rest = [*range(lost), *range(lost + 1, len(walks))]
    before, after = (
        states(
            problems(*found), tracks(*(walks[i] for i in kept)), visits(*signed),
            people=Witnesses(np.array([who[i] for i in kept], int), np.full(len(signed), NOBODY), np.ones((6, 1), int)),
        )
        for kept in (range(len(walks)), rest)
    )  # fmt: skip
    assert not ((after.state == CLEAN) & (before.state != CLEAN)).any()
    assert not (after.verified & ~before.verified).any()
    assert (after.share <= before.share + 1e-9).all()
    assert (after.passes <= before.passes).all()


@law
@given(some_walks, some_visits, some_problems, st.floats(0, 60))
def test_time_alone_turns_clean_into_unknown_and_never_into_a_problem(
    walks: list[Walk], signed: list, found: list[Found], days: float
) -> None:
    before = states(problems(*found), tracks(*walks), visits(*signed))
    after = states(problems(*found), tracks(*walks), visits(*signed), day=NOW + days)
    assert (after.state[before.state == CLEAN] != PROBLEM).all()
    if days > 28:  # the last walk began before day 100 and is over within minutes
        assert (after.state != CLEAN).all()


@law
@given(some_walks, some_visits, some_problems)
def test_every_unit_has_one_state_and_the_lengths_add_up(walks: list[Walk], signed: list, found: list[Found]) -> None:
    total = summarise(states(problems(*found), tracks(*walks), visits(*signed)), UNITS)
    assert total.clean + total.problem + total.unknown == total.units
    assert sum(total.area_m2.values()) == pytest.approx(2 * 250 * 15, rel=1e-6)


@law
@given(st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 5000)), min_size=3, max_size=9, unique=True))
def test_the_areas_of_the_cells_are_that_of_the_district(corners: list[tuple[float, float]]) -> None:
    district = shapely.convex_hull(shapely.MultiPoint(corners))
    if district.area < 1:
        return
    cells = unit_cells(np.array([district]))
    found = clean_zones(cells, problems((2500, 2500, 90, NONE, NONE)), tracks(), visits(), as_of=NOW * DAY_S)
    assert sum(summarise(found, cells).area_m2.values()) == pytest.approx(district.area, rel=1e-6)
