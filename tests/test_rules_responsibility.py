"""Geometry chooses the place, the day chooses the person, and nothing fails silently.

The town: one road along the northing 0 in two segments of 1,000 m, a side road, two
grids in one village in one zone, and one station; all in metres.
"""

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.model import Responsibility
from layers.rules.places import Areas, Places, Rings, Segments
from layers.rules.responsibility import Assignments, Fallback, Holder, assign, duties_on

TOWN = Fallback("T1", "Nanma", "F1", "Fang")


def objects(*values: object) -> np.ndarray:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def segments() -> Segments:
    return Segments(
        geometry=objects(
            shapely.from_wkt("MULTILINESTRING ((0 0, 1000 0))"),
            shapely.from_wkt("MULTILINESTRING ((1000 0, 2000 0))"),
            shapely.from_wkt("MULTILINESTRING ((500 50, 500 1000))"),
        ),
        code=objects("S1", "S2", "S3"),
        name=objects("East 1", "East 2", "Side street"),
        road_name=objects("S234", "S234", ""),
        from_m=np.array([1000.0, 2000.0, np.nan]),
        to_m=np.array([2010.0, 3000.0, np.nan]),  # the first is 1 % longer by the signs than on the map
        corridor_m=np.array([30.0, 30.0, 60.0]),
    )


def areas() -> Areas:
    return Areas(
        geometry=objects(
            shapely.box(0, -1000, 1000, 1000),
            shapely.box(1000, -1000, 2000, 1000),
            shapely.box(0, -1000, 2000, 1000),
            shapely.box(-500, -1000, 2000, 1000),
        ),
        code=objects("G1", "G2", "V1", "Z1"),
        name=objects("Grid 1", "Grid 2", "Village", "Zone"),
        level=objects("grid", "grid", "village", "zone"),
    )


def rings() -> Rings:
    return Rings(
        centre=objects(shapely.Point(100, 500), shapely.Point(100, 500)),
        code=objects("A-300", "A-500"),
        station=objects("A", "A"),
        station_name=objects("Station A", "Station A"),
        inner_m=np.array([0.0, 300.0]),
        outer_m=np.array([300.0, 500.0]),
    )


NO_AREAS = Areas(objects(), objects(), objects(), objects())
NO_SEGMENTS = Segments(objects(), objects(), objects(), objects(), np.empty(0), np.empty(0), np.empty(0))
NO_RINGS = Rings(objects(), objects(), objects(), objects(), np.empty(0), np.empty(0))
PLACES = Places(segments(), areas(), rings())
DUTIES = {
    ("road_segments", "S1"): Holder("C1", "Chen", "road_chief"),
    ("road_segments", "S2"): Holder("C2", "Li", "road_chief"),
    ("road_segments", "S3"): Holder("C3", "Wu", "road_chief"),
    ("areas", "G1"): Holder("W1", "Wang", "grid_worker"),
    ("areas", "G2"): Holder("W2", "Zhao", "grid_worker"),
    ("areas", "V1"): Holder("H1", "He", "village_head"),
    ("areas", "Z1"): Holder("Z", "Zhou", "zone_head"),
}


def without(*codes: str) -> dict[tuple[str, str], Holder]:
    return {place: holder for place, holder in DUTIES.items() if place[1] not in codes}


def assigned(wkt: str, places: Places = PLACES, duties: dict = DUTIES, town: Fallback = TOWN) -> Assignments:
    return assign(objects(shapely.from_wkt(wkt)), places, duties, town)


def lead(wkt: str, **others: object) -> tuple[str, str]:
    found = assigned(wkt, **others)  # type: ignore[arg-type]
    return found.code[0], found.person[0]


# ------------------------------------------------------------ who leads


