"""Work faces without seam: what nobody has, what two have, what lies outside; and roads by chainage.

Areas are drawn on a square of 1,000 m; hand-made faults have known areas.
"""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.geometry.base import BaseGeometry

from layers.rules.stretches import STRETCH_KINDS, Piece, bridge, part_of_line, stretch_faults, stretches
from layers.rules.work_faces import (
    Faces,
    Fault,
    differs,
    district_of,
    gaps,
    is_seamless,
    loose_edges,
    outside,
    outside_parents,
    overlaps,
    repaired,
    snapped,
    unassigned_areas,
)

DISTRICT = box(0, 0, 1000, 1000)


def faces(**areas: BaseGeometry) -> Faces:
    polygons = np.empty(len(areas), dtype=object)
    polygons[:] = list(areas.values())
    return Faces(np.array(list(areas), dtype=object), snapped(polygons))


HALVES = faces(west=box(0, 0, 500, 1000), east=box(500, 0, 1000, 1000))


def said(found: list[Fault]) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(fault.kind, round(fault.size), fault.codes) for fault in found]


def test_areas_that_touch_have_no_fault() -> None:
    assert is_seamless(HALVES)
    assert loose_edges(HALVES).is_empty
    assert [f(HALVES, DISTRICT) for f in (gaps, outside)] == [[], []]
    assert overlaps(HALVES) == []


def test_touching_in_one_corner_is_no_overlap() -> None:
    assert overlaps(faces(a=box(0, 0, 500, 500), b=box(500, 500, 1000, 1000))) == []


def test_an_overlap_names_both_areas_and_its_size() -> None:
    both = faces(west=box(0, 0, 510, 1000), east=box(500, 0, 1000, 1000))
    assert said(overlaps(both)) == [("overlap", 10_000, ("east", "west"))]
    assert not is_seamless(both)
    assert loose_edges(both).length > 0


def test_an_area_within_another_overlaps_by_all_of_itself() -> None:
    assert said(overlaps(faces(a=DISTRICT, b=box(10, 10, 20, 30)))) == [("overlap", 200, ("a", "b"))]


def test_an_overlap_in_two_places_is_one_fault_of_one_pair() -> None:
    comb = shapely.union_all([box(0, 0, 10, 1000), box(0, 0, 600, 100), box(0, 900, 600, 1000)])
    (fault,) = overlaps(faces(comb=comb, east=box(500, 0, 1000, 1000)))
    assert (fault.geometry.geom_type, fault.size) == ("MultiPolygon", 20_000)


def test_neighbours_that_overlap_and_touch_elsewhere_share_only_the_area() -> None:
    west = shapely.Polygon([(0, 0), (500, 0), (500, 400), (510, 400), (510, 500), (500, 500), (500, 1000), (0, 1000)])
    (fault,) = overlaps(faces(west=west, east=box(500, 0, 1000, 1000)))
    assert (fault.geometry.geom_type, fault.size) == ("Polygon", 1000)


def test_land_that_nobody_has_is_a_gap_with_its_neighbours() -> None:
    three = faces(west=box(0, 0, 500, 1000), north=box(500, 400, 1000, 1000), south=box(500, 0, 1000, 350))
    assert said(gaps(three, DISTRICT)) == [("gap", 25_000, ("north", "south", "west"))]


def test_a_border_drawn_twice_is_a_sliver() -> None:
    two = faces(west=box(0, 0, 500, 1000), east=box(501, 0, 1000, 1000))
    assert said(gaps(two, DISTRICT)) == [("sliver", 1000, ("east", "west"))]


@pytest.mark.parametrize(("side_m", "kind"), [(3.99, "sliver"), (4.01, "gap")])
def test_a_sliver_has_less_than_a_square_metre_for_each_metre_of_its_border(side_m: float, kind: str) -> None:
    holed = shapely.difference(DISTRICT, box(100, 100, 100 + side_m, 100 + side_m))
    assert [fault.kind for fault in gaps(faces(a=holed), DISTRICT)] == [kind]


def test_a_square_metre_is_rounding() -> None:
    holed = shapely.difference(DISTRICT, box(100, 100, 101, 101))
    assert gaps(faces(a=holed), DISTRICT) == []
    assert said(gaps(faces(a=holed), DISTRICT, smallest_m2=0.5)) == [("sliver", 1, ("a",))]


def test_borders_that_differ_by_less_than_half_a_millimetre_are_one_border() -> None:
    assert is_seamless(faces(west=box(0, 0, 500.0004, 1000), east=box(500, 0, 1000, 1000)))


