"""Who is told of what, as a table: every audience filled, nobody told twice, nobody of their own act."""

import doctest
from collections.abc import Iterable
from datetime import datetime, timedelta
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadInput
from layers.rules import notices, sending
from layers.rules.acts import ACTS
from layers.rules.lifecycle import MOVES
from layers.rules.notices import _BY_ACT, _BY_MOVE, _BY_STATE, KINDS, URGENCIES, Change, kinds_for, recipients, said
from layers.rules.sending import MOST_ATTEMPTS, SPREAD, check_target, next_try
from layers.schema import PROBLEM_STATES

CIRCLE = {
    "responsible": ["CHIEF"], "handler": ["CREW"], "reporter": ["FINDER"], "former": ["OLD"], "asker": ["CHIEF"],
    "dispatchers": ["D1", "D2"], "inspectors": ["I1"], "supervisors": ["BOSS"], "area_heads": ["HEAD"],
    "administrators": ["ADMIN"], "co_departments": ["CO"], "sponsors": ["SPONSOR"],
}  # fmt: skip
NOON = datetime(2021, 12, 3, 12)


def told(change: Change, *, actor: str = "") -> set[tuple[str, str]]:
    return {(person, kind.key) for person, kind in recipients(kinds_for(change), CIRCLE, actor=actor)}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(states=("", "reported")), {("CHIEF", "given"), ("D1", "to_confirm"), ("D2", "to_confirm")}),
        (Change(states=("filed", "assigned")), {("CHIEF", "assigned"), ("CREW", "assigned"), ("CO", "co_assigned")}),
        (
            Change(states=("deferred", "assigned")),
            {("CHIEF", "assigned"), ("CREW", "assigned"), ("CO", "co_assigned")},
        ),
        (Change(states=("assigned", "filed")), {("D1", "handed_back"), ("D2", "handed_back")}),
        (Change(states=("confirmed", "filed")), set()),
        (Change(states=("in_hand", "fixed")), {("I1", "to_check")}),
        (Change(states=("fixed", "returned")), {("CREW", "returned"), ("CHIEF", "returned"), ("CO", "returned")}),
        (
            Change(states=("fixed", "closed")),
            {("CREW", "closed"), ("CHIEF", "closed"), ("FINDER", "closed"), ("CO", "closed")},
        ),
        (Change(states=("reported", "duplicate")), {("FINDER", "merged"), ("CHIEF", "merged"), ("CO", "merged")}),
        (Change(act="ask_extension"), {("D1", "extension_asked"), ("D2", "extension_asked")}),
        (Change(act="refuse_extension"), {("CHIEF", "extension_refused")}),
        (Change(act="appeal"), {("D1", "appeal_asked"), ("D2", "appeal_asked")}),
        (Change(act="admit_appeal"), {(one, "appeal_admitted") for one in ("I1", "BOSS", "CHIEF")}),
        (Change(act="take_appeal_further"), {("BOSS", "appeal_further")}),
        (Change(act="add_co_department"), {("CO", "co_assigned")}),
        (Change(act="answer_as_co_department"), {(one, "co_answered") for one in ("CHIEF", "CREW", "D1", "D2")}),
        (Change(act="supervise"), {("CHIEF", "supervised"), ("HEAD", "supervised"), ("CO", "supervised")}),
        (Change(act="remark"), set()),
        (Change(persons=("OLD", "CHIEF")), {("CHIEF", "given"), ("OLD", "not_yours")}),
        (
            Change(states=("", "reported"), rebound=True),
            {("CHIEF", "rebound"), ("I1", "rebound"), ("HEAD", "rebound"), ("D1", "to_confirm"), ("D2", "to_confirm")},
        ),
        (Change(), set()),
    ],
)
def test_who_is_told_of_what(change: Change, expected: set[tuple[str, str]]) -> None:
    assert told(change) == expected


def test_nobody_is_told_of_their_own_act() -> None:
    assert told(Change(states=("filed", "assigned")), actor="CHIEF") == {("CREW", "assigned"), ("CO", "co_assigned")}
    assert told(Change(act="ask_extension"), actor="D1") == {("D2", "extension_asked")}


def test_who_stands_in_two_audiences_reads_the_first_only() -> None:
    circle = {**CIRCLE, "dispatchers": ["CHIEF", "D1"]}
    found = recipients(("given", "to_confirm"), circle, actor="")
    assert [(person, kind.key) for person, kind in found] == [("CHIEF", "given"), ("D1", "to_confirm")]