@pytest.mark.parametrize(
    ("wkt", "expected"),
    [
        ("POINT (300 20)", ("S1", "C1")),
        ("POINT (300 30)", ("S1", "C1")),  # the corridor's edge belongs to it
        ("POINT (300 30.1)", ("G1", "W1")),
        ("POINT (1500 500)", ("G2", "W2")),
        ("POINT (-100 500)", ("Z1", "Z")),
        ("POINT (5000 5000)", ("T1", "F1")),
        ("POINT (500 25)", ("S1", "C1")),  # both corridors hold it at the same distance: the lower code
        ("POINT (500 26)", ("S3", "C3")),  # nearer to the side street
        ("POINT (1000 10)", ("S1", "C1")),  # where two segments meet
        ("LINESTRING (900 10, 1300 10)", ("S2", "C2")),  # more of it along the second
        ("LINESTRING (900 500, 1300 500)", ("G2", "W2")),
        ("POLYGON ((100 100, 200 100, 200 200, 100 200, 100 100))", ("G1", "W1")),
        ("POLYGON ((100 20, 200 20, 200 200, 100 200, 100 20))", ("S1", "C1")),  # a corner in the corridor
        ("MULTIPOINT ((900 500), (1300 500), (1310 500))", ("G2", "W2")),
    ],
)
def test_geometry_chooses(wkt: str, expected: tuple[str, str]) -> None:
    assert lead(wkt) == expected


def test_the_order_of_the_tables_does_not_matter() -> None:
    turned = segments()
    turned = Segments(*(getattr(turned, name)[::-1] for name in Segments.__dataclass_fields__))
    assert lead("POINT (500 25)", places=Places(turned, areas(), rings())) == ("S1", "C1")


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        (("S1",), ("S3", "C3")),
        (("S1", "S3"), ("G1", "W1")),
        (("S1", "S3", "G1"), ("V1", "H1")),
        (("S1", "S3", "G1", "V1"), ("Z1", "Z")),
        (("S1", "S3", "G1", "V1", "Z1"), ("T1", "F1")),
    ],
)
def test_a_place_without_anybody_is_passed_over(absent: tuple[str, ...], expected: tuple[str, str]) -> None:
    assert lead("POINT (500 25)", duties=without(*absent)) == expected


def test_an_empty_town_leaves_it_to_the_fallback_owner() -> None:
    assert lead("POINT (1 1)", places=Places(NO_SEGMENTS, NO_AREAS, NO_RINGS)) == ("T1", "F1")


def test_no_problems_give_no_rows() -> None:
    found = assign(objects(), PLACES, DUTIES, TOWN)
    assert (len(found.person), found.why, found.links.columns()["problem"]) == (0, [], [])


# ------------------------------------------------------------ the reason in words


def test_the_reason_on_a_road_says_where_how_far_and_who() -> None:
    assert str(assigned("POINT (200 12.34)").why[0]) == (
        "On S234 K1+202, 12.3 m from the centre line, inside the 30 m corridor of East 1: its road chief is Chen."
    )


def test_the_reason_of_a_line_says_how_much_of_it() -> None:
    why = str(assigned("LINESTRING (0 0, 0 100)").why[0])
    assert why.startswith("30.0 % of its length lies along S234 K1+000,")


def test_a_road_without_chainage_is_named_without() -> None:
    assert str(assigned("POINT (500 600)").why[0]).startswith("On Side street, 0.0 m")


def test_the_reason_in_an_area_names_its_level() -> None:
    assert str(assigned("POINT (1500 500)").why[0]) == "Inside the grid Grid 2: its grid worker is Zhao."


def test_the_reason_names_the_places_that_were_passed_over() -> None:
    why = assigned("POINT (500 25)", duties=without("S1", "S3")).why[0]
    assert str(why).startswith("Nobody is responsible on that day for East 1 / Side street. Inside the grid")


def test_without_anybody_all_places_are_named_as_passed_over() -> None:
    assert str(assigned("POINT (200 20)", duties={}).why[0]) == (
        "Nobody is responsible on that day for East 1 / Grid 1 / Village / Zone. It goes to the fallback owner, Fang."
    )


def test_the_fallback_says_that_no_place_holds_the_problem() -> None:
    why = str(assigned("POINT (5000 5000)").why[0])
    assert why == ("No road corridor and no area of responsibility holds it. It goes to the fallback owner, Fang.")


def test_without_a_fallback_owner_the_reason_asks_for_somebody() -> None:
    found = assigned("POINT (5000 5000)", town=Fallback("T1", "Nanma"))
    assert (found.person[0], found.role[0]) == ("", "")
    assert "chosen by hand" in str(found.why[0])


# ------------------------------------------------------------ flags


