"""Look-backs on both stores: planned by a checked closing, done, called off, told when they come due."""

from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from shapely.geometry import Point

from layers import moves
from layers.errors import BadInput, BadMove, Denied
from layers.loading import LoadRequest, load
from layers.look_back_results import LookedBack, Sight, look_back
from layers.look_backs import announce, schedule_all
from layers.model import Feature, Person
from layers.moves import MoveWish
from layers.store import Store
from layers.store.notices import Notice
from layers.town import put_people
from tests.closed_cases import HERE, METRE, MONDAY, again, closed, day, found, kinds, link, row, with_people_and_kinds


@pytest.fixture
def town(store: Store) -> Store:
    return with_people_and_kinds(store)


def due(store: Store, id_: int) -> list[tuple[float, str, str]]:
    """(days after MONDAY, person, result) of every look-back."""
    with store.reading() as session:
        rows = session.look_backs.of(id_)
    return [(round((one.due_at - MONDAY) / timedelta(days=1), 1), one.person, one.result) for one in rows]


def only(store: Store, id_: int) -> int:
    with store.reading() as session:
        return next(one.id for one in session.look_backs.of(id_) if not one.result)


def looked(store: Store, id_: int, result: str, on: float, **said: str) -> LookedBack:
    return look_back(store, only(store, id_), Sight(result=result, **said), now=day(on))


def test_a_checked_closing_is_looked_back_at(town: Store) -> None:
    id_ = found(town, 0).id
    closed(town, id_, 1, by="I")
    assert due(town, id_) == [(8, "I", ""), (31, "I", "")]
    assert kinds(town, id_)[-1] == "look_back"


def test_nobody_looks_back_at_what_was_never_closed_by_a_check(town: Store) -> None:
    id_ = found(town, 0).id
    moves.move(town, id_, MoveWish(to="void", given={"note": "x"}), now=day(1))
    assert due(town, id_) == []


def test_what_holds_is_recorded_with_an_event(town: Store) -> None:
    id_ = found(town, 0).id
    closed(town, id_, 1)
    done = looked(town, id_, "held", 8, by="I", note="干净")
    assert (done.look_back.result, done.look_back.by, done.look_back.done_at, done.reported) == (
        "held",
        "I",
        day(8),
        None,
    )
    with town.reading() as session:
        last = session.history.events(id_)[-1]
    assert (last.kind, last.by, last.note, last.payload["result"]) == ("look_back", "I", "干净", "held")


def test_what_is_back_becomes_a_case_of_its_own_at_the_same_place(town: Store) -> None:
    id_ = found(town, 0).id
    closed(town, id_, 1)
    done = looked(town, id_, "rebound", 8, by="I")
    assert done.reported is not None
    assert link(town, done.reported.id) == (id_, "rebound", 1)
    assert done.reported.values["reported_by"] == "I"
    assert shapely.equals(done.reported.geometry, row(town, id_).geometry)
    assert [result for _, _, result in due(town, id_)] == ["rebound", "cancelled"]


def test_a_rebound_seen_after_its_time_is_linked_all_the_same(town: Store) -> None:
    id_ = found(town, 0).id
    closed(town, id_, 1)
    done = looked(town, id_, "rebound", 50)
    assert done.reported is not None and link(town, done.reported.id) == (id_, "rebound", 1)


def test_a_new_report_at_the_place_calls_the_look_backs_off_and_keeps_them(town: Store) -> None:
    first, _ = again(town)
    assert [result for _, _, result in due(town, first)] == ["cancelled", "cancelled"]


def test_in_vain_means_again_tomorrow_and_needs_a_reason(town: Store) -> None:
    id_ = found(town, 0).id
    closed(town, id_, 1)
    with pytest.raises(BadInput):
        looked(town, id_, "unable", 8)
    looked(town, id_, "unable", 8, note="门锁着")
    assert due(town, id_) == [(8, "", "unable"), (9, "", ""), (31, "", "")]


@pytest.mark.parametrize(("by", "error"), [("D", BadMove), ("P", Denied), ("nobody", BadInput)])
def test_only_who_may_check_and_has_not_handled_it_looks_back(town: Store, by: str, error: type[Exception]) -> None:
    id_ = found(town, 0).id
    for n, (to, who) in enumerate((("filed", ""), ("assigned", ""), ("in_hand", "D"), ("fixed", ""), ("closed", "I"))):
        moves.move(town, id_, MoveWish(to=to, by=who), now=day(0.1 * n))
    with pytest.raises(error):
        looked(town, id_, "held", 8, by=by)
    assert due(town, id_)[0][2] == ""


