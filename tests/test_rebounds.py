"""Rebounds on both stores: recorded by what happens to a case, in bulk, and told for the whole town."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon

from benchmarks.chicago import chicago_csv
from layers import moves, problems
from layers.loading import LoadRequest, load
from layers.model import Category, Feature, Responsibility
from layers.moves import MoveWish
from layers.query import Query, Where
from layers.rebound_analysis import Scope, analysis, choice
from layers.rebound_cases import Wanted
from layers.rebounds import FIELDS, link_all
from layers.rules.replay import replay
from layers.store import Store
from layers.town import furnish, metres_of
from tests.cases import CHICAGO
from tests.closed_cases import HERE, METRE, SOIL, again, closed, day, found, kinds, link, row, with_people_and_kinds


@pytest.fixture
def town(store: Store) -> Store:
    return with_people_and_kinds(store)


def rebuilt(store: Store, id_: int) -> dict[str, object]:
    with store.reading() as session:
        values = replay(session.history.events(id_)).values
    return {name: values[name] for name in FIELDS}


# ---------------------------------------------------------------- the follower


def test_a_problem_that_comes_back_knows_what_it_is_a_rebound_of(town: Store) -> None:
    first, second = again(town)
    assert link(town, second) == (first, "rebound", 1)
    assert row(town, second).values["rebound_days"] == pytest.approx(10, abs=0.01)
    assert kinds(town, second) == ["reported", "deadline", "rebound"]
    assert rebuilt(town, second) == {name: row(town, second).values[name] for name in FIELDS}
    assert row(town, second).version == 1  # what follows does not count as a change by somebody


def test_the_third_time_is_the_second_rebound_in_a_row(town: Store) -> None:
    _, second = again(town)
    closed(town, second, 12)
    assert link(town, found(town, 15).id) == (second, "rebound", 2)


def test_within_two_days_of_the_closing_it_was_never_fixed(town: Store) -> None:
    first = found(town, 0).id
    closed(town, first, 1)
    assert link(town, found(town, 2).id) == (first, "never_fixed", 1)


def test_far_late_or_of_another_kind_it_is_no_rebound(town: Store) -> None:
    closed(town, found(town, 0).id, 1)
    for other in (found(town, 5, east_m=40), found(town, 32), found(town, 5, category="0301")):
        assert link(town, other.id) == (None, None, None)
        assert "rebound" not in kinds(town, other.id)


def test_each_category_has_its_own_radius_and_days(town: Store) -> None:
    first = found(town, 0, category="0301").id
    closed(town, first, 1)
    assert link(town, found(town, 4, east_m=80, category="0301").id) == (first, "rebound", 1)
    assert link(town, found(town, 7, east_m=80, category="0301").id) == (None, None, None)


def test_what_is_closed_by_decision_was_never_verified(town: Store) -> None:
    first = found(town, 0).id
    moves.move(town, first, MoveWish(to="filed"), now=day(0.1))
    moves.move(town, first, MoveWish(to="closed", given={"note": "x", "document": "y"}), now=day(1))
    assert link(town, found(town, 5).id) == (None, None, None)


def test_a_duplicate_is_no_rebound_any_more(town: Store) -> None:
    _, second = again(town)
    original = found(town, 11, east_m=3).id
    wish = MoveWish(to="duplicate", given={"note": "x", "duplicate_of": original})
    moves.move(town, second, wish, now=day(12))
    assert link(town, second) == (None, None, None)
    assert rebuilt(town, second) == {
        "rebound_of": None,
        "rebound_kind": "",
        "rebound_days": None,
        "rebound_order": None,
    }


def test_a_problem_moved_on_the_map_is_judged_where_it_lies_now(town: Store) -> None:
    first, second = again(town)
    away = Point(HERE[0] + 500 * METRE, HERE[1])
    problems.edit(town, second, now=day(12), values={}, geometry=away)
    assert link(town, second) == (None, None, None)
    problems.edit(town, second, now=day(12), values={}, geometry=Point(HERE))
    assert link(town, second) == (first, "rebound", 1)
    problems.edit(town, second, now=day(12), values={"description": "x"})
    assert kinds(town, second).count("rebound") == 3


def test_a_closing_that_is_entered_late_finds_what_came_after_it(town: Store) -> None:
    first = found(town, 0).id
    second = found(town, 11).id
    assert link(town, second) == (None, None, None)
    closed(town, first, 1, entered=12)
    assert link(town, second) == (first, "rebound", 1)


def test_lines_and_polygons_come_back_too(town: Store) -> None:
    x, y = HERE
    land = Polygon([(x, y), (x + 0.001, y), (x + 0.001, y + 0.001), (x, y + 0.001)])
    first = found(town, 0, shape=land).id
    closed(town, first, 1)
    assert link(town, found(town, 5, shape=LineString([(x + 0.001 + 20 * METRE, y), (x + 0.005, y)])).id)[0] == first


def on_a_road(store: Store) -> None:
    """A road of 900 m through HERE from west to east, with a chief."""
    line = LineString([(HERE[0] - 0.005, HERE[1]), (HERE[0] + 0.005, HERE[1])])
    with store.writing() as session:
        segment = Feature(
            code="S1", geometry=line, values={"name": "S1", "road_name": "Main", "from_m": 0, "to_m": 900}
        )
        session.features.insert("road_segments", segment, now=day(0))
        session.duties.put_responsibilities(
            [
                Responsibility(
                    layer="road_segments", place="S1", person="D", role="road_chief", valid_from=day(-9).date()
                )
            ]
        )


def test_on_a_road_the_side_and_the_chainage_count(town: Store) -> None:
    on_a_road(town)
    x, y = HERE
    south, north = Point(x, y - 10 * METRE), Point(x, y + 10 * METRE)
    along, far = Point(x + 45 * METRE, y - 10 * METRE), Point(x + 60 * METRE, y - 10 * METRE)
    first = found(town, 0, shape=south)
    assert first.values["lead_code"] == "S1"
    closed(town, first.id, 1)
    links = [link(town, found(town, 5, shape=place).id)[0] for place in (south, north, along, far)]
    assert links == [first.id, None, first.id, None]


# ---------------------------------------------------------------- in bulk


def forget(store: Store) -> None:
    with store.writing() as session:
        ids = [id_ for (id_,) in session.features.columns("problems", ("id",))]
        columns: dict[str, Sequence[object]] = {name: [None] * len(ids) for name in FIELDS}
        session.features.update_columns("problems", ids, {**columns, "rebound_kind": [""] * len(ids)})


def test_all_at_once_gives_what_one_by_one_gave(town: Store) -> None:
    _, second = again(town)
    closed(town, second, 12)
    found(town, 13)
    again(town, 3, east_m=200, category="0301")
    with town.reading() as session:
        before = session.features.columns("problems", ("id", *FIELDS))
    forget(town)
    with town.writing() as session:
        assert link_all(session, now=day(40)) == 2
    with town.reading() as session:
        assert session.features.columns("problems", ("id", *FIELDS)) == before
        events = session.history.count()
    with town.writing() as session:
        link_all(session, now=day(41))
        assert session.history.count() == events  # nothing differs, nothing is written


# ---------------------------------------------------------------- the whole town


def test_the_town_is_told_with_its_counts_and_chains(town: Store) -> None:
    first, second = again(town)
    closed(town, second, 12)
    third = found(town, 15).id
    closed(town, found(town, 0, east_m=300).id, 1)
    found(town, 2, east_m=300)
    with town.reading() as session:
        told = analysis(session, as_of=day(60))
    ids = told.town.cases.id.tolist()
    pairs = zip(told.found.new.tolist(), told.found.previous.tolist(), told.found.never_fixed.tolist(), strict=True)
    assert [(ids[new], ids[old]) for new, old, never in pairs if not never] == [(second, first), (third, second)]
    assert (told.closed, told.came_back, told.never_fixed) == (3, 2, 1)
    assert told.held == {"held": 0, "holding": 0, "rebound": 3}
    assert [(ids[place.root], place.worst) for place in told.chronic] == [(first, 2)]
    assert told.groups["category"][0].naive == pytest.approx(2 / 3)
    assert told.risk.followed == 3 and told.risk.events == 2


def test_what_was_not_known_then_is_not_told(town: Store) -> None:
    again(town)
    with town.reading() as session:
        counts = [(len(t.links), t.closed, t.held) for t in (analysis(session, as_of=day(n)) for n in (0.9, 5, 11.5))]
    nothing, holding, back = ({"held": 0, "holding": h, "rebound": r} for h, r in ((0, 0), (1, 0), (0, 1)))
    assert counts == [(0, 0, nothing), (0, 1, holding), (1, 1, back)]


def test_a_closure_is_censored_at_the_end_of_its_category_and_of_the_data(town: Store) -> None:
    closed(town, found(town, 0).id, 1)
    closed(town, found(town, 0, east_m=500, category="0301").id, 1)
    with town.writing() as session:
        session.town.put_category(Category(**{**_fields(SOIL), "retired": True, "version": 2, "changed_at": day(6)}))
    with town.reading() as session:
        told = analysis(session, as_of=day(21))
    assert told.curve.days.round(1).tolist() == [0, 5, 20]
    assert told.curve.at_risk.tolist() == [2, 2, 1]


def _fields(category: Category) -> dict[str, Any]:
    return {name: getattr(category, name) for name in Category.__dataclass_fields__}


def test_where_people_patrol_a_closure_is_followed_as_long_as_somebody_looked(town: Store) -> None:
    closed(town, found(town, 0).id, 1)
    closed(town, found(town, 0, east_m=5000).id, 1)
    visit = {"kind": "visit", "started_at": day(8), "inspector": "I"}
    with town.writing() as session:
        session.features.insert("patrols", Feature(code="XC1", geometry=Point(HERE), values=visit), now=day(8))
    with town.reading() as session:
        told, before = analysis(session, as_of=day(60)), analysis(session, as_of=day(5))
    assert told.inspected and not before.inspected
    assert told.curve.days.round(1).tolist() == [0, 7]
    assert told.risk.followed == 1  # of the other one nobody knows anything


def test_the_scope_chooses_closures_and_another_reach_can_be_asked_for(town: Store) -> None:
    again(town)
    again(town, 0, east_m=500, category="0301")
    west = Query(bbox=(HERE[0] - 0.001, HERE[1] - 0.001, HERE[0] + 0.001, HERE[1] + 0.001))
    rubbish = Query(where=(Where("category", "=", "0102"),))
    with town.reading() as session:

        def told(**scope: Any) -> tuple[int, int]:
            one = analysis(session, as_of=day(60), scope=Scope(**scope))
            return one.closed, len(one.links)

        assert told() == (2, 1)
        assert told(query=west) == told(query=rubbish) == (1, 1)
        assert told(since=day(2)) == (0, 0)
        assert told(wanted=Wanted(days=30.0)) == (2, 2)
        assert told(wanted=Wanted(days=9.0)) == (2, 0)


def test_few_cases_choose_nothing(town: Store) -> None:
    again(town)
    with town.reading() as session:
        table = choice(session, as_of=day(60), seed=1, shuffles=9)
    assert (table.closed, table.from_data, int(table.observed.sum())) == (1, False, 1)


def test_an_empty_town_has_nothing_to_tell(store: Store) -> None:
    furnish(store)
    with store.reading() as session:
        told = analysis(session, as_of=day(0))
        assert (told.closed, len(told.links), told.risk.enough, told.chronic) == (0, 0, False, [])
        assert choice(session, as_of=day(0), seed=1, shuffles=2).closed == 0


def test_real_reports_come_in_by_file_and_their_rebounds_are_those_of_a_plain_search(
    store: Store, tmp_path: Path
) -> None:
    furnish(store)
    chicago_csv(CHICAGO, tmp_path / "reports.csv")
    load(store, LoadRequest(layer="problems", paths=[tmp_path / "reports.csv"]), now=day(0))
    with store.writing() as session:
        link_all(session, now=day(0))
        rows = session.features.columns("problems", ("id", "category", "found_at", "verified_at", "state", "geom"))
        told = analysis(session, as_of=day(0))
        recorded = {row[0]: row[1] for row in session.features.columns("problems", ("id", "rebound_of")) if row[1]}
        metres = metres_of(session)
        reach = {c.code: (c.rebound_radius_m, c.rebound_days) for c in session.town.categories()}
    wanted = dict(plain_search(rows, shapely.get_coordinates(metres.to(np.array([row[5] for row in rows]))), reach))
    ids = told.town.cases.id
    assert recorded == wanted == dict(zip(ids[told.found.new].tolist(), ids[told.found.previous].tolist(), strict=True))
    assert len(wanted) > 300
    assert told.closed == sum(row[3] is not None for row in rows)


def plain_search(rows: Any, xy: Any, reach: Any) -> Iterator[tuple[int, int]]:
    """(new, previous) by the words of the definition."""
    category = np.array([row[1] for row in rows])
    found, verified = (np.array([row[i].timestamp() if row[i] else np.nan for row in rows]) for i in (2, 3))
    for b, (id_, code, _, _, state, _) in enumerate(rows):
        radius_m, days = reach[code]
        gap, apart_m = (found[b] - verified) / 86_400, np.hypot(*(xy - xy[b]).T)
        fits = np.flatnonzero((category == code) & (apart_m <= radius_m) & (gap > 0) & (gap <= days))
        if state != "duplicate" and len(fits):
            yield id_, rows[min(fits, key=lambda i: (gap[i], apart_m[i], rows[i][0]))][0]