@pytest.mark.parametrize(
    ("wkt", "flags"),
    [
        ("POINT (300 20)", ()),
        ("POINT (5000 5000)", ("gap",)),
        ("LINESTRING (1900 500, 2100 500)", ("gap",)),
        ("LINESTRING (1900 500, 2000 500)", ()),
        ("POINT (1000 500)", ()),  # on the border of two grids: they touch, they do not overlap
        ("LINESTRING (1000 100, 1000 500)", ()),
    ],
)
def test_gaps_are_flagged(wkt: str, flags: tuple[str, ...]) -> None:
    assert assigned(wkt).flags == [flags]


@pytest.mark.parametrize("wkt", ["POINT (1005 500)", "LINESTRING (900 500, 1100 500)"])
def test_an_overlap_of_one_level_is_flagged(wkt: str) -> None:
    wide = areas()
    wide.geometry[0] = shapely.box(0, -1000, 1010, 1000)
    assert assigned(wkt, places=Places(segments(), wide, rings())).flags == [("overlap",)]


def test_of_two_overlapping_areas_the_lower_code_leads() -> None:
    wide = areas()
    wide.geometry[0] = shapely.box(0, -1000, 1010, 1000)
    assert lead("POINT (1005 500)", places=Places(segments(), wide, rings())) == ("G1", "W1")


def test_a_place_without_anybody_is_flagged() -> None:
    assert assigned("POINT (1500 500)", duties=without("G2")).flags == [("nobody",)]


def test_a_lower_level_does_not_need_anybody_when_the_chosen_place_has() -> None:
    assert assigned("POINT (1500 500)", duties=without("V1", "Z1")).flags == [()]


def test_nobody_at_all_is_flagged() -> None:
    assert assigned("POINT (5000 5000)", town=Fallback("T1", "Nanma")).flags == [("gap", "nobody")]


def test_a_town_without_areas_has_no_gaps() -> None:
    assert assigned("POINT (5000 5000)", places=Places(segments(), NO_AREAS, NO_RINGS)).flags == [()]


# ------------------------------------------------------------ links and rings


def links(wkt: str, **others: object) -> dict[str, tuple[object, ...]]:
    found = assigned(wkt, **others).links.of(0)  # type: ignore[arg-type]
    return {link.code: (link.method, link.distance_m, link.from_m, link.to_m, link.share) for link in found}


def test_a_point_is_linked_with_every_place_that_holds_it() -> None:
    assert links("POINT (200 20)") == {
        "S1": ("corridor", 20.0, 1202.0, 1202.0, None),
        "G1": ("inside", 0.0, None, None, None),
        "V1": ("inside", 0.0, None, None, None),
        "Z1": ("inside", 0.0, None, None, None),
        "A-500": ("ring", 490.306, None, None, None),
    }


def test_a_line_has_a_stretch_of_chainage_and_a_share() -> None:
    found = links("LINESTRING (900 10, 1300 10)")
    # 100 m beside the first segment and the rest of its round end, √(30² − 10²) m.
    assert found["S1"] == ("corridor", 10.0, 1909.0, 2010.0, pytest.approx((100 + 28.28) / 400, abs=1e-3))
    assert found["S2"] == ("corridor", 10.0, 2000.0, 2300.0, pytest.approx((300 + 28.28) / 400, abs=1e-3))
    assert found["G2"][4] == pytest.approx(0.75)


def test_a_stretch_begins_at_its_lower_chainage() -> None:
    backwards = segments()
    backwards.from_m[0], backwards.to_m[0] = 2000.0, 1000.0
    found = links("LINESTRING (100 0, 300 0)", places=Places(backwards, areas(), rings()))
    assert found["S1"][2:4] == (1700.0, 1900.0)


def test_a_polygon_has_a_share_of_its_area() -> None:
    found = links("POLYGON ((100 20, 200 20, 200 40, 100 40, 100 20))")
    assert found["S1"][4] == pytest.approx(0.5)
    assert found["S1"][2:4] == (1101.0, 1202.0)


def test_a_multipoint_has_a_share_of_its_points() -> None:
    assert links("MULTIPOINT ((900 500), (1300 500), (1310 500))")["G2"][4] == pytest.approx(2 / 3, abs=1e-6)


def test_a_neighbour_that_is_only_touched_along_its_border_is_not_linked() -> None:
    assert "G2" not in links("POLYGON ((900 500, 1000 500, 1000 600, 900 600, 900 500))")