def test_a_look_back_is_done_once_and_with_a_known_result(town: Store) -> None:
    id_ = found(town, 0).id
    closed(town, id_, 1)
    with pytest.raises(BadInput):
        looked(town, id_, "maybe", 8)
    key = looked(town, id_, "held", 8).look_back.id
    with pytest.raises(BadMove):
        look_back(town, key, Sight(result="held"), now=day(9))


def test_a_look_back_that_comes_due_is_told_once_to_whom_it_falls(town: Store) -> None:
    put_people(town, [Person(code="J", name="J", roles=("inspector",))])
    mine, anybodys = found(town, 0).id, found(town, 0, east_m=900).id
    closed(town, mine, 1, by="I")
    closed(town, anybodys, 2)
    told = lambda: [(one.person, one.problem_id) for one in due_notices(town)]  # noqa: E731
    assert announce(town, day(7.9)) == 0
    assert told() == []
    assert announce(town, day(8)) == 1
    assert announce(town, day(8.1)) == 0
    assert told() == [("I", mine)]
    looked(town, mine, "held", 8.2)
    assert announce(town, day(9)) == 1
    assert told() == [("I", mine), ("I", anybodys), ("J", anybodys)]
    assert (announce(town, day(40)), announce(town, day(41))) == (2, 0)


def due_notices(store: Store) -> list[Notice]:
    with store.reading() as session:
        people = [one.code for one in session.duties.people()]
        found = [one for code in people for one in session.notices.of(code, kinds=["look_back_due"])]
    return sorted(found, key=lambda one: one.id)


def test_the_store_lists_what_is_due_for_a_person_and_for_anybody(town: Store) -> None:
    mine, anybodys = found(town, 0).id, found(town, 0, east_m=900).id
    closed(town, mine, 1, by="I")
    closed(town, anybodys, 2)
    with town.reading() as session:
        shelf = session.look_backs
        assert [one.problem_id for one in shelf.open(until=day(20))] == [mine, anybodys]
        assert [one.problem_id for one in shelf.open(until=day(20), person="P")] == [anybodys]
        assert len(shelf.open(since=day(9), person="I")) == 2 + 1


def test_in_bulk_only_what_is_still_to_come_is_scheduled(town: Store) -> None:
    """As after an import: closed cases without any look-back."""
    came_in = [
        Feature(code=f"X{on}", geometry=Point(HERE[0] + 900 * METRE * on, HERE[1]), values={
            "category": "0102", "state": "closed", "found_at": day(on - 1), "closed_at": day(on),
            "verified_at": day(on),
        })
        for on in (-40, 1, 15, 20)
    ]  # fmt: skip
    with town.writing() as session:
        ids = [session.features.insert("problems", one, now=day(25)).id for one in came_in]
    found(town, 23, shape=came_in[-1].geometry)
    with town.writing() as session:
        assert schedule_all(session, now=day(25)) == 2
        assert schedule_all(session, now=day(25)) == 0
    assert [due(town, id_) for id_ in ids] == [[], [(31, "", "")], [(45, "", "")], []]


def test_closures_that_come_in_by_file_get_the_look_backs_still_to_come(town: Store, tmp_path: Path) -> None:
    rows = [
        f"X{on},{HERE[0] + 900 * METRE * on},{HERE[1]},0102,{day(on - 1).isoformat()},{day(on).isoformat()}"
        for on in (-40, 1, 20)
    ]
    file = tmp_path / "closed.csv"
    file.write_text("\n".join(["code,lon,lat,category,found_at,closed_at", *rows]), encoding="utf-8")
    load(town, LoadRequest(layer="problems", paths=[file]), now=day(25))
    with town.reading() as session:
        ids = {row.code: row.id for row in session.features.read("problems")}
    assert [due(town, ids[f"X{on}"]) for on in (-40, 1, 20)] == [
        [], [(31, "", "")], [(27, "", ""), (50, "", "")],
    ]  # fmt: skip
