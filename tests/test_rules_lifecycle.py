"""The table of moves: what it allows, and that nothing else can be reached."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadMove
from layers.rules.lifecycle import FINAL_STATES, MOVES, STATE_TITLES, check_move, is_path, moves_from
from layers.schema import PROBLEM_STATES


def step(from_state: str, to_state: str, by: str = "checker", note: str = "seen", handler: str = "handler") -> str:
    return check_move(from_state, to_state, by=by, note=note, handler=handler).to_state


def test_every_state_has_a_name_and_can_be_reached() -> None:
    assert set(STATE_TITLES) == set(PROBLEM_STATES)
    assert {move.to_state for move in MOVES} | {"reported"} == set(PROBLEM_STATES)


def test_final_states_have_no_way_out_and_all_others_do() -> None:
    assert {state for state in PROBLEM_STATES if not moves_from(state)} == FINAL_STATES


@pytest.mark.parametrize("to", ["closed", "returned"])
def test_the_handler_cannot_check_his_own_work(to: str) -> None:
    with pytest.raises(BadMove, match="cannot be the one who checks"):
        step("fixed", to, by="wang", handler="wang")
    assert step("fixed", to, by="li", handler="wang") == to


def test_a_return_needs_its_reason() -> None:
    with pytest.raises(BadMove, match="needs a note") as caught:
        step("fixed", "returned", note="  ")
    assert caught.value.field == "note"


def test_a_skipped_step_is_refused_in_words() -> None:
    with pytest.raises(BadMove, match="Reported cannot become Closed in one step"):
        step("reported", "closed")
    with pytest.raises(BadMove, match="no state “gone”"):
        step("reported", "gone")


@given(st.lists(st.sampled_from(PROBLEM_STATES), max_size=30))
def test_random_walks_close_only_after_a_fix(wishes: list[str]) -> None:
    path = ["reported"]
    for wish in wishes:
        try:
            path.append(step(path[-1], wish))
        except BadMove:
            continue
    assert is_path(path)
    assert "closed" not in path or path[path.index("closed") - 1] == "fixed"