def test_narrow_gaps_break_the_seam_and_wide_ones_are_no_matter_of_drawing() -> None:
    narrow, wide = (faces(west=box(0, 0, 500, 1000), east=box(500 + gap_m, 0, 1000, 1000)) for gap_m in (1, 3))
    assert (is_seamless(narrow), is_seamless(wide)) == (False, True)


def test_what_lies_beyond_the_district_is_named() -> None:
    two = faces(west=box(-20, 0, 500, 100), east=box(500, 0, 1000, 1000))
    assert said(outside(two, DISTRICT)) == [("outside", 2000, ("west",))]


def test_a_child_lies_in_its_parent() -> None:
    children = faces(good=box(0, 0, 500, 500), strays=box(400, 500, 600, 1000), lost=box(0, 0, 10, 10), free=DISTRICT)
    parents = {"west": box(0, 0, 500, 1000)}
    found = outside_parents(children, ["west", "west", "gone", ""], parents)
    assert said(found) == [
        ("outside_parent", 50_000, ("strays", "west")),
        ("outside_parent", 100, ("lost", "gone")),
    ]


def test_the_outer_outline_has_no_holes_but_keeps_its_islands() -> None:
    ring = shapely.difference(box(0, 0, 100, 100), box(40, 40, 60, 60))
    assert district_of(np.array([ring, box(200, 0, 210, 10)])).area == pytest.approx(10_100)
    assert district_of(np.array([], dtype=object)).is_empty


def test_an_area_without_anybody_is_named() -> None:
    assert said(unassigned_areas(HALVES, frozenset({"west"}))) == [("unassigned_area", 500_000, ("east",))]


def test_a_repair_closes_what_is_narrow_and_leaves_what_is_wide() -> None:
    west = shapely.difference(box(0, 0, 510, 1000), box(499, 100, 510, 300))
    broken = faces(west=shapely.difference(west, box(200, 100, 300, 300)), east=box(500, 0, 1000, 1000))
    mended = Faces(broken.code, repaired(broken))
    assert is_seamless(mended)
    assert said(gaps(mended, DISTRICT)) == [("gap", 20_000, ("west",))]
    assert shapely.area(mended.polygon).sum() == pytest.approx(1_000_000 - 20_000)


def test_a_sound_coverage_is_not_repaired() -> None:
    assert [differs(a, b) for a, b in zip(HALVES.polygon, repaired(HALVES), strict=True)] == [False, False]


def test_a_vertex_that_only_one_side_has_is_a_difference() -> None:
    assert differs(box(0, 0, 10, 10), shapely.Polygon([(0, 0), (5, 0), (10, 0), (10, 10), (0, 10)]))
    assert not differs(box(0, 0, 10, 10), shapely.Polygon([(10, 10), (10, 0), (0, 0), (0, 10)]))
    assert not differs(shapely.MultiPolygon([box(0, 0, 10, 10)]), box(0, 0, 10, 10))


