"""When people of the demo town work: a clock that runs in working hours and hardly at night."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zlib import crc32

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
DAYS_BACK = 150
# How busy each hour of the day is, 0 h to 23 h; and what a Saturday and a Sunday are worth of a day.
HOURS = np.array([0, 0, 0, 0, 0, 0.01, 0.05, 0.2, 0.9, 1, 1, 0.8, 0.1, 0.6, 1, 1, 1, 0.7, 0.15, 0.1, 0.06, 0.02, 0, 0])
WEEKDAYS = np.array([1, 1, 1, 1, 1, 0.6, 0.35])
STILL = 1e-4  # a night hour, so that the clock never stops


def stream(seed: int, part: str) -> Generator:
    """Random numbers for one part of the town, the same whatever the other parts draw."""
    return default_rng([seed, crc32(part.encode())])


@dataclass(frozen=True)
class Rhythm:
    """Turns calendar time before `as_of` into busy hours (about eight a working day) and back."""

    as_of: datetime
    seconds: NDArray[np.float64]
    busy_hours: NDArray[np.float64]

    @property
    def now(self) -> float:
        """The busy hours at `as_of`."""
        return float(self.busy_hours[-1])

    def busy(self, at: datetime) -> float:
        """The busy hours at a time."""
        return float(np.interp(at.timestamp(), self.seconds, self.busy_hours))

    def at(self, busy: float) -> datetime:
        """The time (UTC, whole seconds) at which the busy hours are reached; never after `as_of`."""
        seconds = np.floor(np.interp(busy, self.busy_hours, self.seconds))
        return datetime.fromtimestamp(float(seconds), UTC)

    def back(self, days: float) -> float:
        """The busy hours so many calendar days before `as_of`."""
        return self.busy(self.as_of - timedelta(days=days))


def rhythm(as_of: datetime) -> Rhythm:
    """The rhythm of the 150 days up to `as_of`, hour by hour."""
    steps = np.arange(-24 * DAYS_BACK, 1)
    middles = [(as_of + timedelta(hours=float(step) - 0.5)).astimezone(SHANGHAI) for step in steps[1:]]
    pace = [HOURS[middle.hour] * WEEKDAYS[middle.weekday()] + STILL for middle in middles]
    seconds = np.array(as_of.timestamp() + 3600.0 * steps, dtype=np.float64)
    return Rhythm(as_of, seconds, np.r_[0.0, np.cumsum(pace)])
