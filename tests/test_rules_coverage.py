"""Coverage of roads by chainage and side; the road runs east from (0, 0) to (250, 0), chainage 1000 to 1250."""

from datetime import date, timedelta, timezone

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import BadInput
from layers.rules.coverage import (
    DAY_S,
    SideStretches,
    area_full_at,
    blind_spots,
    cell_shares_by_time,
    days_late,
    full_at,
    length_shares_by_time,
    merged_by_age,
    share_since,
    side_stretches,
    whole_lines,
)
from layers.rules.field_days import field_weeks
from layers.rules.grid import unit_cells
from layers.rules.patrol_rules import PatrolRule, checked_rules, rule_for
from layers.rules.road_axis import SIDES, Roads, Stretches, roads, stretches
from layers.rules.seen_cells import Looking, seen_cells
from layers.rules.tracks import Trust, trusted_pieces
from tests.walks import Walk, tracks, visits

NOW_S = 100 * DAY_S
SHANGHAI = timezone(timedelta(hours=8))
Row = tuple[str, float, float]


def road(*corners: tuple[float, float], from_m: float = 1000.0, to_m: float = 1250.0) -> Roads:
    line = shapely.LineString(corners or [(0, 0), (250, 0)])
    return roads(np.array([line]), np.array([from_m]), np.array([to_m]))


def walked(*walks: Walk, on: Roads | None = None, **others: float) -> Stretches:
    return stretches(trusted_pieces(tracks(*walks, **others), NOW_S, Trust()), on or road())


def seen(*walks: Walk, on: Roads | None = None, **others: float) -> list[Row]:
    """Side, from and to (chainage) of what was ever seen, neighbours made one."""
    axis = on or road()
    found = merged_by_age(side_stretches(axis, walked(*walks, on=axis, **others)), NOW_S, ())
    rows = zip(found.segment, found.side, found.start, found.end, found.at, strict=True)
    return [
        (SIDES[side], *(round(float(axis.chainage(np.array([n]), np.array([m]))[0]), 3) for m in (start, end)))
        for n, side, start, end, at in rows
        if np.isfinite(at)
    ]


# ------------------------------------------------------------ what a walk covers


def test_who_walks_in_the_middle_sees_both_sides() -> None:
    assert seen((0, 0, 250, 0, 99)) == [("left", 1000, 1250), ("right", 1000, 1250)]


@pytest.mark.parametrize(
    ("y", "sides"), [(8, ["left"]), (-8, ["right"]), (15, ["left"]), (15.1, []), (4.9, ["left", "right"])]
)
def test_a_walk_beside_the_road_sees_its_own_side_up_to_15_m(y: float, sides: list[str]) -> None:
    assert [side for side, _, _ in seen((0, y, 250, y, 99))] == sides


def test_the_way_back_sees_the_same_side() -> None:
    assert seen((250, 8, 0, 8, 99)) == [("left", 1000, 1250)]


def test_a_walk_covers_the_metres_that_it_goes_and_no_more() -> None:
    assert seen((40, 0, 160, 0, 99)) == [("left", 1040, 1160), ("right", 1040, 1160)]


def test_who_crosses_the_road_inspects_none_of_it() -> None:
    assert seen((100, -50, 100, 50, 99)) == []


def test_who_crosses_aslant_covers_only_the_few_metres_within_reach() -> None:
    found = seen((50, -50, 175, 50, 99))  # 39° from the road
    assert [
        to_m - from_m <= 15 / np.tan(np.radians(38.66)) + 5 / np.tan(np.radians(38.66)) + 0.01
        for _, from_m, to_m in found
    ] == [
        True,
        True,
    ]


def test_a_parallel_street_20_m_off_is_another_road() -> None:
    assert seen((0, 20, 250, 20, 99)) == []


def test_who_turns_into_the_road_is_seen_from_there() -> None:
    found = seen((100, -60, 100, 0, 99), (100, 0, 180, 0, 99))
    assert found == [("left", 1100, 1180), ("right", 1100, 1180)]


@pytest.mark.parametrize("poor", [{"accuracy_m": 31.0}, {"step_s": 31.0}, {"speed_m_s": 7.0}])
def test_poor_tracks_cover_nothing(poor: dict[str, float]) -> None:
    assert seen((0, 0, 250, 0, 99), **poor) == []


def test_standing_still_covers_nothing() -> None:
    assert seen((100, 0, 100, 0, 99)) == []


def test_a_road_with_corners_is_covered_without_a_gap() -> None:
    bent = road((0, 0), (100, 0), (170, 40), (220, 110), from_m=0, to_m=300)
    line = np.array(bent.geometry[0].coords)
    walks = [(*line[i], *line[i + 1], 99.0) for i in range(3)]
    assert seen(*walks, on=bent) == [("left", 0, 300), ("right", 0, 300)]


def test_chainage_that_falls_along_the_line_turns_left_into_right() -> None:
    assert seen((0, 8, 250, 8, 99), on=road(from_m=1250, to_m=1000)) == [("right", 1000, 1250)]


