"""Who listens for changes, and the one thread of a process that looks for them, whoever made them.

What is told is which layers have changed and the sequence number of the last change of each: never what changed, so
that nobody hears of what they may not see.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event

from geo_service.workers.beside import beside
from layers.errors import StoreUnavailable
from layers.store import Store

Changed = Mapping[str, int]
"""layer → sequence number of its last change."""

_log = logging.getLogger("geo_service.live")
_LOOK_S = 0.25
_PATIENCE_S = 5.0  # for a look to end when the service stops


class Listener:
    """What one client has not been told yet: a number a layer at most, however slowly it reads."""

    def __init__(self, changed: Changed):
        self._changed = dict(changed)
        self._woken = asyncio.Event()
        self.is_over = False

    def hear(self, changed: Changed) -> None:
        """Note changes."""
        self._changed |= changed
        self._woken.set()

    def end(self) -> None:
        """Nothing more will be told."""
        self.is_over = True
        self._woken.set()

    async def news(self, within_s: float) -> Changed:
        """What has changed, as soon as something has; nothing when the time is over, or the listening."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), within_s)
        return self.take()

    def take(self) -> Changed:
        """What has changed since it was last asked."""
        self._woken.clear()
        told, self._changed = self._changed, {}
        return told


class Hub:
    """The listeners of a process. Belongs to its event loop; only `tell` may be called from other threads."""

    def __init__(self, *, most_per_client: int):
        self._loop = asyncio.get_running_loop()
        self._most = most_per_client
        self._listeners: dict[Listener, str] = {}
        self._counts: Counter[str] = Counter()
        self._latest: dict[str, int] = {}
        self._is_closed = False

    @property
    def latest(self) -> Changed:
        """Each layer's last change."""
        return dict(self._latest)

    @property
    def sequence(self) -> int:
        """The last change of all."""
        return max(self._latest.values(), default=0)

    def has_room_for(self, client: str) -> bool:
        """Whether this client may have one more listener."""
        return self._counts[client] < self._most

    @contextmanager
    def listening(self, client: str, *, after: int | None) -> Iterator[Listener]:
        """A listener for the time of the block; told at once of what changed after that sequence number.

        A number that is still to come was told by another store: then everything is new.
        """
        since = self.sequence if after is None else after if after <= self.sequence else 0
        listener = Listener({layer: last for layer, last in self._latest.items() if last > since})
        if self._is_closed:
            listener.end()
        self._listeners[listener] = client
        self._counts[client] += 1
        try:
            yield listener
        finally:
            del self._listeners[listener]
            self._counts[client] -= 1
            self._counts += Counter()  # drops the clients that are gone

    def tell(self, changed: Changed) -> None:
        """Tell everybody, from any thread."""
        self._loop.call_soon_threadsafe(self._tell, changed)

    def close(self) -> None:
        """End all listening at once: the service stops."""
        self._is_closed = True
        for listener in self._listeners:
            listener.end()

    def _tell(self, changed: Changed) -> None:
        self._latest |= changed
        for listener in self._listeners:
            listener.hear(changed)


@contextmanager
def watching(store: Store, hub: Hub) -> Iterator[None]:
    """Look for changes while the block runs; what there is already is known before it begins."""
    watch = _Watch(store, hub)
    watch.look()
    with beside(watch.keep_looking, name="watching", patience_s=_PATIENCE_S):
        yield


class _Watch:
    """What was last seen of a store."""

    def __init__(self, store: Store, hub: Hub):
        self._store, self._hub = store, hub
        self._stamp: int | None = None
        self._sequence = 0

    def look(self) -> None:
        """Tell what is new; a store that cannot be asked now is asked again."""
        try:
            stamp = self._store.change_stamp()
            changed = {} if stamp == self._stamp else self._store.last_changes(self._sequence)
        except StoreUnavailable as error:
            _log.warning("changes cannot be looked for, and will be again: %s", error)
            return
        self._stamp = stamp
        self._sequence = max(changed.values(), default=self._sequence)
        if changed:
            self._hub.tell(changed)

    def keep_looking(self, stop: Event) -> None:
        """Until it is to stop."""
        while not stop.wait(_LOOK_S):
            self.look()
