"""Basemaps: what is taken and refused, versions on both stores, and files that are read, damaged, replaced."""

import gzip
import os
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pmtiles.tile import Compression, TileType

from layers.audit import OPERATOR_HERE
from layers.basemap_files import BasemapFiles
from layers.basemaps import add_basemap, basemap_sheet, put_basemaps, remove_basemap
from layers.errors import AlreadyThere, BadInput, Conflict, FileUnreadable, NotFound
from layers.rules.basemaps import MOST, Basemap, basemap_of, basemaps_of, plain_row
from layers.store import Store
from layers.tile_archive import TileArchive
from tests.archives import town_archive, write_archive

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WMTS = (
    "https://t{s}.maps.example/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}&tk=0a1b"
)


def tiles(**changes: Any) -> dict[str, Any]:
    """A row that is taken, with these changes; None leaves a field out."""
    row = {"key": "streets", "name": "街道图", "kind": "tiles", "addresses": ["https://a.maps.example/{z}/{x}/{y}.png"]}
    return {name: value for name, value in {**row, **changes}.items() if value is not None}


def refused_field(row: object) -> str | None:
    with pytest.raises(BadInput) as refusal:
        basemap_of(row)
    return refusal.value.field


# ---------------------------------------------------------------- rows


@pytest.mark.parametrize(
    ("address", "subdomains", "template", "origins"),
    [
        ("https://a.maps.example/{z}/{x}/{y}.png", [], "https://a.maps.example/{z}/{x}/{y}.png",
         ("https://a.maps.example",)),
        ("http://10.1.2.3:8080/tms/{z}/{x}/{-y}.png", [], "http://10.1.2.3:8080/tms/{z}/{x}/{-y}.png",
         ("http://10.1.2.3:8080",)),
        ("/imagery/{z}/{x}/{y}", [], "/imagery/{z}/{x}/{y}", ()),
        ("https://w0{s}.maps.example/t?x={x}&y={y}&z={z}", ["1", "2"], "https://w0{s}.maps.example/t?x={x}&y={y}&z={z}",
         ("https://w01.maps.example", "https://w02.maps.example")),
        (WMTS, ["0", "7"], WMTS.replace("{TileMatrix}", "{z}").replace("{TileRow}", "{y}").replace("{TileCol}", "{x}"),
         ("https://t0.maps.example", "https://t7.maps.example")),
    ],
)  # fmt: skip
def test_addresses_that_are_taken(address: str, subdomains: list[str], template: str, origins: tuple[str, ...]) -> None:
    made = basemap_of(tiles(addresses=[address], subdomains=subdomains))
    assert (made.templates, made.origins) == ((template,), origins)


