"""The back-schedule: days left, the split over them, the required rate, the ledger of what came and went."""

from datetime import date
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.rules.calendars import Calendar
from layers.rules.progress import Cases, Span, ledger, midnight_s, per_working_day, required_rate, split, working_days

DAY_S = 86_400
NEW_YEAR = Calendar(holidays=frozenset({date(2022, 1, 3)}), workdays=frozenset({date(2022, 1, 1)}))


def test_the_days_left_follow_holidays_and_make_up_days():
    left = working_days(date(2021, 12, 31), date(2022, 1, 5), NEW_YEAR)
    assert left == [date(2022, 1, 1), date(2022, 1, 4), date(2022, 1, 5)]
    assert working_days(date(2022, 1, 5), date(2022, 1, 5), NEW_YEAR) == []


@given(st.integers(0, 10**6), st.lists(st.floats(0, 1e3), min_size=1, max_size=60))
def test_a_split_sums_exactly_and_is_never_a_whole_off(total, weights):
    parts = split(total, weights)
    whole = sum(weights)
    if whole <= 0:
        assert parts == [0] * len(weights)
        return
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / whole) < 1 + 1e-6


def test_nothing_is_given_to_a_day_without_weight():
    assert split(5, [0, 1, 0, 1]) == [0, 3, 0, 2]


@pytest.mark.parametrize(
    ("backlog", "days", "new", "rate"),
    [(60, 12, 0.0, 5.0), (60, 12, 2.5, 7.5), (0, 10, 3.0, 3.0), (7, 0, 1.0, None), (0, 0, 1.0, 0.0)],
)
def test_what_is_found_anew_is_in_the_required_rate(backlog, days, new, rate):
    assert required_rate(backlog, days, new) == rate


def test_the_pace_counts_what_was_done_on_rest_days_but_not_the_days():
    week = [True, True, True, True, True, False, False]
    assert per_working_day(np.array([[0] * 7 + [3, 3, 3, 3, 3, 5, 0]]), week * 2, 7).tolist() == [4.0]
    assert per_working_day(np.array([[2, 4]]), [False, False], 7).tolist() == [3.0]


# ---------------------------------------------------------------- the ledger

BEGIN = midnight_s(date(2021, 11, 22))


def cases(*rows):
    """Rows of (unit, found, ended, struck, rebound), moments in days after the begin."""
    unit, found, ended, struck, rebound = zip(*rows, strict=True)
    moments = [BEGIN + DAY_S * np.array([nan if at is None else at for at in some], dtype=float)
               for some in (found, ended)]  # fmt: skip
    return Cases(np.array(unit), *moments, np.array(struck, dtype=bool), np.array(rebound, dtype=bool))


CASES = cases(
    (0, -5, None, 0, 0),  # of the baseline, still open
    (0, -4, 0.5, 0, 0),  # of the baseline, closed on the first day
    (0, -3, -1, 0, 0),  # closed before: never counted
    (1, -2, 2.5, 1, 0),  # of the baseline, turned out to be no problem
    (1, 0, None, 0, 0),  # found in the first moment: new
    (1, 1.2, 1.9, 0, 0),
    (0, 2.1, None, 0, 1),  # a rebound
    (0, 9, None, 0, 0),  # after the moment looked at
)


def test_the_ledger_of_a_hand_made_campaign():
    found = ledger(CASES, 2, Span(BEGIN, BEGIN, BEGIN + 3 * DAY_S))
    assert found.baseline.tolist() == [2, 1]
    assert found.daily.new.tolist() == [[0, 0, 0], [1, 1, 0]]
    assert found.daily.rebound.tolist() == [[0, 0, 1], [0, 0, 0]]
    assert found.daily.closed.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert found.daily.struck.tolist() == [[0, 0, 0], [0, 0, 1]]
    assert found.open.tolist() == [[1, 1, 2], [2, 2, 1]]
    assert found.backlog.tolist() == [2, 1]
    assert found.since.net.tolist() == [0, 1]


def test_a_baseline_carried_over_counts_from_the_older_begin():
    later = ledger(CASES, 2, Span(BEGIN, BEGIN + 2 * DAY_S, BEGIN + 3 * DAY_S))
    assert (later.baseline.tolist(), later.start.tolist()) == ([2, 1], [1, 2])
    assert later.open.tolist() == [[2], [1]]
    assert later.backlog.tolist() == [2, 1]


def test_before_the_begin_the_ledger_only_tells_what_is_open():
    early = ledger(CASES, 2, Span(BEGIN, BEGIN, BEGIN - 3.5 * DAY_S))
    assert (early.backlog.tolist(), early.daily.new.shape) == ([2, 0], (2, 0))


MOMENT = st.floats(-5, 12)


@given(
    st.lists(
        st.tuples(st.integers(0, 2), MOMENT, st.none() | st.floats(0, 9), st.booleans(), st.booleans()), min_size=1
    ),
    st.floats(0.01, 10),
    st.integers(-4, 0),
)
def test_the_ledger_balances_at_every_moment(rows, at, before):
    rows = [(unit, found, None if life is None else found + life, *rest) for unit, found, life, *rest in rows]
    made = cases(*rows)
    span = Span(BEGIN + before * DAY_S, BEGIN, BEGIN + at * DAY_S)
    found = ledger(made, 3, span)
    alive = (made.found_at < span.at) & ~(made.ended_at < span.at)
    assert found.backlog.tolist() == np.bincount(made.unit[alive], minlength=3).tolist()
    assert found.open[:, -1].tolist() == found.backlog.tolist()
    assert found.total().backlog.tolist() == [found.backlog.sum()]
