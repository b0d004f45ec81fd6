"""The table of moves: what it allows to whom, and that nothing else can be reached."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadMove, Denied
from layers.rules.lifecycle import (
    BY_DECISION,
    FINAL_STATES,
    GUARDS,
    MOVES,
    PHOTO_ROLES,
    STATE_TITLES,
    Wish,
    check_move,
    is_path,
    moves_from,
)
from layers.rules.roles import CHECKERS, HANDLERS, LEVELS, ROLES, Actor
from layers.schema import PROBLEM_STATES

CHECKER = Actor("checker", frozenset({"inspector"}))
DISPATCHER = Actor("dispatcher", frozenset({"dispatcher"}))
PHOTOS = frozenset(PHOTO_ROLES)


def case(state: str, *, handler: str = "handler", recheck: str = "") -> dict[str, object]:
    return {"state": state, "handled_by": handler, "recheck_level": recheck}


def step(from_state: str, to: str, actor: Actor = CHECKER, *, case_: dict[str, object] | None = None, **given_: object):  # type: ignore[no-untyped-def]
    wish = Wish(to=to, actor=actor, given={"note": "seen", **given_}, photos=PHOTOS)
    return check_move(case_ or case(from_state), wish)


def test_every_state_has_a_name_and_can_be_reached() -> None:
    assert set(STATE_TITLES) == set(PROBLEM_STATES)
    assert {move.to_state for move in MOVES} | {"reported"} == set(PROBLEM_STATES)


def test_final_states_have_no_way_out_and_all_others_do() -> None:
    assert {state for state in PROBLEM_STATES if not moves_from(state)} == FINAL_STATES


def test_every_move_names_known_roles_and_guards_and_stands_once() -> None:
    assert all(move.roles <= set(ROLES) and move.roles for move in MOVES)
    assert {guard for move in MOVES for guard in move.guards} == set(GUARDS)
    steps = [(move.from_state, move.to_state) for move in MOVES]
    assert len(set(steps)) == len(steps)


@pytest.mark.parametrize("to", ["closed", "returned"])
def test_the_handler_cannot_check_his_own_work(to: str) -> None:
    wang = Actor("wang", frozenset({"grid_worker"}))
    with pytest.raises(BadMove, match="cannot be the one who checks"):
        step("fixed", to, wang, case_=case("fixed", handler="wang"))
    assert step("fixed", to, wang, case_=case("fixed", handler="li")).to_state == to


def test_a_return_needs_its_reason() -> None:
    with pytest.raises(BadMove, match="needs a note") as caught:
        step("fixed", "returned", note="  ")
    assert caught.value.field == "note"


def test_a_skipped_step_is_refused_in_words() -> None:
    with pytest.raises(BadMove, match="Reported cannot become Closed in one step"):
        step("reported", "closed")
    with pytest.raises(BadMove, match="no state “gone”"):
        step("reported", "gone")


def test_a_move_is_for_those_whose_role_it_is() -> None:
    with pytest.raises(Denied, match="Supervisor / Dispatcher"):
        step("confirmed", "filed", Actor("chief", frozenset({"road_chief"})))
    assert step("confirmed", "filed", DISPATCHER).to_state == "filed"
    assert step("confirmed", "filed", Actor()).to_state == "filed", "the operator"


def test_closing_by_decision_needs_a_leader_and_a_document() -> None:
    leader = Actor("leader", frozenset({"supervisor"}))
    with pytest.raises(BadMove) as caught:
        step("assigned", "closed", leader)
    assert caught.value.field == "document"
    assert step("assigned", "closed", leader, document="no. 3").name == BY_DECISION
    with pytest.raises(Denied):
        step("assigned", "closed", DISPATCHER, document="no. 3")


def test_a_finding_from_above_is_closed_by_a_recheck_at_its_level() -> None:
    found = case("fixed", recheck="county")
    with pytest.raises(BadMove, match="County inspection") as caught:
        step("fixed", "closed", case_=found)
    assert caught.value.field == "recheck_level"
    with pytest.raises(BadMove) as caught:
        step("fixed", "closed", case_=found, recheck_level="county")
    assert caught.value.field == "document"
    assert step("fixed", "closed", case_=found, recheck_level="city", document="letter 9").to_state == "closed"
    village = Actor("head", frozenset({"village_head"}))
    with pytest.raises(BadMove):
        step("fixed", "closed", village, case_=case("fixed", recheck="subdistrict"))


def test_a_named_person_proves_with_photos_what_was_fixed() -> None:
    chief = Actor("chief", frozenset({"road_chief"}))
    wish = Wish(to="fixed", actor=chief, photos=frozenset({"before"}), close_photos=("before", "after"))
    with pytest.raises(BadMove, match="After") as caught:
        check_move(case("in_hand"), wish)
    assert caught.value.field == "photos"
    operator = Wish(to="fixed", photos=frozenset(), close_photos=("after",))
    assert check_move(case("in_hand"), operator).to_state == "fixed"


WISHES = st.builds(
    lambda to, person, roles, level: (
        to, Actor(person, frozenset(roles)), {"note": "n", "document": "d", "recheck_level": level},
    ),
    st.sampled_from(PROBLEM_STATES),
    st.sampled_from(("a", "b", "c")),
    st.sets(st.sampled_from(ROLES), max_size=3),
    st.sampled_from(("", *LEVELS)),
)  # fmt: skip


@given(st.lists(WISHES, max_size=40), st.sampled_from(("", "subdistrict", "county", "city")))
def test_random_moves_by_random_roles_reach_nothing_forbidden(wishes, recheck: str) -> None:  # type: ignore[no-untyped-def]
    """Closed only after a check by another, or by decision; a finding from above only at its level."""
    problem: dict[str, object] = case("reported", handler="", recheck=recheck)
    path = ["reported"]
    for to, actor, given_ in wishes:
        try:
            move = check_move(problem, Wish(to=to, actor=actor, given=given_, photos=PHOTOS))
        except (BadMove, Denied):
            continue
        if to == "closed":
            assert move.name == BY_DECISION or (path[-1] == "fixed" and actor.person != problem["handled_by"])
            level = given_["recheck_level"] or actor.level
            assert not recheck or LEVELS.index(str(level)) >= LEVELS.index(recheck)
        assert "administrator" in actor.roles or actor.roles & move.roles
        if to in ("in_hand", "fixed"):
            problem["handled_by"] = actor.person
        problem["state"] = to
        path.append(to)
    assert is_path(path)
    assert not FINAL_STATES & set(path[:-1]), "nothing comes after an end"


def test_checkers_and_handlers_are_not_the_same_people_by_design() -> None:
    assert "inspector" not in HANDLERS
    assert "contractor" not in CHECKERS