@pytest.mark.parametrize(
    "address",
    [
        "//other.example/{z}/{x}/{y}", "https://a b.example/{z}/{x}/{y}", "javascript:alert(1)//{z}/{x}/{y}",
        "data:image/png,{z}{x}{y}", "https://user@maps.example/{z}/{x}/{y}", "https://maps.example/{z}/{x}",
        "https://maps.example/{z}/{x}/{y}/{q}", "https://maps.example/{z}/{x}/{y}/{-y}", "https://*/{z}/{x}/{y}",
        "https://maps.example;script-src/{z}/{x}/{y}", "https://maps.example/{z}/{x}/{y}'onerror='x",
        "https://maps.example/{z}/{x}/{y}\nhttps://b", "/\\maps.example/{z}/{x}/{y}", "https://{x}.example/{z}/{x}/{y}",
        "https://maps.example/{{z}/{x}/{y}", "ftp://maps.example/{z}/{x}/{y}", "https://maps.example{z}{x}{y}", "",
        "https://地图.example/{z}/{x}/{y}", "https://maps.example/{TileMatrix}/{x}", f"/{{z}}/{{x}}/{{y}}/{'a' * 600}",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(address: str) -> None:
    assert refused_field(tiles(addresses=[address])) == "basemap.addresses"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": None}, "key"), ({"key": "Streets"}, "key"), ({"key": "own"}, "key"), ({"key": "a/b"}, "key"),
        ({"key": 7}, "key"), ({"name": None}, "name"), ({"name": " "}, "name"), ({"name": "图" * 61}, "name"),
        ({"kind": "wms"}, "kind"), ({"kind": []}, "kind"), ({"addresses": []}, "addresses"),
        ({"addresses": "https://a.example/{z}/{x}/{y}"}, "addresses"),
        ({"addresses": ["/{z}/{x}/{y}"] * 5}, "addresses"), ({"addresses": [7]}, "addresses"),
        ({"subdomains": ["1"]}, "subdomains"), ({"addresses": ["https://{s}.a.example/{z}/{x}/{y}"]}, "subdomains"),
        ({"subdomains": ["a b"]}, "subdomains"), ({"subdomains": ["evil.example/"]}, "subdomains"),
        ({"file": "a.pmtiles"}, "file"), ({"datum": "bd09"}, "datum"), ({"attribution": "a" * 301}, "attribution"),
        ({"min_zoom": -1}, "min_zoom"), ({"max_zoom": 23}, "max_zoom"), ({"max_zoom": 1.5}, "max_zoom"),
        ({"min_zoom": True}, "min_zoom"), ({"min_zoom": 9, "max_zoom": 8}, "max_zoom"), ({"quiet": 1}, "quiet"),
        ({"dark": "yes"}, "dark"), ({"adress": "x"}, "adress"),
        ({"kind": "file"}, "addresses"), ({"kind": "file", "addresses": None}, "file"),
        *(({"kind": "file", "addresses": None, "file": name}, "file")
          for name in ("../town.pmtiles", "a/b.pmtiles", ".pmtiles", "town.gpkg", "a\\b.pmtiles", "/etc/x.pmtiles", 7)),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(changes: dict[str, Any], field: str) -> None:
    assert refused_field(tiles(**changes)) == f"basemap.{field}"


@pytest.mark.parametrize("row", [None, 7, "x", [], {}])
def test_what_is_no_row_is_refused(row: object) -> None:
    assert str(refused_field(row)).startswith("basemap")


def test_the_row_is_named_too() -> None:
    for rows, field in (
        ([tiles(), tiles(key="b", max_zoom=99)], "basemaps.2.max_zoom"), ([tiles(), tiles()], "basemaps.2.key"),
        ({"a": 1}, "basemaps"), ([tiles(key=f"k{n}") for n in range(MOST + 1)], "basemaps"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as refusal:
            basemaps_of(rows)
        assert refusal.value.field == field


def test_a_row_comes_back_as_it_was_set() -> None:
    row = tiles(addresses=[WMTS], subdomains=["0", "1"], name_en="Streets", attribution="© 示例", datum="gcj02",
                min_zoom=3, max_zoom=17, quiet=False, dark=True, file="")  # fmt: skip
    assert plain_row(basemap_of(row)) == row
    assert basemap_of(row).name_in("en") == "Streets"
    assert basemap_of(tiles()).name_in("en") == "街道图"


# ---------------------------------------------------------------- the town's list, on both stores


@pytest.fixture
def files(tmp_path: Path) -> BasemapFiles:
    folder = tmp_path / "basemaps"
    folder.mkdir()
    town_archive(folder / "town.pmtiles")
    write_archive(folder / "aerial.pmtiles", {(10, 836, 446): b"\x89PNG"})
    return BasemapFiles(folder)


def kept(store: Store) -> tuple[Basemap, ...]:
    with store.reading() as session:
        return basemap_sheet(session).basemaps


def test_what_ships_is_none(store: Store) -> None:
    assert kept(store) == ()


def test_every_version_is_kept_and_an_old_one_changes_nothing(store: Store, files: BasemapFiles) -> None:
    first = put_basemaps(store, [tiles()], files, now=NOW, by=OPERATOR_HERE, expected=0)
    row = {"key": "town", "name": "全镇", "kind": "file", "file": "town.pmtiles"}
    second = put_basemaps(store, [row, tiles()], files, now=NOW, by=OPERATOR_HERE, expected=1)
    assert [first.version, second.version] == [1, 2]
    with pytest.raises(Conflict):
        put_basemaps(store, [], files, now=NOW, by=OPERATOR_HERE, expected=1)
    assert [one.key for one in kept(store)] == ["town", "streets"]
    with store.reading() as session:
        assert [len(one.body) for one in session.rulesets.versions("basemaps")] == [1, 2]
        line = session.audit.read(act="basemaps", limit=1)[0]
    assert line.detail["origins"] == ["https://a.maps.example"]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"file": "gone.pmtiles"}, "file"), ({"file": "broken.pmtiles"}, "file"),
        ({"file": "town.pmtiles", "datum": "gcj02"}, "datum"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_shown_is_not_set(
    store: Store, files: BasemapFiles, row: dict[str, str], field: str
) -> None:
    (files.folder / "broken.pmtiles").write_bytes(b"PMTiles\x03 and nothing else")
    wish = [tiles(), {"key": "town", "name": "全镇", "kind": "file", **row}]
    with pytest.raises(BadInput) as refusal:
        put_basemaps(store, wish, files, now=NOW, by=OPERATOR_HERE)
    assert refusal.value.field == f"basemaps.2.{field}"
    assert kept(store) == ()


def test_pictures_of_a_file_may_be_in_gcj02(store: Store, files: BasemapFiles) -> None:
    row = {"key": "aerial", "name": "航拍", "kind": "file", "file": "aerial.pmtiles", "datum": "gcj02"}
    assert add_basemap(store, row, files, now=NOW, by=OPERATOR_HERE) == kept(store)[0]


def test_one_by_one(store: Store, files: BasemapFiles) -> None:
    add_basemap(store, tiles(), files, now=NOW, by=OPERATOR_HERE)
    add_basemap(store, tiles(key="b"), files, now=NOW, by=OPERATOR_HERE)
    with pytest.raises(AlreadyThere):
        add_basemap(store, tiles(), files, now=NOW, by=OPERATOR_HERE)
    remove_basemap(store, "streets", now=NOW, by=OPERATOR_HERE)
    assert [one.key for one in kept(store)] == ["b"]
    with pytest.raises(NotFound):
        remove_basemap(store, "streets", now=NOW, by=OPERATOR_HERE)


# ---------------------------------------------------------------- files


def many() -> dict[tuple[int, int, int], bytes]:
    """So many tiles that a file needs directories within its directory."""
    chance = random.Random(3)
    spots = chance.sample([(x, y) for x in range(8000, 8400) for y in range(6000, 6400)], 16_000)
    return {(14, x, y): chance.randbytes(chance.randint(1, 60)) for x, y in spots}


MANY = many()


def test_every_tile_is_found_and_no_other(tmp_path: Path) -> None:
    archive = TileArchive(write_archive(tmp_path / "a.pmtiles", MANY))
    assert archive._header["leaf_directory_length"] > 0
    square = [(14, x, y) for x in range(7990, 8410, 3) for y in range(5990, 6410, 2)]
    assert {at: archive.tile(*at) for at in square} == {at: MANY.get(at) for at in square}
    assert archive.tile(13, 4000, 3000) is None


def test_equal_tiles_that_the_file_holds_once(tmp_path: Path) -> None:
    rows = {(5, x, y): b"sea" for x in range(8) for y in range(8)}
    archive = TileArchive(write_archive(tmp_path / "sea.pmtiles", rows))
    assert {archive.tile(*at) for at in rows} == {b"sea"}
    assert archive.tile(5, 8, 0) is None


def test_what_a_file_says_of_itself(tmp_path: Path) -> None:
    facts = TileArchive(town_archive(tmp_path / "town.pmtiles")).facts
    assert (facts.kind, facts.is_zipped, facts.min_zoom, facts.max_zoom) == ("vector", True, 9, 14)
    assert facts.layers == ("water", "landuse", "buildings", "roads", "boundaries", "places")
    west, south, east, north = facts.bounds
    assert west < 114.0 < east and south < 22.53 < north
    picture = write_archive(tmp_path / "b.pmtiles", {(0, 0, 0): b"x"}, kind=TileType.WEBP,
                            attribution='<a href="https://x.example">© <b>OSM</b> &amp; others</a>')  # fmt: skip
    said = TileArchive(picture).facts
    assert (said.kind, said.media_type, said.attribution) == ("raster", "image/webp", "© OSM & others")


@pytest.mark.parametrize("kind", [TileType.MLT, TileType.UNKNOWN])
def test_tiles_of_another_kind_are_not_taken(tmp_path: Path, kind: TileType) -> None:
    with pytest.raises(FileUnreadable, match="not taken"):
        TileArchive(write_archive(tmp_path / "a.pmtiles", {(0, 0, 0): b"x"}, kind=kind))


@pytest.mark.parametrize("packed", [Compression.BROTLI, Compression.ZSTD, Compression.UNKNOWN])
def test_tiles_packed_in_another_way_are_not_taken(tmp_path: Path, packed: Compression) -> None:
    with pytest.raises(FileUnreadable, match="not taken"):
        TileArchive(write_archive(tmp_path / "a.pmtiles", {(0, 0, 0): b"x"}, packed=packed))


def test_whatever_is_damaged_is_a_clear_error_and_nothing_else(tmp_path: Path) -> None:
    """Bytes of header and directory changed at random: the file is refused, or gives its tiles; never another error."""
    whole = write_archive(tmp_path / "whole.pmtiles", MANY).read_bytes()
    chance = random.Random(7)
    outcomes = []
    for number in range(300):
        spoilt = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(400)] = chance.randrange(256)
        path = tmp_path / f"{number}.pmtiles"
        path.write_bytes(spoilt)
        try:
            archive = TileArchive(path)
            outcomes.append([archive.tile(*at) is not None for at in list(MANY)[::1000]])
        except FileUnreadable:
            outcomes.append(None)
    assert 100 < outcomes.count(None) < 300


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_file_that_was_not_copied_to_its_end_is_refused(tmp_path: Path, share: float) -> None:
    whole = write_archive(tmp_path / "whole.pmtiles", MANY).read_bytes()
    path = tmp_path / "part.pmtiles"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileUnreadable):
        TileArchive(path)


def test_a_file_that_is_shortened_while_it_is_open_ends_no_process(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "a.pmtiles", MANY)
    archive = TileArchive(path)
    os.truncate(path, 200)
    with pytest.raises(FileUnreadable):
        archive.tile(*next(iter(MANY)))


def test_a_tile_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(64 << 20))
    path = write_archive(tmp_path / "a.pmtiles", {(0, 0, 0): bomb}, kind=TileType.MVT, packed=Compression.GZIP)
    archive = TileArchive(path)
    found = archive.tile(0, 0, 0)
    assert found == bomb
    with pytest.raises(FileUnreadable):
        archive.unpacked(found)


