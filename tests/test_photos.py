"""Photos of problems, in both stores: kept safely, redacted, removed, swept."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from shapely.geometry import Point

from layers import photo_keeping, photo_sweep, problems
from layers.errors import BadInput, Conflict, Denied, Gone, NotFound, StoreFull, UnknownFormat
from layers.moves import MoveWish, move
from layers.photos import files as files_module
from layers.photos.files import PhotoFiles
from layers.rules.replay import replay
from layers.store import Store
from tests.photo_cases import FOUND_AT, HERE, NOW, added, events, kinds, live, on_disk, reported, taken, with_people
from tests.pictures import jpeg


@pytest.fixture
def town(store: Store) -> Store:
    return with_people(store)


# -- adding --------------------------------------------------------------------------------------
def test_a_photo_is_kept_with_what_it_says_and_counted(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town)
    made = added(town, files, id_, taken(), by="G", note="gate")
    (kept,) = live(town, id_)
    assert kept == made
    assert (kept.role, kept.by, kept.note, kept.place_source) == ("before", "G", "gate", "exif")
    assert (kept.lon, kept.lat) == pytest.approx(HERE)
    assert kept.taken_at == datetime(2021, 11, 22, 1, 0, tzinfo=UTC)
    assert kept.warnings == ()
    assert files.read(kept.key)[:3] == b"\xff\xd8\xff"
    with town.reading() as session:
        problem = session.features.get("problems", id_)
        history = session.history.events(id_)
    assert (problem.values["photo_count"], problem.version) == (1, 1)
    assert history[-1].kind == "photo"
    assert history[-1].payload["photo"] == made.id
    assert replay(history).values["photo_count"] == 1


def test_the_device_is_asked_where_the_photo_is_silent(town: Store, files: PhotoFiles) -> None:
    made = added(town, files, reported(town), jpeg(), place=HERE, taken_at=NOW)
    assert (made.lon, made.lat, made.taken_at, made.place_source) == (*HERE, NOW, "device")
    assert made.warnings == ()


def test_what_the_photo_says_goes_before_the_device(town: Store, files: PhotoFiles) -> None:
    made = added(town, files, reported(town), taken(), place=(1.0, 2.0), taken_at=NOW)
    assert made.place_source == "exif"
    assert (made.lon, made.lat) == pytest.approx(HERE)


def test_a_repeated_request_adds_one_photo(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town)
    first, second = (added(town, files, id_, taken(), request_key="k1") for _ in range(2))
    assert first.id == second.id
    assert len(live(town, id_)) == 1
    assert len(events(town, id_)) == 1


def test_the_same_request_twice_at_once_adds_one_photo(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: added(town, files, id_, taken(), request_key="k1"), range(2)))
    assert len({photo.id for photo in made}) == len(live(town, id_)) == 1


def test_a_request_repeated_after_a_redaction_gives_the_redacted_photo(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town)
    first = added(town, files, id_, taken(), request_key="k1")
    new = photo_keeping.redact(town, files, first.id, [(0.1, 0.1, 0.2, 0.2)], now=NOW)
    assert added(town, files, id_, taken(), request_key="k1").key == new.key


def test_a_key_of_another_request_is_refused(town: Store, files: PhotoFiles) -> None:
    draft = problems.Draft(geometry=Point(*HERE), category="0102", found_at=FOUND_AT)
    id_ = problems.report(town, draft, now=NOW, key="k1").id
    with pytest.raises(Conflict):
        added(town, files, id_, taken(), request_key="k1")


@pytest.mark.parametrize(("said", "field"), [({"role": "selfie"}, "role"), ({"by": "nobody"}, "by")])
def test_a_bad_photo_leaves_neither_row_nor_file(
    town: Store, files: PhotoFiles, said: dict[str, str], field: str
) -> None:
    id_ = reported(town)
    with pytest.raises(BadInput) as refused:
        added(town, files, id_, taken(), **said)
    assert refused.value.field == field
    assert (live(town, id_), on_disk(files)) == ([], [])


def test_a_photo_needs_a_problem_and_must_be_one(town: Store, files: PhotoFiles) -> None:
    with pytest.raises(NotFound):
        added(town, files, 999, taken())
    with pytest.raises(UnknownFormat):
        added(town, files, reported(town), b"<svg/>")
    assert on_disk(files) == []


def test_a_full_disk_keeps_the_row_out(town: Store, files: PhotoFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is: file, flush, rename, flush of the folder, row. Where a flush fails, there is no row."""
    id_ = reported(town)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files_module.os, "fsync", full)
    with pytest.raises(StoreFull):
        added(town, files, id_, taken())
    monkeypatch.undo()
    assert (live(town, id_), on_disk(files)) == ([], [])
    assert added(town, files, id_, taken()).id


