"""The report on work faces and the repair of borders, on both stores.

The town is a square of two kilometres: zone Z with villages W and E, which do not fit together, and one road.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers import area_repair, work_faces
from layers.errors import BadInput, Conflict
from layers.geometry import Metres
from layers.model import Feature, Person, Responsibility
from layers.problems import Draft, report_in
from layers.store import Store
from layers.town import furnish
from layers.work_faces import Fault, Report

NOW = datetime(2021, 11, 22, 1, tzinfo=UTC)
TODAY = date(2021, 11, 22)
METRES = Metres("EPSG:4548")
EAST, NORTH = 600_000.0, 4_000_000.0
OUTLINE = shapely.box(0, 0, 2000, 2000)
# E reaches 10 m over W in the south, stays 1 m away from it in the middle, and leaves out a field in the north.
WEST = shapely.box(0, 0, 1000, 2000)
EASTERN = shapely.Polygon(
    [(990, 0), (2000, 0), (2000, 2000), (1000, 2000), (1000, 1600), (1300, 1600), (1300, 1500), (1000, 1500),
     (1000, 1200), (1001, 1200), (1001, 800), (1000, 800), (1000, 500), (990, 500)]
)  # fmt: skip


def degrees(shape: BaseGeometry) -> BaseGeometry:
    return METRES.back(shapely.transform(shape, lambda xy: xy + np.array([EAST, NORTH])))


def area(code: str, level: str, shape: BaseGeometry, parent: str = "") -> Feature:
    return Feature(code=code, geometry=degrees(shape), values={"name": f"{code}村", "level": level, "parent": parent})


def segment(code: str, from_m: float | None, to_m: float | None, y: float = 100.0, **extra: object) -> Feature:
    line = shapely.LineString([(from_m or 0, y), (to_m or 300, y)])
    values = {"name": code, "road_name": "人民路" if from_m is not None else None, "from_m": from_m, "to_m": to_m}
    return Feature(code=code, geometry=degrees(line), values=values, extra=extra)


def duty(layer: str, place: str, person: str, role: str, to: date | None = None) -> Responsibility:
    first = date(2021, 1, 1)
    return Responsibility(layer=layer, place=place, person=person, role=role, valid_from=first, valid_to=to)


AREAS = [area("Z", "zone", OUTLINE), area("W", "village", WEST, "Z"), area("E", "village", EASTERN, "Z")]
PEOPLE = [Person(code=code, name=f"{code}先生") for code in ("P1", "P2", "P3")]
DUTIES = [
    duty("areas", "Z", "P1", "zone_head"), duty("areas", "W", "P2", "village_head"),
    duty("road_segments", "a", "P1", "road_chief"), duty("road_segments", "b", "P2", "road_chief"),
]  # fmt: skip


@pytest.fixture
def town(store: Store) -> Store:
    furnish(store)
    with store.writing() as session:
        session.features.insert_many("areas", AREAS, now=NOW)
        session.duties.put_people(PEOPLE)
        session.duties.put_responsibilities(DUTIES)
        roads = [segment("a", 0, 500), segment("b", 480, 900), segment("c", 950, 1200)]
        session.features.insert_many("road_segments", roads, now=NOW)
    return store


def found(store: Store, on: date = TODAY, level: str = "") -> Report:
    with store.reading() as session:
        return work_faces.report(session, on=on, level=level)


def of(report: Report, kind: str) -> list[Fault]:
    return [fault for fault in report.faults if fault.kind == kind]


def codes(faults: list[Fault]) -> list[tuple[str, ...]]:
    return [tuple(part.code for part in fault.who) for fault in faults]


def test_every_fault_of_the_areas_is_found_with_its_size_and_its_people(town: Store) -> None:
    report = found(town, level="village")
    sizes = {(fault.kind, round(fault.size)) for fault in report.faults}
    assert sizes == {("overlap", 5000), ("sliver", 400), ("gap", 30_000), ("unassigned_area", round(EASTERN.area))}
    (overlap,) = of(report, "overlap")
    assert [(part.code, part.name, part.people) for part in overlap.who] == [
        ("E", "E村", ()),
        ("W", "W村", ("P2先生",)),
    ]
    assert report.seamless == {"village": False}
    assert report.loose["village"].length > 500


def test_a_sound_level_is_seamless(town: Store) -> None:
    report = found(town, level="zone")
    assert (report.faults, report.seamless, report.district_m2) == ([], {"zone": True}, pytest.approx(4e6))


def test_the_district_is_the_outline_of_the_largest_level(town: Store) -> None:
    with town.writing() as session:
        stray = area("S", "grid", shapely.box(1900, 0, 2100, 100), "E")
        session.features.insert("areas", stray, now=NOW)
    report = found(town, level="grid")
    assert [(fault.kind, round(fault.size)) for fault in report.faults if "outside" in fault.kind] == [
        ("outside", 10_000),
        ("outside_parent", 10_000),
    ]
    assert codes(of(report, "outside_parent")) == [("S", "E")]


def test_stretches_of_the_road_without_a_chief_or_with_two(town: Store) -> None:
    report = found(town)
    said = {(f.kind, f.road, f.from_m, f.to_m, codes([f])[0]) for f in report.faults if f.road}
    assert said == {
        ("double_stretch", "人民路", 480, 500, ("a", "b")),
        ("chainage_gap", "人民路", 900, 950, ("b", "c")),
        ("unassigned_stretch", "人民路", 950, 1200, ("c",)),
    }
    (double,) = of(report, "double_stretch")
    assert shapely.transform(double.geometry, lambda xy: xy - np.array([EAST, NORTH])).equals_exact(
        shapely.LineString([(480, 100), (500, 100)]), 0.01
    )


def test_responsibilities_count_on_their_own_day_only(town: Store) -> None:
    with town.writing() as session:
        session.duties.put_responsibilities([duty("road_segments", "a", "P3", "road_chief", date(2021, 11, 1))])
    double = {
        day: [(f.from_m, f.to_m) for f in of(found(town, day), "double_stretch")] for day in (date(2021, 10, 31), TODAY)
    }
    assert double == {date(2021, 10, 31): [(0, 480), (480, 500)], TODAY: [(480, 500)]}
    assert codes(of(found(town, date(2020, 1, 1)), "unassigned_area")) == [("Z",), ("W",), ("E",)]


def test_a_second_person_in_another_role_is_no_second_chief(town: Store) -> None:
    with town.writing() as session:
        session.duties.put_responsibilities([duty("road_segments", "b", "P3", "contractor")])
        session.duties.put_responsibilities([duty("road_segments", "c", "P3", "contractor")])
    report = found(town)
    assert [(f.from_m, f.to_m) for f in of(report, "double_stretch")] == [(480, 500)]
    assert of(report, "unassigned_stretch") == []


def test_two_carriageways_and_a_segment_without_chainage_do_not_collide(store: Store) -> None:
    with store.writing() as session:
        roads = [segment("l", 0, 300, side="左"), segment("r", 0, 300, 120, side="右"), segment("n", None, None, 200)]
        session.features.insert_many("road_segments", roads, now=NOW)
    report = found(store)
    assert sorted((f.kind, f.road, round(f.size)) for f in report.faults) == [
        ("unassigned_stretch", "n", 300),
        ("unassigned_stretch", "人民路 右", 300),
        ("unassigned_stretch", "人民路 左", 300),
    ]


def test_an_empty_town_has_no_fault(store: Store) -> None:
    report = found(store)
    assert (report.faults, report.seamless, report.segments, report.district_m2) == ([], {}, 0, 0)


def test_a_level_is_one_of_three(store: Store) -> None:
    with pytest.raises(BadInput):
        found(store, level="county")


def propose(store: Store, **wish: object) -> area_repair.Proposal:
    with store.reading() as session:
        return area_repair.propose(session, level="village", **wish)  # type: ignore[arg-type]


def versions(proposal: area_repair.Proposal) -> Mapping[str, int]:
    return {change.area.code: change.area.version for change in proposal.changes}


def test_a_proposal_changes_nothing(town: Store) -> None:
    proposal = propose(town)
    assert (len(proposal.changes), proposal.seamless_after) == (2, True)
    assert {(f.kind, round(f.size)) for f in found(town, level="village").faults} >= {
        ("overlap", 5000),
        ("sliver", 400),
    }


def test_the_applied_repair_leaves_only_what_no_drawing_settles(town: Store) -> None:
    area_repair.apply(town, versions(propose(town)), level="village", now=NOW)
    report = found(town, level="village")
    assert {(f.kind, round(f.size)) for f in report.faults if f.kind != "unassigned_area"} == {("gap", 30_000)}
    assert report.seamless == {"village": True}
    assert propose(town).changes == []
    with town.reading() as session:
        kept = {row.code: row.version for row in session.features.read("areas")}
    assert kept == {"Z": 1, "W": 2, "E": 2}


@pytest.mark.parametrize("expected", [{}, {"W": 1}, {"W": 1, "E": 2}, {"W": 1, "E": 1, "Z": 1}])
def test_a_proposal_that_is_no_longer_the_same_is_refused(town: Store, expected: dict[str, int]) -> None:
    with pytest.raises(Conflict):
        area_repair.apply(town, expected, level="village", now=NOW)
    with town.reading() as session:
        assert {row.version for row in session.features.read("areas")} == {1}


def test_who_answers_for_open_problems_follows_the_new_borders(town: Store) -> None:
    """In the sliver that nobody had, the problem was the zone's; once a village has it, it is the village's."""
    spot = degrees(shapely.Point(1000.5, 1000))
    with town.writing() as session:
        session.duties.put_responsibilities([duty("areas", "E", "P3", "village_head")])
        before = report_in(session, Draft(geometry=spot, category="0102"), now=NOW)
    assert before.values["lead_code"] == "Z"
    area_repair.apply(town, versions(propose(town)), level="village", now=NOW)
    with town.reading() as session:
        assert session.features.get("problems", before.id).values["lead_code"] in ("W", "E")


@pytest.mark.parametrize("wish", [{"gap_width_m": -1}, {"gap_width_m": 51}])
def test_a_repair_closes_no_wide_gap(town: Store, wish: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        propose(town, **wish)
    with town.reading() as session, pytest.raises(BadInput):
        area_repair.propose(session, level="")


def test_without_areas_nothing_is_proposed(store: Store) -> None:
    proposal = propose(store)
    assert (proposal.changes, proposal.seamless_after) == ([], True)
