"""Everything in one file: saved while people work, proved, and brought back whole or not at all."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from shapely.geometry import Point
from sqlalchemy import text

from layers import backups, photo_keeping, photo_sweep, soundness
from layers.backup_file import Manifest
from layers.errors import BadFile, BadInput, Conflict, StoreDamaged, StoreInUse
from layers.photo_keeping import NewPhoto
from layers.photos.files import PhotoFiles
from layers.problems import Draft, report
from layers.query import Query
from layers.store import Store, open_store
from layers.town import furnish
from tests.conftest import Service, run
from tests.pictures import jpeg, scene
from tests.replays import all_differences
from tests.writers import Case, Writer

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.fixture
def saved(store: Store, files: PhotoFiles, tmp_path: Path) -> Path:
    """A backup of two problems and two photos; the store stays open."""
    furnish(store)
    for seed in (1, 2):
        problem = report(store, Draft(geometry=Point(114.03, 22.53), category="0102"), now=NOW)
        photo = NewPhoto(data=jpeg(scene(seed, (200, 100))), role="before")
        photo_keeping.add(store, files, problem.id, photo, now=NOW)
    save(store, files, tmp_path / "saved.zip")
    return tmp_path / "saved.zip"


def save(store: Store, files: PhotoFiles, path: Path) -> Manifest:
    return backups.back_up(store, files, path, now=NOW, release="test")


@pytest.fixture
def elsewhere(store_url: str, tmp_path: Path) -> Iterator[str]:
    """An address of the same kind where there is nothing yet."""
    if store_url.startswith("gpkg"):
        yield f"gpkg://{tmp_path}/elsewhere/town.gpkg"
        return
    name = f"b{uuid4().hex[:16]}"
    yield f"{store_url.rsplit('/', 1)[0]}/{name}"
    drop(store_url, name)


def drop(url: str, prefix: str) -> None:
    """Remove the databases that a test has made."""
    with psycopg.connect(f"{url.rsplit('/', 1)[0]}/postgres", autocommit=True) as connection:
        for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{prefix}%",)):
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def databases(url: str) -> set[str]:
    """The database itself, and what was made beside it."""
    server, name = url.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{name}%",))
        return {name for (name,) in found}


def codes(url: str) -> list[str]:
    store = open_store(url)
    try:
        with store.reading() as session:
            return [row.code for row in session.features.read("problems", Query())]
    finally:
        store.close()


def test_what_was_saved_comes_back_as_it_was(saved: Path, elsewhere: str, store: Store, tmp_path: Path) -> None:
    there = PhotoFiles(tmp_path / "there" / "photos")
    made = backups.restore(elsewhere, there, saved, now=NOW)
    assert made.kept == ""
    assert made.manifest.counts["problems"] == made.manifest.counts["photos"] == 2
    again = open_store(elsewhere)
    with again.reading() as session, store.reading() as before:
        assert session.features.read("problems", Query()) == before.features.read("problems", Query())
        assert session.history.events_of((1, 2)) == before.history.events_of((1, 2))
        for key in session.photos.keys()[0]:
            assert there.read(key) == PhotoFiles(tmp_path / "photos").read(key)
    assert (again.check(), soundness.faults(again, there, deep=True)) == ([], [])
    report(again, Draft(geometry=Point(114.03, 22.53), category="0102"), now=NOW)  # keys go on
    assert again.change_stamp()
    again.close()


def test_saving_and_bringing_back_are_in_the_audit(saved: Path, elsewhere: str, store: Store, tmp_path: Path) -> None:
    backups.restore(elsewhere, PhotoFiles(tmp_path / "there" / "photos"), saved, now=NOW)
    again = open_store(elsewhere)
    for town, act in ((store, "backup"), (again, "restore")):
        with town.reading() as session:
            assert [(one.act, one.account, one.object) for one in session.audit.read()] == [(act, "", "saved.zip")]
    again.close()


def test_nothing_is_left_beside(saved: Path, elsewhere: str, tmp_path: Path) -> None:
    backups.restore(elsewhere, PhotoFiles(tmp_path / "there" / "photos"), saved, now=NOW)
    left = {path.name for path in tmp_path.rglob(".*")} | {path.name for path in (tmp_path / "there").iterdir()}
    assert left == {"photos"}
    if elsewhere.startswith("postgresql"):
        assert databases(elsewhere) == {elsewhere.rsplit("/", 1)[1]}


def test_data_are_replaced_by_force_only_and_kept_beside(
    saved: Path, elsewhere: str, files: PhotoFiles, tmp_path: Path
) -> None:
    backups.restore(elsewhere, files, saved, now=NOW)
    there = open_store(elsewhere)
    later = report(there, Draft(geometry=Point(114.03, 22.53), category="0102"), now=NOW)
    there.close()
    with pytest.raises(Conflict):
        backups.restore(elsewhere, files, saved, now=NOW)
    assert later.code in codes(elsewhere)
    made = backups.restore(elsewhere, files, saved, now=NOW, force=True)
    assert later.code not in codes(elsewhere)
    assert later.code in codes(f"{elsewhere.rsplit('/', 1)[0]}/{made.kept}")


def test_an_empty_store_needs_no_force(saved: Path, elsewhere: str, files: PhotoFiles) -> None:
    if elsewhere.startswith("postgresql"):
        server, name = elsewhere.rsplit("/", 1)
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    empty = open_store(elsewhere)
    furnish(empty)
    empty.close()
    backups.restore(elsewhere, files, saved, now=NOW)
    assert len(codes(elsewhere)) == 2


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Another archive with other content, and with sums of the zip format that fit it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    other = path.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return other


def _without_a_photo(parts: dict[str, bytes]) -> None:
    del parts[next(name for name in parts if name.startswith("photos/"))]


def _another_photo(parts: dict[str, bytes]) -> None:
    parts[next(name for name in parts if name.startswith("photos/"))] = b"another"


def _another_store(parts: dict[str, bytes]) -> None:
    name = next(name for name in parts if name.startswith("store."))
    parts[name] = parts[name][:-1] + b"!"


def _other_counts(parts: dict[str, bytes]) -> None:
    said = json.loads(parts["manifest.json"])
    said["counts"]["problems"] += 1
    parts["manifest.json"] = json.dumps(said).encode()


def _no_manifest(parts: dict[str, bytes]) -> None:
    del parts["manifest.json"]


def _a_newer_format(parts: dict[str, bytes]) -> None:
    said = json.loads(parts["manifest.json"])
    parts["manifest.json"] = json.dumps({**said, "format": 2}).encode()


def _a_store_elsewhere(parts: dict[str, bytes]) -> None:
    said = json.loads(parts["manifest.json"])
    parts["../town.gpkg"] = parts[said["store"]["name"]]
    said["store"]["name"] = "../town.gpkg"
    parts["manifest.json"] = json.dumps(said).encode()


@pytest.mark.parametrize(
    "change",
    [
        _without_a_photo, _another_photo, _another_store, _other_counts, _no_manifest, _a_newer_format,
        _a_store_elsewhere,
    ],
)  # fmt: skip
@pytest.mark.parametrize("store_url", ["geopackage"], indirect=True)
def test_what_is_not_whole_is_refused_and_nothing_is_touched(
    change: Callable[[dict[str, bytes]], None], saved: Path, elsewhere: str, tmp_path: Path
) -> None:
    other = changed(saved, change)
    with pytest.raises(BadFile):
        backups.restore(elsewhere, PhotoFiles(tmp_path / "there" / "photos"), other, now=NOW)
    assert [path for path in (tmp_path / "there").rglob("*") if path.is_file()] == []
    assert list((tmp_path / "elsewhere").glob("*")) == []


@pytest.mark.parametrize("store_url", ["geopackage"], indirect=True)
def test_a_file_that_was_cut_off_or_hit_is_refused(saved: Path, elsewhere: str, files: PhotoFiles) -> None:
    whole = saved.read_bytes()
    middle = len(whole) // 2
    for broken in (whole[:middle], whole[:middle] + bytes(64) + whole[middle + 64 :], b"no zip"):
        saved.write_bytes(broken)
        with pytest.raises(BadFile):
            backups.restore(elsewhere, files, saved, now=NOW)
    assert list(Path(elsewhere.removeprefix("gpkg://")).parent.glob("*")) == []


@pytest.mark.parametrize("store_url", ["geopackage"], indirect=True)
def test_a_backup_of_another_kind_of_store_is_refused(saved: Path, postgis_url: str, files: PhotoFiles) -> None:
    with pytest.raises(BadFile):
        backups.restore(postgis_url, files, saved, now=NOW)


def test_a_file_that_is_there_is_never_overwritten(saved: Path, store: Store, files: PhotoFiles) -> None:
    before = saved.read_bytes()
    with pytest.raises(BadInput):
        save(store, files, saved)
    assert saved.read_bytes() == before


def test_a_store_in_use_is_not_replaced(saved: Path, store_url: str, files: PhotoFiles, tmp_path: Path) -> None:
    """The fixture has it open in this process, whose locks on a file are its own: another process asks."""
    result = run(tmp_path, store_url, "restore", str(saved), "--force", check=False)
    assert result.returncode == 1
    assert "正在使用" in result.stderr
    assert len(codes(store_url)) == 2


@pytest.mark.parametrize("store_url", ["geopackage"], indirect=True)
def test_what_is_damaged_is_not_saved(saved: Path, store: Store, files: PhotoFiles, tmp_path: Path) -> None:
    """A good backup is not followed by a bad one: an index that lost its rows is damage too."""
    with store.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("DELETE FROM rtree_problems_geom"))
    assert store.check() == ["problems: 2 rows are not where the index says"]
    with pytest.raises(StoreDamaged):
        save(store, files, tmp_path / "second.zip")
    assert not (tmp_path / "second.zip").exists()


def test_a_photo_that_is_missing_or_removed_meanwhile_is_told(
    saved: Path, store: Store, files: PhotoFiles, elsewhere: str, tmp_path: Path
) -> None:
    with store.reading() as session:
        lost, _ = sorted(session.photos.keys()[0])
    files.remove(lost)
    made = save(store, files, tmp_path / "second.zip")
    assert (made.absent, backups.photos_lost(store, made)) == ((lost,), 1)
    there = PhotoFiles(tmp_path / "there" / "photos")
    backups.restore(elsewhere, there, tmp_path / "second.zip", now=NOW)
    again = open_store(elsewhere)
    assert photo_sweep.compare(again, there).missing == {lost}
    again.close()


def test_rows_that_are_not_their_history_are_found(saved: Path, store: Store, files: PhotoFiles) -> None:
    assert soundness.faults(store, files, deep=True) == []
    with store.writing() as session:
        session.features.update("problems", 1, {"severity": 3}, now=NOW)
    (said,) = soundness.faults(store, files, deep=True)
    assert said.values["fields"] == "severity"


@pytest.mark.parametrize("store_url", ["postgis"], indirect=True)
def test_a_server_that_may_lose_a_commit_is_named(store: Store) -> None:
    """The suite's own server is one of those; what a session can ask for itself, ours asks for."""
    with store.engine.connect() as connection, connection.begin():
        connection.execute(text(f"ALTER DATABASE {store.engine.url.database} SET synchronous_commit = off"))
    store.engine.dispose()
    assert store.weak_settings() == {"fsync": "off"}


