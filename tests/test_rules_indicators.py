"""The indicators: what counts in which period, hand-made and under random histories."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.rules.indicators import (
    COUNT_TITLES,
    RATES,
    Cases,
    Period,
    Stages,
    at_the_same_places,
    counts,
    rates,
    score,
    table,
)

NAN = math.nan
DAY = 86_400.0
PERIOD = Period(0.0, 10 * DAY)
FLAGS = ("on_the_spot", "by_decision", "rebound", "unanswered", "exposed", "co_handled", "enforced")
NONE = dict.fromkeys(COUNT_TITLES, 0)


def cases(count: int, **columns: object) -> Cases:
    base = {
        "id": np.arange(count) + 1, "found_at": np.zeros(count), "filed_at": np.full(count, NAN),
        "state": np.array(["in_hand"] * count, dtype=object), "source_level": np.array(["self"] * count, dtype=object),
        **{n: np.zeros(count, dtype=int) for n in ("rework", "handed_back", "dispatched", "supervised")},
        **{n: np.zeros(count, dtype=bool) for n in FLAGS},
        "category": np.array(["0102"] * count, dtype=object), "radius_m": np.full(count, 30.0),
        "east_m": np.full(count, NAN), "north_m": np.full(count, NAN),
    }  # fmt: skip
    return Cases(**{**base, **{name: np.asarray(value) for name, value in columns.items()}})


def stages(*rows: tuple[int, str, float, float], judged: bool = True, extended: bool = False) -> Stages:
    case, stage, due, ended = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Stages(
        np.array(case, dtype=int), np.array(stage, dtype=object), np.full(len(case), -DAY), np.array(due, dtype=float),
        np.array(ended, dtype=float), np.full(len(case), judged), np.full(len(case), extended),
    )  # fmt: skip


def total(cases_: Cases, stages_: Stages, period: Period = PERIOD) -> dict[str, int]:
    return {name: int(flags.sum()) for name, flags in counts(cases_, stages_, period).items()}


def test_what_is_not_due_yet_is_held_against_nobody_and_early_work_counts() -> None:
    """Four cases: closed early, closed late, overdue, and not yet due."""
    found = cases(4, state=["closed", "closed", "in_hand", "in_hand"])
    spans = stages(
        (0, "case", 12 * DAY, 3 * DAY), (1, "case", 4 * DAY, 6 * DAY),
        (2, "case", 5 * DAY, NAN), (3, "case", 20 * DAY, NAN),
    )  # fmt: skip
    n = total(found, spans)
    assert (n["should_close"], n["closed"], n["closed_on_time"]) == (3, 2, 1)
    assert rates(n)["close_rate"] == pytest.approx(2 / 3)
    assert rates(n)["close_on_time_rate"] == pytest.approx(1 / 3)


def test_what_was_closed_after_the_period_was_open_in_it() -> None:
    n = total(cases(1, state=["closed"]), stages((0, "case", 5 * DAY, 11 * DAY)))
    assert (n["should_close"], n["closed"]) == (1, 0)


def test_voided_and_merged_stages_are_not_judged() -> None:
    n = total(cases(1, state=["void"]), stages((0, "case", 5 * DAY, 2 * DAY), judged=False))
    assert (n["should_close"], n["reported"], n["valid"]) == (0, 1, 0)


def test_all_milestones_must_be_met_and_one_missed_is_overdue() -> None:
    spans = stages((0, "handle", 2 * DAY, 1 * DAY), (0, "handle", 4 * DAY, NAN))
    n = total(cases(1), spans)
    assert (n["should_handle"], n["handled"], n["handled_on_time"], n["overdue_unhandled"]) == (1, 0, 0, 1)


def test_what_was_put_right_after_its_time_is_late_and_what_was_not_is_not() -> None:
    spans = stages((0, "handle", 2 * DAY, 1 * DAY), (1, "handle", 2 * DAY, 3 * DAY), (2, "handle", 2 * DAY, NAN))
    n = total(cases(3), spans)
    assert (n["handled_on_time"], n["handled_late"], n["overdue_unhandled"]) == (1, 1, 1)
    assert n["should_handle"] == 3


def test_a_second_dispatch_was_no_right_one() -> None:
    spans = stages((0, "assign", 2 * DAY, DAY), (1, "assign", 2 * DAY, DAY))
    n = total(cases(2, handed_back=[0, 1]), spans)
    assert (n["should_assign"], n["assigned_on_time"], n["assigned_right"]) == (2, 2, 1)


def test_a_case_counts_where_it_was_found_and_by_whom() -> None:
    found = cases(3, found_at=[0.0, 9.9 * DAY, 10 * DAY], source_level=["self", "county", "city"])
    n = total(found, stages())
    assert (n["reported"], n["own"], n["from_above"]) == (2, 1, 1), "the period is half-open"


def test_no_denominator_no_rate_no_score() -> None:
    assert set(rates(NONE).values()) == {None}
    assert score(NONE) is None


def test_the_composite_follows_its_weights() -> None:
    n = {**NONE, "should_close": 10, "closed": 8, "closed_on_time": 5, "reworked": 1, "supervised": 4, "unanswered": 1}
    assert score(n) == pytest.approx(50 * 0.5 + 30 * 0.8 + 10 * 0.9 + (10 - 0.5 * 4 - 1))
    worst = {**n, "supervised": 100}
    assert score(worst) == pytest.approx(50 * 0.5 + 30 * 0.8 + 10 * 0.9), "supervision costs at most its ten points"


def test_what_was_given_out_and_is_not_put_right_at_the_end_is_unhandled() -> None:
    spans = stages((0, "handle", 20 * DAY, NAN), (1, "handle", 2 * DAY, 3 * DAY), (2, "handle", 20 * DAY, 11 * DAY))
    assert total(cases(3), spans)["unhandled"] == 2, "the third was put right after the end"


def test_places_with_three_reports_of_the_public_count_once() -> None:
    """Five reports within the radius of the first, one beside it of another kind, one too far, one of last month."""
    east = [0.0, 10.0, 20.0, 29.0, 5.0, 5.0, 31.0, 0.0]
    found = cases(
        8, east_m=east, north_m=np.zeros(8), found_at=[1.0, 2, 3, 4, 5, 6, 7, -DAY],
        category=np.array(["a"] * 5 + ["b", "a", "a"], dtype=object), state=["duplicate"] + ["in_hand"] * 7,
    )  # fmt: skip
    counted = counts(found, stages(), PERIOD)
    assert np.flatnonzero(counted["repeated_3"]).tolist() == np.flatnonzero(counted["repeated_5"]).tolist() == [0]
    assert np.flatnonzero(at_the_same_places(found, stages(), PERIOD, counted["repeated_5"])).tolist() == [
        0,
        1,
        2,
        3,
        4,
    ]
    void = cases(3, east_m=np.zeros(3), north_m=np.zeros(3), state=["void", "in_hand", "in_hand"])
    assert total(void, stages())["repeated_3"] == 0, "what was no problem is no complaint"


MOMENTS = st.one_of(st.just(NAN), st.floats(-5 * DAY, 25 * DAY))
ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["confirm", "file", "assign", "handle", "check", "case"]),
              st.floats(-5 * DAY, 25 * DAY), MOMENTS),
    max_size=25,
)  # fmt: skip


@settings(deadline=None)
@given(ROWS, st.lists(st.sampled_from(["closed", "in_hand", "void", "deferred"]), min_size=6, max_size=6))
def test_rates_are_shares_and_units_sum_to_the_whole(rows, states) -> None:  # type: ignore[no-untyped-def]
    found = cases(6, state=states)
    counted = counts(found, stages(*rows), PERIOD)
    whole = {name: int(flags.sum()) for name, flags in counted.items()}
    parts = table(counted, np.array(["a", "b", "a", "", "b", "c"], dtype=object))
    assert {name: sum(part[name] for part in parts.values()) for name in whole} == whole
    for rate in RATES:
        if rate.key in (
            "file_rate",
            "file_right_rate",
            "file_on_time_rate_filed",
            "rework_rate_filed",
            "close_rate_not_deferred",
        ):
            continue  # their two counts are of different acts: they may exceed 1
        value = rates(whole)[rate.key]
        assert value is None or 0 <= value <= 1, rate.key


@settings(deadline=None)
@given(ROWS)
def test_every_stage_is_judged_in_one_period_only(rows) -> None:  # type: ignore[no-untyped-def]
    one_each = [(i % 6, "handle", due, ended) for i, (_, _, due, ended) in enumerate(rows[:6])]
    found, spans = cases(6), stages(*one_each)
    weeks = [Period(start * DAY, (start + 5) * DAY) for start in range(-5, 30, 5)]
    judged = sum(total(found, spans, week)["should_handle"] for week in weeks)
    assert judged == len(one_each)
