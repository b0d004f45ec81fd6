"""Clean zones: inspected lately and nothing open; unknown is never called clean.

The district is 300 m × 200 m, six whole cells from 0_0 to 2_1; times are days.
"""

from dataclasses import replace
from itertools import pairwise

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
    Parameters,
    Problems,
    Tracks,
    Visits,
    clean_zones,
    summarise,
)
from layers.rules.grid import unit_cells
from layers.rules.seen_cells import Looking, seen_cells
from layers.rules.tracks import Pieces
from tests.walks import Found, Walk, problems, tracks, visits

CELLS = unit_cells(np.array([shapely.box(0, 0, 300, 200)]))
NOW = 100.0
NONE = np.nan


def zones(
    problems_: Problems | None = None,
    tracks_: Tracks | None = None,
    visits_: Visits | None = None,
    *,
    day: float = NOW,
    **others: object,
) -> CleanZones:
    return clean_zones(
        CELLS,
        problems_ or problems(),
        tracks_ or tracks(),
        visits_ or visits(),
        as_of=day * DAY_S,
        **others,  # type: ignore[arg-type]
    )


def cell(found: CleanZones, name: str = "0_0") -> tuple[str, str]:
    row = list(CELLS.id).index(name)
    return STATES[found.state[row]], REASONS[found.reason[row]]


def value(column: np.ndarray, name: str = "0_0") -> float:
    return float(column[list(CELLS.id).index(name)])


# Two walks through 0_0, at the northings 25 and 75, see all of it.
BOTH = ((0.0, 25.0, 100.0, 25.0, 98.0), (0.0, 75.0, 100.0, 75.0, 99.0))


# ------------------------------------------------------------ what counts as inspected


def test_a_cell_that_nobody_saw_is_unknown() -> None:
    assert cell(zones()) == ("unknown", "never")


def test_two_passes_add_up_to_a_clean_cell() -> None:
    assert cell(zones(tracks_=tracks(*BOTH))) == ("clean", "")


@pytest.mark.parametrize("walk", [(0, 0, 100, 0, 99), (0, 6, 100, 6, 99), (6, 0, 6, 100, 99)])
def test_one_pass_near_the_edge_sees_three_rows_of_ten(walk: Walk) -> None:
    found = zones(tracks_=tracks(walk))  # the middles of the rows are 5, 15, 25, 35 … m from the edge
    assert value(found.share) == pytest.approx(0.3)
    assert cell(found) == ("unknown", "partial")


def test_the_share_is_near_that_of_the_buffer() -> None:
    walk = shapely.LineString([(12, 3), (80, 91)])
    found = zones(tracks_=tracks((12, 3, 80, 91, 99)))
    exact = walk.buffer(25).intersection(shapely.box(0, 0, 100, 100)).area / 10_000
    assert value(found.share) == pytest.approx(exact, abs=0.02)


def test_the_age_is_that_of_the_older_pass_that_was_needed() -> None:
    walks = tracks(*BOTH)
    assert value(zones(tracks_=walks).age_days) == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (104.9, ("clean", "")),
        (105.1, ("unknown", "partial")),
        (106.1, ("unknown", "stale")),
    ],
)
def test_what_was_clean_expires(day: float, expected: tuple[str, str]) -> None:
    assert cell(zones(tracks_=tracks(*BOTH), day=day)) == expected


def test_fields_are_inspected_less_often() -> None:
    classes = np.full(len(CELLS.id), "field", dtype=object)
    assert cell(zones(tracks_=tracks(*BOTH), day=120.0, unit_class=classes)) == ("clean", "")


def test_a_signed_visit_inspects_its_whole_cell_only() -> None:
    found = zones(visits_=visits((50, 50, 99)))
    assert [cell(found, name) for name in ("0_0", "1_0")] == [("clean", ""), ("unknown", "never")]


def test_what_comes_after_the_moment_is_not_looked_at() -> None:
    later = zones(problems((50, 50, 101, NONE, NONE)), tracks(*BOTH), visits((50, 50, 101)))
    assert cell(later) == ("clean", "")
    assert value(later.passes) == 1


def test_a_walk_that_comes_after_the_moment_is_not_looked_at() -> None:
    assert cell(zones(tracks_=tracks((0, 25, 100, 25, 101)))) == ("unknown", "never")


@pytest.mark.parametrize(
    "poor",
    [
        {"accuracy_m": 31.0},
        {"step_s": 31.0},
        {"speed_m_s": 7.0},  # 25.2 km/h
    ],
)
def test_poor_tracks_do_not_count(poor: dict[str, float]) -> None:
    assert cell(zones(tracks_=tracks(*BOTH, **poor))) == ("unknown", "never")


@pytest.mark.parametrize("fair", [{"accuracy_m": 30.0}, {"step_s": 25.0}, {"speed_m_s": 6.9}])
def test_tracks_at_the_limits_count(fair: dict[str, float]) -> None:
    assert cell(zones(tracks_=tracks(*BOTH, **fair))) == ("clean", "")


