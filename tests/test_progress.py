"""Campaigns and their progress on both stores: the baseline, what came and went, units, targets, the next day."""

from dataclasses import replace
from datetime import datetime

import pytest
import shapely

from layers import measures, moves, parcels
from layers.campaigns import campaign_sheet, put_campaigns
from layers.errors import BadInput, Conflict, NotFound
from layers.model import Category, Feature, Person
from layers.moves import MoveWish
from layers.progress import BY, Progress, Wish, progress
from layers.store import Store
from layers.town import put_people
from layers.values import midnight, town_day
from tests.closed_cases import HERE, METRE, RUBBISH, SOIL, closed, day, found, with_people_and_kinds

WEEK = {"code": "week", "name_zh": "攻坚", "begin": "2021-11-08", "end": "2021-11-21"}  # days 7 to 20 of the tests
PHASES = [
    {"name_zh": "清", "begin": "2021-11-08", "end": "2021-11-14", "categories": ["01"]},
    {"name_zh": "固", "begin": "2021-11-15", "end": "2021-11-21", "categories": []},
]
TARGETS = [
    {"name_zh": "裸土", "by": "2021-11-30", "what": "parcel_area", "aim": 0.5},
    {"name_zh": "垃圾办结", "by": "2021-11-21", "what": "closed", "categories": ["0102"], "aim": 0.9},
]
END_OF_10TH = midnight(town_day(day(10)))  # the end of 10 November: three days of the campaign are over


def strip(west_m: float, east_m: float) -> shapely.Polygon:
    return shapely.box(HERE[0] + west_m * METRE, HERE[1] - 0.001, HERE[0] + east_m * METRE, HERE[1] + 0.001)


@pytest.fixture
def town(store: Store) -> Store:
    """Two villages, a road chief, and problems before and in the campaign.

    | village | problem | found | ended |
    |---|---|---|---|
    | west | first | day 1 | – |
    | west | gone | day 2 | closed on day 8 |
    | west | never | day 3 | void on day 9 |
    | east | (another) | day 8 | – |
    | west | again: a rebound of “gone” | day 9.2 | – |
    | west | (older) | day 0.5 | closed on day 4, before the campaign |
    """
    with_people_and_kinds(store)
    put_people(store, [Person(code="C", name="路长", roles=("road_chief",))])
    with store.writing() as session:
        majors = [Category(code=code, parent="", name_zh=code, name_en=code) for code in ("01", "03")]
        session.town.put_categories([*majors, RUBBISH, SOIL])
        for code, shape in (("W", strip(-500, 500)), ("E", strip(500, 1500))):
            values = {"name": code, "level": "village"}
            session.features.insert("areas", Feature(code=code, geometry=shape, values=values), now=day(0))
    found(store, 1, severity=1)
    gone = found(store, 2, east_m=100).id
    never = found(store, 3, east_m=200).id
    older = found(store, 0.5, east_m=300).id
    closed(store, older, 4)
    found(store, 8, east_m=900, severity=3, category="0301")
    closed(store, gone, 8)
    moves.move(store, never, MoveWish(to="void", by="D", at=day(9), given={"note": "误报"}), now=day(9))
    found(store, 9.2, east_m=101, severity=2)
    return store


def given(store: Store, **changes: object) -> Store:
    put_campaigns(store, [WEEK | changes], now=day(0), by="A")
    return store


def at(store: Store, moment: datetime, **asked: object) -> Progress:
    with store.reading() as session:
        made = progress(session, Wish(**asked), as_of=moment)  # type: ignore[arg-type]
    assert made is not None
    return made


def counted(line: object) -> dict[str, int]:
    return {name: getattr(line, name) for name in ("baseline", "new", "closed", "rebound", "struck", "open")}


def test_a_town_without_a_campaign_has_no_progress(town: Store) -> None:
    with town.reading() as session:
        assert progress(session, Wish(), as_of=day(9)) is None
        with pytest.raises(NotFound):
            progress(session, Wish(campaign="week"), as_of=day(9))


def test_campaigns_are_kept_in_versions(town: Store) -> None:
    assert put_campaigns(town, [WEEK], now=day(0), by="A").version == 1
    with pytest.raises(Conflict):
        put_campaigns(town, [], now=day(1), expected=0)
    with pytest.raises(BadInput) as refused:
        put_campaigns(town, [WEEK | {"phases": [PHASES[0] | {"categories": ["77"]}]}], now=day(1))
    assert refused.value.field == "campaigns.0.phases.0.categories"
    put_campaigns(town, [], now=day(2), by="B", expected=1)
    with town.reading() as session:
        assert (campaign_sheet(session).campaigns, campaign_sheet(session).version) == ((), 2)
        assert len(session.rulesets.versions("campaigns")[0].body) == 1


def test_the_baseline_is_frozen_and_growth_stands_apart(town: Store) -> None:
    given(town)
    assert counted(at(town, END_OF_10TH).total) == {
        "baseline": 3, "new": 1, "closed": 1, "rebound": 1, "struck": 1, "open": 3,
    }  # fmt: skip
    assert at(town, END_OF_10TH).total.net == 1
    before = at(town, midnight(town_day(day(7)))).total  # as the campaign begins
    assert counted(before) == {"baseline": 3, "new": 0, "closed": 0, "rebound": 0, "struck": 0, "open": 3}


def test_each_day_tells_what_came_and_went(town: Store) -> None:
    course = at(given(town), END_OF_10TH).course
    assert [one.isoformat() for one in course.days] == ["2021-11-08", "2021-11-09", "2021-11-10"]
    flows = course.flows
    assert [rows.tolist() for rows in (flows.new, flows.closed, flows.rebound, flows.struck)] == [
        [0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1],
    ]  # fmt: skip
    assert (course.start, list(course.open)) == (3, [3, 3, 3])