def test_parts_of_a_road_are_measured_one_after_another() -> None:
    shape = shapely.MultiLineString([[(0, 0), (100, 0)], [(200, 0), (300, 0)]])
    two = roads(np.array([shape]), np.array([np.nan]), np.array([np.nan]))
    assert seen((50, 0, 250, 0, 99), on=two) == [("left", 50, 150), ("right", 50, 150)]


def test_a_segment_without_a_geometry_has_no_stretch() -> None:
    lost = roads(np.array([None], dtype=object), np.array([0.0]), np.array([100.0]))
    assert len(side_stretches(lost, walked((0, 0, 250, 0, 99), on=lost)).at) == 0


# ------------------------------------------------------------ last inspected, share, overdue


def test_the_last_walk_counts_where_it_went() -> None:
    found = side_stretches(road(), walked((0, 8, 250, 8, 90), (100, 8, 150, 8, 98)))
    left = found.side == 0
    assert found.start[left].round(6).tolist() == [0, 100, 150]
    assert (found.at[left] // DAY_S).tolist() == [90, 98, 90]
    assert np.isneginf(found.at[~left]).all()


def test_a_segment_is_fully_inspected_when_both_sides_are() -> None:
    axis, share = road(), np.array([0.8])
    one = side_stretches(axis, walked((0, 8, 250, 8, 99), on=axis))
    both = side_stretches(axis, walked((0, 8, 250, 8, 99), (0, -8, 200, -8, 95), on=axis))
    assert np.isneginf(full_at(one, axis, share)).all()
    assert full_at(both, axis, share)[0] // DAY_S == 95
    assert np.isneginf(full_at(both, axis, np.array([0.81]))).all()


def test_the_share_counts_both_sides_and_only_what_is_recent() -> None:
    axis = road()
    found = side_stretches(axis, walked((0, 8, 250, 8, 99), (0, -8, 250, -8, 80), on=axis))
    assert share_since(found, axis, np.array([NOW_S - 7 * DAY_S])).tolist() == pytest.approx([0.5])


def test_late_by_what_exceeds_the_limit() -> None:
    full = np.array([NOW_S - 6 * DAY_S, NOW_S - 9 * DAY_S, -np.inf])
    assert days_late(full, NOW_S, np.full(3, 7.0)).tolist() == [0.0, 2.0, np.inf]


def test_an_area_is_fully_inspected_since_so_much_of_its_ground_was() -> None:
    at = np.array([10.0, 20.0, 30.0, -np.inf, 50.0])
    found = area_full_at(at, np.full(5, 1.0), np.array([0, 0, 0, 1, -1]), np.array([0.6, 0.6]))
    assert found.tolist() == [20.0, -np.inf]


def test_ages_between_the_same_bounds_are_one_stretch() -> None:
    found = side_stretches(road(), walked((0, 8, 100, 8, 99), (100, 8, 250, 8, 98)))
    merged = merged_by_age(found, NOW_S, (7.0,))
    assert merged.end[merged.side == 0].tolist() == pytest.approx([250])
    assert merged.at[merged.side == 0][0] // DAY_S == 98


# ------------------------------------------------------------ the time of day, blind spots


def at_hour(hour: float) -> float:
    """A day whose time is that hour in Shanghai."""
    return 90 + (hour - 8) / 24


def test_the_length_is_told_for_each_time_of_day() -> None:
    axis = road()
    some = walked((0, 0, 125, 0, at_hour(9)), (0, 0, 250, 0, at_hour(20)), on=axis)
    shares = length_shares_by_time(axis, some, 0.0, SHANGHAI)
    assert {name: round(share, 6) for name, share in shares.items()} == {
        "morning": 0.5, "noon": 0.0, "evening": 1.0, "night": 0.0,
    }  # fmt: skip


CELLS = unit_cells(np.array([shapely.box(0, 0, 300, 200)]))


def looked(*walks: Walk) -> object:
    pieces = trusted_pieces(tracks(*walks), NOW_S, Trust())
    return seen_cells(CELLS, pieces, as_of=NOW_S, since=np.full(6, NOW_S - 7 * DAY_S), rules=Looking())


def test_cells_are_told_for_each_time_of_day_by_walks_and_visits() -> None:
    pieces = trusted_pieces(tracks((10, 50, 150, 50, at_hour(2))), NOW_S, Trust())
    signed = visits((250, 150, at_hour(19)), (250, 50, at_hour(19) + 20))  # the second one is still to come
    shares = cell_shares_by_time(CELLS, pieces, signed, since=0.0, as_of=NOW_S, zone=SHANGHAI)
    assert {name: round(share * 6) for name, share in shares.items()} == {
        "morning": 0, "noon": 0, "evening": 1, "night": 2,
    }  # fmt: skip


def test_blind_spots_hang_together_within_one_area() -> None:
    walks = [(30.0, y, 60.0, y, day) for y, day in ((50.0, 99.0), (150.0, 80.0))]
    area = np.array([0, 0, 1, 0, 0, 1])
    found = blind_spots(CELLS, looked(*walks), NOW_S - 14 * DAY_S, area)  # type: ignore[arg-type]
    assert [sorted(CELLS.id[spot.cells]) for spot in found] == [["0_1", "1_0", "1_1"], ["2_0", "2_1"]]
    assert [np.isfinite(spot.last_at) for spot in found] == [True, False]


# ------------------------------------------------------------ laws

x, y = (st.integers(low, high).map(lambda n: n / 8) for low, high in ((-320, 2400), (-320, 320)))
day = st.floats(80, 100)
some_walks = st.lists(st.tuples(x, y, x, y, day), max_size=8)
law = settings(derandomize=True, database=None, max_examples=60, deadline=None)
MIDDLES = np.arange(0.5, 250.0)


def over(found: SideStretches) -> np.ndarray:
    """When the middle of each metre of the left, then the right side was last seen."""
    return np.array(
        [
            found.at[(found.side == side) & (found.start <= m) & (m < found.end)].max()
            for side in (0, 1)
            for m in MIDDLES
        ]
    )


@law
@given(some_walks)
def test_the_stretches_are_disjoint_and_add_up_to_both_sides(walks: list[Walk]) -> None:
    found = side_stretches(road(), walked(*walks))
    for side in (0, 1):
        own = found.side == side
        assert found.start[own][0] == pytest.approx(0, abs=1e-6)
        assert found.end[own][-1] == pytest.approx(250)
        assert found.start[own][1:] == pytest.approx(found.end[own][:-1], abs=1e-6)


@law
@given(some_walks, st.tuples(x, y, x, y, day))
def test_one_more_track_never_makes_anything_older(walks: list[Walk], more: Walk) -> None:
    before, after = (side_stretches(road(), walked(*some)) for some in (walks, [*walks, more]))
    assert (over(after) >= over(before)).all()
    share = np.array([0.8])
    assert (full_at(after, road(), share) >= full_at(before, road(), share)).all()


@law
@given(some_walks)
def test_all_together_see_what_each_sees(walks: list[Walk]) -> None:
    each = [side_stretches(road(), walked(walk)) for walk in walks]
    alone = np.max([np.isfinite(over(one)) for one in each], axis=0, initial=False)
    assert (np.isfinite(over(side_stretches(road(), walked(*walks)))) == alone).all()


@law
@given(some_walks)
def test_nothing_is_seen_from_farther_than_15_m(walks: list[Walk]) -> None:
    ways = shapely.MultiLineString([((a, b), (c, d)) for a, b, c, d, _ in walks if (a, b) != (c, d)])
    covered = np.isfinite(over(side_stretches(road(), walked(*walks)))).reshape(2, -1)
    far = shapely.distance(ways, shapely.points(MIDDLES, 0.0)) > 15 + 1e-6 if walks else np.ones(250, bool)
    assert not covered[:, far].any()


def test_the_lines_of_the_axis_never_touch() -> None:
    both = roads(np.array([shapely.LineString([(0, 0), (9, 0)])] * 2), np.zeros(2), np.full(2, 9.0))
    lines = whole_lines(both)
    assert (lines.start[1:] > lines.end[:-1]).all()


# ------------------------------------------------------------ rules, field days


def rule(layer: str = "road_segments", class_: str = "", days: float = 7, share: float = 0.8) -> PatrolRule:
    return PatrolRule(layer=layer, class_=class_, max_age_days=days, min_share=share)


def test_the_rule_of_the_class_comes_before_that_of_the_layer() -> None:
    rules = [rule(), rule(class_="street", days=14)]
    assert [getattr(rule_for(rules, "road_segments", name), "max_age_days", None) for name in ("street", "urban")] == [
        14,
        7,
    ]
    assert rule_for(rules, "areas", "grid") is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ([rule("parcels")], "rules.1"),
        ([rule(class_="motorway")], "rules.1"),
        ([rule(), rule("areas", "grid", days=0)], "rules.2"),
        ([rule(share=1.1)], "rules.1"),
        ([rule(), rule()], "rules"),
    ],
)
def test_a_wrong_rule_is_named(wrong: list[PatrolRule], field: str) -> None:
    with pytest.raises(BadInput) as error:
        checked_rules(wrong)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], [False, None]),
        ([date(2021, 11, 28)], [True, None]),  # the Sunday
        ([date(2021, 11, 21)], [False, None]),  # the Sunday before
        ([date(2021, 11, 29)], [False, True]),
        ([date(2021, 12, 2)], [False, None]),  # tomorrow
    ],
)
def test_a_head_is_on_site_one_day_a_week(days: list[date], expected: list[bool | None]) -> None:
    assert [week.passed for week in field_weeks(days, today=date(2021, 12, 1), weeks=2)] == expected