def test_a_newer_file_takes_the_place_of_the_old_one(files: BasemapFiles) -> None:
    old = files.get("aerial.pmtiles")
    assert files.get("aerial.pmtiles") is old
    write_archive(files.folder / "aerial.pmtiles", {(10, 836, 446): b"another"})
    assert files.get("aerial.pmtiles").tile(10, 836, 446) == b"another"
    (files.folder / "aerial.pmtiles").write_bytes(b"")
    for _ in range(2):
        with pytest.raises(FileUnreadable):
            files.get("aerial.pmtiles")
    (files.folder / "aerial.pmtiles").unlink()
    with pytest.raises(FileUnreadable, match="no file"):
        files.get("aerial.pmtiles")


def test_files_that_are_no_longer_read_are_closed(files: BasemapFiles) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for number in range(50):
        write_archive(files.folder / "aerial.pmtiles", {(10, 836, 446): b"x" * (number + 1)})
        files.get("aerial.pmtiles")
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_a_pipe_in_the_folder_keeps_nobody_waiting(files: BasemapFiles) -> None:
    os.mkfifo(files.folder / "pipe.pmtiles")
    assert files.names() == ["aerial.pmtiles", "town.pmtiles"]
    with pytest.raises(FileUnreadable):
        files.get("pipe.pmtiles")


def test_a_file_is_copied_into_the_folder_in_one_step(files: BasemapFiles, tmp_path: Path) -> None:
    name = files.take(town_archive(tmp_path / "new.pmtiles"))
    assert files.get(name).facts.kind == "vector"
    assert files.take(files.folder / name) == name
    (tmp_path / "bad.pmtiles").write_bytes(b"no")
    with pytest.raises(FileUnreadable):
        files.take(tmp_path / "bad.pmtiles")
    assert sorted(path.name for path in files.folder.iterdir()) == ["aerial.pmtiles", "new.pmtiles", "town.pmtiles"]
