"""Measures: how much of a parcel their shapes cover, and water too close to a station."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.geometry.base import BaseGeometry

from layers.rules.measures import (
    KINDS,
    UNIT_TITLES,
    Completion,
    Done,
    Station,
    completion,
    interference,
    parcel_state,
)
from layers.schema import MEASURE_KINDS, MEASURE_UNITS

NOW = datetime(2021, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PARCEL = box(0, 0, 100, 100)
STATION = Station("YS01", "云水站", shapely.Point(0, 0), 50.0)


def done(kind: str, shape: BaseGeometry | None, from_: datetime = NOW, to: datetime | None = None) -> Done:
    return Done(kind, shape, from_, to)


def treated(*measures: Done, at: datetime = NOW) -> Completion:
    return completion(PARCEL, measures, at=at)


def test_only_what_lies_in_the_parcel_counts() -> None:
    found = treated(done("cover", box(50, 0, 200, 100)))
    assert (found.by_kind, found.treated_m2, found.area_m2, found.share) == ({"cover": 5000}, 5000, 10_000, 0.5)


def test_overlaps_count_once_within_a_kind_and_together() -> None:
    found = treated(
        done("cover", box(0, 0, 60, 100)), done("cover", box(40, 0, 80, 100)), done("green", box(70, 0, 100, 100))
    )
    assert found.by_kind == {"cover": 8000, "green": 3000}
    assert (found.treated_m2, found.share) == (10_000, 1.0)


@pytest.mark.parametrize("kind", ["sprinkle", "clean", "patrol_control", "notice"])
def test_what_treats_nothing_does_not_count(kind: str) -> None:
    assert treated(done(kind, PARCEL)) == Completion(10_000, {}, 0.0)


def test_points_lines_and_nothing_cover_no_ground() -> None:
    found = treated(
        done("clear", shapely.Point(5, 5)), done("clear", shapely.LineString([(0, 0), (9, 9)])), done("clear", None)
    )
    assert (found.by_kind, found.share) == ({"clear": 0.0}, 0.0)


def test_a_net_that_was_taken_off_covers_nothing_from_that_moment_on() -> None:
    net = done("cover", PARCEL, NOW, NOW + DAY)
    moments = (NOW - timedelta(seconds=1), NOW, NOW + DAY - timedelta(seconds=1), NOW + DAY)
    assert [treated(net, at=at).share for at in moments] == [0, 1, 1, 0]


def test_a_place_without_area_is_never_done() -> None:
    assert completion(shapely.Point(0, 0), [done("cover", PARCEL)], at=NOW).share == 0


@pytest.mark.parametrize(
    ("share", "state"), [(0, "bare"), (1e-9, "in_treatment"), (0.9499, "in_treatment"), (0.95, "treated")]
)
def test_the_state_follows_the_share(share: float, state: str) -> None:
    assert parcel_state(share) == state


SHAPES = st.lists(
    st.tuples(st.sampled_from(["cover", "green", "clear"]), *[st.integers(-20, 100)] * 2, *[st.integers(1, 90)] * 2),
    max_size=6,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(SHAPES)
def test_the_share_is_what_counting_squares_gives(rows: list[tuple[str, int, int, int, int]]) -> None:
    found = treated(*(done(kind, box(x, y, x + w, y + h)) for kind, x, y, w, h in rows))
    counted = {kind: np.zeros((100, 100), bool) for kind in ("cover", "green", "clear")}
    for kind, x, y, w, h in rows:
        counted[kind][max(x, 0) : max(x + w, 0), max(y, 0) : max(y + h, 0)] = True
    assert found.treated_m2 == pytest.approx(np.logical_or.reduce(list(counted.values())).sum())
    assert all(found.by_kind.get(kind, 0) == pytest.approx(squares.sum()) for kind, squares in counted.items())


@pytest.mark.parametrize(
    ("shape", "warned"),
    [
        (shapely.Point(50, 0), True),
        (shapely.Point(50.1, 0), False),
        (shapely.LineString([(-100, 40), (100, 40)]), True),
        (box(-500, -500, 500, 500), True),
        (box(60, 60, 70, 70), False),
        (None, False),
    ],
)
def test_water_within_the_ring_of_a_station_is_warned_of(shape: BaseGeometry | None, warned: bool) -> None:
    assert bool(interference("sprinkle", shape, [STATION])) == warned


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_only_water_interferes(kind: str) -> None:
    assert bool(interference(kind, STATION.point, [STATION])) == KINDS[kind].wets


def test_the_warning_names_the_station_and_the_distance() -> None:
    other = Station("B", "", shapely.Point(1000, 0), 100.0)
    both = interference("mist", shapely.LineString([(30, 0), (950, 0)]), [STATION, other])
    assert [(w.values["station"], w.values["distance"], w.values["radius"]) for w in both] == [
        ("云水站", 30, "50"),
        ("B", 50, "100"),
    ]
    assert interference("mist", STATION.point, []) == []


def test_the_layer_and_the_rule_know_the_same_kinds_and_units() -> None:
    assert tuple(KINDS) == MEASURE_KINDS
    assert tuple(UNIT_TITLES) == MEASURE_UNITS
    assert {kind.unit for kind in KINDS.values()} <= UNIT_TITLES.keys()


def test_what_covers_can_be_drawn_as_an_area() -> None:
    assert all("Polygon" in kind.geometry_types for kind in KINDS.values() if kind.covers)
