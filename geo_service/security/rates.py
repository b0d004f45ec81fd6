"""How often one address may do something: a token bucket for each, kept by every worker process for itself."""

from dataclasses import dataclass, field
from threading import Lock

_MOST_CLIENTS = 10_000


@dataclass(slots=True)
class Buckets:
    """`most` requests at once, and as many again in every period; 0 = no limit. Safe to be used from many threads.

    Times are seconds of any clock that only goes forward.

    >>> two = Buckets(2)
    >>> [two.wait_s("a", at_s=0.0) for _ in range(3)]
    [0.0, 0.0, 30.0]
    >>> two.wait_s("b", at_s=0.0), two.wait_s("a", at_s=30.0)
    (0.0, 0.0)
    """

    most: int
    period_s: float = 60.0
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)  # tokens, and when they were counted
    _lock: Lock = field(default_factory=Lock)

    def wait_s(self, client: str, *, at_s: float) -> float:
        """Seconds until the client may come again; 0 where this request may pass, which is then counted."""
        if not self.most:
            return 0.0
        with self._lock:
            tokens = self._tokens(client, at_s)
            if tokens < 1:
                return (1 - tokens) * self.period_s / self.most
            if len(self._left) >= _MOST_CLIENTS:
                self._forget(at_s)
            self._left[client] = tokens - 1, at_s
        return 0.0

    def _tokens(self, client: str, at_s: float) -> float:
        tokens, counted_s = self._left.get(client, (float(self.most), at_s))
        return min(float(self.most), tokens + (at_s - counted_s) * self.most / self.period_s)

    def _forget(self, at_s: float) -> None:
        """Drop half of the clients: those with the fullest buckets, which have asked least."""
        emptiest = sorted(self._left, key=lambda one: self._tokens(one, at_s))
        self._left = {one: self._left[one] for one in emptiest[: _MOST_CLIENTS // 2]}
