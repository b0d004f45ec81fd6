"""The rules of the embedded store: a valid GeoPackage that other programs open and edit."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shapely.geometry import LineString, MultiPolygon, Point, box

from layers.errors import StoreDamaged
from layers.model import Feature
from layers.query import Query
from layers.schema import LayerSchema
from layers.store import Store, driver, open_store
from layers.store.types import blob_of
from tests.conftest import missing

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "town.gpkg"


@pytest.fixture
def filled(path: Path) -> Store:
    store = open_store(f"gpkg://{path}")
    with store.writing() as session:
        session.layers.add(LayerSchema("河道", "河道", "MULTILINESTRING", own=True))
        points = [Feature(code=f"P{i}", geometry=Point(118 + i / 1000, 36)) for i in range(100)]
        session.features.insert_many("problems", points, now=NOW)
        session.features.insert("problems", Feature(code="L", geometry=LineString([(118, 36), (118.1, 36.1)])), now=NOW)
        session.features.insert("problems", Feature(code="none", geometry=None), now=NOW)
        areas = MultiPolygon([box(118, 36, 118.2, 36.2)])
        session.features.insert("areas", Feature(code="A", geometry=areas), now=NOW)
    return store


def gdal(program: str, *arguments: str) -> str:
    """Another program, in its own process, on the live file."""
    if shutil.which(program) is None:
        missing(program)
    result = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def foreign_sql(path: Path, statement: str) -> None:
    """An edit made by GDAL, as QGIS makes it."""
    gdal("ogrinfo", "-q", str(path), "-sql", statement)


def test_gdals_validator_finds_nothing(filled: Store, path: Path) -> None:
    validator = [sys.executable, "-m", "osgeo_utils.samples.validate_gpkg", str(path)]
    result = subprocess.run(validator, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.strip(), result.stderr.strip()) == (0, "", "")


def test_ogrinfo_lists_the_layers_with_their_geometry(filled: Store, path: Path) -> None:
    listing = gdal("ogrinfo", "-ro", str(path))
    assert "areas (Multi Polygon)" in listing
    assert "河道 (Multi Line String)" in listing
    assert "stations (Point)" in listing
    assert "Feature Count: 102" in gdal("ogrinfo", "-ro", "-so", str(path), "problems")


def test_the_index_follows_every_kind_of_change(filled: Store) -> None:
    with filled.writing() as session:
        features = session.features
        moved = features.by_code("problems", "P1")
        features.update("problems", moved.id, {"geom": Point(10, 10)}, now=NOW)
        emptied = features.by_code("problems", "P2")
        features.update("problems", emptied.id, {"geom": None}, now=NOW)
        hollow = features.by_code("problems", "P3")
        features.update("problems", hollow.id, {"geom": Point()}, now=NOW)
        late = features.by_code("problems", "none")
        features.update("problems", late.id, {"geom": Point(20, 20)}, now=NOW)
        features.delete("problems", features.by_code("problems", "P4").id)
    with filled.reading() as session:
        found = lambda *box: [f.code for f in session.features.read("problems", Query(bbox=box))]  # noqa: E731
        assert found(9, 9, 11, 11) == ["P1"]
        assert found(19, 19, 21, 21) == ["none"]
        assert found(118.0005, 35.9, 118.0045, 36.002) == ["L"]
    assert filled.check() == []


def test_an_edit_by_another_program_is_seen_and_indexed(filled: Store, path: Path) -> None:
    before = filled.changes_since(0).sequence
    stamp = filled.change_stamp()
    foreign_sql(path, f"UPDATE problems SET geom = X'{blob_of(Point(50, 50)).hex()}' WHERE code = 'P7'")
    assert filled.change_stamp() != stamp
    assert filled.changes_since(before).ids == {"problems": [8]}
    with filled.reading() as session:
        assert [f.code for f in session.features.read("problems", Query(bbox=(49, 49, 51, 51)))] == ["P7"]


def test_the_file_stays_in_write_ahead_mode_after_another_program_closed_it(filled: Store, path: Path) -> None:
    foreign_sql(path, "SELECT count(*) FROM problems")
    with filled.writing() as session:
        session.features.insert("problems", Feature(code="later", geometry=Point(1, 1)), now=NOW)
        mode = session.layers.connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    assert mode == "wal"
    assert path.with_name("town.gpkg-wal").exists()


def test_every_connection_commits_with_a_full_sync(filled: Store) -> None:
    with filled.writing() as session:
        ask = session.layers.connection.exec_driver_sql
        settings = {name: ask(f"PRAGMA {name}").scalar() for name in ("synchronous", "foreign_keys", "cell_size_check")}
    assert settings == {"synchronous": 2, "foreign_keys": 1, "cell_size_check": 1}


def test_the_driver_is_free_of_the_wal_reset_fault() -> None:
    assert driver.is_safe() or sys.platform != "linux" or os.uname().machine != "x86_64"


def test_a_damaged_file_is_refused_with_the_reason(filled: Store, path: Path) -> None:
    filled.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(2, size // 4096, 3):
            file.seek(page * 4096)
            file.write(os.urandom(512))
    with pytest.raises(StoreDamaged, match="damaged"):
        open_store(f"gpkg://{path}")


def test_a_file_that_is_no_store_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(StoreDamaged):
        open_store(f"gpkg://{path}")


def test_killed_in_the_middle_it_leaves_nothing(path: Path) -> None:
    open_store(f"gpkg://{path}").close()
    program = f"""
import os
from datetime import datetime, UTC
from shapely.geometry import Point
from layers.model import Feature
from layers.store import open_store
store = open_store("gpkg://{path}")
with store.writing() as session:
    session.features.insert_many("problems", [Feature(code=str(i), geometry=Point(1, 1)) for i in range(5000)],
                                 now=datetime.now(UTC))
    os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, cwd=Path.cwd())
    assert killed.returncode == -9, killed.stderr
    store = open_store(f"gpkg://{path}")
    with store.reading() as session:
        assert session.features.count("problems") == 0
    assert store.check() == []
    store.close()


def test_a_committed_write_survives_a_kill(path: Path) -> None:
    program = f"""
import os
from datetime import datetime, UTC
from shapely.geometry import Point
from layers.model import Feature
from layers.store import open_store
store = open_store("gpkg://{path}")
with store.writing() as session:
    session.features.insert("problems", Feature(code="kept", geometry=Point(1, 1)), now=datetime.now(UTC))
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, cwd=Path.cwd())
    store = open_store(f"gpkg://{path}")
    with store.reading() as session:
        assert session.features.by_code("problems", "kept").version == 1
    store.close()


def test_values_travel_to_gdal_as_their_standard_kinds(filled: Store, path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.geojson"
    gdal("ogr2ogr", str(out), str(path), "areas")
    (area,) = json.loads(out.read_text())["features"]
    assert area["properties"]["updated_at"].startswith("2026-11-23T08:00:00")
    assert area["geometry"]["type"] == "MultiPolygon"
