"""Appeals in three levels: who decides where, by when, never twice, and how old one-step appeals go on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from layers.acts import standing
from layers.errors import BadMove, Denied
from layers.model import Request
from layers.rules.acts import Standing, acts_for, check_act, decisions
from layers.rules.appeals import LEVELS, Appeal, deciders
from layers.rules.requests import differences, requests_from
from layers.rules.roles import Actor
from layers.store import Store
from layers.store.tables import EVENTS, REQUESTS
from tests.office import NOW, acted, furnish_office, moved, rebuilt, reported, told

APPEAL_ACTS = {"admit_appeal", "refuse_appeal", "uphold_appeal", "reject_appeal", "take_appeal_further"}


@pytest.fixture
def town(store: Store) -> Store:
    return furnish_office(store)


@pytest.fixture
def case(town: Store) -> Iterator[int]:
    """A case in hand that came from above, with an appeal; in the end it is the sum of its events."""
    id_ = reported(town, source_level="city")
    moved(town, id_, "filed", "assigned", "in_hand")
    acted(town, id_, "appeal", by="GRID")
    yield id_
    assert rebuilt(town, id_)


def rows(town: Store, id_: int) -> list[Request]:
    with town.reading() as session:
        return session.requests.of(id_)


def offered(level: str, *, further: bool = False) -> dict[str, frozenset[str]]:
    waiting = {"appeal": "chief"} if level else {}
    shown = Standing(state="closed", requests=waiting, appeal=Appeal(level=level, asked_by="chief", further=further))
    return {act.name: act.roles for act in acts_for(shown) if act.name in APPEAL_ACTS | {"appeal"}}


def test_each_level_offers_its_own_acts_to_its_own_roles() -> None:
    review, inspection, leader = (level.roles for level in LEVELS)
    assert offered("") == {"appeal": frozenset(acts_roles("appeal"))}
    assert offered("review") == {"admit_appeal": review, "refuse_appeal": review}
    assert offered("inspection") == {"uphold_appeal": inspection, "reject_appeal": inspection}
    assert offered("leader") == {"uphold_appeal": leader, "reject_appeal": leader}
    assert set(offered("", further=True)) == {"take_appeal_further"}


def acts_roles(name: str) -> frozenset[str]:
    return next(act.roles for act in acts_for(Standing(state="closed")) if act.name == name)


def test_nobody_decides_twice_on_the_same_appeal() -> None:
    appeal = Appeal(level="inspection", asked_by="chief", decided_by=frozenset({"boss"}))
    shown = Standing(state="closed", requests={"appeal": "chief"}, appeal=appeal)
    with pytest.raises(BadMove, match="twice"):
        check_act("reject_appeal", shown, Actor("boss", frozenset({"supervisor"})), {"note": "x"})
    assert check_act("reject_appeal", shown, Actor("other", frozenset({"inspector"})), {"note": "x"})


def test_the_list_of_what_waits_knows_who_has_decided_before() -> None:
    first = Request(problem_id=1, kind="appeal", asked_at=NOW, asked_by="chief", level="review", id=1,
                    decided_by="boss", verdict="admitted")  # fmt: skip
    second = replace(first, level="inspection", id=2, first_id=1, decided_by="", verdict="")
    before = deciders(second, [first, second])
    boss, inspector = (Actor(who, frozenset({role})) for who, role in (("boss", "supervisor"), ("i", "inspector")))
    assert decisions(second, boss, before=before) == ()
    assert [act.name for act in decisions(second, inspector, before=before)] == ["uphold_appeal", "reject_appeal"]


def test_an_appeal_goes_up_level_by_level(town: Store, case: int) -> None:
    with pytest.raises(BadMove, match="not possible now"):
        acted(town, case, "uphold_appeal", by="CHECK")
    acted(town, case, "admit_appeal", by="DISPATCH")
    acted(town, case, "reject_appeal", by="CHECK")
    with pytest.raises(Denied, match="whoever has appealed"):
        acted(town, case, "take_appeal_further", by="SECOND")
    later = NOW + timedelta(days=4)
    acted(town, case, "take_appeal_further", by="GRID", at=later)
    with pytest.raises(Denied):
        acted(town, case, "uphold_appeal", by="CHECK", at=later)
    changed = acted(town, case, "uphold_appeal", by="BOSS", at=later)
    assert changed.values["score_effect"] == 0
    made = rows(town, case)
    assert [(row.level, row.verdict, row.decided_by) for row in made] == [
        ("review", "admitted", "DISPATCH"), ("inspection", "rejected", "CHECK"), ("leader", "upheld", "BOSS"),
    ]  # fmt: skip
    assert [row.due_at for row in made] == [NOW + timedelta(days=2), NOW + timedelta(days=5), NOW + timedelta(days=9)]
    assert {row.asked_by for row in made} == {"GRID"}
    assert [row.first_id for row in made] == [0, made[0].id, made[0].id]
    assert told(town, "GRID")[-3:] == ["appeal_admitted", "appeal_rejected", "appeal_upheld"]
    assert "appeal_asked" in told(town, "SECOND") and "appeal_asked" not in told(town, "CHECK")
    assert "appeal_admitted" in told(town, "CHECK")
    assert "appeal_further" in told(town, "BOSS")


def test_a_rejection_stands_when_its_time_is_over(town: Store, case: int) -> None:
    acted(town, case, "admit_appeal", by="DISPATCH")
    acted(town, case, "reject_appeal", by="CHECK")
    late = NOW + timedelta(days=5, seconds=1)
    with pytest.raises(BadMove, match="not possible now"):
        acted(town, case, "take_appeal_further", by="GRID", at=late)
    with town.reading() as session:
        problem = session.features.get("problems", case)
        assert not standing(session, problem, now=late).appeal.further


def test_what_is_inadmissible_ends_there_and_goes_to_nobody_else(town: Store, case: int) -> None:
    acted(town, case, "refuse_appeal", by="DISPATCH")
    assert [row.verdict for row in rows(town, case)] == ["inadmissible"]
    assert told(town, "GRID")[-1] == "appeal_inadmissible"
    assert not any(kind.startswith("appeal") for kind in told(town, "CHECK"))
    with pytest.raises(BadMove):
        acted(town, case, "take_appeal_further", by="GRID")


def test_a_supervisor_who_reviewed_is_not_the_leader_who_decides(town: Store, case: int) -> None:
    acted(town, case, "admit_appeal", by="BOSS")
    acted(town, case, "reject_appeal", by="CHECK")
    acted(town, case, "take_appeal_further", by="GRID")
    with pytest.raises(BadMove, match="twice"):
        acted(town, case, "uphold_appeal", by="BOSS")


def test_an_open_appeal_of_an_older_release_is_decided_by_the_inspection(town: Store, case: int) -> None:
    """It has no level, and its event names neither level nor due time."""
    with town.engine.connect().execution_options(write=True) as connection, connection.begin():
        due = NOW + timedelta(days=5)
        connection.execute(REQUESTS.update().values(level=None, first_id=None, due_at=due))
        connection.execute(
            EVENTS.update().where(EVENTS.c.kind == "act", EVENTS.c.problem_id == case).values(payload={"act": "appeal"})
        )
    with pytest.raises(BadMove):
        acted(town, case, "admit_appeal", by="DISPATCH")
    acted(town, case, "reject_appeal", by="CHECK")
    acted(town, case, "take_appeal_further", by="GRID")
    acted(town, case, "uphold_appeal", by="BOSS")
    assert [row.verdict for row in rows(town, case)] == ["rejected", "upheld"]


def test_a_request_that_no_event_tells_of_is_noticed(town: Store, case: int) -> None:
    with town.reading() as session:
        events, kept = session.history.events(case), session.requests.of(case)
    assert differences(kept, events) == []
    assert differences([replace(kept[0], decided_by="X")], events) == ["requests"]
    assert [one.asked_at for one in requests_from(events)] == [datetime.fromisoformat(NOW.isoformat())]