def test_the_files_are_flushed_before_the_row_is_written(
    town: Store, files: PhotoFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = reported(town)
    order: list[str] = []
    flush, keep = os.fsync, type(town).writing

    def noted(handle: int) -> None:
        order.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        flush(handle)

    monkeypatch.setattr(files_module.os, "fsync", noted)
    monkeypatch.setattr(type(town), "writing", lambda self: (order.append("row"), keep(self))[1])
    added(town, files, id_, taken())
    assert order[-4:] == ["file", "file", "folder", "row"]


def test_the_roles_present_are_those_of_photos_that_can_be_seen(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town)
    added(town, files, id_, taken(seed=1), "before")
    after = added(town, files, id_, taken(seed=2), "after")
    photo_keeping.redact(town, files, after.id, [(0.1, 0.1, 0.2, 0.2)], now=NOW)
    with town.reading() as session:
        assert photo_keeping.roles_present(session, id_) == {"before", "after"}
    photo_keeping.remove(town, files, live(town, id_)[0].id, now=NOW, note="blurred")
    with town.reading() as session:
        assert photo_keeping.roles_present(session, id_) == {"after"}


# -- redaction and removal -----------------------------------------------------------------------
def test_a_redacted_photo_takes_the_place_of_the_old_one(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town)
    old = added(town, files, id_, taken(), by="G")
    new = photo_keeping.redact(town, files, old.id, [(0.2, 0.2, 0.3, 0.3)], now=NOW, by="G")
    (kept,) = live(town, id_)
    assert (kept.id, kept.redacted, kept.role, kept.by, kept.taken_at) == (new.id, True, "before", "G", old.taken_at)
    assert kept.key != old.key
    assert sorted(path.name.split(".")[0] for path in on_disk(files)) == [new.key] * 2
    with pytest.raises(Gone):
        photo_keeping.content(town, files, old.key)
    with town.reading() as session:
        before = session.photos.get(old.id)
    assert (before.replaced_by, before.removed_at) == (new.id, NOW)
    assert [payload["act"] for payload in events(town, id_)] == ["added", "redacted"]


def test_a_redacted_photo_is_still_known_when_it_comes_again(town: Store, files: PhotoFiles) -> None:
    one, other = reported(town), reported(town)
    old = added(town, files, one, taken())
    photo_keeping.redact(town, files, old.id, [(0.0, 0.0, 0.9, 0.9)], now=NOW)
    assert kinds(added(town, files, other, taken())) == ["reused"]


def test_a_removed_photo_is_gone_and_its_removal_is_told(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town)
    photo = added(town, files, id_, taken())
    photo_keeping.remove(town, files, photo.id, now=NOW, note="wrong place", by="D")
    assert (live(town, id_), on_disk(files)) == ([], [])
    with town.reading() as session:
        last = session.history.events(id_)[-1]
        assert session.features.get("problems", id_).values["photo_count"] == 0
    assert (last.kind, last.by, last.note, last.payload["act"]) == ("photo", "D", "wrong place", "removed")
    for again in (
        lambda: photo_keeping.remove(town, files, photo.id, now=NOW, note="again"),
        lambda: photo_keeping.redact(town, files, photo.id, [(0, 0, 1, 1)], now=NOW),
        lambda: photo_keeping.content(town, files, photo.key),
    ):
        with pytest.raises(Gone):
            again()


def test_a_photo_is_not_removed_without_a_reason(town: Store, files: PhotoFiles) -> None:
    photo = added(town, files, reported(town), taken())
    with pytest.raises(BadInput) as refused:
        photo_keeping.remove(town, files, photo.id, now=NOW, note=" ")
    assert refused.value.field == "note"


def test_others_photos_are_changed_by_a_dispatcher_and_after_closing_by_a_supervisor(
    town: Store, files: PhotoFiles
) -> None:
    id_ = reported(town)
    photo = added(town, files, id_, taken(), by="G")

    def remove(by: str) -> None:
        photo_keeping.remove(town, files, photo.id, now=NOW, note="x", by=by)

    with pytest.raises(Denied):
        remove("H")
    move(town, id_, MoveWish(to="void", given={"note": "x"}), now=NOW)
    for by in ("G", "D"):
        with pytest.raises(Denied):
            remove(by)
    remove("S")


# -- the sweep -----------------------------------------------------------------------------------
def aged(files: PhotoFiles, key: str, *, days: float) -> None:
    for path in on_disk(files):
        if path.name.startswith(key):
            os.utime(path, (time.time() - days * 86_400,) * 2)


def test_files_that_never_got_a_row_go_after_a_week(town: Store, files: PhotoFiles) -> None:
    kept = added(town, files, reported(town), taken())
    fresh, old = files.put(b"a", b"b"), files.put(b"a", b"b")
    aged(files, old, days=8)
    aged(files, kept.key, days=400)
    assert photo_sweep.sweep(town, files) == 1
    assert files.keys() == {kept.key, fresh}


def test_a_removal_that_was_cut_off_is_finished_at_once(town: Store, files: PhotoFiles) -> None:
    photo = added(town, files, reported(town), taken())
    with town.writing() as session:
        session.photos.close(photo.id, at=NOW)
    assert [str(fault) for fault in photo_sweep.faults(town, files)] == [
        "1 removed photos are still on the disk: the next sweep removes them."
    ]
    assert photo_sweep.sweep(town, files) == 1
    assert on_disk(files) == []


def test_the_photos_of_another_store_are_left_alone(town: Store, files: PhotoFiles) -> None:
    foreign = files.put(b"a", b"b")
    aged(files, foreign, days=400)
    assert photo_sweep.sweep(town, files) == 0
    assert files.keys() == {foreign}


def test_what_no_sweep_takes_is_told(town: Store, files: PhotoFiles) -> None:
    aged(files, files.put(b"a", b"b"), days=9)
    assert ["belong to no photo" in str(fault) for fault in photo_sweep.faults(town, files)] == [True]


def test_a_missing_file_is_a_fault(town: Store, files: PhotoFiles) -> None:
    photo = added(town, files, reported(town), taken())
    assert photo_sweep.faults(town, files) == []
    files.remove(photo.key)
    assert len(photo_sweep.faults(town, files)) == 1
