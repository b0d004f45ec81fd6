"""How long what was put right stays right: Kaplan–Meier, and the mean cumulative function of what comes back.

S(t) = Π (1 − dᵢ / nᵢ) over the event times tᵢ ≤ t (Kaplan and Meier 1958); its variance by Greenwood, its interval on
the scale log(−log S) (Kalbfleisch and Prentice), which stays within 0 … 1. M(t) = Σ dᵢ / nᵢ (Nelson 1988).
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from layers.rules.grid import Floats, Ints

Marks = NDArray[np.bool_]
CONFIDENCE = 0.95
HORIZON_DAYS = 30.0
ENOUGH_FOLLOWED = 20  # closures, below which a risk is not told
ENOUGH_LEFT = 5  # still at risk at the horizon, or the curve says nothing about it


@dataclass(frozen=True, eq=False)
class Curve:
    """A Kaplan–Meier curve: one row at day 0 and at each day with an event or an end of watching.

    `at_risk`: just before that day; `survival`, `lower`, `upper`: from that day on.
    """

    days: Floats
    at_risk: Ints
    events: Ints
    survival: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class Risk:
    """1 − S at a horizon with its interval, from how many closures, with how many events by then; `enough` data?"""

    risk: float
    lower: float
    upper: float
    followed: int
    events: int
    enough: bool


def kaplan_meier(days: Floats, event: Marks, *, confidence: float = CONFIDENCE) -> Curve:
    """The curve of durations (> 0): until the event, or until nobody watched any longer.

    >>> curve = kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, False]))
    >>> curve.days, curve.at_risk, curve.survival
    (array([0., 1., 2., 3.]), array([4, 4, 3, 1]), array([1.  , 0.75, 0.5 , 0.5 ]))
    """
    times = np.unique(np.append(0.0, days))
    ended = np.searchsorted(np.sort(days), times, side="left")
    at_risk = (len(days) - ended).astype(np.int64)
    events = np.bincount(np.searchsorted(times, days[event]), minlength=len(times))
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.asarray(np.cumprod(1 - events / np.maximum(at_risk, 1)), dtype=float)
        spread = np.cumsum(np.where(events > 0, events / (at_risk * (at_risk - events).astype(float)), 0.0))
    lower, upper = _log_log(survival, spread, confidence)
    return Curve(times, at_risk, events, survival, lower, upper)


def _log_log(survival: Floats, spread: Floats, confidence: float) -> tuple[Floats, Floats]:
    """The interval; where nothing has happened yet, or nothing is left, the curve itself."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    told = (survival > 0) & (survival < 1)
    log_s = np.log(survival, where=told, out=np.full(len(survival), -1.0))
    half = z * np.sqrt(np.where(told, spread, 0.0)) / -log_s
    lower, upper = (np.exp(log_s * np.exp(sign * half)) for sign in (1, -1))
    return np.where(told, lower, survival), np.where(told, upper, survival)


def risk_at(curve: Curve, horizon_days: float = HORIZON_DAYS) -> Risk:
    """The risk that the event comes by the horizon (itself included).

    >>> risk_at(kaplan_meier(np.array([1.0, 2.0, 40.0]), np.array([True, False, False]))).risk.__round__(4)
    0.3333
    """
    at = int(np.searchsorted(curve.days, horizon_days, side="right")) - 1
    left = int(curve.at_risk[at + 1]) if at + 1 < len(curve.days) else 0
    followed = int(curve.at_risk[0])
    return Risk(
        risk=1 - float(curve.survival[at]), lower=1 - float(curve.upper[at]), upper=1 - float(curve.lower[at]),
        followed=followed, events=int(curve.events[: at + 1].sum()),
        enough=followed >= ENOUGH_FOLLOWED and left >= ENOUGH_LEFT,
    )  # fmt: skip


def risks_by(groups: Sequence[Iterable[Hashable]], days: Floats, event: Marks) -> dict[Hashable, Risk]:
    """The risk of each group; a closure can belong to several, or to none."""
    rows: dict[Hashable, list[int]] = {}
    for row, names in enumerate(groups):
        for name in names:
            rows.setdefault(name, []).append(row)
    return {name: risk_at(kaplan_meier(days[chosen], event[chosen])) for name, chosen in rows.items()}


def mean_cumulative(end_days: Floats, event_days: Floats) -> tuple[Floats, Floats]:
    """How often, on average, a place has come back by each day: (days of events, mean number by then).

    `end_days`: how long each place has been watched; `event_days`: every time that any of them came back.

    >>> mean_cumulative(np.array([10.0, 5.0]), np.array([2.0, 3.0, 7.0]))
    (array([2., 3., 7.]), array([0.5, 1. , 2. ]))
    """
    times, counts = np.unique(event_days, return_counts=True)
    at_risk = len(end_days) - np.searchsorted(np.sort(end_days), times, side="left")
    return times, np.cumsum(counts / np.maximum(at_risk, 1))
