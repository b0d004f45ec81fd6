"""Where things stand beside a road, what a check must say, how samples are judged: the rules alone."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from layers.dust_limits import shipped_rules as shipped_dust
from layers.errors import BadInput
from layers.frontage_duties import shipped_rules as shipped_duties
from layers.rules import dust, frontages
from layers.rules.dust import DustRules, Limit
from layers.rules.frontages import Duty, DutyRules, Standing, checked_results, rate, state_of
from layers.rules.road_axis import roads
from layers.rules.roadside import beside

NOW = datetime(2021, 12, 1, tzinfo=UTC)
FIVE = shipped_duties().duties
ALL_PASS = {duty.code: "pass" for duty in FIVE}


def street(from_m: float = 0.0, to_m: float = 200.0):
    """A street of 200 m that runs east, and one that crosses it at its middle."""
    lines = np.array([shapely.LineString([(0, 0), (200, 0)]), shapely.LineString([(100, -300), (100, 300)])])
    return roads(lines, np.array([from_m, 0.0]), np.array([to_m, 600.0]))


def stands(shape, axis=None) -> tuple[int, str, float, float]:
    found = beside(np.array([shape], dtype=object), axis or street())
    return tuple(column[0] for column in (found.segment, found.side, found.from_m, found.to_m))


def test_a_shop_stands_on_the_side_on_which_its_middle_lies():
    over_the_line = shapely.box(20, -2, 35, 12)
    assert stands(over_the_line) == (0, "left", 20.0, 35.0)
    assert stands(shapely.box(20, -12, 35, 2)) == (0, "right", 20.0, 35.0)


def test_left_is_left_of_growing_chainage_however_the_line_was_drawn():
    falling = street(1200.0, 1000.0)
    assert stands(shapely.LineString([(20, 9), (35, 9)]), falling) == (0, "right", 1165.0, 1180.0)


def test_at_a_corner_the_nearer_street_counts():
    assert stands(shapely.Point(108, 30))[0] == 1
    assert stands(shapely.Point(130, 9))[0] == 0


def test_far_from_every_road_it_stands_on_none():
    segment, side, from_m, to_m = stands(shapely.Point(-80, 0))
    assert (segment, side) == (-1, "")
    assert np.isnan([from_m, to_m]).all()


def test_without_roads_or_without_a_shape_nothing_stands_anywhere():
    none = roads(np.empty(0, dtype=object), np.empty(0), np.empty(0))
    assert stands(shapely.Point(0, 0), none)[0] == -1
    assert stands(None)[0] == -1


@pytest.mark.parametrize(
    ("results", "field"),
    [
        ({**ALL_PASS, "order": "maybe"}, "results.order"),
        ({**ALL_PASS, "manners": "pass"}, "results"),
        (dict.fromkeys(list(ALL_PASS)[1:], "pass"), "results"),
        (dict.fromkeys(ALL_PASS, "na"), "results"),
    ],
)
def test_a_check_judges_every_duty(results, field):
    with pytest.raises(BadInput) as refused:
        checked_results(results, FIVE)
    assert refused.value.field == field


def test_a_check_counts_up_to_the_last_moment_of_its_days():
    days = timedelta(days=30)
    assert state_of(NOW - days, 0, now=NOW, max_age_days=30) == "passed"
    assert state_of(NOW - days - timedelta(milliseconds=1), 0, now=NOW, max_age_days=30) == "overdue"


def test_what_is_overdue_counts_in_no_rate_of_duties_and_nothing_is_no_hundred_percent():
    found = rate([Standing("V1", "overdue", 5, 0), Standing("V1", "failed", 3, 1)])
    assert (found.checked_share, found.passed_share) == (0.5, 0.75)
    assert rate([Standing("V1", "never", 0, 0)]).passed_share is None
    assert rate([]).checked_share is None


@pytest.mark.parametrize(
    "rules",
    [
        DutyRules((), 30),
        DutyRules((Duty("order", "包秩序", "Order"),) * 2, 30),
        DutyRules((Duty("Order!", "包秩序", "Order"),), 30),
        DutyRules((Duty("order", "", "Order"),), 30),
        DutyRules((Duty("order", "包秩序", "Order"),), 0),
    ],
)
def test_wrong_duties_are_refused(rules):
    with pytest.raises(BadInput):
        frontages.checked_rules(rules)


def test_the_shipped_limits_are_those_of_the_sources():
    limits = shipped_dust().limits
    asked = [("urban", "carriageway"), ("national", "carriageway"), ("", "carriageway"), ("urban", "footway")]
    assert [dust.limit_for(limits, *one) for one in asked] == [5, 8, 8, 20]


@pytest.mark.parametrize(
    "rules",
    [
        DustRules(shipped_dust().limits[1:2], 5),
        DustRules((*shipped_dust().limits, shipped_dust().limits[0]), 5),
        DustRules((*shipped_dust().limits, Limit(road_class="lane", part="footway", limit_g_m2=5)), 5),
        DustRules((*shipped_dust().limits, Limit(road_class="street", part="footway", limit_g_m2=0)), 5),
        DustRules(shipped_dust().limits, 0),
    ],
)
def test_wrong_limits_are_refused(rules):
    with pytest.raises(BadInput):
        dust.checked_rules(rules)
