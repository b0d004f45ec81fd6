"""Kaplan–Meier equal to lifelines, with ties, censoring and its interval; the mean cumulative function."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from layers.rules.rebound import DAY_S, everywhere, rebounds
from layers.rules.survival import kaplan_meier, mean_cumulative, risk_at, risks_by
from tests.cases import chicago


def equals_lifelines(days: np.ndarray, event: np.ndarray) -> None:
    ours = kaplan_meier(days, event)
    theirs = KaplanMeierFitter().fit(days, event)
    assert theirs.timeline.tolist() == ours.days.tolist()
    np.testing.assert_allclose(theirs.survival_function_.to_numpy()[:, 0], ours.survival, rtol=0, atol=1e-12)
    bounds = theirs.confidence_interval_.to_numpy()
    told = ours.survival > 0  # where nobody is left lifelines falls back to 1 for both bounds
    np.testing.assert_allclose(bounds[told, 0], ours.lower[told], rtol=0, atol=1e-12)
    np.testing.assert_allclose(bounds[told, 1], ours.upper[told], rtol=0, atol=1e-12)
    assert theirs.event_table["at_risk"].tolist()[1:] == ours.at_risk.tolist()[1:]


def real_closures() -> tuple[np.ndarray, np.ndarray]:
    """Days until the first rebound of each real closure, or until the end of the data."""
    among = chicago()
    found = rebounds(among, everywhere(len(among)))
    first = np.full(len(among), np.inf)
    np.minimum.at(first, found.previous, found.days)
    left = (np.nanmax(among.found_at) - among.verified_at) / DAY_S
    followed = left > 0
    return np.minimum(first, left)[followed], (first <= left)[followed]


def test_real_closures() -> None:
    days, event = real_closures()
    assert event.sum() > 300
    equals_lifelines(days, event)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=40))
def test_ties_of_events_and_ends_of_watching(rows: list[tuple[int, bool]]) -> None:
    equals_lifelines(np.array([day for day, _ in rows], float), np.array([event for _, event in rows]))


def test_the_thirty_day_risk_is_what_lifelines_predicts() -> None:
    days, event = real_closures()
    risk = risk_at(kaplan_meier(days, event))
    assert risk.risk == pytest.approx(1 - float(KaplanMeierFitter().fit(days, event).predict(30.0)), abs=1e-12)
    assert risk.lower < risk.risk < risk.upper
    assert risk.enough


def test_recent_closures_bias_the_naive_share_but_not_the_curve() -> None:
    chance = np.random.default_rng(7)
    when, watched = chance.exponential(40.0, 4000), chance.uniform(0.1, 40.0, 4000)
    event = when <= watched
    truth = 1 - np.exp(-30 / 40)
    assert event.mean() < truth - 0.1
    assert risk_at(kaplan_meier(np.minimum(when, watched), event)).risk == pytest.approx(truth, abs=0.03)


def test_an_event_on_the_thirtieth_day_counts_and_one_after_it_does_not() -> None:
    days = np.array([30.0, 30.5, 60.0, 60.0])
    assert risk_at(kaplan_meier(days, np.array([True, True, False, False]))).risk == 0.25


def test_no_closure_at_all_has_no_risk_to_tell() -> None:
    none = risk_at(kaplan_meier(np.empty(0), np.empty(0, dtype=bool)))
    assert (none.followed, none.enough) == (0, False)


def test_few_closures_are_not_enough() -> None:
    days, event = np.full(19, 40.0), np.zeros(19, dtype=bool)
    assert not risk_at(kaplan_meier(days, event)).enough
    assert risk_at(kaplan_meier(np.append(days, 40.0), np.append(event, False))).enough
    assert not risk_at(kaplan_meier(np.full(40, 20.0), np.zeros(40, dtype=bool))).enough  # nobody watched for 30 days


def test_each_group_has_its_own_risk_and_a_closure_may_belong_to_two() -> None:
    days, event = np.array([10.0, 40.0, 40.0]), np.array([True, False, False])
    risks = risks_by([("north", "all"), ("all",), ()], days, event)
    assert {name: one.risk for name, one in risks.items()} == {"north": 1.0, "all": 0.5}


def test_the_mean_cumulative_function_divides_by_those_still_watched() -> None:
    times, mean = mean_cumulative(np.array([100.0, 50.0, 20.0]), np.array([10.0, 10.0, 30.0, 60.0]))
    assert times.tolist() == [10.0, 30.0, 60.0]
    np.testing.assert_allclose(mean, [2 / 3, 2 / 3 + 1 / 2, 2 / 3 + 1 / 2 + 1])


def test_without_repeats_the_mean_cumulative_function_is_nelson_aalens() -> None:
    days, event = real_closures()
    times, mean = mean_cumulative(days, days[event])
    curve = kaplan_meier(days, event)
    hazard = np.cumsum(curve.events / np.maximum(curve.at_risk, 1))
    np.testing.assert_allclose(mean, hazard[np.searchsorted(curve.days, times)])
