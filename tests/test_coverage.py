"""Clean zones and coverage of a small town on both stores: two villages of 300 m × 200 m, one road between them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers import patrols
from layers.clean_map import CleanMap, clean_map
from layers.coverage import Coverage, CoverageWish, coverage
from layers.errors import BadInput, Conflict, NotFound
from layers.geometry import Metres
from layers.model import Feature, Person, Responsibility
from layers.patrol_rules import patrol_rules, put_patrol_rules, shipped_rules
from layers.problems import Draft, report
from layers.rules.clean_zones import REASONS, STATES
from layers.rules.patrol_rules import PatrolRule
from layers.store import Store
from layers.town import furnish

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
METRES = Metres("EPSG:4548")
EAST, NORTH = 500_000.0, 4_000_000.0  # whole hundreds: the villages are six cells each


def degrees(shape: BaseGeometry) -> BaseGeometry:
    return METRES.back(shapely.transform(shape, lambda xy: xy + np.array([EAST, NORTH])))


def line(*corners: tuple[float, float]) -> BaseGeometry:
    return degrees(shapely.LineString(corners))


@pytest.fixture
def town(store: Store) -> Store:
    """West V1 (head A) and east V2 (head B), the road FT1 (chief A) along the southern cells; C is an inspector."""
    furnish(store)
    areas = [
        Feature(code=code, geometry=degrees(shapely.box(x, 0, x + 300, 200)), extra=extra,
                values={"name": code, "level": "village"})
        for code, x, extra in (("V1", 0, {}), ("V2", 300, {"unit_class": "农田"}))
    ]  # fmt: skip
    road = {"name": "FT1", "road_name": "FT", "road_class": "urban", "from_m": 0.0, "to_m": 600.0}
    segments = [
        Feature(code="FT1", geometry=line((0, 50), (604, 50)), values=road),
        Feature(code="FT2", geometry=None, values={**road, "name": "FT2"}),
    ]
    with store.writing() as session:
        session.features.insert_many("areas", areas, now=NOW)
        session.features.insert_many("road_segments", segments, now=NOW)
        session.duties.put_people([Person(code=code, name=code) for code in "ABC"])
        session.duties.put_responsibilities(
            [
                Responsibility(layer=layer, place=place, person=who, role=role, valid_from=NOW.date())
                for layer, place, who, role in (
                    ("areas", "V1", "A", "village_head"), ("areas", "V2", "B", "village_head"),
                    ("road_segments", "FT1", "A", "road_chief"),
                )
            ]
        )  # fmt: skip
    return store


def walk(store: Store, who: str, *corners: tuple[float, float], days_ago: float = 1.0, code: str = "") -> Feature:
    """A walk of 1 m/s with a fix every 20 m."""
    way = shapely.LineString(corners)
    along = [*range(0, int(way.length), 20), way.length]
    fixes = [[float(at), 5.0] for at in along]
    shape = shapely.LineString([way.interpolate(at) for at in along])
    said = {"inspector": who, "started_at": NOW - timedelta(days=days_ago), "fixes": fixes, "code": code}
    return patrols.add_patrol(store, degrees(shape), said, now=NOW)


def clean(store: Store, **wish: object) -> CleanMap:
    with store.reading() as session:
        return clean_map(session, as_of=NOW, **wish)  # type: ignore[arg-type]


def covered(store: Store, **wish: object) -> Coverage:
    with store.reading() as session:
        return coverage(session, CoverageWish(**wish), as_of=NOW)  # type: ignore[arg-type]


def states(found: CleanMap) -> Mapping[str, int]:
    return {state: list(found.zones.state).count(code) for code, state in enumerate(STATES)}


# ------------------------------------------------------------ clean zones


def test_without_tracks_all_is_unknown(town: Store) -> None:
    found = clean(town, roads=True)
    assert states(found) == {"clean": 0, "problem": 0, "unknown": 12}
    assert found.roads is not None
    assert (found.roads.summary.units, found.roads.summary.never, found.roads.without_shape) == (12, 12, 1)


def sweep(store: Store, who: str, west: float, east: float, days_ago: float = 1.0) -> None:
    """Four legs see all cells between two eastings."""
    for y in (25.0, 75.0, 125.0, 175.0):
        walk(store, who, (west, y), (east, y), days_ago=days_ago)


def test_a_swept_village_is_a_clean_zone_that_only_somebody_else_verifies(town: Store) -> None:
    sweep(town, "A", 0, 300)
    sweep(town, "C", 300, 600)
    found = clean(town)
    assert [row.clean_zone for row in found.rows] == [True, True]
    assert [row.summary.verified for row in found.rows] == [0, 6]
    assert [(round(zone.area_m2), round(zone.verified_share, 2)) for zone in found.labelled] == [(120_000, 0.5)]


def test_the_class_of_the_land_decides_how_long_an_inspection_holds(town: Store) -> None:
    sweep(town, "C", 0, 600, days_ago=20)
    assert [row.summary.clean for row in clean(town).rows] == [0, 6]


def find(store: Store, x: float, y: float) -> Feature:
    return report(store, Draft(geometry=degrees(shapely.Point(x, y)), category="0102"), now=NOW - timedelta(days=2))


def test_an_open_problem_comes_before_all_else(town: Store) -> None:
    sweep(town, "C", 0, 600)
    find(town, 150, 150)
    found = clean(town)
    assert states(found) == {"clean": 11, "problem": 1, "unknown": 0}
    assert [row.clean_zone for row in found.rows] == [False, True]


def test_a_closed_problem_is_one_until_it_is_verified(town: Store) -> None:
    sweep(town, "C", 0, 600)
    problem = find(town, 150, 150)
    closing = {"state": "closed", "closed_at": NOW - timedelta(days=1)}
    with town.writing() as session:
        session.features.update("problems", problem.id, closing, now=NOW)
    reasons = [REASONS[code] for code in clean(town).zones.reason]
    with town.writing() as session:
        session.features.update("problems", problem.id, {"verified_at": NOW - timedelta(hours=1)}, now=NOW)
    after = [REASONS[code] for code in clean(town).zones.reason]
    assert (reasons.count("unverified"), after.count("unverified"), after.count("recent")) == (1, 0, 1)


def test_one_area_has_its_own_cells_only(town: Store) -> None:
    found = clean(town, area="V2")
    assert (len(found.zones.state), [row.area.code for row in found.rows if row.area]) == (6, ["V2"])


# ------------------------------------------------------------ coverage


def test_a_walk_on_one_side_leaves_the_segment_overdue(town: Store) -> None:
    walk(town, "C", (0, 58), (600, 58))
    late = {row.code: row for row in covered(town).overdue}
    assert (late["FT1"].people, late["FT1"].late_days, round(late["FT1"].share, 2)) == (("A",), float("inf"), 0.5)
    walk(town, "C", (0, 42), (600, 42))
    assert "FT1" not in {row.code for row in covered(town).overdue}


def test_the_overdue_are_sorted_by_how_late_they_are(town: Store) -> None:
    sweep(town, "C", 300, 600, days_ago=20)
    walk(town, "C", (0, 50), (600, 50), days_ago=8)
    found = [(row.layer, row.code, round(row.late_days, 1)) for row in covered(town).overdue]
    never = float("inf")
    assert found == [
        ("areas", "V1", never), ("road_segments", "FT2", never), ("areas", "V2", 6.0), ("road_segments", "FT1", 1.0),
    ]  # fmt: skip


def test_blind_spots_belong_to_a_village_and_its_head(town: Store) -> None:
    sweep(town, "C", 0, 300)
    (spot,) = covered(town).blind
    assert (spot.area and spot.area.code, spot.people, round(spot.area_m2)) == ("V2", ("B",), 40_000)


def test_a_person_sees_only_their_own(town: Store) -> None:
    found = covered(town, person="B")
    assert (len(found.roads.table.code), len(found.ground.fresh), [head.person for head in found.heads]) == (
        0,
        6,
        ["B"],
    )


def test_an_area_holds_the_segments_whose_middle_it_holds(town: Store) -> None:
    assert [list(covered(town, area=code).roads.table.code) for code in ("V1", "V2")] == [[], ["FT1"]]


@pytest.mark.parametrize(
    ("wish", "error"), [({"area": "V9"}, NotFound), ({"person": "Z"}, NotFound), ({"days": 0}, BadInput)]
)
def test_an_unknown_wish_is_refused(town: Store, wish: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        covered(town, **wish)


def test_heads_are_on_site_inside_their_own_area_only(town: Store) -> None:
    walk(town, "A", (0, 50), (100, 50), days_ago=1)
    walk(town, "B", (0, 50), (100, 50), days_ago=1)
    weeks = {head.person: [(week.days, week.passed) for week in head.weeks[-2:]] for head in covered(town).heads}
    assert weeks == {"A": [(0, False), (1, True)], "B": [(0, False), (0, None)]}


# ------------------------------------------------------------ rules of patrols


def test_the_shipped_rules_hold_until_the_town_changes_them(town: Store) -> None:
    with town.reading() as session:
        version, rules = patrol_rules(session)
    assert (version.version, rules) == (0, shipped_rules())


def test_changed_rules_decide_what_is_overdue(town: Store) -> None:
    walk(town, "C", (0, 50), (600, 50), days_ago=8)
    rule = PatrolRule(layer="road_segments", class_="urban", max_age_days=9, min_share=0.8)
    put_patrol_rules(town, [rule], now=NOW, by="A", expected=0)
    found = covered(town)
    assert ([row.code for row in found.overdue], found.rules_version) == (["FT2"], 1)
    with pytest.raises(Conflict):
        put_patrol_rules(town, [rule], now=NOW, expected=0)


# ------------------------------------------------------------ what was found on a patrol


def draft(code: str) -> Draft:
    return Draft(geometry=degrees(shapely.Point(150, 50)), category="0102", extra={"patrol": code})


@pytest.mark.parametrize("patrol_first", [True, False])
def test_a_problem_and_its_patrol_find_each_other_in_either_order(town: Store, patrol_first: bool) -> None:
    made = [walk(town, "C", (0, 50), (600, 50), code="P-1")] if patrol_first else []
    problem = report(town, draft("P-1"), now=NOW)
    patrol = made[0] if made else walk(town, "C", (0, 50), (600, 50), code="P-1")
    with town.reading() as session:
        patrol = session.features.get("patrols", patrol.id)
        assert [row.id for row in patrols.found_on(session, patrol)] == [problem.id]
    assert patrol.values["result"] == "found"


def test_a_problem_can_be_linked_afterwards_and_twice_is_once(town: Store) -> None:
    patrol, problem = walk(town, "C", (0, 50), (600, 50)), find(town, 150, 50)
    assert patrol.values["result"] == "nothing_found"
    for _ in range(2):
        patrol = patrols.link_problem(town, patrol.id, problem.id, now=NOW, by="C")
    with town.reading() as session:
        assert [row.extra for row in patrols.found_on(session, patrol)] == [{"patrol": patrol.code}]
        assert [event.kind for event in session.history.events(problem.id)].count("edited") == 1
    assert patrol.values["result"] == "found"


def test_nothing_found_stays_an_observation(town: Store) -> None:
    visit = patrols.add_patrol(town, degrees(shapely.Point(150, 50)), {"inspector": "C"}, now=NOW)
    assert (visit.values["kind"], visit.values["result"]) == ("visit", "nothing_found")
    with town.reading() as session:
        assert session.features.count("problems") == 0
