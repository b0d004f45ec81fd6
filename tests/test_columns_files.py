"""Side files: a restart reads no row, all who share one see what the store holds, and a wrong one is never believed."""

import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely

from layers import backups
from layers.columns import ColumnCache
from layers.columns.cache import NEAR, UNSAVED_ROWS
from layers.columns.files import ColumnFiles
from layers.model import Feature
from layers.photos.files import PhotoFiles
from layers.schema import Field, LayerSchema
from layers.store import Store, open_store
from tests.columns_support import ZOO, MemoryFeed, content, states

FIELDS = {"problems": ("state", "code"), "parcels": ("state",)}
DEPTH = Field("depth", "integer", "Depth")
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.fixture
def feed() -> MemoryFeed:
    rows = {key: (shapely.Point(118, 36 + key / 100), "open") for key in range(1, 6)}
    zoo = {number: (geometry, "bare") for number, geometry in enumerate(ZOO.values(), 1)}
    return MemoryFeed({"problems": rows, "parcels": zoo})


@pytest.fixture
def start(feed: MemoryFeed, tmp_path: Path) -> Callable[[], ColumnCache]:
    """A process that begins: it has the feed and the folder, and nothing in memory."""
    return lambda: ColumnCache(feed, FIELDS, ColumnFiles(tmp_path / "columns", feed))


@pytest.fixture
def saved(feed: MemoryFeed, start: Callable[[], ColumnCache], tmp_path: Path) -> Path:
    """The side file of the problems; nothing has been read since it was written."""
    cache = start()
    cache.get("problems")
    cache.keep()
    feed.reads.clear()
    return next((tmp_path / "columns").glob("*.columns"))


@pytest.mark.parametrize("layer", FIELDS)
def test_a_restart_reads_no_row_and_has_all_of_them(feed, start, layer):
    before = start()
    before.get(layer)
    before.keep()
    feed.reads.clear()
    after = start().get(layer)
    assert feed.reads == []
    assert (content(after), after.version) == (content(before.get(layer)), before.get(layer).version)


def test_what_changed_meanwhile_is_all_that_is_read(feed, start, saved):
    feed.put("problems", 3, shapely.Point(118, 36), "closed")
    feed.remove("problems", 5)
    assert states(start().get("problems")) == {1: "open", 2: "open", 3: "closed", 4: "open"}
    assert feed.reads == [("problems", (3, 5))]


