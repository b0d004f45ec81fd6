"""Departments that help with a case, what enforcement led to, and sponsors who stand beside, on both stores."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from layers import digests, escalations
from layers.errors import BadInput, BadMove, Denied
from layers.moves import MoveWish, move
from layers.problems import edit
from layers.rules.acts import Standing, acts_for
from layers.rules.enforcement import OUTCOMES
from layers.rules.permissions import Viewer
from layers.rules.responsibility import duties_on
from layers.rules.roles import HANDLERS
from layers.sponsors import sponsors_of
from layers.store import Store
from layers.values import town_day
from tests.office import DUST, HELPER, LEAD, NOW, OTHER, acted, furnish_office, moved, rebuilt, reported, told

TODAY = town_day(NOW)


@pytest.fixture
def town(store: Store) -> Store:
    return furnish_office(store)


@pytest.fixture
def case(town: Store) -> Iterator[int]:
    """A case that is assigned; in the end it is the sum of its events."""
    id_ = reported(town)
    moved(town, id_, "filed", "assigned")
    yield id_
    assert rebuilt(town, id_)


def values(town: Store, id_: int) -> dict[str, Any]:
    with town.reading() as session:
        return dict(session.features.get("problems", id_).values)


def helpers(town: Store, id_: int) -> dict[str, bool]:
    return {row["name"]: bool(row["answered_at"]) for row in values(town, id_)["co_departments"]}


def test_a_case_takes_the_co_departments_of_its_category(town: Store, case: int) -> None:
    assert helpers(town, case) == {HELPER: False}
    assert values(town, case)["department"] == LEAD


def test_a_dispatcher_adds_and_removes_them_with_a_note(town: Store, case: int) -> None:
    acted(town, case, "add_co_department", by="DISPATCH", department=OTHER)
    assert helpers(town, case) == {HELPER: False, OTHER: False}
    for name in (OTHER, LEAD):
        with pytest.raises(BadInput):
            acted(town, case, "add_co_department", by="DISPATCH", department=name)
    with pytest.raises(Denied):
        acted(town, case, "remove_co_department", by="GRID", department=OTHER)
    with pytest.raises(BadMove):
        acted(town, case, "remove_co_department", by="DISPATCH", department=OTHER, note="")
    acted(town, case, "remove_co_department", by="DISPATCH", department=OTHER)
    assert helpers(town, case) == {HELPER: False}


def test_each_department_answers_for_itself_and_a_dispatcher_for_any(town: Store, case: int) -> None:
    acted(town, case, "add_co_department", by="DISPATCH", department=OTHER)
    with pytest.raises(Denied):
        acted(town, case, "answer_as_co_department", by="CHECK", department=OTHER)
    with pytest.raises(Denied):
        acted(town, case, "answer_as_co_department", by="GRID", department=HELPER)
    acted(town, case, "answer_as_co_department", by="CHECK", department=HELPER)
    assert helpers(town, case) == {HELPER: True, OTHER: False}
    acted(town, case, "answer_as_co_department", by="DISPATCH", department=OTHER)
    assert helpers(town, case) == {HELPER: True, OTHER: True}
    assert told(town, "GRID")[-2:] == ["co_answered", "co_answered"]


def test_another_category_brings_its_departments_and_keeps_who_has_answered(town: Store, case: int) -> None:
    acted(town, case, "answer_as_co_department", by="CHECK", department=HELPER)
    with town.writing() as session:
        session.town.put_categories([DUST, *_variants()])
    edit(town, case, now=NOW, values={"category": "0402"}, by="DISPATCH")
    assert helpers(town, case) == {HELPER: True, OTHER: False}


def _variants() -> list[Any]:
    from dataclasses import replace

    return [replace(DUST, code="0402", co_departments=(OTHER,))]


def test_members_who_may_see_the_case_hear_what_the_lead_hears(town: Store, case: int) -> None:
    moved(town, case, "in_hand", "fixed", "returned")
    assert [kind for kind in told(town, "CHECK") if kind != "to_check"] == ["co_assigned", "returned"]
    assert told(town, "STRANGER") == [], "who works there but may not see the case is told nothing"


def test_an_outcome_of_enforcement_is_kept_with_its_document_and_amount(town: Store, case: int) -> None:
    acted(town, case, "record_enforcement", by="DISPATCH", outcome="order_to_correct", document="责改1号")
    acted(town, case, "record_enforcement", by="BOSS", outcome="penalty", document="罚2号", amount_cny="500")
    kept = values(town, case)["outcomes"]
    assert [(one["kind"], one["document"], one["amount_cny"]) for one in kept] == [
        ("order_to_correct", "责改1号", None), ("penalty", "罚2号", 500.0),
    ]  # fmt: skip
    with pytest.raises(Denied):
        acted(town, case, "record_enforcement", by="GRID", outcome="oral_warning")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"outcome": "shouting"}, "outcome"), ({"outcome": "penalty"}, "document"),
        ({"outcome": "penalty", "document": "1", "amount_cny": "-5"}, "amount_cny"),
        ({"outcome": "transfer", "document": "1", "amount_cny": "5"}, "amount_cny"),
    ],
)  # fmt: skip
def test_what_an_outcome_lacks_is_named(town: Store, case: int, given: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        acted(town, case, "record_enforcement", by="DISPATCH", **given)
    assert caught.value.field == field
    assert set(OUTCOMES) >= {"penalty", "transfer"}


# ---------------------------------------------------------------- sponsors


def test_a_sponsor_never_leads_and_stands_beside_who_does(town: Store, case: int) -> None:
    assert values(town, case)["lead_person"] == "GRID"
    with town.reading() as session:
        assert [duty.person for duty in sponsors_of(session, case, on=TODAY)] == ["CADRE"]
        leads = duties_on(TODAY, session.duties.responsibilities(), {})
    assert ("areas", "V1") not in leads
    assert ("areas", "G1") in leads


def test_a_sponsor_reads_remarks_and_confirms_but_puts_nothing_right(town: Store) -> None:
    id_ = reported(town)
    theirs = town.seen_by(Viewer(account="cadre", person="CADRE", device="", on=TODAY))
    with theirs.reading() as session:
        assert [row.id for row in session.features.read("problems")] == [id_]
    acted(theirs, id_, "remark", by="CADRE")
    with pytest.raises(Denied):
        move(theirs, id_, MoveWish(to="fixed", by="CADRE"), now=NOW)
    move(theirs, id_, MoveWish(to="confirmed", by="CADRE"), now=NOW)
    moved(town, id_, "filed", "assigned")
    with pytest.raises(Denied):
        move(theirs, id_, MoveWish(to="in_hand", by="CADRE"), now=NOW)
    with pytest.raises(BadInput):
        moved(town, id_, "filed")
        move(town, id_, MoveWish(to="assigned", given={"handler": "CADRE"}), now=NOW)
    names = {act.name for act in acts_for(Standing(state="assigned")) if "sponsor" in act.roles}
    assert names == {"remark"}
    assert "sponsor" not in HANDLERS


def test_a_sponsor_hears_of_what_is_late_and_reads_it_in_the_daily_report(town: Store, case: int) -> None:
    late = NOW + timedelta(days=30)
    escalations.run(town, late)
    assert "deadline_missed" in told(town, "CADRE")
    assert "deadline_missed" in told(town, "CHECK"), "so does a co-department"
    with town.reading() as session:
        read = digests.person_day(session, "CADRE", town_day(late), now=late)
    assert [one.id for one in read.sections["overdue"]] == [case]
