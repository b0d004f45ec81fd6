"""How often one address may report something without signing in, and add to its reports."""

import math
import time

from geo_service.security.rates import Buckets
from layers.errors import TooMany
from layers.rules.passwords import client_key
from layers.words import msg

_HOUR_S = 3600.0
_ADDED_TO_EACH = 6  # photos and words to a report


class ReportLimits:
    """Counted by every worker process for itself; 0 = no limit."""

    def __init__(self, reports_per_hour: int):
        self._reports = Buckets(reports_per_hour, _HOUR_S)
        self._additions = Buckets(reports_per_hour * _ADDED_TO_EACH, _HOUR_S)

    def report(self, address: str) -> None:
        """Count a report. TooMany where it was one too many."""
        _count(self._reports, address)

    def add(self, address: str) -> None:
        """Count what is added to a report. TooMany where it was one too many."""
        _count(self._additions, address)


def _count(buckets: Buckets, address: str) -> None:
    wait_s = buckets.wait_s(client_key(address), at_s=time.monotonic())
    if wait_s:
        minutes = math.ceil(wait_s / 60)
        said = msg("So many reports in so short a time are taken from nobody. Try again in {minutes} minutes.",
                   minutes=minutes)  # fmt: skip
        raise TooMany(said, seconds=math.ceil(wait_s))