def test_the_way_from_one_patrol_to_the_next_does_not_count() -> None:
    two = tracks((0, 25, 0, 25, 99), (100, 25, 100, 25, 99.0002))
    seen = zones(tracks_=two).share
    assert value(seen) == pytest.approx(value(zones(tracks_=tracks((0, 25, 0, 25, 99))).share) * 2)


def test_passes_are_counted_where_they_see_enough() -> None:
    walks = (*BOTH, (0.0, 25.0, 100.0, 25.0, 97.0))
    assert value(zones(tracks_=tracks(*walks)).passes) == 1
    assert value(zones(tracks_=tracks(*walks, (0.0, 75.0, 100.0, 75.0, 97.0))).passes) == 2


def test_passes_before_the_window_are_not_counted() -> None:
    old = tuple((*walk[:4], walk[4] - 20.0) for walk in BOTH)
    assert value(zones(tracks_=tracks(*BOTH, *old)).passes) == 1


def test_a_visit_is_a_pass() -> None:
    assert value(zones(tracks_=tracks(*BOTH), visits_=visits((50, 50, 99))).passes) == 2


def test_walking_to_and_fro_in_one_patrol_is_one_pass() -> None:
    once = tracks(*BOTH)
    twice = Tracks(*(np.concatenate([getattr(once, c)] * 2) for c in Tracks.__dataclass_fields__))
    assert value(zones(tracks_=twice).passes) == 1


def test_only_the_part_in_the_district_must_be_seen() -> None:
    narrow = unit_cells(np.array([shapely.box(0, 0, 100, 40)]))
    found = clean_zones(narrow, problems(), tracks((0, 20, 100, 20, 99)), visits(), as_of=NOW * DAY_S)
    assert (STATES[found.state[0]], found.share[0], found.passes[0]) == ("clean", 1.0, 1)


def test_a_sliver_between_the_middles_of_sub_cells_can_be_clean() -> None:
    sliver = unit_cells(np.array([shapely.box(0, 0, 100, 1)]))
    found = clean_zones(sliver, problems(), tracks((0, 1, 100, 1, 99)), visits(), as_of=NOW * DAY_S)
    assert STATES[found.state[0]] == "clean"


# ------------------------------------------------------------ what was found


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ((50, 50, 90, NONE, NONE), ("problem", "open")),
        ((50, 50, 90, 101, 102), ("problem", "open")),  # closed only later
        ((50, 50, 90, 95, NONE), ("problem", "unverified")),
        ((50, 50, 90, 95, 101), ("problem", "unverified")),
        ((50, 50, 90, 95, 96), ("clean", "")),
        ((50, 50, 90, 98, 98), ("unknown", "recent")),
        ((109, 50, 90, NONE, NONE), ("problem", "open")),  # within 10 m of the cell
        ((111, 50, 90, NONE, NONE), ("clean", "")),
    ],
)
def test_a_problem_decides_by_its_times_and_place(problem: Found, expected: tuple[str, str]) -> None:
    assert cell(zones(problems(problem), tracks(*BOTH))) == expected


def test_an_open_problem_comes_before_the_lack_of_inspection() -> None:
    assert cell(zones(problems((50, 50, 90, NONE, NONE)))) == ("problem", "open")


def test_a_lack_of_inspection_comes_before_a_recent_problem() -> None:
    assert cell(zones(problems((50, 50, 90, 98, 98)))) == ("unknown", "never")


def test_a_problem_without_geometry_marks_no_cell() -> None:
    lost = replace(problems((50, 50, 90, NONE, NONE)), geometry=np.array([None], dtype=object))
    assert cell(zones(lost, tracks(*BOTH))) == ("clean", "")


def test_parameters_can_be_changed() -> None:
    lenient = Parameters(min_share=0.3)
    assert cell(zones(tracks_=tracks((0, 0, 100, 0, 99)), parameters=lenient)) == ("clean", "")


# ------------------------------------------------------------ summary


def test_the_summary_tells_the_clean_rate_with_the_unknown_share() -> None:
    found = summarise(zones(problems((150, 50, 90, NONE, NONE)), tracks(*BOTH)), CELLS)
    assert (found.units, found.clean, found.problem, found.unknown) == (6, 1, 1, 4)
    assert (found.clean_rate, found.unknown_share) == (1 / 6, 4 / 6)
    assert found.area_m2 == {"clean": 10_000.0, "problem": 10_000.0, "unknown": 40_000.0}


def test_a_summary_of_some_cells() -> None:
    found = zones(tracks_=tracks(*BOTH))
    assert summarise(found, CELLS, CELLS.id == "0_0").clean_rate == 1.0


def test_a_summary_of_nothing_has_no_rate() -> None:
    found = summarise(zones(), CELLS, np.zeros(len(CELLS.id), dtype=bool))
    assert (found.clean_rate, found.unknown_share) == (None, None)


# ------------------------------------------------------------ laws

