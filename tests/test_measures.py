"""Measures on both stores: parcels follow how much is treated, problems remember, water near a station is warned of."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers import measures, parcels
from layers.errors import BadInput, Conflict
from layers.geometry import Metres
from layers.model import Feature, Person
from layers.problems import Draft, report_in
from layers.query import Query
from layers.store import Store
from layers.town import furnish
from layers.words import Message

NOW = datetime(2021, 12, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
METRES = Metres("EPSG:4548")


def ground(shape: BaseGeometry) -> BaseGeometry:
    return METRES.back(shapely.transform(shape, lambda xy: xy + np.array([600_000.0, 4_000_000.0])))


def box(x: float, y: float, to_x: float, to_y: float) -> BaseGeometry:
    return ground(shapely.box(x, y, to_x, to_y))


@pytest.fixture
def town(store: Store) -> Store:
    """Two parcels of a hectare side by side, a station, a problem on the first parcel."""
    furnish(store)
    parcels.add_parcel(store, box(0, 0, 100, 100), {"code": "A"}, now=NOW)
    parcels.add_parcel(store, box(100, 0, 200, 100), {"code": "B"}, now=NOW)
    with store.writing() as session:
        station = Feature(
            code="YS01", geometry=ground(shapely.Point(500, 0)), values={"name": "云水站", "no_interference_m": 50}
        )
        session.features.insert("stations", station, now=NOW)
        session.duties.put_people([Person(code="R1", name="王工")])
        report_in(session, Draft(geometry=box(0, 0, 50, 50), category="0503"), now=NOW)
    return store


def add(store: Store, kind: str, shape: BaseGeometry | None = None, **values: object) -> Feature:
    return measures.add(store, shape, {"kind": kind, **values}, now=NOW)


def states(store: Store) -> dict[str, object]:
    with store.reading() as session:
        return {row.code: row.values["state"] for row in session.features.read("parcels")}


def problem(store: Store) -> Feature:
    with store.reading() as session:
        return session.features.read("problems", Query(limit=1))[0]


def history(store: Store) -> list[tuple[object, object]]:
    with store.reading() as session:
        events = session.history.events(session.features.read("problems")[0].id)
    return [(event.payload["done"], event.payload["measure"]) for event in events if event.kind == "measure"]


def test_a_parcel_is_in_treatment_then_treated_as_its_measures_cover_it(town: Store) -> None:
    seen = []
    for to_x in (50, 94, 96):
        add(town, "cover", box(0, 0, to_x, 100), parcel="A")
        seen.append(states(town)["A"])
    assert seen == ["in_treatment", "in_treatment", "treated"]
    assert states(town)["B"] == "bare"


def test_a_measure_of_one_parcel_does_not_treat_its_neighbour(town: Store) -> None:
    add(town, "cover", box(0, 0, 150, 100), parcel="A")
    assert states(town) == {"A": "treated", "B": "bare"}
    with town.reading() as session:
        neighbour = session.features.by_code("parcels", "B")
        assert measures.parcel_completion(session, neighbour, at=NOW).share == 0


def test_a_measure_of_no_parcel_treats_all_on_which_it_lies(town: Store) -> None:
    add(town, "green", box(50, 0, 200, 100))
    assert states(town) == {"A": "in_treatment", "B": "treated"}


def test_touching_a_parcel_is_not_treating_it(town: Store) -> None:
    add(town, "harden", box(0, 0, 100, 100))
    assert states(town) == {"A": "treated", "B": "bare"}


def test_taking_the_net_off_lays_the_ground_bare_again(town: Store) -> None:
    net = add(town, "cover", box(0, 0, 100, 100), parcel="A", done_at=NOW - 2 * DAY)
    measures.change(town, net.id, geometry=None, values={"valid_to": NOW - DAY}, now=NOW, expected=1)
    assert states(town)["A"] == "bare"


def test_a_net_whose_end_was_entered_ahead_comes_off_when_its_time_is_over(town: Store) -> None:
    add(town, "cover", box(0, 0, 100, 100), parcel="A", valid_to=NOW + DAY)
    seen = [(measures.settle_parcels(town, now=NOW + days * DAY), states(town)["A"]) for days in (0.5, 1, 2)]
    assert seen == [(0, "treated"), (1, "bare"), (0, "bare")]


def test_moving_and_removing_a_measure_lets_both_parcels_follow(town: Store) -> None:
    made = add(town, "cover", box(0, 0, 100, 100), parcel="A")
    moved = measures.change(
        town, made.id, geometry=box(100, 0, 150, 100), values={"parcel": "B"}, now=NOW, expected=made.version
    )
    between = states(town)
    measures.remove(town, made.id, now=NOW, expected=moved.version)
    assert (between, states(town)) == ({"A": "bare", "B": "in_treatment"}, {"A": "bare", "B": "bare"})


def test_what_treats_nothing_leaves_the_state_alone(town: Store) -> None:
    """A planner said "treated"; sprinkling there does not say otherwise."""
    with town.writing() as session:
        row = session.features.by_code("parcels", "A")
        session.features.update("parcels", row.id, {"state": "treated"}, now=NOW)
    add(town, "sprinkle", box(0, 0, 100, 100), parcel="A", quantity=800)
    assert states(town)["A"] == "treated"


def test_the_quantity_is_measured_where_the_unit_allows(town: Store) -> None:
    net = add(town, "cover", box(0, 0, 30, 40))
    drain = add(town, "sewage", ground(shapely.LineString([(0, 0), (0, 25)])))
    heap = add(town, "clear", ground(shapely.Point(5, 5)))
    told = add(town, "cover", box(0, 0, 30, 40), quantity=1300)
    said = [(row.values["quantity"], row.values["unit"]) for row in (net, drain, heap, told)]
    assert said == [(1200, "m²"), (25, "m"), (None, "m³"), (1300, "m²")]
    grown = measures.change(town, net.id, geometry=box(0, 0, 30, 50), values={}, now=NOW, expected=None)
    assert grown.values["quantity"] == 1500


def test_a_problem_remembers_its_measures(town: Store) -> None:
    code = problem(town).code
    made = add(town, "cover", box(0, 0, 25, 50), problem=code, by="R1", note="东半边")
    measures.change(town, made.id, geometry=None, values={"quantity": 7}, now=NOW, expected=None)
    measures.change(town, made.id, geometry=None, values={"problem": None}, now=NOW, expected=None)
    assert history(town) == [("added", made.code), ("changed", made.code), ("removed", made.code)]
    assert problem(town).version == 1


def test_a_problems_completion_counts_its_own_measures_only(town: Store) -> None:
    row = problem(town)
    add(town, "cover", box(0, 0, 25, 50), problem=row.code)
    add(town, "green", box(0, 0, 50, 50))
    with town.reading() as session:
        found = measures.problem_completion(session, row, at=NOW)
    assert (round(found.treated_m2), round(found.share, 3)) == (1250, 0.5)


def test_water_near_a_station_is_stored_with_its_warning(town: Store) -> None:
    made = add(town, "mist", ground(shapely.Point(460, 0)), quantity=200)
    far = add(town, "mist", ground(shapely.Point(440, 0)), quantity=200)
    with town.reading() as session:
        (said,) = session.features.get("measures", made.id).values["warnings"]  # type: ignore[misc]
    assert Message.from_json(said).values["distance"] == 40
    assert far.values["warnings"] == []
    moved = measures.change(town, made.id, geometry=ground(shapely.Point(300, 0)), values={}, now=NOW, expected=None)
    assert moved.values["warnings"] == []


def test_a_preview_stores_nothing_and_counts_what_is_not_there_yet(town: Store) -> None:
    with town.reading() as session:
        it = measures.preview(session, box(0, 0, 50, 100), {"kind": "cover", "parcel": "A"}, now=NOW)
        assert session.features.count("measures") == 0
    assert it.parcel is not None
    assert it.parcel.share == pytest.approx(0.5, abs=1e-6)
    assert states(town)["A"] == "bare"


def test_acts_on_an_organisation_have_no_place(town: Store) -> None:
    talk = add(town, "talk", organisation="演示建工", note="整改不力")
    assert (talk.geometry, talk.values["unit"], talk.values["warnings"]) == (None, "times", [])


POINT = ground(shapely.Point(1, 1))


@pytest.mark.parametrize(
    ("kind", "shape", "values", "field"),
    [
        ("", POINT, {}, "kind"),
        ("dig", POINT, {}, "kind"),
        ("cover", POINT, {}, "geometry"),
        ("cover", None, {}, "geometry"),
        ("talk", POINT, {"organisation": "X"}, "geometry"),
        ("talk", None, {}, "organisation"),
        ("clear", POINT, {"parcel": "nowhere"}, "parcel"),
        ("clear", POINT, {"problem": "nothing"}, "problem"),
        ("clear", POINT, {"by": "nobody"}, "by"),
        ("clear", POINT, {"quantity": -1}, "quantity"),
        ("clear", POINT, {"cost": -1}, "cost"),
        ("clear", POINT, {"unit": "bags"}, "unit"),
        ("clear", POINT, {"done_at": NOW + DAY}, "done_at"),
        ("clear", POINT, {"done_at": NOW - DAY, "valid_to": NOW - DAY}, "valid_to"),
    ],
)
def test_what_cannot_be_is_refused(
    town: Store, kind: str, shape: BaseGeometry | None, values: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        add(town, kind, shape, **values)
    assert refused.value.field == field
    with town.reading() as session:
        assert session.features.count("measures") == 0


def test_a_stale_version_changes_nothing(town: Store) -> None:
    made = add(town, "cover", box(0, 0, 100, 100), parcel="A")
    with pytest.raises(Conflict):
        measures.change(town, made.id, geometry=None, values={"valid_to": NOW + DAY}, now=NOW, expected=7)
    with pytest.raises(Conflict):
        measures.remove(town, made.id, now=NOW, expected=7)
    assert states(town)["A"] == "treated"


def test_a_sweeping_day_counts_people_along_a_line_or_over_an_area(town: Store) -> None:
    made = add(town, "sweeping_day", ground(shapely.LineString([(0, 0), (90, 0)])), quantity=35)
    assert (made.values["quantity"], made.values["unit"]) == (35, "people")
    with pytest.raises(BadInput) as refused:
        add(town, "sweeping_day", ground(shapely.Point(5, 5)))
    assert refused.value.field == "geometry"
    assert add(town, "publicity", ground(shapely.Point(5, 5)), quantity=2).values["unit"] == "times"
