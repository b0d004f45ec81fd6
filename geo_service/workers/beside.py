"""Work beside the requests, in a thread of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def beside(work: Callable[[Event], None], *, name: str, patience_s: float | None = None) -> Iterator[None]:
    """Run `work` while the block runs; the event then tells it to stop, and its end is awaited for so long at most."""
    stop = Event()
    thread = Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(patience_s)