x = st.floats(-20, 320)
y = st.floats(-20, 220)
day = st.floats(80, 100)
some_walks = st.lists(st.tuples(x, y, x, y, day), min_size=1, max_size=8)
some_visits = st.lists(st.tuples(x, y, day), max_size=4)
closing = st.one_of(st.just((NONE, NONE)), st.tuples(day, st.one_of(day, st.just(NONE))))
some_problems = st.lists(st.tuples(x, y, st.floats(70, 80), closing).map(lambda p: (*p[:3], *p[3])), max_size=4)
law = settings(derandomize=True, database=None, max_examples=60, deadline=None)


def clean(found: CleanZones) -> np.ndarray:
    return found.state == STATES.index("clean")


@law
@given(some_walks, some_visits, some_problems, st.tuples(x, y))
def test_one_more_open_problem_never_makes_a_cell_clean(
    walks: list[Walk], signed: list, found: list[Found], spot: tuple[float, float]
) -> None:
    before = zones(problems(*found), tracks(*walks), visits(*signed))
    after = zones(problems(*found, (*spot, 90, NONE, NONE)), tracks(*walks), visits(*signed))
    assert not (clean(after) & ~clean(before)).any()


@law
@given(some_walks, some_visits, some_problems, st.data())
def test_one_track_less_never_makes_a_cell_clean(
    walks: list[Walk], signed: list, found: list[Found], data: st.DataObject
) -> None:
    lost = data.draw(st.integers(0, len(walks) - 1))
    before = zones(problems(*found), tracks(*walks), visits(*signed))
    after = zones(problems(*found), tracks(*walks[:lost], *walks[lost + 1 :]), visits(*signed))
    assert not (clean(after) & ~clean(before)).any()
    assert (after.share <= before.share).all()
    assert (after.passes <= before.passes).all()


@law
@given(some_walks, some_visits, some_problems, st.floats(0, 60))
def test_time_alone_turns_clean_into_unknown_and_never_into_a_problem(
    walks: list[Walk], signed: list, found: list[Found], days: float
) -> None:
    before = zones(problems(*found), tracks(*walks), visits(*signed))
    after = zones(problems(*found), tracks(*walks), visits(*signed), day=NOW + days)
    assert (after.state[clean(before)] != STATES.index("problem")).all()


@law
@given(some_walks, some_visits, some_problems)
def test_every_cell_has_one_state_and_the_areas_add_up(walks: list[Walk], signed: list, found: list[Found]) -> None:
    total = summarise(zones(problems(*found), tracks(*walks), visits(*signed)), CELLS)
    assert total.clean + total.problem + total.unknown == total.units
    assert total.never + total.stale + total.partial + total.recent == total.unknown
    assert sum(total.area_m2.values()) == pytest.approx(60_000.0)


@law
@given(some_walks, some_visits)
def test_a_cell_is_inspected_exactly_when_enough_of_it_was_seen_lately(walks: list[Walk], signed: list) -> None:
    found = zones(tracks_=tracks(*walks), visits_=visits(*signed))
    assert ((found.share >= 0.8) == (found.age_days <= 7.0)).all()


@law
@given(st.lists(st.tuples(x, y), min_size=2, max_size=8, unique=True), st.sampled_from([0.1, 1.0, 4.0]))
def test_a_way_sees_exactly_the_sub_cells_within_25_m_and_when_it_did_so_last(
    corners: list[tuple[float, float]], scale: float
) -> None:
    way = 150 + (np.round(np.array(corners), 2) - 150) * scale / 4  # from short steps to long ones
    pieces = Pieces(np.zeros(len(way) - 1, int), way[:-1], way[1:], np.arange(len(way) - 1) - 100.0)
    seen = seen_cells(CELLS, pieces, as_of=0.0, since=np.full(6, -1e6), rules=Looking())
    for row, (east, north) in enumerate(zip(CELLS.east, CELLS.north, strict=True)):
        near_m = _from_sub_cells(east * 100, north * 100, way)
        surely, perhaps = (np.where(near_m < 25 + slack, pieces.at, -np.inf).max(axis=1) for slack in (-1e-6, 1e-6))
        assert np.isfinite(surely).sum() <= round(float(seen.share[row] * 100)) <= np.isfinite(perhaps).sum()
        assert surely.max() <= seen.last_at[row] <= perhaps.max()
        assert np.sort(surely)[-80] <= seen.inspected_at[row] <= np.sort(perhaps)[-80]


def _from_sub_cells(east_m: float, north_m: float, way: np.ndarray) -> np.ndarray:
    """(100, pieces): how far the middle of each sub-cell of a cell is from each piece of a way."""
    middle = (np.arange(10) + 0.5) * 10
    spots = shapely.points(*(part.ravel() for part in np.meshgrid(east_m + middle, north_m + middle)))
    return np.column_stack([np.hypot(*_off(spots, a, b).T) for a, b in pairwise(way)])


def _off(spots: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """From the nearest place of a piece to each spot."""
    way, xy = end - start, shapely.get_coordinates(spots) - start
    along = np.clip(xy @ way / max(way @ way, 1e-300), 0, 1)
    return np.asarray(xy - along[:, None] * way)