@given(
    st.sampled_from([None, *((move.from_state, move.to_state) for move in MOVES), ("", "reported")]),
    st.sampled_from(["", *ACTS]),
    st.booleans(),
    st.sampled_from(["", "CHIEF", "D1", "I1"]),
)
def test_every_happening_tells_each_person_once_and_never_the_actor(
    states: tuple[str, str] | None, act: str, rebound: bool, actor: str
) -> None:
    change = Change(states=states, act=act, rebound=rebound)
    people = [person for person, _ in recipients(kinds_for(change), CIRCLE, actor=actor)]
    assert len(people) == len(set(people))
    assert actor not in people and "" not in people


def test_the_tables_know_the_states_acts_kinds_and_audiences_that_there_are() -> None:
    assert set(_BY_STATE) <= set(PROBLEM_STATES)
    assert set(_BY_MOVE) <= {(move.from_state, move.to_state) for move in MOVES}
    assert set(_BY_ACT) <= set(ACTS)
    named = {kind for table in (_BY_STATE, _BY_MOVE, _BY_ACT) for kinds in table.values() for kind in kinds}
    assert named <= set(KINDS)
    assert {audience for kind in KINDS.values() for audience in kind.to} == set(CIRCLE)
    assert {kind.urgency for kind in KINDS.values()} <= set(URGENCIES)


def test_every_text_can_be_filled_and_what_is_missing_is_a_dash() -> None:
    for kind in KINDS.values():
        text = said(kind.key, {}).text
        fields = [name for _, name, _, _ in Formatter().parse(kind.text.template) if name]
        assert str(text).count("—") == len(fields), kind.key
    assert str(said("closed", {"place": "K1", "category": "{by}"}).text) == "K1: {by} is closed."


@pytest.mark.parametrize(("age", "news"), [(timedelta(0), True), (timedelta(days=2), True), (timedelta(days=3), False)])
def test_what_is_entered_late_is_no_news(age: timedelta, news: bool) -> None:
    assert notices.is_news(NOON - age, NOON) is news
    assert notices.is_news(None, NOON)


# ---------------------------------------------------------------- sending


@given(st.integers(1, MOST_ATTEMPTS - 1), st.floats(0, 1, exclude_max=True))
def test_the_wait_grows_is_spread_and_bounded(attempts: int, chance: float) -> None:
    at = next_try(attempts, now=NOON, chance=chance)
    middle = next_try(attempts, now=NOON, chance=0.5)
    assert at is not None and middle is not None
    assert abs((at - middle) / (middle - NOON)) <= SPREAD + 1e-9
    assert sending.FIRST_WAIT <= middle - NOON <= sending.LONGEST_WAIT
    earlier = next_try(attempts - 1, now=NOON, chance=0.5) if attempts > 1 else NOON
    assert earlier is not None and middle > earlier


def test_it_is_given_up_in_the_end() -> None:
    assert next_try(MOST_ATTEMPTS, now=NOON, chance=0.5) is None


@pytest.mark.parametrize(
    ("channel", "target"),
    [
        ("mail", "chief@town.example"), ("mail", "a.b+c@localhost"), ("webhook", "https://town.example/hook?key=1"),
        ("webhook", "http://10.0.0.5:8080/x"), ("webhook", "http://[::1]:9000/"),
    ],
)  # fmt: skip
def test_good_addresses(channel: str, target: str) -> None:
    assert check_target(channel, f" {target} ") == target


@pytest.mark.parametrize(
    ("channel", "target"),
    [
        ("mail", ""), ("mail", "nobody"), ("mail", "a@b@c"), ("mail", "a@b.c\nBcc: x@y.z"),
        ("mail", "路长@town.example"),
        ("mail", "a@-b.c"), ("webhook", "ftp://town.example/"), ("webhook", "file:///etc/passwd"),
        ("webhook", "https://user:word@town.example/"), ("webhook", "https:///x"),
        ("webhook", "http://town.example/ x"),
        ("webhook", "http://town.example/\r\nX: y"), ("webhook", "http://town.example:99999/"),
        ("webhook", "http://" + "x" * 600), ("pigeon", "roof"),
    ],
)  # fmt: skip
def test_bad_addresses(channel: str, target: str) -> None:
    with pytest.raises(BadInput):
        check_target(channel, target)


def test_examples() -> None:
    assert _failures((notices, sending)) == [0, 0]


def _failures(modules: Iterable[object]) -> list[int]:
    return [doctest.testmod(module).failed for module in modules]  # type: ignore[arg-type]