def test_the_fallback_is_a_link_too() -> None:
    assert links("POINT (5000 5000)") == {"T1": ("fallback", 0.0, None, None, None)}


def test_exactly_one_link_leads_and_comes_first() -> None:
    found = assigned("POINT (200 10)", duties=without("S1", "G1")).links.of(0)
    assert [link.code for link in found if link.lead] == ["V1"]
    assert found[0].code == "V1"


@pytest.mark.parametrize(
    ("wkt", "outer"),
    [
        ("POINT (100 500)", [300.0]),
        ("POINT (399 500)", [300.0]),
        ("POINT (400 500)", [500.0]),  # half-open: 300 m belongs to the outer ring
        ("POINT (600 500)", []),
        ("LINESTRING (300 500, 450 500)", [300.0, 500.0]),
    ],
)
def test_a_problem_near_a_station_is_marked_with_its_rings(wkt: str, outer: list[float]) -> None:
    assert [ring["outer_m"] for ring in assigned(wkt).rings[0]] == outer


def test_a_ring_says_how_far_the_station_is() -> None:
    assert assigned("POINT (400 500)").rings[0] == (
        {"station": "A", "name": "Station A", "inner_m": 300.0, "outer_m": 500.0, "distance_m": 300.0},
    )


# ------------------------------------------------------------ many at once

anywhere = st.tuples(st.floats(-1500, 3000), st.floats(-1500, 1500))


@settings(derandomize=True, database=None, max_examples=40, deadline=None)
@given(st.lists(anywhere, min_size=1, max_size=12), st.sets(st.sampled_from(["S1", "S3", "G1", "V1", "Z1"])))
def test_many_are_assigned_as_each_alone(spots: list[tuple[float, float]], absent: set[str]) -> None:
    points = objects(*(shapely.Point(*spot) for spot in spots))
    duties = without(*absent)
    together = assign(points, PLACES, duties, TOWN)
    for row in range(len(points)):
        alone = assign(points[row : row + 1], PLACES, duties, TOWN)
        assert alone.links.of(0) == together.links.of(row)
        assert (alone.why[0], alone.flags[0], alone.rings[0]) == (
            together.why[row],
            together.flags[row],
            together.rings[row],
        )


@settings(derandomize=True, database=None, max_examples=60, deadline=None)
@given(anywhere, st.sets(st.sampled_from(["S1", "S2", "S3", "G1", "G2", "V1", "Z1"])))
def test_every_problem_has_one_lead_that_is_somebody(spot: tuple[float, float], absent: set[str]) -> None:
    found = assign(objects(shapely.Point(*spot)), PLACES, without(*absent), TOWN)
    assert found.person[0] != ""
    assert sum(link.lead for link in found.links.of(0)) == 1


def test_the_columns_for_the_store_say_what_the_links_say() -> None:
    points = objects(shapely.Point(200, 10), shapely.Point(5000, 5000), shapely.Point(1500, 500))
    found = assign(points, PLACES, DUTIES, TOWN).links
    columns = found.columns()
    codes = [c for p, c in zip(columns["problem"], columns["code"], strict=True) if p == 2]
    assert codes == [link.code for link in found.of(2)]
    assert {type(value) for value in columns["from_m"]} == {float, type(None)}


# ------------------------------------------------------------ duties


def duty(person: str, role: str, since: date, until: date | None = None) -> Responsibility:
    return Responsibility(layer="areas", place="V1", person=person, role=role, valid_from=since, valid_to=until)


DAY = date(2021, 11, 22)


@pytest.mark.parametrize(
    ("rows", "person"),
    [
        ([duty("A", "village_head", DAY)], "A"),
        ([duty("A", "village_head", date(2021, 1, 1), DAY)], None),  # ended: the last day is not included
        ([duty("A", "village_head", date(2021, 11, 23))], None),  # not yet
        ([duty("A", "contact", DAY), duty("B", "village_head", DAY)], "B"),
        ([duty("A", "village_head", date(2021, 1, 1)), duty("B", "village_head", date(2021, 6, 1))], "B"),
        ([duty("B", "village_head", DAY), duty("A", "village_head", DAY)], "A"),
    ],
)
def test_one_person_leads_a_place_on_a_day(rows: list[Responsibility], person: str | None) -> None:
    found = duties_on(DAY, rows, {}).get(("areas", "V1"))
    assert (found.person if found else None) == person