def test_days_and_quota_follow_the_calendar(town: Store) -> None:
    made = at(given(town), END_OF_10TH)
    assert (made.frame.day, made.frame.days, made.frame.state) == (3, 14, "running")
    assert [one.day for one in made.frame.ahead] == [11, 12, 15, 16, 17, 18, 19]
    assert list(made.total.quota) == [1, 1, 1, 0, 0, 0, 0]
    # new 2 in three days, of which three are worked
    assert made.total.required == pytest.approx((3 + 2 / 3 * 7) / 7)
    assert (made.total.status, made.total.chance) == ("unknown", None)  # three days tell too little


@pytest.mark.parametrize("by", BY)
def test_units_sum_to_the_whole(town: Store, by: str) -> None:
    made = at(given(town), END_OF_10TH, by=by)
    assert made.lines
    for name, whole in counted(made.total).items():
        assert sum(counted(line)[name] for line in made.lines) == whole, name


def test_a_unit_has_its_own_course(town: Store) -> None:
    made = at(given(town), END_OF_10TH, by="area", unit="E")
    assert counted(made.course.line) == {"baseline": 0, "new": 1, "closed": 0, "rebound": 0, "struck": 0, "open": 1}
    assert list(made.course.open) == [0, 1, 1]
    assert {line.key: line.open for line in made.lines} == {"W": 2, "E": 1}
    with town.reading() as session, pytest.raises(NotFound):
        progress(session, Wish(unit="nowhere"), as_of=END_OF_10TH)


def test_the_next_day_begins_with_the_most_severe_then_the_first_due(town: Store) -> None:
    given(town, end="2021-11-11")  # one working day is left: all must be done on it
    made = at(town, END_OF_10TH)
    with town.reading() as session:
        rows = {row.id: row.values for row in session.features.read("problems")}
    assert [rows[id_]["severity"] for id_ in made.course.next_day] == [3, 2, 1]
    assert list(made.total.quota) == [3]


def test_a_phase_has_its_own_days_and_kinds(town: Store) -> None:
    given(town, phases=PHASES)
    first, second = at(town, END_OF_10TH).phases
    assert counted(first.line) == {"baseline": 3, "new": 0, "closed": 1, "rebound": 1, "struck": 1, "open": 2}
    assert (first.frame.state, len(first.frame.ahead)) == ("running", 2)
    assert (second.frame.state, second.frame.day) == ("coming", 0)
    assert at(town, END_OF_10TH, phase=1).total == replace(first.line, name="")
    with town.reading() as session, pytest.raises(BadInput) as refused:
        progress(session, Wish(phase=3), as_of=END_OF_10TH)
    assert refused.value.field == "phase"


def test_what_is_over_is_told_as_it_ended(town: Store) -> None:
    given(town, end="2021-11-09")
    made = at(town, day(30))
    assert (made.frame.state, made.frame.day, list(made.frame.ahead)) == ("over", 2, [])
    assert (made.total.open, made.total.required, made.total.chance, made.total.status) == (3, None, 0.0, "late")


def test_a_second_round_carries_the_baseline_over(town: Store) -> None:
    again = {"code": "next", "name_zh": "第二轮", "begin": "2021-11-10", "end": "2021-12-01", "baseline_of": "week"}
    put_campaigns(town, [WEEK, again], now=day(0))
    made = at(town, END_OF_10TH, campaign="next")
    assert (made.baseline_at.isoformat(), made.total.baseline, made.total.open) == ("2021-11-08", 3, 3)
    assert (made.total.new, made.total.closed) == (1, 1)  # since the baseline, not since the second round's begin
    assert list(made.course.open) == [3]
    assert at(town, END_OF_10TH).campaign.code == "next"  # of two that run the later one


def test_targets_are_measured_on_the_ground_and_on_the_cases(town: Store) -> None:
    parcels.add_parcel(town, strip(0, 100), {"code": "P1"}, now=day(0))
    parcels.add_parcel(town, strip(200, 300), {"code": "P2"}, now=day(0))
    given(town, targets=TARGETS)
    done = {"kind": "cover", "done_at": day(8)}
    measures.add(town, strip(-50, 50), {**done, "parcel": "P1"}, now=day(10))
    measures.add(town, strip(200, 300), {**done, "parcel": "P1"}, now=day(10))  # another parcel's: treats nothing
    ground, cases = at(town, END_OF_10TH).targets
    assert ground.share == pytest.approx(0.25, abs=1e-3)
    assert (cases.done, cases.whole, cases.share) == (1, 3, pytest.approx(1 / 3))
    assert (cases.status, cases.days_left) == ("on_track", 7)
    early = at(town, day(7.5)).targets[0]
    assert early.share == 0.0


def test_a_week_of_history_brings_a_forecast(town: Store) -> None:
    given(town)
    late = midnight(town_day(day(14)))  # the end of the seventh day
    made = at(town, late)
    assert made.history_days == 7
    assert made.total.chance is not None
    assert [made.course.fan[i][0].day for i in (0, -1)] == [15, 21]
    assert at(town, late).total == made.total  # drawn with the same seed


def test_the_kinds_of_a_major_category_are_its_minor_ones(town: Store) -> None:
    given(town, phases=[{"name_zh": "土", "begin": "2021-11-08", "end": "2021-11-21", "categories": ["03"]}])
    assert counted(at(town, END_OF_10TH).total)["new"] == 1
