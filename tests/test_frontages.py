"""Frontages, checks and samples of dust on both stores: derived places, checks that stay, problems opened with them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers import dust_samples, frontage_checks, frontages, placing, soundness
from layers.dust_limits import DustRules, put_dust_rules, shipped_rules
from layers.dust_samples import SampleWish
from layers.errors import BadInput, Conflict, NotFound
from layers.frontage_checks import CheckWish
from layers.frontage_duties import put_duty_rules
from layers.geometry import Metres
from layers.model import Feature, Person, Responsibility
from layers.problems import Draft, report_in
from layers.rules.dust import Limit
from layers.rules.frontages import Duty, DutyRules
from layers.rules.permissions import Viewer
from layers.store import Store
from layers.town import furnish

NOW = datetime(2021, 12, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
METRES = Metres("EPSG:4548")
GOOD = dict.fromkeys(("cleanliness", "order", "greenery", "fittings", "lighting"), "pass")
BAD = {**GOOD, "order": "fail", "greenery": "na"}


def ground(shape: BaseGeometry) -> BaseGeometry:
    return METRES.back(shapely.transform(shape, lambda xy: xy + np.array([600_000.0, 4_000_000.0])))


def line(*places: tuple[float, float]) -> BaseGeometry:
    return ground(shapely.LineString(places))


@pytest.fixture
def town(store: Store) -> Store:
    """A town road of 400 m from K1+000 inside a village, and a county road far from it; R1 answers for the first."""
    furnish(store)
    with store.writing() as session:
        area = Feature(
            code="V1", geometry=ground(shapely.box(-50, -100, 450, 100)), values={"name": "一村", "level": "village"}
        )
        session.features.insert("areas", area, now=NOW)
        for code, y, class_, start in (("S1", 0, "urban", 1000.0), ("S2", 5000, "county", 0.0)):
            values = {"name": f"{code} 段", "road_name": "人民路", "road_class": class_, "from_m": start,
                      "to_m": start + 400, "corridor_m": 30.0}  # fmt: skip
            session.features.insert(
                "road_segments", Feature(code=code, geometry=line((0, y), (400, y)), values=values), now=NOW
            )
        session.duties.put_people([Person(code="R1", name="路长"), Person(code="R2", name="别处")])
        rows = [Responsibility(layer="road_segments", place=place, person=person, role="road_chief",
                               valid_from=NOW.date()) for place, person in (("S1", "R1"), ("S2", "R2"))]  # fmt: skip
        session.duties.put_responsibilities(rows)
    return store


def shop(store: Store, x: float = 120, y: float = 9, **values: object) -> Feature:
    said = {"name": "便利店", "keeper": "王某", **values}
    return frontages.add(store, line((x, y), (x + 15, y)), said, now=NOW)


def read(store: Store, id_: int, layer: str = "frontages") -> Feature:
    with store.reading() as session:
        return session.features.get(layer, id_)


def problems(store: Store) -> list[Feature]:
    with store.reading() as session:
        return session.features.read("problems")


def test_where_a_frontage_stands_follows_from_its_shape(town):
    made = shop(town, segment="S9", side="right", from_m=7, failed=3)
    said = {name: made.values[name] for name in ("segment", "side", "from_m", "to_m", "village", "grid", "failed")}
    assert said == {"segment": "S1", "side": "left", "from_m": pytest.approx(1120, abs=0.2),
                    "to_m": pytest.approx(1135, abs=0.2), "village": "V1", "grid": None, "failed": None}  # fmt: skip
    moved = frontages.change(town, made.id, geometry=line((300, -9), (310, -9)), values={}, now=NOW, expected=1)
    assert (moved.values["side"], moved.values["from_m"]) == ("right", pytest.approx(1300, abs=0.2))
    with pytest.raises(Conflict):
        frontages.change(town, made.id, geometry=None, values={"name": "x"}, now=NOW, expected=1)


def test_it_follows_the_roads_when_they_change(town):
    made = shop(town)
    with town.writing() as session:
        road = session.features.by_code("road_segments", "S1")
        session.features.update("road_segments", road.id, {"code": "S1b", "from_m": 0.0, "to_m": 400.0}, now=NOW)
        placing.place_anew(session, now=NOW)
    after = read(town, made.id)
    assert (after.values["segment"], after.values["from_m"]) == ("S1b", pytest.approx(120, abs=0.2))
    assert after.version == made.version


def test_a_shop_has_a_name_and_no_pledge_of_tomorrow(town):
    for wrong, field in (({"name": ""}, "name"), ({"pledged_on": "2021-12-03"}, "pledged_on")):
        with pytest.raises(BadInput) as refused:
            shop(town, **wrong)
        assert refused.value.field == field


def test_checks_stay_and_the_row_says_what_the_latest_one_found(town, files):
    made = shop(town)
    frontage_checks.check(town, made.id, CheckWish(results=BAD, by="R1", at=NOW), now=NOW)
    frontage_checks.check(town, made.id, CheckWish(results=GOOD, at=NOW - 9 * DAY), now=NOW)
    row = read(town, made.id)
    assert (row.values["checked_at"], row.values["passed"], row.values["failed"]) == (NOW, 3, 1)
    assert row.version == made.version
    with town.reading() as session:
        assert [one.results for one in session.frontage_checks.of(made.id)] == [BAD, GOOD]
    assert soundness.faults(town, files, deep=True) == []
    with town.writing() as session:
        session.features.update_columns("frontages", [made.id], {"failed": [0]})
    assert len(soundness.faults(town, files, deep=True)) == 1


def test_a_failed_check_opens_its_problem_in_the_same_transaction(town):
    made = shop(town)
    wish = CheckWish(results=BAD, by="R1", note="占道摆放", opens=True)
    done = frontage_checks.check(town, made.id, wish, now=NOW, key="k1")
    assert frontage_checks.check(town, made.id, wish, now=NOW, key="k1").id == done.id
    (problem,) = problems(town)
    assert (problem.id, problem.values["category"]) == (done.problem_id, "0604")
    assert problem.values["description"] == "便利店：包秩序。占道摆放"
    assert (problem.values["lead_code"], problem.values["lead_person"]) == ("S1", "R1")
    assert problem.extra["frontage"] == made.code
    with town.reading() as session:
        assert {place.code for place in session.history.places([problem.id])[problem.id]} == {"S1", "V1"}


def test_what_cannot_be_stored_leaves_neither_check_nor_problem(town):
    made = shop(town)
    wrong = (
        CheckWish(results=GOOD, opens=True), CheckWish(results=BAD, at=NOW + DAY), CheckWish(results=BAD, by="R7"),
        CheckWish(results={"order": "fail"}, opens=True),
    )  # fmt: skip
    for wish in wrong:
        with pytest.raises(BadInput):
            frontage_checks.check(town, made.id, wish, now=NOW)
    with pytest.raises(NotFound):
        frontage_checks.check(town, made.id, CheckWish(results=BAD, opens=True, duplicate_of=77), now=NOW)
    with town.reading() as session:
        assert session.frontage_checks.of(made.id) == []
    assert problems(town) == []


def test_new_duties_judge_later_checks_and_leave_the_earlier_ones(town):
    made = shop(town)
    frontage_checks.check(town, made.id, CheckWish(results=GOOD, at=NOW - DAY), now=NOW)
    rules = DutyRules((Duty("order", "包秩序", "Order"), Duty("manners", "包文明", "Manners")), 7)
    put_duty_rules(town, rules, now=NOW, expected=0)
    with pytest.raises(BadInput):
        frontage_checks.check(town, made.id, CheckWish(results=GOOD), now=NOW)
    later = frontage_checks.check(town, made.id, CheckWish(results={"order": "pass", "manners": "fail"}), now=NOW)
    assert later.duties_version == 1
    with town.reading() as session:
        assert [one.duties_version for one in session.frontage_checks.of(made.id)] == [1, 0]
    with pytest.raises(Conflict):
        put_duty_rules(town, rules, now=NOW, expected=0)


def test_who_answers_for_the_segment_or_the_area_sees_its_frontages_and_nobody_else_does(town):
    made = shop(town)
    chief, other = (town.seen_by(Viewer(code, code, "", NOW.date())) for code in ("R1", "R2"))
    assert read(chief, made.id).values["keeper"] == "王某"
    assert frontage_checks.check(chief, made.id, CheckWish(results=GOOD, by="R1"), now=NOW).by == "R1"
    for store in (other, town.seen_by(Viewer("", "", "", NOW.date()))):
        with pytest.raises(NotFound):
            read(store, made.id)
        with pytest.raises(NotFound):
            frontage_checks.check(store, made.id, CheckWish(results=GOOD), now=NOW)
    with town.writing() as session:
        duty = Responsibility(layer="areas", place="V1", person="R2", role="village_head", valid_from=NOW.date())
        session.duties.put_responsibilities([duty])
    assert read(other, made.id).id == made.id


def test_a_check_is_not_merged_into_a_problem_that_its_maker_does_not_see(town):
    made = shop(town)
    with town.writing() as session:
        hidden = report_in(session, Draft(geometry=ground(shapely.Point(10, 5000)), category="0604"), now=NOW)
    chief = town.seen_by(Viewer("R1", "R1", "", NOW.date()))
    with pytest.raises(NotFound):
        frontage_checks.check(chief, made.id, CheckWish(results=BAD, opens=True, duplicate_of=hidden.id), now=NOW)
    assert [one.id for one in problems(town)] == [hidden.id]


def sample(store: Store, y: float = 3, *, opens: bool = False, **values: object) -> Feature:
    shape = ground(shapely.Point(150, y))
    return dust_samples.add(store, SampleWish(geometry=shape, values=values, opens=opens), now=NOW)


def test_a_sample_is_judged_by_the_limit_of_its_road_and_part(town):
    inside, outside = sample(town, grams_m2=5.5, passed=True, limit_g_m2=99), sample(town, 5003, grams_m2=5.5)
    footway, slow = sample(town, grams_m2=19.9, part="footway"), sample(town, grams_m2=1, litter_minutes=6)
    said = [(one.values["limit_g_m2"], one.values["passed"]) for one in (inside, outside, footway, slow)]
    assert said == [(5, False), (8, True), (20, True), (5, False)]
    assert (inside.values["segment"], inside.values["side"]) == ("S1", "left")
    limits = (*shipped_rules().limits[1:], Limit(road_class="urban", part="carriageway", limit_g_m2=6))
    put_dust_rules(town, DustRules(limits, 5), now=NOW)
    assert sample(town, grams_m2=5.5).values["passed"] is True
    assert read(town, inside.id, "dust_samples").values["passed"] is False


def test_a_failed_sample_opens_its_problem_in_the_same_transaction(town):
    made = sample(town, grams_m2=7.25, litter_minutes=9.0, opens=True, by="R1")
    (problem,) = problems(town)
    assert (problem.values["category"], problem.code) == ("0605", made.values["problem"])
    assert problem.values["description"] == "S1 段：7.25 g/m² (≤ 5), 9 min"
    assert problem.extra["dust_sample"] == made.code
    for wrong in ({"grams_m2": 2, "opens": True}, {}, {"grams_m2": -1}, {"grams_m2": 9, "fine": -5},
                  {"grams_m2": 9, "sampled_at": NOW + DAY}):  # fmt: skip
        with pytest.raises(BadInput):
            sample(town, **wrong)
    assert len(problems(town)) == 1
