"""The cache hands out what the store holds now, reads no more than it must, and bears many threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
import shapely

from layers.columns import ColumnCache, LayerColumns
from layers.columns.cache import DELTA_ROWS
from layers.errors import NotFound
from tests.columns_support import MemoryFeed, states

FIELDS = {"problems": ("state",), "parcels": ("state",)}


@pytest.fixture
def feed() -> MemoryFeed:
    rows = {key: (shapely.Point(118, 36 + key / 100), "open") for key in range(1, 6)}
    return MemoryFeed({"problems": rows, "parcels": {1: (shapely.box(118, 36, 118.1, 36.1), "bare")}})


@pytest.fixture
def cache(feed: MemoryFeed) -> ColumnCache:
    return ColumnCache(feed, FIELDS)


def test_a_layer_is_read_when_it_is_first_asked_for(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    assert feed.reads == [("problems", None)]


def test_an_unchanged_layer_is_not_read_again(feed: MemoryFeed, cache: ColumnCache) -> None:
    assert cache.get("problems") is cache.get("problems")


def test_a_new_row_is_there_at_once(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    feed.put("problems", 9, shapely.Point(118, 36), "filed")
    assert states(cache.get("problems"))[9] == "filed"


def test_a_changed_row_is_changed_at_once(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    feed.put("problems", 3, shapely.Point(118, 36), "closed")
    assert states(cache.get("problems"))[3] == "closed"


def test_a_deleted_row_is_gone_at_once(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    feed.remove("problems", 3)
    assert 3 not in states(cache.get("problems"))


def test_only_the_changed_rows_are_read(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    feed.put("problems", 3, None, "closed")
    cache.get("problems")
    assert feed.reads[1:] == [("problems", (3,))]


def test_a_change_elsewhere_leaves_the_layer_as_it_is(feed: MemoryFeed, cache: ColumnCache) -> None:
    before = cache.get("problems")
    feed.put("parcels", 1, None, "treated")
    assert cache.get("problems") is before


def test_a_change_elsewhere_is_not_asked_about_twice(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    feed.put("parcels", 1, None, "treated")
    cache.get("problems")
    feed.changes_since = None  # type: ignore[assignment,method-assign]
    cache.get("problems")


def test_a_layer_that_is_better_read_anew_is(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    feed.rows["problems"][7] = (shapely.Point(118, 36), "filed")
    feed.log.append(("problems", None))
    assert states(cache.get("problems"))[7] == "filed"


def test_many_changes_are_read_as_a_whole(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    for key in range(DELTA_ROWS):
        feed.put("problems", key, shapely.Point(118, 36), "filed")
    cache.get("problems")
    assert feed.reads[-1] == ("problems", None)


def test_a_layer_that_changes_on_and_on_is_built_anew_at_times(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    for turn in range(12 * DELTA_ROWS // 50):
        for key in range(50):
            feed.put("problems", key, shapely.Point(118, 36), f"state {turn}")
        cache.get("problems")
    assert len(cache.get("problems").dictionaries["state"]) < 12 * DELTA_ROWS // 50


def test_a_row_written_while_reading_is_not_missed(feed: MemoryFeed, cache: ColumnCache) -> None:
    cache.get("problems")
    feed.put("problems", 3, None, "closed")

    def meanwhile() -> None:
        feed.before_reading = lambda: None
        feed.put("problems", 4, shapely.Point(118, 36), "fixed")

    feed.before_reading = meanwhile
    cache.get("problems")
    assert states(cache.get("problems"))[4] == "fixed"


def test_a_store_put_back_to_an_earlier_state_is_read_anew(feed: MemoryFeed, cache: ColumnCache) -> None:
    for key in range(20, 30):
        feed.put("problems", key, shapely.Point(118, 36), "open")
    cache.get("problems")
    del feed.log[2:]
    feed.rows["problems"] = {1: (shapely.Point(118, 36), "restored")}
    assert states(cache.get("problems")) == {1: "restored"}


def test_other_fields_are_read_at_once(feed: MemoryFeed) -> None:
    fields = {"problems": ("state",)}
    cache = ColumnCache(feed, fields)
    cache.get("problems")
    fields["problems"] = ("state", "category")
    assert cache.get("problems").field_names == ("state", "category")


def test_a_layer_without_fields_is_unknown(cache: ColumnCache) -> None:
    with pytest.raises(NotFound, match="no_such_layer"):
        cache.get("no_such_layer")


def test_threads_that_come_together_build_once(feed: MemoryFeed, cache: ColumnCache) -> None:
    together = Barrier(8)

    def ask(_: int) -> LayerColumns:
        together.wait()
        return cache.get("problems")

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(ask, range(8)))
    assert (len(set(map(id, got))), len(feed.reads)) == (1, 1)


def test_a_slow_layer_does_not_hold_up_another(feed: MemoryFeed, cache: ColumnCache) -> None:
    started, go_on = Event(), Event()
    cache.get("parcels")

    def wait() -> None:
        started.set()
        assert go_on.wait(10)

    feed.before_reading = wait
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(cache.get, "problems")
        started.wait(10)
        assert len(cache.get("parcels").polygons) == 1
        go_on.set()
        assert len(slow.result().points) == 5


def test_every_reader_sees_what_was_written_before_it_asked(feed: MemoryFeed, cache: ColumnCache) -> None:
    def ask(_: int) -> bool:
        written = {key: state for key, (_, state) in feed.rows["problems"].copy().items() if key >= 100}
        seen = states(cache.get("problems"))
        return all(key in seen for key in written)

    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(ask, range(400))
        for key in range(100, 160):
            feed.log.append(("problems", key))  # a reader that sees the row must find it in the log
            feed.rows["problems"][key] = (shapely.Point(118, 36), "filed")
            feed.log.append(("problems", key))
        assert all(answers)
