"""Acts beside the moves: what is possible when, and for whom."""

import pytest

from layers.errors import BadMove, Denied
from layers.rules.acts import ACTS, Standing, acts_for, check_act
from layers.rules.roles import ROLES, Actor
from layers.schema import PROBLEM_STATES

CHIEF = Actor("chief", frozenset({"road_chief"}))
DISPATCHER = Actor("dispatcher", frozenset({"dispatcher"}))
INSPECTOR = Actor("inspector", frozenset({"inspector"}))
ALL = {"note": "why", "until": "2026-12-01", "stage": "x"}


def offered(**standing: object) -> list[str]:
    return [act.name for act in acts_for(Standing(**standing))]  # type: ignore[arg-type]


def test_every_act_names_known_roles_and_states() -> None:
    for act in ACTS.values():
        assert act.roles <= set(ROLES)
        assert act.roles
        assert set(act.states) <= set(PROBLEM_STATES)
        assert not (act.asks and act.decides)


def test_more_time_is_asked_for_once_and_decided_by_somebody_else() -> None:
    assert "ask_extension" in offered(state="in_hand")
    assert "grant_extension" not in offered(state="in_hand")
    waiting = Standing(state="in_hand", requests={"extension": "dispatcher"})
    names = [act.name for act in acts_for(waiting)]
    assert "ask_extension" not in names
    assert {"grant_extension", "refuse_extension"} <= set(names)
    with pytest.raises(BadMove, match="own request"):
        check_act("grant_extension", waiting, DISPATCHER, {})
    other = Standing(state="in_hand", requests={"extension": "chief"})
    assert check_act("grant_extension", other, DISPATCHER, {}).verdict == "granted"


def test_clocks_are_stopped_once_and_started_again() -> None:
    assert "pause" in offered(state="assigned")
    assert "resume" not in offered(state="assigned")
    assert "resume" in offered(state="assigned", paused=True)
    assert "pause" not in offered(state="assigned", paused=True)


def test_supervision_is_answered_below() -> None:
    assert "answer_supervision" not in offered(state="in_hand", escalation="reminder")
    assert "answer_supervision" in offered(state="in_hand", escalation="supervise")
    with pytest.raises(Denied):
        check_act("supervise", Standing(state="in_hand"), CHIEF, ALL)
    assert check_act("supervise", Standing(state="in_hand"), INSPECTOR, ALL)


@pytest.mark.parametrize(("act", "missing"), [("ask_extension", "until"), ("appeal", "note"), ("reached", "stage")])
def test_what_an_act_needs_is_named(act: str, missing: str) -> None:
    given = {name: value for name, value in ALL.items() if name != missing}
    with pytest.raises(BadMove) as caught:
        check_act(act, Standing(state="in_hand"), CHIEF, given)
    assert caught.value.field == missing


def test_an_unknown_act_and_one_that_is_over_are_refused() -> None:
    with pytest.raises(BadMove, match="no act"):
        check_act("dance", Standing(state="in_hand"), CHIEF, ALL)
    with pytest.raises(BadMove, match="not possible now"):
        check_act("pause", Standing(state="closed"), DISPATCHER, ALL)


def test_after_the_closing_one_can_still_appeal_but_not_after_voiding() -> None:
    assert "appeal" in offered(state="closed")
    assert offered(state="void") == []