@pytest.mark.parametrize(
    "harm", ["cut short", "one byte less", "empty", "a byte of the head", "a byte of the arrays", "longer", "foreign"]
)
def test_a_damaged_file_is_not_believed(feed, start, saved, harm):
    octets = bytearray(saved.read_bytes())
    places = {"a byte of the head": 100, "a byte of the arrays": len(octets) - 70}
    if harm in places:
        octets[places[harm]] ^= 1
    said = {
        "cut short": octets[: len(octets) // 2], "one byte less": octets[:-1], "empty": b"",
        "longer": octets + bytes(64), "foreign": os.urandom(len(octets)),
    }  # fmt: skip
    saved.unlink()  # what is mapped must not change under those who read it
    saved.write_bytes(said.get(harm, octets))
    assert len(states(start().get("problems"))) == 5
    assert feed.reads == [("problems", None)]


def test_a_file_that_the_store_does_not_know_is_not_believed(feed, start, saved):
    feed.marks["problems"] = "another"
    start().get("problems")
    assert feed.reads == [("problems", None)]


def test_a_file_with_other_fields_is_not_believed(feed, saved, tmp_path):
    cache = ColumnCache(feed, {"problems": ("state",)}, ColumnFiles(tmp_path / "columns", feed))
    assert cache.get("problems").field_names == ("state",)


def test_a_file_is_written_anew_when_much_has_changed(feed, start):
    cache = start()
    for key in range(10, 10 + 20 * NEAR):
        feed.put("problems", key, shapely.Point(118, 36), "open")
    cache.get("problems")
    cache.keep()
    for turn in range(UNSAVED_ROWS // NEAR):
        for key in range(10, 10 + NEAR):
            feed.put("problems", key, shapely.Point(118, 36), f"state {turn}")
        cache.get("problems")
    cache.keep()
    feed.reads.clear()
    assert states(start().get("problems"))[10] == f"state {UNSAVED_ROWS // NEAR - 1}"
    assert feed.reads == []


def test_a_second_process_shares_the_file_of_the_first(feed, start, tmp_path):
    first, second = start(), start()
    for cache in (first, second):
        cache.get("problems")
    first.keep()
    mark = feed.mark("problems")
    second.keep()
    assert feed.mark("problems") == mark
    assert not second.get("problems").points.x.flags.owndata


def test_who_is_not_at_its_turn_saves_nothing(feed, start, tmp_path):
    cache = start()
    cache.get("problems")
    with ColumnFiles(tmp_path / "columns", feed).turn() as is_ours:
        assert is_ours
        cache.keep()
    assert feed.marks == {}


def test_files_that_nobody_opens_any_more_are_removed(feed, start, saved):
    folder = saved.parent
    for name in ("old.v0.columns", "half.part", "new.part"):
        (folder / name).write_bytes(b"x")
    yesterday = time.time() - 86_400
    os.utime(folder / "half.part", (yesterday, yesterday))
    start().keep()
    assert {path.name for path in folder.iterdir()} == {saved.name, "new.part", "turn.lock"}


# -- with real stores ---------------------------------------------------------------------------


def add(store: Store, *codes: str, state: str = "open") -> None:
    with store.writing() as session:
        for code in codes:
            problem = Feature(code=code, geometry=shapely.Point(118, 36), values={"category": "0102", "state": state})
            session.features.insert("problems", problem, now=NOW)


def known(store: Store, folder: Path, *, keep: bool = False) -> set[object]:
    """The codes that a process which begins now finds."""
    cache = ColumnCache(store, FIELDS, ColumnFiles(folder, store))
    columns = cache.get("problems")
    if keep:
        cache.keep()
    values = columns.dictionaries["code"].values()
    return {values[code] for code in columns.points.codes["code"]}


def test_a_store_is_opened_from_its_file_and_only_what_is_new_is_read(store, tmp_path, monkeypatch):
    add(store, "P1", "P2")
    known(store, tmp_path / "columns", keep=True)
    add(store, "P3")
    read: list[object] = []
    table = store.table
    monkeypatch.setattr(
        store, "table", lambda layer, fields, ids=None: (read.append(ids), table(layer, fields, ids))[1]
    )
    assert known(store, tmp_path / "columns") == {"P1", "P2", "P3"}
    assert [len(ids) for ids in read] == [1]


def test_a_restored_store_does_not_believe_what_was_saved_after_its_backup(store_url, tmp_path):
    store, photos = open_store(store_url), PhotoFiles(tmp_path / "photos")
    add(store, "P1")
    known(store, tmp_path / "columns", keep=True)
    backups.back_up(store, photos, tmp_path / "saved", now=NOW, release="test")
    add(store, *(f"lost {number}" for number in range(2 * NEAR)))
    known(store, tmp_path / "columns", keep=True)
    store.close()
    backups.restore(store_url, photos, tmp_path / "saved", now=NOW, force=True)
    store = open_store(store_url)
    add(store, *(f"new {number}" for number in range(3 * NEAR)))  # its numbers are past those of the file
    assert known(store, tmp_path / "columns") == {"P1", *(f"new {number}" for number in range(3 * NEAR))}
    store.close()


def test_a_copy_of_a_file_put_back_by_hand_does_not_either(tmp_path):
    file = tmp_path / "town.gpkg"
    store = open_store(f"gpkg://{file}")
    add(store, "P1")
    store.close()
    shutil.copy(file, tmp_path / "copy.gpkg")
    store = open_store(f"gpkg://{file}")
    add(store, "lost")
    known(store, tmp_path / "columns", keep=True)
    store.close()
    shutil.move(tmp_path / "copy.gpkg", file)
    store = open_store(f"gpkg://{file}")
    add(store, "new")
    assert known(store, tmp_path / "columns") == {"P1", "new"}
    store.close()


def test_two_stores_with_one_folder_never_see_each_other(tmp_path):
    stores = [open_store(f"gpkg://{tmp_path}/{name}.gpkg") for name in "ab"]
    for store, code in zip(stores, "AB", strict=True):
        add(store, code)
    for _ in range(2):
        assert [known(store, tmp_path / "columns", keep=True) for store in stores] == [{"A"}, {"B"}]
    for store in stores:
        store.close()


def test_a_demo_town_that_begins_anew_is_not_what_was_saved(store, tmp_path):
    add(store, "gone")
    known(store, tmp_path / "columns", keep=True)
    with store.writing() as session:  # as `demo --reset` does
        session.features.clear("problems")
        session.town.clear_records()
    add(store, "new")
    assert known(store, tmp_path / "columns") == {"new"}


def test_a_layer_that_is_dropped_takes_its_rows_along(store, tmp_path):
    schema = LayerSchema(
        name="wells", title="Wells", shape="POINT", fields=(Field("depth", "integer", "Depth"),), own=True
    )
    cache = ColumnCache(store, {"wells": ("code",)}, ColumnFiles(tmp_path / "columns", store))
    for codes in (("W1", "W2"), ("W3",)):
        with store.writing() as session:
            session.layers.add(schema)
            for code in codes:
                session.features.insert("wells", Feature(code=code, geometry=shapely.Point(1, 1), values={}), now=NOW)
        columns = cache.get("wells")
        cache.keep()
        values = columns.dictionaries["code"].values()
        assert {values[code] for code in columns.points.codes["code"]} == set(codes)
        with store.writing() as session:
            session.layers.drop("wells")