BOXES = st.lists(
    st.tuples(*[st.integers(-20, 100)] * 2, *[st.integers(1, 60)] * 2).map(
        lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60, deadline=None)
@given(BOXES)
def test_what_is_covered_and_what_is_missing_sum_to_the_district(boxes: list[BaseGeometry]) -> None:
    district = box(0, 0, 100, 100)
    many = faces(**{str(k): shape for k, shape in enumerate(boxes)})
    missing = sum(fault.size for fault in gaps(many, district, smallest_m2=0))
    beyond = sum(fault.size for fault in outside(many, district, smallest_m2=0))
    assert shapely.union_all(many.polygon).area - beyond + missing == pytest.approx(district.area)


@settings(max_examples=60, deadline=None)
@given(BOXES)
def test_overlaps_account_for_every_square_metre_that_is_counted_twice(boxes: list[BaseGeometry]) -> None:
    """Each place counted n times lies in n(n−1)/2 overlaps."""
    many = faces(**{str(k): shape for k, shape in enumerate(boxes)})
    counted = np.zeros((200, 200), int)
    for west, south, east, north in shapely.bounds(many.polygon).astype(int) + 20:
        counted[west:east, south:north] += 1
    shared = sum(fault.size for fault in overlaps(many, smallest_m2=0))
    assert shared == pytest.approx((counted * (counted - 1) // 2).sum())


# ---------------------------------------------------------------- roads


def piece(code: str, from_m: float, to_m: float, *chiefs: str, road: str = "X") -> Piece:
    return Piece(road=road, code=code, from_m=from_m, to_m=to_m, chiefs=chiefs)


def told(pieces: list[Piece]) -> list[tuple[object, ...]]:
    return [(s.kind, s.from_m, s.to_m, s.codes, s.chiefs) for s in stretch_faults(pieces)]


def test_a_road_in_good_order_has_no_fault() -> None:
    assert told([piece("b", 500, 900, "R2"), piece("a", 0, 500, "R1")]) == []


def test_a_stretch_without_a_chief() -> None:
    assert told([piece("a", 0, 500, "R1"), piece("b", 500, 900)]) == [("unassigned_stretch", 500, 900, ("b",), ())]


def test_a_segment_with_two_chiefs() -> None:
    assert told([piece("a", 0, 500, "R2", "R1")]) == [("double_stretch", 0, 500, ("a",), ("R1", "R2"))]


def test_segments_that_overlap_are_doubly_assigned_there_even_to_one_chief() -> None:
    found = told([piece("a", 0, 500, "R1"), piece("b", 450, 900, "R1")])
    assert found == [("double_stretch", 450, 500, ("a", "b"), ("R1",))]


def test_chainage_that_jumps_names_the_segments_on_both_sides() -> None:
    found = told([piece("a", 0, 500, "R1"), piece("b", 550, 900, "R1")])
    assert found == [("chainage_gap", 500, 550, ("a", "b"), ())]


def test_roads_do_not_mix() -> None:
    assert (
        told([piece("a", 0, 500, "R1"), piece("b", 550, 900, "R2", road="Y"), piece("c", 0, 550, "R2", road="Y")]) == []
    )


def test_falling_chainage_is_the_same_stretch() -> None:
    assert told([piece("a", 500, 0, "R1"), piece("b", 400, 900, "R2")]) == [
        ("double_stretch", 400, 500, ("a", "b"), ("R1", "R2"))
    ]


def test_a_metre_of_chainage_is_rounding() -> None:
    assert told([piece("a", 0, 500, "R1"), piece("b", 501, 900, "R1")]) == []


PIECES = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.lists(st.sampled_from("PQR"), max_size=2)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_every_metre_of_a_road_has_one_verdict(rows: list[tuple[int, int, list[str]]]) -> None:
    pieces = [piece(str(k), a, b, *chiefs) for k, (a, b, chiefs) in enumerate(rows)]
    found = stretches(pieces)
    for metre in range(50):
        on_it = [p for p in pieces if min(p.from_m, p.to_m) <= metre < max(p.from_m, p.to_m)]
        verdicts = [s for s in found if s.from_m <= metre < s.to_m]
        assert len(verdicts) == _within(pieces, metre)
        for verdict in verdicts:
            chiefs = {c for p in on_it for c in p.chiefs}
            assert (verdict.kind == "chainage_gap") == (not on_it)
            assert (verdict.kind == "unassigned_stretch") == (len(on_it) == 1 and not chiefs)
            assert (verdict.kind == "double_stretch") == (len(on_it) > 1 or len(chiefs) > 1)
    assert {s.kind for s in found} <= {"held", *STRETCH_KINDS}


def _within(pieces: list[Piece], metre: int) -> int:
    """1 between the first and the last metre that any segment has, else 0."""
    real = [p for p in pieces if p.from_m != p.to_m]
    low = min((min(p.from_m, p.to_m) for p in real), default=0)
    high = max((max(p.from_m, p.to_m) for p in real), default=0)
    return int(low <= metre < high)


def test_part_of_a_line_goes_through_its_corners_and_its_parts() -> None:
    bent = shapely.LineString([(0, 0), (10, 0), (10, 10)])
    assert part_of_line(bent, 0.25, 0.75).equals(shapely.LineString([(5, 0), (10, 0), (10, 5)]))
    parts = shapely.MultiLineString([[(0, 0), (10, 0)], [(20, 0), (30, 0)]])
    assert part_of_line(parts, 0.25, 0.75).equals(shapely.MultiLineString([[(5, 0), (10, 0)], [(20, 0), (25, 0)]]))


def test_a_loop_is_cut_by_length_not_by_nearness() -> None:
    loop = shapely.LineString([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)])
    assert part_of_line(loop, 0.5, 1.0).equals(shapely.LineString([(10, 10), (0, 10), (0, 0)]))


def test_a_bridge_leads_from_one_segment_to_the_next() -> None:
    first, second = shapely.LineString([(0, 0), (5, 0)]), shapely.LineString([(8, 0), (9, 0)])
    assert bridge(first, second).equals(shapely.LineString([(5, 0), (8, 0)]))
    assert bridge(first, shapely.LineString([(5, 0), (6, 0)])).equals(shapely.Point(5, 0))
