"""A thread beside the requests lives as long as its block, however the block ends."""

from contextlib import nullcontext
from threading import Event
from threading import enumerate as threads
from time import monotonic

import pytest

from geo_service.workers.beside import beside

NAME = "test-beside"


def is_alive() -> bool:
    return NAME in {thread.name for thread in threads()}


@pytest.mark.parametrize("fault", [False, True])
def test_it_runs_meanwhile_and_is_over_afterwards(fault: bool) -> None:
    begun, ended = Event(), Event()

    def work(stop: Event) -> None:
        begun.set()
        stop.wait()
        ended.set()

    with pytest.raises(LookupError) if fault else nullcontext(), beside(work, name=NAME):
        assert begun.wait(5) and is_alive() and not ended.is_set()
        if fault:
            raise LookupError
    assert ended.is_set() and not is_alive()


def test_work_that_does_not_stop_is_left_alone() -> None:
    let_go = Event()
    begun = monotonic()
    with beside(lambda _: let_go.wait(30), name=NAME, patience_s=0.05):
        pass
    assert monotonic() - begun < 5 and is_alive()
    let_go.set()
