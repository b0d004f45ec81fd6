"""What the service does on its own, every so many seconds, in a thread beside the requests.

Each task is safe to run in several processes at once, and may be late: what was due meanwhile is done at the next
turn. A task that fails is logged and tried again; it never stops the others.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from threading import Event

from geo_service.settings import Settings
from geo_service.workers.beside import beside
from geo_service.workers.daily import report_daily
from geo_service.workers.delivery import deliver
from layers import escalations, look_backs, measures, photo_sweep, retention, sign_ins
from layers.errors import LayersError
from layers.photos.files import PhotoFiles
from layers.store import Store

Task = Callable[[Store, Settings, datetime], object]
"""(store, settings, now) → how much was done, for the command line."""

_log = logging.getLogger("geo_service.ticker")
_PATIENCE_S = 10.0  # for a task to end when the service stops


def escalate(store: Store, _settings: Settings, now: datetime) -> int:
    """Take the steps of escalation that are due."""
    return escalations.run(store, now)


def announce_look_backs(store: Store, _settings: Settings, now: datetime) -> int:
    """Tell of the look-backs that have come due."""
    return look_backs.announce(store, now)


def sweep_photos(store: Store, settings: Settings, _now: datetime) -> int:
    """Unlink what faults have left of removed photos, and files that never got a row."""
    return photo_sweep.sweep(store, PhotoFiles(settings.photo_dir))


def settle_parcels(store: Store, _settings: Settings, now: datetime) -> int:
    """Bring the parcels up to date whose cover has come to its end meanwhile."""
    return measures.settle_parcels(store, now=now)


def forget_sessions(store: Store, _settings: Settings, now: datetime) -> int:
    """Remove the sessions whose time is over."""
    return sign_ins.forget_ended(store, now)


def forget_persons(store: Store, _settings: Settings, now: datetime) -> int:
    """Forget what tells of persons and is kept no longer, once a day."""
    return retention.apply(store, now)


def trim_changes(store: Store, _settings: Settings, _now: datetime) -> int:
    """Keep the log of changes from growing for ever."""
    return store.trim_changes()


TASKS: tuple[Task, ...] = (
    escalate, announce_look_backs, sweep_photos, settle_parcels, report_daily, deliver, forget_sessions,
    forget_persons, trim_changes,
)  # fmt: skip


def tick(store: Store, settings: Settings, now: datetime) -> dict[str, object]:
    """Run every task once; what each has done, by its name ("failed" where it could not)."""
    return {task.__name__: _run(task, store, settings, now) for task in TASKS}


@contextmanager
def ticking(store: Store, settings: Settings) -> Iterator[None]:
    """Tick every `settings.tick_seconds` while the block runs; not at all where that is 0."""
    if settings.tick_seconds <= 0:
        yield
        return
    with beside(partial(_keep_ticking, store, settings), name="ticker", patience_s=_PATIENCE_S):
        yield


def _keep_ticking(store: Store, settings: Settings, stop: Event) -> None:
    while not stop.wait(settings.tick_seconds):
        tick(store, settings, datetime.now(UTC))


def _run(task: Task, store: Store, settings: Settings, now: datetime) -> object:
    try:
        return task(store, settings, now)
    except (LayersError, OSError) as error:
        _log.warning("%s failed and will be tried again: %s", task.__name__, error)
        return "failed"