def test_saved_under_load_it_is_whole(service: Service, tmp_path: Path) -> None:
    """Whatever was answered before it began is in it; what comes meanwhile is in it whole, or not at all."""
    writers = [Writer(service.url) for _ in range(3)]
    while sum(len(writer.cases) for writer in writers) < 12:
        httpx.get(f"{service.url}/healthz")
    acknowledged = [case for writer in writers for case in list(writer.cases) if len(case.told) == 4]
    service.run("backup", str(tmp_path / "saved.zip"))
    every = [case for writer in writers for case in writer.end()]
    url = service.environment["GEO_SERVICE_STORE"]
    there = f"gpkg://{tmp_path}/there/town.gpkg" if url.startswith("gpkg") else f"{url}_there"
    try:
        run(tmp_path / "there", there, "restore", str(tmp_path / "saved.zip"))
        assert_whole(there, PhotoFiles(tmp_path / "there" / "photos"), acknowledged, every)
    finally:
        if url.startswith("postgresql"):
            drop(url, f"{url.rsplit('/', 1)[1]}_")


def assert_whole(url: str, files: PhotoFiles, acknowledged: list[Case], every: list[Case]) -> None:
    assert len(every) > len(acknowledged) > 0
    store = open_store(url)
    with store.reading() as session:
        rows = {row.values["description"]: row for row in session.features.read("problems", Query())}
        for case in acknowledged:
            assert [event.kind for event in session.history.events(rows[case.key].id)].count("photo") == 1
    assert (store.check(), soundness.faults(store, files)) == ([], [])
    assert all_differences(store, *(rows[case.key].id for case in every if case.key in rows)) == []
    store.close()
    if url.startswith("gpkg"):
        validator = [sys.executable, "-m", "osgeo_utils.samples.validate_gpkg", url.removeprefix("gpkg://")]
        result = subprocess.run(validator, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stdout.strip(), result.stderr.strip()) == (0, "", "")


@pytest.mark.parametrize("store_url", ["geopackage"], indirect=True)
def test_a_copy_of_the_file_without_its_log_is_no_backup(saved: Path, store: Store, tmp_path: Path) -> None:
    """Why there is a command for it."""
    shutil.copy(tmp_path / "town.gpkg", tmp_path / "copied.gpkg")
    assert len(codes(f"gpkg://{tmp_path}/copied.gpkg")) < 2


def test_the_place_is_asked_before_anything_is_unpacked(saved: Path, store_url: str, files: PhotoFiles) -> None:
    if store_url.startswith("postgresql"):
        with pytest.raises(StoreInUse):
            backups.restore(store_url, files, saved, now=NOW, force=True)
