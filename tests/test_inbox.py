"""The inbox on both stores: told in the transaction of the act, read once, sent to whom it concerns."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from shapely.geometry import Point, box

from layers import channels, inbox, moves, problems
from layers.acts import ActWish, act
from layers.channels import Subscription
from layers.errors import BadInput, BadMove, NotFound
from layers.model import Category, Feature, Person, Responsibility, Stage
from layers.moves import MoveWish
from layers.store import Store
from layers.store.notices import Notice

NOW = datetime(2021, 12, 3, 2, 0, tzinfo=UTC)
RUBBISH = Category(code="0102", parent="01", name_zh="垃圾", name_en="Rubbish", ladder="none",
                   case_limit=Stage("case", "natural_days", 3))  # fmt: skip
PEOPLE = [Person(code=code, name=code.title(), roles=roles) for code, roles in (
    ("DISPATCH", ("dispatcher",)), ("CHECK", ("inspector",)), ("BOSS", ("supervisor",)),
    ("GRID", ()), ("OTHER", ()), ("HEAD", ()), ("FINDER", ()), ("ADMIN", ("administrator",)),
)]  # fmt: skip


@pytest.fixture
def town(store: Store) -> Store:
    """A village with its head, and two grids in it with a worker each."""
    area = [
        ("V1", "village", None, box(118, 36, 118.05, 36.05)), ("G1", "grid", "V1", box(118, 36, 118.02, 36.02)),
        ("G2", "grid", "V1", box(118.02, 36, 118.04, 36.02)),
    ]  # fmt: skip
    heads = {"V1": ("HEAD", "village_head"), "G1": ("GRID", "grid_worker"), "G2": ("OTHER", "grid_worker")}
    with store.writing() as session:
        session.town.put_categories([RUBBISH])
        session.features.insert_many("areas", [
            Feature(code=code, geometry=shape, values={"name": code, "level": level, "parent": parent})
            for code, level, parent, shape in area
        ], now=NOW)  # fmt: skip
        session.duties.put_people(PEOPLE)
        session.duties.put_responsibilities([
            Responsibility(layer="areas", place=code, person=person, role=role, valid_from=date(2021, 1, 1))
            for code, (person, role) in heads.items()
        ])  # fmt: skip
    return store


def reported(store: Store, at: datetime = NOW, **said: Any) -> int:
    draft = problems.Draft(**{"geometry": Point(118.01, 36.01), "category": "0102", "reported_by": "FINDER", **said})
    return problems.report(store, draft, now=at).id


def moved(store: Store, id_: int, to: str, *, by: str = "", note: str = "说明", at: datetime = NOW) -> None:
    moves.move(store, id_, MoveWish(to=to, by=by, given={"note": note}), now=at)


def acted(store: Store, id_: int, name: str, *, by: str = "", **given: Any) -> None:
    act(store, id_, ActWish(act=name, by=by, given={"note": "说明", **given}), now=NOW)


def of(store: Store, person: str) -> list[tuple[str, str]]:
    """(kind, code of the problem), the oldest first."""
    with store.reading() as session:
        return [(one.kind, str(one.facts.get("code"))) for one in reversed(session.notices.of(person))]


def kinds(store: Store, person: str) -> list[str]:
    return [kind for kind, _ in of(store, person)]


def test_a_case_tells_its_people_from_report_to_closing(town: Store) -> None:
    id_ = reported(town)
    moved(town, id_, "assigned", by="DISPATCH")
    moved(town, id_, "in_hand", by="GRID")
    moved(town, id_, "fixed", by="GRID")
    moved(town, id_, "returned", by="CHECK", note="还有垃圾")
    moved(town, id_, "in_hand", by="GRID")
    moved(town, id_, "fixed", by="GRID")
    moved(town, id_, "closed", by="CHECK")
    assert kinds(town, "GRID") == ["given", "assigned", "returned", "closed"]
    assert kinds(town, "DISPATCH") == ["to_confirm"]
    assert kinds(town, "CHECK") == ["to_check", "to_check"]
    assert kinds(town, "FINDER") == ["begun", "closed"]
    assert kinds(town, "OTHER") == kinds(town, "BOSS") == []
    with town.reading() as session:
        returned = session.notices.of("GRID", kinds=["returned"])[0]
        problem = session.features.get("problems", id_)
    assert (returned.facts["note"], returned.facts["by"], returned.problem_id) == ("还有垃圾", "CHECK", id_)
    assert (returned.facts["code"], returned.facts["place"], returned.urgency) == (problem.code, "G1", "now")


def test_an_act_that_is_refused_tells_nobody(town: Store) -> None:
    id_ = reported(town)
    before = [of(town, person.code) for person in PEOPLE]
    with pytest.raises(BadMove):
        moved(town, id_, "closed", by="CHECK")
    with pytest.raises(BadMove):
        acted(town, id_, "resume", by="DISPATCH")
    assert [of(town, person.code) for person in PEOPLE] == before


def test_nothing_is_told_or_sent_of_what_is_rolled_back(town: Store) -> None:
    channels.subscribe(town, Subscription(channel="mail", target="g@town.example", person="GRID"), now=NOW)
    with pytest.raises(RuntimeError), town.writing() as session:
        draft = problems.Draft(geometry=Point(118.01, 36.01), category="0102")
        problems.report_in(session, draft, now=NOW)
        assert session.notices.unread("GRID") == 1 and session.deliveries.is_due(NOW)
        raise RuntimeError("the power fails")
    assert kinds(town, "GRID") == []
    with town.reading() as session:
        assert not session.deliveries.is_due(NOW)


def test_a_request_is_decided_and_who_asked_is_told(town: Store) -> None:
    id_ = reported(town)
    moved(town, id_, "assigned")
    acted(town, id_, "ask_extension", by="GRID", until=(NOW + timedelta(days=9)).isoformat())
    with town.reading() as session:
        asked = session.notices.of("DISPATCH", kinds=["extension_asked"])[0]
    assert (asked.facts["by"], asked.facts["until"]) == ("GRID", (NOW + timedelta(days=9)).isoformat())
    acted(town, id_, "grant_extension", by="DISPATCH")
    acted(town, id_, "supervise", by="BOSS")
    assert kinds(town, "GRID")[-2:] == ["extension_granted", "supervised"]
    assert kinds(town, "HEAD") == ["supervised"]


def test_a_request_of_nobody_in_particular_is_answered_to_whom_the_case_belongs(town: Store) -> None:
    id_ = reported(town)
    moved(town, id_, "assigned")
    acted(town, id_, "appeal")
    acted(town, id_, "admit_appeal", by="DISPATCH")
    acted(town, id_, "reject_appeal", by="CHECK")
    assert kinds(town, "GRID")[-1] == "appeal_rejected"


def test_another_owner_is_told_and_the_former_too(town: Store) -> None:
    id_ = reported(town)
    problems.edit(town, id_, values={}, geometry=Point(118.03, 36.01), now=NOW)
    assert kinds(town, "GRID") == ["given", "not_yours"]
    assert kinds(town, "OTHER") == ["given"]


def test_what_comes_back_is_told_as_a_rebound(town: Store) -> None:
    id_ = reported(town, at=NOW - timedelta(hours=20))
    for to in ("assigned", "in_hand", "fixed", "closed"):
        moved(town, id_, to, at=NOW - timedelta(hours=19))
    reported(town)
    assert kinds(town, "GRID")[-1] == "rebound"
    assert kinds(town, "HEAD") == ["rebound"]
    with town.reading() as session:
        assert session.notices.of("HEAD")[0].facts["days"] == pytest.approx(19 / 24, abs=0.01)


def test_history_that_is_entered_late_is_no_news(town: Store) -> None:
    reported(town, found_at=NOW - timedelta(days=30))
    assert kinds(town, "GRID") == []


def test_what_is_nobodys_act_is_told_by_its_own_slice(town: Store) -> None:
    problem_id = reported(town)
    with town.writing() as session:
        problem = session.features.get("problems", problem_id)
        assert inbox.tell_of(session, problem, "escalated", now=NOW, to=["BOSS", "BOSS"], step="supervise") == 1
        assert inbox.tell_of(session, problem, "photo_warning", now=NOW) == 1
        assert inbox.tell_of(session, problem, "look_back_due", now=NOW, to=[""]) == 1
    assert kinds(town, "BOSS") == ["escalated"]
    assert kinds(town, "CHECK") == ["photo_warning", "look_back_due"]


def test_reading_marks_one_or_all_and_only_ones_own(town: Store) -> None:
    for _ in range(3):
        reported(town)
    with town.reading() as session:
        page = inbox.inbox(session, "GRID", limit=2)
        assert (len(page.notices), page.unread, page.next) == (2, 3, page.notices[-1].id)
        rest = inbox.inbox(session, "GRID", limit=2, after=page.next)
        assert (len(rest.notices), rest.next) == (1, 0)
    mine = page.notices[0].id
    assert inbox.mark_read(town, "DISPATCH", [mine], now=NOW) == 3
    assert inbox.mark_read(town, "GRID", [mine], now=NOW) == 2
    with town.reading() as session:
        assert mine not in [one.id for one in inbox.inbox(session, "GRID", unread=True).notices]
    assert inbox.mark_read(town, "GRID", None, now=NOW) == 0
    assert inbox.mark_read(town, "DISPATCH", [], now=NOW) == 3


def test_strangers_and_unknown_kinds_are_refused(town: Store) -> None:
    with town.reading() as session:
        with pytest.raises(NotFound):
            inbox.inbox(session, "NOBODY")
        with pytest.raises(BadInput):
            inbox.inbox(session, "GRID", kinds=["gossip"])


def deliveries(store: Store, id_: int) -> list[Any]:
    with store.reading() as session:
        return session.deliveries.of(id_, 50)


def test_each_channel_gets_what_it_asked_for(town: Store) -> None:
    def channel(kind: str, target: str, **more: Any) -> int:
        return channels.subscribe(town, Subscription(channel=kind, target=target, **more), now=NOW).id

    mine = channel("mail", "g@town.example", person="GRID")
    checks = channel("mail", "c@town.example", person="CHECK", kinds=("to_check",))
    off = channel("mail", "o@town.example", person="GRID", active=False)
    whole = channel("webhook", "http://town.example/hook", kinds=("to_confirm", "to_check", "given"))
    with town.writing() as session:
        session.duties.put_people([Person(code="D2", name="Second", roles=("dispatcher",))])
    id_ = reported(town)
    for to in ("assigned", "in_hand", "fixed", "closed"):
        moved(town, id_, to)
    assert len(deliveries(town, mine)) == 3  # given, assigned, closed
    assert len(deliveries(town, checks)) == 1
    assert deliveries(town, off) == []
    told = [sorted(one.payload["people"]) for one in reversed(deliveries(town, whole))]
    assert told == [["GRID"], ["D2", "DISPATCH"], ["CHECK"]]


def test_subscriptions_are_checked_changed_and_removed(town: Store) -> None:
    made = channels.subscribe(town, Subscription(channel="webhook", target="http://town.example/a"), now=NOW)
    assert len(made.secret) >= 32
    with pytest.raises(BadInput) as refused:
        channels.subscribe(town, Subscription(channel="mail", target="a@town.example"), now=NOW)
    assert refused.value.field == "person"
    with pytest.raises(BadInput):
        channels.subscribe(town, Subscription(channel="mail", target="a@b.c", person="NOBODY"), now=NOW)
    kept = channels.change(town, made.id, {"kinds": ("closed",)})
    assert (kept.secret, kept.kinds, kept.target) == (made.secret, ("closed",), made.target)
    assert channels.change(town, made.id, {}, new_secret=True).secret != made.secret
    with pytest.raises(BadInput):
        channels.change(town, made.id, {"target": "ftp://town.example"})
    channels.unsubscribe(town, made.id)
    with pytest.raises(NotFound):
        channels.change(town, made.id, {})


def test_switching_a_channel_off_stops_what_was_waiting(town: Store) -> None:
    made = channels.subscribe(town, Subscription(channel="mail", target="g@town.example", person="GRID"), now=NOW)
    reported(town)
    channels.change(town, made.id, {"active": False})
    with town.reading() as session:
        assert not session.deliveries.is_due(NOW + timedelta(days=1))


def test_a_day_is_begun_once(town: Store) -> None:
    with town.writing() as session:
        assert session.notices.begin_day("digest", date(2021, 12, 3), at=NOW)
        assert not session.notices.begin_day("digest", date(2021, 12, 3), at=NOW)
        assert session.notices.begin_day("digest", date(2021, 12, 4), at=NOW)


def test_a_demo_that_begins_anew_forgets_them(town: Store) -> None:
    with town.writing() as session:
        session.notices.add(Notice(person="GRID", kind="test", urgency="calm", at=NOW))
        session.town.clear_records()
        assert session.notices.unread("GRID") == 0
